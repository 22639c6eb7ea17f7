#include "check.h"
#include "lib/patterns.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct seen { unsigned count, last; size_t start, end; };

static int see(void *user, unsigned index, size_t start, size_t end)
{
	struct seen *s = user;
	s->count++;
	s->last = index;
	s->start = start;
	s->end = end;
	return OK;
}

static struct pattern pattern(const char *text, unsigned flags)
{
	return (struct pattern){ span_str(text), flags };
}

TEST(patterns_find_each_of_theirs_in_one_scan)
{
	struct fault why = { "" };
	struct pattern list[] = { pattern("ab[0-9]{3}", PATTERN_START), pattern("a.b", PATTERN_LITERAL | PATTERN_CASELESS) };
	struct patterns *p = NULL;
	CHECK(patterns_open(list, 2, NULL, &p, &why) == OK);
	struct seen s = { 0 };
	CHECK(patterns_scan(p, span_str("xxab123"), see, &s) == OK);
	CHECK(s.count == 1 && s.last == 0 && s.start == 2 && s.end == 7);
	CHECK(patterns_scan(p, span_str("A.B axb"), see, &s) == OK);
	CHECK(s.count == 2 && s.last == 1 && s.end == 3);
	patterns_close(p);
}

TEST(patterns_with_look_around_are_only_prefiltered)
{
	struct fault why = { "" };
	struct pattern ok = pattern("a[0-9]+", 0), ahead = pattern("foo(?=bar)", 0), broken = pattern("a(b", 0);
	size_t width = 0;
	CHECK(pattern_check(&ok, &width, &why) == OK);
	CHECK(pattern_check(&ahead, NULL, &why) == PART);
	CHECK(pattern_check(&broken, NULL, &why) == E_UNSUPPORTED);
	CHECK(width == SIZE_MAX);
	CHECK(why.text[0] != 0);
	struct patterns *p = NULL;
	CHECK(patterns_open(&ahead, 1, NULL, &p, &why) == OK);
	struct seen s = { 0 };
	patterns_scan(p, span_str("foobar"), see, &s);
	CHECK(s.count >= 1);
	patterns_close(p);
}

TEST(patterns_come_from_the_cache_and_survive_its_damage)
{
	char folder[] = "/tmp/patterns-XXXXXX", command[128];
	CHECK(mkdtemp(folder) != NULL);
	struct fault why = { "" };
	struct pattern one = pattern("needle[0-9]", 0);
	for (int turn = 0; turn < 3; turn++) {
		struct patterns *p = NULL;
		CHECK(patterns_open(&one, 1, folder, &p, &why) == OK);
		struct seen s = { 0 };
		patterns_scan(p, span_str("a needle7"), see, &s);
		CHECK(s.count == 1 && s.end == 9);
		patterns_close(p);
		if (turn != 1)
			continue;
		snprintf(command, sizeof(command), "for f in %s/*.hsdb; do printf xxxx | dd of=$f bs=1 seek=100 conv=notrunc 2>/dev/null; done", folder);
		CHECK(system(command) == 0);
	}
	snprintf(command, sizeof(command), "rm -r %s", folder);
	CHECK(system(command) == 0);
}

TEST(regex_gives_groups_and_bounds_its_work)
{
	struct fault why = { "" };
	struct pattern key = pattern("key=([a-z]+)([0-9])?", PATTERN_CASELESS), slow = pattern("(a+)+b", 0);
	struct regex *r = NULL;
	CHECK(regex_open(&key, &r, &why) == OK);
	struct groups g;
	CHECK(regex_find(r, span_str("a KEY=secret;"), 0, &g));
	CHECK(g.start == 2 && g.end == 12 && span_equal(g.at[1], span_str("secret")));
	CHECK(!regex_find(r, span_str("a KEY=secret;"), 3, &g));
	regex_close(r);
	CHECK(regex_open(&slow, &r, &why) == OK);
	CHECK(!regex_find(r, span_str("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"), 0, NULL));
	regex_close(r);
}
