/* Store of store/marks.h, on SQLite. */
#include "store/marks.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_MS = 10000, CHECK_BYTES = 16 };

struct marks {
	sqlite3 *db;
	sqlite3_stmt *held;	/* whose row the last marks_copy borrows */
	char directory[4096];
	unsigned char key[MARKS_KEY];
};

static const char schema[] =
	"PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
	"CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value BLOB NOT NULL);"
	"CREATE TABLE IF NOT EXISTS films(id INTEGER PRIMARY KEY, path BLOB NOT NULL, sha256 BLOB NOT NULL,"
	" mode INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, raster_w INTEGER NOT NULL,"
	" raster_h INTEGER NOT NULL, duration REAL NOT NULL, group_s REAL NOT NULL, group_frames INTEGER NOT NULL,"
	" frames INTEGER NOT NULL, times BLOB, UNIQUE(sha256, mode));"
	"CREATE TABLE IF NOT EXISTS copies(film INTEGER NOT NULL REFERENCES films(id), number INTEGER NOT NULL,"
	" recipient TEXT NOT NULL, row TEXT NOT NULL, path BLOB NOT NULL, size INTEGER NOT NULL,"
	" state INTEGER NOT NULL, z REAL NOT NULL, PRIMARY KEY(film, number), UNIQUE(film, recipient));";

static int store_fault(struct marks *m, struct fault *why)
{
	return fault_set(why, E_STORE, "%s/marks.db: %s", m->directory, sqlite3_errmsg(m->db));
}

static int key_create(const char *path, unsigned char key[MARKS_KEY], struct fault *why)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_set(why, E_STORE, "%s: %m", path);
	randombytes_buf(key, MARKS_KEY);
	bool is_written = write(fd, key, MARKS_KEY) == MARKS_KEY && fsync(fd) == 0;
	close(fd);
	return is_written ? OK : fault_set(why, E_STORE, "%s: %m", path);
}

static int key_open(struct marks *m, bool may_create, struct fault *why)
{
	char path[4200], db[4200];
	snprintf(path, sizeof(path), "%s/marks.key", m->directory);
	snprintf(db, sizeof(db), "%s/marks.db", m->directory);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	/* a lost key is never replaced: what was marked under it could not be told from a forgery */
	if (fd < 0 && errno == ENOENT && may_create && access(db, F_OK) < 0)
		return key_create(path, m->key, why);
	if (fd < 0)
		return fault_set(why, E_STORE, "%s: %m", path);
	bool is_read = read(fd, m->key, MARKS_KEY) == MARKS_KEY;
	close(fd);
	return is_read ? OK : fault_set(why, E_STORE, "%s: shorter than %d bytes", path, MARKS_KEY);
}

static int directory_make(const char *path, struct fault *why)
{
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return fault_set(why, E_STORE, "%s: %m", path);
	return OK;
}

static int prepare(struct marks *m, const char *sql, sqlite3_stmt **s, struct fault *why)
{
	return sqlite3_prepare_v2(m->db, sql, -1, s, NULL) == SQLITE_OK ? OK : store_fault(m, why);
}

/* Steps a statement that gives no rows, and ends it. */
static int finish(struct marks *m, sqlite3_stmt *s, struct fault *why)
{
	int e = sqlite3_step(s) == SQLITE_DONE ? OK : store_fault(m, why);
	sqlite3_finalize(s);
	return e;
}

/* The key in hand must be the one the database was made with. */
static int key_check(struct marks *m, struct fault *why)
{
	unsigned char check[CHECK_BYTES];
	crypto_generichash(check, sizeof(check), (const unsigned char *)"marks check", 11, m->key, sizeof(m->key));
	sqlite3_stmt *s = NULL;
	int e = prepare(m, "INSERT OR IGNORE INTO meta VALUES('check', ?)", &s, why);
	if (e)
		return e;
	sqlite3_bind_blob(s, 1, check, sizeof(check), SQLITE_TRANSIENT);
	e = finish(m, s, why);
	if (!e)
		e = prepare(m, "SELECT value FROM meta WHERE name='check'", &s, why);
	if (e)
		return e;
	bool is_same = sqlite3_step(s) == SQLITE_ROW && sqlite3_column_bytes(s, 0) == CHECK_BYTES &&
		memcmp(sqlite3_column_blob(s, 0), check, CHECK_BYTES) == 0;
	sqlite3_finalize(s);
	return is_same ? OK : fault_set(why, E_STORE, "%s/marks.key: not the key of marks.db", m->directory);
}

