#include "store/registry.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/registry_own.h"

static const char tables[] =
	"BEGIN;"
	"INSERT INTO meta VALUES('registry-version', 1);"
	"INSERT INTO meta VALUES('next-place', 0);"
	"INSERT INTO meta VALUES('next-segment', 1);"
	"CREATE TABLE collection(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, window INTEGER, background INTEGER);"
	"CREATE TABLE stream(base INTEGER PRIMARY KEY, item INTEGER, space INTEGER, size INTEGER, window INTEGER,"
	"  background INTEGER);"
	"CREATE INDEX stream_item ON stream(item);"
	"CREATE TABLE registered(item INTEGER PRIMARY KEY, collection INTEGER, root BLOB, text_length INTEGER, path BLOB);"
	"CREATE INDEX registered_root ON registered(root) WHERE root IS NOT NULL;"
	"CREATE TABLE picture(id INTEGER PRIMARY KEY, item INTEGER, page INTEGER, quality INTEGER, pdq BLOB,"
	"  background INTEGER);"
	"CREATE INDEX picture_item ON picture(item);"
	"CREATE TABLE pending(id INTEGER PRIMARY KEY, space INTEGER, pairs BLOB);"
	"CREATE TABLE segment(name TEXT PRIMARY KEY, space INTEGER, count INTEGER, bytes INTEGER, sha256 BLOB);"
	/* an item that goes leaves its streams to another with the same bytes, or to nobody */
	"CREATE TRIGGER item_gone AFTER DELETE ON item BEGIN"
	"  UPDATE stream SET item = (SELECT id FROM item WHERE sha256 = OLD.sha256 AND state = 2 LIMIT 1) WHERE item = OLD.id;"
	"  UPDATE picture SET item = (SELECT id FROM item WHERE sha256 = OLD.sha256 AND state = 2 LIMIT 1) WHERE item = OLD.id;"
	"  DELETE FROM picture WHERE item IS NULL;"
	"  DELETE FROM registered WHERE item = OLD.id;"
	" END;"
	"COMMIT;";

static const struct case_sort sort_registry = {
	.file = "registry.db", .noun = "registry", .maker = "strandline register PATH --registry",
	.version_key = "registry-version", .version = REGISTRY_VERSION, .tables = tables,
};

bool pairs_add(struct pairs *v, struct pair p)
{
	if (v->n == v->room) {
		size_t room = v->room ? v->room * 2 : 16;
		struct pair *more = realloc(v->p, room * sizeof(*more));
		if (!more)
			return false;
		v->p = more;
		v->room = room;
	}
	v->p[v->n++] = p;
	return true;
}

uint64_t registry_keyed(const struct registry *r, uint64_t value)
{
	unsigned char in[8], out[8];
	uint64_t keyed = 0;
	for (int i = 0; i < 8; i++)
		in[i] = (unsigned char)(value >> 8 * i);
	crypto_shorthash_siphash24(out, in, sizeof(in), r->key);
	for (int i = 7; i >= 0; i--)
		keyed = keyed << 8 | out[i];
	return keyed;
}

int registry_number(struct registry *r, const char *sql, int64_t *n, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, sql);
	if (!q)
		return fault_set(why, E_STORE, "%s: %s", r->dir, sqlite3_errmsg(case_db(r->c)));
	*n = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return OK;
}

int registry_set(struct registry *r, const char *key, int64_t value, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "UPDATE meta SET value=?2 WHERE key=?1");
	sqlite3_bind_text(q, 1, key, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 2, value);
	return case_step(r->c, q, why);
}

static int load_state(struct registry *r, struct fault *why)
{
	int64_t place = 0, segment = 0;
	int e = registry_number(r, "SELECT value FROM meta WHERE key='next-place'", &place, why);
	if (!e)
		e = registry_number(r, "SELECT value FROM meta WHERE key='next-segment'", &segment, why);
	r->next_place = (uint64_t)place;
	r->next_segment = (uint64_t)segment;
	if (!e)
		e = registry_parts_open(r, why);
	return e ? e : registry_pending_load(r, why);
}

static int folder_make(struct registry *r, struct fault *why)
{
	char path[4096];
	snprintf(path, sizeof(path), "%s/anchors", r->dir);
	if (r->mode == CASE_READ || mkdir(path, 0700) == 0 || errno == EEXIST)
		return OK;
	return fault_set(why, E_STORE, "%s: %s", path, strerror(errno));
}

