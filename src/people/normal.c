#include "people/normal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/unorm2.h>
#include <unicode/uchar.h>
#include <unicode/ustring.h>

enum { NAME_UNITS = 512, WORDS_MAX = 16 };

/* Folded letters and single blanks. */
static size_t fold(struct span s, char *out, size_t room)
{
	UChar wide[NAME_UNITS], apart[NAME_UNITS * 3], folded[NAME_UNITS * 3];
	UErrorCode e = U_ZERO_ERROR;
	int32_t n = 0, length = 0;
	u_strFromUTF8WithSub(wide, NAME_UNITS, &n, (const char *)s.p, (int32_t)(s.n < NAME_UNITS ? s.n : NAME_UNITS), 0xfffd, NULL, &e);
	const UNormalizer2 *nfkd = unorm2_getNFKDInstance(&e);
	if (U_FAILURE(e))
		return 0;
	n = unorm2_normalize(nfkd, wide, n, apart, NAME_UNITS * 3, &e);
	n = u_strFoldCase(folded, NAME_UNITS * 3, apart, n, U_FOLD_CASE_DEFAULT, &e);
	if (U_FAILURE(e))
		return 0;
	int32_t kept = 0;
	for (int32_t i = 0; i < n;) {
		UChar32 c;
		U16_NEXT(folded, i, n, c);
		if (u_isalnum(c))
			U16_APPEND_UNSAFE(folded, kept, c);
		else if (u_charType(c) != U_NON_SPACING_MARK && c != '\'' && c != 0x2019 && kept && folded[kept - 1] != ' ')
			folded[kept++] = ' ';
	}
	u_strToUTF8(out, (int32_t)room, &length, folded, kept, &e);
	return U_FAILURE(e) ? 0 : (size_t)length;
}

static int word_order(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	size_t n = x->n < y->n ? x->n : y->n;
	int order = memcmp(x->p, y->p, n);
	return order ? order : (x->n > y->n) - (x->n < y->n);
}

static size_t words_of(struct span s, struct span *words)
{
	size_t count = 0;
	for (size_t i = 0; i < s.n && count < WORDS_MAX;) {
		size_t end = span_find_byte(s, ' ', i);
		if (end == SIZE_MAX)
			end = s.n;
		if (end > i)
			words[count++] = span_sub(s, i, end - i);
		i = end + 1;
	}
	return count;
}

void normal_name(struct span name, struct buf *out)
{
	char folded[NAME_UNITS * 4];
	struct span words[WORDS_MAX];
	size_t count = words_of(span_of(folded, fold(name, folded, sizeof(folded))), words);
	qsort(words, count, sizeof(*words), word_order);
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_add_byte(out, ' ');
		buf_add(out, words[i]);
	}
}

bool names_agree(struct span a, struct span b)
{
	struct span x[WORDS_MAX], y[WORDS_MAX];
	size_t m = words_of(a, x), n = words_of(b, y);
	for (size_t i = 0; i < m; i++)
		for (size_t k = 0; k < n; k++)
			if (x[i].n > 1 && span_equal(x[i], y[k]))
				return true;
	return false;
}

/* Up to three numbers of a date, and the month's where it is a word. */
struct parts { unsigned number[3], digits[3], count, month, month_at; char separator; };

static unsigned month_of(const char *word, size_t n)
{
	/* first letters in English, German, French, Spanish, Italian, Dutch, told apart by three or four */
	static const struct { const char *word; unsigned month; } months[] = {
		{ "jan", 1 }, { "gen", 1 }, { "ene", 1 }, { "feb", 2 }, { "fev", 2 }, { "fév", 2 }, { "mar", 3 }, { "mär", 3 },
		{ "maa", 3 }, { "mrz", 3 }, { "apr", 4 }, { "avr", 4 }, { "abr", 4 }, { "may", 5 }, { "mai", 5 }, { "mei", 5 },
		{ "mag", 5 }, { "juin", 6 }, { "jun", 6 }, { "giu", 6 }, { "juil", 7 }, { "jul", 7 }, { "lug", 7 }, { "aug", 8 },
		{ "aou", 8 }, { "aoû", 8 }, { "ago", 8 }, { "sep", 9 }, { "set", 9 }, { "oct", 10 }, { "okt", 10 }, { "ott", 10 },
		{ "out", 10 }, { "nov", 11 }, { "dec", 12 }, { "dez", 12 }, { "déc", 12 }, { "dic", 12 },
	};
	for (size_t i = 0; i < sizeof(months) / sizeof(*months); i++) {
		size_t k = strlen(months[i].word);
		if (n >= k && strncasecmp(word, months[i].word, k) == 0)
			return months[i].month;
	}
	return 0;
}

