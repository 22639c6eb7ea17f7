#include "base/utf8.h"
#include "check.h"

static size_t valid(const char *s)
{
	return utf8_valid_prefix(span_str(s));
}

TEST(utf8_accepts_what_rfc_3629_does)
{
	/* section 7's examples, and the ends of each range of section 4 */
	CHECK(valid("A\xe2\x89\xa2\xce\x91.") == 7);
	CHECK(valid("\xf0\xa3\x8e\xb4") == 4);
	CHECK(valid("\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf") == 10);
	CHECK(utf8_char_at(span_str("\xf0\xa3\x8e\xb4"), 0) == 0x233b4);
	CHECK(utf8_char_at(span_str("\xe2\x89\xa2"), 0) == 0x2262);
}

TEST(utf8_refuses_overlong_surrogates_and_cut_characters)
{
	CHECK(valid("ab\xc0\x80") == 2);
	CHECK(valid("\xe0\x9f\xbf") == 0);
	CHECK(valid("\xed\xa0\x80") == 0);
	CHECK(valid("\xf4\x90\x80\x80") == 0);
	CHECK(valid("a\xe2\x89") == 1);
	CHECK(valid("0123456789012345678901234567890123456789012345678901234567890123456789\xff") == 70);
}
