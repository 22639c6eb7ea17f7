/*
 * Arena: an item's memory, released in one step, with a ceiling.
 *
 * Allocations are aligned for any type and zeroed. Past the ceiling, or
 * when the system has no more, arena_take returns NULL and is_full stays
 * set. Not shared between threads.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/span.h"

struct arena_block;
struct arena {
	struct arena_block *block;	/* newest first */
	size_t used, ceiling;		/* bytes */
	bool is_full;
};

void  arena_init(struct arena *a, size_t ceiling);
void  arena_release(struct arena *a);
/* Forgets all allocations, keeps one block for reuse. */
void  arena_reset(struct arena *a);

void *arena_take(struct arena *a, size_t n);
/* count * size with the product checked. */
void *arena_array(struct arena *a, size_t count, size_t size);
/* Copies with a NUL behind them; NULL when full. */
char *arena_string(struct arena *a, struct span s);
char *arena_format(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A copy; the empty span when full. */
struct span arena_copy(struct arena *a, struct span s);

#endif
