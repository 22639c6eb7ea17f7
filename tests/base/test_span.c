#include "base/span.h"
#include "check.h"

TEST(cur_take_past_end_stays_bad)
{
	struct cur c = cur_of(span_str("abc"));
	CHECK(cur_u16le(&c) == 0x6261);
	CHECK(cur_u16le(&c) == 0);
	CHECK(c.bad);
	CHECK(cur_u8(&c) == 0);
	CHECK(c.bad);
}

TEST(span_line_takes_lf_and_crlf)
{
	struct span rest = span_str("one\r\ntwo\n\nlast"), line;
	CHECK(span_line(&rest, &line) && span_equal(line, span_str("one")));
	CHECK(span_line(&rest, &line) && span_equal(line, span_str("two")));
	CHECK(span_line(&rest, &line) && line.n == 0);
	CHECK(span_line(&rest, &line) && span_equal(line, span_str("last")));
	CHECK(!span_line(&rest, &line));
}

TEST(span_find_nocase_finds_at_the_end_and_not_beyond)
{
	struct span s = span_str("xxNeedle");
	CHECK(span_find_nocase(s, span_str("NEEDLE"), 0) == 2);
	CHECK(span_find_nocase(s, span_str("needles"), 0) == SIZE_MAX);
	CHECK(span_find_nocase(s, span_str("needle"), 3) == SIZE_MAX);
	CHECK(span_find_nocase(s, span_str("needle"), 99) == SIZE_MAX);
}
