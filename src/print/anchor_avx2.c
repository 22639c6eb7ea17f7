/* The inner loops of the anchor scan for CPUs with AVX2. Elsewhere the plain ones stand in. */
#include "print/anchor.h"
#include "print/anchor_key.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i load(const unsigned char *p)
{
	return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* Keys of eight positions from their two halves. */
AVX2 static inline __m256i keys_of(__m256i a, __m256i b)
{
	__m256i h = _mm256_add_epi32(_mm256_mullo_epi32(a, _mm256_set1_epi32((int)ANCHOR_FACTOR_A)),
	                             _mm256_mullo_epi32(b, _mm256_set1_epi32((int)ANCHOR_FACTOR_B)));
	return _mm256_or_si256(_mm256_and_si256(h, _mm256_set1_epi32(-2)), _mm256_cmpeq_epi32(a, b));
}

AVX2 static inline uint32_t least(__m256i v)
{
	__m128i m = _mm_min_epu32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
	m = _mm_min_epu32(m, _mm_shuffle_epi32(m, 0x4e));
	m = _mm_min_epu32(m, _mm_shuffle_epi32(m, 0xb1));
	return (uint32_t)_mm_cvtsi128_si32(m);
}

/* Lanes of a load at p are the halves at p, p + 4, ...: four loads cover 32 positions. */
AVX2 static void avx2_minima(const unsigned char *p, size_t blocks, uint32_t *lowest)
{
	for (size_t k = 0; k < blocks; k++) {
		__m256i low = _mm256_set1_epi32(-1), low2 = low;
		for (size_t i = 0; i < ANCHOR_BLOCK / 32; i++, p += 32) {
			low = _mm256_min_epu32(low, keys_of(load(p), load(p + 4)));
			low2 = _mm256_min_epu32(low2, keys_of(load(p + 1), load(p + 5)));
			low = _mm256_min_epu32(low, keys_of(load(p + 2), load(p + 6)));
			low2 = _mm256_min_epu32(low2, keys_of(load(p + 3), load(p + 7)));
		}
		lowest[k] = least(_mm256_min_epu32(low, low2));
	}
}

/* Eight positions in order: in each half of the register, 11 bytes hold four of them. */
AVX2 static void avx2_keys(const unsigned char *p, uint32_t *keys)
{
	const __m256i first = _mm256_setr_epi8(0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6,
	                                       0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6);
	const __m256i second = _mm256_add_epi8(first, _mm256_set1_epi8(4));
	for (size_t i = 0; i < ANCHOR_BLOCK; i += 8) {
		__m256i x = _mm256_set_m128i(_mm_loadu_si128((const __m128i *)(const void *)(p + i + 4)),
		                             _mm_loadu_si128((const __m128i *)(const void *)(p + i)));
		__m256i h = keys_of(_mm256_shuffle_epi8(x, first), _mm256_shuffle_epi8(x, second));
		_mm256_storeu_si256((__m256i *)(void *)(keys + i), h);
	}
}

AVX2 static unsigned avx2_first(const uint32_t *keys, uint32_t bound)
{
	const __m256i most = _mm256_set1_epi32((int)bound);
	for (unsigned i = 0; i < ANCHOR_BLOCK; i += 8) {
		__m256i k = _mm256_loadu_si256((const __m256i *)(const void *)(keys + i));
		__m256i is_low = _mm256_cmpeq_epi32(_mm256_min_epu32(k, most), k);
		unsigned mask = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(is_low));
		if (mask)
			return i + (unsigned)__builtin_ctz(mask);
	}
	return ANCHOR_BLOCK;
}

AVX2 static unsigned avx2_lowest(const uint32_t *keys)
{
	__m256i low = _mm256_set1_epi32(-1);
	for (unsigned i = 0; i < ANCHOR_BLOCK; i += 8)
		low = _mm256_min_epu32(low, _mm256_loadu_si256((const __m256i *)(const void *)(keys + i)));
	const __m256i wanted = _mm256_set1_epi32((int)least(low));
	unsigned i = ANCHOR_BLOCK;
	unsigned mask = 0;
	while (i > 0 && !mask) {
		i -= 8;
		__m256i k = _mm256_loadu_si256((const __m256i *)(const void *)(keys + i));
		mask = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(k, wanted)));
	}
	return i + 31u - (unsigned)__builtin_clz(mask);
}

const struct anchor_kernel anchor_avx2 = {
	.name = "avx2", .minima = avx2_minima, .keys = avx2_keys,
	.first = avx2_first, .lowest = avx2_lowest,
};

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2")))

AVX512 static inline __m512i load_wide(const unsigned char *p)
{
	return _mm512_loadu_si512((const void *)p);
}

/* Lowers low by the keys of sixteen positions; periodic ones are masked out. */
AVX512 static inline __m512i lower(__m512i low, const unsigned char *p)
{
	__m512i a = load_wide(p), b = load_wide(p + 4);
	__m512i h = _mm512_add_epi32(_mm512_mullo_epi32(a, _mm512_set1_epi32((int)ANCHOR_FACTOR_A)),
	                             _mm512_mullo_epi32(b, _mm512_set1_epi32((int)ANCHOR_FACTOR_B)));
	h = _mm512_and_si512(h, _mm512_set1_epi32(-2));
	return _mm512_mask_min_epu32(low, _mm512_cmpneq_epi32_mask(a, b), low, h);
}

AVX512 static void avx512_minima(const unsigned char *p, size_t blocks, uint32_t *lowest)
{
	for (size_t k = 0; k < blocks; k++) {
		__m512i low = _mm512_set1_epi32(-1), low2 = low, low3 = low, low4 = low;
		for (size_t i = 0; i < ANCHOR_BLOCK / 64; i++, p += 64) {
			low = lower(low, p);
			low2 = lower(low2, p + 1);
			low3 = lower(low3, p + 2);
			low4 = lower(low4, p + 3);
		}
		low = _mm512_min_epu32(_mm512_min_epu32(low, low2), _mm512_min_epu32(low3, low4));
		lowest[k] = least(_mm256_min_epu32(_mm512_castsi512_si256(low), _mm512_extracti64x4_epi64(low, 1)));
	}
}

const struct anchor_kernel anchor_avx512 = {
	.name = "avx512", .minima = avx512_minima, .keys = avx2_keys,
	.first = avx2_first, .lowest = avx2_lowest,
};

bool anchor_kernel_runs_here(const struct anchor_kernel *k)
{
	__builtin_cpu_init();
	if (k == &anchor_avx2)
		return __builtin_cpu_supports("avx2");
	if (k == &anchor_avx512)
		return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("avx512f") &&
		       __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
		       __builtin_cpu_supports("avx512vl");
	return k == &anchor_plain;
}
#else
const struct anchor_kernel anchor_avx2 = { .name = "none" };
const struct anchor_kernel anchor_avx512 = { .name = "none" };

bool anchor_kernel_runs_here(const struct anchor_kernel *k)
{
	return k == &anchor_plain;
}
#endif
