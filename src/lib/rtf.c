#include "lib/rtf.h"

#include "lib/encoding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DEPTH_MAX = 1000,		/* groups; deeper ones share the last state */
	FONTS_MAX = 4096,
	WORD_MAX = 32,			/* letters of a control word; the specification says so */
	RUN_MAX = 1 << 20,
	TAG_MAX = 8 << 10,
	DATA_MAX = 128 << 20,
};

/* Where a group's characters go. */
enum place { TO_TEXT, TO_NOWHERE, TO_FONTS, TO_HEX, TO_TAG, TO_LINE };

struct group {
	enum place place;
	bool is_ignorable;		/* began with \* */
	bool is_hidden;			/* \htmlrtf: stands for a tag */
	unsigned font;
	unsigned fallback;		/* \uc: characters that follow \u for older readers */
	const char *kind;		/* of TO_HEX */
	bool is_owner;			/* the group that opened its place */
};

struct rtf {
	struct span left;
	const struct rtf_events *events;
	struct buf *out;
	struct group groups[DEPTH_MAX];
	size_t depth;			/* groups open; may exceed DEPTH_MAX */
	unsigned skip;			/* characters of fallback still to leave out */
	unsigned page;			/* code page of the document */
	unsigned fonts[FONTS_MAX];	/* code page of each font, 0 the document's */
	unsigned font;			/* being defined */
	struct buf run;			/* bytes not converted yet, of one code page */
	unsigned run_page;
	uint32_t high;			/* high surrogate that waits for its low one */
	struct buf tag, data;
	int nibble;			/* first hex digit, or -1 */
	int code;
};

static struct group *top(struct rtf *r)
{
	size_t at = r->depth < DEPTH_MAX ? r->depth : DEPTH_MAX - 1;
	return &r->groups[at];
}

/* Windows code page of a font's \fcharset (specification 1.9.1, font table). */
static unsigned page_of_charset(int charset)
{
	static const struct { int charset; unsigned page; } pages[] = {
		{ 0, 1252 }, { 77, 10000 }, { 128, 932 }, { 129, 949 }, { 130, 1361 }, { 134, 936 }, { 136, 950 },
		{ 161, 1253 }, { 162, 1254 }, { 163, 1258 }, { 177, 1255 }, { 178, 1256 }, { 186, 1257 },
		{ 204, 1251 }, { 222, 874 }, { 238, 1250 }, { 254, 437 }, { 255, 850 },
	};
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		if (pages[i].charset == charset)
			return pages[i].page;
	return 0;
}

static void flush(struct rtf *r)
{
	struct span run = buf_span(&r->run);
	char name[32];
	size_t ascii = 0;
	while (ascii < run.n && span_at(run, ascii) < 0x80)
		ascii++;
	if (ascii == run.n) {
		buf_add(r->out, run);
	} else {
		struct buf text;
		unsigned page = r->run_page ? r->run_page : 1252;
		if (page == 10000)
			snprintf(name, sizeof(name), "macintosh");
		else if (page == 65001)
			snprintf(name, sizeof(name), "UTF-8");
		else
			snprintf(name, sizeof(name), "%s%u", page < 874 ? "ibm-" : "windows-", page);
		buf_init(&text, RUN_MAX * 4);
		encoding_to_utf8(run, name, &text, NULL, 0, NULL, NULL, NULL);
		buf_add(r->out, buf_span(&text));
		buf_release(&text);
	}
	buf_clear(&r->run);
}

static bool is_shown(struct rtf *r)
{
	const struct group *g = top(r);
	return !g->is_hidden && (g->place == TO_TEXT || g->place == TO_LINE);
}

/* One byte of the font's code page. */
static void add_byte(struct rtf *r, unsigned char c)
{
	const struct group *g = top(r);
	if (r->skip) {
		r->skip--;
		return;
	}
	if (g->place == TO_TAG) {
		buf_add_byte(&r->tag, c);
		return;
	}
	if (!is_shown(r))
		return;
	unsigned page = r->fonts[g->font % FONTS_MAX];
	page = page ? page : r->page;
	if (r->run.n && (page != r->run_page || r->run.n >= RUN_MAX - 1))
		flush(r);
	r->run_page = page;
	buf_add_byte(&r->run, c);
}

static void add_code_point(struct rtf *r, uint32_t c)
{
	if (top(r)->place == TO_TAG) {
		buf_add_utf8(&r->tag, c);
		return;
	}
	if (!is_shown(r))
		return;
	flush(r);
	if (c >= 0xd800 && c < 0xdc00) {
		r->high = c;
		return;
	}
	if (c >= 0xdc00 && c < 0xe000 && r->high)
		c = 0x10000 + ((r->high - 0xd800) << 10) + (c - 0xdc00);
	r->high = 0;
	buf_add_utf8(r->out, c);
}

