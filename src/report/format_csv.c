/*
 * CSV (RFC 4180), the field names in the first row. Objects are written as
 * JSON. A text that a spreadsheet would take for a formula gets a ' in front.
 */
#include <string.h>

#include "report/record.h"

struct csv { FILE *to; const struct record_set *set; struct buf line, cell; };

static void add_cell(struct buf *line, struct span text, bool may_be_formula)
{
	bool is_formula = may_be_formula && text.n && strchr("=+-@\t\r", text.p[0]);
	bool is_quoted = is_formula;
	for (size_t i = 0; i < text.n && !is_quoted; i++)
		is_quoted = text.p[i] == ',' || text.p[i] == '"' || text.p[i] == '\n' || text.p[i] == '\r';
	if (!is_quoted) {
		buf_add(line, text);
		return;
	}
	buf_add_byte(line, '"');
	if (is_formula)
		buf_add_byte(line, '\'');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_add_byte(line, '"');
		buf_add_byte(line, text.p[i]);
	}
	buf_add_byte(line, '"');
}

static void add_value(struct csv *v, const struct field *f, const struct value *value)
{
	if (!value->is_there)
		return;
	if (f->type == FIELD_TEXT || f->type == FIELD_JSON) {
		add_cell(&v->line, value->text, f->type == FIELD_TEXT);
		return;
	}
	buf_clear(&v->cell);
	if (f->type == FIELD_TIME)
		time_rfc3339(&v->cell, value->integer);
	else
		json_value(&v->cell, f, value);
	add_cell(&v->line, buf_span(&v->cell), false);
}

static int put_line(struct csv *v, struct fault *why)
{
	buf_add_str(&v->line, "\r\n");
	if (v->line.is_full)
		return fault_set(why, E_MEMORY, "a record is too long");
	size_t n = fwrite(v->line.p, 1, v->line.n, v->to);
	return n == v->line.n ? OK : fault_set(why, E_IO, "the output cannot be written");
}

static int csv_row(void *user, const struct value *values, struct fault *why)
{
	struct csv *v = user;
	buf_clear(&v->line);
	for (unsigned i = 0; i < v->set->count; i++) {
		if (i)
			buf_add_byte(&v->line, ',');
		add_value(v, &v->set->fields[i], &values[i]);
	}
	return put_line(v, why);
}

static int csv_write(struct case_file *c, const struct record_set *s, bool reveal, FILE *to, struct fault *why)
{
	struct csv v = { .to = to, .set = s };
	buf_init(&v.line, 64 << 20);
	buf_init(&v.cell, 4096);
	for (unsigned i = 0; i < s->count; i++) {
		if (i)
			buf_add_byte(&v.line, ',');
		add_cell(&v.line, span_str(s->fields[i].name), false);
	}
	int e = put_line(&v, why);
	if (!e)
		e = s->each(c, reveal, csv_row, &v, why);
	buf_release(&v.line);
	buf_release(&v.cell);
	return e;
}

const struct format format_csv = { .name = "csv", .write = csv_write };
