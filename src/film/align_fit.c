/* Fits of film/align_fit.h. */
#include "film/align_fit.h"

#include <math.h>
#include <string.h>

enum { TRIES = 400, TERMS = 8 };

/* x' = a x - b y + c, y' = b x + a y + d, in units of width on both sides. */
struct similarity { double a, b, c, d; };

static struct similarity similarity_of(struct pairing p, struct pairing q, double film_tall, double clip_tall)
{
	double x0 = p.ax, y0 = p.ay * film_tall, x1 = q.ax, y1 = q.ay * film_tall;
	double u0 = p.bx, v0 = p.by * clip_tall, u1 = q.bx, v1 = q.by * clip_tall;
	double dx = x1 - x0, dy = y1 - y0, du = u1 - u0, dv = v1 - v0, s = dx * dx + dy * dy;
	if (s < 0.01)
		return (struct similarity){ 0 };
	struct similarity m = { (dx * du + dy * dv) / s, (dx * dv - dy * du) / s, 0, 0 };
	m.c = u0 - m.a * x0 + m.b * y0;
	m.d = v0 - m.b * x0 - m.a * y0;
	return m;
}

static size_t similarity_count(const struct similarity *m, const struct pairing *p, size_t n, double film_tall,
                               double clip_tall, double reach)
{
	size_t in = 0;
	double size = sqrt(m->a * m->a + m->b * m->b), most = reach * size;
	if (size < 0.4 || size > 2.6)
		return 0;
	for (size_t i = 0; i < n; i++) {
		double x = p[i].ax, y = p[i].ay * film_tall;
		double u = m->a * x - m->b * y + m->c - p[i].bx, v = m->b * x + m->a * y + m->d - p[i].by * clip_tall;
		in += u * u + v * v <= most * most;
	}
	return in;
}

size_t fit_similarity(const struct pairing *p, size_t n, double film_tall, double clip_tall, double reach,
                      struct placing *out)
{
	size_t best = 0;
	uint32_t x = 777;
	for (int t = 0; t < TRIES && n >= 2; t++) {
		x = x * 1664525u + 1013904223u;
		size_t i = (x >> 8) % n;
		x = x * 1664525u + 1013904223u;
		size_t j = (x >> 8) % n;
		struct similarity m = similarity_of(p[i], p[j], film_tall, clip_tall);
		size_t in = similarity_count(&m, p, n, film_tall, clip_tall, reach);
		if (in <= best)
			continue;
		best = in;
		*out = (struct placing){ { m.a, -m.b * film_tall, m.c, m.b / clip_tall, m.a * film_tall / clip_tall,
		                           m.d / clip_tall, 0, 0, 1 } };
	}
	return best;
}

/* Gauss elimination with the largest pivot; false when singular. */
static bool solve(double m[TERMS][TERMS + 1])
{
	for (int i = 0; i < TERMS; i++) {
		int best = i;
		for (int j = i + 1; j < TERMS; j++)
			if (fabs(m[j][i]) > fabs(m[best][i]))
				best = j;
		if (fabs(m[best][i]) < 1e-12)
			return false;
		double swap[TERMS + 1];
		memcpy(swap, m[i], sizeof(swap));
		memcpy(m[i], m[best], sizeof(swap));
		memcpy(m[best], swap, sizeof(swap));
		for (int j = 0; j < TERMS; j++) {
			if (j == i)
				continue;
			double q = m[j][i] / m[i][i];
			for (int k = i; k <= TERMS; k++)
				m[j][k] -= q * m[i][k];
		}
	}
	for (int i = 0; i < TERMS; i++)
		m[i][TERMS] /= m[i][i];
	return true;
}

static void normal_add(double m[TERMS][TERMS + 1], const double row[TERMS], double value, double weight)
{
	for (int j = 0; j < TERMS; j++) {
		for (int k = 0; k < TERMS; k++)
			m[j][k] += weight * row[j] * row[k];
		m[j][TERMS] += weight * row[j] * value;
	}
}

bool fit_homography(const struct pairing *p, const float *weight, size_t n, const struct placing *from, double reach,
                    struct placing *out, size_t *used)
{
	double m[TERMS][TERMS + 1] = { { 0 } };
	size_t in = 0;
	for (size_t i = 0; i < n; i++) {
		double u, v, x = p[i].ax, y = p[i].ay, w = weight ? (double)weight[i] : 1;
		placing_apply(from, x, y, &u, &v);
		if (w <= 0 || hypot(u - p[i].bx, v - p[i].by) > reach)
			continue;
		const double first[TERMS] = { x, y, 1, 0, 0, 0, -x * p[i].bx, -y * p[i].bx };
		const double second[TERMS] = { 0, 0, 0, x, y, 1, -x * p[i].by, -y * p[i].by };
		normal_add(m, first, p[i].bx, w);
		normal_add(m, second, p[i].by, w);
		in++;
	}
	*used = in;
	/* a little weight for the placing it comes from in its perspective, which few points leave loose */
	m[6][6] += 1e-3 * (double)in;
	m[7][7] += 1e-3 * (double)in;
	m[6][TERMS] += 1e-3 * (double)in * from->h[6] / from->h[8];
	m[7][TERMS] += 1e-3 * (double)in * from->h[7] / from->h[8];
	if (in < 6 || !solve(m))
		return false;
	for (int i = 0; i < TERMS; i++)
		out->h[i] = m[i][TERMS];
	out->h[8] = 1;
	return true;
}
