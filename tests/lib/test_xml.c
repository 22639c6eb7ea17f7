#include "base/buf.h"
#include "check.h"
#include "lib/xml.h"

#include <stdlib.h>
#include <string.h>

static int add_start(void *user, const char *name, const char **attrs)
{
	const char *id = xml_attr(attrs, "r:id"), *any = xml_attr(attrs, "id");
	buf_format(user, "<%s%s%s%s%s>", name, any ? " " : "", any ? any : "", id ? " r:" : "", id ? id : "");
	return strcmp(name, "stop") == 0 ? E_LIMIT : OK;
}

static int add_end(void *user, const char *name)
{
	buf_format(user, "</%s>", name);
	return OK;
}

static int add_text(void *user, struct span s)
{
	buf_add(user, s);
	return OK;
}

static const struct xml_events events = { add_start, add_end, add_text };

static struct buf got;

static int parse(struct span bytes)
{
	buf_release(&got);
	buf_init(&got, 1 << 20);
	struct fault why;
	return xml_parse(bytes, &events, &got, &why);
}

TEST(xml_names_come_without_prefix_and_qualified_attributes_are_found)
{
	CHECK(parse(span_str("<w:p id='1' r:id='x'><w:t>a&amp;b</w:t></w:p>")) == OK);
	CHECK_STR(buf_string(&got), "<p 1 r:x><t>a&b</t></p>");
}

TEST(xml_that_breaks_off_gives_the_events_until_there)
{
	CHECK(parse(span_str("<a>one<b>two")) == PART);
	CHECK_STR(buf_string(&got), "<a>one<b>two");
}

TEST(xml_event_code_ends_the_parse)
{
	CHECK(parse(span_str("<a><stop/><b/></a>")) == E_LIMIT);
	CHECK_STR(buf_string(&got), "<a><stop>");
}

/* 0xe9 in windows-1252 is U+00E9; 0x93 0xfa in Shift_JIS is U+65E5 (Unicode's mapping tables). */
TEST(xml_in_code_pages_is_read)
{
	CHECK(parse(span_str("<?xml version='1.0' encoding='windows-1252'?><a>\xe9\x80</a>")) == OK);
	CHECK_STR(buf_string(&got), "<a>\u00e9\u20ac</a>");
	CHECK(parse(span_str("<?xml version='1.0' encoding='Shift_JIS'?><a>\x93\xfa</a>")) == OK);
	CHECK_STR(buf_string(&got), "<a>\u65e5</a>");
}

TEST(xml_external_entities_are_not_loaded)
{
	CHECK(parse(span_str("<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>1&x;2</a>")) == OK);
	CHECK_STR(buf_string(&got), "<a>12</a>");
}

/* 10 levels of 10 references each: a thousand million copies of "lol" when expanded. */
TEST(xml_entity_bombs_end_early)
{
	CHECK(parse(span_str(
		"<!DOCTYPE a [<!ENTITY b0 'lol'>"
		"<!ENTITY b1 '&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;&b0;'>"
		"<!ENTITY b2 '&b1;&b1;&b1;&b1;&b1;&b1;&b1;&b1;&b1;&b1;'>"
		"<!ENTITY b3 '&b2;&b2;&b2;&b2;&b2;&b2;&b2;&b2;&b2;&b2;'>"
		"<!ENTITY b4 '&b3;&b3;&b3;&b3;&b3;&b3;&b3;&b3;&b3;&b3;'>"
		"<!ENTITY b5 '&b4;&b4;&b4;&b4;&b4;&b4;&b4;&b4;&b4;&b4;'>"
		"<!ENTITY b6 '&b5;&b5;&b5;&b5;&b5;&b5;&b5;&b5;&b5;&b5;'>"
		"<!ENTITY b7 '&b6;&b6;&b6;&b6;&b6;&b6;&b6;&b6;&b6;&b6;'>"
		"<!ENTITY b8 '&b7;&b7;&b7;&b7;&b7;&b7;&b7;&b7;&b7;&b7;'>"
		"<!ENTITY b9 '&b8;&b8;&b8;&b8;&b8;&b8;&b8;&b8;&b8;&b8;'>"
		"]><a>&b9;</a>")) == PART);
}

TEST(xml_without_end_of_depth_is_cut)
{
	struct buf deep;
	buf_init(&deep, 1 << 20);
	for (int i = 0; i < 5000; i++)
		buf_add_str(&deep, "<a>");
	CHECK(parse(buf_span(&deep)) == PART);
	CHECK(got.n == 2000 * strlen("<a>"));
	buf_release(&deep);
	buf_release(&got);
}
