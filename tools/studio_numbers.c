/* Identifiers by the rules of their issuers. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "studio.h"

static int sum_of(const char *s, const int *weights, int n)
{
	int sum = 0;
	for (int i = 0; i < n; i++)
		sum += (s[i] - '0') * weights[i];
	return sum;
}

/* ISO/IEC 7812-1 annex B. */
int luhn_digit(const char *s)
{
	int sum = 0, n = (int)strlen(s);
	for (int i = 0; i < n; i++) {
		int d = s[n - 1 - i] - '0';
		sum += i % 2 ? d : d * 2 > 9 ? d * 2 - 9 : d * 2;
	}
	return '0' + (10 - sum % 10) % 10;
}

/* Social Security Administration: no area 000, 666, 900-999, no group 00, no serial 0000. */
char *make_ssn(void)
{
	unsigned area;
	do
		area = between(1, 899);
	while (area == 666 || area == 78 || area == 219 || area == 123);
	return format("%03u-%02u-%04u", area, between(1, 99), between(1, 9999));
}

/* Internal Revenue Service: 9xx, groups 50-65, 70-88, 90-92, 94-99. */
char *make_itin(void)
{
	unsigned g;
	do
		g = between(50, 99);
	while ((g > 65 && g < 70) || g == 89 || g == 93);
	return format("9%02u-%02u-%04u", below(100), g, between(1, 9999));
}

char *make_card(void)
{
	static const char *const starts[] = { "4147", "4266", "4388", "4916", "5105", "5204", "5312", "5424", "5520" };
	if (below(6) == 0) {
		char *s = format("37%s", digits(12));
		return format("%s%c", s, luhn_digit(s));
	}
	char *s = format("%s%s", starts[below(9)], digits(11));
	return format("%s%c", s, luhn_digit(s));
}

static unsigned mod97(const char *s)
{
	unsigned r = 0;
	for (; *s; s++)
		r = isdigit((unsigned char)*s) ? (r * 10 + (unsigned)(*s - '0')) % 97 : (r * 100 + (unsigned)(*s - 'A') + 10) % 97;
	return r;
}

/* ISO 13616; the account parts as the countries' banks write them. */
char *make_iban(enum land land)
{
	static const struct { const char *code, *bank; unsigned rest; } banks[LANDS] = {
		[GB] = { "GB", "NWBK60", 12 }, [DE] = { "DE", "37040044", 10 }, [FR] = { "FR", "20041", 18 },
		[ES] = { "ES", "2100", 16 }, [IT] = { "IT", "X0542811101", 12 }, [NL] = { "NL", "ABNA", 10 },
		[PL] = { "PL", "10901014", 16 }, [SE] = { "SE", "500", 17 },
	};
	if (!banks[land].code)
		return NULL;
	char *rest = format("%s%s", banks[land].bank, digits(banks[land].rest));
	unsigned check = 98 - mod97(format("%s%s00", rest, banks[land].code));
	return format("%s%02u%s", banks[land].code, check, rest);
}

/* American Bankers Association: 3-7-1. */
char *make_routing(void)
{
	static const int weights[] = { 3, 7, 1, 3, 7, 1, 3, 7 };
	char *s = format("%02u%s", below(2) ? between(1, 12) : between(21, 32), digits(6));
	return format("%s%d", s, (10 - sum_of(s, weights, 8) % 10) % 10);
}

/* NHS Data Dictionary: modulus 11; England's ranges 400-499 and 600-799. */
char *make_nhs(void)
{
	static const int weights[] = { 10, 9, 8, 7, 6, 5, 4, 3, 2 };
	for (;;) {
		char *s = format("%u%s", below(2) ? between(40, 49) : between(60, 79), digits(7));
		int c = 11 - sum_of(s, weights, 9) % 11;
		if (c == 10)
			continue;
		return format("%.3s %.3s %s%d", s, s + 3, s + 6, c % 11);
	}
}

