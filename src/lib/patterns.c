/* Hyperscan databases and their cache. PCRE2 lives in regex.c. */
#include "lib/patterns.h"

#include "base/buf.h"

#include <errno.h>
#include <fcntl.h>
#include <hs/hs.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIGEST = 32, CACHE_MAX = 256 << 20 };
static const char cache_magic[8] = "SLHSDB1";

struct patterns { hs_database_t *database; hs_scratch_t *scratch; };

static unsigned flags_of(unsigned flags)
{
	unsigned f = HS_FLAG_ALLOWEMPTY;
	if (flags & PATTERN_CASELESS)
		f |= HS_FLAG_CASELESS;
	if (flags & PATTERN_START)
		f |= HS_FLAG_SOM_LEFTMOST;
	if (flags & PATTERN_ONCE)
		f |= HS_FLAG_SINGLEMATCH;
	if (flags & PATTERN_UTF8)
		f |= HS_FLAG_UTF8;
	return f;
}

/* A literal's bytes as an expression. */
static void add_expression(struct buf *b, const struct pattern *p)
{
	if (!(p->flags & PATTERN_LITERAL)) {
		buf_add(b, p->text);
		return;
	}
	for (size_t i = 0; i < p->text.n; i++) {
		unsigned char c = (unsigned char)span_at(p->text, i);
		bool is_plain = c >= 0x80 ? (p->flags & PATTERN_UTF8) != 0
		                          : (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
		if (is_plain)
			buf_add_byte(b, c);
		else
			buf_format(b, "\\x%02x", c);
	}
}

/* Tries the flags, then the prefilter; the flags that work, or a negative code. */
static int flags_that_work(const struct pattern *p, const char *expression, unsigned *flags,
                           size_t *width, struct fault *why)
{
	hs_expr_info_t *info = NULL;
	hs_compile_error_t *error = NULL;
	*flags = flags_of(p->flags);
	int e = OK;
	if (hs_expression_info(expression, *flags, &info, &error) != HS_SUCCESS) {
		hs_free_compile_error(error);
		error = NULL;
		*flags = (*flags & ~(unsigned)HS_FLAG_SOM_LEFTMOST) | HS_FLAG_PREFILTER;
		e = PART;
		if (hs_expression_info(expression, *flags, &info, &error) != HS_SUCCESS)
			e = fault_set(why, E_UNSUPPORTED, "%s", error ? error->message : "not an expression");
	}
	if (width && info)
		*width = info->max_width == UINT32_MAX ? SIZE_MAX : info->max_width;
	hs_free_compile_error(error);
	free(info);
	return e;
}

int pattern_check(const struct pattern *p, size_t *width, struct fault *why)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	add_expression(&b, p);
	unsigned flags;
	int e = flags_that_work(p, buf_string(&b), &flags, width, why);
	buf_release(&b);
	return e;
}

/* What compiling needs, side by side; texts are offsets into one buffer until it stops growing. */
struct job {
	size_t count;
	struct buf texts;
	const char **expressions;
	unsigned *flags, *ids;
	unsigned char key[DIGEST];
};

static void job_release(struct job *j)
{
	free(j->expressions);
	free(j->flags);
	free(j->ids);
	buf_release(&j->texts);
}

static int job_init(struct job *j, const struct pattern *list, size_t count)
{
	*j = (struct job){ .count = count };
	buf_init(&j->texts, 256u << 20);
	j->expressions = calloc(count + 1, sizeof(*j->expressions));
	j->flags = calloc(count + 1, sizeof(*j->flags));
	j->ids = calloc(count + 1, sizeof(*j->ids));
	if (!j->expressions || !j->flags || !j->ids)
		return E_MEMORY;
	for (size_t i = 0; i < count; i++) {
		add_expression(&j->texts, &list[i]);
		buf_add_byte(&j->texts, 0);
		j->ids[i] = (unsigned)i;
	}
	if (j->texts.is_full)
		return E_MEMORY;
	const char *at = (const char *)j->texts.p;
	for (size_t i = 0; i < count; i++, at += strlen(at) + 1)
		j->expressions[i] = at;
	return OK;
}

