/* Findings, in the order of their trails and places. */
#include "report/record.h"

#include <string.h>

static const struct field fields[] = {
	{ "id", FIELD_TEXT }, { "item", FIELD_TEXT }, { "class", FIELD_TEXT }, { "kind", FIELD_TEXT },
	{ "value", FIELD_TEXT }, { "confidence", FIELD_NUMBER }, { "proof", FIELD_JSON }, { "where", FIELD_JSON },
	{ "context", FIELD_TEXT }, { "person", FIELD_TEXT },
};
enum { COUNT = sizeof(fields) / sizeof(*fields) };

struct keep { struct buf value, proof, where, context; };

static const char sql[] =
	"SELECT i.trail, f.kind, f.mask, f.sealed, f.confidence, f.chance, f.rule, f.checks, f.space, f.start, f.end,"
	" f.sheet, f.row, f.col, f.page, f.context, f.context_sealed, p.public"
	" FROM finding f JOIN item i ON i.id = f.item LEFT JOIN person p ON p.id = f.person WHERE i.state = 2"
	" ORDER BY i.trail, f.page, f.sheet, f.row, f.col, f.space, f.start, f.end, f.kind, f.confidence DESC, f.rule";
enum { TRAIL, KIND, MASK, SEALED, CONFIDENCE, CHANCE, RULE, CHECKS, SPACE, START, END, SHEET, ROW, COL, PAGE,
       CONTEXT, CONTEXT_SEALED, PERSON };

static struct span column(sqlite3_stmt *s, int i)
{
	return value_column_text(s, i).text;
}

static void make_proof(sqlite3_stmt *s, struct buf *b)
{
	struct span checks = column(s, CHECKS), one;
	buf_clear(b);
	buf_add_str(b, "{\"rule\":");
	json_string(b, column(s, RULE));
	buf_add_str(b, ",\"checks\":[");
	for (bool is_next = false; span_line(&checks, &one); is_next = true) {
		if (is_next)
			buf_add_byte(b, ',');
		json_string(b, one);
	}
	buf_add_str(b, "],\"chance\":");
	json_number(b, sqlite3_column_double(s, CHANCE));
	buf_add_byte(b, '}');
}

static void read_where(sqlite3_stmt *s, struct where *w)
{
	*w = (struct where){
		.space = (enum space)sqlite3_column_int(s, SPACE),
		.is_cell = sqlite3_column_type(s, ROW) != SQLITE_NULL,
		.start = (uint64_t)sqlite3_column_int64(s, START), .end = (uint64_t)sqlite3_column_int64(s, END),
		.row = (uint64_t)sqlite3_column_int64(s, ROW), .column = (uint32_t)sqlite3_column_int64(s, COL),
		.page = (uint32_t)sqlite3_column_int64(s, PAGE), .sheet = (const char *)sqlite3_column_text(s, SHEET),
	};
}

static void make_where(const struct where *w, struct buf *b)
{
	buf_clear(b);
	buf_format(b, "{\"space\":\"%s\"", space_name(w->space));
	if (!w->is_cell || w->end)
		buf_format(b, ",\"start\":%llu,\"end\":%llu", (unsigned long long)w->start, (unsigned long long)w->end);
	if (w->is_cell) {
		buf_add_str(b, ",\"sheet\":");
		if (w->sheet)
			json_string(b, span_str(w->sheet));
		else
			buf_add_str(b, "null");
		buf_format(b, ",\"row\":%llu,\"column\":%u", (unsigned long long)w->row, w->column);
	}
	if (w->page)
		buf_format(b, ",\"page\":%u", w->page);
	buf_add_byte(b, '}');
}

static int open_sealed(struct case_file *c, sqlite3_stmt *s, int i, struct buf *b, struct fault *why)
{
	buf_clear(b);
	struct span sealed = column(s, i);
	return sealed.n ? seal_open(case_keys(c), sealed, b, why) : OK;
}

static int give(struct case_file *c, sqlite3_stmt *s, bool reveal, struct keep *k, record_row *row, void *user,
                struct fault *why)
{
	struct value v[COUNT] = { { 0 } };
	struct where w;
	enum kind kind = kind_of(column(s, KIND));
	read_where(s, &w);
	make_proof(s, &k->proof);
	make_where(&w, &k->where);
	struct public_id id = case_finding_id((const char *)sqlite3_column_text(s, TRAIL), kind, &w);
	int e = reveal ? open_sealed(c, s, SEALED, &k->value, why) : OK;
	if (!e && reveal)
		e = open_sealed(c, s, CONTEXT_SEALED, &k->context, why);
	if (e)
		return e;
	v[0] = value_text(span_str(id.s));
	v[1] = value_column_text(s, TRAIL);
	v[2] = value_text(span_str(class_name(kind_class(kind))));
	v[3] = value_column_text(s, KIND);
	v[4] = reveal ? value_text(buf_span(&k->value)) : value_column_text(s, MASK);
	v[5] = value_number(sqlite3_column_double(s, CONFIDENCE));
	v[6] = value_text(buf_span(&k->proof));
	v[7] = value_text(buf_span(&k->where));
	v[8] = reveal ? value_text(buf_span(&k->context)) : value_column_text(s, CONTEXT);
	v[9] = value_column_text(s, PERSON);
	return row(user, v, why);
}

static int findings_each(struct case_file *c, bool reveal, record_row *row, void *user, struct fault *why)
{
	struct keep k;
	buf_init(&k.value, 2 << 20);
	buf_init(&k.context, 2 << 20);
	buf_init(&k.proof, 1 << 20);
	buf_init(&k.where, 1 << 20);
	sqlite3_stmt *s = case_query(c, sql);
	int e = s ? OK : fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	while (!e && sqlite3_step(s) == SQLITE_ROW)
		e = give(c, s, reveal, &k, row, user, why);
	if (s)
		sqlite3_reset(s);
	buf_release(&k.value);
	buf_release(&k.context);
	buf_release(&k.proof);
	buf_release(&k.where);
	return e;
}

const struct record_set record_findings = { "findings", fields, COUNT, findings_each };
