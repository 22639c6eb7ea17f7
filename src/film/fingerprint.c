#include "film/fingerprint.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/video.h"

static const char magic[8] = "FILMPRT1";

enum {
	FILM_POINTS = 64, CLIP_POINTS = 256,		/* a frame */
	FILM_FIRST = 3, CLIP_FIRST = 1,			/* levels */
	POINTS_FEW = 8,					/* frames with fewer say nothing: black, fades */
	FRAMES_MAX = 40000, LUMA_MAX = 400000,		/* 22 hours of film, 27 hours of luma */
	KEY_BITS_MIN = 6, KEY_BITS_MAX = 16,
};
static const size_t out_max = 1u << 30;
static const double film_step = 2.0, clip_step = 0.25;

struct fingerprint_maker {
	bool is_clip;
	struct keypoints *finder;
	struct buf frames, points, descriptors, weak, luma;
	uint32_t frame_count, point_count;
	double last;
	uint32_t luma_sum, luma_count;	/* of the quarter of a second under way */
	struct keypoint *p;
	struct descriptor *d;
	uint16_t (*w)[2];
};

static int turns_of(const struct fingerprint_maker *m)
{
	return m->is_clip ? KEYPOINT_TURNS : 1;
}

static void maker_close(struct fingerprint_maker *m)
{
	if (!m)
		return;
	keypoints_close(m->finder);
	buf_release(&m->frames);
	buf_release(&m->points);
	buf_release(&m->descriptors);
	buf_release(&m->weak);
	buf_release(&m->luma);
	free(m->p);
	free(m->d);
	free(m->w);
	free(m);
}

struct fingerprint_maker *fingerprint_begin(bool is_clip)
{
	struct fingerprint_maker *m = calloc(1, sizeof(*m));
	if (!m)
		return NULL;
	size_t most = is_clip ? CLIP_POINTS : FILM_POINTS;
	m->is_clip = is_clip;
	size_t turns = (size_t)turns_of(m);
	m->finder = keypoints_make();
	m->p = malloc(most * sizeof(*m->p));
	m->d = malloc(most * turns * sizeof(*m->d));
	m->w = malloc(most * turns * sizeof(*m->w));
	buf_init(&m->frames, out_max);
	buf_init(&m->points, out_max);
	buf_init(&m->descriptors, out_max);
	buf_init(&m->weak, out_max);
	buf_init(&m->luma, LUMA_MAX);
	if (m->finder && m->p && m->d && m->w)
		return m;
	maker_close(m);
	return NULL;
}

static int16_t fixed(float v)
{
	float scaled = v * 16384;
	return (int16_t)(scaled > 32767 ? 32767 : scaled < -32767 ? -32767 : lroundf(scaled));
}

int fingerprint_add(struct fingerprint_maker *m, double time, const uint8_t *grey, int w, int h, int first, struct fault *why)
{
	if (m->frame_count == FRAMES_MAX || time < m->last || time > 4e6)
		return OK;	/* broken clocks run back */
	int turns = turns_of(m);
	int n = keypoints_find(m->finder, grey, w, h, first, m->is_clip ? CLIP_POINTS : FILM_POINTS, turns, m->p, m->d,
	                       m->is_clip ? m->w : NULL);
	if (n < 0)
		return fault_set(why, E_MEMORY, "no memory for keypoints");
	if (n < POINTS_FEW)
		return OK;
	struct fingerprint_frame f = { (uint32_t)lround(time * 1000), m->point_count };
	buf_add(&m->frames, span_of(&f, sizeof(f)));
	for (int i = 0; i < n; i++) {
		struct fingerprint_point p = { fixed(m->p[i].x), fixed(m->p[i].y), m->p[i].level };
		buf_add(&m->points, span_of(&p, sizeof(p)));
	}
	buf_add(&m->descriptors, span_of(m->d, (size_t)n * (size_t)turns * sizeof(*m->d)));
	if (m->is_clip)
		buf_add(&m->weak, span_of(m->w, (size_t)n * (size_t)turns * sizeof(*m->w)));
	m->last = time;
	m->frame_count++;
	m->point_count += (uint32_t)n;
	return OK;
}

