#include "read/biff.h"

bool biff_next(struct biff *b)
{
	b->at = b->size - b->rest.left.n;
	if (b->rest.left.n < 4)
		return false;
	b->type = cur_u16le(&b->rest);
	size_t n = cur_u16le(&b->rest);
	struct span body = span_sub(b->rest.left, 0, n);
	b->rest.left = span_from(b->rest.left, body.n);
	b->body = cur_of(body);
	return true;
}

/* Goes on in the CONTINUE record behind an empty body; false when there is none. */
static bool more(struct biff *b)
{
	while (!b->body.left.n) {
		struct cur ahead = b->rest;
		if (cur_u16le(&ahead) != BIFF_CONTINUE || ahead.bad || !biff_next(b))
			return false;
	}
	return true;
}

void biff_skip(struct biff *b, size_t n)
{
	while (n && more(b)) {
		size_t part = n < b->body.left.n ? n : b->body.left.n;
		cur_skip(&b->body, part);
		n -= part;
	}
}

uint8_t biff_u8(struct biff *b)
{
	return more(b) ? cur_u8(&b->body) : 0;
}

uint16_t biff_u16(struct biff *b)
{
	unsigned low = biff_u8(b);
	return (uint16_t)(low | (unsigned)biff_u8(b) << 8);
}

uint32_t biff_u32(struct biff *b)
{
	uint32_t low = biff_u16(b);
	return low | (uint32_t)biff_u16(b) << 16;
}

/* A UTF-16 unit; half of a pair is added together with the other. */
static void add_unit(struct buf *out, uint32_t *high, uint32_t unit)
{
	if (unit >= 0xd800 && unit < 0xdc00) {
		*high = unit;
		return;
	}
	if (unit >= 0xdc00 && unit < 0xe000 && *high)
		unit = 0x10000 + ((*high - 0xd800) << 10) + (unit - 0xdc00);
	*high = 0;
	buf_add_utf8(out, unit);
}

/* Where characters go on in the next record, that begins with an option byte of its own. */
static bool more_chars(struct biff *b, bool *is_wide)
{
	if (b->body.left.n)
		return true;
	if (!more(b))
		return false;
	*is_wide = cur_u8(&b->body) & 1;
	return b->body.left.n > 0;
}

void biff_string(struct biff *b, uint32_t count, struct buf *out)
{
	unsigned options = biff_u8(b);
	size_t tail = 0;
	bool is_wide = options & 1;
	uint32_t high = 0;
	if (options & 8)
		tail += (size_t)biff_u16(b) * 4;
	if (options & 4)
		tail += biff_u32(b);
	for (uint32_t i = 0; i < count && more_chars(b, &is_wide); i++)
		add_unit(out, &high, is_wide ? cur_u16le(&b->body) : cur_u8(&b->body));
	biff_skip(b, tail);
}
