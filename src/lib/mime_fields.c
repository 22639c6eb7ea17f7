/* Header fields, parameters, addresses, dates. */
#include "lib/mime.h"

#include "lib/encoding.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_BYTES = 76, SECTIONS_MAX = 100, ADDRESS_BYTES_MAX = 1 << 20 };

static bool is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* RFC 5322 3.6.8: printable ASCII but colon; blanks before the colon are obsolete but met. */
static size_t field_name_length(struct span line)
{
	size_t n = 0;
	while (n <= NAME_MAX_BYTES && span_at(line, n) > ' ' && span_at(line, n) < 127 && span_at(line, n) != ':')
		n++;
	size_t colon = n;
	while (colon < n + 4 && (span_at(line, colon) == ' ' || span_at(line, colon) == '\t'))
		colon++;
	return n && n <= NAME_MAX_BYTES && span_at(line, colon) == ':' ? n : 0;
}

bool mime_is_field(struct span line)
{
	return field_name_length(line) > 0;
}

bool mime_field_next(struct span *rest, struct mime_field *f)
{
	struct span start = *rest, line;
	if (!span_line(rest, &line) || !line.n)
		return false;
	while (span_at(*rest, 0) == ' ' || span_at(*rest, 0) == '\t')
		span_line(rest, &line);
	struct span whole = span_sub(start, 0, start.n - rest->n);
	size_t n = field_name_length(whole);
	f->name = span_sub(whole, 0, n);
	f->value = whole;
	if (n)
		f->value = span_from(whole, span_find_byte(whole, ':', n) + 1);
	f->value = span_trim(f->value);
	return true;
}

struct span mime_field_named(struct span header, const char *name)
{
	struct mime_field f;
	struct span wanted = span_str(name);
	while (mime_field_next(&header, &f))
		if (span_equal_nocase(f.name, wanted))
			return f.value;
	return span_of(NULL, 0);
}

struct mime_type mime_type_of(struct span value)
{
	struct mime_type t = { "" };
	size_t n = 0, slashes = 0;
	for (size_t i = 0; i < value.n && n + 1 < sizeof(t.s); i++) {
		int c = span_at(value, i);
		if (c == ';' || c == ',' || c == '"' || c >= 127 || (is_space(c) && slashes))
			break;
		if (is_space(c))
			continue;
		slashes += c == '/';
		t.s[n++] = c >= 'A' && c <= 'Z' ? c + 32 : c;
	}
	if (slashes != 1)
		return (struct mime_type){ "" };
	return t;
}

/* One "; name=value" as it stands; the value without quotes, escapes resolved by the caller. */
struct param { struct span name, value; bool is_quoted; };

static void skip_space(struct span *s)
{
	while (s->n && is_space(span_at(*s, 0)))
		*s = span_from(*s, 1);
}

static struct span quoted_take(struct span *rest)
{
	size_t n = 1;
	while (n < rest->n && span_at(*rest, n) != '"')
		n += 1 + (span_at(*rest, n) == '\\');
	struct span inside = span_sub(*rest, 1, n - 1);
	*rest = span_from(*rest, n + 1);
	return inside;
}

/* Ends at the end of the value: each turn passes a ';' or more. */
static bool param_next(struct span *rest, struct param *p)
{
	size_t semicolon = span_find_byte(*rest, ';', 0);
	if (semicolon == SIZE_MAX)
		return false;
	*rest = span_from(*rest, semicolon + 1);
	skip_space(rest);
	size_t n = 0;
	while (n < rest->n && span_at(*rest, n) != '=' && span_at(*rest, n) != ';')
		n++;
	p->name = span_trim(span_sub(*rest, 0, n));
	p->value = span_of(NULL, 0);
	p->is_quoted = false;
	if (span_at(*rest, n) != '=') {
		*rest = span_from(*rest, n);
		return true;
	}
	*rest = span_from(*rest, n + 1);
	skip_space(rest);
	p->is_quoted = span_at(*rest, 0) == '"';
	if (p->is_quoted) {
		p->value = quoted_take(rest);
		return true;
	}
	size_t end = span_find_byte(*rest, ';', 0);
	p->value = span_trim(span_sub(*rest, 0, end));
	*rest = span_from(*rest, end == SIZE_MAX ? rest->n : end);
	return true;
}

