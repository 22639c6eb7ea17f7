/*
 * The two-variant mode: a recipient's copy takes each group of pictures
 * from variant 0 or 1, as a bias-based fingerprint says (Tardos 2003, with
 * the symmetric score of Skoric 2008): the bias of each group is drawn from
 * the arcsine law, cut off at both ends, under the film's key; the symbol
 * of each recipient under his own.
 */
#ifndef FILM_MARK_TWOFOLD_H
#define FILM_MARK_TWOFOLD_H

#include "film/mark.h"

double twofold_bias(const struct mark_key *film, uint64_t group);
int    twofold_symbol(const struct mark_key *film, const struct mark_key *recipient, uint64_t group);

/* What was read of one group: z of variant 0's signs over variant 1's, its size the surety. */
struct group_read { uint64_t group; double z; };

/*
 * The recipient's score over the groups, and the natural logarithm of
 * Chernoff's bound, given the biases, that an innocent one reaches it.
 */
double twofold_score(const struct mark_key *film, const struct mark_key *recipient, const struct group_read *g,
                     size_t count, double *log_bound);

#endif
