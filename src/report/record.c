#include "report/record.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "lib/hash.h"

#define PART(name) extern const struct record_set record_##name;
#include "report/sets.def"
#undef PART
#define PART(name) extern const struct format format_##name;
#include "report/formats.def"
#undef PART

const struct record_set *const record_sets[] = {
#define PART(name) &record_##name,
#include "report/sets.def"
#undef PART
	NULL
};

const struct format *const formats[] = {
#define PART(name) &format_##name,
#include "report/formats.def"
#undef PART
	NULL
};

const struct record_set *record_set_named(const char *name)
{
	size_t i = 0;
	while (record_sets[i] && strcmp(record_sets[i]->name, name) != 0)
		i++;
	return record_sets[i];
}

int set_field(const struct record_set *s, const char *name)
{
	for (unsigned i = 0; i < s->count; i++)
		if (strcmp(s->fields[i].name, name) == 0)
			return (int)i;
	return -1;
}

struct value record_value(const struct record_set *s, const struct value *row, const char *name)
{
	int i = set_field(s, name);
	return i < 0 ? (struct value){ 0 } : row[i];
}

int record_put(FILE *to, struct buf *b, struct fault *why)
{
	if (b->is_full)
		return fault_set(why, E_MEMORY, "a record is too long");
	size_t n = fwrite(b->p, 1, b->n, to);
	bool is_written = n == b->n;
	buf_clear(b);
	return is_written ? OK : fault_set(why, E_USAGE, "the output cannot be written");
}

static bool takes(const struct format *f, const struct record_set *s)
{
	size_t n = strlen(s->name);
	for (const char *at = f->sets; at && *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == n && memcmp(at, s->name, n) == 0)
			return true;
	return !f->sets;
}

const struct format *format_named(const char *name, const struct record_set *s)
{
	for (size_t i = 0; formats[i]; i++)
		if (strcmp(formats[i]->name, name) == 0 && takes(formats[i], s))
			return formats[i];
	return NULL;
}

struct value value_column_text(sqlite3_stmt *s, int column)
{
	if (sqlite3_column_type(s, column) == SQLITE_NULL)
		return (struct value){ 0 };
	const void *p = sqlite3_column_blob(s, column);
	return value_text(span_of(p, (size_t)sqlite3_column_bytes(s, column)));
}

struct value value_column_integer(sqlite3_stmt *s, int column)
{
	if (sqlite3_column_type(s, column) == SQLITE_NULL)
		return (struct value){ 0 };
	return value_integer(sqlite3_column_int64(s, column));
}

struct value value_column_hex(sqlite3_stmt *s, int column, struct buf *keep)
{
	char hex[129];
	size_t n = (size_t)sqlite3_column_bytes(s, column);
	if (n == 0 || n > 64)
		return (struct value){ 0 };
	hash_hex(sqlite3_column_blob(s, column), n, hex);
	buf_clear(keep);
	buf_add_str(keep, hex);
	return value_text(buf_span(keep));
}

void json_string(struct buf *b, struct span s)
{
	buf_add_byte(b, '"');
	for (size_t i = 0; i < s.n;) {
		unsigned char c = s.p[i];
		unsigned n = utf8_length_at(s, i);
		if (c == '"' || c == '\\')
			buf_format(b, "\\%c", c);
		else if (c == '\n')
			buf_add_str(b, "\\n");
		else if (c < 0x20 || c == 0x7f)
			buf_format(b, "\\u%04x", c);
		else if (n == 0)
			buf_add_utf8(b, 0xfffd);
		else
			buf_add(b, span_sub(s, i, n));
		i += n ? n : 1;
	}
	buf_add_byte(b, '"');
}

void json_number(struct buf *b, double n)
{
	if (!isfinite(n))
		n = 0;
	buf_format(b, "%.6g", n);
}

void time_rfc3339(struct buf *b, int64_t t)
{
	int64_t part = t % 1000000000, seconds = t / 1000000000 - (part < 0);
	part += part < 0 ? 1000000000 : 0;
	time_t when = (time_t)seconds;
	struct tm tm;
	if (!gmtime_r(&when, &tm))
		return;
	buf_format(b, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	           tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (part)
		buf_format(b, ".%09lld", (long long)part);
	buf_add_byte(b, 'Z');
}

void json_value(struct buf *b, const struct field *f, const struct value *v)
{
	if (!v->is_there) {
		buf_add_str(b, "null");
		return;
	}
	switch (f->type) {
	case FIELD_TEXT:
		json_string(b, v->text);
		return;
	case FIELD_INTEGER:
		buf_format(b, "%lld", (long long)v->integer);
		return;
	case FIELD_NUMBER:
		json_number(b, v->number);
		return;
	case FIELD_BOOL:
		buf_add_str(b, v->integer ? "true" : "false");
		return;
	case FIELD_TIME:
		buf_add_byte(b, '"');
		time_rfc3339(b, v->integer);
		buf_add_byte(b, '"');
		return;
	case FIELD_JSON:
		buf_add(b, v->text);
		return;
	}
}
