/*
 * Crew: the supervisor's picture of its workers and of the run. Inside
 * scan/ only; one thread.
 */
#ifndef SCAN_CREW_H
#define SCAN_CREW_H

#include "scan/scan.h"
#include "scan/wire.h"

enum { CREW_MAX = 256, CREW_FDS = 200, CREW_DEPTH = 40, CRASHES_MAX = 64 };

struct open_item {
	int64_t row;
	bool was_done;			/* by an earlier attempt: to be skipped */
	bool is_raw;			/* only its strings are read now; it keeps its status */
	enum status kept;
};

struct crew {
	pid_t pid;
	int line;
	struct buf in;
	bool is_busy, is_timed_out;
	uint32_t file;			/* number in the plan */
	struct open_item stack[CREW_DEPTH];
	unsigned depth;
	double last;			/* when it last gave a sign of life; seconds, monotonic */
	int fds[CREW_FDS];
	unsigned fd_count;
};

struct task {				/* a file of the plan */
	bool is_rerun, is_raw, was_alone;
	unsigned crashes;
	int64_t raw_row;		/* the item that crashed last: its strings are still to be read */
};

struct scan {
	struct case_file *c;
	struct zygote *zygote;
	const struct plan *plan;
	const struct scan_request *request;
	struct task *tasks;
	uint32_t next;			/* in plan->order */
	uint32_t *again, *alone;	/* stacks of files to be read once more */
	uint32_t again_count, alone_count;
	bool is_alone;
	struct crew crew[CREW_MAX];
	unsigned crew_count;
	struct arena arena;
	struct scan_progress progress;
	char trail[512];
	double last_commit, last_progress;
};

/* Takes every whole frame of w->in. E_DAMAGED when one is not well formed. */
int  crew_frames(struct scan *s, struct crew *w, struct fault *why);
void crew_reset(struct crew *w);
/* Names a file and the options it was read with, and keeps that name with its row. */
void file_id(const struct scan *s, uint32_t i, char *text, size_t n);
int  file_set_id(struct scan *s, uint32_t i, int64_t row, struct fault *why);
/* Counts a file as done in the progress. */
void file_over(struct scan *s, uint32_t i);

#endif
