#include "print/anchor.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "../check.h"
#include "../recorder.h"

struct list { struct anchor *p; size_t n, room; };

static int keep(void *user, const struct anchor *a)
{
	struct list *l = user;
	if (l->n == l->room) {
		l->room = l->room ? l->room * 2 : 64;
		l->p = realloc(l->p, l->room * sizeof(*l->p));
	}
	l->p[l->n++] = *a;
	return OK;
}

static uint64_t seed = 1;
static uint32_t chance(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* The definition in anchor.h, window by window. */
static void brute_force(struct span s, uint32_t window, struct list *out)
{
	if (s.n < ANCHOR_BYTES)
		return;
	bool is_short = s.n < window;	/* one anchor, its lowest position */
	if (is_short)
		window = (uint32_t)s.n;
	size_t width = window - 63, positions = s.n - 63;
	size_t last = SIZE_MAX;
	for (size_t w = 0; w + width <= positions; w++) {
		size_t low = w;
		for (size_t i = w; i < w + width; i++)
			if (anchor_key_at(s.p + i) <= anchor_key_at(s.p + low))
				low = i;
		if (anchor_key_at(s.p + low) == ANCHOR_KEY_LAST) {
			if (is_short)
				continue;
			size_t end = w + width - 1 + 64, broken = w + 4;
			while (broken < end && s.p[broken] == s.p[broken - 4])
				broken++;
			if (broken == end)
				continue;
			size_t t = 1;
			while (t * 2 <= end - broken)
				t *= 2;
			low = broken + t - 64;
		}
		if (low == last || (last != SIZE_MAX && memcmp(s.p + low, s.p + last, 64) == 0))
			continue;
		last = low;
		keep(out, &(struct anchor){ .at = low, .key = anchor_key_at(s.p + low) });
	}
}

static struct anchor_options options_for(uint32_t window, struct list *out)
{
	struct anchor_options o = { .window = window, .emit = keep, .user = out };
	memcpy(o.key, "0123456789abcdef", 16);
	return o;
}

static bool is_same(const struct list *a, const struct list *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->p[i].at != b->p[i].at || a->p[i].key != b->p[i].key)
			return false;
	return true;
}

static const struct anchor_kernel *const kernels[] = { &anchor_plain, &anchor_avx2, &anchor_avx512 };

/* Every kernel, whole and in pieces of odd sizes, against brute force. */
static bool agrees(struct span s, uint32_t window)
{
	struct list want = { 0 };
	bool ok = true;
	brute_force(s, window, &want);
	for (size_t k = 0; k < 3 && ok; k++) {
		if (!anchor_kernel_runs_here(kernels[k]))
			continue;
		struct list whole = { 0 }, fed = { 0 };
		struct anchor_options o = options_for(window, &whole);
		struct anchor_scan *a = anchor_scan_open(&o);
		anchor_scan_use(a, kernels[k]);
		anchor_scan_span(a, s);
		anchor_scan_close(a);
		o.user = &fed;
		a = anchor_scan_open(&o);
		anchor_scan_use(a, kernels[k]);
		for (size_t i = 0; i < s.n;) {
			size_t n = 1 + chance(chance(4) ? 9000 : 300000);
			anchor_scan_feed(a, span_sub(s, i, n));
			i += n;
		}
		anchor_scan_end(a);
		anchor_scan_close(a);
		ok = is_same(&want, &whole) && is_same(&want, &fed);
		if (!ok)
			printf("  kernel %s, %zu bytes: %zu brute, %zu whole, %zu fed\n", kernels[k]->name, s.n,
			       want.n, whole.n, fed.n);
		free(whole.p);
		free(fed.p);
	}
	free(want.p);
	return ok;
}

/* Stretches of random bytes, of few letters, of short periods, of zeros. */
static void fill_mixed(unsigned char *p, size_t n)
{
	size_t i = 0;
	while (i < n) {
		size_t len = 1 + chance(chance(2) ? 6000 : 200), period = 1 + chance(9);
		unsigned kind = chance(5);
		for (size_t k = 0; k < len && i < n; k++, i++) {
			if (kind == 0)
				p[i] = (unsigned char)chance(256);
			else if (kind == 1)
				p[i] = (unsigned char)("ab"[chance(2)]);
			else if (kind == 2)
				p[i] = 0;
			else
				p[i] = k < period ? (unsigned char)chance(256) : p[i - period];
		}
	}
}

