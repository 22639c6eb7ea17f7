/*
 * Reading marks: frames laid onto a film's raster, freed of the picture as
 * far as possible, summed slot by slot and projected onto the nodes.
 *
 * What comes out for a slot, one number a node, does not depend on any
 * recipient's signs unless the frames carry them: that is what the bound of
 * film/mark_score.h rests on. A reader belongs to one thread.
 */
#ifndef FILM_MARK_READ_H
#define FILM_MARK_READ_H

#include "base/fault.h"
#include "film/mark.h"

struct video_frame;

/* Where the film's picture lies in the clip's: (u, v) of 0..1 in the film to 0..1 in the clip, homogeneous. */
struct placing { double h[9]; };
extern const struct placing placing_same;
void placing_apply(const struct placing *p, double u, double v, double *x, double *y);

/* Samples a frame at a raster's places. */
struct warp;
int  warp_open(int raster_w, int raster_h, const struct placing *p, int clip_w, int clip_h, struct warp **out,
               struct fault *why);
void warp_close(struct warp *w);
/* raster: luma in levels of 8 bits; 0 where nothing of the clip lies. */
void warp_run(const struct warp *w, const struct video_frame *f, float *raster);
/* 1 where the clip has picture, 0 elsewhere; w x h of the raster. */
const float *warp_cover(const struct warp *w);
double warp_share(const struct warp *w);	/* of the raster that is covered */

/* Node values of one slot. */
struct slot_read {
	int64_t slot;
	float *nodes;		/* grid.nodes of them */
	double weight;		/* of frames that went in */
};

struct mark_reader;
int  mark_reader_open(const struct mark_grid *g, struct mark_reader **out, struct fault *why);
void mark_reader_close(struct mark_reader *r);
/*
 * Adds a frame of that time of the film: raster (changed) and cover as a
 * warp gives them. Frames come in order of time; going back starts anew.
 */
int  mark_reader_frame(struct mark_reader *r, float *raster, const float *cover, double time, struct fault *why);
/* Closes the slots that are open. */
int  mark_reader_end(struct mark_reader *r, struct fault *why);
/* Slots read so far, in order; they belong to the reader. */
struct slot_read *mark_reader_slots(const struct mark_reader *r, size_t *count);
/* Takes from each slot what its neighbours have in common with it: still pictures. After the end. */
int  mark_reader_still(struct mark_reader *r, struct fault *why);
/* One slot's nodes without what its neighbours (either may be NULL) have in common with it. */
void slot_still(const struct mark_grid *g, const float *v, const float *before, const float *after, float *to);
void mark_reader_clear(struct mark_reader *r);

/* Takes the reference picture out of raster, tile by tile: gain, offset, blur and small shifts. */
void raster_subtract(float *raster, const float *cover, const float *const *references, int count, int w, int h);

#endif
