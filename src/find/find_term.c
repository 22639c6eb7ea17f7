/*
 * The user's words and phrases (--terms): one a line, found as whole words
 * without regard to case. Case is folded by Unicode (ICU's simple folding,
 * one code point to one, sharp s as ss), runs of white space are
 * one space, in the terms and in the text alike.
 *
 * ASCII terms over ASCII text go straight through Hyperscan; where the text
 * or a term is not ASCII, both are folded first and places mapped back.
 */
#include "core/part.h"
#include "base/buf.h"
#include "lib/patterns.h"

#include <stdlib.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

enum { TERMS_MAX = 200000, TERM_BYTES_MAX = 1000, CELL_BYTES_MAX = 1 << 20 };

/* Made once before the workers start; read only afterwards. */
static struct {
	struct patterns *patterns;
	size_t count, *ends;	/* of each term in the folded list: their lengths */
} terms;

/* Folds; at[i] is where in s the byte i of the folded text comes from, at[n] is s.n; at may be NULL. */
static bool fold(struct span s, struct buf *out, uint32_t **at)
{
	uint32_t *map = at ? malloc((s.n * 2 + 8) * sizeof(*map)) : NULL;
	if (at && !map)
		return false;
	size_t begin = out->n;
	bool was_space = false;
	for (int32_t i = 0, n = (int32_t)s.n; i < n;) {
		int32_t from = i;
		UChar32 c;
		U8_NEXT_OR_FFFD(s.p, i, n, c);
		bool is_space = u_isUWhiteSpace(c);
		if (is_space && was_space)
			continue;
		was_space = is_space;
		size_t before = out->n;
		if (c == 0xdf || c == 0x1e9e)
			buf_add_str(out, "ss");
		else
			buf_add_utf8(out, (uint32_t)(is_space ? ' ' : u_foldCase(c, U_FOLD_CASE_DEFAULT)));
		for (size_t k = before; map && k < out->n && k < s.n * 2; k++)
			map[k] = (uint32_t)from;
	}
	if (map && out->n <= s.n * 2)
		map[out->n] = (uint32_t)s.n;
	if (at)
		*at = map;
	return !out->is_full && out->n - begin <= s.n * 2 + 4;
}

static int add_term(struct span line, struct buf *bytes, size_t *ends, size_t *count)
{
	line = span_trim(line);
	if (!line.n || line.n > TERM_BYTES_MAX || *count == TERMS_MAX)
		return OK;
	if (!fold(line, bytes, NULL))
		return E_MEMORY;
	ends[(*count)++] = bytes->n;
	return OK;
}

static int compile(struct span bytes, const size_t *ends, size_t count, struct fault *why)
{
	struct pattern *list = calloc(count + 1, sizeof(*list));
	char cache[4096];
	if (!list)
		return E_MEMORY;
	for (size_t i = 0, from = 0; i < count; from = ends[i++])
		list[i] = (struct pattern){ span_sub(bytes, from, ends[i] - from), PATTERN_LITERAL | PATTERN_CASELESS };
	bool is_cached = patterns_cache_folder(cache, sizeof(cache));
	int e = patterns_open(list, count, is_cached ? cache : NULL, &terms.patterns, why);
	free(list);
	terms.count = e ? 0 : count;
	return e;
}

static int term_init(const struct options *o, struct fault *why)
{
	size_t lines = 1, count = 0;
	if (!o->terms.n || terms.patterns)
		return OK;
	for (size_t i = 0; i < o->terms.n; i++)
		lines += span_at(o->terms, i) == '\n';
	if (lines > TERMS_MAX)
		return fault_set(why, E_USAGE, "more than %d terms", TERMS_MAX);
	struct buf bytes;
	buf_init(&bytes, 256u << 20);
	size_t *ends = calloc(lines + 1, sizeof(*ends));
	int e = ends ? OK : E_MEMORY;
	struct span rest = o->terms, line;
	if (span_starts(rest, span_str("\xef\xbb\xbf")))
		rest = span_from(rest, 3);
	while (!e && span_line(&rest, &line))
		e = add_term(line, &bytes, ends, &count);
	if (!e && count)
		e = compile(buf_span(&bytes), ends, count, why);
	if (e)
		free(ends);
	else
		terms.ends = ends;
	buf_release(&bytes);
	return e;
}

