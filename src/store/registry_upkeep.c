/* What is done with whole registries: verify, forget, merge. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/registry_own.h"

static int check_database(struct registry *r, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "PRAGMA quick_check(1)");
	char text[160] = "unreadable";
	if (q && sqlite3_step(q) == SQLITE_ROW)
		snprintf(text, sizeof(text), "%s", (const char *)sqlite3_column_text(q, 0));
	if (q)
		sqlite3_reset(q);
	return strcmp(text, "ok") == 0 ? OK : fault_set(why, E_STORE, "%s/registry.db: damaged: %s; restore it from a copy", r->dir, text);
}

int registry_verify(struct registry *r, struct fault *why)
{
	int e = check_database(r, why);
	for (unsigned i = 0; i < r->part_count && !e; i++) {
		unsigned char digest[32];
		e = segment_verify(r->parts[i].s, digest, why);
		sqlite3_stmt *q = case_query(r->c, "SELECT sha256 FROM segment WHERE name=?");
		sqlite3_bind_text(q, 1, r->parts[i].name, -1, SQLITE_STATIC);
		bool is_same = sqlite3_step(q) == SQLITE_ROW && sqlite3_column_bytes(q, 0) == 32 && !e &&
		               memcmp(sqlite3_column_blob(q, 0), digest, 32) == 0;
		sqlite3_reset(q);
		if (!e && !is_same)
			e = fault_set(why, E_STORE, "%s/anchors/%s: not the segment that the registry wrote; restore it from a copy",
			              r->dir, r->parts[i].name);
	}
	return e ? e : registry_films_verify(r, why);
}

/* ---- forget ---- */

static int forget_top(struct registry *r, int64_t row, struct fault *why)
{
	int e = case_top_clear(r->c, row, why);
	sqlite3_stmt *q = case_query(r->c, "DELETE FROM item WHERE id=?");
	sqlite3_bind_int64(q, 1, row);
	return e ? e : case_step(r->c, q, why);
}

int registry_forget(struct registry *r, const char *path, uint64_t *count, struct fault *why)
{
	enum { BATCH = 256 };
	int e = OK;
	size_t n = BATCH;
	*count = 0;
	while (n == BATCH && !e) {	/* ends: rows that were given are deleted */
		int64_t rows[BATCH];
		sqlite3_stmt *q = case_query(r->c, "SELECT id FROM item WHERE depth = 0 AND (trail = ?1 OR substr(trail, 1,"
		                             " length(rtrim(?1, '/')) + 1) = rtrim(?1, '/') || '/') LIMIT 256");
		sqlite3_bind_text(q, 1, path, -1, SQLITE_STATIC);
		for (n = 0; n < BATCH && sqlite3_step(q) == SQLITE_ROW; n++)
			rows[n] = sqlite3_column_int64(q, 0);
		sqlite3_reset(q);
		for (size_t i = 0; i < n && !e; i++)
			e = forget_top(r, rows[i], why);
		*count += n;
	}
	return e;
}

/* ---- merge ---- */

static int run(struct registry *r, const char *sql, int64_t a, int64_t b, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, sql);
	if (!q)
		return fault_set(why, E_STORE, "%s: %s", r->dir, sqlite3_errmsg(case_db(r->c)));
	sqlite3_bind_int64(q, 1, a);
	sqlite3_bind_int64(q, 2, b);
	return case_step(r->c, q, why);
}

