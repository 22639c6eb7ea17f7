/* The report's answer: what was taken, how many people, what could not be read; and the ledger behind it. */
#include "report/html_own.h"

enum { STATES = STATUS_COUNT + 1 };


void html_state(struct page *p)
{
	int64_t open = page_count(p, "SELECT count(*) FROM item WHERE state < 2");
	if (open)
		page_format(p, "<p class=\"notice warn\"><strong>The examination is not finished:</strong> %s items are still open. "
		            "All numbers below can rise. Run the same command again to go on.</p>", number_words(open).s);
	if (p->reveal)
		page_raw(p, "<p class=\"notice warn\"><strong>Not masked.</strong> This file shows personal data and secrets in "
		         "clear. Keep it as you would keep the originals. That it was made is written in the evidence log.</p>");
	else
		page_raw(p, "<p class=\"notice\"><strong>Masked.</strong> Values show only what is needed to recognise them. Names of "
		         "files and folders are shown as they were found, and may themselves name people.</p>");
}

static void tile(struct page *p, const char *id, const char *heading, int64_t n, const char *what)
{
	page_format(p, "<a class=\"tile\" href=\"#%s\"><h2>%s</h2><p class=\"big\">%s</p><p>%s", id, heading, number_words(n).s, what);
}

/* Different values by class: the answer in one glance. */
static void class_list(struct page *p)
{
	int64_t counts[CLASS_COUNT] = { 0 };
	sqlite3_stmt *s = page_query(p, "SELECT kind, count(DISTINCT digest) FROM finding WHERE confidence >= 0.5 GROUP BY kind");
	while (page_step(p, s)) {
		enum kind k = kind_of(column_span(s, 0));
		if (k != KIND_COUNT)
			counts[kind_class(k)] += sqlite3_column_int64(s, 1);
	}
	page_raw(p, "<dl class=\"classes\">");
	for (int i = 0; i < CLASS_COUNT; i++)
		if (counts[i])
			page_format(p, "<dt>%s</dt><dd>%s</dd>", class_words(i), number_words(counts[i]).s);
	page_raw(p, "</dl>");
}

static void taken_tile(struct page *p)
{
	tile(p, "taken", "What was taken", page_count(p, "SELECT count(*) FROM finding f JOIN item i ON i.id=f.item AND i.state=2"
	     " WHERE confidence >= 0.5"), "findings: ");
	page_format(p, "%s different values of ", number_words(page_count(p,
		"SELECT count(*) FROM (SELECT DISTINCT kind, digest FROM finding WHERE confidence >= 0.5)")).s);
	page_format(p, "%s kinds, in ", number_words(page_count(p, "SELECT count(DISTINCT kind) FROM finding WHERE confidence >= 0.5")).s);
	page_format(p, "%s of ", number_words(page_count(p, "SELECT count(DISTINCT item) FROM finding WHERE confidence >= 0.5")).s);
	page_format(p, "%s items</p>", number_words(page_count(p, "SELECT count(*) FROM item WHERE state = 2")).s);
	class_list(p);
	page_raw(p, "</a>");
}

static int64_t count_persons(struct page *p, enum class class)
{
	char list[2048] = "";
	size_t n = 0;
	for (int k = 0; k < KIND_COUNT; k++)
		if (kind_class(k) == class)
			n += (size_t)snprintf(list + n, sizeof(list) - n, ",%s,", kind_name(k));
	sqlite3_stmt *s = page_query(p, "SELECT count(DISTINCT person) FROM finding WHERE person IS NOT NULL AND confidence >= 0.5"
	                             " AND instr(?, ',' || kind || ',')");
	if (s)
		sqlite3_bind_text(s, 1, list, -1, SQLITE_TRANSIENT);
	int64_t count = page_step(p, s) ? sqlite3_column_int64(s, 0) : 0;
	if (s)
		sqlite3_reset(s);
	return count;
}

/* Of how many people the data are that laws on notification ask for first. */
static void person_list(struct page *p)
{
	static const enum class asked[] = { CLASS_IDENTITY, CLASS_PAYMENT, CLASS_CREDENTIAL, CLASS_HEALTH, CLASS_CONTACT };
	page_raw(p, "<dl class=\"classes\">");
	for (size_t i = 0; i < sizeof(asked) / sizeof(*asked); i++) {
		int64_t n = count_persons(p, asked[i]);
		if (n)
			page_format(p, "<dt>with %s data</dt><dd>%s</dd>", class_name(asked[i]), number_words(n).s);
	}
	page_raw(p, "</dl>");
}

