/* What the worker writes to the supervisor. */
#include "scan/node.h"

enum { FLUSH_AT = 64 << 10 };
#define PROGRESS_EVERY (16u << 20)

int frame_flush(struct examiner *x)
{
	int e = wire_write(x->line, buf_span(&x->out));
	buf_clear(&x->out);
	return e;
}

static void add_frame(struct buf *out, enum frame type, struct span body)
{
	uint32_t n = (uint32_t)body.n + 1;
	for (int i = 0; i < 4; i++)
		buf_add_byte(out, (unsigned char)(n >> 8 * i));
	buf_add_byte(out, (unsigned char)type);
	buf_add(out, body);
}

int frame_send(struct examiner *x, enum frame type)
{
	if (x->scratch.is_full)
		return E_MEMORY;
	add_frame(&x->out, type, buf_span(&x->scratch));
	if (x->out.is_full)
		return E_MEMORY;
	return x->out.n >= FLUSH_AT ? frame_flush(x) : OK;
}

static struct buf *scratch_for(struct node *n)
{
	buf_clear(&n->x->scratch);
	pack_u64(&n->x->scratch, n->item.depth);
	return &n->x->scratch;
}

int frame_begin(struct node *n)
{
	struct buf *b = scratch_for(n);
	pack_str(b, n->item.trail);
	pack_str(b, n->item.name);
	pack_str(b, n->item.stated_type);
	pack_u64(b, n->stated_size);
	pack_i64(b, n->item.times.modified);
	pack_i64(b, n->item.times.created);
	pack_i64(b, n->item.times.accessed);
	int e = frame_send(n->x, FRAME_BEGIN);
	return e ? e : frame_flush(n->x);
}

int frame_end(struct node *n)
{
	struct digests d;
	hasher_end(&n->hasher, &d);
	struct buf *b = scratch_for(n);
	pack_u64(b, n->status);
	pack_str(b, n->reason);
	pack_str(b, n->type);
	pack_u64(b, n->is_virtual ? 0 : n->x->hashes);
	pack_span(b, span_of(d.sha256, sizeof(d.sha256)));
	pack_span(b, span_of(d.sha1, sizeof(d.sha1)));
	pack_span(b, span_of(d.md5, sizeof(d.md5)));
	pack_i64(b, n->duplicate_of);
	for (int i = 0; i < STATUS_COUNT; i++)
		pack_u64(b, n->lost[i]);
	pack_u64(b, n->is_decoded);
	return frame_send(n->x, FRAME_END);
}

int frame_finding(struct node *n, const struct finding *f, struct span context, struct span masked)
{
	struct buf *b = scratch_for(n);
	finding_pack(b, f);
	pack_span(b, context);
	pack_span(b, masked);
	return frame_send(n->x, FRAME_FINDING);
}

int frame_claim(struct node *n, const struct claim *c)
{
	claim_pack(scratch_for(n), c);
	return frame_send(n->x, FRAME_CLAIM);
}

int frame_mail(struct node *n, const struct mail_head *m)
{
	mail_pack(scratch_for(n), m);
	return frame_send(n->x, FRAME_MAIL);
}

int frame_prints(struct node *n, const struct prints *p)
{
	prints_pack(scratch_for(n), p);
	return frame_send(n->x, FRAME_PRINTS);
}

int frame_digest(struct node *n, const struct digest *d)
{
	digest_pack(scratch_for(n), d);
	return frame_send(n->x, FRAME_DIGEST);
}

int frame_film(struct node *n, struct span part)
{
	pack_span(scratch_for(n), part);
	return frame_send(n->x, FRAME_FILM);
}

int frame_ask(struct node *n, const unsigned char *sha256, enum answer *a, int64_t *source)
{
	struct buf *b = scratch_for(n);
	pack_span(b, span_of(sha256, sha256 ? 32 : 0));
	pack_str(b, n->item.name);
	pack_str(b, n->item.stated_type);
	int e = frame_send(n->x, FRAME_ASK);
	if (!e)
		e = frame_flush(n->x);
	unsigned char reply[9];
	if (!e)
		e = wire_read(n->x->line, reply, sizeof(reply));
	if (e)
		return e;
	struct cur c = cur_of(span_of(reply, sizeof(reply)));
	*a = (enum answer)cur_u8(&c);
	*source = (int64_t)cur_u64le(&c);
	return OK;
}

int frame_progress(struct examiner *x, uint64_t bytes)
{
	x->unreported += bytes;
	if (x->unreported < PROGRESS_EVERY)
		return OK;
	buf_clear(&x->scratch);
	pack_u64(&x->scratch, x->unreported);
	x->unreported = 0;
	int e = frame_send(x, FRAME_PROGRESS);
	return e ? e : frame_flush(x);
}
