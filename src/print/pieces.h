/*
 * The pieces root of a file, as BEP 52 defines it: SHA-256 of each 16 KiB
 * block (the last one as long as it is), in a binary Merkle tree whose leaves
 * are padded with zeros to a power of two.
 */
#ifndef PRINT_PIECES_H
#define PRINT_PIECES_H

#include "base/span.h"

enum { PIECES_BLOCK = 16384, PIECES_LEVELS = 50 };

struct pieces {
	uint64_t leaves;
	unsigned char level[PIECES_LEVELS][32];	/* the pending left node of each level */
};

void pieces_init(struct pieces *p);
/* One block: PIECES_BLOCK bytes, fewer only for the last. */
void pieces_add(struct pieces *p, struct span block);
/* False for an empty file, which has no root. */
bool pieces_end(struct pieces *p, unsigned char root[32]);

#endif
