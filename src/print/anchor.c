/*
 * The scan: the sliding minimum over blocks of 256 positions. The inner loops
 * give the lowest key of each block; single positions are looked at only where
 * a window's edge cuts a block or a block undercuts the present minimum.
 */
#include "print/anchor.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
	BLOCK = ANCHOR_BLOCK,
	KEYS_READ = BLOCK + 12,		/* bytes that keys() reads */
	RING = 1024,			/* block minima kept: the longest window and a group, power of two */
	GROUP = 128,			/* blocks whose minima are taken at a time */
	FEED = 256 * 1024,
};

enum phase { PHASE_START, PHASE_LOWEST, PHASE_PERIODIC };

struct anchor_scan {
	struct anchor_options o;
	const struct anchor_kernel *kernel;
	uint64_t width;			/* positions in a window */
	const unsigned char *d;		/* the bytes at hand, from offset origin on */
	uint64_t origin, n;
	unsigned char *held;		/* streaming: where they lie */
	uint64_t blocks;		/* whole blocks whose minima are known */
	uint64_t ready;			/* positions looked at may lie below this */
	uint32_t ring[RING];
	enum phase phase;
	uint64_t low_at;		/* the present window's lowest position */
	uint32_t low_key;
	uint64_t next;			/* windows up to here (exclusive) are done */
	uint64_t periodic_from;		/* PHASE_PERIODIC: where the stretch began, as far as windows saw */
	unsigned char last[ANCHOR_BYTES];
	bool has_last;
};

/* AVX2 before AVX-512: every 64-byte load at an odd offset crosses a cache line, so wider is not faster. */
const struct anchor_kernel *anchor_kernel_best(void)
{
	if (anchor_kernel_runs_here(&anchor_avx2))
		return &anchor_avx2;
	return anchor_kernel_runs_here(&anchor_avx512) ? &anchor_avx512 : &anchor_plain;
}

struct anchor_scan *anchor_scan_open(const struct anchor_options *o)
{
	struct anchor_scan *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->o = *o;
	s->width = o->window - (ANCHOR_BYTES - 1);
	s->kernel = anchor_kernel_best();
	return s;
}

void anchor_scan_close(struct anchor_scan *s)
{
	if (!s)
		return;
	free(s->held);
	free(s);
}

void anchor_scan_use(struct anchor_scan *s, const struct anchor_kernel *k)
{
	s->kernel = k;
}

