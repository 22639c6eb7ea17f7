#include "scan/match.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "print/known_text.h"
#include "scan/match_own.h"

/* ---- items under way ---- */

static struct leak *leak_of(struct matcher *m, int64_t row)
{
	for (size_t i = m->open_count; i > 0; i--)
		if (m->open[i - 1]->row == row)
			return m->open[i - 1];
	return NULL;
}

static void leak_free(struct leak *l)
{
	for (int s = 0; s < PRINT_SPACES; s++) {
		free(l->values[s].value);
		free(l->values[s].at);
	}
	free(l->pictures);
	buf_release(&l->film);
	free(l);
}

static void leak_drop(struct matcher *m, const struct leak *l)
{
	for (size_t i = 0; i < m->open_count; i++)
		if (m->open[i] == l) {
			leak_free(m->open[i]);
			m->open[i] = m->open[--m->open_count];
			return;
		}
}

static int on_begin(void *user, int64_t row, const struct item_row *it, const char *path, struct fault *why)
{
	struct matcher *m = user;
	struct leak *l = leak_of(m, row);
	if (l)
		leak_drop(m, l);
	if (m->open_count == m->open_room) {
		size_t room = m->open_room ? m->open_room * 2 : 64;
		struct leak **more = realloc(m->open, room * sizeof(struct leak *));
		if (!more)
			return fault_set(why, E_MEMORY, "no memory for another item");
		m->open = more;
		m->open_room = room;
	}
	l = calloc(1, sizeof(*l));
	if (!l)
		return fault_set(why, E_MEMORY, "no memory for another item");
	l->row = row;
	l->path = path;
	l->size = it->size;
	l->depth = it->depth;
	m->open[m->open_count++] = l;
	return OK;
}

static bool values_reserve(struct values *v, size_t n)
{
	if (v->n + n <= v->room)
		return true;
	size_t room = v->room ? v->room * 2 : 256;
	while (room < v->n + n)
		room *= 2;
	uint64_t *value = realloc(v->value, room * sizeof(*value));
	if (value)
		v->value = value;
	uint64_t *at = realloc(v->at, room * sizeof(*at));
	if (at)
		v->at = at;
	if (value && at)
		v->room = room;
	return value && at;
}

static int on_add(void *user, int64_t row, const struct prints *p, struct fault *why)
{
	struct leak *l = leak_of(user, row);
	if (!l)
		return OK;
	struct values *v = &l->values[p->space];
	if (!values_reserve(v, p->n))
		return fault_set(why, E_MEMORY, "no memory for an item's anchors");
	for (size_t i = 0; i < p->n; i++) {
		v->value[v->n] = p->p[i].value;
		v->at[v->n++] = p->p[i].at;
	}
	v->window = p->window > v->window ? p->window : v->window;
	return OK;
}

static int on_digest(void *user, int64_t row, const struct digest *d, struct fault *why)
{
	struct leak *l = leak_of(user, row);
	if (l && d->kind == DIGEST_TEXT)
		l->text_length = d->length;
	if (!l || d->kind != DIGEST_PDQ || d->n != PDQ_BYTES)
		return OK;
	if (l->picture_count == l->picture_room) {
		size_t room = l->picture_room ? l->picture_room * 2 : 8;
		struct picture_print *more = realloc(l->pictures, room * sizeof(*more));
		if (!more)
			return fault_set(why, E_MEMORY, "no memory for an item's pictures");
		l->pictures = more;
		l->picture_room = room;
	}
	struct picture_print *p = &l->pictures[l->picture_count++];
	memcpy(p->hash.bits, d->value, PDQ_BYTES);
	p->page = d->page;
	return OK;
}

/* ---- identical ---- */

struct same { struct matcher *m; const struct leak *l; struct fault *why; uint64_t count; double ratio; };

static int write_same(void *user, const struct registry_item *it)
{
	struct same *s = user;
	struct match_row row = {
		.registered = it->trail, .relation = "identical", .share_of_item = 1, .share_of_registered = 1,
		.chance = ldexp((double)s->m->counts.items + 1, -256), .ratio = s->ratio, .details = "{\"space\":\"bytes\"}",
	};
	struct run run = { .length = s->l->size, .exact = true, .ratio = s->ratio };
	struct candidate c = { .runs = &run, .run_count = 1 };
	row.c = &c;
	return match_write(s->m, s->l->row, &row, s->why);
}

