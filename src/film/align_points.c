/* Keypoints of film/align_points.h. */
#include "film/align_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 352, SCALES = 3, CELLS_W = 8, CELLS_H = 6, REACH = 13, MARGIN = REACH + 4, DISC = 8,
       NEAR_MAX = 72, BITS = 256 };

struct plane { int w, h; uint8_t grey[SIDE * SIDE], smooth[SIDE * SIDE]; float corner[SIDE * SIDE], row[SIDE * SIDE], product[3][SIDE * SIDE]; };
struct spot { float score; int x, y; };

static const float scales[SCALES] = { 1, 0.7071f, 0.5f };

/* 256 pairs of places from a fixed generator, thick towards the middle. */
struct pattern { bool is_ready; int8_t a[BITS][2], b[BITS][2]; };

static void pattern_fill(struct pattern *t)
{
	uint32_t x = 12345;
	for (int i = 0; i < BITS; i++)
		for (int k = 0; k < 4; k++) {
			int sum = 0;
			for (int j = 0; j < 3; j++) {
				x = x * 1664525u + 1013904223u;
				sum += (int)(x >> 16) % (2 * REACH + 1) - REACH;
			}
			int v = sum * 2 / 3;
			v = v > REACH ? REACH : v < -REACH ? -REACH : v;
			if (k < 2)
				t->a[i][k] = (int8_t)v;
			else
				t->b[i][k - 2] = (int8_t)v;
		}
	t->is_ready = true;
}

/* Shrinks by area average of bilinear quarters: enough for ratios down to a half. */
static void plane_fill(struct plane *p, const uint8_t *grey, int w, int h, float scale, bool is_mirrored)
{
	p->w = (int)((float)w * scale);
	p->h = (int)((float)h * scale);
	for (int y = 0; y < p->h; y++)
		for (int x = 0; x < p->w; x++) {
			int x0 = x * w / p->w, x1 = (x + 1) * w / p->w, y0 = y * h / p->h, y1 = (y + 1) * h / p->h;
			int sum = 0, n = (x1 - x0) * (y1 - y0);
			for (int v = y0; v < y1; v++)
				for (int u = x0; u < x1; u++)
					sum += grey[v * w + u];
			p->grey[y * p->w + (is_mirrored ? p->w - 1 - x : x)] = (uint8_t)((sum + n / 2) / n);
		}
}

static void plane_smooth(struct plane *p)
{
	int w = p->w;
	memcpy(p->smooth, p->grey, (size_t)w * (size_t)p->h);
	for (int y = 2; y < p->h - 2; y++)
		for (int x = 2; x < w - 2; x++) {
			int sum = 0;
			for (int v = -2; v <= 2; v++) {
				const uint8_t *r = p->grey + (y + v) * w + x;
				sum += r[-2] + r[-1] + r[0] + r[1] + r[2];
			}
			p->smooth[y * w + x] = (uint8_t)(sum / 25);
		}
}

/* Products of slopes, summed over 5 rows and columns; corner holds the answer and, before it, partial sums. */
static void plane_corners(struct plane *p)
{
	int w = p->w, h = p->h;
	for (int part = 0; part < 3; part++) {
		float *to = p->product[part];
		for (int y = 1; y < h - 1; y++)
			for (int x = 1; x < w - 1; x++) {
				const uint8_t *c = p->grey + y * w + x;
				float gx = (float)(c[1] - c[-1]), gy = (float)(c[w] - c[-w]);
				p->corner[y * w + x] = part == 0 ? gx * gx : part == 1 ? gy * gy : gx * gy;
			}
		for (int y = 1; y < h - 1; y++)
			for (int x = 3; x < w - 3; x++) {
				const float *c = p->corner + y * w + x;
				p->row[y * w + x] = c[-2] + c[-1] + c[0] + c[1] + c[2];
			}
		for (int y = 3; y < h - 3; y++)
			for (int x = 3; x < w - 3; x++) {
				const float *c = p->row + y * w + x;
				to[y * w + x] = c[-2 * w] + c[-w] + c[0] + c[w] + c[2 * w];
			}
	}
	memset(p->corner, 0, sizeof(float) * (size_t)w * (size_t)h);
	for (int y = 3; y < h - 3; y++)
		for (int x = 3; x < w - 3; x++) {
			int i = y * w + x;
			float xx = p->product[0][i], yy = p->product[1][i], xy = p->product[2][i], trace = xx + yy;
			p->corner[i] = xx * yy - xy * xy - 0.05f * trace * trace;
		}
}

static bool is_peak(const struct plane *p, int x, int y)
{
	float c = p->corner[y * p->w + x];
	if (c < 2e4f)
		return false;
	for (int v = -2; v <= 2; v++)
		for (int u = -2; u <= 2; u++)
			if ((u || v) && p->corner[(y + v) * p->w + x + u] > c)
				return false;
	return true;
}

