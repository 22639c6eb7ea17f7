/* Refinements of film/align_refine.h. */
#include "film/align_refine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/align_fit.h"
#include "lib/video.h"

#define FAST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))

enum { THUMB_W = 40, THUMB_H = 24, THUMB = THUMB_W * THUMB_H, SEARCH_FRAMES = 64,
       TILES_W = 8, TILES_H = 5, TILES = TILES_W * TILES_H, REACH = 6, SHIFTS = (2 * REACH + 1) * (2 * REACH + 1),
       PLACE_FRAMES = 14, ROUNDS = 5, PLAIN = 3 };

/* The rates that speed changes and pull-downs leave: 1, PAL both ways, NTSC both ways, both together. */
static const double rates[] = {
	1, 25 / 24.0, 24 / 25.0, 1.001, 1 / 1.001, 25 / 24.0 * 1.001, 24 / 25.0 / 1.001, 30 / 25.0, 25 / 30.0,
};

static struct video_frame frame_of(const struct sketch *s, size_t i)
{
	return (struct video_frame){ .luma = sketch_frame(s, i), .stride = s->w, .width = s->w, .height = s->h, .depth = 8 };
}

/* Detail of a small picture, of norm 1 where covered: the picture less its surroundings. */
static void thumb_norm(float *t, const float *cover)
{
	float flat[THUMB];
	for (int y = 0; y < THUMB_H; y++)
		for (int x = 0; x < THUMB_W; x++) {
			float sum = 0, n = 0;
			for (int v = y - 4; v <= y + 4; v++)
				for (int u = x - 4; u <= x + 4; u++)
					if (v >= 0 && v < THUMB_H && u >= 0 && u < THUMB_W && cover[v * THUMB_W + u] > 0) {
						sum += t[v * THUMB_W + u];
						n++;
					}
			flat[y * THUMB_W + x] = cover[y * THUMB_W + x] > 0 ? t[y * THUMB_W + x] - sum / n : 0;
		}
	double square = 0;
	for (int i = 0; i < THUMB; i++)
		square += (double)flat[i] * (double)flat[i];
	/* a picture without detail says nothing: a floor of one level keeps its noise small */
	float scale = (float)(1 / sqrt(square + THUMB));
	for (int i = 0; i < THUMB; i++)
		t[i] = flat[i] * scale;
}

/* Thumbs of all frames (or every step-th), as the placing shows them in the film. */
static float *thumbs_take(const struct sketch *s, const struct placing *p, const float *cover, float *cover_out,
                          size_t step, size_t *count)
{
	struct warp *w = NULL;
	*count = (s->count + step - 1) / step;
	float *all = malloc(sizeof(float) * THUMB * (*count + 1));
	if (!all || warp_open(THUMB_W, THUMB_H, p, s->w, s->h, &w, NULL)) {
		free(all);
		return NULL;
	}
	if (cover_out)
		memcpy(cover_out, warp_cover(w), sizeof(float) * THUMB);
	for (size_t i = 0; i < *count; i++) {
		struct video_frame f = frame_of(s, i * step);
		warp_run(w, &f, all + i * THUMB);
		thumb_norm(all + i * THUMB, cover ? cover : warp_cover(w));
	}
	warp_close(w);
	return all;
}

FAST static float thumb_like(const float *a, const float *b)
{
	float sum = 0;
	for (int i = 0; i < THUMB; i++)
		sum += a[i] * b[i];
	return sum;
}

struct thumbs { float *film, *clip; size_t film_count, clip_count, step; };

static int thumbs_open(struct thumbs *t, const struct sketch *film, const struct sketch *clip,
                       const struct alignment *a, size_t step, struct fault *why)
{
	float cover[THUMB];
	t->step = step;
	t->clip = thumbs_take(clip, &a->place, NULL, cover, step, &t->clip_count);
	t->film = t->clip ? thumbs_take(film, &placing_same, cover, NULL, 1, &t->film_count) : NULL;
	return t->film ? OK : fault_set(why, E_MEMORY, "no memory for thumbs");
}

static void thumbs_release(struct thumbs *t)
{
	free(t->film);
	free(t->clip);
}

