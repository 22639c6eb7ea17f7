#include "base/utf8.h"

#include <string.h>

#define HIGH_BITS 0x8080808080808080ull

static uint64_t load64(const unsigned char *p)
{
	uint64_t v;
	memcpy(&v, p, sizeof(v));
	return v;
}

size_t utf8_skip_ascii(struct span s, size_t i)
{
	while (s.n - i >= 64) {
		const unsigned char *p = s.p + i;
		uint64_t a = load64(p) | load64(p + 8) | load64(p + 16) | load64(p + 24);
		uint64_t b = load64(p + 32) | load64(p + 40) | load64(p + 48) | load64(p + 56);
		if ((a | b) & HIGH_BITS)
			break;
		i += 64;
	}
	while (s.n - i >= 8 && !(load64(s.p + i) & HIGH_BITS))
		i += 8;
	while (i < s.n && s.p[i] < 0x80)
		i++;
	return i;
}

static bool is_tail(struct span s, size_t i)
{
	return i < s.n && (s.p[i] & 0xc0) == 0x80;
}

/* RFC 3629, section 4: the second byte's range depends on the first. */
static bool is_second(int first, int second)
{
	switch (first) {
	case 0xe0: return second >= 0xa0 && second <= 0xbf;
	case 0xed: return second >= 0x80 && second <= 0x9f;
	case 0xf0: return second >= 0x90 && second <= 0xbf;
	case 0xf4: return second >= 0x80 && second <= 0x8f;
	default: return second >= 0x80 && second <= 0xbf;
	}
}

unsigned utf8_length_at(struct span s, size_t i)
{
	int first = span_at(s, i);
	if (first < 0)
		return 0;
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first > 0xf4 || !is_second(first, span_at(s, i + 1)))
		return 0;
	if (first < 0xe0)
		return 2;
	if (!is_tail(s, i + 2))
		return 0;
	if (first < 0xf0)
		return 3;
	return is_tail(s, i + 3) ? 4 : 0;
}

uint32_t utf8_char_at(struct span s, size_t i)
{
	unsigned n = utf8_length_at(s, i);
	if (n == 0)
		return 0xfffd;
	if (n == 1)
		return s.p[i];
	uint32_t c = s.p[i] & (0xffu >> (n + 1));
	for (unsigned k = 1; k < n; k++)
		c = c << 6 | (s.p[i + k] & 0x3f);
	return c;
}

size_t utf8_valid_prefix(struct span s)
{
	size_t i = 0;
	while (i < s.n) {
		if (s.p[i] < 0x80) {
			i = utf8_skip_ascii(s, i);
			continue;
		}
		unsigned n = utf8_length_at(s, i);
		if (!n)
			break;
		i += n;
	}
	return i;
}

unsigned utf8_put(unsigned char *to, uint32_t c)
{
	if (c > 0x10ffff || c >> 11 == 0x1b)
		c = 0xfffd;
	if (c < 0x80) {
		to[0] = (unsigned char)c;
		return 1;
	}
	unsigned n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (unsigned i = n - 1; i > 0; i--, c >>= 6)
		to[i] = 0x80 | (c & 0x3f);
	to[0] = (unsigned char)(0xf00 >> n | c);
	return n;
}
