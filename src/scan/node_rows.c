/* Tables: rows are gathered into blocks, which the detectors see with their columns whole. */
#include <stdlib.h>
#include <string.h>

#include "scan/node.h"

enum { ROWS_MAX = 16384, CELLS_MAX = 1 << 18, BYTES_MAX = 16 << 20, COLUMNS_MAX = 16384, CELL_MAX = 1 << 20 };

static int rows_flush(struct node *n)
{
	struct rows *r = &n->rows;
	struct table t = {
		.sheet = r->sheet, .columns = r->columns, .names = r->names, .first_row = r->first_row,
		.rows = r->count, .cells = r->cells, .offsets = r->has_offsets ? r->offsets : NULL,
	};
	r->table = &t;
	int e = r->count ? parts_table(n, &t) : OK;
	r->table = NULL;
	uint64_t bytes = r->arena.used;
	r->first_row += r->count;
	r->count = 0;
	arena_reset(&r->arena);
	return e ? e : frame_progress(n->x, bytes);
}

static void rows_forget(struct rows *r)
{
	for (uint32_t i = 0; r->names && i < r->columns; i++)
		free((void *)r->names[i].p);
	free(r->names);
	free(r->sheet);
	free(r->cells);
	free(r->offsets);
	arena_release(&r->arena);
	*r = (struct rows){ 0 };
}

static struct span copy_of(struct span s)
{
	char *p = s.n ? strndup((const char *)s.p, s.n) : NULL;
	return span_of(p, p ? strlen(p) : 0);
}

int node_table_begin(struct sink *s, const char *sheet, const struct span *names, uint32_t columns)
{
	struct node *n = node_of(s);
	struct rows *r = &n->rows;
	int e = r->is_open ? node_table_end(s) : OK;
	if (e)
		return e;
	if (columns > COLUMNS_MAX)
		columns = COLUMNS_MAX;
	arena_init(&r->arena, BYTES_MAX * 4);
	r->is_open = true;
	r->columns = columns;
	r->first_row = 1;
	r->sheet = sheet ? strdup(sheet) : NULL;
	r->names = calloc(columns + 1u, sizeof(*r->names));
	r->room = columns ? CELLS_MAX / columns : 1;
	if (r->room > ROWS_MAX)
		r->room = ROWS_MAX;
	r->cells = calloc((size_t)r->room * columns + 1, sizeof(*r->cells));
	r->offsets = calloc((size_t)r->room * columns + 1, sizeof(*r->offsets));
	if (!r->names || !r->cells || !r->offsets) {
		rows_forget(r);
		return E_MEMORY;
	}
	for (uint32_t i = 0; names && i < columns; i++)
		r->names[i] = copy_of(span_sub(names[i], 0, 1024));
	n->is_decoded = true;
	return OK;
}

int node_row(struct sink *s, const struct span *cells, uint32_t count, const uint64_t *offsets)
{
	struct node *n = node_of(s);
	struct rows *r = &n->rows;
	if (!r->is_open)
		return OK;
	size_t at = (size_t)r->count * r->columns;
	r->has_offsets |= offsets != NULL;
	for (uint32_t i = 0; i < r->columns; i++) {
		bool is_there = i < count;
		r->cells[at + i] = is_there ? arena_copy(&r->arena, span_sub(cells[i], 0, CELL_MAX)) : span_of(NULL, 0);
		r->offsets[at + i] = is_there && offsets ? offsets[i] : 0;
	}
	r->count++;
	if (r->arena.is_full)
		return E_MEMORY;
	return r->count == r->room || r->arena.used > BYTES_MAX ? rows_flush(n) : OK;
}

/* Blocks hold rows of consecutive numbers: a leap ends one. */
int node_row_number(struct sink *s, uint64_t number)
{
	struct node *n = node_of(s);
	struct rows *r = &n->rows;
	if (!r->is_open || number == r->first_row + r->count)
		return OK;
	int e = r->count ? rows_flush(n) : OK;
	r->first_row = number;
	return e;
}

int node_table_end(struct sink *s)
{
	struct node *n = node_of(s);
	if (!n->rows.is_open)
		return OK;
	int e = rows_flush(n);
	rows_forget(&n->rows);
	return e;
}
