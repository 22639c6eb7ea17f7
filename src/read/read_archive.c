/*
 * Archives: zip by lib/zip, 7z with AES by archive_7z, all else by libarchive
 * (tar, cpio, ar, iso9660, cab, lha, rar, rar5, 7z, xar, warc, rpm; tar and
 * cpio also inside gzip, bzip2, xz, lzip, zstd, lz4 and compress).
 *
 * Office documents, EPUB and jar are zips too: this bids low for a zip, so
 * that the readers that know what is in it win.
 */
#include "read/archive.h"

#include <stdlib.h>

enum { HEAD = 33 << 10, TAR_BLOCK = 512, ZIP_END_SEARCH = 66 << 10, SELF_EXTRACT_SEARCH = 1 << 20 };

static const struct { int bid; size_t at; const char *magic; size_t n; } magics[] = {
	{ 95, 0, "7z\xbc\xaf\x27\x1c", 6 },
	{ 95, 0, "Rar!\x1a\x07", 6 },
	{ 90, 0, "MSCF\0\0\0\0", 8 },
	{ 80, 0, "!<arch>\n", 8 },
	{ 90, 0, "xar!", 4 },
	{ 80, 0, "WARC/", 5 },
	{ 80, 0, "070701", 6 },
	{ 80, 0, "070702", 6 },
	{ 80, 0, "070707", 6 },
	{ 80, 0, "\xed\xab\xee\xdb", 4 },
	{ 80, 257, "ustar", 5 },
	{ 80, 32769, "CD001", 5 },
	{ 50, 0, "PK\3\4", 4 },
	{ 50, 0, "PK\5\6", 4 },
	{ 50, 0, "PK\7\10PK", 6 },
	{ 50, 0, "PK00PK", 6 },
};

/* Old binary cpio, in either byte order: its magic is short, so the length of the name must fit too. */
static bool is_binary_cpio(struct span head)
{
	struct cur c = cur_of(head);
	uint16_t magic = cur_u16le(&c);
	cur_skip(&c, 18);
	struct cur big = c;
	uint16_t low = cur_u16le(&c), high = cur_u16be(&big);
	uint16_t name_len = magic == 070707 ? low : high;
	bool is_magic = magic == 070707 || magic == 0xc771;
	return is_magic && !c.bad && name_len > 1 && name_len < 4096 && span_at(head, 26 + (size_t)name_len - 1) <= 0;
}

static int bid_of_magic(struct span head)
{
	if (is_binary_cpio(head))
		return 60;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (span_starts(span_from(head, magics[i].at), span_of(magics[i].magic, magics[i].n)))
			return magics[i].bid;
	return 0;
}

/* -lh0- to -lh7-, -lhd-, -lzs-, -lz4- and so on, behind two bytes of sizes. */
static bool is_lha(struct span head)
{
	struct span m = span_sub(head, 2, 5);
	return span_starts(m, span_str("-l")) && (span_at(m, 2) == 'h' || span_at(m, 2) == 'z') && span_at(m, 4) == '-';
}

