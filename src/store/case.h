/*
 * Case: one incident, a directory: case.db (SQLite, WAL), key, lock.
 *
 * One process writes at a time (lock file); readers may look on. Values are
 * sealed, clear columns hold masks and keyed digests. Rows are addressed by
 * row numbers that mean nothing outside the case: what exports show as id
 * is derived from trails (see case_item_id).
 * Not shared between threads. Spans given out are borrowed until the next
 * call on the same case.
 */
#ifndef STORE_CASE_H
#define STORE_CASE_H

#include <sqlite3.h>

#include "core/finding.h"
#include "store/seal.h"

struct case_file;

enum case_mode { CASE_READ, CASE_WRITE, CASE_CREATE };
enum { CASE_VERSION = 1 };

/* A sort of store: a case, or a registry, which has the same tables and its own beside them. */
struct case_sort {
	const char *file;		/* "case.db" */
	const char *noun;		/* "case" */
	const char *maker;		/* what makes one: "strandline examine PATH --case"; the directory follows */
	const char *version_key;	/* in meta */
	int version;
	const char *tables;		/* SQL behind case_schema's, or NULL; writes version_key where it is not "version" */
};
int case_open_sort(const struct case_sort *sort, const char *dir, const char *key_file, enum case_mode mode,
                   struct case_file **c, struct fault *why);

/*
 * key_file NULL means DIR/key. E_STORE with a clear line: not a case, locked
 * by another process, from a newer version, corrupt, the wrong key.
 */
int  case_open(const char *dir, const char *key_file, enum case_mode mode, struct case_file **c, struct fault *why);
void case_close(struct case_file *c);

sqlite3     *case_db(struct case_file *c);
struct keys *case_keys(struct case_file *c);
const char  *case_dir(const struct case_file *c);

/* Runs one statement without rows. E_STORE with SQLite's reason (a full disk, ...). */
int case_run(struct case_file *c, const char *sql, struct fault *why);
/* A prepared statement, kept by the case, reset and unbound: bind, step, leave. NULL on error. */
sqlite3_stmt *case_query(struct case_file *c, const char *sql);
/* Steps a statement that gives no rows. */
int case_step(struct case_file *c, sqlite3_stmt *s, struct fault *why);
/* Commits what is open and begins anew. */
int case_checkpoint(struct case_file *c, struct fault *why);

/* What a worker tells of an item, in the order of its life. */
struct item_row {
	int64_t parent, top;		/* row numbers; 0 for a file on disk */
	const char *trail, *name, *type;
	uint64_t size;
	unsigned depth;
	struct times times;
};
struct item_end {
	enum status status;
	const char *reason;		/* or NULL */
	const char *type;		/* or NULL: as begun */
	const unsigned char *sha256, *sha1, *md5;	/* or NULL */
	int64_t duplicate_of;		/* row whose subtree stands for this one's, or 0 */
	bool is_known;			/* its digest is in --known */
};

/* Begins an item, or begins it anew; *row is its number. */
int case_item_begin(struct case_file *c, const struct item_row *it, int64_t *row, struct fault *why);
int case_item_end(struct case_file *c, int64_t row, const struct item_end *end, struct fault *why);
int case_item_mail(struct case_file *c, int64_t row, const struct mail_head *m, struct fault *why);
/* Forgets what was found in an item itself (its children stay). */
int case_item_clear(struct case_file *c, int64_t row, struct fault *why);
/* Forgets all below a file on disk. */
int case_top_clear(struct case_file *c, int64_t top, struct fault *why);

/* context is the text around the value; context_mask the same with every found value masked. */
int case_finding_add(struct case_file *c, int64_t item, const struct finding *f, struct span context,
                     struct span context_mask, struct fault *why);
int case_claim_add(struct case_file *c, int64_t item, const struct claim *claim, struct fault *why);
/* length bytes of a file on disk are in that state of the ledger. */
int case_ledger_add(struct case_file *c, int64_t top, enum status state, uint64_t length, struct fault *why);

/* Writes out the subtrees of duplicates; called once at the end of a run. */
int case_expand_duplicates(struct case_file *c, struct fault *why);

/* The id that exports show: 32 hex digits of a SHA-256 over trail and place, never over values. */
struct public_id { char s[33]; };
struct public_id case_finding_id(const char *trail, enum kind kind, const struct where *w);

#endif
