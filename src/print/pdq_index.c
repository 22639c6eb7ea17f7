/* The multi-index over PDQ hashes: for each of 16 parts, the hashes by that part's value. */
#include <stdlib.h>
#include <string.h>

#include "print/pdq.h"

enum { PARTS = 16, VALUES = 1 << 16 };

struct pdq_index {
	const struct pdq *hashes;
	size_t n;
	uint32_t *first[PARTS];		/* VALUES + 1 each: where a value's hashes begin in list */
	uint32_t *list[PARTS];
	uint32_t *asked;		/* for each hash, the number of the query that saw it last */
	uint32_t query;
};

static unsigned part_of(const struct pdq *h, int part)
{
	return h->bits[part * 2] | (unsigned)h->bits[part * 2 + 1] << 8;
}

static void fill_part(struct pdq_index *x, int part)
{
	uint32_t *first = x->first[part];
	for (size_t i = 0; i < x->n; i++)
		first[part_of(&x->hashes[i], part) + 1]++;
	for (unsigned v = 0; v < VALUES; v++)
		first[v + 1] += first[v];
	for (size_t i = x->n; i > 0; i--) {	/* from behind: each value's end moves down to its begin */
		unsigned v = part_of(&x->hashes[i - 1], part);
		x->list[part][--first[v + 1]] = (uint32_t)(i - 1);
	}
	memmove(first, first + 1, VALUES * sizeof(*first));
	first[VALUES] = (uint32_t)x->n;
}

struct pdq_index *pdq_index_make(const struct pdq *hashes, size_t n)
{
	struct pdq_index *x = calloc(1, sizeof(*x));
	if (!x || n > UINT32_MAX / 2) {
		free(x);
		return NULL;
	}
	x->hashes = hashes;
	x->n = n;
	x->asked = calloc(n + 1, sizeof(*x->asked));
	bool is_whole = x->asked != NULL;
	for (int p = 0; p < PARTS && is_whole; p++) {
		x->first[p] = calloc(VALUES + 2, sizeof(uint32_t));
		x->list[p] = malloc((n + 1) * sizeof(uint32_t));
		is_whole = x->first[p] && x->list[p];
		if (is_whole)
			fill_part(x, p);
	}
	if (is_whole)
		return x;
	pdq_index_close(x);
	return NULL;
}

void pdq_index_close(struct pdq_index *x)
{
	if (!x)
		return;
	for (int p = 0; p < PARTS; p++) {
		free(x->first[p]);
		free(x->list[p]);
	}
	free(x->asked);
	free(x);
}

static int ask_value(struct pdq_index *x, int part, unsigned value, const struct pdq *query,
                     int (*take)(void *, size_t, unsigned), void *user)
{
	int e = OK;
	for (uint32_t k = x->first[part][value]; k < x->first[part][value + 1] && e >= 0; k++) {
		uint32_t i = x->list[part][k];
		if (x->asked[i] == x->query)
			continue;
		x->asked[i] = x->query;
		unsigned d = pdq_distance(query, &x->hashes[i]);
		if (d <= PDQ_NEAR)
			e = take(user, i, d);
	}
	return e;
}

int pdq_index_find(struct pdq_index *x, const struct pdq *query,
                   int (*take)(void *user, size_t i, unsigned distance), void *user)
{
	int e = OK;
	x->query++;
	for (int p = 0; p < PARTS && e >= 0; p++) {
		unsigned v = part_of(query, p);
		e = ask_value(x, p, v, query, take, user);
		for (unsigned bit = 0; bit < 16 && e >= 0; bit++)
			e = ask_value(x, p, v ^ 1u << bit, query, take, user);
	}
	return e < 0 ? e : OK;
}
