#include "store/case.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/schema.h"

enum { QUERIES_MAX = 160 };

static const struct case_sort sort_case = {
	.file = "case.db", .noun = "case", .maker = "strandline examine PATH --case",
	.version_key = "version", .version = CASE_VERSION,
};

struct case_file {
	const struct case_sort *sort;
	sqlite3 *db;
	struct keys keys;
	char *dir;
	int lock;
	enum case_mode mode;
	bool is_open;			/* a transaction is */
	struct { const char *sql; sqlite3_stmt *stmt; } queries[QUERIES_MAX];
	size_t query_count;
};

sqlite3 *case_db(struct case_file *c)           { return c->db; }
struct keys *case_keys(struct case_file *c)     { return &c->keys; }
const char *case_dir(const struct case_file *c) { return c->dir; }

static int store_fault(struct case_file *c, struct fault *why)
{
	int code = sqlite3_errcode(c->db);
	const char *advice = code == SQLITE_FULL ? "; make room and run the same command again"
		: code == SQLITE_CORRUPT || code == SQLITE_NOTADB ? "; it is damaged: restore it from a copy, or begin a new one"
		: "";
	return fault_set(why, E_STORE, "%s/%s: %s%s", c->dir, c->sort->file, sqlite3_errmsg(c->db), advice);
}

int case_run(struct case_file *c, const char *sql, struct fault *why)
{
	return sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : store_fault(c, why);
}

sqlite3_stmt *case_query(struct case_file *c, const char *sql)
{
	size_t i = 0;
	while (i < c->query_count && strcmp(c->queries[i].sql, sql) != 0)
		i++;
	if (i == c->query_count) {
		sqlite3_stmt *s = NULL;
		if (i == QUERIES_MAX || sqlite3_prepare_v3(c->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK)
			return NULL;
		c->queries[c->query_count].sql = sql;
		c->queries[c->query_count++].stmt = s;
	}
	sqlite3_reset(c->queries[i].stmt);
	sqlite3_clear_bindings(c->queries[i].stmt);
	return c->queries[i].stmt;
}

int case_step(struct case_file *c, sqlite3_stmt *s, struct fault *why)
{
	int e = s ? sqlite3_step(s) : SQLITE_ERROR;
	if (e != SQLITE_DONE && e != SQLITE_ROW)
		return store_fault(c, why);
	sqlite3_reset(s);
	return OK;
}

int case_checkpoint(struct case_file *c, struct fault *why)
{
	int e = OK;
	if (c->is_open)
		e = case_run(c, "COMMIT", why);
	c->is_open = false;
	if (!e)
		e = case_run(c, "BEGIN", why);
	c->is_open = !e;
	return e;
}

static int dir_create(const char *dir, struct fault *why)
{
	if (mkdir(dir, 0700) == 0 || errno == EEXIST)
		return OK;
	return fault_set(why, E_STORE, "%s: %s", dir, strerror(errno));
}

static int lock_take(struct case_file *c, struct fault *why)
{
	char path[4096];
	if (snprintf(path, sizeof(path), "%s/lock", c->dir) >= (int)sizeof(path))
		return fault_set(why, E_STORE, "%s: the name is too long", c->dir);
	c->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (c->lock < 0)
		return fault_set(why, E_STORE, "%s: %s", path, strerror(errno));
	if (flock(c->lock, LOCK_EX | LOCK_NB) == 0)
		return OK;
	return fault_set(why, E_STORE, "%s: another process writes to this %s; wait for it to end", c->dir, c->sort->noun);
}

static int version_check(struct case_file *c, struct fault *why)
{
	const char *noun = c->sort->noun;
	sqlite3_stmt *s = case_query(c, "SELECT value FROM meta WHERE key = ?");
	bool is_damaged = !s && sqlite3_errcode(c->db) != SQLITE_ERROR;
	if (!s && c->mode == CASE_CREATE && !is_damaged)
		return PART;
	if (!s)
		return is_damaged ? store_fault(c, why) : fault_set(why, E_STORE, "%s: not a %s: %s", c->dir, noun, sqlite3_errmsg(c->db));
	sqlite3_bind_text(s, 1, c->sort->version_key, -1, SQLITE_STATIC);
	int version = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int(s, 0) : 0;
	sqlite3_reset(s);
	if (version == c->sort->version)
		return OK;
	if (version > c->sort->version)
		return fault_set(why, E_STORE, "%s: made by a newer strandline (%s version %d, this one reads up to %d)",
		                 c->dir, noun, version, c->sort->version);
	return fault_set(why, E_STORE, "%s: not a %s of strandline", c->dir, noun);
}

/* A sealed word under the case's key tells a wrong key before anything is written with it. */
static int key_check(struct case_file *c, struct fault *why)
{
	static const char word[] = "strandline";
	struct buf b;
	buf_init(&b, 4096);
	int e = OK;
	sqlite3_stmt *s = case_query(c, "SELECT value FROM meta WHERE key = 'key-check'");
	if (s && sqlite3_step(s) == SQLITE_ROW) {
		e = seal_open(&c->keys, span_of(sqlite3_column_blob(s, 0), (size_t)sqlite3_column_bytes(s, 0)), &b, NULL);
		if (e)
			e = fault_set(why, E_STORE, "%s: the key is not this %s's; name it with --key FILE", c->dir, c->sort->noun);
	} else if (c->mode != CASE_READ) {
		seal_value(&c->keys, span_str(word), &b);
		s = case_query(c, "INSERT INTO meta VALUES('key-check', ?)");
		sqlite3_bind_blob(s, 1, b.p, (int)b.n, SQLITE_STATIC);
		e = case_step(c, s, why);
	}
	if (s)
		sqlite3_reset(s);
	buf_release(&b);
	return e;
}

static int db_open(struct case_file *c, struct fault *why)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/%s", c->dir, c->sort->file);
	if (c->mode != CASE_CREATE && access(path, F_OK) != 0)
		return fault_set(why, E_STORE, "%s: there is no %s here; %s %s makes one", c->dir, c->sort->noun,
		                 c->sort->maker, c->dir);
	mode_t old = umask(077);
	int flags = c->mode == CASE_READ ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int e = sqlite3_open_v2(path, &c->db, flags, NULL);
	if (e == SQLITE_OK)
		e = sqlite3_exec(c->db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
		                 "PRAGMA cache_size=-65536; PRAGMA secure_delete=OFF", NULL, NULL, NULL);
	umask(old);
	if (e != SQLITE_OK)
		return store_fault(c, why);
	sqlite3_busy_timeout(c->db, 10000);
	return OK;
}

