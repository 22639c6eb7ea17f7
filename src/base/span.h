/*
 * Span and cursor: the only way to touch evidence bytes.
 *
 * A span borrows bytes; it owns nothing and must not outlive its owner.
 * A cursor reads a span in order. Past the end every read returns zero or
 * an empty span and sets bad for good, so parse a whole record, then test
 * bad once. Neither may be shared between threads while it is changed.
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span { const unsigned char *p; size_t n; };

struct cur { struct span left; bool bad; };

static inline struct span span_of(const void *p, size_t n)
{
	return (struct span){ p, n };
}

/* A NUL-terminated string without its NUL; NULL gives the empty span. */
struct span span_str(const char *s);

/* The part [from, from + n), cut to what is there. */
struct span span_sub(struct span s, size_t from, size_t n);
static inline struct span span_from(struct span s, size_t from)
{
	return span_sub(s, from, SIZE_MAX);
}

/* Byte at i, or -1 beyond the end. */
static inline int span_at(struct span s, size_t i)
{
	return i < s.n ? s.p[i] : -1;
}

bool span_equal(struct span a, struct span b);
bool span_equal_nocase(struct span a, struct span b);	/* ASCII letters only */
bool span_starts(struct span s, struct span prefix);
bool span_starts_nocase(struct span s, struct span prefix);
bool span_ends_nocase(struct span s, struct span suffix);

/* Offset of the first needle at or after from, or SIZE_MAX. */
size_t span_find(struct span s, struct span needle, size_t from);
size_t span_find_nocase(struct span s, struct span needle, size_t from);
size_t span_find_byte(struct span s, unsigned char b, size_t from);

/* Without ASCII white space at both ends. */
struct span span_trim(struct span s);

/* Reads one line without its LF or CRLF and moves rest behind it; false at the end. */
bool span_line(struct span *rest, struct span *line);

static inline struct cur cur_of(struct span s)
{
	return (struct cur){ s, false };
}
struct span cur_take(struct cur *c, size_t n);
void        cur_skip(struct cur *c, size_t n);
uint8_t     cur_u8(struct cur *c);
uint16_t    cur_u16le(struct cur *c);
uint16_t    cur_u16be(struct cur *c);
uint32_t    cur_u32le(struct cur *c);
uint32_t    cur_u32be(struct cur *c);
uint64_t    cur_u64le(struct cur *c);
uint64_t    cur_u64be(struct cur *c);

#endif
