/*
 * The inner loop of the prefilter, compiled once for each instruction set:
 * the including file defines CLASSIFY(text pointer, masks) for 64 readable
 * bytes and FILL_TARGET (a function attribute, or nothing).
 */
#include "find/prefilter.h"

#include <string.h>

typedef unsigned __int128 wide;

static inline __attribute__((always_inline)) wide pair(uint64_t cur, uint64_t next)
{
	return (wide)next << 64 | cur;
}

/* Bit i: a byte of the set at i - 1. */
static inline __attribute__((always_inline)) uint64_t after_one(uint64_t set, uint64_t before)
{
	return set << 1 | before >> 63;
}

/* Starts in cur of runs of at least 6, or 8, bits. */
static inline __attribute__((always_inline)) uint64_t runs_of_6(wide x)
{
	x &= x >> 1;
	x &= x >> 2;
	return (uint64_t)(x & x >> 2);
}

static inline __attribute__((always_inline)) uint64_t runs_of_8(wide x)
{
	x &= x >> 1;
	x &= x >> 2;
	return (uint64_t)(x & x >> 4);
}

FILL_TARGET static inline __attribute__((always_inline)) void
block_tokens(struct prefilter *p, const struct byte_masks *next, uint64_t *out)
{
	const struct byte_masks *c = &p->cur;
	wide digit = pair(c->digit, next->digit);
	uint64_t alnum = c->digit | c->upper | c->lower;
	wide digit_left = digit << 1 | p->digit_before >> 63;
	wide chain = digit | (pair(c->part, next->part) & digit_left & digit >> 1);
	uint64_t chain_now = (uint64_t)chain;
	out[TOKEN_DIGITS] = runs_of_6(chain) & ~after_one(chain_now, p->chain_before);
	wide name = pair(c->digit | c->upper, next->digit | next->upper);
	out[TOKEN_UPPER] = runs_of_8(name) & ~after_one(alnum, p->alnum_before) & ~runs_of_8(digit);
	uint64_t run4 = c->digit & (uint64_t)(digit >> 1 & digit >> 2 & digit >> 3 & ~(digit >> 4));
	out[TOKEN_YEAR] = run4 & c->one_two & after_one(c->part, p->part_before);
	wide any = pair(alnum, next->digit | next->upper | next->lower);
	out[TOKEN_AT] = c->at & after_one(alnum, p->alnum_before) & (uint64_t)(any >> 1);
	out[TOKEN_PLUS] = c->plus & (uint64_t)(digit >> 1);
	wide filler = pair(c->filler, next->filler);
	out[TOKEN_FILLER] = (uint64_t)(filler & filler >> 1) & after_one((uint64_t)name, p->name_before);
	uint64_t colon = c->colon | c->tab | c->line | c->digit;
	out[TOKEN_LABEL] = (c->colon | c->tab) & ~after_one(colon, p->colon_before) &
		~(uint64_t)(pair(c->colon, next->colon) >> 1);
	p->colon_before = colon;
	p->alnum_before = alnum;
	p->digit_before = c->digit;
	p->part_before = c->part;
	p->chain_before = chain_now;
	p->name_before = (uint64_t)name;
}

/* A block at the end, or beyond it: zeroes behind the text. */
FILL_TARGET static inline __attribute__((always_inline)) void
take_masks(struct span text, size_t at, struct byte_masks *m)
{
	unsigned char last[64] = { 0 };
	if (at + 64 <= text.n) {
		CLASSIFY(text.p + at, m);
		return;
	}
	struct span rest = span_from(text, at);
	if (rest.n)
		memcpy(last, rest.p, rest.n);
	CLASSIFY(last, m);
}

FILL_TARGET static void FILL(struct prefilter *p)
{
	bool has_any = false;
	while (!has_any && p->at < p->text.n) {
		struct byte_masks next;
		take_masks(p->text, p->at + 64, &next);
		block_tokens(p, &next, p->pending);
		uint64_t all = 0;
		for (unsigned i = 0; i < TOKEN_TYPES; i++) {
			p->pending[i] &= p->types >> i & 1 ? ~0ull : 0;
			all |= p->pending[i];
		}
		p->pending_at = p->at;
		p->cur = next;
		p->at += 64;
		has_any = all != 0;
	}
}

FILL_TARGET static void FIRST(struct prefilter *p)
{
	take_masks(p->text, 0, &p->cur);
}
