/*
 * Payment cards, IBAN, ABA routing numbers, BIC: rules that find_identity.c walks.
 */
#include "find/check_digits.h"
#include "find/rule.h"

#include <string.h>

static struct span chars(const struct shape *c)
{
	return span_of(c->s, c->n);
}

/*
 * Issuer identification numbers, six digits from and to, with the lengths in use (bit n: n digits).
 * ISO/IEC 7812-1 and the networks' published ranges (Mastercard 2-series since 2017).
 */
#define LEN(n) (1u << (n))
#define LEN_16_19 (LEN(16) | LEN(17) | LEN(18) | LEN(19))
static const struct range { uint32_t from, to, lengths; } ranges[] = {
	{ 400000, 499999, LEN(13) | LEN(16) | LEN(19) },			/* Visa */
	{ 510000, 559999, LEN(16) }, { 222100, 272099, LEN(16) },		/* Mastercard */
	{ 340000, 349999, LEN(15) }, { 370000, 379999, LEN(15) },		/* American Express */
	{ 601100, 601199, LEN_16_19 }, { 644000, 659999, LEN_16_19 },		/* Discover, and RuPay in 65 */
	{ 352800, 358999, LEN_16_19 },						/* JCB */
	{ 300000, 305999, LEN(14) | LEN(16) }, { 309500, 309599, LEN(14) | LEN(16) },	/* Diners Club */
	{ 360000, 369999, LEN(14) | LEN(16) }, { 380000, 399999, LEN(14) | LEN(16) },
	{ 620000, 629999, LEN_16_19 }, { 810000, 817199, LEN_16_19 },		/* UnionPay */
	{ 220000, 220499, LEN_16_19 },						/* Mir */
	{ 508500, 508999, LEN(16) }, { 606985, 608500, LEN(16) },		/* RuPay */
	{ 500000, 508499, LEN_16_19 }, { 509000, 509999, LEN_16_19 },		/* Maestro, Elo, Verve */
	{ 560000, 589999, LEN_16_19 },						/* Maestro */
	{ 630400, 630499, LEN_16_19 }, { 636368, 636368, LEN(16) }, { 675900, 676399, LEN_16_19 },
	{ 979200, 979289, LEN(16) },						/* Troy */
};

/* Numbers that payment services publish for trying out. */
static const char *const test_cards[] = {
	"4111111111111111", "4242424242424242", "4012888888881881", "4222222222222", "5555555555554444",
	"5105105105105100", "378282246310005", "371449635398431", "378734493671000", "6011111111111117",
	"6011000990139424", "30569309025904", "38520000023237", "3530111333300000", "3566002020360505",
	"5610591081018250", "4000056655665556", "2223003122003222", "5200828282828210", "4007000000027",
	"4012000033330026", "4917610000000000", "4484070000000000", "5019717010103742", "6331101999990016",
	"36148900647913", "5454545454545454", "4444333322221111", "6759649826438453", "2222420000001113",
	"2222630000001125", "4263970000005262", "4005519200000004", "4009348888881881", "4012000077777777",
	"4217651111111119", "4500600000000061", "5424180279791732", "5112345112345114", "5115915115915118",
	"6011007330000000", "4532111111111112", "5406330000000000", "4988438843884305", "4166676667666746",
};

static bool range_holds(const struct shape *c)
{
	uint32_t head = digits_value(chars(c), 0, 6);
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (head >= ranges[i].from && head <= ranges[i].to && ranges[i].lengths >> c->n & 1)
			return true;
	return false;
}

/* A run of eight equal digits: round numbers of test systems. */
static bool has_long_run(struct span s)
{
	size_t run = 1;
	for (size_t i = 1; i < s.n && run < 8; i++)
		run = span_at(s, i) == span_at(s, i - 1) ? run + 1 : 1;
	return run >= 8;
}

static enum verdict judge_card(const struct shape *c)
{
	if (!range_holds(c) || !luhn_holds(chars(c)))
		return REFUTED;
	for (size_t i = 0; i < sizeof(test_cards) / sizeof(*test_cards); i++)
		if (span_equal(chars(c), span_str(test_cards[i])))
			return DUMMY;
	return has_long_run(chars(c)) ? DUMMY : PROVEN;
}

static enum verdict judge_iban(const struct shape *c)
{
	unsigned length;
	if (!iban_holds(chars(c), &length) || length != c->n)
		return REFUTED;
	return has_long_run(span_from(chars(c), 8)) && all_same(span_from(chars(c), 8)) ? DUMMY : PROVEN;
}

