/*
 * Excel 5 to 2003 ([MS-XLS], BIFF5 and BIFF8): the globals say what sheets,
 * formats and shared strings there are, then each sheet's cells follow in
 * the order of rows.
 */
#include "read/biff.h"
#include "read/cell_number.h"
#include "read/grid.h"
#include "read/ole.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHEETS_MAX = 4096, STYLES_MAX = 65536, STRINGS_MAX = 1 << 24, NAME_MAX = 200, CELL_MAX = 256 << 10 };

struct excel_sheet { uint32_t at; char name[NAME_MAX]; };
struct excel {
	struct ole *o;
	struct biff b;
	bool is_biff8, is_1904, is_sheet, has_formula;
	unsigned page, depth;		/* code page; substreams open */
	struct excel_sheet *sheets;
	size_t sheet_count;
	struct span *codes;		/* of formats by number, STYLES_MAX */
	uint16_t *styles;		/* number of the format by index of XF */
	size_t style_count;
	struct buf strings;
	uint64_t *string_ends;
	size_t string_count, string_room;
	struct grid grid;
	uint64_t row;			/* under way, from 1; 0 none */
	uint32_t column;		/* of the formula whose string comes next */
	struct buf value, comments;
};

static int no_memory(struct excel *x)
{
	return fault_set(x->o->doc.why, E_MEMORY, "no memory for a workbook");
}

/* A string of count characters in the record's own kind. */
static void add_string(struct excel *x, uint32_t count, struct buf *out)
{
	if (x->is_biff8)
		biff_string(&x->b, count, out);
	else
		ole_add_bytes(out, cur_take(&x->b.body, count), x->page);
}

static void on_boundsheet(struct excel *x)
{
	struct buf name;
	if (x->sheet_count >= SHEETS_MAX)
		return;
	struct excel_sheet *s = &x->sheets[x->sheet_count++];
	s->at = cur_u32le(&x->b.body);
	unsigned hidden = cur_u8(&x->b.body) & 3;
	cur_skip(&x->b.body, 1);
	buf_init(&name, 1024);
	add_string(x, cur_u8(&x->b.body), &name);
	snprintf(s->name, sizeof(s->name), "%s%s", buf_string(&name), hidden ? " (hidden)" : "");
	buf_release(&name);
}

static void on_format(struct excel *x)
{
	struct buf code;
	unsigned id = cur_u16le(&x->b.body);
	buf_init(&code, 4096);
	add_string(x, x->is_biff8 ? cur_u16le(&x->b.body) : cur_u8(&x->b.body), &code);
	x->codes[id] = arena_copy(x->o->doc.item->arena, buf_span(&code));
	buf_release(&code);
}

static int on_sst(struct excel *x)
{
	biff_u32(&x->b);
	uint32_t count = biff_u32(&x->b);
	for (uint32_t i = 0; i < count && i < STRINGS_MAX; i++) {
		struct cur ahead = x->b.rest;
		if (!x->b.body.left.n && cur_u16le(&ahead) != BIFF_CONTINUE)
			break;
		if (x->string_count == x->string_room) {
			size_t room = x->string_room ? x->string_room * 2 : 1024;
			uint64_t *ends = realloc(x->string_ends, room * sizeof(*ends));
			if (!ends)
				return no_memory(x);
			x->string_ends = ends;
			x->string_room = room;
		}
		uint32_t n = biff_u16(&x->b);
		biff_string(&x->b, n, &x->strings);
		x->string_ends[x->string_count++] = x->strings.n;
	}
	return OK;
}

static struct span shared_string(const struct excel *x, uint32_t i)
{
	if (i >= x->string_count)
		return span_str("");
	size_t from = i ? x->string_ends[i - 1] : 0;
	return span_sub(buf_span(&x->strings), from, x->string_ends[i] - from);
}

static int go_to_row(struct excel *x, uint16_t row)
{
	if (x->row == (uint64_t)row + 1)
		return OK;
	x->row = (uint64_t)row + 1;
	return grid_row(&x->grid, x->row);
}

static int give_number(struct excel *x, uint32_t column, unsigned style, double number)
{
	unsigned id = style < x->style_count ? x->styles[style] : 0;
	buf_clear(&x->value);
	number_show(&x->value, number, number_format_of(id, x->codes[id]), x->is_1904);
	return grid_cell(&x->grid, column, buf_span(&x->value), true);
}

static double double_of(uint64_t bits)
{
	double d;
	memcpy(&d, &bits, sizeof(d));
	return d;
}

/* 2.5.217: two flags and 30 bits of an integer or of a double's upper half. */
static double rk_number(uint32_t rk)
{
	double d = rk & 2 ? (double)((int32_t)rk >> 2) : double_of((uint64_t)(rk & ~3u) << 32);
	return rk & 1 ? d / 100 : d;
}

static int on_mulrk(struct excel *x, uint32_t column)
{
	int e = OK;
	for (; x->b.body.left.n >= 8 && !e; column++) {
		unsigned style = cur_u16le(&x->b.body);
		e = give_number(x, column, style, rk_number(cur_u32le(&x->b.body)));
	}
	return e;
}

static int on_formula(struct excel *x, uint32_t column, unsigned style)
{
	uint64_t result = cur_u64le(&x->b.body);
	x->has_formula = result >> 48 == 0xffff && (result & 0xff) == 0;
	x->column = column;
	if (result >> 48 == 0xffff)
		return OK;
	double d = double_of(result);
	return isfinite(d) ? give_number(x, column, style, d) : OK;
}

static int give_string(struct excel *x, uint32_t column)
{
	buf_clear(&x->value);
	add_string(x, cur_u16le(&x->b.body), &x->value);
	return grid_cell(&x->grid, column, buf_span(&x->value), false);
}

