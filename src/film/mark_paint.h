/*
 * Laying a field into the luma of frames: masked by local activity and
 * luminance, scaled to a stated distortion, dithered.
 *
 * A painter belongs to one film and one thread.
 */
#ifndef FILM_MARK_PAINT_H
#define FILM_MARK_PAINT_H

#include "base/fault.h"
#include "film/mark.h"

enum { PAINT_BLOCK = 8 };	/* pixels; the mask's step */

struct painter;

int  painter_open(int width, int height, int depth, bool is_full_range, const struct mark_grid *g,
                  struct painter **out, struct fault *why);
void painter_close(struct painter *p);
/* The field from now on: raster values of variance 1 or less. */
void painter_field(struct painter *p, const float *raster);
/* Marks one frame in place; stride in bytes, samples of 16 bits when depth > 8. */
void painter_paint(struct painter *p, uint8_t *luma, int stride);

/* The inner loops, plain and fast; the check program compares them. */
struct paint_loops {
	const char *name;
	/* Per block of 8x8 pixels: sum of samples, sum of absolute steps to the right and down. */
	void (*measure)(const uint8_t *luma, ptrdiff_t stride, int blocks, uint32_t *sum, uint32_t *steps);
	/* luma[i] += (field[i] * strength[i] + dither[i % 64]) >> 10, kept in 0..255. */
	void (*add)(uint8_t *luma, const int8_t *field, const int16_t *strength, const int16_t *dither, int n);
	/* out[i] = (a[i] * (64 - q) + b[i] * q) >> 10, kept in -127..127. */
	void (*blend)(const int16_t *a, const int16_t *b, int q, int8_t *out, int n);
};
extern const struct paint_loops paint_plain;
/* The painter's loops from now on, for comparing them. */
void painter_loops(struct painter *p, const struct paint_loops *loops);
/* The fastest this CPU has; paint_plain when there is none. */
const struct paint_loops *paint_loops_best(void);
/* All that this CPU has, in turn; NULL behind the last. */
const struct paint_loops *paint_loops_at(int i);

#endif
