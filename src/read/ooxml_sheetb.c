/* Worksheets of binary workbooks ([MS-XLSB] 2.1.4 and 2.4): names, styles, shared strings, cells. */
#include "read/cell_number.h"
#include "read/grid.h"
#include "read/ole.h"
#include "read/ooxml.h"

#include <stdlib.h>
#include <string.h>

enum {
	ROW_HEADER = 0, CELL_RK = 2, CELL_REAL = 5, CELL_STRING = 6, CELL_SHARED = 7, FORMULA_STRING = 8,
	FORMULA_NUMBER = 9, SHARED_ITEM = 19, FORMAT = 44, XF = 47, SHEET = 156, BEGIN_CELL_XFS = 617,
	END_CELL_XFS = 618,
	SHEETS_MAX = 4096, STYLES_MAX = 65536, PART_MAX = 256 << 20, VALUE_MAX = 1 << 20,
};

struct ooxml_binary {
	struct { const struct zip_member *member; const char *name; } sheets[SHEETS_MAX];
	size_t sheet_count, style_count;
	struct span codes[STYLES_MAX];		/* of formats by number */
	uint16_t styles[STYLES_MAX];		/* number of the format */
	bool is_in_cell_xfs;
};

struct record { unsigned type; struct cur body; };

static bool next_record(struct cur *c, struct record *r)
{
	unsigned low = cur_u8(c);
	r->type = low & 0x80 ? (low & 0x7f) | (cur_u8(c) & 0x7fu) << 7 : low;
	uint32_t n = 0;
	for (unsigned i = 0; i < 4; i++) {
		uint8_t b = cur_u8(c);
		n |= (uint32_t)(b & 0x7f) << (7 * i);
		if (!(b & 0x80))
			break;
	}
	r->body = cur_of(cur_take(c, n));
	return !c->bad;
}

/* Four bytes of length in characters and UTF-16; a length of all ones is no string. */
static void add_wide(struct cur *c, struct buf *out)
{
	uint32_t n = cur_u32le(c);
	if (n != UINT32_MAX)
		ole_add_utf16(out, cur_take(c, (size_t)n * 2));
}

