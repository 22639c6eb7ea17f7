/*
 * Candidates of identifiers in running text.
 */
#include "find/check_digits.h"
#include "find/identify.h"

#include <stdlib.h>
#include <string.h>

enum { GROUPS_MAX = 32, SPAN_GROUPS = 8, FOUND_MAX = 1 << 21 };

static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_upper(int c) { return c >= 'A' && c <= 'Z'; }
static bool is_lower(int c) { return c >= 'a' && c <= 'z'; }
static bool is_alnum(int c) { return is_digit(c) || is_upper(c) || is_lower(c); }
static bool is_part(int c) { return c == ' ' || c == '-' || c == '.' || c == '/'; }

/* A chain of digit groups as it stands in the text. */
struct chain {
	size_t start[GROUPS_MAX], end[GROUPS_MAX];
	char part[GROUPS_MAX];		/* part[i] stands before group i; 0 before the first of a chain */
	unsigned count;
	bool goes_on;			/* more groups than room */
};

static size_t chain_read(struct span t, size_t at, char part, struct chain *c)
{
	c->count = 0;
	c->goes_on = false;
	for (;;) {
		size_t end = at;
		while (is_digit(span_at(t, end)))
			end++;
		c->start[c->count] = at;
		c->end[c->count] = end;
		c->part[c->count++] = part;
		if (!is_part(span_at(t, end)) || !is_digit(span_at(t, end + 1)))
			return end;
		part = (char)span_at(t, end);
		at = end + 1;
		if (c->count == GROUPS_MAX) {
			c->goes_on = true;
			return at;
		}
	}
}

/* What stands left of an identifier must not be the rest of something longer. */
static bool is_free_left(struct span t, size_t at)
{
	int c = at ? span_at(t, at - 1) : -1, d = at > 1 ? span_at(t, at - 2) : -1;
	if (is_alnum(c) || c == '_' || c == '@' || c == '$' || c == '%' || c == '\\' || c == '&' || c == '~')
		return false;
	if (c == '-' || c == '/' || c == '+')
		return !is_alnum(d) && d != c && c != '+' && d != '/' && d != '_';
	if (c == '.')
		return !is_digit(d) && d != '.';
	return !(c == ':' && is_digit(d));
}

static bool is_free_right(struct span t, size_t end)
{
	int c = span_at(t, end), d = span_at(t, end + 1);
	if (is_alnum(c) || c == '_' || c == '@' || c == '%')
		return false;
	if (c == '-' || c == '/' || c == '.' || c == ':' || c == '+' || c == '=')
		return !is_alnum(d) && d != '_';
	return true;
}

void identify_add(struct scan *s, const struct found *f)
{
	if (s->count == s->room) {
		size_t room = s->room ? s->room * 2 : 64;
		struct found *more = room <= FOUND_MAX ? realloc(s->found, room * sizeof(*more)) : NULL;
		if (!more) {
			s->code = room <= FOUND_MAX ? E_MEMORY : s->code;
			return;
		}
		s->found = more;
		s->room = room;
	}
	s->found[s->count++] = *f;
}

/* Whether this value of this rule was tallied before (now and then wrongly so). */
static bool was_seen(struct scan *s, unsigned rule, const struct shape *c)
{
	uint32_t h = 2166136261u + rule * 7919u;
	for (unsigned i = 0; i < c->n; i++)
		h = (h ^ (unsigned char)c->s[i]) * 16777619u;
	h = (h ^ h >> 15) % (sizeof(s->seen) * 8);
	bool was = s->seen[h / 64] >> (h % 64) & 1;
	s->seen[h / 64] |= 1ull << (h % 64);
	return was;
}

/* What stands right before the candidate; several spans begin at one place. */
static const struct context *near_of(struct scan *s, size_t at)
{
	if (!s->has_context || s->context_at != at)
		context_near(s->text, at, &s->labels, &s->context);
	s->has_context = true;
	s->context_at = at;
	return &s->context;
}

static bool is_named_near(const struct rule *r, const struct context *c)
{
	for (size_t i = 0; i < sizeof(r->means) && r->means[i]; i++)
		if (c->label == r->means[i] || meanings_have(&c->near, r->means[i]))
			return true;
	return false;
}

