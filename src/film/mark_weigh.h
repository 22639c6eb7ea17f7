/*
 * Weights from the sync pattern: how much of a mark each octave, part of
 * the picture and stretch of time still carries, against its noise.
 */
#ifndef FILM_MARK_WEIGH_H
#define FILM_MARK_WEIGH_H

#include "base/fault.h"
#include "film/mark_read.h"

/*
 * Multiplies the slots' nodes by weights estimated from the sync pattern;
 * used receives the number of slots that keep weight. The sync pattern's
 * own score must be taken before.
 */
int slots_weigh(const struct mark_grid *g, const struct mark_key *sync, struct slot_read *slots, size_t count,
                size_t *used, struct fault *why);

#endif