static void add_hex(struct rtf *r, int c)
{
	int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	            c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
	if (digit < 0)
		return;
	if (r->nibble < 0) {
		r->nibble = digit;
		return;
	}
	buf_add_byte(&r->data, (unsigned char)(r->nibble << 4 | digit));
	r->nibble = -1;
}

static void add_char(struct rtf *r, int c)
{
	if (top(r)->place == TO_HEX)
		add_hex(r, c);
	else if (c >= ' ' || c == '\t')
		add_byte(r, (unsigned char)c);
}

/* A tag of the HTML that the RTF was made of: breaks lines, and keeps the target of a link. */
static void end_tag(struct rtf *r)
{
	static const char *const breaks[] = { "<br", "<p", "</p", "<div", "<tr", "<li", "<h", "<table", "</table" };
	struct span tag = span_trim(buf_span(&r->tag));
	flush(r);
	for (size_t i = 0; i < sizeof(breaks) / sizeof(*breaks); i++)
		if (span_starts_nocase(tag, span_str(breaks[i]))) {
			buf_add_byte(r->out, '\n');
			break;
		}
	if (span_starts_nocase(tag, span_str("<td")))
		buf_add_byte(r->out, '\t');
	size_t at = span_find_nocase(tag, span_str("href=\""), 0);
	if (at != SIZE_MAX && span_starts_nocase(tag, span_str("<a"))) {
		struct span rest = span_from(tag, at + 6);
		buf_add(r->out, span_sub(rest, 0, span_find_byte(rest, '"', 0)));
		buf_add_byte(r->out, ' ');
	}
	buf_clear(&r->tag);
}

static void end_data(struct rtf *r, const char *kind)
{
	if (r->events && r->data.n)
		r->code = r->events->data(r->events->user, kind, buf_span(&r->data));
	buf_clear(&r->data);
	r->nibble = -1;
}

static void open_group(struct rtf *r)
{
	struct group was = *top(r);
	r->skip = 0;
	r->depth++;
	if (r->depth >= DEPTH_MAX)
		return;
	was.is_ignorable = was.is_owner = false;
	*top(r) = was;
}

static void close_group(struct rtf *r)
{
	const struct group was = *top(r);
	bool is_counted = r->depth > 0 && r->depth < DEPTH_MAX;
	r->skip = 0;
	r->depth -= r->depth > 0;
	if (!was.is_owner || !is_counted)
		return;
	if (was.place == TO_TAG)
		end_tag(r);
	else if (was.place == TO_HEX)
		end_data(r, was.kind);
	else if (was.place == TO_LINE) {
		flush(r);
		buf_add_byte(r->out, '\n');
	}
}

static void go(struct rtf *r, enum place place, const char *kind)
{
	struct group *g = top(r);
	if (g->place == TO_NOWHERE || (g->place == TO_HEX && place != TO_NOWHERE))
		return;
	flush(r);
	g->place = place;
	g->kind = kind;
	g->is_owner = true;
}

enum act {
	ACT_PLACE, ACT_CHAR, ACT_PAGE, ACT_FONT, ACT_CHARSET, ACT_UNICODE, ACT_FALLBACK, ACT_HIDE, ACT_PICTURE,
	ACT_KEEP, ACT_PLAIN,
};

