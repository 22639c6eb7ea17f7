#include "read/odf_text.h"

#include "lib/xml.h"
#include "read/grid.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	CELL_MAX = 4 << 20,
	ROWS_REPEATED_MAX = 1000,	/* rows with something in them; empty ones only count */
	CELLS_REPEATED_MAX = 256,
	ROW_CELLS_MAX = 65536,
	SPACES_MAX = 64,
};

struct odf_cell { uint32_t column, repeated; size_t at, n; bool is_number; };

struct odf {
	struct doc *doc;
	const char *part;
	unsigned paragraphs;		/* open ones: text counts inside only */
	unsigned tables, deletions, notes, meta;
	bool is_spreadsheet;
	uint32_t page;
	struct buf cell, deleted, row_bytes, name, binary;
	bool is_binary;
	unsigned pictures;
	struct grid grid;
	struct odf_cell *cells;		/* ROW_CELLS_MAX, of the row under way */
	size_t cell_count;
	uint64_t row, rows_repeated;
	uint32_t column, cells_repeated;
	char type;			/* first letter of value-type */
	char value[64];
	char label[48];			/* of the property under way */
};

static struct buf *target(struct odf *o)
{
	if (o->deletions)
		return &o->deleted;
	return o->tables ? &o->cell : &o->doc->text;
}

/* Ends a line; empty ones are not kept. */
static void end_line(struct buf *b)
{
	if (b->n && span_at(buf_span(b), b->n - 1) != '\n')
		buf_add_byte(b, '\n');
}

static uint64_t number_attr(const char **attrs, const char *name)
{
	const char *s = xml_attr(attrs, name);
	return s ? strtoull(s, NULL, 10) : 0;
}

static int table_start(struct odf *o, const char **attrs)
{
	if (o->tables++)
		return OK;
	const char *name = xml_attr(attrs, "name");
	buf_clear(&o->name);
	buf_add_str(&o->name, name ? name : "");
	o->row = 1;
	buf_clear(&o->cell);
	doc_end_line(o->doc);
	grid_begin(&o->grid, o->doc->out, o->is_spreadsheet ? buf_string(&o->name) : NULL,
	           o->is_spreadsheet ? NULL : &o->doc->text);
	return OK;
}

static void row_start(struct odf *o, const char **attrs)
{
	if (o->tables != 1)
		return;
	uint64_t n = number_attr(attrs, "number-rows-repeated");
	o->rows_repeated = n ? n : 1;
	o->column = 0;
	o->cell_count = 0;
	buf_clear(&o->row_bytes);
}

static void cell_start(struct odf *o, const char **attrs)
{
	if (o->tables != 1)
		return;
	uint64_t n = number_attr(attrs, "number-columns-repeated");
	const char *type = xml_attr(attrs, "value-type"), *value = NULL;
	o->cells_repeated = n == 0 ? 1 : n > GRID_COLUMNS_MAX ? GRID_COLUMNS_MAX : (uint32_t)n;
	o->type = type ? type[0] : 0;
	if (type && strcmp(type, "date") == 0)
		value = xml_attr(attrs, "date-value");
	else if (type && (o->type == 'f' || o->type == 'c' || o->type == 'p'))
		value = xml_attr(attrs, "value");
	snprintf(o->value, sizeof(o->value), "%s", value ? value : "");
	buf_clear(&o->cell);
}

/* Only digits and the marks that identifiers are written with. */
static bool is_masked(struct span shown)
{
	for (size_t i = 0; i < shown.n; i++)
		if (!strchr("0123456789- ()", span_at(shown, i)))
			return false;
	return shown.n > 0;
}

/* A number as shown where that is an identifier's shape, else in full. */
static struct span shown_cell(struct odf *o, bool *is_number)
{
	struct span shown = span_trim(buf_span(&o->cell));
	*is_number = o->value[0] != 0;
	if (!*is_number)
		return shown;
	if (o->type == 'd' || (is_masked(shown) && shown.n >= strlen(o->value)))
		return o->type == 'd' ? span_str(o->value) : shown;
	double number = strtod(o->value, NULL);
	if (strchr(o->value, 'E') && number == floor(number) && fabs(number) < 1e18)
		snprintf(o->value, sizeof(o->value), "%.0f", number);
	return span_str(o->value);
}

