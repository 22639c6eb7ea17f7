#include "film/recognise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/recognise_own.h"

enum {
	NEAR = 64,			/* bits of 256 by which descriptors of one place may differ */
	KEPT = 6,			/* nearest registered points kept of a clip's point */
	BUCKET_MAX = 64,		/* of fuller buckets the first so many are looked at */
	SHIFTS_MAX = 6, SHIFT_LEAST = 8,	/* shifts in time looked at closer; pairs they must have */
	PROBES = 8, PAIRS_MAX = 200000,
	SEGMENT_S = 12, SEGMENT_TAIL_S = 5, SEGMENTS_MAX = 64,
};
static const double shift_step = 2.0, shift_slack = 2.0, gap = 2.0;

struct segment_of_clip { uint32_t from, to; };	/* frames */

struct pairs_found { struct near_pair *p; size_t n, room; };

struct search {
	const struct fingerprint *films, *clip;
	size_t n;
	double limit;			/* log10 */
	bool all_turns;
	struct segment_of_clip segments[SEGMENTS_MAX];
	unsigned segment_count;
	struct pairs_found pairs, window;
	uint32_t *shifts;
	size_t shift_room;
	struct recognition *out;
	size_t most, found;
	int last_turn;
	struct fault *why;
};

/* ---- segments ---- */

static double frame_time(const struct fingerprint *f, uint32_t i)
{
	return f->frames[i].at_ms / 1000.0;
}

static void cut_segments(struct search *s)
{
	const struct fingerprint *c = s->clip;
	uint32_t begun = 0, n = c->head->frames;
	for (uint32_t i = 1; i <= n && s->segment_count < SEGMENTS_MAX; i++) {
		bool is_gap = i == n || frame_time(c, i) - frame_time(c, i - 1) > gap;
		bool is_long = !is_gap && frame_time(c, i) - frame_time(c, begun) > SEGMENT_S &&
			frame_time(c, n - 1) - frame_time(c, i) > SEGMENT_TAIL_S;
		if (!is_gap && !is_long)
			continue;
		s->segments[s->segment_count++] = (struct segment_of_clip){ begun, i };
		begun = i;
	}
}

/* ---- pairs ---- */

static bool add_pair(struct pairs_found *v, const struct near_pair *p)
{
	if (v->n == v->room) {
		size_t room = v->room ? v->room * 2 : 1024;
		struct near_pair *more = room <= 2 * PAIRS_MAX ? realloc(v->p, room * sizeof(*more)) : NULL;
		if (!more)
			return false;
		v->p = more;
		v->room = room;
	}
	v->p[v->n++] = *p;
	return true;
}

struct nearest { uint32_t id; unsigned distance; };
struct nearest_few { struct nearest e[KEPT]; unsigned n; };

static void keep_near(struct nearest_few *f, uint32_t id, unsigned distance)
{
	for (unsigned i = 0; i < f->n; i++)
		if (f->e[i].id == id)
			return;
	if (f->n == KEPT && f->e[KEPT - 1].distance <= distance)
		return;
	unsigned at = f->n < KEPT ? f->n++ : KEPT - 1;
	while (at > 0 && f->e[at - 1].distance > distance) {
		f->e[at] = f->e[at - 1];
		at--;
	}
	f->e[at] = (struct nearest){ id, distance };
}

static unsigned probe_flip(uint16_t weak, unsigned probe)
{
	unsigned flip = 0;
	for (int i = 0; i < 3; i++)
		if (probe >> i & 1)
			flip |= 1u << (weak >> 4 * i & 15);
	return flip;
}

