/*
 * The prefilter's classes by AVX2: two halves of 32 bytes.
 */
#include "find/prefilter_inner.h"

#ifdef __x86_64__
#include <immintrin.h>

#define FILL_TARGET __attribute__((target("avx2,bmi,bmi2,lzcnt")))
#define INLINE static inline __attribute__((always_inline, target("avx2,bmi,bmi2,lzcnt")))

/* Bytes from low to low + n - 1, as 0xff. */
INLINE __m256i in_range(__m256i v, char low, char n)
{
	__m256i d = _mm256_sub_epi8(v, _mm256_set1_epi8(low));
	return _mm256_cmpeq_epi8(_mm256_min_epu8(d, _mm256_set1_epi8(n - 1)), d);
}

INLINE uint64_t equal(__m256i a, __m256i b, char c)
{
	__m256i v = _mm256_set1_epi8(c);
	uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, v));
	uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, v));
	return low | (uint64_t)high << 32;
}

INLINE uint64_t ranged(__m256i a, __m256i b, char low, char n)
{
	uint32_t x = (uint32_t)_mm256_movemask_epi8(in_range(a, low, n));
	uint32_t y = (uint32_t)_mm256_movemask_epi8(in_range(b, low, n));
	return x | (uint64_t)y << 32;
}

INLINE uint64_t parts(__m256i a, __m256i b)
{
	__m256i space = _mm256_set1_epi8(' ');
	__m256i x = _mm256_or_si256(in_range(a, '-', 3), _mm256_cmpeq_epi8(a, space));
	__m256i y = _mm256_or_si256(in_range(b, '-', 3), _mm256_cmpeq_epi8(b, space));
	return (uint32_t)_mm256_movemask_epi8(x) | (uint64_t)(uint32_t)_mm256_movemask_epi8(y) << 32;
}

INLINE void classify_avx2(const unsigned char *p, struct byte_masks *m)
{
	__m256i a = _mm256_loadu_si256((const void *)p), b = _mm256_loadu_si256((const void *)(p + 32));
	m->digit = ranged(a, b, '0', 10);
	m->upper = ranged(a, b, 'A', 26);
	m->lower = ranged(a, b, 'a', 26);
	m->part = parts(a, b);
	m->at = equal(a, b, '@');
	m->plus = equal(a, b, '+');
	m->filler = equal(a, b, '<');
	m->one_two = ranged(a, b, '1', 2);
	m->colon = equal(a, b, ':');
	m->tab = equal(a, b, '\t');
	m->line = equal(a, b, '\n');
}

#define CLASSIFY classify_avx2
#define FILL fill_avx2
#define FIRST first_avx2
#include "find/prefilter_block.h"

const struct prefilter_code *prefilter_avx2(void)
{
	static const struct prefilter_code code = { first_avx2, fill_avx2 };
	bool has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
	return has ? &code : NULL;
}
#else
const struct prefilter_code *prefilter_avx2(void)
{
	return NULL;
}
#endif
