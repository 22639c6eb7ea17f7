#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t ceiling)
{
	*b = (struct buf){ .ceiling = ceiling };
}

void buf_release(struct buf *b)
{
	free(b->p);
	buf_init(b, b->ceiling);
}

static bool grow(struct buf *b, size_t need)
{
	size_t room = b->room ? b->room : 256;
	while (room < need)
		room = room > SIZE_MAX / 2 ? need : room * 2;
	if (room > b->ceiling)
		room = b->ceiling;
	unsigned char *p = realloc(b->p, room + 1);
	if (!p)
		return false;
	b->p = p;
	b->room = room;
	return true;
}

unsigned char *buf_reserve(struct buf *b, size_t n)
{
	if (n > b->ceiling - b->n || (b->n + n > b->room && !grow(b, b->n + n))) {
		b->is_full = true;
		return NULL;
	}
	if (!b->p && !grow(b, 1))
		return NULL;
	return b->p + b->n;
}

void buf_add(struct buf *b, struct span s)
{
	unsigned char *at = buf_reserve(b, s.n);
	if (!at || !s.n)
		return;
	memcpy(at, s.p, s.n);
	b->n += s.n;
}

void buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, span_str(s));
}

void buf_add_byte(struct buf *b, unsigned char c)
{
	buf_add(b, span_of(&c, 1));
}

void buf_add_utf8(struct buf *b, uint32_t c)
{
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		c = 0xfffd;
	if (c < 0x80) {
		buf_add_byte(b, (unsigned char)c);
		return;
	}
	unsigned char s[4];
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		s[i] = 0x80 | (c & 0x3f);
	s[0] = (unsigned char)(0xf00 >> n) | (unsigned char)c;
	buf_add(b, span_of(s, n));
}

void buf_format(struct buf *b, const char *format, ...)
{
	va_list args, again;
	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	unsigned char *at = n < 0 ? NULL : buf_reserve(b, (size_t)n);
	if (at) {
		vsnprintf((char *)at, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

const char *buf_string(struct buf *b)
{
	if (!b->p && !grow(b, 1))
		return "";
	b->p[b->n] = 0;
	return (const char *)b->p;
}
