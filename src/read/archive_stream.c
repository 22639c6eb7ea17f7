/*
 * Everything libarchive opens. It is given bytes in memory only, and none of
 * the filters that start other programs (lrzip, grzip, lzop).
 */
#include "read/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include <limits.h>
#include <locale.h>
#include <string.h>

enum {
	PIECE = 1 << 20, FAILURES_MAX = 100, ENTRY_WORK = 4096,
	AT_ONCE_MAX = 128 << 20,	/* a packed tar is unpacked first when it is no larger, so that */
	AT_ONCE_PACKED_MAX = 64 << 20,	/* what comes before damage is had; else in a stream */
};

/* One source of bytes for libarchive: the whole, or one volume. */
struct source { struct span bytes; size_t at; };

static la_ssize_t source_read(struct archive *a, void *user, const void **piece)
{
	struct source *s = user;
	struct span got = span_sub(s->bytes, s->at, PIECE);
	s->at += got.n;
	*piece = got.p;
	return (la_ssize_t)got.n;
}

static la_int64_t source_skip(struct archive *a, void *user, la_int64_t n)
{
	struct source *s = user;
	size_t left = s->bytes.n - s->at;
	size_t step = n < 0 ? 0 : (uint64_t)n > left ? left : (size_t)n;
	s->at += step;
	return (la_int64_t)step;
}

static la_int64_t source_seek(struct archive *a, void *user, la_int64_t offset, int whence)
{
	struct source *s = user;
	la_int64_t base = whence == SEEK_SET ? 0 : (la_int64_t)(whence == SEEK_CUR ? s->at : s->bytes.n);
	la_int64_t at;
	if (__builtin_add_overflow(base, offset, &at) || at < 0 || (uint64_t)at > s->bytes.n)
		return ARCHIVE_FATAL;
	s->at = (size_t)at;
	return at;
}

static int source_switch(struct archive *a, void *from, void *to)
{
	struct source *s = to;
	s->at = 0;
	return ARCHIVE_OK;
}

static int open_sources(struct archive *a, struct source *sources, uint32_t count)
{
	archive_read_set_read_callback(a, source_read);
	archive_read_set_skip_callback(a, source_skip);
	archive_read_set_seek_callback(a, source_seek);
	archive_read_set_switch_callback(a, source_switch);
	for (uint32_t i = 0; i < count; i++)
		if (archive_read_append_callback_data(a, &sources[i]) != ARCHIVE_OK)
			return ARCHIVE_FATAL;
	return archive_read_open1(a);
}

/* A set of volumes that each start with their own header; parts of one file count as one source. */
static bool has_headed_volumes(struct span bytes, const struct item *it)
{
	struct span rar = span_str("Rar!\x1a\x07");
	return it->volume_ends && it->volumes > 1 && bytes.p == it->bytes.p && span_starts(bytes, rar) &&
		span_starts(span_from(bytes, (size_t)it->volume_ends[0]), rar);
}

static struct source *sources_of(struct span bytes, const struct item *it, uint32_t *count)
{
	*count = has_headed_volumes(bytes, it) ? it->volumes : 1;
	struct source *s = arena_array(it->arena, *count, sizeof(*s));
	if (!s)
		return NULL;
	s[0].bytes = bytes;
	uint64_t from = 0;
	for (uint32_t i = 0; *count > 1 && i < *count; i++) {
		uint64_t end = it->volume_ends[i] < from ? from : it->volume_ends[i];
		s[i].bytes = span_sub(bytes, (size_t)from, (size_t)(end - from));
		from = end;
	}
	return s;
}

static const struct { int filter; const char *magic; size_t n; } filters[] = {
	{ ARCHIVE_FILTER_GZIP, "\x1f\x8b\x08", 3 },
	{ ARCHIVE_FILTER_XZ, "\xfd" "7zXZ\0", 6 },
	{ ARCHIVE_FILTER_LZIP, "LZIP", 4 },
	{ ARCHIVE_FILTER_ZSTD, "\x28\xb5\x2f\xfd", 4 },
	{ ARCHIVE_FILTER_LZ4, "\x04\x22\x4d\x18", 4 },
	{ ARCHIVE_FILTER_LZ4, "\x02\x21\x4c\x18", 4 },
	{ ARCHIVE_FILTER_RPM, "\xed\xab\xee\xdb", 4 },
};