static void look_up(const struct fingerprint *f, const struct descriptor *d, const uint16_t weak[2], struct nearest_few *few)
{
	uint32_t mask = (1u << f->head->key_bits) - 1;
	for (int t = 0; t < FINGERPRINT_TABLES; t++)
		for (unsigned probe = 0; probe < PROBES; probe++) {
			unsigned flip = probe_flip(weak[t], probe);
			if (flip & ~mask)
				continue;
			uint32_t key = (uint32_t)((d->bits[0] >> 16 * t) ^ flip) & mask;
			uint32_t from = f->starts[t][key], to = f->starts[t][key + 1];
			if (from > to || to > f->head->points)
				continue;
			to = to - from > BUCKET_MAX ? from + BUCKET_MAX : to;
			for (uint32_t i = from; i < to; i++) {
				uint32_t id = f->ids[t][i];
				unsigned distance = id < f->head->points ? descriptor_distance(d, &f->d[id]) : NEAR + 1;
				if (distance <= NEAR)
					keep_near(few, id, distance);
			}
		}
}

static double time_of_point(const struct fingerprint *f, uint32_t point)
{
	uint32_t low = 0, high = f->head->frames;
	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;
		if (f->frames[middle].first <= point)
			low = middle;
		else
			high = middle;
	}
	return frame_time(f, low);
}

static bool add_near(struct search *s, const struct fingerprint *f, uint32_t point, double time, bool is_mirrored, const struct nearest_few *few)
{
	const struct fingerprint_point *c = &s->clip->points[point];
	for (unsigned i = 0; i < few->n; i++) {
		const struct fingerprint_point *p = &f->points[few->e[i].id];
		if (p->level >= KEYPOINT_LEVELS || c->level >= KEYPOINT_LEVELS)
			continue;
		struct near_pair pair = {
			.cx = c->x / 16384.0f, .cy = c->y / 16384.0f, .fx = (is_mirrored ? -p->x : p->x) / 16384.0f, .fy = p->y / 16384.0f,
			.clip_time = (float)time, .film_time = (float)time_of_point(f, few->e[i].id),
			.clip_level = (int8_t)c->level, .film_level = (int8_t)p->level, .distance = (uint8_t)few->e[i].distance,
			.clip_point = point, .film_point = few->e[i].id,
		};
		if (s->pairs.n < PAIRS_MAX && !add_pair(&s->pairs, &pair))
			return false;
	}
	return true;
}

static int find_pairs(struct search *s, const struct fingerprint *f, const struct segment_of_clip *g, int turn)
{
	const struct fingerprint *c = s->clip;
	s->pairs.n = 0;
	for (uint32_t i = g->from; i < g->to; i++) {
		uint32_t end = i + 1 < c->head->frames ? c->frames[i + 1].first : c->head->points;
		for (uint32_t p = c->frames[i].first; p < end; p++) {
			struct nearest_few few = { .n = 0 };
			size_t at = (size_t)p * KEYPOINT_TURNS + (size_t)turn;
			look_up(f, &c->d[at], c->weak[at], &few);
			if (!add_near(s, f, p, frame_time(c, i), keypoint_turns[turn].is_mirrored, &few))
				return fault_set(s->why, E_MEMORY, "no memory for pairs of points");
		}
	}
	return OK;
}

/* ---- shifts in time ---- */

static long shift_of(const struct near_pair *p, double from)
{
	return lround((p->film_time - p->clip_time - from) / shift_step);
}

static int count_shifts(struct search *s, double from, size_t bins)
{
	if (bins > s->shift_room) {
		uint32_t *more = realloc(s->shifts, bins * sizeof(*more));
		if (!more)
			return fault_set(s->why, E_MEMORY, "no memory for shifts in time");
		s->shifts = more;
		s->shift_room = bins;
	}
	memset(s->shifts, 0, bins * sizeof(*s->shifts));
	for (size_t i = 0; i < s->pairs.n; i++) {
		long at = shift_of(&s->pairs.p[i], from);
		if (at >= 0 && (size_t)at < bins)
			s->shifts[at]++;
	}
	return OK;
}

