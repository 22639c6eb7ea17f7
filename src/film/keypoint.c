#include "film/keypoint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TESTS = 256, GROUP = 16, REACH = 13, CANDIDATES_MAX = 8192, GRID_X = 8, GRID_Y = 5 };

/* Corners flatter than this (grey levels squared, summed over 5 x 5) are noise. */
static const float flat = 160;

const struct turn keypoint_turns[KEYPOINT_TURNS] = {
	{ 0, false }, { 0, true }, { 11, false }, { -11, false }, { 11, true }, { -11, true },
	{ 90, false }, { 180, false }, { 270, false },
};

struct test { int8_t ax, ay, bx, by; };
struct candidate { float strength; int16_t x, y; };
struct plane { uint8_t *fine, *soft; int w, h; };

struct keypoints {
	struct test tests[KEYPOINT_TURNS][TESTS];
	struct plane level[KEYPOINT_LEVELS];
	size_t room;			/* pixels of each plane */
	uint8_t *rows;			/* blurring's scratch */
	int32_t *xx, *xy, *yy, *sum;
	float *strength;
	struct candidate candidates[CANDIDATES_MAX];
};

double keypoint_unit(int level)
{
	return 768 * exp2(-level / 3.0);
}

/* ---- the pattern ---- */

/* A fixed sequence (Knuth's MMIX constants), so that every build compares the same places. */
static double draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (double)(*seed >> 11) / 9007199254740992.0;
}

static void draw_place(uint64_t *seed, double *x, double *y)
{
	do {	/* ends: four of five draws lie in the circle */
		*x = (draw(seed) * 2 - 1) * REACH;
		*y = (draw(seed) * 2 - 1) * REACH;
	} while (*x * *x + *y * *y > REACH * REACH);
}

/* The pattern as it lies in a picture that is turned (and before that mirrored). */
static void turn_place(const struct turn *t, double x, double y, int8_t *tx, int8_t *ty)
{
	double a = t->degrees * M_PI / 180, c = cos(a), s = sin(a);
	x = t->is_mirrored ? -x : x;
	*tx = (int8_t)lround(c * x - s * y);
	*ty = (int8_t)lround(s * x + c * y);
}

static void make_tests(struct keypoints *k)
{
	uint64_t seed = 20141124;
	for (int i = 0; i < TESTS; i++) {
		double ax, ay, bx, by;
		do {	/* far pairs bear noise better; ends: most pairs are far */
			draw_place(&seed, &ax, &ay);
			draw_place(&seed, &bx, &by);
		} while (hypot(ax - bx, ay - by) < 6);
		for (int t = 0; t < KEYPOINT_TURNS; t++) {
			struct test *to = &k->tests[t][i];
			turn_place(&keypoint_turns[t], ax, ay, &to->ax, &to->ay);
			turn_place(&keypoint_turns[t], bx, by, &to->bx, &to->by);
		}
	}
}

/* ---- workspace ---- */

struct keypoints *keypoints_make(void)
{
	struct keypoints *k = calloc(1, sizeof(*k));
	if (k)
		make_tests(k);
	return k;
}

static void planes_free(struct keypoints *k)
{
	for (int l = 0; l < KEYPOINT_LEVELS; l++) {
		free(k->level[l].fine);
		free(k->level[l].soft);
		k->level[l] = (struct plane){ 0 };
	}
	free(k->rows);
	free(k->xx);
	free(k->xy);
	free(k->yy);
	free(k->sum);
	free(k->strength);
	k->rows = NULL;
	k->xx = k->xy = k->yy = k->sum = NULL;
	k->strength = NULL;
	k->room = 0;
}

void keypoints_close(struct keypoints *k)
{
	if (k)
		planes_free(k);
	free(k);
}

static bool reserve(struct keypoints *k, size_t pixels)
{
	if (pixels <= k->room)
		return true;
	planes_free(k);
	bool is_there = true;
	for (int l = 0; l < KEYPOINT_LEVELS; l++) {
		k->level[l].fine = malloc(pixels);
		k->level[l].soft = malloc(pixels);
		is_there &= k->level[l].fine && k->level[l].soft;
	}
	k->rows = malloc(pixels);
	k->xx = malloc(pixels * sizeof(*k->xx));
	k->xy = malloc(pixels * sizeof(*k->xy));
	k->yy = malloc(pixels * sizeof(*k->yy));
	k->sum = malloc(pixels * sizeof(*k->sum));
	k->strength = malloc(pixels * sizeof(*k->strength));
	if (!is_there || !k->rows || !k->xx || !k->xy || !k->yy || !k->sum || !k->strength) {
		planes_free(k);
		return false;
	}
	k->room = pixels;
	return true;
}

/* ---- scales ---- */

