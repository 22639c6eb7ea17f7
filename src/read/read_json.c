/*
 * JSON (RFC 8259), JSON lines and documents on end. Elements of arrays are
 * rows of a table named by the array's path; objects inside them are
 * flattened ("address.city"), short lists too, longer ones become tables of
 * their own. What stands outside arrays is one row, or, where that would be
 * very wide, rows of key and value. From an error on the rest is text.
 */
#include "base/utf8.h"
#include "core/part.h"
#include "lib/encoding.h"
#include "read/json.h"
#include "read/rows.h"
#include "read/text_source.h"

#include <string.h>

enum {
	HEAD = 4096,
	LINES_HEAD = 64 << 10,		/* bytes in which the first of several documents ends */
	CONVERTED_MAX = 256 << 20,	/* bytes of a document that is not UTF-8 */
	LIST_SCALARS_MAX = 16,		/* elements of a list that becomes columns of its record */
	LIST_OBJECTS_MAX = 4,
	LOOSE_COLUMNS_MAX = 64,		/* values outside arrays that make one row */
	LOOSE_GATHERED = 4096,
	BAD_LINES_MAX = 64,
	PATH_MAX_LEN = 4096,
};

/* A value outside any array. */
struct loose { struct span path, value; uint64_t at; };

/* A list inside a record that is a table of its own. */
struct later { uint32_t node; struct span sheet; };

struct doc {
	struct sink *out;
	struct fault *why;
	struct span text;
	uint64_t base;		/* offset of text in the item */
	bool is_raw;		/* text is the item's own bytes */
	struct json j;
	struct json_tape tape;
	struct rows *rows;
	struct arena loose_memory, record_memory;
	struct loose *loose;
	uint32_t loose_n;
	struct buf path, scratch;
	size_t spent;
	bool is_damaged;
};

static uint64_t offset_of(const struct doc *d, struct span s)
{
	return s.p ? d->base + (uint64_t)(s.p - d->text.p) : 0;
}

static int spend(struct doc *d)
{
	if (d->j.at - d->spent < WINDOW)
		return OK;
	size_t n = d->j.at - d->spent;
	d->spent = d->j.at;
	return sink_spend(d->out, n);
}

/* path = path[0, length) + "." + key */
static void path_set(struct doc *d, size_t length, struct span key)
{
	d->path.n = length < d->path.n ? length : d->path.n;
	d->path.is_full = false;
	if (d->path.n && key.n)
		buf_add_byte(&d->path, '.');
	if (span_find_byte(key, '\\', 0) != SIZE_MAX)
		json_unescape(key, &d->path, NULL);
	else
		buf_add(&d->path, key);
}

/* A string that stands for more than a cell: given as a text with the place of each byte. */
static int give_long(struct doc *d, struct span raw, bool has_escapes)
{
	if (!has_escapes)
		return rows_text(d->rows, raw, NULL, offset_of(d, raw));
	uint64_t *raw_at = arena_array(&d->record_memory, raw.n + 1, sizeof(*raw_at));
	if (!raw_at)
		return fault_set(d->why, E_LIMIT, "no room for a string of %zu bytes", raw.n);
	buf_clear(&d->scratch);
	json_unescape(raw, &d->scratch, raw_at);
	for (size_t i = 0; i <= d->scratch.n; i++)
		raw_at[i] += offset_of(d, raw);
	return rows_text(d->rows, buf_span(&d->scratch), d->is_raw ? raw_at : NULL, offset_of(d, raw));
}

static bool is_null(const struct json_node *n)
{
	return n->type == JSON_SCALAR && span_equal(n->value, span_str("null"));
}

/* A scalar of a record, under the path. */
static int give_cell(struct doc *d, const struct json_node *n)
{
	struct span name = buf_span(&d->path);
	if (is_null(n) || !n->value.n)
		return rows_cell(d->rows, name, span_of(NULL, 0), true, 0);
	if (n->value.n >= ROWS_LONG)
		return give_long(d, n->value, n->has_escapes);
	if (!n->has_escapes)
		return rows_cell(d->rows, name, n->value, true, offset_of(d, n->value));
	buf_clear(&d->scratch);
	json_unescape(n->value, &d->scratch, NULL);
	return rows_cell(d->rows, name, buf_span(&d->scratch), false, offset_of(d, n->value));
}

