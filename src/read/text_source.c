#include "read/text_source.h"

#include "base/utf8.h"
#include "lib/encoding.h"

#include <string.h>
#include <strings.h>

enum {
	HEAD = 64 << 10,	/* bytes the encoding is told from */
	LOOK_BACK = 64 << 10,	/* bytes from a window's end in which a place to cut is looked for */
};

static bool is_named(const char *name, const char *prefix)
{
	return name && strncasecmp(name, prefix, strlen(prefix)) == 0;
}

static size_t unit_of(const char *encoding)
{
	return is_named(encoding, "UTF-16") ? 2 : is_named(encoding, "UTF-32") ? 4 : 1;
}

static size_t mark_length(struct span s, const char *encoding)
{
	if (is_named(encoding, "UTF-8"))
		return span_starts(s, span_of("\xef\xbb\xbf", 3)) ? 3 : 0;
	size_t unit = unit_of(encoding);
	bool has_mark = unit > 1 && (span_starts(s, span_of("\xff\xfe", 2)) || span_starts(s, span_of("\xfe\xff", 2)) ||
	                             span_starts(s, span_of("\0\0\xfe\xff", 4)));
	if (unit == 1)
		return span_starts(s, span_of("\x84\x31\x95\x33", 4)) ? 4 : 0;
	return has_mark ? unit : 0;
}

/* A head that ends inside a character is still UTF-8. */
static struct span whole_characters(struct span s)
{
	size_t good = utf8_valid_prefix(s);
	return s.n - good < 4 ? span_sub(s, 0, good) : s;
}

void text_source_init(struct text_source *ts, struct span bytes, const char *stated)
{
	struct span head = span_sub(bytes, 0, HEAD);
	if (head.n < bytes.n)
		head = whole_characters(head);
	*ts = (struct text_source){ .bytes = bytes, .encoding = encoding_detect(head, stated) };
	ts->mark = mark_length(bytes, ts->encoding);
	ts->is_fixed = ts->mark || unit_of(ts->encoding) > 1 || (stated && ts->encoding == stated);
	arena_init(&ts->arena, (size_t)1 << 30);
	buf_init(&ts->utf8, (size_t)256 << 20);
}

void text_source_release(struct text_source *ts)
{
	arena_release(&ts->arena);
	buf_release(&ts->utf8);
}

/* The value of the unit at i. */
static uint32_t unit_at(struct span s, size_t i, size_t unit, bool is_big)
{
	struct cur c = cur_of(span_sub(s, i, unit));
	if (unit == 1)
		return cur_u8(&c);
	if (unit == 2)
		return is_big ? cur_u16be(&c) : cur_u16le(&c);
	return is_big ? cur_u32be(&c) : cur_u32le(&c);
}

/* How good it is to cut behind a character: the best rank near the window's end is taken. */
static int cut_rank(uint32_t c)
{
	switch (c) {
	case '\n': return 4;
	case '\r': return 3;
	case ' ': case '\t': case 0: return 2;
	case ',': case ';': case '>': case '}': case ']': return 1;
	default: return 0;
	}
}

/* Where no separator is near: not inside a character, as far as that can be told going back. */
static size_t hard_cut(struct span s, size_t end, size_t unit, bool is_big, const char *encoding)
{
	if (unit == 2 && end >= 2 && unit_at(s, end - 2, 2, is_big) >> 10 == 0x36)
		return end - 2;
	if (unit > 1)
		return end;
	if (is_named(encoding, "UTF-8")) {
		for (size_t back = 0; back < 4 && end > back; back++)
			if ((s.p[end - back] & 0xc0) != 0x80)
				return end - back;
		return end;
	}
	/* second bytes of double-byte code pages begin at 0x30 (GB 18030) */
	for (size_t back = 1; back < LOOK_BACK && back < end; back++)
		if (s.p[end - back] < 0x30)
			return end - back + 1;
	return end;
}

