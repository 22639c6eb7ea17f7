/*
 * Payroll, ledgers, invoices, tax forms, bank statements, contracts: what an
 * item is, by the phrases of its text (phrases.def) and the columns of its
 * tables. One finding a text item, one a table.
 */
#include "core/part.h"
#include "find/column.h"
#include "find/lexicon.h"

#include <stdlib.h>

struct sort { enum topic topic; enum kind kind; const char *what; unsigned amounts; };

/* amounts: of money, that a filled-in one has at least */
static const struct sort sorts[] = {
	{ TOPIC_PAYROLL, KIND_PAYROLL, "payroll", 2 },
	{ TOPIC_LEDGER, KIND_LEDGER, "ledger", 4 },
	{ TOPIC_INVOICE, KIND_INVOICE, "invoice", 1 },
	{ TOPIC_TAX_FORM, KIND_TAX_FORM, "tax form", 1 },
	{ TOPIC_BANK_STATEMENT, KIND_BANK_STATEMENT, "bank statement", 3 },
	{ TOPIC_CONTRACT, KIND_CONTRACT, "contract", 0 },
};
enum { SORTS = sizeof(sorts) / sizeof(*sorts), SCORE_MIN = 7 };

static const char accounting_key;
struct accounting_note { uint32_t tables, columns; uint64_t next_row; };

/* Long texts meet phrases by chance. */
static unsigned score_needed(uint64_t bytes)
{
	unsigned need = SCORE_MIN;
	for (; bytes > (32 << 10) && need < SCORE_MIN + 6; bytes /= 2)
		need += 1;
	return need;
}

static double judge(const struct lexicon_notes *n, const struct sort *s, unsigned score, unsigned distinct)
{
	unsigned need = score_needed(n->text_bytes);
	if (score < need || distinct < 3 || !lexicon_names(n, s->topic))
		return score + 2 >= need && distinct >= 2 && lexicon_names(n, s->topic) ? 0.35 : 0;
	double c = 0.6 + 0.06 * (score - need);
	c = c > 0.95 ? 0.95 : c;
	bool is_blank = lexicon_score(n, TOPIC_BLANK_FORM, NULL) >= 2 || lexicon_hits(n, TOPIC_MONEY) < s->amounts;
	return is_blank && c > 0.4 ? 0.4 : c;
}

static int accounting_end(const struct item *it, struct sink *out)
{
	const struct lexicon_notes *n = lexicon_notes(it);
	const struct accounting_note *note = item_note(it, &accounting_key, sizeof(*note));
	if (!n || (note && note->tables))
		return OK;
	unsigned scores[SORTS], distinct[SORTS], best = 0;
	for (unsigned i = 0; i < SORTS; i++) {
		scores[i] = lexicon_score(n, sorts[i].topic, &distinct[i]);
		if (scores[i] > scores[best])
			best = i;
	}
	double c = judge(n, &sorts[best], scores[best], distinct[best]);
	if (c < 0.3)
		return OK;
	struct finding f = {
		.kind = sorts[best].kind, .confidence = c, .rule = "accounting",
		.value = span_str(arena_format(it->arena, "%s, %u amounts", sorts[best].what, lexicon_hits(n, TOPIC_MONEY))),
		.checks = { "phrases of such a document", c > 0.5 ? "filled in" : "blank, a template, or few phrases" },
		.chance = 1e-3, .where = { .space = SPACE_TEXT, .end = n->text_bytes },
	};
	return sink_finding(out, &f);
}

struct columns { bool has[MEANING_COUNT]; };

static bool has_person(const struct columns *c)
{
	return c->has[MEANING_FULL_NAME] || c->has[MEANING_NAME] || c->has[MEANING_LAST_NAME] || c->has[MEANING_EMPLOYEE_ID] ||
		c->has[MEANING_SSN];
}

/* What a table with these columns is; NULL when none of ours. */
static const struct sort *table_sort(const struct columns *c)
{
	bool money = c->has[MEANING_AMOUNT] || c->has[MEANING_DEBIT] || c->has[MEANING_CREDIT] || c->has[MEANING_BALANCE];
	if (c->has[MEANING_SALARY] && has_person(c))
		return &sorts[0];
	if ((c->has[MEANING_DEBIT] && c->has[MEANING_CREDIT]) || (c->has[MEANING_LEDGER_ACCOUNT] && money))
		return c->has[MEANING_BALANCE] && !c->has[MEANING_LEDGER_ACCOUNT] && c->has[MEANING_DATE] ? &sorts[4] : &sorts[1];
	if (c->has[MEANING_INVOICE_NUMBER] && money)
		return &sorts[2];
	if (c->has[MEANING_DATE] && c->has[MEANING_BALANCE] && (c->has[MEANING_AMOUNT] || c->has[MEANING_DESCRIPTION]))
		return &sorts[4];
	return NULL;
}

/* Long tables come in parts; sheets count their rows from the sheet's first one. */
static bool goes_on(struct accounting_note *note, const struct table *t)
{
	bool is_next = note->next_row == t->first_row && note->columns == t->columns;
	note->next_row = t->first_row + t->rows;
	note->columns = t->columns;
	return is_next;
}

static int accounting_table(const struct item *it, const struct table *t, struct sink *out)
{
	struct accounting_note *note = item_note(it, &accounting_key, sizeof(*note));
	if (!note || goes_on(note, t) || t->rows < 2)
		return OK;
	struct columns c = { { false } };
	for (uint32_t i = 0; i < t->columns; i++)
		c.has[column_meaning(t->names[i])] = true;
	const struct sort *s = table_sort(&c);
	if (!s)
		return OK;
	note->tables++;
	struct finding f = {
		.kind = s->kind, .confidence = 0.8, .rule = "accounting-columns", .chance = 1e-3,
		.value = span_str(arena_format(it->arena, "%s table of %u columns", s->what, t->columns)),
		.checks = { "the columns of such a table" }, .where = table_where(t, 0, 0),
	};
	return sink_finding(out, &f);
}

const struct detector detector_accounting = {
	.name = "accounting", .help = "payroll, ledgers, invoices, tax forms, bank statements, contracts",
	.init = lexicon_open, .text = lexicon_text, .table = accounting_table, .end = accounting_end,
};
