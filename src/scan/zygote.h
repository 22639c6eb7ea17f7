/*
 * Zygote: a process forked before the case and its key are opened, which
 * runs every part's init and then forks workers from itself on request. So
 * workers inherit compiled rules and models, and never see a key, the
 * case, or each other.
 *
 * The supervisor owns it. Workers and zygote die with the supervisor.
 */
#ifndef SCAN_ZYGOTE_H
#define SCAN_ZYGOTE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/fault.h"
#include "core/item.h"

enum { DEAD_MAX = 256 };
struct zygote {
	int line;
	pid_t pid;
	struct { pid_t pid; int status; } dead[DEAD_MAX];	/* deaths read while waiting for something else */
	unsigned dead_count;
};

/* options must stay as they are until the zygote ends. */
int  zygote_start(const struct options *o, unsigned hashes, struct zygote *z, struct fault *why);
/* Waits until all inits ran: a bad rule file ends here with E_USAGE and its reason. */
int  zygote_ready(struct zygote *z, struct fault *why);
/* A new worker; *line is the socket to it. */
int  zygote_fork(struct zygote *z, int *line, pid_t *pid, struct fault *why);
/* Waits for the end of a worker that closed its line: its wait status. */
int  zygote_reap(struct zygote *z, pid_t pid, int *status);
void zygote_end(struct zygote *z);

#endif
