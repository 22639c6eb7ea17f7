/*
 * Normal forms under which data of persons are compared. Each adds to out
 * and leaves it empty where the value has none.
 */
#ifndef PEOPLE_NORMAL_H
#define PEOPLE_NORMAL_H

#include "base/buf.h"
#include "core/kind.h"

/* Letters case-folded, accents and punctuation off, words in alphabetical order: "O'Neil, Ann" is "ann oneil". */
void normal_name(struct span name, struct buf *out);
/* True when two normal names have a word of two letters or more in common. */
bool names_agree(struct span a, struct span b);
/* ISO 8601 date of a date as people write it; with slashes the month comes first unless it cannot. */
void normal_date(struct span date, struct buf *out);
/* Addresses in lower case, numbers without separators. */
void normal_value(enum kind kind, struct span value, struct buf *out);

/* How strongly equal values say "the same person". */
enum strength { STRENGTH_NONE, STRENGTH_WEAK, STRENGTH_STRONG };
enum strength kind_strength(enum kind kind);
/* info@, noreply@, and the like belong to nobody. */
bool is_role_address(struct span address);

#endif