static void tally_one(struct scan *s, unsigned rule, const struct shape *c, enum verdict v)
{
	if (v == DUMMY || was_seen(s, rule, c))
		return;
	s->tally[rule].proven[c->is_grouped] += v == PROVEN;
	s->tally[rule].refuted[c->is_grouped] += v == REFUTED;
}

/* Numbers of publications: "CVE-2019-15291", "SP 800-131A", "RFC 3493 6.1", "FIPS 140-2". */
static bool is_publication(struct span t, size_t at)
{
	static const char *const names[] = { "CVE-", "RFC ", "RFC-", "RFC", "SP800-", "SP 800-", "FIPS ", "FIPS" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t n = strlen(names[i]);
		if (span_starts(span_sub(t, at, 8), span_str(names[i])) ||
		    (at >= n && span_equal(span_sub(t, at - n, n), span_str(names[i]))))
			return true;
	}
	return at >= 3 && (span_equal(span_sub(t, at - 3, 3), span_str("SP ")) || span_equal(span_sub(t, at - 2, 2), span_str("SP"))) &&
	       span_starts(span_from(t, at), span_str("800-"));
}

void identify_judge(struct scan *s, const struct shape *c, size_t at, size_t end, const uint8_t *rules, unsigned count)
{
	struct context context;
	bool has_far = false;
	if (is_publication(s->text, at))
		return;
	for (unsigned i = 0; i < count; i++) {
		const struct rule *r = identify_rules[rules[i]];
		if (r->needs_label && !is_named_near(r, near_of(s, at)))
			continue;
		enum verdict v = r->judge(c);
		if (!r->needs_label)
			tally_one(s, rules[i], c, v);
		if (v == REFUTED)
			continue;
		if (!has_far) {
			context = *near_of(s, at);
			context_far(s->text, at, end, &context);
		}
		has_far = true;
		struct found f = { .at = (uint32_t)at, .end = (uint32_t)end, .rule = rules[i], .is_dummy = v == DUMMY,
		                   .is_grouped = c->is_grouped };
		double worth = c->is_grouped ? r->shaped : r->bare;
		worth += identify_context(r, &context, &f);
		f.worth = (float)worth;
		if (worth > -4.5)
			identify_add(s, &f);
	}
}

/* Groups i to j as a shape and its form; false when too long. */
static bool span_shape(struct span t, const struct chain *c, unsigned i, unsigned j, struct shape *shape, char *form)
{
	size_t n = 0;
	shape->n = 0;
	for (unsigned k = i; k <= j; k++) {
		size_t length = c->end[k] - c->start[k];
		if (shape->n + length > COMPACT_MAX - 6 || n + 4 > FORM_MAX)
			return false;
		if (k > i)
			form[n++] = c->part[k] == ' ' ? '_' : c->part[k];
		if (length > 9)
			form[n++] = (char)('0' + length / 10);
		form[n++] = (char)('0' + length % 10);
		memcpy(shape->s + shape->n, t.p + c->start[k], length);
		shape->n += (unsigned)length;
	}
	form[n] = 0;
	shape->s[shape->n] = 0;
	shape->is_grouped = j > i;
	shape->first_part = j > i ? c->part[i + 1] : 0;
	return true;
}

/* The parts at both ends of groups i to j leave them alone: only a space, and not the space that parts them. */
static bool span_is_free(struct span t, const struct chain *c, unsigned i, unsigned j)
{
	bool has_spaces = j > i && c->part[i + 1] == ' ';
	char left = c->part[i], right = j + 1 < c->count ? c->part[j + 1] : 0;
	if (left && (left != ' ' || has_spaces))
		return false;
	if (right && (right != ' ' || has_spaces))
		return false;
	if (j + 1 == c->count && c->goes_on)
		return false;
	return (left || is_free_left(t, c->start[i])) && (right || is_free_right(t, c->end[j]));
}

static void judge_span(struct scan *s, const struct chain *c, unsigned i, unsigned j)
{
	struct shape shape;
	char form[FORM_MAX + 4];
	uint8_t rules[16];
	if (!span_is_free(s->text, c, i, j) || !span_shape(s->text, c, i, j, &shape, form))
		return;
	unsigned n = identify_by_form(form, rules, 16);
	bool is_whole = i == 0 && j + 1 == c->count && !c->part[0];
	bool is_dotted = j > i && (shape.first_part == '.' || shape.first_part == '/');
	if ((is_whole || i == j) && !is_dotted && n < 8)
		n += identify_by_length(&shape, rules + n, 16 - n);
	if (n)
		identify_judge(s, &shape, c->start[i], c->end[j], rules, n);
}

