/* examine: what is in a dump, whom it affects, and what could not be read. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/files.h"
#include "cmd/summary.h"
#include "lib/hash.h"
#include "people/link.h"
#include "scan/match.h"
#include "scan/scan.h"
#include "store/evidence.h"

static volatile int is_stopped;

static void on_signal(int number)
{
	(void)number;
	is_stopped = 1;
}

struct arguments {
	const char *dir, *registry, *jobs, *only, *passwords, *rules, *terms, *known, *hashes, *key, *seconds;
	bool no_ocr;
};

struct run {
	struct options options;
	struct plan plan;
	struct zygote zygote;
	struct case_file *c;
	struct print_options print;
	struct registry *registry;
	struct matcher *matcher;
	struct scan_request request;
	unsigned hashes;
	char digest[17];
};

static int take_classes(const char *list, unsigned *classes, struct fault *why)
{
	*classes = list ? 0 : CLASSES_ALL;
	for (const char *at = list; at && *at;) {
		size_t n = strcspn(at, ",");
		enum class c = class_of(span_of(at, n));
		enum kind k = kind_of(span_of(at, n));
		if (c == CLASS_COUNT && k == KIND_COUNT)
			return fault_set(why, E_USAGE, "--only %.*s: no such class; classes are identity, contact, payment, credential,"
			                 " infrastructure, accounting, mail, health, film, term", (int)n, at);
		*classes |= 1u << (c != CLASS_COUNT ? c : kind_class(k));
		at += n + (at[n] == ',');
	}
	return OK;
}

static int take_hashes(const char *list, unsigned *hashes, struct fault *why)
{
	*hashes = HASH_SHA256;
	for (const char *at = list; at && *at;) {
		size_t n = strcspn(at, ",");
		struct span name = span_of(at, n);
		if (span_equal(name, span_str("sha1")))
			*hashes |= HASH_SHA1;
		else if (span_equal(name, span_str("md5")))
			*hashes |= HASH_MD5;
		else if (!span_equal(name, span_str("sha256")))
			return fault_set(why, E_USAGE, "--hashes %.*s: unknown; sha1 and md5 can be asked for", (int)n, at);
		at += n + (at[n] == ',');
	}
	return OK;
}

static int take_number(const char *name, const char *text, unsigned max, unsigned otherwise, unsigned *number, struct fault *why)
{
	char *end;
	*number = otherwise;
	if (!text)
		return OK;
	unsigned long n = strtoul(text, &end, 10);
	if (*end || end == text || n < 1 || n > max)
		return fault_set(why, E_USAGE, "%s %s: a number from 1 to %u is wanted", name, text, max);
	*number = (unsigned)n;
	return OK;
}

/* A short name for all options that change results, so that files done with others are done again. */
static void name_options(struct run *r)
{
	struct buf b;
	unsigned char d[32];
	buf_init(&b, 1u << 30);
	buf_format(&b, "%s %u %d %u|", VERSION, r->options.classes, r->options.no_ocr, r->hashes);
	buf_add(&b, r->options.passwords);
	buf_add_byte(&b, 0);
	buf_add(&b, r->options.rules);
	buf_add_byte(&b, 0);
	buf_add(&b, r->options.terms);
	buf_add(&b, span_of(r->request.known, r->request.known_count * 32));
	for (int i = 0; r->options.print && i < PRINT_WINDOWS_MAX; i++)
		buf_format(&b, "w%u", r->print.windows[i]);
	hash_sha256(buf_span(&b), d);
	hash_hex(d, 8, r->digest);
	r->request.options_digest = r->digest;
	buf_release(&b);
}

/* What to print, before the workers' parent is forked; the registry is closed again, so that it sees no key. */
static int take_registry(const struct arguments *a, struct run *r, struct fault *why)
{
	struct registry *registry = NULL;
	int e = registry_open(a->registry, NULL, CASE_READ, &registry, why);
	if (!e)
		e = registry_windows(registry, r->print.windows, why);
	registry_close(registry);
	r->print.is_query = true;
	r->options.print = &r->print;
	return e;
}

static int open_registry(const struct arguments *a, struct run *r, struct fault *why)
{
	if (!a->registry)
		return OK;
	int e = registry_open(a->registry, NULL, CASE_READ, &r->registry, why);
	if (!e)
		e = matcher_open(r->registry, r->c, &r->matcher, why);
	if (!e)
		r->request.prints = matcher_prints(r->matcher);
	return e;
}

static int take_arguments(const struct arguments *a, struct run *r, struct fault *why)
{
	unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN), seconds = 120;
	r->options.no_ocr = a->no_ocr;
	r->request.is_stopped = &is_stopped;
	int e = take_classes(a->only, &r->options.classes, why);
	if (!e)
		e = take_hashes(a->hashes, &r->hashes, why);
	if (!e)
		e = take_number("--jobs", a->jobs, 256, cores, &r->request.workers, why);
	if (!e)
		e = take_number("--item-seconds", a->seconds, 86400, seconds, &seconds, why);
	if (!e)
		e = file_load(a->passwords, &r->options.passwords, why);
	if (!e)
		e = file_load(a->rules, &r->options.rules, why);
	if (!e)
		e = file_load(a->terms, &r->options.terms, why);
	if (!e)
		e = known_load(a->known, &r->request.known, &r->request.known_count, why);
	r->request.item_seconds = seconds;
	if (!e && a->registry)
		e = take_registry(a, r, why);
	name_options(r);
	return e;
}

