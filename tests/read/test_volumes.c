#include "check.h"
#include "base/buf.h"
#include "read/volumes.h"

/* Sets as "name: a b c (missing N from M)", "; " between them. */
static const char *sets_of(struct buf *out, const char *list)
{
	struct span names[32], rest = span_str(list);
	uint32_t n = 0;
	while (rest.n && n < 32) {
		size_t end = span_find_byte(rest, ' ', 0);
		names[n++] = span_sub(rest, 0, end);
		rest = span_from(rest, end == SIZE_MAX ? rest.n : end + 1);
	}
	struct arena arena;
	arena_init(&arena, 1 << 20);
	struct volume_set *sets = NULL;
	uint32_t count = 0;
	buf_clear(out);
	CHECK(volumes_find(names, n, &arena, &sets, &count, NULL) == OK);
	for (uint32_t i = 0; i < count; i++) {
		buf_add_str(out, i ? "; " : "");
		buf_add(out, sets[i].name);
		buf_add_byte(out, ':');
		for (uint32_t k = 0; k < sets[i].count; k++) {
			buf_add_byte(out, ' ');
			buf_add(out, names[sets[i].order[k]]);
		}
		if (sets[i].missing)
			buf_format(out, " (missing %u from %u)", sets[i].missing, sets[i].first_missing);
	}
	arena_release(&arena);
	return buf_string(out);
}

static void check_sets(const char *list, const char *expected)
{
	struct buf out;
	buf_init(&out, 1 << 16);
	CHECK_STR(sets_of(&out, list), expected);
	buf_release(&out);
}

TEST(volumes_numbered_join_in_order)
{
	check_sets("a.7z.002 a.7z.001 a.7z.003 b.txt", "a.7z.001: a.7z.001 a.7z.002 a.7z.003");
	check_sets("a.001 a.004", "a.001: a.001 a.004 (missing 2 from 2)");
	check_sets("a.002", "a.002: a.002 (missing 1 from 1)");
	check_sets("film.000 film.001", "film.000: film.000 film.001");
}

TEST(volumes_of_zip_end_with_the_zip)
{
	check_sets("x.zip x.z01 x.z02 y.zip", "x.zip: x.z01 x.z02 x.zip");
	check_sets("x.ZIP x.z02", "x.ZIP: x.z02 x.ZIP (missing 1 from 1)");
	check_sets("x.z01 x.z02", "x.z01: x.z01 x.z02 (missing 1 from 3)");
}

TEST(volumes_of_rar_in_both_namings)
{
	check_sets("m.part2.rar m.part1.rar m.part10.rar",
		"m.part1.rar: m.part1.rar m.part2.rar m.part10.rar (missing 7 from 3)");
	check_sets("o.r01 o.rar o.r00", "o.rar: o.rar o.r00 o.r01");
	check_sets("o.r99 o.s00", "o.r99: o.r99 o.s00 (missing 100 from 1)");
	check_sets("m.part03.rar", "m.part03.rar: m.part03.rar (missing 2 from 1)");
}

TEST(volumes_alone_or_alike_are_none)
{
	check_sets("a.zip b.rar report.2014 report.2013 x.001 p.part1.rar readme.txt v1.105", "");
	check_sets(".001 .002", "");
}
