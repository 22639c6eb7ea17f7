/*
 * HTML in the encoding it states: its text, and its tables of data as rows.
 * A table that only lays out the page (one that holds other tables, or has a
 * single column or row) stays text. Scripts and comments are given beside.
 */
#include "core/part.h"
#include "lib/encoding.h"
#include "lib/html.h"
#include "read/text_source.h"

#include <stdlib.h>
#include <string.h>

enum {
	HEAD = 4096,
	HTML_MAX = 256 << 20,	/* bytes of one document */
	CELLS_MAX = 1 << 20,	/* of one table; larger ones stay text */
	COLUMNS_MAX = 1024,
	SPAN_MAX = 100,		/* columns that one cell may cover */
	DEPTH_MAX = 64,		/* of tables inside tables */
};

struct html_cell { size_t from, to; uint32_t row; bool is_header; };

struct page {
	struct sink *out;
	struct html_writer w;
	struct buf text, hidden;
	uint64_t given;		/* bytes of text that went out already */
	struct html_cell *cells;
	size_t count, room;
	unsigned depth;		/* of tables */
	bool is_flat;		/* the table under way holds no other one */
	size_t table_at;	/* where it begins in text */
	uint32_t row;
	bool in_cell;
	unsigned covers;	/* columns of the cell under way */
};

static int give_text(struct page *p, size_t n)
{
	struct text t = { .utf8 = span_sub(buf_span(&p->text), 0, n), .space = SPACE_TEXT, .base = p->given };
	p->given += n;
	return span_trim(t.utf8).n ? sink_text(p->out, &t) : OK;
}

/* The text up to n goes out, and what lies behind it moves to the front. */
static int flush_text(struct page *p, size_t n)
{
	int e = give_text(p, n);
	if (n)
		memmove(p->text.p, p->text.p + n, p->text.n - n);
	p->text.n -= n;
	p->w.cell_row = p->w.cell_row > n ? p->w.cell_row - n : 0;
	return e;
}

static uint32_t widest_row(const struct page *p, uint32_t *rows)
{
	uint32_t widest = 0, n = 0, last = UINT32_MAX;
	*rows = 0;
	for (size_t i = 0; i < p->count; i++) {
		n = p->cells[i].row == last ? n + 1 : 1;
		*rows += p->cells[i].row != last;
		last = p->cells[i].row;
		widest = n > widest ? n : widest;
	}
	return widest;
}

/* All cells of the first row are headers. */
static bool has_header(const struct page *p)
{
	for (size_t i = 0; i < p->count && p->cells[i].row == p->cells[0].row; i++)
		if (!p->cells[i].is_header)
			return false;
	return p->count > 0;
}

static int give_rows(struct page *p, uint32_t columns)
{
	struct span line[COLUMNS_MAX];
	bool header = has_header(p), has_begun = false;
	int e = OK;
	for (size_t i = 0; i < p->count && !e;) {
		uint32_t row = p->cells[i].row, n = 0;
		for (; i < p->count && p->cells[i].row == row; i++, n++)
			line[n] = span_trim(span_sub(buf_span(&p->text), p->cells[i].from, p->cells[i].to - p->cells[i].from));
		for (uint32_t k = n; k < columns; k++)
			line[k] = span_of(NULL, 0);
		if (!has_begun)
			e = sink_table_begin(p->out, NULL, header ? line : NULL, columns);
		if (!e && (has_begun || !header))
			e = sink_row(p->out, line, n, NULL);
		has_begun = true;
	}
	return e ? e : sink_table_end(p->out);
}

/* The end of an innermost table: rows when it has the shape of data, else its text stays where it is. */
static int end_table(struct page *p)
{
	uint32_t rows, columns = widest_row(p, &rows);
	if (rows < 2 || columns < 2 || columns > COLUMNS_MAX || p->count >= CELLS_MAX || p->text.is_full)
		return OK;
	size_t end = p->text.n, start = p->table_at;
	int e = sink_spend(p->out, end - start);
	if (!e)
		e = give_text(p, start);
	if (!e)
		e = give_rows(p, columns);
	p->given += end - start;
	p->text.n = 0;
	p->w.cell_row = 0;
	return e;
}

static void add_cell(struct page *p, bool is_header)
{
	if (p->count == CELLS_MAX)
		return;
	if (p->count == p->room) {
		size_t room = p->room ? p->room * 2 : 256;
		struct html_cell *cells = realloc(p->cells, room * sizeof(*cells));
		if (!cells)
			return;
		p->cells = cells;
		p->room = room;
	}
	p->cells[p->count++] = (struct html_cell){ p->text.n, p->text.n, p->row, is_header };
}

/* The text of a cell stands in the first of the columns it covers. */
static void end_cell(struct page *p)
{
	if (!p->in_cell || !p->count)
		return;
	p->cells[p->count - 1].to = p->text.n;
	for (; p->covers > 1; p->covers--)
		add_cell(p, p->cells[p->count - 1].is_header);
	p->in_cell = false;
}

static void begin_cell(struct page *p, bool is_header, const struct html_element *e)
{
	end_cell(p);
	const char *covers = html_attr(e, "colspan");
	long n = covers ? strtol(covers, NULL, 10) : 1;
	p->covers = n < 1 ? 1 : n > SPAN_MAX ? SPAN_MAX : (unsigned)n;
	add_cell(p, is_header);
	p->in_cell = p->count < CELLS_MAX;
}

