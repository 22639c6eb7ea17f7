/*
 * STIX 2.1 (OASIS): each departure as network traffic between two addresses,
 * in an observed-data object that carries the times. Identifiers are named
 * from the content (UUID version 5), so the same case gives the same bundle;
 * created and modified are the time of the last byte. What STIX has no
 * property for stands in custom ones that begin with x_strandline_.
 */
#include <stdlib.h>
#include <string.h>

#include "report/record.h"
#include "report/uuid.h"

struct ids { struct uuid *list; size_t count, room; };
struct stix { FILE *to; const struct record_set *set; struct buf out, name; struct ids addresses; bool is_next; };

/* False when it was there, or memory is gone. */
static bool ids_add(struct ids *ids, const struct uuid *id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (memcmp(ids->list[i].s, id->s, sizeof(id->s)) == 0)
			return false;
	if (ids->count == ids->room) {
		size_t room = ids->room ? ids->room * 2 : 64;
		struct uuid *more = realloc(ids->list, room * sizeof(*more));
		if (!more)
			return false;
		ids->list = more;
		ids->room = room;
	}
	ids->list[ids->count++] = *id;
	return true;
}

static const char *address_type(struct span a)
{
	bool is_ipv4 = a.n > 0;
	if (span_find_byte(a, ':', 0) != SIZE_MAX)
		return "ipv6-addr";
	for (size_t i = 0; i < a.n; i++)
		is_ipv4 &= span_at(a, i) == '.' || (span_at(a, i) >= '0' && span_at(a, i) <= '9');
	return is_ipv4 ? "ipv4-addr" : "domain-name";
}

static void begin_object(struct stix *s, const char *type, const char *id)
{
	buf_format(&s->out, "%s{\"type\":\"%s\",\"spec_version\":\"2.1\",\"id\":\"%s--%s\"", s->is_next ? ",\n" : "", type, type, id);
	s->is_next = true;
}

static struct uuid put_address(struct stix *s, struct span address)
{
	buf_clear(&s->name);
	buf_add_str(&s->name, "{\"value\":");
	json_string(&s->name, address);
	buf_add_byte(&s->name, '}');
	struct uuid id = uuid_name(uuid_stix, buf_span(&s->name));
	if (!ids_add(&s->addresses, &id))
		return id;
	begin_object(s, address_type(address), id.s);
	buf_add_str(&s->out, ",\"value\":");
	json_string(&s->out, address);
	buf_add_byte(&s->out, '}');
	return id;
}

static void add_time(struct stix *s, const char *key, const struct value *row, const char *field)
{
	struct value v = record_value(s->set, row, field);
	if (!v.is_there)
		return;
	buf_format(&s->out, ",\"%s\":\"", key);
	time_rfc3339(&s->out, v.integer);
	buf_add_byte(&s->out, '"');
}

static void add_own(struct stix *s, const struct value *row)
{
	static const char *const fields[] = { "service", "alarm", "why", "bytes_at_alarm", "unseen_share", "documents" };
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		int at = set_field(s->set, fields[i]);
		if (!row[at].is_there)
			continue;
		buf_format(&s->out, ",\"x_strandline_%s\":", fields[i]);
		json_value(&s->out, &s->set->fields[at], &row[at]);
	}
}

/* A protocol name as STIX wants it, lower case; the service without its port. */
static void add_protocols(struct buf *out, struct span service)
{
	struct span name = span_sub(service, 0, span_find_byte(service, '/', 0));
	buf_add_str(out, ",\"protocols\":[\"ip\"");
	if (name.n) {
		buf_add_str(out, ",\"");
		for (size_t i = 0; i < name.n; i++) {
			int c = span_at(name, i);
			buf_add_byte(out, (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-'));
		}
		buf_add_byte(out, '"');
	}
	buf_add_byte(out, ']');
}

static void put_traffic(struct stix *s, const struct value *row, const struct uuid *id, struct span from, const struct uuid *source,
                        struct span to, const struct uuid *target)
{
	begin_object(s, "network-traffic", id->s);
	add_time(s, "start", row, "first");
	add_time(s, "end", row, "last");
	buf_format(&s->out, ",\"src_ref\":\"%s--%s\"", address_type(from), source->s);
	buf_format(&s->out, ",\"dst_ref\":\"%s--%s\"", address_type(to), target->s);
	add_protocols(&s->out, record_value(s->set, row, "service").text);
	buf_format(&s->out, ",\"src_byte_count\":%lld,\"dst_byte_count\":%lld", (long long)record_value(s->set, row, "bytes_out").integer,
	           (long long)record_value(s->set, row, "bytes_in").integer);
	add_own(s, row);
	buf_add_byte(&s->out, '}');
}

static int stix_row(void *user, const struct value *row, struct fault *why)
{
	struct stix *s = user;
	struct span from = record_value(s->set, row, "host").text, to = record_value(s->set, row, "destination").text;
	struct uuid source = put_address(s, from), target = put_address(s, to);
	buf_clear(&s->name);
	for (unsigned i = 0; i < s->set->count; i++)
		json_value(&s->name, &s->set->fields[i], &row[i]);
	struct uuid id = uuid_name(uuid_stix, buf_span(&s->name));
	put_traffic(s, row, &id, from, &source, to, &target);
	begin_object(s, "observed-data", id.s);
	add_time(s, "created", row, "last");
	add_time(s, "modified", row, "last");
	add_time(s, "first_observed", row, "first");
	add_time(s, "last_observed", row, "last");
	buf_format(&s->out, ",\"number_observed\":1,\"object_refs\":[\"%s--%s\"", address_type(from), source.s);
	buf_format(&s->out, ",\"%s--%s\"", address_type(to), target.s);
	buf_format(&s->out, ",\"network-traffic--%s\"]}", id.s);
	return record_put(s->to, &s->out, why);
}

static int stix_write(struct case_file *c, const struct record_set *set, bool reveal, FILE *to, struct fault *why)
{
	struct stix s = { .to = to, .set = set };
	buf_init(&s.out, 16 << 20);
	buf_init(&s.name, 16 << 20);
	struct uuid id = uuid_name(uuid_stix, span_str("strandline departures"));
	buf_format(&s.out, "{\"type\":\"bundle\",\"id\":\"bundle--%s\",\"objects\":[\n", id.s);
	int e = set->each(c, reveal, stix_row, &s, why);
	buf_add_str(&s.out, "\n]}\n");
	if (!e)
		e = record_put(to, &s.out, why);
	free(s.addresses.list);
	buf_release(&s.out);
	buf_release(&s.name);
	return e;
}

const struct format format_stix = { .name = "stix", .sets = "departures", .write = stix_write };
