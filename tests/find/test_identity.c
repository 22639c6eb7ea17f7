/*
 * Examples and their sources: SSA (078-05-1120), IRS Publication 1915 (ITIN groups), HMRC NIM39110,
 * NHS Data Dictionary (943 476 5919), BZSt example 86 095 742 719,
 * Spain's Interior Ministry (12345678Z, X1234567L), DM 345/1976 (RSSMRA85T10A562S), BSN by arithmetic,
 * PESEL 44051401359 of the Polish government's description, Receita Federal (111.444.777-35),
 * GB 11643-1999 (11010519491231002X), SWIFT IBAN registry, ABA (021000021, 011401533), ISO 9362 (DEUTDEFF).
 */
#include "check.h"
#include "recorder.h"

#include <stdio.h>
#include <stdlib.h>

/* What the detectors say of a value in a file of that name: its confidence, or -1 without a finding. */
static double confidence_in(const char *name, const char *text, const char *kind, const char *value)
{
	struct buf out;
	char want[64];
	double best = -1;
	buf_init(&out, 1 << 22);
	record_bytes(&out, name, span_str(text), true);
	snprintf(want, sizeof(want), "finding %s ", kind);
	struct span rest = buf_span(&out), line;
	while (span_line(&rest, &line)) {
		if (!span_starts(line, span_str(want)))
			continue;
		struct span after = span_from(line, strlen(want) + 5);
		bool is_value = span_starts(after, span_str(value)) && span_at(after, strlen(value)) == ' ';
		double c = strtod((const char *)line.p + strlen(want), NULL);
		best = is_value && c > best ? c : best;
	}
	buf_release(&out);
	return best;
}

static bool asserts(const char *text, const char *kind, const char *value)
{
	double c = confidence_in("note.txt", text, kind, value);
	if (c < 0.5)
		printf("  %s %s: %.2f in \"%s\"\n", kind, value, c, text);
	return c >= 0.5;
}

/* No identity or payment finding of 0.5 or more at all. */
static bool asserts_nothing(const char *text)
{
	static const char *const others[] = { "email", "phone", "postal", "person-name", "message", "access-token",
	                                      "password", "config-secret", "private-key" };
	struct buf out;
	bool is_quiet = true;
	buf_init(&out, 1 << 22);
	record_bytes(&out, "note.txt", span_str(text), true);
	struct span rest = buf_span(&out), line;
	while (span_line(&rest, &line)) {
		if (!span_starts(line, span_str("finding ")))
			continue;
		bool is_other = false;
		for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
			is_other |= span_starts(span_from(line, 8), span_str(others[i]));
		size_t at = span_find_byte(line, ' ', 8);
		if (is_other || strtod((const char *)line.p + at + 1, NULL) < 0.5)
			continue;
		is_quiet = false;
		printf("  %.*s\n", (int)(line.n < 100 ? line.n : 100), (const char *)line.p);
	}
	buf_release(&out);
	return is_quiet;
}

