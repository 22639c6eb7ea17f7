/*
 * SQL dumps: mysqldump, pg_dump (INSERT and COPY), SQLite's .dump, SQL
 * Server's scripts. Rows go out as tables, with the column names of the
 * statement or of the CREATE TABLE before it; all else is text.
 */
#include "core/part.h"
#include "lib/encoding.h"
#include "read/sql_scan.h"
#include "read/text_source.h"

#include <string.h>

enum {
	HEAD = 16 << 10,
	COLUMNS_MAX = 4096,
	SCHEMAS_MAX = 4096,
	WINDOW_MAX = 64 << 20,	/* bytes of one row or statement */
};

enum sql_state { IN_STATEMENTS, IN_VALUES, IN_COPY };

/* Columns of a table, as a statement named them. */
struct schema { struct span table; const struct span *names; uint32_t columns; };

struct dump {
	const struct item *it;
	struct sink *out;
	struct fault *why;
	enum sql_state state;
	bool has_backslash;
	const struct text *window;
	struct span s;
	bool is_cut;		/* the dump goes on behind the window */
	size_t text_from;	/* text from here on is not given yet */
	struct schema *schemas;
	uint32_t schema_count;
	struct schema now;	/* of the rows under way */
	bool is_open;		/* its table has begun */
	uint32_t given;		/* with so many columns */
	struct buf scratch;
	struct arena turn;	/* names of the table under way */
	struct span *stated;	/* names that an INSERT or COPY states */
	struct span *cells;
	uint64_t *offsets;
	bool is_damaged;
};

static int end_table(struct dump *d)
{
	if (!d->is_open)
		return OK;
	d->is_open = false;
	return sink_table_end(d->out);
}

/* What stands between rows, up to to. */
static int give_text(struct dump *d, size_t to)
{
	size_t from = d->text_from;
	d->text_from = to;
	struct text t = *d->window;
	if (to <= from || !span_trim(span_sub(d->s, from, to - from)).n)
		return OK;
	t.utf8 = span_sub(d->s, from, to - from);
	t.base = d->window->base + from;
	t.raw_at = d->window->raw_at ? d->window->raw_at + from : NULL;
	int e = end_table(d);
	return e ? e : sink_text(d->out, &t);
}

/* Names in parentheses at *i, borrowed from the window; false when there are none or they break off. */
static bool name_list(struct dump *d, size_t *i, struct schema *to)
{
	size_t at = sql_skip_blanks(d->s, *i + 1);
	uint32_t n = 0;
	struct span name;
	while (n < COLUMNS_MAX && sql_name(d->s, &at, &name)) {
		d->stated[n++] = name;
		if (span_at(d->s, at) != ',')
			break;
		at = sql_skip_blanks(d->s, at + 1);
	}
	if (!n || span_at(d->s, at) != ')')
		return false;
	to->names = d->stated;
	to->columns = n;
	*i = sql_skip_blanks(d->s, at + 1);
	return true;
}

static const struct schema *schema_named(const struct dump *d, struct span table)
{
	for (uint32_t i = d->schema_count; i > 0; i--)
		if (span_equal_nocase(d->schemas[i - 1].table, table))
			return &d->schemas[i - 1];
	return NULL;
}

static bool same_names(const struct schema *a, const struct schema *b)
{
	if (a->columns != b->columns || !span_equal(a->table, b->table))
		return false;
	for (uint32_t i = 0; i < a->columns; i++)
		if (!span_equal(a->names[i], b->names[i]))
			return false;
	return true;
}