/* place or code point in arg; kind for TO_HEX. Words not listed change nothing. */
static const struct word { const char *name; enum act act; unsigned arg; const char *kind; } words[] = {
	{ "par", ACT_CHAR, '\n', NULL }, { "line", ACT_CHAR, '\n', NULL }, { "row", ACT_CHAR, '\n', NULL },
	{ "nestrow", ACT_CHAR, '\n', NULL }, { "sect", ACT_CHAR, '\n', NULL }, { "page", ACT_CHAR, '\n', NULL },
	{ "column", ACT_CHAR, '\n', NULL }, { "cell", ACT_CHAR, '\t', NULL }, { "nestcell", ACT_CHAR, '\t', NULL },
	{ "tab", ACT_CHAR, '\t', NULL }, { "emdash", ACT_CHAR, 0x2014, NULL }, { "endash", ACT_CHAR, 0x2013, NULL },
	{ "emspace", ACT_CHAR, ' ', NULL }, { "enspace", ACT_CHAR, ' ', NULL }, { "bullet", ACT_CHAR, 0x2022, NULL },
	{ "lquote", ACT_CHAR, 0x2018, NULL }, { "rquote", ACT_CHAR, 0x2019, NULL },
	{ "ldblquote", ACT_CHAR, 0x201c, NULL }, { "rdblquote", ACT_CHAR, 0x201d, NULL },
	{ "ansicpg", ACT_PAGE, 0, NULL }, { "mac", ACT_PAGE, 10000, NULL }, { "pc", ACT_PAGE, 437, NULL },
	{ "pca", ACT_PAGE, 850, NULL }, { "f", ACT_FONT, 0, NULL }, { "fcharset", ACT_CHARSET, 0, NULL },
	{ "u", ACT_UNICODE, 0, NULL }, { "uc", ACT_FALLBACK, 0, NULL }, { "htmlrtf", ACT_HIDE, 0, NULL },
	{ "plain", ACT_PLAIN, 0, NULL },
	{ "fonttbl", ACT_PLACE, TO_FONTS, NULL }, { "colortbl", ACT_PLACE, TO_NOWHERE, NULL },
	{ "stylesheet", ACT_PLACE, TO_NOWHERE, NULL }, { "listtable", ACT_PLACE, TO_NOWHERE, NULL },
	{ "filetbl", ACT_PLACE, TO_NOWHERE, NULL }, { "revtbl", ACT_PLACE, TO_NOWHERE, NULL },
	{ "bkmkstart", ACT_PLACE, TO_NOWHERE, NULL }, { "bkmkend", ACT_PLACE, TO_NOWHERE, NULL },
	{ "nonshppict", ACT_PLACE, TO_NOWHERE, NULL }, { "sn", ACT_PLACE, TO_NOWHERE, NULL },
	{ "sv", ACT_PLACE, TO_NOWHERE, NULL }, { "objclass", ACT_PLACE, TO_NOWHERE, NULL },
	{ "creatim", ACT_PLACE, TO_NOWHERE, NULL }, { "revtim", ACT_PLACE, TO_NOWHERE, NULL },
	{ "printim", ACT_PLACE, TO_NOWHERE, NULL }, { "buptim", ACT_PLACE, TO_NOWHERE, NULL },
	{ "title", ACT_PLACE, TO_LINE, NULL }, { "author", ACT_PLACE, TO_LINE, NULL },
	{ "subject", ACT_PLACE, TO_LINE, NULL }, { "operator", ACT_PLACE, TO_LINE, NULL },
	{ "manager", ACT_PLACE, TO_LINE, NULL }, { "company", ACT_PLACE, TO_LINE, NULL },
	{ "keywords", ACT_PLACE, TO_LINE, NULL }, { "doccomm", ACT_PLACE, TO_LINE, NULL },
	{ "category", ACT_PLACE, TO_LINE, NULL }, { "hlinkbase", ACT_PLACE, TO_LINE, NULL },
	{ "header", ACT_PLACE, TO_LINE, NULL }, { "footer", ACT_PLACE, TO_LINE, NULL },
	{ "footnote", ACT_PLACE, TO_LINE, NULL }, { "annotation", ACT_PLACE, TO_LINE, NULL },
	{ "fldinst", ACT_PLACE, TO_LINE, NULL }, { "htmltag", ACT_PLACE, TO_TAG, NULL },
	{ "objdata", ACT_PLACE, TO_HEX, "object" }, { "pict", ACT_PLACE, TO_HEX, "wmf" },
	{ "pngblip", ACT_PICTURE, 0, "png" }, { "jpegblip", ACT_PICTURE, 0, "jpg" },
	{ "emfblip", ACT_PICTURE, 0, "emf" }, { "dibitmap", ACT_PICTURE, 0, "bmp" },
	{ "shppict", ACT_KEEP, 0, NULL }, { "shpinst", ACT_KEEP, 0, NULL }, { "shptxt", ACT_KEEP, 0, NULL },
};

static void set_font(struct rtf *r, int n)
{
	if (n < 0)
		return;
	if (top(r)->place == TO_FONTS)
		r->font = (unsigned)n % FONTS_MAX;
	else
		top(r)->font = (unsigned)n % FONTS_MAX;
}

static void unicode(struct rtf *r, int n)
{
	add_code_point(r, n < 0 ? (uint32_t)(n + 65536) & 0xffff : (uint32_t)n);
	r->skip = top(r)->fallback;
}

static void act(struct rtf *r, const struct word *w, int n, bool has_number)
{
	struct group *g = top(r);
	switch (w->act) {
	case ACT_PLACE: go(r, (enum place)w->arg, w->kind); break;
	case ACT_CHAR:
		if (r->skip)
			r->skip--;
		else
			add_code_point(r, w->arg);
		break;
	case ACT_PAGE: r->page = w->arg ? w->arg : n > 0 ? (unsigned)n : 1252; break;
	case ACT_FONT: set_font(r, n); break;
	case ACT_CHARSET:
		if (g->place == TO_FONTS)
			r->fonts[r->font] = n ? page_of_charset(n) : 0;
		break;
	case ACT_UNICODE: unicode(r, n); break;
	case ACT_FALLBACK: g->fallback = n < 0 || n > 16 ? 1 : (unsigned)n; break;
	case ACT_HIDE: g->is_hidden = !has_number || n != 0; break;
	case ACT_PICTURE:
		if (g->place == TO_HEX)
			g->kind = w->kind;
		break;
	case ACT_PLAIN: g->font = 0; break;
	case ACT_KEEP: break;
	}
}

