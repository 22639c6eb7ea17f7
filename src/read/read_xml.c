/*
 * XML: elements that repeat beside each other and hold named values are rows
 * (exports, feeds); of the rest of such a document each value is a line,
 * labelled by its element or attribute. Read twice: first for the shape,
 * then for the data. Settings, and what has no rows, are text as they stand;
 * so is what is not well-formed, which is told.
 */
#include "core/part.h"
#include "lib/encoding.h"
#include "lib/xml.h"
#include "read/rows.h"
#include "read/text_source.h"

#include <string.h>

enum {
	SHAPES_MAX = 4096,	/* distinct paths of elements */
	DEPTH_MAX = 2000,
	LIST_MAX = 8,		/* repetitions inside a record that become columns */
	VALUE_MAX = 16 << 20,	/* bytes of text of one element */
};

/* An element's place in the tree of names. Index 0 is above the root, and stands for paths beyond SHAPES_MAX. */
struct shape {
	const char *name;
	uint32_t parent, first_child, next;
	uint32_t repeats;	/* most often beside each other under one parent */
	uint32_t run;		/* so often under the parent at hand */
	uint32_t children, attributes;	/* kinds of */
	bool is_mixed;		/* holds text beside elements: prose */
	bool is_record;
};

struct tree {
	const struct item *it;
	struct sink *out;
	struct shape *shapes;
	uint32_t count;
	uint32_t stack[DEPTH_MAX + 2];
	bool has_text[DEPTH_MAX + 2], has_children[DEPTH_MAX + 2];
	uint32_t depth;
	/* second reading */
	struct rows *rows;
	struct buf value, text, path;
	size_t path_at[DEPTH_MAX + 2];	/* length of path before each element of a record */
	uint32_t record;	/* depth of the record under way, 0 outside */
	uint64_t given;		/* bytes of text that went out */
	bool is_lost;		/* a value was longer than is kept */
};

static bool is_blank(struct span s)
{
	return span_trim(s).n == 0;
}

/* The child of that name, made when there is none; 0 when there are too many. */
static uint32_t child_shape(struct tree *t, uint32_t parent, const char *name, bool may_add)
{
	for (uint32_t i = t->shapes[parent].first_child; i; i = t->shapes[i].next)
		if (strcmp(t->shapes[i].name, name) == 0)
			return i;
	char *kept = may_add && t->count < SHAPES_MAX ? arena_string(t->it->arena, span_str(name)) : NULL;
	if (!kept)
		return 0;
	uint32_t i = t->count++;
	t->shapes[i] = (struct shape){ .name = kept, .parent = parent, .next = t->shapes[parent].first_child };
	t->shapes[parent].first_child = i;
	t->shapes[parent].children++;
	return i;
}

static int shape_start(void *user, const char *name, const char **attrs)
{
	struct tree *t = user;
	t->has_children[t->depth] = true;
	uint32_t parent = t->stack[t->depth];
	uint32_t i = t->depth && !parent ? 0 : child_shape(t, parent, name, true);
	struct shape *s = &t->shapes[i];
	uint32_t attributes = 0;
	while (attrs[2 * attributes])
		attributes++;
	s->attributes = attributes > s->attributes ? attributes : s->attributes;
	s->run++;
	s->repeats = s->run > s->repeats ? s->run : s->repeats;
	for (uint32_t k = s->first_child; i && k; k = t->shapes[k].next)
		t->shapes[k].run = 0;
	t->stack[++t->depth] = i;
	t->has_text[t->depth] = t->has_children[t->depth] = false;
	return OK;
}

static int shape_end(void *user, const char *name)
{
	(void)name;
	struct tree *t = user;
	if (t->has_text[t->depth] && t->has_children[t->depth])
		t->shapes[t->stack[t->depth]].is_mixed = true;
	t->depth--;
	return OK;
}

static int shape_text(void *user, struct span s)
{
	struct tree *t = user;
	t->has_text[t->depth] |= !is_blank(s);
	return OK;
}

static bool could_be_record(const struct shape *s)
{
	return s->repeats >= 2 && !s->is_mixed && s->children + s->attributes >= 2;
}

/*
 * Shapes come parents first. From the last on: a record whose inside has a
 * long list of records, or prose, is none; then the outermost ones win.
 */