/* The rows to come belong to that table; an open one of the same columns goes on. */
static int turn_to(struct dump *d, struct span table, const struct schema *stated)
{
	const struct schema *known = stated->columns ? stated : schema_named(d, table);
	struct schema next = { .table = table };
	if (known) {
		next.names = known->names;
		next.columns = known->columns;
	}
	if (d->is_open && same_names(&d->now, &next))
		return OK;
	int e = end_table(d);
	arena_reset(&d->turn);
	struct span *names = arena_array(&d->turn, next.columns, sizeof(*names));
	for (uint32_t i = 0; names && i < next.columns; i++)
		names[i] = arena_copy(&d->turn, next.names[i]);
	if (!names)
		return fault_set(d->why, E_MEMORY, "no memory for %u names", next.columns);
	d->now = (struct schema){ arena_copy(&d->turn, table), names, next.columns };
	return e;
}

/* A row of n cells; one that is wider than the table begins a new one. */
static int give_row(struct dump *d, uint32_t n)
{
	int e = OK;
	if (d->is_open && n > d->given)
		e = end_table(d);
	if (!e && !d->is_open) {
		uint32_t columns = n > d->now.columns ? n : d->now.columns;
		struct span *names = arena_array(&d->turn, columns, sizeof(*names));
		char *sheet = arena_string(&d->turn, d->now.table);
		if (!names || !sheet)
			return fault_set(d->why, E_LIMIT, "more tables in a dump than are read");
		for (uint32_t i = 0; i < d->now.columns; i++)
			names[i] = d->now.names[i];
		e = sink_table_begin(d->out, sheet, d->now.columns ? names : NULL, columns);
		d->is_open = !e;
		d->given = columns;
	}
	return e ? e : sink_row(d->out, d->cells, n, d->offsets);
}

static void set_cell(struct dump *d, uint32_t n, struct span raw, struct span value)
{
	d->cells[n] = value;
	d->offsets[n] = raw.n ? text_raw_at(d->window, (size_t)(raw.p - d->s.p)) : 0;
}

static void value_cell(struct dump *d, uint32_t n, struct span raw, bool is_literal, bool has_escapes)
{
	size_t from = d->scratch.n;
	if (!is_literal && span_equal_nocase(raw, span_str("NULL"))) {
		set_cell(d, n, span_of(NULL, 0), span_of(NULL, 0));
	} else if (!has_escapes) {
		set_cell(d, n, raw, raw);
	} else {
		sql_unescape(raw, d->has_backslash || raw.p[-2] == 'E', &d->scratch);
		set_cell(d, n, raw, span_from(buf_span(&d->scratch), from));
	}
}

/* A tuple "(...)" at *i; false when it breaks off. */
static bool read_tuple(struct dump *d, size_t *i, uint32_t *n)
{
	size_t at = *i;
	buf_clear(&d->scratch);
	*n = 0;
	do {
		struct span raw = { 0 };
		bool is_literal, has_escapes;
		at = sql_value(d->s, at + 1, d->has_backslash, &raw, &is_literal, &has_escapes);
		if (at == SIZE_MAX)
			return false;
		if (*n < COLUMNS_MAX)
			value_cell(d, (*n)++, raw, is_literal, has_escapes);
	} while (d->s.p[at] == ',');
	*i = at + 1;
	return true;
}

/* Tuples after VALUES. Returns with *i behind the last whole one; the state changes at the statement's end. */
static int step_values(struct dump *d, size_t *i)
{
	size_t at = sql_skip_blanks(d->s, *i);
	while (span_at(d->s, at) == ',')
		at = sql_skip_blanks(d->s, at + 1);
	int c = span_at(d->s, at);
	if (c < 0 && d->is_cut)
		return PART;
	if (c != '(') {
		d->state = IN_STATEMENTS;
		*i = at + (c == ';');
		d->text_from = *i;
		return OK;
	}
	uint32_t n;
	if (!read_tuple(d, &at, &n)) {
		if (d->is_cut)
			return PART;
		/* it breaks off for good: the rest is text */
		d->state = IN_STATEMENTS;
		d->text_from = *i;
		*i = d->s.n;
		d->is_damaged = true;
		return sink_damage(d->out, STATUS_PARTIAL, text_raw_at(d->window, at), 0, "a row of SQL that breaks off");
	}
	*i = at;
	d->text_from = at;
	return give_row(d, n);
}

