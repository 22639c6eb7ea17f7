/*
 * Text of WordprocessingML (ECMA-376 part 1, 17) and DrawingML (21): both
 * call runs of text t, paragraphs p, tables tbl, tr, tc. Tables with a
 * header go out as tables, others stay in the text with tabs.
 */
#include "read/grid.h"
#include "read/ooxml.h"

#include <stdlib.h>
#include <string.h>

enum { CELL_MAX = 4 << 20, DELETED_MAX = 64 << 20, SPAN_MAX = 64 };

struct walk {
	struct ooxml *o;
	bool takes_text;		/* elements called text hold text themselves (threaded comments) */
	unsigned taking;		/* inside so many elements that hold text */
	unsigned runs, fallbacks, tables;
	bool is_deleted, is_field;
	struct buf cell, deleted;
	struct grid grid;
	uint64_t row;
	uint32_t column, cell_span;
};

/* Where text goes: the cell under way or the part's text. */
static struct buf *target(struct walk *w)
{
	if (w->is_deleted)
		return &w->deleted;
	return w->tables ? &w->cell : &w->o->doc.text;
}

/* Ends a line; empty ones are not kept. */
static void end_line(struct buf *b)
{
	if (b->n && span_at(buf_span(b), b->n - 1) != '\n')
		buf_add_byte(b, '\n');
}

static int table_start(struct walk *w)
{
	if (w->tables++)
		return OK;
	w->row = 0;
	buf_clear(&w->cell);
	doc_end_line(&w->o->doc);
	grid_begin(&w->grid, w->o->doc.out, NULL, &w->o->doc.text);
	return OK;
}

static int row_start(struct walk *w)
{
	w->column = w->tables == 1 ? 0 : w->column;
	return w->tables == 1 ? grid_row(&w->grid, ++w->row) : OK;
}

static void cell_start(struct walk *w)
{
	if (w->tables == 1) {
		buf_clear(&w->cell);
		w->cell_span = 1;
	}
}

static uint32_t bounded_span(const char *s)
{
	long n = s ? strtol(s, NULL, 10) : 1;
	return n < 1 ? 1 : n > SPAN_MAX ? SPAN_MAX : (uint32_t)n;
}

static int on_start(void *user, const char *name, const char **attrs)
{
	struct walk *w = user;
	if (strcmp(name, "Fallback") == 0)
		w->fallbacks++;
	if (w->fallbacks)
		return OK;
	if (strcmp(name, "t") == 0 || (w->takes_text && strcmp(name, "text") == 0))
		w->taking++;
	else if (strcmp(name, "delText") == 0)
		w->taking++, w->is_deleted = true;
	else if (strcmp(name, "instrText") == 0)
		w->taking++, w->is_field = true;
	else if (strcmp(name, "r") == 0)
		w->runs++;
	else if (strcmp(name, "tab") == 0 && w->runs)
		buf_add_byte(target(w), '\t');
	else if (strcmp(name, "br") == 0 || strcmp(name, "cr") == 0)
		buf_add_byte(target(w), '\n');
	else if (strcmp(name, "noBreakHyphen") == 0)
		buf_add_byte(target(w), '-');
	else if (strcmp(name, "tbl") == 0)
		return table_start(w);
	else if (strcmp(name, "tr") == 0)
		return row_start(w);
	else if (strcmp(name, "tc") == 0)
		cell_start(w);
	else if (strcmp(name, "gridSpan") == 0 && w->tables == 1)
		w->cell_span = bounded_span(xml_attr(attrs, "val"));
	else if (strcmp(name, "comment") == 0 && xml_attr(attrs, "author"))
		buf_format(target(w), "%s: ", xml_attr(attrs, "author"));
	return OK;
}

static int cell_end(struct walk *w)
{
	if (w->tables > 1) {
		buf_add_byte(&w->cell, '\t');
		return OK;
	}
	int e = grid_cell(&w->grid, w->column, span_trim(buf_span(&w->cell)), false);
	w->column += w->cell_span;
	buf_clear(&w->cell);
	return e;
}

static int table_end(struct walk *w)
{
	if (!w->tables || --w->tables)
		return OK;
	return grid_end(&w->grid, OK);
}

static int on_end(void *user, const char *name)
{
	struct walk *w = user;
	if (strcmp(name, "Fallback") == 0 && w->fallbacks)
		w->fallbacks--;
	if (w->fallbacks)
		return OK;
	if (strcmp(name, "t") == 0 || (w->takes_text && strcmp(name, "text") == 0))
		w->taking -= w->taking > 0;
	else if (strcmp(name, "delText") == 0 || strcmp(name, "instrText") == 0) {
		buf_add_byte(target(w), w->is_field ? ' ' : '\n');
		w->taking -= w->taking > 0;
		w->is_deleted = w->is_field = false;
	} else if (strcmp(name, "r") == 0)
		w->runs -= w->runs > 0;
	else if (strcmp(name, "p") == 0 || strcmp(name, "comment") == 0 || strcmp(name, "text") == 0)
		end_line(target(w));
	else if (strcmp(name, "tc") == 0 && w->tables)
		return cell_end(w);
	else if (strcmp(name, "tr") == 0 && w->tables > 1)
		buf_add_byte(&w->cell, '\n');
	else if (strcmp(name, "tbl") == 0)
		return table_end(w);
	return OK;
}

static int on_text(void *user, struct span s)
{
	struct walk *w = user;
	if (w->taking && !w->fallbacks)
		buf_add(target(w), s);
	return OK;
}

static int give_deleted(struct walk *w)
{
	buf_add(&w->o->doc.text, buf_span(&w->deleted));
	return doc_give(&w->o->doc, "deleted", 0);
}

int ooxml_text(struct ooxml *o, const struct zip_member *m, const char *part, uint32_t page)
{
	static const struct xml_events events = { on_start, on_end, on_text };
	struct walk w = { .o = o };
	w.takes_text = span_find_nocase(m->name, span_str("threaded"), 0) != SIZE_MAX ||
	               span_starts_nocase(m->name, span_str("ppt/comments"));
	buf_init(&w.cell, CELL_MAX);
	buf_init(&w.deleted, DELETED_MAX);
	int e = ooxml_parse(o, m, &events, &w);
	if (w.tables)
		e = grid_end(&w.grid, e);
	if (e >= 0)
		e = doc_give(&o->doc, part, page);
	if (e >= 0 && w.deleted.n)
		e = give_deleted(&w);
	buf_release(&w.cell);
	buf_release(&w.deleted);
	return e;
}
