/* Reader of film/mark_read.h. */
#include "film/mark_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FAST __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))

enum { OPEN = 2, PLAIN_RADIUS = 2, NOISE_RADIUS = 6, SLOTS_MAX = 1 << 20 };
static const float noise_floor = 0.35f;		/* levels: rounding leaves that much in the flattest place */
static const float clip_at = 3.0f;		/* standard deviations */

/* Pictures of one octave: half the size of the finer one. */
struct level { int w, h; size_t n; float *image, *cover, *mean, *room, *noise; };

struct open_slot { bool is_open; int64_t slot; double weight; float *sum[MARK_OCTAVES]; };

struct mark_reader {
	struct mark_grid grid;
	struct level level[MARK_OCTAVES];
	struct open_slot open[OPEN];
	struct slot_read *slots;
	size_t count, room;
	double last_time;
};

static int level_open(struct level *l, int w, int h)
{
	*l = (struct level){ .w = w, .h = h, .n = (size_t)w * (size_t)h };
	float *all = calloc(l->n * 5, sizeof(float));
	if (!all)
		return E_MEMORY;
	l->image = all;
	l->cover = all + l->n;
	l->mean = all + 2 * l->n;
	l->room = all + 3 * l->n;
	l->noise = all + 4 * l->n;
	return OK;
}

int mark_reader_open(const struct mark_grid *g, struct mark_reader **out, struct fault *why)
{
	struct mark_reader *r = calloc(1, sizeof(*r));
	if (!r)
		return fault_set(why, E_MEMORY, "no memory for a reader");
	r->grid = *g;
	r->last_time = -1e9;
	int e = OK;
	for (int o = 0; o < MARK_OCTAVES && !e; o++)
		e = level_open(&r->level[o], g->w >> o, g->h >> o);
	for (int i = 0; i < OPEN && !e; i++)
		for (int o = 0; o < MARK_OCTAVES && !e; o++) {
			r->open[i].sum[o] = calloc(r->level[o].n, sizeof(float));
			e = r->open[i].sum[o] ? OK : E_MEMORY;
		}
	if (e) {
		mark_reader_close(r);
		return fault_set(why, e, "no memory for a reader");
	}
	*out = r;
	return OK;
}

void mark_reader_clear(struct mark_reader *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->slots[i].nodes);
	r->count = 0;
	for (int i = 0; i < OPEN; i++)
		r->open[i].is_open = false;
	r->last_time = -1e9;
}

void mark_reader_close(struct mark_reader *r)
{
	if (!r)
		return;
	mark_reader_clear(r);
	free(r->slots);
	for (int o = 0; o < MARK_OCTAVES; o++) {
		free(r->level[o].image);
		for (int i = 0; i < OPEN; i++)
			free(r->open[i].sum[o]);
	}
	free(r);
}

/* Sums over 2r+1 samples of each row, cut at the rim. */
FAST static void blur_rows(const float *in, int w, int h, int r, float *out)
{
	for (int y = 0; y < h; y++) {
		const float *a = in + (ptrdiff_t)y * w;
		float *b = out + (ptrdiff_t)y * w, sum = 0;
		for (int x = 0; x < r && x < w; x++)
			sum += a[x];
		for (int x = 0; x < w; x++) {
			sum += x + r < w ? a[x + r] : 0;
			sum -= x - r - 1 >= 0 ? a[x - r - 1] : 0;
			b[x] = sum;
		}
	}
}

FAST static void row_add(float *to, const float *a, float sign, int w)
{
	for (int x = 0; x < w; x++)
		to[x] += sign * a[x];
}

/* Sums over 2r+1 rows; line holds one row. */
static void blur_columns(const float *in, int w, int h, int r, float *out, float *line)
{
	memset(line, 0, sizeof(float) * (size_t)w);
	for (int y = 0; y < r && y < h; y++)
		row_add(line, in + (ptrdiff_t)y * w, 1, w);
	for (int y = 0; y < h; y++) {
		if (y + r < h)
			row_add(line, in + (ptrdiff_t)(y + r) * w, 1, w);
		if (y - r - 1 >= 0)
			row_add(line, in + (ptrdiff_t)(y - r - 1) * w, -1, w);
		memcpy(out + (ptrdiff_t)y * w, line, sizeof(float) * (size_t)w);
	}
}

