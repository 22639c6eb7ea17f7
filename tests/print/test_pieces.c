#include "print/pieces.h"

#include <stdlib.h>

#include "../check.h"
#include "lib/hash.h"

/* BEP 52 the slow way: all leaves, padded with zeros to a power of two, joined level by level. */
static void slow_root(struct span s, unsigned char root[32])
{
	size_t n = 1, leaves = (s.n + PIECES_BLOCK - 1) / PIECES_BLOCK;
	while (n < leaves)
		n *= 2;
	unsigned char *row = calloc(n, 32);
	for (size_t i = 0; i < leaves; i++)
		hash_sha256(span_sub(s, i * PIECES_BLOCK, PIECES_BLOCK), row + 32 * i);
	for (; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			hash_sha256(span_of(row + 64 * i, 64), row + 32 * i);
	memcpy(root, row, 32);
	free(row);
}

TEST(pieces_root_is_the_padded_merkle_root)
{
	unsigned char *p = malloc(40 * PIECES_BLOCK), want[32], got[32];
	for (size_t i = 0; i < 40 * PIECES_BLOCK; i++)
		p[i] = (unsigned char)(i * i >> 7);
	for (size_t n = 1; n < 40 * PIECES_BLOCK; n += n < 5 * PIECES_BLOCK ? 5000 : 33333) {
		struct pieces t;
		pieces_init(&t);
		for (size_t at = 0; at < n; at += PIECES_BLOCK)
			pieces_add(&t, span_sub(span_of(p, n), at, PIECES_BLOCK));
		slow_root(span_of(p, n), want);
		CHECK(pieces_end(&t, got));
		CHECK(memcmp(want, got, 32) == 0);
	}
	struct pieces t;
	pieces_init(&t);
	CHECK(!pieces_end(&t, got));
	free(p);
}
