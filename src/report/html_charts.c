/* Charts, as SVG: what is exposed of how many people, when mail and files date from, where the sensitive data lie. */
#include "report/html_own.h"

#include <string.h>

enum { BAR_ROOM = 1000 };

/* A row of a list of bars: label (evidence or words), number, bar. */
static void bar_begin(struct page *p)
{
	page_raw(p, "<tr><th scope=\"row\">");
}

static void bar_end(struct page *p, int64_t n, int64_t most)
{
	double width = most ? (double)BAR_ROOM * (double)n / (double)most : 0;
	page_format(p, "</th><td class=\"n\">%s</td><td class=\"bars\"><svg viewBox=\"0 0 %d 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
	            "<rect class=\"own\" width=\"%.1f\" height=\"10\"/></svg></td></tr>\n", number_words(n).s, BAR_ROOM, width < 3 ? 3 : width);
}

/* ---- people ---- */

void html_people_chart(struct page *p)
{
	int64_t counts[KIND_COUNT] = { 0 }, most = 0;
	sqlite3_stmt *s = page_query(p, "SELECT kind, count(DISTINCT person) FROM finding WHERE person IS NOT NULL"
	                             " AND confidence >= 0.5 GROUP BY kind");
	while (page_step(p, s)) {
		enum kind k = kind_of(column_span(s, 0));
		if (k != KIND_COUNT)
			counts[k] = sqlite3_column_int64(s, 1);
	}
	for (int k = 0; k < KIND_COUNT; k++)
		most = counts[k] > most ? counts[k] : most;
	if (!most)
		return;
	page_raw(p, "<h3>People by what is exposed of them</h3><div class=\"scroll\"><table class=\"plain chart\"><thead><tr><th scope=\"col\">data</th>"
	         "<th scope=\"col\" class=\"n\">people</th><th scope=\"col\"><span class=\"hidden\">bar</span></th></tr></thead><tbody>");
	for (int k = 0; k < KIND_COUNT; k++) {
		if (!counts[k])
			continue;
		bar_begin(p);
		page_format(p, "<a href=\"#people?kind=%s\">%s</a>", kind_name(k), kind_words(k));
		bar_end(p, counts[k], most);
	}
	page_raw(p, "</tbody></table></div>");
}

/* ---- folders ---- */

enum { FOLDERS_SHOWN = 12 };

/* What harms people or opens doors, in any hands. */
static bool is_sensitive(enum kind k)
{
	static const unsigned classes = 1u << CLASS_IDENTITY | 1u << CLASS_PAYMENT | 1u << CLASS_CREDENTIAL | 1u << CLASS_HEALTH;
	return k != KIND_COUNT && classes >> kind_class(k) & 1;
}

/* The folder an item lies in, on disk or inside an archive; a container that lies in none stands for itself. */
static struct span folder_of(struct span trail)
{
	for (size_t i = trail.n; i > 1; i--)
		if (span_at(trail, i - 1) == '/' && span_at(trail, i) != '/' && span_at(trail, i - 2) != '/')
			return span_sub(trail, 0, i - 1);
	size_t inside = span_find(trail, span_str("//"), 0);
	return span_sub(trail, 0, inside);
}

static void sum_folders(struct page *p)
{
	if (p->e)
		return;
	p->e = case_run(p->c, "CREATE TEMP TABLE IF NOT EXISTS folder(name TEXT PRIMARY KEY, found INTEGER) WITHOUT ROWID;"
	                "DELETE FROM temp.folder", p->why);
	sqlite3_stmt *s = page_query(p, "SELECT i.trail, f.kind, count(*) FROM finding f JOIN item i ON i.id = f.item"
	                             " WHERE i.state = 2 AND f.confidence >= 0.5 GROUP BY f.item, f.kind");
	sqlite3_stmt *add = page_query(p, "INSERT INTO temp.folder VALUES(?,?) ON CONFLICT(name) DO UPDATE SET found = found + excluded.found");
	while (page_step(p, s) && add && !p->e) {
		if (!is_sensitive(kind_of(column_span(s, 1))))
			continue;
		struct span folder = folder_of(column_span(s, 0));
		sqlite3_bind_text64(add, 1, (const char *)folder.p, folder.n, SQLITE_TRANSIENT, SQLITE_UTF8);
		sqlite3_bind_int64(add, 2, sqlite3_column_int64(s, 2));
		p->e = case_step(p->c, add, p->why);
	}
}

