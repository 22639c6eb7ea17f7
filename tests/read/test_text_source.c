#include "check.h"
#include "read/text_source.h"
#include "recorder.h"

#include <string.h>

/* Reads a text in windows of want bytes; true when the windows follow each other and none ends inside a word. */
static bool covers(struct span s, size_t want, size_t *windows)
{
	struct text_source ts;
	struct fault why;
	bool ok = true;
	*windows = 0;
	text_source_init(&ts, s, NULL);
	for (size_t from = 0, next; from < s.n && ok; from = next) {
		struct text t;
		bool is_text;
		ok = text_source_window(&ts, from, want, &t, &next, &is_text, &why) == OK && is_text &&
		     next > from && t.utf8.n && text_raw_at(&t, 0) >= from && text_raw_at(&t, t.utf8.n) == next;
		ok = ok && (next == s.n || t.utf8.p[t.utf8.n - 1] == '\n');
		++*windows;
	}
	text_source_release(&ts);
	return ok;
}

TEST(text_source_cuts_at_line_ends_in_utf8_and_utf16)
{
	struct buf plain, wide;
	size_t windows;
	buf_init(&plain, 1 << 20);
	buf_init(&wide, 1 << 20);
	for (int i = 0; i < 1000; i++)
		buf_format(&plain, "line %d of a text\n", i);
	for (size_t i = 0; i < plain.n; i++)
		buf_add(&wide, span_of((char[]){ (char)plain.p[i], 0 }, 2));
	CHECK(covers(buf_span(&plain), 1000, &windows) && windows > 17);
	CHECK(covers(buf_span(&wide), 1000, &windows) && windows > 34);
	buf_release(&plain);
	buf_release(&wide);
}

TEST(text_source_gives_utf8_where_it_lies)
{
	struct span s = span_str("caf\xc3\xa9\n");
	struct text_source ts;
	struct text t;
	size_t next;
	bool is_text;
	text_source_init(&ts, s, NULL);
	CHECK(text_source_window(&ts, 0, WINDOW, &t, &next, &is_text, NULL) == OK);
	CHECK(is_text && t.utf8.p == s.p && t.utf8.n == s.n && !t.raw_at && next == s.n);
	text_source_release(&ts);
}

TEST(text_source_cuts_no_character_of_a_long_line)
{
	struct buf b;
	struct text_source ts;
	struct text t;
	bool is_text, ok = true;
	buf_init(&b, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_add_str(&b, "\u20ac");
	text_source_init(&ts, buf_span(&b), NULL);
	for (size_t from = 0, next; from < b.n; from = next) {
		ok = ok && text_source_window(&ts, from, 1000, &t, &next, &is_text, NULL) == OK && is_text;
		ok = ok && next % 3 == 0 && next > from && !t.raw_at;
		if (!ok)
			break;
	}
	CHECK(ok);
	text_source_release(&ts);
	buf_release(&b);
}