/* A tar without "ustar": its checksum is the sum of the header with blanks in its own field (148 to 155). */
static bool is_old_tar(struct span head)
{
	if (head.n < TAR_BLOCK || !span_at(head, 0))
		return false;
	unsigned long sum = 0, stated = 0;
	for (size_t i = 0; i < TAR_BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : (unsigned)span_at(head, i);
	for (size_t i = 148; i < 156; i++) {
		int c = span_at(head, i);
		if (c >= '0' && c <= '7')
			stated = stated * 8 + (unsigned)(c - '0');
		else if (c != ' ' && c != 0)
			return false;
	}
	return stated && stated == sum;
}

static bool is_streamed_archive(struct span head)
{
	int bid = bid_of_magic(head);
	return (bid && (span_starts(span_from(head, 257), span_str("ustar")) || span_starts(head, span_str("0707")) ||
		bid == 60)) || is_old_tar(head);
}

static bool is_packed_archive(const struct item *it)
{
	unsigned char head[TAR_BLOCK];
	if (!archive_filter_of(it->bytes))
		return false;
	size_t n = archive_unpacked_head(it->bytes, head, sizeof(head));
	return is_streamed_archive(span_of(head, n));
}

static bool ends_as_zip(struct span bytes)
{
	struct span tail = span_from(bytes, bytes.n > ZIP_END_SEARCH ? bytes.n - ZIP_END_SEARCH : 0);
	size_t at = span_find(tail, span_str("PK\5\6"), 0);
	return at != SIZE_MAX && span_find(tail, span_str("PK\1\2"), 0) < at;
}

/* A program with an archive behind it. */
static bool is_self_extracting(struct span bytes)
{
	if (!span_starts(bytes, span_str("MZ")) && !span_starts(bytes, span_str("\177ELF")))
		return false;
	struct span start = span_sub(bytes, 0, SELF_EXTRACT_SEARCH);
	return span_find(start, span_of("7z\xbc\xaf\x27\x1c", 6), 0) != SIZE_MAX ||
		span_find(start, span_of("Rar!\x1a\x07", 6), 0) != SIZE_MAX;
}

static int archive_probe(struct span head, const struct item *it)
{
	int bid = bid_of_magic(head);
	if (bid)
		return bid;
	if (is_lha(head) || is_old_tar(head) || is_packed_archive(it))
		return 70;
	if (ends_as_zip(it->bytes))
		return 30;
	return is_self_extracting(it->bytes) ? 25 : 0;
}

static bool is_zip(struct span bytes)
{
	return span_starts(bytes, span_str("PK")) || ends_as_zip(bytes);
}

const char *archive_type_of(struct span b)
{
	static const struct { const char *magic; const char *type; } types[] = {
		{ "7z", "application/x-7z-compressed" }, { "Rar!", "application/vnd.rar" },
		{ "PK", "application/zip" }, { "MSCF", "application/vnd.ms-cab-compressed" },
		{ "\x1f\x8b", "application/gzip" }, { "BZh", "application/x-bzip2" },
		{ "\xfd" "7z", "application/x-xz" }, { "\x28\xb5\x2f\xfd", "application/zstd" },
		{ "\x1f\x9d", "application/x-compress" }, { "LZIP", "application/x-lzip" },
		{ "\x04\x22\x4d\x18", "application/x-lz4" }, { "\x02\x21\x4c\x18", "application/x-lz4" },
		{ "0707", "application/x-cpio" }, { "!<arch>", "application/x-archive" },
		{ "xar!", "application/x-xar" }, { "WARC/", "application/warc" },
		{ "\xed\xab\xee\xdb", "application/x-rpm" },
	};
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (span_starts(b, span_str(types[i].magic)))
			return types[i].type;
	if (span_starts(span_from(b, 32769), span_str("CD001")))
		return "application/x-iso9660-image";
	return span_starts(span_from(b, 257), span_str("ustar")) ? "application/x-tar" : NULL;
}

static int read_kind(struct archive_job *job)
{
	struct span bytes = job->item->bytes;
	if (span_starts(bytes, span_str("7z\xbc\xaf\x27\x1c"))) {
		int e = archive_read_7z(job);
		if (e != E_UNSUPPORTED)
			return e;
		fault_set(job->why, OK, "%s", "");
		return archive_read_stream(job, bytes);
	}
	if (span_starts(span_from(bytes, 32769), span_str("CD001")) && archive_iso_is_endless(bytes))
		return fault_set(job->why, E_DAMAGED, "Rock Ridge continuation entries run in a circle");
	bool is_other = bid_of_magic(bytes) > 50 || is_lha(bytes) || archive_filter_of(bytes);
	return !is_other && is_zip(bytes) ? archive_read_zip(job) : archive_read_stream(job, bytes);
}

static int archive_read_item(const struct item *it, struct sink *out, struct fault *why)
{
	struct archive_job job;
	const char *type = archive_type_of(it->bytes);
	int e = type ? sink_type(out, type) : OK;
	if (e < 0)
		return e;
	archive_job_init(&job, it, out, why);
	e = read_kind(&job);
	if (e == PART && !(why && why->text[0]))
		fault_set(why, PART, "some members could not be read whole");
	archive_job_release(&job);
	return e;
}

const struct reader reader_archive = {
	.name = "archive", .help = "archives: zip, 7z, rar, tar, iso, cab, cpio and more",
	.type = "application/zip", .peek = HEAD,
	.probe = archive_probe, .read = archive_read_item, .init = archive_init,
};
