/*
 * SQLite database files (sqlite.org/fileformat2.html): the rows of all
 * tables through the library itself, over memory, with everything off that a
 * hostile schema could use; then strings in what is free (sqlite_free.c).
 */
#include "base/utf8.h"
#include "core/part.h"
#include "lib/encoding.h"
#include "read/sqlite_free.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum {
	COLUMNS_MAX = 2000,		/* SQLite's own default */
	VALUE_MAX = 256 << 20,		/* bytes of one cell */
	HEX_MAX = 64,			/* a blob up to that size is a cell in hexadecimal, a longer one a child */
	TEXT_BLOB_MAX = 512,		/* a longer one is a file of its own, with its own format */
	OPS_A_TURN = 4000,		/* of the virtual machine between two looks at the budget */
	WORK_A_TURN = 16 << 10,		/* bytes that so many are counted as */
	COPY_MAX = 1 << 30,
};

struct base {
	const struct item *it;
	struct sink *out;
	struct fault *why;
	sqlite3 *db;
	unsigned char *copy;	/* of a file in WAL mode, whose header says otherwise, or NULL */
	int spent;		/* what the sink said to the work so far */
	bool is_damaged;
	struct buf scratch;
};

static int on_progress(void *user)
{
	struct base *b = user;
	b->spent = sink_spend(b->out, WORK_A_TURN);
	return b->spent != OK;
}

/* A file that was written in WAL mode cannot be opened without its log, unless its header says it has none. */
static unsigned char *without_wal(struct span s)
{
	if ((span_at(s, 18) != 2 && span_at(s, 19) != 2) || s.n > COPY_MAX)
		return NULL;
	unsigned char *copy = malloc(s.n);
	if (!copy)
		return NULL;
	memcpy(copy, s.p, s.n);
	copy[18] = copy[19] = 1;
	return copy;
}

