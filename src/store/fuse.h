/*
 * Binary fuse filter with 8-bit fingerprints: tells of a set of keys whether
 * one is in it, wrongly "yes" once in 256, never wrongly "no"; about 9 bits a
 * key. Follows Graf and Lemire, "Binary Fuse Filters: Fast and Smaller Than
 * Xor Filters" (2022), with one change: keys are uniform already, so a slot's
 * place comes from the key's upper bits themselves, and sorted keys are
 * worked on in order of memory. Where that fails (the keys were not uniform)
 * the seed becomes odd, and places come from the mixed key.
 */
#ifndef STORE_FUSE_H
#define STORE_FUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fuse {
	uint64_t seed;
	uint32_t segment_length, span;	/* slots; span: where a key's first slot may lie */
	uint32_t slots;			/* bytes of the filter */
};

/* Sizes for n keys; fuse_build fills slots. n up to 100 million. */
void fuse_plan(uint32_t n, struct fuse *f);
/* keys: distinct, sorted. bytes: f->slots of them. False when out of memory. */
bool fuse_build(struct fuse *f, const uint64_t *keys, uint32_t n, uint8_t *bytes);

struct fuse_slots { uint32_t at[3]; uint8_t want; };
static inline uint64_t fuse_mix(uint64_t x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdu;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53u;
	return x ^ x >> 33;
}
static inline struct fuse_slots fuse_slots_of(const struct fuse *f, uint64_t key)
{
	uint64_t m = fuse_mix(key + f->seed);
	uint32_t mask = f->segment_length - 1;
	uint64_t place = f->seed & 1 ? fuse_mix(m) : key;
	uint32_t first = (uint32_t)((unsigned __int128)place * f->span >> 64);
	return (struct fuse_slots){ {
		first,
		(first + f->segment_length) ^ ((uint32_t)(m >> 18) & mask),
		(first + 2 * f->segment_length) ^ ((uint32_t)m & mask),
	}, (uint8_t)(m >> 56) };
}
static inline bool fuse_has(const uint8_t *bytes, struct fuse_slots s)
{
	return (bytes[s.at[0]] ^ bytes[s.at[1]] ^ bytes[s.at[2]]) == s.want;
}

#endif
