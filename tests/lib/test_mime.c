#include "check.h"
#include "lib/mime.h"

static struct arena arena;

static struct span words(const char *s)
{
	return mime_decode_words(span_str(s), &arena);
}

static bool is(struct span s, const char *expected)
{
	return span_equal(s, span_str(expected));
}

/* The examples of RFC 2047 section 8. */
TEST(mime_words_are_those_of_rfc_2047)
{
	arena_init(&arena, 1 << 20);
	CHECK(is(words("(=?ISO-8859-1?Q?a?=)"), "(a)"));
	CHECK(is(words("(=?ISO-8859-1?Q?a?= b)"), "(a b)"));
	CHECK(is(words("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)"), "(ab)"));
	CHECK(is(words("(=?ISO-8859-1?Q?a?=\r\n   =?ISO-8859-1?Q?b?=)"), "(ab)"));
	CHECK(is(words("(=?ISO-8859-1?Q?a_b?=)"), "(a b)"));
	CHECK(is(words("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)"), "(a b)"));
	CHECK(is(words("=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\r\n =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?="),
		"If you can read this you understand the example."));
	arena_release(&arena);
}

/* The examples of RFC 2231 sections 3 and 4. */
TEST(mime_params_are_those_of_rfc_2231)
{
	arena_init(&arena, 1 << 20);
	CHECK(is(mime_param(span_str("message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n"
		" URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\""), "url", &arena),
		"ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"));
	CHECK(is(mime_param(span_str("application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A"),
		"title", &arena), "This is ***fun***"));
	CHECK(is(mime_param(span_str("application/x-stuff;\r\n title*0*=us-ascii'en'This%20is%20even%20more%20;\r\n"
		" title*1*=%2A%2A%2Afun%2A%2A%2A%20;\r\n title*2=\"isn't it!\""), "title", &arena),
		"This is even more ***fun*** isn't it!"));
	arena_release(&arena);
}

/* RFC 5322 appendix A.1.2, A.1.3, A.5 and A.6.1. */
TEST(mime_addresses_are_those_of_rfc_5322)
{
	arena_init(&arena, 1 << 20);
	struct mime_address a;
	struct span s = span_str("\"Joe Q. Public\" <john.q.public@example.com>, Mary Smith <mary@x.test>, jdoe@example.org");
	CHECK(mime_address_next(&s, &arena, &a) && is(a.name, "Joe Q. Public") && is(a.address, "john.q.public@example.com"));
	CHECK(mime_address_next(&s, &arena, &a) && is(a.name, "Mary Smith") && is(a.address, "mary@x.test"));
	CHECK(mime_address_next(&s, &arena, &a) && is(a.name, "") && is(a.address, "jdoe@example.org"));
	CHECK(!mime_address_next(&s, &arena, &a));
	s = span_str("A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;");
	CHECK(mime_address_next(&s, &arena, &a) && is(a.name, "Ed Jones") && is(a.address, "c@a.test"));
	CHECK(mime_address_next(&s, &arena, &a) && is(a.address, "joe@where.test"));
	CHECK(mime_address_next(&s, &arena, &a) && is(a.name, "John"));
	s = span_str("Undisclosed recipients:;");
	CHECK(!mime_address_next(&s, &arena, &a));
	s = span_str("Mary Smith <@node.test:mary@example.net>");
	CHECK(mime_address_next(&s, &arena, &a) && is(a.address, "mary@example.net"));
	s = span_str("root@example.org (System Root)");
	CHECK(mime_address_next(&s, &arena, &a) && is(a.name, "System Root") && is(a.address, "root@example.org"));
	arena_release(&arena);
}

/* Seconds by `date -u -d ... +%s`. */
TEST(mime_dates_are_read_with_their_zones)
{
	CHECK(mime_date(span_str("Fri, 21 Nov 1997 09:55:06 -0600")) == 880127706000000000);
	CHECK(mime_date(span_str("21 Nov 97 09:55:06 GMT")) == 880106106000000000);
	CHECK(mime_date(span_str("Thu, 13 Feb 1969 23:32 -0330 (Newfoundland Time)")) == INT64_MIN);	/* before 1970 */
	CHECK(mime_date(span_str("Tue, 29 Feb 2000 12:00:00 EST")) == 951843600000000000);
	CHECK(mime_date(span_str("Malformed Date.")) == INT64_MIN);
}

TEST(mime_parts_ends_with_hostile_nesting)
{
	arena_init(&arena, 64 << 20);
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 500; i++)
		buf_format(&b, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	struct mime_part *list;
	size_t count;
	struct fault why;
	CHECK(mime_parts(buf_span(&b), &arena, &list, &count, &why) == PART);
	CHECK(count < 100);
	buf_release(&b);
	arena_release(&arena);
}