int registry_open(const char *dir, const char *key_file, enum case_mode mode, struct registry **out, struct fault *why)
{
	struct registry *r = calloc(1, sizeof(*r));
	if (!r || !(r->dir = strdup(dir))) {
		free(r);
		return fault_set(why, E_MEMORY, "no memory for a registry");
	}
	r->mode = mode;
	buf_init(&r->trail, 1 << 20);
	buf_init(&r->path, 1 << 20);
	int e = case_open_sort(&sort_registry, dir, key_file, mode, &r->c, why);
	if (!e) {
		const struct keys *k = case_keys(r->c);
		crypto_generichash(r->key, sizeof(r->key), (const unsigned char *)"anchors", 7, k->digest, sizeof(k->digest));
		e = folder_make(r, why);
		if (!e)
			e = registry_films_make(r, why);
	}
	if (!e)
		e = load_state(r, why);
	if (e)
		registry_close(r);
	else
		*out = r;
	return e;
}

static void gathering_free(struct gathering *g)
{
	for (unsigned i = 0; i < g->count; i++)
		free(g->streams[i].pairs.p);
	buf_release(&g->film);
	free(g->path);
	free(g);
}

void registry_close(struct registry *r)
{
	if (!r)
		return;
	registry_parts_close(r);
	registry_films_close(r);
	if (r->c && r->mode != CASE_READ && registry_save(r, NULL) != OK)	/* what cannot be kept whole is not kept */
		sqlite3_exec(case_db(r->c), "ROLLBACK", NULL, NULL, NULL);
	for (unsigned i = 0; i < r->open_count; i++)
		gathering_free(r->open[i]);
	for (int i = 0; i < PRINT_SPACES; i++)
		free(r->pending[i].p);
	free(r->pdq);
	free(r->picture_item);
	free(r->picture_page);
	free(r->picture_background);
	buf_release(&r->trail);
	buf_release(&r->path);
	case_close(r->c);
	sodium_memzero(r->key, sizeof(r->key));
	free(r->dir);
	free(r);
}

struct case_file *registry_case(struct registry *r)
{
	return r->c;
}

static int collection_make(struct registry *r, const char *name, uint32_t window, bool is_background, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "INSERT INTO collection(name, window, background) VALUES(?,?,?)");
	sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 2, window ? window : PRINT_WINDOW);
	sqlite3_bind_int(q, 3, is_background);
	int e = case_step(r->c, q, why);
	r->collection = sqlite3_last_insert_rowid(case_db(r->c));
	return e;
}

int registry_collection(struct registry *r, const char *name, uint32_t window, bool is_background, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "SELECT id, window, background FROM collection WHERE name=?");
	sqlite3_bind_text(q, 1, name, -1, SQLITE_STATIC);
	bool is_there = sqlite3_step(q) == SQLITE_ROW;
	r->collection = is_there ? sqlite3_column_int64(q, 0) : 0;
	uint32_t has = is_there ? (uint32_t)sqlite3_column_int(q, 1) : 0;
	bool was_background = is_there && sqlite3_column_int(q, 2);
	sqlite3_reset(q);
	r->is_background = is_background;
	if (!is_there)
		return collection_make(r, name, window, is_background, why);
	if (window && window != has)
		return fault_set(why, E_USAGE, "--window %u: collection %s has %u; name another collection", window, name, has);
	if (was_background != is_background)
		return fault_set(why, E_USAGE, "--collection %s: it is %s; name another one", name,
		                 was_background ? "background (third-party content)" : "the organisation's own, not background");
	return OK;
}

int registry_windows(struct registry *r, uint32_t windows[PRINT_WINDOWS_MAX], struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "SELECT DISTINCT window FROM collection ORDER BY window");
	unsigned n = 0;
	memset(windows, 0, PRINT_WINDOWS_MAX * sizeof(*windows));
	while (n < PRINT_WINDOWS_MAX && sqlite3_step(q) == SQLITE_ROW)
		windows[n++] = (uint32_t)sqlite3_column_int(q, 0);
	sqlite3_reset(q);
	return OK;
}

/* ---- items under way ---- */

struct gathering *registry_gathering_of(struct registry *r, int64_t row)
{
	for (unsigned i = r->open_count; i > 0; i--)
		if (r->open[i - 1]->row == row)
			return r->open[i - 1];
	return NULL;
}

static void gathering_drop(struct registry *r, const struct gathering *g)
{
	for (unsigned i = 0; i < r->open_count; i++)
		if (r->open[i] == g) {
			gathering_free(r->open[i]);
			r->open[i] = r->open[--r->open_count];
			return;
		}
}