static void people_tile(struct page *p)
{
	int64_t n = page_count(p, "SELECT count(*) FROM person");
	tile(p, "people", "Who is affected", n, n == 1 ? "person, told apart by what stands beside the name"
	     : "people, told apart by identity numbers, addresses, and names with dates of birth");
	page_raw(p, "</p>");
	person_list(p);
	page_raw(p, "</a>");
}

static void status_list(struct page *p)
{
	sqlite3_stmt *s = page_query(p, "SELECT status, count(*) FROM item WHERE state = 2 AND status > 0 GROUP BY status");
	page_raw(p, "<dl class=\"classes\">");
	while (page_step(p, s)) {
		page_format(p, "<dt>%s</dt>", state_words(sqlite3_column_int(s, 0)));
		page_format(p, "<dd>%s</dd>", number_words(sqlite3_column_int64(s, 1)).s);
	}
	page_raw(p, "</dl>");
}

static void unread_tile(struct page *p)
{
	int64_t items = page_count(p, "SELECT count(*) FROM item WHERE state = 2 AND status > 0");
	int64_t lost = page_count(p, "SELECT sum(bytes) FROM ledger WHERE state BETWEEN 1 AND 6");
	tile(p, "unread", "What could not be read", items, items == 1 ? "item not whole: " : "items not whole: ");
	page_format(p, "%s of the files given (", number_words(page_count(p, "SELECT count(*) FROM item WHERE state = 2 AND status > 0 AND depth = 0")).s);
	int64_t all = page_count(p, "SELECT sum(bytes) FROM ledger");
	page_format(p, "%s, %.2g&nbsp;%% of all bytes given, not read) and ", bytes_words(lost).s, all ? 100.0 * (double)lost / (double)all : 0.0);
	page_format(p, "%s items inside files</p>", number_words(page_count(p, "SELECT count(*) FROM item WHERE state = 2 AND status > 0 AND depth > 0")).s);
	status_list(p);
	page_raw(p, "</a>");
}

static void matches_tile(struct page *p)
{
	int64_t n = page_count(p, "SELECT count(DISTINCT item) FROM match");
	if (!n)
		return;
	tile(p, "matches", "Is it ours", n, n == 1 ? "item matches " : "items match ");
	page_format(p, "%s registered ones</p><dl class=\"classes\">", number_words(page_count(p, "SELECT count(DISTINCT registered) FROM match")).s);
	sqlite3_stmt *s = page_query(p, "SELECT relation, count(DISTINCT item) FROM match GROUP BY relation ORDER BY 2 DESC, 1");
	while (page_step(p, s)) {
		page_raw(p, "<dt>");
		page_text(p, column_span(s, 0));
		page_format(p, "</dt><dd>%s</dd>", number_words(sqlite3_column_int64(s, 1)).s);
	}
	page_raw(p, "</dl></a>");
}

void html_tiles(struct page *p)
{
	page_format(p, "<p class=\"lead\">%s files were examined, ", number_words(page_count(p, "SELECT count(*) FROM item WHERE depth = 0")).s);
	page_format(p, "%s, holding ", bytes_words(page_count(p, "SELECT sum(size) FROM item WHERE depth = 0")).s);
	page_format(p, "%s items.</p><div class=\"tiles\">", number_words(page_count(p, "SELECT count(*) FROM item")).s);
	taken_tile(p);
	people_tile(p);
	unread_tile(p);
	matches_tile(p);
	page_raw(p, "</div>");
}

struct kind_count { int64_t found, different, items, weak; };

