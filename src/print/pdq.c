#include "print/pdq.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SAMPLES = 64, TERMS = 16, PASSES = 2, FULL = 512 };

/* ---- to 64 x 64 ---- */

/* Mean over a sliding window, narrower at both ends; n values, step apart. */
static void box(const float *in, float *out, int n, int step, int window)
{
	int half = (window + 2) / 2, count = 0, left = 0, right = 0;
	float sum = 0;
	for (int i = 0; i < half - 1 && right < n; i++, count++)
		sum += in[step * right++];
	for (int i = 0; i < n; i++) {
		if (right < n) {
			sum += in[step * right++];
			count++;
		}
		if (count > window || right - left > window || i + half > n) {
			sum -= in[step * left++];
			count--;
		}
		out[step * i] = sum / (float)count;
	}
}

static int window_for(int n)
{
	return (n + 2 * SAMPLES - 1) / (2 * SAMPLES);
}

static void blur(float *a, float *b, int rows, int cols)
{
	for (int pass = 0; pass < PASSES; pass++) {
		for (int r = 0; r < rows; r++)
			box(a + (size_t)r * cols, b + (size_t)r * cols, cols, 1, window_for(cols));
		for (int c = 0; c < cols; c++)
			box(b + c, a + c, rows, cols, window_for(rows));
	}
}

static void sample(const float *a, int rows, int cols, float out[SAMPLES][SAMPLES])
{
	for (int i = 0; i < SAMPLES; i++)
		for (int j = 0; j < SAMPLES; j++) {
			int r = (int)((i + 0.5) * rows / SAMPLES), c = (int)((j + 0.5) * cols / SAMPLES);
			out[i][j] = a[(size_t)r * cols + c];
		}
}

/* Larger pictures are brought to at most FULL a side first, by the mean of the pixels under each new one. */
static int side_of(uint32_t n)
{
	return n > FULL ? FULL : (int)n;
}

static void shrink(const unsigned char *grey, uint32_t width, uint32_t height, uint32_t stride, float *out)
{
	int cols = side_of(width), rows = side_of(height);
	for (int r = 0; r < rows; r++) {
		uint32_t y0 = (uint32_t)((uint64_t)r * height / (uint32_t)rows);
		uint32_t y1 = (uint32_t)((uint64_t)(r + 1) * height / (uint32_t)rows);
		for (int c = 0; c < cols; c++) {
			uint32_t x0 = (uint32_t)((uint64_t)c * width / (uint32_t)cols);
			uint32_t x1 = (uint32_t)((uint64_t)(c + 1) * width / (uint32_t)cols);
			uint64_t sum = 0;
			for (uint32_t y = y0; y < y1; y++)
				for (uint32_t x = x0; x < x1; x++)
					sum += grey[(size_t)y * stride + x];
			out[(size_t)r * cols + c] = (float)sum / (float)((uint64_t)(y1 - y0) * (x1 - x0));
		}
	}
}

/* How much there is to see: steps between neighbouring samples, 0 to 100. */
static uint32_t quality_of(float s[SAMPLES][SAMPLES])
{
	int sum = 0;
	for (int i = 0; i < SAMPLES; i++)
		for (int j = 0; j < SAMPLES; j++) {
			if (i + 1 < SAMPLES)
				sum += abs((int)((s[i][j] - s[i + 1][j]) * 100 / 255));
			if (j + 1 < SAMPLES)
				sum += abs((int)((s[i][j] - s[i][j + 1]) * 100 / 255));
		}
	int q = sum / 90;
	return q > 100 ? 100 : (uint32_t)q;
}

/* ---- cosine terms and bits ---- */

