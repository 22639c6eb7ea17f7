#include "store/evidence.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/hash.h"

enum { HASH = 32, LEVELS = 64 };

/* The tree as it grows: one hash a level that stands alone there. */
struct tree { unsigned char hash[LEVELS][HASH]; uint64_t size; };

static void hash_pair(const unsigned char *left, const unsigned char *right, unsigned char *out)
{
	unsigned char both[1 + 2 * HASH] = { 1 };
	memcpy(both + 1, left, HASH);
	memcpy(both + 1 + HASH, right, HASH);
	hash_sha256(span_of(both, sizeof(both)), out);
}

static void tree_add(struct tree *t, const unsigned char *leaf)
{
	unsigned char h[HASH];
	unsigned level = 0;
	memcpy(h, leaf, HASH);
	for (uint64_t n = t->size; n & 1; n >>= 1, level++)
		hash_pair(t->hash[level], h, h);
	memcpy(t->hash[level], h, HASH);
	t->size++;
}

/* The head: the hashes that stand alone, joined from the smallest up. */
static void tree_root(const struct tree *t, unsigned char *root)
{
	bool is_any = false;
	hash_sha256(span_of(NULL, 0), root);
	for (unsigned level = 0; level < LEVELS && t->size >> level; level++) {
		if (!(t->size >> level & 1))
			continue;
		if (is_any)
			hash_pair(t->hash[level], root, root);
		else
			memcpy(root, t->hash[level], HASH);
		is_any = true;
	}
}

static void add_text(struct buf *b, const char *name, const char *text)
{
	buf_format(b, ",\"%s\":", name);
	if (!text) {
		buf_add_str(b, "null");
		return;
	}
	buf_add_byte(b, '"');
	for (; *text; text++) {
		unsigned char ch = (unsigned char)*text;
		if (ch == '"' || ch == '\\')
			buf_format(b, "\\%c", ch);
		else if (ch < 0x20)
			buf_format(b, "\\u%04x", ch);
		else
			buf_add_byte(b, ch);
	}
	buf_add_byte(b, '"');
}

struct entry { uint64_t index; const char *at, *kind, *subject, *sha256, *version; };

static void leaf_of(const struct entry *en, struct buf *b, unsigned char *leaf)
{
	buf_clear(b);
	buf_add_byte(b, 0);
	buf_format(b, "{\"index\":%llu", (unsigned long long)en->index);
	add_text(b, "at", en->at);
	add_text(b, "kind", en->kind);
	add_text(b, "subject", en->subject);
	add_text(b, "sha256", en->sha256);
	add_text(b, "version", en->version);
	buf_add_byte(b, '}');
	hash_sha256(buf_span(b), leaf);
}

static int64_t next_index(struct case_file *c)
{
	sqlite3_stmt *s = case_query(c, "SELECT coalesce(max(idx) + 1, 0) FROM evidence");
	int64_t n = s && sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	if (s)
		sqlite3_reset(s);
	return n;
}

int evidence_add(struct case_file *c, const char *kind, const char *subject, const char *sha256, struct fault *why)
{
	char at[32];
	unsigned char leaf[HASH];
	time_t now = time(NULL);
	struct tm tm;
	gmtime_r(&now, &tm);
	strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%SZ", &tm);
	struct entry en = { (uint64_t)next_index(c), at, kind, subject, sha256, VERSION };
	struct buf b;
	buf_init(&b, 8 << 20);
	leaf_of(&en, &b, leaf);
	buf_release(&b);
	sqlite3_stmt *s = case_query(c, "INSERT INTO evidence(idx, at, kind, subject, sha256, version, leaf) VALUES(?,?,?,?,?,?,?)");
	if (!s)
		return fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	sqlite3_bind_int64(s, 1, (int64_t)en.index);
	sqlite3_bind_text(s, 2, at, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 3, kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 4, subject, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 5, sha256, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 6, VERSION, -1, SQLITE_STATIC);
	sqlite3_bind_blob(s, 7, leaf, HASH, SQLITE_STATIC);
	return case_step(c, s, why);
}

int evidence_add_inputs(struct case_file *c, struct fault *why)
{
	int e = case_run(c, "CREATE INDEX IF NOT EXISTS evidence_subject ON evidence(kind, subject, sha256)", why);
	if (e)
		return e;
	sqlite3_stmt *s = case_query(c,
		"SELECT trail, lower(hex(sha256)), size FROM item i WHERE depth = 0 AND state = 2 AND NOT EXISTS"
		" (SELECT 1 FROM evidence e WHERE e.kind = 'input' AND e.subject = i.trail || ' (' || i.size || ' bytes)'"
		"  AND e.sha256 IS CASE WHEN i.sha256 IS NULL THEN NULL ELSE lower(hex(i.sha256)) END) ORDER BY trail");
	struct buf subject;
	buf_init(&subject, 1 << 20);
	while (!e && s && sqlite3_step(s) == SQLITE_ROW) {
		buf_clear(&subject);
		buf_format(&subject, "%s (%lld bytes)", (const char *)sqlite3_column_text(s, 0), (long long)sqlite3_column_int64(s, 2));
		const char *sha = (const char *)sqlite3_column_text(s, 1);
		e = evidence_add(c, "input", buf_string(&subject), sha && *sha ? sha : NULL, why);
	}
	if (s)
		sqlite3_reset(s);
	buf_release(&subject);
	return e;
}

