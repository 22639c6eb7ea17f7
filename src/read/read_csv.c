/*
 * Tables in delimited text: CSV (RFC 4180), TSV, semicolons, bars, in any
 * encoding. Without the extension only where every line has the same number
 * of columns, so that prose, logs and programs stay text.
 */
#include "core/part.h"
#include "lib/encoding.h"
#include "read/csv.h"
#include "read/text_source.h"

enum {
	HEAD = 16 << 10,		/* bytes the dialect is told from */
	WINDOW_MAX = 16 << 20,		/* a record may be that long */
};

/* A table under way. */
struct load {
	const struct item *it;
	struct sink *out;
	struct fault *why;
	struct csv_dialect dialect;
	struct csv csv;
	struct buf scratch;
	uint64_t *offsets;
	uint32_t columns;
	unsigned before;	/* records above the table still to come */
	bool has_begun;
};

/* The dialect of an item's head. False when it is no text or has no columns. */
static bool dialect_of(struct span head, const struct item *it, struct csv_dialect *d)
{
	struct text_source ts;
	struct text t = { 0 };
	size_t next = 0;
	bool is_text = false;
	head = span_sub(head, 0, HEAD);
	text_source_init(&ts, head, NULL);
	int e = text_source_window(&ts, 0, HEAD, &t, &next, &is_text, NULL);
	bool ok = !e && is_text && csv_dialect_of(t.utf8, head.n < it->bytes.n, &ts.arena, d);
	text_source_release(&ts);
	return ok;
}

/* Formats of lines that may have columns and are not tables. */
static const char no_tables[] =
	"md rst tex c h cc cpp hpp cs java js ts py rb pl php go rs sh bat ps1 html htm xml json jsonl ndjson yaml yml "
	"toml ini conf cfg sql css svg eml mbox rtf ics vcf srt vtt diff patch pem key crt asc po properties log";

/* Where only the columns speak: many, the same in nearly every line, and not commas of sentences. */
static bool is_plainly_table(const struct csv_dialect *d)
{
	bool is_mark = d->delimiter == '\t' || d->delimiter == '|' || d->delimiter == ';';
	unsigned records = d->records - d->before;
	if (d->same * 100 < records * 95 || d->columns < 2)
		return false;
	if (d->delimiter == ',' && d->spaced > 40 && !d->has_header)
		return false;
	if (d->columns == 2)
		return records >= 6 && d->same == d->records && (is_mark ? d->delimiter == '\t' || d->has_header : d->has_header);
	return records >= 3 + (d->columns == 3 && !d->has_header ? 3u : 0u);
}

static int csv_probe(struct span head, const struct item *it)
{
	struct csv_dialect d = { 0 };
	bool is_named = item_has_extension(it, "csv tsv tab psv");
	if (!head.n || item_has_extension(it, no_tables) || !encoding_is_text(head))
		return 0;
	int first = span_at(span_trim(head), 0);
	if (!is_named && (first == '{' || first == '[' || first == '<' || first == '%'))
		return 0;
	bool has_columns = dialect_of(head, it, &d);
	if (is_named)
		return has_columns ? 60 : d.has_header ? 30 : 0;	/* one column is a table by its name only */
	return has_columns && is_plainly_table(&d) ? 40 : 0;
}

static uint32_t cells_wanted(const struct csv_dialect *d)
{
	uint32_t n = d->widest > d->columns ? d->widest : d->columns;
	return n < 1 ? 1 : n < CSV_COLUMNS_MAX ? n : CSV_COLUMNS_MAX;
}

