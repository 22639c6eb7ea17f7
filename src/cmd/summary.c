#include "cmd/summary.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/visible.h"
#include "report/words.h"

static struct { bool is_on; struct timespec start; } line;

static void human_bytes(uint64_t n, char *text, size_t room)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB", "PB" };
	double v = (double)n;
	int u = 0;
	for (; v >= 1000 && u < 5; u++)
		v /= 1000;
	snprintf(text, room, u && v < 100 ? "%.1f %s" : "%.0f %s", v, units[u]);
}

static double seconds_since(const struct timespec *t)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - t->tv_sec) + (double)(now.tv_nsec - t->tv_nsec) / 1e9;
}

static void left_text(const struct scan_progress *p, char *text, size_t room)
{
	double s = seconds_since(&line.start);
	double left = p->bytes_done ? s * (double)(p->bytes - p->bytes_done) / (double)p->bytes_done : -1;
	if (left < 0 || s < 1)
		snprintf(text, room, "--:--");
	else if (left > 36000)
		snprintf(text, room, "%.0f h", left / 3600);
	else
		snprintf(text, room, "%d:%02d", (int)left / 60, (int)left % 60);
}

static void progress_show(void *user, const struct scan_progress *p)
{
	(void)user;
	char done[32], all[32], left[32], bar[21];
	human_bytes(p->bytes_done, done, sizeof(done));
	human_bytes(p->bytes, all, sizeof(all));
	left_text(p, left, sizeof(left));
	int filled = p->bytes ? (int)(20 * p->bytes_done / p->bytes) : 20;
	for (int i = 0; i < 20; i++)
		bar[i] = i < filled ? '#' : '.';
	bar[20] = 0;
	fprintf(stderr, "\r\033[K[%s] %s of %s  %llu items  %llu findings  %s left", bar, done, all,
	        (unsigned long long)p->items, (unsigned long long)p->findings, left);
	fflush(stderr);
}

int progress_start(struct scan_request *r)
{
	line.is_on = isatty(STDERR_FILENO);
	clock_gettime(CLOCK_MONOTONIC, &line.start);
	if (line.is_on)
		r->progress = progress_show;
	return OK;
}

void progress_end(void)
{
	if (line.is_on)
		fputs("\r\033[K", stderr);
	line.is_on = false;
}

static int64_t count_of(struct case_file *c, const char *sql)
{
	sqlite3_stmt *s = case_query(c, sql);
	int64_t n = s && sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	if (s)
		sqlite3_reset(s);
	return n;
}

static void print_input(struct case_file *c, FILE *to)
{
	int64_t open = count_of(c, "SELECT count(*) FROM item WHERE state < 2");
	fprintf(to, "examined       %s files, ", number_words(count_of(c, "SELECT count(*) FROM item WHERE depth = 0")).s);
	fprintf(to, "%s, holding ", bytes_words(count_of(c, "SELECT sum(size) FROM item WHERE depth = 0")).s);
	fprintf(to, "%s items\n", number_words(count_of(c, "SELECT count(*) FROM item")).s);
	if (open)
		fprintf(to, "not finished   %s items are still open, all numbers can rise; run the same command again to go on\n",
		        number_words(open).s);
	fprintf(to, "people         %s\n", number_words(count_of(c, "SELECT count(*) FROM person")).s);
}

static void print_kind(sqlite3_stmt *s, const char *class, FILE *to)
{
	fprintf(to, "%-14s %-18s %12s", class, (const char *)sqlite3_column_text(s, 0), number_words(sqlite3_column_int64(s, 2)).s);
	fprintf(to, " %12s", number_words(sqlite3_column_int64(s, 1)).s);
	fprintf(to, " %10s\n", number_words(sqlite3_column_int64(s, 3)).s);
}

/* What is asserted, by class; weaker findings only as a number. */
static void print_findings(struct case_file *c, FILE *to)
{
	sqlite3_stmt *s = case_query(c, "SELECT kind, count(*), count(DISTINCT digest), count(DISTINCT item) FROM finding"
	                             " WHERE confidence >= 0.5 GROUP BY kind ORDER BY 3 DESC, kind");
	fprintf(to, "\n%-14s %-18s %12s %12s %10s\n", "what was taken", "", "different", "found in all", "items");
	for (int class = 0; s && class < CLASS_COUNT; class++) {
		bool is_first = true;
		sqlite3_reset(s);
		while (sqlite3_step(s) == SQLITE_ROW) {
			enum kind k = kind_of(span_str((const char *)sqlite3_column_text(s, 0)));
			if (k == KIND_COUNT || (int)kind_class(k) != class)
				continue;
			print_kind(s, is_first ? class_name(class) : "", to);
			is_first = false;
		}
	}
	if (s)
		sqlite3_reset(s);
	int64_t weak = count_of(c, "SELECT count(*) FROM finding WHERE confidence < 0.5");
	if (weak)
		fprintf(to, "not counted    %s weaker findings, below confidence 0.5\n", number_words(weak).s);
	int64_t matches = count_of(c, "SELECT count(DISTINCT item) FROM match");
	if (matches)
		fprintf(to, "is it ours     %s items match registered ones\n", number_words(matches).s);
}

