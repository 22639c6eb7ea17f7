/* Persons: one row each, fit to notify them from. Masked unless revealed. */
#include "report/record.h"

#include "people/link.h"

static const struct field fields[] = {
	{ "person_id", FIELD_TEXT }, { "name", FIELD_TEXT }, { "other_names", FIELD_TEXT }, { "birth_date", FIELD_TEXT },
	{ "emails", FIELD_TEXT }, { "phones", FIELD_TEXT }, { "address", FIELD_TEXT }, { "address_date", FIELD_TEXT },
	{ "residence", FIELD_TEXT }, { "residence_basis", FIELD_TEXT }, { "elements", FIELD_TEXT }, { "items", FIELD_INTEGER },
	{ "first_item", FIELD_TEXT }, { "merge_reason", FIELD_TEXT }, { "conflicts", FIELD_TEXT }, { "rules_triggered", FIELD_TEXT },
};
enum { COUNT = sizeof(fields) / sizeof(*fields), ELEMENTS = 10, ITEMS = 11 };

/* Which of a person's texts stands in which field, and as what it is masked; -1: shown as it is. */
static const struct { unsigned char field, text; int mask; } columns[] = {
	{ 1, PERSON_NAME, KIND_PERSON_NAME }, { 2, PERSON_OTHER_NAMES, KIND_PERSON_NAME },
	{ 3, PERSON_BIRTH_DATE, KIND_BIRTH_DATE }, { 4, PERSON_EMAILS, KIND_EMAIL_ADDRESS }, { 5, PERSON_PHONES, KIND_PHONE },
	{ 6, PERSON_ADDRESS, KIND_POSTAL_ADDRESS }, { 7, PERSON_ADDRESS_DATE, -1 }, { 8, PERSON_RESIDENCE, -1 },
	{ 9, PERSON_RESIDENCE_BASIS, -1 }, { 12, PERSON_FIRST_ITEM, -1 }, { 13, PERSON_MERGE_REASON, -1 },
	{ 14, PERSON_CONFLICTS, -1 }, { 15, PERSON_RULES, -1 },
};
enum { COLUMNS = sizeof(columns) / sizeof(*columns) };

struct keep { struct buf plain, elements, masked[COLUMNS]; };

/* Lists are masked one by one. */
static void mask_list(enum kind kind, struct span list, struct buf *out)
{
	while (list.n) {
		size_t end = span_find(list, span_str("; "), 0);
		mask_value(kind, span_sub(list, 0, end), out);
		list = end == SIZE_MAX ? span_of(NULL, 0) : span_from(list, end + 2);
		if (list.n)
			buf_add_str(out, "; ");
	}
}

/* The kinds of data found about a person, in the order of their names. */
static void list_elements(struct case_file *c, int64_t person, struct span claimed, struct buf *out)
{
	buf_clear(out);
	for (int k = 0; k < KIND_COUNT; k++) {
		sqlite3_stmt *s = case_query(c, "SELECT 1 FROM finding WHERE person=? AND kind=? AND confidence >= 0.5 LIMIT 1");
		sqlite3_bind_int64(s, 1, person);
		sqlite3_bind_text(s, 2, kind_name((enum kind)k), -1, SQLITE_STATIC);
		bool is_found = sqlite3_step(s) == SQLITE_ROW;
		sqlite3_reset(s);
		struct span rest = claimed;
		while (!is_found && rest.n) {
			size_t end = span_find_byte(rest, ';', 0);
			is_found = span_equal(span_sub(rest, 0, end), span_str(kind_name((enum kind)k)));
			rest = end == SIZE_MAX ? span_of(NULL, 0) : span_from(rest, end + 1);
		}
		if (!is_found)
			continue;
		if (out->n)
			buf_add_byte(out, ';');
		buf_add_str(out, kind_name((enum kind)k));
	}
}

static int64_t count_items(struct case_file *c, int64_t person)
{
	sqlite3_stmt *s = case_query(c, "SELECT count(*) FROM (SELECT item FROM claim WHERE person=?1"
	                             " UNION SELECT item FROM finding WHERE person=?1)");
	sqlite3_bind_int64(s, 1, person);
	int64_t n = sqlite3_step(s) == SQLITE_ROW ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	return n;
}

static int give(struct case_file *c, sqlite3_stmt *s, bool reveal, struct keep *k, record_row *row, void *user,
                struct fault *why)
{
	struct value v[COUNT] = { { 0 } };
	struct person p;
	buf_clear(&k->plain);
	int e = seal_open(case_keys(c), value_column_text(s, 2).text, &k->plain, why);
	if (!e)
		e = people_unpack(buf_span(&k->plain), &p);
	if (e)
		return e;
	v[0] = value_column_text(s, 1);
	for (int i = 0; i < COLUMNS; i++) {
		struct span text = p.text[columns[i].text];
		buf_clear(&k->masked[i]);
		if (reveal || columns[i].mask < 0)
			buf_add(&k->masked[i], text);
		else
			mask_list((enum kind)columns[i].mask, text, &k->masked[i]);
		if (text.n)
			v[columns[i].field] = value_text(buf_span(&k->masked[i]));
	}
	int64_t id = sqlite3_column_int64(s, 0);
	list_elements(c, id, p.text[PERSON_ELEMENTS], &k->elements);
	v[ELEMENTS] = value_text(buf_span(&k->elements));
	v[ITEMS] = value_integer(count_items(c, id));
	return row(user, v, why);
}

static int people_each(struct case_file *c, bool reveal, record_row *row, void *user, struct fault *why)
{
	struct keep k;
	buf_init(&k.plain, 16 << 20);
	buf_init(&k.elements, 1 << 16);
	for (int i = 0; i < COLUMNS; i++)
		buf_init(&k.masked[i], 1 << 20);
	sqlite3_stmt *s = case_query(c, "SELECT id, public, sealed FROM person ORDER BY id");
	int e = s ? OK : fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	while (!e && sqlite3_step(s) == SQLITE_ROW)
		e = give(c, s, reveal, &k, row, user, why);
	if (s)
		sqlite3_reset(s);
	buf_release(&k.plain);
	buf_release(&k.elements);
	for (int i = 0; i < COLUMNS; i++)
		buf_release(&k.masked[i]);
	return e;
}

const struct record_set record_people = { "people", fields, COUNT, people_each };
