/*
 * Visio 2000 to 2010 (.vsd; no public specification, layout as its free
 * readers know it): the stream is a tree of pointers to blocks, most of
 * them packed with a sliding window of 4,096 bytes. The text of shapes
 * stands in the unpacked blocks as it is, so their strings are given.
 */
#include "read/ole.h"
#include "read/strings.h"

enum { TRAILER_AT = 0x24, BLOCKS_MAX = 20000, BLOCK_MAX = 16 << 20, WINDOW = 4096 };

struct pointer { uint32_t type, at, length; uint16_t format; };

/* A flag byte before each eight units: 1 a byte, 0 two bytes of position and length. Ends with the bytes. */
static void unpack(struct span packed, struct buf *out)
{
	unsigned char window[WINDOW] = { 0 };
	struct cur c = cur_of(packed);
	unsigned at = 0;
	while (c.left.n && !out->is_full) {
		unsigned flags = cur_u8(&c);
		for (unsigned bit = 0; bit < 8 && c.left.n; bit++) {
			if (flags >> bit & 1) {
				window[at & (WINDOW - 1)] = cur_u8(&c);
				buf_add_byte(out, window[at++ & (WINDOW - 1)]);
				continue;
			}
			unsigned low = cur_u8(&c), high = cur_u8(&c);
			unsigned from = (high & 0xf0) << 4 | low, n = (high & 15) + 3;
			from = from > 4078 ? from - 4078 : from + 18;
			for (; n && !c.bad; n--, from++, at++) {
				window[at & (WINDOW - 1)] = window[from & (WINDOW - 1)];
				buf_add_byte(out, window[at & (WINDOW - 1)]);
			}
		}
	}
}

/* The block's bytes into out; its length is bounded by the stream's. */
static void load(struct span stream, struct pointer p, struct buf *out)
{
	struct span bytes = span_sub(stream, p.at, p.length);
	buf_clear(out);
	if (p.format & 2)
		unpack(bytes, out);
	else
		buf_add(out, bytes);
}

static bool next_pointer(struct cur *c, struct pointer *p)
{
	p->type = cur_u32le(c);
	cur_skip(c, 4);
	p->at = cur_u32le(c);
	p->length = cur_u32le(c);
	p->format = cur_u16le(c);
	return !c->bad;
}

struct tree { struct pointer *list; size_t count; };

/*
 * A block of pointers says where its list stands; the list begins with its size, the count of pointers and
 * four more bytes. Unpacked blocks have four bytes in front.
 */
static void add_pointers(struct tree *t, struct span block, bool was_packed, struct span stream)
{
	size_t shift = was_packed ? 4 : 0;
	struct cur c = cur_of(span_from(block, shift));
	size_t at = cur_u32le(&c) + shift;
	c = cur_of(span_from(block, at < 4 ? 0 : at - 4));
	cur_skip(&c, 4);
	uint32_t count = cur_u32le(&c);
	cur_skip(&c, 4);
	struct pointer p;
	for (uint32_t i = 0; i < count && t->count < BLOCKS_MAX && next_pointer(&c, &p); i++)
		if (p.type && p.at && p.length && p.at < stream.n && p.length <= stream.n)
			t->list[t->count++] = p;
}

enum { HOLDS_POINTERS = 5, COLOURS = 0x16 };	/* upper part of a pointer's format; a type that never does */

int ole_visio(struct ole *o, const struct ole2_entry *folder)
{
	struct span stream;
	struct tree t = { arena_array(o->doc.item->arena, BLOCKS_MAX, sizeof(*t.list)), 0 };
	struct buf block;
	int e = OK;
	if (!t.list)
		return fault_set(o->doc.why, E_MEMORY, "no memory for a Visio drawing");
	if (!ole_stream(o, folder, "VisioDocument", &stream, &e) || e < 0)
		return e;
	struct cur c = cur_of(span_from(stream, TRAILER_AT));
	if (!next_pointer(&c, &t.list[0]))
		return doc_damage(&o->doc, "Visio: the drawing breaks off in its header");
	t.count = 1;
	buf_init(&block, BLOCK_MAX);
	for (size_t i = 0; i < t.count && e >= 0; i++) {
		load(stream, t.list[i], &block);
		e = sink_spend(o->doc.out, block.n + 64);
		bool is_list = t.list[i].format >> 4 == HOLDS_POINTERS && t.list[i].type != COLOURS;
		if (i == 0 || is_list)
			add_pointers(&t, buf_span(&block), t.list[i].format & 2, stream);
		if (e >= 0)
			e = strings_give(buf_span(&block), o->doc.base, NULL, o->doc.out);
		o->doc.base += block.n;
	}
	buf_release(&block);
	return e;
}