TEST(anchors_of_random_bytes_are_the_brute_force_ones)
{
	unsigned char *p = malloc(20000);
	randombytes_buf_deterministic(p, 20000, (const unsigned char *)"0123456789abcdef0123456789abcdef");
	for (size_t n = 0; n <= 20000; n += n < 3000 ? 251 : 3701)
		CHECK(agrees(span_of(p, n), 1024));
	free(p);
}

TEST(anchors_of_periodic_and_mixed_bytes_are_the_brute_force_ones)
{
	unsigned char *p = malloc(30000);
	for (int turn = 0; turn < 40; turn++) {
		size_t n = chance(30000);
		fill_mixed(p, n);
		CHECK(agrees(span_of(p, n), 1024 + chance(500)));
	}
	free(p);
}

TEST(anchors_of_real_files_are_the_brute_force_ones)
{
	struct span s = load_file("/proc/self/exe");
	if (s.n < 400000)
		SKIP("no program file to read");
	for (size_t at = 0; at + 60000 < s.n && at < 3000000; at += 500000)
		CHECK(agrees(span_sub(s, at, 60000), 1200));
	free((void *)s.p);
}

TEST(anchor_kernels_give_the_same_keys_and_places)
{
	unsigned char p[ANCHOR_BLOCK + 16];
	for (int turn = 0; turn < 2000; turn++) {
		fill_mixed(p, sizeof(p));
		uint32_t want[ANCHOR_BLOCK], got[ANCHOR_BLOCK], low, low_want;
		anchor_plain.keys(p, want);
		anchor_plain.minima(p, 1, &low_want);
		for (size_t k = 1; k < 3; k++) {
			if (!anchor_kernel_runs_here(kernels[k]))
				continue;
			kernels[k]->keys(p, got);
			kernels[k]->minima(p, 1, &low);
			CHECK(memcmp(want, got, sizeof(want)) == 0);
			CHECK(low == low_want);
			CHECK(kernels[k]->lowest(want) == anchor_plain.lowest(want));
			uint32_t bound = want[chance(ANCHOR_BLOCK)] - chance(2);
			CHECK(kernels[k]->first(want, bound) == anchor_plain.first(want, bound));
		}
	}
}

static bool meets(const struct list *a, const struct list *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (a->p[i].value == b->p[k].value)
				return true;
	return false;
}

static void scan(struct span s, uint32_t window, struct list *out)
{
	struct anchor_options o = options_for(window, out);
	struct anchor_scan *a = anchor_scan_open(&o);
	anchor_scan_span(a, s);
	anchor_scan_close(a);
}

static bool is_periodic(struct span s)
{
	size_t i = 4;
	while (i < s.n && s.p[i] == s.p[i - 4])
		i++;
	return i >= s.n;
}

TEST(any_shared_run_of_a_window_is_found)
{
	enum { N = 1024 };
	unsigned char *ours = malloc(20000), *leak = malloc(12000);
	int found = 0, meant = 0;
	for (int turn = 0; turn < 600; turn++) {
		fill_mixed(ours, 20000);
		size_t n = N + chance(9000), at = chance(12000 - (uint32_t)n), from = chance(20000 - N);
		for (size_t i = 0; i < n; i++)
			leak[i] = (unsigned char)chance(256);
		at = at > n - N ? n - N : at;
		memcpy(leak + at, ours + from, N);
		struct list a = { 0 }, b = { 0 };
		scan(span_of(ours, 20000), N, &a);
		scan(span_of(leak, n), N, &b);
		if (!is_periodic(span_of(ours + from, N))) {
			meant++;
			found += meets(&a, &b);
		}
		free(a.p);
		free(b.p);
	}
	CHECK(meant > 300);
	CHECK(found == meant);
	free(ours);
	free(leak);
}

TEST(anchors_of_random_bytes_stand_two_a_window)
{
	unsigned char *p = malloc(4 << 20);
	randombytes_buf_deterministic(p, 4 << 20, (const unsigned char *)"0123456789abcdef0123456789abcdef");
	struct list a = { 0 };
	scan(span_of(p, 4 << 20), 4096, &a);
	/* density of minimizers of a random order: 2 / (W + 1) with W = 4096 - 63 */
	double expected = 2.0 * (4 << 20) / 4034;
	CHECK(a.n > 0.95 * expected && a.n < 1.05 * expected);
	free(a.p);
	free(p);
}

TEST(anchors_of_zeros_are_none)
{
	unsigned char *p = calloc(1, 1 << 20);
	struct list a = { 0 };
	scan(span_of(p, 1 << 20), 4096, &a);
	CHECK(a.n == 0);
	free(p);
}
