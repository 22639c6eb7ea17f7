/*
 * bench_text: how fast raw text is searched, on one core, on real text of this machine.
 *
 *   bench_text [MB] [DIR...]     default: 96 MB, shared out evenly over the folders below
 *
 * The corpus is the text files of those folders in order of their paths, each an item of its own with its
 * name and notes, given in windows of 1 MiB as the reader of plain text gives them. Each figure is the
 * median of seven runs over the same memory, in CPU time: the prefilter in its three implementations, each
 * detector alone, all detectors, all with SHA-256 over the same blocks, and ripgrep with twenty of the
 * same patterns over the same bytes in one file. A table on standard output, then one JSON object a line.
 * BENCH_SHOW=1 prints what is asserted; BENCH_ONLY=NAME measures one detector, for a profiler.
 */
#include "core/part.h"
#include "base/utf8.h"
#include "find/prefilter.h"
#include "lib/hash.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RUNS = 7, PIECE = 1 << 20, FILES_MAX = 200000, SMALLEST = 512 };

static unsigned char *corpus;
static size_t size, room;
static struct file { char *path; size_t at, n; } *files;
static size_t file_count;
static char **paths;
static size_t path_count;

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int add_path(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)at;
	if (type == FTW_F && st->st_size >= SMALLEST && path_count < FILES_MAX)
		paths[path_count++] = strdup(path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Adds a file when it is UTF-8 text without NUL. */
static void add_file(const char *path, size_t end)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return;
	size_t n = fread(corpus + size, 1, end - size, f);
	fclose(f);
	struct span s = span_of(corpus + size, n);
	if (n < SMALLEST || utf8_valid_prefix(s) + 4 < n || memchr(s.p, 0, n))
		return;
	n = utf8_valid_prefix(s);
	files[file_count++] = (struct file){ strdup(path), size, n };
	size += n;
}

/* At most a share of the corpus from one folder, in order of the paths. */
static void add_folder(const char *folder, size_t share)
{
	size_t end = size + share < room ? size + share : room;
	path_count = 0;
	nftw(folder, add_path, 32, FTW_PHYS);
	qsort(paths, path_count, sizeof(*paths), by_name);
	for (size_t i = 0; i < path_count; free(paths[i++]))
		if (size + SMALLEST < end && file_count < FILES_MAX)
			add_file(paths[i], end);
}

static uint64_t counts[KIND_COUNT], asserted[KIND_COUNT];

static int on_finding(struct sink *s, const struct finding *f)
{
	(void)s;
	counts[f->kind]++;
	asserted[f->kind] += f->confidence >= 0.5;
	if (getenv("BENCH_SHOW") && f->confidence >= 0.5)
		printf("%s %s %.2f %.*s\n", kind_name(f->kind), f->rule, f->confidence, (int)f->value.n, (const char *)f->value.p);
	return OK;
}
static int on_claim(struct sink *s, const struct claim *c) { (void)s; (void)c; return OK; }
static int on_spend(struct sink *s, uint64_t work) { (void)s; (void)work; return OK; }
static int on_damage(struct sink *s, enum status st, uint64_t o, uint64_t n, const char *why)
{
	(void)s; (void)st; (void)o; (void)n; (void)why;
	return OK;
}
static const struct sink_ops ops = { .finding = on_finding, .claim = on_claim, .spend = on_spend, .damage = on_damage };

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static size_t run_prefilter(enum prefilter_how how)
{
	struct token tokens[512];
	size_t total = 0;
	for (size_t i = 0; i < file_count; i++)
		for (size_t at = 0; at < files[i].n; at += PIECE) {
			struct prefilter p;
			struct span s = span_sub(span_of(corpus + files[i].at, files[i].n), at, PIECE);
			if (!prefilter_start_with(&p, s, TOKENS_ALL, how))
				return 0;
			for (size_t n; (n = prefilter_next(&p, tokens, 512));)
				total += n;
		}
	return total;
}

/* A window ends behind a line, as the reader's do. */
static size_t window_end(struct span s, size_t at)
{
	size_t end = at + PIECE;
	if (end >= s.n)
		return s.n;
	while (end > at && s.p[end - 1] != '\n')
		end--;
	return end > at ? end : at + PIECE;
}

enum task { TASK_ONE, TASK_ALL, TASK_ALL_HASHED };

