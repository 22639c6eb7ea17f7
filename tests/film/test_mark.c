#include "film/mark.h"

#include <math.h>
#include <stdlib.h>

#include "check.h"
#include "film/mark_paint.h"
#include "film/mark_payload.h"
#include "film/mark_read.h"
#include "film/mark_score.h"

static const struct mark_key film_key = { { 7, 1, 4 } };

TEST(mark_field_of_independent_signs_has_variance_one)
{
	struct mark_grid g = mark_grid_for(1920, 1080);
	CHECK(g.w == 480 && g.h == 272);
	float *nodes = calloc(g.nodes, sizeof(float)), *raster = calloc((size_t)g.w * (size_t)g.h, sizeof(float));
	unsigned char *signs = malloc(mark_signs_size(&g));
	struct mark_key k = mark_key_recipient(&film_key, "a");
	mark_signs(&k, 3, &g, signs);
	mark_nodes_add(&g, signs, 1, nodes);
	mark_field(&g, nodes, raster);
	double sum = 0, square = 0, n = g.w * g.h;
	for (int i = 0; i < g.w * g.h; i++) {
		sum += raster[i];
		square += raster[i] * raster[i];
	}
	CHECK(fabs(sum / n) < 0.05);
	CHECK(fabs(square / n - 1) < 0.05);
	free(nodes);
	free(raster);
	free(signs);
}

TEST(mark_slot_weights_have_squares_that_sum_to_one)
{
	struct mark_grid g = mark_grid_for(640, 360);
	for (double t = 0; t < 2; t += 0.013) {
		double sum = 0;
		for (int64_t s = -1; s < 6; s++)
			sum += mark_slot_weight(&g, s, t) * mark_slot_weight(&g, s, t);
		CHECK(fabs(sum - 1) < 1e-9);
	}
}

TEST(mark_signs_differ_by_recipient_and_slot_and_repeat_for_the_same)
{
	struct mark_grid g = mark_grid_for(640, 360);
	size_t n = mark_signs_size(&g);
	unsigned char *a = malloc(n), *b = malloc(n);
	struct mark_key k = mark_key_recipient(&film_key, "a"), other = mark_key_recipient(&film_key, "b");
	mark_signs(&k, 5, &g, a);
	mark_signs(&k, 5, &g, b);
	CHECK(memcmp(a, b, n) == 0);
	mark_signs(&k, 6, &g, b);
	CHECK(memcmp(a, b, n) != 0);
	mark_signs(&other, 5, &g, b);
	CHECK(memcmp(a, b, n) != 0);
	free(a);
	free(b);
}

static unsigned next_random(unsigned *x)
{
	return (*x = *x * 1664525u + 1013904223u) >> 8;
}

TEST(paint_loops_fast_ones_equal_the_plain_one)
{
	enum { N = 333, STRIDE = 512 };
	static uint8_t luma[9 * STRIDE], one[9 * STRIDE], two[9 * STRIDE];
	static int8_t field[N], out1[N], out2[N];
	static int16_t strength[N], dither[64], a[N], b[N];
	uint32_t sum1[41], sum2[41], steps1[41], steps2[41];
	unsigned x = 1;
	for (size_t i = 0; i < sizeof(luma); i++)
		luma[i] = (uint8_t)next_random(&x);
	for (int i = 0; i < N; i++) {
		field[i] = (int8_t)(next_random(&x) % 255 - 127);
		strength[i] = (int16_t)(next_random(&x) % 111);
		a[i] = (int16_t)(next_random(&x) % 4096 - 2048);
		b[i] = (int16_t)(next_random(&x) % 4096 - 2048);
	}
	for (int i = 0; i < 64; i++)
		dither[i] = (int16_t)(next_random(&x) % 1024);
	for (int k = 1; paint_loops_at(k); k++) {
		const struct paint_loops *fast = paint_loops_at(k);
		memcpy(one, luma, sizeof(luma));
		memcpy(two, luma, sizeof(luma));
		paint_plain.add(one, field, strength, dither, N);
		fast->add(two, field, strength, dither, N);
		CHECK(memcmp(one, two, sizeof(one)) == 0);
		paint_plain.blend(a, b, 17, out1, N);
		fast->blend(a, b, 17, out2, N);
		CHECK(memcmp(out1, out2, sizeof(out1)) == 0);
		paint_plain.measure(luma, STRIDE - 64, 41, sum1, steps1);
		fast->measure(luma, STRIDE - 64, 41, sum2, steps2);
		CHECK(memcmp(sum1, sum2, sizeof(sum1)) == 0);
		CHECK(memcmp(steps1, steps2, sizeof(steps1)) == 0);
	}
}

