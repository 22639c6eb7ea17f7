#include "read/json.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

static bool is_white(int c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static enum json_token wrong(struct json *j, size_t at, const char *what)
{
	j->bad = what;
	j->is_cut = at >= j->s.n;
	j->at = at < j->s.n ? at : j->s.n;
	return JSON_BAD;
}

static size_t skip_comment(struct span s, size_t i)
{
	bool is_block = span_at(s, i + 1) == '*';
	size_t end = is_block ? span_find(s, span_str("*/"), i + 2) : span_find_byte(s, '\n', i);
	return end == SIZE_MAX ? s.n : end + (is_block ? 2 : 1);
}

static size_t skip_white(struct span s, size_t i)
{
	for (;;) {
		while (i < s.n && is_white(s.p[i]))
			i++;
		if (span_at(s, i) != '/' || (span_at(s, i + 1) != '/' && span_at(s, i + 1) != '*'))
			return i;
		i = skip_comment(s, i);
	}
}

static enum json_token next_string(struct json *j, struct span *value, bool *has_escapes)
{
	size_t start = j->at + 1, i = start;
	const unsigned char *p = j->s.p;
	*has_escapes = false;
	for (; i < j->s.n && p[i] != '"'; i++) {
		if (p[i] == '\\') {
			*has_escapes = true;
			i++;
		}
	}
	if (i >= j->s.n)
		return wrong(j, j->s.n, "a string without end");
	*value = span_sub(j->s, start, i - start);
	j->at = i + 1;
	return JSON_IS_STRING;
}

static bool is_scalar_byte(int c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

/* Numbers as they come, NaN and Infinity too, which some writers have. */
static bool is_scalar(struct span s)
{
	static const char *const words[] = { "true", "false", "null", "NaN", "Infinity", "-Infinity" };
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (span_equal(s, span_str(words[i])))
			return true;
	int first = span_at(s, 0) == '-' ? span_at(s, 1) : span_at(s, 0);
	if (first < '0' || first > '9')
		return false;
	for (size_t i = 1; i < s.n; i++)
		if ((s.p[i] | 0x20) != 'e' && (s.p[i] < '+' || s.p[i] > '9' || s.p[i] == '/'))
			return false;
	return true;
}

static enum json_token next_scalar(struct json *j, struct span *value)
{
	size_t i = j->at;
	while (is_scalar_byte(span_at(j->s, i)))
		i++;
	*value = span_sub(j->s, j->at, i - j->at);
	if (i == j->s.n && i > j->at && !is_scalar(*value))
		return wrong(j, i, "a value that breaks off");
	if (!is_scalar(*value))
		return wrong(j, j->at, "neither a value nor a separator");
	j->at = i;
	return JSON_IS_SCALAR;
}

enum json_token json_next(struct json *j, struct span *value, bool *has_escapes)
{
	j->at = skip_white(j->s, j->at);
	int c = span_at(j->s, j->at);
	switch (c) {
	case -1:
		return JSON_END;
	case '{': case '}': case '[': case ']': case ',': case ':':
		j->at++;
		return (enum json_token)c;
	case '"':
		return next_string(j, value, has_escapes);
	default:
		return next_scalar(j, value);
	}
}

void json_tape_release(struct json_tape *t)
{
	free(t->nodes);
	*t = (struct json_tape){ 0 };
}

static struct json_node *tape_add(struct json_tape *t)
{
	if (t->n == t->room) {
		uint32_t room = t->room ? t->room * 2 : 256;
		struct json_node *nodes = room > JSON_NODES_MAX ? NULL : realloc(t->nodes, room * sizeof(*nodes));
		if (!nodes)
			return NULL;
		t->nodes = nodes;
		t->room = room;
	}
	return &t->nodes[t->n++];
}

/* Where the parser stands in one value. */
struct parse {
	struct json *j;
	struct json_tape *t;
	uint32_t open;		/* index of the innermost open container, UINT32_MAX for none */
	unsigned depth;
	struct span key;
	bool has_key;
};

static bool in_object(const struct parse *p)
{
	return p->open != UINT32_MAX && p->t->nodes[p->open].type == JSON_OBJECT;
}

static bool add_value(struct parse *p, enum json_type type, struct span value, bool has_escapes)
{
	if (in_object(p) && !p->has_key)
		return wrong(p->j, p->j->at, "a value without a name"), false;
	struct json_node *n = tape_add(p->t);
	if (!n || p->depth >= JSON_DEPTH_MAX)
		return wrong(p->j, p->j->at, "more nesting or members than is read"), false;
	*n = (struct json_node){
		.type = type, .has_escapes = has_escapes, .parent = p->open, .end = p->t->n,
		.key = p->key, .value = value,
	};
	if (p->open != UINT32_MAX)
		p->t->nodes[p->open].count++;
	p->has_key = false;
	p->key = span_of(NULL, 0);
	if (type == JSON_OBJECT || type == JSON_ARRAY) {
		p->open = p->t->n - 1;
		p->depth++;
	}
	return true;
}

static bool close_container(struct parse *p, enum json_type type)
{
	if (p->open == UINT32_MAX || p->t->nodes[p->open].type != type || p->has_key)
		return wrong(p->j, p->j->at - 1, "a closing bracket that fits no opening one"), false;
	struct json_node *n = &p->t->nodes[p->open];
	n->end = p->t->n;
	p->open = n->parent;
	p->depth--;
	return true;
}

static bool add_string(struct parse *p, struct span s, bool has_escapes)
{
	if (!in_object(p) || p->has_key)
		return add_value(p, JSON_STRING, s, has_escapes);
	bool ignored;
	p->key = s;
	p->has_key = true;
	size_t at = p->j->at;
	if (json_next(p->j, &s, &ignored) == JSON_COLON)
		return true;
	return wrong(p->j, p->j->at >= p->j->s.n ? p->j->s.n : at, "a name without a value"), false;
}

/* One token; false at an error. */
static bool step(struct parse *p)
{
	struct span s = { 0 };
	bool has_escapes = false;
	switch (json_next(p->j, &s, &has_escapes)) {
	case JSON_OPEN_OBJECT: return add_value(p, JSON_OBJECT, s, false);
	case JSON_OPEN_ARRAY: return add_value(p, JSON_ARRAY, s, false);
	case JSON_CLOSE_OBJECT: return close_container(p, JSON_OBJECT);
	case JSON_CLOSE_ARRAY: return close_container(p, JSON_ARRAY);
	case JSON_IS_STRING: return add_string(p, s, has_escapes);
	case JSON_IS_SCALAR: return add_value(p, JSON_SCALAR, s, false);
	case JSON_COMMA:
		if (p->open != UINT32_MAX && !p->has_key)
			return true;
		return wrong(p->j, p->j->at - 1, "a comma outside a list"), false;
	case JSON_COLON: return wrong(p->j, p->j->at - 1, "a colon without a name"), false;
	case JSON_END: return wrong(p->j, p->j->s.n, "the end inside a value"), false;
	case JSON_BAD: break;
	}
	return false;
}

bool json_parse(struct json *j, struct json_tape *t)
{
	struct parse p = { .j = j, .t = t, .open = UINT32_MAX };
	t->n = 0;
	bool ok;
	do
		ok = step(&p);
	while (ok && p.open != UINT32_MAX);
	/* what is still open at an error ends there */
	for (uint32_t i = p.open; i != UINT32_MAX; i = t->nodes[i].parent)
		t->nodes[i].end = t->n;
	return ok;
}

static int hex_digit(int c)
{
	int low = c | 0x20;
	return c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* The four digits at i; UINT32_MAX when they are none. */
static uint32_t hex4(struct span s, size_t i)
{
	uint32_t v = 0;
	for (size_t k = 0; k < 4; k++) {
		int d = hex_digit(span_at(s, i + k));
		if (d < 0)
			return UINT32_MAX;
		v = v << 4 | (uint32_t)d;
	}
	return v;
}

/* The character of the escape whose backslash stands at i, and its length. */
static uint32_t escape_at(struct span s, size_t i, size_t *n)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	int c = span_at(s, i + 1);
	*n = c < 0 ? 1 : 2;
	const char *known = c > 0 ? strchr(letters, c) : NULL;
	if (known)
		return (unsigned char)meant[known - letters];
	uint32_t u = c == 'u' ? hex4(s, i + 2) : UINT32_MAX;
	if (u == UINT32_MAX)
		return c < 0 ? '\\' : (uint32_t)c;
	*n = 6;
	uint32_t low = u >> 10 == 0x36 && span_at(s, i + 6) == '\\' && span_at(s, i + 7) == 'u' ? hex4(s, i + 8) : 0;
	if (low >> 10 != 0x37)
		return u;
	*n = 12;
	return 0x10000 + ((u & 0x3ff) << 10) + (low & 0x3ff);
}

void json_unescape(struct span s, struct buf *out, uint64_t *raw_at)
{
	size_t from = out->n;
	for (size_t i = 0; i < s.n && !out->is_full;) {
		size_t back = span_find_byte(s, '\\', i), stop = back == SIZE_MAX ? s.n : back;
		for (size_t k = i; raw_at && k < stop; k++)
			raw_at[out->n - from + k - i] = k;
		buf_add(out, span_sub(s, i, stop - i));
		if (stop == s.n)
			break;
		size_t n, before = out->n;
		uint32_t c = escape_at(s, stop, &n);
		if (c < 0x80 || n > 2)
			buf_add_utf8(out, c);
		else {
			/* a backslash before a character beyond ASCII: that goes on as it stands */
			n = 1;
		}
		for (size_t k = before; raw_at && k < out->n; k++)
			raw_at[k - from] = stop;
		i = stop + n;
	}
	if (raw_at)
		raw_at[out->n - from] = s.n;
}
