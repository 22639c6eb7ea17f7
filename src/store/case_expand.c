/*
 * Copies: an item whose bytes and name another item has is not read again;
 * it points to that one, and at the end of a run the rows below are written
 * out for it under its own trail.
 */
#include <stdlib.h>

#include "store/case.h"

enum { PAIRS_MAX = 1 << 22 };

struct pair { int64_t from, to; };
struct pairs { struct pair *pair; size_t count, room; };

static int pair_add(struct pairs *p, int64_t from, int64_t to)
{
	if (p->count == p->room) {
		size_t room = p->room ? p->room * 2 : 256;
		struct pair *more = room <= PAIRS_MAX ? realloc(p->pair, room * sizeof(*more)) : NULL;
		if (!more)
			return E_LIMIT;
		p->pair = more;
		p->room = room;
	}
	p->pair[p->count++] = (struct pair){ from, to };
	return OK;
}

/* What was found in one item, and how it ended, for the other. */
static int copy_rows(struct case_file *c, struct pair p, struct fault *why)
{
	static const char *const steps[] = {
		"UPDATE item SET (type, status, reason, known, state, dup) ="
		" (SELECT type, status, reason, known, 2, dup FROM item WHERE id=?1) WHERE id=?2",
		"INSERT INTO finding(item, kind, mask, digest, sealed, confidence, chance, rule, checks, space, start, end,"
		" sheet, row, col, page, context, context_sealed) SELECT ?2, kind, mask, digest, sealed, confidence, chance,"
		" rule, checks, space, start, end, sheet, row, col, page, context, context_sealed FROM finding WHERE item=?1",
		"INSERT INTO claim(item, basis, space, start, end, sheet, row, col, page, sealed)"
		" SELECT ?2, basis, space, start, end, sheet, row, col, page, sealed FROM claim WHERE item=?1",
		"INSERT INTO match(item, registered, relation, share_of_item, share_of_registered, runs, chance,"
		" likelihood_ratio, recipient, details) SELECT ?2, registered, relation, share_of_item, share_of_registered,"
		" runs, chance, likelihood_ratio, recipient, details FROM match WHERE item=?1",
		"INSERT OR REPLACE INTO mail(item, sealed, sent, deleted) SELECT ?2, sealed, sent, deleted FROM mail WHERE item=?1",
	};
	int e = OK;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !e; i++) {
		sqlite3_stmt *s = case_query(c, steps[i]);
		sqlite3_bind_int64(s, 1, p.from);
		sqlite3_bind_int64(s, 2, p.to);
		e = case_step(c, s, why);
	}
	return e;
}

/* A child of `to` for every child of `from`, with its pair behind the list. */
static int copy_children(struct case_file *c, struct pair p, struct pairs *pairs, struct fault *why)
{
	sqlite3_stmt *s = case_query(c,
		"INSERT INTO item(parent, top, depth, trail, name, type, size, sha256, sha1, md5, state, modified, created, accessed)"
		" SELECT d.id, CASE d.top WHEN 0 THEN d.id ELSE d.top END, d.depth + 1,"
		" d.trail || substr(k.trail, length(s.trail) + 1), k.name, k.type, k.size, k.sha256, k.sha1, k.md5, 1,"
		" k.modified, k.created, k.accessed FROM item k, item s, item d"
		" WHERE k.parent = ?1 AND s.id = ?1 AND d.id = ?2 ORDER BY k.id"
		" ON CONFLICT(trail) DO UPDATE SET state=1");
	sqlite3_bind_int64(s, 1, p.from);
	sqlite3_bind_int64(s, 2, p.to);
	int e = case_step(c, s, why);
	if (e)
		return e;
	s = case_query(c, "SELECT k.id, n.id FROM item k JOIN item s ON s.id = ?1 JOIN item d ON d.id = ?2"
	               " JOIN item n ON n.trail = d.trail || substr(k.trail, length(s.trail) + 1) WHERE k.parent = ?1");
	sqlite3_bind_int64(s, 1, p.from);
	sqlite3_bind_int64(s, 2, p.to);
	while (!e && sqlite3_step(s) == SQLITE_ROW)
		e = pair_add(pairs, sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1));
	sqlite3_reset(s);
	return e;
}

static int mark_unwritten(struct case_file *c, int64_t row, struct fault *why)
{
	sqlite3_stmt *s = case_query(c, "UPDATE item SET dup=NULL, status=1,"
	                             " reason='a copy with too many items below to write them out' WHERE id=?");
	sqlite3_bind_int64(s, 1, row);
	return case_step(c, s, why);
}

static int expand(struct case_file *c, struct pair top, struct pairs *pairs, struct fault *why)
{
	size_t done = 0;
	pairs->count = 0;
	int e = pair_add(pairs, top.from, top.to);
	for (; !e && done < pairs->count; done++) {	/* ends: each pair is one item of a finite tree, and copies count towards PAIRS_MAX */
		struct pair p = pairs->pair[done];
		e = copy_rows(c, p, why);
		if (!e)
			e = copy_children(c, p, pairs, why);
	}
	return e == E_LIMIT ? mark_unwritten(c, top.to, why) : e;
}

static bool next_copy(struct case_file *c, struct pair *p)
{
	sqlite3_stmt *s = case_query(c, "SELECT dup, id FROM item WHERE dup IS NOT NULL AND state=2 ORDER BY id LIMIT 1");
	bool is_there = sqlite3_step(s) == SQLITE_ROW;
	if (is_there)
		*p = (struct pair){ sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1) };
	sqlite3_reset(s);
	return is_there;
}

int case_expand_duplicates(struct case_file *c, struct fault *why)
{
	struct pairs pairs = { 0 };
	struct pair p;
	size_t total = 0;
	int e = case_run(c, "CREATE INDEX IF NOT EXISTS item_dup ON item(dup) WHERE dup IS NOT NULL", why);
	while (!e && next_copy(c, &p)) {
		e = total > PAIRS_MAX ? mark_unwritten(c, p.to, why) : expand(c, p, &pairs, why);
		total += pairs.count;
	}
	free(pairs.pair);
	return e;
}
