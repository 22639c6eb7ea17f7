#include "check.h"
#include "lib/zip.h"

#include <zlib.h>

/* Builds archives byte by byte as APPNOTE 4.3 lays them out. */
static void put16(struct buf *b, unsigned v) { buf_add_byte(b, v & 255); buf_add_byte(b, v >> 8 & 255); }
static void put32(struct buf *b, uint32_t v) { put16(b, v & 0xffff); put16(b, v >> 16); }
static void put64(struct buf *b, uint64_t v) { put32(b, (uint32_t)v); put32(b, (uint32_t)(v >> 32)); }

/* 123456789 has the CRC-32 cbf43926 in every table of CRCs. */
static const char nine[] = "123456789";
enum { NINE_CRC = 0xcbf43926 };

enum { DATE = 44 << 9 | 2 << 5 | 29, TIME = 13 << 11 | 5 << 5 | 3 };	/* 2024-02-29 13:05:06 */

struct member { const char *name; unsigned flags, method; uint32_t crc; struct span data; uint32_t size; };

static uint32_t put_local(struct buf *b, const struct member *m)
{
	uint32_t at = (uint32_t)b->n;
	bool later = m->flags & 8;
	buf_add_str(b, "PK\3\4");
	put16(b, 20); put16(b, m->flags); put16(b, m->method); put16(b, TIME); put16(b, DATE);
	put32(b, later ? 0 : m->crc); put32(b, later ? 0 : (uint32_t)m->data.n); put32(b, later ? 0 : m->size);
	put16(b, (unsigned)strlen(m->name)); put16(b, 0);
	buf_add_str(b, m->name);
	buf_add(b, m->data);
	if (later) {
		buf_add_str(b, "PK\7\10");
		put32(b, m->crc); put32(b, (uint32_t)m->data.n); put32(b, m->size);
	}
	return at;
}

static void put_central(struct buf *b, const struct member *m, uint32_t at, unsigned disk)
{
	buf_add_str(b, "PK\1\2");
	put16(b, 20); put16(b, 20); put16(b, m->flags); put16(b, m->method); put16(b, TIME); put16(b, DATE);
	put32(b, m->crc); put32(b, (uint32_t)m->data.n); put32(b, m->size);
	put16(b, (unsigned)strlen(m->name)); put16(b, 0); put16(b, 0); put16(b, disk); put16(b, 0);
	put32(b, 0); put32(b, at);
	buf_add_str(b, m->name);
}

static void put_end(struct buf *b, unsigned disk, unsigned count, uint32_t size, uint32_t offset)
{
	buf_add_str(b, "PK\5\6");
	put16(b, disk); put16(b, disk); put16(b, count); put16(b, count); put32(b, size); put32(b, offset);
	put16(b, 0);
}

static struct member stored(const char *name)
{
	return (struct member){ name, 0, 0, NINE_CRC, span_str(nine), 9 };
}

