/*
 * Machine readable zones in text: lines of one width one after another,
 * parted by white space and little else, or joined.
 */
#include "find/identify.h"
#include "find/mrz.h"

#include <string.h>

enum { GAP_MAX = 16, RUN_MAX = 90 };

static bool is_mrz_char(int c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<';
}

struct run { size_t at, end; };

static struct run run_around(struct span t, size_t at)
{
	struct run r = { at, at };
	while (r.at && at - r.at <= RUN_MAX && is_mrz_char(span_at(t, r.at - 1)))
		r.at--;
	while (r.end - at <= RUN_MAX && is_mrz_char(span_at(t, r.end)))
		r.end++;
	return r;
}

/* What may stand between two lines: white space, list signs, an escaped "\n". */
static bool is_gap(struct span t, size_t i)
{
	int c = span_at(t, i), d = i ? span_at(t, i - 1) : -1;
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '/' || c == '|' || c == ',' || c == ';' ||
	       c == '"' || c == '\'' || c == '\\' || ((c == 'n' || c == 'r') && d == '\\');
}

/* The run of that width before or behind r, or an empty one. */
static struct run neighbour(struct span t, struct run r, bool is_before)
{
	struct run none = { 0, 0 };
	size_t width = r.end - r.at, i = is_before ? r.at : r.end, n = 0;
	for (; n < GAP_MAX && (is_before ? i > 0 && is_gap(t, i - 1) : is_gap(t, i)); n++)
		i += is_before ? -1 : 1;
	if (!n || (is_before ? !i : i >= t.n))
		return none;
	struct run other = run_around(t, is_before ? i - 1 : i);
	return other.end - other.at == width ? other : none;
}

/* Lines around a run: at most two before and two behind, of its width. */
static unsigned lines_around(struct span t, struct run r, struct run *lines, unsigned *place)
{
	struct run before[2];
	unsigned n = 0, k = 0;
	for (struct run x = r; k < 2; k++) {
		x = neighbour(t, x, true);
		if (!x.end)
			break;
		before[k] = x;
	}
	*place = k;
	while (k)
		lines[n++] = before[--k];
	lines[n++] = r;
	for (struct run x = r; n < *place + 3; ) {
		x = neighbour(t, x, false);
		if (!x.end)
			break;
		lines[n++] = x;
	}
	return n;
}

static bool parse_lines(struct span t, const struct run *lines, unsigned count, struct mrz *m)
{
	struct span spans[MRZ_LINES_MAX];
	for (unsigned i = 0; i < count; i++)
		spans[i] = span_sub(t, lines[i].at, lines[i].end - lines[i].at);
	return mrz_parse(spans, count, m);
}

static unsigned held(const struct mrz *m)
{
	return (unsigned)__builtin_popcount(m->checks_held);
}

/* The best reading of the lines around a place, and the bytes it covers. */
static bool read_around(struct span t, size_t at, struct mrz *best, struct run *covers)
{
	struct run r = run_around(t, at), lines[5];
	size_t width = r.end - r.at;
	unsigned place = 0, need = width == 30 ? 3 : 2;
	*covers = r;
	if (width == 88 || width == 72 || width == 90)
		return mrz_parse_joined(span_sub(t, r.at, width), best);
	if (width != 44 && width != 36 && width != 30)
		return false;
	unsigned n = lines_around(t, r, lines, &place);
	bool has_any = width == 30 && parse_lines(t, &r, 1, best);
	for (unsigned i = 0; i + need <= n; i++) {
		struct mrz m;
		if (i > place || i + need <= place || !parse_lines(t, lines + i, need, &m))
			continue;
		if (has_any && held(&m) <= held(best))
			continue;
		*best = m;
		*covers = (struct run){ lines[i].at, lines[i + need - 1].end };
		has_any = true;
	}
	return has_any;
}

static double mrz_confidence(const struct mrz *m)
{
	if (m->is_verified)
		return m->is_issuer_known ? 0.99 : 0.8;
	return m->is_blank ? 0.05 : 0.1 + 0.05 * held(m);
}

static unsigned list_checks(const struct mrz *m, const char **out)
{
	static const char *const names[][2] = {
		{ "document number digit holds", "document number digit fails" },
		{ "birth date digit holds", "birth date digit fails" },
		{ "expiry digit holds", "expiry digit fails" },
		{ "personal number digit holds", "personal number digit fails" },
		{ "composite digit holds", "composite digit fails" },
	};
	unsigned n = 0;
	for (unsigned i = 0; i < 5; i++)
		if (m->checks_present >> i & 1)
			out[n++] = names[i][!(m->checks_held >> i & 1)];
	if (m->is_blank)
		out[n++] = "blank form";
	if (!m->is_dates_possible)
		out[n++] = "a date is not possible";
	else if (strcmp(m->issuer, "UTO") == 0)
		out[n++] = "issuer is Utopia, the specimens' state";
	return n;
}

/* What a verified zone says about one person. */
static int give_claim(struct scan *s, const struct mrz *m, const struct finding *f)
{
	char name[sizeof(m->surname) + sizeof(m->given_names) + 1];
	char birth[11];
	size_t n = strlen(m->given_names), k = strlen(m->surname);
	memcpy(name, m->given_names, n);
	if (n && k)
		name[n++] = ' ';
	memcpy(name + n, m->surname, k);
	struct claim c = { .basis = "mrz", .where = f->where };
	c.elements[c.count++] = (struct element){ m->kind, f->value };
	if (n + k)
		c.elements[c.count++] = (struct element){ KIND_PERSON_NAME, span_of(name, n + k) };
	if (mrz_birth_iso(m->birth_date, m->expiry_date[0] ? m->expiry_date : NULL, birth))
		c.elements[c.count++] = (struct element){ KIND_BIRTH_DATE, span_str(birth) };
	enum kind number = m->kind == KIND_PASSPORT_MRZ ? KIND_PASSPORT_NUMBER :
	                   m->kind == KIND_VISA_MRZ ? KIND_VISA_NUMBER : KIND_ID_NUMBER;
	c.elements[c.count++] = (struct element){ number, span_str(m->number) };
	return sink_claim(s->out, &c);
}

void identify_mrz(struct scan *s, size_t at)
{
	struct mrz m;
	struct run covers;
	if (at < s->mrz_end || !read_around(s->text, at, &m, &covers))
		return;
	s->mrz_end = covers.end;
	if (!m.is_verified && (held(&m) < 2 || m.chance > 0.011) && !m.is_issuer_known)
		return;
	struct found keep = { .at = (uint32_t)covers.at, .end = (uint32_t)covers.end, .rule = RULE_MRZ, .worth = 100 };
	identify_add(s, &keep);
	struct finding f = {
		.kind = m.kind, .value = span_of(m.text, (size_t)m.lines * m.width), .rule = "mrz", .chance = m.chance,
		.where = s->place(s, covers.at, covers.end), .confidence = mrz_confidence(&m),
	};
	list_checks(&m, f.checks);
	if (!s->code && identify_wants(s->it, m.kind))
		s->code = sink_finding(s->out, &f);
	if (!s->code && m.is_verified)
		s->code = give_claim(s, &m, &f);
}