/* What an item had before it is read anew goes to another one with the bytes it had, or to nobody. */
static int release_streams(struct registry *r, int64_t row, struct fault *why)
{
	static const char *const steps[] = {
		"UPDATE stream SET item = (SELECT o.id FROM item o, item i WHERE i.id = ?1 AND o.sha256 = i.sha256"
		" AND o.id <> ?1 AND o.state = 2 LIMIT 1) WHERE item = ?1",
		"UPDATE picture SET item = (SELECT o.id FROM item o, item i WHERE i.id = ?1 AND o.sha256 = i.sha256"
		" AND o.id <> ?1 AND o.state = 2 LIMIT 1) WHERE item = ?1",
		"DELETE FROM picture WHERE item IS NULL",
		"DELETE FROM film WHERE item = ?1",
		"DELETE FROM registered WHERE item = ?1",
	};
	int e = OK;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !e; i++) {
		sqlite3_stmt *q = case_query(r->c, steps[i]);
		sqlite3_bind_int64(q, 1, row);
		e = case_step(r->c, q, why);
	}
	return e;
}

int registry_item_begin(struct registry *r, int64_t row, const char *path, struct fault *why)
{
	struct gathering *g = registry_gathering_of(r, row);
	if (g)
		gathering_drop(r, g);
	if (r->open_count == OPEN_MAX || !(g = calloc(1, sizeof(*g))))
		return fault_set(why, E_MEMORY, "no memory for another item");
	g->row = row;
	buf_init(&g->film, FILM_BYTES_MAX);
	g->path = path ? realpath(path, NULL) : NULL;
	r->open[r->open_count++] = g;
	return release_streams(r, row, why);
}

static struct gathered *stream_for(struct gathering *g, const struct prints *p)
{
	for (unsigned i = 0; i < g->count; i++)
		if (g->streams[i].space == p->space && g->streams[i].window == p->window)
			return &g->streams[i];
	if (g->count == PRINT_WINDOWS_MAX + 1)
		return NULL;
	g->streams[g->count] = (struct gathered){ .space = p->space, .window = p->window };
	return &g->streams[g->count++];
}

int registry_item_add(struct registry *r, int64_t row, const struct prints *p, struct fault *why)
{
	struct gathering *g = registry_gathering_of(r, row);
	struct gathered *s = g ? stream_for(g, p) : NULL;
	for (size_t i = 0; s && i < p->n; i++)
		if (!pairs_add(&s->pairs, (struct pair){ p->p[i].value, p->p[i].at }))
			return fault_set(why, E_MEMORY, "no memory for the anchors of an item");
	return OK;
}

static int add_picture(struct registry *r, int64_t row, const struct digest *d, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "INSERT INTO picture(item, page, quality, pdq, background) VALUES(?,?,?,?,?)");
	sqlite3_bind_int64(q, 1, row);
	sqlite3_bind_int64(q, 2, d->page);
	sqlite3_bind_int64(q, 3, d->quality);
	sqlite3_bind_blob(q, 4, d->value, 32, SQLITE_STATIC);
	sqlite3_bind_int(q, 5, r->is_background);
	return case_step(r->c, q, why);
}

int registry_item_digest(struct registry *r, int64_t row, const struct digest *d, struct fault *why)
{
	struct gathering *g = registry_gathering_of(r, row);
	if (!g)
		return OK;
	if (d->kind == DIGEST_PDQ && d->n == 32)
		return add_picture(r, row, d, why);
	if (d->kind == DIGEST_PIECES_ROOT && d->n == 32) {
		memcpy(g->root, d->value, 32);
		g->has_root = true;
	} else if (d->kind == DIGEST_TEXT) {
		g->text_length = d->length;
	}
	return OK;
}

static int by_value_then_at(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;
	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* One place a value and stream: repeats within an item say nothing new. Returns how many stay. */
static size_t drop_repeats(struct pair *p, size_t n)
{
	size_t kept = 0;
	if (n)
		qsort(p, n, sizeof(*p), by_value_then_at);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || p[kept - 1].value != p[i].value)
			p[kept++] = p[i];
	return kept;
}