TEST(identity_published_examples_are_found_with_their_words)
{
	static const char *const rows[][3] = {
		{ "SSN: 536-22-8831", "us-ssn", "536-22-8831" },
		{ "Her social security number is 536228831.", "us-ssn", "536228831" },
		{ "ITIN 912-70-3456", "us-itin", "912-70-3456" },
		{ "National Insurance number: AA 12 34 57 C", "uk-nino", "AA 12 34 57 C" },
		{ "NINO JG103759A", "uk-nino", "JG103759A" },
		{ "NHS number 943 476 5919", "uk-nhs", "943 476 5919" },
		{ "N\xc2\xb0 de s\xc3\xa9" "curit\xc3\xa9 sociale : 1 85 05 78 006 084 91", "fr-nir", "1 85 05 78 006 084 91" },
		/* keys: 97 - 1850578006084 mod 97 = 91; with 2A as 19, 35 */
		{ "NIR : 1 85 05 2A 006 084 35", "fr-nir", "1 85 05 2A 006 084 35" },
		{ "NIR 185052A00608435", "fr-nir", "185052A00608435" },
		{ "NIR 255081416802538", "fr-nir", "255081416802538" },
		{ "Steuer-ID: 86 095 742 719", "de-steuer-id", "86 095 742 719" },
		{ "Steuerliche Identifikationsnummer 86095742719", "de-steuer-id", "86095742719" },
		{ "DNI 54362315K", "es-dni", "54362315K" },
		{ "DNI: 54.362.315-K", "es-dni", "54.362.315-K" },
		{ "NIE: X-2482300-W", "es-nie", "X-2482300-W" },
		{ "NIE Z8078221M", "es-nie", "Z8078221M" },
		{ "codice fiscale RSSMRA85T10A562S", "it-codice-fiscale", "RSSMRA85T10A562S" },
		/* 4*9+9*8+8*7+2*6+5*5+9*4+7*3+9*2-1 = 275 = 25*11 */
		{ "BSN 498259791", "nl-bsn", "498259791" },
		{ "PESEL: 44051401359", "pl-pesel", "44051401359" },
		{ "CPF 111.444.777-35", "br-cpf", "111.444.777-35" },
		{ "Aadhaar No. 2341 2341 2346", "in-aadhaar", "2341 2341 2346" },
		{ "\xe8\xba\xab\xe4\xbb\xbd\xe8\xaf\x81\xe5\x8f\xb7 11010519491231002X", "cn-resident-id", "11010519491231002X" },
		{ "SIN: 130 692 544", "ca-sin", "130 692 544" },
		{ "Card number 4539 1488 0343 6467", "payment-card", "4539 1488 0343 6467" },
		{ "IBAN GB29 NWBK 6016 1331 9268 19", "iban", "GB29 NWBK 6016 1331 9268 19" },
		{ "pay to DE89370400440532013000 today", "iban", "DE89370400440532013000" },
		{ "FR14 2004 1010 0505 0001 3M02 606", "iban", "FR14 2004 1010 0505 0001 3M02 606" },
		{ "NL91ABNA0417164300", "iban", "NL91ABNA0417164300" },
		{ "MT84MALT011000012345MTLCAST001S", "iban", "MT84MALT011000012345MTLCAST001S" },
		{ "ABA routing number: 011401533", "aba-routing", "011401533" },
		{ "BIC: DEUTDEFF", "bic", "DEUTDEFF" }, { "SWIFT NWBKGB2LXXX", "bic", "NWBKGB2LXXX" },
		{ "Account No. 4830019277", "bank-account", "4830019277" },
		{ "Passport No: C01X00T47", "passport-number", "C01X00T47" },
		{ "Reisepassnummer C01X00T47", "passport-number", "C01X00T47" },
		{ "passport number is 483920175.", "passport-number", "483920175" },
		{ "Driving licence MORGA657054SM9IJ", "driver-licence", "MORGA657054SM9IJ" },
		{ "DOB: 03/14/1971", "birth-date", "03/14/1971" },
		{ "born on 12 March 1985 in Leeds", "birth-date", "12 March 1985" },
		{ "Geburtsdatum: 24.12.1969", "birth-date", "24.12.1969" },
		{ "date of birth March 3, 1979", "birth-date", "March 3, 1979" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		CHECK(asserts(rows[i][0], rows[i][1], rows[i][2]));
}

TEST(identity_dummies_stay_below_an_assertion)
{
	static const char *const rows[][3] = {
		{ "SSN: 078-05-1120", "us-ssn", "078-05-1120" }, { "SSN: 219-09-9999", "us-ssn", "219-09-9999" },
		{ "SSN: 987-65-4321", "us-ssn", "987-65-4321" }, { "SSN 123-45-6789", "us-ssn", "123-45-6789" },
		{ "credit card 4111 1111 1111 1111", "payment-card", "4111 1111 1111 1111" },
		{ "amex 378282246310005", "payment-card", "378282246310005" },
		{ "CPF 111.111.111-11", "br-cpf", "111.111.111-11" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		double c = confidence_in("note.txt", rows[i][0], rows[i][1], rows[i][2]);
		CHECK(c > 0 && c < 0.5);
	}
}

TEST(identity_other_numbers_are_not_asserted)
{
	static const char *const rows[] = {
		"SSN: 000-12-3456, 666-12-3456, 900-12-3456, 536-00-8831, 536-22-0000",
		"Order number 536228831 shipped", "call 536-228-8310 or 1-800-555-0199", "ZIP 10001-1234",
		"ISBN 978-3-16-148410-0 and ISBN 9780306406157", "ISSN 0378-5955",
		"tracking 1Z999AA10123456784, FedEx 449044304137821", "version 10.15.7.1234 of 2.14.3",
		"3F2504E0-4F89-11D3-9A0C-0305E82C3301", "d41d8cd98f00b204e9800998ecf8427e",
		"REGISTER the DOCUMENT for the CUSTOMER", "BIC-shaped: DOCUMENT, REGISTER, CUSTOMER",
		"1617181920 seconds, 1617181920123456 microseconds since the epoch", "3.14159265358979323846",
		"IMEI 490154203237518", "lat 40.7127281, lon -74.0060152", "git commit 4539148803436467abcd",
		"https://example.com/item/4539148803436467/view", "file-4539148803436467.log",
		"GB29 NWBK 6016 1331 9268 18", "2024-01-15 12:30:45 INFO request 20240115123045",
		"born in 1985", "0123456789012345678901234567890123456789",
		"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35",
		"cout << ABCDEFGHIJKLMNOPQRSTUVWXYZ << 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<<<<",
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		CHECK(asserts_nothing(rows[i]));
}

/* A small generator of its own, so that expectations do not come from the code under test. */
static uint32_t state = 7;
static unsigned roll(unsigned below)
{
	state = state * 1664525u + 1013904223u;
	return (state >> 8) % below;
}

/* Appends the Luhn digit to n digits. */
static void luhn_close(char *s, size_t n)
{
	unsigned sum = 0;
	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)(s[n - 1 - i] - '0') * (i % 2 ? 1 : 2);
		sum += d / 10 + d % 10;
	}
	s[n] = (char)('0' + (10 - sum % 10) % 10);
	s[n + 1] = 0;
}

static void random_digits(char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		s[i] = (char)('0' + roll(10));
	s[n] = 0;
}

/* Findings of a kind with at least 0.5 in a csv column of 200 rows that fill gives. */
static unsigned column_hits(const char *header, const char *kind, void (*fill)(char *cell, unsigned row))
{
	struct buf csv, out;
	char cell[64], want[64];
	unsigned hits = 0;
	buf_init(&csv, 1 << 20);
	buf_init(&out, 1 << 22);
	buf_format(&csv, "row,%s,remark\n", header);
	for (unsigned i = 0; i < 200; i++) {
		fill(cell, i);
		buf_format(&csv, "r%u,%s,plain\n", i, cell);
	}
	record_bytes(&out, "list.csv", buf_span(&csv), true);
	snprintf(want, sizeof(want), "finding %s ", kind);
	struct span rest = buf_span(&out), line;
	while (span_line(&rest, &line))
		hits += span_starts(line, span_str(want)) &&
		        strtod((const char *)line.p + strlen(want), NULL) >= 0.5;
	buf_release(&csv);
	buf_release(&out);
	return hits;
}

static void card_cell(char *cell, unsigned row)
{
	random_digits(cell, 15);
	memcpy(cell, roll(2) ? "4532" : "5412", 4);
	luhn_close(cell, 15);
}

static void order_cell(char *cell, unsigned row)
{
	random_digits(cell, 16);
	cell[0] = '4';
}

static void ssn_cell(char *cell, unsigned row)
{
	snprintf(cell, 64, "%03u-%02u-%04u", 100 + roll(500), 10 + roll(80), 1 + roll(9998));
}

static void bare_ssn_cell(char *cell, unsigned row)
{
	snprintf(cell, 64, "%03u%02u%04u", 100 + roll(500), 10 + roll(80), 1 + roll(9998));
}

static void phone_cell(char *cell, unsigned row)
{
	snprintf(cell, 64, "%03u-%03u-%04u", 200 + roll(700), 200 + roll(700), roll(10000));
}

static void zip_cell(char *cell, unsigned row)
{
	snprintf(cell, 64, "%05u-%04u", roll(100000), roll(10000));
}

TEST(identity_columns_are_judged_as_columns)
{
	CHECK(column_hits("number", "payment-card", card_cell) >= 195);
	CHECK(column_hits("", "payment-card", card_cell) >= 195);
	CHECK(column_hits("number", "payment-card", order_cell) == 0);
	CHECK(column_hits("Order ID", "payment-card", order_cell) == 0);
	CHECK(column_hits("SSN", "us-ssn", ssn_cell) >= 195);
	CHECK(column_hits("SSN", "us-ssn", bare_ssn_cell) >= 195);
	CHECK(column_hits("", "us-ssn", ssn_cell) >= 195);
	CHECK(column_hits("", "us-ssn", bare_ssn_cell) == 0);
	CHECK(column_hits("Invoice No", "us-ssn", bare_ssn_cell) == 0);
	CHECK(column_hits("number", "us-ssn", phone_cell) == 0);
	CHECK(column_hits("zip", "us-ssn", zip_cell) == 0);
}

TEST(identity_random_digits_in_prose_are_rarely_asserted)
{
	struct buf text, out;
	unsigned hits = 0;
	buf_init(&text, 1 << 20);
	buf_init(&out, 1 << 22);
	for (unsigned i = 0; i < 2000; i++) {
		char s[24];
		random_digits(s, 6 + roll(14));
		buf_format(&text, "The value of entry %u came to %s in the second run.\n", i, s);
	}
	record_bytes(&out, "run.txt", buf_span(&text), true);
	struct span rest = buf_span(&out), line;
	while (span_line(&rest, &line)) {
		size_t at = span_starts(line, span_str("finding ")) ? span_find_byte(line, ' ', 8) : SIZE_MAX;
		hits += at != SIZE_MAX && strtod((const char *)line.p + at + 1, NULL) >= 0.5;
	}
	CHECK(hits <= 4);
	if (hits > 4)
		printf("  %u of 2000\n", hits);
	buf_release(&text);
	buf_release(&out);
}