static void cosine(float s[SAMPLES][SAMPLES], float b[TERMS][TERMS])
{
	float d[TERMS][SAMPLES], t[TERMS][SAMPLES];
	for (int i = 0; i < TERMS; i++)
		for (int j = 0; j < SAMPLES; j++)
			d[i][j] = (float)(sqrt(2.0 / SAMPLES) * cos(M_PI / 2 / SAMPLES * (i + 1) * (2 * j + 1)));
	for (int i = 0; i < TERMS; i++)
		for (int j = 0; j < SAMPLES; j++) {
			t[i][j] = 0;
			for (int k = 0; k < SAMPLES; k++)
				t[i][j] += d[i][k] * s[k][j];
		}
	for (int i = 0; i < TERMS; i++)
		for (int j = 0; j < TERMS; j++) {
			b[i][j] = 0;
			for (int k = 0; k < SAMPLES; k++)
				b[i][j] += t[i][k] * d[j][k];
		}
}

static int by_value(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return x < y ? -1 : x > y;
}

static struct pdq bits_of(float b[TERMS][TERMS])
{
	float sorted[TERMS * TERMS];
	struct pdq h = { { 0 } };
	memcpy(sorted, b, sizeof(sorted));
	qsort(sorted, TERMS * TERMS, sizeof(*sorted), by_value);
	float median = sorted[(TERMS * TERMS - 1) / 2];
	for (int i = 0; i < TERMS; i++)
		for (int j = 0; j < TERMS; j++) {
			int bit = i * TERMS + j;
			if (b[i][j] > median)
				h.bits[PDQ_BYTES - 1 - bit / 8] |= (unsigned char)(1u << bit % 8);
		}
	return h;
}

/* Mirroring a side changes the sign of its odd terms; turning adds an exchange of sides. Term 0 here is the first odd one. */
static struct pdq form_of(float b[TERMS][TERMS], bool swaps, bool flips_rows, bool flips_columns)
{
	float t[TERMS][TERMS];
	for (int i = 0; i < TERMS; i++)
		for (int j = 0; j < TERMS; j++) {
			float v = swaps ? b[j][i] : b[i][j];
			bool is_minus = (flips_rows && i % 2 == 0) != (flips_columns && j % 2 == 0);
			t[i][j] = is_minus ? -v : v;
		}
	return bits_of(t);
}

static void make_forms(float b[TERMS][TERMS], struct pdq forms[PDQ_FORMS])
{
	static const bool how[PDQ_FORMS][3] = {
		{ 0, 0, 0 }, { 1, 1, 0 }, { 0, 1, 1 }, { 1, 0, 1 },	/* turned */
		{ 0, 1, 0 }, { 0, 0, 1 }, { 1, 0, 0 }, { 1, 1, 1 },	/* mirrored */
	};
	for (int k = 0; k < PDQ_FORMS; k++)
		forms[k] = form_of(b, how[k][0], how[k][1], how[k][2]);
}

int pdq_hash(const unsigned char *grey, uint32_t width, uint32_t height, uint32_t stride, struct pdq *hash,
             struct pdq forms[PDQ_FORMS], uint32_t *quality, struct fault *why)
{
	if (width < PDQ_SIDE_MIN || height < PDQ_SIDE_MIN)
		return fault_set(why, E_UNSUPPORTED, "a picture of %u x %u pixels is too small to tell apart", width, height);
	int cols = side_of(width), rows = side_of(height);
	float *a = malloc((size_t)rows * cols * sizeof(*a)), *b = malloc((size_t)rows * cols * sizeof(*b));
	if (!a || !b) {
		free(a);
		free(b);
		return fault_set(why, E_MEMORY, "no memory for a picture's hash");
	}
	float samples[SAMPLES][SAMPLES], terms[TERMS][TERMS];
	shrink(grey, width, height, stride, a);
	blur(a, b, rows, cols);
	sample(a, rows, cols, samples);
	free(a);
	free(b);
	cosine(samples, terms);
	*hash = bits_of(terms);
	*quality = quality_of(samples);
	if (forms)
		make_forms(terms, forms);
	return OK;
}

unsigned pdq_distance(const struct pdq *a, const struct pdq *b)
{
	unsigned n = 0;
	for (int i = 0; i < PDQ_BYTES; i += 8) {
		uint64_t x, y;
		memcpy(&x, a->bits + i, 8);
		memcpy(&y, b->bits + i, 8);
		n += (unsigned)__builtin_popcountll(x ^ y);
	}
	return n;
}
