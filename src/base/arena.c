#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_MIN = 64 << 10, ALIGN = 16 };

struct arena_block {
	struct arena_block *next;
	size_t size, used;
	_Alignas(ALIGN) unsigned char bytes[];
};

void arena_init(struct arena *a, size_t ceiling)
{
	*a = (struct arena){ .ceiling = ceiling };
}

void arena_release(struct arena *a)
{
	while (a->block) {
		struct arena_block *next = a->block->next;
		free(a->block);
		a->block = next;
	}
	arena_init(a, a->ceiling);
}

void arena_reset(struct arena *a)
{
	struct arena_block *keep = a->block;
	if (!keep || keep->size > 16 * BLOCK_MIN) {
		arena_release(a);
		return;
	}
	a->block = keep->next;
	arena_release(a);
	keep->next = NULL;
	keep->used = 0;
	a->block = keep;
	a->used = keep->size;
}

static struct arena_block *block_add(struct arena *a, size_t n)
{
	size_t size = n > BLOCK_MIN ? n : BLOCK_MIN;
	if (a->used < a->ceiling && size > a->ceiling - a->used)
		size = n;
	if (a->used > a->ceiling || size > a->ceiling - a->used)
		return NULL;
	struct arena_block *b = malloc(sizeof(*b) + size);
	if (!b)
		return NULL;
	*b = (struct arena_block){ .next = a->block, .size = size };
	a->block = b;
	a->used += size;
	return b;
}

void *arena_take(struct arena *a, size_t n)
{
	if (n > SIZE_MAX / 2)
		n = SIZE_MAX / 2;
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	struct arena_block *b = a->block;
	if (!b || n > b->size - b->used)
		b = block_add(a, n);
	if (!b) {
		a->is_full = true;
		return NULL;
	}
	void *at = b->bytes + b->used;
	b->used += n;
	return memset(at, 0, n);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	size_t n;
	if (__builtin_mul_overflow(count, size, &n))
		n = SIZE_MAX;
	return arena_take(a, n);
}

char *arena_string(struct arena *a, struct span s)
{
	char *copy = arena_take(a, s.n + 1);
	if (copy && s.n)
		memcpy(copy, s.p, s.n);
	return copy;
}

char *arena_format(struct arena *a, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	char *s = n < 0 ? NULL : arena_take(a, (size_t)n + 1);
	if (s)
		vsnprintf(s, (size_t)n + 1, format, again);
	va_end(again);
	return s;
}

struct span arena_copy(struct arena *a, struct span s)
{
	char *copy = arena_string(a, s);
	return span_of(copy, copy ? s.n : 0);
}
