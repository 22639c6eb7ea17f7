/*
 * Which encoding a text is in: marks and UTF-8 first, then where its zeros
 * are, then what was stated, then ICU's statistics, and our own for the
 * DOS code pages that ICU does not know.
 */
#include "lib/encoding.h"

#include "base/utf8.h"

#include <string.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

enum {
	LOOK_MAX = 64 << 10,	/* bytes looked at for zeros and controls */
	SAMPLE_MAX = 8000,	/* bytes that ICU's statistics look at */
	AROUND = 80,		/* bytes kept on either side of a high byte */
};

static const struct { const char *name; unsigned char mark[4]; size_t n; } marks[] = {
	{ "UTF-8", { 0xef, 0xbb, 0xbf }, 3 },
	{ "UTF-32LE", { 0xff, 0xfe, 0, 0 }, 4 },
	{ "UTF-32BE", { 0, 0, 0xfe, 0xff }, 4 },
	{ "UTF-16LE", { 0xff, 0xfe }, 2 },
	{ "UTF-16BE", { 0xfe, 0xff }, 2 },
	{ "gb18030", { 0x84, 0x31, 0x95, 0x33 }, 4 },
};

/* What people write and what they mean (WHATWG Encoding, section 4.2, where a label stands for its superset). */
static const struct { const char *label, *meant; } supersets[] = {
	{ "iso-8859-1", "windows-1252" }, { "iso8859-1", "windows-1252" }, { "latin1", "windows-1252" },
	{ "us-ascii", "windows-1252" }, { "ascii", "windows-1252" }, { "ansi_x3.4-1968", "windows-1252" },
	{ "iso-8859-9", "windows-1254" }, { "iso-8859-11", "windows-874" }, { "tis-620", "windows-874" },
	{ "gb2312", "gb18030" }, { "gbk", "gb18030" }, { "gb_2312-80", "gb18030" }, { "x-gbk", "gb18030" },
	{ "shift_jis", "windows-31j" }, { "sjis", "windows-31j" }, { "x-sjis", "windows-31j" },
	{ "euc-kr", "windows-949" }, { "ks_c_5601-1987", "windows-949" }, { "big5", "Big5-HKSCS" },
	{ "utf8", "UTF-8" }, { "unicode-1-1-utf-8", "UTF-8" }, { "macintosh", "macintosh" },
};

static const char *mark_of(struct span s)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (span_starts(s, span_of(marks[i].mark, marks[i].n)))
			return marks[i].name;
	return NULL;
}

static const char *superset_of(const char *label)
{
	for (size_t i = 0; i < sizeof(supersets) / sizeof(*supersets); i++)
		if (strcasecmp(supersets[i].label, label) == 0)
			return supersets[i].meant;
	return label;
}

static bool is_text_control(unsigned c)
{
	return (c >= 8 && c <= 13) || c == 0x1b || c == 0x1a;
}

/* Controls that no text has, in bytes of any one-byte or multi-byte code. */
static size_t odd_controls(struct span s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += (s.p[i] < 0x20 && !is_text_control(s.p[i])) || s.p[i] == 0x7f;
	return n;
}

