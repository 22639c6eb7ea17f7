/* Encoded words (RFC 2047) and dates (RFC 5322 3.3 and 4.3). */
#include "lib/encoding.h"
#include "lib/mime.h"

#include <stdio.h>

enum { VALUE_MAX = 256 << 10 };	/* bytes of a header field that are looked at */

/* "=?charset*language?B?text?=" */
struct word { struct span charset, text; int code; size_t length; };

static bool word_at(struct span s, struct word *w)
{
	if (!span_starts(s, span_str("=?")))
		return false;
	size_t charset_end = span_find_byte(span_sub(s, 0, 80), '?', 2);
	if (charset_end == SIZE_MAX || span_at(s, charset_end + 2) != '?')
		return false;
	w->charset = span_sub(s, 2, charset_end - 2);
	size_t language = span_find_byte(w->charset, '*', 0);
	w->charset = span_sub(w->charset, 0, language);
	w->code = span_at(s, charset_end + 1) & ~32;
	size_t end = span_find(span_sub(s, 0, 16384), span_str("?="), charset_end + 3);
	if (end == SIZE_MAX || !w->charset.n || (w->code != 'B' && w->code != 'Q'))
		return false;
	w->text = span_sub(s, charset_end + 3, end - charset_end - 3);
	w->length = end + 2;
	return true;
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* RFC 2047 4.2: quoted-printable in which "_" is a blank. */
static void add_q_decoded(struct span s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int c = span_at(s, i), high = hex_digit(span_at(s, i + 1)), low = hex_digit(span_at(s, i + 2));
		bool is_escape = c == '=' && high >= 0 && low >= 0;
		buf_add_byte(out, is_escape ? high << 4 | low : c == '_' ? ' ' : c);
		i += is_escape ? 2 : 0;
	}
}

static void word_bytes(const struct word *w, struct buf *out)
{
	if (w->code == 'B')
		mime_decode(w->text, MIME_BASE64, out);
	else
		add_q_decoded(w->text, out);
}

static void add_converted(struct span bytes, struct span charset, struct buf *out, struct arena *arena)
{
	char name[84];
	snprintf(name, sizeof(name), "%.*s", (int)charset.n, (const char *)charset.p);
	const char *encoding = encoding_detect(bytes, charset.n ? name : NULL);
	encoding_to_utf8(bytes, encoding ? encoding : "windows-1252", out, arena, 0, NULL, NULL, NULL);
}

/*
 * A run of words with one character set is converted as one, because some
 * writers cut characters in two. Returns how far it read.
 */
static size_t add_word_run(struct span s, struct word w, struct buf *out, struct arena *arena)
{
	struct buf bytes;
	buf_init(&bytes, s.n + 1024);
	struct span charset = w.charset;
	size_t at = 0;
	for (;;) {
		word_bytes(&w, &bytes);
		at += w.length;
		size_t next = at;
		while (span_at(s, next) == ' ')
			next++;
		if (!word_at(span_from(s, next), &w))
			break;
		at = next;	/* blanks between words do not count */
		if (!span_equal_nocase(w.charset, charset))
			break;
	}
	add_converted(buf_span(&bytes), charset, out, arena);
	buf_release(&bytes);
	return at;
}

static struct span unfolded(struct span value, struct arena *arena)
{
	unsigned char *p = arena_take(arena, value.n + 1);
	size_t n = 0;
	bool was_fold = false;
	for (size_t i = 0; p && i < value.n; i++) {
		int c = span_at(value, i);
		bool is_fold = c == '\r' || c == '\n';
		if (is_fold || c == '\t' || c == ' ') {
			if (!was_fold || !n || p[n - 1] != ' ')
				p[n++] = ' ';
			was_fold = was_fold || is_fold;
			continue;
		}
		was_fold = false;
		p[n++] = c < ' ' || c == 127 ? ' ' : c;
	}
	return span_trim(span_of(p, p ? n : 0));
}

struct span mime_decode_words(struct span value, struct arena *arena)
{
	struct span s = unfolded(span_sub(value, 0, VALUE_MAX), arena);
	size_t word = span_find(s, span_str("=?"), 0);
	if (word == SIZE_MAX && encoding_is_utf8(s))
		return s;
	struct buf out;
	buf_init(&out, 4 * s.n + 64);
	size_t from = 0;
	while (from < s.n) {	/* each turn passes a word or moves to the next "=?" */
		struct word w;
		word = span_find(s, span_str("=?"), from);
		bool is_word = false;
		while (word != SIZE_MAX && !(is_word = word_at(span_from(s, word), &w)))
			word = span_find(s, span_str("=?"), word + 2);
		if (!is_word)
			word = s.n;
		if (word > from)
			add_converted(span_sub(s, from, word - from), span_of(NULL, 0), &out, arena);
		from = word;
		if (is_word)
			from += add_word_run(span_from(s, word), w, &out, arena);
	}
	for (size_t i = 0; i < out.n; i++)
		if (out.p[i] < ' ' || out.p[i] == 127)
			out.p[i] = ' ';
	struct span copy = arena_copy(arena, buf_span(&out));
	buf_release(&out);
	return span_trim(copy);
}