/* True when a list is short enough to be columns. */
static bool is_short_list(const struct json_tape *t, uint32_t i)
{
	const struct json_node *n = &t->nodes[i];
	bool is_plain = n->end == i + 1 + n->count;
	return n->count <= (is_plain ? LIST_SCALARS_MAX : LIST_OBJECTS_MAX);
}

struct later_list { struct later *at; uint32_t n, room; };

static int list_later(struct doc *d, struct later_list *l, uint32_t node, struct span sheet)
{
	if (l->n == l->room) {
		uint32_t room = l->room ? l->room * 2 : 16;
		struct later *at = arena_array(&d->record_memory, room, sizeof(*at));
		if (!at)
			return fault_set(d->why, E_LIMIT, "more lists in a record than is read");
		if (l->n)
			memcpy(at, l->at, l->n * sizeof(*at));
		l->at = at;
		l->room = room;
	}
	buf_clear(&d->scratch);
	buf_add(&d->scratch, sheet);
	if (sheet.n && d->path.n)
		buf_add_byte(&d->scratch, '.');
	buf_add(&d->scratch, buf_span(&d->path));
	l->at[l->n++] = (struct later){ node, arena_copy(&d->record_memory, buf_span(&d->scratch)) };
	return OK;
}

/* The last part of a sheet's path names the column of its plain values. */
static struct span last_part(struct span sheet)
{
	size_t from = sheet.n;
	while (from && sheet.p[from - 1] != '.')
		from--;
	return span_from(sheet, from);
}

/* One element of an array as a row; lists in it that are long go to later. */
static int give_record(struct doc *d, uint32_t root, struct span sheet, struct later_list *later)
{
	const struct json_node *nodes = d->tape.nodes;
	size_t length[JSON_DEPTH_MAX + 1];	/* of the path at each depth */
	uint32_t end[JSON_DEPTH_MAX + 1];
	unsigned depth = 0;
	int e = rows_sheet(d->rows, sheet);
	length[0] = 0;
	end[0] = nodes[root].end;
	for (uint32_t i = root; i < nodes[root].end && !e; i++) {
		const struct json_node *n = &nodes[i];
		while (depth && i >= end[depth])
			depth--;
		path_set(d, length[depth], i == root ? span_of(NULL, 0) : n->key);
		if (n->type == JSON_STRING || n->type == JSON_SCALAR) {
			if (i == root)
				path_set(d, 0, last_part(sheet));
			e = give_cell(d, n);
			continue;
		}
		if (n->type == JSON_ARRAY && i != root && !is_short_list(&d->tape, i)) {
			e = list_later(d, later, i, sheet);
			i = n->end - 1;
			continue;
		}
		depth++;
		length[depth] = d->path.n;
		end[depth] = n->end;
	}
	return e ? e : rows_end_row(d->rows);
}

/* A record with all it holds; the lists put off are walked in the order they are found. */
static int give_element(struct doc *d, struct span sheet)
{
	struct later_list later = { 0 };
	arena_reset(&d->record_memory);
	int e = d->tape.n ? give_record(d, 0, sheet, &later) : OK;
	for (uint32_t k = 0; k < later.n && !e; k++) {
		struct later l = later.at[k];
		uint32_t end = d->tape.nodes[l.node].end;
		for (uint32_t i = l.node + 1; i < end && !e; i = d->tape.nodes[i].end)
			e = give_record(d, i, l.sheet, &later);
	}
	return e;
}

