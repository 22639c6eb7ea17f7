/* align_clip of film/sketch.h: candidates by keypoints and by plain guesses, refined, the likest wins. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/align_fit.h"
#include "film/align_refine.h"

enum { QUERIES = 14, FILM_STEP = 2, PAIRS_MAX = 96, MATCHES_MAX = 256, AGREE_MIN = 8, SEEDS = 3 };
static const double wide_reach = 0.028;

/* A clip frame and a film frame with a common similarity. */
struct sighting { size_t query, film; size_t agree; struct placing place; };
struct sightings { size_t count; struct sighting s[PAIRS_MAX]; };

struct search {
	const struct sketch *film, *clip;
	size_t query_at[QUERIES], queries;
	struct points *points;		/* of the queries, then one for the film's */
	struct pairing pairs[QUERIES * MATCHES_MAX];
	bool is_mirrored, is_stretched;
	uint8_t *picture;		/* room for a clip frame in the film's shape */
};

static double tall(const struct sketch *s)
{
	return (double)s->h / s->w;
}

/* Shape of the clip's picture as its keypoints are taken. */
static double clip_tall(const struct search *k)
{
	return tall(k->is_stretched ? k->film : k->clip);
}

static void sighting_keep(struct sightings *all, const struct sighting *s)
{
	if (all->count < PAIRS_MAX) {
		all->s[all->count++] = *s;
		return;
	}
	size_t least = 0;
	for (size_t i = 1; i < PAIRS_MAX; i++)
		if (all->s[i].agree < all->s[least].agree)
			least = i;
	if (all->s[least].agree < s->agree)
		all->s[least] = *s;
}

/* A clip may show the film squeezed into another shape: back into the film's, by the nearest pixels. */
static void picture_stretch(const uint8_t *grey, const struct sketch *clip, const struct sketch *film, uint8_t *out)
{
	for (int y = 0; y < film->h; y++)
		for (int x = 0; x < film->w; x++) {
			double at_x = (x + 0.5) * clip->w / film->w - 0.5, at_y = (y + 0.5) * clip->h / film->h - 0.5;
			int x0 = at_x < 0 ? 0 : (int)at_x, y0 = at_y < 0 ? 0 : (int)at_y;
			int x1 = x0 + 1 < clip->w ? x0 + 1 : x0, y1 = y0 + 1 < clip->h ? y0 + 1 : y0;
			double fx = at_x < 0 ? 0 : at_x - x0, fy = at_y < 0 ? 0 : at_y - y0;
			double a = grey[y0 * clip->w + x0] * (1 - fx) + grey[y0 * clip->w + x1] * fx;
			double b = grey[y1 * clip->w + x0] * (1 - fx) + grey[y1 * clip->w + x1] * fx;
			out[y * film->w + x] = (uint8_t)(a + (b - a) * fy + 0.5);
		}
}

static void queries_find(struct search *k)
{
	k->queries = k->clip->count < QUERIES ? k->clip->count : QUERIES;
	for (size_t q = 0; q < k->queries; q++) {
		k->query_at[q] = (2 * q + 1) * k->clip->count / (2 * k->queries);
		const uint8_t *grey = sketch_frame(k->clip, k->query_at[q]);
		if (k->is_stretched)
			picture_stretch(grey, k->clip, k->film, k->picture);
		points_find(k->is_stretched ? k->picture : grey, (k->is_stretched ? k->film : k->clip)->w,
		            (k->is_stretched ? k->film : k->clip)->h, k->is_mirrored, &k->points[q]);
	}
}

static void film_scan(struct search *k, struct sightings *all)
{
	struct points *f = &k->points[QUERIES];
	all->count = 0;
	for (size_t j = 0; j < k->film->count; j += FILM_STEP) {
		points_find(sketch_frame(k->film, j), k->film->w, k->film->h, false, f);
		for (size_t q = 0; q < k->queries; q++) {
			struct sighting s = { .query = q, .film = j };
			size_t n = points_match(f, &k->points[q], k->pairs, MATCHES_MAX);
			if (n < AGREE_MIN)
				continue;
			s.agree = fit_similarity(k->pairs, n, tall(k->film), clip_tall(k), wide_reach, &s.place);
			if (s.agree >= AGREE_MIN)
				sighting_keep(all, &s);
		}
	}
}

/* Farthest that any corner and the middle lie apart under two placings. */
static double placing_gap(const struct placing *a, const struct placing *b)
{
	double gap = 0;
	for (int i = 0; i < 5; i++) {
		double u = i == 4 ? 0.5 : i & 1 ? 0.85 : 0.15, v = i == 4 ? 0.5 : i & 2 ? 0.85 : 0.15, x, y, s, t;
		placing_apply(a, u, v, &x, &y);
		placing_apply(b, u, v, &s, &t);
		gap = fmax(gap, hypot(x - s, y - t));
	}
	return gap;
}

