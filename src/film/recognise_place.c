/* From pairs of points to a placing: one point suggests it, many agree, least squares better it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/recognise_own.h"

enum {
	SEEDS_MAX = 250, AGREE_LEAST = 8, REGIONS = 24, CELLS_LEAST = 6,
	REGION_LEVELS = 3,		/* thirds of an octave that share a region */
};
static const double wide = 0.10, narrow = 0.030, scale_slack = 1.6;	/* units of the registered picture; levels */

double binomial_tail_log10(unsigned n, unsigned k, double rate)
{
	if (k == 0 || k <= n * rate)
		return 0;
	double sum = 0, first = 0;
	for (unsigned i = k; i <= n; i++) {
		double term = lgamma(n + 1.0) - lgamma(i + 1.0) - lgamma(n - i + 1.0) + i * log(rate) + (n - i) * log1p(-rate);
		if (i == k)
			first = term;
		sum += exp(term - first);
		if (term < first - 40)
			break;
	}
	return (first + log(sum)) / M_LN10;
}

/* ---- agreement ---- */

static void apply(const struct affine *m, const struct near_pair *p, double *x, double *y)
{
	*x = m->a * p->fx + m->b * p->fy + m->c;
	*y = m->d * p->fx + m->e * p->fy + m->f;
}

static double scale_of(const struct affine *m)
{
	return sqrt(fabs(m->a * m->e - m->b * m->d));
}

static bool agrees(const struct affine *m, double scale, double levels, const struct near_pair *p, double slack)
{
	double x, y, by = slack * scale;
	if (fabs(p->clip_level - p->film_level - levels) > scale_slack)
		return false;
	apply(m, p, &x, &y);
	x -= p->cx;
	y -= p->cy;
	return x * x + y * y <= by * by;
}

/* A point's scale on level l is 2^(l/3): the clip's point lies so many levels above the film's when the picture grew by scale. */
static double levels_of(double scale)
{
	return 3 * log2(scale);
}

static struct affine seed_of(const struct near_pair *p, const struct turn *t)
{
	double scale = exp2((p->clip_level - p->film_level) / 3.0), r = t->degrees * M_PI / 180;
	struct affine m = { scale * cos(r), -scale * sin(r), 0, scale * sin(r), scale * cos(r), 0 };
	m.c = p->cx - m.a * p->fx - m.b * p->fy;
	m.f = p->cy - m.d * p->fx - m.e * p->fy;
	return m;
}

static size_t mark_agreeing(const struct affine *m, const struct near_pair *p, size_t n, double slack, bool *is_in)
{
	double scale = scale_of(m), levels = levels_of(scale);
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += is_in[i] = agrees(m, scale, levels, &p[i], slack);
	return count;
}

/* ---- counting regions once ---- */

static unsigned region(float x, float y, int level)
{
	int cx = (int)((x + 0.8f) * REGIONS / 1.6f), cy = (int)((y + 0.8f) * REGIONS / 1.6f);
	cx = cx < 0 ? 0 : cx >= REGIONS ? REGIONS - 1 : cx;
	cy = cy < 0 ? 0 : cy >= REGIONS ? REGIONS - 1 : cy;
	return (unsigned)((level / REGION_LEVELS * REGIONS + cy) * REGIONS + cx);
}
enum { REGION_COUNT = (KEYPOINT_LEVELS / REGION_LEVELS + 1) * REGIONS * REGIONS };

/* Pairs that are in of which no other one shares a region of the clip or of the film. */
static unsigned count_regions(const struct near_pair *p, size_t n, const bool *is_in, unsigned *cells)
{
	bool clip[REGION_COUNT] = { false }, film[REGION_COUNT] = { false }, cell[64] = { false };
	unsigned count = 0;
	*cells = 0;
	for (size_t i = 0; i < n; i++) {
		if (!is_in[i])
			continue;
		unsigned c = region(p[i].cx, p[i].cy, p[i].clip_level), f = region(p[i].fx, p[i].fy, p[i].film_level);
		if (clip[c] || film[f])
			continue;
		clip[c] = film[f] = true;
		count++;
		int x = (int)((p[i].fx + 0.8f) * 5), y = (int)((p[i].fy + 0.8f) * 5);
		unsigned at = (unsigned)((y & 7) * 8 + (x & 7));
		*cells += !cell[at];
		cell[at] = true;
	}
	return count;
}

