/*
 * Text made safe to look at: what would steer a terminal, break a line or
 * turn the direction of reading is spelled out (\n, \t, \x1b, \u202e), bytes
 * that are not UTF-8 become \xHH. Names of files and values come from an
 * enemy; everything a person reads on a terminal or page goes through here.
 */
#ifndef BASE_VISIBLE_H
#define BASE_VISIBLE_H

#include "base/buf.h"

void visible_add(struct buf *out, struct span text);
/* Characters from U+0080 on that steer, hide or reorder. */
bool visible_is_steering(uint32_t c);

#endif
