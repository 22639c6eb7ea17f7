/* Placing and warp of film/mark_read.h. */
#include <math.h>
#include <stdlib.h>

#include "film/mark_read.h"
#include "lib/video.h"

enum { POINTS_MAX = 4 };	/* samples a side for one raster sample */

struct tap { int32_t x, y; float fx, fy; };
struct warp {
	int w, h, points;	/* points a side */
	int clip_w, clip_h;
	struct tap *taps;	/* w * h * points * points; x < 0: outside */
	float *cover;
	double share;
};

const struct placing placing_same = { { 1, 0, 0, 0, 1, 0, 0, 0, 1 } };

void placing_apply(const struct placing *p, double u, double v, double *x, double *y)
{
	const double *h = p->h;
	double d = h[6] * u + h[7] * v + h[8];
	if (fabs(d) < 1e-9)
		d = 1e-9;
	*x = (h[0] * u + h[1] * v + h[2]) / d;
	*y = (h[3] * u + h[4] * v + h[5]) / d;
}

static struct tap tap_at(const struct warp *w, const struct placing *p, double u, double v)
{
	double x, y;
	placing_apply(p, u, v, &x, &y);
	x = x * w->clip_w - 0.5;
	y = y * w->clip_h - 0.5;
	if (!(x >= -0.5 && y >= -0.5 && x <= w->clip_w - 0.5 && y <= w->clip_h - 0.5))
		return (struct tap){ -1, -1, 0, 0 };
	x = fmax(0, fmin(x, w->clip_w - 1.001));
	y = fmax(0, fmin(y, w->clip_h - 1.001));
	return (struct tap){ (int32_t)x, (int32_t)y, (float)(x - floor(x)), (float)(y - floor(y)) };
}

/* Clip pixels that one raster sample spans, at the middle of the picture. */
static double sample_span(const struct warp *w, const struct placing *p)
{
	double x0, y0, x1, y1, x2, y2;
	placing_apply(p, 0.5, 0.5, &x0, &y0);
	placing_apply(p, 0.5 + 1.0 / w->w, 0.5, &x1, &y1);
	placing_apply(p, 0.5, 0.5 + 1.0 / w->h, &x2, &y2);
	double a = hypot((x1 - x0) * w->clip_w, (y1 - y0) * w->clip_h);
	double b = hypot((x2 - x0) * w->clip_w, (y2 - y0) * w->clip_h);
	return a > b ? a : b;
}

static void taps_fill(struct warp *w, const struct placing *p)
{
	struct tap *t = w->taps;
	double covered = 0;
	for (int y = 0; y < w->h; y++)
		for (int x = 0; x < w->w; x++) {
			bool is_inside = true;
			for (int i = 0; i < w->points * w->points; i++) {
				double u = (x + (i % w->points + 0.5) / w->points) / w->w;
				double v = (y + (i / w->points + 0.5) / w->points) / w->h;
				t[i] = tap_at(w, p, u, v);
				is_inside = is_inside && t[i].x >= 0;
			}
			t += w->points * w->points;
			w->cover[(ptrdiff_t)y * w->w + x] = is_inside;
			covered += is_inside;
		}
	w->share = covered / ((double)w->w * w->h);
}

int warp_open(int raster_w, int raster_h, const struct placing *p, int clip_w, int clip_h, struct warp **out,
              struct fault *why)
{
	if (clip_w < 4 || clip_h < 4)
		return fault_set(why, E_UNSUPPORTED, "a picture of %dx%d pixels", clip_w, clip_h);
	struct warp *w = calloc(1, sizeof(*w));
	if (!w)
		return fault_set(why, E_MEMORY, "no memory for a warp");
	*w = (struct warp){ .w = raster_w, .h = raster_h, .clip_w = clip_w, .clip_h = clip_h };
	int points = (int)ceil(sample_span(w, p) / 2 - 0.05);
	w->points = points < 1 ? 1 : points > POINTS_MAX ? POINTS_MAX : points;
	size_t samples = (size_t)raster_w * (size_t)raster_h;
	w->taps = calloc(samples * (size_t)(w->points * w->points), sizeof(*w->taps));
	w->cover = calloc(samples, sizeof(*w->cover));
	if (!w->taps || !w->cover) {
		warp_close(w);
		return fault_set(why, E_MEMORY, "no memory for a warp");
	}
	taps_fill(w, p);
	*out = w;
	return OK;
}

void warp_close(struct warp *w)
{
	if (!w)
		return;
	free(w->taps);
	free(w->cover);
	free(w);
}

static float sample_8(const struct video_frame *f, const struct tap *t)
{
	const uint8_t *a = f->luma + (ptrdiff_t)t->y * f->stride + t->x, *b = a + f->stride;
	float l = (float)a[0] + t->fx * (float)(a[1] - a[0]), r = (float)b[0] + t->fx * (float)(b[1] - b[0]);
	return l + t->fy * (r - l);
}

static float sample_16(const struct video_frame *f, const struct tap *t)
{
	const uint16_t *a = (const uint16_t *)(f->luma + (ptrdiff_t)t->y * f->stride) + t->x;
	const uint16_t *b = (const uint16_t *)(f->luma + (ptrdiff_t)(t->y + 1) * f->stride) + t->x;
	float l = (float)a[0] + t->fx * (float)(a[1] - a[0]), r = (float)b[0] + t->fx * (float)(b[1] - b[0]);
	return l + t->fy * (r - l);
}

void warp_run(const struct warp *w, const struct video_frame *f, float *raster)
{
	int n = w->points * w->points;
	const struct tap *t = w->taps;
	bool fits = f->width == w->clip_w && f->height == w->clip_h;
	float scale = 1.0f / ((float)n * (float)(1 << (f->depth > 8 ? f->depth - 8 : 0)));
	for (size_t i = 0; i < (size_t)w->w * (size_t)w->h; i++, t += n) {
		float sum = 0;
		if (fits && w->cover[i] > 0)
			for (int k = 0; k < n; k++)
				sum += f->depth > 8 ? sample_16(f, &t[k]) : sample_8(f, &t[k]);
		raster[i] = sum * scale;
	}
}

const float *warp_cover(const struct warp *w)
{
	return w->cover;
}

double warp_share(const struct warp *w)
{
	return w->share;
}