static int db_open(struct marks *m, bool may_create, struct fault *why)
{
	char path[4200];
	snprintf(path, sizeof(path), "%s/marks.db", m->directory);
	int flags = SQLITE_OPEN_READWRITE | (may_create ? SQLITE_OPEN_CREATE : 0);
	if (!may_create && access(path, F_OK) < 0)
		return fault_set(why, E_STORE, "%s: %m", path);
	mode_t was = umask(0077);
	int code = sqlite3_open_v2(path, &m->db, flags, NULL);
	if (code == SQLITE_OK) {
		sqlite3_busy_timeout(m->db, BUSY_MS);
		code = sqlite3_exec(m->db, schema, NULL, NULL, NULL);
	}
	umask(was);
	return code == SQLITE_OK ? OK : store_fault(m, why);
}

int marks_open(const char *registry, bool may_create, struct marks **out, struct fault *why)
{
	if (sodium_init() < 0)
		return fault_set(why, E_STORE, "no random numbers on this system");
	struct marks *m = calloc(1, sizeof(*m));
	if (!m)
		return fault_set(why, E_MEMORY, "no memory for a registry");
	snprintf(m->directory, sizeof(m->directory), "%s", registry);
	int e = may_create ? directory_make(m->directory, why) : OK;
	if (!e)
		e = key_open(m, may_create, why);
	if (!e)
		e = db_open(m, may_create, why);
	if (!e)
		e = key_check(m, why);
	if (e)
		marks_close(m);
	else
		*out = m;
	return e;
}

void marks_close(struct marks *m)
{
	if (!m)
		return;
	sqlite3_finalize(m->held);
	sqlite3_close(m->db);
	sodium_memzero(m->key, sizeof(m->key));
	free(m);
}

#define FILM_COLUMNS "id, path, sha256, mode, width, height, raster_w, raster_h, duration, group_s, group_frames, frames"

static void film_take(sqlite3_stmt *s, struct marks_film *f)
{
	*f = (struct marks_film){ .id = sqlite3_column_int64(s, 0), .mode = sqlite3_column_int(s, 3) ? MARKS_AB : MARKS_DIRECT,
		.width = sqlite3_column_int(s, 4), .height = sqlite3_column_int(s, 5),
		.raster_w = sqlite3_column_int(s, 6), .raster_h = sqlite3_column_int(s, 7),
		.duration = sqlite3_column_double(s, 8), .group_s = sqlite3_column_double(s, 9),
		.group_frames = sqlite3_column_int(s, 10), .frames = (uint64_t)sqlite3_column_int64(s, 11) };
	snprintf(f->path, sizeof(f->path), "%s", (const char *)sqlite3_column_text(s, 1));
	if (sqlite3_column_bytes(s, 2) == MARKS_DIGEST)
		memcpy(f->sha256, sqlite3_column_blob(s, 2), MARKS_DIGEST);
}

static int film_insert(struct marks *m, const struct marks_film *f, struct fault *why)
{
	sqlite3_stmt *s = NULL;
	int e = prepare(m, "INSERT INTO films(path, sha256, mode, width, height, raster_w, raster_h, duration, group_s,"
	                " group_frames, frames) VALUES(?,?,?,?,?,?,?,?,?,?,?)", &s, why);
	if (e)
		return e;
	sqlite3_bind_text(s, 1, f->path, -1, SQLITE_STATIC);
	sqlite3_bind_blob(s, 2, f->sha256, MARKS_DIGEST, SQLITE_STATIC);
	const int ints[] = { f->mode, f->width, f->height, f->raster_w, f->raster_h };
	for (int i = 0; i < 5; i++)
		sqlite3_bind_int(s, 3 + i, ints[i]);
	sqlite3_bind_double(s, 8, f->duration);
	sqlite3_bind_double(s, 9, f->group_s);
	sqlite3_bind_int(s, 10, f->group_frames);
	sqlite3_bind_int64(s, 11, (int64_t)f->frames);
	return finish(m, s, why);
}