TEST(payload_survives_one_coded_bit_in_eight_turned_over)
{
	unsigned x = 9;
	int right = 0;
	for (int round = 0; round < 20; round++) {
		unsigned char coded[PAYLOAD_CODED];
		float soft[PAYLOAD_CODED];
		uint64_t number = (uint64_t)round * 0x1234567 % (1ull << 40), got = 0;
		unsigned tried;
		payload_encode(payload_word(&film_key, number), coded);
		for (int i = 0; i < PAYLOAD_CODED; i++)
			soft[i] = (coded[i] ? 1.0f : -1.0f) * (next_random(&x) % 8 == 0 ? -0.5f : 1.0f);
		right += payload_decode(&film_key, soft, &got, &tried) && got == number;
	}
	CHECK(right == 20);
}

TEST(payload_is_not_found_in_noise)
{
	unsigned x = 5;
	float soft[PAYLOAD_CODED];
	uint64_t number;
	unsigned tried;
	for (int i = 0; i < PAYLOAD_CODED; i++)
		soft[i] = (float)(int)(next_random(&x) % 2001) - 1000;
	CHECK(!payload_decode(&film_key, soft, &number, &tried));
}

/*
 * Ten thousand wrong keys on one slot of made-up values: the tail stays below exp(-t^2/2), the bound, at every t.
 */
TEST(score_tail_of_wrong_keys_stays_under_the_bound)
{
	struct mark_grid g = mark_grid_for(320, 180);
	struct slot_read slot = { 0, calloc(g.nodes, sizeof(float)), 1 };
	unsigned char *signs = malloc(mark_signs_size(&g));
	unsigned x = 3, above[5] = { 0 };
	enum { KEYS = 10000 };
	for (size_t i = 0; i < g.nodes; i++)
		slot.nodes[i] = (float)(int)(next_random(&x) % 2001 - 1000) * (i % 97 == 0 ? 30 : 1);
	for (int k = 0; k < KEYS; k++) {
		char name[16] = { (char)(k & 63), (char)(1 + (k >> 6)), 0 };
		name[0] = (char)(name[0] + 1);
		struct mark_key key = mark_key_recipient(&film_key, name);
		double z = tally_z(tally_key(&g, &key, &slot, 1, signs, NULL));
		for (int t = 1; t < 5; t++)
			above[t] += z >= t;
	}
	for (int t = 1; t < 5; t++)
		CHECK(above[t] <= KEYS * exp(-t * t / 2.0) + 3);
	CHECK(above[1] > KEYS / 10);	/* about a sixth, were they normal */
	free(slot.nodes);
	free(signs);
}

TEST(score_dot_equals_the_sum_written_out)
{
	float v[100];
	unsigned char signs[16] = { 0x5a, 0x0f, 0xff, 0x00, 0x81, 0x33, 0xcc, 0x77, 0x12, 0x9d, 0xe4, 0x61, 0xa8 };
	double sum = 0;
	for (int i = 0; i < 100; i++) {
		v[i] = (float)(i * i % 37) - 18;
		sum += (signs[i / 8] >> (i % 8) & 1) ? v[i] : -v[i];
	}
	CHECK(fabs(signs_dot(v, 100, signs) - sum) < 1e-3);
}