static int load_init(struct load *l)
{
	struct arena *a = l->it->arena;
	if (!dialect_of(l->it->bytes, l->it, &l->dialect))
		l->dialect.columns = l->dialect.columns ? l->dialect.columns : 1;
	l->columns = cells_wanted(&l->dialect);
	l->before = l->dialect.before;
	buf_init(&l->scratch, (size_t)WINDOW_MAX * 2);
	l->csv = (struct csv){
		.dialect = &l->dialect, .scratch = &l->scratch, .max = l->columns,
		.cells = arena_array(a, l->columns, sizeof(struct span)),
		.starts = arena_array(a, l->columns, sizeof(size_t)),
	};
	l->offsets = arena_array(a, l->columns, sizeof(uint64_t));
	if (!l->csv.cells || !l->csv.starts || !l->offsets)
		return fault_set(l->why, E_MEMORY, "no memory for %u columns", l->columns);
	return OK;
}

/* What stands above the table, as text. */
static int give_title(struct load *l, const struct text *window, size_t to)
{
	struct text t = *window;
	t.utf8 = span_sub(window->utf8, l->dialect.skip, to - l->dialect.skip);
	t.base = window->base + l->dialect.skip;
	t.raw_at = window->raw_at ? window->raw_at + l->dialect.skip : NULL;
	return t.utf8.n ? sink_text(l->out, &t) : OK;
}

static int give_row(struct load *l, const struct text *window, uint32_t n)
{
	if (!l->has_begun) {
		for (uint32_t i = n; i < l->columns; i++)
			l->csv.cells[i] = span_of(NULL, 0);
		l->has_begun = true;
		int e = sink_table_begin(l->out, NULL, l->dialect.has_header ? l->csv.cells : NULL, l->columns);
		if (e || l->dialect.has_header)
			return e;
	}
	for (uint32_t i = 0; i < n; i++)
		l->offsets[i] = text_raw_at(window, l->csv.starts[i]);
	return sink_row(l->out, l->csv.cells, n, l->offsets);
}

/* All records of a window; *used is where the first one that is not whole begins. */
static int give_records(struct load *l, const struct text *window, bool is_cut, size_t *used)
{
	struct csv *c = &l->csv;
	buf_clear(&l->scratch);
	if (!buf_reserve(&l->scratch, window->utf8.n + 1))
		return fault_set(l->why, E_MEMORY, "no memory for a window of %zu bytes", window->utf8.n);
	c->s = window->utf8;
	c->at = !l->has_begun && l->before == l->dialect.before ? l->dialect.skip : 0;
	c->open_until = 0;
	c->is_cut = is_cut;
	int e = OK;
	while (!e) {
		uint32_t n = csv_record(c);
		if (!n)
			break;
		if (!l->before) {
			e = give_row(l, window, n);
			continue;
		}
		l->before--;
		e = l->before ? OK : give_title(l, window, c->at);
	}
	*used = c->at;
	return e;
}

/* Windows follow each other by whole records; one without any is read again twice as long. */
static int give_windows(struct load *l, struct text_source *ts)
{
	size_t size = l->it->bytes.n, want = WINDOW, next;
	int e = OK;
	for (size_t from = ts->mark; from < size && !e;) {
		struct text t;
		bool is_text;
		size_t used = 0;
		e = text_source_window(ts, from, want, &t, &next, &is_text, l->why);
		if (!e)
			e = sink_spend(l->out, next - from);
		if (!e && !is_text)
			e = sink_damage(l->out, STATUS_PARTIAL, from, next - from, "bytes that are no text inside a table");
		bool is_cut = next < size && want < WINDOW_MAX;
		if (!e && is_text)
			e = give_records(l, &t, is_cut, &used);
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

static int csv_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct load l = { .it = it, .out = out, .why = why };
	struct text_source ts;
	int e = load_init(&l);
	text_source_init(&ts, it->bytes, NULL);
	if (!e && l.dialect.delimiter == '\t')
		e = sink_type(out, "text/tab-separated-values");
	if (!e)
		e = give_windows(&l, &ts);
	if (!e && l.has_begun)
		e = sink_table_end(out);
	text_source_release(&ts);
	buf_release(&l.scratch);
	return e;
}

static int csv_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_csv = {
	.name = "csv", .help = "tables in delimited text: CSV, TSV, semicolons, bars", .type = "text/csv",
	.peek = HEAD, .probe = csv_probe, .read = csv_read, .init = csv_init,
};
