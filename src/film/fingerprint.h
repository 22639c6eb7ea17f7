/*
 * Fingerprint: what the registry keeps of a film's pictures to know it again:
 * keypoints of a frame every two seconds, an index of their descriptors, and
 * the mean luma four times a second. About 5.5 MB for an hour of film. A clip
 * that is asked about gives four frames a second, its descriptors in every turn.
 *
 * One form in memory, on disk and on the line, little-endian: head; descriptors
 * (32 bytes each); frames; for a film two tables (starts, points); points; for
 * a clip weak bits; luma. Whoever opens it trusts nothing: lengths and frames are
 * checked then, so that a large registry opens at once; starts, ids and levels
 * are to be checked where they are used.
 */
#ifndef FILM_FINGERPRINT_H
#define FILM_FINGERPRINT_H

#include "base/buf.h"
#include "base/fault.h"
#include "film/keypoint.h"

struct video;

enum {
	FINGERPRINT_TABLES = 2,
	FINGERPRINT_LUMA_RATE = 4,	/* a second */
	FINGERPRINT_CLIP_WHOLE = 60	/* seconds: of longer clips, stretches are taken */
};

struct fingerprint_head {
	char magic[8];
	uint32_t turns;			/* 1: a film; KEYPOINT_TURNS: a clip */
	uint32_t frames, points, key_bits, luma;
	uint32_t duration_ms, width, height;
	uint32_t spare[5];
	uint32_t is_clip;
};
struct fingerprint_frame { uint32_t at_ms, first; };	/* first of its points; they reach to the next frame's */
struct fingerprint_point { int16_t x, y; uint16_t level; };	/* 16384ths of the unit */

/* A view into bytes that must outlive it and start at a multiple of 8. */
struct fingerprint {
	const struct fingerprint_head *head;
	const struct descriptor *d;	/* points x turns */
	const struct fingerprint_frame *frames;
	const uint32_t *starts[FINGERPRINT_TABLES], *ids[FINGERPRINT_TABLES];
	const struct fingerprint_point *points;
	const uint16_t (*weak)[2];	/* points x turns */
	const uint8_t *luma;
};

/* E_DAMAGED when the bytes are no fingerprint. */
int fingerprint_open(struct span bytes, struct fingerprint *f, struct fault *why);

/*
 * Takes a film's (or clip's) fingerprint into out, from where the video stands. step is called for each decoded
 * frame with its pixels; what it returns other than OK ends the taking and is returned.
 */
int fingerprint_take(struct video *v, bool is_clip, int (*step)(void *user, uint64_t pixels), void *user,
                     struct buf *out, struct fault *why);

/* Grey frames by hand, for tests and for films that are not files. */
struct fingerprint_maker;
struct fingerprint_maker *fingerprint_begin(bool is_clip);	/* NULL: no memory */
/* first: the level whose size the frame has, see keypoint.h. */
int  fingerprint_add(struct fingerprint_maker *m, double time, const uint8_t *grey, int w, int h, int first, struct fault *why);
void fingerprint_add_luma(struct fingerprint_maker *m, double time, uint8_t mean);
int  fingerprint_end(struct fingerprint_maker *m, double duration, struct buf *out, struct fault *why);	/* out may be NULL: drop */
/* The finest level that a frame of so many pixels can give, and its size there. false: too small. */
bool fingerprint_size(double display_width, double display_height, int coded_width, int coded_height, bool is_clip,
                      int *first, int *w, int *h);

#endif