static int hex_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void add_percent_decoded(struct span s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = hex_digit(span_at(s, i + 1)), low = hex_digit(span_at(s, i + 2));
		if (span_at(s, i) == '%' && high >= 0 && low >= 0) {
			buf_add_byte(out, high << 4 | low);
			i += 2;
		} else {
			buf_add_byte(out, span_at(s, i));
		}
	}
}

/* A backslash in a quoted string hides the next character, but Windows paths come unescaped. */
static void add_unescaped(struct span s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		int next = span_at(s, i + 1);
		if (span_at(s, i) == '\\' && (next == '"' || next == '\\'))
			i++;
		if (span_at(s, i) != '\r' && span_at(s, i) != '\n')
			buf_add_byte(out, span_at(s, i));
	}
}

/* Bytes of a known encoding, as UTF-8 in the arena. */
static struct span converted(struct span bytes, struct span charset, struct arena *arena)
{
	char name[64];
	snprintf(name, sizeof(name), "%.*s", (int)span_sub(charset, 0, 60).n, (const char *)charset.p);
	struct buf out;
	buf_init(&out, 4 * bytes.n + 16);
	const char *encoding = encoding_detect(bytes, charset.n ? name : NULL);
	encoding_to_utf8(bytes, encoding ? encoding : "windows-1252", &out, arena, 0, NULL, NULL, NULL);
	struct span copy = arena_copy(arena, buf_span(&out));
	buf_release(&out);
	return copy;
}

/* RFC 2231: name*, name*0, name*0*: the section's number, or -1 for another name. */
static int section_of(struct span have, struct span wanted, bool *is_extended)
{
	*is_extended = span_at(have, have.n - 1) == '*';
	if (!span_starts_nocase(have, wanted) || span_at(have, wanted.n) != '*')
		return -1;
	struct span digits = span_from(have, wanted.n + 1);
	int n = 0;
	for (size_t i = 0; i < digits.n && n < SECTIONS_MAX; i++)
		if (span_at(digits, i) >= '0' && span_at(digits, i) <= '9')
			n = 10 * n + span_at(digits, i) - '0';
	return n;
}

/* Sections in their order; the first one names the character set: charset'language'text. */
static bool extended_param(struct span value, struct span wanted, struct arena *arena, struct span *out)
{
	struct buf bytes;
	buf_init(&bytes, value.n + 16);
	struct span charset = span_of(NULL, 0);
	int found = 0;
	for (int turn = 0; turn < SECTIONS_MAX && found == turn; turn++) {
		struct span rest = value;
		struct param p;
		while (found == turn && param_next(&rest, &p)) {
			bool is_extended;
			if (!p.name.n || section_of(p.name, wanted, &is_extended) != turn)
				continue;
			found++;
			size_t first = span_find_byte(p.value, '\'', 0);
			size_t second = first == SIZE_MAX ? first : span_find_byte(p.value, '\'', first + 1);
			if (turn == 0 && is_extended && second != SIZE_MAX) {
				charset = span_sub(p.value, 0, first);
				p.value = span_from(p.value, second + 1);
			}
			if (is_extended)
				add_percent_decoded(p.value, &bytes);
			else
				add_unescaped(p.value, &bytes);
		}
	}
	if (found)
		*out = converted(buf_span(&bytes), charset, arena);
	buf_release(&bytes);
	return found > 0;
}

struct span mime_param(struct span value, const char *name, struct arena *arena)
{
	struct span wanted = span_str(name), rest = value, out = span_of(NULL, 0);
	struct param p;
	if (extended_param(value, wanted, arena, &out))
		return out;
	while (param_next(&rest, &p)) {
		if (!span_equal_nocase(p.name, wanted))
			continue;
		struct buf plain;
		buf_init(&plain, p.value.n + 16);
		add_unescaped(p.value, &plain);
		bool is_boundary = span_equal_nocase(wanted, span_str("boundary"));
		if (!is_boundary && span_find(buf_span(&plain), span_str("=?"), 0) != SIZE_MAX)
			out = mime_decode_words(buf_span(&plain), arena);
		else
			out = encoding_is_utf8(buf_span(&plain)) ? arena_copy(arena, buf_span(&plain))
				: converted(buf_span(&plain), span_of(NULL, 0), arena);
		buf_release(&plain);
		return out;
	}
	return out;
}

