/* Matches with registered items, in the order of the items' trails. */
#include "report/record.h"

static const struct field fields[] = {
	{ "item", FIELD_TEXT }, { "registered", FIELD_TEXT }, { "relation", FIELD_TEXT },
	{ "share_of_item", FIELD_NUMBER }, { "share_of_registered", FIELD_NUMBER }, { "runs", FIELD_JSON },
	{ "chance", FIELD_NUMBER }, { "likelihood_ratio", FIELD_NUMBER }, { "recipient", FIELD_TEXT },
	{ "details", FIELD_JSON },
};
enum { ITEM, REGISTERED, RELATION, SHARE, SHARE_REGISTERED, RUNS, CHANCE, RATIO, RECIPIENT, DETAILS, COUNT };

static const char sql[] =
	"SELECT i.trail, m.registered, m.relation, m.share_of_item, m.share_of_registered, m.runs, m.chance,"
	" m.likelihood_ratio, m.recipient, m.details FROM match m JOIN item i ON i.id = m.item"
	" ORDER BY i.trail, m.share_of_item DESC, m.registered, m.relation, m.details";

static struct value number_at(sqlite3_stmt *s, int column)
{
	struct value none = { 0 };
	return sqlite3_column_type(s, column) == SQLITE_NULL ? none : value_number(sqlite3_column_double(s, column));
}

static int matches_each(struct case_file *c, bool reveal, record_row *row, void *user, struct fault *why)
{
	(void)reveal;
	sqlite3_stmt *s = case_query(c, sql);
	int e = s ? OK : fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	while (!e && sqlite3_step(s) == SQLITE_ROW) {
		struct value v[COUNT] = { { 0 } };
		for (int i = 0; i < COUNT; i++)
			v[i] = fields[i].type == FIELD_NUMBER ? number_at(s, i) : value_column_text(s, i);
		e = row(user, v, why);
	}
	if (s)
		sqlite3_reset(s);
	return e;
}

const struct record_set record_matches = { "matches", fields, COUNT, matches_each };
