/* Items, in the order of their trails. Mail heads are masked unless revealed. */
#include "report/record.h"

#include "base/pack.h"

static const struct field fields[] = {
	{ "item", FIELD_TEXT }, { "parent", FIELD_TEXT }, { "type", FIELD_TEXT }, { "size", FIELD_INTEGER },
	{ "sha256", FIELD_TEXT }, { "sha1", FIELD_TEXT }, { "md5", FIELD_TEXT }, { "status", FIELD_TEXT },
	{ "reason", FIELD_TEXT }, { "bytes_accounted", FIELD_INTEGER }, { "duplicate_of", FIELD_TEXT },
	{ "known", FIELD_BOOL }, { "modified", FIELD_TIME }, { "created", FIELD_TIME }, { "accessed", FIELD_TIME },
	{ "message_id", FIELD_TEXT }, { "from", FIELD_TEXT }, { "to", FIELD_TEXT }, { "cc", FIELD_TEXT },
	{ "subject", FIELD_TEXT }, { "sent", FIELD_TIME }, { "mailbox", FIELD_TEXT }, { "deleted", FIELD_BOOL },
};
enum { COUNT = sizeof(fields) / sizeof(*fields), MAIL_FIELDS = 6 };

/* The copy of others is whatever comes later in the order of trails. */
static const char sql[] =
	"SELECT i.trail, p.trail, i.type, i.size, i.sha256, i.sha1, i.md5, i.status, i.reason,"
	" CASE i.depth WHEN 0 THEN (SELECT sum(bytes) FROM ledger l WHERE l.top = i.id) ELSE i.size END,"
	" (SELECT min(o.trail) FROM item o WHERE o.sha256 = i.sha256 AND o.state = 2 AND i.size > 0),"
	" i.known, i.modified, i.created, i.accessed, m.sealed, m.sent, m.deleted"
	" FROM item i LEFT JOIN item p ON p.id = i.parent LEFT JOIN mail m ON m.item = i.id"
	" WHERE i.state = 2 ORDER BY i.trail";
enum { TRAIL, PARENT, TYPE, SIZE, SHA256, SHA1, MD5, STATUS, REASON, ACCOUNTED, FIRST, KNOWN, MODIFIED, CREATED,
       ACCESSED, MAIL, SENT, DELETED };

struct keep { struct buf hex[3], plain, mail[MAIL_FIELDS]; };

/* message_id, from, to, cc, subject, mailbox, as case_item_mail packs them. */
static int open_mail(struct case_file *c, sqlite3_stmt *s, bool reveal, struct keep *k, struct value *v, struct fault *why)
{
	static const unsigned char at[MAIL_FIELDS] = { 15, 16, 17, 18, 19, 21 };
	buf_clear(&k->plain);
	int e = seal_open(case_keys(c), value_column_text(s, MAIL).text, &k->plain, why);
	if (e)
		return e;
	struct cur in = cur_of(buf_span(&k->plain));
	for (int i = 0; i < MAIL_FIELDS; i++) {
		struct span one = unpack_span(&in);
		buf_clear(&k->mail[i]);
		if (reveal || i == 0)
			buf_add(&k->mail[i], one);
		else if (i >= 1 && i <= 3)
			mask_addresses(one, &k->mail[i]);
		else
			mask_digits(one, &k->mail[i]);
		if (one.n)
			v[at[i]] = value_text(buf_span(&k->mail[i]));
	}
	return OK;
}

static int give(struct case_file *c, sqlite3_stmt *s, bool reveal, struct keep *k, record_row *row, void *user,
                struct fault *why)
{
	struct value v[COUNT] = { { 0 } };
	for (int i = TRAIL; i <= TYPE; i++)
		v[i] = value_column_text(s, i);
	v[3] = value_column_integer(s, SIZE);
	for (int i = 0; i < 3; i++)
		v[4 + i] = value_column_hex(s, SHA256 + i, &k->hex[i]);
	v[7] = value_text(span_str(status_name((enum status)sqlite3_column_int(s, STATUS))));
	v[8] = value_column_text(s, REASON);
	v[9] = value_integer(sqlite3_column_int64(s, ACCOUNTED));
	struct value first = value_column_text(s, FIRST);
	if (first.is_there && !span_equal(first.text, v[0].text))
		v[10] = first;
	v[11] = value_integer(sqlite3_column_int(s, KNOWN));
	for (int i = 0; i < 3; i++)
		v[12 + i] = value_column_integer(s, MODIFIED + i);
	v[20] = value_column_integer(s, SENT);
	v[22] = value_column_integer(s, DELETED);
	int e = sqlite3_column_type(s, MAIL) == SQLITE_NULL ? OK : open_mail(c, s, reveal, k, v, why);
	return e ? e : row(user, v, why);
}

static int items_each(struct case_file *c, bool reveal, record_row *row, void *user, struct fault *why)
{
	struct keep k;
	for (int i = 0; i < 3; i++)
		buf_init(&k.hex[i], 256);
	for (int i = 0; i < MAIL_FIELDS; i++)
		buf_init(&k.mail[i], 8 << 20);
	buf_init(&k.plain, 8 << 20);
	sqlite3_stmt *s = case_query(c, sql);
	int e = s ? OK : fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	while (!e && sqlite3_step(s) == SQLITE_ROW)
		e = give(c, s, reveal, &k, row, user, why);
	if (s)
		sqlite3_reset(s);
	for (int i = 0; i < 3; i++)
		buf_release(&k.hex[i]);
	for (int i = 0; i < MAIL_FIELDS; i++)
		buf_release(&k.mail[i]);
	buf_release(&k.plain);
	return e;
}

const struct record_set record_items = { "items", fields, COUNT, items_each };