static void choose_records(struct tree *t)
{
	for (uint32_t i = 1; i < t->count; i++)
		t->shapes[i].is_record = could_be_record(&t->shapes[i]);
	for (uint32_t i = t->count; i-- > 1;) {
		struct shape *s = &t->shapes[i], *parent = &t->shapes[s->parent];
		bool is_long_list = s->is_record && s->repeats > LIST_MAX;
		if (is_long_list || s->is_mixed || (!s->is_record && s->run == UINT32_MAX)) {
			parent->is_record = false;
			parent->run = UINT32_MAX;	/* hands it up */
		}
	}
}

static int flush_text(struct tree *t)
{
	struct text out = { .utf8 = buf_span(&t->text), .space = SPACE_TEXT, .base = t->given };
	t->given += t->text.n;
	int e = is_blank(out.utf8) ? OK : sink_text(t->out, &out);
	t->is_lost |= t->text.is_full;
	buf_clear(&t->text);
	return e;
}

/* A value outside records, on a line of its own. */
static void add_line(struct tree *t, const char *label, struct span value)
{
	if (label && *label) {
		buf_add_str(&t->text, label);
		buf_add_str(&t->text, ": ");
	}
	buf_add(&t->text, span_trim(value));
	buf_add_byte(&t->text, label ? '\n' : ' ');	/* prose goes on */
}

static void path_push(struct tree *t, const char *name)
{
	if (t->path.n)
		buf_add_byte(&t->path, '.');
	buf_add_str(&t->path, name);
}

/* A value of the record, in the column named by the path. */
static int add_cell(struct tree *t, struct span value)
{
	value = span_trim(value);
	if (value.n >= ROWS_LONG)
		return rows_text(t->rows, value, NULL, 0);
	return rows_cell(t->rows, buf_span(&t->path), value, false, 0);
}

static const char *without_prefix(const char *name)
{
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}

static int give_attributes(struct tree *t, const char *name, const char **attrs)
{
	int e = OK;
	for (size_t i = 0; attrs[i] && !e; i += 2) {
		if (strncmp(attrs[i], "xmlns", 5) == 0)
			continue;
		size_t length = t->path.n;
		if (t->record) {
			path_push(t, without_prefix(attrs[i]));
			e = add_cell(t, span_str(attrs[i + 1]));
			t->path.n = length;
		} else {
			buf_add_str(&t->text, name);
			buf_add_byte(&t->text, ' ');
			add_line(t, without_prefix(attrs[i]), span_str(attrs[i + 1]));
		}
	}
	return e;
}

/* Text so far of an element that turns out to hold others. */
static int give_value(struct tree *t, const char *label)
{
	struct span value = buf_span(&t->value);
	t->is_lost |= t->value.is_full;
	int e = OK;
	if (!is_blank(value)) {
		if (t->record)
			e = add_cell(t, value);
		else
			add_line(t, label, value);
	}
	buf_clear(&t->value);
	return e;
}

static int data_start(void *user, const char *name, const char **attrs)
{
	struct tree *t = user;
	uint32_t parent = t->stack[t->depth];
	int e = give_value(t, t->shapes[parent].is_mixed ? NULL : t->shapes[parent].name);
	uint32_t i = t->depth && !parent ? 0 : child_shape(t, parent, name, false);
	t->stack[++t->depth] = i;
	t->path_at[t->depth] = t->path.n;
	if (e)
		return e;
	if (t->record) {
		path_push(t, name);
	} else if (t->shapes[i].is_record) {
		e = is_blank(buf_span(&t->text)) ? OK : rows_flush(t->rows);
		if (!e)
			e = flush_text(t);
		t->record = t->depth;
		if (!e)
			e = rows_sheet(t->rows, span_str(name));
	}
	return e ? e : give_attributes(t, name, attrs);
}

static int data_end(void *user, const char *name)
{
	struct tree *t = user;
	const struct shape *s = &t->shapes[t->stack[t->depth]];
	const struct shape *above = &t->shapes[t->stack[t->depth ? t->depth - 1 : 0]];
	/* inside prose the names are of markup, not of values */
	int e = give_value(t, s->is_mixed || above->is_mixed ? NULL : name);
	if (s->is_mixed && !above->is_mixed && !t->record)
		buf_add_byte(&t->text, '\n');
	if (t->record == t->depth) {
		t->record = 0;
		if (!e)
			e = rows_end_row(t->rows);
	}
	t->path.n = t->path_at[t->depth];
	t->depth--;
	if (!e && !t->record && t->text.n >= WINDOW) {
		e = rows_flush(t->rows);
		if (!e)
			e = flush_text(t);
	}
	return e ? e : t->given + t->text.n > (1u << 20) ? sink_spend(t->out, 16) : OK;
}

