#include <string.h>

#include "../check.h"
#include "scan/wire.h"

TEST(prints_come_out_of_a_frame_as_they_went_in)
{
	struct print list[] = { { 0x123456789abcdef0u, 7, 3, 1 }, { 1, 1ull << 40, 2, 9 }, { 2, 5, 1ull << 41, 0 } };
	struct prints p = { PRINT_TEXT, 128, list, 3 }, got;
	struct buf b;
	struct arena a;
	buf_init(&b, 4096);
	arena_init(&a, 1 << 20);
	prints_pack(&b, &p);
	struct cur c = cur_of(buf_span(&b));
	CHECK(prints_unpack(&c, &a, &got) == OK);
	CHECK(got.n == 3 && got.space == PRINT_TEXT && got.window == 128);
	for (size_t i = 0; i < 3; i++)
		CHECK(got.p[i].value == list[i].value && got.p[i].at == list[i].at &&
		      got.p[i].raw_at == list[i].raw_at && got.p[i].page == list[i].page);
	for (size_t n = 0; n < b.n; n++) {	/* cut anywhere: refused */
		c = cur_of(span_of(b.p, n));
		CHECK(prints_unpack(&c, &a, &got) != OK);
	}
	arena_release(&a);
	buf_release(&b);
}

TEST(digest_comes_out_of_a_frame_as_it_went_in)
{
	struct digest d = { .kind = DIGEST_PDQ, .n = 32, .quality = 99, .page = 3, .length = 12345 }, got;
	memset(d.value, 0xa5, 32);
	struct buf b;
	buf_init(&b, 4096);
	digest_pack(&b, &d);
	struct cur c = cur_of(buf_span(&b));
	CHECK(digest_unpack(&c, &got) == OK);
	CHECK(got.kind == d.kind && got.n == 32 && got.quality == 99 && got.page == 3 && got.length == 12345);
	CHECK(memcmp(got.value, d.value, 32) == 0);
	buf_release(&b);
}
