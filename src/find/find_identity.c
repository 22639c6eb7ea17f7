/*
 * Identity and payment identifiers in text and tables.
 *
 * The prefilter names places; rules (rule.h) prove or refute what stands
 * there; what is proven is weighed by log-odds:
 *   the rule's own worth, bare or with separators      about -3 to +4
 *   + label or column that names it 5, word near 3.6, word before 2.4, after 1.4
 *   - label of another number 4, other words near 2.2, before 0.8
 *   + words about a person before 0.6
 *   + density: distinct values of one form in this text, proven against
 *     refuted, by the chance that random ones pass (at most 4, at least -5)
 * Confidence is the logistic function of the sum; from 0.5 on it is an
 * assertion. Dummies stay below whatever speaks for them.
 */
#include "find/identify.h"
#include "find/shared_tokens.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const struct rule *identify_rules[RULES_MAX];
unsigned identify_rule_count;

/* Forms of all rules: filled before main, constant afterwards. */
static struct form { char text[FORM_MAX]; uint8_t rule; } forms[256];
static struct form patterns[64];
static unsigned pattern_count;
static struct length { uint8_t rule, low, high; } lengths[16];
static unsigned length_count;

static unsigned form_hash(const char *s)
{
	uint32_t h = 2166136261u;
	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return (h >> 7) % (sizeof(forms) / sizeof(*forms));
}

static bool is_digit(int c) { return c >= '0' && c <= '9'; }

/* "6-10" behind the tilde. */
static void add_length(const char *s, size_t n, unsigned rule)
{
	unsigned low = 0, high = 0;
	for (size_t i = 1; i < n; i++) {
		if (s[i] == '-')
			low = high, high = 0;
		else
			high = high * 10 + (unsigned)(s[i] - '0');
	}
	lengths[length_count++] = (struct length){ (uint8_t)rule, (uint8_t)low, (uint8_t)high };
}

static void add_form(const char *s, size_t n, unsigned rule)
{
	struct form f = { .rule = (uint8_t)rule };
	if (*s == '~') {
		add_length(s, n, rule);
		return;
	}
	if (n >= FORM_MAX)
		return;
	memcpy(f.text, s, n);
	if (strpbrk(f.text, "AX")) {
		patterns[pattern_count++] = f;
		return;
	}
	unsigned h = form_hash(f.text);
	while (forms[h].text[0])
		h = (h + 1) % (sizeof(forms) / sizeof(*forms));
	forms[h] = f;
}

__attribute__((constructor)) static void rules_fill(void)
{
	static const struct rule *const books[] = { rules_us, rules_europe, rules_world, rules_payment, rules_labelled };
	for (size_t b = 0; b < sizeof(books) / sizeof(*books); b++)
		for (const struct rule *r = books[b]; r->name; r++) {
			unsigned index = identify_rule_count++;
			identify_rules[index] = r;
			for (const char *s = r->forms; *s; s += strspn(s, " ")) {
				size_t n = strcspn(s, " ");
				add_form(s, n, index);
				s += n;
			}
		}
}

unsigned identify_by_form(const char *form, uint8_t *out, unsigned room)
{
	unsigned n = 0;
	for (unsigned h = form_hash(form); forms[h].text[0] && n < room; h = (h + 1) % (sizeof(forms) / sizeof(*forms)))
		if (strcmp(forms[h].text, form) == 0)
			out[n++] = forms[h].rule;
	return n;
}

static bool char_fits(char c, char class)
{
	if (class == '9')
		return is_digit(c);
	return class == 'A' ? c >= 'A' && c <= 'Z' : true;
}

static bool pattern_fits(const char *pattern, const struct shape *c)
{
	size_t n = strlen(pattern);
	bool is_open = pattern[n - 1] == '*';
	n -= is_open;
	if (is_open ? c->n < n : c->n != n)
		return false;
	for (unsigned i = 0; i < c->n; i++)
		if (!char_fits(c->s[i], pattern[i < n ? i : n - 1]))
			return false;
	return true;
}

unsigned identify_by_pattern(const struct shape *c, uint8_t *out, unsigned room)
{
	unsigned n = 0;
	for (unsigned i = 0; i < pattern_count && n < room; i++)
		if (pattern_fits(patterns[i].text, c))
			out[n++] = patterns[i].rule;
	return n;
}

unsigned identify_by_length(const struct shape *c, uint8_t *out, unsigned room)
{
	unsigned n = 0;
	for (unsigned i = 0; i < length_count && n < room; i++)
		if (c->n >= lengths[i].low && c->n <= lengths[i].high)
			out[n++] = lengths[i].rule;
	return n;
}

double identify_confidence(double x)
{
	double c = 1 / (1 + exp(-x));
	return c > 0.99 ? 0.99 : c;
}

