/*
 * Grid: rows of cells, as sheets and tables of documents have them, on
 * their way to the sink as one table: finds the header among the first
 * rows, keeps the sheet's own row numbers, copes with rows of any width.
 *
 * What stands above the header is given as a table without names first.
 * Rows may come sparse; they come in ascending order. Cells of a row in
 * ascending order too. Memory: the first rows only. One thread.
 */
#ifndef READ_GRID_H
#define READ_GRID_H

#include "base/buf.h"
#include "core/sink.h"

enum { GRID_HEAD = 24, GRID_COLUMNS_MAX = 16384 };

struct grid_cell { uint32_t column; bool is_number; size_t at, n; };
struct grid_row {
	uint64_t number;		/* from 1 */
	struct buf bytes;
	struct grid_cell *cells;
	size_t count, room;
	uint32_t width;			/* columns up to the last cell with something in it */
};
struct grid {
	struct sink *out;
	const char *sheet;		/* borrowed until grid_end */
	struct buf *as_text;		/* see grid_begin */
	struct grid_row head[GRID_HEAD + 1];	/* the last is the row under way once the header is known */
	unsigned count;			/* rows kept in head */
	bool is_decided, is_text, is_table;
	struct span *cells;		/* columns entries */
	uint32_t columns;
	uint64_t work;
};

/*
 * as_text, when not NULL: a table without a header is added there as lines with tabs between the cells,
 * because it lays out a page rather than lists things.
 */
void grid_begin(struct grid *g, struct sink *out, const char *sheet, struct buf *as_text);
/* Starts a row, which ends the one before. These three return OK or a negative code. */
int  grid_row(struct grid *g, uint64_t number);
/* column from 0. Empty values are left out. */
int  grid_cell(struct grid *g, uint32_t column, struct span value, bool is_number);
/* Ends the last row and the table; code is passed through when negative. Releases everything in any case. */
int  grid_end(struct grid *g, int code);

#endif
