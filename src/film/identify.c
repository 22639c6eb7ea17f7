/* The verdict of film/identify.h. */
#include "film/identify.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/identify_own.h"
#include "film/mark_make.h"
#include "lib/video.h"

enum { CHUNK_S = 90 };
#define SKETCH_BYTES ((size_t)400 << 20)
#define CLIP_BYTES   ((size_t)260 << 20)
static const double known_sync = 8;		/* z of the sync pattern that proves the film by itself */
#define LIKELY (ALIGN_LIKENESS * 0.6)		/* likeness from which marks are looked for */
static const double original_like = 6;		/* levels: mean difference of the original to the film's sketch */

struct identify {
	struct candidate *films;
	size_t count;
	const char *original;
	ptrdiff_t original_film;	/* whose original it is, -1: of none */
	int (*step)(void *user, uint64_t frames);
	void *user;
};

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = { "identified", "several", "film-known-copy-unknown", "unknown" };
	return names[v];
}

struct mark_grid identify_grid(const struct marks_film *f)
{
	struct mark_grid g = mark_grid_of(f->raster_w, f->raster_h);
	if (f->mode == MARKS_AB && f->group_s > 0)
		g.slot_s = f->group_s / 2;
	return g;
}

struct mark_key identify_key(const struct marks *m, const struct marks_film *f)
{
	struct mark_key k;
	marks_film_key(m, f, k.k);
	return k;
}

static int suspect_add(void *user, const struct marks_copy *copy)
{
	struct candidate *c = user;
	if (c->suspect_count == c->suspect_room) {
		size_t room = c->suspect_room ? 2 * c->suspect_room : 64;
		struct suspect *more = realloc(c->suspects, room * sizeof(*more));
		if (!more)
			return E_MEMORY;
		c->suspects = more;
		c->suspect_room = room;
	}
	char *name = strdup(copy->recipient);
	if (!name)
		return E_MEMORY;
	c->suspects[c->suspect_count++] = (struct suspect){ .recipient = name,
		.key = mark_key_recipient(&c->key, copy->recipient) };
	return OK;
}

/* A film without one (its marking was stopped early) has none, which is OK. */
static int candidate_sketch(struct marks *m, struct candidate *c, struct fault *why)
{
	char path[4400];
	float *times = NULL;
	size_t count = 0;
	int e = marks_sketch_path(m, &c->row, path, sizeof(path), why);
	if (!e && marks_sketch_times(m, c->row.id, &times, &count, NULL) == OK)
		e = sketch_load(path, times, count, SKETCH_BYTES, &c->sketch, why);
	free(times);
	return e;
}

static int candidate_open(struct marks *m, struct candidate *c, struct fault *why)
{
	c->key = identify_key(m, &c->row);
	c->grid = identify_grid(&c->row);
	int e = marks_copies(m, c->row.id, suspect_add, c, why);
	return e ? e : candidate_sketch(m, c, why);
}

static void candidate_close(struct candidate *c)
{
	for (size_t i = 0; i < c->suspect_count; i++)
		free(c->suspects[i].recipient);
	free(c->suspects);
	free(c->groups);
	sketch_release(&c->sketch);
}

/* Mean difference of the original's first seconds to the film's sketch, in levels. */
static double sketch_difference(const struct sketch *film, const struct sketch *original)
{
	double sum = 0, n = 0;
	if (film->w != original->w || film->h != original->h)
		return 255;
	for (size_t i = 0; i < original->count; i++) {
		size_t j = sketch_nearest(film, (double)original->times[i]);
		if (j >= film->count || fabs((double)film->times[j] - (double)original->times[i]) > 0.02)
			continue;
		for (int p = 0; p < film->w * film->h; p++)
			sum += abs(sketch_frame(film, j)[p] - sketch_frame(original, i)[p]);
		n += film->w * film->h;
	}
	return n > 0 ? sum / n : 255;
}

/* Which film the original is: at its own times, frame for frame. */
static int original_place(struct identify *k, struct fault *why)
{
	struct video *v = NULL;
	struct sketch s = { 0 };
	int e = video_open(k->original, NULL, &v, why);
	if (!e)
		e = sketch_take(v, SKETCH_RATE, 15, SKETCH_BYTES, &s, NULL, NULL, NULL, why);
	double best = original_like;
	for (size_t i = 0; i < k->count && !e; i++) {
		double d = k->films[i].sketch.count ? sketch_difference(&k->films[i].sketch, &s) : 255;
		if (d < best) {
			best = d;
			k->original_film = (ptrdiff_t)i;
		}
	}
	sketch_release(&s);
	video_close(v);
	return e;
}