static uint64_t least_of(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static int emit(struct anchor_scan *s, uint64_t at, uint32_t key, bool is_edge)
{
	const unsigned char *p = s->d + (at - s->origin);
	if (!is_edge && s->has_last && memcmp(s->last, p, ANCHOR_BYTES) == 0)
		return OK;
	struct anchor a = { .at = at, .key = key, .is_edge = is_edge };
	unsigned char hash[8];
	crypto_shorthash_siphash24(hash, p, ANCHOR_BYTES, s->o.key);
	for (int i = 7; i >= 0; i--)
		a.value = a.value << 8 | hash[i];
	if (!is_edge) {
		memcpy(s->last, p, ANCHOR_BYTES);
		s->has_last = true;
	}
	return s->o.emit(s->o.user, &a);
}

/* The keys of one block; positions outside [from, to) are put last. */
static void keys_within(const struct anchor_scan *s, uint64_t block, uint64_t from, uint64_t to, uint32_t *keys)
{
	uint64_t start = block * BLOCK;
	const unsigned char *p = s->d + (start - s->origin);
	uint64_t left = s->origin + s->n - start;
	unsigned char padded[KEYS_READ] = { 0 };
	if (left < KEYS_READ) {
		memcpy(padded, p, left);
		p = padded;
	}
	s->kernel->keys(p, keys);
	for (uint64_t i = 0; i < BLOCK && start + i < from; i++)
		keys[i] = ANCHOR_KEY_LAST;
	for (uint64_t i = BLOCK; i > 0 && start + i > to; i--)
		keys[i - 1] = ANCHOR_KEY_LAST;
}

struct place { uint64_t at; uint32_t key; };

static void lower_by_block(const struct anchor_scan *s, uint64_t block, uint64_t from, uint64_t to,
                           struct place *low)
{
	uint32_t keys[BLOCK];
	keys_within(s, block, from, to, keys);
	unsigned i = s->kernel->lowest(keys);
	if (keys[i] <= low->key)
		*low = (struct place){ block * BLOCK + i, keys[i] };
}

/* The rightmost lowest position of [from, to); all of it must be at hand. */
static struct place lowest_in(const struct anchor_scan *s, uint64_t from, uint64_t to)
{
	struct place low = { from, ANCHOR_KEY_LAST };
	uint64_t first = from / BLOCK, last = (to - 1) / BLOCK;
	lower_by_block(s, first, from, to, &low);
	uint64_t within = UINT64_MAX;
	for (uint64_t b = first + 1; b < last; b++) {
		if (s->ring[b % RING] > low.key)
			continue;
		low.key = s->ring[b % RING];
		within = b;
	}
	if (within != UINT64_MAX)
		lower_by_block(s, within, within * BLOCK, (within + 1) * BLOCK, &low);
	if (last > first)
		lower_by_block(s, last, from, to, &low);
	return low;
}

/* The first position of [from, to) with a key up to bound, or to. */
static uint64_t first_up_to(const struct anchor_scan *s, uint64_t from, uint64_t to, uint32_t bound)
{
	uint32_t keys[BLOCK];
	for (uint64_t b = from / BLOCK; b * BLOCK < to; b++) {
		if (s->ring[b % RING] > bound)
			continue;
		keys_within(s, b, from, to, keys);
		unsigned i = s->kernel->first(keys, bound);
		if (i < BLOCK)
			return b * BLOCK + i;
	}
	return to;
}

/* Positions below `to` with no lower or equal one before them, back from the lowest: anchors of longer streams. */
static int emit_edges_before(struct anchor_scan *s, uint64_t from, uint64_t to, uint32_t most)
{
	for (uint32_t k = 0; k < most && to > from; k++) {
		struct place low = lowest_in(s, from, to);
		if (low.key == ANCHOR_KEY_LAST)
			break;
		int e = emit(s, low.at, low.key, true);
		if (e < 0)
			return e;
		to = low.at;
	}
	return OK;
}

static int emit_edges_behind(struct anchor_scan *s, uint64_t from, uint64_t to, uint32_t most)
{
	for (uint32_t k = 0; k < most && from < to; k++) {
		struct place low = lowest_in(s, from, to);
		if (low.key == ANCHOR_KEY_LAST)
			break;
		int e = emit(s, low.at, low.key, true);
		if (e < 0)
			return e;
		from = low.at + 1;
	}
	return OK;
}

/*
 * The end of a periodic stretch. Its windows' last positions run up to
 * last_at; the first byte that breaks the period is at `broken`. Positions
 * with a power of two of bytes from there on are the anchors.
 */
static int emit_break(struct anchor_scan *s, uint64_t broken, uint64_t last_at)
{
	uint64_t first_end = s->periodic_from + s->width - 1;	/* last position of the first window */
	uint64_t most = last_at + ANCHOR_BYTES - broken;
	uint64_t least = first_end + ANCHOR_BYTES > broken ? first_end + ANCHOR_BYTES - broken : 1;
	for (uint64_t t = 1; t <= most && t < ANCHOR_BYTES; t *= 2) {
		if (t * 2 <= least)
			continue;
		int e = emit(s, broken + t - ANCHOR_BYTES, ANCHOR_KEY_LAST, false);
		if (e < 0)
			return e;
	}
	return OK;
}

/* Makes `low` the present minimum, of windows up to `next`. */
static int settle(struct anchor_scan *s, struct place low, uint64_t next)
{
	s->next = next;
	s->low_at = low.at;
	s->low_key = low.key;
	s->phase = low.key == ANCHOR_KEY_LAST ? PHASE_PERIODIC : PHASE_LOWEST;
	s->periodic_from = next - s->width;
	return s->phase == PHASE_LOWEST ? emit(s, low.at, low.key, false) : OK;
}

static int begin_windows(struct anchor_scan *s)
{
	struct place low = lowest_in(s, 0, s->width);
	int e = OK;
	if (low.key != ANCHOR_KEY_LAST && s->o.edges_long)
		e = emit_edges_before(s, 0, low.at, s->o.edges_long);
	return e < 0 ? e : settle(s, low, s->width);
}

/* The next window in which the minimum changes. */
static int slide(struct anchor_scan *s)
{
	uint64_t leaves = s->low_at + s->width;		/* windows up to this end hold the minimum */
	uint64_t limit = least_of(s->ready, leaves);
	uint64_t at = first_up_to(s, s->next, limit, s->low_key);
	if (at < limit) {
		uint32_t key = anchor_key_at(s->d + (at - s->origin));
		return settle(s, (struct place){ at, key }, at + 1);
	}
	s->next = limit;
	if (s->ready <= leaves)
		return OK;
	return settle(s, lowest_in(s, s->low_at + 1, leaves + 1), leaves + 1);
}

static int slide_periodic(struct anchor_scan *s)
{
	uint64_t at = first_up_to(s, s->next, s->ready, ANCHOR_KEY_LAST - 1);
	s->next = at;
	if (at == s->ready)
		return OK;
	int e = emit_break(s, at + 7, at - 1);
	if (e < 0)
		return e;
	uint32_t key = anchor_key_at(s->d + (at - s->origin));
	return settle(s, (struct place){ at, key }, at + 1);
}

/* Slides over all windows whose positions are ready. */
static int advance(struct anchor_scan *s)
{
	int e = OK;
	if (s->phase == PHASE_START && s->ready >= s->width)
		e = begin_windows(s);
	while (e >= 0 && s->phase != PHASE_START && s->next < s->ready)
		e = s->phase == PHASE_LOWEST ? slide(s) : slide_periodic(s);
	return e < 0 ? e : OK;
}

/* Takes the minima of all whole blocks below offset upto, and slides, a group at a time. */
static int scan_up_to(struct anchor_scan *s, uint64_t upto)
{
	uint64_t end = least_of(upto, s->origin + s->n);
	uint64_t whole = end < ANCHOR_BYTES ? 0 : (end - (ANCHOR_BYTES - 1)) / BLOCK;
	while (s->blocks < whole) {
		uint64_t count = least_of(whole - s->blocks, GROUP);
		count = least_of(count, RING - s->blocks % RING);
		s->kernel->minima(s->d + (s->blocks * BLOCK - s->origin), count, s->ring + s->blocks % RING);
		s->blocks += count;
		s->ready = s->blocks * BLOCK;
		int e = advance(s);
		if (e < 0)
			return e;
	}
	return OK;
}

/* The end of the stream fell into a periodic stretch: the break may lie in its last 63 bytes. */
static int end_periodic(struct anchor_scan *s, uint64_t end)
{
	uint64_t last_at = end - ANCHOR_BYTES;
	uint64_t at = last_at + 8;
	while (at < end && s->d[at - s->origin] == s->d[at - s->origin - 4])
		at++;
	return at < end ? emit_break(s, at, last_at) : OK;
}

static int end_short(struct anchor_scan *s)
{
	struct place low = lowest_in(s, 0, s->ready);
	if (low.key == ANCHOR_KEY_LAST) {
		s->periodic_from = 0;
		return OK;
	}
	int e = emit_edges_before(s, 0, low.at, s->o.edges_short);
	if (e >= 0)
		e = emit(s, low.at, low.key, false);
	if (e >= 0)
		e = emit_edges_behind(s, low.at + 1, s->ready, s->o.edges_short);
	return e < 0 ? e : OK;
}

/* The last block, which is not whole, and the stream's end. */
static int finish(struct anchor_scan *s)
{
	uint64_t end = s->origin + s->n;
	int e = scan_up_to(s, end);
	if (e < 0 || end < ANCHOR_BYTES)
		return e;
	s->ready = end - (ANCHOR_BYTES - 1);
	if (s->ready > s->blocks * BLOCK) {
		struct place low = { 0, ANCHOR_KEY_LAST };
		lower_by_block(s, s->blocks, s->blocks * BLOCK, s->ready, &low);
		s->ring[s->blocks % RING] = low.key;
	}
	e = advance(s);
	if (e < 0)
		return e;
	if (s->phase == PHASE_START)
		return end_short(s);
	if (s->phase == PHASE_PERIODIC)
		return end_periodic(s, end);
	return emit_edges_behind(s, s->low_at + 1, s->ready, s->o.edges_long);
}

void anchor_scan_begin(struct anchor_scan *s, struct span all)
{
	unsigned char *held = s->held;
	*s = (struct anchor_scan){ .o = s->o, .kernel = s->kernel, .width = s->width, .held = held };
	s->d = all.p;
	s->n = all.n;
}

int anchor_scan_step(struct anchor_scan *s, uint64_t upto)
{
	return scan_up_to(s, upto);
}

int anchor_scan_span(struct anchor_scan *s, struct span all)
{
	anchor_scan_begin(s, all);
	return finish(s);
}

int anchor_scan_end(struct anchor_scan *s)
{
	return finish(s);
}

/* Streaming keeps the last window and the block it begins in, and drops what lies before. */
static void drop_done(struct anchor_scan *s)
{
	uint64_t done = s->blocks * BLOCK;
	uint64_t keep = done > s->width + 1 ? (done - s->width - 1) / BLOCK * BLOCK : 0;
	if (keep <= s->origin)
		return;
	uint64_t gone = keep - s->origin;
	memmove(s->held, s->held + gone, s->n - gone);
	s->origin = keep;
	s->n -= gone;
}

int anchor_scan_feed(struct anchor_scan *s, struct span bytes)
{
	size_t room = FEED + s->o.window + 4 * (size_t)BLOCK;
	if (!s->held && !(s->held = malloc(room)))
		return E_MEMORY;
	s->d = s->held;
	while (bytes.n) {
		size_t n = least_of(bytes.n, room - s->n);
		memcpy(s->held + s->n, bytes.p, n);
		s->n += n;
		bytes = span_from(bytes, n);
		int e = scan_up_to(s, s->origin + s->n);
		if (e < 0)
			return e;
		drop_done(s);
	}
	return OK;
}
