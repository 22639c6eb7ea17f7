#include "cmd/summary.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

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
	char size[32];
	human_bytes((uint64_t)count_of(c, "SELECT sum(size) FROM item WHERE depth = 0"), size, sizeof(size));
	fprintf(to, "examined   %lld files, %s, holding %lld items\n",
	        (long long)count_of(c, "SELECT count(*) FROM item WHERE depth = 0"), size,
	        (long long)count_of(c, "SELECT count(*) FROM item"));
}

static void print_findings(struct case_file *c, FILE *to)
{
	sqlite3_stmt *s = case_query(c, "SELECT kind, count(*), count(DISTINCT digest), count(DISTINCT item) FROM finding"
	                             " WHERE confidence >= 0.5 GROUP BY kind ORDER BY kind");
	static const char *const order[] = { "identity", "contact", "payment", "credential", "infrastructure",
		"accounting", "mail", "health", "film", "term" };
	for (size_t i = 0; s && i < sizeof(order) / sizeof(*order); i++) {
		bool is_first = true;
		sqlite3_reset(s);
		while (sqlite3_step(s) == SQLITE_ROW) {
			const char *kind = (const char *)sqlite3_column_text(s, 0);
			if (strcmp(class_name(kind_class(kind_of(span_str(kind)))), order[i]) != 0)
				continue;
			fprintf(to, "%-14s %-20s %8lld found, %8lld different, in %lld items\n", is_first ? order[i] : "", kind,
			        (long long)sqlite3_column_int64(s, 1), (long long)sqlite3_column_int64(s, 2),
			        (long long)sqlite3_column_int64(s, 3));
			is_first = false;
		}
	}
	if (s)
		sqlite3_reset(s);
}

/* The ledger: every byte in exactly one state. */
static void print_ledger(struct case_file *c, FILE *to)
{
	static const char *const names[] = { "read", "partial", "encrypted", "unreadable", "crashed", "timed out",
		"skipped", "decoded" };
	sqlite3_stmt *s = case_query(c, "SELECT state, sum(bytes) FROM ledger GROUP BY state ORDER BY state");
	fputs("bytes         ", to);
	while (s && sqlite3_step(s) == SQLITE_ROW) {
		char size[32];
		human_bytes((uint64_t)sqlite3_column_int64(s, 1), size, sizeof(size));
		fprintf(to, " %s %s;", size, names[sqlite3_column_int(s, 0) & 7]);
	}
	fputc('\n', to);
	if (s)
		sqlite3_reset(s);
}

static void print_unread(struct case_file *c, FILE *to)
{
	enum { SHOWN = 12 };
	sqlite3_stmt *s = case_query(c, "SELECT status, count(*) FROM item WHERE status > 0 GROUP BY status ORDER BY status");
	fputs("not whole     ", to);
	bool is_any = false;
	while (s && sqlite3_step(s) == SQLITE_ROW) {
		fprintf(to, " %lld %s;", (long long)sqlite3_column_int64(s, 1), status_name((enum status)sqlite3_column_int(s, 0)));
		is_any = true;
	}
	fputs(is_any ? "\n" : " nothing: all was read\n", to);
	if (s)
		sqlite3_reset(s);
	s = case_query(c, "SELECT trail, status, reason FROM item WHERE status > 0 ORDER BY status DESC, trail LIMIT 13");
	for (int i = 0; s && sqlite3_step(s) == SQLITE_ROW; i++) {
		if (i == SHOWN) {
			fputs("               ...; strandline export items lists them all\n", to);
			break;
		}
		const char *reason = (const char *)sqlite3_column_text(s, 2);
		fprintf(to, "  %-11s %s%s%s\n", status_name((enum status)sqlite3_column_int(s, 1)),
		        (const char *)sqlite3_column_text(s, 0), reason ? ": " : "", reason ? reason : "");
	}
	if (s)
		sqlite3_reset(s);
}

int summary_print(struct case_file *c, FILE *to)
{
	print_input(c, to);
	print_findings(c, to);
	int64_t persons = count_of(c, "SELECT count(*) FROM person");
	if (persons)
		fprintf(to, "persons        %lld\n", (long long)persons);
	print_ledger(c, to);
	print_unread(c, to);
	return OK;
}
