/* What the single writer puts into a case. */
#include <stdio.h>
#include <string.h>

#include "base/pack.h"
#include "lib/hash.h"
#include "store/case.h"

enum { SEALED_MAX = 1 << 20 };

static void bind_time(sqlite3_stmt *s, int at, int64_t t)
{
	if (t != TIME_UNKNOWN)
		sqlite3_bind_int64(s, at, t);
}

static void bind_span(sqlite3_stmt *s, int at, struct span v)
{
	sqlite3_bind_text64(s, at, v.p ? (const char *)v.p : "", v.n, SQLITE_STATIC, SQLITE_UTF8);
}

static void bind_digest(sqlite3_stmt *s, int at, const unsigned char *d, int n)
{
	if (d)
		sqlite3_bind_blob(s, at, d, n, SQLITE_STATIC);
}

int case_item_begin(struct case_file *c, const struct item_row *it, int64_t *row, struct fault *why)
{
	sqlite3_stmt *s = case_query(c,
		"INSERT INTO item(parent, top, depth, trail, name, type, size, state, modified, created, accessed)"
		" VALUES(?,?,?,?,?,?,?,1,?,?,?) ON CONFLICT(trail) DO UPDATE SET parent=excluded.parent, top=excluded.top,"
		" depth=excluded.depth, type=excluded.type, size=excluded.size, state=1, status=NULL, reason=NULL, dup=NULL,"
		" modified=excluded.modified, created=excluded.created, accessed=excluded.accessed RETURNING id");
	if (!s)
		return fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	sqlite3_bind_int64(s, 1, it->parent);
	sqlite3_bind_int64(s, 2, it->top);
	sqlite3_bind_int64(s, 3, it->depth);
	sqlite3_bind_text(s, 4, it->trail, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 5, it->name, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 6, it->type, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 7, (int64_t)it->size);
	bind_time(s, 8, it->times.modified);
	bind_time(s, 9, it->times.created);
	bind_time(s, 10, it->times.accessed);
	int e = sqlite3_step(s);
	if (e == SQLITE_ROW)
		*row = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return e == SQLITE_ROW ? OK : fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
}

int case_item_end(struct case_file *c, int64_t row, const struct item_end *end, struct fault *why)
{
	sqlite3_stmt *s = case_query(c,
		"UPDATE item SET state=2, status=?2, reason=?3, type=coalesce(?4, type), sha256=?5, sha1=?6, md5=?7,"
		" dup=?8, known=?9 WHERE id=?1");
	sqlite3_bind_int64(s, 1, row);
	sqlite3_bind_int(s, 2, (int)end->status);
	sqlite3_bind_text(s, 3, end->reason, -1, SQLITE_STATIC);
	sqlite3_bind_text(s, 4, end->type, -1, SQLITE_STATIC);
	bind_digest(s, 5, end->sha256, 32);
	bind_digest(s, 6, end->sha1, 20);
	bind_digest(s, 7, end->md5, 16);
	if (end->duplicate_of)
		sqlite3_bind_int64(s, 8, end->duplicate_of);
	if (end->is_known)
		sqlite3_bind_int(s, 9, 1);
	return case_step(c, s, why);
}

int case_item_mail(struct case_file *c, int64_t row, const struct mail_head *m, struct fault *why)
{
	struct buf plain, sealed;
	buf_init(&plain, SEALED_MAX);
	buf_init(&sealed, SEALED_MAX + 64);
	pack_span(&plain, m->message_id);
	pack_span(&plain, m->from);
	pack_span(&plain, m->to);
	pack_span(&plain, m->cc);
	pack_span(&plain, m->subject);
	pack_span(&plain, m->mailbox);
	seal_value(case_keys(c), buf_span(&plain), &sealed);
	sqlite3_stmt *s = case_query(c, "INSERT OR REPLACE INTO mail(item, sealed, sent, deleted) VALUES(?,?,?,?)");
	sqlite3_bind_int64(s, 1, row);
	sqlite3_bind_blob(s, 2, sealed.p, (int)sealed.n, SQLITE_STATIC);
	bind_time(s, 3, m->sent);
	sqlite3_bind_int(s, 4, m->is_deleted);
	int e = case_step(c, s, why);
	buf_release(&plain);
	buf_release(&sealed);
	return e;
}

static int run_for(struct case_file *c, const char *sql, int64_t row, struct fault *why)
{
	sqlite3_stmt *s = case_query(c, sql);
	sqlite3_bind_int64(s, 1, row);
	return case_step(c, s, why);
}

int case_item_clear(struct case_file *c, int64_t row, struct fault *why)
{
	int e = run_for(c, "DELETE FROM finding WHERE item=?", row, why);
	if (!e)
		e = run_for(c, "DELETE FROM match WHERE item=?", row, why);
	if (!e)
		e = run_for(c, "DELETE FROM claim WHERE item=?", row, why);
	if (!e)
		e = run_for(c, "DELETE FROM mail WHERE item=?", row, why);
	return e;
}

int case_top_clear(struct case_file *c, int64_t top, struct fault *why)
{
	static const char *const steps[] = {
		"DELETE FROM finding WHERE item IN (SELECT id FROM item WHERE top=?1 OR id=?1)",
		"DELETE FROM match WHERE item IN (SELECT id FROM item WHERE top=?1 OR id=?1)",
		"DELETE FROM claim WHERE item IN (SELECT id FROM item WHERE top=?1 OR id=?1)",
		"DELETE FROM mail WHERE item IN (SELECT id FROM item WHERE top=?1 OR id=?1)",
		"DELETE FROM ledger WHERE top=?1",
		"DELETE FROM item WHERE top=?1",
	};
	int e = OK;
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !e; i++)
		e = run_for(c, steps[i], top, why);
	return e;
}

