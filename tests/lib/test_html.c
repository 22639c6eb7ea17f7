#include "check.h"
#include "lib/html.h"

static const char *text_of(struct buf *b, const char *html)
{
	buf_init(b, 1 << 24);
	html_text(span_str(html), b, NULL);
	return buf_string(b);
}

TEST(html_text_ends_lines_at_blocks_and_parts_cells_by_tabs)
{
	struct buf b;
	CHECK_STR(text_of(&b, "<p>One  &amp;\n two<div>three<br>four</div><table><tr><th>A<th>B<tr><td>1<td>2</table>"),
	          "One & two\nthree\nfour\nA\tB\n1\t2\n");
	buf_release(&b);
}

TEST(html_text_leaves_out_scripts_and_keeps_links_and_alt)
{
	struct buf b;
	CHECK_STR(text_of(&b, "<script>var x;</script><style>p{}</style><a href='mailto:a@b.example'>Ann</a> "
	                      "<a href=#top>up</a><img alt='A cat'>"),
	          "mailto:a@b.example Ann up A cat\n");
	buf_release(&b);
}

TEST(html_text_keeps_white_space_in_pre)
{
	struct buf b;
	CHECK_STR(text_of(&b, "<pre>a\n  b</pre>c"), "a\n  b\nc\n");
	buf_release(&b);
}

TEST(html_of_a_million_open_elements_is_read_in_bounds)
{
	struct buf in, out;
	buf_init(&in, 1 << 24);
	buf_init(&out, 1 << 24);
	for (int i = 0; i < 1000000; i++)
		buf_add_str(&in, "<div>");
	buf_add_str(&in, "deep &eacute;&#x41;");
	CHECK(html_text(buf_span(&in), &out, NULL) == OK);
	CHECK_STR(buf_string(&out), "deep \u00e9A");
	buf_release(&in);
	buf_release(&out);
}

TEST(html_states_its_encoding)
{
	CHECK_STR(html_stated_encoding(span_str("<meta charset=\"koi8-r\">")), "KOI8-R");
	CHECK_STR(html_stated_encoding(span_str("<META http-equiv=x content='text/html; charset=latin1'>")), "windows-1252");
	CHECK_STR(html_stated_encoding(span_str("<?xml version='1.0' encoding='utf-8'?><html>")), "UTF-8");
	CHECK(html_stated_encoding(span_str("<meta charset=utf-16>")) == NULL);
	CHECK(html_stated_encoding(span_str("<p>plain")) == NULL);
}