static int on_start(void *user, const char *name, const struct html_element *e)
{
	struct page *p = user;
	html_write_start(&p->w, name, e);
	if (strcmp(name, "table") == 0) {
		p->depth++;
		p->is_flat = true;
		p->table_at = p->text.n;
		p->count = 0;
		p->row = 0;
		p->in_cell = false;
	} else if (p->depth && strcmp(name, "tr") == 0) {
		end_cell(p);
		p->row++;
	} else if (p->depth && (strcmp(name, "td") == 0 || strcmp(name, "th") == 0)) {
		begin_cell(p, name[1] == 'h', e);
	}
	return OK;
}

static int on_end(void *user, const char *name)
{
	struct page *p = user;
	int e = OK;
	if (p->depth && (strcmp(name, "td") == 0 || strcmp(name, "th") == 0 || strcmp(name, "tr") == 0))
		end_cell(p);
	html_write_end(&p->w, name);
	if (strcmp(name, "table") == 0 && p->depth) {
		end_cell(p);
		if (p->is_flat)
			e = end_table(p);
		p->is_flat = false;
		p->depth--;
	}
	/* between tables nothing refers to the text any more */
	if (!e && !p->depth && p->text.n >= WINDOW)
		e = flush_text(p, p->text.n);
	return e;
}

static int on_text(void *user, struct span s)
{
	struct page *p = user;
	html_write_text(&p->w, s);
	return OK;
}

static int on_hidden(void *user, const char *what, struct span s)
{
	struct page *p = user;
	if (strcmp(what, "style") != 0) {
		buf_add(&p->hidden, s);
		buf_add_byte(&p->hidden, '\n');
	}
	return OK;
}

static int give_hidden(struct page *p)
{
	struct text t = {
		.utf8 = buf_span(&p->hidden), .space = SPACE_TEXT, .base = p->given, .part = "script",
	};
	return span_trim(t.utf8).n ? sink_text(p->out, &t) : OK;
}

static int html_read(const struct item *it, struct sink *out, struct fault *why)
{
	static const struct html_events events = { on_start, on_end, on_text, on_hidden };
	struct page p = { .out = out };
	struct text_source ts;
	struct span utf8;
	p.w.out = &p.text;
	buf_init(&p.text, HTML_MAX);
	buf_init(&p.hidden, TEXT_MAX);
	text_source_init(&ts, it->bytes, html_stated_encoding(it->bytes));
	int e = text_source_whole(&ts, HTML_MAX, &utf8, why);
	if (!e)
		e = sink_spend(out, it->bytes.n);
	if (!e)
		e = html_walk(utf8, &events, &p, why);
	if (!e)
		e = flush_text(&p, p.text.n);
	if (!e)
		e = give_hidden(&p);
	if (!e && (p.text.is_full || p.hidden.is_full)) {
		e = sink_damage(out, STATUS_PARTIAL, 0, 0, "a page with more text than is read");
		e = e ? e : PART;
	}
	free(p.cells);
	buf_release(&p.text);
	buf_release(&p.hidden);
	text_source_release(&ts);
	return e;
}

/* Without the zeros of UTF-16, so that its tags can be seen. */
static size_t narrowed(struct span head, char *to, size_t room)
{
	size_t n = 0;
	for (size_t i = 0; i < head.n && n < room; i++)
		if (head.p[i])
			to[n++] = (char)head.p[i];
	return n;
}

static bool has_any(struct span s, const char *const *words)
{
	for (; *words; words++)
		if (span_find_nocase(s, span_str(*words), 0) != SIZE_MAX)
			return true;
	return false;
}

static int html_probe(struct span head, const struct item *it)
{
	static const char *const sure[] = { "<!doctype html", "<html", NULL };
	static const char *const likely[] = { "<head", "<body", "<table", "<div", "<p>", "<meta ", "<br", "<span", "<font", NULL };
	bool is_named = item_has_extension(it, "html htm xhtml shtml xht") ||
	                (it->stated_type && strncmp(it->stated_type, "text/html", 9) == 0);
	if (span_find_byte(span_sub(head, 0, 256), '<', 0) == SIZE_MAX && !is_named)
		return 0;
	if (!encoding_is_text(head))
		return 0;
	char plain[HEAD];
	struct span s = span_trim(span_of(plain, narrowed(head, plain, sizeof(plain))));
	while (s.n && s.p[0] >= 0x80)
		s = span_from(s, 1);
	if (is_named)
		return has_any(s, sure) || has_any(s, likely) ? 60 : span_find_byte(s, '<', 0) != SIZE_MAX ? 50 : 0;
	if (span_starts_nocase(s, span_str(sure[0])) || span_starts_nocase(s, span_str(sure[1])))
		return 60;
	bool is_markup = span_at(s, 0) == '<';
	if (is_markup && has_any(span_sub(s, 0, 1024), sure))
		return 55;
	return is_markup && span_at(s, 1) != '?' && has_any(span_sub(s, 0, 64), likely) ? 45 : 0;
}

static int html_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_html = {
	.name = "html", .help = "HTML", .type = "text/html", .peek = HEAD,
	.probe = html_probe, .read = html_read, .init = html_init,
};