int marks_film_record(struct marks *m, struct marks_film *f, bool *was_known, struct fault *why)
{
	for (int round = 0; round < 2; round++) {
		sqlite3_stmt *s = NULL;
		int e = prepare(m, "SELECT " FILM_COLUMNS " FROM films WHERE sha256=? AND mode=?", &s, why);
		if (e)
			return e;
		sqlite3_bind_blob(s, 1, f->sha256, MARKS_DIGEST, SQLITE_STATIC);
		sqlite3_bind_int(s, 2, f->mode);
		bool is_there = sqlite3_step(s) == SQLITE_ROW;
		struct marks_film given = *f;
		if (is_there)
			film_take(s, f);
		sqlite3_finalize(s);
		*was_known = round == 0;
		if (is_there)
			return OK;
		e = film_insert(m, &given, why);
		if (e)
			return e;
	}
	return fault_set(why, E_STORE, "%s/marks.db: a film that was recorded is not there", m->directory);
}

int marks_film_at(struct marks *m, size_t i, struct marks_film *f, struct fault *why)
{
	sqlite3_stmt *s = NULL;
	int e = prepare(m, "SELECT " FILM_COLUMNS " FROM films ORDER BY id LIMIT 1 OFFSET ?", &s, why);
	if (e)
		return e;
	sqlite3_bind_int64(s, 1, (int64_t)i);
	int code = sqlite3_step(s);
	if (code == SQLITE_ROW)
		film_take(s, f);
	else
		e = code == SQLITE_DONE ? E_USAGE : store_fault(m, why);
	sqlite3_finalize(s);
	return e;
}

void marks_film_key(const struct marks *m, const struct marks_film *f, unsigned char key[MARKS_KEY])
{
	crypto_generichash_state s;
	unsigned char mode = (unsigned char)f->mode;
	crypto_generichash_init(&s, m->key, sizeof(m->key), MARKS_KEY);
	crypto_generichash_update(&s, (const unsigned char *)"marks film", 10);
	crypto_generichash_update(&s, f->sha256, MARKS_DIGEST);
	crypto_generichash_update(&s, &mode, 1);
	crypto_generichash_final(&s, key, MARKS_KEY);
}

int marks_film_measured(struct marks *m, const struct marks_film *f, struct fault *why)
{
	sqlite3_stmt *s = NULL;
	int e = prepare(m, "UPDATE films SET duration=?, frames=? WHERE id=?", &s, why);
	if (e)
		return e;
	sqlite3_bind_double(s, 1, f->duration);
	sqlite3_bind_int64(s, 2, (int64_t)f->frames);
	sqlite3_bind_int64(s, 3, f->id);
	return finish(m, s, why);
}

int marks_sketch_path(struct marks *m, const struct marks_film *f, char *path, size_t room, struct fault *why)
{
	int n = snprintf(path, room, "%s/marks", m->directory);
	int e = n < 0 || (size_t)n >= room ? fault_set(why, E_USAGE, "path of the registry is too long") : OK;
	if (!e)
		e = directory_make(path, why);
	if (e)
		return e;
	n = snprintf(path, room, "%s/marks/%lld.mkv", m->directory, (long long)f->id);
	return n < 0 || (size_t)n >= room ? fault_set(why, E_USAGE, "path of the registry is too long") : OK;
}

int marks_sketch_times_set(struct marks *m, int64_t film, const float *times, size_t count, struct fault *why)
{
	sqlite3_stmt *s = NULL;
	int e = prepare(m, "UPDATE films SET times=? WHERE id=?", &s, why);
	if (e)
		return e;
	sqlite3_bind_blob64(s, 1, times, count * sizeof(*times), SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, film);
	return finish(m, s, why);
}

int marks_sketch_times(struct marks *m, int64_t film, float **times, size_t *count, struct fault *why)
{
	sqlite3_stmt *s = NULL;
	int e = prepare(m, "SELECT times FROM films WHERE id=? AND times IS NOT NULL", &s, why);
	if (e)
		return e;
	sqlite3_bind_int64(s, 1, film);
	*count = 0;
	*times = NULL;
	if (sqlite3_step(s) == SQLITE_ROW) {
		size_t bytes = (size_t)sqlite3_column_bytes(s, 0);
		*times = malloc(bytes + sizeof(float));
		if (*times && bytes) {
			memcpy(*times, sqlite3_column_blob(s, 0), bytes);
			*count = bytes / sizeof(float);
		}
	}
	sqlite3_finalize(s);
	return *times ? OK : fault_set(why, E_STORE, "%s/marks.db: film %lld has no sketch", m->directory, (long long)film);
}

