/*
 * Europe. One source a rule, named at its judge.
 */
#include "find/check_digits.h"
#include "find/rule.h"

#include <string.h>

static struct span chars(const struct shape *c)
{
	return span_of(c->s, c->n);
}

/* HMRC, National Insurance Manual NIM39110: letters and prefixes not used; suffix A to D. */
static enum verdict judge_nino(const struct shape *c)
{
	static const char *const unused[] = { "BG", "GB", "KN", "NK", "NT", "TN", "ZZ" };
	if (strchr("DFIQUV", c->s[0]) || strchr("DFIQUVO", c->s[1]) || c->s[8] > 'D')
		return REFUTED;
	for (size_t i = 0; i < sizeof(unused) / sizeof(*unused); i++)
		if (memcmp(c->s, unused[i], 2) == 0)
			return REFUTED;
	/* AB123456C stands on forms */
	return memcmp(c->s, "AB123456C", 9) == 0 || all_same(span_of(c->s + 2, 6)) ? DUMMY : PROVEN;
}

/* NHS Data Dictionary, "NHS number": weights 10 to 2, modulus 11. */
static enum verdict judge_nhs(const struct shape *c)
{
	static const uint8_t weights[] = { 10, 9, 8, 7, 6, 5, 4, 3, 2 };
	unsigned check = 11 - weighted_sum(chars(c), weights, 9) % 11;
	if (check == 10 || check % 11 != digits_value(chars(c), 9, 1) || c->s[0] == '0')
		return REFUTED;
	/* 999 000 0000 and on: the range for tests */
	return all_same(chars(c)) || memcmp(c->s, "999", 3) == 0 ? DUMMY : PROVEN;
}

static bool nir_month_holds(unsigned month)
{
	return (month >= 1 && month <= 12) || (month >= 20 && month <= 42) || (month >= 50 && month <= 99);
}

/* INSEE, "Numéro de sécurité sociale": key = 97 - number mod 97, Corsica 2A as 19, 2B as 18. */
static enum verdict judge_nir(const struct shape *c)
{
	char s[16];
	memcpy(s, c->s, 15);
	if (s[6] == 'A' || s[6] == 'B') {
		if (s[5] != '2')
			return REFUTED;
		s[6] = s[6] == 'A' ? '9' : '8';
		s[5] = '1';
	}
	struct span all = span_of(s, 15);
	if (!all_digits(all) || !strchr("123478", s[0]) || !nir_month_holds(digits_value(all, 3, 2)) ||
	    !digits_value(all, 5, 2) || digits_value(all, 13, 2) != 97 - mod97(span_sub(all, 0, 13)))
		return REFUTED;
	return PROVEN;
}

/* BZSt, "Aufbau der Identifikationsnummer": ISO 7064 MOD 11,10; of the first ten digits one stands two or three times. */
static enum verdict judge_steuer_id(const struct shape *c)
{
	unsigned seen[10] = { 0 }, missing = 0, most = 0;
	if (c->s[0] == '0' || !mod11_10_holds(chars(c)))
		return REFUTED;
	for (size_t i = 0; i < 10; i++)
		seen[c->s[i] - '0']++;
	for (size_t i = 0; i < 10; i++) {
		missing += !seen[i];
		most = seen[i] > most ? seen[i] : most;
	}
	if (!(missing == 1 && most == 2) && !(missing == 2 && most == 3))
		return REFUTED;
	return memcmp(c->s, "12345678903", 11) == 0 ? DUMMY : PROVEN;
}

static const char dni_letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";

/* Spain, Real Decreto 1553/2005 and Orden INT/2058/2008: the letter is the number modulo 23. */
static enum verdict judge_dni(const struct shape *c)
{
	uint32_t v = digits_value(chars(c), 0, 8);
	if (dni_letters[v % 23] != c->s[8] || v < 1000)
		return REFUTED;
	return v == 12345678 || v == 99999999 || all_same(span_of(c->s, 8)) ? DUMMY : PROVEN;
}

static enum verdict judge_nie(const struct shape *c)
{
	if (c->s[0] < 'X' || c->s[0] > 'Z')
		return REFUTED;
	uint32_t v = (uint32_t)(c->s[0] - 'X') * 10000000 + digits_value(chars(c), 1, 7);
	if (dni_letters[v % 23] != c->s[8])
		return REFUTED;
	return digits_value(chars(c), 1, 7) == 1234567 || all_same(span_of(c->s + 1, 7)) ? DUMMY : PROVEN;
}

/* A digit, or the letter that omocodia put for it; -1 for neither. */
static int omocodia_digit(char c)
{
	static const char letters[] = "LMNPQRSTUV";
	if (c >= '0' && c <= '9')
		return c - '0';
	const char *at = strchr(letters, c);
	return at && c ? (int)(at - letters) : -1;
}

static unsigned codice_odd(char c)
{
	static const uint8_t values[26] = { 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
	                                    10, 22, 25, 24, 23 };
	return values[c >= 'A' ? c - 'A' : c - '0'];
}