static void lock_down(struct base *b)
{
	static const int off[] = {
		SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_VIEW,
		SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_FKEY,
	};
	for (size_t i = 0; i < sizeof(off) / sizeof(*off); i++)
		sqlite3_db_config(b->db, off[i], 0, NULL);
	sqlite3_db_config(b->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_limit(b->db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	sqlite3_limit(b->db, SQLITE_LIMIT_SQL_LENGTH, 1 << 20);
	sqlite3_limit(b->db, SQLITE_LIMIT_EXPR_DEPTH, 200);
	sqlite3_limit(b->db, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(b->db, SQLITE_LIMIT_WORKER_THREADS, 0);
	sqlite3_progress_handler(b->db, OPS_A_TURN, on_progress, b);
	sqlite3_exec(b->db, "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0", NULL, NULL, NULL);
}

static int base_open(struct base *b)
{
	struct span s = b->it->bytes;
	if (sqlite3_open_v2(":memory:", &b->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
		return fault_set(b->why, E_MEMORY, "no memory for a database");
	lock_down(b);
	b->copy = without_wal(s);
	/* the library takes a pointer it could write to, and does not with READONLY */
	unsigned char *bytes = b->copy ? b->copy : (unsigned char *)s.p;
	int rc = sqlite3_deserialize(b->db, "main", bytes, (sqlite3_int64)s.n, (sqlite3_int64)s.n,
	                             SQLITE_DESERIALIZE_READONLY);
	if (rc != SQLITE_OK)
		return fault_set(b->why, E_DAMAGED, "database is not opened: %s", sqlite3_errstr(rc));
	return OK;
}

static int tell_damage(struct base *b, const char *table)
{
	struct fault reason;
	if (b->spent)
		return b->spent;
	b->is_damaged = true;
	fault_set(&reason, PART, "table %s: %s", table, sqlite3_errmsg(b->db));
	return sink_damage(b->out, STATUS_PARTIAL, 0, 0, reason.text);
}

/* "a" quoted as SQL wants names. */
static void add_name(struct buf *sql, const char *name)
{
	buf_add_byte(sql, '"');
	for (const char *c = name; *c; c++) {
		if (*c == '"')
			buf_add_byte(sql, '"');
		buf_add_byte(sql, (unsigned char)*c);
	}
	buf_add_byte(sql, '"');
}

static sqlite3_stmt *all_rows(struct base *b, const char *table)
{
	struct buf sql;
	sqlite3_stmt *s = NULL;
	buf_init(&sql, 1 << 16);
	buf_add_str(&sql, "SELECT * FROM main.");
	add_name(&sql, table);
	if (!sql.is_full)
		sqlite3_prepare_v2(b->db, buf_string(&sql), -1, &s, NULL);
	buf_release(&sql);
	return s;
}

static bool is_text_blob(struct span s)
{
	return utf8_valid_prefix(s) == s.n && span_find_byte(s, 0, 0) == SIZE_MAX && encoding_is_text(s);
}

static bool is_child_blob(struct span s)
{
	return s.n > HEX_MAX && (s.n > TEXT_BLOB_MAX || !is_text_blob(s));
}

/* Bytes as a cell: valid UTF-8 as it is, other text with its errors replaced, short blobs in hexadecimal. */
static struct span cell_of(struct base *b, struct span s, bool is_blob)
{
	size_t from = b->scratch.n;
	if (!is_blob && utf8_valid_prefix(s) == s.n)
		return s;
	if (is_blob && is_child_blob(s))
		return span_of(NULL, 0);
	if (is_blob && is_text_blob(s))
		return s;
	for (size_t i = 0; is_blob && i < s.n; i++)
		buf_format(&b->scratch, "%02x", s.p[i]);
	if (!is_blob)
		encoding_scrub_utf8(s, &b->scratch);
	return span_from(buf_span(&b->scratch), from);
}

/* Programs store files as TEXT too. */
static bool holds_bytes(sqlite3_stmt *s, int column)
{
	int type = sqlite3_column_type(s, column), n = sqlite3_column_bytes(s, column);
	const void *p = type == SQLITE_TEXT ? (const void *)sqlite3_column_text(s, column) : NULL;
	return type == SQLITE_BLOB || (p && n > HEX_MAX && memchr(p, 0, (size_t)n));
}

/* Cells of the row at hand. The scratch has room for all of them at once, so that none moves. */
static void fill_row(struct base *b, sqlite3_stmt *s, int columns, struct span *cells, bool *has_children)
{
	size_t need = 0;
	for (int i = 0; i < columns; i++)
		need += (size_t)sqlite3_column_bytes(s, i) * 3 + 2 * HEX_MAX;
	buf_clear(&b->scratch);
	bool has_room = buf_reserve(&b->scratch, need) != NULL;
	for (int i = 0; i < columns; i++) {
		int type = sqlite3_column_type(s, i);
		bool is_blob = holds_bytes(s, i);
		const void *p = is_blob ? sqlite3_column_blob(s, i) : (const void *)sqlite3_column_text(s, i);
		struct span v = type == SQLITE_NULL ? span_of(NULL, 0) : span_of(p, (size_t)sqlite3_column_bytes(s, i));
		cells[i] = !p || !has_room ? span_of(NULL, 0) : cell_of(b, v, is_blob);
		*has_children |= is_blob && is_child_blob(v);
	}
}

/* A row takes a cell of two bytes and a pointer of two: more than that many come from pages in a circle. */
static uint64_t rows_max(const struct base *b)
{
	return b->it->bytes.n / 4 + 1;
}

static int give_rows(struct base *b, const char *table, sqlite3_stmt *s, bool *has_children)
{
	int columns = sqlite3_column_count(s), rc;
	struct span *cells = calloc((size_t)columns + 1, sizeof(*cells));
	if (!cells)
		return fault_set(b->why, E_MEMORY, "no memory for %d columns", columns);
	for (int i = 0; i < columns; i++)
		cells[i] = span_str(sqlite3_column_name(s, i));
	int e = sink_table_begin(b->out, table, cells, (uint32_t)columns);
	for (uint64_t row = 1; !e && (rc = sqlite3_step(s)) != SQLITE_DONE; row++) {
		if (rc != SQLITE_ROW) {
			e = tell_damage(b, table);
			break;
		}
		if (row > rows_max(b)) {
			b->is_damaged = true;
			e = sink_damage(b->out, STATUS_PARTIAL, 0, 0, "a table whose pages lead back to themselves");
			break;
		}
		fill_row(b, s, columns, cells, has_children);
		e = sink_row(b->out, cells, (uint32_t)columns, NULL);
	}
	if (!e)
		e = sink_table_end(b->out);
	free(cells);
	return e;
}

/* Blobs that are more than a cell can say, as children named by table, column and row. */
static int give_blobs(struct base *b, const char *table, sqlite3_stmt *s)
{
	int columns = sqlite3_column_count(s), e = OK;
	for (uint64_t row = 1; !e && row <= rows_max(b) && sqlite3_step(s) == SQLITE_ROW; row++) {
		for (int i = 0; i < columns && !e; i++) {
			if (!holds_bytes(s, i))
				continue;
			const void *p = sqlite3_column_blob(s, i);
			struct span v = span_of(p, p ? (size_t)sqlite3_column_bytes(s, i) : 0);
			if (!is_child_blob(v))
				continue;
			char name[512];
			struct buf n = { 0 };
			buf_init(&n, sizeof(name));
			buf_format(&n, "%.200s.%.200s row %llu", table, sqlite3_column_name(s, i), (unsigned long long)row);
			struct child c = { .name = buf_span(&n), .bytes = v, .times = TIMES_UNKNOWN };
			e = sink_child(b->out, &c);
			buf_release(&n);
		}
	}
	return e;
}

static int give_table(struct base *b, const char *table)
{
	bool has_children = false;
	sqlite3_stmt *s = all_rows(b, table);
	if (!s)
		return tell_damage(b, table);
	int e = give_rows(b, table, s, &has_children);
	sqlite3_finalize(s);
	if (e || !has_children)
		return e;
	s = all_rows(b, table);
	e = s ? give_blobs(b, table, s) : OK;
	sqlite3_finalize(s);
	return e ? e : b->spent;
}

/* Virtual tables would run their module's code; their content lies in shadow tables, which are read. */
static int give_tables(struct base *b)
{
	static const char sql[] = "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%' "
	                          "AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid";
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(b->db, sql, -1, &s, NULL), e = OK;
	if (rc != SQLITE_OK)
		return fault_set(b->why, b->spent ? b->spent : E_DAMAGED, "the schema is not read: %s", sqlite3_errmsg(b->db));
	/* a table has a row in the schema and a page of its own, of 512 bytes or more */
	uint64_t left = b->it->bytes.n / 512 + 1;
	for (; !e && left && (rc = sqlite3_step(s)) == SQLITE_ROW; left--) {
		const char *name = (const char *)sqlite3_column_text(s, 0);
		if (name)
			e = give_table(b, name);
	}
	if (!e && !left) {
		b->is_damaged = true;
		e = sink_damage(b->out, STATUS_PARTIAL, 0, 0, "a schema whose pages lead back to themselves");
	} else if (!e && rc != SQLITE_DONE)
		e = tell_damage(b, "sqlite_master");
	sqlite3_finalize(s);
	return e;
}

static int sqlite_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct base b = { .it = it, .out = out, .why = why };
	buf_init(&b.scratch, (size_t)1 << 30);
	int e = base_open(&b);
	if (!e)
		e = give_tables(&b);
	if (!e)
		e = sqlite_give_free(it->bytes, b.is_damaged, out);
	sqlite3_close(b.db);
	free(b.copy);
	buf_release(&b.scratch);
	return e ? e : b.is_damaged ? PART : OK;
}

static int sqlite_probe(struct span head, const struct item *it)
{
	(void)it;
	return span_starts(head, span_of("SQLite format 3", 16)) ? 90 : 0;
}

/* The library asks the system for random bytes once; here, where it may. */
static int sqlite_init(const struct options *o, struct fault *why)
{
	(void)o;
	unsigned char seed[8];
	if (sqlite3_initialize() != SQLITE_OK)
		return fault_set(why, E_MEMORY, "SQLite does not start");
	sqlite3_randomness(sizeof(seed), seed);
	return encoding_init(why);
}

const struct reader reader_sqlite = {
	.name = "sqlite", .help = "SQLite databases: tables, blobs, deleted rows", .type = "application/vnd.sqlite3",
	.peek = 100, .probe = sqlite_probe, .read = sqlite_read, .init = sqlite_init,
};
