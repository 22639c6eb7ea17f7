/*
 * Strings in unknown bytes: runs of at least six printable characters in
 * ASCII (with UTF-8 in or at them), UTF-16LE and UTF-16BE, given as texts
 * (is_strings) of many runs, one a line, with their offsets.
 */
#ifndef READ_STRINGS_H
#define READ_STRINGS_H

#include "core/sink.h"

/* bytes begin at offset base of the item; part may be NULL. Returns OK or what the sink returned. */
int strings_give(struct span bytes, uint64_t base, const char *part, struct sink *out);

#endif
