#include "cmd/scanning.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/files.h"
#include "cmd/summary.h"
#include "lib/hash.h"

static volatile int is_stopped;

static void on_signal(int number)
{
	(void)number;
	is_stopped = 1;
}

static void catch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_signal };
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int take_hashes(const char *list, unsigned *hashes, struct fault *why)
{
	*hashes = HASH_SHA256;
	for (const char *at = list; at && *at;) {
		size_t n = strcspn(at, ",");
		if (n == 4 && memcmp(at, "sha1", 4) == 0)
			*hashes |= HASH_SHA1;
		else if (n == 3 && memcmp(at, "md5", 3) == 0)
			*hashes |= HASH_MD5;
		else
			return fault_set(why, E_USAGE, "--hashes %.*s: unknown; sha1 and md5 can be asked for", (int)n, at);
		at += n + (at[n] == ',');
	}
	return OK;
}

static int take_number(const char *name, const char *text, unsigned long most, unsigned long *number, struct fault *why)
{
	char *end;
	if (!text)
		return OK;
	*number = strtoul(text, &end, 10);
	if (*end || end == text || *number < 1 || *number > most)
		return fault_set(why, E_USAGE, "%s %s: a number from 1 to %lu is wanted", name, text, most);
	return OK;
}

/* Files done with other options are done again. */
static void name_options(struct scanning *s, const char *salt)
{
	struct buf b;
	unsigned char d[32];
	buf_init(&b, 1u << 30);
	buf_format(&b, "%s prints %u|%s|", VERSION, s->hashes, salt);
	for (int i = 0; i < PRINT_WINDOWS_MAX; i++)
		buf_format(&b, "%u ", s->print.windows[i]);
	buf_add(&b, s->options.passwords);
	hash_sha256(buf_span(&b), d);
	hash_hex(d, 8, s->digest);
	s->request.options_digest = s->digest;
	buf_release(&b);
}

static int take_arguments(struct scanning *s, const struct scanning_arguments *a, struct fault *why)
{
	unsigned long jobs = (unsigned long)sysconf(_SC_NPROCESSORS_ONLN), seconds = 120;
	int e = take_hashes(a->hashes, &s->hashes, why);
	if (!e)
		e = take_number("--jobs", a->jobs, 256, &jobs, why);
	if (!e)
		e = take_number("--item-seconds", a->seconds, 86400, &seconds, why);
	if (!e)
		e = file_load(a->passwords, &s->options.passwords, why);
	s->request.workers = (unsigned)jobs;
	s->request.item_seconds = (double)seconds;
	s->request.is_stopped = &is_stopped;
	return e;
}

int scanning_start(struct scanning *s, const struct scanning_arguments *a, const uint32_t *windows, bool is_query,
                   const char *salt, char **paths, unsigned count, const char *avoid, struct fault *why)
{
	struct stat st;
	catch_signals();
	s->options.no_find = s->options.no_ocr = true;
	s->options.print = &s->print;
	s->print.is_query = is_query;
	s->print.digests = is_query ? 0 : 1u << DIGEST_PIECES_ROOT;
	memcpy(s->print.windows, windows, sizeof(s->print.windows));
	int e = take_arguments(s, a, why);
	if (e)
		return e;
	name_options(s, salt);
	e = zygote_start(&s->options, s->hashes, &s->zygote, why);
	bool is_there = avoid && stat(avoid, &st) == 0;
	return e ? e : plan_make(paths, count, is_there ? &st : NULL, &s->plan, why);
}

int scanning_run(struct scanning *s, struct case_file *c, const struct scan_prints *to, struct fault *why)
{
	s->request.prints = to;
	int e = zygote_ready(&s->zygote, why);
	if (!e)
		e = progress_start(&s->request);
	if (!e)
		e = scan_run(c, &s->zygote, &s->plan, &s->request, why);
	progress_end();
	return e;
}

void scanning_end(struct scanning *s)
{
	zygote_end(&s->zygote);
	plan_release(&s->plan);
}