/* Offset, from the start of s, at which a window of about want bytes ends; s is longer than want. */
static size_t cut_at(struct span s, size_t want, const char *encoding)
{
	size_t unit = unit_of(encoding);
	bool is_big = encoding && strlen(encoding) > 2 && strcasecmp(encoding + strlen(encoding) - 2, "BE") == 0;
	size_t end = want / unit * unit, best = 0;
	int best_rank = 0;
	for (size_t i = end; i >= unit && end - i < LOOK_BACK && best_rank < 4; i -= unit) {
		int rank = cut_rank(unit_at(s, i - unit, unit, is_big));
		/* a line end wins wherever it is; others only near the end */
		if (rank <= best_rank)
			continue;
		best_rank = rank;
		best = i;
	}
	return best ? best : hard_cut(s, end, unit, is_big, encoding);
}

static bool is_utf8_name(const char *encoding)
{
	return is_named(encoding, "UTF-8") || is_named(encoding, "US-ASCII");
}

/* Of text that claims to be UTF-8 and is not: UTF-8 with errors, or another encoding from here on. */
static const char *encoding_of_window(struct text_source *ts, struct span w)
{
	if (ts->is_fixed && is_utf8_name(ts->encoding))
		return ts->encoding;
	const char *name = encoding_detect(span_sub(w, 0, HEAD), NULL);
	if (!is_utf8_name(name) && name)
		return name;
	return name ? encoding_detect(w, NULL) : NULL;
}

/* As many characters as there were undecodable bytes or more: an encoding that holds despite a few errors. */
static bool is_mostly_utf8(struct span w)
{
	size_t bad = 0, good = 0;
	for (size_t i = utf8_skip_ascii(w, 0); i < w.n; i = utf8_skip_ascii(w, i)) {
		unsigned n = utf8_length_at(w, i);
		bad += !n;
		good += n > 0;
		i += n ? n : 1;
	}
	return good > bad * 2;
}

int text_source_window(struct text_source *ts, size_t from, size_t want, struct text *t, size_t *next,
                       bool *is_text, struct fault *why)
{
	if (from < ts->mark)
		from = ts->mark;
	struct span rest = span_from(ts->bytes, from);
	struct span w = span_sub(rest, 0, rest.n > want ? cut_at(rest, want, ts->encoding) : rest.n);
	*next = from + w.n;
	*is_text = true;
	*t = (struct text){ .space = SPACE_RAW, .base = from };
	const char *name = ts->encoding;
	if (!name || is_utf8_name(name)) {
		bool is_valid = name && utf8_valid_prefix(w) == w.n;
		if (is_valid) {
			t->utf8 = w;
			return OK;
		}
		name = encoding_of_window(ts, w);
		if (is_utf8_name(ts->encoding) && name && is_mostly_utf8(w))
			name = "UTF-8";
	} else if (!ts->is_fixed && unit_of(name) == 1 && utf8_skip_ascii(w, 0) == w.n &&
	           span_find_byte(w, 0x1b, 0) == SIZE_MAX) {
		t->utf8 = w;
		return OK;
	}
	*is_text = name != NULL;
	if (!name)
		return OK;
	uint64_t *raw_at = NULL;
	buf_clear(&ts->utf8);
	arena_reset(&ts->arena);
	int e = encoding_to_utf8(w, name, &ts->utf8, &ts->arena, from, &raw_at, NULL, why);
	t->utf8 = buf_span(&ts->utf8);
	t->raw_at = raw_at;
	return e;
}

int text_source_whole(struct text_source *ts, size_t limit, struct span *utf8, struct fault *why)
{
	struct span s = span_from(ts->bytes, ts->mark);
	if (is_utf8_name(ts->encoding) && utf8_valid_prefix(s) == s.n) {
		*utf8 = s;
		return OK;
	}
	if (s.n > limit)
		return fault_set(why, E_LIMIT, "%zu bytes of text, more than the %zu read as one", s.n, limit);
	const char *name = ts->encoding;
	if (is_utf8_name(name) && !ts->is_fixed && !is_mostly_utf8(s))
		name = encoding_detect(s, NULL);
	buf_release(&ts->utf8);
	buf_init(&ts->utf8, limit * 3 + 16);
	int e = encoding_to_utf8(s, name ? name : "UTF-8", &ts->utf8, &ts->arena, 0, NULL, NULL, why);
	*utf8 = buf_span(&ts->utf8);
	return e;
}