/* A chain with letters before it (from first to before letters) and behind it (one, at last); each may be missing. */
struct lettered { size_t first, letters, at, end, last; bool has_prefix, has_suffix; };

static void judge_letters(struct scan *s, const struct chain *c, const struct lettered *l)
{
	struct span t = s->text;
	struct shape digits, shape = { .n = 0 };
	char form[FORM_MAX + 4];
	if ((!l->has_prefix && !is_free_left(t, l->at)) || (!l->has_suffix && !is_free_right(t, l->end)) ||
	    (!l->has_prefix && !l->has_suffix) || !span_shape(t, c, 0, c->count - 1, &digits, form))
		return;
	shape.is_grouped = digits.is_grouped || (l->has_prefix && l->letters != l->at) || (l->has_suffix && l->last != l->end);
	if (l->has_prefix)
		memcpy(shape.s, t.p + l->first, shape.n = (unsigned)(l->letters - l->first));
	memcpy(shape.s + shape.n, digits.s, digits.n);
	shape.n += digits.n;
	if (l->has_suffix)
		shape.s[shape.n++] = (char)span_at(t, l->last);
	if (!shape.is_grouped && l->has_prefix && shape.n >= 8)
		return;		/* a token of capitals and digits: identify_upper sees it */
	uint8_t rules[16];
	unsigned n = identify_by_pattern(&shape, rules, 8);
	bool is_tight_left = !l->has_prefix || l->letters == l->at || span_at(t, l->at - 1) == '-';
	bool is_tight_right = !l->has_suffix || l->last == l->end || span_at(t, l->end) == '-';
	if (is_tight_left && is_tight_right)
		n += identify_by_length(&shape, rules + n, 16 - n);
	if (n)
		identify_judge(s, &shape, l->has_prefix ? l->first : l->at, l->has_suffix ? l->last + 1 : l->end, rules, n);
}

/* "2020-2022 H. Berg": years of a copyright, and a name. */
static bool is_years(struct span t, const struct chain *c)
{
	for (unsigned i = 0; i < c->count; i++) {
		int a = span_at(t, c->start[i]), b = span_at(t, c->start[i] + 1);
		if (c->end[i] - c->start[i] != 4 || !((a == '1' && b == '9') || (a == '2' && b == '0')))
			return false;
	}
	return c->count == 2;
}

/* Letters beside a whole chain: "X-1234567-L", "AB 12 34 56 C", "12.345.678-Z"; a word before it may be none of it. */
static void judge_lettered(struct scan *s, const struct chain *c)
{
	struct span t = s->text;
	struct lettered l = { .at = c->start[0], .end = c->end[c->count - 1] };
	int left = l.at ? span_at(t, l.at - 1) : -1, right = span_at(t, l.end);
	l.letters = l.at - ((left == ' ' || left == '-') && l.at > 1 && is_upper(span_at(t, l.at - 2)));
	l.first = l.letters;
	while (l.first && l.letters - l.first < 3 && is_upper(span_at(t, l.first - 1)))
		l.first--;
	l.has_prefix = l.first < l.letters && is_free_left(t, l.first);
	l.last = l.end + ((right == '-' || right == ' ') && is_upper(span_at(t, l.end + 1)));
	l.has_suffix = is_upper(span_at(t, l.last)) && is_free_right(t, l.last + 1);
	if (c->goes_on || is_years(t, c))
		return;
	judge_letters(s, c, &l);
	if (l.has_prefix && left == ' ') {
		l.has_prefix = false;
		judge_letters(s, c, &l);
	}
}

