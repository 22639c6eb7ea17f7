/*
 * UTF-8 (RFC 3629): validation and single characters.
 * Surrogates, overlong forms and values beyond U+10FFFF are invalid.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include "base/span.h"

/* Length in bytes of the longest valid prefix; s.n when all is valid. A character cut at the end is not in it. */
size_t utf8_valid_prefix(struct span s);
/* Length (1 to 4) of the valid character at i, 0 where there is none. */
unsigned utf8_length_at(struct span s, size_t i);
/* The character at i, which must be valid there. */
uint32_t utf8_char_at(struct span s, size_t i);
/* Writes a scalar value (others become U+FFFD); to has room for 4 bytes. Returns how many it wrote. */
unsigned utf8_put(unsigned char *to, uint32_t c);
/* Offset of the first byte from 0x80 on at or after i, or s.n. */
size_t utf8_skip_ascii(struct span s, size_t i);

#endif
