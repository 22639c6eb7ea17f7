/* Blocks of text: to the detectors, then their findings with contexts to the supervisor. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scan/node.h"
#include "store/seal.h"

enum { CONTEXT_BYTES = 48, BLOCK_ARENA = 256 << 20, DROP_BEHIND = 32 << 20 };

/* Position in the block of a finding's first byte, from the value's own address or from its place. */
static size_t start_in(const struct text *t, const struct finding *f)
{
	const unsigned char *from = t->utf8.p;
	if (f->value.p >= from && f->value.p <= from + t->utf8.n)
		return (size_t)(f->value.p - from);
	if (!t->raw_at)
		return f->where.start >= t->base ? (size_t)(f->where.start - t->base) : 0;
	size_t low = 0, high = t->utf8.n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		if (t->raw_at[mid] < f->where.start)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static size_t end_in(const struct text *t, const struct finding *f, size_t start)
{
	uint64_t length = f->where.end - f->where.start;
	if (!t->raw_at)
		return start + (size_t)length;
	size_t end = start;
	while (end < t->utf8.n && t->raw_at[end] < f->where.end)
		end++;
	return end;
}

static int hold(struct node *n, const struct finding *f)
{
	struct block *b = &n->block;
	if (b->count == b->room) {
		size_t room = b->room ? b->room * 2 : 64;
		struct held *more = realloc(b->held, room * sizeof(*more));
		if (!more)
			return E_MEMORY;
		b->held = more;
		b->room = room;
	}
	struct held *h = &b->held[b->count];
	*h = (struct held){ .f = *f };
	h->start = start_in(b->text, f);
	h->end = end_in(b->text, f, h->start);
	if (h->start > b->text->utf8.n)
		h->start = b->text->utf8.n;
	if (h->end > b->text->utf8.n)
		h->end = b->text->utf8.n;
	/* what the detector lent for the call is copied; its constant strings (rule, checks) too, since rules may be loaded ones */
	h->f.value = arena_copy(&b->arena, f->value);
	h->f.rule = arena_string(&b->arena, span_str(f->rule));
	for (int i = 0; i < CHECKS_MAX && f->checks[i]; i++)
		h->f.checks[i] = arena_string(&b->arena, span_str(f->checks[i]));
	b->count++;
	return b->arena.is_full ? E_MEMORY : OK;
}

static int held_order(const void *a, const void *b)
{
	const struct held *x = a, *y = b;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->end != y->end)
		return x->end > y->end ? -1 : 1;
	if (x->f.kind != y->f.kind)
		return x->f.kind < y->f.kind ? -1 : 1;
	return x->f.confidence > y->f.confidence ? -1 : x->f.confidence < y->f.confidence;
}

/* Kinds of one group compete for the same bytes; others may share them. */
static int rival_group(enum kind k)
{
	if (k == KIND_PHONE)
		return 1;
	if (k == KIND_BIRTH_DATE)
		return 0;
	switch (kind_class(k)) {
	case CLASS_IDENTITY: case CLASS_PAYMENT: return 1;
	case CLASS_CREDENTIAL: return 2;
	case CLASS_CONTACT: case CLASS_INFRASTRUCTURE: case CLASS_ACCOUNTING: case CLASS_MAIL:
	case CLASS_HEALTH: case CLASS_FILM: case CLASS_TERM: case CLASS_COUNT: break;
	}
	return 0;
}

static bool is_weaker(const struct held *a, const struct held *b)
{
	if (a->f.confidence != b->f.confidence)
		return a->f.confidence < b->f.confidence;
	if (a->end - a->start != b->end - b->start)
		return a->end - a->start < b->end - b->start;
	return a->f.kind > b->f.kind;
}

/* Of rivals over the same bytes the strongest stays. The list is in order of start; MAX_LOOK bounds the work. */
static void drop_rivals(struct block *b)
{
	enum { MAX_LOOK = 32 };
	for (size_t i = 0; i < b->count; i++) {
		for (size_t k = i + 1; k < b->count && k < i + MAX_LOOK && b->held[k].start < b->held[i].end; k++) {
			int group = rival_group(b->held[i].f.kind);
			bool is_same = b->held[i].f.kind == b->held[k].f.kind && b->held[i].start == b->held[k].start;
			if (!is_same && (!group || group != rival_group(b->held[k].f.kind)))
				continue;
			if (b->held[i].is_dropped || b->held[k].is_dropped)
				continue;
			if (is_weaker(&b->held[i], &b->held[k]))
				b->held[i].is_dropped = true;
			else
				b->held[k].is_dropped = true;
		}
	}
}

static void add_plain(struct buf *out, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_add_byte(out, s.p[i] < ' ' ? ' ' : s.p[i]);
}

