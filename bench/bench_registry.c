/*
 * bench_registry: the registry's parts on one core, on real files of this machine.
 *
 *   bench_registry [--mb N] [--keys N,...] [--fragments N] [DIR...]
 *
 * default: 1024 MB of files from /usr, 10^7 and 10^8 keys, 10^6 fragments. A table, and the
 * same as JSON lines (bench, value, unit, peer, peer_value, ratio, limit, limit_value) on
 * standard error. The limit of scans and hashing is what one core reads from memory.
 */
#include <ftw.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/span.h"
#include "lib/hash.h"
#include "print/anchor.h"
#include "print/pieces.h"
#include "print/textanchor.h"
#include "store/fuse.h"
#include "store/segment.h"

enum { RUNS = 3, WINDOW = 4096, FILES_MAX = 1 << 20 };

struct file { size_t at, n; };
static unsigned char *all;
static size_t size, room;
static struct file files[FILES_MAX];
static size_t file_count;
static double memory_limit;	/* GB/s */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void row(const char *bench, double value, const char *unit, const char *peer, double peer_value, double limit)
{
	printf("%-44s %10.3f %-8s", bench, value, unit);
	fprintf(stderr, "{\"bench\":\"%s\",\"value\":%.4g,\"unit\":\"%s\"", bench, value, unit);
	if (peer) {
		printf("  %s %.3f (ratio %.2f)", peer, peer_value, value / peer_value);
		fprintf(stderr, ",\"peer\":\"%s\",\"peer_value\":%.4g,\"ratio\":%.4g", peer, peer_value, value / peer_value);
	}
	if (limit > 0) {
		printf("  of what memory gives: %.2f", value / limit);
		fprintf(stderr, ",\"limit\":\"memory read\",\"limit_value\":%.4g", limit);
	}
	printf("\n");
	fprintf(stderr, "}\n");
	fflush(stdout);
}

/* ---- data ---- */

static int add_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)at;
	if (type != FTW_F || st->st_size < 64 || file_count == FILES_MAX || size == room)
		return size == room;
	FILE *f = fopen(path, "rb");
	if (!f)
		return 0;
	size_t n = fread(all + size, 1, room - size, f);
	fclose(f);
	files[file_count++] = (struct file){ size, n };
	size += n;
	return 0;
}

static void load(char **dirs, int count, size_t mb)
{
	room = mb << 20;
	all = malloc(room + 64);
	char *standard[] = { "/usr/lib", "/usr/share", "/usr/bin" };
	for (int i = 0; i < (count ? count : 3); i++)
		nftw(count ? dirs[i] : standard[i], add_file, 32, FTW_PHYS);
	printf("%zu files, %.0f MB\n", file_count, (double)size / 1e6);
}

static double best(double (*run)(void *), void *user)
{
	double least = 1e99;
	for (int i = 0; i < RUNS; i++) {
		double t = run(user);
		least = t < least ? t : least;
	}
	return least;
}

static volatile uint64_t sunk;
static double run_read(void *user)
{
	double t = now();
	uint64_t sum = 0, word;
	for (size_t i = 0; i + 8 <= size; i += 8) {
		memcpy(&word, all + i, 8);
		sum += word;
	}
	sunk = sum;
	return now() - t;
}

/* ---- scans ---- */

static size_t anchors;
static int count_anchor(void *user, const struct anchor *a)
{
	anchors++;
	return OK;
}

struct scan_run { const struct anchor_kernel *kernel; bool with_root, with_sha256; };