int identify_open(struct marks *m, const char *original, int (*step)(void *user, uint64_t frames), void *user,
                  struct identify **out, struct fault *why)
{
	struct identify *k = calloc(1, sizeof(*k));
	if (!k)
		return fault_set(why, E_MEMORY, "no memory for films");
	*k = (struct identify){ .original = original, .original_film = -1, .step = step, .user = user };
	int e = OK;
	for (;;) {	/* ends behind the registry's last film */
		struct candidate *more = realloc(k->films, (k->count + 1) * sizeof(*more));
		if (!more) {
			e = fault_set(why, E_MEMORY, "no memory for films");
			break;
		}
		k->films = more;
		struct candidate *c = &k->films[k->count];
		*c = (struct candidate){ 0 };
		e = marks_film_at(m, k->count, &c->row, why);
		if (e)
			break;
		k->count++;
		e = candidate_open(m, c, why);
		if (e)
			break;
	}
	if (e == E_USAGE)
		e = original ? original_place(k, why) : OK;
	if (e)
		identify_close(k);
	else
		*out = k;
	return e;
}

void identify_close(struct identify *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->count; i++)
		candidate_close(&k->films[i]);
	free(k->films);
	free(k);
}

/* Where the stretch lies in each film; rows of one film in two modes share it. */
static int chunk_align(struct identify *k, const struct sketch *s, double *best, struct fault *why)
{
	int e = OK;
	*best = -1;
	for (size_t i = 0; i < k->count && !e; i++) {
		struct candidate *c = &k->films[i];
		c->place = (struct alignment){ .likeness = -1 };
		for (size_t j = 0; j < i; j++)
			if (memcmp(k->films[j].row.sha256, c->row.sha256, MARKS_DIGEST) == 0)
				c->place = k->films[j].place;
		if (c->place.likeness < 0 && c->sketch.count)
			e = align_clip(&c->sketch, s, &c->place, why);
		*best = fmax(*best, c->place.likeness);
	}
	return e;
}

/* One stretch of a clip: its place in the films that it may be of, then its marks. */
static int chunk_read(struct identify *k, const char *clip, const struct sketch *s, struct fault *why)
{
	double best;
	int e = chunk_align(k, s, &best, why);
	if (e || best < LIKELY)
		return e;
	for (size_t i = 0; i < k->count && !e; i++) {
		struct candidate *c = &k->films[i];
		if (c->place.likeness < best - 0.15 || c->place.likeness < LIKELY)
			continue;
		struct reading r = { .clip = clip, .a = &c->place, .from = (double)s->times[0],
			.to = (double)s->times[s->count - 1] + 0.001, .step = k->step, .user = k->user,
			.original = k->original_film >= 0 && memcmp(c->row.sha256, k->films[k->original_film].row.sha256,
			                                            MARKS_DIGEST) == 0 ? k->original : NULL };
		e = candidate_read(c, &r, why);
		c->is_informed = r.original != NULL;
		c->from = c->to > 0 ? fmin(c->from, c->place.from) : c->place.from;
		c->to = fmax(c->to, c->place.to);
		if (c->place.likeness > c->best.likeness)
			c->best = c->place;
	}
	return e;
}

static int chunks_read(struct identify *k, const char *clip, struct fault *why)
{
	struct video_choice choice = { .threads = 2 };
	struct video *v = NULL;
	int e = video_open(clip, &choice, &v, why);
	double until = CHUNK_S;
	for (bool is_more = true; is_more && !e; until += CHUNK_S) {	/* ends with the clip */
		struct sketch s;
		bool is_cut = false;
		e = sketch_take(v, 0, until, CLIP_BYTES, &s, &is_cut, k->step, k->user, why);
		is_more = !e && (is_cut || (double)s.times[s.count - 1] > until - 0.5);
		if (e == E_DAMAGED && until > CHUNK_S) {
			e = OK;		/* nothing behind the last whole chunk */
			is_more = false;
		} else if (!e) {
			until = is_cut ? (double)s.times[s.count - 1] : until;
			e = chunk_read(k, clip, &s, why);
		}
		sketch_release(&s);
	}
	if (!e && video_info(v)->damaged)
		e = fault_set(why, PART, "%llu damaged packets", (unsigned long long)video_info(v)->damaged);
	video_close(v);
	return e;
}

static void suspect_score(const struct candidate *c, struct suspect *p)
{
	if (c->row.mode == MARKS_AB) {
		p->score = twofold_score(&c->key, &p->key, c->groups, c->group_count, &p->log_bound);
		return;
	}
	p->score = tally_z(p->sum);
	p->log_bound = bound_log(p->score, 1);
}

/* Surest first. */
static int suspect_order(const void *a, const void *b)
{
	double x = ((const struct suspect *)a)->log_bound, y = ((const struct suspect *)b)->log_bound;
	if (x != y)
		return x < y ? -1 : 1;
	return strcmp(((const struct suspect *)a)->recipient, ((const struct suspect *)b)->recipient);
}