/* Italy, Decreto ministeriale 23 dicembre 1976 n. 345: date, check letter, omocodia. */
static enum verdict judge_codice_fiscale(const struct shape *c)
{
	static const uint8_t digit_places[] = { 6, 7, 9, 10, 12, 13, 14 };
	unsigned sum = 0;
	for (size_t i = 0; i < sizeof(digit_places); i++)
		if (omocodia_digit(c->s[digit_places[i]]) < 0)
			return REFUTED;
	int day = omocodia_digit(c->s[9]) * 10 + omocodia_digit(c->s[10]);
	if (!strchr("ABCDEHLMPRST", c->s[8]) || day < 1 || (day > 31 && day < 41) || day > 71)
		return REFUTED;
	for (size_t i = 0; i < 6; i++)
		if (c->s[i] < 'A')
			return REFUTED;
	if (c->s[11] < 'A' || c->s[11] > 'Z' || c->s[15] < 'A')
		return REFUTED;
	for (size_t i = 0; i < 15; i++)
		sum += i % 2 ? (unsigned)(c->s[i] >= 'A' ? c->s[i] - 'A' : c->s[i] - '0') : codice_odd(c->s[i]);
	return (char)('A' + sum % 26) == c->s[15] ? PROVEN : REFUTED;
}

/* RvIG, "Wat is het burgerservicenummer": the 11-test with weights 9 to 2 and -1. */
static enum verdict judge_bsn(const struct shape *c)
{
	static const uint8_t weights[] = { 9, 8, 7, 6, 5, 4, 3, 2 };
	unsigned sum = weighted_sum(chars(c), weights, 8) + 11 - digits_value(chars(c), 8, 1) % 11;
	if (sum % 11 || c->n != 9)
		return REFUTED;
	return all_same(chars(c)) || memcmp(c->s, "123456782", 9) == 0 || memcmp(c->s, "111222333", 9) == 0 ||
	       memcmp(c->s, "999", 3) == 0 ? DUMMY : PROVEN;
}

/* Poland, Ustawa o ewidencji ludności (2010), article 15: date with century in the month; weights 1 3 7 9. */
static enum verdict judge_pesel(const struct shape *c)
{
	static const uint8_t weights[] = { 1, 3, 7, 9, 1, 3, 7, 9, 1, 3 };
	static const uint16_t centuries[] = { 1900, 2000, 2100, 2200, 1800 };
	unsigned month = digits_value(chars(c), 2, 2);
	unsigned year = centuries[month / 20] + digits_value(chars(c), 0, 2);
	if (year > 2030 || !date_exists(year, month % 20, digits_value(chars(c), 4, 2)))
		return REFUTED;
	unsigned check = 10 - weighted_sum(chars(c), weights, 10) % 10;
	return check % 10 == digits_value(chars(c), 10, 1) ? PROVEN : REFUTED;
}

const struct rule rules_europe[] = {
	{ KIND_UK_NINO, "uk-nino", "AA999999A", judge_nino, { MEANING_NINO }, 0.4, 0.9, 0.07,
	  { "prefix is in use, suffix A to D" } },
	{ KIND_UK_NHS, "uk-nhs", "10 3_3_4 3-3-4", judge_nhs, { MEANING_NHS, MEANING_MEDICAL_RECORD }, -3, -1.6, 0.091,
	  { "modulus 11 check digit" } },
	{ KIND_FR_NIR, "fr-nir", "15 13_2 1_2_2_2_3_3_2 9999999A9999999X 999999A99999999 1-2-2-2-3-3-2 1_2_2_2_3_3-2",
	  judge_nir, { MEANING_NIR, MEANING_SSN }, 1.0, 2.5, 0.003,
	  { "key is 97 less the number modulo 97", "month and department are possible" } },
	{ KIND_DE_STEUER_ID, "de-steuer-id", "11 2_3_3_3 2-3-3-3 2/3/3/3", judge_steuer_id,
	  { MEANING_STEUER_ID, MEANING_TAX_NUMBER }, -0.9, 0.6, 0.0034,
	  { "ISO 7064 MOD 11,10 check digit", "one digit repeats, as assigned" } },
	{ KIND_ES_DNI, "es-dni", "99999999A", judge_dni, { MEANING_DNI, MEANING_ID_NUMBER, MEANING_TAX_NUMBER }, 0.1, 0.5,
	  0.043, { "letter is the number modulo 23" } },
	{ KIND_ES_NIE, "es-nie", "A9999999A", judge_nie, { MEANING_NIE, MEANING_DNI, MEANING_ID_NUMBER,
	  MEANING_TAX_NUMBER }, 0.6, 0.9, 0.005, { "letter is the number modulo 23" } },
	{ KIND_IT_CODICE_FISCALE, "it-codice-fiscale", "AAAAAAXXAXXAXXXA", judge_codice_fiscale,
	  { MEANING_CODICE_FISCALE, MEANING_TAX_NUMBER }, 4, 4, 0.004,
	  { "check letter", "month letter and day exist" } },
	{ KIND_NL_BSN, "nl-bsn", "9 4.2.3 3.3.3 3_3_3 4_2_3", judge_bsn, { MEANING_BSN }, -3.2, -1.2, 0.091, { "11-test" } },
	{ KIND_PL_PESEL, "pl-pesel", "11", judge_pesel, { MEANING_PESEL }, -1.2, 0, 0.012,
	  { "check digit", "birth date exists" } },
	{ 0 }
};