/* File by file, as register does: anchors, root and digest of a block while it is in the cache. */
static double run_scan(void *user)
{
	const struct scan_run *r = user;
	struct anchor_options o = { .window = WINDOW, .edges_short = 2, .emit = count_anchor };
	struct anchor_scan *s = anchor_scan_open(&o);
	anchor_scan_use(s, r->kernel);
	anchors = 0;
	double t = now();
	for (size_t f = 0; f < file_count; f++) {
		struct span bytes = span_of(all + files[f].at, files[f].n);
		struct pieces pieces;
		struct hasher h;
		unsigned char root[32];
		struct digests d;
		pieces_init(&pieces);
		hasher_init(&h, r->with_sha256 ? HASH_SHA256 : 0);
		anchor_scan_begin(s, bytes);
		for (size_t at = 0; at < bytes.n; at += 256 << 10) {
			struct span block = span_sub(bytes, at, 256 << 10);
			anchor_scan_step(s, at + block.n);
			for (size_t k = 0; r->with_root && k < block.n; k += PIECES_BLOCK)
				pieces_add(&pieces, span_sub(block, k, PIECES_BLOCK));
			if (r->with_sha256)
				hasher_add(&h, block);
		}
		anchor_scan_end(s);
		pieces_end(&pieces, root);
		hasher_end(&h, &d);
		hasher_release(&h);
	}
	t = now() - t;
	anchor_scan_close(s);
	return t;
}

static double run_sha256(void *user)
{
	unsigned char d[32];
	double t = now();
	for (size_t f = 0; f < file_count; f++)
		hash_sha256(span_of(all + files[f].at, files[f].n), d);
	return now() - t;
}

static void bench_scans(const char *what)
{
	static const struct anchor_kernel *const kernels[] = { &anchor_plain, &anchor_avx2, &anchor_avx512 };
	char name[80];
	double gb = (double)size / 1e9, sha = gb / best(run_sha256, NULL);
	memory_limit = gb / best(run_read, NULL);
	row("memory read", memory_limit, "GB/s", NULL, 0, 0);
	for (size_t k = 0; k < 3; k++) {
		if (!anchor_kernel_runs_here(kernels[k]))
			continue;
		struct scan_run r = { kernels[k], false, false };
		snprintf(name, sizeof(name), "anchor scan, %s, %s", kernels[k]->name, what);
		row(name, gb / best(run_scan, &r), "GB/s", "SHA-256", sha, memory_limit);
	}
	struct scan_run root = { anchor_kernel_best(), true, false }, both = { anchor_kernel_best(), true, true };
	snprintf(name, sizeof(name), "anchors and pieces root, %s", what);
	row(name, gb / best(run_scan, &root), "GB/s", "SHA-256", sha, memory_limit);
	snprintf(name, sizeof(name), "anchors, pieces root and SHA-256, %s", what);
	row(name, gb / best(run_scan, &both), "GB/s", "SHA-256", sha, memory_limit);
	snprintf(name, sizeof(name), "anchors a GB, %s", what);
	row(name, (double)anchors / gb / 1e3, "thousand", NULL, 0, 0);
}

/* ---- look-ups ---- */

static struct segment *make_segment(struct pair *p, size_t n, uint64_t places, char *path)
{
	struct fault why = { "" };
	struct pair *spare = malloc((n + 1) * sizeof(*spare));
	struct segment_writer *w = NULL;
	struct segment *s = NULL;
	uint64_t count;
	pairs_sort(p, spare, n);
	free(spare);
	snprintf(path, 64, "/tmp/bench-registry-%d.seg", (int)getpid());
	int e = segment_create(path, 0, n, places, &w, &why);
	for (size_t i = 0; i < n && !e; i++)
		e = segment_add(w, p[i], &why);
	if (!e)
		e = segment_finish(w, &count, NULL, &why);
	segment_writer_close(w);
	if (!e)
		e = segment_open(path, &s, &why);
	if (e)
		fprintf(stderr, "bench_registry: %s\n", why.text);
	return s;
}

static double lookup_rate(const struct segment *s, bool is_present, uint64_t keys)
{
	enum { ASK = 4000000 };
	uint64_t *v = malloc(ASK * sizeof(*v));
	struct segment_hit *h = malloc(ASK * sizeof(*h));
	double least = 1e99;
	for (int turn = 0; turn < RUNS; turn++) {
		for (size_t i = 0; i < ASK; i++)
			v[i] = fuse_mix(is_present ? fuse_mix(i * RUNS + (size_t)turn + 1) % keys : keys + i * RUNS + (size_t)turn);
		double t = now();
		segment_find(s, v, ASK, h);
		t = now() - t;
		least = t < least ? t : least;
	}
	free(v);
	free(h);
	return ASK / least / 1e6;
}

