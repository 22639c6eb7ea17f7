#include "base/span.h"

#include <string.h>

struct span span_str(const char *s)
{
	return span_of(s, s ? strlen(s) : 0);
}

struct span span_sub(struct span s, size_t from, size_t n)
{
	if (from > s.n)
		from = s.n;
	if (n > s.n - from)
		n = s.n - from;
	return span_of(s.p ? s.p + from : NULL, n);
}

bool span_equal(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static unsigned char lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

bool span_equal_nocase(struct span a, struct span b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool span_starts(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_equal(span_sub(s, 0, prefix.n), prefix);
}

bool span_starts_nocase(struct span s, struct span prefix)
{
	return s.n >= prefix.n && span_equal_nocase(span_sub(s, 0, prefix.n), prefix);
}

bool span_ends_nocase(struct span s, struct span suffix)
{
	return s.n >= suffix.n && span_equal_nocase(span_from(s, s.n - suffix.n), suffix);
}

size_t span_find(struct span s, struct span needle, size_t from)
{
	struct span rest = span_from(s, from);
	if (needle.n == 0 || rest.n < needle.n)
		return SIZE_MAX;
	const unsigned char *at = memmem(rest.p, rest.n, needle.p, needle.n);
	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

size_t span_find_nocase(struct span s, struct span needle, size_t from)
{
	if (needle.n == 0 || s.n < needle.n)
		return SIZE_MAX;
	for (size_t i = from; i <= s.n - needle.n; i++)
		if (lower(s.p[i]) == lower(needle.p[0]) &&
		    span_equal_nocase(span_sub(s, i, needle.n), needle))
			return i;
	return SIZE_MAX;
}

size_t span_find_byte(struct span s, unsigned char b, size_t from)
{
	struct span rest = span_from(s, from);
	const unsigned char *at = rest.n ? memchr(rest.p, b, rest.n) : NULL;
	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

static bool is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct span span_trim(struct span s)
{
	while (s.n && is_space(s.p[0]))
		s = span_from(s, 1);
	while (s.n && is_space(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool span_line(struct span *rest, struct span *line)
{
	if (rest->n == 0)
		return false;
	size_t end = span_find_byte(*rest, '\n', 0);
	size_t next = end == SIZE_MAX ? rest->n : end + 1;
	if (end == SIZE_MAX)
		end = rest->n;
	if (end && rest->p[end - 1] == '\r')
		end--;
	*line = span_sub(*rest, 0, end);
	*rest = span_from(*rest, next);
	return true;
}

struct span cur_take(struct cur *c, size_t n)
{
	if (c->bad || n > c->left.n) {
		c->bad = true;
		c->left.n = 0;
		return span_of(NULL, 0);
	}
	struct span got = span_sub(c->left, 0, n);
	c->left = span_from(c->left, n);
	return got;
}

void cur_skip(struct cur *c, size_t n)
{
	cur_take(c, n);
}

static uint64_t take_le(struct cur *c, size_t n)
{
	struct span s = cur_take(c, n);
	uint64_t v = 0;
	for (size_t i = s.n; i > 0; i--)
		v = v << 8 | s.p[i - 1];
	return v;
}

static uint64_t take_be(struct cur *c, size_t n)
{
	struct span s = cur_take(c, n);
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	return v;
}

uint8_t  cur_u8(struct cur *c)    { return (uint8_t)take_le(c, 1); }
uint16_t cur_u16le(struct cur *c) { return (uint16_t)take_le(c, 2); }
uint16_t cur_u16be(struct cur *c) { return (uint16_t)take_be(c, 2); }
uint32_t cur_u32le(struct cur *c) { return (uint32_t)take_le(c, 4); }
uint32_t cur_u32be(struct cur *c) { return (uint32_t)take_be(c, 4); }
uint64_t cur_u64le(struct cur *c) { return take_le(c, 8); }
uint64_t cur_u64be(struct cur *c) { return take_be(c, 8); }
