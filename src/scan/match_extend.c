/* Following a run byte by byte through both files. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scan/match_own.h"

enum { BLOCK = 64 << 10, SAMPLE = 4096 };

static int open_file(const char *path, uint64_t size, int64_t modified)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return -1;
	bool is_same = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size == size &&
	               (modified == TIME_UNKNOWN || modified == (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec);
	if (is_same)
		return fd;
	close(fd);
	return -1;
}

struct pair_of_files files_open(const struct leak *l, const struct registry_item *item)
{
	struct pair_of_files f = { -1, -1 };
	if (l->depth || item->depth || !l->path || !item->path)
		return f;
	f.registered = open_file(item->path, item->size, item->modified);
	f.leak = f.registered >= 0 ? open_file(l->path, l->size, TIME_UNKNOWN) : -1;
	if (f.leak < 0)
		files_close(&f);
	return f;
}

void files_close(struct pair_of_files *f)
{
	if (f->leak >= 0)
		close(f->leak);
	if (f->registered >= 0)
		close(f->registered);
	*f = (struct pair_of_files){ -1, -1 };
}

static size_t read_at(int fd, unsigned char *to, size_t n, uint64_t at)
{
	size_t got = 0;
	while (got < n) {
		ssize_t k = pread(fd, to + got, n - got, (off_t)(at + got));
		if (k <= 0)
			break;
		got += (size_t)k;
	}
	return got;
}

static size_t same_forward(const unsigned char *a, const unsigned char *b, size_t n)
{
	size_t i = 0;
	while (i + 4096 <= n && memcmp(a + i, b + i, 4096) == 0)
		i += 4096;
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

/* Equal bytes from both places on. */
static uint64_t follow(const struct pair_of_files *f, uint64_t a, uint64_t b, unsigned char *x, unsigned char *y)
{
	uint64_t length = 0;
	for (;;) {	/* ends at a difference or at the end of a file */
		size_t n = read_at(f->leak, x, BLOCK, a + length), m = read_at(f->registered, y, BLOCK, b + length);
		size_t both = n < m ? n : m;
		size_t same = same_forward(x, y, both);
		length += same;
		if (same < BLOCK)
			return length;
	}
}

/* Equal bytes before both places. */
static uint64_t follow_back(const struct pair_of_files *f, uint64_t a, uint64_t b, unsigned char *x, unsigned char *y)
{
	uint64_t length = 0, most = a < b ? a : b;
	while (length < most) {
		size_t n = most - length < BLOCK ? (size_t)(most - length) : BLOCK;
		if (read_at(f->leak, x, n, a - length - n) != n || read_at(f->registered, y, n, b - length - n) != n)
			return length;
		size_t same = 0;
		while (same < n && x[n - 1 - same] == y[n - 1 - same])
			same++;
		length += same;
		if (same < n)
			return length;
	}
	return length;
}

struct run files_extend(const struct pair_of_files *f, uint64_t leak_at, uint64_t registered_at)
{
	struct run run = { .leak_at = leak_at, .registered_at = registered_at, .exact = true };
	unsigned char *x = malloc(BLOCK), *y = malloc(BLOCK);
	if (x && y)
		run.length = follow(f, leak_at, registered_at, x, y);
	if (run.length < ANCHOR) {
		run.length = 0;
	} else {
		uint64_t before = follow_back(f, leak_at, registered_at, x, y);
		run.leak_at -= before;
		run.registered_at -= before;
		run.length += before;
	}
	free(x);
	free(y);
	return run;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, 4);
}

double files_bears(const struct pair_of_files *f, const struct run *run)
{
	unsigned char sample[SAMPLE + 4], grams[SAMPLE][4];
	size_t n = read_at(f->leak, sample, run->length < SAMPLE ? (size_t)run->length : SAMPLE, run->leak_at);
	size_t count = n < 4 ? 0 : n - 3, distinct = 0;
	for (size_t i = 0; i < count; i++)
		memcpy(grams[i], sample + i, 4);
	qsort(grams, count, 4, by_bytes);
	for (size_t i = 0; i < count; i++)
		distinct += i == 0 || memcmp(grams[i], grams[i - 1], 4) != 0;
	return exp2((double)distinct / 16);
}
