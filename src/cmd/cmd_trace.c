/* trace: which registered items something found outside comes from. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/scanning.h"
#include "report/record.h"
#include "scan/match.h"

struct arguments {
	struct scanning_arguments scan;
	const char *registry, *dir, *format, *file, *key, *case_key;
};

/* ---- a case for this run only ---- */

static int scratch_make(char path[4096], struct fault *why)
{
	const char *base = getenv("TMPDIR");
	snprintf(path, 4096, "%s/strandline-trace-XXXXXX", base && *base ? base : "/tmp");
	return mkdtemp(path) ? OK : fault_set(why, E_STORE, "%s: %s; set TMPDIR to a folder that can be written", path, strerror(errno));
}

static void scratch_remove(const char *path)
{
	char name[4400];
	DIR *d = opendir(path);
	for (struct dirent *f = d ? readdir(d) : NULL; f; f = readdir(d)) {
		snprintf(name, sizeof(name), "%s/%s", path, f->d_name);
		unlink(name);
	}
	if (d)
		closedir(d);
	rmdir(path);
}

/* ---- the text form ---- */

struct printing { FILE *to; struct buf last; uint64_t rows; };

enum { ITEM, REGISTERED, RELATION, SHARE, SHARE_REGISTERED, RUNS, CHANCE, RATIO };

static const char *weight_of(double ratio)
{
	return ratio >= 1000 ? "hardly content that others hold too"
		: ratio >= 10 ? "perhaps content that others hold too: register --background more of theirs to know"
		: "as likely content that others hold too";
}

static int text_row(void *user, const struct value *v, struct fault *why)
{
	struct printing *p = user;
	(void)why;
	if (!span_equal(buf_span(&p->last), v[ITEM].text)) {
		fprintf(p->to, "%.*s\n", (int)v[ITEM].text.n, (const char *)v[ITEM].text.p);
		buf_clear(&p->last);
		buf_add(&p->last, v[ITEM].text);
	}
	fprintf(p->to, "  %.*s %.*s: %.1f %% of it, %.1f %% of the registered; likelihood ratio %.3g (%s); chance %.1g\n",
	        (int)v[RELATION].text.n, (const char *)v[RELATION].text.p, (int)v[REGISTERED].text.n,
	        (const char *)v[REGISTERED].text.p, v[SHARE].number * 100, v[SHARE_REGISTERED].number * 100,
	        v[RATIO].number, weight_of(v[RATIO].number), v[CHANCE].number);
	p->rows++;
	return OK;
}

static int print_text(struct case_file *c, FILE *to, struct fault *why)
{
	struct printing p = { .to = to };
	buf_init(&p.last, 1 << 20);
	int e = record_set_named("matches")->each(c, false, text_row, &p, why);
	if (!e && !p.rows)
		fprintf(to, "nothing here is registered\n");
	buf_release(&p.last);
	return e;
}

static int print_all(const struct arguments *a, struct case_file *c, struct fault *why)
{
	const struct record_set *set = record_set_named("matches");
	FILE *to = a->file && strcmp(a->file, "-") != 0 ? fopen(a->file, "wb") : stdout;
	if (!to)
		return fault_set(why, E_USAGE, "%s: %s", a->file, strerror(errno));
	int e = strcmp(a->format, "text") == 0 ? print_text(c, to, why)
		: format_named(a->format, set)->write(c, set, false, to, why);
	bool is_written = fflush(to) == 0 && !ferror(to);
	if (to != stdout)
		is_written &= fclose(to) == 0;
	return e ? e : is_written ? OK : fault_set(why, E_IO, "the output cannot be written");
}

/* ---- into the case that was named ---- */

static int run_sql(struct case_file *c, const char *const *steps, struct fault *why)
{
	int e = OK;
	for (size_t i = 0; steps[i] && !e; i++)
		e = case_run(c, steps[i], why);
	return e;
}

/* Items that the case has already keep what was found in them; others are added. */
static int keep_matches(const struct arguments *a, const char *scratch, struct fault *why)
{
	static const char *const steps[] = {
		"BEGIN",
		"INSERT OR IGNORE INTO item(parent, top, depth, trail, name, type, size, sha256, sha1, md5, state, status, reason,"
		" modified, created, accessed) SELECT 0, 0, depth, trail, name, type, size, sha256, sha1, md5, state, status, reason,"
		" modified, created, accessed FROM traced.item WHERE state = 2 ORDER BY id",
		"UPDATE item SET parent = (SELECT p.id FROM traced.item t JOIN traced.item tp ON tp.id = t.parent JOIN item p"
		" ON p.trail = tp.trail WHERE t.trail = item.trail), top = (SELECT p.id FROM traced.item t JOIN traced.item tp"
		" ON tp.id = t.top JOIN item p ON p.trail = tp.trail WHERE t.trail = item.trail) WHERE depth > 0 AND parent = 0",
		"INSERT OR IGNORE INTO ledger(top, state, bytes) SELECT i.id, l.state, l.bytes FROM traced.ledger l"
		" JOIN traced.item t ON t.id = l.top JOIN item i ON i.trail = t.trail"
		" WHERE NOT EXISTS (SELECT 1 FROM ledger o WHERE o.top = i.id)",
		"DELETE FROM match WHERE item IN (SELECT i.id FROM item i JOIN traced.item t ON t.trail = i.trail)",
		"INSERT INTO match(item, registered, relation, share_of_item, share_of_registered, runs, chance, likelihood_ratio,"
		" recipient, details) SELECT i.id, m.registered, m.relation, m.share_of_item, m.share_of_registered, m.runs, m.chance,"
		" m.likelihood_ratio, m.recipient, m.details FROM traced.match m JOIN traced.item t ON t.id = m.item"
		" JOIN item i ON i.trail = t.trail ORDER BY m.id",
		"COMMIT",
		NULL,
	};
	struct case_file *c = NULL;
	char sql[4400];
	int e = case_open(a->dir, a->case_key, CASE_CREATE, &c, why);
	if (!e) {
		sqlite3_snprintf(sizeof(sql), sql, "ATTACH '%q/case.db' AS traced", scratch);
		e = case_run(c, sql, why);
	}
	if (!e)
		e = run_sql(c, steps, why);
	case_close(c);
	return e;
}