/* Of each point of the clip its nearest one there: pairs come in order of points, then of distance. */
static bool fill_window(struct search *s, double middle, unsigned nearest)
{
	uint32_t last = UINT32_MAX;
	s->window.n = 0;
	for (size_t i = 0; i < s->pairs.n; i++) {
		const struct near_pair *p = &s->pairs.p[i];
		if (p->clip_point == last || p->distance > nearest || fabs(p->film_time - p->clip_time - middle) > shift_slack)
			continue;
		last = p->clip_point;
		if (!add_pair(&s->window, p))
			return false;
	}
	return true;
}

/* Bent pictures agree in near descriptors only among many by accident, dim ones in farther ones: each is tried. */
static const unsigned nearness[] = { NEAR, 54, 44 };
enum { NEARNESSES = sizeof(nearness) / sizeof(*nearness) };

static int place_at(struct search *s, double shift, int turn, double trials, struct placed *best, bool *is_found)
{
	for (int i = 0; i < NEARNESSES; i++) {
		struct placed one;
		if (!fill_window(s, shift, nearness[i]))
			return fault_set(s->why, E_MEMORY, "no memory for pairs of points");
		if (!place_pairs(s->window.p, s->window.n, &keypoint_turns[turn], &one))
			continue;
		one.nfa_log10 += trials + log10(NEARNESSES);
		if (!*is_found || one.nfa_log10 < best->nfa_log10)
			*best = one;
		*is_found = true;
	}
	return OK;
}

/* The best placing of one segment in one film, in one turn. */
static int place_in(struct search *s, const struct fingerprint *f, const struct segment_of_clip *g, int turn, struct placed *best, bool *is_found)
{
	*is_found = false;
	int e = find_pairs(s, f, g, turn);
	if (e || s->pairs.n < SHIFT_LEAST || f->head->frames == 0)
		return e;
	double from = frame_time(f, 0) - frame_time(s->clip, g->to - 1) - shift_step;
	double to = frame_time(f, f->head->frames - 1) - frame_time(s->clip, g->from) + shift_step;
	size_t bins = (size_t)((to - from) / shift_step) + 2;
	e = count_shifts(s, from, bins);
	for (int i = 0; i < SHIFTS_MAX && !e; i++) {
		size_t top = 0;
		for (size_t b = 1; b < bins; b++)
			top = s->shifts[b] > s->shifts[top] ? b : top;
		if (s->shifts[top] < SHIFT_LEAST / 2)
			break;
		s->shifts[top] = 0;
		e = place_at(s, from + (double)top * shift_step, turn, log10((double)bins), best, is_found);
	}
	return e;
}

/* ---- answers ---- */

static struct recognition *answer_for(struct search *s, size_t film)
{
	for (size_t i = 0; i < s->found; i++)
		if (s->out[i].film == film)
			return &s->out[i];
	if (s->found == s->most)
		return NULL;
	s->out[s->found] = (struct recognition){ .film = film, .speed = 1 };
	return &s->out[s->found++];
}

static void describe_placing(struct recognition *r, const struct placed *p, int turn)
{
	const struct affine *m = &p->to_clip;
	r->nfa_log10 = p->nfa_log10;
	r->offset = p->offset;
	r->speed = p->speed;
	r->is_mirrored = keypoint_turns[turn].is_mirrored;
	r->turned = atan2(m->d - m->b, m->a + m->e) * 180 / M_PI;
	r->scale = sqrt(fabs(m->a * m->e - m->b * m->d));
	r->shift_x = m->c;
	r->shift_y = m->f;
	r->agreeing = p->agreeing;
	r->pairs = p->pairs;
}

static void add_answer(struct search *s, size_t film, const struct segment_of_clip *g, struct placed *p, int turn)
{
	struct recognition *r = answer_for(s, film);
	if (!r)
		return;
	double from = frame_time(s->clip, g->from), to = frame_time(s->clip, g->to - 1) + 0.25;
	luma_refine_time(&s->films[film], s->clip, from, to, &p->offset, &p->speed);
	if (r->run_count == 0 || p->nfa_log10 < r->nfa_log10)
		describe_placing(r, p, turn);
	double begin = p->offset + p->speed * from, length = to - from, end = s->films[film].head->duration_ms / 1000.0;
	if (begin < 0) {
		from -= begin / p->speed;
		length += begin / p->speed;
		begin = 0;
	}
	if (end > 0 && begin + length * p->speed > end)
		length = (end - begin) / p->speed;
	if (length > 0 && r->run_count < RECOGNISE_RUNS_MAX)
		r->runs[r->run_count++] = (struct film_run){ from, begin, length, p->nfa_log10 };
}

