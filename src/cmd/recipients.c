#include "cmd/recipients.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "cmd/files.h"
#include "report/record.h"

enum { FILE_MAX = 256 << 20, COLUMNS_MAX = 256, NAME_MAX_BYTES = 120 };

/* One record: fields unquoted one after the other in bytes. */
struct record {
	struct buf bytes;
	size_t start[COLUMNS_MAX + 1];
	size_t count;
};

static struct span record_field(const struct record *r, size_t i)
{
	return i < r->count ? span_trim(span_sub(buf_span(&r->bytes), r->start[i], r->start[i + 1] - r->start[i]))
		: span_str("");
}

/* Takes one record from rest; *lines counts the line ends in it. False at the end of the file. */
static bool record_take(struct span *rest, char comma, struct record *r, unsigned *lines)
{
	bool is_quoted = false;
	size_t i = 0;
	buf_clear(&r->bytes);
	r->count = 0;
	r->start[0] = 0;
	if (!rest->n)
		return false;
	for (; i < rest->n; i++) {	/* ends with the record or the file */
		int c = span_at(*rest, i);
		bool is_end = r->bytes.n == r->start[r->count];
		*lines += c == '\n';
		if (is_quoted && c == '"' && span_at(*rest, i + 1) == '"') {
			buf_add_byte(&r->bytes, '"');
			i++;
		} else if (c == '"' && (is_quoted || is_end)) {
			is_quoted = !is_quoted;
		} else if (!is_quoted && c == '\n') {
			i++;
			break;
		} else if (!is_quoted && c == comma && r->count + 1 < COLUMNS_MAX) {
			r->start[++r->count] = r->bytes.n;
		} else if (is_quoted || c != '\r') {
			buf_add_byte(&r->bytes, (unsigned char)c);
		}
	}
	r->start[++r->count] = r->bytes.n;
	*rest = span_from(*rest, i);
	return true;
}

static char *span_dup(struct span s)
{
	return strndup(s.n ? (const char *)s.p : "", s.n);
}

static const char *name_fault(struct span s)
{
	if (s.n > NAME_MAX_BYTES)
		return "longer than 120 bytes";
	if (utf8_valid_prefix(s) != s.n)
		return "not UTF-8";
	if (span_equal(s, span_str(".")) || span_equal(s, span_str("..")))
		return "names a folder";
	for (size_t i = 0; i < s.n; i++)
		if (span_at(s, i) < 32 || span_at(s, i) == 127 || span_at(s, i) == '/')
			return "has a character that no file name may have";
	return NULL;
}

static void row_json(const struct record *names, const struct record *r, struct buf *out)
{
	buf_clear(out);
	buf_add_str(out, "{");
	for (size_t i = 0; i < names->count && i < r->count; i++) {
		if (i)
			buf_add_str(out, ",");
		json_string(out, record_field(names, i));
		buf_add_str(out, ":");
		json_string(out, record_field(r, i));
	}
	buf_add_str(out, "}");
}

static int recipient_add(struct recipients *r, struct span name, const char *row, struct fault *why)
{
	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : 64;
		struct recipient *more = realloc(r->list, room * sizeof(*more));
		if (!more)
			return fault_set(why, E_MEMORY, "no memory for recipients");
		r->list = more;
		r->room = room;
	}
	struct recipient *p = &r->list[r->count];
	*p = (struct recipient){ span_dup(name), strdup(row) };
	if (!p->name || !p->row) {
		free(p->name);
		free(p->row);
		return fault_set(why, E_MEMORY, "no memory for recipients");
	}
	r->count++;
	return OK;
}

static int name_order(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static int twins_refuse(const char *path, const struct recipients *r, struct fault *why)
{
	const char **names = malloc((r->count + 1) * sizeof(*names));
	int e = names ? OK : fault_set(why, E_MEMORY, "no memory for recipients");
	for (size_t i = 0; i < r->count && !e; i++)
		names[i] = r->list[i].name;
	if (!e)
		qsort(names, r->count, sizeof(*names), name_order);
	for (size_t i = 1; i < r->count && !e; i++)
		if (strcasecmp(names[i - 1], names[i]) == 0)
			e = fault_set(why, E_USAGE, "%s: recipient %s is there twice", path, names[i]);
	free(names);
	return e;
}

static int records_read(const char *path, struct span rest, struct recipients *r, struct fault *why)
{
	struct record names = { 0 }, one = { 0 };
	struct buf json;
	unsigned line = 1, next = 1;
	int e = OK;
	if (span_starts(rest, span_str("\xef\xbb\xbf")))
		rest = span_from(rest, 3);
	size_t head = span_find_byte(rest, '\n', 0);
	struct span first = span_sub(rest, 0, head);
	char comma = span_find_byte(first, ',', 0) == SIZE_MAX && span_find_byte(first, ';', 0) != SIZE_MAX ? ';' : ',';
	buf_init(&names.bytes, FILE_MAX);
	buf_init(&one.bytes, FILE_MAX);
	buf_init(&json, FILE_MAX);
	size_t column = 0;
	record_take(&rest, comma, &names, &next);
	while (column < names.count && !span_equal_nocase(record_field(&names, column), span_str("recipient")))
		column++;
	if (column == names.count)
		e = fault_set(why, E_USAGE, "%s: its first line names no column recipient", path);
	for (line = next; !e && record_take(&rest, comma, &one, &next); line = next) {	/* ends with the file */
		struct span name = record_field(&one, column);
		if (!name.n && one.count == 1 && !record_field(&one, 0).n)
			continue;
		const char *bad = name.n ? name_fault(name) : "empty";
		if (bad)
			e = fault_set(why, E_USAGE, "%s:%u: recipient \"%.*s\": %s", path, line, (int)(name.n > 60 ? 60 : name.n),
			              name.n ? (const char *)name.p : "", bad);
		row_json(&names, &one, &json);
		if (!e)
			e = recipient_add(r, name, buf_string(&json), why);
	}
	buf_release(&names.bytes);
	buf_release(&one.bytes);
	buf_release(&json);
	return e;
}

int recipients_read(const char *path, struct recipients *r, struct fault *why)
{
	struct span bytes;
	*r = (struct recipients){ 0 };
	int e = file_load(path, &bytes, why);
	if (e)
		return E_USAGE;
	e = records_read(path, bytes, r, why);
	if (!e && !r->count)
		e = fault_set(why, E_USAGE, "%s: no recipient in it", path);
	if (!e)
		e = twins_refuse(path, r, why);
	return e;
}

void recipients_release(struct recipients *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->list[i].name);
		free(r->list[i].row);
	}
	free(r->list);
	*r = (struct recipients){ 0 };
}