/* What one mailbox is made of, collected up to its comma. */
struct mailbox { struct buf phrase, address, comment; bool has_angle; };

static void comment_take(struct span *rest, struct buf *out)
{
	size_t n = 1;
	int depth = 1;
	for (; n < rest->n && depth; n++) {
		int c = span_at(*rest, n);
		depth += (c == '(') - (c == ')');
		n += c == '\\';
	}
	buf_add(out, span_sub(*rest, 1, n > 1 ? n - 2 : 0));
	*rest = span_from(*rest, n);
}

static void angle_take(struct span *rest, struct mailbox *m)
{
	size_t end = span_find_byte(*rest, '>', 1);
	struct span inside = span_sub(*rest, 1, end == SIZE_MAX ? end : end - 1);
	size_t route = span_at(inside, 0) == '@' ? span_find_byte(inside, ':', 0) : SIZE_MAX;
	if (route != SIZE_MAX)
		inside = span_from(inside, route + 1);
	buf_clear(&m->address);
	buf_add(&m->address, span_trim(inside));
	m->has_angle = true;
	*rest = span_from(*rest, end == SIZE_MAX ? rest->n : end + 1);
}

/* Takes one token; true when it ended the mailbox. */
static bool mailbox_token(struct span *rest, struct mailbox *m)
{
	int c = span_at(*rest, 0);
	if (c == '"') {
		struct span inside = quoted_take(rest);
		if (span_at(*rest, 0) == '@') {	/* a quoted local part */
			buf_add_byte(&m->phrase, '"');
			buf_add(&m->phrase, inside);
			buf_add_byte(&m->phrase, '"');
			return false;
		}
		add_unescaped(inside, &m->phrase);
		return false;
	}
	if (c == '(') {
		comment_take(rest, &m->comment);
		return false;
	}
	if (c == '<') {
		angle_take(rest, m);
		return false;
	}
	*rest = span_from(*rest, 1);
	if (c == ':' && span_find_byte(buf_span(&m->phrase), '@', 0) == SIZE_MAX) {
		buf_clear(&m->phrase);	/* a group's name */
		return false;
	}
	if (c == ',' || c == ';')
		return true;
	buf_add_byte(&m->phrase, c == '\r' || c == '\n' || c == '\t' ? ' ' : c);
	return false;
}

static struct span unquoted(struct span s)
{
	s = span_trim(s);
	while (s.n > 1 && span_at(s, 0) == '\'' && span_at(s, s.n - 1) == '\'')
		s = span_sub(s, 1, s.n - 2);
	return s;
}

static bool mailbox_end(const struct mailbox *m, struct arena *arena, struct mime_address *a)
{
	struct span phrase = span_trim(buf_span(&m->phrase)), address = span_trim(buf_span(&m->address));
	struct span name = phrase;
	if (!m->has_angle) {
		bool is_address = span_find_byte(phrase, '@', 0) != SIZE_MAX;	/* some exports have names alone */
		address = is_address ? phrase : span_of(NULL, 0);
		name = is_address ? span_trim(buf_span(&m->comment)) : phrase;
	}
	a->address = mime_decode_words(address, arena);
	a->name = unquoted(mime_decode_words(name, arena));
	return a->address.n || a->name.n;
}

bool mime_address_next(struct span *rest, struct arena *arena, struct mime_address *a)
{
	struct mailbox m = { .has_angle = false };
	bool is_found = false;
	buf_init(&m.phrase, ADDRESS_BYTES_MAX);
	buf_init(&m.address, ADDRESS_BYTES_MAX);
	buf_init(&m.comment, ADDRESS_BYTES_MAX);
	while (rest->n && !is_found) {	/* each turn takes a byte or more */
		if (!mailbox_token(rest, &m) && rest->n)
			continue;
		is_found = mailbox_end(&m, arena, a);
		buf_clear(&m.phrase);
		buf_clear(&m.address);
		buf_clear(&m.comment);
		m.has_angle = false;
	}
	buf_release(&m.phrase);
	buf_release(&m.address);
	buf_release(&m.comment);
	return is_found;
}
