/*
 * Packing of plain values into bytes: little-endian base-128 numbers, and
 * spans behind their length. Unpacking reads from a cursor and never past
 * its end; test the cursor's bad once at the end of a record.
 */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "base/buf.h"

void pack_u64(struct buf *b, uint64_t v);
void pack_i64(struct buf *b, int64_t v);	/* zigzag */
void pack_f64(struct buf *b, double v);
void pack_span(struct buf *b, struct span s);
void pack_str(struct buf *b, const char *s);	/* NULL and "" are the same */

uint64_t    unpack_u64(struct cur *c);
int64_t     unpack_i64(struct cur *c);
double      unpack_f64(struct cur *c);
struct span unpack_span(struct cur *c);		/* borrowed from what c reads */

#endif