static int by_number(const void *a, const void *b)
{
	const unsigned *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* Different pairs of regions: what still pictures repeat counts once, everything else that could agree by accident counts. */
static unsigned count_combinations(const struct near_pair *p, size_t n)
{
	unsigned *list = malloc(n * sizeof(*list)), count = 0;
	if (!list)
		return (unsigned)n;
	for (size_t i = 0; i < n; i++)
		list[i] = region(p[i].cx, p[i].cy, p[i].clip_level) * REGION_COUNT + region(p[i].fx, p[i].fy, p[i].film_level);
	qsort(list, n, sizeof(*list), by_number);
	for (size_t i = 0; i < n; i++)
		count += i == 0 || list[i] != list[i - 1];
	free(list);
	return count;
}

/* ---- least squares ---- */

struct sums { double n, x, y, xx, xy, yy, u, v, ux, uy, vx, vy; };

static struct sums sum_up(const struct near_pair *p, size_t n, const bool *is_in)
{
	struct sums s = { 0 };
	for (size_t i = 0; i < n; i++) {
		if (!is_in[i])
			continue;
		double x = p[i].fx, y = p[i].fy, u = p[i].cx, v = p[i].cy;
		s.n++; s.x += x; s.y += y; s.xx += x * x; s.xy += x * y; s.yy += y * y;
		s.u += u; s.v += v; s.ux += u * x; s.uy += u * y; s.vx += v * x; s.vy += v * y;
	}
	return s;
}

static bool fit_similarity(const struct near_pair *p, size_t n, const bool *is_in, struct affine *m)
{
	struct sums s = sum_up(p, n, is_in);
	double spread = s.xx + s.yy - (s.x * s.x + s.y * s.y) / s.n;
	if (s.n < 4 || spread < 1e-4 * s.n)
		return false;
	double a = (s.ux + s.vy - (s.u * s.x + s.v * s.y) / s.n) / spread;
	double d = (s.vx - s.uy - (s.v * s.x - s.u * s.y) / s.n) / spread;
	*m = (struct affine){ a, -d, (s.u - a * s.x + d * s.y) / s.n, d, a, (s.v - d * s.x - a * s.y) / s.n };
	return true;
}

static bool fit_affine(const struct near_pair *p, size_t n, const bool *is_in, struct affine *m)
{
	struct sums s = sum_up(p, n, is_in);
	if (s.n < 10)
		return false;
	double xx = s.xx - s.x * s.x / s.n, xy = s.xy - s.x * s.y / s.n, yy = s.yy - s.y * s.y / s.n, det = xx * yy - xy * xy;
	if (det < 1e-6 * s.n * s.n)
		return false;
	double ux = s.ux - s.u * s.x / s.n, uy = s.uy - s.u * s.y / s.n, vx = s.vx - s.v * s.x / s.n, vy = s.vy - s.v * s.y / s.n;
	m->a = (ux * yy - uy * xy) / det;
	m->b = (uy * xx - ux * xy) / det;
	m->d = (vx * yy - vy * xy) / det;
	m->e = (vy * xx - vx * xy) / det;
	m->c = (s.u - m->a * s.x - m->b * s.y) / s.n;
	m->f = (s.v - m->d * s.x - m->e * s.y) / s.n;
	return true;
}

/* Films are shown smaller or larger, a little wider or slanted, never squeezed to a line. */
static bool is_sane(const struct affine *m)
{
	double scale = scale_of(m), sx = hypot(m->a, m->d), sy = hypot(m->b, m->e);
	return m->a * m->e - m->b * m->d > 0 && scale > 0.12 && scale < 8 && sx / sy > 0.6 && sx / sy < 1.67 &&
	       fabs(m->a * m->b + m->d * m->e) < 0.35 * sx * sy;
}

/* ---- time ---- */

static void fit_time(const struct near_pair *p, size_t n, const bool *is_in, struct placed *o)
{
	double count = 0, q = 0, f = 0, qq = 0, qf = 0;
	o->film_from = o->clip_from = 1e9;
	o->film_to = o->clip_to = -1e9;
	for (size_t i = 0; i < n; i++) {
		if (!is_in[i])
			continue;
		double x = p[i].clip_time, y = p[i].film_time;
		count++; q += x; f += y; qq += x * x; qf += x * y;
		o->film_from = fmin(o->film_from, y);
		o->film_to = fmax(o->film_to, y);
		o->clip_from = fmin(o->clip_from, x);
		o->clip_to = fmax(o->clip_to, x);
	}
	double spread = qq - q * q / count;
	o->speed = spread > count * 8 ? (qf - q * f / count) / spread : 1;
	o->speed = fabs(o->speed - 1) > 0.12 ? 1 : o->speed;
	o->offset = (f - o->speed * q) / count;
}

/* ---- the best placing ---- */

static size_t best_seed(const struct near_pair *p, size_t n, const struct turn *t, bool *is_in, struct affine *best, unsigned *tried)
{
	size_t most = 0, step = n > SEEDS_MAX ? n / SEEDS_MAX : 1;
	for (size_t i = 0; i < n; i += step) {
		struct affine m = seed_of(&p[i], t);
		size_t count = mark_agreeing(&m, p, n, wide, is_in);
		++*tried;
		if (count > most) {
			most = count;
			*best = m;
		}
	}
	return most;
}

static void better(const struct near_pair *p, size_t n, bool *is_in, struct affine *m)
{
	static const double slacks[] = { 0.10, 0.08, 0.06, 0.045, 0.035, 0.03, 0.03 };
	for (size_t i = 0; i < sizeof(slacks) / sizeof(*slacks); i++) {
		struct affine next = *m;
		mark_agreeing(m, p, n, slacks[i], is_in);
		bool is_fit = i >= 3 && fit_affine(p, n, is_in, &next) && is_sane(&next);
		if (!is_fit)
			is_fit = fit_similarity(p, n, is_in, &next) && is_sane(&next);
		if (!is_fit)
			return;
		*m = next;
	}
}

bool place_pairs(const struct near_pair *p, size_t n, const struct turn *t, struct placed *out)
{
	struct affine m = { 0 };
	unsigned tried = 0, cells;
	if (n < AGREE_LEAST)
		return false;
	bool *is_in = calloc(n, sizeof(*is_in));
	if (!is_in)
		return false;
	bool is_good = best_seed(p, n, t, is_in, &m, &tried) >= AGREE_LEAST;
	if (is_good) {
		better(p, n, is_in, &m);
		is_good = is_sane(&m) && mark_agreeing(&m, p, n, narrow, is_in) >= AGREE_LEAST;
	}
	if (is_good) {
		*out = (struct placed){ .to_clip = m };
		double scale = scale_of(&m);	/* the slack grows with it, the clip does not */
		out->agreeing = count_regions(p, n, is_in, &cells);
		out->pairs = count_combinations(p, n);
		out->pairs = out->pairs < out->agreeing ? out->agreeing : out->pairs;
		/* seeds, and the fit's own freedom: it could have begun at any three of the pairs */
		out->tried = (double)tried * out->pairs * out->pairs;
		out->nfa_log10 = log10(out->tried) + binomial_tail_log10(out->pairs, out->agreeing, RECOGNISE_RATE * fmax(1, scale * scale));
		is_good = out->agreeing >= AGREE_LEAST && cells >= CELLS_LEAST;
		fit_time(p, n, is_in, out);
	}
	free(is_in);
	return is_good;
}
