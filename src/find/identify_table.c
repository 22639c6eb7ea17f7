/*
 * Columns are judged as columns: how many of the distinct cells are proven,
 * against how many are refuted, with the header's meaning as prior; then one
 * finding for each proven cell, all with the column's confidence. What no
 * column explains is read as text, row after row, with its neighbours as
 * context.
 */
#include "find/check_digits.h"
#include "find/identify.h"

#include "base/buf.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_JUDGED = 512, CELL_FORMS = 24, TEXT_CELL = 48, LINES_MAX = 64 << 20 };

/* What the cells of one column say about one rule. */
struct votes { uint32_t proven, refuted, dummies, grouped; };

struct column {
	enum meaning header;
	uint32_t filled, distinct;
	struct votes votes[RULES_MAX];
	int rule;			/* the column's rule, or -1 */
	double worth;
	bool is_other;			/* its header says it holds other numbers */
};

static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_part(int c) { return c == ' ' || c == '-' || c == '.' || c == '/'; }

static char upper(int c)
{
	return (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
}

/* A whole cell as a shape and, where it is digits and separators, its form; false for anything else. */
static bool cell_shape(struct span cell, struct shape *c, char *form)
{
	size_t n = 0, run = 0;
	bool is_digits = true;
	*c = (struct shape){ .n = 0 };
	for (size_t i = 0; i < cell.n; i++) {
		int b = span_at(cell, i);
		if (is_part(b) && i && i + 1 < cell.n && !is_part(span_at(cell, i + 1))) {
			if (!c->is_grouped)
				c->first_part = (char)b;
			c->is_grouped = true;
			is_digits = is_digits && n + 6 < FORM_MAX;
			if (is_digits && run > 9)
				form[n++] = (char)('0' + run / 10);
			if (is_digits)
				form[n++] = (char)('0' + run % 10), form[n++] = b == ' ' ? '_' : (char)b;
			run = 0;
			continue;
		}
		char u = upper(b);
		if (c->n >= COMPACT_MAX || !(is_digit(u) || (u >= 'A' && u <= 'Z')))
			return false;
		c->s[c->n++] = u;
		is_digits = is_digits && is_digit(u);
		run++;
	}
	if (is_digits && run > 9)
		form[n++] = (char)('0' + run / 10);
	if (is_digits)
		form[n++] = (char)('0' + run % 10);
	form[n] = 0;
	return c->n >= 5;
}

/* A number that lost its leading zeroes to a spreadsheet, under a header that names nine digits. */
static void restore_zeroes(struct shape *c, char *form, enum meaning header)
{
	bool is_nine = header == MEANING_SSN || header == MEANING_ROUTING || header == MEANING_BSN;
	if (!is_nine || c->is_grouped || c->n < 7 || c->n > 8 || !all_digits(span_of(c->s, c->n)))
		return;
	memmove(c->s + 9 - c->n, c->s, c->n);
	memset(c->s, '0', 9 - c->n);
	c->n = 9;
	memcpy(form, "9", 2);
}

static unsigned cell_rules(const struct shape *c, const char *form, uint8_t *rules)
{
	unsigned n = form[0] ? identify_by_form(form, rules, 12) : identify_by_pattern(c, rules, 12);
	return n + identify_by_length(c, rules + n, CELL_FORMS - n);
}

static bool was_seen(uint64_t *seen, size_t words, struct span s)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 16777619u;
	h = (h ^ h >> 15) % (words * 64);
	bool was = seen[h / 64] >> (h % 64) & 1;
	seen[h / 64] |= 1ull << (h % 64);
	return was;
}

static void count_cell(struct column *col, struct span cell)
{
	struct shape c;
	char form[FORM_MAX + 4] = "";
	uint8_t rules[CELL_FORMS];
	if (!cell_shape(cell, &c, form))
		return;
	restore_zeroes(&c, form, col->header);
	unsigned n = cell_rules(&c, form, rules);
	for (unsigned i = 0; i < n; i++) {
		struct votes *v = &col->votes[rules[i]];
		enum verdict verdict = identify_rules[rules[i]]->judge(&c);
		v->proven += verdict == PROVEN;
		v->refuted += verdict == REFUTED;
		v->dummies += verdict == DUMMY;
		v->grouped += c.is_grouped && verdict == PROVEN;
	}
}

