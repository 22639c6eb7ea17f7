/* The evidence log, in its order. */
#include "report/record.h"

static const struct field fields[] = {
	{ "index", FIELD_INTEGER }, { "at", FIELD_TEXT }, { "kind", FIELD_TEXT }, { "subject", FIELD_TEXT },
	{ "sha256", FIELD_TEXT }, { "version", FIELD_TEXT }, { "leaf", FIELD_TEXT },
};
enum { COUNT = sizeof(fields) / sizeof(*fields), LEAF = 6 };

static int evidence_each(struct case_file *c, bool reveal, record_row *row, void *user, struct fault *why)
{
	struct value v[COUNT];
	struct buf hex;
	(void)reveal;
	buf_init(&hex, 256);
	sqlite3_stmt *s = case_query(c, "SELECT idx, at, kind, subject, sha256, version, leaf FROM evidence ORDER BY idx");
	int e = s ? OK : fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	while (!e && sqlite3_step(s) == SQLITE_ROW) {
		v[0] = value_integer(sqlite3_column_int64(s, 0));
		for (int i = 1; i < LEAF; i++)
			v[i] = value_column_text(s, i);
		v[LEAF] = value_column_hex(s, LEAF, &hex);
		e = row(user, v, why);
	}
	if (s)
		sqlite3_reset(s);
	buf_release(&hex);
	return e;
}

const struct record_set record_evidence = { "evidence", fields, COUNT, evidence_each };
