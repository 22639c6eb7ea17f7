#include "check.h"
#include "recorder.h"

static const char *strings_of(struct buf *b, const char *bytes, size_t n)
{
	buf_init(b, 1 << 20);
	record_bytes(b, "x.bin", span_of(bytes, n), false);
	return buf_string(b);
}

TEST(strings_finds_ascii_and_utf16_runs_of_six)
{
	struct buf b;
	static const char bytes[] = "\1\2\3secret\1\2short\1\2\3\0h\0i\0d\0d\0e\0n\0\1\2\3\4\5\6\7" "chateau \xc3\xa9t\xc3\xa9\1";
	CHECK_STR(strings_of(&b, bytes, sizeof(bytes) - 1),
	          "item x.bin 53 binary\n"
	          "text raw 0 strings: secret\\nchateau \u00e9t\u00e9\\n\n"
	          "text raw 0 strings: hidden\\n\n");
	buf_release(&b);
}
