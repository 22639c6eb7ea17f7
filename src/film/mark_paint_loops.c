/* Inner loops of film/mark_paint.h: plain C first, then the same with AVX2 and AVX-512. */
#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#include "film/mark_paint.h"

static void measure_plain(const uint8_t *luma, ptrdiff_t stride, int blocks, uint32_t *sum, uint32_t *steps)
{
	for (int b = 0; b < blocks; b++) {
		uint32_t s = 0, d = 0;
		for (int y = 0; y < 8; y++) {
			const uint8_t *p = luma + y * stride + 8 * b;
			for (int x = 0; x < 8; x++) {
				s += p[x];
				d += (uint32_t)abs(p[x] - p[x + 1]) + (uint32_t)abs(p[x] - p[x + stride]);
			}
		}
		sum[b] = s;
		steps[b] = d;
	}
}

static void add_plain(uint8_t *luma, const int8_t *field, const int16_t *strength, const int16_t *dither, int n)
{
	for (int i = 0; i < n; i++) {
		int v = luma[i] + ((field[i] * strength[i] + dither[i % 64]) >> 10);
		luma[i] = v < 0 ? 0 : v > 255 ? 255 : (uint8_t)v;
	}
}

static void blend_plain(const int16_t *a, const int16_t *b, int q, int8_t *out, int n)
{
	for (int i = 0; i < n; i++) {
		int v = (a[i] * (64 - q) + b[i] * q) >> 10;
		out[i] = v < -127 ? -127 : v > 127 ? 127 : (int8_t)v;
	}
}

const struct paint_loops paint_plain = { "plain", measure_plain, add_plain, blend_plain };

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl")))

AVX2 static void measure_avx2(const uint8_t *luma, ptrdiff_t stride, int blocks, uint32_t *sum, uint32_t *steps)
{
	int b = 0;
	for (; b + 4 <= blocks; b += 4) {
		__m256i s = _mm256_setzero_si256(), d = s, zero = s;
		__m256i here = _mm256_loadu_si256((const __m256i *)(luma + 8 * b));
		for (int y = 0; y < 8; y++) {
			const uint8_t *p = luma + y * stride + 8 * b;
			__m256i right = _mm256_loadu_si256((const __m256i *)(p + 1));
			__m256i below = _mm256_loadu_si256((const __m256i *)(p + stride));
			s = _mm256_add_epi64(s, _mm256_sad_epu8(here, zero));
			d = _mm256_add_epi64(d, _mm256_add_epi64(_mm256_sad_epu8(here, right), _mm256_sad_epu8(here, below)));
			here = below;
		}
		__m256i low = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
		_mm_storeu_si128((__m128i *)(sum + b), _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(s, low)));
		_mm_storeu_si128((__m128i *)(steps + b), _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(d, low)));
	}
	measure_plain(luma + 8 * b, stride, blocks - b, sum + b, steps + b);
}

AVX2 static void add_avx2(uint8_t *luma, const int8_t *field, const int16_t *strength, const int16_t *dither, int n)
{
	int i = 0;
	for (; i + 16 <= n; i += 16) {
		__m256i f = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(field + i)));
		__m256i a = _mm256_loadu_si256((const __m256i *)(strength + i));
		__m256i d = _mm256_loadu_si256((const __m256i *)(dither + i % 64));
		__m256i y = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(luma + i)));
		y = _mm256_add_epi16(y, _mm256_srai_epi16(_mm256_add_epi16(_mm256_mullo_epi16(f, a), d), 10));
		y = _mm256_permute4x64_epi64(_mm256_packus_epi16(y, y), 0x08);
		_mm_storeu_si128((__m128i *)(luma + i), _mm256_castsi256_si128(y));
	}
	/* a multiple of 16 was done: the dither of the rest starts in its row */
	for (; i < n; i++)
		add_plain(luma + i, field + i, strength + i, dither + i % 64, 1);
}

