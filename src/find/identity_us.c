/*
 * United States. SSN: SSA, "Social Security Number Randomization" (2011):
 * no area 000, 666, 900-999, no group 00, no serial 0000. ITIN: IRS, Publication 1915
 * and Internal Revenue Manual 3.21.263: 9xx with groups 50-65, 70-88, 90-92, 94-99.
 */
#include "find/check_digits.h"
#include "find/rule.h"

#include <string.h>

static struct span chars(const struct shape *c)
{
	return span_of(c->s, c->n);
}

/* Published by the SSA as never valid: the wallet insert of 1938, the pamphlet of 1940, advertisements. */
static bool is_published_ssn(struct span s)
{
	return span_equal(s, span_str("078051120")) || span_equal(s, span_str("219099999")) ||
	       span_equal(s, span_str("457555462")) || span_equal(s, span_str("123456789")) ||
	       span_equal(s, span_str("123121234"));
}

static enum verdict judge_ssn(const struct shape *c)
{
	struct span s = chars(c);
	unsigned area = digits_value(s, 0, 3);
	if (is_published_ssn(s) || all_same(s) || (area == 987 && digits_value(s, 3, 5) == 65432))
		return DUMMY;
	if (!area || area == 666 || area >= 900 || !digits_value(s, 3, 2) || !digits_value(s, 5, 4))
		return REFUTED;
	return is_sequence(s) ? DUMMY : PROVEN;
}

static enum verdict judge_itin(const struct shape *c)
{
	struct span s = chars(c);
	unsigned group = digits_value(s, 3, 2);
	if (digits_value(s, 0, 3) < 900 || group < 50 || group == 89 || group == 93 || (group > 65 && group < 70))
		return REFUTED;
	if (digits_value(s, 0, 8) == 98765432)
		return REFUTED;		/* in the range of advertisements, told as an SSN */
	return all_same(s) ? DUMMY : PROVEN;
}

const struct rule rules_us[] = {
	{ KIND_US_SSN, "us-ssn", "3-2-4 9", judge_ssn, { MEANING_SSN, MEANING_TAX_NUMBER },
	  -3.2, 0.2, 0.887, { "no area 000, 666 or 900-999, no group 00, no serial 0000" } },
	{ KIND_US_ITIN, "us-itin", "3-2-4 9", judge_itin, { MEANING_ITIN, MEANING_SSN, MEANING_TAX_NUMBER },
	  -3.2, 0.2, 0.044, { "9xx with a group the IRS assigns" } },
	/* other separators stand in dates, versions and tables of figures too */
	{ KIND_US_SSN, "us-ssn-spaced", "3_2_4 3.2.4", judge_ssn, { MEANING_SSN, MEANING_TAX_NUMBER },
	  -2, -2, 0.887, { "no area 000, 666 or 900-999, no group 00, no serial 0000" } },
	{ KIND_US_ITIN, "us-itin-spaced", "3_2_4 3.2.4", judge_itin, { MEANING_ITIN, MEANING_SSN, MEANING_TAX_NUMBER },
	  -2, -2, 0.044, { "9xx with a group the IRS assigns" } },
	{ 0 }
};
