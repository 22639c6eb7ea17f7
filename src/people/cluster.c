/* One person's data out of the claims that name it. */
#include <stdio.h>
#include <string.h>

#include "people/cluster.h"
#include "people/normal.h"

enum { TEXT_MAX_BYTES = 64 << 10 };

void cluster_init(struct cluster *k)
{
	for (int i = 0; i < PERSON_TEXTS; i++)
		buf_init(&k->text[i], TEXT_MAX_BYTES);
}

void cluster_release(struct cluster *k)
{
	for (int i = 0; i < PERSON_TEXTS; i++)
		buf_release(&k->text[i]);
}

/* True when the "; "-separated list holds it, compared in normal form. */
static bool holds(struct span list, enum kind kind, struct span value)
{
	struct buf a, b;
	buf_init(&a, TEXT_MAX_BYTES);
	buf_init(&b, TEXT_MAX_BYTES);
	normal_value(kind, value, &a);
	bool is_there = false;
	while (list.n && !is_there) {
		size_t end = span_find(list, span_str("; "), 0);
		buf_clear(&b);
		normal_value(kind, span_sub(list, 0, end), &b);
		is_there = span_equal(buf_span(&a), buf_span(&b));
		list = end == SIZE_MAX ? span_of(NULL, 0) : span_from(list, end + 2);
	}
	buf_release(&a);
	buf_release(&b);
	return is_there;
}

static void add_to(struct buf *list, enum kind kind, struct span value)
{
	if (holds(buf_span(list), kind, value))
		return;
	if (list->n)
		buf_add_str(list, "; ");
	buf_add(list, value);
}

static void add_word(struct buf *list, const char *word, char separator)
{
	struct span rest = buf_span(list);
	size_t n = strlen(word);
	while (rest.n) {
		size_t end = span_find_byte(rest, (unsigned char)separator, 0);
		if (span_equal(span_trim(span_sub(rest, 0, end)), span_of(word, n)))
			return;
		rest = end == SIZE_MAX ? span_of(NULL, 0) : span_from(rest, end + 1);
	}
	if (list->n)
		buf_add_byte(list, (unsigned char)separator);
	buf_add(list, span_of(word, n));
}

/* The fullest name leads; others of other words follow. */
static void take_name(struct cluster *k, struct span name)
{
	struct buf *first = &k->text[PERSON_NAME];
	if (!first->n) {
		buf_add(first, name);
		return;
	}
	if (holds(buf_span(first), KIND_PERSON_NAME, name))
		return;
	if (name.n > first->n) {
		struct span was = buf_span(first);
		add_to(&k->text[PERSON_OTHER_NAMES], KIND_PERSON_NAME, was);
		buf_clear(first);
		buf_add(first, name);
	} else {
		add_to(&k->text[PERSON_OTHER_NAMES], KIND_PERSON_NAME, name);
	}
}

static void take_birth(struct cluster *k, struct span value)
{
	struct buf *birth = &k->text[PERSON_BIRTH_DATE], iso;
	buf_init(&iso, 64);
	normal_date(value, &iso);
	if (iso.n && !birth->n)
		buf_add(birth, buf_span(&iso));
	else if (iso.n && !span_equal(buf_span(&iso), buf_span(birth)))
		add_word(&k->text[PERSON_CONFLICTS], "different birth dates", ';');
	buf_release(&iso);
}

/* The address known for the latest date; without dates the first. */
static void take_address(struct cluster *k, const struct claim_row *r, struct span value)
{
	struct buf *address = &k->text[PERSON_ADDRESS], *date = &k->text[PERSON_ADDRESS_DATE];
	struct span was = buf_span(date);
	size_t n = was.n < r->address_date.n ? was.n : r->address_date.n;
	bool is_later = r->address_date.n && (!was.n || memcmp(r->address_date.p, was.p, n) > 0);
	if (address->n && !is_later)
		return;
	buf_clear(address);
	buf_clear(date);
	buf_add(address, value);
	buf_add(date, r->address_date);
}

static void take(struct cluster *k, const struct claim_row *r, const struct element *el)
{
	add_word(&k->text[PERSON_ELEMENTS], kind_name(el->kind), ';');
	if (el->kind == KIND_PERSON_NAME)
		take_name(k, el->value);
	else if (el->kind == KIND_BIRTH_DATE)
		take_birth(k, el->value);
	else if (el->kind == KIND_EMAIL_ADDRESS)
		add_to(&k->text[PERSON_EMAILS], el->kind, el->value);
	else if (el->kind == KIND_PHONE)
		add_to(&k->text[PERSON_PHONES], el->kind, el->value);
	else if (el->kind == KIND_POSTAL_ADDRESS)
		take_address(k, r, el->value);
}

/* Two different numbers of a kind that a person has one of. */
static void find_conflicts(struct claims *all, size_t i, struct cluster *k)
{
	static const enum kind single[] = { KIND_US_SSN, KIND_UK_NINO, KIND_FR_NIR, KIND_DE_STEUER_ID, KIND_IT_CODICE_FISCALE,
		KIND_NL_BSN, KIND_PL_PESEL, KIND_BR_CPF, KIND_CN_RESIDENT_ID, KIND_KR_RRN, KIND_CA_SIN };
	for (size_t s = 0; s < sizeof(single) / sizeof(*single); s++) {
		struct buf seen;
		unsigned different = 0;
		buf_init(&seen, TEXT_MAX_BYTES);
		for (size_t m = i; m != SIZE_MAX; m = all->row[m].next)
			for (unsigned e = 0; e < all->row[m].count; e++) {
				const struct element *el = &all->row[m].elements[e];
				if (el->kind != single[s] || holds(buf_span(&seen), el->kind, el->value))
					continue;
				add_to(&seen, el->kind, el->value);
				different++;
			}
		buf_release(&seen);
		char text[64];
		snprintf(text, sizeof(text), "%u different %s", different, kind_name(single[s]));
		if (different > 1)
			add_word(&k->text[PERSON_CONFLICTS], text, ';');
	}
}

bool cluster_gather(struct claims *all, size_t i, struct cluster *k)
{
	if (all->row[i].parent != i)
		return false;
	for (int t = 0; t < PERSON_TEXTS; t++)
		buf_clear(&k->text[t]);
	k->first = &all->row[i];
	bool is_strong = false;
	for (size_t m = i; m != SIZE_MAX; m = all->row[m].next) {
		const struct claim_row *r = &all->row[m];
		for (unsigned e = 0; e < r->count; e++) {
			take(k, r, &r->elements[e]);
			is_strong |= kind_strength(r->elements[e].kind) == STRENGTH_STRONG && !(r->elements[e].kind == KIND_EMAIL_ADDRESS && is_role_address(r->elements[e].value));
		}
		if (r->merged_by)
			add_word(&k->text[PERSON_MERGE_REASON], r->merged_by, ';');
		if (r->conflict)
			add_word(&k->text[PERSON_CONFLICTS], r->conflict, ';');
	}
	find_conflicts(all, i, k);
	buf_add_str(&k->text[PERSON_FIRST_ITEM], k->first->trail);
	return k->text[PERSON_NAME].n || is_strong;
}