static int data_text(void *user, struct span s)
{
	struct tree *t = user;
	buf_add(&t->value, s);
	return OK;
}

/* The text as it stands, tags and all, in which those who look for settings know their way. */
static int give_plain(struct tree *t, struct fault *why)
{
	struct text_source ts;
	text_source_init(&ts, t->it->bytes, NULL);
	int e = OK;
	for (size_t from = 0, next; from < t->it->bytes.n && !e; from = next) {
		struct text text;
		bool is_text;
		e = text_source_window(&ts, from, WINDOW, &text, &next, &is_text, why);
		if (!e)
			e = sink_spend(t->out, next - from);
		if (!e && is_text)
			e = sink_text(t->out, &text);
	}
	text_source_release(&ts);
	return e;
}

static int give_broken(struct tree *t, struct fault *why)
{
	int e = sink_damage(t->out, STATUS_PARTIAL, 0, 0, why->text[0] ? why->text : "XML is not well-formed");
	if (!e)
		e = give_plain(t, why);
	return e ? e : PART;
}

/* Settings rather than data: nothing repeats, or the root says so. */
static bool is_settings(const struct tree *t)
{
	static const char *const roots[] = { "configuration", "unattend", "plist", "Project", "settings" };
	const char *root = t->shapes[t->shapes[0].first_child].name;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (strcmp(root, roots[i]) == 0)
			return true;
	for (uint32_t i = 1; i < t->count; i++)
		if (t->shapes[i].is_record)
			return false;
	return true;
}

static int give_data(struct tree *t, struct fault *why)
{
	static const struct xml_events data = { data_start, data_end, data_text };
	t->depth = 0;
	buf_init(&t->value, VALUE_MAX);
	buf_init(&t->text, TEXT_MAX);
	buf_init(&t->path, 1 << 16);
	t->rows = rows_open(t->out, false);
	int e = t->rows ? xml_parse(t->it->bytes, &data, t, why) : fault_set(why, E_MEMORY, "no memory for rows");
	if (e >= 0) {
		int flushed = rows_flush(t->rows);
		if (!flushed)
			flushed = flush_text(t);
		e = flushed ? flushed : e;
	}
	if (!e && t->is_lost) {
		e = sink_damage(t->out, STATUS_PARTIAL, 0, 0, "an element with more text than is read");
		e = e ? e : PART;
	}
	rows_close(t->rows);
	buf_release(&t->value);
	buf_release(&t->text);
	buf_release(&t->path);
	return e;
}

static int xml_read(const struct item *it, struct sink *out, struct fault *why)
{
	static const struct xml_events shape = { shape_start, shape_end, shape_text };
	struct tree *t = arena_take(it->arena, sizeof(*t));
	if (!t)
		return fault_set(why, E_MEMORY, "no memory for the shape of a document");
	*t = (struct tree){ .it = it, .out = out, .count = 1 };
	t->shapes = arena_array(it->arena, SHAPES_MAX, sizeof(*t->shapes));
	if (!t->shapes)
		return fault_set(why, E_MEMORY, "no memory for the shape of a document");
	t->shapes[0].name = "";
	int e = sink_spend(out, it->bytes.n);
	if (!e)
		e = xml_parse(it->bytes, &shape, t, why);
	if (e == PART || e == E_DAMAGED)
		return give_broken(t, why);
	if (e)
		return e;
	choose_records(t);
	return is_settings(t) ? give_plain(t, why) : give_data(t, why);
}

static int xml_probe(struct span head, const struct item *it)
{
	static const char *const roots[] = { "<rss", "<svg", "<feed", "<plist", "<urlset", "<kml", "<gpx" };
	char plain[256];
	size_t n = 0;
	for (size_t i = 0; i < head.n && n < sizeof(plain); i++)
		if (head.p[i] && head.p[i] < 0x80)
			plain[n++] = (char)head.p[i];
	struct span s = span_trim(span_of(plain, n));
	if (span_at(s, 0) != '<' || !encoding_is_text(head))
		return 0;
	if (span_starts(s, span_str("<?xml")))
		return 50;
	for (size_t i = 0; i < sizeof(roots) / sizeof(*roots); i++)
		if (span_starts_nocase(s, span_str(roots[i])))
			return 40;
	return item_has_extension(it, "xml svg plist rss atom xsd xsl xslt wsdl kml gpx config csproj resx") ? 40 : 0;
}

static int xml_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_xml = {
	.name = "xml", .help = "XML", .type = "application/xml", .peek = 1024,
	.probe = xml_probe, .read = xml_read, .init = xml_init,
};
