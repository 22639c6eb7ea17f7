#include "read/cell_number.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Built-in formats that show a date or time: 18.8.30, with those of the East Asian versions. */
static bool is_date_id(unsigned id)
{
	return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/* Steps over quoted words, escapes and [..]; returns the next bare character of the code, -1 at its end. */
static int next_bare(struct span code, size_t *at)
{
	while (*at < code.n) {
		int c = span_at(code, (*at)++);
		if (c == '\\' || c == '_' || c == '*')
			(*at)++;
		else if (c == '"' || c == '[') {
			size_t close = span_find_byte(code, c == '"' ? '"' : ']', *at);
			bool is_elapsed = c == '[' && close - *at <= 2 &&
			                  strchr("hms", span_at(code, *at) | 0x20);
			*at = close == SIZE_MAX ? code.n : close + 1;
			if (is_elapsed)
				return 'h';
		} else {
			return c;
		}
	}
	return -1;
}

static bool is_date_code(struct span code)
{
	size_t at = 0;
	if (span_starts_nocase(code, span_str("general")))
		return false;
	for (int c = next_bare(code, &at); c >= 0 && c != ';'; c = next_bare(code, &at)) {
		c |= 0x20;
		if (c == 'y' || c == 'm' || c == 'd' || c == 'h' || c == 's')
			return true;
		if (c == '#' || c == '0' || c == '?')
			return false;
	}
	return false;
}

/* Zeros with marks between them and nothing else: an identifier's shape. */
static bool is_mask_code(struct span code)
{
	unsigned zeros = 0;
	size_t at = 0;
	for (int c = next_bare(code, &at); c >= 0 && c != ';'; c = next_bare(code, &at)) {
		zeros += c == '0';
		if (c != '0' && c != '-' && c != ' ' && c != '(' && c != ')')
			return false;
	}
	return zeros >= 3;
}

struct number_format number_format_of(unsigned id, struct span code)
{
	struct number_format f = { LOOK_GENERAL, code };
	if (code.n ? is_date_code(code) : is_date_id(id))
		f.look = LOOK_DATE;
	else if (code.n && is_mask_code(code))
		f.look = LOOK_MASK;
	return f;
}

/* Days since 1970-01-01 to a date of the proleptic Gregorian calendar, after Howard Hinnant's civil_from_days. */
static void add_date(struct buf *out, long long days)
{
	long long z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	unsigned day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
	long long year = (long long)yoe + era * 400 + (month <= 2);
	buf_format(out, "%04lld-%02u-%02u", year, month, day);
}

static bool show_date(struct buf *out, double value, bool is_1904)
{
	if (!(value >= 0 && value < 2958466))	/* 9999-12-31 */
		return false;
	double day = floor(value);
	long long seconds = llround((value - day) * 86400);
	long long days = (long long)day + seconds / 86400;
	seconds %= 86400;
	if (!is_1904 && days < 60)
		days++;		/* the 1900 system has a 29th of February 1900 */
	bool has_day = day > 0 || is_1904;
	if (has_day)
		add_date(out, days - (is_1904 ? 24107 : 25569));
	if (seconds || !has_day)
		buf_format(out, "%s%02d:%02d:%02d", has_day ? " " : "", (int)(seconds / 3600),
		           (int)(seconds / 60 % 60), (int)(seconds % 60));
	return true;
}

/* Adds the digits that belong to the zero with this many zeros behind it. */
static void add_masked(struct buf *out, struct span digits, size_t zeros_behind, bool is_first)
{
	if (digits.n <= zeros_behind)
		buf_add_byte(out, '0');
	else if (is_first)
		buf_add(out, span_sub(digits, 0, digits.n - zeros_behind));
	else
		buf_add(out, span_sub(digits, digits.n - zeros_behind - 1, 1));
}

static size_t count_zeros(struct span code)
{
	size_t zeros = 0;
	for (size_t i = 0; i < code.n; i++)
		zeros += span_at(code, i) == '0';
	return zeros;
}

/* The digits of value into the zeros of the code, from the right; what does not fit goes in front. */
static bool show_mask(struct buf *out, double value, struct span code)
{
	char shown[32];
	if (!(value >= 0 && value < 1e15) || value != floor(value))
		return false;
	int n = snprintf(shown, sizeof(shown), "%.0f", value);
	struct span digits = span_of(shown, (size_t)n);
	code = span_sub(code, 0, span_find_byte(code, ';', 0));
	size_t zeros = count_zeros(code), left = zeros;
	for (size_t i = 0; i < code.n; i++) {
		int c = span_at(code, i);
		if (c == '0') {
			add_masked(out, digits, left - 1, left == zeros);
			left--;
		} else if (c == '[') {
			size_t close = span_find_byte(code, ']', i);
			i = close == SIZE_MAX ? code.n : close;
		} else if (c == '_' || c == '*') {
			i++;
		} else if (c != '\\' && c != '"') {
			buf_add_byte(out, (unsigned char)c);
		}
	}
	return true;
}

void number_show(struct buf *out, double value, struct number_format f, bool is_1904)
{
	if (f.look == LOOK_DATE && show_date(out, value, is_1904))
		return;
	if (f.look == LOOK_MASK && show_mask(out, value, f.code))
		return;
	if (fabs(value) < 1e18 && (value == floor(value) || fabs(value) >= 1e15))
		buf_format(out, "%.0f", value);
	else
		buf_format(out, "%.15g", value);
}
