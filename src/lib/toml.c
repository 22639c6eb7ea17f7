/* TOML 1.0.0: a cursor over the bytes, one function a production. */
#include "lib/toml.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 32, VALUES_MAX = 1 << 20, NUMBER_MAX = 64, STRING_MAX = 1 << 20 };

struct parse {
	struct span s;
	size_t at;
	unsigned line, values;
	struct arena *arena;
	struct fault *why;
};

static int bad(struct parse *p, const char *what)
{
	return fault_set(p->why, E_DAMAGED, "line %u: %s", p->line, what);
}

static int peek_at(const struct parse *p, size_t ahead)
{
	return span_at(p->s, p->at + ahead);
}

static bool takes(struct parse *p, const char *word)
{
	if (!span_starts(span_from(p->s, p->at), span_str(word)))
		return false;
	p->at += strlen(word);
	return true;
}

static void skip_blank(struct parse *p)
{
	while (peek_at(p, 0) == ' ' || peek_at(p, 0) == '\t')
		p->at++;
}

static void skip_comment(struct parse *p)
{
	if (peek_at(p, 0) == '#')
		while (peek_at(p, 0) >= 0 && peek_at(p, 0) != '\n')
			p->at++;
}

/* Blanks, comments and line ends. */
static void skip_lines(struct parse *p)
{
	for (;;) {
		skip_blank(p);
		skip_comment(p);
		int c = peek_at(p, 0);
		if (c != '\n' && c != '\r')
			return;
		p->line += c == '\n';
		p->at++;
	}
}

static struct toml *new_value(struct parse *p, enum toml_type type)
{
	struct toml *t = ++p->values > VALUES_MAX ? NULL : arena_take(p->arena, sizeof(*t));
	if (t)
		*t = (struct toml){ .type = type, .line = p->line };
	return t;
}

static void append(struct toml *parent, struct toml *t)
{
	if (parent->last)
		parent->last->next = t;
	else
		parent->first = t;
	parent->last = t;
}

