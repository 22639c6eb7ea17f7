/*
 * Rows whose columns become known only while they are read: cells are given
 * with the name of their column, gathered for some hundred rows, and go to
 * the sink as tables. A new column, or another sheet, begins a new table.
 * Long strings go out as texts instead of cells, beside the table.
 */
#ifndef READ_ROWS_H
#define READ_ROWS_H

#include "base/arena.h"
#include "base/buf.h"
#include "core/sink.h"

enum {
	ROWS_GATHERED = 256,
	ROWS_COLUMNS_MAX = 4096,
	ROWS_LONG = 512,	/* bytes from which a cell is a text */
};

struct rows;
/* with_offsets: cells' offsets are those of the item. NULL without memory. */
struct rows *rows_open(struct sink *out, bool with_offsets);
/* Gives what is gathered and closes the table; call it before rows_close, which only releases. */
int rows_flush(struct rows *r);
void rows_close(struct rows *r);

/* The sheet of the rows to come, "" for none. */
int rows_sheet(struct rows *r, struct span sheet);
/*
 * A cell of the row under way; name and value are copied unless is_lasting
 * (the value then lives until the flush). at: its offset. The same name a
 * second time in a row makes a second column of that name.
 */
int rows_cell(struct rows *r, struct span name, struct span value, bool is_lasting, uint64_t at);
/* A text of its own, given at the next flush: with raw_at (n + 1 entries, copied) or in step from at. */
int rows_text(struct rows *r, struct span utf8, const uint64_t *raw_at, uint64_t at);
/* Ends the row; one without cells is none. */
int rows_end_row(struct rows *r);

#endif
