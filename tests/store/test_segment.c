#include "store/segment.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../check.h"
#include "store/fuse.h"

static uint64_t state = 7;
static uint64_t draw(void)
{
	return fuse_mix(state++);
}

static struct pair *pairs_make(size_t n)
{
	struct pair *p = malloc((n + 1) * sizeof(*p)), *spare = malloc((n + 1) * sizeof(*p));
	for (size_t i = 0; i < n; i++)
		p[i] = (struct pair){ draw(), i * 2000 };
	pairs_sort(p, spare, n);
	free(spare);
	return p;
}

static char *temp_path(const char *name)
{
	static char path[64];
	snprintf(path, sizeof(path), "/tmp/strandline-test-%d-%s", (int)getpid(), name);
	return path;
}

static int write_segment(const char *path, const struct pair *p, size_t n, struct fault *why)
{
	struct segment_writer *w = NULL;
	uint64_t count = 0;
	int e = segment_create(path, 0, n, 1ull << 40, &w, why);
	for (size_t i = 0; i < n && !e; i++)
		e = segment_add(w, p[i], why);
	if (!e)
		e = segment_finish(w, &count, NULL, why);
	segment_writer_close(w);
	return e ? e : count == n ? OK : E_STORE;
}

/* Every pair is found at its value, in order, and reads back. */
static void check_all(const struct segment *s, const struct pair *p, size_t n)
{
	size_t lost = 0, wrong = 0;
	for (size_t i = 0; i < n;) {
		size_t same = 1;
		while (i + same < n && p[i + same].value == p[i].value)
			same++;
		struct segment_hit h;
		segment_find(s, &p[i].value, 1, &h);
		lost += h.count != same;
		for (size_t k = 0; k < same && h.count == same; k++) {
			struct pair got = segment_pair(s, h.first + k);
			wrong += got.value != p[i + k].value || got.at != p[i + k].at;
		}
		i += same;
	}
	CHECK(lost == 0);
	CHECK(wrong == 0);
}

TEST(segment_finds_all_its_pairs_and_hardly_others)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 17, 1000, 300000 };
	struct fault why;
	for (size_t k = 0; k < sizeof(sizes) / sizeof(*sizes); k++) {
		char *path = temp_path("all");
		struct pair *p = pairs_make(sizes[k]);
		struct segment *s = NULL;
		CHECK(write_segment(path, p, sizes[k], &why) == OK);
		CHECK(segment_open(path, &s, &why) == OK);
		CHECK(segment_verify(s, NULL, &why) == OK);
		check_all(s, p, sizes[k]);
		size_t false_hits = 0;
		for (int i = 0; i < 10000; i++) {
			uint64_t v = draw();
			struct segment_hit h;
			segment_find(s, &v, 1, &h);
			false_hits += h.count > 0;
		}
		CHECK(false_hits == 0);
		segment_close(s);
		unlink(path);
		free(p);
	}
}

TEST(segment_keeps_many_places_of_one_value)
{
	enum { N = 50000 };
	struct pair *p = pairs_make(N);
	for (size_t i = 10000; i < 38000; i++)	/* 28,000 equal ones amid the others */
		p[i].value = p[10000].value;
	for (size_t i = 40000; i < 40003; i++)
		p[i].value = p[40000].value;
	struct fault why;
	char *path = temp_path("many");
	struct segment *s = NULL;
	CHECK(write_segment(path, p, N, &why) == OK);
	CHECK(segment_open(path, &s, &why) == OK);
	check_all(s, p, N);
	segment_close(s);
	unlink(path);
	free(p);
}

static bool drop_odd(void *user, struct pair p)
{
	return p.at / 2000 % 2 == 0;
}

