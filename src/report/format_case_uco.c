/*
 * CASE/UCO 1.x as JSON-LD (caseontology.org): every row is a node of the
 * ontology's class that fits it, with the ontology's facets for what they
 * have a property for, and all of the contract's fields in a namespace of
 * our own (strandline:), so that nothing is lost. Nodes are named from what
 * the row is, so findings and matches point to their items.
 */
#include "report/record.h"
#include "report/uuid.h"

#include <string.h>

struct graph { FILE *to; const struct record_set *set; const struct shape *shape; struct buf out, name; bool is_next; };

/* How the rows of a set are told. key: the field that names a row. */
struct shape { const char *set, *type, *prefix, *key; void (*add)(struct graph *g, const struct value *row); };

static struct uuid node_of(struct graph *g, const char *prefix, struct span name)
{
	buf_clear(&g->name);
	buf_format(&g->name, "strandline:%s:", prefix);
	buf_add(&g->name, name);
	return uuid_name(uuid_url, buf_span(&g->name));
}

static void add_text(struct graph *g, const char *key, const struct value *row, const char *field)
{
	struct value v = record_value(g->set, row, field);
	if (!v.is_there || !v.text.n)
		return;
	buf_format(&g->out, ",\"%s\":", key);
	json_string(&g->out, v.text);
}

static void add_time(struct graph *g, const char *key, const struct value *row, const char *field)
{
	struct value v = record_value(g->set, row, field);
	if (!v.is_there)
		return;
	buf_format(&g->out, ",\"%s\":{\"@type\":\"xsd:dateTime\",\"@value\":\"", key);
	time_rfc3339(&g->out, v.integer);
	buf_add_str(&g->out, "\"}");
}

static void begin_facet(struct graph *g, const char *type, struct uuid node, bool is_first)
{
	buf_format(&g->out, "%s{\"@id\":\"kb:facet-%c-%s\",\"@type\":\"%s\"", is_first ? ",\"uco-core:hasFacet\":[" : ",",
	           is_first ? 'a' : 'b', node.s, type);
}

static void add_hashes(struct graph *g, const struct value *row)
{
	static const struct { const char *field, *method; } hashes[] = { { "md5", "MD5" }, { "sha1", "SHA1" }, { "sha256", "SHA256" } };
	bool is_next = false;
	for (size_t i = 0; i < sizeof(hashes) / sizeof(*hashes); i++) {
		struct value v = record_value(g->set, row, hashes[i].field);
		if (!v.is_there)
			continue;
		buf_format(&g->out, "%s{\"@type\":\"uco-types:Hash\",\"uco-types:hashMethod\":{\"@type\":\"uco-vocabulary:HashNameVocab\",\"@value\":\"%s\"},"
		           "\"uco-types:hashValue\":{\"@type\":\"xsd:hexBinary\",\"@value\":\"%.*s\"}}", is_next ? "," : ",\"uco-observable:hash\":[",
		           hashes[i].method, (int)v.text.n, (const char *)v.text.p);
		is_next = true;
	}
	if (is_next)
		buf_add_byte(&g->out, ']');
}

static void add_item(struct graph *g, const struct value *row)
{
	struct uuid node = node_of(g, "item", record_value(g->set, row, "item").text);
	struct value size = record_value(g->set, row, "size");
	begin_facet(g, "uco-observable:FileFacet", node, true);
	add_text(g, "uco-observable:filePath", row, "item");
	if (size.is_there)
		buf_format(&g->out, ",\"uco-observable:sizeInBytes\":%lld", (long long)size.integer);
	add_time(g, "uco-observable:modifiedTime", row, "modified");
	add_time(g, "uco-observable:observableCreatedTime", row, "created");
	add_time(g, "uco-observable:accessedTime", row, "accessed");
	buf_add_byte(&g->out, '}');
	begin_facet(g, "uco-observable:ContentDataFacet", node, false);
	add_text(g, "uco-observable:mimeType", row, "type");
	add_hashes(g, row);
	buf_add_str(&g->out, "}]");
}

static void add_reference(struct graph *g, const char *key, struct span item)
{
	buf_format(&g->out, ",\"%s\":{\"@id\":\"kb:item-%s\"}", key, node_of(g, "item", item).s);
}

static void add_finding(struct graph *g, const struct value *row)
{
	add_text(g, "uco-core:name", row, "kind");
	add_reference(g, "strandline:foundIn", record_value(g->set, row, "item").text);
	struct value person = record_value(g->set, row, "person");
	if (person.is_there)
		buf_format(&g->out, ",\"strandline:ofPerson\":{\"@id\":\"kb:person-%s\"}", node_of(g, "person", person.text).s);
}

static void add_person(struct graph *g, const struct value *row)
{
	add_text(g, "uco-core:name", row, "name");
}

static void add_match(struct graph *g, const struct value *row)
{
	add_text(g, "uco-core:kindOfRelationship", row, "relation");
	add_reference(g, "uco-core:source", record_value(g->set, row, "item").text);
	buf_format(&g->out, ",\"uco-core:target\":{\"@id\":\"kb:registered-%s\"},\"uco-core:isDirectional\":true",
	           node_of(g, "registered", record_value(g->set, row, "registered").text).s);
}

