/*
 * Forms: lines that begin with a label of a person's data and a colon. Lines
 * that follow each other are one form; a second name begins another.
 */
#include "find/form.h"

#include <string.h>

#include "base/utf8.h"
#include "find/shared_tokens.h"

enum { LABEL_MAX = 40, VALUE_MAX = 200, GAP_LINES = 2, MARKS = 4096 };

/* Marks of the first three letters of all labels known, so that most lines cost one look. */
static unsigned char marks[MARKS / 8];

static unsigned lower(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20u : c;
}

static unsigned mark_of(unsigned char a, unsigned char b, unsigned char c)
{
	return (lower(a) * 1021u + lower(b) * 127u + lower(c) * 11u) % MARKS;
}

int form_init(const struct options *o, struct fault *why)
{
	static const char *const words[] = {
#define W(word, meaning) word,
#define V(word, meaning) word,
#include "find/column.def"
#undef W
#undef V
	};
	(void)o; (void)why;
	memset(marks, 0, sizeof(marks));
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		const unsigned char *w = (const unsigned char *)words[i];
		unsigned m = w[0] && w[1] ? mark_of(w[0], w[1], w[2] ? w[2] : ' ') : 0;
		marks[m / 8] |= (unsigned char)(1u << m % 8);
	}
	return OK;
}

void claim_add(struct claim *c, enum kind kind, struct span value)
{
	if (c->count < ELEMENTS_MAX && value.n)
		c->elements[c->count++] = (struct element){ kind, value };
}

bool is_personal_kind(enum kind kind)
{
	switch (kind_class(kind)) {
	case CLASS_IDENTITY:
		return true;
	case CLASS_CONTACT:
		return kind == KIND_EMAIL_ADDRESS || kind == KIND_PHONE;
	case CLASS_PAYMENT:
		return kind == KIND_PAYMENT_CARD || kind == KIND_IBAN || kind == KIND_BANK_ACCOUNT;
	case CLASS_CREDENTIAL: case CLASS_INFRASTRUCTURE: case CLASS_ACCOUNTING: case CLASS_MAIL:
	case CLASS_HEALTH: case CLASS_FILM: case CLASS_TERM: case CLASS_COUNT:
		break;
	}
	return false;
}

bool is_plausible(enum kind kind, struct span value)
{
	unsigned digits = 0;
	for (size_t i = 0; i < value.n; i++)
		digits += value.p[i] >= '0' && value.p[i] <= '9';
	if (kind == KIND_EMAIL_ADDRESS)
		return span_find_byte(value, '@', 1) != SIZE_MAX;
	return value.n <= 64 && digits >= 4;
}

