/*
 * A sink for tests: writes what a reader and the detectors give as plain
 * lines, one an event, and examines children in turn. With detectors on,
 * text, tables and pictures also go to them, and findings are written.
 */
#ifndef TESTS_RECORDER_H
#define TESTS_RECORDER_H

#include "base/buf.h"
#include "core/part.h"

struct recorder {
	struct sink sink;
	struct buf *out;		/* lines are added here */
	const struct item *item;
	const struct options *options;
	bool is_ended;			/* the detectors' end was called */
	bool with_detectors, is_quiet;	/* quiet: only findings and damage */
	struct buf *table;		/* cells of the table under way */
	struct span *cells;
	uint64_t *offsets;
	struct span *names;
	char *sheet;
	uint32_t columns, rows, room;
	uint64_t first_row;
	uint64_t work;
};

/* NULL, or the one detector that is asked when detectors are on. */
extern const char *recorder_only;

/* Reads an item with the reader that bids highest (or reader, when given) and writes all events. */
int record_item(struct buf *out, const struct item *it, const struct reader *reader,
                bool with_detectors, bool is_quiet);
/* The same for bytes in memory under a name, with default options; returns out's string. */
const char *record_bytes(struct buf *out, const char *name, struct span bytes, bool with_detectors);
/* A whole file in memory, malloc'd; empty when it cannot be read. */
struct span load_file(const char *path);

#endif