/* A field of COPY's text format (PostgreSQL, COPY, "Text Format"). */
static void copy_cell(struct dump *d, uint32_t n, struct span raw)
{
	size_t from = d->scratch.n;
	if (span_equal(raw, span_str("\\N"))) {
		set_cell(d, n, span_of(NULL, 0), span_of(NULL, 0));
	} else if (span_find_byte(raw, '\\', 0) == SIZE_MAX) {
		set_cell(d, n, raw, raw);
	} else {
		sql_unescape(raw, true, &d->scratch);
		set_cell(d, n, raw, span_from(buf_span(&d->scratch), from));
	}
}

static int step_copy(struct dump *d, size_t *i)
{
	size_t end = span_find_byte(d->s, '\n', *i);
	if (end == SIZE_MAX && d->is_cut)
		return PART;
	end = end == SIZE_MAX ? d->s.n : end;
	struct span line = span_sub(d->s, *i, end - *i);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	*i = end < d->s.n ? end + 1 : end;
	d->text_from = *i;
	if (span_equal(line, span_str("\\."))) {
		d->state = IN_STATEMENTS;
		return OK;
	}
	uint32_t n = 0;
	buf_clear(&d->scratch);
	for (size_t at = 0; at <= line.n && n < COLUMNS_MAX; n++) {
		size_t tab = span_find_byte(line, '\t', at);
		tab = tab == SIZE_MAX ? line.n : tab;
		copy_cell(d, n, span_sub(line, at, tab - at));
		at = tab + 1;
	}
	return give_row(d, n);
}

/* A part of a CREATE TABLE's list that is no column. */
static bool is_constraint(struct span s, size_t i)
{
	static const char *const words[] = {
		"PRIMARY", "KEY", "UNIQUE", "CONSTRAINT", "INDEX", "FULLTEXT", "FOREIGN", "CHECK", "SPATIAL", "EXCLUDE", "LIKE",
	};
	for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
		size_t at = i;
		if (sql_word(s, &at, words[k]))
			return true;
	}
	return false;
}

/* Remembers the columns of CREATE TABLE, whose list opens at i, all inside the statement s. */
static void learn_columns(struct dump *d, struct span s, size_t i, struct span table)
{
	uint32_t n = 0;
	while (i < s.n && n < COLUMNS_MAX) {
		struct span name, ignored;
		bool is_literal, has_escapes;
		i = sql_skip_blanks(s, i + 1);
		size_t at = i;
		if (!is_constraint(s, i) && sql_name(s, &at, &name))
			d->cells[n++] = arena_copy(d->it->arena, name);
		i = sql_value(s, i, d->has_backslash, &ignored, &is_literal, &has_escapes);
		if (i == SIZE_MAX || s.p[i] == ')')
			break;
	}
	struct span *names = arena_array(d->it->arena, n, sizeof(*names));
	if (!n || !names || d->schema_count == SCHEMAS_MAX)
		return;
	memcpy(names, d->cells, n * sizeof(*names));
	d->schemas[d->schema_count++] = (struct schema){ arena_copy(d->it->arena, table), names, n };
}

static void look_at_create(struct dump *d, struct span s)
{
	size_t i = 0;
	struct span table;
	if (!sql_word(s, &i, "CREATE"))
		return;
	sql_word(s, &i, "GLOBAL");
	if (!sql_word(s, &i, "TEMPORARY"))
		sql_word(s, &i, "UNLOGGED");
	if (!sql_word(s, &i, "TABLE"))
		return;
	if (sql_word(s, &i, "IF")) {
		sql_word(s, &i, "NOT");
		sql_word(s, &i, "EXISTS");
	}
	if (sql_name(s, &i, &table) && span_at(s, i) == '(')
		learn_columns(d, s, i, table);
}