/* The bytes [from, to) with every held value in them masked. */
static void add_masked(struct node *n, size_t from, size_t to, size_t near, struct buf *out)
{
	const struct block *b = &n->block;
	size_t first = near;
	while (first > 0 && near - first < 64 && b->held[first - 1].start + 4096 > from)
		first--;
	for (size_t i = first; i < b->count && b->held[i].start < to && from < to; i++) {
		const struct held *h = &b->held[i];
		if (h->end <= from)
			continue;
		if (h->start > from)
			add_plain(out, span_sub(b->text->utf8, from, h->start - from));
		mask_value(h->f.kind, span_sub(b->text->utf8, h->start, h->end - h->start), out);
		from = h->end;
	}
	if (from < to)
		add_plain(out, span_sub(b->text->utf8, from, to - from));
}

/* Moves i back (or forth) to the begin of a character. */
static size_t char_start(struct span s, size_t i)
{
	while (i > 0 && i < s.n && (s.p[i] & 0xc0) == 0x80)
		i--;
	return i;
}

static int send_held(struct node *n, size_t i)
{
	struct block *b = &n->block;
	struct held *h = &b->held[i];
	struct span all = b->text->utf8;
	size_t from = char_start(all, h->start > CONTEXT_BYTES ? h->start - CONTEXT_BYTES : 0);
	size_t to = char_start(all, all.n - h->end > CONTEXT_BYTES ? h->end + CONTEXT_BYTES : all.n);
	buf_clear(&n->x->context);
	buf_clear(&n->x->masked);
	if (to - from < 4096) {
		add_plain(&n->x->context, span_sub(all, from, to - from));
		add_masked(n, from, to, i, &n->x->masked);
	}
	return frame_finding(n, &h->f, buf_span(&n->x->context), buf_span(&n->x->masked));
}

static int block_send(struct node *n)
{
	struct block *b = &n->block;
	int e = OK;
	qsort(b->held, b->count, sizeof(*b->held), held_order);
	drop_rivals(b);
	for (size_t i = 0; i < b->count && !e; i++)
		if (!b->held[i].is_dropped)
			e = send_held(n, i);
	return e;
}

/* Findings in cells carry their column's name as context; those elsewhere none. */
static int send_direct(struct node *n, const struct finding *f)
{
	const struct table *t = n->rows.table;
	buf_clear(&n->x->context);
	buf_clear(&n->x->masked);
	if (t && f->where.is_cell && f->where.column >= 1 && f->where.column <= t->columns &&
	    t->names[f->where.column - 1].n) {
		add_plain(&n->x->context, span_sub(t->names[f->where.column - 1], 0, 200));
		buf_add_str(&n->x->context, ": ");
		buf_add(&n->x->masked, buf_span(&n->x->context));
		add_plain(&n->x->context, span_sub(f->value, 0, 400));
		mask_value(f->kind, span_sub(f->value, 0, 400), &n->x->masked);
	}
	return frame_finding(n, f, buf_span(&n->x->context), buf_span(&n->x->masked));
}

int node_finding(struct sink *s, const struct finding *f)
{
	struct node *n = node_of(s);
	if (!(n->x->options->classes & 1u << kind_class(f->kind)) || f->value.n > 1 << 20)
		return OK;
	return n->block.text ? hold(n, f) : send_direct(n, f);
}

/* Hashes the item's own bytes while they are in the cache. */
static void hash_along(struct node *n, struct span utf8)
{
	if (utf8.p == n->own_bytes.p + n->hashed && utf8.n <= n->own_bytes.n - n->hashed) {
		hasher_add(&n->hasher, utf8);
		n->hashed += utf8.n;
	}
}

/* Pages of a mapped file that lie well behind are given back, so that memory stays flat. */
static void drop_behind(struct node *n)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (uintptr_t)n->item.bytes.p;
	if (n->item.depth || n->hashed < DROP_BEHIND || from % page || n->hashed % DROP_BEHIND > n->block.text->utf8.n)
		return;
	madvise((void *)from, n->hashed / page * page, MADV_DONTNEED);
}

int node_text(struct sink *s, const struct text *t)
{
	struct node *n = node_of(s);
	const struct text *outer = n->block.text;
	if (outer || t->utf8.n == 0)	/* a detector that gives text while it is given text: nothing to gain */
		return OK;
	n->is_decoded |= t->space != SPACE_RAW;
	n->block.text = t;
	n->block.count = 0;
	arena_reset(&n->block.arena);
	n->block.arena.ceiling = BLOCK_ARENA;
	int e = parts_text(n, t);
	if (!e)
		e = block_send(n);
	hash_along(n, t->utf8);
	drop_behind(n);
	n->block.text = NULL;
	return e ? e : frame_progress(n->x, t->utf8.n);
}