/* A letter, digit or mark of a word before (at < 0 side) or behind a place. */
static bool is_inside_word(struct span s, size_t left, size_t right)
{
	UChar32 a, b;
	int32_t i = (int32_t)left, k = (int32_t)right, n = (int32_t)s.n;
	if (left == 0 || right >= s.n)
		return false;
	U8_PREV_OR_FFFD(s.p, 0, i, a);
	U8_NEXT_OR_FFFD(s.p, k, n, b);
	bool is_script_without_spaces = u_hasBinaryProperty(b, UCHAR_IDEOGRAPHIC) || u_hasBinaryProperty(a, UCHAR_IDEOGRAPHIC);
	return u_isalnum(a) && u_isalnum(b) && !is_script_without_spaces;
}

struct look {
	struct span s, original;
	const uint32_t *at;	/* NULL: s is the original */
	struct sink *out;
	const struct text *text;
	const struct table *table;
	uint32_t row, column;
};

static int on_term(void *user, unsigned index, size_t start, size_t end)
{
	struct look *l = user;
	start = end - (terms.ends[index] - (index ? terms.ends[index - 1] : 0));
	if (is_inside_word(l->s, start, start) || is_inside_word(l->s, end, end))
		return OK;
	size_t from = l->at ? l->at[start] : start, to = l->at ? l->at[end] : end;
	while (to > from && (span_at(l->original, to - 1) == ' ' || span_at(l->original, to - 1) == '\n'))
		to--;	/* white space behind a term was folded away */
	struct finding f = {
		.kind = KIND_TERM, .value = span_sub(l->original, from, to - from), .confidence = 1, .rule = "term",
		.checks = { "a term of the list, as whole words" },
		.where = l->text ? text_where(l->text, from, to) : table_where(l->table, l->row, l->column),
	};
	return sink_finding(l->out, &f);
}

static bool needs_folding(struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		int c = span_at(s, i);
		if (c >= 0x80 || c == '\t' || c == '\r' || c == '\n' || (c == ' ' && span_at(s, i + 1) == ' '))
			return true;
	}
	return false;
}

static int look(struct look *l)
{
	if (!needs_folding(l->original)) {
		l->s = l->original;
		return patterns_scan(terms.patterns, l->s, on_term, l);
	}
	struct buf folded;
	uint32_t *at = NULL;
	buf_init(&folded, 2 * l->original.n + 16);
	int e = l->original.n < INT32_MAX / 2 && fold(l->original, &folded, &at) ? OK : E_MEMORY;
	l->s = buf_span(&folded);
	l->at = at;
	if (!e)
		e = patterns_scan(terms.patterns, l->s, on_term, l);
	free(at);
	buf_release(&folded);
	return e;
}

static int term_text(const struct item *it, const struct text *t, struct sink *out)
{
	(void)it;
	struct look l = { .original = t->utf8, .out = out, .text = t };
	return terms.count ? look(&l) : OK;
}

static int term_table(const struct item *it, const struct table *t, struct sink *out)
{
	(void)it;
	int e = OK;
	for (uint32_t row = 0; terms.count && row < t->rows && !e; row++)
		for (uint32_t column = 0; column < t->columns && !e; column++) {
			struct look l = {
				.original = span_sub(table_cell(t, row, column), 0, CELL_BYTES_MAX), .out = out,
				.table = t, .row = row, .column = column,
			};
			e = look(&l);
		}
	return e;
}

const struct detector detector_term = {
	.name = "term", .help = "words and phrases of --terms", .init = term_init, .text = term_text, .table = term_table,
};
