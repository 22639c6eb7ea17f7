/*
 * Examples: ICAO Doc 9303 parts 4 to 7 (ERIKSSON ANNA MARIA of Utopia), and the lines of published
 * specimens in the shared data.
 */
#include "check.h"
#include "find/mrz.h"
#include "recorder.h"

#include <stdio.h>
#include <stdlib.h>

static bool parse3(const char *a, const char *b, const char *c, bool is_repaired, struct mrz *m)
{
	struct span lines[3] = { span_str(a), span_str(b), span_str(c) };
	unsigned n = 1 + (b != NULL) + (c != NULL);
	return is_repaired ? mrz_repair(lines, n, m) : mrz_parse(lines, n, m);
}

TEST(mrz_td3_of_9303_part_4_is_verified)
{
	struct mrz m;
	CHECK(parse3("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
	             NULL, false, &m));
	CHECK(m.is_verified && m.format == MRZ_TD3 && m.kind == KIND_PASSPORT_MRZ && m.checks_held == 31);
	CHECK_STR(m.surname, "ERIKSSON");
	CHECK_STR(m.given_names, "ANNA MARIA");
	CHECK_STR(m.number, "L898902C3");
	CHECK_STR(m.personal_number, "ZE184226B");
	CHECK_STR(m.birth_date, "740812");
	char iso[11];
	CHECK(mrz_birth_iso(m.birth_date, m.expiry_date, iso));
	CHECK_STR(iso, "1974-08-12");
}

TEST(mrz_td1_and_td2_of_9303_are_verified)
{
	struct mrz m;
	CHECK(parse3("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6",
	             "ERIKSSON<<ANNA<MARIA<<<<<<<<<<", false, &m));
	CHECK(m.is_verified && m.format == MRZ_TD1 && m.kind == KIND_ID_MRZ);
	CHECK(parse3("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6", NULL, false, &m));
	CHECK(m.is_verified && m.format == MRZ_TD2);
	CHECK_STR(m.number, "D23145890");
}

TEST(mrz_visas_have_no_composite_digit)
{
	struct mrz m;
	CHECK(parse3("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L8988901C4XXX4009078F96121096ZE184226B<<<<<<",
	             NULL, false, &m));
	CHECK(m.is_verified && m.format == MRZ_MRVA && m.kind == KIND_VISA_MRZ && m.checks_present == 7);
	CHECK(parse3("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L8988901C4XXX4009078F9612109<<<<<<<<", NULL, false, &m));
	CHECK(m.is_verified && m.format == MRZ_MRVB);
}

TEST(mrz_wrong_digit_is_not_verified)
{
	struct mrz m;
	CHECK(parse3("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C37UTO7408122F1204159ZE184226B<<<<<10",
	             NULL, false, &m));
	CHECK(!m.is_verified && !(m.checks_held & MRZ_CHECK_NUMBER) && !(m.checks_held & MRZ_CHECK_COMPOSITE));
}

TEST(mrz_blank_form_is_not_verified)
{
	struct mrz m;
	CHECK(parse3("P<UTO<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<", "<<<<<<<<<0UTO<<<<<<0<<<<<<<0<<<<<<<<<<<<<<00",
	             NULL, false, &m));
	CHECK(m.is_blank && !m.is_verified);
}

TEST(mrz_french_forms_are_verified)
{
	struct mrz m;
	CHECK(parse3("IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<", "9409923102854CORINNE<<<<<<<6512068F4", NULL, false, &m));
	CHECK(m.is_verified && m.format == MRZ_FRENCH_ID);
	CHECK_STR(m.number, "940992310285");
	CHECK_STR(m.given_names, "CORINNE");
	CHECK(parse3("D1FRA13AA000026181231MARTIN<<9", NULL, NULL, false, &m));
	CHECK(m.is_verified && m.format == MRZ_FRENCH_LICENCE);
	CHECK_STR(m.surname, "MARTIN");
}

TEST(mrz_repair_by_place_is_verified)
{
	struct mrz m;	/* O for 0 in the expiry, 1 for I in a name */
	CHECK(parse3("P<UTOER1KSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F12O4159ZE184226B<<<<<1O",
	             NULL, true, &m));
	CHECK(m.is_verified && m.repairs == 3);
	CHECK_STR(m.surname, "ERIKSSON");
}

TEST(mrz_repair_of_a_visa_number_is_never_verified)
{
	struct mrz m;	/* O for 0 in the number: only its own digit speaks for the repair */
	CHECK(parse3("V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L89889O1C4XXX4009078F96121096ZE184226B<<<<<<",
	             NULL, true, &m));
	CHECK(m.is_ambiguous && !m.is_verified && m.repairs == 1);
	CHECK_STR(m.number, "L8988901C");
}

TEST(mrz_joined_lines_are_split)
{
	struct mrz m;
	CHECK(mrz_parse_joined(span_str("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
	                                "L898902C36UTO7408122F1204159ZE184226B<<<<<10"), &m));
	CHECK(m.is_verified);
	CHECK(!mrz_parse_joined(span_str("P<UTOERIKSSON"), &m));
}

/* Lines of a csv cell parted by " / ". */
static unsigned split_lines(struct span cell, struct span *lines)
{
	unsigned n = 0;
	while (n < 4) {
		size_t at = span_find(cell, span_str(" / "), 0);
		lines[n++] = span_sub(cell, 0, at);
		if (at == SIZE_MAX)
			break;
		cell = span_from(cell, at + 3);
	}
	return n;
}

TEST(mrz_of_published_specimens_agree)
{
	const char *path = data_path("passports/passports/MRZ_TRUTH.csv");
	if (!path)
		SKIP("no shared data");
	struct span all = load_file(path), rest = all, line;
	span_line(&rest, &line);
	while (span_line(&rest, &line)) {
		size_t a = span_find_byte(line, ',', 0), b = span_find_byte(line, ',', a + 1);
		size_t c = span_find_byte(line, ',', b + 1);
		struct span lines[4], cell = span_sub(line, b + 1, c - b - 1);
		unsigned n = split_lines(cell, lines);
		struct mrz m;
		bool is_right = span_find(line, span_str("FAIL"), 0) == SIZE_MAX;
		bool has_parsed = n <= 3 && mrz_parse(lines, n, &m);
		CHECK(has_parsed && m.is_verified == is_right);
		if (!has_parsed || m.is_verified != is_right)
			printf("  %.*s\n", (int)line.n, (const char *)line.p);
	}
	free((void *)all.p);
}

TEST(mrz_century_of_birth_is_never_ahead)
{
	char iso[11];	/* PETER JOHN STEVENSON of 9303: born 12 July 1934, document ends 1995 */
	CHECK(mrz_birth_iso("340712", "950712", iso));
	CHECK_STR(iso, "1934-07-12");
}