static int job_flags(struct job *j, const struct pattern *list, struct fault *why)
{
	for (size_t i = 0; i < j->count; i++) {
		int e = flags_that_work(&list[i], j->expressions[i], &j->flags[i], NULL, why);
		if (e < 0)
			return e;
	}
	return OK;
}

static void digest(struct span a, struct span b, unsigned char out[DIGEST])
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	memset(out, 0, DIGEST);
	if (c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1 && EVP_DigestUpdate(c, a.p, a.n) == 1 &&
	    EVP_DigestUpdate(c, b.p, b.n) == 1)
		EVP_DigestFinal_ex(c, out, NULL);
	EVP_MD_CTX_free(c);
}

static void job_key(struct job *j, const struct pattern *list)
{
	struct buf b;
	hs_platform_info_t cpu;
	buf_init(&b, 64u << 20);
	memset(&cpu, 0, sizeof(cpu));
	hs_populate_platform(&cpu);
	buf_format(&b, "%s %s %u %llx", VERSION, hs_version(), cpu.tune, (unsigned long long)cpu.cpu_features);
	for (size_t i = 0; i < j->count; i++)
		buf_format(&b, " %u", list[i].flags);
	digest(buf_span(&b), buf_span(&j->texts), j->key);
	buf_release(&b);
}

static int read_whole(int fd, struct buf *b)
{
	for (;;) {
		unsigned char *at = buf_reserve(b, 1 << 20);
		ssize_t n = at ? read(fd, at, 1 << 20) : -1;
		if (n <= 0)
			return n ? E_IO : OK;
		b->n += (size_t)n;
	}
}

/* Magic, digest of what follows, the serialized database. */
static hs_database_t *cache_read(const char *path)
{
	hs_database_t *database = NULL;
	struct buf b;
	buf_init(&b, CACHE_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0 && read_whole(fd, &b) == OK && b.n > sizeof(cache_magic) + DIGEST) {
		struct span body = span_from(buf_span(&b), sizeof(cache_magic) + DIGEST);
		unsigned char d[DIGEST];
		digest(span_of(path, strlen(path)), body, d);
		if (memcmp(b.p, cache_magic, sizeof(cache_magic)) == 0 &&
		    memcmp(b.p + sizeof(cache_magic), d, DIGEST) == 0 &&
		    hs_deserialize_database((const char *)body.p, body.n, &database) != HS_SUCCESS)
			database = NULL;
	}
	if (fd >= 0)
		close(fd);
	buf_release(&b);
	return database;
}

static bool write_all(int fd, struct span s)
{
	while (s.n) {
		ssize_t n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		s = span_from(s, (size_t)n);
	}
	return true;
}

/* A cache that cannot be kept is no fault. */
static void cache_write(const char *path, const hs_database_t *database)
{
	char *bytes = NULL, temporary[4096];
	size_t n = 0;
	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.%ld", path, (long)getpid()) >= sizeof(temporary) ||
	    hs_serialize_database(database, &bytes, &n) != HS_SUCCESS)
		return;
	unsigned char d[DIGEST];
	digest(span_of(path, strlen(path)), span_of(bytes, n), d);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0) {
		bool is_whole = write_all(fd, span_of(cache_magic, sizeof(cache_magic))) &&
			write_all(fd, span_of(d, DIGEST)) && write_all(fd, span_of(bytes, n));
		if (close(fd) || !is_whole || rename(temporary, path))
			unlink(temporary);
	}
	free(bytes);
}

static bool cache_path(const struct job *j, const char *folder, char *path, size_t room)
{
	int n = folder ? snprintf(path, room, "%s/patterns-", folder) : -1;
	if (n < 0 || (size_t)n + 32 + 6 > room)
		return false;
	for (int i = 0; i < 16; i++)
		n += snprintf(path + n, room - (size_t)n, "%02x", j->key[i]);
	snprintf(path + n, room - (size_t)n, ".hsdb");
	return true;
}

