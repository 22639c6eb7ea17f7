#include "scan/worker.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scan/sandbox.h"

enum { JOB_MAX = 1 << 20, VOLUMES_MAX = 200 };
#define JOINED_MAX (1ull << 30)

struct load {			/* a job's bytes */
	struct span bytes;
	uint64_t ends[VOLUMES_MAX];
	int fds[VOLUMES_MAX];
	unsigned count;
};

static int job_receive(int line, unsigned char *body, struct job *j, struct load *l)
{
	unsigned char head[4];
	l->count = VOLUMES_MAX;
	long n = wire_recv_fds(line, head, sizeof(head), l->fds, &l->count);
	if (n <= 0 || wire_read(line, head + n, sizeof(head) - (size_t)n) != OK)
		return E_STOPPED;
	struct cur c = cur_of(span_of(head, sizeof(head)));
	uint32_t size = cur_u32le(&c);
	if (size > JOB_MAX || wire_read(line, body, size) != OK)
		return E_STOPPED;
	c = cur_of(span_of(body, size));
	job_unpack(&c, j);
	return c.bad ? E_STOPPED : OK;
}

static uint64_t size_of(int fd)
{
	struct stat st;
	return fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
}

static void map_one(struct load *l)
{
	uint64_t n = size_of(l->fds[0]);
	void *p = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, l->fds[0], 0) : MAP_FAILED;
	l->bytes = span_of(p == MAP_FAILED ? NULL : p, p == MAP_FAILED ? 0 : n);
}

/* Volumes are joined in memory; sets larger than JOINED_MAX are cut there, which the sizes then show. */
static void join(struct load *l)
{
	uint64_t total = 0, at = 0;
	for (unsigned i = 0; i < l->count; i++)
		total += size_of(l->fds[i]);
	if (total > JOINED_MAX)
		total = JOINED_MAX;
	unsigned char *p = total ? mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) : MAP_FAILED;
	l->bytes = span_of(NULL, 0);
	if (p == MAP_FAILED)
		return;
	for (unsigned i = 0; i < l->count; i++) {
		for (ssize_t n = 1; n > 0 && at < total; at += n > 0 ? (uint64_t)n : 0)
			n = read(l->fds[i], p + at, total - at);
		l->ends[i] = at;
	}
	l->bytes = span_of(p, at);
}

static void load_release(struct load *l)
{
	if (l->bytes.p)
		munmap((void *)l->bytes.p, l->bytes.n);
	for (unsigned i = 0; i < l->count; i++)
		close(l->fds[i]);
}

int worker_run(int line, const struct options *o, struct seen *seen, unsigned hashes, size_t memory)
{
	struct fault why;
	struct examiner x;
	struct job j;
	struct load l;
	unsigned char *body = malloc(JOB_MAX);
	int e = body ? examiner_init(&x, line, o, seen, hashes) : E_MEMORY;
	if (!e)
		e = sandbox_close(memory, &why);
	while (!e && job_receive(line, body, &j, &l) == OK) {
		if (l.count == 1)
			map_one(&l);
		else
			join(&l);
		e = examiner_run(&x, &j, l.bytes, l.count > 1 ? l.ends : NULL, l.count);
		load_release(&l);
	}
	return e;
}
