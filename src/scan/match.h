/*
 * Matching: what workers print of leaked items, against the registry. Writes
 * rows into the case's table of matches as items end.
 *
 * Byte anchors that an item shares with a registered stream are joined into
 * runs. Where both are files on disk that can be read, and the registered one
 * is as it was, a run is followed byte by byte to both its ends (exact);
 * otherwise it reaches from its first to its last shared anchor (a lower
 * bound). Of several registered items that hold the same leaked bytes those
 * are named that cover most, and others only for what they add.
 *
 * chance: of such a match by hashing alone: values asked times anchors kept
 * over 2^64 for the first shared anchor, registered items over 2^64 for every
 * further one at the same shift.
 *
 * likelihood_ratio: how much better "it comes from that item" explains the
 * shared content than "it is content of third parties that both hold":
 * (D + 1) / (d + 1/2) for an anchor, where D items are registered and d
 * others hold it too; 1 / (2 b) where b background items hold it; for a run
 * the geometric mean over its anchors, or over its best eight in a row; never more than the run's content can bear (2 to the power
 * of its distinct 4-byte sequences in the first 4 KiB, over 16). A match whose
 * ratio is below 1 is not written: it says nothing.
 */
#ifndef SCAN_MATCH_H
#define SCAN_MATCH_H

#include "scan/scan.h"
#include "store/registry.h"

struct matcher;
int  matcher_open(struct registry *r, struct case_file *c, struct matcher **m, struct fault *why);
void matcher_close(struct matcher *m);
/* For struct scan_request; borrowed from the matcher. */
const struct scan_prints *matcher_prints(struct matcher *m);

#endif
