/*
 * One file packed by gzip, bzip2, xz, lzma, lzip, zstd, lz4 or compress. What
 * comes out is one child, named as gzip stored it (RFC 1952) or without the suffix.
 */
#include "read/archive.h"

enum { NAME_MAX_LEN = 4096 };

static int compressed_probe(struct span head, const struct item *it)
{
	if (archive_filter_of(head))
		return 40;
	/* .lzma has no magic: properties below 225, and a known or unknown (all ones) size */
	return item_has_extension(it, "lzma") && head.n > 13 && span_at(head, 0) < 225 ? 20 : 0;
}

static const struct { const char *suffix, *instead; } suffixes[] = {
	{ ".tgz", ".tar" }, { ".taz", ".tar" }, { ".tbz2", ".tar" }, { ".tbz", ".tar" }, { ".txz", ".tar" },
	{ ".tlz", ".tar" }, { ".tzst", ".tar" }, { ".svgz", ".svg" }, { ".emz", ".emf" }, { ".wmz", ".wmf" },
	{ ".gz", "" }, { ".bz2", "" }, { ".bz", "" }, { ".xz", "" }, { ".lzma", "" }, { ".lz", "" },
	{ ".zst", "" }, { ".lz4", "" }, { ".Z", "" },
};

static int hex_of(int c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The item's name with its %HH undone: names of children are raw. */
static void add_raw(struct span name, struct buf *b)
{
	for (size_t i = 0; i < name.n; i++) {
		int high = span_at(name, i) == '%' ? hex_of(span_at(name, i + 1)) : -1;
		int low = high >= 0 ? hex_of(span_at(name, i + 2)) : -1;
		buf_add_byte(b, (unsigned char)(low >= 0 ? high * 16 + low : span_at(name, i)));
		i += low >= 0 ? 2 : 0;
	}
}

static void name_without_suffix(const char *name, struct buf *b)
{
	struct span s = span_str(name);
	for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++) {
		struct span suffix = span_str(suffixes[i].suffix);
		if (s.n <= suffix.n || !span_ends_nocase(s, suffix))
			continue;
		add_raw(span_sub(s, 0, s.n - suffix.n), b);
		buf_add_str(b, suffixes[i].instead);
		return;
	}
	add_raw(s, b);
}

/* FNAME and MTIME of the first member's header, RFC 1952 2.3. Folders in the name are left out, as gzip does. */
static struct span gzip_name(struct span bytes, struct times *t)
{
	struct cur c = cur_of(bytes);
	cur_skip(&c, 3);
	unsigned flags = cur_u8(&c);
	uint32_t modified = cur_u32le(&c);
	cur_skip(&c, 2);
	if (modified)
		t->modified = (int64_t)modified * 1000000000;
	if (flags & 4)
		cur_skip(&c, cur_u16le(&c));
	size_t end = span_find_byte(span_sub(c.left, 0, NAME_MAX_LEN), 0, 0);
	if (c.bad || !(flags & 8) || end == SIZE_MAX)
		return span_of(NULL, 0);
	struct span name = span_sub(c.left, 0, end);
	for (size_t at; (at = span_find_byte(name, '/', 0)) != SIZE_MAX;)	/* each turn cuts */
		name = span_from(name, at + 1);
	return name;
}

static int compressed_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct archive_job job;
	struct fault reason = { "" };
	struct buf name;
	struct child c = { .times = TIMES_UNKNOWN };
	const char *type = archive_type_of(it->bytes);
	int e = sink_type(out, type ? type : "application/x-lzma");
	if (e < 0)
		return e;
	archive_job_init(&job, it, out, why);
	buf_init(&name, NAME_MAX_LEN);
	if (span_starts(it->bytes, span_str("\x1f\x8b")))
		c.name = gzip_name(it->bytes, &c.times);
	if (!c.name.n) {
		name_without_suffix(it->name, &name);
		c.name = buf_span(&name);
	}
	e = archive_unpack(it->bytes, &job.bytes, out, &reason);
	if (e >= 0 || job.bytes.n >= ARCHIVE_MEMBER_MAX)
		e = archive_hand_on(&job, &c, e, &reason);
	else
		fault_set(why, e, "%s", reason.text[0] ? reason.text : "budget used up");
	if (e >= 0 && job.is_part)
		e = PART;
	buf_release(&name);
	archive_job_release(&job);
	return e;
}

const struct reader reader_compressed = {
	.name = "compressed", .help = "single files in gzip, bzip2, xz, lzip, zstd, lz4, compress",
	.type = "application/gzip", .peek = 64,
	.probe = compressed_probe, .read = compressed_read, .init = archive_init,
};
