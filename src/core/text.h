/*
 * Text and tables: what readers hand to detectors.
 */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include "base/span.h"

/* What positions in a finding count. */
enum space {
	SPACE_RAW,	/* bytes of the item */
	SPACE_TEXT,	/* bytes of the item's decoded text in UTF-8 */
	SPACE_ROW,	/* bytes of the item, inside a row */
	SPACE_OCR	/* bytes of recognised text */
};
const char *space_name(enum space s);

/*
 * A run of valid UTF-8. Borrowed for the call. Position i of utf8 is
 *   - base + i in space, when raw_at is NULL;
 *   - raw_at[i] in SPACE_RAW, when it is given (utf8.n + 1 entries), for
 *     encodings in which bytes and UTF-8 do not run in step.
 */
struct text {
	struct span utf8;
	enum space space;
	uint64_t base;
	const uint64_t *raw_at;
	uint32_t page;		/* from 1; 0 when there are none */
	const char *part;	/* "body", "header", "notes", or NULL */
	bool is_strings;	/* found by a raw scan of unknown binary data */
};

/*
 * A block of rows with named columns. Cells are UTF-8, row after row,
 * columns cells each; absent cells are empty. Column names may be empty.
 * offsets, when not NULL, gives each cell's first byte in the item.
 */
struct table {
	const char *sheet;		/* sheet or table name, or NULL */
	uint32_t columns;
	const struct span *names;	/* columns entries */
	uint64_t first_row;		/* number of the first row here, from 1, the header not counted; in sheets the sheet's own */
	uint32_t rows;
	const struct span *cells;	/* rows * columns */
	const uint64_t *offsets;	/* rows * columns, or NULL */
};

static inline struct span table_cell(const struct table *t, uint32_t row, uint32_t column)
{
	return t->cells[(size_t)row * t->columns + column];
}

#endif