/* An expression that is too large as it is may do as a prefilter; each is relaxed once. */
static bool relax(struct job *j, const hs_compile_error_t *error)
{
	if (!error || error->expression < 0 || (size_t)error->expression >= j->count ||
	    j->flags[error->expression] & HS_FLAG_PREFILTER)
		return false;
	unsigned *flags = &j->flags[error->expression];
	*flags = (*flags & ~(unsigned)HS_FLAG_SOM_LEFTMOST) | HS_FLAG_PREFILTER;
	return true;
}

static int compile(struct job *j, const struct pattern *list, hs_database_t **database, struct fault *why)
{
	int e = job_flags(j, list, why);
	if (e)
		return e;
	hs_compile_error_t *error = NULL;
	while (hs_compile_multi(j->expressions, j->flags, j->ids, (unsigned)j->count, HS_MODE_BLOCK, NULL,
	                        database, &error) != HS_SUCCESS && relax(j, error)) {
		hs_free_compile_error(error);
		error = NULL;
	}
	if (*database)
		return OK;
	const char *which = error && error->expression >= 0 ? j->expressions[error->expression] : "";
	e = fault_set(why, E_UNSUPPORTED, "%s: %.80s", error ? error->message : "patterns", which);
	hs_free_compile_error(error);
	return e;
}

int patterns_open(const struct pattern *list, size_t count, const char *cache,
                  struct patterns **out, struct fault *why)
{
	struct job j;
	char path[4096];
	struct patterns *p = calloc(1, sizeof(*p));
	int e = job_init(&j, list, count);
	if (!p)
		e = E_MEMORY;
	if (e || !count)
		goto out;
	job_key(&j, list);
	bool is_cached = cache_path(&j, cache, path, sizeof(path));
	p->database = is_cached ? cache_read(path) : NULL;
	if (!p->database) {
		e = compile(&j, list, &p->database, why);
		if (!e && is_cached)
			cache_write(path, p->database);
	}
	if (!e && hs_alloc_scratch(p->database, &p->scratch) != HS_SUCCESS)
		e = E_MEMORY;
out:
	job_release(&j);
	if (e)
		patterns_close(p);
	else
		*out = p;
	return e;
}

void patterns_close(struct patterns *p)
{
	if (!p)
		return;
	hs_free_scratch(p->scratch);
	hs_free_database(p->database);
	free(p);
}

struct scan { patterns_hit *hit; void *user; int result; };

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *user)
{
	(void)flags;
	struct scan *s = user;
	s->result = s->hit(s->user, id, (size_t)from, (size_t)to);
	return s->result != 0;
}

int patterns_scan(const struct patterns *p, struct span s, patterns_hit *hit, void *user)
{
	struct scan scan = { hit, user, OK };
	if (!p || !p->database || !s.n)
		return OK;
	if (s.n > UINT32_MAX)
		return E_LIMIT;
	hs_error_t e = hs_scan(p->database, (const char *)s.p, (unsigned)s.n, 0, p->scratch, on_match, &scan);
	if (e == HS_SUCCESS || e == HS_SCAN_TERMINATED)
		return scan.result;
	return e == HS_NOMEM ? E_MEMORY : E_LIMIT;
}

bool patterns_cache_folder(char *path, size_t room)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	bool is_xdg = xdg && *xdg == '/';
	if (!is_xdg && (!home || *home != '/'))
		return false;
	int n = snprintf(path, room, "%s%s", is_xdg ? xdg : home, is_xdg ? "" : "/.cache");
	if (n < 0 || (size_t)n + sizeof("/strandline") > room)
		return false;
	mkdir(path, 0700);
	snprintf(path + n, room - (size_t)n, "/strandline");
	return mkdir(path, 0700) == 0 || errno == EEXIST;
}