static void cell_end(struct odf *o)
{
	if (o->tables > 1) {
		buf_add_byte(&o->cell, '\t');
		return;
	}
	bool is_number;
	struct span s = shown_cell(o, &is_number);
	if (s.n && o->cell_count < ROW_CELLS_MAX) {
		uint32_t times = o->cells_repeated > CELLS_REPEATED_MAX ? CELLS_REPEATED_MAX : o->cells_repeated;
		o->cells[o->cell_count++] = (struct odf_cell){ o->column, times, o->row_bytes.n, s.n, is_number };
		buf_add(&o->row_bytes, s);
	}
	o->column += o->column < GRID_COLUMNS_MAX ? o->cells_repeated : 0;
	buf_clear(&o->cell);
}

static int give_row(struct odf *o)
{
	int e = grid_row(&o->grid, o->row);
	for (size_t i = 0; i < o->cell_count && !e; i++) {
		const struct odf_cell *c = &o->cells[i];
		struct span s = span_sub(buf_span(&o->row_bytes), c->at, c->n);
		for (uint32_t k = 0; k < c->repeated && !e; k++)
			e = grid_cell(&o->grid, c->column + k, s, c->is_number);
	}
	o->row++;
	return e;
}

static int row_end(struct odf *o)
{
	if (o->tables > 1)
		buf_add_byte(&o->cell, '\n');
	if (o->tables != 1)
		return OK;
	uint64_t times = o->cell_count ? o->rows_repeated : 0, left;
	times = times > ROWS_REPEATED_MAX ? ROWS_REPEATED_MAX : times;
	left = o->rows_repeated - times;
	int e = OK;
	for (uint64_t i = 0; i < times && !e; i++)
		e = give_row(o);
	o->row += left < UINT32_MAX ? left : UINT32_MAX;
	return e;
}

static int table_end(struct odf *o)
{
	if (!o->tables || --o->tables)
		return OK;
	return grid_end(&o->grid, OK);
}

static void spaces(struct odf *o, const char **attrs)
{
	uint64_t n = number_attr(attrs, "c");
	for (uint64_t i = 0; i < (n ? n : 1) && i < SPACES_MAX; i++)
		buf_add_byte(target(o), ' ');
}

static int give_page(struct odf *o)
{
	return doc_give(o->doc, o->page ? NULL : o->part, o->page);
}

static int page_start(struct odf *o)
{
	if (o->tables)
		return OK;
	int e = give_page(o);
	o->page++;
	return e;
}

static int notes_start(struct odf *o)
{
	return o->notes++ || o->tables ? OK : give_page(o);
}

static int notes_end(struct odf *o)
{
	if (!o->notes || --o->notes || o->tables)
		return OK;
	return doc_give(o->doc, "notes", o->page);
}

static void property_start(struct odf *o, const char *name, const char **attrs)
{
	const char *stated = xml_attr(attrs, "name");
	end_line(&o->doc->text);
	snprintf(o->label, sizeof(o->label), "%s", stated ? stated : name);
}

static void property_text(struct odf *o, struct span s)
{
	s = span_trim(s);
	if (s.n && o->label[0])
		buf_format(&o->doc->text, "%s: ", o->label);
	if (s.n)
		o->label[0] = 0;
	buf_add(&o->doc->text, s);
}

static int on_start(void *user, const char *name, const char **attrs)
{
	struct odf *o = user;
	const char *link = strcmp(name, "a") == 0 ? xml_attr(attrs, "href") : NULL;
	if (link && *link != '#')
		buf_format(target(o), "%s ", link);
	if (o->meta)
		property_start(o, name, attrs);
	if (strcmp(name, "p") == 0 || strcmp(name, "h") == 0)
		o->paragraphs++;
	else if (strcmp(name, "tab") == 0)
		buf_add_byte(target(o), '\t');
	else if (strcmp(name, "line-break") == 0)
		buf_add_byte(target(o), '\n');
	else if (strcmp(name, "s") == 0)
		spaces(o, attrs);
	else if (strcmp(name, "table") == 0)
		return table_start(o, attrs);
	else if (strcmp(name, "table-row") == 0)
		row_start(o, attrs);
	else if (strcmp(name, "table-cell") == 0 || strcmp(name, "covered-table-cell") == 0)
		cell_start(o, attrs);
	else if (strcmp(name, "spreadsheet") == 0)
		o->is_spreadsheet = true;
	else if (strcmp(name, "deletion") == 0)
		o->deletions++;
	else if (strcmp(name, "page") == 0)
		return page_start(o);
	else if (strcmp(name, "notes") == 0)
		return notes_start(o);
	else if (strcmp(name, "meta") == 0)
		o->meta++;
	else if (strcmp(name, "binary-data") == 0) {
		o->is_binary = true;
		buf_clear(&o->binary);
	}
	return OK;
}

