/*
 * IBAN: SWIFT, "IBAN Registry", release 97: length and structure of each
 * country (n digits, a capital letters, c either), ISO 13616 check digits.
 */
#include "find/check_digits.h"
#include "find/rule.h"

#include <string.h>

/* Country, length in all, and the structure behind the check digits. */
static const struct country { char code[3]; uint8_t length; const char *structure; } countries[] = {
	{ "AD", 24, "8n12c" }, { "AE", 23, "19n" }, { "AL", 28, "8n16c" }, { "AT", 20, "16n" }, { "AZ", 28, "4a20c" },
	{ "BA", 20, "16n" }, { "BE", 16, "12n" }, { "BG", 22, "4a6n8c" }, { "BH", 22, "4a14c" }, { "BI", 27, "23n" },
	{ "BR", 29, "23n1a1c" }, { "BY", 28, "4c4n16c" }, { "CH", 21, "5n12c" }, { "CR", 22, "18n" },
	{ "CY", 28, "8n16c" }, { "CZ", 24, "20n" }, { "DE", 22, "18n" }, { "DJ", 27, "23n" }, { "DK", 18, "14n" },
	{ "DO", 28, "4c20n" }, { "EE", 20, "16n" }, { "EG", 29, "25n" }, { "ES", 24, "20n" }, { "FI", 18, "14n" },
	{ "FK", 18, "2a12n" }, { "FO", 18, "14n" }, { "FR", 27, "10n11c2n" }, { "GB", 22, "4a14n" },
	{ "GE", 22, "2a16n" }, { "GI", 23, "4a15c" }, { "GL", 18, "14n" }, { "GR", 27, "7n16c" },
	{ "GT", 28, "24c" }, { "HN", 28, "4a20n" }, { "HR", 21, "17n" }, { "HU", 28, "24n" }, { "IE", 22, "4a14n" },
	{ "IL", 23, "19n" }, { "IQ", 23, "4a15n" }, { "IS", 26, "22n" }, { "IT", 27, "1a10n12c" },
	{ "JO", 30, "4a4n18c" }, { "KW", 30, "4a22c" }, { "KZ", 20, "3n13c" }, { "LB", 28, "4n20c" },
	{ "LC", 32, "4a24c" }, { "LI", 21, "5n12c" }, { "LT", 20, "16n" }, { "LU", 20, "3n13c" }, { "LV", 21, "4a13c" },
	{ "LY", 25, "21n" }, { "MC", 27, "10n11c2n" }, { "MD", 24, "20c" }, { "ME", 22, "18n" }, { "MK", 19, "3n10c2n" },
	{ "MN", 20, "16n" }, { "MR", 27, "23n" }, { "MT", 31, "4a5n18c" }, { "MU", 30, "4a19n3a" },
	{ "NI", 28, "4a20n" }, { "NL", 18, "4a10n" }, { "NO", 15, "11n" }, { "OM", 23, "3n16c" }, { "PK", 24, "4a16c" },
	{ "PL", 28, "24n" }, { "PS", 29, "4a21c" }, { "PT", 25, "21n" }, { "QA", 29, "4a21c" }, { "RO", 24, "4a16c" },
	{ "RS", 22, "18n" }, { "RU", 33, "14n15c" }, { "SA", 24, "2n18c" }, { "SC", 31, "4a20n3a" }, { "SD", 18, "14n" },
	{ "SE", 24, "20n" }, { "SI", 19, "15n" }, { "SK", 24, "20n" }, { "SM", 27, "1a10n12c" }, { "SO", 23, "19n" },
	{ "ST", 25, "21n" }, { "SV", 28, "4a20n" }, { "TL", 23, "19n" }, { "TN", 24, "20n" }, { "TR", 26, "6n16c" },
	{ "UA", 29, "6n19c" }, { "VA", 22, "18n" }, { "VG", 24, "4a16n" }, { "XK", 20, "16n" }, { "YE", 30, "4a4n18c" },
};

static const struct country *country_of(struct span s)
{
	for (size_t i = 0; s.n >= 2 && i < sizeof(countries) / sizeof(*countries); i++)
		if (memcmp(countries[i].code, s.p, 2) == 0)
			return &countries[i];
	return NULL;
}

static bool is_of_type(int c, char type)
{
	bool is_digit = c >= '0' && c <= '9', is_letter = c >= 'A' && c <= 'Z';
	if (type == 'n')
		return is_digit;
	return type == 'a' ? is_letter : is_digit || is_letter;
}

static bool structure_holds(struct span s, const char *structure)
{
	size_t at = 4;
	for (const char *p = structure; *p; p++) {
		unsigned n = 0;
		for (; *p >= '0' && *p <= '9'; p++)
			n = n * 10 + (unsigned)(*p - '0');
		for (; n; n--)
			if (!is_of_type(span_at(s, at++), *p))
				return false;
	}
	return at == s.n;
}

bool iban_holds(struct span s, unsigned *length)
{
	const struct country *c = country_of(s);
	char turned[COMPACT_MAX];
	*length = c ? c->length : 0;
	if (!c || s.n < c->length)
		return false;
	s = span_sub(s, 0, c->length);
	if (!all_digits(span_sub(s, 2, 2)) || !structure_holds(s, c->structure))
		return false;
	memcpy(turned, s.p + 4, s.n - 4);
	memcpy(turned + s.n - 4, s.p, 4);
	return mod97(span_of(turned, s.n)) == 1;
}
