/* Which claims are one person's: union-find over equal identifiers. */
#include <stdlib.h>
#include <string.h>

#include "people/cluster.h"
#include "people/normal.h"

#define CLAIMS_ARENA (4ull << 30)

void claims_init(struct claims *all)
{
	*all = (struct claims){ 0 };
	arena_init(&all->arena, CLAIMS_ARENA);
	buf_init(&all->plain, 16 << 20);
}

void claims_release(struct claims *all)
{
	free(all->row);
	free(all->slots);
	arena_release(&all->arena);
	buf_release(&all->plain);
}

struct claim_row *claims_add(struct claims *all)
{
	if (all->count == all->room) {
		size_t room = all->room ? all->room * 2 : 1024;
		struct claim_row *more = realloc(all->row, room * sizeof(*more));
		if (!more)
			return NULL;
		all->row = more;
		all->room = room;
	}
	struct claim_row *r = &all->row[all->count];
	*r = (struct claim_row){ .parent = all->count, .next = SIZE_MAX };
	all->count++;
	return r;
}

static size_t root_of(struct claims *all, size_t i)
{
	while (all->row[i].parent != i) {
		all->row[i].parent = all->row[all->row[i].parent].parent;
		i = all->row[i].parent;
	}
	return i;
}

/* The earlier of the two roots stays, so that numbering follows the order of claims. */
static void join(struct claims *all, size_t a, size_t b)
{
	a = root_of(all, a);
	b = root_of(all, b);
	if (a < b)
		all->row[b].parent = a;
	else if (b < a)
		all->row[a].parent = b;
}

static uint64_t hash_of(const char *prefix, struct span s)
{
	uint64_t h = 0xcbf29ce484222325u;
	for (; *prefix; prefix++)
		h = (h ^ (unsigned char)*prefix) * 0x100000001b3u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 0x100000001b3u;
	return h ? h : 1;
}

/* The first claim with that key, which i becomes where there was none. 64 bits: two of a million keys meet by chance once in 10^7 cases. */
static size_t first_with(struct claims *all, uint64_t hash, size_t i)
{
	size_t at = hash & (all->slot_room - 1);
	for (; all->slots[at].claim; at = (at + 1) & (all->slot_room - 1))
		if (all->slots[at].hash == hash)
			return all->slots[at].claim - 1;
	all->slots[at] = (struct slot){ hash, i + 1 };
	return i;
}

static bool may_share_address(const struct claim_row *a, const struct claim_row *b)
{
	return !a->name.n || !b->name.n || names_agree(a->name, b->name);
}

static void meet(struct claims *all, size_t i, uint64_t hash, const char *reason, bool needs_names)
{
	size_t first = first_with(all, hash, i);
	if (first == i)
		return;
	if (needs_names && !may_share_address(&all->row[first], &all->row[i])) {
		all->row[i].conflict = "a mail address is shared with another name";
		all->row[first].conflict = "a mail address is shared with another name";
		return;
	}
	if (root_of(all, first) != root_of(all, i))
		all->row[i].merged_by = reason;
	join(all, first, i);
}

static const char *reason_with_name(enum kind kind)
{
	switch (kind) {
	case KIND_PHONE: return "name and phone";
	case KIND_PAYMENT_CARD: return "name and payment-card";
	case KIND_IBAN: return "name and iban";
	case KIND_POSTAL_ADDRESS: return "name and postal-address";
	default: return "name and bank-account";
	}
}

/* A phone, card or account may be a family's or an office's: the name must be the same too. */
static void merge_weak(struct claims *all, size_t i, enum kind kind, struct buf *value)
{
	struct claim_row *r = &all->row[i];
	bool is_weak = kind_strength(kind) == STRENGTH_WEAK || kind == KIND_POSTAL_ADDRESS;
	if (!is_weak || value->n < 6 || !r->name.n || span_find_byte(r->name, ' ', 0) == SIZE_MAX)
		return;
	if (kind == KIND_PHONE && value->n > 9) {	/* with or without the country's code */
		struct span s = buf_span(value);
		struct span tail = arena_copy(&all->arena, span_from(s, s.n - 9));
		buf_clear(value);
		buf_add(value, tail);
	}
	buf_add_byte(value, '|');
	buf_add(value, r->name);
	meet(all, i, hash_of(kind_name(kind), buf_span(value)), reason_with_name(kind), false);
}