static void blur_row(const uint8_t *a, const uint8_t *b, const uint8_t *c, const uint8_t *d, const uint8_t *e, uint8_t *to, int n)
{
	for (int x = 0; x < n; x++)
		to[x] = (uint8_t)((a[x] + e[x] + 4 * (b[x] + d[x]) + 6 * c[x] + 8) >> 4);
}

static int within(int i, int n)
{
	return i < 0 ? 0 : i >= n ? n - 1 : i;
}

/* Binomial blur of five taps in both directions. */
static void blur(struct keypoints *k, const uint8_t *from, uint8_t *to, int w, int h)
{
	for (int y = 0; y < h; y++)
		blur_row(from + within(y - 2, h) * w, from + within(y - 1, h) * w, from + y * w, from + within(y + 1, h) * w,
		         from + within(y + 2, h) * w, k->rows + y * w, w);
	for (int y = 0; y < h; y++) {
		const uint8_t *r = k->rows + y * w;
		uint8_t *o = to + y * w;
		blur_row(r, r + 1, r + 2, r + 3, r + 4, o + 2, w - 4);
		o[0] = r[0];
		o[1] = r[1];
		o[w - 2] = r[w - 2];
		o[w - 1] = r[w - 1];
	}
}

static void shrink(const struct plane *from, struct plane *to)
{
	for (int y = 0; y < to->h; y++) {
		double fy = (y + 0.5) * from->h / to->h - 0.5;
		int y0 = within((int)floor(fy), from->h), y1 = within(y0 + 1, from->h), v = (int)((fy - floor(fy)) * 64);
		for (int x = 0; x < to->w; x++) {
			double fx = (x + 0.5) * from->w / to->w - 0.5;
			int x0 = within((int)fx, from->w), x1 = within(x0 + 1, from->w), u = (int)((fx - floor(fx)) * 64);
			int top = from->fine[y0 * from->w + x0] * (64 - u) + from->fine[y0 * from->w + x1] * u;
			int low = from->fine[y1 * from->w + x0] * (64 - u) + from->fine[y1 * from->w + x1] * u;
			to->fine[y * to->w + x] = (uint8_t)((top * (64 - v) + low * v + 2048) >> 12);
		}
	}
}

/* ---- corners ---- */

static void tensor(struct keypoints *k, const uint8_t *p, int w, int h)
{
	memset(k->xx, 0, sizeof(*k->xx) * (size_t)w * (size_t)h);
	memset(k->xy, 0, sizeof(*k->xy) * (size_t)w * (size_t)h);
	memset(k->yy, 0, sizeof(*k->yy) * (size_t)w * (size_t)h);
	for (int y = 1; y < h - 1; y++)
		for (int x = 1; x < w - 1; x++) {
			int i = y * w + x, dx = p[i + 1] - p[i - 1], dy = p[i + w] - p[i - w];
			k->xx[i] = dx * dx;
			k->xy[i] = dx * dy;
			k->yy[i] = dy * dy;
		}
}

/* Sums over 5 x 5 pixels, in place; the rim of two pixels is left without meaning. */
static void sum_around(struct keypoints *k, int32_t *p, int w, int h)
{
	int32_t *s = k->sum;
	for (int i = 0; i < w * h; i++)
		s[i] = i < 2 || i >= w * h - 2 ? 0 : p[i - 2] + p[i - 1] + p[i] + p[i + 1] + p[i + 2];
	for (int i = 2 * w; i < w * (h - 2); i++)
		p[i] = s[i - 2 * w] + s[i - w] + s[i] + s[i + w] + s[i + 2 * w];
}

static void measure_strength(struct keypoints *k, int w, int h)
{
	tensor(k, k->rows, w, h);
	sum_around(k, k->xx, w, h);
	sum_around(k, k->xy, w, h);
	sum_around(k, k->yy, w, h);
	for (int i = 0; i < w * h; i++) {
		float a = (float)k->xx[i], b = (float)k->xy[i], c = (float)k->yy[i], d = (a - c) / 2;
		k->strength[i] = (a + c) / 2 - sqrtf(d * d + b * b);
	}
}

static bool is_peak(const float *s, int w, int i)
{
	float v = s[i];
	for (int y = -3; y <= 3; y++)
		for (int x = -3; x <= 3; x++)
			if (s[i + y * w + x] > v || (s[i + y * w + x] == v && y * w + x < 0))
				return false;
	return true;
}

static int by_strength(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (x->strength != y->strength)
		return x->strength > y->strength ? -1 : 1;
	return x->y != y->y ? x->y - y->y : x->x - y->x;
}

static int find_candidates(struct keypoints *k, int w, int h)
{
	int n = 0;
	for (int y = KEYPOINT_BORDER; y < h - KEYPOINT_BORDER; y++)
		for (int x = KEYPOINT_BORDER; x < w - KEYPOINT_BORDER && n < CANDIDATES_MAX; x++) {
			int i = y * w + x;
			if (k->strength[i] > flat && is_peak(k->strength, w, i))
				k->candidates[n++] = (struct candidate){ k->strength[i], (int16_t)x, (int16_t)y };
		}
	qsort(k->candidates, (size_t)n, sizeof(*k->candidates), by_strength);
	return n;
}