static int flush_loose(struct doc *d)
{
	bool is_row = d->loose_n <= LOOSE_COLUMNS_MAX;
	int e = d->loose_n ? rows_sheet(d->rows, span_str("")) : OK;
	for (uint32_t i = 0; i < d->loose_n && !e; i++) {
		struct loose l = d->loose[i];
		if (is_row) {
			e = rows_cell(d->rows, l.path, l.value, false, l.at);
			continue;
		}
		e = rows_cell(d->rows, span_str("key"), l.path, false, l.at);
		if (!e)
			e = rows_cell(d->rows, span_str("value"), l.value, false, l.at);
		if (!e)
			e = rows_end_row(d->rows);
	}
	if (!e && d->loose_n && is_row)
		e = rows_end_row(d->rows);
	d->loose_n = 0;
	arena_reset(&d->loose_memory);
	return e;
}

/* A scalar outside arrays. */
static int add_loose(struct doc *d, struct span value, bool has_escapes)
{
	arena_reset(&d->record_memory);
	if (value.n >= ROWS_LONG)
		return give_long(d, value, has_escapes);
	int e = d->loose_n == LOOSE_GATHERED ? flush_loose(d) : OK;
	uint64_t at = offset_of(d, value);
	if (has_escapes) {
		buf_clear(&d->scratch);
		json_unescape(value, &d->scratch, NULL);
		value = arena_copy(&d->loose_memory, buf_span(&d->scratch));
	}
	struct span path = arena_copy(&d->loose_memory, buf_span(&d->path));
	d->loose[d->loose_n++] = (struct loose){ path, value, at };
	return e;
}

/* The rest, from an error on, as text. */
static int give_rest(struct doc *d, size_t from, size_t to)
{
	int e = OK;
	while (from < to && !e) {
		size_t n = to - from;
		for (size_t back = 0; n > WINDOW && back < WINDOW / 2; back++) {
			if (d->text.p[from + WINDOW - back - 1] != '\n' && back < WINDOW / 2 - 1)
				continue;
			n = WINDOW - back;
		}
		while (from + n < d->text.n && (d->text.p[from + n] & 0xc0) == 0x80)
			n++;
		struct text t = {
			.utf8 = span_sub(d->text, from, n), .space = d->is_raw ? SPACE_RAW : SPACE_TEXT,
			.base = d->base + from,
		};
		e = sink_text(d->out, &t);
		if (!e)
			e = sink_spend(d->out, n);
		from += n;
	}
	return e;
}

/* Tells what is wrong, and gives the text from the value in which it is. */
static int give_damage(struct doc *d, size_t from, size_t to)
{
	struct fault reason;
	d->is_damaged = true;
	fault_set(&reason, PART, "JSON has %s at offset %zu", d->j.bad ? d->j.bad : "something else",
	          (size_t)d->base + d->j.at);
	int e = flush_loose(d);
	if (!e)
		e = rows_flush(d->rows);
	if (!e)
		e = sink_damage(d->out, STATUS_PARTIAL, d->base + d->j.at, to > d->j.at ? to - d->j.at : 0, reason.text);
	return e ? e : give_rest(d, from, to);
}

/* Objects that are open around the place, outermost first, and the array in which records stand. */
struct nest { struct { bool is_array; size_t path; } at[JSON_DEPTH_MAX]; unsigned depth; };

static int open_container(struct doc *d, struct nest *n, bool is_array, struct span key)
{
	path_set(d, n->depth ? n->at[n->depth - 1].path : 0, key);
	n->at[n->depth].is_array = is_array;
	n->at[n->depth++].path = d->path.n;
	return OK;
}

/* A member of an object outside arrays, or that object's end. */
static int walk_member(struct doc *d, struct nest *n, bool *is_bad)
{
	struct span key = { 0 }, value = { 0 };
	bool has_escapes;
	enum json_token t = json_next(&d->j, &key, &has_escapes);
	if (t == JSON_COMMA)
		return OK;
	if (t == JSON_CLOSE_OBJECT) {
		n->depth--;
		return OK;
	}
	*is_bad = t != JSON_IS_STRING || json_next(&d->j, &value, &has_escapes) != JSON_COLON;
	if (*is_bad)
		return OK;
	t = json_next(&d->j, &value, &has_escapes);
	if (t == JSON_OPEN_OBJECT || t == JSON_OPEN_ARRAY) {
		*is_bad = n->depth == JSON_DEPTH_MAX;
		return *is_bad ? OK : open_container(d, n, t == JSON_OPEN_ARRAY, key);
	}
	*is_bad = t != JSON_IS_STRING && t != JSON_IS_SCALAR;
	if (*is_bad || span_equal(value, span_str("null")))
		return OK;
	path_set(d, n->at[n->depth - 1].path, key);
	return add_loose(d, value, t == JSON_IS_STRING && has_escapes);
}

