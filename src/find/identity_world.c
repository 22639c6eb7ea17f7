/*
 * Brazil, India, China, Korea, Japan, Canada. One source a rule, named at its judge.
 */
#include "find/check_digits.h"
#include "find/rule.h"

#include <string.h>

static struct span chars(const struct shape *c)
{
	return span_of(c->s, c->n);
}

/* Receita Federal, Instrução Normativa RFB 1548/2015: two check digits modulo 11. */
static enum verdict judge_cpf(const struct shape *c)
{
	static const uint8_t weights[] = { 11, 10, 9, 8, 7, 6, 5, 4, 3, 2 };
	unsigned first = weighted_sum(chars(c), weights + 1, 9) * 10 % 11 % 10;
	unsigned second = weighted_sum(chars(c), weights, 10) * 10 % 11 % 10;
	if (first != digits_value(chars(c), 9, 1) || second != digits_value(chars(c), 10, 1))
		return REFUTED;
	return all_same(chars(c)) || memcmp(c->s, "12345678909", 11) == 0 ? DUMMY : PROVEN;
}

/* UIDAI: twelve digits, the first 2 to 9, Verhoeff. */
static enum verdict judge_aadhaar(const struct shape *c)
{
	if (c->s[0] < '2' || !verhoeff_holds(chars(c)))
		return REFUTED;
	return all_same(chars(c)) ? DUMMY : PROVEN;
}

/* GB 11643-1999: region of GB/T 2260, birth date, ISO 7064 MOD 11-2. */
static enum verdict judge_cn_id(const struct shape *c)
{
	static const char regions[] =
		"11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83";
	char region[3] = { c->s[0], c->s[1], 0 };
	unsigned year = digits_value(chars(c), 6, 4);
	if (!strstr(regions, region) || year < 1900 || year > 2030 ||
	    !date_exists(year, digits_value(chars(c), 10, 2), digits_value(chars(c), 12, 2)))
		return REFUTED;
	return mod11_2_holds(chars(c)) ? PROVEN : REFUTED;
}

/* Korea, Resident Registration Act, rule 2: weights 2 to 9 and 2 to 5; numbers given since October 2020 have no digit. */
static enum verdict judge_rrn(const struct shape *c)
{
	static const uint8_t weights[] = { 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5 };
	static const uint16_t centuries[] = { 1800, 1900, 1900, 2000, 2000, 1900, 1900, 2000, 2000, 1800 };
	unsigned year = centuries[digits_value(chars(c), 6, 1)] + digits_value(chars(c), 0, 2);
	if (year > 2030 || !date_exists(year, digits_value(chars(c), 2, 2), digits_value(chars(c), 4, 2)))
		return REFUTED;
	unsigned check = (11 - weighted_sum(chars(c), weights, 12) % 11) % 10;
	bool is_foreign = c->s[6] >= '5' && c->s[6] <= '8';
	if (check != digits_value(chars(c), 12, 1) && (check + 2 * is_foreign) % 10 != digits_value(chars(c), 12, 1))
		return REFUTED;
	return PROVEN;
}

/* Japan, Ministry of Internal Affairs ordinance 85 of 2014, article 5. */
static enum verdict judge_my_number(const struct shape *c)
{
	static const uint8_t weights[] = { 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };
	unsigned r = weighted_sum(chars(c), weights, 11) % 11;
	if ((r <= 1 ? 0 : 11 - r) != digits_value(chars(c), 11, 1))
		return REFUTED;
	return all_same(chars(c)) || memcmp(c->s, "123456789018", 12) == 0 ? DUMMY : PROVEN;
}

/* Canada, Employment and Social Development: Luhn; no number begins with 0 or 8. */
static enum verdict judge_sin(const struct shape *c)
{
	if (c->s[0] == '0' || c->s[0] == '8' || !luhn_holds(chars(c)))
		return REFUTED;
	/* 046 454 286 is the published fictitious one, and is refuted by its 0 */
	return all_same(chars(c)) || is_sequence(chars(c)) ? DUMMY : PROVEN;
}

const struct rule rules_world[] = {
	{ KIND_BR_CPF, "br-cpf", "3.3.3-2 11 9-2", judge_cpf, { MEANING_CPF, MEANING_TAX_NUMBER }, -1.6, 3, 0.01,
	  { "both check digits" } },
	{ KIND_IN_AADHAAR, "in-aadhaar", "4_4_4 4-4-4 12", judge_aadhaar, { MEANING_AADHAAR, MEANING_ID_NUMBER },
	  -2.8, -0.6, 0.08, { "Verhoeff check digit" } },
	{ KIND_CN_RESIDENT_ID, "cn-resident-id", "18 99999999999999999A", judge_cn_id, { MEANING_CN_ID, MEANING_ID_NUMBER },
	  3, 3, 0.0001, { "ISO 7064 MOD 11-2 check digit", "birth date exists", "region exists" } },
	{ KIND_KR_RRN, "kr-rrn", "6-7 13", judge_rrn, { MEANING_RRN, MEANING_ID_NUMBER }, -1, 1.4, 0.03,
	  { "check digit", "birth date exists" } },
	{ KIND_JP_MY_NUMBER, "jp-my-number", "12 4_4_4 4-4-4", judge_my_number, { MEANING_MY_NUMBER }, -2.8, -1.5, 0.1,
	  { "modulus 11 check digit" } },
	{ KIND_CA_SIN, "ca-sin", "3_3_3 3-3-3 9", judge_sin, { MEANING_SIN, MEANING_TAX_NUMBER }, -3.2, -0.8, 0.08,
	  { "Luhn check digit" } },
	{ 0 }
};
