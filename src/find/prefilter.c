/*
 * The plain implementation, and the choice between it and the faster ones.
 */
#include "find/prefilter_inner.h"

enum { IS_DIGIT = 1, IS_UPPER = 2, IS_LOWER = 4, IS_PART = 8, IS_AT = 16, IS_PLUS = 32, IS_FILLER = 64, IS_ONE_TWO = 128,
	IS_COLON = 256, IS_TAB = 512, IS_LINE = 1024 };

static const uint16_t classes[256] = {
	['0'] = IS_DIGIT, ['1' ... '2'] = IS_DIGIT | IS_ONE_TWO, ['3' ... '9'] = IS_DIGIT,
	['A' ... 'Z'] = IS_UPPER, ['a' ... 'z'] = IS_LOWER,
	[' '] = IS_PART, ['-'] = IS_PART, ['.'] = IS_PART, ['/'] = IS_PART,
	['@'] = IS_AT, ['+'] = IS_PLUS, ['<'] = IS_FILLER,
	[':'] = IS_COLON, ['\t'] = IS_TAB, ['\n'] = IS_LINE,
};

static void classify_plain(const unsigned char *p, struct byte_masks *m)
{
	*m = (struct byte_masks){ 0 };
	for (unsigned i = 0; i < 64; i++) {
		uint64_t c = classes[p[i]];
		m->digit |= (c & 1) << i;
		m->upper |= (c >> 1 & 1) << i;
		m->lower |= (c >> 2 & 1) << i;
		m->part |= (c >> 3 & 1) << i;
		m->at |= (c >> 4 & 1) << i;
		m->plus |= (c >> 5 & 1) << i;
		m->filler |= (c >> 6 & 1) << i;
		m->one_two |= (c >> 7 & 1) << i;
		m->colon |= (c >> 8 & 1) << i;
		m->tab |= (c >> 9 & 1) << i;
		m->line |= (c >> 10 & 1) << i;
	}
}

#define CLASSIFY classify_plain
#define FILL_TARGET
#define FILL fill_plain
#define FIRST first_plain
#include "find/prefilter_block.h"

static const struct prefilter_code plain = { first_plain, fill_plain };

static const struct prefilter_code *code_of(enum prefilter_how how)
{
	switch (how) {
	case PREFILTER_PLAIN:
		return &plain;
	case PREFILTER_AVX2:
		return prefilter_avx2();
	case PREFILTER_AVX512:
		return prefilter_avx512();
	case PREFILTER_BEST:
		break;
	}
	const struct prefilter_code *best = prefilter_avx512();
	if (!best)
		best = prefilter_avx2();
	return best ? best : &plain;
}

bool prefilter_start_with(struct prefilter *p, struct span text, unsigned types, enum prefilter_how how)
{
	const struct prefilter_code *code = code_of(how);
	if (!code)
		return false;
	*p = (struct prefilter){ .text = text, .types = types, .fill = code->fill };
	code->first(p);
	return true;
}

void prefilter_start(struct prefilter *p, struct span text, unsigned types)
{
	prefilter_start_with(p, text, types, PREFILTER_BEST);
}

/* The next pending token of the block, lowest place first; false when none is left. */
static bool take_pending(struct prefilter *p, struct token *t)
{
	unsigned best = 64, type = 0;
	for (unsigned i = 0; i < TOKEN_TYPES; i++) {
		unsigned place = p->pending[i] ? (unsigned)__builtin_ctzll(p->pending[i]) : 64;
		if (place < best)
			best = place, type = i;
	}
	if (best == 64)
		return false;
	p->pending[type] &= p->pending[type] - 1;
	*t = (struct token){ (uint32_t)(p->pending_at + best), (uint8_t)type };
	return true;
}

static size_t next_shared(struct prefilter *p, struct token *out, size_t room)
{
	size_t n = 0;
	for (; n < room && p->shared_left; p->shared++, p->shared_left--) {
		out[n] = *p->shared;
		n += p->types >> p->shared->type & 1;
	}
	return n;
}

size_t prefilter_next(struct prefilter *p, struct token *out, size_t room)
{
	size_t n = 0;
	if (p->shared)
		return next_shared(p, out, room);
	while (n < room) {
		if (take_pending(p, &out[n])) {
			if (out[n].at < p->text.n)
				n++;
			continue;
		}
		if (p->at >= p->text.n)
			break;
		p->fill(p);
	}
	return n;
}
