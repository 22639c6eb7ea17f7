/* A match into the case. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "scan/match_own.h"

/* Logarithms, since the product is often too small for a double. */
double chance_of(const struct matcher *m, size_t asked, uint32_t anchors)
{
	double first = log10((double)asked + 1) + log10((double)m->counts.anchors + 1) - 64 * log10(2);
	double further = log10((double)m->counts.items + 1) - 64 * log10(2);
	double sum = (first < 0 ? first : 0) + (anchors > 1 ? (anchors - 1) * further : 0);
	return sum < -300 ? 1e-300 : pow(10, sum);
}

static void add_runs(struct buf *b, const struct candidate *c)
{
	buf_add_byte(b, '[');
	for (size_t i = 0; c && i < c->run_count && i < RUNS_MAX; i++)
		buf_format(b, "%s{\"item_start\":%llu,\"registered_start\":%llu,\"length\":%llu,\"exact\":%s,\"likelihood_ratio\":%.3g}",
		           i ? "," : "", (unsigned long long)c->runs[i].leak_at, (unsigned long long)c->runs[i].registered_at,
		           (unsigned long long)c->runs[i].length, c->runs[i].exact ? "true" : "false", c->runs[i].ratio);
	buf_add_byte(b, ']');
}

int match_write(struct matcher *m, int64_t row, const struct match_row *r, struct fault *why)
{
	struct buf runs;
	buf_init(&runs, 1 << 20);
	add_runs(&runs, r->c);
	sqlite3_stmt *q = case_query(m->c, "INSERT INTO match(item, registered, relation, share_of_item, share_of_registered,"
	                             " runs, chance, likelihood_ratio, details) VALUES(?,?,?,?,?,?,?,?,?)");
	sqlite3_bind_int64(q, 1, row);
	sqlite3_bind_text(q, 2, r->registered, -1, SQLITE_STATIC);
	sqlite3_bind_text(q, 3, r->relation, -1, SQLITE_STATIC);
	sqlite3_bind_double(q, 4, fmin(1, r->share_of_item));
	sqlite3_bind_double(q, 5, fmin(1, r->share_of_registered));
	sqlite3_bind_text(q, 6, buf_string(&runs), -1, SQLITE_STATIC);
	sqlite3_bind_double(q, 7, r->chance);
	sqlite3_bind_double(q, 8, r->ratio);
	sqlite3_bind_text(q, 9, r->details, -1, SQLITE_STATIC);
	int e = case_step(m->c, q, why);
	buf_release(&runs);
	return e;
}
