/*
 * An item's bytes as UTF-8, a window at a time, whatever they are encoded
 * in. UTF-8 and ASCII are given where they lie; others are converted with
 * the offset each byte comes from. Owns the memory of the last window.
 */
#ifndef READ_TEXT_SOURCE_H
#define READ_TEXT_SOURCE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "core/text.h"

enum { WINDOW = 1 << 20 };	/* bytes of a usual window: stays in the second cache with what is made of it */

struct text_source {
	struct span bytes;
	const char *encoding;	/* ICU name; NULL when the head looks like no text */
	size_t mark;		/* bytes of the byte order mark, at which the text begins */
	bool is_fixed;		/* the encoding holds for all windows: it has a mark or was stated */
	struct arena arena;
	struct buf utf8;
};

/* stated: from a declaration, or NULL. */
void text_source_init(struct text_source *ts, struct span bytes, const char *stated);
void text_source_release(struct text_source *ts);

/*
 * The text of about want bytes from offset from on, cut behind a line end,
 * else behind a blank or comma, else between characters; *next is where the
 * following window begins. t is valid until the next call. t->utf8 is empty
 * and *is_text false where the window looks like no text (t is then unset).
 */
int text_source_window(struct text_source *ts, size_t from, size_t want, struct text *t, size_t *next,
                       bool *is_text, struct fault *why);

/*
 * The whole text in one piece, for documents that are parsed as one: without
 * offsets. In UTF-8 it is the bytes themselves. E_LIMIT beyond limit bytes.
 */
int text_source_whole(struct text_source *ts, size_t limit, struct span *utf8, struct fault *why);

/* The offset in the item that position i of t's text comes from. */
static inline uint64_t text_raw_at(const struct text *t, size_t i)
{
	return t->raw_at ? t->raw_at[i] : t->base + i;
}

#endif