static void bench_lookups(uint64_t keys)
{
	char path[64], name[80];
	struct pair *p = malloc(keys * sizeof(*p));
	if (!p)
		return;
	for (uint64_t i = 0; i < keys; i++)
		p[i] = (struct pair){ fuse_mix(i), i * 2016 };
	double t = now();
	struct segment *s = make_segment(p, keys, keys * 2016, path);
	t = now() - t;
	free(p);
	if (!s)
		return;
	snprintf(name, sizeof(name), "segment written, %.0e keys", (double)keys);
	row(name, (double)keys / t / 1e6, "M keys/s", NULL, 0, 0);
	snprintf(name, sizeof(name), "segment size, %.0e keys", (double)keys);
	row(name, (double)segment_bytes(s) / (double)keys, "bytes/key", NULL, 0, 0);
	snprintf(name, sizeof(name), "look-ups present, %.0e keys", (double)keys);
	row(name, lookup_rate(s, true, keys), "M/s", NULL, 0, 0);
	snprintf(name, sizeof(name), "look-ups absent, %.0e keys", (double)keys);
	row(name, lookup_rate(s, false, keys), "M/s", NULL, 0, 0);
	segment_close(s);
	unlink(path);
}

/* ---- fragments ---- */

struct kept { struct pair *p; size_t n, room, base; };
static int keep_anchor(void *user, const struct anchor *a)
{
	struct kept *k = user;
	if (k->n == k->room) {
		k->room = k->room ? k->room * 2 : 1 << 16;
		k->p = realloc(k->p, k->room * sizeof(*k->p));
	}
	k->p[k->n++] = (struct pair){ a->value, k->base + a->at };
	return OK;
}

/* Half of the files are ours: every other one. */
static struct kept register_half(void)
{
	struct kept k = { 0 };
	struct anchor_options o = { .window = WINDOW, .edges_short = 2, .emit = keep_anchor, .user = &k };
	struct anchor_scan *s = anchor_scan_open(&o);
	for (size_t f = 0; f < file_count; f += 2) {
		k.base = files[f].at;
		anchor_scan_span(s, span_of(all + files[f].at, files[f].n));
	}
	anchor_scan_close(s);
	return k;
}

static uint64_t seed = 5;
static uint64_t draw(uint64_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (seed >> 16) % below;
}

static bool is_periodic(const unsigned char *p, size_t n)
{
	size_t i = 4;
	while (i < n && p[i] == p[i - 4])
		i++;
	return i >= n;
}

/* A fragment of a file of ours (or not) of that length; false when none turned up. */
static bool fragment(bool is_ours, size_t n, struct span *out)
{
	for (int turn = 0; turn < 10000; turn++) {
		size_t f = draw(file_count) / 2 * 2 + !is_ours;
		if (f >= file_count || files[f].n < n)
			continue;
		*out = span_of(all + files[f].at + draw(files[f].n - n + 1), n);
		if (!is_periodic(out->p, n))
			return true;
	}
	return false;
}

struct verdict { bool is_found, is_wrong; };

/* Asks the segment for a fragment's anchors; a hit whose 64 bytes differ is a wrong one. */
static struct verdict ask(struct anchor_scan *scan, struct kept *k, const struct segment *s, struct span piece)
{
	enum { MOST = 512 };
	struct verdict v = { false, false };
	uint64_t values[MOST];
	struct segment_hit hits[MOST];
	k->n = 0;
	anchor_scan_span(scan, piece);
	size_t n = k->n < MOST ? k->n : MOST;
	for (size_t i = 0; i < n; i++)
		values[i] = k->p[i].value;
	segment_find(s, values, n, hits);
	for (size_t i = 0; i < n; i++) {
		if (!hits[i].count)
			continue;
		struct pair at = segment_pair(s, hits[i].first);
		bool is_same = memcmp(all + at.at, piece.p + k->p[i].at, ANCHOR_BYTES) == 0;
		v.is_found |= is_same;
		v.is_wrong |= !is_same;
	}
	return v;
}

