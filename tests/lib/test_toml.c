#include "check.h"
#include "lib/toml.h"

static struct arena arena;
static struct fault why;

static struct toml *parse(const char *text)
{
	struct toml *root = NULL;
	arena_init(&arena, 1 << 20);
	why.text[0] = 0;
	int e = toml_parse(span_str(text), &arena, &root, &why);
	return e ? NULL : root;
}

/* The examples of toml.io/en/v1.0.0, sections String, Integer, Float, Array of Tables. */
TEST(toml_reads_strings_of_all_four_kinds)
{
	struct toml *t = parse("a = \"I'm a string. \\\"You can quote me\\\". \\u00E9\"\n"
	                       "b = 'C:\\Users\\nodejs'\nc = '''\nI [dw]on't need \\d{2} apples'''\n"
	                       "d = \"\"\"\\\n   The quick \\\n   brown\"\"\"\n");
	CHECK(t != NULL);
	CHECK(span_equal(toml_string(t, "a"), span_str("I'm a string. \"You can quote me\". \xc3\xa9")));
	CHECK(span_equal(toml_string(t, "b"), span_str("C:\\Users\\nodejs")));
	CHECK(span_equal(toml_string(t, "c"), span_str("I [dw]on't need \\d{2} apples")));
	CHECK(span_equal(toml_string(t, "d"), span_str("The quick brown")));
	arena_release(&arena);
}

TEST(toml_reads_numbers_and_booleans)
{
	struct toml *t = parse("i = 1_000 # thousand\nh = 0xDEAD\nf = -3.5e2\nb = true\nd = 1979-05-27T07:32:00Z\n");
	CHECK(t != NULL);
	CHECK(toml_get(t, "i")->integer == 1000);
	CHECK(toml_get(t, "h")->integer == 57005);
	CHECK(toml_get(t, "f")->type == TOML_FLOAT && toml_get(t, "f")->number == -350.0);
	CHECK(toml_get(t, "b")->integer == 1);
	CHECK(toml_get(t, "d")->type == TOML_DATE);
	arena_release(&arena);
}

TEST(toml_puts_tables_below_the_last_of_their_array)
{
	struct toml *t = parse("[[fruits]]\nname = \"apple\"\n[fruits.physical]\ncolor = \"red\"\n"
	                       "[[fruits.varieties]]\nname = \"red delicious\"\n[[fruits.varieties]]\nname = \"granny\"\n"
	                       "[[fruits]]\nname = \"banana\"\nlist = [ 'x', # one\n 'y', ]\nin = { k = 1, l.m = 2 }\n");
	CHECK(t != NULL);
	const struct toml *apple = toml_members(t, "fruits"), *banana = apple->next;
	CHECK(span_equal(toml_string(toml_get(apple, "physical"), "color"), span_str("red")));
	CHECK(span_equal(toml_string(toml_members(apple, "varieties")->next, "name"), span_str("granny")));
	CHECK(span_equal(toml_members(banana, "list")->next->string, span_str("y")));
	CHECK(toml_get(toml_get(toml_get(banana, "in"), "l"), "m")->integer == 2);
	arena_release(&arena);
}

TEST(toml_names_the_line_of_what_is_wrong)
{
	CHECK(parse("a = 1\nb = \"open\n") == NULL);
	CHECK_STR(why.text, "line 2: a string has no end");
	CHECK(parse("a = 1\na = 2\n") == NULL);
	CHECK_STR(why.text, "line 2: a key is defined twice");
	CHECK(parse("a = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[") == NULL);
	CHECK(parse("[a\n") == NULL);
	CHECK(parse("a = ") == NULL);
	arena_release(&arena);
}