static int open_parts(struct case_file *c, const char *key_file, struct fault *why)
{
	char path[4096];
	int e = c->mode == CASE_CREATE ? dir_create(c->dir, why) : OK;
	if (!e && c->mode != CASE_READ && access(c->dir, F_OK) == 0)
		e = lock_take(c, why);
	if (!e)
		e = db_open(c, why);
	if (!e)
		e = version_check(c, why);
	if (e == PART) {
		e = case_run(c, case_schema, why);
		if (!e && c->sort->tables)
			e = case_run(c, c->sort->tables, why);
	}
	snprintf(path, sizeof(path), "%s/key", c->dir);
	if (!e)
		e = keys_load(key_file ? key_file : path, c->mode == CASE_CREATE, &c->keys, why);
	if (!e)
		e = key_check(c, why);
	return e;
}

int case_open(const char *dir, const char *key_file, enum case_mode mode, struct case_file **out, struct fault *why)
{
	return case_open_sort(&sort_case, dir, key_file, mode, out, why);
}

int case_open_sort(const struct case_sort *sort, const char *dir, const char *key_file, enum case_mode mode,
                   struct case_file **out, struct fault *why)
{
	struct case_file *c = calloc(1, sizeof(*c));
	if (!c)
		return fault_set(why, E_MEMORY, "no memory for a %s", sort->noun);
	c->sort = sort;
	c->lock = -1;
	c->mode = mode;
	c->dir = strdup(dir);
	int e = c->dir ? open_parts(c, key_file, why) : fault_set(why, E_MEMORY, "no memory for a case");
	if (e) {
		case_close(c);
		return e;
	}
	*out = c;
	return OK;
}

void case_close(struct case_file *c)
{
	if (!c)
		return;
	if (c->is_open)
		sqlite3_exec(c->db, "COMMIT", NULL, NULL, NULL);
	for (size_t i = 0; i < c->query_count; i++)
		sqlite3_finalize(c->queries[i].stmt);
	sqlite3_close(c->db);
	if (c->lock >= 0)
		close(c->lock);
	keys_release(&c->keys);
	free(c->dir);
	free(c);
}