static void count_kinds(struct page *p, struct kind_count *counts)
{
	sqlite3_stmt *s = page_query(p, "SELECT kind, count(*), count(DISTINCT digest), count(DISTINCT item) FROM finding"
	                             " WHERE confidence >= 0.5 GROUP BY kind");
	while (page_step(p, s)) {
		enum kind k = kind_of(column_span(s, 0));
		if (k == KIND_COUNT)
			continue;
		counts[k].found = sqlite3_column_int64(s, 1);
		counts[k].different = sqlite3_column_int64(s, 2);
		counts[k].items = sqlite3_column_int64(s, 3);
	}
	s = page_query(p, "SELECT kind, count(*) FROM finding WHERE confidence < 0.5 GROUP BY kind");
	while (page_step(p, s)) {
		enum kind k = kind_of(column_span(s, 0));
		if (k != KIND_COUNT)
			counts[k].weak = sqlite3_column_int64(s, 1);
	}
}

static void number_cell(struct page *p, int64_t n)
{
	page_format(p, n ? "<td class=\"n\">%s</td>" : "<td class=\"n none\">%s</td>", number_words(n).s);
}

static void kind_row(struct page *p, enum kind k, const struct kind_count *n, int64_t most)
{
	page_format(p, "<tr><th scope=\"row\"><a href=\"#findings?kind=%s%s\">%s</a></th>", kind_name(k), n->found ? "" : "&amp;sure=weak",
	            kind_words(k));
	number_cell(p, n->different);
	number_cell(p, n->found);
	number_cell(p, n->items);
	number_cell(p, n->weak);
	double all = most ? 300.0 * (double)n->found / (double)most : 0, own = most ? 300.0 * (double)n->different / (double)most : 0;
	page_format(p, "<td class=\"bars\"><svg viewBox=\"0 0 300 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
	            "<rect class=\"copies\" width=\"%.1f\" height=\"10\"/><rect class=\"own\" width=\"%.1f\" height=\"10\"/></svg></td>",
	            n->found && all < 1 ? 1 : all, n->different && own < 1 ? 1 : own);
	page_raw(p, "</tr>\n");
}

void html_kinds(struct page *p)
{
	struct kind_count counts[KIND_COUNT] = { { 0 } };
	int64_t most = 0;
	count_kinds(p, counts);
	for (int k = 0; k < KIND_COUNT; k++)
		most = counts[k].found > most ? counts[k].found : most;
	for (int class = 0; class < CLASS_COUNT; class++) {
		bool is_open = false;
		for (int k = 0; k < KIND_COUNT; k++) {
			if (kind_class(k) != (enum class)class || !(counts[k].found || counts[k].weak))
				continue;
			if (!is_open)
				page_format(p, "<tbody><tr class=\"class\"><th scope=\"rowgroup\" colspan=\"6\"><a href=\"#findings?class=%s\">%s</a></th></tr>\n",
				            class_name(class), class_words(class));
			is_open = true;
			kind_row(p, k, &counts[k], most);
		}
		if (is_open)
			page_raw(p, "</tbody>");
	}
	if (!most)
		page_raw(p, "<tbody><tr><td colspan=\"6\">Nothing was found that is asserted.</td></tr></tbody>");
}

/* One bar, cut into the states by their bytes. A state that is there is always seen. */
static void ledger_bar(struct page *p, const int64_t *bytes, int64_t all)
{
	double x = 0;
	page_raw(p, "<svg class=\"ledger\" viewBox=\"0 0 1000 28\" preserveAspectRatio=\"none\" role=\"img\" "
	         "aria-label=\"Bytes by state; the table below says the same in numbers\">");
	for (int i = 0; i < STATES; i++) {
		int state = i == 0 ? STATUS_READ : i == 1 ? STATUS_COUNT : i - 1;
		if (!bytes[state])
			continue;
		double width = 1000.0 * (double)bytes[state] / (double)all;
		width = width < 3 ? 3 : width;
		page_format(p, "<rect class=\"state-%d\" x=\"%.1f\" width=\"%.1f\" height=\"28\"><title>%s: %s</title></rect>", state, x, width,
		            state_words(state), bytes_words(bytes[state]).s);
		x += width;
	}
	page_raw(p, "</svg>");
}

static void ledger_row(struct page *p, int state, int64_t bytes, int64_t all, int64_t items)
{
	page_format(p, "<tr><th scope=\"row\"><svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"state-%d\" width=\"10\" height=\"10\"/></svg>%s</th>",
	            state, state_words(state));
	number_cell(p, bytes);
	page_format(p, "<td class=\"n\">%.2f&nbsp;%%</td>", all ? 100.0 * (double)bytes / (double)all : 0.0);
	if (state < STATUS_COUNT)
		number_cell(p, items);
	else
		page_raw(p, "<td class=\"n none\">\u2013</td>");
	page_format(p, "<td>%s</td></tr>\n", state_meaning(state));
}