static void count_column(const struct table *t, uint32_t column, struct column *col)
{
	uint64_t seen[1024] = { 0 };	/* enough for the rows of one block */
	for (uint32_t row = 0; row < t->rows; row++) {
		struct span cell = span_trim(table_cell(t, row, column));
		if (!cell.n)
			continue;
		col->filled++;
		if (was_seen(seen, 1024, cell))
			continue;
		col->distinct++;
		count_cell(col, cell);
	}
}

/* Log-odds of the header for a rule: it names it, names something else, or says nothing. */
static double header_worth(const struct rule *r, enum meaning header, bool *is_named)
{
	*is_named = false;
	for (size_t i = 0; i < sizeof(r->means) && r->means[i]; i++)
		if (header == r->means[i]) {
			*is_named = true;
			return i ? 5 : 6;
		}
	if (header == MEANING_NONE || header == MEANING_DESCRIPTION || header == MEANING_NAME)
		return 0;
	enum kind k = meaning_kind(header);
	return meaning_is_other_number(header) || k != KIND_COUNT || header >= MEANING_FULL_NAME ? -6 : -2;
}

static double column_worth(const struct rule *r, const struct column *col, const struct votes *v, bool *is_named)
{
	double prior = header_worth(r, col->header, is_named);
	uint32_t strangers = col->distinct - v->proven - v->refuted - v->dummies;
	bool is_grouped = v->grouped * 2 > v->proven;
	if (r->needs_label && !*is_named)
		return -10;
	double x = (is_grouped ? r->shaped : r->bare) + prior + identify_density(r, v->proven, v->refuted);
	if (is_grouped && v->proven >= 4)
		x += 1;		/* the form, again and again */
	if (strangers > v->proven && !*is_named)
		x -= 4;
	return x;
}

static void judge_column(const struct table *t, uint32_t column, struct column *col)
{
	count_column(t, column, col);
	col->rule = -1;
	double best = -0.0001;
	for (unsigned r = 0; r < identify_rule_count; r++) {
		bool is_named;
		const struct votes *v = &col->votes[r];
		if (!v->proven && !v->dummies)
			continue;
		double x = column_worth(identify_rules[r], col, v, &is_named);
		if (x > best)
			best = x, col->rule = (int)r;
	}
	col->worth = best;
	col->is_other = col->rule < 0 && meaning_is_other_number(col->header) && col->header != MEANING_DESCRIPTION;
}

static const char why_column[] = "its column is judged as a whole";

static int give_column(const struct item *it, const struct table *t, uint32_t column, const struct column *col,
                       struct sink *out)
{
	const struct rule *rule = identify_rules[col->rule];
	int e = OK;
	for (uint32_t row = 0; row < t->rows && !e; row++) {
		struct span cell = span_trim(table_cell(t, row, column));
		struct shape c;
		char form[FORM_MAX + 4] = "";
		uint8_t rules[CELL_FORMS];
		if (!cell_shape(cell, &c, form))
			continue;
		restore_zeroes(&c, form, col->header);
		unsigned n = cell_rules(&c, form, rules), has = 0;
		while (has < n && rules[has] != col->rule)
			has++;
		enum verdict v = has < n ? rule->judge(&c) : REFUTED;
		struct found f = { .rule = (uint8_t)col->rule, .is_dummy = v == DUMMY, .worth = (float)col->worth };
		bool is_named;
		header_worth(rule, col->header, &is_named);
		f.is_named = is_named;
		if (v != REFUTED)
			e = identify_give(it, out, &f, cell, table_where(t, row, column), why_column);
	}
	return e;
}