/* ---- the run ---- */

static int windows_of(const struct arguments *a, uint32_t windows[PRINT_WINDOWS_MAX], struct fault *why)
{
	struct registry *r = NULL;
	int e = registry_open(a->registry, a->key, CASE_READ, &r, why);
	if (!e)
		e = registry_windows(r, windows, why);
	registry_close(r);
	return e;
}

static int trace(const struct arguments *a, const char *scratch, char **paths, unsigned count, struct scanning *s, struct fault *why)
{
	uint32_t windows[PRINT_WINDOWS_MAX] = { 0 };
	struct registry *r = NULL;
	struct case_file *c = NULL;
	struct matcher *m = NULL;
	int e = windows_of(a, windows, why);
	if (!e)
		e = scanning_start(s, &a->scan, windows, true, "trace", paths, count, a->registry, why);
	if (!e)
		e = registry_open(a->registry, a->key, CASE_READ, &r, why);
	if (!e)
		e = case_open(scratch, NULL, CASE_CREATE, &c, why);
	if (!e)
		e = matcher_open(r, c, &m, why);
	if (!e)
		e = scanning_run(s, c, matcher_prints(m), why);
	int printed = e == OK || e == PART ? print_all(a, c, why) : OK;
	matcher_close(m);
	case_close(c);
	registry_close(r);
	if (!printed && a->dir && (e == OK || e == PART))
		printed = keep_matches(a, scratch, why);
	return printed ? printed : e;
}

static int run_trace(const struct arguments *a, char **paths, unsigned count)
{
	char scratch[4096];
	struct scanning s = { 0 };
	struct fault why = { "" };
	int e = scratch_make(scratch, &why);
	if (e)
		return complain(exit_of(e), "%s", why.text);
	e = trace(a, scratch, paths, count, &s, &why);
	scratch_remove(scratch);
	scanning_end(&s);
	return e < 0 ? complain(exit_of(e), "%s", why.text) : exit_of(e);
}

static int trace_run(int argc, char **argv)
{
	struct arguments a = { .format = "text" };
	const struct option_row rows[] = {
		{ "--registry", &a.registry, NULL }, { "--case", &a.dir, NULL }, { "--format", &a.format, NULL },
		{ "-o", &a.file, NULL }, { "--jobs", &a.scan.jobs, NULL }, { "--passwords", &a.scan.passwords, NULL },
		{ "--item-seconds", &a.scan.seconds, NULL }, { "--key", &a.key, NULL }, { "--case-key", &a.case_key, NULL },
		{ NULL, NULL, NULL },
	};
	int count = options_take(argc, argv, rows);
	if (count < 0)
		return EXIT_USAGE;
	if (count == 0)
		return complain(EXIT_USAGE, "trace: no PATH given; name what was found");
	if (!a.registry)
		return complain(EXIT_USAGE, "trace: --registry DIR is missing; strandline register PATH --registry DIR makes one");
	if (strcmp(a.format, "text") != 0 && !format_named(a.format, record_set_named("matches")))
		return complain(EXIT_USAGE, "trace: --format %s: text, jsonl and csv are known", a.format);
	return run_trace(&a, argv + 1, (unsigned)count);
}

const struct command command_trace = {
	.name = "trace",
	.synopsis = "PATH... --registry DIR [options]",
	.summary = "Tells which registered items something found outside comes from, and how much of it.",
	.help =
		"PATH is a file or folder: whole files, pieces of them, disk images, archives, documents in\n"
		"another format, pictures. No match is no row.\n\n"
		"  --registry DIR     what strandline register made\n"
		"  --case DIR         also keep the matches in this case\n"
		"  --format FORMAT    text, jsonl or csv (text)\n"
		"  -o FILE            write there instead of on standard output\n"
		"  --jobs N           workers at once (as many as there are cores)\n"
		"  --passwords FILE   passwords to try on protected archives and documents, one a line\n"
		"  --key FILE         the registry's key, when it is not DIR/key\n"
		"  --case-key FILE    the case's key, when it is not DIR/key\n"
		"  --item-seconds N   stop an item that gave no sign of life for so long (120)\n",
	.run = trace_run,
};
