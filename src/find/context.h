/*
 * Context: what the words around a place in a text speak of, as meanings of
 * columns (column.h). Nothing is allocated; any thread may call.
 */
#ifndef FIND_CONTEXT_H
#define FIND_CONTEXT_H

#include "find/column.h"

/* A set of meanings. */
struct meanings { uint64_t bits[(MEANING_COUNT + 63) / 64]; };

static inline bool meanings_have(const struct meanings *s, enum meaning m)
{
	return s->bits[m / 64] >> (m % 64) & 1;
}
static inline void meanings_add(struct meanings *s, enum meaning m)
{
	s->bits[m / 64] |= (uint64_t)1 << (m % 64);
}

struct context {
	enum meaning label;		/* of a label right before: "SSN: ..."; MEANING_NONE when there is none */
	struct meanings near;		/* words that end at most 28 bytes before, in the same line */
	struct meanings before;		/* words in the 80 bytes before */
	struct meanings after;		/* words in the 40 bytes behind */
};

/* Labels seen before, since logs and forms repeat theirs; zero it to begin. */
struct label_cache { uint64_t hashes[256]; uint8_t meanings[256]; };

/* Around bytes [at, end) of a text: label and near first, which most often settle it, then before and after. */
void context_near(struct span text, size_t at, struct label_cache *cache, struct context *c);
void context_far(struct span text, size_t at, size_t end, struct context *c);

#endif
