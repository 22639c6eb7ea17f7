/* Mail addresses and phone numbers in text; in tables also names and postal addresses. */
#include "find/contact.h"
#include "find/shared_tokens.h"
#include "lib/phone.h"

static int contact_init(const struct options *o, struct fault *why)
{
	(void)o; (void)why;
	phone_init();
	return OK;
}

int contact_give(struct sink *out, enum kind kind, const struct contact *c, struct span value, struct where where)
{
	struct finding f = { .kind = kind, .value = value, .confidence = c->confidence, .chance = c->chance, .rule = c->rule, .where = where };
	for (int i = 0; i < 3; i++)
		f.checks[i] = c->checks[i];
	return sink_finding(out, &f);
}

/* Takes a token; *end is where the last datum ended, so that none is given twice. */
static enum kind look(struct span s, const struct token *t, size_t *end, struct contact *c)
{
	if (t->at < *end)
		return KIND_COUNT;
	bool is_found = t->type == TOKEN_AT ? contact_mail(s, t->at, c)
		: t->type == TOKEN_PLUS ? contact_plus(s, t->at, c) : contact_digits(s, t->at, c);
	if (!is_found || c->start < *end)
		return KIND_COUNT;
	*end = c->end;
	return t->type == TOKEN_AT ? KIND_EMAIL_ADDRESS : KIND_PHONE;
}

static int contact_text(const struct item *it, const struct text *t, struct sink *out)
{
	enum { ROOM = 256 };
	struct token tokens[ROOM];
	struct prefilter p;
	struct contact c;
	size_t n, end = 0;
	unsigned types = t->is_strings ? TOKENS_AT : TOKENS_AT | TOKENS_PLUS | TOKENS_DIGITS;
	shared_tokens_start(&p, it, t, types, TOKEN_USER_CONTACT);
	while ((n = prefilter_next(&p, tokens, ROOM)) != 0)
		for (size_t i = 0; i < n; i++) {
			enum kind kind = look(t->utf8, &tokens[i], &end, &c);
			if (kind == KIND_COUNT)
				continue;
			int e = contact_give(out, kind, &c, span_sub(t->utf8, c.start, c.end - c.start), text_where(t, c.start, c.end));
			if (e)
				return e;
		}
	return OK;
}

static int give_cell(const struct table *t, uint32_t row, uint32_t column, enum kind kind, const struct contact *c, struct sink *out)
{
	struct span cell = table_cell(t, row, column);
	return contact_give(out, kind, c, span_sub(cell, c->start, c->end - c->start), table_where(t, row, column));
}

/* Addresses and numbers inside a cell of any column. */
static int look_in_cell(const struct table *t, uint32_t row, uint32_t column, struct sink *out)
{
	struct span cell = table_cell(t, row, column);
	struct contact c;
	size_t end = 0;
	int e = OK;
	for (size_t i = 1; i < cell.n && !e; i++) {
		if (cell.p[i] != '@' || i < end || !contact_mail(cell, i, &c))
			continue;
		end = c.end;
		e = give_cell(t, row, column, KIND_EMAIL_ADDRESS, &c, out);
	}
	for (size_t i = span_find_byte(cell, '+', 0); i != SIZE_MAX && !e; i = span_find_byte(cell, '+', i + 1))
		if (contact_plus(cell, i, &c))
			e = give_cell(t, row, column, KIND_PHONE, &c, out);
	return e;
}

static int column_of_phones(const struct table *t, uint32_t column, struct sink *out)
{
	struct contact c;
	int e = OK;
	for (uint32_t row = 0; row < t->rows && !e; row++)
		if (contact_phone_cell(table_cell(t, row, column), &c))
			e = give_cell(t, row, column, KIND_PHONE, &c, out);
	return e;
}

static int contact_table(const struct item *it, const struct table *t, struct sink *out)
{
	int e = OK;
	(void)it;
	for (uint32_t column = 0; column < t->columns && !e; column++) {
		enum meaning m = column_meaning(t->names[column]);
		if (m == MEANING_PHONE || m == MEANING_MOBILE || m == MEANING_FAX) {
			e = column_of_phones(t, column, out);
			continue;
		}
		for (uint32_t row = 0; row < t->rows && !e; row++)
			e = look_in_cell(t, row, column, out);
	}
	return e;
}

const struct detector detector_contact = {
	.name = "contact", .help = "mail addresses and phone numbers",
	.init = contact_init, .text = contact_text, .table = contact_table,
};