static void head_message(uint64_t size, const unsigned char *root, struct buf *b)
{
	char hex[2 * HASH + 1];
	hash_hex(root, HASH, hex);
	buf_clear(b);
	buf_format(b, "strandline evidence log\n%llu\n%s\n", (unsigned long long)size, hex);
}

static int bind_head(struct case_file *c, const struct tree *t, struct fault *why)
{
	unsigned char root[HASH], public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES], signature[crypto_sign_BYTES];
	struct buf b;
	buf_init(&b, 4096);
	tree_root(t, root);
	head_message(t->size, root, &b);
	crypto_sign_seed_keypair(public, secret, case_keys(c)->sign);
	crypto_sign_detached(signature, NULL, b.p, b.n, secret);
	sodium_memzero(secret, sizeof(secret));
	buf_release(&b);
	sqlite3_stmt *s = case_query(c, "INSERT OR REPLACE INTO checkpoint(size, root, signature, public) VALUES(?,?,?,?)");
	sqlite3_bind_int64(s, 1, (int64_t)t->size);
	sqlite3_bind_blob(s, 2, root, HASH, SQLITE_STATIC);
	sqlite3_bind_blob(s, 3, signature, sizeof(signature), SQLITE_STATIC);
	sqlite3_bind_blob(s, 4, public, sizeof(public), SQLITE_STATIC);
	return case_step(c, s, why);
}

int evidence_sign(struct case_file *c, struct fault *why)
{
	struct tree t = { .size = 0 };
	sqlite3_stmt *s = case_query(c, "SELECT leaf FROM evidence ORDER BY idx");
	while (s && sqlite3_step(s) == SQLITE_ROW)
		if (sqlite3_column_bytes(s, 0) == HASH)
			tree_add(&t, sqlite3_column_blob(s, 0));
	if (s)
		sqlite3_reset(s);
	return bind_head(c, &t, why);
}

/* The signed heads in order of size, against the tree as it grows. */
static int check_head(struct case_file *c, const struct tree *t, uint64_t *heads, struct fault *why)
{
	sqlite3_stmt *s = case_query(c, "SELECT root, signature FROM checkpoint WHERE size = ?");
	unsigned char root[HASH], public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
	sqlite3_bind_int64(s, 1, (int64_t)t->size);
	if (sqlite3_step(s) != SQLITE_ROW) {
		sqlite3_reset(s);
		return OK;
	}
	struct buf b;
	buf_init(&b, 4096);
	tree_root(t, root);
	head_message(t->size, root, &b);
	crypto_sign_seed_keypair(public, secret, case_keys(c)->sign);
	bool is_root = sqlite3_column_bytes(s, 0) == HASH && memcmp(sqlite3_column_blob(s, 0), root, HASH) == 0;
	bool is_signed = sqlite3_column_bytes(s, 1) == crypto_sign_BYTES &&
		crypto_sign_verify_detached(sqlite3_column_blob(s, 1), b.p, b.n, public) == 0;
	sodium_memzero(secret, sizeof(secret));
	sqlite3_reset(s);
	buf_release(&b);
	++*heads;
	if (is_root && is_signed)
		return OK;
	return fault_set(why, E_STORE, "evidence log: the signed head over the first %llu records does not fit: one of them was replaced",
	                 (unsigned long long)t->size);
}

static int check_entry(sqlite3_stmt *s, struct tree *t, struct buf *b, struct fault *why)
{
	unsigned char leaf[HASH];
	struct entry en = {
		(uint64_t)sqlite3_column_int64(s, 0), (const char *)sqlite3_column_text(s, 1), (const char *)sqlite3_column_text(s, 2),
		(const char *)sqlite3_column_text(s, 3), (const char *)sqlite3_column_text(s, 4), (const char *)sqlite3_column_text(s, 5),
	};
	leaf_of(&en, b, leaf);
	bool is_leaf = sqlite3_column_bytes(s, 6) == HASH && memcmp(sqlite3_column_blob(s, 6), leaf, HASH) == 0;
	if (en.index != t->size)
		return fault_set(why, E_STORE, "evidence log: record %llu is missing", (unsigned long long)t->size);
	if (!is_leaf)
		return fault_set(why, E_STORE, "evidence log: record %llu was altered", (unsigned long long)en.index);
	tree_add(t, leaf);
	return OK;
}

int evidence_verify(struct case_file *c, uint64_t *entries, uint64_t *heads, struct fault *why)
{
	struct tree t = { .size = 0 };
	struct buf b;
	buf_init(&b, 8 << 20);
	*heads = 0;
	sqlite3_stmt *s = case_query(c, "SELECT idx, at, kind, subject, sha256, version, leaf FROM evidence ORDER BY idx");
	int e = s ? OK : fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	while (!e && sqlite3_step(s) == SQLITE_ROW) {
		e = check_entry(s, &t, &b, why);
		if (!e)
			e = check_head(c, &t, heads, why);
	}
	if (s)
		sqlite3_reset(s);
	buf_release(&b);
	*entries = t.size;
	sqlite3_stmt *q = case_query(c, "SELECT max(size) FROM checkpoint");
	uint64_t signed_size = q && sqlite3_step(q) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(q, 0) : 0;
	if (q)
		sqlite3_reset(q);
	if (!e && signed_size > t.size)
		e = fault_set(why, E_STORE, "evidence log: record %llu is missing: %llu were signed", (unsigned long long)t.size,
		              (unsigned long long)signed_size);
	return e;
}