TEST(segments_merge_into_one_without_what_is_dropped)
{
	enum { N = 20000 };
	struct fault why;
	struct pair *p = pairs_make(N), *half = malloc(N * sizeof(*half));
	struct segment *parts[3];
	char path[4][80];
	for (int k = 0; k < 3; k++) {
		size_t n = 0;
		for (size_t i = 0; i < N; i++)
			if (i % 3 == (size_t)k)
				half[n++] = p[i];
		snprintf(path[k], sizeof(path[k]), "%s%d", temp_path("part"), k);
		CHECK(write_segment(path[k], half, n, &why) == OK);
		CHECK(segment_open(path[k], &parts[k], &why) == OK);
	}
	snprintf(path[3], sizeof(path[3]), "%s", temp_path("merged"));
	uint64_t count = 0;
	struct segment *s = NULL;
	CHECK(segment_merge(path[3], parts, 3, 1ull << 40, NULL, NULL, &count, NULL, &why) == OK);
	CHECK(segment_open(path[3], &s, &why) == OK);
	check_all(s, p, N);
	segment_close(s);
	CHECK(segment_merge(path[3], parts, 3, 1ull << 40, drop_odd, NULL, &count, NULL, &why) == OK);
	CHECK(count == N / 2);
	for (int k = 0; k < 3; k++) {
		segment_close(parts[k]);
		unlink(path[k]);
	}
	unlink(path[3]);
	free(p);
	free(half);
}

TEST(segment_that_was_cut_is_refused)
{
	struct fault why;
	struct pair *p = pairs_make(5000);
	char *path = temp_path("cut");
	CHECK(write_segment(path, p, 5000, &why) == OK);
	for (long size = 60000; size >= 0; size -= 1 + size / 7) {
		struct segment *s = NULL;
		CHECK(truncate(path, size) == 0);
		CHECK(segment_open(path, &s, &why) == E_STORE);
		segment_close(s);
		if (size == 0)
			break;
	}
	unlink(path);
	free(p);
}

/* Opening may succeed when the bit lies in entries; then the digest tells, and look-ups stay inside. */
TEST(segment_with_any_flipped_bit_is_noticed)
{
	struct fault why;
	struct pair *p = pairs_make(300);
	char *path = temp_path("flip");
	CHECK(write_segment(path, p, 300, &why) == OK);
	int fd = open(path, O_RDWR);
	off_t n = lseek(fd, 0, SEEK_END);
	for (off_t at = 0; at < n; at += at > n - 400 ? 1 : 13) {
		unsigned char c, flipped;
		CHECK(pread(fd, &c, 1, at) == 1);
		flipped = c ^ (1u << at % 8);
		CHECK(pwrite(fd, &flipped, 1, at) == 1);
		struct segment *s = NULL;
		if (segment_open(path, &s, &why) == OK) {
			CHECK(segment_verify(s, NULL, &why) == E_STORE);
			for (int i = 0; i < 300; i++) {
				struct segment_hit h;
				segment_find(s, &p[i].value, 1, &h);
				segment_pair(s, h.first + h.count);
			}
		}
		segment_close(s);
		CHECK(pwrite(fd, &c, 1, at) == 1);
	}
	close(fd);
	unlink(path);
	free(p);
}

TEST(fuse_filter_is_wrong_once_in_256)
{
	enum { N = 100000 };
	struct pair *p = pairs_make(N);
	uint64_t *keys = malloc(N * sizeof(*keys));
	for (int i = 0; i < N; i++)
		keys[i] = p[i].value;
	struct fuse f;
	fuse_plan(N, &f);
	uint8_t *bytes = malloc(f.slots);
	CHECK(fuse_build(&f, keys, N, bytes));
	int lost = 0, wrong = 0;
	for (int i = 0; i < N; i++) {
		lost += !fuse_has(bytes, fuse_slots_of(&f, keys[i]));
		wrong += fuse_has(bytes, fuse_slots_of(&f, draw()));
	}
	CHECK(lost == 0);
	CHECK(wrong > 280 && wrong < 510);	/* 100000 / 256 = 391, five standard deviations each way */
	CHECK(f.slots < 1.3 * N);
	free(bytes);
	free(keys);
	free(p);
}