/* Base64 (RFC 4648), white space left out, in place; returns the bytes. */
static struct span unbase64(struct buf *b)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct span s = buf_span(b);
	struct cur c = cur_of(s);
	size_t n = 0;
	uint32_t bits = 0, held = 0;
	while (c.left.n) {
		uint8_t byte = cur_u8(&c);
		const char *at = byte ? strchr(letters, byte) : NULL;
		if (!at)
			continue;
		held = held << 6 | (uint32_t)(at - letters);
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		b->p[n++] = (unsigned char)(held >> bits);
	}
	return span_of(b->p, n);
}

static int give_picture(struct odf *o)
{
	char name[32];
	o->is_binary = false;
	struct span bytes = unbase64(&o->binary);
	snprintf(name, sizeof(name), "picture %u", ++o->pictures);
	return bytes.n ? doc_child(o->doc, span_str(name), bytes) : OK;
}

static int on_end(void *user, const char *name)
{
	struct odf *o = user;
	if (strcmp(name, "p") == 0 || strcmp(name, "h") == 0) {
		o->paragraphs -= o->paragraphs > 0;
		end_line(target(o));
	} else if (strcmp(name, "table") == 0)
		return table_end(o);
	else if (strcmp(name, "table-row") == 0)
		return row_end(o);
	else if ((strcmp(name, "table-cell") == 0 || strcmp(name, "covered-table-cell") == 0) && o->tables)
		cell_end(o);
	else if (strcmp(name, "deletion") == 0)
		o->deletions -= o->deletions > 0;
	else if (strcmp(name, "notes") == 0)
		return notes_end(o);
	else if (strcmp(name, "meta") == 0)
		o->meta -= o->meta > 0;
	else if (strcmp(name, "binary-data") == 0)
		return give_picture(o);
	else if (o->meta)
		end_line(&o->doc->text);
	return OK;
}

static int on_text(void *user, struct span s)
{
	struct odf *o = user;
	if (o->is_binary)
		buf_add(&o->binary, s);
	else if (o->meta)
		property_text(o, s);
	else if (o->paragraphs)
		buf_add(target(o), s);
	return OK;
}

static int give_deleted(struct odf *o)
{
	buf_add(&o->doc->text, buf_span(&o->deleted));
	return doc_give(o->doc, "deleted", 0);
}

int odf_text(struct doc *d, struct span xml, const char *part)
{
	static const struct xml_events events = { on_start, on_end, on_text };
	struct odf o = { .doc = d, .part = part };
	struct fault why = { "" };
	struct buf *const bufs[] = { &o.cell, &o.deleted, &o.row_bytes, &o.name, &o.binary };
	for (size_t i = 0; i < sizeof(bufs) / sizeof(*bufs); i++)
		buf_init(bufs[i], i < 4 ? CELL_MAX : 64 << 20);
	o.cells = calloc(ROW_CELLS_MAX, sizeof(*o.cells));
	int e = o.cells ? xml_parse(xml, &events, &o, &why) : fault_set(d->why, E_MEMORY, "no memory for a table");
	if (e > 0)
		e = doc_damage(d, why.text);
	if (o.tables)
		e = grid_end(&o.grid, e);
	if (e >= 0)
		e = give_page(&o);
	if (e >= 0 && o.deleted.n)
		e = give_deleted(&o);
	for (size_t i = 0; i < sizeof(bufs) / sizeof(*bufs); i++)
		buf_release(bufs[i]);
	free(o.cells);
	return e;
}