/* Mean likeness of the clip's thumbs with the film's on a line of time. */
static double line_like(const struct thumbs *t, const struct sketch *film, const struct sketch *clip, double offset,
                        double rate, size_t *seen)
{
	double sum = 0;
	*seen = 0;
	for (size_t i = 0; i < t->clip_count; i++) {
		double time = offset + rate * (double)clip->times[i * t->step];
		size_t j = sketch_nearest(film, time);
		if (fabs((double)film->times[j] - time) > 0.6 / SKETCH_RATE)
			continue;
		sum += (double)thumb_like(t->clip + i * THUMB, t->film + j * THUMB);
		++*seen;
	}
	return *seen ? sum / (double)*seen : -1;
}

int refine_search_time(const struct sketch *film, const struct sketch *clip, struct alignment *a, struct fault *why)
{
	struct thumbs t = { 0 };
	size_t step = clip->count / SEARCH_FRAMES + 1;
	int e = thumbs_open(&t, film, clip, a, step, why);
	if (e) {
		thumbs_release(&t);
		return e;
	}
	double last = (double)clip->times[clip->count - 1], film_end = (double)film->times[film->count - 1];
	a->likeness = -1;
	for (size_t r = 0; r < sizeof(rates) / sizeof(rates[0]); r++)
		for (double o = -rates[r] * last; o < film_end; o += 1 / SKETCH_RATE) {
			size_t seen;
			double like = line_like(&t, film, clip, o, rates[r], &seen);
			/* most of the clip, or all of a film that is shorter, must lie in the film */
			double need = 0.5 * (double)t.clip_count * fmin(1, film_end / (rates[r] * last + 0.1));
			/* where a film repeats itself, the place that holds more of the clip is the right one */
			like += 0.05 * (double)seen / (double)t.clip_count;
			if ((double)seen >= need && seen > 0 && like > a->likeness + (r ? 1e-3 : 0)) {
				a->likeness = like;
				a->offset = o;
				a->rate = rates[r];
			}
		}
	thumbs_release(&t);
	return OK;
}

/* Likeness of every film frame with the clip frame of its time: clip frames lie closer, so shifts show. */
static double film_line_like(const struct thumbs *t, const struct sketch *film, const struct sketch *clip,
                             double offset, double rate)
{
	double sum = 0, n = 0;
	for (size_t j = 0; j < t->film_count; j++) {
		double time = ((double)film->times[j] - offset) / rate;
		size_t i = sketch_nearest(clip, time);
		if (fabs((double)clip->times[i] - time) > 0.08)
			continue;
		sum += (double)thumb_like(t->clip + i * THUMB, t->film + j * THUMB);
		n++;
	}
	return n > 0 ? sum / n : -1;
}

int refine_time(const struct sketch *film, const struct sketch *clip, struct alignment *a, struct fault *why)
{
	struct thumbs t = { 0 };
	int e = thumbs_open(&t, film, clip, a, 1, why);
	double middle = (double)clip->times[clip->count - 1] / 2, best = -2;
	double at = a->offset + a->rate * middle, rate = a->rate, found_at = at, found_rate = rate;
	/* first shifts in steps of a sixtieth over a good quarter second, then rates; each while it gains */
	for (int i = -20; i <= 20 && !e; i++) {
		double like = film_line_like(&t, film, clip, at + i / 60.0 - rate * middle, rate) - 1e-5 * abs(i);
		if (like > best) {
			best = like;
			found_at = at + i / 60.0;
		}
	}
	double span = fmax(1, 2 * middle);
	for (int i = -4; i <= 4 && !e; i++) {
		double r = rate * (1 + i * 0.02 / span);
		double like = film_line_like(&t, film, clip, found_at - r * middle, r) - 1e-5 * abs(i);
		if (like > best) {
			best = like;
			found_rate = r;
		}
	}
	a->rate = found_rate;
	a->offset = found_at - found_rate * middle;
	thumbs_release(&t);
	return e;
}

/* Correlations of a tile at all shifts, summed over frames. */
struct tile_sums { double both[SHIFTS], clip[SHIFTS], film; };

