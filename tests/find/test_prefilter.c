/*
 * The fast implementations against the plain one, and the plain one against a definition byte by byte.
 */
#include "check.h"
#include "find/prefilter.h"
#include "recorder.h"

#include <stdlib.h>

static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_name(int c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); }
static bool is_alnum(int c) { return is_name(c) || (c >= 'a' && c <= 'z'); }
static bool is_part(int c) { return c == ' ' || c == '-' || c == '.' || c == '/'; }

static bool in_chain(struct span s, size_t i)
{
	if (is_digit(span_at(s, i)))
		return true;
	return i && is_part(span_at(s, i)) && is_digit(span_at(s, i - 1)) && is_digit(span_at(s, i + 1));
}

static size_t run(struct span s, size_t i, bool (*is)(int))
{
	size_t n = 0;
	while (is(span_at(s, i + n)))
		n++;
	return n;
}

/* The header's words, byte by byte. */
static bool begins(struct span s, size_t i, enum token_type type)
{
	int c = span_at(s, i), left = i ? span_at(s, i - 1) : -1;
	size_t n = 0;
	switch (type) {
	case TOKEN_DIGITS:
		while (i + n < s.n && in_chain(s, i + n))
			n++;
		return n >= 6 && !(i && in_chain(s, i - 1));
	case TOKEN_UPPER:
		return run(s, i, is_name) >= 8 && !is_alnum(left) && run(s, i, is_digit) < 8;
	case TOKEN_YEAR:
		return (c == '1' || c == '2') && run(s, i, is_digit) == 4 && is_part(left);
	case TOKEN_AT:
		return c == '@' && is_alnum(left) && is_alnum(span_at(s, i + 1));
	case TOKEN_PLUS:
		return c == '+' && is_digit(span_at(s, i + 1));
	case TOKEN_FILLER:
		return c == '<' && span_at(s, i + 1) == '<' && is_name(left);
	case TOKEN_LABEL:
		return (c == ':' || c == '\t') && !is_digit(left) && left != ':' && left != '\t' && left != '\n' &&
		       span_at(s, i + 1) != ':';
	case TOKEN_TYPES:
		break;
	}
	return false;
}

static size_t tokens_of(struct span s, enum prefilter_how how, struct token *out, size_t room)
{
	struct prefilter p;
	size_t n = 0;
	if (!prefilter_start_with(&p, s, TOKENS_ALL, how))
		return SIZE_MAX;
	for (size_t k; n < room && (k = prefilter_next(&p, out + n, 7 < room - n ? 7 : room - n)); n += k)
		;
	return n;
}

static bool agree(const struct token *a, const struct token *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (a[i].at != b[i].at || a[i].type != b[i].type)
			return false;
	return true;
}

enum { SIZE = 1 << 16, ROOM = SIZE * 2 };
static unsigned char bytes[SIZE];
static struct token plain[ROOM], fast[ROOM];

static void compare_all(struct span s)
{
	size_t n = tokens_of(s, PREFILTER_PLAIN, plain, ROOM);
	for (int how = PREFILTER_AVX2; how <= PREFILTER_AVX512; how++) {
		size_t k = tokens_of(s, how, fast, ROOM);
		if (k != SIZE_MAX)
			CHECK(k == n && agree(plain, fast, n));
	}
}

TEST(prefilter_plain_is_its_definition)
{
	static const char alphabet[] = "00112233945 -./ab@+<<AZ\n\t::";
	srand(1);
	for (int round = 0; round < 40; round++) {
		size_t n = (size_t)rand() % 400;
		for (size_t i = 0; i < n; i++)
			bytes[i] = alphabet[rand() % (round % 2 ? 12 : sizeof(alphabet) - 1)];
		for (size_t i = 0; i + 12 < n && round % 4 == 0; i++)
			bytes[i] = rand() % 8 ? 'A' + rand() % 26 : bytes[i];
		struct span s = span_of(bytes, n);
		size_t want = 0;
		for (size_t i = 0; i < n; i++)
			for (unsigned type = 0; type < TOKEN_TYPES; type++)
				if (begins(s, i, type))
					fast[want++] = (struct token){ (uint32_t)i, (uint8_t)type };
		size_t got = tokens_of(s, PREFILTER_PLAIN, plain, ROOM);
		CHECK(got == want && agree(plain, fast, want));
	}
}

TEST(prefilter_fast_paths_equal_the_plain_one)
{
	static const char alphabet[] = "0123456789 -./abcXYZ@+<:\t";
	srand(2);
	for (int round = 0; round < 30; round++) {
		size_t n = SIZE - (size_t)rand() % 200;
		for (size_t i = 0; i < n; i++)
			bytes[i] = round % 3 ? alphabet[rand() % (sizeof(alphabet) - 1)] : rand() & 0xff;
		compare_all(span_of(bytes, n));
		compare_all(span_of(bytes, (size_t)rand() % 130));
	}
}

TEST(prefilter_fast_paths_agree_on_a_real_program)
{
	struct span s = load_file("/proc/self/exe");
	for (size_t i = 0; i + SIZE < s.n && i < SIZE * 60; i += SIZE)
		compare_all(span_sub(s, i, SIZE - 1));
	free((void *)s.p);
}