static void luma_close(struct fingerprint_maker *m)
{
	if (m->luma_count)
		buf_add_byte(&m->luma, (unsigned char)((m->luma_sum + m->luma_count / 2) / m->luma_count));
	m->luma_sum = m->luma_count = 0;
}

void fingerprint_add_luma(struct fingerprint_maker *m, double time, uint8_t mean)
{
	if (time < 0 || time > 4e6)
		return;
	size_t at = (size_t)(time * FINGERPRINT_LUMA_RATE);
	if (at > m->luma.n)
		luma_close(m);
	while (m->luma.n < at && !m->luma.is_full)	/* ends: it grows */
		buf_add_byte(&m->luma, mean);
	if (at < m->luma.n)
		return;	/* a clock that ran back */
	m->luma_sum += mean;
	m->luma_count++;
}

/* ---- the tables ---- */

static uint32_t key_of(const struct descriptor *d, int table, unsigned bits)
{
	return (uint32_t)(d->bits[0] >> 16 * table) & ((1u << bits) - 1);
}

static unsigned key_bits_for(uint32_t points)
{
	unsigned bits = KEY_BITS_MIN;
	while (bits < KEY_BITS_MAX && 1u << bits < points)
		bits++;
	return bits;
}

static bool add_table(struct buf *out, const struct fingerprint_maker *m, int table, unsigned bits)
{
	const struct descriptor *d = (const struct descriptor *)(const void *)m->descriptors.p;
	size_t keys = (size_t)1 << bits;
	uint32_t *starts = calloc(keys + 2, sizeof(*starts)), *ids = malloc((m->point_count + 1u) * sizeof(*ids));
	bool is_made = starts && ids;
	if (is_made) {
		for (uint32_t i = 0; i < m->point_count; i++)
			starts[key_of(&d[i], table, bits) + 2]++;
		for (size_t i = 2; i < keys + 2; i++)
			starts[i] += starts[i - 1];
		for (uint32_t i = 0; i < m->point_count; i++)
			ids[starts[key_of(&d[i], table, bits) + 1]++] = i;
		buf_add(out, span_of(starts, (keys + 1) * sizeof(*starts)));
		buf_add(out, span_of(ids, m->point_count * sizeof(*ids)));
	}
	free(starts);
	free(ids);
	return is_made;
}

static int write_all(struct fingerprint_maker *m, double duration, struct buf *out, struct fault *why)
{
	luma_close(m);
	struct fingerprint_head h = {
		.turns = (uint32_t)turns_of(m), .frames = m->frame_count, .points = m->point_count,
		.key_bits = m->is_clip ? 0 : key_bits_for(m->point_count), .luma = (uint32_t)m->luma.n,
		.duration_ms = duration > 0 && duration < 4e6 ? (uint32_t)lround(duration * 1000) : 0, .is_clip = m->is_clip,
	};
	memcpy(h.magic, magic, sizeof(magic));
	buf_add(out, span_of(&h, sizeof(h)));
	buf_add(out, buf_span(&m->descriptors));
	buf_add(out, buf_span(&m->frames));
	bool is_made = true;
	for (int t = 0; t < FINGERPRINT_TABLES && !m->is_clip; t++)
		is_made &= add_table(out, m, t, h.key_bits);
	buf_add(out, buf_span(&m->points));
	buf_add(out, buf_span(&m->weak));
	buf_add(out, buf_span(&m->luma));
	if (!is_made || out->is_full || m->descriptors.is_full || m->weak.is_full)
		return fault_set(why, E_MEMORY, "no memory for a film's fingerprint");
	return OK;
}

int fingerprint_end(struct fingerprint_maker *m, double duration, struct buf *out, struct fault *why)
{
	int e = m && out ? write_all(m, duration, out, why) : OK;
	maker_close(m);
	return e;
}

/* ---- opening ---- */