static int spot_order(const void *a, const void *b)
{
	float x = ((const struct spot *)a)->score, y = ((const struct spot *)b)->score;
	return x < y ? 1 : x > y ? -1 : 0;
}

static void point_describe(const struct plane *p, const struct pattern *t, const struct spot *s, struct point *out)
{
	int mx = 0, my = 0;
	for (int v = -DISC; v <= DISC; v++)
		for (int u = -DISC; u <= DISC; u++)
			if (u * u + v * v <= DISC * DISC) {
				int g = p->grey[(s->y + v) * p->w + s->x + u];
				mx += u * g;
				my += v * g;
			}
	float angle = atan2f((float)my, (float)mx), c = cosf(angle), d = sinf(angle);
	*out = (struct point){ .x = ((float)s->x + 0.5f) / (float)p->w, .y = ((float)s->y + 0.5f) / (float)p->h };
	for (int i = 0; i < BITS; i++) {
		int ax = (int)lrintf(c * t->a[i][0] - d * t->a[i][1]), ay = (int)lrintf(d * t->a[i][0] + c * t->a[i][1]);
		int bx = (int)lrintf(c * t->b[i][0] - d * t->b[i][1]), by = (int)lrintf(d * t->b[i][0] + c * t->b[i][1]);
		const int far = MARGIN - 1;
		ax = ax > far ? far : ax < -far ? -far : ax;
		ay = ay > far ? far : ay < -far ? -far : ay;
		bx = bx > far ? far : bx < -far ? -far : bx;
		by = by > far ? far : by < -far ? -far : by;
		if (p->smooth[(s->y + ay) * p->w + s->x + ax] < p->smooth[(s->y + by) * p->w + s->x + bx])
			out->bits[i >> 6] |= 1ull << (i & 63);
	}
}

/* The strongest corners of each cell of the picture, so that they spread. */
static void plane_points(struct plane *p, const struct pattern *t, size_t each, struct points *out)
{
	static _Thread_local struct spot spots[4096];
	plane_corners(p);
	for (int cell = 0; cell < CELLS_W * CELLS_H; cell++) {
		int cx = cell % CELLS_W, cy = cell / CELLS_W;
		int x0 = cx * p->w / CELLS_W, x1 = (cx + 1) * p->w / CELLS_W;
		int y0 = cy * p->h / CELLS_H, y1 = (cy + 1) * p->h / CELLS_H;
		size_t n = 0;
		for (int y = y0 < MARGIN ? MARGIN : y0; y < y1 && y < p->h - MARGIN; y++)
			for (int x = x0 < MARGIN ? MARGIN : x0; x < x1 && x < p->w - MARGIN; x++)
				if (n < 4096 && is_peak(p, x, y))
					spots[n++] = (struct spot){ p->corner[y * p->w + x], x, y };
		qsort(spots, n, sizeof(*spots), spot_order);
		for (size_t i = 0; i < n && i < each && out->count < POINTS_MAX_COUNT; i++)
			point_describe(p, t, &spots[i], &out->p[out->count++]);
	}
}

void points_find(const uint8_t *grey, int w, int h, bool is_mirrored, struct points *out)
{
	static const size_t each[SCALES] = { 4, 2, 1 };
	static _Thread_local struct pattern pattern;
	static _Thread_local struct plane plane;
	if (!pattern.is_ready)
		pattern_fill(&pattern);
	out->count = 0;
	if (w > SIDE || h > SIDE)
		return;
	for (int s = 0; s < SCALES; s++) {
		plane_fill(&plane, grey, w, h, scales[s], is_mirrored);
		if (plane.w < 3 * MARGIN || plane.h < 3 * MARGIN)
			break;
		plane_smooth(&plane);
		plane_points(&plane, &pattern, each[s], out);
	}
}

static int distance(const struct point *a, const struct point *b)
{
	return __builtin_popcountll(a->bits[0] ^ b->bits[0]) + __builtin_popcountll(a->bits[1] ^ b->bits[1]) +
		__builtin_popcountll(a->bits[2] ^ b->bits[2]) + __builtin_popcountll(a->bits[3] ^ b->bits[3]);
}

__attribute__((target_clones("popcnt", "default")))
size_t points_match(const struct points *a, const struct points *b, struct pairing *out, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < a->count && n < room; i++) {
		int best = BITS, next = BITS;
		size_t at = 0;
		for (size_t j = 0; j < b->count; j++) {
			int d = distance(&a->p[i], &b->p[j]);
			/* the same corner on another scale is no rival */
			bool is_same = best < BITS && fabsf(b->p[j].x - b->p[at].x) < 0.02f &&
				fabsf(b->p[j].y - b->p[at].y) < 0.03f;
			if (d < best) {
				next = is_same ? next : best;
				best = d;
				at = j;
			} else if (d < next && !is_same) {
				next = d;
			}
		}
		if (best <= NEAR_MAX && best * 100 < next * 82)
			out[n++] = (struct pairing){ a->p[i].x, a->p[i].y, b->p[at].x, b->p[at].y };
	}
	return n;
}
