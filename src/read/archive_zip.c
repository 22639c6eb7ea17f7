/*
 * Zip members: stored and deflated ones by lib/zip; what is packed otherwise
 * (bzip2, LZMA, xz, zstd, PPMd) is laid into a zip of its own for libarchive.
 */
#include "lib/zip.h"
#include "read/archive.h"
#include "read/archive_crypt.h"

enum { LINK_MAX = 4096 };

static void put(struct buf *b, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_add_byte(b, (unsigned char)(v >> (8 * i)));
}

/* Version, flags, method, time, CRC, sizes: the same in local and central header. */
static void put_common(struct buf *b, const struct zip_member *m, uint16_t method, size_t packed)
{
	put(b, 63, 2);
	put(b, m->flags & 2, 2);	/* bit 1: LZMA with an end marker */
	put(b, method, 2);
	put(b, 0, 4);
	put(b, m->crc, 4);
	put(b, packed, 4);
	put(b, m->size, 4);
	put(b, 1, 2);
	put(b, 0, 2);
}

/* A zip of this member alone, APPNOTE 4.3.7, 4.3.12, 4.3.16. */
static void put_zip_of_one(struct buf *b, const struct zip_member *m, uint16_t method, struct span packed)
{
	buf_add_str(b, "PK\3\4");
	put_common(b, m, method, packed.n);
	buf_add_str(b, "m");
	buf_add(b, packed);
	size_t directory = b->n;
	buf_add_str(b, "PK\1\2");
	put(b, 63, 2);
	put_common(b, m, method, packed.n);
	put(b, 0, 2 + 2 + 2);	/* comment, disk, attributes */
	put(b, 0, 4 + 4);	/* attributes, offset */
	buf_add_str(b, "m");
	size_t end = b->n;
	buf_add_str(b, "PK\5\6");
	put(b, 0, 4);
	put(b, 1, 2);
	put(b, 1, 2);
	put(b, end - directory, 4);
	put(b, directory, 4);
	put(b, 0, 2);
}

static int unpack_other(struct archive_job *job, const struct zip_member *m, uint16_t method,
                        struct span packed, struct fault *reason)
{
	if (m->size > ARCHIVE_MEMBER_MAX || packed.n > ARCHIVE_MEMBER_MAX)
		return fault_set(reason, E_LIMIT, "larger than %d bytes", ARCHIVE_MEMBER_MAX);
	struct buf one;
	buf_init(&one, packed.n + 256);
	put_zip_of_one(&one, m, method, packed);
	int e = one.is_full ? fault_set(reason, E_MEMORY, "no memory for %zu bytes", packed.n) :
		archive_unpack_one(job, buf_span(&one), reason);
	buf_release(&one);
	return e;
}

static int unpack_plain(struct archive_job *job, const struct zip_member *m, uint16_t method,
                        struct span packed, bool check_crc, struct fault *reason)
{
	if (method == ZIP_STORED || method == ZIP_DEFLATED)
		return zip_unpack(packed, m, method, check_crc, &job->bytes, reason);
	return unpack_other(job, m, method, packed, reason);
}

/* One password: E_ENCRYPTED when it does not fit. What a wrong key makes of the bytes is no damage. */
static int unpack_with(struct archive_job *job, const struct zip_member *m, struct span packed,
                       struct span password, struct fault *reason)
{
	struct buf clear;
	uint16_t method;
	bool has_crc;
	buf_init(&clear, packed.n + 1);
	int e = sink_spend(job->out, 4096 + packed.n);
	if (e < 0) {
		fault_set(reason, e, "budget used up");
		goto out;
	}
	int r = archive_decrypt(packed, m, password, &clear, &method, &has_crc, reason);
	e = r;
	if (r < 0)
		goto out;
	struct fault mac = *reason;
	buf_clear(&job->bytes);
	e = unpack_plain(job, m, method, buf_span(&clear), has_crc, reason);
	if (e == OK && r == PART) {
		*reason = mac;
		e = PART;
	} else if ((e == PART || e == E_DAMAGED) && (m->method != ZIP_AES || r == PART)) {
		e = fault_set(reason, E_ENCRYPTED, "no password fits");
	}
out:
	buf_release(&clear);
	return e;
}

static int unpack_encrypted(struct archive_job *job, const struct zip_member *m, struct span packed,
                            struct fault *reason)
{
	struct span password;
	size_t state = 0;
	int e = fault_set(reason, E_ENCRYPTED, "encrypted, no password given");
	while (e == E_ENCRYPTED && archive_password(job, &state, &password)) {	/* ends with the list */
		e = unpack_with(job, m, packed, password, reason);
		if (e == OK || e == PART)
			job->password = password;
	}
	if (e == E_ENCRYPTED)
		buf_clear(&job->bytes);
	return e;
}

static int unpack(struct archive_job *job, const struct zip *z, const struct zip_member *m, struct fault *reason)
{
	buf_clear(&job->bytes);
	if (!m->is_encrypted && (m->method == ZIP_STORED || m->method == ZIP_DEFLATED))
		return zip_read(z, m, &job->bytes, reason);
	struct span packed;
	int cut = zip_packed(z, m, &packed, reason);
	if (cut < 0)
		return cut;
	int e = m->is_encrypted ? unpack_encrypted(job, m, packed, reason) :
		unpack_other(job, m, m->method, packed, reason);
	return e == OK && cut ? cut : e;
}

/* true when the member is a folder or link and was dealt with, *e then says how. */
static bool is_special(struct archive_job *job, const struct zip *z, const struct zip_member *m,
                       struct child *c, int *e)
{
	struct fault reason = { "" };
	*e = OK;
	if (m->is_folder && !m->size)
		return true;
	unsigned type = m->unix_mode & 0170000u;
	if (type == 0120000 && m->size <= LINK_MAX) {
		if (unpack(job, z, m, &reason) < 0)
			buf_clear(&job->bytes);
		*e = archive_tell_link(job, c, "symbolic link", buf_span(&job->bytes));
		return true;
	}
	if (type != 0020000 && type != 0060000 && type != 0010000 && type != 0140000)
		return false;
	*e = archive_tell_link(job, c, "device, pipe or socket", span_of(NULL, 0));
	return true;
}

static int read_member(struct archive_job *job, const struct zip *z, const struct zip_member *m)
{
	struct fault reason = { "" };
	struct child c = { .name = m->name, .is_nested_path = true, .times = TIMES_UNKNOWN, .stated_size = m->size };
	c.times.modified = m->modified;
	int e;
	if (is_special(job, z, m, &c, &e))
		return e;
	if (m->size > ARCHIVE_MEMBER_MAX && m->size / 1032 <= m->packed) {
		fault_set(&reason, E_LIMIT, "larger than %d bytes", ARCHIVE_MEMBER_MAX);
		return archive_hand_on(job, &c, E_LIMIT, &reason);
	}
	int r = unpack(job, z, m, &reason);
	e = sink_spend(job->out, 4096 + job->bytes.n);
	if (e < 0)
		return e;
	return archive_hand_on(job, &c, r, &reason);
}

int archive_read_zip(struct archive_job *job)
{
	const struct item *it = job->item;
	struct zip z;
	int e = zip_open_set(it->bytes, it->volume_ends, it->volumes, it->arena, &z, job->why);
	if (e < 0)
		return e;
	if (e == PART)
		e = archive_damage(job, 0, job->why ? job->why->text : "zip directory damaged");
	for (size_t i = 0; i < z.count && e >= 0; i++)
		e = read_member(job, &z, &z.members[i]);
	return e < 0 ? e : job->is_part ? PART : OK;
}
