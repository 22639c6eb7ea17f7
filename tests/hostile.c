/*
 * build/hostile is strandline with one reader more, which does what hostile
 * files make readers do: it crashes, hangs, eats memory, tries to open and
 * connect, as the first line of the file says. Made for tests alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/part.h"

#define readers product_readers
#define reader_for product_reader_for
#include "../src/read/readers.c"
#undef readers
#undef reader_for

static int hostile_probe(struct span head, const struct item *it)
{
	return span_starts(head, span_str("HOSTILE ")) ? 100 : 0;
}

static void eat(void)
{
	for (;;) {
		char *p = malloc(16 << 20);
		if (!p)
			abort();
		*p = 1;		/* one page is enough: what counts is what was asked for */
	}
}

/* Says as text what the sandbox let through. */
static int try_out(struct sink *out)
{
	char said[400];
	int file = open("/etc/passwd", O_RDONLY), made = open("/tmp/strandline-made", O_CREAT | O_WRONLY, 0600);
	int net = socket(AF_INET, SOCK_STREAM, 0);
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t child = fork();
	if (child == 0)
		_exit(0);
	int n = snprintf(said, sizeof(said), "open %s make %s network %s code %s fork %s", file < 0 ? "refused" : "ALLOWED",
	                 made < 0 ? "refused" : "ALLOWED", net < 0 ? "refused" : "ALLOWED",
	                 code == MAP_FAILED ? "refused" : "ALLOWED", child < 0 ? "refused" : "ALLOWED");
	return sink_damage(out, STATUS_PARTIAL, 0, 0, n > 0 ? said : "");
}

static int hostile_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct span what = span_from(it->bytes, 8), line;
	span_line(&what, &line);
	if (span_equal(line, span_str("crash")))
		*(volatile int *)(uintptr_t)it->depth = 1;
	if (span_equal(line, span_str("abort")))
		abort();
	if (span_equal(line, span_str("hang")))
		for (volatile int i = 0;; i++)
			;
	if (span_equal(line, span_str("memory")))
		eat();
	if (span_equal(line, span_str("sandbox")))
		return try_out(out);
	if (span_equal(line, span_str("frames")))	/* what an enemy who owns the worker would say */
		for (int fd = 3; fd < 64; fd++)
			if (send(fd, "\xff\xff\xff\x7f\x02junk", 9, MSG_NOSIGNAL) < 0)
				continue;
	struct text t = { .utf8 = it->bytes, .space = SPACE_RAW };
	return sink_text(out, &t);
}

static const struct reader reader_hostile = {
	.name = "hostile", .help = "for tests", .type = "application/x-hostile", .peek = 16,
	.probe = hostile_probe, .read = hostile_read,
};

enum { READERS_MAX = 128 };
const struct reader *readers_with_hostile[READERS_MAX] = { &reader_hostile };
extern const struct reader *const readers[READERS_MAX] __attribute__((alias("readers_with_hostile")));

__attribute__((constructor)) static void fill(void)
{
	for (size_t i = 0; product_readers[i] && i + 2 < READERS_MAX; i++)
		readers_with_hostile[i + 1] = product_readers[i];
}

const struct reader *reader_for(const struct item *it)
{
	return hostile_probe(span_sub(it->bytes, 0, 16), it) ? &reader_hostile : product_reader_for(it);
}
