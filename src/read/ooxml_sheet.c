/*
 * Worksheets (ECMA-376 part 1, 18): the workbook's sheet names, number
 * formats, shared strings, then each sheet as a table with the sheet's own
 * row and column numbers. Formulas give their cached values.
 */
#include "read/cell_number.h"
#include "read/grid.h"
#include "read/ooxml.h"

#include <stdlib.h>
#include <string.h>

enum {
	STYLES_MAX = 65536, SHEETS_MAX = 4096, VALUE_MAX = 1 << 20,
	CELL_BYTES_MAX = 4 * 32767,	/* Excel's longest cell, in characters of up to 4 bytes */
	CELL_HEAD = 256,
};
static const uint64_t was_given = 1ull << 63;	/* in string_ends */

struct sheet_name { const struct zip_member *member; const char *name; };
struct custom_format { unsigned id; struct span code; };

struct ooxml_sheets {
	bool is_1904;
	struct ooxml_link *links;		/* of the workbook */
	struct span workbook;			/* its path */
	struct sheet_name *names;
	size_t names_count;
	struct custom_format *customs;
	size_t customs_count;
	struct number_format *styles;		/* by index of cellXfs */
	size_t styles_count;
};

struct load { struct ooxml *o; struct ooxml_sheets *s; bool is_inside, is_phonetic; };

static int add_sheet_name(struct load *l, const char **attrs)
{
	struct ooxml_sheets *s = l->s;
	const char *name = xml_attr(attrs, "name"), *state = xml_attr(attrs, "state"), *id = xml_attr(attrs, "r:id");
	if (!name || !id || s->names_count >= SHEETS_MAX)
		return OK;
	bool is_hidden = state && strcmp(state, "visible") != 0;
	for (const struct ooxml_link *link = s->links; link && link->id; link++) {
		if (strcmp(link->id, id) != 0)
			continue;
		struct sheet_name *n = &s->names[s->names_count++];
		n->member = ooxml_target(l->o, s->workbook, link->target);
		n->name = arena_format(l->o->doc.item->arena, "%s%s", name, is_hidden ? " (hidden)" : "");
		return OK;
	}
	return OK;
}

static int workbook_start(void *user, const char *name, const char **attrs)
{
	struct load *l = user;
	const char *is_1904 = strcmp(name, "workbookPr") == 0 ? xml_attr(attrs, "date1904") : NULL;
	if (is_1904)
		l->s->is_1904 = strcmp(is_1904, "1") == 0 || strcmp(is_1904, "true") == 0;
	return strcmp(name, "sheet") == 0 ? add_sheet_name(l, attrs) : OK;
}

static unsigned number_attr(const char **attrs, const char *name)
{
	const char *s = xml_attr(attrs, name);
	return s ? (unsigned)strtoul(s, NULL, 10) : 0;
}

static struct span custom_code(const struct ooxml_sheets *s, unsigned id)
{
	for (size_t i = 0; i < s->customs_count; i++)
		if (s->customs[i].id == id)
			return s->customs[i].code;
	return span_str("");
}

static int styles_start(void *user, const char *name, const char **attrs)
{
	struct load *l = user;
	struct ooxml_sheets *s = l->s;
	const char *code = xml_attr(attrs, "formatCode");
	if (strcmp(name, "cellXfs") == 0)
		l->is_inside = true;
	else if (strcmp(name, "numFmt") == 0 && code && s->customs_count < STYLES_MAX)
		s->customs[s->customs_count++] = (struct custom_format){
			number_attr(attrs, "numFmtId"), arena_copy(l->o->doc.item->arena, span_str(code)),
		};
	else if (strcmp(name, "xf") == 0 && l->is_inside && s->styles_count < STYLES_MAX) {
		unsigned id = number_attr(attrs, "numFmtId");
		s->styles[s->styles_count++] = number_format_of(id, custom_code(s, id));
	}
	return OK;
}

static int styles_end(void *user, const char *name)
{
	struct load *l = user;
	if (strcmp(name, "cellXfs") == 0)
		l->is_inside = false;
	return OK;
}

