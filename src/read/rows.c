#include "read/rows.h"

#include <stdlib.h>
#include <string.h>

enum {
	CELLS_GATHERED = 16 << 10,
	TEXTS_GATHERED = 64,
	BYTES_GATHERED = 8 << 20,
	CEILING = 256 << 20,
};

struct row_cell { uint32_t row, column; struct span value; uint64_t at; };
struct row_column { struct span name; uint32_t used_in; /* row, from 1, that has it */ };

struct rows {
	struct sink *out;
	bool with_offsets, is_open;
	struct arena names;		/* of the columns and the sheet of the table under way */
	struct arena values;		/* of the gathered cells */
	const char *sheet;
	uint32_t columns, given;	/* columns, and how many of them the open table has */
	uint32_t guess;			/* where the next cell's column probably is */
	uint32_t row, cells, texts;
	struct row_column column[ROWS_COLUMNS_MAX];
	struct row_cell cell[CELLS_GATHERED];
	struct text text[TEXTS_GATHERED];
	struct span line[ROWS_COLUMNS_MAX];
	uint64_t at[ROWS_COLUMNS_MAX];
};

struct rows *rows_open(struct sink *out, bool with_offsets)
{
	struct rows *r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->out = out;
	r->with_offsets = with_offsets;
	arena_init(&r->names, CEILING);
	arena_init(&r->values, CEILING);
	return r;
}

void rows_close(struct rows *r)
{
	if (!r)
		return;
	arena_release(&r->names);
	arena_release(&r->values);
	free(r);
}

static int end_table(struct rows *r)
{
	if (!r->is_open)
		return OK;
	r->is_open = false;
	return sink_table_end(r->out);
}

static int begin_table(struct rows *r)
{
	if (r->is_open && r->given == r->columns)
		return OK;
	int e = end_table(r);
	for (uint32_t i = 0; i < r->columns; i++)
		r->line[i] = r->column[i].name;
	if (!e)
		e = sink_table_begin(r->out, r->sheet && *r->sheet ? r->sheet : NULL, r->line, r->columns);
	r->is_open = !e;
	r->given = r->columns;
	return e;
}

/* The gathered cells, which are in order of rows. */
static int give_rows(struct rows *r)
{
	int e = r->cells ? begin_table(r) : OK;
	for (uint32_t i = 0, row; i < r->cells && !e;) {
		row = r->cell[i].row;
		memset(r->line, 0, r->columns * sizeof(*r->line));
		memset(r->at, 0, r->columns * sizeof(*r->at));
		for (; i < r->cells && r->cell[i].row == row; i++) {
			r->line[r->cell[i].column] = r->cell[i].value;
			r->at[r->cell[i].column] = r->cell[i].at;
		}
		e = sink_row(r->out, r->line, r->columns, r->with_offsets ? r->at : NULL);
	}
	r->cells = 0;
	r->row = 0;
	for (uint32_t i = 0; i < r->columns; i++)
		r->column[i].used_in = 0;
	return e;
}

/* All gathered rows, then the texts beside them; the table stays open where there are none. */
static int give(struct rows *r)
{
	int e = give_rows(r);
	if (!e && r->texts)
		e = end_table(r);
	for (uint32_t i = 0; i < r->texts && !e; i++)
		e = sink_text(r->out, &r->text[i]);
	r->texts = 0;
	arena_reset(&r->values);
	return e;
}

static void forget_columns(struct rows *r)
{
	r->columns = r->given = r->guess = 0;
	r->sheet = NULL;
	arena_reset(&r->names);
}

int rows_flush(struct rows *r)
{
	int e = give(r);
	int end = end_table(r);
	forget_columns(r);
	return e ? e : end;
}

int rows_sheet(struct rows *r, struct span sheet)
{
	if (r->sheet && span_equal(span_str(r->sheet), sheet))
		return OK;
	int e = rows_flush(r);
	r->sheet = arena_string(&r->names, sheet);
	return e ? e : r->sheet ? OK : E_MEMORY;
}

/* The column of that name that the row does not have yet; ROWS_COLUMNS_MAX when there is no more room. */
static uint32_t column_named(struct rows *r, struct span name)
{
	uint32_t row = r->row + 1;
	if (r->guess < r->columns && r->column[r->guess].used_in != row && span_equal(r->column[r->guess].name, name))
		return r->guess;
	for (uint32_t i = 0; i < r->columns; i++)
		if (r->column[i].used_in != row && span_equal(r->column[i].name, name))
			return i;
	if (r->columns == ROWS_COLUMNS_MAX)
		return ROWS_COLUMNS_MAX;
	struct span kept = arena_copy(&r->names, name);
	if (name.n && !kept.n)
		return ROWS_COLUMNS_MAX;
	r->column[r->columns] = (struct row_column){ .name = kept };
	return r->columns++;
}

static int begin_row_anew(struct rows *r)
{
	/* a row of more cells than are gathered goes on as another one */
	r->row++;
	return give(r);
}

int rows_cell(struct rows *r, struct span name, struct span value, bool is_lasting, uint64_t at)
{
	int e = r->cells == CELLS_GATHERED || r->values.used > BYTES_GATHERED ? begin_row_anew(r) : OK;
	uint32_t column = e ? 0 : column_named(r, name);
	if (!e && column == ROWS_COLUMNS_MAX) {
		/* so many names that they are no columns: begin with new ones */
		struct span sheet = r->sheet ? span_str(r->sheet) : span_str("");
		char kept[256];
		size_t n = sheet.n < sizeof(kept) ? sheet.n : sizeof(kept) - 1;
		memcpy(kept, sheet.p, n);
		e = rows_flush(r);
		r->sheet = arena_string(&r->names, span_of(kept, n));
		column = e ? 0 : column_named(r, name);
	}
	if (e)
		return e;
	struct span kept = is_lasting ? value : arena_copy(&r->values, value);
	if (column == ROWS_COLUMNS_MAX || (value.n && !kept.n))
		return E_MEMORY;
	r->column[column].used_in = r->row + 1;
	r->guess = column + 1;
	r->cell[r->cells++] = (struct row_cell){ r->row, column, kept, at };
	return OK;
}

int rows_text(struct rows *r, struct span utf8, const uint64_t *raw_at, uint64_t at)
{
	int e = r->texts == TEXTS_GATHERED ? begin_row_anew(r) : OK;
	if (e)
		return e;
	struct text t = { .space = r->with_offsets ? SPACE_RAW : SPACE_TEXT, .base = at };
	t.utf8 = arena_copy(&r->values, utf8);
	uint64_t *kept = raw_at ? arena_array(&r->values, utf8.n + 1, sizeof(*kept)) : NULL;
	if ((utf8.n && !t.utf8.n) || (raw_at && !kept))
		return E_MEMORY;
	if (kept)
		memcpy(kept, raw_at, (utf8.n + 1) * sizeof(*kept));
	t.raw_at = kept;
	r->text[r->texts++] = t;
	return OK;
}

int rows_end_row(struct rows *r)
{
	r->guess = 0;
	if (r->cells && r->cell[r->cells - 1].row == r->row)
		r->row++;
	if (r->row < ROWS_GATHERED && r->cells < CELLS_GATHERED / 2 && r->values.used < BYTES_GATHERED &&
	    r->texts < TEXTS_GATHERED / 2)
		return OK;
	return give(r);
}
