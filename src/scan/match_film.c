/* Clips against the registered films' fingerprints. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "film/recognise.h"
#include "scan/match_own.h"

enum { FOUND_MAX = 64 };

/* Fingerprints say nothing of content that third parties hold too; only registered background films do. */
static const double ratio_most = 1e6;

int matcher_films_open(struct matcher *m, struct fault *why)
{
	const struct registry_film *films;
	size_t n;
	int e = registry_films(m->r, &films, &n, why);
	if (e || !n)
		return e;
	m->films = calloc(n, sizeof(*m->films));
	m->film_items = calloc(n, sizeof(*m->film_items));
	m->film_is_background = calloc(n, sizeof(*m->film_is_background));
	if (!m->films || !m->film_items || !m->film_is_background)
		return fault_set(why, E_MEMORY, "no memory for films");
	for (; m->film_count < n && !e; m->film_count++) {
		m->film_items[m->film_count] = films[m->film_count].item;
		m->film_is_background[m->film_count] = films[m->film_count].is_background;
		e = fingerprint_open(films[m->film_count].bytes, &m->films[m->film_count], why);
		if (!e && m->films[m->film_count].head->is_clip)
			e = fault_set(why, E_STORE, "the registry holds a clip's fingerprint; register that film again");
	}
	return e == E_DAMAGED ? E_STORE : e;
}

void matcher_films_close(struct matcher *m)
{
	free(m->films);
	free(m->film_items);
	free(m->film_is_background);
}

int match_film_part(struct leak *l, struct span part, struct fault *why)
{
	enum { CLIP_BYTES_MAX = 512 << 20 };
	if (!l->film.ceiling)
		buf_init(&l->film, CLIP_BYTES_MAX);
	buf_add(&l->film, part);
	return l->film.is_full ? fault_set(why, E_MEMORY, "no memory for a clip's fingerprint") : OK;
}

static uint64_t ms(double seconds)
{
	return seconds > 0 ? (uint64_t)llround(seconds * 1000) : 0;
}

static double ratio_of_film(const struct recognition *r)
{
	return -r->nfa_log10 > log10(ratio_most) ? ratio_most : pow(10, -r->nfa_log10);
}

static int add_runs(const struct recognition *r, struct candidate *c)
{
	int e = OK;
	for (unsigned i = 0; i < r->run_count && !e; i++) {
		const struct film_run *f = &r->runs[i];
		e = candidate_add_run(c, (struct run){ .leak_at = ms(f->clip_from), .registered_at = ms(f->film_from),
		                                       .length = ms(f->length), .ratio = ratio_of_film(r) });
	}
	return e;
}

static int write_film(struct matcher *m, const struct leak *l, const struct recognition *r, double duration, struct fault *why)
{
	struct registry_item item;
	struct candidate c = { 0 };
	char details[500];
	int e = registry_item_of(m->r, m->film_items[r->film], &item, why);
	if (e || !item.row || !r->run_count)
		return e;
	e = add_runs(r, &c);
	const struct film_run *last = &r->runs[r->run_count - 1];
	snprintf(details, sizeof(details), "{\"space\":\"film\",\"unit\":\"ms\",\"span\":[%llu,%llu],\"offset\":%.3f,\"speed\":%.5f,"
	         "\"geometry\":{\"mirrored\":%s,\"turned\":%.1f,\"scale\":%.3f,\"shift\":[%.3f,%.3f]},"
	         "\"nfa\":1e%.0f,\"agreeing\":%u,\"pairs\":%u}",
	         (unsigned long long)ms(r->runs[0].film_from), (unsigned long long)ms(last->film_from + last->length * r->speed),
	         r->offset, r->speed, r->is_mirrored ? "true" : "false", r->turned, r->scale, r->shift_x, r->shift_y,
	         ceil(r->nfa_log10), r->agreeing, r->pairs);
	double film = m->films[r->film].head->duration_ms / 1000.0;
	struct match_row row = {
		.registered = item.trail, .relation = "same-film", .share_of_item = duration > 0 ? fmin(1, r->clip_seconds / duration) : 1,
		.share_of_registered = film > 0 ? fmin(1, r->film_seconds / film) : 0,
		.chance = pow(10, fmax(-300, r->nfa_log10)), .ratio = ratio_of_film(r), .c = &c, .details = details,
	};
	if (!e)
		e = match_write(m, l->row, &row, why);
	free(c.runs);
	return e;
}

int match_films(struct matcher *m, const struct leak *l, struct fault *why)
{
	struct fingerprint clip;
	struct recognition found[FOUND_MAX];
	size_t n = 0;
	if (!m->film_count || !l->film.n || fingerprint_open(buf_span(&l->film), &clip, NULL) != OK || !clip.head->is_clip)
		return OK;
	int e = recognise(m->films, m->film_count, &clip, NULL, found, FOUND_MAX, &n, why);
	for (size_t i = 0; i < n; i++)	/* what a third party's film holds as well is nobody's in particular */
		if (m->film_is_background[found[i].film])
			return OK;
	for (size_t i = 0; i < n && !e; i++)
		e = write_film(m, l, &found[i], clip.head->duration_ms / 1000.0, why);
	return e;
}
