/*
 * Trails: forensic paths such as dump.zip//hr/box.mbox//msg 12.
 *
 * Bytes that are not UTF-8 become %HH and % becomes %25, so that a trail
 * names exactly one sequence of bytes. "//" only enters a container: inside
 * a name, a '/' that would read as such (a leading one, or one behind
 * another) becomes %2F; in names that are no paths every '/' does.
 */
#ifndef SCAN_TRAIL_H
#define SCAN_TRAIL_H

#include "base/buf.h"

void trail_add_name(struct buf *out, struct span name, bool is_path);

#endif
