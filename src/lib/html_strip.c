#include "lib/html_strip.h"

#include <string.h>

enum { DEEP = 2000, NAME_MAX_LEN = 15 };

struct tag {
	char name[NAME_MAX_LEN + 1];
	bool is_end, is_comment;
	size_t after;		/* offset behind its '>' */
};

/* Elements that never stay open: without content, or with an end that may be left out (HTML, 13.1.2). */
static const char never_open[] =
	" area base br col embed hr img input link meta param source track wbr p li td th tr dd dt option "
	"optgroup thead tbody tfoot colgroup rt rp html head body ";

static bool is_name_in(const char *list, const char *name)
{
	size_t n = strlen(name);
	for (const char *at = strstr(list, name); n && at; at = strstr(at + 1, name))
		if (at[-1] == ' ' && at[n] == ' ')
			return true;
	return false;
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The tag at offset at, where a '<' stands; false when that is text. */
static bool tag_at(struct span s, size_t at, struct tag *t)
{
	*t = (struct tag){ .after = at };
	size_t i = at + 1;
	if (span_at(s, i) == '!' || span_at(s, i) == '?') {
		t->is_comment = span_starts(span_from(s, i), span_str("!--"));
		size_t end = t->is_comment ? span_find(s, span_str("-->"), i + 3) : span_find_byte(s, '>', i);
		t->after = end == SIZE_MAX ? s.n : end + (t->is_comment ? 3 : 1);
		return true;
	}
	t->is_end = span_at(s, i) == '/';
	i += t->is_end;
	if (!is_letter(span_at(s, i)))
		return false;
	for (size_t n = 0; i < s.n && (is_letter(s.p[i]) || (s.p[i] >= '0' && s.p[i] <= '9')); i++)
		if (n < NAME_MAX_LEN)
			t->name[n++] = (char)(s.p[i] | 0x20);
	int quote = 0;
	for (; i < s.n && (quote || s.p[i] != '>'); i++) {
		if (quote)
			quote = s.p[i] == quote ? 0 : quote;
		else if ((s.p[i] == '"' || s.p[i] == '\'') && s.p[i - 1] == '=')
			quote = s.p[i];
	}
	t->after = i < s.n ? i + 1 : s.n;
	return true;
}

/* Offset of the end tag of a script or style. */
static size_t raw_end(struct span s, size_t from, const char *name)
{
	char end[NAME_MAX_LEN + 3] = "</";
	memcpy(end + 2, name, strlen(name) + 1);
	size_t at = span_find_nocase(s, span_str(end), from);
	return at == SIZE_MAX ? s.n : at;
}

bool html_is_deep(struct span s)
{
	long open = 0;
	struct tag t;
	for (size_t i = span_find_byte(s, '<', 0); i != SIZE_MAX && i < s.n; i = span_find_byte(s, '<', i)) {
		if (!tag_at(s, i, &t)) {
			i++;
			continue;
		}
		i = t.after;
		if (t.name[0] && !is_name_in(never_open, t.name))
			open += t.is_end ? (open > 0 ? -1 : 0) : 1;
		if (open > DEEP)
			return true;
		if (!t.is_end && is_name_in(" script style ", t.name))
			i = raw_end(s, i, t.name);
	}
	return false;
}

static const struct { const char *name; uint32_t c; } entities[] = {
	{ "amp;", '&' }, { "lt;", '<' }, { "gt;", '>' }, { "quot;", '"' }, { "apos;", '\'' }, { "nbsp;", 0xa0 },
	{ "auml;", 0xe4 }, { "ouml;", 0xf6 }, { "uuml;", 0xfc }, { "Auml;", 0xc4 }, { "Ouml;", 0xd6 },
	{ "Uuml;", 0xdc }, { "szlig;", 0xdf }, { "eacute;", 0xe9 }, { "egrave;", 0xe8 }, { "euro;", 0x20ac },
	{ "ccedil;", 0xe7 }, { "ntilde;", 0xf1 }, { "aacute;", 0xe1 }, { "oacute;", 0xf3 }, { "iacute;", 0xed },
};

/* The character of "#233;" or "#xe9;", with the length of that; 0 when it is none. */
static uint32_t numbered(struct span s, size_t *n)
{
	bool is_hex = (span_at(s, 1) | 0x20) == 'x';
	uint32_t c = 0;
	size_t i = is_hex ? 2 : 1;
	for (; i < s.n && i < 10 && s.p[i] != ';'; i++) {
		int d = s.p[i], low = d | 0x20;
		int digit = d >= '0' && d <= '9' ? d - '0' : is_hex && low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
		if (digit < 0)
			return 0;
		c = c * (is_hex ? 16 : 10) + (uint32_t)digit;
	}
	*n = i + (span_at(s, i) == ';');
	return c;
}

/* A character for the entity at s, which follows an '&'; 0 when there is none. */
static uint32_t entity(struct span s, size_t *n)
{
	if (span_at(s, 0) == '#')
		return numbered(s, n);
	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++) {
		struct span name = span_str(entities[i].name);
		if (!span_starts(s, name))
			continue;
		*n = name.n;
		return entities[i].c;
	}
	return 0;
}

static int give_text(struct span s, const struct html_events *ev, void *user)
{
	int e = OK;
	while (s.n && ev->text && !e) {
		size_t at = span_find_byte(s, '&', 0);
		struct span plain = span_sub(s, 0, at);
		if (plain.n)
			e = ev->text(user, plain);
		s = span_from(s, plain.n);
		if (!s.n || e)
			break;
		size_t n = 0;
		uint32_t c = entity(span_from(s, 1), &n);
		struct buf one;
		buf_init(&one, 8);
		buf_add_utf8(&one, c ? c : '&');
		e = ev->text(user, buf_span(&one));
		buf_release(&one);
		s = span_from(s, 1 + (c ? n : 0));
	}
	return e;
}

static int give_tag(struct span s, size_t at, const struct tag *t, const struct html_events *ev, void *user)
{
	if (t->is_comment)
		return ev->hidden ? ev->hidden(user, "comment", span_sub(s, at + 4, t->after - at > 7 ? t->after - at - 7 : 0)) : OK;
	if (!t->name[0])
		return OK;
	if (t->is_end)
		return ev->end ? ev->end(user, t->name) : OK;
	return ev->start ? ev->start(user, t->name, NULL) : OK;
}

int html_strip(struct span s, const struct html_events *ev, void *user)
{
	struct tag t;
	int e = OK;
	for (size_t i = 0; i < s.n && !e;) {
		size_t at = span_find_byte(s, '<', i);
		bool is_tag = at < s.n && tag_at(s, at, &t);
		size_t stop = is_tag ? at : at < s.n ? at + 1 : s.n;
		e = give_text(span_sub(s, i, stop - i), ev, user);
		i = stop;
		if (!is_tag || e)
			continue;
		e = give_tag(s, at, &t, ev, user);
		i = t.after;
		if (!t.is_end && is_name_in(" script style ", t.name)) {
			size_t end = raw_end(s, i, t.name);
			if (!e && ev->hidden)
				e = ev->hidden(user, t.name, span_sub(s, i, end - i));
			i = end;
		}
	}
	return e;
}
