/*
 * Persons: what a row of a table or a labelled form says of one person, as a
 * claim, with the names and postal addresses in it as findings. Names in
 * running prose are not recognised: only what a heading, label, mail header
 * or MRZ calls a name.
 */
#include <string.h>

#include "base/buf.h"
#include "find/form.h"

/* Columns by meaning; 0: none, else column + 1. */
struct columns { uint32_t at[MEANING_COUNT]; bool has_name, is_persons; };

/* A heading alone does not make names of its cells: most of them must be written as names are. */
static bool holds_names(const struct table *t, uint32_t column, bool is_personal)
{
	uint32_t filled = 0, names = 0;
	for (uint32_t row = 0; row < t->rows && filled < 200; row++) {
		struct span cell = span_trim(table_cell(t, row, column));
		filled += cell.n > 0;
		names += looks_like_name(cell, false);
	}
	return is_personal ? names * 10 >= filled * 6 && names : names * 10 >= filled * 8 && names >= 3;
}

static void map_columns(const struct table *t, struct columns *k)
{
	*k = (struct columns){ { 0 }, false, false };
	for (uint32_t i = 0; i < t->columns; i++) {
		enum meaning m = column_meaning(t->names[i]);
		if (!k->at[m])
			k->at[m] = i + 1;
	}
	static const enum meaning personal[] = { MEANING_BIRTH_DATE, MEANING_SSN, MEANING_PASSPORT_NUMBER, MEANING_EMAIL, MEANING_PHONE,
		MEANING_MOBILE, MEANING_SALARY, MEANING_EMPLOYEE_ID, MEANING_JOB_TITLE, MEANING_STREET, MEANING_ADDRESS, MEANING_NATIONALITY,
		MEANING_GENDER, MEANING_IBAN, MEANING_CARD_NUMBER, MEANING_DIAGNOSIS, MEANING_DEPARTMENT };
	bool is_personal = false;
	for (size_t i = 0; i < sizeof(personal) / sizeof(*personal); i++)
		is_personal |= k->at[personal[i]] != 0;
	for (int m = 0; m < MEANING_COUNT; m++)
		is_personal |= k->at[m] && meaning_kind((enum meaning)m) < KIND_COUNT && kind_class(meaning_kind((enum meaning)m)) == CLASS_IDENTITY;
	for (int i = 0; i < 2; i++) {
		uint32_t *at = &k->at[i ? MEANING_NAME : MEANING_FULL_NAME];
		if (*at && !holds_names(t, *at - 1, is_personal))
			*at = 0;
	}
	k->has_name = k->at[MEANING_FULL_NAME] || (k->at[MEANING_FIRST_NAME] && k->at[MEANING_LAST_NAME]) || k->at[MEANING_LAST_NAME] ||
		(k->at[MEANING_NAME] && is_personal);
	k->is_persons = k->has_name || is_personal;
}

struct row_view { const struct table *t; const struct columns *k; uint32_t row; };

static struct span cell_of(const struct row_view *v, enum meaning m)
{
	return v->k->at[m] ? span_trim(table_cell(v->t, v->row, v->k->at[m] - 1)) : span_of(NULL, 0);
}

static void add_part(struct buf *b, struct span part, const char *separator)
{
	if (!part.n)
		return;
	if (b->n)
		buf_add_str(b, separator);
	buf_add(b, part);
}

/* The row's name, whole; *column is the one it stands in first. */
static void name_of(const struct row_view *v, struct buf *b, uint32_t *column)
{
	static const enum meaning parts[] = { MEANING_FIRST_NAME, MEANING_MIDDLE_NAME, MEANING_LAST_NAME };
	const uint32_t *at = v->k->at;
	enum meaning whole = at[MEANING_FULL_NAME] ? MEANING_FULL_NAME : MEANING_NAME;
	if ((at[MEANING_FIRST_NAME] && at[MEANING_LAST_NAME]) || (at[MEANING_LAST_NAME] && !at[whole])) {
		for (int i = 0; i < 3; i++)
			add_part(b, cell_of(v, parts[i]), " ");
		*column = at[MEANING_FIRST_NAME] ? at[MEANING_FIRST_NAME] : at[MEANING_LAST_NAME];
		return;
	}
	struct span name = cell_of(v, whole);
	if (looks_like_name(name, true))
		buf_add(b, name);
	*column = at[whole];
}