static struct toml *member(const struct toml *t, struct span key)
{
	for (struct toml *m = t->first; m; m = m->next)
		if (span_equal(m->key, key))
			return m;
	return NULL;
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int escape_unicode(struct parse *p, int digits, struct buf *b)
{
	uint32_t code = 0;
	for (int i = 0; i < digits; i++) {
		int d = hex_digit(peek_at(p, 0));
		if (d < 0)
			return bad(p, "\\u without its hexadecimal digits");
		code = code << 4 | (uint32_t)d;
		p->at++;
	}
	buf_add_utf8(b, code);
	return OK;
}

/* After the backslash. */
static int escape(struct parse *p, bool is_long, struct buf *b)
{
	static const char from[] = "btnfre\"\\", to[] = "\b\t\n\f\r\033\"\\";
	int c = peek_at(p, 0);
	const char *at = c > 0 ? strchr(from, c) : NULL;
	if (at) {
		p->at++;
		buf_add_byte(b, (unsigned char)to[at - from]);
		return OK;
	}
	if (c == 'u' || c == 'U') {
		p->at++;
		return escape_unicode(p, c == 'u' ? 4 : 8, b);
	}
	if (is_long && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
		for (; c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = peek_at(p, 0)) {
			p->line += c == '\n';
			p->at++;
		}
		return OK;
	}
	return bad(p, "unknown escape in a string");
}

/* The bytes up to the closing quotes; escapes only with the double quote. */
static int string_body(struct parse *p, char quote, bool is_long, struct buf *b)
{
	for (;;) {
		int c = peek_at(p, 0);
		if (c < 0 || (c == '\n' && !is_long))
			return bad(p, "a string has no end");
		p->at++;
		if (c == quote && !is_long)
			return OK;
		if (c == quote && peek_at(p, 0) == quote && peek_at(p, 1) == quote) {
			p->at += 2;
			for (; peek_at(p, 0) == quote; p->at++)	/* up to two quotes before the closing three */
				buf_add_byte(b, (unsigned char)quote);
			return OK;
		}
		p->line += c == '\n';
		if (c != '\\' || quote == '\'')
			buf_add_byte(b, (unsigned char)c);
		else if (escape(p, is_long, b))
			return E_DAMAGED;
	}
}

static int parse_string(struct parse *p, struct span *out)
{
	char quote = (char)peek_at(p, 0);
	bool is_long = peek_at(p, 1) == quote && peek_at(p, 2) == quote;
	p->at += is_long ? 3 : 1;
	if (is_long && peek_at(p, 0) == '\r')
		p->at++;
	if (is_long && peek_at(p, 0) == '\n') {
		p->at++;
		p->line++;
	}
	struct buf b;
	buf_init(&b, STRING_MAX);
	int e = string_body(p, quote, is_long, &b);
	if (!e && b.is_full)
		e = bad(p, "a string is too long");
	if (!e) {
		*out = arena_copy(p->arena, buf_span(&b));
		if (b.n && !out->n)
			e = E_MEMORY;
	}
	buf_release(&b);
	return e;
}

static bool is_bare(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static int parse_key(struct parse *p, struct span *out)
{
	skip_blank(p);
	int c = peek_at(p, 0);
	if (c == '"' || c == '\'')
		return parse_string(p, out);
	size_t from = p->at;
	while (is_bare(peek_at(p, 0)))
		p->at++;
	*out = span_sub(p->s, from, p->at - from);
	return out->n ? OK : bad(p, "a key is missing");
}

/* The table a dotted key leads to; the last part of the key in *last. */
static int walk_key(struct parse *p, struct toml **table, struct span *last)
{
	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		int e = parse_key(p, last);
		if (e)
			return e;
		skip_blank(p);
		if (!takes(p, "."))
			return OK;
		struct toml *t = member(*table, *last);
		if (t && t->type == TOML_ARRAY)
			t = t->last;
		if (t && t->type != TOML_TABLE)
			return bad(p, "a key leads through a value that is no table");
		if (!t) {
			t = new_value(p, TOML_TABLE);
			if (!t)
				return E_MEMORY;
			t->key = *last;
			append(*table, t);
		}
		*table = t;
	}
	return bad(p, "a key is too deep");
}

static int parse_value(struct parse *p, int depth, struct toml **out);

static int parse_pair(struct parse *p, struct toml *table, int depth)
{
	struct span key;
	int e = walk_key(p, &table, &key);
	if (e)
		return e;
	if (!takes(p, "="))
		return bad(p, "a key without =");
	if (member(table, key))
		return bad(p, "a key is defined twice");
	struct toml *value = NULL;
	e = parse_value(p, depth, &value);
	if (e)
		return e;
	value->key = key;
	append(table, value);
	return OK;
}

static int parse_array(struct parse *p, int depth, struct toml *array)
{
	for (p->at++;;) {
		skip_lines(p);
		if (takes(p, "]"))
			return OK;
		struct toml *value = NULL;
		int e = parse_value(p, depth + 1, &value);
		if (e)
			return e;
		append(array, value);
		skip_lines(p);
		if (!takes(p, ",") && peek_at(p, 0) != ']')
			return bad(p, "an array has no end");
	}
}

static int parse_inline(struct parse *p, int depth, struct toml *table)
{
	for (p->at++;;) {
		skip_lines(p);
		if (takes(p, "}"))
			return OK;
		int e = parse_pair(p, table, depth + 1);
		if (e)
			return e;
		skip_lines(p);
		if (!takes(p, ",") && peek_at(p, 0) != '}')
			return bad(p, "an inline table has no end");
	}
}

/* Digits without their underscores, or false when it is no number. */
static bool number_of(struct span word, struct toml *t)
{
	char text[NUMBER_MAX], *end;
	size_t n = 0;
	for (size_t i = 0; i < word.n && n + 1 < sizeof(text); i++)
		if (span_at(word, i) != '_')
			text[n++] = (char)span_at(word, i);
	text[n] = 0;
	const char *digits = text + (text[0] == '+' || text[0] == '-');
	if (digits[0] == '0' && strchr("xob", digits[1]) && digits[1]) {
		int base = digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : 2;
		t->integer = strtoll(digits + 2, &end, base);
		t->number = (double)t->integer;
		return !*end;
	}
	t->integer = strtoll(text, &end, 10);
	t->number = (double)t->integer;
	if (!*end)
		return end != text;
	t->type = TOML_FLOAT;
	t->number = strtod(text, &end);
	return end != text && !*end;
}

static int parse_scalar(struct parse *p, struct toml *t)
{
	size_t from = p->at;
	int c = peek_at(p, 0);
	for (; is_bare(c) || c == '+' || c == '.' || c == ':'; c = peek_at(p, 0))
		p->at++;
	struct span word = span_sub(p->s, from, p->at - from);
	t->string = word;
	if (span_equal(word, span_str("true")) || span_equal(word, span_str("false"))) {
		t->type = TOML_BOOL;
		t->integer = word.n == 4;
		return OK;
	}
	t->type = TOML_INTEGER;
	if (number_of(word, t))
		return OK;
	t->type = TOML_DATE;
	return word.n >= 8 && span_at(word, 0) >= '0' && span_at(word, 0) <= '9' ? OK : bad(p, "a value is missing");
}

static int parse_value(struct parse *p, int depth, struct toml **out)
{
	if (depth >= DEPTH_MAX)
		return bad(p, "values are nested too deeply");
	skip_blank(p);
	int c = peek_at(p, 0);
	struct toml *t = new_value(p, c == '[' ? TOML_ARRAY : c == '{' ? TOML_TABLE : TOML_STRING);
	if (!t)
		return fault_set(p->why, E_MEMORY, "line %u: too many values", p->line);
	t->is_defined = true;
	*out = t;
	if (c == '[')
		return parse_array(p, depth, t);
	if (c == '{')
		return parse_inline(p, depth, t);
	if (c == '"' || c == '\'')
		return parse_string(p, &t->string);
	return parse_scalar(p, t);
}

static int new_table(struct parse *p, struct toml *parent, struct span key, struct toml **out)
{
	struct toml *t = new_value(p, TOML_TABLE);
	if (!t)
		return E_MEMORY;
	t->key = key;
	append(parent, t);
	*out = t;
	return OK;
}

/* [a.b] */
static int header_table(struct parse *p, struct toml *parent, struct span key, struct toml **table)
{
	struct toml *t = member(parent, key);
	int e = OK;
	if (!t)
		e = new_table(p, parent, key, &t);
	else if (t->type != TOML_TABLE || t->is_defined)
		return bad(p, "a table is defined twice");
	if (e)
		return e;
	t->is_defined = true;
	*table = t;
	return OK;
}

/* [[a.b]] */
static int header_array(struct parse *p, struct toml *parent, struct span key, struct toml **table)
{
	struct toml *array = member(parent, key);
	if (array && (array->type != TOML_ARRAY || array->is_defined))
		return bad(p, "an array of tables was something else before");
	if (!array) {
		array = new_value(p, TOML_ARRAY);
		if (!array)
			return E_MEMORY;
		array->key = key;
		append(parent, array);
	}
	int e = new_table(p, array, span_str(""), table);
	if (!e)
		(*table)->is_defined = true;
	return e;
}

static int parse_header(struct parse *p, struct toml *root, struct toml **table)
{
	bool is_array = takes(p, "[[");
	if (!is_array)
		p->at++;
	struct toml *parent = root;
	struct span key;
	int e = walk_key(p, &parent, &key);
	if (e)
		return e;
	if (!takes(p, is_array ? "]]" : "]"))
		return bad(p, "a table header has no end");
	return is_array ? header_array(p, parent, key, table) : header_table(p, parent, key, table);
}

int toml_parse(struct span bytes, struct arena *arena, struct toml **root, struct fault *why)
{
	struct parse p = { .s = bytes, .line = 1, .arena = arena, .why = why };
	takes(&p, "\xef\xbb\xbf");
	struct toml *top = new_value(&p, TOML_TABLE), *table = top;
	if (!top)
		return E_MEMORY;
	for (skip_lines(&p); p.at < p.s.n; skip_lines(&p)) {
		int e = peek_at(&p, 0) == '[' ? parse_header(&p, top, &table) : parse_pair(&p, table, 0);
		if (e)
			return e;
		skip_blank(&p);
		skip_comment(&p);
		if (p.at < p.s.n && peek_at(&p, 0) != '\n' && peek_at(&p, 0) != '\r')
			return bad(&p, "something follows a value on its line");
	}
	*root = top;
	return OK;
}

const struct toml *toml_get(const struct toml *t, const char *key)
{
	return t && t->type == TOML_TABLE ? member(t, span_str(key)) : NULL;
}

struct span toml_string(const struct toml *t, const char *key)
{
	const struct toml *v = toml_get(t, key);
	return v && v->type == TOML_STRING ? v->string : span_str("");
}

const struct toml *toml_members(const struct toml *t, const char *key)
{
	const struct toml *v = toml_get(t, key);
	return v && (v->type == TOML_ARRAY || v->type == TOML_TABLE) ? v->first : NULL;
}