/* Binds space, start, end, sheet, row, col, page from position at on. */
static void bind_where(sqlite3_stmt *s, int at, const struct where *w)
{
	sqlite3_bind_int(s, at, (int)w->space);
	sqlite3_bind_int64(s, at + 1, (int64_t)w->start);
	sqlite3_bind_int64(s, at + 2, (int64_t)w->end);
	sqlite3_bind_text(s, at + 3, w->sheet, -1, SQLITE_STATIC);
	if (w->is_cell) {
		sqlite3_bind_int64(s, at + 4, (int64_t)w->row);
		sqlite3_bind_int64(s, at + 5, w->column);
	}
	if (w->page)
		sqlite3_bind_int64(s, at + 6, w->page);
}

static void add_checks(struct buf *b, const struct finding *f)
{
	for (int i = 0; i < CHECKS_MAX && f->checks[i]; i++) {
		if (i)
			buf_add_byte(b, '\n');
		buf_add_str(b, f->checks[i]);
	}
}

int case_finding_add(struct case_file *c, int64_t item, const struct finding *f, struct span context,
                     struct span context_mask, struct fault *why)
{
	struct buf mask, sealed, context_sealed, checks;
	buf_init(&mask, SEALED_MAX);
	buf_init(&sealed, SEALED_MAX + 64);
	buf_init(&context_sealed, SEALED_MAX + 64);
	buf_init(&checks, 4096);
	mask_value(f->kind, f->value, &mask);
	seal_value(case_keys(c), f->value, &sealed);
	if (context.n)
		seal_value(case_keys(c), context, &context_sealed);
	add_checks(&checks, f);
	struct value_digest digest = seal_digest(case_keys(c), f->kind, f->value);
	sqlite3_stmt *s = case_query(c,
		"INSERT INTO finding(item, kind, mask, digest, sealed, confidence, chance, rule, checks, space, start, end,"
		" sheet, row, col, page, context, context_sealed) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
	sqlite3_bind_int64(s, 1, item);
	sqlite3_bind_text(s, 2, kind_name(f->kind), -1, SQLITE_STATIC);
	bind_span(s, 3, buf_span(&mask));
	sqlite3_bind_blob(s, 4, digest.b, sizeof(digest.b), SQLITE_STATIC);
	sqlite3_bind_blob(s, 5, sealed.p, (int)sealed.n, SQLITE_STATIC);
	sqlite3_bind_double(s, 6, f->confidence);
	sqlite3_bind_double(s, 7, f->chance);
	sqlite3_bind_text(s, 8, f->rule, -1, SQLITE_STATIC);
	bind_span(s, 9, buf_span(&checks));
	bind_where(s, 10, &f->where);
	bind_span(s, 17, context_mask);
	if (context.n)
		sqlite3_bind_blob(s, 18, context_sealed.p, (int)context_sealed.n, SQLITE_STATIC);
	int e = case_step(c, s, why);
	buf_release(&mask);
	buf_release(&sealed);
	buf_release(&context_sealed);
	buf_release(&checks);
	return e;
}

int case_claim_add(struct case_file *c, int64_t item, const struct claim *claim, struct fault *why)
{
	struct buf plain, sealed;
	buf_init(&plain, SEALED_MAX);
	buf_init(&sealed, SEALED_MAX + 64);
	pack_u64(&plain, claim->count);
	for (unsigned i = 0; i < claim->count; i++) {
		pack_str(&plain, kind_name(claim->elements[i].kind));
		pack_span(&plain, claim->elements[i].value);
	}
	pack_span(&plain, claim->address_date);
	seal_value(case_keys(c), buf_span(&plain), &sealed);
	sqlite3_stmt *s = case_query(c, "INSERT INTO claim(item, basis, space, start, end, sheet, row, col, page, sealed)"
	                             " VALUES(?,?,?,?,?,?,?,?,?,?)");
	sqlite3_bind_int64(s, 1, item);
	sqlite3_bind_text(s, 2, claim->basis, -1, SQLITE_STATIC);
	bind_where(s, 3, &claim->where);
	sqlite3_bind_blob(s, 10, sealed.p, (int)sealed.n, SQLITE_STATIC);
	int e = case_step(c, s, why);
	buf_release(&plain);
	buf_release(&sealed);
	return e;
}

int case_ledger_add(struct case_file *c, int64_t top, enum status state, uint64_t length, struct fault *why)
{
	sqlite3_stmt *s = case_query(c, "INSERT INTO ledger(top, state, bytes) VALUES(?,?,?)"
	                             " ON CONFLICT(top, state) DO UPDATE SET bytes = bytes + excluded.bytes");
	sqlite3_bind_int64(s, 1, top);
	sqlite3_bind_int(s, 2, (int)state);
	sqlite3_bind_int64(s, 3, (int64_t)length);
	return case_step(c, s, why);
}

struct public_id case_finding_id(const char *trail, enum kind kind, const struct where *w)
{
	unsigned char d[32];
	struct public_id id;
	struct buf b;
	buf_init(&b, 1 << 20);
	buf_format(&b, "%s|%s|%d|%llu|%llu|%llu|%u|%u|%s", trail, kind_name(kind), (int)w->space,
	           (unsigned long long)w->start, (unsigned long long)w->end, (unsigned long long)w->row,
	           w->column, w->page, w->sheet ? w->sheet : "");
	hash_sha256(buf_span(&b), d);
	hash_hex(d, 16, id.s);
	buf_release(&b);
	return id;
}
