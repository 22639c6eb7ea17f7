#include "check.h"
#include "recorder.h"

#include <stdlib.h>
#include <zlib.h>

static void put(struct buf *b, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_add_byte(b, v >> (8 * i) & 255);
}

/* A header of RAR 2.9's technote: CRC-16 (low half of CRC-32) over all behind it. */
static void put_rar_header(struct buf *b, int type, unsigned flags, struct span body)
{
	struct buf h;
	buf_init(&h, 1000);
	put(&h, (uint64_t)type, 1);
	put(&h, flags, 2);
	put(&h, 7 + body.n, 2);
	buf_add(&h, body);
	put(b, crc32(0, h.p, (uInt)h.n) & 0xffff, 2);
	buf_add(b, buf_span(&h));
	buf_release(&h);
}

/* Volume `number` (0 or 1) of a set of two that hold one stored file, cut in the middle. */
static void put_rar_volume(struct buf *b, int number, struct span whole)
{
	struct span part = number ? span_from(whole, whole.n / 2) : span_sub(whole, 0, whole.n / 2);
	struct span crc_of = number ? whole : part;
	struct buf body;
	buf_init(&body, 1000);
	buf_add(b, span_of("Rar!\x1a\x07\0", 7));
	put(&body, 0, 6);
	put_rar_header(b, 0x73, number ? 0x0011 : 0x0111, buf_span(&body));
	buf_clear(&body);
	put(&body, part.n, 4);
	put(&body, whole.n, 4);
	put(&body, 3, 1);
	put(&body, crc32(0, crc_of.p, (uInt)crc_of.n), 4);
	put(&body, 0x58210000, 4);
	put(&body, 20, 1);
	put(&body, 0x30, 1);
	put(&body, 8, 2);
	put(&body, 0100644, 4);
	buf_add_str(&body, "file.txt");
	put_rar_header(b, 0x74, number ? 0x8001 : 0x8002, buf_span(&body));
	buf_add(b, part);
	put_rar_header(b, 0x7b, number ? 0x4000 : 0x4001, span_of(NULL, 0));
	buf_release(&body);
}

static const char *record(struct buf *out, const char *name, struct span bytes, const uint64_t *ends, uint32_t volumes)
{
	static const struct options options = { .classes = CLASSES_ALL };
	struct arena arena;
	arena_init(&arena, 1 << 26);
	struct item it = {
		.trail = name, .name = name, .bytes = bytes, .times = TIMES_UNKNOWN, .options = &options,
		.arena = &arena, .volume_ends = ends, .volumes = volumes,
	};
	buf_clear(out);
	record_item(out, &it, NULL, false, false);
	arena_release(&arena);
	return buf_string(out);
}

TEST(archive_joins_rar_volumes_with_their_own_headers)
{
	struct buf set, out;
	buf_init(&set, 4000);
	buf_init(&out, 4000);
	struct span whole = span_str("the first half, and the second half");
	put_rar_volume(&set, 0, whole);
	uint64_t ends[2] = { set.n };
	put_rar_volume(&set, 1, whole);
	ends[1] = set.n;
	const char *got = record(&out, "a.part1.rar", buf_span(&set), ends, 2);
	CHECK(strstr(got, "item a.part1.rar//file.txt 35 text\n"));
	CHECK(strstr(got, "the first half, and the second half"));
	CHECK(!strstr(got, "damage") && !strstr(got, "lost"));
	/* the second volume is not there */
	got = record(&out, "a.part1.rar", span_sub(buf_span(&set), 0, (size_t)ends[0]), NULL, 0);
	CHECK(strstr(got, "damage") || strstr(got, "lost"));
	buf_release(&set);
	buf_release(&out);
}

/* Outside truth: what bsdtar and 7zz list of these, folders left out. */
TEST(archive_finds_as_many_members_as_other_programs)
{
	static const struct { const char *path; size_t members; } known[] = {
		{ "documents/documents/tika-hostile/test-documents.7z", 9 },
		{ "documents/documents/tika-hostile/test-documents.tgz", 9 },
		{ "documents/documents/tika-hostile/test-documents.tbz2", 9 },
		{ "documents/documents/tika-hostile/test-documents.rar", 9 },
		{ "documents/documents/tika-hostile/test-documents.cpio", 9 },
		{ "documents/documents/libarchive/test_read_format_iso_xorriso.iso.Z", 7 },
		{ "documents/documents/libarchive/test_read_format_zip_padded3.zip", 2 },
		{ "documents/documents/tika-hostile/testZip_with_DataDescriptor.zip", 5 },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		const char *path = data_path(known[i].path);
		if (!path)
			SKIP("no shared data");
		struct span bytes = load_file(path);
		struct buf out;
		buf_init(&out, 64 << 20);
		record(&out, "x", bytes, NULL, 0);
		bool is_iso = strstr(path, ".iso") != NULL;
		const char *under = is_iso ? "x//x//" : "x//";
		size_t members = 0;
		struct span rest = buf_span(&out), line;
		while (span_line(&rest, &line)) {
			size_t at = span_starts(line, span_str("item ")) || span_starts(line, span_str("lost ")) ? 5 : 0;
			line = span_from(line, at);
			bool is_deeper = span_find(line, span_str("//"), strlen(under)) != SIZE_MAX;
			members += at && span_starts(line, span_str(under)) && !is_deeper;
		}
		CHECK(members == known[i].members);
		if (members != known[i].members)
			check_report(false, path, (int)members, "members");
		buf_release(&out);
		free((void *)bytes.p);
	}
}
