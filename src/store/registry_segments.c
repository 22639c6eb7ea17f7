/* The registry's segments: opened, written, merged, compacted, and files that no row names removed. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/registry_own.h"

static void path_of(const struct registry *r, const char *name, char path[4096])
{
	snprintf(path, 4096, "%s/anchors/%s", r->dir, name);
}

void registry_parts_close(struct registry *r)
{
	for (unsigned i = 0; i < r->part_count; i++)
		segment_close(r->parts[i].s);
	r->part_count = 0;
}

static int part_open(struct registry *r, const char *name, int space, uint64_t count, struct fault *why)
{
	char path[4096];
	if (r->part_count == SEGMENTS_MAX || space < 0 || space >= PRINT_SPACES || strlen(name) >= sizeof(r->parts[0].name))
		return fault_set(why, E_STORE, "%s: its list of segments is damaged", r->dir);
	struct part *p = &r->parts[r->part_count];
	path_of(r, name, path);
	int e = segment_open(path, &p->s, why);
	if (e)
		return e;
	r->part_count++;
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->space = (enum print_space)space;
	if (segment_count(p->s) != count || segment_space(p->s) != (uint32_t)space)
		return fault_set(why, E_STORE, "%s: not the segment that the registry wrote; restore it from a copy", path);
	return OK;
}

int registry_parts_open(struct registry *r, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "SELECT name, space, count FROM segment ORDER BY name");
	int e = OK;
	if (!q)
		return fault_set(why, E_STORE, "%s: %s", r->dir, sqlite3_errmsg(case_db(r->c)));
	while (!e && sqlite3_step(q) == SQLITE_ROW)
		e = part_open(r, (const char *)sqlite3_column_text(q, 0), sqlite3_column_int(q, 1),
		              (uint64_t)sqlite3_column_int64(q, 2), why);
	sqlite3_reset(q);
	return e;
}

static bool is_named(const struct registry *r, const char *name)
{
	for (unsigned i = 0; i < r->part_count; i++)
		if (strcmp(r->parts[i].name, name) == 0)
			return true;
	return false;
}

/* Files of segments that were merged away, or whose writing broke off. Only after a commit. */
static void remove_unnamed(struct registry *r)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/anchors", r->dir);
	DIR *d = opendir(path);
	for (struct dirent *f = d ? readdir(d) : NULL; f; f = readdir(d)) {
		size_t n = strlen(f->d_name);
		if (n < 4 || strcmp(f->d_name + n - 4, ".seg") != 0 || is_named(r, f->d_name))
			continue;
		path_of(r, f->d_name, path);
		unlink(path);
	}
	if (d)
		closedir(d);
}

static int row_add(struct registry *r, const char *name, enum print_space space, uint64_t count,
                   const unsigned char sha256[32], struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "INSERT INTO segment(name, space, count, sha256) VALUES(?,?,?,?)");
	sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int(q, 2, (int)space);
	sqlite3_bind_int64(q, 3, (int64_t)count);
	sqlite3_bind_blob(q, 4, sha256, 32, SQLITE_STATIC);
	int e = case_step(r->c, q, why);
	return e ? e : part_open(r, name, (int)space, count, why);
}

static int row_drop(struct registry *r, unsigned part, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "DELETE FROM segment WHERE name=?");
	sqlite3_bind_text(q, 1, r->parts[part].name, -1, SQLITE_STATIC);
	int e = case_step(r->c, q, why);
	segment_close(r->parts[part].s);
	r->parts[part] = r->parts[--r->part_count];
	return e;
}

static int name_next(struct registry *r, char name[32], struct fault *why)
{
	snprintf(name, 32, "%08llu.seg", (unsigned long long)r->next_segment++);
	return registry_set(r, "next-segment", (int64_t)r->next_segment, why);
}

static int write_pairs(struct registry *r, const char *path, enum print_space space, unsigned char sha256[32], struct fault *why)
{
	const struct pairs *v = &r->pending[space];
	struct segment_writer *w = NULL;
	uint64_t count;
	int e = segment_create(path, (uint32_t)space, v->n, r->next_place + 1, &w, why);
	for (size_t i = 0; i < v->n && !e; i++)
		e = segment_add(w, v->p[i], why);
	if (!e)
		e = segment_finish(w, &count, sha256, why);
	segment_writer_close(w);
	return e;
}

static int sort_pending(struct registry *r, enum print_space space, struct fault *why)
{
	struct pairs *v = &r->pending[space];
	struct pair *spare = malloc((v->n + 1) * sizeof(*spare));
	if (!spare)
		return fault_set(why, E_MEMORY, "no memory to sort anchors");
	if (v->n)
		pairs_sort(v->p, spare, v->n);
	free(spare);
	return OK;
}

