/*
 * What an MRZ that was read says: how sure it is, what was checked, and
 * whom it is about. For zones in text and in pictures alike.
 */
#ifndef FIND_MRZ_CLAIM_H
#define FIND_MRZ_CLAIM_H

#include "core/sink.h"
#include "find/mrz.h"

/* From 0.5 on only when it is verified. */
double mrz_confidence(const struct mrz *m);
/* Adds the checks in words to out (static strings, at most 7); returns how many. */
unsigned mrz_list_checks(const struct mrz *m, const char **out);
/* The claim of a verified zone, at the finding's place; what the sink returned. */
int mrz_give_claim(const struct mrz *m, const struct finding *f, struct sink *out);

#endif