static void payload_judge(const struct candidate *c, struct identified *out)
{
	unsigned tried = 0;
	out->payload_chance = 1;
	if (c->row.mode == MARKS_AB || !payload_decode(&c->key, c->payload, &out->payload_number, &tried))
		return;
	out->has_payload = true;
	out->payload_chance = fmin(1, tried * exp2(-24));
}

static void film_judge(struct candidate *c, double tried, struct identified *out)
{
	for (size_t i = 0; i < c->suspect_count; i++)
		suspect_score(c, &c->suspects[i]);
	qsort(c->suspects, c->suspect_count, sizeof(*c->suspects), suspect_order);
	out->sync = tally_z(c->sync);
	out->likeness = c->best.likeness;
	out->place = c->best.place;
	out->rate = c->best.rate;
	out->is_mirrored = c->best.is_mirrored;
	out->is_informed = c->is_informed;
	out->from = c->from;
	out->to = c->to;
	out->segments_read = c->slots_read;
	out->segments_used = c->slots_used;
	out->verdict = out->likeness >= ALIGN_LIKENESS || out->sync >= known_sync ? VERDICT_FILM_KNOWN : VERDICT_UNKNOWN;
	payload_judge(c, out);
	if (!c->suspect_count)
		return;
	const struct suspect *first = &c->suspects[0];
	out->strongest = first->recipient;
	out->score = first->score;
	/* smaller than a double holds is told as the smallest that it holds well */
	out->false_accusation = fmax(1e-300, fmin(1, exp(first->log_bound + log(tried))));
	for (size_t i = 0; i < c->suspect_count && out->colluder_count < COLLUDERS_MAX; i++)
		if (c->suspects[i].log_bound + log(tried) <= log(ACCUSE_BELOW))
			out->colluders[out->colluder_count++] = c->suspects[i].recipient;
	if (!out->colluder_count)
		return;
	out->recipient = first->recipient;
	out->verdict = out->colluder_count > 1 ? VERDICT_SEVERAL : VERDICT_IDENTIFIED;
}

/* The film with the strongest recipient speaks; all recipients of all films were tried. */
static void judge(struct identify *k, struct identified *out)
{
	double tried = 0;
	struct identified best = *out;
	bool has_one = false;
	for (size_t i = 0; i < k->count; i++)
		tried += (double)k->films[i].suspect_count;
	for (size_t i = 0; i < k->count; i++) {
		struct candidate *c = &k->films[i];
		if (!c->is_read)
			continue;
		struct identified one = *out;
		film_judge(c, fmax(1, tried), &one);
		one.film = c->row.path;
		if (!has_one || one.verdict < best.verdict ||
		    (one.verdict == best.verdict && one.false_accusation < best.false_accusation))
			best = one;
		has_one = true;
	}
	*out = best;
	if (out->verdict == VERDICT_UNKNOWN) {
		out->film = NULL;
		out->recipient = out->strongest = NULL;
		out->from = out->to = 0;
	}
}

int identify_clip(struct identify *k, const char *clip, struct identified *out, struct fault *why)
{
	*out = (struct identified){ .verdict = VERDICT_UNKNOWN, .false_accusation = 1, .likeness = -1, .rate = 1,
		.payload_chance = 1 };
	for (size_t i = 0; i < k->count; i++)
		candidate_forget(&k->films[i]);
	int e = chunks_read(k, clip, why);
	if (e < 0)
		return e;
	judge(k, out);
	return e;
}

/* z of the recipient's symbols, known here, over the groups that were read. */
static double groups_expected(const struct candidate *c)
{
	double sum = 0;
	for (size_t i = 0; i < c->group_count; i++)
		sum += twofold_symbol(&c->key, &c->suspects[0].key, c->groups[i].group) ? -c->groups[i].z : c->groups[i].z;
	return c->group_count ? sum / sqrt((double)c->group_count) : 0;
}

int identify_check(struct marks *m, const struct marks_film *f, const char *path, const char *recipient,
                   double seconds, double *z, struct fault *why)
{
	struct candidate c = { .row = *f, .key = identify_key(m, f), .grid = identify_grid(f) };
	struct marks_copy copy = { .recipient = recipient };
	struct alignment a = { .place = placing_same, .rate = 1, .likeness = 1 };
	struct reading r = { .clip = path, .a = &a, .from = 0, .to = seconds };
	int e = suspect_add(&c, &copy) ? fault_set(why, E_MEMORY, "no memory for a check") : OK;
	if (!e)
		e = candidate_sketch(m, &c, why);
	if (!e)
		e = candidate_read(&c, &r, why);
	if (!e) {
		suspect_score(&c, &c.suspects[0]);
		*z = f->mode == MARKS_AB ? groups_expected(&c) : c.suspects[0].score;
	}
	candidate_close(&c);
	return e;
}
