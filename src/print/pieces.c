#include "print/pieces.h"

#include <string.h>

#include "lib/hash.h"

void pieces_init(struct pieces *p)
{
	p->leaves = 0;
}

static void join(const unsigned char left[32], const unsigned char right[32], unsigned char out[32])
{
	unsigned char both[64];
	memcpy(both, left, 32);
	memcpy(both + 32, right, 32);
	hash_sha256(span_of(both, sizeof(both)), out);
}

void pieces_add(struct pieces *p, struct span block)
{
	unsigned char node[32];
	hash_sha256(block, node);
	unsigned level = 0;
	for (; p->leaves >> level & 1; level++)
		join(p->level[level], node, node);
	memcpy(p->level[level], node, 32);
	p->leaves++;
}

/* Joins what is pending with zero subtrees, up to the top. */
bool pieces_end(struct pieces *p, unsigned char root[32])
{
	if (!p->leaves)
		return false;
	unsigned top = 0;
	while (1ull << top < p->leaves)
		top++;
	unsigned char zero[32] = { 0 }, node[32];
	bool has_node = false;
	for (unsigned level = 0; level < top; level++) {
		bool is_pending = p->leaves >> level & 1;
		if (has_node)
			join(is_pending ? p->level[level] : node, is_pending ? node : zero, node);
		else if (is_pending)
			join(p->level[level], zero, node);
		has_node |= is_pending;
		join(zero, zero, zero);
	}
	memcpy(root, has_node ? node : p->level[top], 32);
	return true;
}
