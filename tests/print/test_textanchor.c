#include "print/textanchor.h"

#include <stdlib.h>
#include <stdio.h>

#include "../check.h"
#include "base/buf.h"

static int keep(void *user, uint32_t c, size_t from)
{
	buf_add_utf8(user, c);
	return OK;
}

static bool becomes(const char *text, const char *want)
{
	struct buf b;
	buf_init(&b, 1 << 16);
	text_normalize(span_str(text), keep, &b);
	bool ok = strcmp(buf_string(&b), want) == 0;
	if (!ok)
		printf("  %s became %s\n", text, buf_string(&b));
	buf_release(&b);
	return ok;
}

TEST(text_normalizes_ligatures_hyphens_case_and_width)
{
	CHECK(becomes("The of\xef\xac\x81" "ce, \xe2\x80\x9cquoted\xe2\x80\x9d", "theofficequoted"));	/* U+FB01 fi */
	CHECK(becomes("hyphen-\nation and soft\xc2\xadhyphen", "hyphenationandsofthyphen"));
	CHECK(becomes("STRASSE Stra\xc3\x9f" "e", "strassestrasse"));			/* full folding: U+00DF is ss */
	CHECK(becomes("e\xcc\x81t\xc3\xa9", "\xc3\xa9t\xc3\xa9"));			/* e + U+0301 composes */
	CHECK(becomes("\xef\xbc\xa1\xef\xbc\xa2\xef\xbc\x93", "ab3"));			/* full width A B 3 */
	CHECK(becomes("No. 1\xc2\xb2 \xe2\x82\xac", "no12"));				/* superscript two; euro sign goes */
	CHECK(becomes("", ""));
}

struct list { struct text_anchor a[20000]; size_t n; };
static int take(void *user, const struct text_anchor *a)
{
	struct list *l = user;
	if (l->n < 20000)
		l->a[l->n++] = *a;
	return OK;
}

static void scan(const char *text, size_t n, struct list *l)
{
	struct text_scan s = { .emit = take, .user = l };
	l->n = 0;
	for (size_t i = 0; i < n; i += 97)	/* in pieces */
		text_scan_add(&s, span_sub(span_of(text, n), i, 97), i, NULL, 0);
	text_scan_end(&s);
}

static bool meets(const struct list *a, const struct list *b)
{
	for (size_t i = 0; i < a->n; i++)
		for (size_t k = 0; k < b->n; k++)
			if (a->a[i].value == b->a[k].value)
				return true;
	return false;
}

static uint64_t seed = 3;
static uint32_t chance(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

/* Words of a small vocabulary, or one letter over and over. */
static void fill(char *p, size_t n)
{
	bool is_dull = chance(3) == 0;
	for (size_t i = 0; i < n; i++)
		p[i] = is_dull && chance(60) ? 'a' : (char)('a' + chance(6));
}

TEST(text_run_of_128_characters_is_found_in_any_dress)
{
	struct list *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));
	char ours[4000], leak[4000];
	int lost = 0;
	for (int turn = 0; turn < 2000; turn++) {
		fill(ours, sizeof(ours));
		size_t from = chance(sizeof(ours) - TEXT_SHARED), n = chance(900), at = chance((uint32_t)n + 1), k = 0;
		fill(leak, n);
		memmove(leak + at + 2 * TEXT_SHARED, leak + at, n - at);
		for (size_t i = 0; i < TEXT_SHARED; i++) {	/* upper case, with spaces between */
			leak[at + k++] = (char)(ours[from + i] - 32);
			leak[at + k++] = ' ';
		}
		scan(ours, sizeof(ours), a);
		scan(leak, n + 2 * TEXT_SHARED, b);
		lost += !meets(a, b);
	}
	CHECK(lost == 0);
	free(a);
	free(b);
}

TEST(text_anchor_tells_where_it_stands)
{
	struct list *l = malloc(sizeof(*l));
	char text[400];
	fill(text, sizeof(text));
	for (size_t i = 0; i < sizeof(text); i += 2)
		text[i] = ' ';
	scan(text, sizeof(text), l);
	CHECK(l->n > 0);
	for (size_t i = 0; i < l->n; i++)
		CHECK(l->a[i].place.raw_at == 2 * l->a[i].at + 1);
	free(l);
}
