#include "check.h"
#include "lib/rtf.h"

static const char *text_of(const char *rtf, int code)
{
	static struct buf b;
	struct fault why = { "" };
	buf_release(&b);
	buf_init(&b, 1 << 20);
	CHECK(rtf_text(span_str(rtf), &b, &why) == code);
	return buf_string(&b);
}

TEST(rtf_paragraphs_cells_and_quotes)
{
	CHECK_STR(text_of("{\\rtf1\\ansi One\\par two\\tab x\\cell y\\row \\ldblquote z\\rdblquote}", OK),
	          "One\ntwo\tx\ty\n\u201cz\u201d");
}

TEST(rtf_tables_of_fonts_and_unknown_destinations_are_left_out)
{
	CHECK_STR(text_of("{\\rtf1{\\fonttbl{\\f0\\fcharset0 Times;}}{\\colortbl;\\red0;}{\\*\\generator X;}a{\\b b}c}",
	                  OK), "abc");
}

/* 0xcf 0xf0 in windows-1251 are U+041F U+0440, 0xe9 in windows-1252 is U+00E9 (Unicode's mapping tables). */
TEST(rtf_bytes_are_of_the_font_s_code_page)
{
	CHECK_STR(text_of("{\\rtf1\\ansicpg1252{\\fonttbl{\\f1\\fcharset204 A;}}\\'e9{\\f1\\'cf\\'f0}\\'e9}", OK),
	          "\u00e9\u041f\u0440\u00e9");
	CHECK_STR(text_of("{\\rtf1\\ansicpg932 \\'93\\'fa}", OK), "\u65e5");
}

TEST(rtf_unicode_skips_its_fallback)
{
	CHECK_STR(text_of("{\\rtf1\\uc1 a\\u8364 ?b\\u-10179 ?\\u-8704 ?c{\\uc2\\u233 xyz}}", OK),
	          "a\u20acb\U0001f600c\u00e9z");
}

TEST(rtf_of_html_gives_the_text_without_its_tags)
{
	CHECK_STR(text_of("{\\rtf1\\ansi\\fromhtml1{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Hello "
	                  "{\\*\\htmltag84 <a href=\"https://x.example\">}\\htmlrtf \\'22\\htmlrtf0 there"
	                  "{\\*\\htmltag92 </a>}\\htmlrtf \\par}\\htmlrtf0}", OK),
	          "\nHello https://x.example there");
}

TEST(rtf_that_breaks_off_is_partial)
{
	CHECK_STR(text_of("{\\rtf1 {\\b bold", PART), "bold");
	CHECK_STR(text_of("no rtf", E_DAMAGED), "");
}
