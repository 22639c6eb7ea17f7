/*
 * How a segment lies in its file; shared by its writer and its reader.
 *
 * Of a value, the upper shard_bits choose the shard; of what is left (moved to
 * the top), the upper bucket_bits choose the bucket; the other rest_bits are
 * stored, with at_bits of place behind them. Entries, buckets and filters
 * begin at multiples of 64 bytes; 16 bytes follow the entries, so that any
 * entry can be read by eight-byte loads.
 */
#ifndef STORE_SEGMENT_FILE_H
#define STORE_SEGMENT_FILE_H

#include <stdint.h>

#include "store/fuse.h"

#define SEGMENT_MAGIC "strandline anchors\n"
enum { SEGMENT_VERSION = 1, SEGMENT_HEAD = 64, SEGMENT_PAD = 16, SHARD_BITS_MAX = 14, SHARD_PAIRS = 4 << 20 };

/* One shard; as stored. */
struct shard {
	uint64_t first;			/* pairs in shards before it */
	uint64_t entries_at, buckets_at, filter_at;	/* offsets in the file */
	uint32_t pairs;
	uint32_t bucket_bits;
	uint64_t seed;
	uint32_t segment_length, span, slots, unused;
};

/* The last bytes of the file. */
struct footer {
	char magic[24];
	uint32_t version, space;
	uint64_t count;			/* pairs */
	uint32_t shard_bits, at_bits;
	uint64_t shards_at;		/* offset of the table of shards */
	uint64_t bytes;			/* of the whole file */
	unsigned char sha256[32];	/* of all before it */
};

_Static_assert(sizeof(struct shard) == 64 && sizeof(struct footer) == 96 + 0, "no padding in the file");
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "segments are little-endian"
#endif

static inline unsigned shard_rest_bits(unsigned shard_bits, unsigned bucket_bits)
{
	return 64 - shard_bits - bucket_bits;
}

#endif
