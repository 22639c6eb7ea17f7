/*
 * Word 97 to 2003 ([MS-DOC]): the file information block says where the
 * piece table lies, the pieces where the text lies; body, notes, headers,
 * comments and text boxes follow each other in it. Word 6 and 95: one run
 * of bytes.
 */
#include "read/ole.h"

enum {
	FLAG_ENCRYPTED = 0x0100, FLAG_TABLE_1 = 0x0200,
	NFIB_97 = 0x00c0,		/* from here on text has pieces; [MS-DOC] 2.5.1 */
	PIECES_MAX = 1 << 20,
};

/* The parts of the text in their order: fibRgLw97, 2.5.4. */
static const char *const part_names[] = { NULL, "notes", "header", "macro", "comments", "notes", "textbox", "textbox" };
enum { PARTS = 8 };

struct word {
	struct ole *o;
	struct span main, table;
	uint32_t ends[PARTS];		/* character position behind each part */
	unsigned part;
	bool was_cell;
};

static uint32_t u32_at(struct span s, size_t at)
{
	struct cur c = cur_of(span_from(s, at));
	return cur_u32le(&c);
}

/* 2.4.1 lists the marks that text holds. */
static void add_char(struct word *w, uint32_t c)
{
	struct buf *b = &w->o->doc.text;
	bool is_cell = c == 7;
	switch (c) {
	case 7: buf_add_byte(b, w->was_cell ? '\n' : '\t'); break;	/* a cell's end; the second one a row's */
	case '\r': case 11: case 12: case 14: buf_add_byte(b, '\n'); break;
	case '\t': buf_add_byte(b, '\t'); break;
	case 30: buf_add_byte(b, '-'); break;
	case 20: case 21: buf_add_byte(b, ' '); break;	/* a field's instruction is kept: it holds links */
	default:
		if (c >= 32)
			buf_add_utf8(b, c);
	}
	w->was_cell = is_cell && !w->was_cell;
}

/* A compressed byte: windows-1252 but for what 2.9.73 leaves out. */
static uint32_t from_1252(unsigned char c)
{
	static const uint16_t high[32] = {
		0x20ac, 0x81, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152,
		0x8d, 0x017d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122,
		0x0161, 0x203a, 0x0153, 0x9d, 0x017e, 0x0178,
	};
	return c >= 0x80 && c < 0xa0 ? high[c - 0x80] : c;
}

static uint32_t next_char(struct cur *c, bool is_compressed)
{
	if (is_compressed)
		return from_1252(cur_u8(c));
	uint32_t unit = cur_u16le(c);
	if (unit < 0xd800 || unit >= 0xdc00)
		return unit;
	struct cur ahead = *c;
	uint32_t low = cur_u16le(&ahead);
	if (ahead.bad || low < 0xdc00 || low >= 0xe000)
		return unit;
	*c = ahead;
	return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static int end_part(struct word *w)
{
	int e = OK;
	if (w->o->doc.text.n)
		e = doc_give(&w->o->doc, part_names[w->part], 0);
	w->part++;
	return e;
}

/* One piece: characters [from, to), at offset fc of the main stream. */
static int add_piece(struct word *w, uint32_t from, uint32_t to, uint32_t fc)
{
	bool is_compressed = fc & 0x40000000;
	size_t at = fc & 0x3fffffff, width = is_compressed ? 1 : 2;
	struct cur c = cur_of(span_sub(w->main, is_compressed ? at / 2 : at, (size_t)(to - from) * width));
	int e = sink_spend(w->o->doc.out, c.left.n + 64);
	for (uint32_t cp = from; cp < to && c.left.n >= width && !e; ) {
		while (w->part + 1 < PARTS && cp >= w->ends[w->part] && !e)
			e = end_part(w);
		size_t before = c.left.n;
		add_char(w, next_char(&c, is_compressed));
		cp += (uint32_t)((before - c.left.n) / width);
	}
	return e;
}

static int read_pieces(struct word *w, struct span plc)
{
	size_t count = plc.n < 4 ? 0 : (plc.n - 4) / 12;
	int e = OK;
	uint64_t total = 0;
	for (size_t i = 0; i < count && i < PIECES_MAX && !e; i++) {
		uint32_t from = u32_at(plc, i * 4), to = u32_at(plc, i * 4 + 4);
		uint32_t fc = u32_at(plc, (count + 1) * 4 + i * 8 + 2);
		if (to <= from)
			continue;
		total += to - from;
		if (total > 4 * (uint64_t)w->main.n)	/* pieces that show the same bytes again and again */
			return doc_damage(&w->o->doc, "Word: its pieces are more than its text");
		e = add_piece(w, from, to, fc);
	}
	return e ? e : end_part(w);
}

/* Clx (2.9.38): skips property modifiers, finds the piece table. */
static struct span piece_table(struct span clx)
{
	struct cur c = cur_of(clx);
	while (c.left.n && !c.bad) {
		unsigned kind = cur_u8(&c);
		if (kind == 2)
			return cur_take(&c, cur_u32le(&c));
		if (kind != 1)
			break;
		cur_skip(&c, cur_u16le(&c));
	}
	return span_of(NULL, 0);
}

static void read_ends(struct word *w)
{
	uint64_t end = 0;
	for (unsigned i = 0; i < PARTS; i++) {
		end += u32_at(w->main, 0x4c + i * 4u);
		w->ends[i] = end > UINT32_MAX ? UINT32_MAX : (uint32_t)end;
	}
}

static int read_97(struct word *w)
{
	struct span clx = span_sub(w->table, u32_at(w->main, 0x01a2), u32_at(w->main, 0x01a6));
	struct span plc = piece_table(clx);
	read_ends(w);
	if (plc.n < 16)
		return doc_damage(&w->o->doc, "Word: its piece table is missing");
	return read_pieces(w, plc);
}

static int read_95(struct word *w)
{
	uint32_t from = u32_at(w->main, 0x18), to = u32_at(w->main, 0x1c);
	struct buf text;
	if (to <= from)
		return doc_damage(&w->o->doc, "Word: its text has no place");
	buf_init(&text, OLE_STREAM_MAX);
	ole_add_bytes(&text, span_sub(w->main, from, to - from), 1252);
	struct cur c = cur_of(buf_span(&text));
	while (c.left.n) {
		uint8_t byte = cur_u8(&c);
		if (byte < 32)
			add_char(w, byte);
		else
			buf_add_byte(&w->o->doc.text, byte);
	}
	buf_release(&text);
	return doc_give(&w->o->doc, NULL, 0);
}

int ole_word(struct ole *o, const struct ole2_entry *folder)
{
	struct word w = { .o = o };
	struct span data;
	int e = OK;
	if (!ole_stream(o, folder, "WordDocument", &w.main, &e) || e < 0)
		return e;
	struct cur c = cur_of(w.main);
	cur_u16le(&c);
	uint16_t version = cur_u16le(&c), flags;
	cur_skip(&c, 6);
	flags = cur_u16le(&c);
	if (c.bad)
		return doc_damage(&o->doc, "Word: the document breaks off in its header");
	if (flags & FLAG_ENCRYPTED)
		return fault_set(o->doc.why, E_ENCRYPTED, "an encrypted Word document");
	bool has_table = ole_stream(o, folder, flags & FLAG_TABLE_1 ? "1Table" : "0Table", &w.table, &e);
	if (e >= 0)
		e = has_table && version >= NFIB_97 ? read_97(&w) : read_95(&w);
	if (e >= 0 && ole_stream(o, folder, "Data", &data, &e) && e >= 0)
		e = ole_pictures(o, data, "Data");
	return e;
}
