/* The plain inner loops of the anchor scan: the definition that faster ones are checked against. */
#include <string.h>

#include "print/anchor.h"
#include "print/anchor_key.h"

uint32_t anchor_key_at(const unsigned char *p)
{
	uint32_t a, b;
	memcpy(&a, p, 4);
	memcpy(&b, p + 4, 4);
	if (a == b)
		return ANCHOR_KEY_LAST;
	return (a * ANCHOR_FACTOR_A + b * ANCHOR_FACTOR_B) & ~1u;
}

static void plain_minima(const unsigned char *p, size_t blocks, uint32_t *lowest)
{
	for (size_t k = 0; k < blocks; k++, p += ANCHOR_BLOCK) {
		uint32_t low = ANCHOR_KEY_LAST;
		for (size_t i = 0; i < ANCHOR_BLOCK; i++) {
			uint32_t key = anchor_key_at(p + i);
			low = key < low ? key : low;
		}
		lowest[k] = low;
	}
}

static void plain_keys(const unsigned char *p, uint32_t *keys)
{
	for (size_t i = 0; i < ANCHOR_BLOCK; i++)
		keys[i] = anchor_key_at(p + i);
}

static unsigned plain_first(const uint32_t *keys, uint32_t bound)
{
	unsigned i = 0;
	while (i < ANCHOR_BLOCK && keys[i] > bound)
		i++;
	return i;
}

static unsigned plain_lowest(const uint32_t *keys)
{
	unsigned low = 0;
	for (unsigned i = 1; i < ANCHOR_BLOCK; i++)
		low = keys[i] <= keys[low] ? i : low;
	return low;
}

const struct anchor_kernel anchor_plain = {
	.name = "plain", .minima = plain_minima, .keys = plain_keys,
	.first = plain_first, .lowest = plain_lowest,
};
