/*
 * The rows of the tables, as JSON in script elements: for each set its field
 * names, the rows, and how many there are in all. Large cases are cut, but
 * fairly: every kind keeps its first rows, so that three passports are not
 * lost behind a million phone numbers.
 */
#include "report/html_own.h"

#include <string.h>

#include "report/record.h"

struct table_out {
	struct page *page;
	const struct record_set *set;
	struct buf row, last_item;
	int64_t written, left_out;
	int64_t limit, weak_limit;			/* of findings of one kind */
	int64_t kinds[KIND_COUNT], weak[KIND_COUNT];	/* written so far */
	bool (*wants)(struct table_out *t, const struct value *v);
	int item_field;				/* rows that follow one with the same item have null there; -1: none */
};

static bool is_same_item(struct table_out *t, struct span item)
{
	bool is_same = t->written && span_equal(buf_span(&t->last_item), item);
	buf_clear(&t->last_item);
	buf_add(&t->last_item, item);
	return is_same;
}

static int put_row(void *user, const struct value *v, struct fault *why)
{
	struct table_out *t = user;
	(void)why;
	if (!t->wants(t, v)) {
		t->left_out++;
		return OK;
	}
	buf_clear(&t->row);
	bool is_same = t->item_field >= 0 && is_same_item(t, v[t->item_field].text);
	for (unsigned i = 0; i < t->set->count; i++) {
		buf_add_byte(&t->row, i ? ',' : '[');
		if (is_same && (int)i == t->item_field)
			buf_add_str(&t->row, "null");
		else
			json_value(&t->row, &t->set->fields[i], &v[i]);
	}
	buf_add_byte(&t->row, ']');
	page_raw(t->page, t->written++ ? ",\n" : "");
	page_json(t->page, buf_span(&t->row));
	return t->page->e;
}

static bool wants_first(struct table_out *t, const struct value *v)
{
	(void)v;
	return t->written < ROWS_MAX;
}

enum { FINDING_KIND = 3, FINDING_CONFIDENCE = 5, ITEM_STATUS = 7 };

static bool wants_finding(struct table_out *t, const struct value *v)
{
	enum kind k = kind_of(v[FINDING_KIND].text);
	if (k == KIND_COUNT)
		return false;
	if (v[FINDING_CONFIDENCE].number >= 0.5)
		return t->kinds[k]++ < t->limit;
	return t->weak[k]++ < t->weak_limit;
}

static bool wants_unread(struct table_out *t, const struct value *v)
{
	if (!span_equal(v[ITEM_STATUS].text, span_str("read")))
		return t->written < ROWS_MAX;
	t->left_out--;		/* not one that was left out: it does not belong here */
	return false;
}

/* The highest limit for each kind under which all together stay within most rows. */
static int64_t fair_limit(const int64_t *counts, int64_t most)
{
	int64_t low = 0, high = most;
	while (low < high) {	/* ends: the range halves */
		int64_t middle = (low + high + 1) / 2, sum = 0;
		for (int k = 0; k < KIND_COUNT; k++)
			sum += counts[k] < middle ? counts[k] : middle;
		if (sum <= most)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static int64_t kinds_limit(struct page *p, const char *sql, int64_t most)
{
	int64_t counts[KIND_COUNT] = { 0 };
	sqlite3_stmt *s = page_query(p, sql);
	while (page_step(p, s)) {
		enum kind k = kind_of(column_span(s, 0));
		if (k != KIND_COUNT)
			counts[k] = sqlite3_column_int64(s, 1);
	}
	return fair_limit(counts, most);
}

static void put_fields(struct page *p, const struct record_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		page_format(p, "%s\"%s\"", i ? "," : "", set->fields[i].name);
}

static void put_set(struct page *p, const char *id, const char *set, const char *item_field, struct table_out *t)
{
	t->page = p;
	t->set = record_set_named(set);
	if (!t->set || p->e)
		return;
	t->item_field = item_field ? set_field(t->set, item_field) : -1;
	buf_init(&t->row, 64 << 20);
	buf_init(&t->last_item, 1 << 20);
	page_format(p, "<script type=\"application/json\" id=\"data-%s\">{\"fields\":[", id);
	put_fields(p, t->set);
	page_raw(p, "],\"rows\":[\n");
	int e = t->set->each(p->c, p->reveal, put_row, t, p->why);
	if (!p->e)
		p->e = e;
	page_format(p, "\n],\"all\":%lld,\"limit\":%lld}</script>\n", (long long)(t->written + t->left_out), (long long)t->limit);
	buf_release(&t->row);
	buf_release(&t->last_item);
}

static void put_words(struct page *p)
{
	page_raw(p, "<script type=\"application/json\" id=\"data-words\">{\"kinds\":{");
	for (int k = 0; k < KIND_COUNT; k++)
		page_format(p, "%s\"%s\":[\"%s\",\"%s\"]", k ? "," : "", kind_name(k), kind_words(k), class_name(kind_class(k)));
	page_raw(p, "},\"classes\":{");
	for (int c = 0; c < CLASS_COUNT; c++)
		page_format(p, "%s\"%s\":\"%s\"", c ? "," : "", class_name(c), class_words(c));
	page_format(p, "},\"masked\":%s}</script>\n", p->reveal ? "false" : "true");
}

void html_data(struct page *p)
{
	struct table_out people = { .wants = wants_first }, findings = { .wants = wants_finding };
	struct table_out unread = { .wants = wants_unread }, matches = { .wants = wants_first };
	struct table_out departures = { .wants = wants_first };
	findings.limit = kinds_limit(p, "SELECT kind, count(*) FROM finding WHERE confidence >= 0.5 GROUP BY kind", ROWS_MAX);
	findings.weak_limit = kinds_limit(p, "SELECT kind, count(*) FROM finding WHERE confidence < 0.5 GROUP BY kind", WEAK_ROWS_MAX);
	put_words(p);
	put_set(p, "people", "people", NULL, &people);
	put_set(p, "findings", "findings", "item", &findings);
	put_set(p, "unread", "items", NULL, &unread);
	put_set(p, "matches", "matches", "item", &matches);
	put_set(p, "departures", "departures", NULL, &departures);
}