/* The strongest first, but no part of the picture takes more than three times its share. */
static int choose(struct keypoints *k, int n, int w, int h, int most)
{
	int used[GRID_X * GRID_Y] = { 0 }, kept = 0, share = 1 + most * 3 / (GRID_X * GRID_Y);
	for (int i = 0; i < n && kept < most; i++) {
		int *u = &used[k->candidates[i].x * GRID_X / w + k->candidates[i].y * GRID_Y / h * GRID_X];
		if (*u >= share)
			continue;
		++*u;
		k->candidates[kept++] = k->candidates[i];
	}
	return kept;
}

/* ---- descriptions ---- */

static uint16_t weakest(const int *difference)
{
	unsigned taken = 0, list = 0;
	for (int n = 0; n < 3; n++) {
		int best = 0, least = 1 << 20;
		for (int i = 0; i < GROUP; i++)
			if (!(taken >> i & 1) && difference[i] < least) {
				least = difference[i];
				best = i;
			}
		taken |= 1u << best;
		list |= (unsigned)best << 4 * n;
	}
	return (uint16_t)list;
}

static void describe(const struct test *tests, const uint8_t *at, int w, struct descriptor *d, uint16_t weak[2])
{
	int difference[2 * GROUP];
	*d = (struct descriptor){ { 0 } };
	for (int i = 0; i < TESTS; i++) {
		int v = at[tests[i].ay * w + tests[i].ax] - at[tests[i].by * w + tests[i].bx];
		if (v > 0)
			d->bits[i >> 6] |= 1ull << (i & 63);
		if (i < 2 * GROUP)
			difference[i] = abs(v);
	}
	if (weak) {
		weak[0] = weakest(difference);
		weak[1] = weakest(difference + GROUP);
	}
}

static int find_in_level(struct keypoints *k, int l, int most, int turns, struct keypoint *p, struct descriptor *d, uint16_t (*weak)[2])
{
	struct plane *v = &k->level[l];
	blur(k, v->fine, v->soft, v->w, v->h);
	memcpy(k->rows, v->soft, (size_t)v->w * (size_t)v->h);
	measure_strength(k, v->w, v->h);
	blur(k, v->soft, v->soft, v->w, v->h);
	int n = choose(k, find_candidates(k, v->w, v->h), v->w, v->h, most);
	double unit = sqrt((double)v->w * v->h);
	for (int i = 0; i < n; i++) {
		int x = k->candidates[i].x, y = k->candidates[i].y;
		p[i] = (struct keypoint){ (float)((x + 0.5 - v->w / 2.0) / unit), (float)((y + 0.5 - v->h / 2.0) / unit), (uint8_t)l };
		for (int t = 0; t < turns; t++)
			describe(k->tests[t], v->soft + y * v->w + x, v->w, &d[i * turns + t], weak ? weak[i * turns + t] : NULL);
	}
	return n;
}

/* Finer levels get more, but less than in proportion to their pixels: coarse detail survives more. */
static int share_of(int l, int first, int last, int most)
{
	double all = 0;
	for (int i = first; i <= last; i++)
		all += exp2(-(i - first) / 4.0);
	return (int)lround(most * exp2(-(l - first) / 4.0) / all);
}

int keypoints_find(struct keypoints *k, const uint8_t *grey, int w, int h, int first, int most, int turns,
                   struct keypoint *p, struct descriptor *d, uint16_t (*weak)[2])
{
	if (w < KEYPOINT_SIDE_MIN || h < KEYPOINT_SIDE_MIN || first < 0 || first >= KEYPOINT_LEVELS)
		return 0;
	if (!reserve(k, (size_t)w * (size_t)h))
		return -1;
	int last = first, n = 0;
	memcpy(k->level[first].fine, grey, (size_t)w * (size_t)h);
	k->level[first].w = w;
	k->level[first].h = h;
	for (int l = first + 1; l < KEYPOINT_LEVELS; l++) {
		struct plane *v = &k->level[l];
		v->w = (int)lround(w * exp2(-(l - first) / 3.0));
		v->h = (int)lround(h * exp2(-(l - first) / 3.0));
		if (v->w < KEYPOINT_SIDE_MIN || v->h < KEYPOINT_SIDE_MIN)
			break;
		shrink(&k->level[l - 1], v);
		last = l;
	}
	for (int l = last; l >= first; l--) {	/* what coarse levels leave over goes to finer ones */
		int quota = l == first ? most - n : share_of(l, first, last, most);
		quota = quota > most - n ? most - n : quota;
		n += find_in_level(k, l, quota, turns, p + n, d + n * turns, weak ? weak + n * turns : NULL);
	}
	return n;
}
