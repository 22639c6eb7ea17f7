/* Hits into runs, runs into coverage. */
#include <math.h>
#include <stdlib.h>

#include "scan/match_own.h"

int candidate_add_run(struct candidate *c, struct run run)
{
	if (c->run_count == c->run_room) {
		size_t room = c->run_room ? c->run_room * 2 : 8;
		struct run *more = realloc(c->runs, room * sizeof(*more));
		if (!more)
			return E_MEMORY;
		c->runs = more;
		c->run_room = room;
	}
	c->runs[c->run_count++] = run;
	return OK;
}

double ratio_of(struct rarity r, uint64_t items)
{
	if (r.background)
		return 0.5 / r.background;
	double others = r.own > 0 ? r.own - 1.0 : 0;
	return ((double)items + 1) / (others + 0.5);
}

static void note_anchor(struct candidate *c, struct run *run, struct rarity r, uint64_t items)
{
	double ratio = ratio_of(r, items), sum = 0;
	run->logs[run->anchors++ % RUN_ANCHORS] = log(ratio);
	run->shared_anchors += r.background > 0;
	c->anchors++;
	uint32_t n = run->anchors < RUN_ANCHORS ? run->anchors : RUN_ANCHORS;
	for (uint32_t i = 0; i < n; i++)
		sum += run->logs[i];
	double mean = exp(sum / n);
	if (run->anchors <= RUN_ANCHORS || mean > run->ratio)
		run->ratio = mean;
	if (ratio > c->ratio) {
		c->ratio = ratio;
		c->own = r.own;
		c->background = r.background;
	}
}

static bool has_same_shift(const struct run *run, const struct hit *h)
{
	return run->leak_at - run->registered_at == h->leak_at - h->registered_at;
}

/* What the anchors of a run that nobody could compare can bear: each is a short run known by its hash alone. */
static void limit_unread(struct run *run, double each)
{
	double most = pow(each, run->anchors - 0.5);
	if (run->ratio > most)
		run->ratio = most;
}

/*
 * One shared anchor that nobody could follow: enough only for an item that is hardly more than a window,
 * and no text, since text has anchors of its own.
 */
static bool is_alone(const struct leak *l, const struct run *run)
{
	bool is_large = l->size > (uint64_t)ALONE_MOST * l->values[PRINT_BYTES].window;
	return !run->exact && run->anchors < 2 && (is_large || l->text_length * 2 > l->size);
}

static bool is_long_enough(const struct leak *l, enum print_space space, const struct registry_item *item, const struct run *run)
{
	uint64_t whole = space == PRINT_TEXT ? l->text_length : l->size;
	uint64_t registered = space == PRINT_TEXT ? item->text_length : item->size;
	if (space == PRINT_TEXT)
		return run->length >= TEXT_LEAST || whole < TEXT_SHORT || registered < TEXT_SHORT;
	if (is_alone(l, run))
		return false;
	return !run->exact || run->length >= RUN_LEAST || run->length * 2 >= whole || run->length * 2 >= registered;
}

/* Drops runs that are too short to speak, limits the others' ratios, and takes the best for the whole. */
static void judge(const struct leak *l, enum print_space space, const struct registry_item *item,
                  const struct pair_of_files *f, struct candidate *c)
{
	size_t kept = 0;
	c->ratio = 0;
	for (size_t i = 0; i < c->run_count; i++) {
		struct run *run = &c->runs[i];
		if (!is_long_enough(l, space, item, run))
			continue;
		double bears = run->exact ? files_bears(f, run) : 0;
		if (run->exact)
			run->ratio = run->ratio > bears ? bears : run->ratio;
		else
			limit_unread(run, space == PRINT_TEXT ? 20 : 100);
		if (run->shared_anchors && run->ratio < SHARED_LEAST)
			continue;
		c->ratio = run->ratio > c->ratio ? run->ratio : c->ratio;
		c->runs[kept++] = *run;
	}
	c->run_count = kept;
}

int runs_make(const struct leak *l, enum print_space space, const struct registry_item *item, const struct hit *hits,
              const struct rarity *rarity, uint64_t items, struct candidate *c)
{
	struct pair_of_files f = { -1, -1 };
	uint64_t unit = space == PRINT_TEXT ? GRAM : ANCHOR, gap = l->values[space].window;
	int e = OK;
	if (space == PRINT_BYTES)
		f = files_open(l, item);
	for (size_t i = 0; i < c->count && !e; i++) {
		const struct hit *h = &hits[c->first + i];
		struct run *last = c->run_count ? &c->runs[c->run_count - 1] : NULL;
		bool is_near = last && has_same_shift(last, h) &&
		               h->leak_at <= last->leak_at + last->length + (last->exact ? 0 : gap);
		if (is_near && last->exact && h->leak_at + unit > last->leak_at + last->length)
			is_near = false;	/* a hash alike, bytes not */
		if (!is_near) {
			struct run run = { .leak_at = h->leak_at, .registered_at = h->registered_at, .length = unit };
			if (f.leak >= 0)
				run = files_extend(&f, h->leak_at, h->registered_at);
			if (run.length == 0)
				continue;
			e = candidate_add_run(c, run);
			last = &c->runs[c->run_count - 1];
		} else if (!last->exact && h->leak_at + unit > last->leak_at + last->length) {
			last->length = h->leak_at + unit - last->leak_at;
		}
		if (!e)
			note_anchor(c, last, rarity[h->query], items);
	}
	judge(l, space, item, &f, c);
	files_close(&f);
	return e;
}

/* ---- coverage ---- */

static int by_from(const void *a, const void *b)
{
	const struct stretch *x = a, *y = b;
	return x->from < y->from ? -1 : x->from > y->from;
}

static bool stretch_add(struct stretches *s, struct stretch one)
{
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 64;
		struct stretch *more = realloc(s->p, room * sizeof(*more));
		if (!more)
			return false;
		s->p = more;
		s->room = room;
	}
	s->p[s->n++] = one;
	return true;
}

static uint64_t total_of(const struct stretches *s)
{
	uint64_t n = 0;
	for (size_t i = 0; i < s->n; i++)
		n += s->p[i].to - s->p[i].from;
	return n;
}

/* Sorts and joins what overlaps. */
static void tidy(struct stretches *s)
{
	size_t kept = 0;
	if (s->n)
		qsort(s->p, s->n, sizeof(*s->p), by_from);
	for (size_t i = 0; i < s->n; i++) {
		if (kept && s->p[i].from <= s->p[kept - 1].to) {
			if (s->p[i].to > s->p[kept - 1].to)
				s->p[kept - 1].to = s->p[i].to;
		} else {
			s->p[kept++] = s->p[i];
		}
	}
	s->n = kept;
}

uint64_t runs_cover(const struct candidate *c, bool of_registered, struct stretches *covered)
{
	uint64_t before = total_of(covered);
	for (size_t i = 0; i < c->run_count; i++) {
		uint64_t from = of_registered ? c->runs[i].registered_at : c->runs[i].leak_at;
		if (!stretch_add(covered, (struct stretch){ from, from + c->runs[i].length }))
			break;
	}
	tidy(covered);
	return total_of(covered) - before;
}