double identify_density(const struct rule *r, double proven, double refuted)
{
	enum { CAP = 4, FLOOR = -5 };
	const double wrong = 0.08;	/* typing errors and strangers in a true list */
	if (proven + refuted < 3)
		return 0;
	double p = r->chance < 0.98 ? r->chance : 0.98;
	double x = proven * log((1 - wrong) / p) + refuted * log(wrong / (1 - p));
	/* a form that nearly anything passes proves little however often it stands there */
	double cap = r->chance > 0.3 ? 1.5 : CAP;
	if (p > 1 - wrong)
		return 0;
	return x > cap ? cap : x < FLOOR ? FLOOR : x;
}

/* Words that speak of another kind of number. */
static double counter_worth(const struct context *c)
{
	static const uint8_t others[] = { MEANING_PHONE, MEANING_ORDER_NUMBER, MEANING_TRACKING_NUMBER,
	                                  MEANING_PRODUCT_NUMBER, MEANING_SERIAL_NUMBER, MEANING_ISBN, MEANING_HASH };
	double x = 0;
	for (size_t i = 0; i < sizeof(others); i++) {
		double one = meanings_have(&c->near, others[i]) ? -2.2 : meanings_have(&c->before, others[i]) ? -0.8 : 0;
		x = one < x ? one : x;
	}
	return x;
}

static double label_against(enum meaning label)
{
	if (meaning_is_other_number(label) || label == MEANING_PHONE || label == MEANING_MOBILE || label == MEANING_FAX)
		return -4;
	enum kind k = meaning_kind(label);
	return k != KIND_COUNT && kind_class(k) != CLASS_CONTACT ? -3 : label >= MEANING_ADDRESS ? -1 : 0;
}

double identify_context(const struct rule *r, const struct context *c, struct found *f)
{
	double best = 0;
	bool is_named = false, is_near = false;
	for (size_t i = 0; i < sizeof(r->means) && r->means[i]; i++) {
		enum meaning m = r->means[i];
		double x = c->label == m ? 5 : meanings_have(&c->near, m) ? 3.6 : meanings_have(&c->before, m) ? 2.4 :
		           meanings_have(&c->after, m) ? 1.4 : 0;
		if (x && i)
			x -= 0.5;	/* a more general word */
		is_named |= c->label == m;
		is_near |= meanings_have(&c->near, m);
		best = x > best ? x : best;
	}
	f->is_named = is_named;
	f->is_near = is_near;
	if (!is_named && c->label != MEANING_NONE)
		best += label_against(c->label);
	if (!is_named)
		best += counter_worth(c);
	if (meanings_have(&c->before, MEANING_FULL_NAME) || meanings_have(&c->before, MEANING_BIRTH_DATE) ||
	    meanings_have(&c->after, MEANING_BIRTH_DATE))
		best += 0.6;
	return best;
}

bool identify_wants(const struct item *it, enum kind k)
{
	return !it->options || it->options->classes >> kind_class(k) & 1;
}

int identify_give(const struct item *it, struct sink *out, const struct found *f, struct span value, struct where where,
                  const char *why_many)
{
	const struct rule *r = identify_rules[f->rule];
	double confidence = f->is_dummy ? 0.1 : identify_confidence(f->worth);
	struct finding g = {
		.kind = r->kind, .value = value, .rule = r->name, .chance = r->chance, .where = where,
		.confidence = round(confidence * 1000) / 1000,
	};
	unsigned n = 0;
	if (f->is_dummy)
		g.checks[n++] = "published dummy, example or filler";
	for (size_t i = 0; i < 3 && r->checks[i]; i++)
		g.checks[n++] = r->checks[i];
	if (f->is_named)
		g.checks[n++] = "a label names it";
	else if (f->is_near)
		g.checks[n++] = "words near name it";
	if (why_many)
		g.checks[n++] = why_many;
	if (confidence < 0.3 && !f->is_dummy)
		return OK;
	return identify_wants(it, r->kind) ? sink_finding(out, &g) : OK;
}

static struct where place_in_text(const struct scan *s, size_t at, size_t end)
{
	return text_where(s->source, at, end);
}

static int text(const struct item *it, const struct text *t, struct sink *out)
{
	struct scan s = { .text = t->utf8, .it = it, .out = out, .place = place_in_text, .source = t };
	struct prefilter p;
	shared_tokens_start(&p, it, t, IDENTIFY_TOKENS, TOKEN_USER_IDENTITY);
	identify_scan(&s, &p);
	int e = s.code;
	for (size_t i = 0; i < s.count && !e; i++) {
		const struct found *f = &s.found[i];
		if (f->rule != RULE_MRZ)
			e = identify_give(it, out, f, span_sub(s.text, f->at, f->end - f->at), text_where(t, f->at, f->end), NULL);
	}
	free(s.found);
	return e;
}

const struct detector detector_identity = {
	.name = "identity", .help = "numbers of persons, documents, cards and accounts; machine readable zones",
	.text = text, .table = identify_table,
};