static void ledger_sum(struct page *p, int64_t all)
{
	int64_t size = page_count(p, "SELECT sum(size) FROM item WHERE depth = 0");
	page_format(p, "</tbody><tfoot><tr><th scope=\"row\">sum</th><td class=\"n\">%s</td><td class=\"n\">100&nbsp;%%</td>", number_words(all).s);
	page_format(p, "<td class=\"n\">%s</td><td></td></tr>", number_words(page_count(p, "SELECT count(*) FROM item WHERE state = 2")).s);
	page_format(p, "<tr><th scope=\"row\">size of the files given</th><td class=\"n\">%s</td><td></td><td></td><td>", number_words(size).s);
	if (all == size)
		page_raw(p, "<strong class=\"good\">Equal: every byte is accounted for.</strong>");
	else
		page_format(p, "<strong class=\"bad\">%s bytes are not accounted for%s.</strong>", number_words(size - all).s,
		            page_count(p, "SELECT count(*) FROM item WHERE state < 2") ? ": the examination is not finished" : "");
	page_raw(p, "</td></tr></tfoot></table></div>");
}

void html_ledger(struct page *p)
{
	int64_t bytes[STATES] = { 0 }, items[STATES] = { 0 }, all = 0;
	sqlite3_stmt *s = page_query(p, "SELECT state, sum(bytes) FROM ledger GROUP BY state");
	while (page_step(p, s)) {
		int state = sqlite3_column_int(s, 0);
		if (state >= 0 && state < STATES)
			all += bytes[state] = sqlite3_column_int64(s, 1);
	}
	s = page_query(p, "SELECT status, count(*) FROM item WHERE state = 2 GROUP BY status");
	while (page_step(p, s)) {
		int state = sqlite3_column_int(s, 0);
		if (state >= 0 && state < STATES)
			items[state] = sqlite3_column_int64(s, 1);
	}
	if (all)
		ledger_bar(p, bytes, all);
	page_raw(p, "<div class=\"scroll\"><table class=\"plain\"><caption class=\"hidden\">Ledger: every byte of the files given is in exactly one state</caption>"
	         "<thead><tr><th scope=\"col\">state</th><th scope=\"col\" class=\"n\">bytes of the files given</th>"
	         "<th scope=\"col\" class=\"n\">share</th><th scope=\"col\" class=\"n\">items</th><th scope=\"col\">meaning</th></tr></thead><tbody>");
	for (int i = 0; i < STATES; i++) {
		int state = i == 0 ? STATUS_READ : i == 1 ? STATUS_COUNT : i - 1;
		if (bytes[state] || items[state])
			ledger_row(p, state, bytes[state], all, items[state]);
	}
	ledger_sum(p, all);
}

void html_provenance(struct page *p)
{
	sqlite3_stmt *s = page_query(p, "SELECT at, subject, version FROM evidence WHERE kind = 'examined' ORDER BY idx");
	page_raw(p, "<ul>");
	while (page_step(p, s)) {
		page_raw(p, "<li>Examined ");
		page_text(p, column_span(s, 0));
		page_raw(p, " with strandline ");
		page_text(p, column_span(s, 2));
		page_raw(p, ": ");
		page_text(p, column_span(s, 1));
		page_raw(p, ".</li>");
	}
	page_format(p, "<li>The evidence log holds %s records", number_words(page_count(p, "SELECT count(*) FROM evidence")).s);
	if (page_count(p, "SELECT count(*) FROM checkpoint")) {
		s = page_query(p, "SELECT size, lower(hex(root)) FROM checkpoint ORDER BY size DESC LIMIT 1");
		if (page_step(p, s)) {
			page_format(p, "; its signed head over %s of them is <code>", number_words(sqlite3_column_int64(s, 0)).s);
			page_text(p, column_span(s, 1));
			page_raw(p, "</code>");
			sqlite3_reset(s);
		}
	}
	page_raw(p, ". <code>strandline verify --case DIR</code> checks it.</li></ul>");
}
