/* What the files of the HTML report share. */
#ifndef REPORT_HTML_OWN_H
#define REPORT_HTML_OWN_H

#include "report/html.h"
#include "report/words.h"

/* Rows that the tables of a report hold at most; what is left out is told. */
enum { ROWS_MAX = 20000, WEAK_ROWS_MAX = 2000 };

struct page {
	struct case_file *c;
	bool reveal;
	FILE *to;
	struct buf out, text;
	struct fault *why;
	int e;			/* first error; nothing is written behind it */
};

void page_raw(struct page *p, const char *markup);	/* ours, never evidence */
void page_bytes(struct page *p, struct span markup);
void page_format(struct page *p, const char *format, ...)	/* ours and numbers */
	__attribute__((format(printf, 2, 3)));
void page_text(struct page *p, struct span evidence);	/* escaped for elements and quoted attributes */
/* JSON for a script element: what could end it or be read as markup is written as \u00XX. */
void page_json(struct page *p, struct span json);
/* A statement of the case, NULL after noting the error. Step with page_step. */
sqlite3_stmt *page_query(struct page *p, const char *sql);
bool page_step(struct page *p, sqlite3_stmt *s);	/* false behind the last row, which resets it, and after an error */
int64_t page_count(struct page *p, const char *sql);
struct span column_span(sqlite3_stmt *s, int column);

/* Sections, one function a name in the template. */
void html_tiles(struct page *p);
void html_state(struct page *p);	/* masked or not, whether the examination ended */
void html_kinds(struct page *p);
void html_ledger(struct page *p);
void html_people_chart(struct page *p);
void html_times(struct page *p);
void html_folders(struct page *p);
void html_data(struct page *p);
void html_provenance(struct page *p);

#endif