/* One deflated member of n zeroes; data points into packed. */
static struct member deflated(unsigned char *packed, size_t room, size_t n)
{
	static const unsigned char zeroes[100000];
	z_stream s = { 0 };
	deflateInit2(&s, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
	s.next_in = (unsigned char *)zeroes;
	s.avail_in = (uInt)n;
	s.next_out = packed;
	s.avail_out = (uInt)room;
	deflate(&s, Z_FINISH);
	struct member m = { "zeroes", 0, 8, (uint32_t)crc32(0, zeroes, (uInt)n), span_of(packed, s.total_out), (uint32_t)n };
	deflateEnd(&s);
	return m;
}

struct setup { struct buf file, out; struct arena arena; struct zip zip; struct fault why; };

static void setup_init(struct setup *s)
{
	*s = (struct setup){ 0 };
	buf_init(&s->file, 1 << 20);
	buf_init(&s->out, 1 << 20);
	arena_init(&s->arena, 1 << 20);
}

static void setup_release(struct setup *s)
{
	buf_release(&s->file);
	buf_release(&s->out);
	arena_release(&s->arena);
}

static void put_archive(struct buf *b, const struct member *m)
{
	uint32_t at = put_local(b, m), directory = (uint32_t)b->n;
	put_central(b, m, at, 0);
	put_end(b, 0, 1, (uint32_t)b->n - directory, directory);
}

TEST(zip_reads_a_stored_member_and_its_time)
{
	struct setup s;
	setup_init(&s);
	struct member m = stored("Nine.txt");
	put_archive(&s.file, &m);
	CHECK(zip_open(buf_span(&s.file), &s.arena, &s.zip, &s.why) == OK);
	CHECK(s.zip.count == 1 && !zip_named(&s.zip, "other"));
	const struct zip_member *z = zip_named(&s.zip, "nine.TXT");
	CHECK(z && zip_read(&s.zip, z, &s.out, &s.why) == OK);
	CHECK_STR(buf_string(&s.out), nine);
	CHECK(z && z->modified == 1709211906000000000);	/* date -u -d '2024-02-29 13:05:06' +%s */
	setup_release(&s);
}

TEST(zip_reads_a_deflated_member)
{
	struct setup s;
	setup_init(&s);
	unsigned char packed[1000];
	struct member m = deflated(packed, sizeof(packed), 100000);
	put_archive(&s.file, &m);
	CHECK(zip_open(buf_span(&s.file), &s.arena, &s.zip, &s.why) == OK);
	CHECK(zip_read(&s.zip, &s.zip.members[0], &s.out, &s.why) == OK && s.out.n == 100000);
	buf_clear(&s.out);
	s.zip.members[0].size = 7;	/* a directory that lies small: the bytes still come whole */
	CHECK(zip_read(&s.zip, &s.zip.members[0], &s.out, &s.why) == OK && s.out.n == 100000);
	s.out.ceiling = 100000 + 50000;
	CHECK(zip_read(&s.zip, &s.zip.members[0], &s.out, &s.why) == E_LIMIT && s.out.n == 150000);
	setup_release(&s);
}

TEST(zip_keeps_what_comes_before_damage)
{
	struct setup s;
	setup_init(&s);
	unsigned char packed[1000];
	struct member m = deflated(packed, sizeof(packed), 100000);
	m.data.n = m.data.n / 2;
	put_archive(&s.file, &m);
	CHECK(zip_open(buf_span(&s.file), &s.arena, &s.zip, &s.why) == OK);
	CHECK(zip_read(&s.zip, &s.zip.members[0], &s.out, &s.why) == PART);
	CHECK(s.out.n > 10000 && s.out.n < 100000);
	struct member bad = stored("bad");
	bad.crc ^= 1;
	buf_clear(&s.file);
	buf_clear(&s.out);
	put_archive(&s.file, &bad);
	CHECK(zip_open(buf_span(&s.file), &s.arena, &s.zip, &s.why) == OK);
	CHECK(zip_read(&s.zip, &s.zip.members[0], &s.out, &s.why) == PART && s.out.n == 9);
	setup_release(&s);
}

TEST(zip_without_directory_is_read_by_local_headers)
{
	struct setup s;
	setup_init(&s);
	struct member a = stored("a"), b = stored("b"), c = stored("c");
	b.flags = 8;
	put_local(&s.file, &a);
	put_local(&s.file, &b);
	put_local(&s.file, &c);
	CHECK(zip_open(buf_span(&s.file), &s.arena, &s.zip, &s.why) == PART);
	CHECK(s.zip.count == 3 && s.zip.is_recovered);
	for (size_t i = 0; i < s.zip.count; i++)
		CHECK(zip_read(&s.zip, &s.zip.members[i], &s.out, &s.why) == OK);
	CHECK_STR(buf_string(&s.out), "123456789123456789123456789");
	struct span cut = span_sub(buf_span(&s.file), 0, s.file.n - 5);
	buf_clear(&s.out);
	CHECK(zip_open(cut, &s.arena, &s.zip, &s.why) == PART && s.zip.count == 3);
	CHECK(zip_read(&s.zip, &s.zip.members[2], &s.out, &s.why) == PART && s.out.n == 4);
	setup_release(&s);
}

TEST(zip_behind_other_bytes_is_read)
{
	struct setup s;
	setup_init(&s);
	struct buf inner;
	buf_init(&inner, 1000);
	struct member m = stored("nine");
	put_archive(&inner, &m);
	buf_add_str(&s.file, "#!/bin/sh self-extractor");
	buf_add(&s.file, buf_span(&inner));
	buf_add_str(&s.file, "and more behind it");
	CHECK(zip_open(buf_span(&s.file), &s.arena, &s.zip, &s.why) == OK && s.zip.count == 1);
	CHECK(zip_read(&s.zip, &s.zip.members[0], &s.out, &s.why) == OK && s.out.n == 9);
	buf_release(&inner);
	setup_release(&s);
}

TEST(zip64_end_record_and_sizes_are_read)
{
	struct setup s;
	setup_init(&s);
	struct member m = stored("nine");
	put_local(&s.file, &m);
	uint32_t directory = (uint32_t)s.file.n;
	buf_add_str(&s.file, "PK\1\2");
	put16(&s.file, 45); put16(&s.file, 45); put16(&s.file, 0); put16(&s.file, 0); put32(&s.file, 0);
	put32(&s.file, NINE_CRC); put32(&s.file, UINT32_MAX); put32(&s.file, UINT32_MAX);
	put16(&s.file, 4); put16(&s.file, 28); put16(&s.file, 0); put16(&s.file, 0); put16(&s.file, 0);
	put32(&s.file, 0); put32(&s.file, UINT32_MAX);
	buf_add_str(&s.file, "nine");
	put16(&s.file, 1); put16(&s.file, 24); put64(&s.file, 9); put64(&s.file, 9); put64(&s.file, 0);
	uint64_t end64 = s.file.n;
	buf_add_str(&s.file, "PK\6\6");
	put64(&s.file, 44); put16(&s.file, 45); put16(&s.file, 45); put32(&s.file, 0); put32(&s.file, 0);
	put64(&s.file, 1); put64(&s.file, 1); put64(&s.file, end64 - directory); put64(&s.file, directory);
	buf_add_str(&s.file, "PK\6\7");
	put32(&s.file, 0); put64(&s.file, end64); put32(&s.file, 1);
	put_end(&s.file, 0, 0xffff, UINT32_MAX, UINT32_MAX);
	CHECK(zip_open(buf_span(&s.file), &s.arena, &s.zip, &s.why) == OK && s.zip.count == 1);
	CHECK(zip_read(&s.zip, &s.zip.members[0], &s.out, &s.why) == OK && s.out.n == 9);
	setup_release(&s);
}

TEST(zip_set_counts_offsets_by_volume)
{
	struct setup s;
	setup_init(&s);
	struct member a = stored("a"), b = stored("b");
	buf_add_str(&s.file, "PK\7\10");
	uint32_t at_a = put_local(&s.file, &a);
	uint64_t ends[2] = { s.file.n };
	put_local(&s.file, &b);
	uint32_t directory = (uint32_t)s.file.n;
	put_central(&s.file, &a, at_a, 0);
	put_central(&s.file, &b, 0, 1);
	put_end(&s.file, 1, 2, (uint32_t)s.file.n - directory, directory - (uint32_t)ends[0]);
	ends[1] = s.file.n;
	CHECK(zip_open_set(buf_span(&s.file), ends, 2, &s.arena, &s.zip, &s.why) == OK && s.zip.count == 2);
	CHECK(zip_read(&s.zip, &s.zip.members[0], &s.out, &s.why) == OK);
	CHECK(zip_read(&s.zip, &s.zip.members[1], &s.out, &s.why) == OK && s.out.n == 18);
	CHECK(zip_open(buf_span(&s.file), &s.arena, &s.zip, &s.why) == PART && s.zip.count == 2);
	setup_release(&s);
}

TEST(zip_cut_or_changed_anywhere_ends)
{
	struct setup s;
	setup_init(&s);
	unsigned char packed[1000];
	struct member m = deflated(packed, sizeof(packed), 50000);
	put_archive(&s.file, &m);
	for (size_t i = 0; i < s.file.n * 2; i++) {
		struct span bytes = span_sub(buf_span(&s.file), 0, i < s.file.n ? i : SIZE_MAX);
		if (i >= s.file.n)
			s.file.p[i - s.file.n] ^= 0xff;
		arena_reset(&s.arena);
		buf_clear(&s.out);
		int e = zip_open(bytes, &s.arena, &s.zip, &s.why);
		CHECK(e >= 0 || e == E_DAMAGED);
		for (size_t k = 0; e >= 0 && k < s.zip.count; k++)
			zip_read(&s.zip, &s.zip.members[k], &s.out, &s.why);
		if (i >= s.file.n)
			s.file.p[i - s.file.n] ^= 0xff;
	}
	setup_release(&s);
}