static void control_word(struct rtf *r, struct span name, int n, bool has_number)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (!span_equal(name, span_str(words[i].name)))
			continue;
		top(r)->is_ignorable = false;
		act(r, &words[i], n, has_number);
		return;
	}
	if (top(r)->is_ignorable)	/* \* and a word we do not know */
		go(r, TO_NOWHERE, NULL);
	else if (r->skip)
		r->skip--;
}

/* \bin: raw bytes follow. */
static void binary(struct rtf *r, int n)
{
	struct span bytes = span_sub(r->left, 0, n > 0 ? (size_t)n : 0);
	if (top(r)->place == TO_HEX)
		buf_add(&r->data, bytes);
	r->left = span_from(r->left, bytes.n);
}

static void take_word(struct rtf *r)
{
	size_t n = 0, at;
	while (n < WORD_MAX && (span_at(r->left, n) | 0x20) >= 'a' && (span_at(r->left, n) | 0x20) <= 'z')
		n++;
	struct span name = span_sub(r->left, 0, n);
	bool is_negative = span_at(r->left, n) == '-';
	long value = 0;
	at = n + is_negative;
	size_t digits = at;
	for (; at - digits < 10 && span_at(r->left, at) >= '0' && span_at(r->left, at) <= '9'; at++)
		value = value * 10 + (span_at(r->left, at) - '0');
	bool has_number = at > digits;
	if (!has_number)
		at = n;
	if (span_at(r->left, at) == ' ')
		at++;
	r->left = span_from(r->left, at);
	value = value > INT32_MAX ? INT32_MAX : value;
	if (span_equal(name, span_str("bin")))
		binary(r, (int)value);
	else
		control_word(r, name, (int)(is_negative ? -value : value), has_number);
}

static void take_escape(struct rtf *r)
{
	int c = span_at(r->left, 0);
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
		take_word(r);
		return;
	}
	r->left = span_from(r->left, 1);
	if (c == '\'') {
		char digits[3] = { (char)span_at(r->left, 0), (char)span_at(r->left, 1), 0 };
		r->left = span_from(r->left, 2);
		add_byte(r, (unsigned char)strtoul(digits, NULL, 16));
	} else if (c == '*') {
		top(r)->is_ignorable = true;
	} else if (c == '~') {
		add_code_point(r, ' ');
	} else if (c == '_') {
		add_byte(r, '-');
	} else if (c == '\r' || c == '\n') {
		add_code_point(r, '\n');
	} else if (c == '\\' || c == '{' || c == '}') {
		add_byte(r, (unsigned char)c);
	}
}

/* Ends with the bytes: each turn takes at least one. */
static void walk(struct rtf *r)
{
	while (r->left.n && r->code >= 0) {
		int c = span_at(r->left, 0);
		r->left = span_from(r->left, 1);
		if (c == '{')
			open_group(r);
		else if (c == '}')
			close_group(r);
		else if (c == '\\')
			take_escape(r);
		else
			add_char(r, c);
	}
}

int rtf_walk(struct span rtf, const struct rtf_events *events, struct buf *out, struct fault *why)
{
	size_t at = span_find(span_sub(rtf, 0, 64), span_str("{\\rtf"), 0);
	if (at == SIZE_MAX)
		return fault_set(why, E_DAMAGED, "no RTF: it does not begin with {\\rtf");
	struct rtf *r = calloc(1, sizeof(*r));
	if (!r)
		return fault_set(why, E_MEMORY, "no memory for an RTF parser");
	r->left = span_from(rtf, at);
	r->events = events;
	r->out = out;
	r->page = 1252;
	r->nibble = -1;
	r->groups[0].fallback = 1;
	buf_init(&r->run, RUN_MAX);
	buf_init(&r->tag, TAG_MAX);
	buf_init(&r->data, DATA_MAX);
	walk(r);
	flush(r);
	int e = r->code;
	if (e >= 0 && r->depth)
		e = fault_set(why, PART, "RTF: it breaks off inside %zu groups", r->depth);
	buf_release(&r->run);
	buf_release(&r->tag);
	buf_release(&r->data);
	free(r);
	return e;
}

int rtf_text(struct span rtf, struct buf *out, struct fault *why)
{
	return rtf_walk(rtf, NULL, out, why);
}
