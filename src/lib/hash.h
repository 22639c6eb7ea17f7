/*
 * SHA-256, SHA-1, MD5 on OpenSSL libcrypto (SHA-NI where the CPU has it).
 * A hasher is not shared between threads; hasher_init may fail only for
 * want of memory and then every later call does nothing.
 */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include "base/span.h"

enum { HASH_SHA256 = 1, HASH_SHA1 = 2, HASH_MD5 = 4, HASH_KINDS = 3 };

struct digests { unsigned char sha256[32], sha1[20], md5[16]; };

struct hasher { void *context[HASH_KINDS]; };

/* which: a set of HASH_ bits. */
void hasher_init(struct hasher *h, unsigned which);
void hasher_add(struct hasher *h, struct span bytes);
/* Writes the digests asked for; may be called once. */
void hasher_end(struct hasher *h, struct digests *out);
void hasher_release(struct hasher *h);

void hash_sha256(struct span bytes, unsigned char out[32]);
/* Lower case hex with a NUL; text holds 2 * n + 1. */
void hash_hex(const unsigned char *digest, size_t n, char *text);

#endif
