/* What left over the network, in the order of its first byte. A case that nothing was watched for has no table of it. */
#include "report/record.h"

static const struct field fields[] = {
	{ "host", FIELD_TEXT }, { "destination", FIELD_TEXT }, { "service", FIELD_TEXT }, { "bytes_out", FIELD_INTEGER },
	{ "bytes_in", FIELD_INTEGER }, { "first", FIELD_TIME }, { "last", FIELD_TIME }, { "alarm", FIELD_BOOL },
	{ "why", FIELD_JSON }, { "bytes_at_alarm", FIELD_INTEGER }, { "unseen_share", FIELD_NUMBER }, { "documents", FIELD_JSON },
};
enum { COUNT = sizeof(fields) / sizeof(*fields) };

static struct value column_value(sqlite3_stmt *s, int i)
{
	struct value none = { 0 };
	switch (fields[i].type) {
	case FIELD_TEXT: case FIELD_JSON:
		return value_column_text(s, i);
	case FIELD_NUMBER:
		return sqlite3_column_type(s, i) == SQLITE_NULL ? none : value_number(sqlite3_column_double(s, i));
	case FIELD_INTEGER: case FIELD_BOOL: case FIELD_TIME:
		return value_column_integer(s, i);
	}
	return none;
}

static bool has_departures(struct case_file *c)
{
	sqlite3_stmt *s = case_query(c, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'departure'");
	bool is_there = s && sqlite3_step(s) == SQLITE_ROW;
	if (s)
		sqlite3_reset(s);
	return is_there;
}

static int departures_each(struct case_file *c, bool reveal, record_row *row, void *user, struct fault *why)
{
	(void)reveal;
	if (!has_departures(c))
		return OK;
	sqlite3_stmt *s = case_query(c, "SELECT host, destination, service, bytes_out, bytes_in, first, last, alarm, why, bytes_at_alarm,"
	                             " unseen_share, documents FROM departure ORDER BY first, host, destination, service");
	int e = s ? OK : fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	while (!e && sqlite3_step(s) == SQLITE_ROW) {
		struct value v[COUNT];
		for (int i = 0; i < COUNT; i++)
			v[i] = column_value(s, i);
		e = row(user, v, why);
	}
	if (s)
		sqlite3_reset(s);
	return e;
}

const struct record_set record_departures = { "departures", fields, COUNT, departures_each };
