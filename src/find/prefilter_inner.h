/*
 * What the implementations of the prefilter share. Not for users of it.
 */
#ifndef FIND_PREFILTER_INNER_H
#define FIND_PREFILTER_INNER_H

#include "find/prefilter.h"

struct prefilter_code {
	void (*first)(struct prefilter *p);	/* classifies the first block */
	void (*fill)(struct prefilter *p);	/* moves on to the next block with tokens */
};

/* NULL when this CPU (or compiler) has not the instructions. */
const struct prefilter_code *prefilter_avx2(void);
const struct prefilter_code *prefilter_avx512(void);

#endif
