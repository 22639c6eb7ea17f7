/*
 * Phone numbers: candidates by shape and by the word before them, validated
 * against the numbering plans in libphonenumber.
 */
#include "find/contact.h"

#include <string.h>

#include "lib/phone.h"

enum { LENGTH_MAX = 26 };

/* Regions whose dialling a number without + is tried in, most speakers of this program's languages first. */
static const char *const regions[] = { "US", "GB", "DE", "FR", "ES", "IT", "NL", "PL", "BR", "MX", "IN", "JP", "KR", "CN", "AU", "CH", "AT", "BE", "SE", "IE" };

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* The end of a run of digits, single separators and brackets; *digits counts. */
static size_t run_end(struct span s, size_t from, unsigned *digits)
{
	size_t end = from, last = from;
	*digits = 0;
	for (; end < s.n && end - from < LENGTH_MAX; end++) {
		int c = s.p[end];
		if (is_digit(c)) {
			last = end + 1;
			++*digits;
		} else if (c == '+' ? end != from : !strchr(" ()-./", c) || (end > from && c == s.p[end - 1] && c != ' ')) {
			break;
		}
	}
	return last;
}

static bool stands_alone(struct span s, size_t start, size_t end)
{
	int before = start ? s.p[start - 1] : ' ', after = span_at(s, end);
	return !is_digit(before) && !is_letter(before) && before != '_' && before != '=' && before != '/' && before != '#' &&
	       !is_digit(after) && !is_letter(after) && after != '_' && after != '%' && after != '@';
}

/* A word that announces a number: "Tel.: ", "phone ", "Mobil:", "Fax ". */
static bool is_announced(struct span s, size_t at)
{
	static const char *const words[] = { "tel", "telephone", "phone", "ph", "mobile", "mob", "cell", "cellular", "fax", "call", "telefon",
		"telefono", "telefax", "handy", "mobil", "portable", "mobiel", "telefoon", "komorka", "whatsapp", "sms", "contact", "landline", "home", "work" };
	size_t end = at;
	while (end > 0 && at - end < 6 && strchr(" :.#(*\t=-\"'", s.p[end - 1]))
		end--;
	size_t start = end;
	while (start > 0 && end - start < 12 && is_letter(s.p[start - 1]))
		start--;
	struct span word = span_sub(s, start, end - start);
	for (size_t i = 0; word.n > 1 && i < sizeof(words) / sizeof(*words); i++)
		if (span_equal_nocase(word, span_str(words[i])))
			return true;
	if (word.n == 2 && span_equal_nocase(word, span_str("no")) && start > 4)	/* "phone no" */
		return span_find_nocase(span_sub(s, start - 5, 5), span_str("hone"), 0) != SIZE_MAX;
	return false;
}

bool contact_plus(struct span s, size_t at, struct contact *c)
{
	unsigned digits;
	size_t end = run_end(s, at, &digits);
	if (digits < 8 || digits > 15 || !stands_alone(s, at, end) || span_at(s, at + 1) == '0')
		return false;
	if (!phone_is_valid((const char *)s.p + at, end - at, "ZZ", NULL))
		return false;
	bool has_word = is_announced(s, at);
	*c = (struct contact){ .start = at, .end = end, .confidence = has_word ? 0.97 : 0.9, .chance = 0.3, .rule = "phone-international",
		.checks = { "valid in the country's numbering plan", has_word ? "a word before it says phone" : NULL } };
	return true;
}

/* NNN-NNN-NNNN, NNN.NNN.NNNN, (NNN) NNN-NNNN: as Americans write them. */
static bool is_american(struct span t)
{
	static const char *const shapes[] = { "ddd-ddd-dddd", "ddd.ddd.dddd", "(ddd) ddd-dddd", "(ddd)ddd-dddd", "ddd ddd-dddd", "1-ddd-ddd-dddd" };
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		size_t k = 0;
		while (k < t.n && shapes[i][k] && (shapes[i][k] == 'd' ? is_digit(t.p[k]) : shapes[i][k] == t.p[k]))
			k++;
		if (k == t.n && !shapes[i][k])
			return true;
	}
	return false;
}

static const char *region_of(struct span t, bool is_american_shape)
{
	size_t count = is_american_shape ? 1 : sizeof(regions) / sizeof(*regions);
	for (size_t i = 0; i < count; i++)
		if (phone_is_valid((const char *)t.p, t.n, regions[i], NULL))
			return regions[i];
	return NULL;
}

/* "(212) 736-5000": the chain of digits may begin behind the bracket. */
static size_t with_area(struct span s, size_t at)
{
	for (size_t back = 5; back <= 7; back++)
		if (at >= back && s.p[at - back] == '(' && is_digit(s.p[at - back + 1]))
			return at - back;
	return at && s.p[at - 1] == '(' ? at - 1 : at;
}

bool contact_digits(struct span s, size_t at, struct contact *c)
{
	unsigned digits;
	size_t start = with_area(s, at);
	size_t end = run_end(s, start, &digits);
	if (digits < 7 || digits > 13 || end <= at || !stands_alone(s, start, end) || (start && s.p[start - 1] == '+'))
		return false;
	struct span t = span_sub(s, start, end - start);
	bool has_shape = is_american(t), has_word = is_announced(s, start);
	if ((!has_shape && !has_word) || !region_of(t, has_shape && !has_word))
		return false;
	*c = (struct contact){ .start = start, .end = end, .confidence = has_word ? 0.9 : 0.6, .chance = has_word ? 0.5 : 0.4,
		.rule = has_word ? "phone-labelled" : "phone-american",
		.checks = { "valid in a numbering plan", has_word ? "a word before it says phone" : "written as American numbers are" } };
	return true;
}

bool contact_phone_cell(struct span cell, struct contact *c)
{
	unsigned digits;
	struct span t = span_trim(cell);
	size_t end = run_end(t, 0, &digits);
	if (digits < 6 || digits > 15 || end < t.n / 2)
		return false;
	size_t start = (size_t)(t.p - cell.p);
	bool is_valid = t.p[0] == '+' ? phone_is_valid((const char *)t.p, end, "ZZ", NULL) : region_of(span_sub(t, 0, end), false) != NULL;
	*c = (struct contact){ .start = start, .end = start + end, .confidence = is_valid ? 0.97 : 0.55, .chance = is_valid ? 0.4 : 1,
		.rule = "phone-column", .checks = { "the column's heading says phone", is_valid ? "valid in a numbering plan" : NULL } };
	return true;
}
