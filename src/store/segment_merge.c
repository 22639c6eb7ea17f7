/* Merging segments, and sorting the pairs that go into a new one. */
#include <stdlib.h>
#include <string.h>

#include "store/segment.h"

enum { MERGE_MAX = 64 };

/* Least significant digit first: keeps the order of equal values. */
void pairs_sort(struct pair *p, struct pair *spare, size_t n)
{
	for (unsigned shift = 0; shift < 64; shift += 8) {
		size_t start[257] = { 0 };
		for (size_t i = 0; i < n; i++)
			start[1 + (p[i].value >> shift & 0xff)]++;
		for (unsigned d = 0; d < 256; d++)
			start[d + 1] += start[d];
		for (size_t i = 0; i < n; i++)
			spare[start[p[i].value >> shift & 0xff]++] = p[i];
		struct pair *t = p;
		p = spare;
		spare = t;
	}
	/* eight passes: the result is where it began */
}

/* One segment read from its start. */
struct feed {
	const struct segment *s;
	uint64_t next;
	struct pair now;
	bool is_live;
};

static void feed_step(struct feed *f)
{
	f->is_live = f->next < segment_count(f->s);
	if (f->is_live)
		f->now = segment_pair(f->s, f->next++);
}

static bool is_before(struct pair a, struct pair b)
{
	return a.value != b.value ? a.value < b.value : a.at < b.at;
}

static struct feed *feed_least(struct feed *feeds, size_t n)
{
	struct feed *least = NULL;
	for (size_t i = 0; i < n; i++)
		if (feeds[i].is_live && (!least || is_before(feeds[i].now, least->now)))
			least = &feeds[i];
	return least;
}

int segment_merge(const char *path, struct segment *const *from, size_t n, uint64_t places,
                  segment_keep *keep, void *user, uint64_t *count, unsigned char sha256[32], struct fault *why)
{
	struct feed feeds[MERGE_MAX];
	if (n == 0 || n > MERGE_MAX)
		return fault_set(why, E_USAGE, "%s: %zu segments cannot be merged at once", path, n);
	uint64_t expected = 0;
	for (size_t i = 0; i < n; i++) {
		feeds[i] = (struct feed){ .s = from[i] };
		feed_step(&feeds[i]);
		expected += segment_count(from[i]);
	}
	struct segment_writer *w = NULL;
	int e = segment_create(path, segment_space(from[0]), expected, places, &w, why);
	if (e)
		return e;
	for (struct feed *f; !e && (f = feed_least(feeds, n)); feed_step(f))
		if (!keep || keep(user, f->now))
			e = segment_add(w, f->now, why);
	if (!e)
		e = segment_finish(w, count, sha256, why);
	segment_writer_close(w);
	return e;
}