/* An IBAN printed in groups: its country and check digits stand at most 12 bytes before the chain. */
static void judge_spaced_iban(struct scan *s, size_t at)
{
	struct span t = s->text;
	struct shape shape = { .is_grouped = true, .first_part = ' ' };
	size_t from = at;
	for (size_t i = at; i && at - i < 12; i--)
		if (is_upper(span_at(t, i - 1)) && is_upper(span_at(t, i)) && is_digit(span_at(t, i + 1)) &&
		    is_digit(span_at(t, i + 2)) && is_free_left(t, i - 1)) {
			from = i - 1;
			break;
		}
	if (from == at)
		return;
	size_t ends[COMPACT_MAX + 1], end = from;
	while (shape.n < COMPACT_MAX - 6) {
		int c = span_at(t, end), d = span_at(t, end + 1);
		if (c == ' ' && (is_digit(d) || is_upper(d)))
			c = span_at(t, ++end);
		if (!is_digit(c) && !is_upper(c))
			break;
		shape.s[shape.n++] = (char)c;
		ends[shape.n] = ++end;
	}
	unsigned length = 0;
	uint8_t rules[8];
	if (!iban_holds(span_of(shape.s, shape.n), &length) || !is_free_right(t, ends[length]))
		return;
	shape.n = length;
	unsigned n = identify_by_pattern(&shape, rules, 8);
	for (unsigned i = 0; i < n; i++)
		if (identify_rules[rules[i]]->kind == KIND_IBAN)
			identify_judge(s, &shape, from, ends[length], rules + i, 1);
}

/* "1 85 05 2A 006 084 36": a chain that Corsica's letter breaks. */
static void judge_corsican(struct scan *s, const struct chain *c)
{
	struct span t = s->text;
	struct shape shape = { .is_grouped = true, .first_part = ' ' };
	size_t end = c->start[0];
	int letter = span_at(t, c->end[c->count - 1]);
	if ((letter != 'A' && letter != 'B') || c->count > 4 || !is_free_left(t, end))
		return;
	while (shape.n < 15) {
		int ch = span_at(t, end);
		if (is_digit(ch) || (shape.n == 6 && is_upper(ch)))
			shape.s[shape.n++] = (char)ch;
		else if (ch != ' ')
			return;
		end++;
	}
	uint8_t rules[8];
	if (is_free_right(t, end))
		identify_judge(s, &shape, c->start[0], end, rules, identify_by_pattern(&shape, rules, 8));
}

void identify_digits(struct scan *s, size_t at)
{
	struct chain c;
	char part = 0;
	for (;;) {
		size_t next = chain_read(s->text, at, part, &c);
		unsigned starts = c.goes_on ? c.count - SPAN_GROUPS : c.count;
		for (unsigned i = 0; i < starts; i++)
			for (unsigned j = i, digits = 0; j < c.count && j < i + SPAN_GROUPS; j++) {
				digits += (unsigned)(c.end[j] - c.start[j]);
				if (digits > 20)
					break;
				if (digits >= 6)
					judge_span(s, &c, i, j);
			}
		if (!part && c.count <= SPAN_GROUPS && c.end[c.count - 1] - c.start[0] < COMPACT_MAX) {
			int left = at ? span_at(s->text, at - 1) : -1;
			judge_lettered(s, &c);
			if (is_upper(left) || left == ' ')
				judge_spaced_iban(s, at);
			judge_corsican(s, &c);
		} else if (!part) {
			judge_spaced_iban(s, at);
		}
		if (!c.goes_on)
			return;
		part = c.part[starts];
		at = c.start[starts];
		if (next <= at)
			return;
	}
}

void identify_upper(struct scan *s, size_t at)
{
	struct shape c = { .n = 0 };
	uint8_t rules[16];
	size_t end = at;
	while (is_digit(span_at(s->text, end)) || is_upper(span_at(s->text, end))) {
		if (end - at >= COMPACT_MAX - 4)
			return;
		c.s[c.n++] = (char)span_at(s->text, end++);
	}
	if (!is_free_left(s->text, at) || !is_free_right(s->text, end))
		return;
	unsigned n = identify_by_pattern(&c, rules, 8);
	n += identify_by_length(&c, rules + n, 16 - n);
	if (n)
		identify_judge(s, &c, at, end, rules, n);
}

/* First letters of months in the languages of the word list. */
static bool is_month(struct span w)
{
	static const char *const months[] = {
		"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mai", "m\xc3\xa4r",
		"okt", "dez", "f\xc3\xa9v", "avr", "jui", "ao\xc3\xbb", "d\xc3\xa9" "c", "ene", "abr", "ago", "dic", "gen", "mag",
		"giu", "lug", "set", "ott", "mrt", "mei", "maa", "sty", "lut", "kwi", "maj", "cze", "lip", "sie", "wrz",
		"pa\xc5\xba", "lis", "gru", "fev", "out", "dez",
	};
	if (w.n < 3 || w.n > 12)
		return false;
	for (size_t i = 0; i < sizeof(months) / sizeof(*months); i++)
		if (span_starts_nocase(w, span_str(months[i])))
			return true;
	return false;
}