/* National Insurance Manual NIM39110: prefixes not used, suffix A to D. */
static char *make_nino(void)
{
	static const char *const prefixes[] = { "AB", "CE", "EH", "HX", "JK", "KL", "LR", "MA", "NX", "PW", "RS", "SH", "TY", "WM", "YZ", "ZC" };
	char *d = digits(6);
	return format("%s %.2s %.2s %.2s %c", prefixes[below(16)], d, d + 2, d + 4, "ABCD"[below(4)]);
}

/* INSEE: sex, year, month, department, commune, order; key 97 - n mod 97. */
static char *make_nir(const struct person *p)
{
	unsigned department;
	do
		department = between(1, 95);
	while (department == 20);
	char *s = format("%d%02d%02d%02u%03u%03u", p->is_woman ? 2 : 1, p->year % 100, p->month, department, between(1, 580), between(1, 900));
	return format("%s%02llu", s, 97 - strtoull(s, NULL, 10) % 97);
}

/* Bundeszentralamt fuer Steuern: of the first ten digits one stands twice, one is missing; ISO 7064 MOD 11,10. */
static char *make_steuer_id(void)
{
	char s[12] = "0123456789";
	do {
		for (int i = 0; i < 10; i++)
			s[i] = (char)('0' + i);
		for (int i = 9; i > 0; i--) {
			int j = (int)below((unsigned)i + 1);
			char c = s[i];
			s[i] = s[j], s[j] = c;
		}
		s[9] = s[below(9)];
		for (int i = 9; i > 1; i--) {
			int j = 1 + (int)below((unsigned)i);
			char c = s[i];
			s[i] = s[j], s[j] = c;
		}
	} while (s[0] == '0');
	int product = 10;
	for (int i = 0; i < 10; i++) {
		int sum = (s[i] - '0' + product) % 10;
		product = (sum ? sum : 10) * 2 % 11;
	}
	s[10] = (char)('0' + (11 - product) % 10);
	s[11] = 0;
	return strdup(s);
}

static const char spain[] = "TRWAGMYFPDXBNJZSQVHLCKE";

static char *make_dni(void)
{
	unsigned n = between(10000000, 79999999);
	return format("%08u%c", n, spain[n % 23]);
}

char *make_nie(void)
{
	unsigned first = below(3), n = between(1000000, 9999999);
	return format("%c%07u%c", "XYZ"[first], n, spain[(first * 10000000 + n) % 23]);
}

static void pick_letters(const char *name, bool is_given, char out[4])
{
	char consonants[64], vowels[64];
	int c = 0, v = 0, n = 0;
	for (; *name && c < 60 && v < 60; name++) {
		if (!isalpha((unsigned char)*name))
			continue;
		char up = (char)toupper((unsigned char)*name);
		if (strchr("AEIOU", up))
			vowels[v++] = up;
		else
			consonants[c++] = up;
	}
	if (is_given && c >= 4) {
		out[0] = consonants[0], out[1] = consonants[2], out[2] = consonants[3], out[3] = 0;
		return;
	}
	for (int i = 0; i < c && n < 3; i++)
		out[n++] = consonants[i];
	for (int i = 0; i < v && n < 3; i++)
		out[n++] = vowels[i];
	while (n < 3)
		out[n++] = 'X';
	out[3] = 0;
}

/* Decreto ministeriale 23 dicembre 1976: odd places by this table, even ones by their value. */
static char *make_codice_fiscale(const struct person *p)
{
	static const int odd[36] = { 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23 };
	static const char *const towns[] = { "H501", "F205", "L219", "F839", "D612", "A944" };
	char family[4], given[4];
	pick_letters(p->latin_family, false, family);
	pick_letters(p->latin_given, true, given);
	char *s = format("%s%s%02d%c%02d%s", family, given, p->year % 100, "ABCDEHLMPRST"[p->month - 1],
	                 p->day + (p->is_woman ? 40 : 0), towns[below(6)]);
	int sum = 0;
	for (int i = 0; i < 15; i++) {
		int v = isdigit((unsigned char)s[i]) ? s[i] - '0' : s[i] - 'A' + 10;
		sum += i % 2 == 0 ? odd[v] : v > 9 ? v - 10 : v;
	}
	return format("%s%c", s, 'A' + sum % 26);
}

