/* Prints and digests on the line. */
#include <string.h>

#include "scan/wire.h"

void digest_pack(struct buf *b, const struct digest *d)
{
	pack_u64(b, d->kind);
	pack_span(b, span_of(d->value, d->n));
	pack_u64(b, d->quality);
	pack_u64(b, d->page);
	pack_u64(b, d->length);
}

int digest_unpack(struct cur *c, struct digest *d)
{
	uint64_t kind = unpack_u64(c);
	struct span value = unpack_span(c);
	*d = (struct digest){ .kind = kind < DIGEST_COUNT ? (enum digest_kind)kind : 0 };
	d->quality = (uint32_t)unpack_u64(c);
	d->page = (uint32_t)unpack_u64(c);
	d->length = unpack_u64(c);
	if (c->bad || kind >= DIGEST_COUNT || value.n > sizeof(d->value))
		return E_DAMAGED;
	d->n = (uint32_t)value.n;
	if (value.n)
		memcpy(d->value, value.p, value.n);
	return OK;
}

static void value_pack(struct buf *b, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		buf_add_byte(b, (unsigned char)(v >> 8 * i));
}

void prints_pack(struct buf *b, const struct prints *p)
{
	pack_u64(b, p->space);
	pack_u64(b, p->window);
	pack_u64(b, p->n);
	int64_t at = 0, raw_at = 0;
	for (size_t i = 0; i < p->n; i++) {
		value_pack(b, p->p[i].value);
		pack_i64(b, (int64_t)p->p[i].at - at);
		pack_i64(b, (int64_t)p->p[i].raw_at - raw_at);
		pack_u64(b, p->p[i].page);
		at = (int64_t)p->p[i].at;
		raw_at = (int64_t)p->p[i].raw_at;
	}
}

int prints_unpack(struct cur *c, struct arena *a, struct prints *p)
{
	uint64_t space = unpack_u64(c), window = unpack_u64(c), n = unpack_u64(c);
	if (c->bad || space >= PRINT_SPACES || window > UINT32_MAX || n > c->left.n / 11)
		return E_DAMAGED;
	struct print *list = arena_array(a, n + 1, sizeof(*list));
	if (!list)
		return E_DAMAGED;
	uint64_t at = 0, raw_at = 0;
	for (uint64_t i = 0; i < n; i++) {
		list[i].value = cur_u64le(c);
		list[i].at = at += (uint64_t)unpack_i64(c);
		list[i].raw_at = raw_at += (uint64_t)unpack_i64(c);
		list[i].page = (uint32_t)unpack_u64(c);
	}
	*p = (struct prints){ (enum print_space)space, (uint32_t)window, list, n };
	return c->bad ? E_DAMAGED : OK;
}
