#include "read/grid.h"

#include <stdlib.h>

enum {
	ROW_BYTES_MAX = 16 << 20,
	NAME_MAX = 80,		/* bytes; a column's name is not longer */
	NAME_DIGITS_MAX = 4,
};

void grid_begin(struct grid *g, struct sink *out, const char *sheet, struct buf *as_text)
{
	*g = (struct grid){ .out = out, .sheet = sheet, .as_text = as_text };
	for (size_t i = 0; i <= GRID_HEAD; i++)
		buf_init(&g->head[i].bytes, ROW_BYTES_MAX);
}

static struct span value_of(const struct grid_row *r, size_t i)
{
	return span_sub(buf_span(&r->bytes), r->cells[i].at, r->cells[i].n);
}

/* The row under way, NULL before the first. */
static struct grid_row *current(struct grid *g)
{
	if (g->is_decided)
		return &g->head[GRID_HEAD];
	return g->count ? &g->head[g->count - 1] : NULL;
}

static bool looks_like_name(struct span s)
{
	unsigned digits = 0, letters = 0;
	for (size_t i = 0; i < s.n; i++) {
		int c = span_at(s, i);
		digits += c >= '0' && c <= '9';
		letters += (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
		letters += c >= 0x80;
		if (c == '@')
			return false;
	}
	return s.n <= NAME_MAX && digits <= NAME_DIGITS_MAX && (letters || s.n <= 2);
}

/* Cells that could name columns: all short words, no two alike beyond a few. */
static bool is_header(const struct grid_row *r, size_t widest)
{
	size_t same = 0;
	if (r->count < 2 || r->count * 3 < widest * 2)
		return false;
	for (size_t i = 0; i < r->count; i++) {
		if (r->cells[i].is_number || !looks_like_name(value_of(r, i)))
			return false;
		same += i > 0 && span_equal(value_of(r, i), value_of(r, i - 1));
	}
	return same * 2 < r->count;
}

/* Index of the header among the rows kept, or count when there is none. */
static unsigned header_among(const struct grid *g)
{
	size_t widest = 0;
	for (unsigned i = 0; i < g->count; i++)
		widest = g->head[i].count > widest ? g->head[i].count : widest;
	for (unsigned i = 0; i + 1 < g->count; i++)
		if (is_header(&g->head[i], widest))
			return i;
	return g->count;
}

static int table_end(struct grid *g)
{
	int e = g->is_table ? sink_table_end(g->out) : OK;
	g->is_table = false;
	return e;
}

/* header may be NULL: no names. */
static int table_begin(struct grid *g, const struct grid_row *header, uint32_t columns)
{
	struct span *cells = realloc(g->cells, (columns + 1) * sizeof(*cells));
	if (!cells)
		return E_MEMORY;
	g->cells = cells;
	g->columns = columns;
	for (uint32_t i = 0; i < columns; i++)
		cells[i] = span_str("");
	for (size_t i = 0; header && i < header->count; i++)
		cells[header->cells[i].column] = value_of(header, i);
	g->is_table = true;
	return sink_table_begin(g->out, g->sheet, header ? cells : NULL, columns);
}

/* The header is the first row kept from here on, so that wider tables can begin with it again. */
static int row_out(struct grid *g, const struct grid_row *r, const struct grid_row *header)
{
	int e = OK;
	if (!r->count)
		return OK;
	if (g->is_table && r->width > g->columns)
		e = table_end(g);
	if (!e && !g->is_table)
		e = table_begin(g, header, r->width > g->columns ? r->width : g->columns);
	for (uint32_t i = 0; !e && i < g->columns; i++)
		g->cells[i] = span_str("");
	for (size_t i = 0; !e && i < r->count; i++)
		g->cells[r->cells[i].column] = value_of(r, i);
	if (!e)
		e = sink_row_number(g->out, r->number);
	if (!e)
		e = sink_row(g->out, g->cells, g->columns, NULL);
	g->work += (uint64_t)g->columns * 16 + r->bytes.n;
	if (!e && g->work > 1 << 20) {
		e = sink_spend(g->out, g->work);
		g->work = 0;
	}
	return e;
}

static void row_as_text(struct grid *g, const struct grid_row *r)
{
	for (size_t i = 0; i < r->count; i++) {
		if (i)
			buf_add_byte(g->as_text, '\t');
		buf_add(g->as_text, value_of(r, i));
	}
	if (r->count)
		buf_add_byte(g->as_text, '\n');
}

static uint32_t widest_from(const struct grid *g, unsigned from, unsigned to)
{
	uint32_t widest = 1;
	for (unsigned i = from; i < to; i++)
		widest = g->head[i].width > widest ? g->head[i].width : widest;
	return widest;
}

/* The header, kept at head[0] after the decision; NULL when there is none. */
static const struct grid_row *header_of(const struct grid *g)
{
	return g->head[0].count ? &g->head[0] : NULL;
}

/* Gives the rows kept, and leaves the header (or an empty row) at head[0]. */
static int decide(struct grid *g)
{
	unsigned at = header_among(g);
	bool has_header = at < g->count;
	int e = OK;
	g->is_decided = true;
	g->is_text = g->as_text && !has_header;
	g->columns = has_header ? widest_from(g, 0, at) : widest_from(g, 0, g->count);
	for (unsigned i = 0; i < (has_header ? at : g->count) && !e; i++) {
		if (g->as_text)
			row_as_text(g, &g->head[i]);
		else
			e = row_out(g, &g->head[i], NULL);
	}
	if (!e)
		e = table_end(g);
	const struct grid_row *header = has_header ? &g->head[at] : NULL;
	g->columns = has_header ? widest_from(g, at, g->count) : g->columns;
	for (unsigned i = at + 1; i < g->count && !e; i++)
		e = row_out(g, &g->head[i], header);
	struct grid_row first = g->head[0];
	if (has_header) {
		g->head[0] = g->head[at];
		g->head[at] = at ? first : g->head[at];
	} else {
		g->head[0].count = 0;
	}
	return e;
}

/* The row under way is complete. */
static int row_done(struct grid *g)
{
	struct grid_row *r = current(g);
	if (!r || !g->is_decided)
		return OK;
	if (g->is_text) {
		row_as_text(g, r);
		return OK;
	}
	return row_out(g, r, header_of(g));
}

static void row_clear(struct grid_row *r, uint64_t number)
{
	buf_clear(&r->bytes);
	r->count = 0;
	r->width = 0;
	r->number = number;
}

int grid_row(struct grid *g, uint64_t number)
{
	int e = row_done(g);
	struct grid_row *last = current(g);
	if (!e && !g->is_decided && last && !last->count) {
		row_clear(last, number);	/* empty rows are not kept */
		return OK;
	}
	if (!e && !g->is_decided && g->count == GRID_HEAD)
		e = decide(g);
	if (e)
		return e;
	if (!g->is_decided)
		g->count++;
	row_clear(current(g), number);
	return OK;
}

int grid_cell(struct grid *g, uint32_t column, struct span value, bool is_number)
{
	struct grid_row *r = current(g);
	if (!r || !value.n || column >= GRID_COLUMNS_MAX)
		return OK;
	if (r->count == r->room) {
		size_t room = r->room ? r->room * 2 : 16;
		struct grid_cell *cells = realloc(r->cells, room * sizeof(*cells));
		if (!cells)
			return E_MEMORY;
		r->cells = cells;
		r->room = room;
	}
	r->cells[r->count++] = (struct grid_cell){ column, is_number, r->bytes.n, value.n };
	buf_add(&r->bytes, value);
	r->width = column + 1 > r->width ? column + 1 : r->width;
	return r->count > 4 * GRID_COLUMNS_MAX ? E_LIMIT : OK;
}

int grid_end(struct grid *g, int code)
{
	int e = code;
	if (e >= 0 && !g->is_decided)
		e = decide(g);
	else if (e >= 0)
		e = row_done(g);
	if (e >= 0 && g->work)
		e = sink_spend(g->out, g->work);
	int ended = table_end(g);
	for (size_t i = 0; i <= GRID_HEAD; i++) {
		buf_release(&g->head[i].bytes);
		free(g->head[i].cells);
	}
	free(g->cells);
	return e < 0 ? e : ended;
}
