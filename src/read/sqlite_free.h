/* What an SQLite database holds no longer but has not overwritten: strings of free pages and gaps in used ones. */
#ifndef READ_SQLITE_FREE_H
#define READ_SQLITE_FREE_H

#include "core/sink.h"

/*
 * Given as texts of part "deleted". with_lost: pages of no known type too,
 * which a damaged database may have lost. Returns OK or what the sink returned.
 */
int sqlite_give_free(struct span bytes, bool with_lost, struct sink *out);

#endif