static void blur(const float *in, int w, int h, int r, float *room, float *out)
{
	float line[MARK_RASTER_LONG + 8];
	blur_rows(in, w, h, r, room);
	blur_columns(room, w, h, r, out, line);
}

FAST static void halve(const struct level *from, struct level *to)
{
	for (int y = 0; y < to->h; y++) {
		const float *a = from->image + (ptrdiff_t)2 * y * from->w, *b = a + from->w;
		const float *c = from->cover + (ptrdiff_t)2 * y * from->w, *d = c + from->w;
		float *i = to->image + (ptrdiff_t)y * to->w, *k = to->cover + (ptrdiff_t)y * to->w;
		for (int x = 0; x < to->w; x++) {
			i[x] = 0.25f * (a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1]);
			k[x] = c[2 * x] * c[2 * x + 1] * d[2 * x] * d[2 * x + 1];
		}
	}
}

/* image := cover * (image - mean around it); mean holds sums of image, noise of cover. */
FAST static void detail(struct level *l)
{
	for (size_t i = 0; i < l->n; i++)
		l->image[i] = l->cover[i] * (l->image[i] - l->mean[i] / fmaxf(l->noise[i], 1));
	for (size_t i = 0; i < l->n; i++)
		l->mean[i] = l->image[i] * l->image[i];
}

/* sum += weight * image / deviation around it, clipped; noise holds sums of squares, count their number. */
FAST static void settle(const struct level *l, float weight, float *sum)
{
	float area = (2 * NOISE_RADIUS + 1) * (2 * NOISE_RADIUS + 1);
	for (size_t i = 0; i < l->n; i++) {
		float deviation = sqrtf(l->noise[i] / area + noise_floor * noise_floor);
		float v = l->image[i] / deviation;
		v = v > clip_at ? clip_at : v < -clip_at ? -clip_at : v;
		sum[i] += weight * v / deviation;
	}
}

/* Leaves in each level the detail of its octave and the noise around it. */
static void levels_fill(struct mark_reader *r, const float *raster, const float *cover)
{
	memcpy(r->level[0].image, raster, sizeof(float) * r->level[0].n);
	memcpy(r->level[0].cover, cover, sizeof(float) * r->level[0].n);
	for (int o = 0; o + 1 < MARK_OCTAVES; o++)
		halve(&r->level[o], &r->level[o + 1]);
	for (int o = 0; o < MARK_OCTAVES; o++) {
		struct level *l = &r->level[o];
		for (size_t i = 0; i < l->n; i++)
			l->image[i] *= l->cover[i];
		blur(l->cover, l->w, l->h, PLAIN_RADIUS, l->room, l->noise);
		blur(l->image, l->w, l->h, PLAIN_RADIUS, l->room, l->mean);
		detail(l);
		blur(l->mean, l->w, l->h, NOISE_RADIUS, l->room, l->noise);
	}
}

/* The transpose of the interpolation between nodes 2 samples apart. */
static void nodes_gather(const float *sum, int w, int h, float *nodes, int nodes_w)
{
	static const float near = 0.75f, far = 0.25f;
	for (int y = 0; y < h; y++) {
		float q[2] = { y & 1 ? far : near, y & 1 ? near : far };
		for (int x = 0; x < w; x++) {
			float v = sum[(ptrdiff_t)y * w + x], l = x & 1 ? far : near, r = 1 - l;
			float *n = nodes + (ptrdiff_t)(y / 2) * nodes_w + x / 2;
			n[0] += q[0] * l * v;
			n[1] += q[0] * r * v;
			n[nodes_w] += q[1] * l * v;
			n[nodes_w + 1] += q[1] * r * v;
		}
	}
}