/* True when the bytes read as characters of width 2 or 4 are nearly all plausible, with blanks or ASCII among them. */
static bool reads_as_wide(struct span s, const char *name)
{
	struct buf b;
	size_t bad = 0, chars = 0, odd = 0, plain = 0;
	buf_init(&b, LOOK_MAX * 2);
	size_t unit = strncmp(name, "UTF-32", 6) == 0 ? 4 : 2;
	int e = encoding_to_utf8(span_sub(s, 0, s.n / unit * unit), name, &b, NULL, 0, NULL, &bad, NULL);
	struct span u = buf_span(&b);
	for (size_t i = 0; !e && i < u.n; i += utf8_length_at(u, i), chars++) {
		uint32_t c = utf8_char_at(u, i);
		odd += (c < 0x20 && !is_text_control(c)) || c == 0x7f || (c >= 0x80 && c < 0xa0) ||
		       (c >= 0xe000 && c < 0xf900) || (c & 0xfffe) == 0xfffe;
		plain += (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t' || c == 0x3000 || c == 0x3002;
	}
	buf_release(&b);
	return !e && chars && (bad + odd) * 50 <= chars && plain * 20 >= chars;
}

/* Without a mark: Latin letters, blanks and line ends leave zeros at one place of each character. */
static const char *wide_by_zeros(struct span s)
{
	size_t zeros[4] = { 0 };
	for (size_t i = 0; i < s.n; i++)
		zeros[i & 3] += s.p[i] == 0;
	size_t even = zeros[0] + zeros[2], odd = zeros[1] + zeros[3], quarter = s.n / 4;
	if (!even && !odd)
		return NULL;
	const char *name = NULL;
	if (zeros[2] * 8 >= quarter * 7 && zeros[3] * 8 >= quarter * 7 && zeros[0] * 8 < quarter)
		name = "UTF-32LE";
	else if (zeros[0] * 8 >= quarter * 7 && zeros[1] * 8 >= quarter * 7 && zeros[3] * 8 < quarter)
		name = "UTF-32BE";
	else if (odd > even * 8 && odd * 40 >= s.n)
		name = "UTF-16LE";
	else if (even > odd * 8 && even * 40 >= s.n)
		name = "UTF-16BE";
	return name && reads_as_wide(s, name) ? name : NULL;
}

/* ISO 2022 announces its character sets by escapes; the text itself is ASCII. */
static const char *by_escapes(struct span s, const char *stated)
{
	if (stated && (strncasecmp(stated, "iso-2022", 8) == 0 || strcasecmp(stated, "utf-7") == 0 ||
	               strncasecmp(stated, "hz", 2) == 0))
		return stated;
	size_t at = span_find_byte(s, 0x1b, 0);
	struct span escape = span_sub(s, at, 4);
	if (span_starts(escape, span_str("\x1b$B")) || span_starts(escape, span_str("\x1b$@")) ||
	    span_starts(escape, span_str("\x1b(J")))
		return "ISO-2022-JP";
	if (span_starts(escape, span_str("\x1b$)C")))
		return "ISO-2022-KR";
	if (span_starts(escape, span_str("\x1b$)A")))
		return "ISO-2022-CN";
	return "UTF-8";
}

/* Decodes, and has no more errors than a cut last character makes. */
static bool decodes(struct span s, const char *name)
{
	UErrorCode e = U_ZERO_ERROR;
	UConverter *c = ucnv_open(name, &e);
	if (U_FAILURE(e))
		return false;
	ucnv_close(c);
	struct buf b;
	size_t bad = 0;
	buf_init(&b, (size_t)LOOK_MAX * 4);
	int code = encoding_to_utf8(s, name, &b, NULL, 0, NULL, &bad, NULL);
	buf_release(&b);
	return code == OK && bad <= 1;
}

/* The surroundings of high bytes, so that the statistics see what there is to see. */
static void sample_fill(struct span s, struct buf *out)
{
	for (size_t i = utf8_skip_ascii(s, 0), end = 0; i < s.n && out->n < SAMPLE_MAX;) {
		size_t from = i > end + AROUND ? i - AROUND : end;
		while (from > end && from < i && s.p[from - 1] != ' ' && s.p[from - 1] != '\n')
			from++;
		size_t stop = i;
		for (size_t plain = 0; stop < s.n && plain < AROUND && stop - from < SAMPLE_MAX; stop++)
			plain = s.p[stop] < 0x80 ? plain + 1 : 0;
		buf_add(out, span_sub(s, from, stop - from < SAMPLE_MAX - out->n ? stop - from : SAMPLE_MAX - out->n));
		end = stop;
		i = utf8_skip_ascii(s, stop);
	}
}

static bool is_small_letter(uint32_t c)
{
	return (c >= 0x430 && c < 0x460) || (c >= 0xdf && c < 0x100 && c != 0xf7) || (c >= 'a' && c <= 'z');
}

static bool is_capital_letter(uint32_t c)
{
	return (c >= 0x400 && c < 0x430) || (c >= 0xc0 && c < 0xdf && c != 0xd7) || (c >= 'A' && c <= 'Z');
}

/* One of the ten letters that make up two thirds of Russian text. */
static bool is_common_cyrillic(uint32_t c)
{
	return c == 0x43e || c == 0x435 || c == 0x430 || c == 0x438 || c == 0x43d || c == 0x442 || c == 0x441 ||
	       c == 0x440 || c == 0x432 || c == 0x43b;
}

/* How well a character beyond ASCII stands between its neighbours in a text of words. */
static int char_score(uint32_t before, uint32_t c, uint32_t after)
{
	bool was_letter = is_small_letter(before) || is_capital_letter(before);
	bool is_inside = was_letter && (is_small_letter(after) || is_capital_letter(after));
	if (c < 0xa0)
		return -6;
	if (is_small_letter(c))
		return 3 + (is_common_cyrillic(c) ? 2 : 0);
	if (is_capital_letter(c))
		return is_small_letter(before) ? -5 : 1;
	if (c >= 0x100 && c < 0x180)
		return 2;
	if (c >= 0x2010 && c < 0x2040)
		return is_inside && c != 0x2019 ? -4 : 3;	/* quotes and dashes of typography */
	return is_inside ? -4 : c >= 0x2500 && c < 0x25a0 ? -1 : 0;
}

/* How much a text looks like words when read as a single-byte code page. */
static int word_score(struct span s, const char *name)
{
	struct buf b;
	buf_init(&b, SAMPLE_MAX * 4);
	int score = 0;
	if (encoding_to_utf8(s, name, &b, NULL, 0, NULL, NULL, NULL) < 0)
		score = -1000000;
	struct span u = buf_span(&b);
	uint32_t before = ' ';
	for (size_t i = 0, n; i < u.n; i += n) {
		uint32_t c = utf8_char_at(u, i);
		n = utf8_length_at(u, i);
		if (c >= 0x80)
			score += char_score(before, c, i + n < u.n ? utf8_char_at(u, i + n) : ' ');
		before = c;
	}
	buf_release(&b);
	return score;
}

/* ICU knows no DOS code pages, and errs on short texts. Where one of them makes much better words than the choice, it is that one. */
static const char *or_dos_page(struct span sample, const char *choice)
{
	static const char *const rivals[] = { "IBM866", "windows-1251", "KOI8-R", "IBM850", "IBM437" };
	int best = word_score(sample, choice);
	for (size_t i = 0; i < sizeof(rivals) / sizeof(*rivals); i++) {
		int score = word_score(sample, rivals[i]);
		if (score > 0 && score > best + best / 4 + 8) {
			best = score;
			choice = rivals[i];
		}
	}
	return choice;
}

/* Pages that the score of words knows the letters of. */
static bool is_latin_or_cyrillic(const char *name)
{
	static const char *const names[] = {
		"windows-1250", "windows-1251", "windows-1252", "ISO-8859-1", "ISO-8859-2", "ISO-8859-5", "KOI8-R",
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* ICU's candidates in order; the first that decodes without error. ICU's names are static strings. */
static const char *by_statistics(struct span sample)
{
	const char *name = NULL;
	UErrorCode e = U_ZERO_ERROR;
	UCharsetDetector *d = ucsdet_open(&e);
	ucsdet_setText(d, (const char *)sample.p, (int32_t)sample.n, &e);
	int32_t n = 0;
	const UCharsetMatch **found = U_SUCCESS(e) ? ucsdet_detectAll(d, &n, &e) : NULL;
	for (int32_t i = 0; U_SUCCESS(e) && i < n && !name; i++) {
		const char *candidate = superset_of(ucsdet_getName(found[i], &e));
		if (ucsdet_getConfidence(found[i], &e) >= 10 && strncmp(candidate, "UTF", 3) != 0 &&
		    strncmp(candidate, "IBM", 3) != 0 && decodes(sample, candidate))
			name = candidate;
	}
	ucsdet_close(d);
	if (name && !is_latin_or_cyrillic(name))
		return name;
	return or_dos_page(sample, name ? name : "windows-1252");
}

/* A stated single-byte page decodes anything, so it must make text of it: its C1 controls are none. */
static const char *if_it_fits(struct span sample, const char *stated)
{
	if (!stated || !*stated || strncasecmp(stated, "utf", 3) == 0)
		return NULL;
	const char *meant = superset_of(stated);
	return decodes(sample, meant) ? meant : NULL;
}

const char *encoding_detect(struct span bytes, const char *stated)
{
	const char *name = mark_of(bytes);
	if (name || !bytes.n)
		return name ? name : "UTF-8";
	struct span look = span_sub(bytes, 0, LOOK_MAX);
	name = wide_by_zeros(look);
	if (name)
		return name;
	if (odd_controls(look) * 50 > look.n)
		return NULL;
	size_t high = utf8_skip_ascii(bytes, 0);
	if (high == bytes.n)
		return by_escapes(bytes, stated);
	if (utf8_valid_prefix(bytes) == bytes.n)
		return "UTF-8";
	struct buf sample;
	buf_init(&sample, SAMPLE_MAX);
	sample_fill(bytes, &sample);
	name = if_it_fits(buf_span(&sample), stated);
	if (!name)
		name = by_statistics(buf_span(&sample));
	buf_release(&sample);
	return name;
}

const char *encoding_named(struct span label)
{
	struct buf b;
	buf_init(&b, 64);
	buf_add(&b, span_trim(label));
	const char *name = superset_of(buf_string(&b));
	UErrorCode e = U_ZERO_ERROR;
	if (name == buf_string(&b))
		name = ucnv_getStandardName(buf_string(&b), "MIME", &e);
	e = U_ZERO_ERROR;
	if (!name)
		name = ucnv_getAlias(buf_string(&b), 0, &e);
	buf_release(&b);
	return name;
}

bool encoding_is_text(struct span head)
{
	head = span_sub(head, 0, LOOK_MAX);
	return mark_of(head) || odd_controls(head) * 50 <= head.n || wide_by_zeros(head);
}