static void catch_signals(void)
{
	struct sigaction stop = { .sa_handler = on_signal };
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGHUP, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* The case itself may lie below what is examined: it is left out. */
static int make_plan(struct run *r, char **paths, unsigned count, const char *dir, struct fault *why)
{
	struct stat avoid;
	bool is_there = stat(dir, &avoid) == 0;
	return plan_make(paths, count, is_there ? &avoid : NULL, &r->plan, why);
}

/* Persons out of what was found, and the run into the evidence log. */
static int conclude(struct run *r, struct fault *why)
{
	char subject[200];
	int e = people_link(r->c, why);
	if (!e)
		e = evidence_add_inputs(r->c, why);
	snprintf(subject, sizeof(subject), "%u files, options %s", r->plan.count, r->digest);
	if (!e)
		e = evidence_add(r->c, "examined", subject, NULL, why);
	if (!e)
		e = evidence_sign(r->c, why);
	return e ? e : case_checkpoint(r->c, why);
}

static int examine(struct run *r, const struct arguments *a, char **paths, unsigned count, struct fault *why)
{
	int e = take_arguments(a, r, why);
	if (!e)
		e = zygote_start(&r->options, r->hashes, &r->zygote, why);
	if (!e)
		e = case_open(a->dir, a->key, CASE_CREATE, &r->c, why);
	if (!e)
		e = open_registry(a, r, why);
	if (!e)
		e = make_plan(r, paths, count, a->dir, why);
	if (!e)
		e = zygote_ready(&r->zygote, why);
	if (!e)
		e = progress_start(&r->request);
	if (!e)
		e = scan_run(r->c, &r->zygote, &r->plan, &r->request, why);
	progress_end();
	int ended = e == OK || e == PART ? conclude(r, why) : OK;
	return ended ? ended : e;
}

static int examine_run(int argc, char **argv)
{
	struct arguments a = { 0 };
	const struct option_row rows[] = {
		{ "--case", &a.dir, NULL }, { "--registry", &a.registry, NULL }, { "--jobs", &a.jobs, NULL },
		{ "--only", &a.only, NULL }, { "--no-ocr", NULL, &a.no_ocr }, { "--passwords", &a.passwords, NULL },
		{ "--rules", &a.rules, NULL }, { "--terms", &a.terms, NULL }, { "--known", &a.known, NULL },
		{ "--hashes", &a.hashes, NULL }, { "--key", &a.key, NULL }, { "--item-seconds", &a.seconds, NULL },
		{ NULL, NULL, NULL },
	};
	int count = options_take(argc, argv, rows);
	if (count < 0)
		return EXIT_USAGE;
	if (count == 0)
		return complain(EXIT_USAGE, "examine: no PATH given; name the folder or file to examine");
	if (!a.dir)
		return complain(EXIT_USAGE, "examine: --case DIR is missing; it names the directory that keeps the results");
	catch_signals();
	struct run r = { 0 };
	struct fault why = { "" };
	int e = examine(&r, &a, argv + 1, (unsigned)count, &why);
	if (e >= 0)
		summary_print(r.c, stdout);
	zygote_end(&r.zygote);
	plan_release(&r.plan);
	matcher_close(r.matcher);
	registry_close(r.registry);
	case_close(r.c);
	return e < 0 ? complain(exit_of(e), "%s", why.text) : exit_of(e);
}

const struct command command_examine = {
	.name = "examine",
	.synopsis = "PATH... --case DIR [options]",
	.summary = "Reads a dump and lists what is in it, whom it affects, and what could not be read.",
	.help =
		"PATH is a folder, an archive, or any file. Nothing is changed or contacted. Stopped at any\n"
		"moment and run again with the same arguments, it goes on where it was.\n\n"
		"  --case DIR         where the results are kept; made when it is not there\n"
		"  --registry DIR     also tell which of the organisation's registered items it holds\n"
		"  --jobs N           workers at once (as many as there are cores)\n"
		"  --only CLASS,...   identity, contact, payment, credential, infrastructure, accounting,\n"
		"                     mail, health, film, term\n"
		"  --no-ocr           do not read scanned pages and pictures\n"
		"  --passwords FILE   passwords to try on protected archives and documents, one a line\n"
		"  --rules FILE       further rules for secrets, as gitleaks writes them (TOML)\n"
		"  --terms FILE       words and phrases to report, one a line\n"
		"  --known FILE       SHA-256 digests of files known elsewhere (NSRL): marked, still counted\n"
		"  --hashes sha1,md5  further digests for each item\n"
		"  --key FILE         the case's key, when it is not DIR/key\n"
		"  --item-seconds N   stop an item that gave no sign of life for so long (120)\n",
	.run = examine_run,
};
