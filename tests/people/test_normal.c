#include "check.h"
#include "people/normal.h"

static const char *date(const char *s)
{
	static struct buf b;
	b.ceiling = 256;
	buf_clear(&b);
	normal_date(span_str(s), &b);
	return buf_string(&b);
}

static const char *name(const char *s)
{
	static struct buf b;
	b.ceiling = 256;
	buf_clear(&b);
	normal_name(span_str(s), &b);
	return buf_string(&b);
}

TEST(dates_as_people_write_them_become_iso)
{
	CHECK_STR(date("1974-08-12"), "1974-08-12");
	CHECK_STR(date("12.08.1974"), "1974-08-12");
	CHECK_STR(date("08/12/1974"), "1974-08-12");
	CHECK_STR(date("25/12/1974"), "1974-12-25");
	CHECK_STR(date("12 August 1974"), "1974-08-12");
	CHECK_STR(date("Aug 12, 1974"), "1974-08-12");
	CHECK_STR(date("12. März 1974"), "1974-03-12");
	CHECK_STR(date("19740812"), "1974-08-12");
	CHECK_STR(date("soon"), "");
	CHECK_STR(date("99/99/1974"), "");
}

TEST(names_compare_without_order_case_and_accents)
{
	CHECK_STR(name("Eriksson, Anna Maria"), "anna eriksson maria");
	CHECK_STR(name("ANNA MARIA  ERIKSSON"), "anna eriksson maria");
	CHECK_STR(name("José O'Neil"), "jose oneil");
	CHECK(names_agree(span_str("anna eriksson"), span_str("bo eriksson")));
	CHECK(!names_agree(span_str("anna eriksson"), span_str("carla bruni")));
}
