/*
 * Rows of the tables that parts hang in. A part is one file with one const
 * row, and one word in its table (read/readers.def and the like).
 *
 * All functions are called in a sandboxed worker with one thread: no
 * paths, no network, no new files. init is called once in the parent of
 * all workers, before the sandbox closes, where files of libraries (models,
 * code page tables) may still be opened; the workers inherit its memory.
 */
#ifndef CORE_PART_H
#define CORE_PART_H

#include "core/sink.h"

struct reader {
	const char *name, *help;
	const char *type;	/* MIME type of what it reads */
	size_t peek;		/* bytes of head that probe wants to see */
	/* 0 (no) to 100 (certain). head may be shorter than peek. */
	int (*probe)(struct span head, const struct item *it);
	/* OK, PART (damage was given to the sink), or a negative code with its reason. */
	int (*read)(const struct item *it, struct sink *out, struct fault *why);
	int (*init)(const struct options *o, struct fault *why);	/* or NULL */
};

struct detector {
	const char *name, *help;
	int (*init)(const struct options *o, struct fault *why);	/* or NULL */
	/* Each may be NULL. Return OK or what the sink returned. */
	int (*text)(const struct item *it, const struct text *t, struct sink *out);
	int (*table)(const struct item *it, const struct table *t, struct sink *out);
	int (*picture)(const struct item *it, const struct picture *p, struct sink *out);
	/* Name and bytes of the item as a whole, before anything else: key stores, files named passwords. */
	int (*item)(const struct item *it, struct sink *out);
	/*
	 * After all texts, tables and pictures of the item, its children excluded (they end before it):
	 * once for each item whose reading began, however it ended, unless the run stops. What was seen
	 * lies in item_note. Whoever closes an item calls it: scan/, and the recorder in tests.
	 */
	int (*end)(const struct item *it, struct sink *out);
};

/* A kind of fingerprint. It gives its prints and digests to the sink; called like a detector, options->print set. */
struct printer {
	const char *name, *help;
	int (*init)(const struct options *o, struct fault *why);	/* or NULL */
	/* Each may be NULL. Return OK or what the sink returned. */
	int (*text)(const struct item *it, const struct text *t, struct sink *out);
	int (*table)(const struct item *it, const struct table *t, struct sink *out);
	int (*picture)(const struct item *it, const struct picture *p, struct sink *out);
	int (*item)(const struct item *it, struct sink *out);	/* its bytes, before anything else */
	int (*end)(const struct item *it, struct sink *out);	/* as a detector's */
};

/* NULL-terminated, in order of appearance in the .def files. */
extern const struct reader *const readers[];
extern const struct detector *const detectors[];
extern const struct printer *const printers[];

/* The reader that bids highest for the item, NULL when none bids; ties go to the first. */
const struct reader *reader_for(const struct item *it);

#endif
