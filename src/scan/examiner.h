/*
 * Examiner: the worker's side of the sink. Takes one file on disk through
 * readers, detectors and their children, keeps the budgets, and writes
 * frames (scan/wire.h) to the supervisor.
 */
#ifndef SCAN_EXAMINER_H
#define SCAN_EXAMINER_H

#include "core/part.h"
#include "scan/wire.h"

/* Marks of contents seen by any worker of the run, in memory that they share; a full table says "seen". */
enum { SEEN_SLOTS = 1 << 20 };
struct seen { _Atomic uint64_t slot[SEEN_SLOTS]; };

struct examiner {
	int line;			/* socket to the supervisor */
	const struct options *options;
	struct seen *seen;
	unsigned hashes;		/* set of HASH_ bits for each item */
	/* the rest is the examiner's own */
	struct buf out;
	struct buf scratch, context, masked;
	uint64_t unreported;		/* bytes done since the last progress frame */
	uint64_t work, work_max;	/* of this job */
	uint64_t items, items_max;
	bool is_rerun;
};

int  examiner_init(struct examiner *x, int line, const struct options *o, struct seen *seen, unsigned hashes);
void examiner_release(struct examiner *x);
/*
 * Examines one job. bytes must stay mapped. volume_ends: see struct item.
 * Negative only when the line is gone or memory is.
 */
int  examiner_run(struct examiner *x, const struct job *j, struct span bytes, const uint64_t *volume_ends, uint32_t volumes);

#endif
