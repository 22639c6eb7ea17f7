#include "base/visible.h"

#include <string.h>

#include "check.h"

static bool shows(struct span text, const char *want)
{
	struct buf b;
	buf_init(&b, 4096);
	visible_add(&b, text);
	bool is_same = strcmp(buf_string(&b), want) == 0;
	buf_release(&b);
	return is_same;
}

TEST(visible_keeps_text_of_any_script)
{
	CHECK(shows(span_str("a b \xc3\xa9 \xe6\x97\xa5"), "a b \xc3\xa9 \xe6\x97\xa5"));
}

TEST(visible_spells_controls)
{
	CHECK(shows(span_of("a\n\r\t\x1b[31m\x7f\0", 11), "a\\n\\r\\t\\x1b[31m\\x7f\\x00"));
}

TEST(visible_spells_what_reorders_or_hides)
{
	CHECK(shows(span_str("x\xe2\x80\xaegpj"), "x\\u202egpj"));	/* U+202E right-to-left override */
	CHECK(shows(span_str("\xc2\x9b" "1m"), "\\u009b1m"));		/* U+009B, a control sequence in one character */
	CHECK(shows(span_str("\xef\xbb\xbf"), "\\ufeff"));
	CHECK(shows(span_str("\xf3\xa0\x80\x81"), "\\U000e0001"));
}

TEST(visible_spells_bytes_that_are_no_utf8)
{
	CHECK(shows(span_str("\xff\xc3("), "\\xff\\xc3("));
}