static void bench_fragments(size_t count)
{
	char path[64], name[80];
	struct kept ours = register_half(), k = { 0 };
	struct segment *s = make_segment(ours.p, ours.n, size + 1, path);
	struct anchor_options o = { .window = WINDOW, .edges_short = 32, .edges_long = 32, .emit = keep_anchor, .user = &k };
	struct anchor_scan *scan = anchor_scan_open(&o);
	static const size_t lengths[] = { WINDOW, WINDOW / 2, WINDOW / 4, 2 * WINDOW };
	for (size_t i = 0; s && i < 4; i++) {
		size_t found = 0, asked = 0;
		struct span piece;
		for (; asked < count / 10 && fragment(true, lengths[i], &piece); asked++)
			found += ask(scan, &k, s, piece).is_found;
		snprintf(name, sizeof(name), "recall, fragments of %zu bytes (%zu)", lengths[i], asked);
		row(name, (double)found / (double)asked, "", NULL, 0, 0);
	}
	size_t wrong = 0, shared = 0, asked = 0;
	struct span piece;
	double t = now();
	for (; s && asked < count && fragment(false, WINDOW, &piece); asked++) {
		struct verdict v = ask(scan, &k, s, piece);
		wrong += v.is_wrong;
		shared += v.is_found;
	}
	t = now() - t;
	snprintf(name, sizeof(name), "wrong hits in %zu foreign fragments", asked);
	row(name, (double)wrong, "", NULL, 0, 0);
	row("foreign fragments that share 64 bytes and more", (double)shared / (double)asked, "", NULL, 0, 0);
	row("foreign fragments asked", (double)asked / t / 1e3, "k/s", NULL, 0, 0);
	anchor_scan_close(scan);
	segment_close(s);
	unlink(path);
	free(ours.p);
	free(k.p);
}

/* ---- text ---- */

static int drop_text(void *user, const struct text_anchor *a)
{
	(*(size_t *)user)++;
	return OK;
}

static void bench_text(void)
{
	size_t n = 0, bytes = 0;
	struct text_scan s = { .emit = drop_text, .user = &n };
	double t = now();
	for (size_t f = 0; f < file_count && bytes < 64 << 20; f++) {
		struct span text = span_of(all + files[f].at, files[f].n);
		if (span_find_byte(text, 0, 0) != SIZE_MAX)
			continue;
		text_scan_add(&s, text, 0, NULL, 0);
		bytes += text.n;
	}
	t = now() - t;
	row("text anchors", (double)bytes / t / 1e6, "MB/s", NULL, 0, 0);
}

int main(int argc, char **argv)
{
	size_t mb = 1024, fragments = 1000000;
	const char *keys = "10000000,100000000";
	int i = 1;
	for (; i + 1 < argc && argv[i][0] == '-'; i += 2) {
		if (strcmp(argv[i], "--mb") == 0)
			mb = strtoul(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--keys") == 0)
			keys = argv[i + 1];
		else if (strcmp(argv[i], "--fragments") == 0)
			fragments = strtoul(argv[i + 1], NULL, 10);
	}
	load(argv + i, argc - i, mb);
	bench_scans("file tree");
	bench_text();
	bench_fragments(fragments);
	file_count = size / (64 << 20);	/* what media compress to */
	for (size_t f = 0; f < file_count; f++) {
		files[f] = (struct file){ f * (64 << 20), 64 << 20 };
		unsigned char key[32] = { (unsigned char)f };
		randombytes_buf_deterministic(all + files[f].at, files[f].n, key);
	}
	size = file_count * (64 << 20);
	if (size)
		bench_scans("incompressible");
	free(all);
	for (const char *at = keys; at && *at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		bench_lookups(strtoull(at, NULL, 10));
	return 0;
}
