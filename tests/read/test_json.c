#include "check.h"
#include "read/json.h"
#include "recorder.h"

static bool parses(const char *s)
{
	struct json j = { .s = span_str(s) };
	struct json_tape t = { 0 };
	bool ok = json_parse(&j, &t) && !span_trim(span_from(j.s, j.at)).n;
	json_tape_release(&t);
	return ok;
}

TEST(json_takes_what_rfc_8259_shows_and_refuses_the_rest)
{
	/* section 13's examples, shortened */
	CHECK(parses("{\"Image\":{\"Width\":800,\"Title\":\"View\",\"Animated\":false,\"IDs\":[116,943,234]}}"));
	CHECK(parses("[{\"Latitude\":37.7668,\"Longitude\":-122.3959,\"x\":1e-5}]"));
	CHECK(parses("\"Hello world!\"") && parses("42") && parses("true") && parses("[]") && parses("{}"));
	CHECK(!parses("[1") && !parses("{\"a\"}") && !parses("{\"a\":}") && !parses("[}") && !parses("{1:2}"));
	CHECK(!parses("hello") && !parses("\"open") && !parses("[1}"));
}

TEST(json_unescape_joins_surrogates_and_keeps_offsets)
{
	struct buf b;
	uint64_t at[32];
	buf_init(&b, 100);
	/* RFC 8259, section 7: the G clef U+1D11E is \uD834\uDD1E */
	struct span s = span_str("a\\n\\uD834\\uDD1E\\/");
	json_unescape(s, &b, at);
	CHECK_STR(buf_string(&b), "a\n\U0001d11e/");
	CHECK(at[0] == 0 && at[1] == 1 && at[2] == 3 && at[5] == 3 && at[6] == 15 && at[7] == s.n);
	buf_release(&b);
}

TEST(json_nested_beyond_the_bound_is_told_and_given_as_text)
{
	struct buf in, out;
	buf_init(&in, 1 << 20);
	buf_init(&out, 1 << 22);
	for (int i = 0; i < 100000; i++)
		buf_add_byte(&in, '[');
	record_bytes(&out, "deep.json", buf_span(&in), false);
	CHECK(strstr(buf_string(&out), "damage partial") != NULL);
	buf_release(&in);
	buf_release(&out);
}