/* Text of a comment or shape: it stands in the CONTINUE record behind, 2.4.329. */
static void on_txo(struct excel *x)
{
	cur_skip(&x->b.body, 10);
	unsigned count = cur_u16le(&x->b.body);
	cur_skip(&x->b.body, x->b.body.left.n);
	if (!count || !x->is_biff8)
		return;
	biff_string(&x->b, count, &x->comments);
	buf_add_byte(&x->comments, '\n');
}

/* Records that begin with row, column, style. */
static int on_cell(struct excel *x)
{
	struct cur *c = &x->b.body;
	unsigned row = cur_u16le(c), column = cur_u16le(c);
	int e = c->bad ? OK : go_to_row(x, (uint16_t)row);
	if (e || c->bad)
		return e;
	if (x->b.type == BIFF_MULRK)
		return on_mulrk(x, column);
	unsigned style = cur_u16le(c);
	switch (x->b.type) {
	case BIFF_LABELSST: return grid_cell(&x->grid, column, shared_string(x, cur_u32le(c)), false);
	case BIFF_NUMBER: return give_number(x, column, style, double_of(cur_u64le(c)));
	case BIFF_RK: return give_number(x, column, style, rk_number(cur_u32le(c)));
	case BIFF_FORMULA: return on_formula(x, column, style);
	default: return give_string(x, column);
	}
}

static const char *sheet_name(const struct excel *x)
{
	for (size_t i = 0; i < x->sheet_count; i++)
		if (x->sheets[i].at == x->b.at)
			return x->sheets[i].name;
	return "";
}

static int on_bof(struct excel *x)
{
	uint16_t version = cur_u16le(&x->b.body), kind = cur_u16le(&x->b.body);
	if (x->depth++)
		return OK;	/* a chart inside a sheet */
	x->is_biff8 = version >= 0x0600;
	x->is_sheet = kind == 0x0010 || kind == 0x0040;
	x->row = 0;
	if (x->is_sheet)
		grid_begin(&x->grid, x->o->doc.out, sheet_name(x), NULL);
	return OK;
}

static int end_sheet(struct excel *x, int code)
{
	if (!x->is_sheet)
		return code;
	x->is_sheet = false;
	return grid_end(&x->grid, code);
}

static int on_eof(struct excel *x)
{
	if (x->depth && --x->depth)
		return OK;
	return end_sheet(x, OK);
}

static int on_global(struct excel *x)
{
	switch (x->b.type) {
	case BIFF_BOUNDSHEET: on_boundsheet(x); break;
	case BIFF_FORMAT: on_format(x); break;
	case BIFF_SST: return on_sst(x);
	case BIFF_CODEPAGE: x->page = cur_u16le(&x->b.body); break;
	case BIFF_DATEMODE: x->is_1904 = cur_u16le(&x->b.body) == 1; break;
	case BIFF_XF:
		cur_skip(&x->b.body, 2);
		if (x->style_count < STYLES_MAX)
			x->styles[x->style_count++] = cur_u16le(&x->b.body);
		break;
	case BIFF_DRAWINGS: return ole_pictures(x->o, x->b.body.left, "drawing");
	}
	return OK;
}

static int on_record(struct excel *x)
{
	switch (x->b.type) {
	case BIFF_BOF: return on_bof(x);
	case BIFF_EOF: return on_eof(x);
	case BIFF_FILEPASS: return fault_set(x->o->doc.why, E_ENCRYPTED, "an encrypted workbook");
	case BIFF_TXO: on_txo(x); return OK;
	}
	if (!x->is_sheet)
		return on_global(x);
	if (x->depth > 1)
		return OK;
	switch (x->b.type) {
	case BIFF_FORMULA: case BIFF_MULRK: case BIFF_RSTRING: case BIFF_LABELSST: case BIFF_NUMBER:
	case BIFF_LABEL: case BIFF_RK: return on_cell(x);
	case BIFF_STRING:
		if (!x->has_formula)
			return OK;
		x->has_formula = false;
		return give_string(x, x->column);
	}
	return OK;
}

static int read_records(struct excel *x)
{
	int e = OK;
	for (unsigned n = 0; !e && biff_next(&x->b); n++) {
		e = on_record(x);
		if (!e && n % 1024 == 0)
			e = sink_spend(x->o->doc.out, 1024 * 16);
	}
	return e;
}

static int give_comments(struct excel *x)
{
	buf_add(&x->o->doc.text, buf_span(&x->comments));
	return doc_give(&x->o->doc, "comments", 0);
}

int ole_excel(struct ole *o, const struct ole2_entry *folder)
{
	struct arena *arena = o->doc.item->arena;
	struct excel x = { .o = o, .page = 1252 };
	struct span stream;
	int e = OK;
	if (!ole_stream(o, folder, "Workbook", &stream, &e) && !ole_stream(o, folder, "Book", &stream, &e))
		return e;
	x.sheets = arena_array(arena, SHEETS_MAX, sizeof(*x.sheets));
	x.codes = arena_array(arena, STYLES_MAX, sizeof(*x.codes));
	x.styles = arena_array(arena, STYLES_MAX, sizeof(*x.styles));
	if (!x.sheets || !x.codes || !x.styles)
		return no_memory(&x);
	x.b = (struct biff){ .rest = cur_of(stream), .size = stream.n };
	buf_init(&x.strings, OLE_STREAM_MAX);
	buf_init(&x.value, CELL_MAX);
	buf_init(&x.comments, OLE_STREAM_MAX);
	if (e >= 0)
		e = read_records(&x);
	e = end_sheet(&x, e);
	if (e >= 0)
		e = give_comments(&x);
	buf_release(&x.strings);
	buf_release(&x.value);
	buf_release(&x.comments);
	free(x.string_ends);
	return e;
}
