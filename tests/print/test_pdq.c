#include "print/pdq.h"

#include <stdlib.h>
#include <math.h>
#include <stdio.h>

#include "../check.h"

enum { SIDE = 200 };

/* A picture with features of several sizes, without symmetry. */
static void draw(unsigned char *p, uint32_t side)
{
	for (uint32_t y = 0; y < side; y++)
		for (uint32_t x = 0; x < side; x++) {
			double u = (double)x / side, v = (double)y / side;
			double f = sin(9 * u + 4 * v * v) + cos(13 * v + 3 * u * u) + (hypot(u - 0.3, v - 0.6) < 0.2) * 1.5;
			p[y * side + x] = (unsigned char)(fmin(1, fmax(0, f / 5 + 0.45)) * 255);
		}
}

static struct pdq hash_of(const unsigned char *p, uint32_t side, struct pdq forms[PDQ_FORMS])
{
	struct pdq h;
	uint32_t quality;
	struct fault why;
	CHECK(pdq_hash(p, side, side, side, &h, forms, &quality, &why) == OK);
	return h;
}

TEST(pdq_has_half_of_its_bits_set)
{
	static unsigned char p[SIDE * SIDE];
	struct pdq zero = { { 0 } };
	draw(p, SIDE);
	struct pdq h = hash_of(p, SIDE, NULL);
	CHECK(pdq_distance(&h, &zero) == 128);	/* above the lower median of 256 values */
}

TEST(pdq_of_a_smaller_or_darker_copy_is_near)
{
	static unsigned char p[SIDE * SIDE], small[100 * 100], dark[SIDE * SIDE];
	draw(p, SIDE);
	draw(small, 100);
	for (int i = 0; i < SIDE * SIDE; i++)
		dark[i] = (unsigned char)(p[i] * 0.7 + 10);
	struct pdq a = hash_of(p, SIDE, NULL), b = hash_of(small, 100, NULL), c = hash_of(dark, SIDE, NULL);
	CHECK(pdq_distance(&a, &b) <= PDQ_NEAR);
	CHECK(pdq_distance(&a, &c) <= PDQ_NEAR);
}

/* The eight forms against the hashes of pictures that were really turned and mirrored. */
TEST(pdq_forms_are_the_hashes_of_turned_pictures)
{
	static unsigned char p[SIDE * SIDE], t[8][SIDE * SIDE];
	draw(p, SIDE);
	enum { M = SIDE - 1 };
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++) {
			const int from[8][2] = { { y, x }, { x, M - y }, { M - y, M - x }, { M - x, y },
				{ M - y, x }, { y, M - x }, { x, y }, { M - x, M - y } };
			for (int k = 0; k < 8; k++)
				t[k][y * SIDE + x] = p[from[k][0] * SIDE + from[k][1]];
		}
	struct pdq forms[PDQ_FORMS];
	hash_of(p, SIDE, forms);
	for (int k = 0; k < 8; k++) {
		struct pdq h = hash_of(t[k], SIDE, NULL);
		for (int f = 0; f < 8; f++)	/* windows of even width are not symmetric: near, not equal */
			CHECK((pdq_distance(&forms[f], &h) <= PDQ_NEAR) == (f == k));
	}
	for (int f = 0; f < 8; f++)		/* and are eight different ones */
		for (int g = 0; g < f; g++)
			CHECK(pdq_distance(&forms[f], &forms[g]) > 60);
}

TEST(pdq_of_a_plain_picture_has_no_quality)
{
	static unsigned char p[SIDE * SIDE];
	struct pdq h;
	uint32_t quality = 1;
	memset(p, 200, sizeof(p));
	CHECK(pdq_hash(p, SIDE, SIDE, SIDE, &h, NULL, &quality, NULL) == OK);
	CHECK(quality == 0);
	CHECK(pdq_hash(p, 8, SIDE, SIDE, &h, NULL, &quality, NULL) == E_UNSUPPORTED);
}

static uint64_t seed = 11;
static uint32_t chance(uint32_t below)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % below;
}

static int count(void *user, size_t i, unsigned distance)
{
	(*(size_t *)user)++;
	return OK;
}

TEST(pdq_index_finds_exactly_what_is_near)
{
	enum { N = 5000 };
	struct pdq *h = malloc(N * sizeof(*h));
	for (int i = 0; i < N; i++)
		for (int k = 0; k < PDQ_BYTES; k++)
			h[i].bits[k] = i % 3 && i > 100 ? h[i - 1 - (int)chance(100)].bits[k] ^ (unsigned char)(chance(9) == 0)
				: (unsigned char)chance(256);
	struct pdq_index *x = pdq_index_make(h, N);
	CHECK(x != NULL);
	for (int turn = 0; x && turn < 300; turn++) {
		struct pdq q = h[chance(N)];
		for (uint32_t flips = chance(40); flips > 0; flips--)
			q.bits[chance(PDQ_BYTES)] ^= (unsigned char)(1u << chance(8));
		size_t found = 0, want = 0;
		for (int i = 0; i < N; i++)
			want += pdq_distance(&q, &h[i]) <= PDQ_NEAR;
		pdq_index_find(x, &q, count, &found);
		CHECK(found == want);
	}
	pdq_index_close(x);
	free(h);
}
