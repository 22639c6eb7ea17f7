/* A sink that keeps all texts and children of an item and its descendants, for comparing with truth files. */
#ifndef TESTS_READ_MAIL_GATHER_H
#define TESTS_READ_MAIL_GATHER_H

#include "core/part.h"

enum { GATHERED_MAX = 4096 };
struct gather {
	struct sink sink;
	struct arena *arena;
	size_t count;
	struct span pieces[GATHERED_MAX];	/* texts and the bytes of children */
	size_t heads, claims, findings, damages, children, deleted;
	struct options options;
	unsigned depth;
};

void gather_item(struct gather *g, const char *name, struct span bytes, const char *stated_type,
                 const struct reader *reader);
bool gather_has(const struct gather *g, struct span piece);

#endif
