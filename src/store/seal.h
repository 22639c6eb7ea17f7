/*
 * Sealing of values under a case's or registry's key, and masks.
 *
 * The key is 32 random bytes in a file of mode 0600 beside the case. A
 * sealed value is XChaCha20-Poly1305 (libsodium secretbox): 24 bytes of
 * nonce, 16 of tag, the value. A digest is BLAKE2b keyed with a key
 * derived from it: equal values have equal digests within one case, and
 * without the key a digest tells nothing. A key kept beside the case
 * protects nothing but masks.
 */
#ifndef STORE_SEAL_H
#define STORE_SEAL_H

#include "base/buf.h"
#include "base/fault.h"
#include "core/kind.h"

struct keys {
	unsigned char seal[32], digest[32], sign[32];	/* sign: seed of the Ed25519 key */
	unsigned char nonce[24];			/* of this process, counted up */
};

/* Reads FILE, or creates it with fresh random bytes when may_create. E_STORE: unreadable, wrong size. */
int  keys_load(const char *file, bool may_create, struct keys *k, struct fault *why);
void keys_release(struct keys *k);	/* wipes */

/* Adds the sealed value to out. */
void seal_value(struct keys *k, struct span value, struct buf *out);
/* Adds the value to out; E_STORE when it was altered or the key is another. */
int  seal_open(const struct keys *k, struct span sealed, struct buf *out, struct fault *why);
/* Keyed digest of kind and value. */
struct value_digest { unsigned char b[16]; };
struct value_digest seal_digest(const struct keys *k, enum kind kind, struct span value);

/* What may be shown of a value: enough to recognise it, too little to use it. */
void mask_value(enum kind kind, struct span value, struct buf *out);
/* A list of mail addresses: names and local parts masked, domains kept. */
void mask_addresses(struct span list, struct buf *out);
/* Free text: digits masked. */
void mask_digits(struct span text, struct buf *out);

#endif