static bool is_word(int c) { return is_alnum(c) || c >= 0x80; }

/* A date in words that ends with a year: "12 March 1985", "March 12, 1985", "12 de marzo de 1985". */
void identify_year(struct scan *s, size_t at)
{
	struct span t = s->text;
	size_t end = at + 4, i = at, start = at;
	bool has_month = false, has_day = false;
	int decade = span_at(t, at + 1);
	if (decade != '9' && decade != '0')
		return;
	for (unsigned words = 0; words < 4 && !(has_month && has_day); words++) {
		while (i && at - i < 28 && (is_part(span_at(t, i - 1)) || span_at(t, i - 1) == ','))
			i--;
		size_t stop = i;
		while (i && at - i < 28 && is_word(span_at(t, i - 1)))
			i--;
		struct span w = span_sub(t, i, stop - i);
		bool is_day = w.n >= 1 && is_digit(span_at(w, 0)) && w.n <= 4 && digits_value(w, 0, w.n == 1 || !is_digit(span_at(w, 1)) ? 1 : 2) <= 31;
		bool is_of = w.n == 2 && span_equal_nocase(w, span_str("de"));
		if (!w.n || (!is_of && !is_day && !is_month(w)))
			break;
		has_day |= is_day;
		has_month |= !is_of && !is_day;
		start = i;
	}
	if (!has_month || !has_day || !is_free_right(t, end))
		return;
	for (uint8_t r = 0; r < identify_rule_count; r++) {
		struct found f = { .at = (uint32_t)start, .end = (uint32_t)end, .rule = r, .is_grouped = true };
		if (identify_rules[r]->kind != KIND_BIRTH_DATE)
			continue;
		if (!is_named_near(identify_rules[r], near_of(s, start)))
			continue;
		struct context c = *near_of(s, start);
		context_far(t, start, end, &c);
		f.worth = (float)(identify_rules[r]->shaped + identify_context(identify_rules[r], &c, &f));
		if (f.is_named || f.is_near)
			identify_add(s, &f);
	}
}

static int found_order(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->worth != y->worth)
		return x->worth > y->worth ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* One stands for each place: the strongest, for ties the longer, then the first. */
static void keep_strongest(struct scan *s)
{
	size_t n = 0;
	if (s->count)
		qsort(s->found, s->count, sizeof(*s->found), found_order);
	for (size_t i = 0; i < s->count; i++) {
		const struct found f = s->found[i];
		bool is_beaten = false;
		while (n && s->found[n - 1].end > f.at && !is_beaten) {
			is_beaten = s->found[n - 1].worth >= f.worth;
			n -= !is_beaten;
		}
		if (!is_beaten)
			s->found[n++] = f;
	}
	s->count = n;
}

static void add_density(struct scan *s)
{
	for (size_t i = 0; i < s->count; i++) {
		struct found *f = &s->found[i];
		if (f->rule == RULE_MRZ)
			continue;
		const struct tally *t = &s->tally[f->rule];
		double x = identify_density(identify_rules[f->rule], t->proven[f->is_grouped], t->refuted[f->is_grouped]);
		if (!f->is_named || x > 0)
			f->worth += (float)x;
	}
}

void identify_scan(struct scan *s, struct prefilter *p)
{
	struct token tokens[512];
	for (size_t n; (n = prefilter_next(p, tokens, 512)) && !s->code;)
		for (size_t i = 0; i < n && !s->code; i++)
			switch ((enum token_type)tokens[i].type) {
			case TOKEN_DIGITS: identify_digits(s, tokens[i].at); break;
			case TOKEN_UPPER: identify_upper(s, tokens[i].at); break;
			case TOKEN_YEAR: identify_year(s, tokens[i].at); break;
			case TOKEN_FILLER: identify_mrz(s, tokens[i].at); break;
			case TOKEN_AT: case TOKEN_PLUS: case TOKEN_LABEL: case TOKEN_TYPES: break;
			}
	add_density(s);
	keep_strongest(s);
}
