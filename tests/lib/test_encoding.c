#include "check.h"
#include "lib/encoding.h"

#include <stdlib.h>

static const char *decoded(const char *bytes, size_t n, const char *encoding, size_t *bad)
{
	static struct buf out;
	buf_release(&out);
	buf_init(&out, 1 << 20);
	encoding_to_utf8(span_of(bytes, n), encoding, &out, NULL, 0, NULL, bad, NULL);
	return buf_string(&out);
}

TEST(encoding_reads_code_pages_as_their_standards_say)
{
	size_t bad;
	/* Unicode's mapping tables: CP1252 80 euro sign, KOI8-R C1 small a, SJIS 93 FA U+65E5 */
	CHECK_STR(decoded("\x80", 1, "windows-1252", &bad), "\u20ac");
	CHECK_STR(decoded("\xc1", 1, "KOI8-R", &bad), "\u0430");
	CHECK_STR(decoded("\x93\xfa\x96\x7b", 4, "Shift_JIS", &bad), "\u65e5\u672c");
	CHECK_STR(decoded("\xc6\xfc\xcb\xdc", 4, "EUC-JP", &bad), "\u65e5\u672c");
	CHECK_STR(decoded("\xa4\xa4\xa4\xe5", 4, "Big5", &bad), "\u4e2d\u6587");
	CHECK_STR(decoded("\x81\x30\x81\x30", 4, "gb18030", &bad), "\xc2\x80");
	CHECK_STR(decoded("no such", 7, "x-unheard-of", &bad), "no such");
	CHECK(bad == 0);
}

TEST(encoding_leaves_out_the_mark_and_counts_what_it_cannot_read)
{
	size_t bad = 9;
	CHECK_STR(decoded("\xef\xbb\xbfhi", 5, "UTF-8", &bad), "hi");
	CHECK(bad == 0);
	CHECK_STR(decoded("\xff\xfeh\0i\0", 6, "UTF-16", &bad), "hi");
	CHECK_STR(decoded("h\xffi", 3, "UTF-8", &bad), "h\ufffdi");
	CHECK(bad == 1);
	CHECK_STR(decoded("\x3d\xd8\x00\xde", 4, "UTF-16LE", &bad), "\U0001f600");
	CHECK_STR(decoded("\x3d\xd8x\0", 4, "UTF-16LE", &bad), "\ufffdx");
	CHECK(bad == 1);
}

TEST(encoding_gives_the_raw_offset_of_each_byte)
{
	struct arena a;
	struct buf out;
	uint64_t *at = NULL;
	arena_init(&a, 1 << 20);
	buf_init(&out, 1 << 20);
	CHECK(encoding_to_utf8(span_of("a\x93\xfa" "b", 4), "Shift_JIS", &out, &a, 100, &at, NULL, NULL) == OK);
	CHECK_STR(buf_string(&out), "a\u65e5b");
	const uint64_t want[] = { 100, 101, 101, 101, 103, 104 };
	CHECK(out.n == 5 && at && memcmp(at, want, sizeof(want)) == 0);
	buf_clear(&out);
	CHECK(encoding_to_utf8(span_of("x\0\xac\x20", 4), "UTF-16LE", &out, &a, 0, &at, NULL, NULL) == OK);
	const uint64_t wide[] = { 0, 2, 2, 2, 4 };
	CHECK(out.n == 4 && memcmp(at, wide, sizeof(wide)) == 0);
	buf_release(&out);
	arena_release(&a);
}

TEST(encoding_gives_right_offsets_beyond_one_block_of_units)
{
	struct arena a;
	struct buf in, out;
	uint64_t *at = NULL;
	arena_init(&a, 64 << 20);
	buf_init(&in, 1 << 20);
	buf_init(&out, 1 << 20);
	for (int i = 0; i < 30000; i++)
		buf_add(&in, span_of("\x93\xfa", 2));
	CHECK(encoding_to_utf8(buf_span(&in), "Shift_JIS", &out, &a, 0, &at, NULL, NULL) == OK);
	CHECK(out.n == 90000);
	bool ok = true;
	for (size_t i = 0; i < 90000; i++)
		ok = ok && at[i] == i / 3 * 2;
	CHECK(ok && at[90000] == 60000);
	buf_release(&in);
	buf_release(&out);
	arena_release(&a);
}

