/*
 * Scan: one run over a plan of files: workers, budgets, crashes, checkpoints,
 * the coverage ledger. The single writer of the case.
 *
 * What it writes depends on the input and the options only, not on the
 * number of workers or on interruptions. Killed at any moment and started
 * again with the same arguments, it goes on with the files not yet done.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "core/print.h"
#include "scan/plan.h"
#include "scan/zygote.h"
#include "store/case.h"

struct scan_progress {
	uint64_t bytes, bytes_done;	/* of files on disk */
	uint64_t files, files_done, items, findings;
	const char *trail;		/* of the item begun last */
};

/*
 * Who takes the prints of items: the registry. begin, any number of add and
 * digest, end; begin may come again for an item whose reading broke off.
 * Items of several workers are under way at once. Before each commit of the
 * case, save is called: what it writes is in the same transaction.
 */
struct scan_prints {
	void *user;
	/* path: of the file on disk that the item lies in, to open it by; borrowed for the run */
	int (*begin)(void *user, int64_t row, const struct item_row *it, const char *path, struct fault *why);
	int (*add)(void *user, int64_t row, const struct prints *p, struct fault *why);
	int (*digest)(void *user, int64_t row, const struct digest *d, struct fault *why);
	int (*end)(void *user, int64_t row, const struct item_end *end, struct fault *why);
	int (*save)(void *user, struct fault *why);
	/* may be NULL: parts of a film's fingerprint, in order */
	int (*film)(void *user, int64_t row, struct span part, struct fault *why);
};

struct scan_request {
	const struct scan_prints *prints;	/* NULL: none are wanted */
	bool reads_again;		/* files that are done and unchanged too */
	unsigned workers;
	double item_seconds;		/* an item without any sign of life for that long is stopped */
	const char *options_digest;	/* files done with other options are done again */
	/* Sorted SHA-256 digests of --known, 32 bytes each; NULL for none. */
	const unsigned char *known;
	size_t known_count;
	void (*progress)(void *user, const struct scan_progress *p);	/* a few times a second; or NULL */
	void *user;
	volatile const int *is_stopped;	/* set by a signal: end in good order */
};

/* OK; PART when something could not be read whole; E_STOPPED; E_STORE; E_IO when no worker runs. */
int scan_run(struct case_file *c, struct zygote *z, const struct plan *p, const struct scan_request *r, struct fault *why);

#endif