static void add_departure(struct graph *g, const struct value *row)
{
	struct uuid node = node_of(g, "departure", record_value(g->set, row, "host").text);
	begin_facet(g, "uco-observable:NetworkConnectionFacet", node, true);
	add_time(g, "uco-observable:startTime", row, "first");
	add_time(g, "uco-observable:endTime", row, "last");
	buf_add_str(&g->out, "}]");
}

static void add_evidence(struct graph *g, const struct value *row)
{
	struct value at = record_value(g->set, row, "at");
	add_text(g, "uco-core:name", row, "kind");
	add_text(g, "uco-core:description", row, "subject");
	if (at.is_there) {
		buf_add_str(&g->out, ",\"uco-action:endTime\":{\"@type\":\"xsd:dateTime\",\"@value\":");
		json_string(&g->out, at.text);
		buf_add_byte(&g->out, '}');
	}
}

static const struct shape shapes[] = {
	{ "items", "uco-observable:ObservableObject", "item", "item", add_item },
	{ "findings", "uco-core:UcoObject", "finding", "id", add_finding },
	{ "people", "uco-identity:Person", "person", "person_id", add_person },
	{ "matches", "uco-observable:ObservableRelationship", "match", NULL, add_match },
	{ "departures", "uco-observable:ObservableObject", "departure", NULL, add_departure },
	{ "evidence", "case-investigation:InvestigativeAction", "evidence", "leaf", add_evidence },
};

/* All fields, as they are exported elsewhere. */
static void add_fields(struct graph *g, const struct value *row)
{
	for (unsigned i = 0; i < g->set->count; i++) {
		const struct field *f = &g->set->fields[i];
		if (!row[i].is_there)
			continue;
		buf_format(&g->out, ",\"strandline:%s\":", f->name);
		if (f->type == FIELD_JSON)
			buf_add_str(&g->out, "{\"@type\":\"@json\",\"@value\":");
		json_value(&g->out, f, &row[i]);
		if (f->type == FIELD_JSON)
			buf_add_byte(&g->out, '}');
	}
}

/* Sets without a key of their own are named by the whole row. */
static struct uuid row_node(struct graph *g, const struct value *row)
{
	if (g->shape->key)
		return node_of(g, g->shape->prefix, record_value(g->set, row, g->shape->key).text);
	buf_clear(&g->name);
	buf_format(&g->name, "strandline:%s:", g->shape->prefix);
	for (unsigned i = 0; i < g->set->count; i++)
		json_value(&g->name, &g->set->fields[i], &row[i]);
	return uuid_name(uuid_url, buf_span(&g->name));
}

static int graph_row(void *user, const struct value *row, struct fault *why)
{
	struct graph *g = user;
	buf_format(&g->out, "%s{\"@id\":\"kb:%s-%s\",\"@type\":\"%s\"", g->is_next ? ",\n" : "", g->shape->prefix, row_node(g, row).s, g->shape->type);
	g->is_next = true;
	g->shape->add(g, row);
	add_fields(g, row);
	buf_add_byte(&g->out, '}');
	return record_put(g->to, &g->out, why);
}

static int case_uco_write(struct case_file *c, const struct record_set *set, bool reveal, FILE *to, struct fault *why)
{
	struct graph g = { .to = to, .set = set };
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		if (strcmp(shapes[i].set, set->name) == 0)
			g.shape = &shapes[i];
	if (!g.shape)
		return fault_set(why, E_USAGE, "%s cannot be written as case-uco", set->name);
	buf_init(&g.out, 64 << 20);
	buf_init(&g.name, 64 << 20);
	buf_add_str(&g.out, "{\"@context\":{\"kb\":\"urn:strandline:kb:\",\"strandline\":\"urn:strandline:ontology:\","
		"\"case-investigation\":\"https://ontology.caseontology.org/case/investigation/\","
		"\"uco-action\":\"https://ontology.unifiedcyberontology.org/uco/action/\","
		"\"uco-core\":\"https://ontology.unifiedcyberontology.org/uco/core/\","
		"\"uco-identity\":\"https://ontology.unifiedcyberontology.org/uco/identity/\","
		"\"uco-observable\":\"https://ontology.unifiedcyberontology.org/uco/observable/\","
		"\"uco-types\":\"https://ontology.unifiedcyberontology.org/uco/types/\","
		"\"uco-vocabulary\":\"https://ontology.unifiedcyberontology.org/uco/vocabulary/\","
		"\"xsd\":\"http://www.w3.org/2001/XMLSchema#\"},\"@graph\":[\n");
	int e = set->each(c, reveal, graph_row, &g, why);
	buf_add_str(&g.out, "\n]}\n");
	if (!e)
		e = record_put(to, &g.out, why);
	buf_release(&g.out);
	buf_release(&g.name);
	return e;
}

const struct format format_case_uco = { .name = "case-uco", .write = case_uco_write };
