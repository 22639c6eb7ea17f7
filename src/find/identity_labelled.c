/*
 * Identifiers without a proof of their own: they are believed only where a
 * label or a column names them.
 */
#include "find/check_digits.h"
#include "find/rule.h"

#include <string.h>

static struct span chars(const struct shape *c)
{
	return span_of(c->s, c->n);
}

static unsigned count_digits(const struct shape *c)
{
	unsigned n = 0;
	for (unsigned i = 0; i < c->n; i++)
		n += c->s[i] >= '0' && c->s[i] <= '9';
	return n;
}

/* Fillers of forms: one character throughout, a run 12345678, XXXX. */
static bool is_filler(const struct shape *c)
{
	bool counts_up = c->n >= 9 && (memcmp(c->s, "123456789", 9) == 0 || memcmp(c->s, "012345678", 9) == 0);
	return all_same(chars(c)) || counts_up || (all_digits(chars(c)) && is_sequence(chars(c)) && c->n > 6);
}

static enum verdict judge_number(const struct shape *c)
{
	if (count_digits(c) < 4 || count_digits(c) * 3 < c->n)
		return REFUTED;
	return is_filler(c) ? DUMMY : PROVEN;
}

static enum verdict judge_passport(const struct shape *c)
{
	if (count_digits(c) < 4 || c->n > 10)
		return REFUTED;
	return is_filler(c) || memcmp(c->s, "X0000000", 8) == 0 ? DUMMY : PROVEN;
}

static enum verdict judge_account(const struct shape *c)
{
	if (count_digits(c) * 3 < c->n * 2)
		return REFUTED;
	return is_filler(c) ? DUMMY : PROVEN;
}

static bool is_birth_year(unsigned y)
{
	return y >= 1900 && y <= 2030;
}

static bool day_reads(struct span s, size_t year_at, size_t a, size_t b)
{
	unsigned x = digits_value(s, a, 2), y = digits_value(s, b, 2), year = digits_value(s, year_at, 4);
	return is_birth_year(year) && (date_exists(year, x, y) || date_exists(year, y, x));
}

bool is_birth_date(const struct shape *c)
{
	struct span s = chars(c);
	if (c->n == 8)
		return day_reads(s, 4, 0, 2) || day_reads(s, 0, 4, 6);
	if (c->n == 6 && c->is_grouped && c->first_part != ' ') {
		unsigned a = digits_value(s, 0, 2), b = digits_value(s, 2, 2), d = digits_value(s, 4, 2);
		return date_exists(2000, a, b) || date_exists(2000, b, a) || date_exists(2000, b, d);
	}
	/* one or both of day and month in one digit: 3/14/1985 */
	uint32_t year = c->n == 7 || c->n == 6 ? digits_value(s, c->n - 4, 4) : 0;
	return c->is_grouped && is_birth_year(year);
}

static enum verdict judge_birth(const struct shape *c)
{
	return is_birth_date(c) ? PROVEN : REFUTED;
}

const struct rule rules_labelled[] = {
	{ KIND_PASSPORT_NUMBER, "passport-number", "~6-10", judge_passport, { MEANING_PASSPORT_NUMBER }, -3, -3.2, 1,
	  { "letters and digits of a passport number" }, true },
	{ KIND_VISA_NUMBER, "visa-number", "~7-12", judge_number, { MEANING_VISA_NUMBER }, -3, -3.2, 1,
	  { "letters and digits of a visa number" }, true },
	{ KIND_DRIVER_LICENCE, "driver-licence", "~6-18", judge_number, { MEANING_DRIVER_LICENCE }, -3, -3, 1,
	  { "letters and digits of a licence number" }, true },
	{ KIND_ID_NUMBER, "id-number", "~6-20", judge_number, { MEANING_ID_NUMBER, MEANING_TAX_NUMBER }, -3.2, -3.2, 1,
	  { "letters and digits of an identity number" }, true },
	{ KIND_BANK_ACCOUNT, "bank-account", "~6-20", judge_account, { MEANING_BANK_ACCOUNT }, -3.4, -3.4, 1,
	  { "digits of an account number" }, true },
	{ KIND_BIRTH_DATE, "birth-date",
	  "2/2/4 2-2-4 2.2.4 4-2-2 4/2/2 4.2.2 1/1/4 1/2/4 2/1/4 1.1.4 1.2.4 2.1.4 1-1-4 1-2-4 2-1-4 2/2/2 2-2-2 2.2.2 2_2_4 8",
	  judge_birth, { MEANING_BIRTH_DATE }, -3, -2.8, 0.1, { "a day that exists" }, true },
	{ 0 }
};