/* ABA: weights 3 7 1, modulus 10; Federal Reserve prefixes 00-12, 21-32, 61-72, 80. */
static enum verdict judge_aba(const struct shape *c)
{
	static const uint8_t weights[] = { 3, 7, 1, 3, 7, 1, 3, 7, 1 };
	unsigned p = digits_value(chars(c), 0, 2);
	bool is_assigned = p <= 12 || (p >= 21 && p <= 32) || (p >= 61 && p <= 72) || p == 80;
	if (!is_assigned || weighted_sum(chars(c), weights, 9) % 10)
		return REFUTED;
	return all_same(chars(c)) || memcmp(c->s, "123456780", 9) == 0 ? DUMMY : PROVEN;
}

/* ISO 3166-1 alpha-2, and XK. */
static const char country_codes[] =
	"ADAEAFAGAIALAMAOAQARASATAUAWAXAZBABBBDBEBFBGBHBIBJBLBMBNBOBQBRBSBTBVBWBYBZCACCCDCFCGCHCICKCLCMCNCOCRCUCVCWCXCY"
	"CZDEDJDKDMDODZECEEEGEHERESETFIFJFKFMFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGSGTGUGWGYHKHMHNHRHTHUIDIEILIMINIOIQIRISIT"
	"JEJMJOJPKEKGKHKIKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMFMGMHMKMLMMMNMOMPMQMRMSMTMUMVMWMXMYMZNANCNENFNGNI"
	"NLNONPNRNUNZOMPAPEPFPGPHPKPLPMPNPRPSPTPWPYQARERORSRURWSASBSCSDSESGSHSISJSKSLSMSNSOSRSSSTSVSXSYSZTCTDTFTGTHTJTK"
	"TLTMTNTOTRTTTVTWTZUAUGUMUSUYUZVAVCVEVGVIVNVUWFWSXKYEYTZAZMZW";

/* Words of eight or eleven letters whose fifth and sixth are a country. */
static const char *const words[] = {
	"DOCUMENT", "REGISTER", "CUSTOMER", "PASSWORD", "STANDARD", "BUSINESS", "NATIONAL", "EXCHANGE", "TRANSFER",
	"PAYMENTS", "BALANCES", "DISTANCE", "CURRENCY", "RECEIVER", "INSTRUCT", "CREDITOR", "DOWNLOAD", "CALENDAR",
	"HOLDINGS", "SERVICES", "PERSONAL", "SECURITY", "DATABASE", "HARDWARE", "SOFTWARE", "INTERNET", "ACCOUNTS",
	"OVERVIEW", "ABSTRACT", "FUNCTION", "VARIABLE", "IDENTITY", "RESPONSE", "REQUIRED", "OPTIONAL", "COMPLETE",
	"CONTRACT", "DELIVERY", "INTEREST", "LANGUAGE", "LOCATION", "MATERIAL", "PLATFORM", "POSITION", "PROPERTY",
	"PURCHASE", "QUESTION", "REVISION", "SCHEDULE", "SEQUENCE", "SHIPPING", "STRATEGY", "TERMINAL", "TRAINING",
	"INFORMATION", "APPLICATION", "CERTIFICATE", "COMPETITION", "ENVIRONMENT", "DESCRIPTION", "INTERMEDIARY",
	"INSTITUTION", "TRANSACTION", "INSTRUCTION", "DESTINATION", "BENEFICIARY", "DEVELOPMENT", "MAINTENANCE",
};

/* ISO 9362: institution 4 letters, country, location 2, branch 3. */
static enum verdict judge_bic(const struct shape *c)
{
	bool has_country = false;
	for (size_t i = 0; i + 2 < sizeof(country_codes) && !has_country; i += 2)
		has_country = memcmp(country_codes + i, c->s + 4, 2) == 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_equal(chars(c), span_str(words[i])))
			return REFUTED;
	return has_country && c->s[7] != 'O' ? PROVEN : REFUTED;
}

const struct rule rules_payment[] = {
	{ KIND_PAYMENT_CARD, "payment-card",
	  "4_4_4_4 4-4-4-4 4.4.4.4 4_6_5 4-6-5 4_6_4 4-6-4 4_4_4_4_3 4-4-4-4-3 6_13 13 14 15 16 17 18 19", judge_card,
	  { MEANING_CARD_NUMBER }, 0.5, 2.2, 0.025, { "Luhn check digit", "issuer range and its length are in use" } },
	{ KIND_IBAN, "iban", "AA99XXXXXXXXXXX*", judge_iban, { MEANING_IBAN, MEANING_BANK_ACCOUNT }, 4, 4, 0.0001,
	  { "MOD 97-10 check digits", "length and structure of the country's IBAN" } },
	{ KIND_ABA_ROUTING, "aba-routing", "9 4-4-1", judge_aba, { MEANING_ROUTING }, -3.2, -1, 0.038,
	  { "3-7-1 check digit", "Federal Reserve prefix" } },
	{ KIND_BIC, "bic", "AAAAAAXX AAAAAAXXXXX", judge_bic, { MEANING_BIC }, -2.6, -2.6, 0.37,
	  { "country code exists" }, true },
	{ 0 }
};