/* True when the array just opened holds arrays or objects. */
static bool holds_containers(const struct doc *d)
{
	struct json ahead = d->j;
	struct span value;
	bool has_escapes;
	enum json_token t = json_next(&ahead, &value, &has_escapes);
	return t == JSON_OPEN_OBJECT || t == JSON_OPEN_ARRAY;
}

/* An element of an array, or its end. */
static int walk_element(struct doc *d, struct nest *n, bool *is_bad)
{
	struct span value;
	bool has_escapes;
	size_t from = d->j.at;
	enum json_token t = json_next(&d->j, &value, &has_escapes);
	if (t == JSON_COMMA)
		return OK;
	if (t == JSON_CLOSE_ARRAY) {
		n->depth--;
		return OK;
	}
	size_t inside = d->j.at;
	if (t == JSON_OPEN_ARRAY && holds_containers(d) && n->depth < JSON_DEPTH_MAX)
		return open_container(d, n, true, span_of(NULL, 0));
	d->j.at = from;
	*is_bad = t == JSON_BAD || !json_parse(&d->j, &d->tape);
	if (*is_bad && d->tape.n >= JSON_NODES_MAX / 2 && n->depth < JSON_DEPTH_MAX) {
		/* larger than a record can be: walk it as if it stood outside the array */
		*is_bad = false;
		d->j.at = inside;
		return open_container(d, n, t == JSON_OPEN_ARRAY, span_of(NULL, 0));
	}
	if (*is_bad)
		return OK;
	path_set(d, n->at[n->depth - 1].path, span_of(NULL, 0));
	char sheet[256];
	size_t length = utf8_valid_prefix(span_sub(buf_span(&d->path), 0, sizeof(sheet)));
	if (length)
		memcpy(sheet, d->path.p, length);
	buf_clear(&d->path);
	int e = give_element(d, span_of(sheet, length));
	/* the record used the path for itself */
	buf_clear(&d->path);
	buf_add(&d->path, span_of(sheet, length));
	return e ? e : spend(d);
}

/* One document, an array's elements as they come, however long it is. */
static int walk_document(struct doc *d)
{
	struct nest n = { .depth = 0 };
	struct span value;
	bool has_escapes, is_bad = false;
	size_t from = d->j.at;
	enum json_token t = json_next(&d->j, &value, &has_escapes);
	int e = OK;
	if (t != JSON_OPEN_OBJECT && t != JSON_OPEN_ARRAY)
		return give_damage(d, from, d->text.n);
	buf_clear(&d->path);
	open_container(d, &n, t == JSON_OPEN_ARRAY, span_of(NULL, 0));
	while (n.depth && !e && !is_bad) {
		from = d->j.at;
		e = n.at[n.depth - 1].is_array ? walk_element(d, &n, &is_bad) : walk_member(d, &n, &is_bad);
	}
	if (e || !is_bad) {
		int flushed = e ? OK : flush_loose(d);
		return e ? e : flushed;
	}
	e = give_damage(d, from, d->text.n);
	d->j.at = d->text.n;
	return e;
}

/* Documents line by line; one that is malformed is given as text, and the next line is tried. */
static int walk_lines(struct doc *d)
{
	unsigned bad_lines = 0;
	int e = OK;
	while (!e) {
		struct span rest = span_from(d->text, d->j.at);
		d->j.at = d->text.n - rest.n + (size_t)(span_trim(rest).p - rest.p);
		if (d->j.at >= d->text.n || !span_trim(rest).n)
			break;
		size_t from = d->j.at;
		if (json_parse(&d->j, &d->tape)) {
			e = give_element(d, span_str(""));
			if (!e)
				e = spend(d);
			continue;
		}
		size_t end = span_find_byte(d->text, '\n', from);
		end = end == SIZE_MAX || ++bad_lines > BAD_LINES_MAX ? d->text.n : end + 1;
		e = give_damage(d, from, end);
		d->j.at = end;
	}
	return e;
}