/* INSERT or REPLACE up to its first tuple, or COPY up to its data. False for other statements. */
static bool begins_rows(struct dump *d, size_t *i, struct span *table, struct schema *stated, enum sql_state *state)
{
	size_t at = *i;
	bool is_copy = sql_word(d->s, &at, "COPY");
	if (!is_copy && !sql_word(d->s, &at, "INSERT") && !sql_word(d->s, &at, "REPLACE"))
		return false;
	static const char *const fillers[] = { "LOW_PRIORITY", "DELAYED", "IGNORE", "OR", "REPLACE", "INTO" };
	for (size_t k = 0; !is_copy && k < sizeof(fillers) / sizeof(*fillers); k++)
		sql_word(d->s, &at, fillers[k]);
	if (!sql_name(d->s, &at, table))
		return false;
	if (span_at(d->s, at) == '(' && !name_list(d, &at, stated))
		return false;
	if (is_copy) {
		if (!sql_word(d->s, &at, "FROM") || !sql_word(d->s, &at, "stdin"))
			return false;
		size_t line = span_find_byte(d->s, '\n', at);
		if (line == SIZE_MAX)
			return false;
		at = line + 1;
		/* the blanks passed behind "stdin;" may not hold the line end, so look back for it */
		size_t semicolon = span_find_byte(d->s, ';', *i), own = span_find_byte(d->s, '\n', semicolon);
		at = semicolon != SIZE_MAX && own != SIZE_MAX ? own + 1 : at;
	} else if (!sql_word(d->s, &at, "VALUES") && !sql_word(d->s, &at, "VALUE")) {
		return false;
	}
	*state = is_copy ? IN_COPY : IN_VALUES;
	*i = at;
	return true;
}

static int step_statement(struct dump *d, size_t *i)
{
	size_t at = sql_skip_blanks(d->s, *i), start = at;
	if (at >= d->s.n) {
		*i = at;
		return OK;
	}
	/* SQL Server's scripts part their statements by lines of GO */
	if (sql_word(d->s, &at, "GO") && (at < d->s.n || !d->is_cut)) {
		*i = at;
		return OK;
	}
	size_t comment = sql_comment_end(d->s, at);
	struct span table = { 0 };
	struct schema stated = { 0 };
	if (comment == at && begins_rows(d, &at, &table, &stated, &d->state)) {
		int e = give_text(d, start);
		d->text_from = *i = at;
		return e ? e : turn_to(d, table, &stated);
	}
	size_t end = comment != at ? comment : sql_statement_end(d->s, at, d->has_backslash);
	if (end == SIZE_MAX && d->is_cut)
		return PART;
	end = end == SIZE_MAX ? d->s.n : end;
	if (comment == start)
		look_at_create(d, span_sub(d->s, start, end - start));
	*i = end;
	return OK;
}

/* All that is whole in a window; *used is where the first thing begins that is not. */
static int give_window(struct dump *d, const struct text *window, bool is_cut, size_t *used)
{
	d->window = window;
	d->s = window->utf8;
	d->is_cut = is_cut;
	d->text_from = 0;
	buf_clear(&d->scratch);
	if (!buf_reserve(&d->scratch, d->s.n + 1))
		return fault_set(d->why, E_MEMORY, "no memory for a window of %zu bytes", d->s.n);
	int e = OK;
	size_t i = 0;
	while (i < d->s.n && !e) {
		switch (d->state) {
		case IN_STATEMENTS: e = step_statement(d, &i); break;
		case IN_VALUES: e = step_values(d, &i); break;
		case IN_COPY: e = step_copy(d, &i); break;
		}
	}
	*used = i;
	if (e == PART)
		e = OK;
	return e ? e : give_text(d, i);
}