/* A date is read token by token: numbers, words, signs. */
static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static unsigned number_take(struct span *s, unsigned *digits)
{
	unsigned n = 0, count = 0;
	while (is_digit(span_at(*s, 0)) && count < 9) {
		n = 10 * n + (unsigned)(span_at(*s, 0) - '0');
		*s = span_from(*s, 1);
		count++;
	}
	*digits = count;
	return n;
}

static int month_of(struct span word)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (int m = 0; m < 12; m++)
		if (word.n >= 3 && span_equal_nocase(span_sub(word, 0, 3), span_of(names + 3 * m, 3)))
			return m + 1;
	return 0;
}

/* RFC 5322 4.3: the zones whose meaning is sure; in minutes. */
static bool zone_of(struct span word, int *minutes)
{
	static const struct { const char *name; int hours; } zones[] = {
		{ "EST", -5 }, { "EDT", -4 }, { "CST", -6 }, { "CDT", -5 }, { "MST", -7 }, { "MDT", -6 },
		{ "PST", -8 }, { "PDT", -7 }, { "GMT", 0 }, { "UT", 0 }, { "UTC", 0 }, { "Z", 0 },
		{ "CET", 1 }, { "CEST", 2 }, { "BST", 1 },
	};
	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (span_equal_nocase(word, span_str(zones[i].name))) {
			*minutes = 60 * zones[i].hours;
			return true;
		}
	return false;
}

struct date { unsigned day, month, year, hour, minute, second; int zone; bool has_time, has_zone; };

static void date_number(struct date *d, struct span *s)
{
	unsigned digits, n = number_take(s, &digits);
	if (span_at(*s, 0) == ':' && !d->has_time) {
		d->has_time = true;
		d->hour = n;
		*s = span_from(*s, 1);
		d->minute = number_take(s, &digits);
		if (span_at(*s, 0) == ':') {
			*s = span_from(*s, 1);
			d->second = number_take(s, &digits);
		}
	} else if (!d->day && digits <= 2 && n >= 1 && n <= 31) {
		d->day = n;
	} else if (!d->year && digits >= 2 && digits <= 4) {
		/* RFC 5322 4.3: two digits below 50 mean 20xx; three count from 1900 */
		d->year = digits == 4 ? n : n + (digits == 2 && n < 50 ? 2000 : 1900);
	}
}

static void date_sign(struct date *d, struct span *s)
{
	int sign = span_at(*s, 0) == '-' ? -1 : 1;
	*s = span_from(*s, 1);
	if (!d->has_time || d->has_zone)
		return;
	unsigned digits, n = number_take(s, &digits);
	if (digits != 4 || n / 100 > 14 || n % 100 > 59)
		return;
	d->zone = sign * (int)(60 * (n / 100) + n % 100);
	d->has_zone = true;
}

static void date_word(struct date *d, struct span *s)
{
	size_t n = 0;
	while (is_letter(span_at(*s, n)))
		n++;
	struct span word = span_sub(*s, 0, n);
	*s = span_from(*s, n);
	int month = month_of(word);
	if (month && !d->month)
		d->month = (unsigned)month;
	else if (d->has_time && !d->has_zone)
		d->has_zone = zone_of(word, &d->zone);
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar, years counted from March. */
static int64_t days_of(unsigned year, unsigned month, unsigned day)
{
	int64_t y = (int64_t)year - (month <= 2);
	int64_t m = month <= 2 ? month + 9 : month - 3;
	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

int64_t mime_date(struct span value)
{
	struct span s = span_trim(span_sub(value, 0, 128));
	struct date d = { .day = 0 };
	while (s.n) {	/* each turn takes a byte or more */
		int c = span_at(s, 0);
		if (c == '(')
			break;
		if (is_digit(c))
			date_number(&d, &s);
		else if (is_letter(c))
			date_word(&d, &s);
		else if (c == '+' || c == '-')
			date_sign(&d, &s);
		else
			s = span_from(s, 1);
	}
	if (!d.day || !d.month || d.year < 1970 || d.year > 2200 || d.hour > 23 || d.minute > 59 || d.second > 60)
		return INT64_MIN;
	int64_t seconds = 86400 * days_of(d.year, d.month, d.day) + 3600 * d.hour + 60 * d.minute + d.second;
	return (seconds - 60 * d.zone) * 1000000000;
}