/* The cells that no column explains, as lines, with the place of each cell. */
struct lines {
	const struct table *table;
	struct buf text;
	struct cell_at { uint32_t at, row, column; } *cells;
	size_t count, room;
};

static bool lines_add(struct lines *l, uint32_t row, uint32_t column, struct span cell)
{
	if (l->count == l->room) {
		size_t room = l->room ? l->room * 2 : 256;
		struct cell_at *more = realloc(l->cells, room * sizeof(*more));
		if (!more)
			return false;
		l->cells = more;
		l->room = room;
	}
	l->cells[l->count++] = (struct cell_at){ (uint32_t)l->text.n, row, column };
	buf_add(&l->text, cell);
	buf_add_byte(&l->text, '\t');
	return !l->text.is_full;
}

static bool lines_fill(const struct table *t, const struct column *columns, uint32_t judged, struct lines *l)
{
	for (uint32_t row = 0; row < t->rows; row++) {
		for (uint32_t i = 0; i < t->columns; i++) {
			struct span cell = table_cell(t, row, i);
			bool is_taken = i < judged && (columns[i].rule >= 0 || columns[i].is_other);
			if (cell.n && (!is_taken || cell.n > TEXT_CELL) && !lines_add(l, row, i, cell))
				return false;
		}
		buf_add_byte(&l->text, '\n');
	}
	return true;
}

/* The cell that holds all of [at, end) of the lines, or NULL. */
static const struct cell_at *lines_cell(const struct lines *l, size_t at, size_t end)
{
	size_t low = 0, high = l->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (l->cells[middle].at <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return NULL;
	return low < l->count && end > l->cells[low].at ? NULL : &l->cells[low - 1];
}

static struct where place_in_lines(const struct scan *s, size_t at, size_t end)
{
	const struct lines *l = s->source;
	const struct cell_at *cell = lines_cell(l, at, at + 1);
	return table_where(l->table, cell ? cell->row : 0, cell ? cell->column : 0);
}

static int give_lines(const struct item *it, const struct table *t, const struct column *columns, uint32_t judged,
                      const struct lines *l, struct sink *out)
{
	struct scan s = { .text = buf_span(&l->text), .it = it, .out = out, .place = place_in_lines, .source = l };
	struct prefilter p;
	prefilter_start(&p, s.text, IDENTIFY_TOKENS);
	identify_scan(&s, &p);
	int e = s.code;
	for (size_t i = 0; i < s.count && !e; i++) {
		struct found *f = &s.found[i];
		const struct cell_at *cell = lines_cell(l, f->at, f->end);
		if (!cell || f->rule == RULE_MRZ)
			continue;
		bool is_named;
		if (cell->column < judged && !f->is_named)
			f->worth += (float)header_worth(identify_rules[f->rule], columns[cell->column].header, &is_named) / 2;
		e = identify_give(it, out, f, span_sub(s.text, f->at, f->end - f->at), table_where(t, cell->row, cell->column),
		                  NULL);
	}
	free(s.found);
	return e;
}

int identify_table(const struct item *it, const struct table *t, struct sink *out)
{
	uint32_t judged = t->columns < COLUMNS_JUDGED ? t->columns : COLUMNS_JUDGED;
	struct column *columns = calloc(judged ? judged : 1, sizeof(*columns));
	struct lines lines = { .table = t };
	int e = columns ? OK : E_MEMORY;
	buf_init(&lines.text, LINES_MAX);
	for (uint32_t i = 0; i < judged && !e; i++) {
		columns[i].header = t->names ? column_meaning(t->names[i]) : MEANING_NONE;
		judge_column(t, i, &columns[i]);
		if (columns[i].rule >= 0)
			e = give_column(it, t, i, &columns[i], out);
	}
	if (!e && !lines_fill(t, columns, judged, &lines))
		e = E_MEMORY;
	if (!e)
		e = give_lines(it, t, columns, judged, &lines, out);
	free(lines.cells);
	buf_release(&lines.text);
	free(columns);
	return e;
}