static const void *take(struct cur *c, uint64_t count, size_t size)
{
	if (count > c->left.n / size) {
		c->bad = true;
		return NULL;
	}
	return cur_take(c, (size_t)count * size).p;
}

static bool is_in_order(const struct fingerprint *f)
{
	const struct fingerprint_head *h = f->head;
	for (uint32_t i = 0; i < h->frames; i++)
		if (f->frames[i].first > h->points || (i && (f->frames[i].first < f->frames[i - 1].first || f->frames[i].at_ms < f->frames[i - 1].at_ms)))
			return false;
	if (h->frames ? f->frames[0].first != 0 : h->points != 0)
		return false;
	return true;
}

int fingerprint_open(struct span bytes, struct fingerprint *f, struct fault *why)
{
	struct cur c = cur_of(bytes);
	*f = (struct fingerprint){ .head = take(&c, 1, sizeof(*f->head)) };
	const struct fingerprint_head *h = f->head;
	if (!h || (uintptr_t)(const void *)h % 8 || memcmp(h->magic, magic, sizeof(magic)) != 0 || h->is_clip > 1 ||
	    h->turns != (h->is_clip ? KEYPOINT_TURNS : 1) || h->key_bits > KEY_BITS_MAX)
		return fault_set(why, E_DAMAGED, "not a film's fingerprint");
	uint64_t described = (uint64_t)h->points * h->turns;
	f->d = take(&c, described, sizeof(*f->d));
	f->frames = take(&c, h->frames, sizeof(*f->frames));
	for (int t = 0; t < FINGERPRINT_TABLES && !h->is_clip; t++) {
		f->starts[t] = take(&c, ((uint64_t)1 << h->key_bits) + 1, sizeof(uint32_t));
		f->ids[t] = take(&c, h->points, sizeof(uint32_t));
	}
	f->points = take(&c, h->points, sizeof(*f->points));
	if (h->is_clip)
		f->weak = take(&c, described, sizeof(*f->weak));
	f->luma = take(&c, h->luma, 1);
	if (c.bad || !is_in_order(f))
		return fault_set(why, E_DAMAGED, "a film's fingerprint is cut or mixed up");
	return OK;
}

/* ---- from a video ---- */

bool fingerprint_size(double display_width, double display_height, int coded_width, int coded_height, bool is_clip,
                      int *first, int *w, int *h)
{
	double shape = sqrt(display_width / display_height);
	if (!(shape > 0.2 && shape < 5))
		return false;
	for (int l = is_clip ? CLIP_FIRST : FILM_FIRST; l < KEYPOINT_LEVELS; l++) {
		*first = l;
		*w = (int)lround(keypoint_unit(l) * shape);
		*h = (int)lround(keypoint_unit(l) / shape);
		if (*w <= coded_width && *h <= coded_height)
			return *w >= KEYPOINT_SIDE_MIN && *h >= KEYPOINT_SIDE_MIN;
	}
	return false;
}

struct taking {
	struct video *v;
	struct fingerprint_maker *m;
	uint8_t *grey, *turned;
	size_t room;
	double next, last;
};

static uint8_t mean_luma(const struct video_frame *f)
{
	uint64_t sum = 0, n = 0;
	int step = f->depth > 8 ? 2 : 1;
	for (int y = f->height / 16; y < f->height; y += 8)
		for (int x = 0; x < f->width; x += 8) {
			const uint8_t *p = f->luma + (ptrdiff_t)y * f->stride + (ptrdiff_t)x * step;
			sum += f->depth > 8 ? (unsigned)(p[0] | p[1] << 8) >> (f->depth - 8) : p[0];
			n++;
		}
	sum = n ? sum / n : 0;
	return sum > 255 ? 255 : (uint8_t)sum;
}

/* Turns a picture upright that is stored lying. Its sides are exchanged for 90 and 270 degrees. */
static void turn_upright(const uint8_t *from, int w, int h, int rotation, uint8_t *to)
{
	for (int y = 0; y < h; y++)
		for (int x = 0; x < w; x++) {
			int at = rotation == 90 ? x * h + (h - 1 - y) : rotation == 180 ? (h - 1 - y) * w + (w - 1 - x)
				: (w - 1 - x) * h + y;
			to[at] = from[y * w + x];
		}
}