/* The ledger: every byte in exactly one state. */
static void print_ledger(struct case_file *c, FILE *to)
{
	int64_t all = count_of(c, "SELECT sum(bytes) FROM ledger"), size = count_of(c, "SELECT sum(size) FROM item WHERE depth = 0");
	sqlite3_stmt *s = case_query(c, "SELECT state, sum(bytes) FROM ledger GROUP BY state HAVING sum(bytes) > 0 ORDER BY 2 DESC");
	fprintf(to, "\n%-14s %-18s %12s\n", "what was read", "", "bytes");
	while (s && sqlite3_step(s) == SQLITE_ROW) {
		int64_t n = sqlite3_column_int64(s, 1);
		fprintf(to, "%-14s %-18s %12s  %5.1f %%\n", "", state_words(sqlite3_column_int(s, 0)), number_words(n).s,
		        all ? 100.0 * (double)n / (double)all : 0.0);
	}
	if (s)
		sqlite3_reset(s);
	fprintf(to, "%-14s %-18s %12s  ", "", "sum", number_words(all).s);
	if (all == size)
		fputs("equals the size of the files\n", to);
	else
		fprintf(to, "of %s\n", number_words(size).s);
}

/* Names come from an enemy, and may be long: controls spelled out, the middle left out. */
static void print_trail(const char *trail, FILE *to)
{
	enum { HEAD = 44, TAIL = 64 };
	struct buf b;
	buf_init(&b, 1 << 20);
	visible_add(&b, span_str(trail));
	struct span s = buf_span(&b);
	size_t head = HEAD, tail = s.n > TAIL ? s.n - TAIL : 0;
	while (head && (span_at(s, head) & 0xc0) == 0x80)
		head--;
	while (tail < s.n && (span_at(s, tail) & 0xc0) == 0x80)
		tail++;
	if (s.n > HEAD + TAIL + 3)
		fprintf(to, "%.*s...%.*s", (int)head, (const char *)s.p, (int)(s.n - tail), (const char *)s.p + tail);
	else
		fprintf(to, "%.*s", (int)s.n, s.n ? (const char *)s.p : "");
	buf_release(&b);
}

static void print_reason(const char *reason, FILE *to)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	visible_add(&b, span_str(reason));
	fprintf(to, ": %s\n", buf_string(&b));
	buf_release(&b);
}

/* A few of each state, the worst first. */
static void print_unread(struct case_file *c, FILE *to)
{
	int64_t all = count_of(c, "SELECT count(*) FROM item WHERE state = 2 AND status > 0");
	if (!all) {
		fputs("\nnot whole      nothing: all was read\n", to);
		return;
	}
	sqlite3_stmt *s = case_query(c, "SELECT trail, status, reason, n, place FROM (SELECT trail, status, reason, count(*) OVER (PARTITION BY status) AS n,"
	                             " row_number() OVER (PARTITION BY status ORDER BY trail) AS place FROM item WHERE state = 2 AND status > 0)"
	                             " WHERE place <= 3 ORDER BY status = 6, status DESC, trail");
	fprintf(to, "\nnot whole      %s items; strandline export items lists them all\n", number_words(all).s);
	while (s && sqlite3_step(s) == SQLITE_ROW) {
		const char *reason = (const char *)sqlite3_column_text(s, 2);
		if (sqlite3_column_int64(s, 4) == 1)
			fprintf(to, "  %s %s\n", number_words(sqlite3_column_int64(s, 3)).s, state_words(sqlite3_column_int(s, 1)));
		fputs("    ", to);
		print_trail((const char *)sqlite3_column_text(s, 0), to);
		print_reason(reason ? reason : "no reason was given", to);
	}
	if (s)
		sqlite3_reset(s);
}

int summary_print(struct case_file *c, FILE *to)
{
	print_input(c, to);
	print_findings(c, to);
	print_ledger(c, to);
	print_unread(c, to);
	return OK;
}
