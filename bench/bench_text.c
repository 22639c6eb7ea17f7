/*
 * bench_text: how fast raw text is searched, on one core, on real text of this machine.
 *
 *   bench_text [MB] [DIR...]     default: 192 MB of text files from /usr/share and /usr/include
 *
 * Each figure is the median of five runs over the same memory. The prefilter alone in its three
 * implementations, each detector alone, and all detectors of texts together.
 */
#include "core/part.h"
#include "find/prefilter.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { RUNS = 5, PIECE = 1 << 20 };

static unsigned char *corpus;
static size_t size, room;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Adds a file when its bytes are ASCII text without NUL. */
static int add_file(const char *path, const struct stat *st, int type, struct FTW *at)
{
	if (type != FTW_F || st->st_size < 512 || size == room)
		return size == room;
	FILE *f = fopen(path, "rb");
	if (!f)
		return 0;
	size_t n = fread(corpus + size, 1, room - size, f);
	fclose(f);
	for (size_t i = 0; i < n; i++)
		if (corpus[size + i] >= 0x80 || (corpus[size + i] < 32 && !strchr("\n\t\r\f", corpus[size + i])) ||
		    !corpus[size + i])
			return 0;
	size += n;
	return 0;
}

static uint64_t counts[KIND_COUNT], asserted[KIND_COUNT];

static int on_finding(struct sink *s, const struct finding *f)
{
	counts[f->kind]++;
	asserted[f->kind] += f->confidence >= 0.5;
	if (getenv("BENCH_SHOW") && f->confidence >= 0.5)
		printf("%s %.2f %.*s\n", kind_name(f->kind), f->confidence, (int)f->value.n, (const char *)f->value.p);
	return OK;
}
static int on_claim(struct sink *s, const struct claim *c) { return OK; }
static int on_spend(struct sink *s, uint64_t work) { return OK; }
static int on_damage(struct sink *s, enum status st, uint64_t o, uint64_t n, const char *why) { return OK; }
static const struct sink_ops ops = { .finding = on_finding, .claim = on_claim, .spend = on_spend, .damage = on_damage };

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static size_t run_prefilter(enum prefilter_how how)
{
	struct token tokens[512];
	size_t total = 0;
	for (size_t at = 0; at < size; at += PIECE) {
		struct prefilter p;
		if (!prefilter_start_with(&p, span_sub(span_of(corpus, size), at, PIECE), TOKENS_ALL, how))
			return 0;
		for (size_t n; (n = prefilter_next(&p, tokens, 512));)
			total += n;
	}
	return total;
}

/* One detector, or all where d is NULL. */
static size_t run_detector(const struct detector *d)
{
	static const struct options options = { .classes = CLASSES_ALL };
	struct sink sink = { &ops };
	memset(counts, 0, sizeof(counts));
	memset(asserted, 0, sizeof(asserted));
	for (size_t at = 0; at < size; at += PIECE) {
		struct arena arena;
		arena_init(&arena, 1u << 28);
		struct item it = { .trail = "bench", .name = "bench", .options = &options, .arena = &arena };
		struct text t = { .utf8 = span_sub(span_of(corpus, size), at, PIECE), .space = SPACE_RAW, .base = at };
		for (size_t i = 0; detectors[i]; i++)
			if ((!d || d == detectors[i]) && detectors[i]->text)
				detectors[i]->text(&it, &t, &sink);
		arena_release(&arena);
	}
	size_t n = 0;
	for (size_t k = 0; k < KIND_COUNT; k++)
		n += counts[k];
	return n;
}

static void report(const char *name, enum prefilter_how how, const struct detector *d, bool is_detector)
{
	double seconds[RUNS];
	size_t n = 0;
	for (int i = 0; i < RUNS; i++) {
		double start = now();
		n = is_detector ? run_detector(d) : run_prefilter(how);
		seconds[i] = now() - start;
	}
	qsort(seconds, RUNS, sizeof(*seconds), compare);
	printf("%-24s %7.3f GB/s  %10zu %s\n", name, (double)size / seconds[RUNS / 2] / 1e9, n,
	       is_detector ? "findings" : "tokens");
}

int main(int argc, char **argv)
{
	static const char *const dirs[] = { "/usr/share/doc", "/usr/include", "/usr/share" };
	struct options options = { .classes = CLASSES_ALL };
	room = (size_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 192) << 20;
	corpus = malloc(room);
	for (size_t i = 0; corpus && i < (argc > 2 ? (size_t)argc - 2 : 3); i++)
		nftw(argc > 2 ? argv[i + 2] : dirs[i], add_file, 32, FTW_PHYS);
	for (size_t i = 0; detectors[i]; i++)
		if (detectors[i]->init)
			detectors[i]->init(&options, NULL);
	printf("%.1f MB of text, one core, median of %d\n", (double)size / 1e6, RUNS);
	report("prefilter plain", PREFILTER_PLAIN, NULL, false);
	report("prefilter AVX2", PREFILTER_AVX2, NULL, false);
	report("prefilter AVX-512", PREFILTER_AVX512, NULL, false);
	for (size_t i = 0; detectors[i]; i++)
		if (detectors[i]->text)
			report(detectors[i]->name, PREFILTER_BEST, detectors[i], true);
	report("all detectors", PREFILTER_BEST, NULL, true);
	for (size_t k = 0; k < KIND_COUNT; k++)
		if (counts[k])
			printf("  %-20s %8llu, asserted %llu\n", kind_name(k), (unsigned long long)counts[k],
			       (unsigned long long)asserted[k]);
	free(corpus);
	return 0;
}