static int strings_start(void *user, const char *name, const char **attrs)
{
	struct load *l = user;
	(void)attrs;
	if (strcmp(name, "t") == 0)
		l->is_inside = true;
	else if (strcmp(name, "rPh") == 0)
		l->is_phonetic = true;
	return OK;
}

static int strings_end(void *user, const char *name)
{
	struct load *l = user;
	struct ooxml *o = l->o;
	if (strcmp(name, "t") == 0)
		l->is_inside = false;
	else if (strcmp(name, "rPh") == 0)
		l->is_phonetic = false;
	if (strcmp(name, "si") != 0)
		return OK;
	if (o->string_count == o->string_room) {
		size_t room = o->string_room ? o->string_room * 2 : 1024;
		uint64_t *ends = realloc(o->string_ends, room * sizeof(*ends));
		if (!ends)
			return fault_set(o->doc.why, E_MEMORY, "no memory for shared strings");
		o->string_ends = ends;
		o->string_room = room;
	}
	o->string_ends[o->string_count++] = o->strings.n;
	return OK;
}

static int strings_text(void *user, struct span s)
{
	struct load *l = user;
	if (l->is_inside && !l->is_phonetic)
		buf_add(&l->o->strings, s);
	return OK;
}

/* The member of that name in the workbook's folder. */
static const struct zip_member *beside(const struct ooxml *o, const char *name)
{
	for (size_t i = 0; i < o->zip.count; i++)
		if (span_ends_nocase(o->zip.members[i].name, span_str(name)))
			return &o->zip.members[i];
	return NULL;
}

static int load_workbook(struct ooxml *o)
{
	static const struct xml_events workbook = { .start = workbook_start },
		styles = { styles_start, styles_end, NULL },
		strings = { strings_start, strings_end, strings_text };
	struct arena *arena = o->doc.item->arena;
	struct ooxml_sheets *s = o->sheets = arena_take(arena, sizeof(*s));
	struct load l = { .o = o, .s = s };
	if (!s)
		return fault_set(o->doc.why, E_MEMORY, "no memory for a workbook");
	s->names = arena_array(arena, SHEETS_MAX, sizeof(*s->names));
	s->customs = arena_array(arena, STYLES_MAX, sizeof(*s->customs));
	s->styles = arena_array(arena, STYLES_MAX, sizeof(*s->styles));
	if (!s->names || !s->customs || !s->styles)
		return fault_set(o->doc.why, E_MEMORY, "no memory for a workbook");
	const struct zip_member *m = beside(o, "xl/workbook.xml");
	int e = OK;
	if (m) {
		s->workbook = m->name;
		e = ooxml_links(o, m->name, &s->links);
		if (e >= 0)
			e = ooxml_parse(o, m, &workbook, &l);
	}
	m = beside(o, "xl/styles.xml");
	if (m && e >= 0)
		e = ooxml_parse(o, m, &styles, &l);
	m = beside(o, "xl/sharedStrings.xml");
	l.is_inside = false;
	if (m && e >= 0)
		e = ooxml_parse(o, m, &strings, &l);
	if (e >= 0 && o->strings.is_full)
		e = doc_damage(&o->doc, "more shared strings than are read");
	return e;
}

struct cells {
	struct ooxml *o;
	struct grid grid;
	struct buf value, shown;
	uint64_t row;
	uint32_t column;
	unsigned style;
	char type;		/* first letter of c's t, or 'n'; 'S' is "str", 'i' inlineStr */
	bool is_taking, is_phonetic;
};

/* The column of a reference such as "AB12", from 0; fallback when there is none. */
static uint32_t column_of(const char *reference, uint32_t fallback)
{
	uint32_t n = 0;
	for (; reference && n <= GRID_COLUMNS_MAX && *reference; reference++) {
		char c = *reference & ~0x20;
		if (c < 'A' || c > 'Z')
			break;
		n = n * 26 + (uint32_t)(c - 'A' + 1);
	}
	return n ? n - 1 : fallback;
}

static int row_start(struct cells *c, const char **attrs)
{
	const char *r = xml_attr(attrs, "r");
	uint64_t number = r ? strtoull(r, NULL, 10) : 0;
	c->row = number && number < UINT32_MAX ? number : c->row + 1;
	c->column = 0;
	return grid_row(&c->grid, c->row);
}