/* Letters, marks of names, no digits; words begin with a capital or a script without case. */
bool looks_like_name(struct span s, bool is_loose)
{
	unsigned words = 0, capitals = 0, wide = 0;
	if (s.n < 2 || s.n > 80)
		return false;
	for (size_t i = 0; i < s.n;) {
		unsigned n = utf8_length_at(s, i);
		unsigned char c = s.p[i];
		bool is_start = i == 0 || s.p[i - 1] == ' ' || s.p[i - 1] == '-';
		if (!n || (c < 0x80 && !strchr(" '-.,", c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z')))
			return false;
		wide += n >= 3;
		if (is_start && c != ' ') {
			words++;
			capitals += c >= 0x80 || (c >= 'A' && c <= 'Z');
		}
		i += n;
	}
	if (wide >= 2)	/* scripts that write family and given name without a blank */
		return wide <= 12 && words <= 4;
	return is_loose ? words >= 1 && words <= 7 : words >= 2 && words <= 5 && capitals >= 2;
}

struct form {
	const struct text *t;
	struct sink *out;
	struct claim claim;
	size_t start, end;		/* in the text */
	struct span name, first, last;	/* parts of the name */
	bool is_bare_name;		/* the label was "name" alone */
	char joined[160];
};

struct line_field { enum meaning meaning; struct span value; };

/* Words and what stands between them in labels; program text has other signs. */
static bool is_label_byte(unsigned char c)
{
	static const bool of_label[256] = {
		[' '] = true, ['.'] = true, ['-'] = true, ['/'] = true, ['\''] = true, ['('] = true, [')'] = true,
		['#'] = true, ['A' ... 'Z'] = true, ['a' ... 'z'] = true, [0x80 ... 0xff] = true,
	};
	return of_label[c];
}

static bool is_label(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_label_byte(s.p[i]))
			return false;
	return true;
}

static bool is_number(struct span word)
{
	size_t digits = 0;
	for (size_t i = 0; i < word.n; i++)
		digits += word.p[i] >= '0' && word.p[i] <= '9';
	return digits && digits <= 6 && digits + 2 >= word.n;
}

/* A number before or behind the street, or behind the town; and no sign that only programs are written with. */
bool looks_like_address(struct span s)
{
	unsigned words = 0, letters = 0;
	bool has_place = false;
	if (s.n < 8)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (strchr("*;{}=<>@\\_\"|[]", s.p[i]))
			return false;
		letters += (s.p[i] | 0x20) >= 'a' || s.p[i] >= 0x80;
	}
	for (size_t i = 0, end; i < s.n; i = end + 1) {
		for (end = i; end < s.n && !strchr(" ,\n", s.p[end]);)
			end++;
		bool is_last = end >= s.n || s.p[end] == ',' || s.p[end] == '\n';
		has_place |= is_number(span_sub(s, i, end - i)) && (words == 0 || is_last || span_find_byte(span_sub(s, 0, i), ',', 0) != SIZE_MAX);
		words += end > i;
	}
	return has_place && words >= 2 && letters >= 4;
}

/* The label of a line and what stands behind it. */
static bool field_of(struct span line, struct line_field *f)
{
	struct span s = span_trim(line);
	if (s.n < 5 || s.n > LABEL_MAX + VALUE_MAX)
		return false;
	if ((s.p[0] | 0x20) >= 'a' && (s.p[0] | 0x20) <= 'z' && s.p[1] == ' ')
		s = span_trim(span_from(s, 1));	/* a box's letter, as on wage statements: "e Employee's name" */
	if (s.n < 5)
		return false;
	unsigned m = mark_of(s.p[0], s.p[1], s.p[2]);
	bool is_ascii = s.p[0] < 0x80 && s.p[1] < 0x80 && s.p[2] < 0x80;
	if (is_ascii && !(marks[m / 8] & 1u << m % 8))
		return false;
	size_t colon = span_find_byte(span_sub(s, 0, LABEL_MAX), ':', 1);
	if (colon == SIZE_MAX)
		colon = span_find_byte(span_sub(s, 0, LABEL_MAX), '\t', 1);
	if (colon == SIZE_MAX)
		return false;
	f->value = span_trim(span_from(s, colon + 1));
	if (!f->value.n || f->value.n > VALUE_MAX)
		return false;
	if (!is_label(span_sub(s, 0, colon)))
		return false;
	f->meaning = column_meaning(span_sub(s, 0, colon));
	return f->meaning != MEANING_NONE;
}

static void form_reset(struct form *f)
{
	f->claim = (struct claim){ .basis = "form" };
	f->name = f->first = f->last = span_of(NULL, 0);
	f->is_bare_name = false;
}

static int give(struct form *f, enum kind kind, struct span value, const char *rule)
{
	size_t start = value.p >= f->t->utf8.p && value.p <= f->t->utf8.p + f->t->utf8.n ? (size_t)(value.p - f->t->utf8.p) : f->start;
	size_t end = start + value.n < f->t->utf8.n ? start + value.n : f->t->utf8.n;
	struct contact c = { .confidence = 0.85, .chance = 1, .rule = rule, .checks = { "a label before it says so" } };
	return contact_give(f->out, kind, &c, value, text_where(f->t, start, end));
}

static struct span join_name(struct form *f)
{
	if (!f->first.n || !f->last.n || f->first.n + f->last.n + 1 > sizeof(f->joined))
		return f->name.n ? f->name : f->last;
	memcpy(f->joined, f->first.p, f->first.n);
	f->joined[f->first.n] = ' ';
	memcpy(f->joined + f->first.n + 1, f->last.p, f->last.n);
	return span_of(f->joined, f->first.n + 1 + f->last.n);
}

/* A form of one label says nothing of a person; a bare "name" needs another label of a person beside it. */
static int form_end(struct form *f)
{
	struct span name = join_name(f);
	bool has_name = name.n && (!f->is_bare_name || f->claim.count > 0);
	int e = OK;
	if (has_name)
		e = give(f, KIND_PERSON_NAME, f->first.n && f->last.n ? f->first : name, "name-label");
	if (!e && has_name)
		claim_add(&f->claim, KIND_PERSON_NAME, name);
	if (!e && (f->claim.count > 1 || (has_name && f->claim.count))) {
		f->claim.where = text_where(f->t, f->start, f->end);
		e = sink_claim(f->out, &f->claim);
	}
	form_reset(f);
	return e;
}

static bool is_second_name(const struct form *f, enum meaning m)
{
	return (m == MEANING_FULL_NAME || m == MEANING_NAME) ? f->name.n > 0
		: m == MEANING_LAST_NAME ? f->last.n > 0 : m == MEANING_FIRST_NAME && f->first.n > 0;
}

static int take(struct form *f, const struct line_field *l)
{
	enum kind kind = meaning_kind(l->meaning);
	bool is_name = looks_like_name(l->value, l->meaning == MEANING_FIRST_NAME || l->meaning == MEANING_LAST_NAME);
	if ((l->meaning == MEANING_FULL_NAME || l->meaning == MEANING_NAME) && is_name) {
		f->name = l->value;
		f->is_bare_name = l->meaning == MEANING_NAME;
	} else if (l->meaning == MEANING_FIRST_NAME && is_name) {
		f->first = l->value;
	} else if (l->meaning == MEANING_LAST_NAME && is_name) {
		f->last = l->value;
	} else if ((l->meaning == MEANING_ADDRESS || l->meaning == MEANING_STREET) && looks_like_address(l->value)) {
		claim_add(&f->claim, KIND_POSTAL_ADDRESS, l->value);
		return give(f, KIND_POSTAL_ADDRESS, l->value, "address-label");
	} else if (kind < KIND_COUNT && is_personal_kind(kind) && is_plausible(kind, l->value)) {
		claim_add(&f->claim, kind, l->value);
	}
	return OK;
}

/* The line whose label ends at a token; false when other signs stand before it, or too much. */
static bool line_of(struct span s, size_t at, struct span *line)
{
	size_t i = at;
	while (i && at - i <= LABEL_MAX && is_label_byte(s.p[i - 1]))
		i--;
	if (at - i > LABEL_MAX)
		return false;
	while (i && at - i <= 4 * LABEL_MAX && (s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
		i--;
	if (i && s.p[i - 1] != '\n')
		return false;
	struct span rest = span_from(s, i);
	return span_line(&rest, line);
}

/* More lines than a form may leave out lie in s, which begins at the end of a line. */
static bool is_gap(struct span s)
{
	size_t at = 0, lines = 0;
	while (lines <= GAP_LINES + 1 && (at = span_find_byte(s, '\n', at)) != SIZE_MAX) {
		lines++;
		at++;
	}
	return lines > GAP_LINES + 1;
}

static int take_line(struct form *f, struct span line, const struct line_field *l)
{
	size_t start = (size_t)(line.p - f->t->utf8.p);
	bool is_open = f->claim.count || f->name.n || f->first.n || f->last.n;
	int e = OK;
	if (is_second_name(f, l->meaning) || (is_open && is_gap(span_sub(f->t->utf8, f->end, start - f->end))))
		e = form_end(f);
	is_open = f->claim.count || f->name.n || f->first.n || f->last.n;
	if (!is_open)
		f->start = start;
	f->end = start + line.n;
	return e ? e : take(f, l);
}

int form_text(const struct item *it, const struct text *t, struct sink *out)
{
	enum { ROOM = 256 };
	struct token tokens[ROOM];
	struct form f = { .t = t, .out = out };
	struct prefilter p;
	struct span line;
	struct line_field l;
	int e = OK;
	if (t->is_strings)
		return OK;
	form_reset(&f);
	shared_tokens_start(&p, it, t, TOKENS_LABEL, TOKEN_USER_PERSON);
	for (size_t n; !e && (n = prefilter_next(&p, tokens, ROOM));)
		for (size_t i = 0; i < n && !e; i++)
			if (line_of(t->utf8, tokens[i].at, &line) && field_of(line, &l))
				e = take_line(&f, line, &l);
	return e ? e : form_end(&f);
}
