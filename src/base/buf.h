/*
 * Buf: a growing byte buffer with a ceiling from birth.
 *
 * Adding past the ceiling, or without memory, sets is_full for good and
 * keeps what is there; test it once at the end. The bytes belong to the
 * buf; buf_span borrows them until the next change.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/span.h"

struct buf {
	unsigned char *p;
	size_t n, room, ceiling;	/* bytes */
	bool is_full;
};

void buf_init(struct buf *b, size_t ceiling);
void buf_release(struct buf *b);
static inline void buf_clear(struct buf *b) { b->n = 0; b->is_full = false; }
static inline struct span buf_span(const struct buf *b) { return span_of(b->p, b->n); }

void buf_add(struct buf *b, struct span s);
void buf_add_str(struct buf *b, const char *s);
void buf_add_byte(struct buf *b, unsigned char c);
void buf_add_utf8(struct buf *b, uint32_t code_point);	/* U+FFFD for what is no scalar value */
void buf_format(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Room for n more bytes at the end, to be filled and then counted into n; NULL when full. */
unsigned char *buf_reserve(struct buf *b, size_t n);
/* A NUL behind the bytes, not counted; "" when nothing fits. */
const char *buf_string(struct buf *b);

#endif