static int count_same(void *user, const struct registry_item *it)
{
	(void)user; (void)it;
	return OK;
}

/* True when nearly all of its text is everybody's: then its bytes are, too. */
static bool is_everybodys(const struct leak *l)
{
	const struct values *v = &l->values[PRINT_TEXT];
	size_t known = 0;
	for (size_t i = 0; i < v->n; i++)
		known += known_text(v->value[i]);
	return v->n > 0 && known * 10 >= v->n * 9;
}

/* *is_done: registered items with the same bytes were named, or the bytes are known to be everybody's. */
static int match_same(struct matcher *m, const struct leak *l, const struct item_end *end, bool *is_done, struct fault *why)
{
	uint64_t own, background;
	*is_done = false;
	if (!end->sha256 || !l->size)
		return OK;
	int e = registry_same_bytes(m->r, end->sha256, 0, count_same, NULL, &own, &background, why);
	if (e || !(own + background))
		return e;
	struct rarity r = { 1, background > UINT32_MAX ? UINT32_MAX : (uint32_t)background };
	struct same s = { m, l, why, 0, fmin(ratio_of(r, m->counts.items), exp2((double)l->size / 4)) };
	*is_done = true;
	return own && s.ratio >= 1 ? registry_same_bytes(m->r, end->sha256, SAME_MAX, write_same, &s, &own, &background, why) : OK;
}

/* ---- anchors ---- */

struct search {
	struct matcher *m;
	const struct leak *l;
	enum print_space space;
	struct hit *hits;
	size_t n, room;
	struct rarity *rarity;
	uint64_t *count;
	struct candidate *c;
	size_t c_count;
	struct fault *why;
};

static int take_hit(void *user, const struct registry_hit *h)
{
	struct search *s = user;
	struct registry_stream at;
	int e = registry_stream_at(s->m->r, h->place, &at, s->why);
	if (e || !at.item || at.space != s->space)
		return e;
	if (at.is_background) {
		s->rarity[h->query].background++;
		return OK;
	}
	s->rarity[h->query].own++;
	if (s->n == s->room) {
		size_t room = s->room ? s->room * 2 : 256;
		struct hit *more = realloc(s->hits, room * sizeof(*more));
		if (!more)
			return fault_set(s->why, E_MEMORY, "no memory for matches");
		s->hits = more;
		s->room = room;
	}
	s->hits[s->n++] = (struct hit){ at.item, s->l->values[s->space].at[h->query], h->place - at.base, h->query };
	return OK;
}

static int by_item_and_shift(const void *a, const void *b)
{
	const struct hit *x = a, *y = b;
	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	int64_t p = (int64_t)(x->leak_at - x->registered_at), q = (int64_t)(y->leak_at - y->registered_at);
	if (p != q)
		return p < q ? -1 : 1;
	return x->leak_at < y->leak_at ? -1 : x->leak_at > y->leak_at;
}

/* More places than were looked at: the others are taken for like those. */
static void scale_rarity(struct search *s)
{
	for (size_t i = 0; i < s->l->values[s->space].n; i++) {
		struct rarity *r = &s->rarity[i];
		if (s->count[i] <= POSTINGS_MAX || !(r->own + r->background))
			continue;
		double factor = (double)s->count[i] / (r->own + r->background);
		r->own = (uint32_t)fmin(r->own * factor, UINT32_MAX);
		r->background = (uint32_t)fmin(r->background * factor, UINT32_MAX);
	}
}

static int find_hits(struct search *s)
{
	const struct values *v = &s->l->values[s->space];
	s->rarity = calloc(v->n + 1, sizeof(*s->rarity));
	s->count = calloc(v->n + 1, sizeof(*s->count));
	if (!s->rarity || !s->count)
		return fault_set(s->why, E_MEMORY, "no memory for look-ups");
	int e = registry_find(s->m->r, s->space, v->value, v->n, POSTINGS_MAX, s->count, take_hit, s, s->why);
	for (size_t i = 0; s->space == PRINT_TEXT && i < v->n; i++)
		s->rarity[i].background += known_text(v->value[i]);
	scale_rarity(s);
	if (s->n)
		qsort(s->hits, s->n, sizeof(*s->hits), by_item_and_shift);
	return e;
}

static int by_cover(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (x->cover != y->cover)
		return x->cover > y->cover ? -1 : 1;
	if (x->registered_cover != y->registered_cover)
		return x->registered_cover > y->registered_cover ? -1 : 1;
	return x->item < y->item ? -1 : x->item > y->item;
}