static void run_file(const struct file *f, const struct detector *d, enum task task, struct arena *arena)
{
	static const struct options options = { .classes = CLASSES_ALL };
	struct sink sink = { &ops };
	struct note *notes = NULL;
	const char *slash = strrchr(f->path, '/');
	struct span s = span_of(corpus + f->at, f->n);
	struct item it = { .trail = f->path, .name = slash ? slash + 1 : f->path, .bytes = s, .options = &options,
	                   .arena = arena, .notes = &notes };
	struct hasher h;
	struct digests digests;
	if (task == TASK_ALL_HASHED)
		hasher_init(&h, HASH_SHA256);
	for (size_t i = 0; detectors[i]; i++)
		if ((task != TASK_ONE || d == detectors[i]) && detectors[i]->item)
			detectors[i]->item(&it, &sink);
	for (size_t at = 0, end; at < f->n; at = end) {
		end = window_end(s, at);
		struct text t = { .utf8 = span_sub(s, at, end - at), .space = SPACE_RAW, .base = at };
		for (size_t i = 0; detectors[i]; i++)
			if ((task != TASK_ONE || d == detectors[i]) && detectors[i]->text)
				detectors[i]->text(&it, &t, &sink);
		if (task == TASK_ALL_HASHED)
			hasher_add(&h, t.utf8);
	}
	for (size_t i = 0; detectors[i]; i++)
		if ((task != TASK_ONE || d == detectors[i]) && detectors[i]->end)
			detectors[i]->end(&it, &sink);
	if (task == TASK_ALL_HASHED) {
		hasher_end(&h, &digests);
		hasher_release(&h);
	}
	arena_reset(arena);
}

static size_t run_detector(const struct detector *d, enum task task)
{
	struct arena arena;
	arena_init(&arena, 1u << 28);
	memset(counts, 0, sizeof(counts));
	memset(asserted, 0, sizeof(asserted));
	for (size_t i = 0; i < file_count; i++)
		run_file(&files[i], d, task, &arena);
	arena_release(&arena);
	size_t n = 0;
	for (size_t k = 0; k < KIND_COUNT; k++)
		n += counts[k];
	return n;
}

/* Twenty of the rules' and identifiers' shapes, as one would ask ripgrep for them. */
static const char *const peer_patterns[] = {
	"AKIA[A-Z0-9]{16}", "ghp_[0-9A-Za-z]{36}", "xox[bpas]-[0-9A-Za-z-]{20,}", "AIza[0-9A-Za-z_-]{35}",
	"sk_(live|test)_[0-9A-Za-z]{10,}", "-----BEGIN [A-Z ]*PRIVATE KEY", "eyJ[A-Za-z0-9_-]{17,}\\.eyJ[A-Za-z0-9_-]{17,}",
	"glpat-[0-9A-Za-z_-]{20}", "npm_[A-Za-z0-9]{36}", "SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}",
	"\\b[0-9]{3}-[0-9]{2}-[0-9]{4}\\b", "\\b[0-9]{4}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]{4}\\b",
	"\\b[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\\b", "[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,24}",
	"\\+[0-9][0-9 ()-]{7,18}[0-9]", "\\b[A-CEGHJ-PR-TW-Z]{2}[0-9]{6}[A-D]\\b", "\\b[0-9]{8}[A-Z]\\b",
	"[A-Z0-9<]{30,44}<<", "(?i:password)[ \\t]*[:=][ \\t]*[^ \\t\\n]{4,}", "\\$2[aby]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}",
};
enum { PEER_PATTERNS = sizeof(peer_patterns) / sizeof(*peer_patterns) };
_Static_assert(PEER_PATTERNS == 20, "the issue compares with twenty patterns");

/* CPU seconds of one run of ripgrep over the corpus in a file; 0 when there is no ripgrep. */
static double run_peer(const char *path)
{
	const char *argv[6 + 2 * PEER_PATTERNS] = { "rg", "--no-unicode", "-j1", "-c" };
	size_t n = 4;
	for (size_t i = 0; i < PEER_PATTERNS; i++) {
		argv[n++] = "-e";
		argv[n++] = peer_patterns[i];
	}
	argv[n] = path;
	pid_t pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY);
		dup2(null, 1);
		dup2(null, 2);
		execvp("rg", (char *const *)argv);
		_exit(127);
	}
	int status = 0;
	struct rusage used;
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status) || WEXITSTATUS(status) > 1)
		return 0;
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

struct figure { double median, low, high; };	/* GB/s */

static struct figure figure_of(double *seconds)
{
	qsort(seconds, RUNS, sizeof(*seconds), compare);
	double gb = (double)size / 1e9;
	if (seconds[RUNS / 2] <= 0)
		return (struct figure){ 0, 0, 0 };
	return (struct figure){ gb / seconds[RUNS / 2], gb / seconds[RUNS - 1], gb / seconds[0] };
}