/* Rows of the other registry, numbers moved up; items whose path is registered here already stay as they are here. */
static int take_rows(struct registry *r, int64_t items, int64_t places, struct fault *why)
{
	static const char *const steps[] = {
		"INSERT OR IGNORE INTO collection(name, window, background) SELECT name, window, background FROM other.collection"
		" WHERE ?1 >= 0 AND ?2 >= 0",
		"INSERT OR IGNORE INTO item(id, parent, top, depth, trail, name, type, size, sha256, sha1, md5, state, status, reason,"
		" dup, known, modified, created, accessed, file_id) SELECT id + ?1, CASE parent WHEN 0 THEN 0 ELSE parent + ?1 END,"
		" CASE top WHEN 0 THEN 0 ELSE top + ?1 END, depth, trail, name, type, size, sha256, sha1, md5, state, status, reason,"
		" dup + ?1, known, modified, created, accessed, file_id FROM other.item WHERE ?2 >= 0 ORDER BY id",
		"INSERT OR IGNORE INTO ledger(top, state, bytes) SELECT top + ?1, state, bytes FROM other.ledger WHERE ?2 >= 0"
		" AND EXISTS (SELECT 1 FROM item WHERE id = top + ?1)",
		"INSERT INTO stream(base, item, space, size, window, background) SELECT base + ?2,"
		" (SELECT id FROM item WHERE id = o.item + ?1), space, size, window, background FROM other.stream o",
		"INSERT INTO registered(item, collection, root, text_length, path) SELECT o.item + ?1, c.id, o.root, o.text_length, o.path"
		" FROM other.registered o JOIN other.collection oc ON oc.id = o.collection JOIN collection c ON c.name = oc.name"
		" WHERE ?2 >= 0 AND EXISTS (SELECT 1 FROM item WHERE id = o.item + ?1)",
		"INSERT INTO picture(item, page, quality, pdq, background) SELECT item + ?1, page, quality, pdq, background"
		" FROM other.picture o WHERE ?2 >= 0 AND EXISTS (SELECT 1 FROM item WHERE id = o.item + ?1)",
	};
	int e = OK;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !e; i++)
		e = run(r, steps[i], items, places, why);
	return e;
}

static int take_anchors(struct registry *r, struct registry *other, uint64_t places, struct fault *why)
{
	int e = OK;
	for (unsigned i = 0; i < other->part_count && !e; i++) {
		const struct part *p = &other->parts[i];
		uint64_t n = segment_count(p->s);
		for (uint64_t k = 0; k < n && !e; k++) {
			struct pair one = segment_pair(p->s, k);
			one.at += places;
			if (!pairs_add(&r->pending[p->space], one))
				e = fault_set(why, E_MEMORY, "no memory for anchors");
			if (!e && r->pending[p->space].n > PENDING_MAX)
				e = registry_flush(r, true, why);
		}
	}
	for (int s = 0; s < PRINT_SPACES && !e; s++)
		for (size_t k = 0; k < other->pending[s].n && !e; k++) {
			struct pair one = other->pending[s].p[k];
			one.at += places;
			if (!pairs_add(&r->pending[s], one))
				e = fault_set(why, E_MEMORY, "no memory for anchors");
		}
	return e;
}

static int attach(struct registry *r, const char *from, struct fault *why)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/registry.db", from);
	sqlite3_stmt *q = NULL;
	int e = case_checkpoint(r->c, why);
	if (!e)
		e = case_run(r->c, "COMMIT", why);
	if (!e && sqlite3_prepare_v2(case_db(r->c), "ATTACH ? AS other", -1, &q, NULL) != SQLITE_OK)
		e = fault_set(why, E_STORE, "%s: %s", path, sqlite3_errmsg(case_db(r->c)));
	if (!e) {
		sqlite3_bind_text(q, 1, path, -1, SQLITE_STATIC);
		e = sqlite3_step(q) == SQLITE_DONE ? OK : fault_set(why, E_STORE, "%s: %s", path, sqlite3_errmsg(case_db(r->c)));
	}
	sqlite3_finalize(q);
	return e ? e : case_run(r->c, "BEGIN", why);
}

int registry_merge(struct registry *r, const char *from, const char *key_file, struct fault *why)
{
	struct registry *other = NULL;
	int64_t items = 0;
	int e = registry_open(from, key_file, CASE_READ, &other, why);
	if (e)
		return e;
	uint64_t places = r->next_place;
	if (memcmp(r->key, other->key, sizeof(r->key)) != 0)
		e = fault_set(why, E_STORE, "%s: its key is another one; only registries begun with the same key can be merged", from);
	if (!e)
		e = registry_verify(other, why);
	if (!e)
		e = attach(r, from, why);
	if (!e)
		e = registry_number(r, "SELECT coalesce(max(id), 0) FROM item", &items, why);
	if (!e)
		e = take_rows(r, items, (int64_t)places, why);
	r->next_place += other->next_place;
	if (!e)
		e = take_anchors(r, other, places, why);
	if (!e)
		e = registry_films_merge(r, other, items, why);
	r->is_sorted = false;
	registry_close(other);
	return e ? e : registry_flush(r, true, why);
}