static const char *detected(const char *s, size_t n)
{
	const char *name = encoding_detect(span_of(s, n), NULL);
	return name ? name : "none";
}
#define DETECTED(s) detected((s), sizeof(s) - 1)

TEST(encoding_is_told_from_marks_zeros_and_validity)
{
	CHECK_STR(DETECTED("plain words"), "UTF-8");
	CHECK_STR(DETECTED("gr\xc3\xbc\xc3\x9f" "e"), "UTF-8");
	CHECK_STR(DETECTED("\xff\xfeh\0i\0"), "UTF-16LE");
	CHECK_STR(DETECTED("h\0e\0l\0l\0o\0 \0y\0o\0u\0"), "UTF-16LE");
	CHECK_STR(DETECTED("\0h\0e\0l\0l\0o\0 \0y\0o\0u"), "UTF-16BE");
	CHECK_STR(DETECTED("h\0\0\0e\0\0\0y\0\0\0"), "UTF-32LE");
	CHECK_STR(DETECTED("\x1b$BF|K\\8l\x1b(B"), "ISO-2022-JP");
	CHECK_STR(DETECTED("\x01\x02\x03\x04\x05\x06\x07\x10\x11\x12"), "none");
}

TEST(encoding_is_told_from_the_words_of_dos_and_windows_pages)
{
	/* "Почему дом стоит на горе, а река течёт внизу" in each */
	CHECK_STR(DETECTED("\x8f\xae\xe7\xa5\xac\xe3 \xa4\xae\xac \xe1\xe2\xae\xa8\xe2 \xad\xa0 \xa3\xae\xe0\xa5, \xa0 \xe0\xa5\xaa\xa0 \xe2\xa5\xe7\xf1\xe2 \xa2\xad\xa8\xa7\xe3"), "IBM866");
	CHECK_STR(DETECTED("\xcf\xee\xf7\xe5\xec\xf3 \xe4\xee\xec \xf1\xf2\xee\xe8\xf2 \xed\xe0 \xe3\xee\xf0\xe5, \xe0 \xf0\xe5\xea\xe0 \xf2\xe5\xf7\xb8\xf2 \xe2\xed\xe8\xe7\xf3"), "windows-1251");
	CHECK_STR(DETECTED("Die Stra\xdf" "e f\xfchrt \xfc" "ber die gr\xfcne Br\xfc" "cke zum sch\xf6nen Haus"), "windows-1252");
	CHECK_STR(DETECTED("Die Stra\xe1" "e f\x81hrt \x81" "ber die gr\x81ne Br\x81" "cke zum sch\x94nen Haus"), "IBM850");
}

TEST(encoding_stated_is_taken_where_it_decodes)
{
	struct span s = span_str("\xe1\xe9 caf\xe9");
	CHECK_STR(encoding_detect(s, "iso-8859-2"), "iso-8859-2");
	CHECK_STR(encoding_detect(s, "iso-8859-1"), "windows-1252");
	CHECK_STR(encoding_detect(span_str("caf\xc3\xa9"), "iso-8859-1"), "UTF-8");
	CHECK(encoding_is_utf8(span_str("caf\xc3\xa9")) && !encoding_is_utf8(s));
	struct buf b;
	buf_init(&b, 100);
	encoding_scrub_utf8(span_str("a\xff" "b\xc3"), &b);
	CHECK_STR(buf_string(&b), "a\ufffd" "b\ufffd");
	buf_release(&b);
}

/* A short list of Russian names in KOI8-R (iconv made the bytes), which windows-1251 reads with small and capital letters swapped. */
TEST(encoding_detect_knows_a_short_list_in_koi8)
{
	static const unsigned char list[] =
		"\xe6\xc1\xcd\xc9\xcc\xc9\xd1 \xc9 \xc9\xcd\xd1;\xe4\xc1\xd4\xc1 \xd2\xcf\xd6\xc4\xc5\xce\xc9\xd1;\xf0\xc1\xd3\xd0\xcf\xd2\xd4\n"
		"\xf3\xc5\xd2\xc7\xc5\xca \xe2\xcf\xce\xc4\xc1\xd2\xd8;1979-04-21;PV2706792\n";
	CHECK_STR(encoding_detect(span_of(list, sizeof(list) - 1), NULL), "KOI8-R");
}
