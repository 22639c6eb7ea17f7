/* raster_subtract of film/mark_read.h: local least squares against the reference. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/mark_read.h"

enum { TILES_W = 12, TILES_H = 8, TERMS = 6, TILE_MIN = 60 };

/* 1, the reference, its blur, its slopes, and a second reference. */
static void terms_at(const float *a, const float *b, int w, int x, int y, float t[TERMS])
{
	const float *p = a + (ptrdiff_t)y * w + x;
	t[0] = 1;
	t[1] = p[0];
	t[2] = p[-1] + p[1] + p[-w] + p[w] - 4 * p[0];
	t[3] = p[1] - p[-1];
	t[4] = p[w] - p[-w];
	t[5] = b ? b[(ptrdiff_t)y * w + x] - p[0] : 0;
}

/* Solves the symmetric system in place by elimination; rows without weight give 0. */
static void solve(double m[TERMS][TERMS + 1])
{
	for (int i = 0; i < TERMS; i++)
		m[i][i] += 1e-3 + 1e-6 * m[i][i];
	for (int i = 0; i < TERMS; i++)
		for (int j = 0; j < TERMS; j++) {
			if (j == i)
				continue;
			double q = m[j][i] / m[i][i];
			for (int k = i; k <= TERMS; k++)
				m[j][k] -= q * m[i][k];
		}
	for (int i = 0; i < TERMS; i++)
		m[i][TERMS] /= m[i][i];
}

struct tile { int x0, y0, x1, y1; };

static int tile_fit(const float *raster, const float *cover, const float *a, const float *b, int w,
                    struct tile t, double fit[TERMS])
{
	double m[TERMS][TERMS + 1] = { { 0 } };
	int n = 0;
	for (int y = t.y0; y < t.y1; y++)
		for (int x = t.x0; x < t.x1; x++) {
			size_t i = (size_t)y * (size_t)w + (size_t)x;
			if (cover[i] <= 0)
				continue;
			float v[TERMS];
			terms_at(a, b, w, x, y, v);
			for (int j = 0; j < TERMS; j++) {
				for (int k = j; k < TERMS; k++)
					m[j][k] += (double)v[j] * (double)v[k];
				m[j][TERMS] += (double)v[j] * (double)raster[i];
			}
			n++;
		}
	for (int j = 0; j < TERMS; j++)
		for (int k = 0; k < j; k++)
			m[j][k] = m[k][j];
	solve(m);
	for (int j = 0; j < TERMS; j++)
		fit[j] = m[j][TERMS];
	return n;
}

void raster_subtract(float *raster, const float *cover, const float *const *references, int count, int w, int h)
{
	const float *a = references[0], *b = count > 1 ? references[1] : NULL;
	float *out = malloc(sizeof(float) * (size_t)w * (size_t)h);
	if (!out)
		return;		/* the picture stays in: less is read, nothing wrong */
	memset(out, 0, sizeof(float) * (size_t)w * (size_t)h);
	for (int i = 0; i < TILES_W * TILES_H; i++) {
		int tx = i % TILES_W, ty = i / TILES_W;
		struct tile t = { 1 + tx * (w - 2) / TILES_W, 1 + ty * (h - 2) / TILES_H,
		                  1 + (tx + 1) * (w - 2) / TILES_W, 1 + (ty + 1) * (h - 2) / TILES_H };
		double fit[TERMS];
		if (tile_fit(raster, cover, a, b, w, t, fit) < TILE_MIN)
			continue;
		for (int y = t.y0; y < t.y1; y++)
			for (int x = t.x0; x < t.x1; x++) {
				float v[TERMS], sum = 0;
				terms_at(a, b, w, x, y, v);
				for (int j = 0; j < TERMS; j++)
					sum += (float)fit[j] * v[j];
				size_t at = (size_t)y * (size_t)w + (size_t)x;
				out[at] = raster[at] - sum;
			}
	}
	memcpy(raster, out, sizeof(float) * (size_t)w * (size_t)h);
	free(out);
}