/* Sums over 2 PLAIN + 1 rows and columns; room holds one picture. */
FAST static void box_sums(const float *in, int w, int h, float *room, float *out)
{
	for (int y = 0; y < h; y++)
		for (int x = PLAIN; x < w - PLAIN; x++) {
			const float *p = in + y * w + x;
			room[y * w + x] = p[-3] + p[-2] + p[-1] + p[0] + p[1] + p[2] + p[3];
		}
	for (int y = PLAIN; y < h - PLAIN; y++)
		for (int x = PLAIN; x < w - PLAIN; x++) {
			const float *p = room + y * w + x;
			out[y * w + x] = p[-3 * w] + p[-2 * w] + p[-w] + p[0] + p[w] + p[2 * w] + p[3 * w];
		}
}

/* Detail on the raster: the picture less the mean of a square around it. sums and room hold a picture each. */
static void detail_of(float *in, const float *cover, int w, int h, float *sums, float *room, float *out)
{
	if (cover)
		for (int i = 0; i < w * h; i++)
			in[i] *= cover[i];
	box_sums(in, w, h, room, out);
	if (cover)
		box_sums(cover, w, h, room, sums);
	const float area = (2 * PLAIN + 1) * (2 * PLAIN + 1);
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			int i = y * w + x;
			bool is_rim = x < PLAIN || y < PLAIN || x >= w - PLAIN || y >= h - PLAIN;
			if (is_rim || (cover && cover[i] <= 0))
				out[i] = 0;
			else
				out[i] = in[i] - out[i] / (cover ? sums[i] : area);
		}
}

FAST static void row_products(const float *a, const float *b, int n, float *both, float *square)
{
	float s = 0, q = 0;
	for (int x = 0; x < n; x++) {
		s += a[x] * b[x];
		q += b[x] * b[x];
	}
	*both += s;
	*square += q;
}

static void tile_add(struct tile_sums *t, const float *film, const float *clip, int w, int x0, int y0, int x1, int y1)
{
	float self = 0, none = 0;
	for (int y = y0; y < y1; y++)
		row_products(film + y * w + x0, film + y * w + x0, x1 - x0, &self, &none);
	t->film += (double)self;
	for (int s = 0; s < SHIFTS; s++) {
		int dx = s % (2 * REACH + 1) - REACH, dy = s / (2 * REACH + 1) - REACH;
		float both = 0, square = 0;
		for (int y = y0; y < y1; y++)
			row_products(film + y * w + x0, clip + (y + dy) * w + x0 + dx, x1 - x0, &both, &square);
		t->both[s] += (double)both;
		t->clip[s] += (double)square;
	}
}

struct place_work {
	const struct sketch *film, *clip;
	struct alignment *a;
	float *raster, *film_detail, *clip_detail, *sums, *room;
	struct tile_sums tiles[TILES];
};

static void tile_box(const struct sketch *film, int i, int box[4])
{
	int tx = i % TILES_W, ty = i / TILES_W, m = REACH + PLAIN, w = film->w - 2 * m, h = film->h - 2 * m;
	box[0] = m + tx * w / TILES_W;
	box[1] = m + ty * h / TILES_H;
	box[2] = m + (tx + 1) * w / TILES_W;
	box[3] = m + (ty + 1) * h / TILES_H;
}

static void frame_add(struct place_work *k, const struct warp *w, size_t film_at, size_t clip_at)
{
	int width = k->film->w, height = k->film->h;
	const uint8_t *grey = sketch_frame(k->film, film_at);
	for (int i = 0; i < width * height; i++)
		k->raster[i] = grey[i];
	detail_of(k->raster, NULL, width, height, k->sums, k->room, k->film_detail);
	struct video_frame f = frame_of(k->clip, clip_at);
	warp_run(w, &f, k->raster);
	detail_of(k->raster, warp_cover(w), width, height, k->sums, k->room, k->clip_detail);
	for (int i = 0; i < TILES; i++) {
		int b[4];
		tile_box(k->film, i, b);
		tile_add(&k->tiles[i], k->film_detail, k->clip_detail, width, b[0], b[1], b[2], b[3]);
	}
}

static double parabola(double l, double c, double r)
{
	double d = l - 2 * c + r;
	return d < -1e-12 ? fmax(-0.5, fmin(0.5, 0.5 * (l - r) / d)) : 0;
}

static double tile_like(const struct tile_sums *t, int s)
{
	return t->both[s] / sqrt(t->film * t->clip[s] + 1e-3);
}

