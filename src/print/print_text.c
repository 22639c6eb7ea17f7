/*
 * The text of every item, as one: pages, paragraphs, headers and cells in the
 * order in which its reader gives them. Strings out of unknown binary data are
 * left out: its bytes have their own anchors.
 */
#include "core/part.h"
#include "print/textanchor.h"

enum { BATCH = 512 };

struct work {
	struct text_scan scan;
	struct sink *out;
	struct prints batch;
	struct print list[BATCH];
};

extern const struct printer printer_text;

static int flush(struct work *w)
{
	w->batch.space = PRINT_TEXT;
	w->batch.window = TEXT_SHARED;
	w->batch.p = w->list;
	int e = w->batch.n ? sink_prints(w->out, &w->batch) : OK;
	w->batch.n = 0;
	return e;
}

static int take(void *user, const struct text_anchor *a)
{
	struct work *w = user;
	w->list[w->batch.n++] = (struct print){ a->value, a->at, a->place.raw_at, a->place.page };
	return w->batch.n == BATCH ? flush(w) : OK;
}

static struct work *work_of(const struct item *it, struct sink *out)
{
	struct work *w = it->options->print ? item_note(it, &printer_text, sizeof(*w)) : NULL;
	if (!w)
		return NULL;
	w->scan.emit = take;
	w->scan.user = w;
	w->out = out;
	return w;
}

static int text_text(const struct item *it, const struct text *t, struct sink *out)
{
	struct work *w = t->is_strings ? NULL : work_of(it, out);
	return w ? text_scan_add(&w->scan, t->utf8, t->base, t->raw_at, t->page) : OK;
}

static int text_table(const struct item *it, const struct table *t, struct sink *out)
{
	struct work *w = work_of(it, out);
	int e = OK;
	for (uint32_t r = 0; w && r < t->rows && !e; r++)
		for (uint32_t c = 0; c < t->columns && !e; c++) {
			uint64_t at = t->offsets ? t->offsets[(size_t)r * t->columns + c] : t->first_row + r;
			e = text_scan_add(&w->scan, table_cell(t, r, c), at, NULL, 0);
		}
	return e;
}

static int text_end(const struct item *it, struct sink *out)
{
	struct work *w = work_of(it, out);
	if (!w || !w->scan.count)
		return OK;
	int e = text_scan_end(&w->scan);
	if (!e)
		e = flush(w);
	struct digest d = { .kind = DIGEST_TEXT, .length = w->scan.count };
	return e ? e : sink_digest(out, &d);
}

const struct printer printer_text = {
	.name = "text", .help = "anchors in the normalized text of every item, whatever its format",
	.text = text_text, .table = text_table, .end = text_end,
};
