/* Painter of film/mark_paint.h. */
#include "film/mark_paint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * Strengths are counted in 1/32 of a level, field values in 1/32; their
 * product in 1/1024. The caps keep flat and dark areas below what shows
 * (SSIM there is 58.5 / (58.5 + mark's variance)); the goal is the mean
 * square of the mark itself, the dither adds about 0.16 to it.
 */
enum { STRENGTH_ONE = 32, STRENGTH_MAX = 110, DITHER_SIDE = 64, MARGIN = 64 };
static const double goal_square = 0.80;		/* levels squared, of 8 bits */
static const double flat_cap = 0.50;		/* levels, where nothing moves */
static const double dark_cap = 0.42;		/* levels, below luma 36 */
static const double step_gain = 0.34;		/* levels for each level of mean step between neighbours */

struct painter {
	int width, height, depth, black;
	int blocks_w, blocks_h;
	struct mark_grid grid;
	const struct paint_loops *loops;
	int8_t *field;			/* width x height */
	int16_t *wide;			/* grid.h rows of width samples, in 1/512 */
	int *column, *share;		/* of each pixel in the raster: left sample, 64ths of the right one */
	uint8_t *eight;			/* a copy of a deep frame in 8 bits, or of the picture's rim */
	uint32_t *sum, *steps;
	float *want, *smooth;		/* strength wanted in each block */
	int16_t *strength;		/* of one row of pixels */
	double gain;			/* 0 before the first frame */
	uint32_t frame;
	int16_t dither[DITHER_SIDE][2 * DITHER_SIDE + 16];
};

/* Ordered dither of 16x16 thresholds (Bayer 1973), repeated; in 1/1024 of a level. */
static void dither_fill(struct painter *p)
{
	for (int y = 0; y < DITHER_SIDE; y++)
		for (int x = 0; x < 2 * DITHER_SIDE + 16; x++) {
			unsigned v = 0;
			for (int bit = 0; bit < 4; bit++) {
				unsigned a = (unsigned)(x >> bit & 1), b = (unsigned)(y >> bit & 1);
				v = v << 2 | (a ^ b) << 1 | b;
			}
			p->dither[y][x] = (int16_t)(v * 4 + 2);
		}
}

static void columns_fill(struct painter *p)
{
	for (int x = 0; x < p->width; x++) {
		double at = (x + 0.5) * p->grid.w / p->width - 0.5;
		at = at < 0 ? 0 : at > p->grid.w - 1.001 ? p->grid.w - 1.001 : at;
		p->column[x] = (int)at;
		p->share[x] = (int)((at - (int)at) * 64);
	}
}

int painter_open(int width, int height, int depth, bool is_full_range, const struct mark_grid *g,
                 struct painter **out, struct fault *why)
{
	if (width < 64 || height < 64)
		return fault_set(why, E_UNSUPPORTED, "a picture of %dx%d pixels is too small to carry a mark", width, height);
	struct painter *p = calloc(1, sizeof(*p));
	if (!p)
		return fault_set(why, E_MEMORY, "no memory for a painter");
	*p = (struct painter){ .width = width, .height = height, .depth = depth, .grid = *g,
		.black = is_full_range ? 0 : 16, .blocks_w = (width + 7) / 8, .blocks_h = (height + 7) / 8,
		.loops = paint_loops_best() };
	size_t blocks = (size_t)p->blocks_w * (size_t)p->blocks_h, pixels = (size_t)width * (size_t)height;
	size_t padded = (size_t)(p->blocks_w * 8 + MARGIN);
	p->field = calloc(pixels + MARGIN, 1);
	p->wide = calloc((size_t)g->h * (size_t)width + MARGIN, sizeof(*p->wide));
	p->column = calloc((size_t)width, sizeof(*p->column));
	p->share = calloc((size_t)width, sizeof(*p->share));
	p->eight = calloc(padded * 9, 1);
	p->sum = calloc(blocks, sizeof(*p->sum));
	p->steps = calloc(blocks, sizeof(*p->steps));
	p->want = calloc(blocks, sizeof(*p->want));
	p->smooth = calloc(blocks, sizeof(*p->smooth));
	p->strength = calloc(padded, sizeof(*p->strength));
	if (!p->field || !p->wide || !p->column || !p->share || !p->eight || !p->sum || !p->steps || !p->want ||
	    !p->smooth || !p->strength) {
		painter_close(p);
		return fault_set(why, E_MEMORY, "no memory for a painter");
	}
	dither_fill(p);
	columns_fill(p);
	*out = p;
	return OK;
}

void painter_close(struct painter *p)
{
	if (!p)
		return;
	free(p->field);
	free(p->wide);
	free(p->column);
	free(p->share);
	free(p->eight);
	free(p->sum);
	free(p->steps);
	free(p->want);
	free(p->smooth);
	free(p->strength);
	free(p);
}

void painter_loops(struct painter *p, const struct paint_loops *loops)
{
	p->loops = loops;
}

void painter_field(struct painter *p, const float *raster)
{
	const struct mark_grid *g = &p->grid;
	int16_t row[MARK_RASTER_LONG + 16];
	for (int y = 0; y < g->h; y++) {
		for (int x = 0; x < g->w; x++)
			row[x] = (int16_t)lrintf(fmaxf(-4, fminf(4, raster[(ptrdiff_t)y * g->w + x])) * 512);
		int16_t *to = p->wide + (ptrdiff_t)y * p->width;
		for (int x = 0; x < p->width; x++) {
			int a = row[p->column[x]], b = row[p->column[x] + 1];
			to[x] = (int16_t)(a + (b - a) * p->share[x] / 64);
		}
	}
	for (int y = 0; y < p->height; y++) {
		double at = (y + 0.5) * g->h / p->height - 0.5;
		at = at < 0 ? 0 : at > g->h - 1.001 ? g->h - 1.001 : at;
		const int16_t *a = p->wide + (ptrdiff_t)(int)at * p->width;
		p->loops->blend(a, a + p->width, (int)((at - (int)at) * 64), p->field + (ptrdiff_t)y * p->width, p->width);
	}
}

/* A copy of one block row (9 rows of pixels) in 8 bits, the rim repeated to whole blocks. */
static const uint8_t *block_row(struct painter *p, const uint8_t *luma, int stride, int by)
{
	int padded = p->blocks_w * 8 + MARGIN;
	for (int y = 0; y < 9; y++) {
		int from = by * 8 + y < p->height ? by * 8 + y : p->height - 1;
		const uint8_t *src = luma + (ptrdiff_t)from * stride;
		uint8_t *to = p->eight + (ptrdiff_t)y * padded;
		if (p->depth <= 8)
			memcpy(to, src, (size_t)p->width);
		else
			for (int x = 0; x < p->width; x++)
				to[x] = (uint8_t)(((const uint16_t *)src)[x] >> (p->depth - 8));
		memset(to + p->width, to[p->width - 1], (size_t)(padded - p->width));
	}
	return p->eight;
}

static float strength_wanted(const struct painter *p, uint32_t sum, uint32_t steps)
{
	float mean = (float)sum / 64, step = (float)steps / 128;
	float want = (float)flat_cap + (float)step_gain * fmaxf(0, step - 0.4f);
	if (mean < 36) {
		float dark = (float)dark_cap + (float)step_gain * fmaxf(0, step - 0.8f);
		want = fminf(want, dark);
	}
	/* black bars stay black: nothing there to hide in */
	if (mean < (float)p->black + 1.5f && step < 0.5f)
		return 0;
	return want;
}

/* The least of the four neighbours pulls a block down: edges against flat ground would show a rim. */
static void mask_smooth(struct painter *p)
{
	int w = p->blocks_w, h = p->blocks_h;
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			const float *c = p->want + (ptrdiff_t)y * w + x;
			float left = x ? c[-1] : *c, right = x + 1 < w ? c[1] : *c;
			float up = y ? c[-w] : *c, down = y + 1 < h ? c[w] : *c;
			float least = fminf(fminf(left, right), fminf(up, down));
			float mean = 0.5f * *c + 0.125f * (left + right + up + down);
			p->smooth[(ptrdiff_t)y * w + x] = *c > 0 ? 0.6f * fminf(mean, *c) + 0.4f * fminf(least, *c) : 0;
		}
}

/* The gain that brings the mean square to the goal, slow to rise: the picture must not breathe. */
static void gain_follow(struct painter *p)
{
	double square = 0;
	size_t blocks = (size_t)p->blocks_w * (size_t)p->blocks_h;
	for (size_t i = 0; i < blocks; i++)
		square += (double)p->smooth[i] * p->smooth[i];
	square /= (double)blocks;
	double now = square > 0 ? sqrt(goal_square / square) : 1;
	now = now > 1.15 ? 1.15 : now;
	p->gain = p->gain <= 0 || now < p->gain ? now : p->gain + 0.1 * (now - p->gain);
}

static void strength_row(struct painter *p, int by)
{
	for (int bx = 0; bx < p->blocks_w; bx++) {
		long s = lrint(p->smooth[(ptrdiff_t)by * p->blocks_w + bx] * p->gain * STRENGTH_ONE);
		int16_t v = (int16_t)(s > STRENGTH_MAX ? STRENGTH_MAX : s);
		for (int i = 0; i < 8; i++)
			p->strength[8 * bx + i] = v;
	}
}

static void add_deep(struct painter *p, uint16_t *luma, const int8_t *field, const int16_t *dither)
{
	int up = p->depth - 8, most = (1 << p->depth) - 1;
	for (int x = 0; x < p->width; x++) {
		int v = luma[x] + ((field[x] * p->strength[x] * (1 << up) + dither[x % 64]) >> 10);
		luma[x] = v < 0 ? 0 : v > most ? (uint16_t)most : (uint16_t)v;
	}
}

void painter_paint(struct painter *p, uint8_t *luma, int stride)
{
	for (int by = 0; by < p->blocks_h; by++) {
		ptrdiff_t at = (ptrdiff_t)by * p->blocks_w;
		const uint8_t *rows = block_row(p, luma, stride, by);
		p->loops->measure(rows, p->blocks_w * 8 + MARGIN, p->blocks_w, p->sum + at, p->steps + at);
	}
	for (int i = 0; i < p->blocks_w * p->blocks_h; i++)
		p->want[i] = strength_wanted(p, p->sum[i], p->steps[i]);
	mask_smooth(p);
	gain_follow(p);
	/* another corner of the dither for every frame, by a linear congruential step */
	p->frame = p->frame * 1664525u + 1013904223u;
	int dx = (int)(p->frame >> 26), dy = (int)(p->frame >> 18 & 63);
	for (int y = 0; y < p->height; y++) {
		if (y % 8 == 0)
			strength_row(p, y / 8);
		uint8_t *row = luma + (ptrdiff_t)y * stride;
		const int16_t *dither = p->dither[(y + dy) % DITHER_SIDE] + dx;
		const int8_t *field = p->field + (ptrdiff_t)y * p->width;
		if (p->depth > 8)
			add_deep(p, (uint16_t *)row, field, dither);
		else
			p->loops->add(row, field, p->strength, dither, p->width);
	}
}