static int copy_insert(struct marks *m, int64_t film, const struct marks_copy *c, struct fault *why)
{
	sqlite3_stmt *s = NULL;
	int e = prepare(m, "INSERT OR IGNORE INTO copies SELECT ?1, coalesce(max(number) + 1, 0), ?2, ?3, '', 0, 0, 0"
	                " FROM copies WHERE film = ?1", &s, why);
	if (e)
		return e;
	sqlite3_bind_int64(s, 1, film);
	sqlite3_bind_text(s, 2, c->recipient, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, c->row ? c->row : "", -1, SQLITE_STATIC);
	return finish(m, s, why);
}

int marks_copies_record(struct marks *m, int64_t film, const struct marks_copy *copies, size_t count,
                        struct fault *why)
{
	if (sqlite3_exec(m->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return store_fault(m, why);
	int e = OK;
	for (size_t i = 0; i < count && !e; i++)
		e = copy_insert(m, film, &copies[i], why);
	if (sqlite3_exec(m->db, e ? "ROLLBACK" : "COMMIT", NULL, NULL, NULL) != SQLITE_OK && !e)
		e = store_fault(m, why);
	return e;
}

#define COPY_COLUMNS "film, number, recipient, row, path, size, state, z"

static void copy_take(sqlite3_stmt *s, struct marks_copy *c)
{
	*c = (struct marks_copy){ .film = sqlite3_column_int64(s, 0), .number = sqlite3_column_int64(s, 1),
		.recipient = (const char *)sqlite3_column_text(s, 2), .row = (const char *)sqlite3_column_text(s, 3),
		.path = (const char *)sqlite3_column_text(s, 4), .size = sqlite3_column_int64(s, 5),
		.state = (enum marks_state)sqlite3_column_int(s, 6), .z = sqlite3_column_double(s, 7) };
}

int marks_copy_find(struct marks *m, int64_t film, const char *recipient, struct marks_copy *c, struct fault *why)
{
	sqlite3_finalize(m->held);
	m->held = NULL;
	int e = prepare(m, "SELECT " COPY_COLUMNS " FROM copies WHERE film=? AND recipient=?", &m->held, why);
	if (e)
		return e;
	sqlite3_bind_int64(m->held, 1, film);
	sqlite3_bind_text(m->held, 2, recipient, -1, SQLITE_TRANSIENT);
	int code = sqlite3_step(m->held);
	if (code == SQLITE_ROW)
		copy_take(m->held, c);
	return code == SQLITE_ROW ? OK : code == SQLITE_DONE ? E_USAGE : store_fault(m, why);
}

int marks_copy_state(struct marks *m, const struct marks_copy *c, struct fault *why)
{
	sqlite3_stmt *s = NULL;
	int e = prepare(m, "UPDATE copies SET path=?, size=?, state=?, z=? WHERE film=? AND recipient=?", &s, why);
	if (e)
		return e;
	sqlite3_bind_text(s, 1, c->path, -1, SQLITE_TRANSIENT);
	sqlite3_bind_int64(s, 2, c->size);
	sqlite3_bind_int(s, 3, c->state);
	sqlite3_bind_double(s, 4, c->z);
	sqlite3_bind_int64(s, 5, c->film);
	sqlite3_bind_text(s, 6, c->recipient, -1, SQLITE_TRANSIENT);
	sqlite3_reset(m->held);
	return finish(m, s, why);
}

int marks_copies(struct marks *m, int64_t film, int (*each)(void *user, const struct marks_copy *), void *user,
                 struct fault *why)
{
	sqlite3_stmt *s = NULL;
	int e = prepare(m, "SELECT " COPY_COLUMNS " FROM copies WHERE film=? ORDER BY number", &s, why);
	if (e)
		return e;
	sqlite3_bind_int64(s, 1, film);
	int code;
	while ((code = sqlite3_step(s)) == SQLITE_ROW && !e) {	/* ends with the table's rows */
		struct marks_copy c;
		copy_take(s, &c);
		e = each(user, &c);
	}
	if (!e && code != SQLITE_DONE)
		e = store_fault(m, why);
	sqlite3_finalize(s);
	return e;
}