static void cell_start(struct cells *c, const char **attrs)
{
	const char *t = xml_attr(attrs, "t");
	c->column = column_of(xml_attr(attrs, "r"), c->column);
	c->style = number_attr(attrs, "s");
	c->type = !t ? 'n' : strcmp(t, "str") == 0 ? 'S' : t[0];
	buf_clear(&c->value);
}

static int cells_start(void *user, const char *name, const char **attrs)
{
	struct cells *c = user;
	if (strcmp(name, "row") == 0)
		return row_start(c, attrs);
	if (strcmp(name, "c") == 0)
		cell_start(c, attrs);
	else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
		c->is_taking = true;
	else if (strcmp(name, "rPh") == 0)
		c->is_phonetic = true;
	return OK;
}

/*
 * A string longer than Excel lets a cell be is a bomb's: it is given in full once, its head from then on.
 */
static struct span shared_string(struct ooxml *o, const char *index)
{
	size_t i = strtoul(index, NULL, 10);
	if (i >= o->string_count)
		return span_str("");
	size_t from = i ? o->string_ends[i - 1] & ~was_given : 0;
	size_t n = (o->string_ends[i] & ~was_given) - from;
	if (n > CELL_BYTES_MAX && o->string_ends[i] & was_given)
		n = CELL_HEAD;
	o->string_ends[i] |= was_given;
	return span_sub(buf_span(&o->strings), from, n);
}

/* A number's own digits stay where they say it all; only dates, masks and exponents are written anew. */
static struct span shown_number(struct cells *c)
{
	const struct ooxml_sheets *s = c->o->sheets;
	struct number_format f = { LOOK_GENERAL, { NULL, 0 } };
	struct span value = span_trim(buf_span(&c->value));
	if (c->style < s->styles_count)
		f = s->styles[c->style];
	if (f.look == LOOK_GENERAL && span_find_byte(value, 'E', 0) == SIZE_MAX && value.n < 17)
		return value;
	char *end;
	double number = strtod(buf_string(&c->value), &end);
	buf_clear(&c->shown);
	number_show(&c->shown, number, f, s->is_1904);
	return buf_span(&c->shown);
}

static int cell_end(struct cells *c)
{
	struct span value = buf_span(&c->value);
	bool is_number = false;
	if (c->type == 's')
		value = shared_string(c->o, buf_string(&c->value));
	else if (c->type == 'b')
		value = span_str(span_at(value, 0) == '1' ? "TRUE" : "FALSE");
	else if (c->type == 'e')
		value = span_str("");
	else if (c->type == 'n' && value.n) {
		value = shown_number(c);
		is_number = true;
	}
	return grid_cell(&c->grid, c->column++, value, is_number);
}

static int cells_end(void *user, const char *name)
{
	struct cells *c = user;
	if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
		c->is_taking = false;
	else if (strcmp(name, "rPh") == 0)
		c->is_phonetic = false;
	return strcmp(name, "c") == 0 ? cell_end(c) : OK;
}

static int cells_text(void *user, struct span s)
{
	struct cells *c = user;
	if (c->is_taking && !c->is_phonetic)
		buf_add(&c->value, s);
	return OK;
}

static const char *name_of(struct ooxml *o, const struct zip_member *m)
{
	for (size_t i = 0; i < o->sheets->names_count; i++)
		if (o->sheets->names[i].member == m)
			return o->sheets->names[i].name;
	struct span path = m->name;
	size_t slash = path.n;
	while (slash && span_at(path, slash - 1) != '/')
		slash--;
	return arena_string(o->doc.item->arena, span_from(path, slash));
}

int ooxml_sheet(struct ooxml *o, const struct zip_member *m)
{
	static const struct xml_events events = { cells_start, cells_end, cells_text };
	int e = o->sheets ? OK : load_workbook(o);
	if (e < 0)
		return e;
	struct cells c = { .o = o };
	buf_init(&c.value, VALUE_MAX);
	buf_init(&c.shown, VALUE_MAX);
	grid_begin(&c.grid, o->doc.out, name_of(o, m), NULL);
	e = ooxml_parse(o, m, &events, &c);
	e = grid_end(&c.grid, e);
	buf_release(&c.value);
	buf_release(&c.shown);
	return e;
}