static void parts_of(struct span s, struct parts *p)
{
	*p = (struct parts){ 0 };
	for (size_t i = 0; i < s.n && p->count < 3;) {
		unsigned char c = s.p[i];
		size_t from = i;
		if (c >= '0' && c <= '9') {
			for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9' && i - from < 8; i++)
				p->number[p->count] = p->number[p->count] * 10 + (s.p[i] - '0');
			p->digits[p->count++] = (unsigned)(i - from);
		} else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
			while (i < s.n && ((s.p[i] | 0x20) >= 'a' || s.p[i] >= 0x80))
				i++;
			unsigned m = month_of((const char *)s.p + from, i - from);
			if (m) {
				p->month = m;
				p->month_at = p->count;
			}
			i += i == from;
		} else {
			if (!p->separator && (c == '.' || c == '/' || c == '-'))
				p->separator = (char)c;
			i++;
		}
	}
}

void normal_date(struct span date, struct buf *out)
{
	struct parts p;
	unsigned y, m, d;
	parts_of(date, &p);
	if (p.month && p.count >= 2) {
		bool year_first = p.digits[0] == 4;
		y = p.number[year_first ? 0 : 1], d = p.number[year_first ? 1 : 0], m = p.month;
	} else if (p.count == 1 && p.digits[0] == 8) {
		y = p.number[0] / 10000, m = p.number[0] / 100 % 100, d = p.number[0] % 100;
	} else if (p.count < 3) {
		return;
	} else if (p.digits[0] == 4) {
		y = p.number[0], m = p.number[1], d = p.number[2];
	} else {
		bool month_first = p.separator == '/' && p.number[0] <= 12;
		y = p.number[2], m = p.number[month_first ? 0 : 1], d = p.number[month_first ? 1 : 0];
	}
	if (y >= 1850 && y < 2200 && m >= 1 && m <= 12 && d >= 1 && d <= 31)
		buf_format(out, "%04u-%02u-%02u", y, m, d);
}

void normal_value(enum kind kind, struct span value, struct buf *out)
{
	if (kind == KIND_PERSON_NAME) {
		normal_name(value, out);
		return;
	}
	if (kind == KIND_BIRTH_DATE) {
		normal_date(value, out);
		return;
	}
	bool is_mail = kind == KIND_EMAIL_ADDRESS;
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = value.p[i];
		if (c >= 'A' && c <= 'Z')
			buf_add_byte(out, c | 0x20);
		else if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c >= 0x80 || is_mail || c == '<')
			buf_add_byte(out, c);
	}
}

enum strength kind_strength(enum kind kind)
{
	if (kind == KIND_EMAIL_ADDRESS)
		return STRENGTH_STRONG;
	if (kind == KIND_PHONE || kind == KIND_IBAN || kind == KIND_BANK_ACCOUNT || kind == KIND_PAYMENT_CARD)
		return STRENGTH_WEAK;
	if (kind == KIND_BIRTH_DATE || kind_class(kind) != CLASS_IDENTITY)
		return STRENGTH_NONE;
	return STRENGTH_STRONG;
}

bool is_role_address(struct span address)
{
	static const char *const roles[] = {
		"info", "noreply", "no-reply", "donotreply", "do-not-reply", "support", "sales", "admin", "postmaster", "mailer-daemon",
		"webmaster", "abuse", "root", "contact", "help", "helpdesk", "office", "hr", "jobs", "press", "billing", "accounts",
		"notifications", "notification", "newsletter", "hostmaster", "security", "service", "team", "undisclosed-recipients",
	};
	struct span local = span_sub(address, 0, span_find_byte(address, '@', 0));
	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (span_equal_nocase(local, span_str(roles[i])))
			return true;
	return false;
}