int archive_filter_of(struct span bytes)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(*filters); i++)
		if (span_starts(bytes, span_of(filters[i].magic, filters[i].n)))
			return filters[i].filter;
	/* compress: 9 to 16 bits a code, two bits reserved */
	int bits = span_at(bytes, 2);
	if (span_starts(bytes, span_str("\x1f\x9d")) && (bits & 0x1f) >= 9 && (bits & 0x1f) <= 16 && !(bits & 0x60))
		return ARCHIVE_FILTER_COMPRESS;
	/* bzip2: "BZh", the level, then a block's or the end's magic number */
	if (!span_starts(bytes, span_str("BZh")) || span_at(bytes, 3) < '1' || span_at(bytes, 3) > '9')
		return 0;
	struct span block = span_sub(bytes, 4, 6);
	return span_equal(block, span_of("1AY&SY", 6)) || span_equal(block, span_of("\x17\x72\x45\x38\x50\x90", 6)) ?
		ARCHIVE_FILTER_BZIP2 : 0;
}

/* An rpm's payload is packed too, so its filter is one more; the others stand alone. */
static void add_filter(struct archive *a, int filter)
{
	if (filter == ARCHIVE_FILTER_RPM) {
		archive_read_support_filter_rpm(a);
		archive_read_support_filter_gzip(a);
		archive_read_support_filter_bzip2(a);
		archive_read_support_filter_xz(a);
		archive_read_support_filter_lzma(a);
		archive_read_support_filter_zstd(a);
	} else if (filter == ARCHIVE_FILTER_COMPRESS) {
		archive_read_support_filter_compress(a);	/* appended, libarchive 3.6.2 reads it before its source is there */
	} else if (filter) {
		archive_read_append_filter(a, filter);
	}
}

static struct archive *open_raw(struct span bytes, struct source *s)
{
	int filter = archive_filter_of(bytes);
	*s = (struct source){ .bytes = bytes };
	struct archive *a = archive_read_new();
	if (!a)
		return NULL;
	archive_read_support_format_raw(a);
	if (filter)
		add_filter(a, filter);
	else
		archive_read_support_filter_lzma(a);	/* .lzma has no magic; libarchive judges its header */
	struct archive_entry *entry;
	if (open_sources(a, s, 1) == ARCHIVE_OK && archive_read_next_header(a, &entry) == ARCHIVE_OK)
		return a;
	archive_read_free(a);
	return NULL;
}

size_t archive_unpacked_head(struct span bytes, unsigned char *head, size_t room)
{
	struct buf b;
	buf_init(&b, room);
	archive_unpack(bytes, &b, NULL, NULL);
	memcpy(head, buf_string(&b), b.n);
	size_t n = b.n;
	buf_release(&b);
	return n;
}

static int unpack_raw(struct archive *a, struct buf *out, struct sink *spend, struct fault *why)
{
	for (;;) {	/* ends at the stream's end, an error, the ceiling or the budget */
		size_t room = out->ceiling - out->n < PIECE ? out->ceiling - out->n : PIECE;
		unsigned char spare;
		unsigned char *at = room ? buf_reserve(out, room) : &spare;
		if (!at)
			return fault_set(why, E_MEMORY, "no memory for %zu bytes", out->n + room);
		la_ssize_t got = archive_read_data(a, at, room ? room : 1);
		if (got < 0)
			return fault_set(why, PART, "breaks off after %zu bytes: %s", out->n, archive_error_string(a));
		if (got == 0)
			return OK;
		if (!room)
			return fault_set(why, E_LIMIT, "larger than %zu bytes", out->ceiling);
		out->n += (size_t)got;
		int e = spend ? sink_spend(spend, (uint64_t)got) : OK;
		if (e < 0)
			return e;
	}
}

int archive_unpack_filter(struct span bytes, struct buf *out, struct sink *spend, struct fault *why)
{
	struct source s;
	struct archive *a = open_raw(bytes, &s);
	if (!a)
		return fault_set(why, E_DAMAGED, "nothing can be unpacked");
	int e = unpack_raw(a, out, spend, why);
	archive_read_free(a);
	return e;
}

static bool fill_gap(struct buf *b, la_int64_t to)
{
	if (to < 0 || (uint64_t)to > b->ceiling)
		return false;
	size_t gap = (size_t)to > b->n ? (size_t)to - b->n : 0;
	unsigned char *at = buf_reserve(b, gap);
	if (!at)
		return false;
	memset(at, 0, gap);
	b->n += gap;
	return true;
}