static int flush_space(struct registry *r, enum print_space space, struct fault *why)
{
	char name[32], path[4096];
	unsigned char sha256[32];
	struct pairs *v = &r->pending[space];
	if (!v->n)
		return OK;
	int e = sort_pending(r, space, why);
	if (!e)
		e = name_next(r, name, why);
	path_of(r, name, path);
	if (!e)
		e = write_pairs(r, path, space, sha256, why);
	if (!e)
		e = row_add(r, name, space, v->n, sha256, why);
	sqlite3_stmt *q = case_query(r->c, "DELETE FROM pending WHERE space=?");
	sqlite3_bind_int(q, 1, (int)space);
	if (!e)
		e = case_step(r->c, q, why);
	if (!e)
		v->n = v->saved = 0;
	return e;
}

/* ---- merging ---- */

bool registry_place_lives(void *user, struct pair p)
{
	struct registry_stream s;
	return registry_stream_at(user, p.at, &s, NULL) != OK || s.item != 0;
}

/* Merges the chosen parts into one; drops tombstones when asked. */
static int merge_parts(struct registry *r, const unsigned *which, unsigned n, bool drops_gone, struct fault *why)
{
	struct segment *from[SEGMENTS_MAX];
	char name[32], path[4096], old[SEGMENTS_MAX][32];
	unsigned char sha256[32];
	uint64_t count = 0;
	enum print_space space = r->parts[which[0]].space;
	for (unsigned i = 0; i < n; i++) {
		from[i] = r->parts[which[i]].s;
		memcpy(old[i], r->parts[which[i]].name, sizeof(old[i]));
	}
	int e = name_next(r, name, why);
	path_of(r, name, path);
	if (!e)
		e = segment_merge(path, from, n, r->next_place + 1, drops_gone ? registry_place_lives : NULL, r, &count, sha256, why);
	for (unsigned i = 0; i < n && !e; i++)
		for (unsigned k = 0; k < r->part_count; k++)
			if (strcmp(r->parts[k].name, old[i]) == 0) {
				e = row_drop(r, k, why);
				break;
			}
	return e ? e : row_add(r, name, space, count, sha256, why);
}

/* The tier of a segment: those within a factor of four of each other. */
static unsigned tier_of(uint64_t count)
{
	unsigned tier = 0;
	while (count >= 1024 && tier < 40) {
		count /= 4;
		tier++;
	}
	return tier;
}

/* Merges the first tier that has MERGE_AT segments; PART when none has. */
static int merge_a_tier(struct registry *r, enum print_space space, struct fault *why)
{
	for (unsigned tier = 0; tier <= 40; tier++) {
		unsigned which[SEGMENTS_MAX], n = 0;
		for (unsigned i = 0; i < r->part_count; i++)
			if (r->parts[i].space == space && tier_of(segment_count(r->parts[i].s)) == tier)
				which[n++] = i;
		if (n >= MERGE_AT)
			return merge_parts(r, which, n, false, why);
	}
	return PART;
}

static int commit(struct registry *r, struct fault *why)
{
	int e = registry_save(r, why);
	if (!e)
		e = case_checkpoint(r->c, why);
	if (!e)
		remove_unnamed(r);
	return e;
}

int registry_flush(struct registry *r, bool force, struct fault *why)
{
	int e = OK;
	for (int s = 0; s < PRINT_SPACES && !e; s++) {
		if (!force && r->pending[s].n < PENDING_FEW)
			continue;
		e = flush_space(r, (enum print_space)s, why);
		while (!e)	/* ends: each turn leaves fewer segments */
			e = merge_a_tier(r, (enum print_space)s, why);
		e = e == PART ? OK : e;
	}
	return e ? e : commit(r, why);
}

int registry_compact(struct registry *r, struct fault *why)
{
	int e = registry_flush(r, true, why);
	for (int s = 0; s < PRINT_SPACES && !e; s++) {
		unsigned which[SEGMENTS_MAX], n = 0;
		for (unsigned i = 0; i < r->part_count; i++)
			if (r->parts[i].space == (enum print_space)s)
				which[n++] = i;
		if (n)
			e = merge_parts(r, which, n, true, why);
	}
	sqlite3_stmt *q = case_query(r->c, "DELETE FROM stream WHERE item IS NULL");
	if (!e)
		e = case_step(r->c, q, why);
	return e ? e : commit(r, why);
}
