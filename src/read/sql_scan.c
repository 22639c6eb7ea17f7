#include "read/sql_scan.h"

#include <string.h>

static bool is_blank(int c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_name_byte(int c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c == '$' || c >= 0x80;
}

size_t sql_skip_blanks(struct span s, size_t i)
{
	while (is_blank(span_at(s, i)))
		i++;
	return i;
}

bool sql_word(struct span s, size_t *i, const char *word)
{
	struct span w = span_str(word);
	if (!span_equal_nocase(span_sub(s, *i, w.n), w) || is_name_byte(span_at(s, *i + w.n)))
		return false;
	*i = sql_skip_blanks(s, *i + w.n);
	return true;
}

static bool one_name(struct span s, size_t *i, struct span *name)
{
	int open = span_at(s, *i);
	int close = open == '`' || open == '"' ? open : open == '[' ? ']' : 0;
	if (close) {
		size_t end = span_find_byte(s, (unsigned char)close, *i + 1);
		if (end == SIZE_MAX || end - *i > 300)
			return false;
		*name = span_sub(s, *i + 1, end - *i - 1);
		*i = end + 1;
		return true;
	}
	size_t end = *i;
	while (is_name_byte(span_at(s, end)))
		end++;
	*name = span_sub(s, *i, end - *i);
	*i = end;
	return name->n > 0;
}

bool sql_name(struct span s, size_t *i, struct span *name)
{
	size_t at = *i;
	for (;;) {
		if (!one_name(s, &at, name))
			return false;
		if (span_at(s, at) != '.')
			break;
		at++;
	}
	*i = sql_skip_blanks(s, at);
	return true;
}

size_t sql_literal_end(struct span s, size_t i, bool has_backslash)
{
	unsigned char quote = s.p[i];
	for (i++; i < s.n; i++) {
		if (has_backslash && s.p[i] == '\\') {
			i++;
			continue;
		}
		if (s.p[i] != quote)
			continue;
		if (span_at(s, i + 1) != quote)
			return i + 1;
		i++;
	}
	return SIZE_MAX;
}

size_t sql_comment_end(struct span s, size_t i)
{
	int c = span_at(s, i), next = span_at(s, i + 1);
	if ((c == '-' && next == '-') || c == '#') {
		size_t end = span_find_byte(s, '\n', i);
		return end == SIZE_MAX ? SIZE_MAX : end + 1;
	}
	if (c == '/' && next == '*') {
		size_t end = span_find(s, span_str("*/"), i + 2);
		return end == SIZE_MAX ? SIZE_MAX : end + 2;
	}
	return i;
}

/* Behind a body quoted as $tag$ ... $tag$ (PostgreSQL); i + 1 where none begins at i. */
static size_t dollar_end(struct span s, size_t i)
{
	size_t end = i + 1;
	while (end < s.n && end - i < 64 && s.p[end] != '$' && is_name_byte(s.p[end]))
		end++;
	if (span_at(s, end) != '$')
		return i + 1;
	struct span tag = span_sub(s, i, end + 1 - i);
	size_t close = span_find(s, tag, end + 1);
	return close == SIZE_MAX ? SIZE_MAX : close + tag.n;
}

static bool is_go_line(struct span s, size_t i)
{
	if (!span_equal_nocase(span_sub(s, i, 3), span_str("\nGO")))
		return false;
	int c = span_at(s, i + 3);
	return c == '\r' || c == '\n' || c < 0;
}

size_t sql_statement_end(struct span s, size_t i, bool has_backslash)
{
	while (i < s.n) {
		size_t comment = s.p[i] == '#' && !has_backslash ? i : sql_comment_end(s, i);
		if (comment != i) {
			i = comment;
			continue;
		}
		switch (s.p[i]) {
		case ';':
			return i + 1;
		case '\'': case '"': case '`':
			i = sql_literal_end(s, i, has_backslash && s.p[i] != '`');
			break;
		case '$':
			i = dollar_end(s, i);
			break;
		case '\n':
			if (is_go_line(s, i))
				return i + 3;
			i++;
			break;
		default:
			i++;
		}
	}
	return SIZE_MAX;
}

/* Without its escapes there is nothing to do. */
static bool needs_unescape(struct span s, bool has_backslash)
{
	return span_find_byte(s, '\'', 0) != SIZE_MAX || (has_backslash && span_find_byte(s, '\\', 0) != SIZE_MAX);
}

size_t sql_value(struct span s, size_t i, bool has_backslash, struct span *content, bool *is_literal,
                 bool *has_escapes)
{
	size_t start = sql_skip_blanks(s, i);
	unsigned depth = 0;
	*is_literal = *has_escapes = false;
	for (i = start; i < s.n; i++) {
		unsigned char c = s.p[i];
		if (c == '\'') {
			bool escapes = has_backslash || (i > start && (s.p[i - 1] | 0x20) == 'e');
			size_t end = sql_literal_end(s, i, escapes);
			if (end == SIZE_MAX)
				return SIZE_MAX;
			if (!*is_literal) {
				*content = span_sub(s, i + 1, end - i - 2);
				*has_escapes = needs_unescape(*content, escapes);
				*is_literal = true;
			}
			i = end - 1;
		} else if (c == '(') {
			depth++;
		} else if ((c == ',' && !depth) || (c == ')' && !depth--)) {
			if (!*is_literal)
				*content = span_trim(span_sub(s, start, i - start));
			return i;
		}
	}
	return SIZE_MAX;
}

void sql_unescape(struct span s, bool has_backslash, struct buf *out)
{
	static const char letters[] = "0bnrtZ", meant[] = "\0\b\n\r\t\x1a";
	for (size_t i = 0; i < s.n; i++) {
		int c = s.p[i];
		if (c == '\'' && span_at(s, i + 1) == '\'') {
			i++;
		} else if (has_backslash && c == '\\' && i + 1 < s.n) {
			c = s.p[++i];
			const char *known = c ? strchr(letters, c) : NULL;
			c = known && *known ? meant[known - letters] : c;
		}
		buf_add_byte(out, (unsigned char)c);
	}
}
