#include "report/html_own.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <string.h>

#include "base/utf8.h"
#include "base/visible.h"
#include "lib/hash.h"
#include "report/embedded.h"

enum { FLUSH_AT = 1 << 20, OUT_MAX = 256 << 20 };

static void flush(struct page *p)
{
	if (!p->e && p->out.is_full)
		p->e = fault_set(p->why, E_MEMORY, "a part of the report is too long");
	if (!p->e && fwrite(p->out.p, 1, p->out.n, p->to) != p->out.n)
		p->e = fault_set(p->why, E_USAGE, "the report cannot be written");
	buf_clear(&p->out);
}

void page_bytes(struct page *p, struct span markup)
{
	buf_add(&p->out, markup);
	if (p->out.n > FLUSH_AT)
		flush(p);
}

void page_raw(struct page *p, const char *markup)
{
	page_bytes(p, span_str(markup));
}

void page_format(struct page *p, const char *format, ...)
{
	char text[2048];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	page_raw(p, text);
}

static const char *entity(unsigned char c)
{
	switch (c) {
	case '&':  return "&amp;";
	case '<':  return "&lt;";
	case '>':  return "&gt;";
	case '"':  return "&quot;";
	case '\'': return "&#39;";
	default:   return NULL;
	}
}

void page_text(struct page *p, struct span evidence)
{
	buf_clear(&p->text);
	visible_add(&p->text, evidence);
	struct span s = buf_span(&p->text);
	size_t from = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *e = entity(s.p[i]);
		if (!e)
			continue;
		page_bytes(p, span_sub(s, from, i - from));
		page_raw(p, e);
		from = i + 1;
	}
	page_bytes(p, span_from(s, from));
}

/* The character as \uXXXX, as a pair of surrogates beyond U+FFFF. */
static void put_escaped(struct page *p, uint32_t c)
{
	if (c > 0xffff)
		page_format(p, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10), 0xdc00 + ((c - 0x10000) & 0x3ff));
	else
		page_format(p, "\\u%04x", c);
}

void page_json(struct page *p, struct span json)
{
	size_t from = 0;
	for (size_t i = 0; i < json.n;) {
		unsigned n = utf8_length_at(json, i);
		uint32_t c = n ? utf8_char_at(json, i) : 0xfffd;
		if (n && c != '<' && c != '>' && c != '&' && (n == 1 || !visible_is_steering(c))) {
			i += n;
			continue;
		}
		page_bytes(p, span_sub(json, from, i - from));
		put_escaped(p, c);
		i += n ? n : 1;
		from = i;
	}
	page_bytes(p, span_from(json, from));
}

sqlite3_stmt *page_query(struct page *p, const char *sql)
{
	sqlite3_stmt *s = p->e ? NULL : case_query(p->c, sql);
	if (!s && !p->e)
		p->e = fault_set(p->why, E_STORE, "%s: %s", case_dir(p->c), sqlite3_errmsg(case_db(p->c)));
	return s;
}

bool page_step(struct page *p, sqlite3_stmt *s)
{
	int code = s ? sqlite3_step(s) : SQLITE_DONE;
	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE && !p->e)
		p->e = fault_set(p->why, E_STORE, "%s: %s", case_dir(p->c), sqlite3_errmsg(case_db(p->c)));
	if (s)
		sqlite3_reset(s);
	return false;
}

int64_t page_count(struct page *p, const char *sql)
{
	sqlite3_stmt *s = page_query(p, sql);
	int64_t n = page_step(p, s) ? sqlite3_column_int64(s, 0) : 0;
	if (s)
		sqlite3_reset(s);
	return n;
}

struct span column_span(sqlite3_stmt *s, int column)
{
	const void *b = sqlite3_column_blob(s, column);
	return span_of(b, (size_t)sqlite3_column_bytes(s, column));
}

static struct span style(void)  { return span_of(web_report_css, web_report_css_size); }
static struct span script(void) { return span_of(web_report_js, web_report_js_size); }

/* 'sha256-...' of CSP level 3, section 2.3: base64 of the digest of what stands between the tags. */
static void put_source_hash(struct page *p, struct span text)
{
	unsigned char digest[32], base64[48];
	hash_sha256(text, digest);
	EVP_EncodeBlock(base64, digest, sizeof(digest));
	page_format(p, "'sha256-%s'", (const char *)base64);
}

static void put_policy(struct page *p)
{
	page_raw(p, "default-src 'none'; script-src ");
	put_source_hash(p, script());
	page_raw(p, "; style-src ");
	put_source_hash(p, style());
	page_raw(p, "; base-uri 'none'; form-action 'none'");
}

static void put_style(struct page *p)  { page_bytes(p, style()); }
static void put_script(struct page *p) { page_bytes(p, script()); }
static void put_version(struct page *p) { page_raw(p, VERSION); }

/* What stands for {{name}} in web/report.html. */
static const struct { const char *name; void (*put)(struct page *); } places[] = {
	{ "policy", put_policy }, { "style", put_style }, { "script", put_script }, { "version", put_version },
	{ "state", html_state }, { "tiles", html_tiles }, { "kinds", html_kinds }, { "ledger", html_ledger },
	{ "people-chart", html_people_chart }, { "times", html_times }, { "folders", html_folders },
	{ "data", html_data }, { "provenance", html_provenance },
};

static void put_place(struct page *p, struct span name)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (span_equal(name, span_str(places[i].name)))
			places[i].put(p);
}

int html_write(struct case_file *c, bool reveal, FILE *to, struct fault *why)
{
	struct page p = { .c = c, .reveal = reveal, .to = to, .why = why };
	struct span rest = span_of(web_report_html, web_report_html_size);
	buf_init(&p.out, OUT_MAX);
	buf_init(&p.text, 16 << 20);
	while (rest.n && !p.e) {	/* ends: the template is finite, and each turn takes a part of it */
		size_t open = span_find(rest, span_str("{{"), 0);
		page_bytes(&p, span_sub(rest, 0, open));
		if (open == SIZE_MAX)
			break;
		size_t close = span_find(rest, span_str("}}"), open);
		put_place(&p, span_sub(rest, open + 2, close - open - 2));
		rest = span_from(rest, close == SIZE_MAX ? rest.n : close + 2);
	}
	flush(&p);
	buf_release(&p.out);
	buf_release(&p.text);
	return p.e;
}
