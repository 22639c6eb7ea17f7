/*
 * The evidence log: what came in, what was done with which version, what was
 * said. Append-only; a Merkle tree over its entries (hashing of RFC 9162,
 * section 2.1) whose head is signed with the case's Ed25519 key after each
 * run, so that an altered, removed or inserted entry shows.
 *
 * An entry's leaf is SHA-256 of a zero byte and the entry as one line of
 * JSON: index, at, kind, subject, sha256, version, in that order.
 */
#ifndef STORE_EVIDENCE_H
#define STORE_EVIDENCE_H

#include "store/case.h"

/* sha256: hex, or NULL. The time is now. Part of the open transaction. */
int evidence_add(struct case_file *c, const char *kind, const char *subject, const char *sha256, struct fault *why);
/* An entry for every file on disk that has none with its present digest, in the order of trails. */
int evidence_add_inputs(struct case_file *c, struct fault *why);
/* Signs the tree's head as it is now. */
int evidence_sign(struct case_file *c, struct fault *why);

/*
 * Recomputes all leaves and every signed head. E_STORE names the first
 * altered record, or the head that does not fit. *entries counts.
 */
int evidence_verify(struct case_file *c, uint64_t *entries, uint64_t *heads, struct fault *why);

#endif