static int take_frame(struct taking *t, const struct video_frame *f, struct fault *why)
{
	const struct video_info *i = video_info(t->v);
	int first, w, h;
	double aspect = i->aspect > 0.1 && i->aspect < 10 ? i->aspect : 1;
	if (!fingerprint_size(f->width * aspect, f->height, f->width, f->height, t->m->is_clip, &first, &w, &h))
		return OK;
	size_t need = (size_t)w * (size_t)h;
	if (need > t->room) {
		free(t->grey);
		free(t->turned);
		t->grey = malloc(need);
		t->turned = malloc(need);
		t->room = t->grey && t->turned ? need : 0;
	}
	if (!t->room || !video_grey(f, w, h, t->grey))
		return fault_set(why, E_MEMORY, "no memory for a frame");
	bool is_lying = i->rotation == 90 || i->rotation == 270;
	if (i->rotation)
		turn_upright(t->grey, w, h, i->rotation, t->turned);
	return fingerprint_add(t->m, f->time, i->rotation ? t->turned : t->grey, is_lying ? h : w, is_lying ? w : h, first, why);
}

/* Takes what is due of the frames until a time (or the end). */
static int take_until(struct taking *t, double until, int (*step)(void *user, uint64_t pixels), void *user, bool *is_end,
                      struct fault *why)
{
	struct video_frame f;
	double pace = t->m->is_clip ? clip_step : film_step;
	int e;
	while (!(e = video_next(t->v, &f, why)) && f.luma) {	/* ends with the film */
		e = step ? step(user, (uint64_t)f.width * (uint64_t)f.height) : OK;
		if (e || f.time >= until)
			return e;
		t->last = f.time > t->last ? f.time : t->last;
		fingerprint_add_luma(t->m, f.time, mean_luma(&f));
		if (f.time < t->next)
			continue;
		t->next = fmax(t->next + pace, f.time + pace / 2);
		e = take_frame(t, &f, why);
		if (e)
			return e;
	}
	*is_end = true;
	return e;
}

enum { STRETCH = 10, STRETCHES_MAX = 24, STRETCH_EVERY = 30 };

/* Of a long clip, stretches spread over it. */
static int take_stretches(struct taking *t, double duration, int (*step)(void *user, uint64_t pixels), void *user, struct fault *why)
{
	int count = (int)(duration / STRETCH_EVERY), e = OK;
	count = count > STRETCHES_MAX ? STRETCHES_MAX : count;
	for (int i = 0; i < count && !e; i++) {
		double from = duration * (i + 0.5) / count - STRETCH / 2.0;
		bool is_end = false;
		if (from > t->last && video_seek(t->v, from, NULL) != OK)
			break;
		t->next = fmax(t->next, from);
		e = take_until(t, from + STRETCH, step, user, &is_end, why);
	}
	return e;
}

int fingerprint_take(struct video *v, bool is_clip, int (*step)(void *user, uint64_t pixels), void *user,
                     struct buf *out, struct fault *why)
{
	struct taking t = { .v = v, .m = fingerprint_begin(is_clip), .last = -1 };
	double duration = video_info(v)->duration;
	bool is_end = false;
	if (!t.m)
		return fault_set(why, E_MEMORY, "no memory for a film's fingerprint");
	int e = is_clip && duration > FINGERPRINT_CLIP_WHOLE
		? take_stretches(&t, duration, step, user, why)
		: take_until(&t, is_clip ? 600 : 4e6, step, user, &is_end, why);
	double seen = t.last + (video_info(v)->rate > 1 ? 1 / video_info(v)->rate : 0.04);
	if (is_end || duration <= 0 || duration > 4e6)
		duration = seen;
	int ended = fingerprint_end(t.m, duration, e == OK || e == PART ? out : NULL, why);
	free(t.grey);
	free(t.turned);
	return e ? e : ended;
}
