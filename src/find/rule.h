/*
 * Rules of identity and payment identifiers: const rows that find_identity.c
 * walks. A rule says which forms of characters it looks at, proves or refutes
 * one, and how much the form alone is worth.
 *
 * Confidence is a sum of log-odds: the rule's bare or shaped worth, then what
 * label, context words, neighbours and density add (context.h, find_identity.c).
 */
#ifndef FIND_RULE_H
#define FIND_RULE_H

#include "core/finding.h"
#include "find/column.h"

enum { COMPACT_MAX = 40 };

/* A candidate: letters and digits without separators, letters in capitals. */
struct shape {
	char s[COMPACT_MAX + 1];
	unsigned n;
	bool is_grouped;	/* separators stood inside */
	char first_part;	/* the first separator, or 0 */
};

/* What a rule says about a shape. */
enum verdict {
	REFUTED,
	PROVEN,
	DUMMY			/* well formed, but published as an example, or a blank */
};

struct rule {
	enum kind kind;
	const char *name;
	/*
	 * Forms, parted by spaces. Groups of digits: "3-2-4", "4_4_4_4" ('_' is a
	 * space), "9". With letters, separators left out: A letter, 9 digit, X either:
	 * "AA999999A"; a last "*" repeats the character before it.
	 */
	const char *forms;
	enum verdict (*judge)(const struct shape *);
	uint8_t means[4];		/* meanings of labels and context words that speak for it */
	double bare, shaped;		/* log-odds without and with separators, before context */
	double chance;			/* of random characters in that form to be proven */
	const char *checks[3];
	bool needs_label;		/* nothing without a label or a word near it */
};

/* NULL-terminated rows, by country. */
extern const struct rule rules_us[], rules_europe[], rules_world[], rules_payment[], rules_labelled[];

/* Dates in digits, any usual order: at least one reading is a day from 1900 to 2030. */
bool is_birth_date(const struct shape *c);
/* The country's IBAN: length, structure and check digits; *length receives the country's length (0: no country). */
bool iban_holds(struct span s, unsigned *length);

#endif