AVX2 static void blend_avx2(const int16_t *a, const int16_t *b, int q, int8_t *out, int n)
{
	/* (a * 64 + (b - a) * q) >> 10: a and b stay below 2^11 * ... so halves are kept apart in 32 bits */
	__m256i weights = _mm256_set1_epi32((64 - q) | q << 16);
	int i = 0;
	for (; i + 16 <= n; i += 16) {
		__m256i va = _mm256_loadu_si256((const __m256i *)(a + i)), vb = _mm256_loadu_si256((const __m256i *)(b + i));
		__m256i low = _mm256_srai_epi32(_mm256_madd_epi16(_mm256_unpacklo_epi16(va, vb), weights), 10);
		__m256i high = _mm256_srai_epi32(_mm256_madd_epi16(_mm256_unpackhi_epi16(va, vb), weights), 10);
		__m256i v = _mm256_packs_epi32(low, high);
		v = _mm256_permute4x64_epi64(_mm256_packs_epi16(v, v), 0x08);
		v = _mm256_max_epi8(v, _mm256_set1_epi8(-127));
		_mm_storeu_si128((__m128i *)(out + i), _mm256_castsi256_si128(v));
	}
	blend_plain(a + i, b + i, q, out + i, n - i);
}

static const struct paint_loops paint_avx2 = { "AVX2", measure_avx2, add_avx2, blend_avx2 };

AVX512 static void measure_avx512(const uint8_t *luma, ptrdiff_t stride, int blocks, uint32_t *sum, uint32_t *steps)
{
	int b = 0;
	for (; b + 8 <= blocks; b += 8) {
		__m512i s = _mm512_setzero_si512(), d = s, zero = s;
		__m512i here = _mm512_loadu_si512(luma + 8 * b);
		for (int y = 0; y < 8; y++) {
			const uint8_t *p = luma + y * stride + 8 * b;
			__m512i below = _mm512_loadu_si512(p + stride);
			s = _mm512_add_epi64(s, _mm512_sad_epu8(here, zero));
			d = _mm512_add_epi64(d, _mm512_add_epi64(_mm512_sad_epu8(here, _mm512_loadu_si512(p + 1)),
			                                         _mm512_sad_epu8(here, below)));
			here = below;
		}
		_mm256_storeu_si256((__m256i *)(sum + b), _mm512_cvtepi64_epi32(s));
		_mm256_storeu_si256((__m256i *)(steps + b), _mm512_cvtepi64_epi32(d));
	}
	measure_plain(luma + 8 * b, stride, blocks - b, sum + b, steps + b);
}

AVX512 static void add_avx512(uint8_t *luma, const int8_t *field, const int16_t *strength, const int16_t *dither,
                              int n)
{
	__m512i d0 = _mm512_loadu_si512(dither), d1 = _mm512_loadu_si512(dither + 32);
	int i = 0;
	for (; i + 32 <= n; i += 32) {
		__m512i f = _mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)(field + i)));
		__m512i a = _mm512_loadu_si512(strength + i);
		__m512i y = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(luma + i)));
		__m512i step = _mm512_add_epi16(_mm512_mullo_epi16(f, a), i & 32 ? d1 : d0);
		y = _mm512_add_epi16(y, _mm512_srai_epi16(step, 10));
		y = _mm512_max_epi16(y, _mm512_setzero_si512());
		_mm256_storeu_si256((__m256i *)(luma + i), _mm512_cvtusepi16_epi8(y));
	}
	for (; i < n; i++)
		add_plain(luma + i, field + i, strength + i, dither + i % 64, 1);
}

static const struct paint_loops paint_avx512 = { "AVX-512", measure_avx512, add_avx512, blend_avx2 };

const struct paint_loops *paint_loops_at(int i)
{
	const struct paint_loops *rows[4] = { &paint_plain };
	int n = 1;
	if (__builtin_cpu_supports("avx2"))
		rows[n++] = &paint_avx2;
	if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
		rows[n++] = &paint_avx512;
	return i >= 0 && i < n ? rows[i] : NULL;
}

const struct paint_loops *paint_loops_best(void)
{
	const struct paint_loops *best = &paint_plain;
	for (int i = 0; paint_loops_at(i); i++)
		best = paint_loops_at(i);
	return best;
}
