/*
 * A check that libarchive 3.6.2 lacks: Rock Ridge continuation entries (SUSP
 * 1.12, 5.1 "CE") that lead back to themselves, which it follows for ever.
 */
#include "read/archive.h"

enum { BLOCK = 2048, CHAIN_MAX = 64, AREA_MAX = 64 << 10, STEPS_MAX = 4 << 20 };

/* Reads the entry at `at`: where its continuation lies. Numbers stand in both byte orders. */
static bool take_entry(struct span iso, size_t at, size_t *from, size_t *len)
{
	struct cur c = cur_of(span_from(iso, at));
	cur_skip(&c, 4);
	uint32_t v[3];
	for (int i = 0; i < 3; i++) {
		v[i] = cur_u32le(&c);
		if (cur_u32be(&c) != v[i])
			return false;
	}
	*from = (size_t)v[0] * BLOCK + v[1];
	*len = v[2] < AREA_MAX ? v[2] : AREA_MAX;
	return !c.bad && *from < iso.n;
}

static size_t next_entry(struct span iso, size_t from)
{
	return span_find(iso, span_of("CE\x1c\x01", 4), from);
}

/* Follows the chain that starts at `at`; *steps is a budget for all chains. */
static bool is_chain_endless(struct span iso, size_t at, uint32_t *steps)
{
	size_t from, len;
	for (int n = 0; n < CHAIN_MAX; n++) {
		if (!take_entry(iso, at, &from, &len))
			return false;
		if ((*steps)++ > STEPS_MAX)
			return true;
		size_t next = next_entry(span_sub(iso, 0, from + len), from);
		if (next == SIZE_MAX)
			return false;
		at = next;
	}
	return true;
}

bool archive_iso_is_endless(struct span iso)
{
	uint32_t steps = 0;
	for (size_t at = next_entry(iso, 0); at != SIZE_MAX; at = next_entry(iso, at + 1))	/* moves on */
		if (is_chain_endless(iso, at, &steps))
			return true;
	return false;
}
