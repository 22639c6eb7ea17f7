#include "read/volumes.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 99999 };

/* A name taken apart: the set it would belong to and its place in it. */
struct volume {
	enum volume_form form;
	struct span stem;	/* what all volumes of the set share */
	uint32_t number;	/* from 1; a zip set's .zip and an old rar set's .rar are told apart by is_head */
	bool is_head;		/* x.zip, x.rar: a set only with others beside it */
	uint32_t index;		/* into names */
};

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* The digits that end s; *number is their value, false when none or too many. */
static bool ends_in_number(struct span s, struct span *before, uint32_t *number)
{
	size_t at = s.n;
	while (at && is_digit(span_at(s, at - 1)))
		at--;
	*number = 0;
	for (size_t i = at; i < s.n; i++) {
		*number = *number * 10 + (uint32_t)(span_at(s, i) - '0');
		if (*number > NUMBER_MAX)
			return false;
	}
	*before = span_sub(s, 0, at);
	return at < s.n;
}

static struct span without_end(struct span s, size_t n)
{
	return span_sub(s, 0, s.n - n);
}

static bool is_part_rar(struct span name, struct volume *v)
{
	if (!span_ends_nocase(name, span_str(".rar")))
		return false;
	struct span before;
	if (!ends_in_number(without_end(name, 4), &before, &v->number) || !v->number ||
	    !span_ends_nocase(before, span_str(".part")))
		return false;
	v->form = VOLUMES_RAR_PART;
	v->stem = without_end(before, 5);
	return true;
}

/* x.001: three digits or more behind a dot, from 1 (from 0 with some splitters). */
static bool is_numbered(struct span name, struct volume *v)
{
	struct span before;
	if (!ends_in_number(name, &before, &v->number) || name.n - before.n < 3 || name.n - before.n > 4 ||
	    span_at(before, before.n - 1) != '.' || before.n < 2)
		return false;
	v->form = VOLUMES_NUMBERED;
	v->stem = without_end(before, 1);
	return true;
}

/* x.z01 or x.r00: the letter and two digits (three from 100 on). Old rar goes on from .r99 with .s00. */
static bool is_lettered(struct span name, struct volume *v)
{
	struct span before;
	if (!ends_in_number(name, &before, &v->number) || before.n < 3 || name.n - before.n < 2 ||
	    name.n - before.n > 3 || span_at(before, before.n - 2) != '.')
		return false;
	int letter = span_at(before, before.n - 1) | 0x20;
	v->stem = without_end(before, 2);
	if (letter == 'z' && v->number) {
		v->form = VOLUMES_ZIP;
		return true;
	}
	if (letter < 'r' || letter > 'y' || name.n - before.n != 2)
		return false;
	v->form = VOLUMES_RAR_OLD;
	v->number += 2 + (uint32_t)(letter - 'r') * 100;	/* x.rar is the first, x.r00 the second */
	return true;
}

static bool is_head(struct span name, struct volume *v)
{
	bool is_zip = span_ends_nocase(name, span_str(".zip"));
	if (name.n < 5 || (!is_zip && !span_ends_nocase(name, span_str(".rar"))))
		return false;
	v->form = is_zip ? VOLUMES_ZIP : VOLUMES_RAR_OLD;
	v->stem = without_end(name, 4);
	v->number = is_zip ? NUMBER_MAX + 1 : 1;	/* a zip set ends with .zip, an old rar set starts with .rar */
	v->is_head = true;
	return true;
}

static bool volume_of(struct span name, uint32_t index, struct volume *v)
{
	*v = (struct volume){ .index = index };
	return is_part_rar(name, v) || is_head(name, v) || is_numbered(name, v) || is_lettered(name, v);
}

static int compare_bytes(struct span a, struct span b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = n ? memcmp(a.p, b.p, n) : 0;
	return d ? d : (a.n > b.n) - (a.n < b.n);
}

static int compare_volumes(const void *p, const void *q)
{
	const struct volume *a = p, *b = q;
	if (a->form != b->form)
		return a->form < b->form ? -1 : 1;
	int d = compare_bytes(a->stem, b->stem);
	if (d)
		return d;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->index > b->index) - (a->index < b->index);
}

static bool is_same_set(const struct volume *a, const struct volume *b)
{
	return a->form == b->form && span_equal(a->stem, b->stem);
}

static void count_missing(const struct volume *v, uint32_t n, struct volume_set *s)
{
	/* some splitters count from 000 */
	uint32_t expected = s->form == VOLUMES_NUMBERED && v[0].number == 0 ? 0 : 1;
	for (uint32_t i = 0; i < n; i++) {
		if (s->form == VOLUMES_ZIP && v[i].is_head)
			return;
		if (v[i].number > expected) {
			if (!s->missing)
				s->first_missing = expected;
			s->missing += v[i].number - expected;
		}
		expected = v[i].number + 1;
	}
	if (s->form != VOLUMES_ZIP)
		return;
	if (!s->missing)	/* the last volume, x.zip, is not there */
		s->first_missing = expected;
	s->missing++;
}

/* One volume is a set when it says itself that others are missing; years and versions are no volumes. */
static bool is_set(const struct volume *v, uint32_t n)
{
	if (v->form == VOLUMES_NUMBERED && (v->number > 3 || v[n - 1].number > 2 * n + 8))
		return false;
	return n > 1 || (!v->is_head && (v->number > 1 || v->form == VOLUMES_ZIP));
}

static int take_set(const struct span *names, const struct volume *v, uint32_t n, struct arena *arena,
                    struct volume_set *s, struct fault *why)
{
	uint32_t *order = arena_array(arena, n, sizeof(*order));
	if (!order)
		return fault_set(why, E_LIMIT, "volume set of %u is too large", n);
	for (uint32_t i = 0; i < n; i++)
		order[i] = v[i].index;
	uint32_t head = v->form == VOLUMES_ZIP && v[n - 1].is_head ? n - 1 : 0;
	*s = (struct volume_set){ .form = v->form, .name = names[v[head].index], .count = n, .order = order };
	count_missing(v, n, s);
	return OK;
}

int volumes_find(const struct span *names, uint32_t count, struct arena *arena,
                 struct volume_set **sets, uint32_t *set_count, struct fault *why)
{
	struct volume *v = arena_array(arena, count, sizeof(*v));
	struct volume_set *found = arena_array(arena, count, sizeof(*found));
	if (!v || !found)
		return fault_set(why, E_LIMIT, "directory of %u names is too large", count);
	uint32_t n = 0, made = 0;
	for (uint32_t i = 0; i < count; i++)
		n += volume_of(names[i], i, &v[n]);
	qsort(v, n, sizeof(*v), compare_volumes);
	for (uint32_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && is_same_set(&v[i], &v[end]) && v[end].number != v[end - 1].number; end++)
			;
		if (!is_set(&v[i], end - i))
			continue;
		int e = take_set(names, &v[i], end - i, arena, &found[made], why);
		if (e)
			return e;
		made++;
	}
	*sets = found;
	*set_count = made;
	return OK;
}
