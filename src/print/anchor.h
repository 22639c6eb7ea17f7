/*
 * Byte anchors: places of a stream that its content alone picks, so that two
 * streams which share a run of bytes pick the same places in it.
 *
 * Promise: of any run of `window` bytes, wherever it stands in a stream of at
 * least that length, at least one anchor lies wholly inside it, and which one
 * depends on the run's bytes alone; unless the whole run has period 1, 2 or 4.
 * So any shared run of that length is found. (Winnowing: Schleimer, Wilkerson,
 * Aiken 2003; here with an exact minimum at every position.)
 *
 * How places are ordered: each position has a key, a hash of the 8 bytes
 * there; the anchor of a run is its lowest key among the W = window - 63
 * positions that have 64 bytes inside, the rightmost among equals. 8 bytes of
 * period 1, 2 or 4 go last (zero runs would flood the index otherwise). Where
 * all W positions are of that sort but the run is not, the anchor is the
 * position that has 1, 2, 4, 8, 16 or 32 bytes behind the end of the periodic
 * stretch (the most that the run holds). An anchor whose 64 bytes equal those
 * of the anchor before it is left out: its value is already there.
 *
 * A value is SipHash-2-4 of the 64 bytes under the registry's key.
 *
 * Streams shorter than `window` give their lowest position, and `edges`
 * further ones on each side of it. With edges set, longer streams give such
 * ones at both ends too: positions that are anchors in some longer stream of
 * which this one is a piece. That is for looking up cut fragments.
 *
 * Not shared between threads. One scan, one stream.
 */
#ifndef PRINT_ANCHOR_H
#define PRINT_ANCHOR_H

#include "base/fault.h"
#include "base/span.h"

enum { ANCHOR_BYTES = 64, ANCHOR_BLOCK = 256 };
#define ANCHOR_KEY_LAST UINT32_MAX	/* of a position whose 8 bytes have period 1, 2 or 4 */

struct anchor {
	uint64_t value;
	uint64_t at;		/* offset of its 64 bytes in the stream */
	uint32_t key;		/* its rank: lower ones survive in longer windows */
	bool is_edge;
};

struct anchor_options {
	uint32_t window;		/* bytes, 1024 to 65536 */
	unsigned char key[16];
	uint32_t edges_long, edges_short;	/* most edges a side, for streams of at least / less than window bytes */
	/* Called in no strict order of at where edges are involved. A negative code ends the scan. */
	int (*emit)(void *user, const struct anchor *a);
	void *user;
};

struct anchor_scan;
/* NULL when out of memory. */
struct anchor_scan *anchor_scan_open(const struct anchor_options *o);
void anchor_scan_close(struct anchor_scan *s);

/* Streaming: any number of blocks of any size, then the end. */
int anchor_scan_feed(struct anchor_scan *s, struct span bytes);
int anchor_scan_end(struct anchor_scan *s);

/*
 * The same over one whole stream in memory, without a copy: begin, then step
 * up to rising offsets (so that others can work on the same block while it is
 * in the cache), then end. all must stay until the end.
 */
void anchor_scan_begin(struct anchor_scan *s, struct span all);
int  anchor_scan_step(struct anchor_scan *s, uint64_t upto);
/* Both at once. */
int  anchor_scan_span(struct anchor_scan *s, struct span all);

/* The inner loops, plain and fast. One is chosen at the first open; tests and benches may choose another. */
struct anchor_kernel {
	const char *name;
	/* The lowest key of each block of 256 positions. Reads 256 * blocks + 7 bytes. */
	void (*minima)(const unsigned char *p, size_t blocks, uint32_t *lowest);
	/* The keys of 256 positions. Reads 268 bytes. */
	void (*keys)(const unsigned char *p, uint32_t *keys);
	/* Index of the first key <= bound, or 256. */
	unsigned (*first)(const uint32_t *keys, uint32_t bound);
	/* Index of the last among the lowest keys. */
	unsigned (*lowest)(const uint32_t *keys);
};
extern const struct anchor_kernel anchor_plain, anchor_avx2, anchor_avx512;
bool anchor_kernel_runs_here(const struct anchor_kernel *k);
const struct anchor_kernel *anchor_kernel_best(void);
void anchor_scan_use(struct anchor_scan *s, const struct anchor_kernel *k);

/* The key of the position whose 8 bytes are at p: the definition. */
uint32_t anchor_key_at(const unsigned char *p);

#endif