/* The parts in the order of their columns, which is how the place writes addresses. */
static void address_of(const struct row_view *v, struct buf *b, uint32_t *column)
{
	static const enum meaning parts[] = { MEANING_ADDRESS, MEANING_STREET, MEANING_HOUSE_NUMBER, MEANING_STREET_2, MEANING_POSTCODE,
		MEANING_CITY, MEANING_STATE, MEANING_COUNTRY };
	const uint32_t *at = v->k->at;
	enum meaning first = at[MEANING_ADDRESS] ? MEANING_ADDRESS : MEANING_STREET;
	*column = at[first];
	if (!at[first] || !cell_of(v, first).n)
		return;
	if (first == MEANING_ADDRESS && !at[MEANING_CITY] && !looks_like_address(cell_of(v, first)))
		return;
	for (uint32_t i = 1; i <= v->t->columns; i++)
		for (size_t m = 0; m < sizeof(parts) / sizeof(*parts); m++)
			if (at[parts[m]] == i)
				add_part(b, cell_of(v, parts[m]), parts[m] == MEANING_HOUSE_NUMBER || parts[m] == MEANING_POSTCODE ? " " : ", ");
}

static int give_value(const struct row_view *v, enum kind kind, struct span value, uint32_t column, const char *rule, struct sink *out)
{
	struct contact c = { .confidence = 0.9, .chance = 1, .rule = rule, .checks = { "the column's heading says so" } };
	return contact_give(out, kind, &c, value, table_where(v->t, v->row, column - 1));
}

static void claim_identifiers(const struct row_view *v, struct claim *claim)
{
	for (int m = 0; m < MEANING_COUNT && claim->count < ELEMENTS_MAX; m++) {
		enum kind kind = meaning_kind((enum meaning)m);
		struct span value = kind < KIND_COUNT ? cell_of(v, (enum meaning)m) : span_of(NULL, 0);
		if (value.n && is_personal_kind(kind) && is_plausible(kind, value))
			claim_add(claim, kind, value);
	}
}

static int row_of_person(const struct row_view *v, struct buf *name, struct buf *address, struct sink *out)
{
	struct claim claim = { .basis = "row" };
	uint32_t name_at = 0, address_at = 0;
	buf_clear(name);
	buf_clear(address);
	name_of(v, name, &name_at);
	address_of(v, address, &address_at);
	int e = OK;
	if (name->n) {
		claim_add(&claim, KIND_PERSON_NAME, buf_span(name));
		e = give_value(v, KIND_PERSON_NAME, buf_span(name), name_at, "name-column", out);
	}
	if (!e && address->n) {
		claim_add(&claim, KIND_POSTAL_ADDRESS, buf_span(address));
		e = give_value(v, KIND_POSTAL_ADDRESS, buf_span(address), address_at, "address-column", out);
	}
	claim_identifiers(v, &claim);
	if (e || !claim.count || (claim.count == 1 && !name->n))
		return e;
	claim.where = table_where(v->t, v->row, name_at ? name_at - 1 : 0);
	return sink_claim(out, &claim);
}

static int person_table(const struct item *it, const struct table *t, struct sink *out)
{
	struct columns k;
	struct buf name, address;
	(void)it;
	map_columns(t, &k);
	if (!k.is_persons)
		return OK;
	buf_init(&name, 4096);
	buf_init(&address, 8192);
	int e = OK;
	for (uint32_t row = 0; row < t->rows && !e; row++) {
		struct row_view v = { t, &k, row };
		e = row_of_person(&v, &name, &address, out);
	}
	buf_release(&name);
	buf_release(&address);
	return e;
}

const struct detector detector_person = {
	.name = "person", .help = "persons in tables and labelled forms",
	.init = form_init, .text = form_text, .table = person_table,
};