/* Elfproef: weights 9 to 2 and -1. */
static char *make_bsn(void)
{
	static const int weights[] = { 9, 8, 7, 6, 5, 4, 3, 2 };
	for (;;) {
		char *s = format("%u%s", between(1, 7), digits(7));
		int c = sum_of(s, weights, 8) % 11;
		if (c < 10)
			return format("%s%d", s, c);
	}
}

static char *make_pesel(const struct person *p)
{
	static const int weights[] = { 1, 3, 7, 9, 1, 3, 7, 9, 1, 3 };
	char *s = format("%02d%02d%02d%03u%u", p->year % 100, p->month + (p->year >= 2000 ? 20 : 0), p->day, below(1000),
	                 below(5) * 2 + !p->is_woman);
	return format("%s%d", s, (10 - sum_of(s, weights, 10) % 10) % 10);
}

static char *make_cpf(void)
{
	static const int first[] = { 10, 9, 8, 7, 6, 5, 4, 3, 2 }, second[] = { 11, 10, 9, 8, 7, 6, 5, 4, 3, 2 };
	char *s = digits(9);
	int a = 11 - sum_of(s, first, 9) % 11;
	s = format("%s%d", s, a > 9 ? 0 : a);
	int b = 11 - sum_of(s, second, 10) % 11;
	return format("%.3s.%.3s.%.3s-%c%d", s, s + 3, s + 6, s[9], b > 9 ? 0 : b);
}

/* Verhoeff, 1969: the dihedral group of order 10 and its powers of a permutation. */
static char *make_aadhaar(void)
{
	static const char *const times[] = { "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
		"5987604321", "6598710432", "7659821043", "8765932104", "9876543210" };
	static const char *const turn[] = { "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258" };
	static const char inverse[] = "0432156789";
	char *s = format("%u%s", between(2, 9), digits(10));
	int c = 0;
	for (int i = 0; i < 11; i++)
		c = times[c][turn[(i + 1) % 8][s[10 - i] - '0'] - '0'] - '0';
	s = format("%s%c", s, inverse[c]);
	return format("%.4s %.4s %.4s", s, s + 4, s + 8);
}

/* GB 11643-1999: ISO 7064 MOD 11-2. */
static char *make_resident_id(const struct person *p)
{
	static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
	static const char *const places[] = { "110105", "310104", "440106", "440305", "330106", "510104" };
	char *s = format("%s%04d%02d%02d%02u%u", places[below(6)], p->year, p->month, p->day, below(100), below(5) * 2 + !p->is_woman);
	return format("%s%c", s, "10X98765432"[sum_of(s, weights, 17) % 11]);
}

static char *make_rrn(const struct person *p)
{
	static const int weights[] = { 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5 };
	char *s = format("%02d%02d%02d%d%s", p->year % 100, p->month, p->day, 1 + p->is_woman + (p->year >= 2000 ? 2 : 0), digits(5));
	return format("%.6s-%s%d", s, s + 6, (11 - sum_of(s, weights, 12) % 11) % 10);
}

/* Ordinance No. 85 of 2014 of the Ministry of Internal Affairs: weights from the right 2..7, 2..6. */
static char *make_my_number(void)
{
	static const int weights[] = { 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 };
	char *s = digits(11);
	int r = sum_of(s, weights, 11) % 11;
	s = format("%s%d", s, r <= 1 ? 0 : 11 - r);
	return format("%.4s %.4s %.4s", s, s + 4, s + 8);
}

static char *make_sin(void)
{
	char *s = format("%u%s", between(1, 7), digits(7));
	s = format("%s%c", s, luhn_digit(s));
	return format("%.3s-%.3s-%.3s", s, s + 3, s + 6);
}