static int make_candidate(struct search *s, struct candidate *c)
{
	struct registry_item item;
	struct stretches own = { 0 }, other = { 0 };
	int e = registry_item_of(s->m->r, c->item, &item, s->why);
	if (!e && item.row)
		e = runs_make(s->l, s->space, &item, s->hits, s->rarity, s->m->counts.items, c);
	c->cover = runs_cover(c, false, &own);
	c->registered_cover = runs_cover(c, true, &other);
	free(own.p);
	free(other.p);
	return e;
}

static int make_candidates(struct search *s)
{
	s->c = calloc(s->n + 1, sizeof(*s->c));
	if (!s->c)
		return fault_set(s->why, E_MEMORY, "no memory for matches");
	int e = OK;
	for (size_t i = 0, next; i < s->n && !e; i = next) {
		for (next = i; next < s->n && s->hits[next].item == s->hits[i].item; next++)
			;
		struct candidate *c = &s->c[s->c_count++];
		*c = (struct candidate){ .item = s->hits[i].item, .first = i, .count = next - i };
		e = make_candidate(s, c);
	}
	if (s->c_count)
		qsort(s->c, s->c_count, sizeof(*s->c), by_cover);
	return e;
}

/* Names the candidates that cover most, others for what they add, and a few that tie. */
static void choose(struct search *s)
{
	struct stretches covered = { 0 };
	uint64_t least = s->space == PRINT_TEXT ? TEXT_LEAST : RUN_LEAST, last = 0;
	unsigned ties = 0;
	for (size_t i = 0; i < s->c_count; i++) {
		struct candidate *c = &s->c[i];
		if (!c->run_count || c->ratio < 1)
			continue;
		uint64_t news = runs_cover(c, false, &covered);
		bool is_tie = news == 0 && c->cover == last && ties < TIES_MAX;
		c->is_named = is_tie || news >= least || (news && news == c->cover);
		ties = is_tie ? ties + 1 : c->is_named ? 0 : ties;
		if (c->is_named)
			last = c->cover;
	}
	free(covered.p);
}

static const char *relation_of(enum print_space space, double of_item, double of_registered)
{
	if (space == PRINT_TEXT)
		return "derived-text";
	return of_item >= of_registered ? "part-of" : "contains";
}

static int write_candidate(struct search *s, const struct candidate *c)
{
	struct registry_item item;
	char details[200];
	int e = registry_item_of(s->m->r, c->item, &item, s->why);
	if (e || !item.row)
		return e;
	bool is_text = s->space == PRINT_TEXT;
	double whole = (double)(is_text ? s->l->text_length : s->l->size);
	double registered = (double)(is_text ? item.text_length : item.size);
	double of_item = whole > 0 ? (double)c->cover / whole : 0;
	double of_registered = registered > 0 ? (double)c->registered_cover / registered : 0;
	snprintf(details, sizeof(details), "{\"space\":\"%s\",\"anchors\":%u,\"also_in\":%u,\"background\":%u}",
	         is_text ? "text" : "bytes", c->anchors, c->own ? c->own - 1 : 0, c->background);
	struct match_row row = {
		.registered = item.trail, .relation = relation_of(s->space, of_item, of_registered),
		.share_of_item = of_item, .share_of_registered = of_registered,
		.chance = chance_of(s->m, s->l->values[s->space].n, c->anchors), .ratio = c->ratio, .c = c, .details = details,
	};
	return match_write(s->m, s->l->row, &row, s->why);
}

static bool is_named_in(const struct search *s, int64_t item)
{
	for (size_t i = 0; i < s->c_count; i++)
		if (s->c[i].item == item)
			return s->c[i].is_named;
	return false;
}

static int search_space(struct search *s, const struct search *before)
{
	int e = find_hits(s);
	if (!e)
		e = make_candidates(s);
	choose(s);
	for (size_t i = 0; i < s->c_count && !e; i++)
		if (s->c[i].is_named && !(before && is_named_in(before, s->c[i].item)))
			e = write_candidate(s, &s->c[i]);
	return e;
}

static void search_release(struct search *s)
{
	for (size_t i = 0; i < s->c_count; i++)
		free(s->c[i].runs);
	free(s->c);
	free(s->hits);
	free(s->rarity);
	free(s->count);
}

