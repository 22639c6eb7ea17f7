/*
 * Prefilter: one fast pass over a text that says where identifiers may
 * begin, so that validators run rarely. It knows bytes only, no meanings.
 *
 *   struct prefilter p;
 *   prefilter_start(&p, text->utf8, TOKENS_DIGITS | TOKENS_AT);
 *   while ((n = prefilter_next(&p, tokens, COUNT)))
 *           for each of n tokens ...
 *
 * Tokens come in order of place; several types may begin at one place.
 * Nothing is allocated; any thread may call. Three implementations (plain,
 * AVX2, AVX-512) give the same tokens; the CPU decides which one runs.
 */
#ifndef FIND_PREFILTER_H
#define FIND_PREFILTER_H

#include "base/span.h"

enum token_type {
	/*
	 * The first digit of a chain: groups of digits, each parted from the next by
	 * one of space - . / ; at least 6 bytes long in all ("123-45-6789", "12.03.1985").
	 * The chain may stand inside a longer run of letters and digits.
	 */
	TOKEN_DIGITS,
	/* The first of at least 8 bytes A-Z 0-9, the byte before is no letter or digit; not digits alone at the first 8. */
	TOKEN_UPPER,
	/* The first digit of a run of exactly 4 digits beginning with 1 or 2, with space - . / before it. */
	TOKEN_YEAR,
	/* '@' with a letter or digit on both sides. */
	TOKEN_AT,
	/* '+' with a digit behind it. */
	TOKEN_PLUS,
	/* The first '<' of two or more, A-Z or 0-9 before it: fillers of an MRZ. */
	TOKEN_FILLER,
	/* ':' or TAB, the byte before is no digit, line end, ':' or TAB, the byte behind is no ':': a label may end here. */
	TOKEN_LABEL,
	TOKEN_TYPES
};
/* Sets of types. */
enum {
	TOKENS_DIGITS = 1 << TOKEN_DIGITS, TOKENS_UPPER = 1 << TOKEN_UPPER, TOKENS_YEAR = 1 << TOKEN_YEAR,
	TOKENS_AT = 1 << TOKEN_AT, TOKENS_PLUS = 1 << TOKEN_PLUS, TOKENS_FILLER = 1 << TOKEN_FILLER,
	TOKENS_LABEL = 1 << TOKEN_LABEL,
	TOKENS_ALL = (1 << TOKEN_TYPES) - 1
};

struct token {
	uint32_t at;		/* offset in the text; texts are below 4 GB */
	uint8_t type;
};

/* Which bytes of a block of 64 are what; bit i is byte i. */
struct byte_masks { uint64_t digit, upper, lower, part, at, plus, filler, one_two, colon, tab, line; };

struct prefilter {
	struct span text;
	size_t at;			/* start of the block in cur */
	unsigned types;
	struct byte_masks cur;
	uint64_t alnum_before, digit_before, part_before, chain_before, name_before, colon_before;
	uint64_t pending[TOKEN_TYPES];	/* tokens of the block before at that are not yet given */
	size_t pending_at;
	void (*fill)(struct prefilter *p);	/* moves on to the next block with tokens */
	const struct token *shared;	/* not NULL: tokens found before, taken from here */
	size_t shared_left;
};

enum prefilter_how { PREFILTER_BEST, PREFILTER_PLAIN, PREFILTER_AVX2, PREFILTER_AVX512 };

void prefilter_start(struct prefilter *p, struct span text, unsigned types);
/* For tests and benches: one implementation; false when the CPU has it not. */
bool prefilter_start_with(struct prefilter *p, struct span text, unsigned types, enum prefilter_how how);
/* Fills up to room tokens; 0 at the end. */
size_t prefilter_next(struct prefilter *p, struct token *out, size_t room);

#endif