/* The entry's data into job->bytes. What is too large is read to its end all the same, so that work is counted. */
static int fill_member(struct archive_job *job, struct archive *a, bool *is_dead, struct fault *reason)
{
	const void *piece;
	size_t n;
	la_int64_t offset;
	int e = OK;
	buf_clear(&job->bytes);
	for (;;) {	/* libarchive gives data, an end or an error; the budget bounds all */
		int r = archive_read_data_block(a, &piece, &n, &offset);
		if (r == ARCHIVE_EOF)
			return e;
		if (r < ARCHIVE_WARN && r != ARCHIVE_RETRY) {
			*is_dead = r == ARCHIVE_FATAL;
			const char *text = archive_error_string(a);
			return e ? e : fault_set(reason, PART, "breaks off after %zu bytes: %s", job->bytes.n,
				text ? text : "damaged");
		}
		int spent = sink_spend(job->out, n + 64);
		if (spent < 0) {
			*is_dead = true;
			return fault_set(reason, spent, "budget used up");
		}
		if (r == ARCHIVE_RETRY)
			continue;
		if (e == OK && (!fill_gap(&job->bytes, offset) || n > job->bytes.ceiling - job->bytes.n))
			e = fault_set(reason, E_LIMIT, "larger than %d bytes", ARCHIVE_MEMBER_MAX);
		if (e == OK)
			buf_add(&job->bytes, span_of(piece, n));
	}
}

static int64_t time_of(bool is_set, time_t s, long ns)
{
	int64_t t;
	if (!is_set || __builtin_mul_overflow((int64_t)s, 1000000000, &t) || __builtin_add_overflow(t, ns, &t))
		return TIME_UNKNOWN;
	return t;
}

static struct child child_of(struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	if (!name)
		name = archive_entry_pathname_utf8(entry);
	struct child c = { .name = span_str(name), .is_nested_path = true };
	c.times.modified = time_of(archive_entry_mtime_is_set(entry), archive_entry_mtime(entry),
		archive_entry_mtime_nsec(entry));
	c.times.created = time_of(archive_entry_birthtime_is_set(entry), archive_entry_birthtime(entry),
		archive_entry_birthtime_nsec(entry));
	c.times.accessed = time_of(archive_entry_atime_is_set(entry), archive_entry_atime(entry),
		archive_entry_atime_nsec(entry));
	la_int64_t size = archive_entry_size(entry);
	c.stated_size = size > 0 ? (uint64_t)size : 0;
	return c;
}

/* true when the entry has no bytes to read; *e is then what the sink said. */
static bool is_special(struct archive_job *job, struct archive_entry *entry, struct child *c, int *e)
{
	const char *link = archive_entry_hardlink(entry);
	*e = OK;
	switch (archive_entry_filetype(entry)) {
	case AE_IFDIR:
		return true;
	case AE_IFLNK:
		*e = archive_tell_link(job, c, "symbolic link", span_str(archive_entry_symlink(entry)));
		return true;
	case AE_IFCHR: case AE_IFBLK: case AE_IFIFO: case AE_IFSOCK:
		*e = archive_tell_link(job, c, "device, pipe or socket", span_of(NULL, 0));
		return true;
	}
	if (!link || c->stated_size)	/* some writers keep the data with the link */
		return false;
	*e = archive_tell_link(job, c, "hard link", span_str(link));
	return true;
}

static int read_entry(struct archive_job *job, struct archive *a, struct archive_entry *entry, bool *is_dead)
{
	struct fault reason = { "" };
	struct child c = child_of(entry);
	int e = sink_spend(job->out, ENTRY_WORK);
	if (e < 0 || is_special(job, entry, &c, &e))
		return e;
	if (archive_entry_is_encrypted(entry)) {
		buf_clear(&job->bytes);
		fault_set(&reason, E_ENCRYPTED, "encrypted");
		return archive_hand_on(job, &c, E_ENCRYPTED, &reason);
	}
	int r = fill_member(job, a, is_dead, &reason);
	if (r < 0 && r != E_LIMIT)
		return r;
	return archive_hand_on(job, &c, r, &reason);
}

