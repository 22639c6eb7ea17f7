/*
 * Concordance load file, in UTF-8 behind a byte order mark: fields between
 * U+00FE, parted by U+0014, line ends inside a field as U+00AE; the names
 * in the first line. A U+00FE or U+00AE inside a value would read as one of
 * these marks: it is written "th" and "(R)". Before the contract's fields
 * stands docid, which review programs want: unique, by the order of rows.
 */
#include "report/record.h"

#include <string.h>

#define QUOTE "\xc3\xbe"
#define COMMA "\x14"
#define BREAK "\xc2\xae"

struct dat { FILE *to; const struct record_set *set; struct buf out, cell; unsigned long long count; };

static void add_field(struct buf *out, struct span text)
{
	buf_add_str(out, QUOTE);
	for (size_t i = 0; i < text.n; i++) {
		int c = span_at(text, i), next = span_at(text, i + 1);
		if (c == 0xc3 && next == 0xbe) {
			buf_add_str(out, "th");
			i++;
		} else if (c == 0xc2 && next == 0xae) {
			buf_add_str(out, "(R)");
			i++;
		} else if (c == '\n' || c == '\r') {
			buf_add_str(out, BREAK);
			i += c == '\r' && next == '\n';
		} else if (c != 0x14) {
			buf_add_byte(out, (unsigned char)c);
		}
	}
	buf_add_str(out, QUOTE);
}

static struct span text_of(struct dat *d, const struct field *f, const struct value *v)
{
	buf_clear(&d->cell);
	if (!v->is_there)
		return span_of(NULL, 0);
	if (f->type == FIELD_TEXT || f->type == FIELD_JSON)
		return v->text;
	if (f->type == FIELD_TIME)
		time_rfc3339(&d->cell, v->integer);
	else
		json_value(&d->cell, f, v);
	return buf_span(&d->cell);
}

static int dat_row(void *user, const struct value *row, struct fault *why)
{
	struct dat *d = user;
	char id[32];
	snprintf(id, sizeof(id), "%c%09llu", d->set->name[0] == 'p' ? 'P' : 'D', ++d->count);
	add_field(&d->out, span_str(id));
	for (unsigned i = 0; i < d->set->count; i++) {
		buf_add_str(&d->out, COMMA);
		add_field(&d->out, text_of(d, &d->set->fields[i], &row[i]));
	}
	buf_add_str(&d->out, "\r\n");
	return record_put(d->to, &d->out, why);
}

static int dat_write(struct case_file *c, const struct record_set *s, bool reveal, FILE *to, struct fault *why)
{
	struct dat d = { .to = to, .set = s };
	buf_init(&d.out, 64 << 20);
	buf_init(&d.cell, 4096);
	buf_add_str(&d.out, "\xef\xbb\xbf");
	add_field(&d.out, span_str("docid"));
	for (unsigned i = 0; i < s->count; i++) {
		buf_add_str(&d.out, COMMA);
		add_field(&d.out, span_str(s->fields[i].name));
	}
	buf_add_str(&d.out, "\r\n");
	int e = record_put(to, &d.out, why);
	if (!e)
		e = s->each(c, reveal, dat_row, &d, why);
	buf_release(&d.out);
	buf_release(&d.cell);
	return e;
}

const struct format format_dat = { .name = "dat", .sets = "items people", .write = dat_write };
