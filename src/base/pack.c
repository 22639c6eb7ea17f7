#include "base/pack.h"

#include <string.h>

void pack_u64(struct buf *b, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		buf_add_byte(b, (unsigned char)(v | 0x80));
	buf_add_byte(b, (unsigned char)v);
}

void pack_i64(struct buf *b, int64_t v)
{
	pack_u64(b, (uint64_t)v << 1 ^ (uint64_t)(v >> 63));
}

void pack_f64(struct buf *b, double v)
{
	unsigned char bytes[sizeof(v)];
	memcpy(bytes, &v, sizeof(v));
	buf_add(b, span_of(bytes, sizeof(bytes)));
}

void pack_span(struct buf *b, struct span s)
{
	pack_u64(b, s.n);
	buf_add(b, s);
}

void pack_str(struct buf *b, const char *s)
{
	pack_span(b, span_str(s));
}

uint64_t unpack_u64(struct cur *c)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = cur_u8(c);
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return v;
	}
	c->bad = true;
	return 0;
}

int64_t unpack_i64(struct cur *c)
{
	uint64_t v = unpack_u64(c);
	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

double unpack_f64(struct cur *c)
{
	double v = 0;
	struct span s = cur_take(c, sizeof(v));
	if (s.n)
		memcpy(&v, s.p, sizeof(v));
	return v;
}

struct span unpack_span(struct cur *c)
{
	uint64_t n = unpack_u64(c);
	if (n > SIZE_MAX)
		c->bad = true;
	return cur_take(c, (size_t)n);
}