static struct figure measure_peer(void)
{
	char path[] = "/tmp/bench_text.XXXXXX";
	double seconds[RUNS] = { 0 };
	int fd = mkstemp(path);
	size_t done = 0;
	while (fd >= 0 && done < size) {
		ssize_t n = write(fd, corpus + done, size - done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	for (int i = 0; i < RUNS && done == size; i++)
		seconds[i] = run_peer(path);
	if (fd >= 0) {
		close(fd);
		unlink(path);
	}
	return figure_of(seconds);
}

static void print(const char *name, const struct figure *f, size_t n, const char *what)
{
	printf("%-26s %7.3f GB/s  (%.3f to %.3f)  %9zu %s\n", name, f->median, f->low, f->high, n, what);
	fflush(stdout);
}

static void report_prefilter(const char *name, enum prefilter_how how)
{
	double seconds[RUNS];
	size_t n = 0;
	for (int i = 0; i < RUNS; i++) {
		double start = now();
		n = run_prefilter(how);
		seconds[i] = now() - start;
	}
	struct figure f = figure_of(seconds);
	print(name, &f, n, "tokens");
}

static struct figure report(const char *name, const struct detector *d, enum task task)
{
	double seconds[RUNS];
	size_t n = 0;
	for (int i = 0; i < RUNS; i++) {
		double start = now();
		n = run_detector(d, task);
		seconds[i] = now() - start;
	}
	struct figure f = figure_of(seconds);
	print(name, &f, n, "findings");
	return f;
}

static void print_json(const char *name, const struct figure *f, const struct figure *peer, double limit)
{
	printf("{\"bench\":\"%s\",\"value\":%.3f,\"unit\":\"GB/s a core\",\"low\":%.3f,\"high\":%.3f,"
	       "\"peer\":\"ripgrep, twenty of the patterns\",\"peer_value\":%.3f,\"ratio\":%.2f,"
	       "\"limit\":\"at least\",\"limit_value\":%.2f}\n", name, f->median, f->low, f->high, peer->median,
	       peer->median > 0 ? f->median / peer->median : 0, limit);
}

static bool load(int argc, char **argv)
{
	static const char *const usual[] = { "/usr/share/doc", "/usr/include", "/usr/share/perl", "/usr/lib/python3",
		"/usr/share/man", "/usr/share/common-licenses", "/var/log", "/usr/share/misc", "/usr/share/icu" };
	size_t given = argc > 2 ? (size_t)argc - 2 : 0, count = given ? given : sizeof(usual) / sizeof(*usual);
	room = (size_t)(argc > 1 ? strtoul(argv[1], NULL, 10) : 96) << 20;
	corpus = malloc(room + 64);
	files = calloc(FILES_MAX, sizeof(*files));
	paths = calloc(FILES_MAX, sizeof(*paths));
	for (size_t i = 0; corpus && files && paths && i < count; i++)
		add_folder(given ? argv[i + 2] : usual[i], given || i > 1 ? room / (given ? given : 8) : room * 3 / 8);
	return file_count > 0;
}

static void unload(void)
{
	for (size_t i = 0; i < file_count; i++)
		free(files[i].path);
	free(files);
	free(paths);
	free(corpus);
}

int main(int argc, char **argv)
{
	struct options options = { .classes = CLASSES_ALL };
	if (!load(argc, argv)) {
		fprintf(stderr, "bench_text: no text found\n");
		return 1;
	}
	for (size_t i = 0; detectors[i]; i++)
		if (detectors[i]->init && detectors[i]->init(&options, NULL))
			return 1;
	const char *only = getenv("BENCH_ONLY");
	for (size_t i = 0; only && detectors[i]; i++)
		if (strcmp(only, detectors[i]->name) == 0)
			return report(only, detectors[i], TASK_ONE).median <= 0;
	printf("%.1f MB of text in %zu files, one core, median of %d (lowest to highest)\n", (double)size / 1e6, file_count, RUNS);
	report_prefilter("prefilter plain", PREFILTER_PLAIN);
	report_prefilter("prefilter AVX2", PREFILTER_AVX2);
	report_prefilter("prefilter AVX-512", PREFILTER_AVX512);
	for (size_t i = 0; detectors[i]; i++)
		if (detectors[i]->text)
			report(detectors[i]->name, detectors[i], TASK_ONE);
	struct figure all = report("all detectors", NULL, TASK_ALL);
	struct figure hashed = report("all detectors and SHA-256", NULL, TASK_ALL_HASHED);
	struct figure peer = measure_peer();
	print("ripgrep, twenty patterns", &peer, PEER_PATTERNS, "patterns");
	for (size_t k = 0; k < KIND_COUNT; k++)
		if (counts[k])
			printf("  %-20s %8llu, asserted %llu\n", kind_name((enum kind)k), (unsigned long long)counts[k],
			       (unsigned long long)asserted[k]);
	print_json("raw text, all detectors", &all, &peer, 1.0);
	print_json("raw text, all detectors and SHA-256", &hashed, &peer, 0.65);
	unload();
	return 0;
}
