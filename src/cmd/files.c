#include "cmd/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (256u << 20)

int file_load(const char *name, struct span *bytes, struct fault *why)
{
	*bytes = span_of(NULL, 0);
	if (!name)
		return OK;
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0 || S_ISDIR(st.st_mode)) {
		fault_set(why, E_USAGE, "%s: %s", name, fd < 0 ? strerror(errno) : "not a file");
		if (fd >= 0)
			close(fd);
		return E_USAGE;
	}
	size_t room = st.st_size > 0 && st.st_size < FILE_MAX ? (size_t)st.st_size + 1 : 1 << 20, n = 0;
	unsigned char *p = malloc(room);
	for (ssize_t got = 1; p && got > 0; n += got > 0 ? (size_t)got : 0) {
		if (n == room)
			p = room < FILE_MAX ? realloc(p, room *= 2) : NULL;
		got = p ? read(fd, p + n, room - n) : -1;
	}
	close(fd);
	if (!p)
		return fault_set(why, E_USAGE, "%s: larger than %u MB", name, FILE_MAX >> 20);
	*bytes = span_of(p, n);
	return OK;
}

static int hex_value(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The first run of exactly 64 hex digits in a line. */
static bool digest_of(struct span line, unsigned char out[32])
{
	for (size_t i = 0, run = 0; i <= line.n; i++) {
		if (i < line.n && hex_value(line.p[i]) >= 0) {
			run++;
			continue;
		}
		if (run == 64) {
			for (size_t k = 0; k < 32; k++)
				out[k] = (unsigned char)(hex_value(line.p[i - 64 + 2 * k]) << 4 | hex_value(line.p[i - 63 + 2 * k]));
			return true;
		}
		run = 0;
	}
	return false;
}

static int digest_order(const void *a, const void *b)
{
	return memcmp(a, b, 32);
}

int known_load(const char *name, const unsigned char **digests, size_t *count, struct fault *why)
{
	struct span rest, line;
	*digests = NULL;
	*count = 0;
	int e = file_load(name, &rest, why);
	if (e || !name)
		return e;
	unsigned char *list = malloc(rest.n / 65 * 32 + 64);
	size_t n = 0;
	while (list && span_line(&rest, &line))
		n += digest_of(line, list + n * 32);
	if (!n)
		return fault_set(why, E_USAGE, "%s: holds no SHA-256 digests (64 hex digits, one a line)", name);
	qsort(list, n, 32, digest_order);
	*digests = list;
	*count = n;
	return OK;
}