/* A link whose filter is the trail: percent-encoded for the page's hash. */
static void below_link(struct page *p, struct span trail)
{
	page_raw(p, "<a class=\"trail\" href=\"#findings?below=");
	for (size_t i = 0; i < trail.n; i++)
		page_format(p, "%%%02X", (unsigned)span_at(trail, i));
	page_raw(p, "\">");
	page_text(p, trail);
	page_raw(p, "</a>");
}

void html_folders(struct page *p)
{
	sum_folders(p);
	int64_t folders = page_count(p, "SELECT count(*) FROM temp.folder"), most = page_count(p, "SELECT max(found) FROM temp.folder");
	if (!folders) {
		page_raw(p, "<p>No identity, payment, credential or health data was found.</p>");
		return;
	}
	page_format(p, "<p>%s folders hold identity, payment, credential or health data.", number_words(folders).s);
	page_raw(p, folders > FOLDERS_SHOWN ? " The twelve with the most:</p>" : "</p>");
	page_raw(p, "<div class=\"scroll\"><table class=\"plain chart\"><thead><tr><th scope=\"col\">folder</th><th scope=\"col\" class=\"n\">findings</th>"
	         "<th scope=\"col\"><span class=\"hidden\">bar</span></th></tr></thead><tbody>");
	sqlite3_stmt *s = page_query(p, "SELECT name, found FROM temp.folder ORDER BY found DESC, name LIMIT 12");
	while (page_step(p, s)) {
		bar_begin(p);
		below_link(p, column_span(s, 0));
		bar_end(p, sqlite3_column_int64(s, 1), most);
	}
	page_raw(p, "</tbody></table></div>");
}

/* ---- times ---- */

enum { FIRST_YEAR = 1970, YEARS = 131, MONTHS = YEARS * 12, CHART_WIDTH = 1000, PANEL = 90, COLUMNS_MAX = 120 };

struct series { const char *name, *sql; int64_t months[MONTHS], all, outside, unknown; };

static void read_series(struct page *p, struct series *t)
{
	sqlite3_stmt *s = page_query(p, t->sql);
	while (page_step(p, s)) {
		int64_t month = sqlite3_column_int64(s, 0), n = sqlite3_column_int64(s, 1);
		if (month >= 0 && month < MONTHS) {
			t->months[month] += n;
			t->all += n;
		} else {
			t->outside += n;
		}
	}
}

/* The months that hold all but a two-hundredth at each end: clocks that were never set do not squeeze the rest. */
static void inner_range(const struct series *t, int count, int *first, int *last)
{
	int64_t all = 0, seen = 0;
	for (int i = 0; i < count; i++)
		all += t[i].all;
	*first = *last = -1;
	for (int m = 0; m < MONTHS; m++) {
		int64_t before = seen;
		for (int i = 0; i < count; i++)
			seen += t[i].months[m];
		if (seen == before)
			continue;
		if (*first < 0 && seen > all / 200)
			*first = m;
		if (before < all - all / 200)
			*last = m;
	}
}

struct columns { int first, step, count; };	/* months */

static struct columns fit_columns(int first, int last)
{
	static const int steps[] = { 1, 3, 12, 60 };
	struct columns c = { first, 1, 0 };
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		c.step = steps[i];
		c.first = first - first % c.step;
		c.count = (last - c.first) / c.step + 1;
		if (c.count <= COLUMNS_MAX)
			break;
	}
	return c;
}

static int64_t column_sum(const struct series *t, struct columns c, int i)
{
	int64_t n = 0;
	for (int m = c.first + i * c.step; m < c.first + (i + 1) * c.step && m < MONTHS; m++)
		n += t->months[m];
	return n;
}

static void column_name(struct page *p, struct columns c, int i)
{
	int m = c.first + i * c.step;
	if (c.step < 12)
		page_format(p, "%d-%02d", FIRST_YEAR + m / 12, m % 12 + 1);
	else
		page_format(p, "%d", FIRST_YEAR + m / 12);
	if (c.step == 3)
		page_format(p, " to %d-%02d", FIRST_YEAR + (m + 2) / 12, (m + 2) % 12 + 1);
	if (c.step == 60)
		page_format(p, " to %d", FIRST_YEAR + m / 12 + 4);
}