static int search_turn(struct search *s, const struct segment_of_clip *g, int turn, bool *is_known)
{
	int e = OK;
	double trials = log10((double)KEYPOINT_TURNS * (double)s->n * s->segment_count);
	for (size_t i = 0; i < s->n && !e; i++) {
		struct placed p;
		bool is_found;
		e = place_in(s, &s->films[i], g, turn, &p, &is_found);
		if (e || !is_found)
			continue;
		p.nfa_log10 += trials;
		if (p.nfa_log10 > s->limit)
			continue;
		add_answer(s, i, g, &p, turn);
		s->last_turn = turn;
		*is_known = true;
	}
	return e;
}

static int search_segment(struct search *s, const struct segment_of_clip *g)
{
	bool is_known = false;
	int first = s->last_turn, e = search_turn(s, g, first, &is_known);
	for (int t = 0; t < KEYPOINT_TURNS && !e && (!is_known || s->all_turns); t++)
		if (t != first)
			e = search_turn(s, g, t, &is_known);
	return e;
}

/* Stretches that were left out between two that go on from one another belong to the film as well. */
static void join_runs(struct recognition *r)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < r->run_count; i++) {
		struct film_run *last = kept ? &r->runs[kept - 1] : NULL, *now = &r->runs[i];
		double step = last ? now->clip_from - last->clip_from : 0, drift = last ? now->film_from - last->film_from - step * r->speed : 0;
		if (last && step > 0 && fabs(drift) < 2 + 0.02 * step) {
			last->length = now->clip_from + now->length - last->clip_from;
			last->nfa_log10 = fmin(last->nfa_log10, now->nfa_log10);
		} else {
			r->runs[kept++] = *now;
		}
	}
	r->run_count = kept;
	for (unsigned i = 0; i < kept; i++) {
		r->clip_seconds += r->runs[i].length;
		r->film_seconds += r->runs[i].length * r->speed;
	}
}

static int by_certainty(const void *a, const void *b)
{
	const struct recognition *x = a, *y = b;
	if (x->nfa_log10 != y->nfa_log10)
		return x->nfa_log10 < y->nfa_log10 ? -1 : 1;
	return x->film < y->film ? -1 : x->film > y->film;
}

static void search_release(struct search *s)
{
	free(s->pairs.p);
	free(s->window.p);
	free(s->shifts);
}

int recognise(const struct fingerprint *films, size_t n, const struct fingerprint *clip, const struct recognise_choice *choice,
              struct recognition *out, size_t most, size_t *count, struct fault *why)
{
	*count = 0;
	for (size_t i = 0; i < n; i++)
		if (films[i].head->is_clip)
			return fault_set(why, E_USAGE, "a clip's fingerprint stands where a film's is wanted");
	if (!clip->head->is_clip)
		return fault_set(why, E_USAGE, "a film's fingerprint stands where a clip's is wanted");
	struct search s = { .films = films, .clip = clip, .n = n, .out = out, .most = most, .why = why };
	s.limit = choice && choice->nfa_log10 != 0 ? choice->nfa_log10 : log10(RECOGNISE_NFA);
	s.all_turns = choice && choice->all_turns;
	cut_segments(&s);
	int e = OK;
	for (unsigned i = 0; i < s.segment_count && !e; i++)
		e = search_segment(&s, &s.segments[i]);
	for (size_t i = 0; i < s.found; i++)
		join_runs(&out[i]);
	if (s.found)
		qsort(out, s.found, sizeof(*out), by_certainty);
	*count = e ? 0 : s.found;
	search_release(&s);
	return e;
}