/* Best shift of a tile, to parts of a sample; its correlation, 0 where the tile has no detail. */
static double tile_peak(const struct tile_sums *t, double area, double *dx, double *dy)
{
	int best = SHIFTS / 2, side = 2 * REACH + 1;
	if (t->film < 4 * area)
		return 0;	/* less than two levels of detail */
	for (int s = 0; s < SHIFTS; s++)
		if (tile_like(t, s) > tile_like(t, best))
			best = s;
	int x = best % side, y = best / side;
	*dx = x - REACH;
	*dy = y - REACH;
	double c = tile_like(t, best);
	if (x > 0 && x < side - 1)
		*dx += parabola(tile_like(t, best - 1), c, tile_like(t, best + 1));
	if (y > 0 && y < side - 1)
		*dy += parabola(tile_like(t, best - side), c, tile_like(t, best + side));
	return c;
}

static int frames_add(struct place_work *k, struct fault *why)
{
	struct warp *w = NULL;
	memset(k->tiles, 0, sizeof(k->tiles));
	int e = warp_open(k->film->w, k->film->h, &k->a->place, k->clip->w, k->clip->h, &w, why);
	size_t fit = 0, given = 0;
	for (int pass = 0; pass < 2 && !e; pass++)
		for (size_t j = 0, n = 0; j < k->film->count; j++) {
			double time = ((double)k->film->times[j] - k->a->offset) / k->a->rate;
			size_t i = sketch_nearest(k->clip, time);
			if (fabs((double)k->clip->times[i] - time) > 0.05)
				continue;
			if (pass == 0) {
				fit++;
			} else if (n++ * PLACE_FRAMES / fit >= given) {	/* evenly over those that fit */
				given++;
				frame_add(k, w, j, i);
			}
		}
	warp_close(w);
	return e;
}

/* One round: measures, moves the placing; the mean correlation goes to likeness. */
static int place_round(struct place_work *k, double reach, bool may_move, struct fault *why)
{
	int e = frames_add(k, why);
	if (e)
		return e;
	struct pairing pairs[TILES];
	float weights[TILES];
	double sum = 0, count = 0;
	for (int i = 0; i < TILES; i++) {
		int b[4];
		tile_box(k->film, i, b);
		double dx = 0, dy = 0, x = 0.5 * (b[0] + b[2]), y = 0.5 * (b[1] + b[3]), u, v;
		double like = tile_peak(&k->tiles[i], (b[2] - b[0]) * (b[3] - b[1]), &dx, &dy);
		bool has_clip = k->tiles[i].clip[SHIFTS / 2] > 0.05 * k->tiles[i].film;
		if (k->tiles[i].film > 0 && has_clip && like != 0) {
			sum += tile_like(&k->tiles[i], SHIFTS / 2);
			count++;
		}
		weights[i] = has_clip && like > 0.25 ? (float)(like * like) : 0;
		placing_apply(&k->a->place, (x + dx) / k->film->w, (y + dy) / k->film->h, &u, &v);
		pairs[i] = (struct pairing){ (float)(x / k->film->w), (float)(y / k->film->h), (float)u, (float)v };
	}
	k->a->likeness = count >= 3 ? sum / count : 0;
	size_t used;
	struct placing next;
	if (may_move && fit_homography(pairs, weights, TILES, &k->a->place, reach, &next, &used) && used >= 8)
		k->a->place = next;
	return OK;
}

int refine_place(const struct sketch *film, const struct sketch *clip, struct alignment *a, struct fault *why)
{
	size_t n = (size_t)film->w * (size_t)film->h;
	struct place_work *k = calloc(1, sizeof(*k));
	float *room = malloc(sizeof(float) * n * 5);
	int e = k && room && film->w > 64 && film->h > 64 ? OK : fault_set(why, E_MEMORY, "no memory for tiles");
	struct alignment best = *a;
	best.likeness = -2;
	if (!e) {
		*k = (struct place_work){ .film = film, .clip = clip, .a = a, .raster = room, .film_detail = room + n,
			.clip_detail = room + 2 * n, .sums = room + 3 * n, .room = room + 4 * n };
		for (int i = 0; i < ROUNDS && !e; i++) {
			struct placing was = a->place;
			e = place_round(k, i < 2 ? 0.06 : 0.03, i + 1 < ROUNDS, why);
			if (a->likeness > best.likeness) {
				best = *a;
				best.place = was;
			}
		}
	}
	if (!e)
		*a = best;
	free(room);
	free(k);
	return e;
}
