/*
 * Fingerprints of registered films: write-once files film/NAME.film, named by
 * the first half of their SHA-256, with a row each in the catalogue. What is
 * inside is the film part's affair (film/fingerprint.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/hash.h"
#include "store/registry_own.h"

static void film_path(const struct registry *r, const char *name, const char *end, char path[4096])
{
	snprintf(path, 4096, "%s/film/%s%s", r->dir, name, end);
}

int registry_films_make(struct registry *r, struct fault *why)
{
	char path[4096];
	if (r->mode == CASE_READ)
		return OK;
	snprintf(path, sizeof(path), "%s/film", r->dir);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return fault_set(why, E_STORE, "%s: %s", path, strerror(errno));
	return case_run(r->c, "CREATE TABLE IF NOT EXISTS film(item INTEGER PRIMARY KEY, name TEXT, size INTEGER, sha256 BLOB,"
	                " background INTEGER)", why);
}

/* ---- writing ---- */

int registry_item_film(struct registry *r, int64_t row, struct span part, struct fault *why)
{
	struct gathering *g = registry_gathering_of(r, row);
	if (!g)
		return OK;
	buf_add(&g->film, part);
	return g->film.is_full ? fault_set(why, E_MEMORY, "a film's fingerprint of more than %d MB", FILM_BYTES_MAX >> 20) : OK;
}

static int write_whole(int fd, struct span bytes)
{
	while (bytes.n) {	/* ends: every turn writes some or fails */
		ssize_t n = write(fd, bytes.p, bytes.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		bytes = span_from(bytes, (size_t)n);
	}
	return fsync(fd);
}

/* Under another name first: a file of the right name is whole. */
static int write_file(struct registry *r, const char *name, struct span bytes, struct fault *why)
{
	char path[4096], part[4096];
	struct stat st;
	film_path(r, name, ".film", path);
	film_path(r, name, ".part", part);
	if (stat(path, &st) == 0 && (size_t)st.st_size == bytes.n)
		return OK;
	int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int e = fd < 0 ? -1 : write_whole(fd, bytes);
	if (fd >= 0)
		e |= close(fd);
	if (e != 0 || rename(part, path) != 0)
		return fault_set(why, E_STORE, "%s: %s", path, strerror(errno));
	return OK;
}

static int film_store(struct registry *r, int64_t row, struct span bytes, bool is_background, struct fault *why)
{
	unsigned char digest[32];
	char name[33];
	hash_sha256(bytes, digest);
	hash_hex(digest, 16, name);
	int e = write_file(r, name, bytes, why);
	if (e)
		return e;
	sqlite3_stmt *q = case_query(r->c, "INSERT OR REPLACE INTO film(item, name, size, sha256, background) VALUES(?,?,?,?,?)");
	if (!q)
		return fault_set(why, E_STORE, "%s: %s", r->dir, sqlite3_errmsg(case_db(r->c)));
	sqlite3_bind_int64(q, 1, row);
	sqlite3_bind_text(q, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 3, (int64_t)bytes.n);
	sqlite3_bind_blob(q, 4, digest, 32, SQLITE_STATIC);
	sqlite3_bind_int(q, 5, is_background);
	return case_step(r->c, q, why);
}

int registry_film_store(struct registry *r, const struct gathering *g, struct fault *why)
{
	return g->film.n ? film_store(r, g->row, buf_span(&g->film), r->is_background, why) : OK;
}

/* ---- looking up ---- */

static struct span map_file(struct registry *r, const char *name, int64_t size, struct fault *why)
{
	char path[4096];
	struct stat st;
	void *p = MAP_FAILED;
	film_path(r, name, ".film", path);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && fstat(fd, &st) == 0 && size > 0 && st.st_size == size)
		p = mmap(NULL, (size_t)size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED) {
		fault_set(why, E_STORE, "%s: missing or cut; restore it from a copy, or register the film again", path);
		return span_of(NULL, 0);
	}
	return span_of(p, (size_t)size);
}

void registry_films_close(struct registry *r)
{
	for (size_t i = 0; i < r->film_count; i++)
		munmap((void *)(uintptr_t)r->films[i].bytes.p, r->films[i].bytes.n);
	free(r->films);
	r->films = NULL;
	r->film_count = 0;
}

static int films_load(struct registry *r, size_t room, struct fault *why)
{
	int e = OK;
	sqlite3_stmt *q = case_query(r->c, "SELECT f.item, f.name, f.size, f.background FROM film f JOIN item i ON i.id = f.item"
	                             " ORDER BY f.item");
	while (!e && q && r->film_count < room && sqlite3_step(q) == SQLITE_ROW) {
		struct registry_film *f = &r->films[r->film_count];
		f->item = sqlite3_column_int64(q, 0);
		f->is_background = sqlite3_column_int(q, 3) != 0;
		f->bytes = map_file(r, (const char *)sqlite3_column_text(q, 1), sqlite3_column_int64(q, 2), why);
		e = f->bytes.p ? OK : E_STORE;
		r->film_count += !e;
	}
	if (q)
		sqlite3_reset(q);
	return e;
}

int registry_films(struct registry *r, const struct registry_film **films, size_t *n, struct fault *why)
{
	int64_t count = 0;
	sqlite3_stmt *q = case_query(r->c, "SELECT count(*) FROM film");	/* older registries have no such table */
	if (q && sqlite3_step(q) == SQLITE_ROW)
		count = sqlite3_column_int64(q, 0);
	if (q)
		sqlite3_reset(q);
	int e = OK;
	if (!r->films && count > 0) {
		r->films = calloc((size_t)count, sizeof(*r->films));
		e = r->films ? films_load(r, (size_t)count, why) : fault_set(why, E_MEMORY, "no memory for films");
	}
	*films = r->films;
	*n = r->film_count;
	return e;
}

/* ---- upkeep ---- */

int registry_films_verify(struct registry *r, struct fault *why)
{
	int e = OK;
	sqlite3_stmt *q = case_query(r->c, "SELECT name, size, sha256 FROM film");
	while (!e && q && sqlite3_step(q) == SQLITE_ROW) {
		unsigned char digest[32];
		struct span bytes = map_file(r, (const char *)sqlite3_column_text(q, 0), sqlite3_column_int64(q, 1), why);
		if (!bytes.p) {
			e = E_STORE;
			break;
		}
		hash_sha256(bytes, digest);
		munmap((void *)(uintptr_t)bytes.p, bytes.n);
		if (sqlite3_column_bytes(q, 2) != 32 || memcmp(sqlite3_column_blob(q, 2), digest, 32) != 0)
			e = fault_set(why, E_STORE, "%s/film/%s.film: not what the registry wrote; restore it from a copy", r->dir,
			              (const char *)sqlite3_column_text(q, 0));
	}
	if (q)
		sqlite3_reset(q);
	return e;
}

/* items: what is added to the other's row numbers; rows that were not taken over are left out. */
int registry_films_merge(struct registry *r, struct registry *other, int64_t items, struct fault *why)
{
	const struct registry_film *films;
	size_t n;
	int e = registry_films(other, &films, &n, why);
	for (size_t i = 0; i < n && !e; i++) {
		sqlite3_stmt *q = case_query(r->c, "SELECT 1 FROM item WHERE id=?");
		sqlite3_bind_int64(q, 1, films[i].item + items);
		bool is_taken = sqlite3_step(q) == SQLITE_ROW;
		sqlite3_reset(q);
		if (is_taken)
			e = film_store(r, films[i].item + items, films[i].bytes, films[i].is_background, why);
	}
	return e;
}
