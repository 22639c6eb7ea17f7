/* register: what the organisation owns, so that it can be told from what is others'. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/scanning.h"
#include "store/registry.h"

struct arguments {
	struct scanning_arguments scan;
	const char *registry, *collection, *window, *key, *merge, *forget;
	bool is_background, verifies, compacts;
};

/* An item's size is told at its begin and needed at its end. */
struct size { int64_t row; uint64_t size; };
struct registering {
	struct registry *r;
	struct size *sizes;
	size_t n, room;
};

static int on_begin(void *user, int64_t row, const struct item_row *it, const char *path, struct fault *why)
{
	struct registering *g = user;
	if (g->n == g->room) {
		size_t room = g->room ? g->room * 2 : 64;
		struct size *more = realloc(g->sizes, room * sizeof(*more));
		if (!more)
			return fault_set(why, E_MEMORY, "no memory for another item");
		g->sizes = more;
		g->room = room;
	}
	g->sizes[g->n++] = (struct size){ row, it->size };
	return registry_item_begin(g->r, row, it->depth ? NULL : path, why);
}

static int on_add(void *user, int64_t row, const struct prints *p, struct fault *why)
{
	return registry_item_add(((struct registering *)user)->r, row, p, why);
}

static int on_digest(void *user, int64_t row, const struct digest *d, struct fault *why)
{
	return registry_item_digest(((struct registering *)user)->r, row, d, why);
}

static int on_end(void *user, int64_t row, const struct item_end *end, struct fault *why)
{
	struct registering *g = user;
	size_t i = g->n;
	while (i > 0 && g->sizes[i - 1].row != row)
		i--;
	uint64_t size = i > 0 ? g->sizes[i - 1].size : 0;
	if (i > 0)
		g->sizes[i - 1] = g->sizes[--g->n];
	return registry_item_end(g->r, row, size, end, why);
}

static int on_film(void *user, int64_t row, struct span part, struct fault *why)
{
	return registry_item_film(((struct registering *)user)->r, row, part, why);
}

static int on_save(void *user, struct fault *why)
{
	return registry_save(((struct registering *)user)->r, why);
}

static int take_window(const struct arguments *a, uint32_t *window, struct fault *why)
{
	char *end;
	*window = 0;
	if (!a->window)
		return OK;
	unsigned long n = strtoul(a->window, &end, 10);
	if (*end || n < PRINT_WINDOW_MIN || n > PRINT_WINDOW_MAX)
		return fault_set(why, E_USAGE, "--window %s: a number of bytes from %d to %d is wanted", a->window,
		                 PRINT_WINDOW_MIN, PRINT_WINDOW_MAX);
	*window = (uint32_t)n;
	return OK;
}

static const char *collection_of(const struct arguments *a)
{
	return a->collection ? a->collection : a->is_background ? "background" : "own";
}

/* Opens the registry with its collection. */
static int open_all(const struct arguments *a, struct registry **r, struct fault *why)
{
	uint32_t window;
	int e = take_window(a, &window, why);
	if (!e)
		e = registry_open(a->registry, a->key, CASE_CREATE, r, why);
	if (!e)
		e = registry_collection(*r, collection_of(a), window, a->is_background, why);
	return e;
}

static int window_of(struct registry *r, const char *collection, uint32_t windows[PRINT_WINDOWS_MAX], struct fault *why)
{
	sqlite3_stmt *q = case_query(registry_case(r), "SELECT window FROM collection WHERE name=?");
	memset(windows, 0, PRINT_WINDOWS_MAX * sizeof(*windows));
	if (!q)
		return fault_set(why, E_STORE, "the registry's collections cannot be read");
	sqlite3_bind_text(q, 1, collection, -1, SQLITE_STATIC);
	windows[0] = sqlite3_step(q) == SQLITE_ROW ? (uint32_t)sqlite3_column_int(q, 0) : PRINT_WINDOW;
	sqlite3_reset(q);
	return OK;
}

static int read_all(const struct arguments *a, char **paths, unsigned count, struct scanning *s, struct registry **r,
                    struct fault *why)
{
	uint32_t windows[PRINT_WINDOWS_MAX];
	int e = open_all(a, r, why);
	if (!e)
		e = window_of(*r, collection_of(a), windows, why);
	registry_close(*r);	/* the workers' parent is forked without the key in memory */
	*r = NULL;
	if (!e)
		e = scanning_start(s, &a->scan, windows, false, collection_of(a), paths, count, a->registry, why);
	if (!e)
		e = open_all(a, r, why);
	if (e)
		return e;
	struct registering g = { .r = *r };
	struct scan_prints to = { &g, on_begin, on_add, on_digest, on_end, on_save, on_film };
	s->request.reads_again = a->verifies;
	e = scanning_run(s, registry_case(*r), &to, why);
	free(g.sizes);
	if (e != OK && e != PART)
		return e;
	int flushed = registry_flush(*r, false, why);
	return flushed ? flushed : e;
}