static void merge_one(struct claims *all, size_t i)
{
	struct claim_row *r = &all->row[i];
	struct buf *b = &all->plain;
	struct span birth = span_of(NULL, 0);
	for (unsigned k = 0; k < r->count; k++) {
		const struct element *el = &r->elements[k];
		buf_clear(b);
		normal_value(el->kind, el->value, b);
		if (el->kind == KIND_BIRTH_DATE)
			birth = arena_copy(&all->arena, buf_span(b));
		bool is_mail = el->kind == KIND_EMAIL_ADDRESS;
		if (kind_strength(el->kind) != STRENGTH_STRONG)
			merge_weak(all, i, el->kind, b);
		if (b->n < 4 || kind_strength(el->kind) != STRENGTH_STRONG || (is_mail && is_role_address(el->value)))
			continue;
		meet(all, i, hash_of(kind_name(el->kind), buf_span(b)), kind_name(el->kind), is_mail);
	}
	if (!birth.n || !r->name.n || span_find_byte(r->name, ' ', 0) == SIZE_MAX)
		return;
	buf_clear(b);
	buf_add(b, r->name);
	buf_add_byte(b, '|');
	buf_add(b, birth);
	meet(all, i, hash_of("name and birth date", buf_span(b)), "name and birth-date", false);
}

static bool has_strong(const struct claim_row *r)
{
	bool is_any = false;
	for (unsigned k = 0; k < r->count; k++) {
		const struct element *el = &r->elements[k];
		bool is_role = el->kind == KIND_EMAIL_ADDRESS && is_role_address(el->value);
		is_any |= el->kind == KIND_BIRTH_DATE || (kind_strength(el->kind) == STRENGTH_STRONG && !is_role);
	}
	return is_any;
}

/*
 * A row that names somebody and nothing that identifies him ("Ann Lee" and her card) is the person of that
 * name, where the case knows exactly one; where it knows two, the row stays by itself.
 */
static void merge_by_lone_name(struct claims *all)
{
	for (int pass = 0; pass < 2; pass++)	/* first whom each name means, then who else bears it */
		for (size_t i = 0; i < all->count; i++) {
			struct claim_row *r = &all->row[i];
			if (span_find_byte(r->name, ' ', 0) == SIZE_MAX || has_strong(r) != (pass == 0))
				continue;
			struct claim_row *first = &all->row[first_with(all, hash_of("lone name", r->name), i)];
			bool is_same = root_of(all, (size_t)(first - all->row)) == root_of(all, i);
			if (pass == 0)
				first->is_name_shared |= !is_same;
			else if (!is_same && has_strong(first) && !first->is_name_shared) {
				r->merged_by = "a name that one person bears";
				join(all, (size_t)(first - all->row), i);
			}
		}
}

static void name_one(struct claims *all, struct claim_row *r)
{
	for (unsigned k = 0; k < r->count && !r->name.n; k++) {
		if (r->elements[k].kind != KIND_PERSON_NAME)
			continue;
		buf_clear(&all->plain);
		normal_name(r->elements[k].value, &all->plain);
		r->name = arena_copy(&all->arena, buf_span(&all->plain));
	}
}

int claims_merge(struct claims *all, struct fault *why)
{
	all->slot_room = 1024;
	while (all->slot_room < all->count * 2 * ELEMENTS_MAX / 4)
		all->slot_room *= 2;
	all->slots = calloc(all->slot_room, sizeof(*all->slots));
	size_t *last = calloc(all->count + 1, sizeof(*last));
	if (!all->slots || !last) {
		free(last);
		return fault_set(why, E_MEMORY, "no memory to link %zu claims", all->count);
	}
	for (size_t i = 0; i < all->count; i++)
		name_one(all, &all->row[i]);
	for (size_t i = 0; i < all->count; i++)
		merge_one(all, i);
	merge_by_lone_name(all);
	for (size_t i = 0; i < all->count; i++) {
		size_t root = root_of(all, i);
		if (root != i)
			all->row[last[root]].next = i;
		last[root] = i;
	}
	free(last);
	return OK;
}
