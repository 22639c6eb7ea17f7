/*
 * SARIF 2.1.0 (OASIS): the findings of class credential, for code scanning
 * programs. A result's rule is the finding's kind. Places inside a file are
 * told as bytes; inside containers the trail is the address.
 */
#include "report/record.h"

#include "report/words.h"

struct sarif { FILE *to; const struct record_set *set; struct buf out; bool is_next; };

/* A reference as in RFC 3986; a trail that begins with '/' is a file's URL. */
static void add_uri(struct buf *out, struct span trail)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/!$&'()*+,;=@";
	buf_add_str(out, span_at(trail, 0) == '/' ? "\"file://" : "\"");
	for (size_t i = 0; i < trail.n; i++) {
		unsigned char c = (unsigned char)span_at(trail, i);
		if (span_find_byte(span_str(plain), c, 0) != SIZE_MAX)
			buf_add_byte(out, c);
		else
			buf_format(out, "%%%02X", c);
	}
	buf_add_byte(out, '"');
}

static void add_rules(struct buf *out)
{
	bool is_next = false;
	for (int k = 0; k < KIND_COUNT; k++) {
		if (kind_class(k) != CLASS_CREDENTIAL)
			continue;
		buf_format(out, "%s{\"id\":\"%s\",\"shortDescription\":{\"text\":\"%s\"}}", is_next ? "," : "", kind_name(k), kind_words(k));
		is_next = true;
	}
}

/* "start":N,"end":N of a where that counts bytes of the item. */
static bool raw_range(struct span where, long long *start, long long *end)
{
	char text[256];
	snprintf(text, sizeof(text), "%.*s", (int)(where.n < 255 ? where.n : 255), (const char *)where.p);
	return sscanf(text, "{\"space\":\"raw\",\"start\":%lld,\"end\":%lld", start, end) == 2;
}

static void add_location(struct sarif *s, const struct value *row)
{
	long long start = 0, end = 0;
	buf_add_str(&s->out, ",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":");
	add_uri(&s->out, record_value(s->set, row, "item").text);
	buf_add_byte(&s->out, '}');
	if (raw_range(record_value(s->set, row, "where").text, &start, &end) && end > start)
		buf_format(&s->out, ",\"region\":{\"byteOffset\":%lld,\"byteLength\":%lld}", start, end - start);
	buf_add_str(&s->out, "}}]");
}

static void add_properties(struct sarif *s, const struct value *row)
{
	static const char *const fields[] = { "item", "value", "confidence", "proof", "where", "context" };
	buf_add_str(&s->out, ",\"properties\":{");
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		int at = set_field(s->set, fields[i]);
		buf_format(&s->out, "%s\"%s\":", i ? "," : "", fields[i]);
		json_value(&s->out, &s->set->fields[at], &row[at]);
	}
	buf_add_byte(&s->out, '}');
}

static int sarif_row(void *user, const struct value *row, struct fault *why)
{
	struct sarif *s = user;
	if (!span_equal(record_value(s->set, row, "class").text, span_str("credential")))
		return OK;
	enum kind kind = kind_of(record_value(s->set, row, "kind").text);
	bool is_asserted = record_value(s->set, row, "confidence").number >= 0.5;
	buf_format(&s->out, "%s{\"ruleId\":\"%s\",\"level\":\"%s\",\"message\":{\"text\":\"%s\"}", s->is_next ? ",\n" : "",
	           kind_name(kind), is_asserted ? "error" : "note", kind_words(kind));
	s->is_next = true;
	add_location(s, row);
	buf_add_str(&s->out, ",\"partialFingerprints\":{\"strandlineId/v1\":");
	json_string(&s->out, record_value(s->set, row, "id").text);
	buf_add_byte(&s->out, '}');
	add_properties(s, row);
	buf_add_byte(&s->out, '}');
	return record_put(s->to, &s->out, why);
}

static int sarif_write(struct case_file *c, const struct record_set *set, bool reveal, FILE *to, struct fault *why)
{
	struct sarif s = { .to = to, .set = set };
	buf_init(&s.out, 64 << 20);
	buf_add_str(&s.out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{"
	            "\"tool\":{\"driver\":{\"name\":\"strandline\",\"version\":\"" VERSION "\",\"rules\":[");
	add_rules(&s.out);
	buf_add_str(&s.out, "]}},\"results\":[\n");
	int e = set->each(c, reveal, sarif_row, &s, why);
	buf_add_str(&s.out, "\n]}]}\n");
	if (!e)
		e = record_put(to, &s.out, why);
	buf_release(&s.out);
	return e;
}

const struct format format_sarif = { .name = "sarif", .sets = "findings", .write = sarif_write };