static int stream_store(struct registry *r, int64_t row, struct gathered *s, uint64_t size, struct fault *why)
{
	size_t n = drop_repeats(s->pairs.p, s->pairs.n);
	for (size_t i = 0; i < n; i++) {
		struct pair p = { registry_keyed(r, s->pairs.p[i].value), r->next_place + s->pairs.p[i].at };
		if (s->pairs.p[i].at < size && !pairs_add(&r->pending[s->space], p))
			return fault_set(why, E_MEMORY, "no memory for anchors");
	}
	sqlite3_stmt *q = case_query(r->c, "INSERT INTO stream(base, item, space, size, window, background) VALUES(?,?,?,?,?,?)");
	sqlite3_bind_int64(q, 1, (int64_t)r->next_place);
	sqlite3_bind_int64(q, 2, row);
	sqlite3_bind_int(q, 3, (int)s->space);
	sqlite3_bind_int64(q, 4, (int64_t)size);
	sqlite3_bind_int64(q, 5, s->window);
	sqlite3_bind_int(q, 6, r->is_background);
	r->next_place += size + 1;
	return case_step(r->c, q, why);
}

static int registered_store(struct registry *r, const struct gathering *g, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "INSERT OR REPLACE INTO registered(item, collection, root, text_length, path)"
	                             " VALUES(?,?,?,?,?)");
	sqlite3_bind_int64(q, 1, g->row);
	sqlite3_bind_int64(q, 2, r->collection);
	if (g->has_root)
		sqlite3_bind_blob(q, 3, g->root, 32, SQLITE_STATIC);
	if (g->text_length)
		sqlite3_bind_int64(q, 4, (int64_t)g->text_length);
	if (g->path)
		sqlite3_bind_blob(q, 5, g->path, (int)strlen(g->path), SQLITE_STATIC);
	return case_step(r->c, q, why);
}

int registry_item_end(struct registry *r, int64_t row, uint64_t size, const struct item_end *end, struct fault *why)
{
	struct gathering *g = registry_gathering_of(r, row);
	if (!g)
		return OK;
	int e = OK;
	for (unsigned i = 0; i < g->count && !e; i++) {
		struct gathered *s = &g->streams[i];
		e = stream_store(r, row, s, s->space == PRINT_TEXT ? g->text_length : size, why);
	}
	if (!e)
		e = registered_store(r, g, why);
	if (!e)
		e = registry_film_store(r, g, why);
	gathering_drop(r, g);
	r->is_sorted = false;
	if (!e && r->pending[PRINT_BYTES].n + r->pending[PRINT_TEXT].n > PENDING_MAX)
		e = registry_flush(r, true, why);
	return e;
}

/* ---- the pending anchors in the database ---- */

static int save_space(struct registry *r, enum print_space space, struct fault *why)
{
	enum { ROWS = 1 << 20 };	/* pairs in one row at most: 16 MB */
	struct pairs *v = &r->pending[space];
	int e = OK;
	while (v->saved < v->n && !e) {
		size_t n = v->n - v->saved < ROWS ? v->n - v->saved : ROWS;
		sqlite3_stmt *q = case_query(r->c, "INSERT INTO pending(space, pairs) VALUES(?,?)");
		sqlite3_bind_int(q, 1, (int)space);
		sqlite3_bind_blob64(q, 2, v->p + v->saved, n * sizeof(*v->p), SQLITE_STATIC);
		e = case_step(r->c, q, why);
		v->saved += e ? 0 : n;
	}
	return e;
}

int registry_save(struct registry *r, struct fault *why)
{
	if (r->pending[PRINT_BYTES].n + r->pending[PRINT_TEXT].n > PENDING_SAVED)
		return registry_flush(r, true, why);	/* comes back here with nothing pending */
	int e = registry_set(r, "next-place", (int64_t)r->next_place, why);
	for (int s = 0; s < PRINT_SPACES && !e; s++)
		e = save_space(r, (enum print_space)s, why);
	return e;
}

int registry_pending_load(struct registry *r, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, "SELECT space, pairs FROM pending ORDER BY id");
	int e = OK;
	while (!e && sqlite3_step(q) == SQLITE_ROW) {
		int space = sqlite3_column_int(q, 0);
		size_t n = (size_t)sqlite3_column_bytes(q, 1) / sizeof(struct pair);
		const unsigned char *p = sqlite3_column_blob(q, 1);
		for (size_t i = 0; i < n && space >= 0 && space < PRINT_SPACES && !e; i++) {
			struct pair one;
			memcpy(&one, p + i * sizeof(one), sizeof(one));
			if (!pairs_add(&r->pending[space], one))
				e = fault_set(why, E_MEMORY, "no memory for anchors");
		}
	}
	sqlite3_reset(q);
	for (int s = 0; s < PRINT_SPACES; s++)
		r->pending[s].saved = r->pending[s].n;
	return e;
}
