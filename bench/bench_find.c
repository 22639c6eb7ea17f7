/*
 * bench_find [DETECTOR] FILE...: MB/s of each detector over the files as text (each at least 256 MB, best of 5),
 * alone on one thread. Findings are counted, not kept.
 */
#include "core/part.h"
#include "tests/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct counter { struct sink sink; unsigned long findings; };

static int on_finding(struct sink *s, const struct finding *f)
{
	(void)f;
	((struct counter *)(void *)s)->findings++;
	return OK;
}

static int on_claim(struct sink *s, const struct claim *c)
{
	(void)s, (void)c;
	return OK;
}

static int on_spend(struct sink *s, uint64_t work)
{
	(void)s, (void)work;
	return OK;
}

static const struct sink_ops ops = { .finding = on_finding, .claim = on_claim, .spend = on_spend };

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* One pass in pieces of 1 MB, as a large file comes. */
static void pass(const struct detector *d, struct span all, const struct options *o, struct counter *out)
{
	for (size_t at = 0; at < all.n; at += 1 << 20) {
		struct arena arena;
		struct note *notes = NULL;
		arena_init(&arena, 256u << 20);
		struct text t = { .utf8 = span_sub(all, at, 1 << 20), .space = SPACE_RAW, .base = at };
		struct item it = {
			.trail = "bench.txt", .name = "bench.txt", .bytes = t.utf8, .times = TIMES_UNKNOWN,
			.options = o, .arena = &arena, .notes = &notes,
		};
		if (d->text)
			d->text(&it, &t, &out->sink);
		if (d->end)
			d->end(&it, &out->sink);
		arena_release(&arena);
	}
}

static void measure(const struct detector *d, struct span all, const struct options *o)
{
	double best = 1e9;
	struct counter out = { { &ops }, 0 };
	size_t passes = (256u << 20) / (all.n + 1) + 1;
	for (int turn = 0; turn < 5; turn++) {
		out.findings = 0;
		double from = now();
		for (size_t i = 0; i < passes; i++)
			pass(d, all, o, &out);
		double took = (now() - from) / (double)passes;
		best = took < best ? took : best;
	}
	printf("find_%-16s %9.0f MB/s %8lu findings in %.1f MB\n", d->name, (double)all.n / best / 1e6,
	       out.findings / passes, (double)all.n / 1e6);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct options o = { .classes = CLASSES_ALL };
	struct fault why = { "" };
	struct buf all;
	const char *only = NULL;
	int i = 1;
	buf_init(&all, 1u << 30);
	for (size_t k = 0; i < argc && detectors[k]; k++)
		if (strcmp(argv[i], detectors[k]->name) == 0)
			only = argv[i];
	for (i += only != NULL; i < argc; i++) {
		struct span s = load_file(argv[i]);
		buf_add(&all, s);
		free((void *)s.p);
	}
	for (size_t k = 0; detectors[k]; k++) {
		if (only && strcmp(only, detectors[k]->name))
			continue;
		if (detectors[k]->init && detectors[k]->init(&o, &why) < 0)
			fprintf(stderr, "bench_find: %s: %s\n", detectors[k]->name, why.text);
		else if (detectors[k]->text)
			measure(detectors[k], buf_span(&all), &o);
	}
	buf_release(&all);
	return 0;
}