/* The line of time on which most sightings agree that also agree with the seed's placing. */
static double line_find(const struct search *k, const struct sightings *all, const struct sighting *seed,
                        struct alignment *a)
{
	static const double rates[] = { 1, 25 / 24.0, 24 / 25.0 };
	double best = 0;
	for (size_t r = 0; r < 3; r++)
		for (size_t i = 0; i < all->count; i++) {
			const struct sighting *s = &all->s[i];
			if (placing_gap(&s->place, &seed->place) > 0.12)
				continue;
			double offset = (double)k->film->times[s->film] - rates[r] * (double)k->clip->times[k->query_at[s->query]];
			double sum = 0, seen[QUERIES] = { 0 };
			for (size_t j = 0; j < all->count; j++) {
				const struct sighting *t = &all->s[j];
				double miss = (double)k->film->times[t->film] - offset -
					rates[r] * (double)k->clip->times[k->query_at[t->query]];
				if (fabs(miss) < 0.7 && placing_gap(&t->place, &seed->place) < 0.12)
					seen[t->query] = fmax(seen[t->query], (double)t->agree * (1 - 0.3 * fabs(miss)));
			}
			for (size_t q = 0; q < k->queries; q++)
				sum += seen[q];
			if (sum > best + (r ? 0.02 * best : 0)) {
				best = sum;
				a->offset = offset;
				a->rate = rates[r];
			}
		}
	return best;
}

/* All matches of queries with the film frames of their time. */
static size_t matches_pool(struct search *k, const struct alignment *a)
{
	size_t n = 0;
	for (size_t q = 0; q < k->queries; q++) {
		double time = a->offset + a->rate * (double)k->clip->times[k->query_at[q]];
		size_t j = sketch_nearest(k->film, time);
		if (fabs((double)k->film->times[j] - time) > 0.3)
			continue;
		points_find(sketch_frame(k->film, j), k->film->w, k->film->h, false, &k->points[QUERIES]);
		n += points_match(&k->points[QUERIES], &k->points[q], k->pairs + n, MATCHES_MAX);
	}
	return n;
}

static void seed_grow(struct search *k, const struct sightings *all, const struct sighting *seed, struct alignment *a)
{
	*a = (struct alignment){ .place = seed->place, .rate = 1, .likeness = -1 };
	line_find(k, all, seed, a);
	size_t n = matches_pool(k, a), used = 0;
	static const double reaches[] = { 2.2, 1.6, 1, 0.6, 0.6 };
	for (size_t i = 0; i < sizeof(reaches) / sizeof(reaches[0]); i++) {
		struct placing next;
		if (!fit_homography(k->pairs, NULL, n, &a->place, wide_reach * reaches[i], &next, &used))
			break;
		a->place = next;
	}
	a->points = (unsigned)used;
}

/* The clip's x runs backwards. */
static struct placing placing_mirror(const struct placing *p)
{
	struct placing m = *p;
	for (int i = 0; i < 3; i++)
		m.h[i] = p->h[6 + i] - p->h[i];
	return m;
}

static int refine_all(const struct sketch *film, const struct sketch *clip, struct alignment *a, struct fault *why)
{
	int e = refine_place(film, clip, a, why);
	if (!e)
		e = refine_time(film, clip, a, why);
	return e ? e : refine_place(film, clip, a, why);
}

static int by_points(struct search *k, struct alignment *best, struct fault *why)
{
	struct sightings *all = calloc(1, sizeof(*all));
	if (!all)
		return fault_set(why, E_MEMORY, "no memory for keypoints");
	queries_find(k);
	film_scan(k, all);
	int e = OK;
	for (int n = 0; n < SEEDS && !e; n++) {
		size_t top = 0;
		for (size_t i = 1; i < all->count; i++)
			if (all->s[i].agree > all->s[top].agree)
				top = i;
		if (!all->count || all->s[top].agree < AGREE_MIN || best->likeness > 0.8)
			break;
		struct alignment a;
		struct sighting seed = all->s[top];
		seed_grow(k, all, &seed, &a);
		a.is_mirrored = k->is_mirrored;
		if (k->is_mirrored)
			a.place = placing_mirror(&a.place);
		e = refine_all(k->film, k->clip, &a, why);
		if (!e && a.likeness > best->likeness)
			*best = a;
		/* what agrees with this seed has had its turn */
		for (size_t i = 0; i < all->count; i++)
			if (placing_gap(&all->s[i].place, &seed.place) < 0.06)
				all->s[i].agree = 0;
	}
	free(all);
	return e;
}

