/*
 * Machine readable zones in text: lines of one width one after another,
 * parted by white space and little else, or joined.
 */
#include "find/identify.h"
#include "find/mrz.h"
#include "find/mrz_claim.h"

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
	mrz_list_checks(&m, f.checks);
	if (!s->code && identify_wants(s->it, m.kind))
		s->code = sink_finding(s->out, &f);
	if (!s->code && m.is_verified)
		s->code = mrz_give_claim(&m, &f, s->out);
}
