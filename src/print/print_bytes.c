/*
 * The bytes of every item: anchors for each window asked for, and the pieces
 * root. Works block by block, so that all do while the block is in the cache.
 */
#include <stdlib.h>

#include "core/part.h"
#include "print/anchor.h"
#include "print/pieces.h"

enum { STEP = 256 << 10, BATCH = 2048, EDGES_SHORT = 2, EDGES_QUERY = 32 };

struct work {
	struct sink *out;
	struct anchor_scan *scan[PRINT_WINDOWS_MAX];
	struct prints batch[PRINT_WINDOWS_MAX];
	struct print list[PRINT_WINDOWS_MAX][BATCH];
	struct pieces pieces;
};
struct lane { struct work *w; unsigned i; };

static int lane_flush(struct work *w, unsigned i)
{
	struct prints *b = &w->batch[i];
	int e = b->n ? sink_prints(w->out, b) : OK;
	b->n = 0;
	return e;
}

static int take(void *user, const struct anchor *a)
{
	const struct lane *l = user;
	struct prints *b = &l->w->batch[l->i];
	l->w->list[l->i][b->n++] = (struct print){ .value = a->value, .at = a->at, .raw_at = a->at };
	return b->n == BATCH ? lane_flush(l->w, l->i) : OK;
}

static int lanes_open(struct work *w, struct lane *lanes, const struct print_options *o, struct span all)
{
	for (unsigned i = 0; i < PRINT_WINDOWS_MAX && o->windows[i]; i++) {
		lanes[i] = (struct lane){ w, i };
		struct anchor_options a = {
			.window = o->windows[i], .key = "strandline bytes", .emit = take, .user = &lanes[i],
			.edges_long = o->is_query ? EDGES_QUERY : 0,
			.edges_short = o->is_query ? EDGES_QUERY : EDGES_SHORT,
		};
		w->scan[i] = anchor_scan_open(&a);
		if (!w->scan[i])
			return E_MEMORY;
		w->batch[i] = (struct prints){ PRINT_BYTES, o->windows[i], w->list[i], 0 };
		anchor_scan_begin(w->scan[i], all);
	}
	return OK;
}

static int step(struct work *w, const struct print_options *o, struct span block, uint64_t upto)
{
	int e = OK;
	for (unsigned i = 0; i < PRINT_WINDOWS_MAX && w->scan[i] && !e; i++)
		e = anchor_scan_step(w->scan[i], upto);
	if (o->digests & 1u << DIGEST_PIECES_ROOT)
		for (size_t at = 0; at < block.n; at += PIECES_BLOCK)
			pieces_add(&w->pieces, span_sub(block, at, PIECES_BLOCK));
	return e ? e : sink_spend(w->out, block.n);
}

static int give_root(struct work *w, const struct print_options *o)
{
	struct digest d = { .kind = DIGEST_PIECES_ROOT, .n = 32 };
	if (!(o->digests & 1u << DIGEST_PIECES_ROOT) || !pieces_end(&w->pieces, d.value))
		return OK;
	return sink_digest(w->out, &d);
}

static int work_through(struct work *w, const struct print_options *o, struct span all)
{
	int e = OK;
	for (size_t at = 0; at < all.n && !e; at += STEP) {
		struct span block = span_sub(all, at, STEP);
		e = step(w, o, block, at + block.n);
	}
	for (unsigned i = 0; i < PRINT_WINDOWS_MAX && w->scan[i] && !e; i++) {
		e = anchor_scan_end(w->scan[i]);
		if (!e)
			e = lane_flush(w, i);
	}
	return e ? e : give_root(w, o);
}

static int bytes_item(const struct item *it, struct sink *out)
{
	const struct print_options *o = it->options->print;
	if (!o || !it->bytes.n)
		return OK;
	struct lane lanes[PRINT_WINDOWS_MAX];
	struct work *w = calloc(1, sizeof(*w));
	if (!w)
		return E_MEMORY;
	w->out = out;
	pieces_init(&w->pieces);
	int e = lanes_open(w, lanes, o, it->bytes);
	if (!e)
		e = work_through(w, o, it->bytes);
	for (unsigned i = 0; i < PRINT_WINDOWS_MAX; i++)
		anchor_scan_close(w->scan[i]);
	free(w);
	return e;
}

const struct printer printer_bytes = {
	.name = "bytes", .help = "anchors in the bytes of every item, and the BEP 52 pieces root",
	.item = bytes_item,
};
