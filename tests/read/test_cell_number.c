#include "check.h"
#include "read/cell_number.h"

static const char *shown(double value, unsigned id, const char *code, bool is_1904)
{
	static struct buf b;
	buf_release(&b);
	buf_init(&b, 1000);
	number_show(&b, value, number_format_of(id, span_str(code)), is_1904);
	return buf_string(&b);
}

TEST(cell_number_integers_have_no_exponent)
{
	CHECK_STR(shown(4111111111111111.0, 0, "", false), "4111111111111111");
	CHECK_STR(shown(219099999, 0, "", false), "219099999");
	CHECK_STR(shown(12.5, 0, "", false), "12.5");
}

/* Excel: serial 1 is 1900-01-01, 59 is 1900-02-28, 61 is 1900-03-01, 45292 is 2024-01-01; ECMA-376 18.17.4.1. */
TEST(cell_number_dates_are_iso)
{
	CHECK_STR(shown(1, 14, "", false), "1900-01-01");
	CHECK_STR(shown(59, 14, "", false), "1900-02-28");
	CHECK_STR(shown(61, 14, "", false), "1900-03-01");
	CHECK_STR(shown(45292, 164, "[$-409]d\\-mmm\\-yyyy;@", false), "2024-01-01");
	CHECK_STR(shown(45292.75, 22, "", false), "2024-01-01 18:00:00");
	CHECK_STR(shown(0, 14, "", true), "1904-01-01");
	CHECK_STR(shown(0.5, 164, "[h]:mm", false), "12:00:00");
}

TEST(cell_number_codes_of_money_and_colours_are_no_dates)
{
	CHECK_STR(shown(45292, 164, "#,##0 [$USD]", false), "45292");
	CHECK_STR(shown(45292, 164, "[Red]0", false), "45292");
	CHECK_STR(shown(45292, 164, "\"day\" 0", false), "45292");
}

TEST(cell_number_masks_of_zeros_are_applied)
{
	CHECK_STR(shown(78051120, 164, "000\\-00\\-0000", false), "078-05-1120");
	CHECK_STR(shown(219099999, 164, "000-00-0000", false), "219-09-9999");
	CHECK_STR(shown(1234, 164, "00000", false), "01234");
	CHECK_STR(shown(1234567890, 164, "000-00-0000", false), "1234-56-7890");
}