static int give_windows(struct dump *d, struct text_source *ts)
{
	size_t size = d->it->bytes.n, want = WINDOW, next;
	int e = OK;
	for (size_t from = ts->mark; from < size && !e;) {
		struct text t;
		bool is_text;
		size_t used = 0;
		e = text_source_window(ts, from, want, &t, &next, &is_text, d->why);
		if (!e)
			e = sink_spend(d->out, next - from);
		if (!e && !is_text)
			e = sink_damage(d->out, STATUS_PARTIAL, from, next - from, "bytes that are no text inside a dump");
		if (!e && is_text)
			e = give_window(d, &t, next < size && want < WINDOW_MAX, &used);
		if (e)
			break;
		bool is_short = is_text && used < t.utf8.n;
		if (is_short && !used) {
			want *= 2;
			continue;
		}
		from = is_short ? (size_t)text_raw_at(&t, used) : next;
		want = WINDOW;
	}
	return e;
}

/* MySQL and its kin escape by backslash, the standard does not. */
static bool escapes_by_backslash(struct span head)
{
	static const char *const signs[] = { "MySQL", "MariaDB", "phpMyAdmin", "`", "ENGINE=" };
	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (span_find(head, span_str(signs[i]), 0) != SIZE_MAX)
			return true;
	return false;
}

static int sql_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct dump d = { .it = it, .out = out, .why = why };
	struct text_source ts;
	text_source_init(&ts, it->bytes, NULL);
	buf_init(&d.scratch, (size_t)WINDOW_MAX * 4);
	d.has_backslash = escapes_by_backslash(span_sub(it->bytes, 0, HEAD * 4));
	d.schemas = arena_array(it->arena, SCHEMAS_MAX, sizeof(*d.schemas));
	arena_init(&d.turn, (size_t)16 << 20);
	d.stated = arena_array(it->arena, COLUMNS_MAX, sizeof(*d.stated));
	d.cells = arena_array(it->arena, COLUMNS_MAX, sizeof(*d.cells));
	d.offsets = arena_array(it->arena, COLUMNS_MAX, sizeof(*d.offsets));
	int e = d.schemas && d.stated && d.cells && d.offsets ? OK : fault_set(why, E_MEMORY, "no memory for columns");
	if (!e)
		e = give_windows(&d, &ts);
	if (!e)
		e = end_table(&d);
	text_source_release(&ts);
	buf_release(&d.scratch);
	arena_release(&d.turn);
	return e ? e : d.is_damaged ? PART : OK;
}

/* Statements at the beginnings of lines that only dumps have. */
static int sql_probe(struct span head, const struct item *it)
{
	static const char *const dumps[] = {
		"-- MySQL dump", "-- MariaDB dump", "-- PostgreSQL database dump", "-- phpMyAdmin SQL Dump", "/*!40101 SET",
		"PRAGMA foreign_keys=OFF;", "SET IDENTITY_INSERT",
	};
	static const char *const statements[] = { "INSERT ", "CREATE TABLE ", "COPY ", "REPLACE INTO ", "CREATE USER ", "GRANT " };
	if (!encoding_is_text(head))
		return 0;
	for (size_t i = 0; i < sizeof(dumps) / sizeof(*dumps); i++)
		if (span_find(head, span_str(dumps[i]), 0) != SIZE_MAX)
			return 65;
	unsigned found = 0;
	for (struct span rest = head, line; span_line(&rest, &line);)
		for (size_t i = 0; i < sizeof(statements) / sizeof(*statements); i++)
			found += span_starts_nocase(line, span_str(statements[i]));
	bool is_named = item_has_extension(it, "sql dump ddl psql mysql");
	if (is_named)
		return found ? 60 : 0;
	return found >= 2 && span_find_byte(head, ';', 0) != SIZE_MAX && span_find(head, span_str("VALUES"), 0) != SIZE_MAX ? 45 : 0;
}

static int sql_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_sql = {
	.name = "sql", .help = "SQL dumps", .type = "application/sql", .peek = HEAD,
	.probe = sql_probe, .read = sql_read, .init = sql_init,
};