/* Several documents, one a line: the first ends early, and another one follows. */
static bool is_lines(struct span text, struct json_tape *tape)
{
	struct json j = { .s = span_sub(text, 0, LINES_HEAD) };
	if (!json_parse(&j, tape))
		return false;
	int next = span_at(span_trim(span_sub(text, j.at, 64)), 0);
	return next == '{' || next == '[';
}

static int doc_init(struct doc *d, const struct item *it, struct text_source *ts)
{
	int e = text_source_whole(ts, CONVERTED_MAX, &d->text, d->why);
	if (e)
		return e;
	d->is_raw = d->text.p >= it->bytes.p && d->text.p <= it->bytes.p + it->bytes.n;
	d->base = d->is_raw ? (uint64_t)(d->text.p - it->bytes.p) : 0;
	d->j.s = d->text;
	d->rows = rows_open(d->out, d->is_raw);
	d->loose = arena_array(it->arena, LOOSE_GATHERED, sizeof(*d->loose));
	return d->rows && d->loose ? OK : fault_set(d->why, E_MEMORY, "no memory for rows");
}

static int json_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct doc d = { .out = out, .why = why };
	struct text_source ts;
	text_source_init(&ts, it->bytes, NULL);
	arena_init(&d.loose_memory, (size_t)64 << 20);
	arena_init(&d.record_memory, (size_t)512 << 20);
	buf_init(&d.path, PATH_MAX_LEN);
	buf_init(&d.scratch, (size_t)256 << 20);
	int e = doc_init(&d, it, &ts);
	bool by_line = !e && (item_has_extension(it, "jsonl ndjson") || is_lines(d.text, &d.tape));
	if (!e && by_line)
		e = sink_type(out, "application/jsonl");
	if (!e)
		e = by_line ? walk_lines(&d) : walk_document(&d);
	if (!e && !by_line && d.j.at < d.text.n && span_trim(span_from(d.text, d.j.at)).n)
		e = give_damage(&d, d.j.at, d.text.n);
	if (!e && d.rows)
		e = rows_flush(d.rows);
	rows_close(d.rows);
	json_tape_release(&d.tape);
	arena_release(&d.loose_memory);
	arena_release(&d.record_memory);
	buf_release(&d.path);
	buf_release(&d.scratch);
	text_source_release(&ts);
	return e ? e : d.is_damaged ? PART : OK;
}

/* The head parses as far as it goes, and nothing but another document follows. */
static bool is_well_begun(struct span text, bool is_cut)
{
	struct json j = { .s = text };
	struct json_tape tape = { 0 };
	bool ok = json_parse(&j, &tape);
	uint32_t n = tape.n;
	json_tape_release(&tape);
	if (!ok)
		return j.is_cut && is_cut && n > 1;
	int next = span_at(span_trim(span_from(text, j.at)), 0);
	return next < 0 || next == '{' || (next == '[' && n > 1);
}

static int json_probe(struct span head, const struct item *it)
{
	bool is_named = item_has_extension(it, "json jsonl ndjson geojson har ipynb webmanifest");
	struct span plain = span_trim(span_starts(head, span_of("\xef\xbb\xbf", 3)) ? span_from(head, 3) : head);
	int first = span_at(plain, 0);
	bool is_wide = first == 0xff || first == 0xfe || span_at(plain, 1) == 0;
	if (!is_named && first != '{' && first != '[')
		return 0;
	if (is_wide && is_named)
		return 30;
	if (is_well_begun(plain, head.n < it->bytes.n))
		return 55;
	return is_named && (first == '{' || first == '[') ? 15 : 0;
}

static int json_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_json = {
	.name = "json", .help = "JSON and JSON lines", .type = "application/json", .peek = HEAD,
	.probe = json_probe, .read = json_read, .init = json_init,
};
