/*
 * MRZ: the machine readable zone of passports, visas and identity cards.
 *
 * Follows ICAO Doc 9303, eighth edition: part 3 (check digits, section 4.9),
 * part 4 (TD3), part 5 (TD1), part 6 (TD2), part 7 (MRV-A and MRV-B, which
 * have no composite digit); the French identity card of 1988 to 2021 (two
 * lines of 36) and the French driving licence (one line of 30).
 * Nothing is allocated; any thread may call.
 */
#ifndef FIND_MRZ_H
#define FIND_MRZ_H

#include "core/kind.h"

enum mrz_format {
	MRZ_TD1, MRZ_TD2, MRZ_TD3, MRZ_MRVA, MRZ_MRVB, MRZ_FRENCH_ID, MRZ_FRENCH_LICENCE, MRZ_FORMAT_COUNT
};
const char *mrz_format_name(enum mrz_format f);

/* Bits of present and held. */
enum {
	MRZ_CHECK_NUMBER = 1, MRZ_CHECK_BIRTH = 2, MRZ_CHECK_EXPIRY = 4,
	MRZ_CHECK_PERSONAL = 8, MRZ_CHECK_COMPOSITE = 16
};

enum { MRZ_CHARS_MAX = 90, MRZ_LINES_MAX = 3 };

struct mrz {
	enum mrz_format format;
	enum kind kind;			/* passport-mrz, visa-mrz, id-mrz */
	unsigned lines, width;		/* width: characters a line */
	char text[MRZ_CHARS_MAX + 1];	/* the lines joined, after repairs */
	/* Fields without trailing fillers; inner '<' of names are spaces. Empty when absent. */
	char code[3], issuer[4], nationality[4];
	char number[24];
	char birth_date[7], expiry_date[7];	/* YYMMDD as printed; unknown parts are '<' */
	char sex;			/* 'M', 'F', 'X' or '<' */
	char personal_number[27];	/* personal number or optional data */
	char surname[40], given_names[40];
	unsigned checks_present, checks_held;	/* sets of MRZ_CHECK_* */
	bool is_issuer_known;		/* a code of 9303 part 3 section 5, UTO included */
	bool is_dates_possible;
	bool is_blank;			/* a form or template: no number or no name in it */
	unsigned repairs;		/* characters changed */
	bool is_ambiguous;		/* a repair that check digits alone do not decide */
	/*
	 * All check digits hold, dates are possible, it is not blank, and nothing
	 * but characters that cannot stand in their place was repaired, or one
	 * single repair of the number satisfies its own and the composite digit.
	 */
	bool is_verified;
	double chance;			/* of random characters of this layout to pass what holds */
};

/*
 * Reads one MRZ given as its lines (spaces around them are ignored; only
 * A-Z, 0-9 and '<' inside). False when no layout fits: *m is then untouched.
 * A true result says nothing about check digits: look at is_verified.
 */
bool mrz_parse(const struct span *lines, unsigned count, struct mrz *m);

/* The same for lines joined without a break (88, 72, 90 or 30 characters). */
bool mrz_parse_joined(struct span joined, struct mrz *m);

/*
 * For recognised text: as mrz_parse, but repairs confusions of OCR by place
 * (O/0 I/1 S/5 B/8 Z/2 G/6 Q/0 D/0): digits where only digits may stand,
 * letters where only letters may; then single characters of the document
 * number when its digit fails. See repairs, is_ambiguous, is_verified.
 */
bool mrz_repair(const struct span *lines, unsigned count, struct mrz *m);

/* Check digit '0'..'9' of 9303-3 section 4.9 over the bytes; 0 when a byte has no value. */
char mrz_check_digit(struct span s);

/*
 * YYMMDD as "YYYY-MM-DD" into out; false when a part is unknown. A birth
 * date lies in the century that makes it older than the expiry (given as
 * YYMMDD, or NULL), which lies in 2000-2099, and is not after 2030.
 */
bool mrz_birth_iso(const char *yymmdd, const char *expiry, char out[11]);

/* Three-letter code of an issuing state or organisation, fillers allowed ("D<<"). */
bool mrz_issuer_known(struct span code);

#endif
