/* The list of recipients that mark is given: CSV (RFC 4180) with a column named recipient. */
#ifndef CMD_RECIPIENTS_H
#define CMD_RECIPIENTS_H

#include <stddef.h>

#include "base/fault.h"

struct recipient { char *name, *row; };		/* row: all columns as a JSON object */
struct recipients { struct recipient *list; size_t count, room; };

/*
 * E_USAGE with line and reason: no such column, no recipient, a name twice (also when they differ in
 * the case of ASCII letters only), a name that cannot stand in a file name. Released by the caller in every case.
 */
int  recipients_read(const char *path, struct recipients *r, struct fault *why);
void recipients_release(struct recipients *r);

#endif