char *number_for(const struct person *p, const char **kind)
{
	switch (p->land) {
	case US: *kind = "us-ssn"; return make_ssn();
	case GB: *kind = "uk-nino"; return make_nino();
	case DE: *kind = "de-steuer-id"; return make_steuer_id();
	case FR: *kind = "fr-nir"; return make_nir(p);
	case ES: *kind = below(4) ? "es-dni" : "es-nie"; return strcmp(*kind, "es-nie") ? make_dni() : make_nie();
	case IT: *kind = "it-codice-fiscale"; return make_codice_fiscale(p);
	case NL: *kind = "nl-bsn"; return make_bsn();
	case PL: *kind = "pl-pesel"; return make_pesel(p);
	case BR: *kind = "br-cpf"; return make_cpf();
	case IN: *kind = "in-aadhaar"; return make_aadhaar();
	case CN: *kind = "cn-resident-id"; return make_resident_id(p);
	case KR: *kind = "kr-rrn"; return make_rrn(p);
	case JP: *kind = "jp-my-number"; return make_my_number();
	case CA: *kind = "ca-sin"; return make_sin();
	case RU: case SE: case LANDS: break;
	}
	*kind = NULL;
	return NULL;
}

/* ICAO Doc 9303-3, 4.9: weights 7 3 1, letters from 10, fillers 0. */
static int mrz_digit(const char *s, size_t n)
{
	int sum = 0;
	for (size_t i = 0; i < n; i++) {
		int v = s[i] == '<' ? 0 : isdigit((unsigned char)s[i]) ? s[i] - '0' : s[i] - 'A' + 10;
		sum += v * (i % 3 == 0 ? 7 : i % 3 == 1 ? 3 : 1);
	}
	return '0' + sum % 10;
}

static char *filled(const char *s, size_t n)
{
	char *line = format("%-*.*s", (int)n, (int)n, s);
	for (char *c = line; *c; c++)
		*c = *c == ' ' || *c == '-' ? '<' : (char)toupper((unsigned char)*c);
	return line;
}

static char *checked(const char *s, size_t n)
{
	char *f = filled(s, n);
	return format("%s%c", f, mrz_digit(f, n));
}

static char *birth6(const struct person *p) { return format("%02d%02d%02d", p->year % 100, p->month, p->day); }
static char *expiry6(const struct person *p) { return format("%02d%02d%02d", 15 + p->salary % 8, 1 + p->salary % 12, 1 + p->salary % 28); }

/* Doc 9303-4, 4.2: two lines of 44. */
void make_passport_mrz(struct person *p)
{
	p->mrz[0] = filled(format("P<%s%s<<%s", land_codes[p->land], p->latin_family, p->latin_given), 44);
	char *number = checked(p->passport, 9), *birth = checked(birth6(p), 6), *expiry = checked(expiry6(p), 6);
	char *personal = checked("", 14);
	personal[14] = '<';	/* an empty personal number may bear a filler for a check digit */
	char *all = format("%s%s%s%s", number, birth, expiry, personal);
	p->mrz[1] = format("%s%s%s%c%s%s%c", number, land_codes[p->land], birth, p->is_woman ? 'F' : 'M', expiry, personal,
	                   mrz_digit(all, strlen(all)));
}

/* Doc 9303-7, 4.2: MRV-A, no composite digit. */
void make_visa_mrz(struct person *p)
{
	p->visa_mrz[0] = filled(format("V<USA%s<<%s", p->latin_family, p->latin_given), 44);
	p->visa_mrz[1] = format("%s%s%s%c%s%s", checked(p->visa, 9), land_codes[p->land], checked(birth6(p), 6),
	                        p->is_woman ? 'F' : 'M', checked(expiry6(p), 6), filled(format("B1%s", digits(7)), 16));
}

/* Doc 9303-5, 4.2: TD1, three lines of 30. */
void make_id_mrz(const struct person *p, char *lines[3])
{
	char *number = checked(format("L%s", digits(8)), 9), *birth = checked(birth6(p), 6), *expiry = checked(expiry6(p), 6);
	lines[0] = format("I<%s%s%s", land_codes[p->land], number, filled("", 15));
	char *rest = filled("", 11), *all = format("%s%s%s%s%s", number, filled("", 15), birth, expiry, rest);
	lines[1] = format("%s%c%s%s%s%c", birth, p->is_woman ? 'F' : 'M', expiry, land_codes[p->land], rest, mrz_digit(all, strlen(all)));
	lines[2] = filled(format("%s<<%s", p->latin_family, p->latin_given), 30);
}
