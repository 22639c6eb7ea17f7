/* Scores of film/mark_score.h. */
#include "film/mark_score.h"

#include <immintrin.h>
#include <math.h>

#include "film/mark_read.h"

static double dot_plain(const float *v, size_t n, const unsigned char *signs)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += signs[i >> 3] >> (i & 7) & 1 ? v[i] : -v[i];
	return sum;
}

/* The sum over set signs, doubled, less the sum of all: 16 values a step under a mask of their signs. */
__attribute__((target("avx512f"))) static double dot_avx512(const float *v, size_t n, const unsigned char *signs)
{
	__m512 set = _mm512_setzero_ps(), all = _mm512_setzero_ps();
	double sum = 0;
	size_t i = 0;
	for (; i + 16 <= n; i += 16) {
		__mmask16 m = (__mmask16)(signs[i >> 3] | signs[(i >> 3) + 1] << 8);
		__m512 x = _mm512_loadu_ps(v + i);
		all = _mm512_add_ps(all, x);
		set = _mm512_mask_add_ps(set, m, set, x);
		if ((i & 4095) == 4080) {	/* floats keep their precision over a short run only */
			sum += 2.0 * (double)_mm512_reduce_add_ps(set) - (double)_mm512_reduce_add_ps(all);
			set = all = _mm512_setzero_ps();
		}
	}
	sum += 2.0 * (double)_mm512_reduce_add_ps(set) - (double)_mm512_reduce_add_ps(all);
	for (; i < n; i++)
		sum += signs[i >> 3] >> (i & 7) & 1 ? v[i] : -v[i];
	return sum;
}

__attribute__((target("avx2"))) static double dot_avx2(const float *v, size_t n, const unsigned char *signs)
{
	const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
	const __m256 top = _mm256_set1_ps(-0.0f);
	double sum = 0;
	size_t i = 0;
	while (i + 8 <= n) {
		__m256 run = _mm256_setzero_ps();
		for (size_t end = i + 4096; i + 8 <= n && i < end; i += 8) {
			__m256i m = _mm256_and_si256(_mm256_set1_epi32(signs[i >> 3]), bits);
			__m256 is_minus = _mm256_castsi256_ps(_mm256_cmpeq_epi32(m, _mm256_setzero_si256()));
			run = _mm256_add_ps(run, _mm256_xor_ps(_mm256_loadu_ps(v + i), _mm256_and_ps(is_minus, top)));
		}
		float part[8];
		_mm256_storeu_ps(part, run);
		for (int k = 0; k < 8; k++)
			sum += (double)part[k];
	}
	return i < n ? sum + dot_plain(v + i, n - i, signs + (i >> 3)) : sum;
}

double signs_dot(const float *v, size_t n, const unsigned char *signs)
{
	if (__builtin_cpu_supports("avx512f"))
		return dot_avx512(v, n, signs);
	if (__builtin_cpu_supports("avx2"))
		return dot_avx2(v, n, signs);
	return dot_plain(v, n, signs);
}

double norm_square(const float *v, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += (double)v[i] * (double)v[i];
	return sum;
}

double bound_log(double z, double tried)
{
	double b = z > 0 ? -z * z / 2 : 0;
	b += log(tried > 1 ? tried : 1);
	return b < 0 ? b : 0;
}

double tally_z(struct tally t)
{
	return t.square > 0 ? t.dot / sqrt(t.square) : 0;
}

struct tally tally_key(const struct mark_grid *g, const struct mark_key *k, const struct slot_read *slots,
                       size_t count, unsigned char *signs, struct tally *each)
{
	struct tally sum = { 0, 0 };
	for (size_t i = 0; i < count; i++) {
		mark_signs(k, slots[i].slot, g, signs);
		struct tally t = { signs_dot(slots[i].nodes, g->nodes, signs), norm_square(slots[i].nodes, g->nodes) };
		sum.dot += t.dot;
		sum.square += t.square;
		if (each)
			each[i] = t;
	}
	return sum;
}
