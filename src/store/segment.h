/*
 * Segment: a write-once file of (value 64 bits, place) pairs, sorted, mapped
 * into memory for look-ups. A place is a position in the registry's address
 * space (see registry.h). Equal values may occur many times.
 *
 * The file: 64 bytes of magic; shards by the values' upper bits, each with its
 * bit-packed entries, the first entry of each bucket, and a binary fuse filter
 * over its values; the table of shards; a footer with sizes and the SHA-256 of
 * all before it. Little-endian. About 11.4 bytes a pair.
 *
 * A segment that was cut, or whose tables do not add up, is refused at open;
 * any altered bit is told by segment_verify. Look-ups in an altered segment
 * may give wrong places, never touch memory outside the file. Look-ups may run
 * in many threads.
 */
#ifndef STORE_SEGMENT_H
#define STORE_SEGMENT_H

#include "base/fault.h"
#include "base/span.h"

struct pair { uint64_t value, at; };
/* Sorts by value; equal values keep their order. spare: as many again. */
void pairs_sort(struct pair *p, struct pair *spare, size_t n);

struct segment_writer;
/* expected: pairs to come, at least roughly; places: all at are below it. */
int segment_create(const char *path, uint32_t space, uint64_t expected, uint64_t places,
                   struct segment_writer **out, struct fault *why);
/* In order of value. */
int segment_add(struct segment_writer *w, struct pair p, struct fault *why);
/* Writes what is left, and syncs the file. sha256 may be NULL. */
int segment_finish(struct segment_writer *w, uint64_t *count, unsigned char sha256[32], struct fault *why);
/* Closes; an unfinished file is removed. */
void segment_writer_close(struct segment_writer *w);

struct segment;
int  segment_open(const char *path, struct segment **out, struct fault *why);
void segment_close(struct segment *s);
uint64_t segment_count(const struct segment *s);
uint64_t segment_bytes(const struct segment *s);
uint32_t segment_space(const struct segment *s);
/* Reads it all and compares the digest; E_STORE when it differs. digest (may be NULL) gets the stored one. */
int  segment_verify(const struct segment *s, unsigned char digest[32], struct fault *why);

/* Where the pairs of a value stand: entries first .. first + count - 1; count 0: not there. */
struct segment_hit { uint64_t first, count; };
/* Looks up n values at once; fastest in batches of hundreds. */
void segment_find(const struct segment *s, const uint64_t *values, size_t n, struct segment_hit *hits);
struct pair segment_pair(const struct segment *s, uint64_t entry);

/* Keeps a pair in a merge, or drops it. */
typedef bool segment_keep(void *user, struct pair p);
/* Merges segments of one space into one; pairs of equal value in order of at. keep may be NULL. */
int segment_merge(const char *path, struct segment *const *from, size_t n, uint64_t places,
                  segment_keep *keep, void *user, uint64_t *count, unsigned char sha256[32], struct fault *why);

#endif