static int upkeep(const struct arguments *a, struct registry *r, struct fault *why)
{
	uint64_t forgotten = 0;
	int e = case_checkpoint(registry_case(r), why);
	if (!e && a->forget) {
		e = registry_forget(r, a->forget, &forgotten, why);
		if (!e)
			printf("%llu files forgotten\n", (unsigned long long)forgotten);
	}
	if (!e && a->merge)
		e = registry_merge(r, a->merge, a->key, why);
	if (!e && a->compacts)
		e = registry_compact(r, why);
	if (!e && a->verifies)
		e = registry_verify(r, why);
	if (!e)
		e = registry_save(r, why);
	return e ? e : case_checkpoint(registry_case(r), why);
}

static void summarize(struct registry *r)
{
	struct registry_counts n;
	sqlite3_stmt *q = case_query(registry_case(r), "SELECT count(*), coalesce(sum(size), 0),"
	                             " coalesce(sum(status NOT IN (0, 6)), 0) FROM item WHERE depth = 0 AND state = 2");
	if (registry_counts(r, &n, NULL) != OK || !q || sqlite3_step(q) != SQLITE_ROW)
		return;
	printf("registered: %lld files, %.3f GB; %llu items in all, %llu of them background; %llu anchors in %.1f MB; %llu pictures\n",
	       (long long)sqlite3_column_int64(q, 0), (double)sqlite3_column_int64(q, 1) / 1e9, (unsigned long long)n.items,
	       (unsigned long long)n.background, (unsigned long long)n.anchors, (double)n.bytes / 1e6, (unsigned long long)n.pictures);
	if (sqlite3_column_int64(q, 2))
		printf("not read whole: %lld files (their bytes are registered all the same where they could be had)\n",
		       (long long)sqlite3_column_int64(q, 2));
	sqlite3_reset(q);
}

static int run_register(const struct arguments *a, char **paths, unsigned count)
{
	struct scanning s = { 0 };
	struct registry *r = NULL;
	struct fault why = { "" };
	int e = count ? read_all(a, paths, count, &s, &r, &why)
		: registry_open(a->registry, a->key, a->merge ? CASE_CREATE : CASE_WRITE, &r, &why);
	if ((e == OK || e == PART) && (a->forget || a->merge || a->compacts || a->verifies)) {
		int kept = upkeep(a, r, &why);
		e = kept ? kept : e;
	}
	if (e == OK || e == PART)
		summarize(r);
	registry_close(r);
	scanning_end(&s);
	return e < 0 ? complain(exit_of(e), "%s", why.text) : exit_of(e);
}

static int register_run(int argc, char **argv)
{
	struct arguments a = { 0 };
	const struct option_row rows[] = {
		{ "--registry", &a.registry, NULL }, { "--collection", &a.collection, NULL }, { "--window", &a.window, NULL },
		{ "--background", NULL, &a.is_background }, { "--verify", NULL, &a.verifies }, { "--merge", &a.merge, NULL },
		{ "--forget", &a.forget, NULL }, { "--compact", NULL, &a.compacts }, { "--jobs", &a.scan.jobs, NULL },
		{ "--passwords", &a.scan.passwords, NULL }, { "--hashes", &a.scan.hashes, NULL },
		{ "--item-seconds", &a.scan.seconds, NULL }, { "--key", &a.key, NULL }, { NULL, NULL, NULL },
	};
	int count = options_take(argc, argv, rows);
	if (count < 0)
		return EXIT_USAGE;
	if (!a.registry)
		return complain(EXIT_USAGE, "register: --registry DIR is missing; it names the directory that keeps what is registered");
	if (count == 0 && !a.merge && !a.forget && !a.compacts && !a.verifies)
		return complain(EXIT_USAGE, "register: no PATH given; name the folder or file to register");
	return run_register(&a, argv + 1, (unsigned)count);
}

const struct command command_register = {
	.name = "register",
	.synopsis = "PATH... --registry DIR [options]",
	.summary = "Remembers what the organisation owns, so that trace and examine can tell it.",
	.help =
		"Archives, mail and documents are unpacked; both their bytes and what is in them are registered.\n"
		"Files unchanged since (size, time, number on disk) are skipped. Stopped at any moment and run\n"
		"again with the same arguments, it goes on where it was.\n\n"
		"  --registry DIR     where it is kept; made when it is not there\n"
		"  --collection NAME  what these files are called together (own, or background)\n"
		"  --background       these are third parties' (system files, templates, public documents):\n"
		"                     what is in them is nobody's in particular\n"
		"  --window N         shared runs of N bytes are found for sure, 1024 to 65536 (4096);\n"
		"                     fixed for a collection when it is made\n"
		"  --verify           read unchanged files again too, and check the registry's own files\n"
		"  --forget PATH      take a file, or all below a folder, out of the registry\n"
		"  --compact          rewrite the anchors without what is gone\n"
		"  --merge DIR        take over another registry that has the same key\n"
		"  --jobs N           workers at once (as many as there are cores)\n"
		"  --passwords FILE   passwords to try on protected archives and documents, one a line\n"
		"  --hashes sha1,md5  further digests for each item\n"
		"  --key FILE         the registry's key, when it is not DIR/key\n"
		"  --item-seconds N   stop an item that gave no sign of life for so long (120)\n",
	.run = register_run,
};