static int add_shared(struct ooxml *o, struct record *r)
{
	cur_skip(&r->body, 1);
	add_wide(&r->body, &o->strings);
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

static void add_sheet(struct ooxml *o, struct record *r, const struct zip_member *workbook,
                      const struct ooxml_link *links)
{
	struct ooxml_binary *b = o->binary;
	struct buf id, name;
	bool is_hidden = cur_u32le(&r->body) != 0;
	cur_skip(&r->body, 4);
	buf_init(&id, 1024);
	buf_init(&name, 1024);
	add_wide(&r->body, &id);
	add_wide(&r->body, &name);
	for (const struct ooxml_link *l = links; l && l->id && b->sheet_count < SHEETS_MAX; l++)
		if (span_equal(span_str(l->id), buf_span(&id))) {
			b->sheets[b->sheet_count].member = ooxml_target(o, workbook->name, l->target);
			b->sheets[b->sheet_count++].name = arena_format(o->doc.item->arena, "%s%s", buf_string(&name),
			                                                is_hidden ? " (hidden)" : "");
			break;
		}
	buf_release(&id);
	buf_release(&name);
}

static void add_format(struct ooxml *o, struct record *r)
{
	unsigned id = cur_u16le(&r->body);
	struct buf code;
	buf_init(&code, 4096);
	add_wide(&r->body, &code);
	o->binary->codes[id] = arena_copy(o->doc.item->arena, buf_span(&code));
	buf_release(&code);
}

static int on_global(struct ooxml *o, struct record *r, const struct zip_member *m, const struct ooxml_link *links)
{
	struct ooxml_binary *b = o->binary;
	switch (r->type) {
	case SHARED_ITEM: return add_shared(o, r);
	case SHEET: add_sheet(o, r, m, links); break;
	case FORMAT: add_format(o, r); break;
	case BEGIN_CELL_XFS: b->is_in_cell_xfs = true; break;
	case END_CELL_XFS: b->is_in_cell_xfs = false; break;
	case XF:
		cur_skip(&r->body, 2);
		if (b->is_in_cell_xfs && b->style_count < STYLES_MAX)
			b->styles[b->style_count++] = cur_u16le(&r->body);
	}
	return OK;
}

static int load_part(struct ooxml *o, const char *name)
{
	const struct zip_member *m = zip_named(&o->zip, name);
	struct ooxml_link *links = NULL;
	struct buf bytes;
	struct record r;
	if (!m)
		return OK;
	int e = ooxml_links(o, m->name, &links);
	buf_init(&bytes, PART_MAX);
	if (!e)
		e = ooxml_load(o, m, &bytes);
	struct cur c = cur_of(buf_span(&bytes));
	while (!e && c.left.n && next_record(&c, &r))
		e = on_global(o, &r, m, links);
	buf_release(&bytes);
	return e;
}

static int load_workbook(struct ooxml *o)
{
	o->binary = arena_take(o->doc.item->arena, sizeof(*o->binary));
	if (!o->binary)
		return fault_set(o->doc.why, E_MEMORY, "no memory for a workbook");
	int e = load_part(o, "xl/workbook.bin");
	if (!e)
		e = load_part(o, "xl/styles.bin");
	return e ? e : load_part(o, "xl/sharedStrings.bin");
}

static double double_of(uint64_t bits)
{
	double d;
	memcpy(&d, &bits, sizeof(d));
	return d;
}

static double rk_number(uint32_t rk)
{
	double d = rk & 2 ? (double)((int32_t)rk >> 2) : double_of((uint64_t)(rk & ~3u) << 32);
	return rk & 1 ? d / 100 : d;
}

struct cells { struct ooxml *o; struct grid grid; struct buf value; };

static int on_cell(struct cells *x, struct record *r)
{
	struct ooxml *o = x->o;
	uint32_t column = cur_u32le(&r->body), style = cur_u32le(&r->body) & 0xffffff;
	unsigned id = style < o->binary->style_count ? o->binary->styles[style] : 0;
	bool is_number = r->type == CELL_RK || r->type == CELL_REAL || r->type == FORMULA_NUMBER;
	buf_clear(&x->value);
	if (r->type == CELL_SHARED) {
		uint32_t i = cur_u32le(&r->body);
		size_t from = i && i < o->string_count ? o->string_ends[i - 1] : 0;
		size_t to = i < o->string_count ? o->string_ends[i] : from;
		return grid_cell(&x->grid, column, span_sub(buf_span(&o->strings), from, to - from), false);
	}
	if (is_number) {
		double d = r->type == CELL_RK ? rk_number(cur_u32le(&r->body)) : double_of(cur_u64le(&r->body));
		number_show(&x->value, d, number_format_of(id, o->binary->codes[id]), false);
	} else {
		add_wide(&r->body, &x->value);
	}
	return r->body.bad ? OK : grid_cell(&x->grid, column, buf_span(&x->value), is_number);
}

static int on_record(struct cells *x, struct record *r)
{
	switch (r->type) {
	case ROW_HEADER: return grid_row(&x->grid, (uint64_t)cur_u32le(&r->body) + 1);
	case CELL_RK: case CELL_REAL: case CELL_STRING: case CELL_SHARED: case FORMULA_STRING:
	case FORMULA_NUMBER: return on_cell(x, r);
	}
	return OK;
}

int ooxml_sheet_binary(struct ooxml *o, const struct zip_member *m)
{
	struct cells x = { .o = o };
	struct buf bytes;
	struct record r;
	const char *name = "";
	int e = o->binary ? OK : load_workbook(o);
	if (e)
		return e;
	for (size_t i = 0; i < o->binary->sheet_count; i++)
		if (o->binary->sheets[i].member == m)
			name = o->binary->sheets[i].name;
	buf_init(&bytes, PART_MAX);
	buf_init(&x.value, VALUE_MAX);
	grid_begin(&x.grid, o->doc.out, name, NULL);
	e = ooxml_load(o, m, &bytes);
	struct cur c = cur_of(buf_span(&bytes));
	while (!e && c.left.n && next_record(&c, &r))
		e = on_record(&x, &r);
	e = grid_end(&x.grid, e);
	buf_release(&bytes);
	buf_release(&x.value);
	return e;
}