static int slot_close(struct mark_reader *r, struct open_slot *s, struct fault *why)
{
	s->is_open = false;
	if (s->weight < 0.5)
		return OK;
	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : 64;
		struct slot_read *more = room <= SLOTS_MAX ? realloc(r->slots, room * sizeof(*more)) : NULL;
		if (!more)
			return fault_set(why, E_MEMORY, "no memory for slots");
		r->slots = more;
		r->room = room;
	}
	float *nodes = calloc(r->grid.nodes, sizeof(float));
	if (!nodes)
		return fault_set(why, E_MEMORY, "no memory for slots");
	for (int o = 0; o < MARK_OCTAVES; o++)
		nodes_gather(s->sum[o], r->level[o].w, r->level[o].h, nodes + r->grid.first[o], r->grid.nodes_w[o]);
	r->slots[r->count++] = (struct slot_read){ s->slot, nodes, s->weight };
	return OK;
}

/* The open sum of that slot; closes the one that stands in its place. */
static int slot_open(struct mark_reader *r, int64_t slot, struct open_slot **out, struct fault *why)
{
	struct open_slot *s = &r->open[((slot % OPEN) + OPEN) % OPEN];
	*out = s;
	if (s->is_open && s->slot == slot)
		return OK;
	if (s->is_open) {
		int e = slot_close(r, s, why);
		if (e)
			return e;
	}
	s->is_open = true;
	s->slot = slot;
	s->weight = 0;
	for (int o = 0; o < MARK_OCTAVES; o++)
		memset(s->sum[o], 0, sizeof(float) * r->level[o].n);
	return OK;
}

int mark_reader_frame(struct mark_reader *r, float *raster, const float *cover, double time, struct fault *why)
{
	int e = OK;
	if (time < r->last_time - 0.25)
		e = mark_reader_end(r, why);
	r->last_time = time;
	levels_fill(r, raster, cover);
	int64_t here = mark_slot_at(&r->grid, time);
	for (int64_t slot = here - 1; slot <= here + 1 && !e; slot++) {
		double weight = mark_slot_weight(&r->grid, slot, time);
		if (weight < 0.35)
			continue;
		struct open_slot *s = NULL;
		e = slot_open(r, slot, &s, why);
		for (int o = 0; o < MARK_OCTAVES && !e; o++)
			settle(&r->level[o], (float)weight, s->sum[o]);
		if (!e)
			s->weight += weight;
	}
	return e;
}

int mark_reader_end(struct mark_reader *r, struct fault *why)
{
	int e = OK;
	int first = r->open[0].is_open && r->open[1].is_open && r->open[1].slot < r->open[0].slot;
	for (int i = 0; i < OPEN && !e; i++) {
		struct open_slot *s = &r->open[(first + i) % OPEN];
		if (s->is_open)
			e = slot_close(r, s, why);
	}
	return e;
}

struct slot_read *mark_reader_slots(const struct mark_reader *r, size_t *count)
{
	*count = r->count;
	return r->slots;
}

int mark_reader_still(struct mark_reader *r, struct fault *why)
{
	size_t bytes = sizeof(float) * r->grid.nodes;
	float *before = malloc(bytes), *now = malloc(bytes);
	if (!before || !now) {
		free(before);
		free(now);
		return fault_set(why, E_MEMORY, "no memory for slots");
	}
	for (size_t i = 0; i < r->count; i++) {
		bool has_before = i > 0 && r->slots[i - 1].slot + 1 == r->slots[i].slot;
		bool has_after = i + 1 < r->count && r->slots[i].slot + 1 == r->slots[i + 1].slot;
		memcpy(now, r->slots[i].nodes, bytes);
		slot_still(&r->grid, now, has_before ? before : NULL, has_after ? r->slots[i + 1].nodes : NULL,
		           r->slots[i].nodes);
		float *swap = before;
		before = now;
		now = swap;
	}
	free(before);
	free(now);
	return OK;
}
