/*
 * The prefilter's classes by AVX-512BW: one comparison gives a mask of 64.
 */
#include "find/prefilter_inner.h"

#ifdef __x86_64__
#include <immintrin.h>

#define FILL_TARGET __attribute__((target("avx512f,avx512bw,bmi,bmi2,lzcnt")))
#define INLINE static inline __attribute__((always_inline, target("avx512f,avx512bw,bmi,bmi2,lzcnt")))

INLINE uint64_t ranged(__m512i v, char low, char n)
{
	return _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, _mm512_set1_epi8(low)), _mm512_set1_epi8(n));
}

INLINE uint64_t equal(__m512i v, char c)
{
	return _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(c));
}

INLINE void classify_avx512(const unsigned char *p, struct byte_masks *m)
{
	__m512i v = _mm512_loadu_si512((const void *)p);
	m->digit = ranged(v, '0', 10);
	m->upper = ranged(v, 'A', 26);
	m->lower = ranged(v, 'a', 26);
	m->part = ranged(v, '-', 3) | equal(v, ' ');
	m->at = equal(v, '@');
	m->plus = equal(v, '+');
	m->filler = equal(v, '<');
	m->one_two = ranged(v, '1', 2);
	m->colon = equal(v, ':');
	m->tab = equal(v, '\t');
	m->line = equal(v, '\n');
}

#define CLASSIFY classify_avx512
#define FILL fill_avx512
#define FIRST first_avx512
#include "find/prefilter_block.h"

const struct prefilter_code *prefilter_avx512(void)
{
	static const struct prefilter_code code = { first_avx512, fill_avx512 };
	bool has = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
	return has ? &code : NULL;
}
#else
const struct prefilter_code *prefilter_avx512(void)
{
	return NULL;
}
#endif