/* Part of the clip's picture that is not bars: rows and columns whose brightest pixel stays dark. */
static struct placing active_part(const struct sketch *clip)
{
	uint8_t *high = calloc((size_t)clip->w * (size_t)clip->h, 1);
	int x0 = 0, y0 = 0, x1 = clip->w, y1 = clip->h;
	struct placing same = placing_same;
	if (!high)
		return same;
	for (size_t i = 0; i < clip->count; i += clip->count / 24 + 1)
		for (int p = 0; p < clip->w * clip->h; p++)
			if (sketch_frame(clip, i)[p] > high[p])
				high[p] = sketch_frame(clip, i)[p];
	uint8_t row[SKETCH_LONG + 2] = { 0 }, column[SKETCH_LONG + 2] = { 0 };
	for (int p = 0; p < clip->w * clip->h; p++) {
		int x = p % clip->w, y = p / clip->w;
		row[y] = high[p] > row[y] ? high[p] : row[y];
		column[x] = high[p] > column[x] ? high[p] : column[x];
	}
	const int dark = 28;
	while (y0 < clip->h / 3 && row[y0] <= dark)
		y0++;
	while (y1 > clip->h * 2 / 3 && row[y1 - 1] <= dark)
		y1--;
	while (x0 < clip->w / 3 && column[x0] <= dark)
		x0++;
	while (x1 > clip->w * 2 / 3 && column[x1 - 1] <= dark)
		x1--;
	free(high);
	double w = clip->w, h = clip->h;
	return (struct placing){ { (x1 - x0) / w, 0, x0 / w, 0, (y1 - y0) / h, y0 / h, 0, 0, 1 } };
}

static int by_guess(const struct sketch *film, const struct sketch *clip, struct alignment *best, struct fault *why)
{
	struct placing part = active_part(clip);
	const struct placing guesses[] = {
		placing_same, part, placing_mirror(&part),
		{ { 0, -1, 1, 1, 0, 0, 0, 0, 1 } }, { { 0, 1, 0, -1, 0, 1, 0, 0, 1 } }, { { -1, 0, 1, 0, -1, 1, 0, 0, 1 } },
	};
	bool has_bars = placing_gap(&part, &placing_same) > 0.004;
	int e = OK;
	for (size_t i = 0; i < sizeof(guesses) / sizeof(guesses[0]) && !e && best->likeness < 0.8; i++) {
		struct alignment a = { .place = guesses[i], .rate = 1, .is_mirrored = i == 2 };
		if (i == 1 && !has_bars)
			continue;
		e = refine_search_time(film, clip, &a, why);
		if (e || a.likeness < 0.35)
			continue;
		e = refine_all(film, clip, &a, why);
		if (!e && a.likeness > best->likeness)
			*best = a;
	}
	return e;
}

static void span_set(const struct sketch *film, const struct sketch *clip, struct alignment *a)
{
	a->from = fmax(0, a->offset + a->rate * (double)clip->times[0]);
	a->to = fmin((double)film->times[film->count - 1] + 1 / SKETCH_RATE,
	             a->offset + a->rate * (double)clip->times[clip->count - 1]);
}

int align_clip(const struct sketch *film, const struct sketch *clip, struct alignment *out, struct fault *why)
{
	if (!film->count || !clip->count)
		return fault_set(why, E_DAMAGED, "no frames to align");
	struct alignment best = { .place = placing_same, .rate = 1, .likeness = -1 };
	int e = by_guess(film, clip, &best, why);
	struct search *k = calloc(1, sizeof(*k));
	struct points *points = calloc(QUERIES + 1, sizeof(*points));
	uint8_t *picture = malloc((size_t)film->w * (size_t)film->h);
	if (!e && (!k || !points || !picture))
		e = fault_set(why, E_MEMORY, "no memory for keypoints");
	bool is_shaped_alike = fabs(tall(film) / tall(clip) - 1) < 0.06;
	for (int m = 0; m < 4 && !e && best.likeness < 0.8; m++) {
		*k = (struct search){ .film = film, .clip = clip, .points = points, .picture = picture,
			.is_stretched = m & 1, .is_mirrored = m >= 2 };
		if ((k->is_stretched && is_shaped_alike) || (k->is_mirrored && best.likeness >= ALIGN_LIKENESS))
			continue;
		e = by_points(k, &best, why);
	}
	free(picture);
	free(points);
	free(k);
	if (!e) {
		span_set(film, clip, &best);
		*out = best;
	}
	return e;
}
