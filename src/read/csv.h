/*
 * Delimited text (RFC 4180 and what programs write beside it): cells parted
 * by a comma, semicolon, tab or bar, quoted where they hold one, quotes
 * doubled or escaped by a backslash, lines ended by LF, CRLF or CR.
 */
#ifndef READ_CSV_H
#define READ_CSV_H

#include "base/arena.h"
#include "base/buf.h"

enum {
	CSV_COLUMNS_MAX = 4096,
	CSV_QUOTED_MAX = 256 << 10,	/* bytes; a quote that is not closed by then is no quote */
};

struct csv_dialect {
	char delimiter, quote;
	bool has_backslash;	/* \" stands for a quote */
	uint32_t columns;	/* of most records */
	uint32_t widest;	/* of the record with most cells */
	unsigned records;	/* looked at */
	unsigned same;		/* of them with exactly columns cells */
	unsigned before;	/* records above the table: a title, blank lines */
	unsigned spaced;	/* delimiters that a blank follows, in percent */
	bool has_header;
	size_t skip;		/* bytes of a line "sep=;" */
};

/* The dialect of a head; is_cut when the text goes on behind it. False when no delimiter makes columns. */
bool csv_dialect_of(struct span head, bool is_cut, struct arena *arena, struct csv_dialect *d);

/*
 * Reads records from s. Cells borrow s or scratch, whose room must be s.n
 * from the start, so that it never moves.
 */
struct csv {
	const struct csv_dialect *dialect;
	struct span s;
	size_t at;		/* offset of the next record */
	size_t open_until;	/* up to here no quote is closed */
	bool is_cut;		/* s goes on behind its end: a record that is open there is not given */
	struct buf *scratch;
	struct span *cells;	/* max entries */
	size_t *starts;		/* offset in s of each cell's first byte */
	uint32_t max;		/* from 1; what follows the last cell is given with it */
};
/* Cells of the next record, 0 at the end. Empty lines are passed over. */
uint32_t csv_record(struct csv *c);

#endif
