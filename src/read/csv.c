#include "read/csv.h"

#include <string.h>

enum { BARE_QUOTE_MAX = 1024 };	/* bytes from a quote inside a cell to the one that closes the cell */

static bool is_blank(int c)
{
	return c == ' ' || c == '\t';
}

static bool is_line_end(int c)
{
	return c == '\n' || c == '\r' || c < 0;
}

/* Past blanks that are no delimiter. */
static size_t skip_blanks(const struct csv *c, size_t i)
{
	while (is_blank(span_at(c->s, i)) && c->s.p[i] != (unsigned char)c->dialect->delimiter)
		i++;
	return i;
}

/* True when a quote at i ends its cell. */
static bool closes(const struct csv *c, size_t i)
{
	int next = span_at(c->s, skip_blanks(c, i + 1));
	return next == (unsigned char)c->dialect->delimiter || is_line_end(next);
}

static size_t near_line_end(const struct csv *c, size_t at, size_t limit)
{
	size_t end = at;
	while (end < limit && end - at < BARE_QUOTE_MAX && !is_line_end(c->s.p[end]))
		end++;
	return end;
}

/* Offset of the quote that closes the cell whose content begins at i, or SIZE_MAX. */
static size_t closing_quote(struct csv *c, size_t i, bool *has_escapes)
{
	size_t limit = c->s.n - i > CSV_QUOTED_MAX ? i + CSV_QUOTED_MAX : c->s.n;
	unsigned char quote = (unsigned char)c->dialect->quote;
	bool is_bare = false;
	if (i < c->open_until && limit <= c->open_until)
		return SIZE_MAX;
	for (size_t at = i; at < limit; at++) {
		at = span_find_byte(span_sub(c->s, 0, limit), quote, at);
		if (at == SIZE_MAX)
			break;
		bool is_escaped = c->dialect->has_backslash && at > i && c->s.p[at - 1] == '\\' &&
		                  !(at > i + 1 && c->s.p[at - 2] == '\\');
		bool is_doubled = span_at(c->s, at + 1) == quote;
		if (!is_escaped && !is_doubled && closes(c, at))
			return at;
		*has_escapes |= is_escaped || is_doubled;
		if (!is_escaped && !is_doubled && !is_bare) {
			/* a quote as such: then the one that closes stands on the same line, and near */
			is_bare = true;
			limit = near_line_end(c, at, limit);
		}
		at += is_doubled && !is_escaped;
	}
	if (!is_bare)
		c->open_until = limit;
	return SIZE_MAX;
}

/* Without the marks that escape quotes, in scratch. */
static struct span unescaped(struct csv *c, struct span s)
{
	unsigned char quote = (unsigned char)c->dialect->quote;
	size_t from = c->scratch->n;
	if (s.n > c->scratch->room - from)
		return s;
	for (size_t i = 0; i < s.n; i++) {
		bool is_mark = (s.p[i] == quote || (c->dialect->has_backslash && s.p[i] == '\\')) &&
		               span_at(s, i + 1) == quote;
		i += is_mark;
		buf_add_byte(c->scratch, s.p[i]);
	}
	return span_from(buf_span(c->scratch), from);
}

static size_t plain_end(const struct csv *c, size_t i)
{
	const unsigned char *p = c->s.p;
	unsigned char delimiter = (unsigned char)c->dialect->delimiter;
	while (i < c->s.n && p[i] != delimiter && p[i] != '\n' && p[i] != '\r')
		i++;
	return i;
}

/* One cell at i; returns where it ends: at its delimiter, line end or the end. */
static size_t cell(struct csv *c, size_t i, uint32_t n)
{
	size_t start = skip_blanks(c, i);
	bool has_escapes = false;
	if (span_at(c->s, start) == (unsigned char)c->dialect->quote) {
		size_t close = closing_quote(c, start + 1, &has_escapes);
		if (close != SIZE_MAX) {
			struct span inside = span_sub(c->s, start + 1, close - start - 1);
			c->starts[n] = start + 1;
			c->cells[n] = has_escapes ? unescaped(c, inside) : inside;
			return skip_blanks(c, close + 1);
		}
	}
	size_t end = plain_end(c, start), stop = end;
	while (stop > start && is_blank(c->s.p[stop - 1]))
		stop--;
	c->starts[n] = start;
	c->cells[n] = span_sub(c->s, start, stop - start);
	return end;
}

static size_t skip_line_ends(const struct csv *c, size_t i)
{
	while (span_at(c->s, i) == '\n' || span_at(c->s, i) == '\r')
		i++;
	return i;
}

/* True when the record's text breaks off in an open quote that may be closed behind the window. */
static bool is_open_at_end(const struct csv *c, size_t from)
{
	return c->is_cut && c->open_until >= c->s.n && c->s.n - from < CSV_QUOTED_MAX;
}

/* A record that ends at i is whole: a line end stands there, or nothing follows the window. */
static uint32_t whole(struct csv *c, size_t i, uint32_t n)
{
	if (c->is_cut && i >= c->s.n)
		return 0;
	c->at = i;
	return n;
}

uint32_t csv_record(struct csv *c)
{
	size_t i = skip_line_ends(c, c->at);
	c->at = i;
	buf_clear(c->scratch);
	for (uint32_t n = 0; i < c->s.n; n++) {
		if (n == c->max) {
			/* more cells than the table has columns: the last one takes the rest of the line */
			size_t end = i;
			while (!is_line_end(span_at(c->s, end)))
				end++;
			c->cells[n - 1] = span_sub(c->s, c->starts[n - 1], end - c->starts[n - 1]);
			return whole(c, end, n);
		}
		i = cell(c, i, n);
		if (is_open_at_end(c, c->starts[n]))
			return 0;
		if (span_at(c->s, i) == (unsigned char)c->dialect->delimiter) {
			i++;
			if (i < c->s.n && !is_line_end(span_at(c->s, i)))
				continue;
			if (++n < c->max) {
				c->cells[n] = span_of(NULL, 0);
				c->starts[n] = i;
				n++;
			}
			return whole(c, i, n);
		}
		return whole(c, i, n + 1);
	}
	return 0;
}