static int match_anchors(struct matcher *m, const struct leak *l, struct fault *why)
{
	struct search bytes = { .m = m, .l = l, .space = PRINT_BYTES, .why = why };
	struct search text = { .m = m, .l = l, .space = PRINT_TEXT, .why = why };
	int e = search_space(&bytes, NULL);
	if (!e)
		e = search_space(&text, &bytes);
	search_release(&bytes);
	search_release(&text);
	return e;
}

/* ---- pictures ---- */

struct nearest { const struct matcher *m; size_t best; unsigned distance; uint32_t own, background; };

static int take_near(void *user, size_t i, unsigned distance)
{
	struct nearest *n = user;
	if (n->m->pictures.is_background[i]) {
		n->background++;
		return OK;
	}
	n->own++;
	if (distance < n->distance) {
		n->distance = distance;
		n->best = i;
	}
	return OK;
}

/* Random hashes of 256 bits within 31 of one another: the binomial sum is about 2^-122. */
static double picture_chance(const struct matcher *m)
{
	return ldexp((double)m->pictures.n * PDQ_FORMS, -122);
}

static int match_pictures(struct matcher *m, const struct leak *l, struct fault *why)
{
	int64_t last = 0;
	int e = OK;
	for (size_t i = 0; m->index && i < l->picture_count && !e; i++) {
		struct nearest n = { .m = m, .distance = PDQ_NEAR + 1 };
		pdq_index_find(m->index, &l->pictures[i].hash, take_near, &n);
		double ratio = ratio_of((struct rarity){ n.own ? 1 : 0, n.background }, m->counts.items);
		if (!n.own || ratio < 1 || m->pictures.item[n.best] == last)
			continue;
		struct registry_item item;
		char details[120];
		last = m->pictures.item[n.best];
		e = registry_item_of(m->r, last, &item, why);
		snprintf(details, sizeof(details), "{\"space\":\"picture\",\"distance\":%u,\"page\":%u,\"registered_page\":%u}",
		         n.distance, l->pictures[i].page, m->pictures.page[n.best]);
		struct match_row row = {
			.registered = item.trail, .relation = "same-picture", .share_of_item = 1, .share_of_registered = 1,
			.chance = picture_chance(m), .ratio = ratio, .details = details,
		};
		if (!e && item.row)
			e = match_write(m, l->row, &row, why);
	}
	return e;
}

static int on_end(void *user, int64_t row, const struct item_end *end, struct fault *why)
{
	struct matcher *m = user;
	struct leak *l = leak_of(m, row);
	bool is_done = false;
	if (!l)
		return OK;
	if (end->duplicate_of || is_everybodys(l)) {
		leak_drop(m, l);
		return OK;
	}
	int e = match_same(m, l, end, &is_done, why);
	if (!e && !is_done) {
		e = match_anchors(m, l, why);
		if (!e)
			e = match_pictures(m, l, why);
		if (!e)
			e = match_films(m, l, why);
	}
	leak_drop(m, l);
	return e;
}

static int on_film(void *user, int64_t row, struct span part, struct fault *why)
{
	struct leak *l = leak_of(user, row);
	return l ? match_film_part(l, part, why) : OK;
}

static int on_save(void *user, struct fault *why)
{
	(void)user; (void)why;
	return OK;
}

int matcher_open(struct registry *r, struct case_file *c, struct matcher **out, struct fault *why)
{
	struct matcher *m = calloc(1, sizeof(*m));
	if (!m)
		return fault_set(why, E_MEMORY, "no memory for matching");
	m->r = r;
	m->c = c;
	m->prints = (struct scan_prints){ m, on_begin, on_add, on_digest, on_end, on_save, on_film };
	int e = registry_counts(r, &m->counts, why);
	if (!e)
		e = registry_pictures(r, &m->pictures, why);
	if (!e && m->pictures.n) {
		m->index = pdq_index_make((const struct pdq *)m->pictures.pdq, m->pictures.n);
		e = m->index ? OK : fault_set(why, E_MEMORY, "no memory for the index of pictures");
	}
	if (!e)
		e = matcher_films_open(m, why);
	if (e)
		matcher_close(m);
	else
		*out = m;
	return e;
}

void matcher_close(struct matcher *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->open_count; i++)
		leak_free(m->open[i]);
	free(m->open);
	pdq_index_close(m->index);
	matcher_films_close(m);
	free(m);
}

const struct scan_prints *matcher_prints(struct matcher *m)
{
	return &m->prints;
}
