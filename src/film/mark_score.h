/*
 * How surely a copy is a recipient's.
 *
 * For a recipient who has nothing to do with the clip, the signs are drawn
 * by a cipher under a secret key, independent of the clip and of how it was
 * read. For any numbers v[i] and independent signs s[i] of mean 0,
 *     P(sum s[i] v[i] >= t * sqrt(sum v[i]^2)) <= exp(-t^2 / 2)
 * (Hoeffding 1963). So z is a sum of signed node values over its norm, and
 * the bound is multiplied by all that was tried: recipients, films and
 * placings.
 */
#ifndef FILM_MARK_SCORE_H
#define FILM_MARK_SCORE_H

#include "film/mark.h"

struct slot_read;

/* Sum of v[i], each with its sign; n is a multiple of nothing in particular. */
double signs_dot(const float *v, size_t n, const unsigned char *signs);
double norm_square(const float *v, size_t n);

/* exp(-z^2/2) * tried, at most 1. Natural logarithm of it: 0 or below. */
double bound_log(double z, double tried);

/* What a key's pattern gives over slots: sums of signed values and of squares. */
struct tally { double dot, square; };
static inline double tally_z_square(struct tally t) { return t.square > 0 && t.dot > 0 ? t.dot * t.dot / t.square : 0; }
double tally_z(struct tally t);
/* Adds the slots' evidence for the key's signs; signs has room for one slot. each (or NULL) gets one tally a slot. */
struct tally tally_key(const struct mark_grid *g, const struct mark_key *k, const struct slot_read *slots,
                       size_t count, unsigned char *signs, struct tally *each);

#endif