static int tell_failure(struct archive_job *job, struct archive *a, int r, unsigned entries)
{
	const char *text = archive_error_string(a);
	text = text ? text : "damaged";
	if (!entries && (archive_read_has_encrypted_entries(a) > 0 || strstr(text, "ncrypt")))
		return fault_set(job->why, E_ENCRYPTED, "names and contents are encrypted");
	la_int64_t at = archive_filter_bytes(a, -1);
	if (!entries && r == ARCHIVE_FATAL)
		return fault_set(job->why, E_DAMAGED, "%s near %lld", text, (long long)at);
	return archive_damage(job, at > 0 ? (uint64_t)at : 0, text);
}

static int read_entries(struct archive_job *job, struct archive *a)
{
	struct archive_entry *entry;
	unsigned entries = 0, failures = 0;
	bool is_dead = false;
	while (!is_dead && failures < FAILURES_MAX) {	/* ends at the archive's end, its death or the budget */
		int r = archive_read_next_header(a, &entry);
		if (r == ARCHIVE_EOF)
			break;
		int e = OK;
		if (r == ARCHIVE_RETRY || r < ARCHIVE_WARN) {
			e = tell_failure(job, a, r, entries);
			is_dead = r == ARCHIVE_FATAL;
			failures++;
		} else {
			e = read_entry(job, a, entry, &is_dead);
			entries++;
		}
		if (e < 0)
			return e;
	}
	return job->is_part ? PART : OK;
}

static void add_formats(struct archive *a)
{
	archive_read_support_format_tar(a);
	archive_read_support_format_cpio(a);
	archive_read_support_format_ar(a);
	archive_read_support_format_iso9660(a);
	archive_read_support_format_cab(a);
	archive_read_support_format_lha(a);
	archive_read_support_format_rar(a);
	archive_read_support_format_rar5(a);
	archive_read_support_format_7zip(a);
	archive_read_support_format_xar(a);
	archive_read_support_format_warc(a);
	/* tars appended to each other are read to the last */
	archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1");
}

static int read_unpacked(struct archive_job *job, struct span bytes, int filter)
{
	uint32_t count;
	struct source *sources = sources_of(bytes, job->item, &count);
	struct archive *a = sources ? archive_read_new() : NULL;
	if (!a)
		return fault_set(job->why, E_MEMORY, "no memory for an archive");
	add_formats(a);
	add_filter(a, filter);
	int e;
	if (open_sources(a, sources, count) < ARCHIVE_WARN)
		e = fault_set(job->why, E_DAMAGED, "%s", archive_error_string(a) ? archive_error_string(a) : "damaged");
	else
		e = read_entries(job, a);
	archive_read_free(a);
	return e;
}

/* Unpacked as a whole: E_LIMIT when too large for that. */
static int read_at_once(struct archive_job *job, struct span bytes)
{
	struct buf tar;
	struct fault reason = { "" };
	buf_init(&tar, AT_ONCE_MAX);
	int r = archive_unpack(bytes, &tar, job->out, &reason);
	int e = r;
	if (r == PART)
		e = archive_damage(job, 0, reason.text);
	else if (r == E_DAMAGED)
		e = fault_set(job->why, r, "%s", reason.text);
	if (e >= 0)
		e = read_unpacked(job, buf_span(&tar), 0);
	buf_release(&tar);
	return e;
}

int archive_read_stream(struct archive_job *job, struct span bytes)
{
	int filter = archive_filter_of(bytes);
	if (filter && filter != ARCHIVE_FILTER_RPM && bytes.n <= AT_ONCE_PACKED_MAX) {
		int e = read_at_once(job, bytes);
		if (e != E_LIMIT)
			return e;
	}
	return read_unpacked(job, bytes, filter);
}

int archive_unpack_one(struct archive_job *job, struct span bytes, struct fault *reason)
{
	struct source s = { .bytes = bytes };
	struct archive_entry *entry;
	bool is_dead;
	struct archive *a = archive_read_new();
	if (!a)
		return fault_set(reason, E_MEMORY, "no memory for an archive");
	archive_read_support_format_zip_seekable(a);
	int e;
	if (open_sources(a, &s, 1) != ARCHIVE_OK || archive_read_next_header(a, &entry) < ARCHIVE_WARN)
		e = fault_set(reason, E_DAMAGED, "%s", archive_error_string(a) ? archive_error_string(a) : "damaged");
	else
		e = fill_member(job, a, &is_dead, reason);
	archive_read_free(a);
	return e;
}

int archive_init(const struct options *o, struct fault *why)
{
	/* libarchive turns names stored as UTF-16 into the locale's encoding */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return fault_set(why, E_USAGE, "the locale C.UTF-8 is missing: names in archives may be lost");
	return OK;
}