static void put_panel(struct page *p, const struct series *t, struct columns c, int top)
{
	int64_t most = 1, shown = 0;
	for (int i = 0; i < c.count; i++) {
		int64_t n = column_sum(t, c, i);
		most = n > most ? n : most;
		shown += n;
	}
	double width = (double)CHART_WIDTH / c.count;
	page_format(p, "<text x=\"0\" y=\"%d\" class=\"panel\">%s", top - 8, t->name);
	page_format(p, " \u2014 tallest: %s; outside this range: ", number_words(most).s);
	page_format(p, "%s</text>", number_words(t->all - shown + t->outside).s);
	for (int i = 0; i < c.count; i++) {
		int64_t n = column_sum(t, c, i);
		if (!n)
			continue;
		double height = (double)PANEL * (double)n / (double)most;
		height = height < 1.5 ? 1.5 : height;
		page_format(p, "<rect class=\"own\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>", i * width + width * 0.08,
		            top + PANEL - height, width * 0.84, height);
		column_name(p, c, i);
		page_format(p, ": %s</title></rect>", number_words(n).s);
	}
	page_format(p, "<line class=\"axis\" x1=\"0\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/>", CHART_WIDTH, top + PANEL, top + PANEL);
}

static void put_years(struct page *p, struct columns c, int y)
{
	double width = (double)CHART_WIDTH / c.count;
	int years = c.count * c.step / 12 + 1, every = years > 60 ? 10 : years > 20 ? 5 : years > 10 ? 2 : 1;
	for (int i = 0; i < c.count; i++) {
		int m = c.first + i * c.step;
		if (m % 12 == 0 && (m / 12) % every == 0 && i * width < CHART_WIDTH - 30)
			page_format(p, "<text class=\"tick\" x=\"%.1f\" y=\"%d\">%d</text>", i * width, y, FIRST_YEAR + m / 12);
	}
	if (c.count * c.step < 12 || c.first % 12) {
		page_format(p, "<text class=\"tick\" x=\"0\" y=\"%d\">", y);
		if (c.first % 12 < 9)
			page_format(p, "%d-%02d", FIRST_YEAR + c.first / 12, c.first % 12 + 1);
		page_raw(p, "</text>");
	}
}

#define MONTH_OF(t) "(cast(strftime('%Y'," t "/1000000000,'unixepoch') AS INTEGER)-1970)*12+strftime('%m'," t "/1000000000,'unixepoch')-1"

void html_times(struct page *p)
{
	static const char mail[] = "SELECT " MONTH_OF("sent") ", count(*) FROM mail WHERE sent IS NOT NULL GROUP BY 1";
	static const char files[] = "SELECT " MONTH_OF("modified") ", count(*) FROM item WHERE state = 2 AND modified IS NOT NULL GROUP BY 1";
	struct series t[2] = { { .name = "Mail by the date it was sent", .sql = mail }, { .name = "Items by the date they were last changed", .sql = files } };
	int first, last, top = 24, panels = 0;
	for (int i = 0; i < 2; i++) {
		read_series(p, &t[i]);
		panels += t[i].all > 0;
	}
	inner_range(t, 2, &first, &last);
	if (first < 0) {
		page_raw(p, "<p>Nothing carries a date.</p>");
		return;
	}
	struct columns c = fit_columns(first, last);
	page_format(p, "<div class=\"scroll\"><svg class=\"times\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Columns of mail and items by date, ",
	            CHART_WIDTH, panels * (PANEL + 40) + 22);
	column_name(p, c, 0);
	page_raw(p, " to ");
	column_name(p, c, c.count - 1);
	page_raw(p, "\">");
	for (int i = 0; i < 2; i++) {
		if (!t[i].all)
			continue;
		put_panel(p, &t[i], c, top);
		top += PANEL + 40;
	}
	put_years(p, c, top - 22);
	page_format(p, "</svg></div><p class=\"small\">One column is %s. Dates are as the files and messages state them.</p>",
	            c.step == 1 ? "a month" : c.step == 3 ? "a quarter" : c.step == 12 ? "a year" : "five years");
}
