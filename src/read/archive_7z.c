/*
 * 7z archives in which something is encrypted, members or the header itself.
 * All others go to libarchive.
 */
#include "read/archive_7z.h"

#include <libdeflate.h>

#include <stdlib.h>

enum { HEADERS_MAX = 4, HEADER_CEILING = 256 << 20, ID_HEADER = 1, ID_ENCODED_HEADER = 0x17, LINK_MAX = 4096 };

struct seven_job {
	struct archive_job *job;
	struct seven_key key;
	struct seven_stream *stream;
	bool was_encrypted;		/* the header was */
};

static bool is_crc_right(struct span bytes, bool has_crc, uint32_t crc)
{
	return !has_crc || libdeflate_crc32(0, bytes.p, bytes.n) == crc;
}

/* The first n bytes of a folder into out with one password; E_DAMAGED when they do not come or differ. */
static int start_folder(struct seven_job *sj, const struct seven_folder *f, const struct seven_member *first,
                        struct span password, struct buf *out, struct fault *reason)
{
	struct sink *sink = sj->job->out;
	buf_clear(out);
	int e = seven_stream_open(sj->stream, f, password, &sj->key, sink, reason);
	if (e == OK && first->size <= out->ceiling)
		e = seven_stream_read(sj->stream, first->size, out, sink, reason);
	else if (e == OK)
		e = seven_stream_read(sj->stream, SEVEN_PIECE, NULL, sink, reason);	/* too large to keep: is the key right? */
	if (e == OK && first->size <= out->ceiling && !is_crc_right(buf_span(out), first->has_crc, first->crc))
		e = fault_set(reason, E_DAMAGED, "CRC differs over %zu bytes", out->n);
	if (e)
		seven_stream_close(sj->stream);
	return e;
}

/*
 * Tries the passwords until the folder's first member comes out right. The
 * stream is left open behind it on OK, closed otherwise.
 */
static int unlock_folder(struct seven_job *sj, const struct seven_folder *f, const struct seven_member *first,
                         struct buf *out, struct fault *reason)
{
	if (!f->has_aes)
		return start_folder(sj, f, first, span_of(NULL, 0), out, reason);
	struct span password;
	size_t state = 0;
	int e = fault_set(reason, E_ENCRYPTED, "encrypted, no password given");
	while (archive_password(sj->job, &state, &password)) {	/* ends with the list */
		bool fitted_before = span_equal(password, sj->job->password);
		e = start_folder(sj, f, first, password, out, reason);
		if (e == OK)
			sj->job->password = password;
		if (e == OK || (e != E_DAMAGED) || (fitted_before && out->n))
			return e;	/* with the password that fitted before, it is damage */
		e = fault_set(reason, E_ENCRYPTED, "no password fits");
	}
	buf_clear(out);
	return e;
}

/* Unpacks the packed header into out, whose bytes then are the header. */
static int unpack_header(struct seven_job *sj, struct span header, struct buf *out, struct fault *why)
{
	struct seven s = { .bytes = sj->job->item->bytes, .arena = sj->job->item->arena };
	int e = seven_parse(&s, span_from(header, 1), true, why);
	if (e)
		return e;
	if (s.folder_count != 1 || s.stream_count != 1)
		return fault_set(why, E_DAMAGED, "7z header in %llu folders", (unsigned long long)s.folder_count);
	sj->was_encrypted |= s.folders[0].has_aes;
	struct seven_member whole = { .size = s.streams[0].size, .has_crc = s.streams[0].has_crc, .crc = s.streams[0].crc };
	e = unlock_folder(sj, &s.folders[0], &whole, out, why);
	if (e == OK)
		seven_stream_close(sj->stream);
	return e;
}

static bool is_link(const struct seven_member *m)
{
	return (m->attributes & 0x8000) && (m->attributes >> 16 & 0170000) == 0120000;
}

static int give(struct seven_job *sj, const struct seven_member *m, int code, const struct fault *reason)
{
	struct archive_job *job = sj->job;
	struct child c = { .name = m->name, .is_nested_path = true, .times = m->times, .stated_size = m->size };
	if (code == OK && is_link(m) && job->bytes.n <= LINK_MAX)
		return archive_tell_link(job, &c, "symbolic link", buf_span(&job->bytes));
	return archive_hand_on(job, &c, code, reason);
}

/* The next member out of a stream that is open: its bytes, then right or not. */
static int next_member(struct seven_job *sj, const struct seven_member *m, struct fault *reason)
{
	struct archive_job *job = sj->job;
	buf_clear(&job->bytes);
	bool is_kept = m->size <= ARCHIVE_MEMBER_MAX;
	int e = seven_stream_read(sj->stream, m->size, is_kept ? &job->bytes : NULL, job->out, reason);
	if (e)
		return e;
	if (!is_kept)
		return fault_set(reason, E_LIMIT, "larger than %d bytes", ARCHIVE_MEMBER_MAX);
	return is_crc_right(buf_span(&job->bytes), m->has_crc, m->crc) ? OK :
		fault_set(reason, PART, "CRC differs over %zu bytes", job->bytes.n);
}

/* Members [from, to) of s->members lie in folder f. After damage the rest of the folder is lost. */
static int read_folder(struct seven_job *sj, const struct seven *s, const struct seven_folder *f,
                       const uint64_t *members, uint64_t count)
{
	struct archive_job *job = sj->job;
	struct fault reason = { "" };
	if (!count)
		return OK;
	int r = unlock_folder(sj, f, &s->members[members[0]], &job->bytes, &reason);
	bool is_open = r == OK;
	int e = OK;
	for (uint64_t i = 0; i < count && e >= 0; i++) {
		const struct seven_member *m = &s->members[members[i]];
		if (i == 0 && is_open && m->size > ARCHIVE_MEMBER_MAX) {
			r = seven_stream_read(sj->stream, m->size - SEVEN_PIECE, NULL, job->out, &reason);
			r = r ? r : fault_set(&reason, E_LIMIT, "larger than %d bytes", ARCHIVE_MEMBER_MAX);
		} else if (i > 0 && is_open) {
			r = next_member(sj, m, &reason);
		} else if (i > 0) {
			buf_clear(&job->bytes);
		}
		if (r != OK && r != PART && !(r == E_LIMIT && m->size > ARCHIVE_MEMBER_MAX) && is_open) {
			seven_stream_close(sj->stream);
			is_open = false;
		}
		e = give(sj, m, r, &reason);
	}
	if (is_open)
		seven_stream_close(sj->stream);
	return e;
}

/* Members with a stream, in order, belong to the folders one after another. */
static int read_folders(struct seven_job *sj, struct seven *s)
{
	uint64_t *with_stream = arena_array(s->arena, (size_t)s->member_count, sizeof(*with_stream));
	uint64_t n = 0, at = 0;
	int e = OK;
	if (!with_stream)
		return fault_set(sj->job->why, E_LIMIT, "7z header is too large");
	for (uint64_t i = 0; i < s->member_count; i++) {
		struct seven_member *m = &s->members[i];
		if (!m->has_stream || n >= s->stream_count)
			continue;
		m->size = s->streams[n].size;
		m->crc = s->streams[n].crc;
		m->has_crc = s->streams[n].has_crc;
		with_stream[n++] = i;
	}
	for (uint64_t i = 0; i < s->folder_count && e >= 0; i++) {
		uint64_t count = s->folders[i].members < n - at ? s->folders[i].members : n - at;
		e = read_folder(sj, s, &s->folders[i], with_stream + at, count);
		at += count;
	}
	buf_clear(&sj->job->bytes);
	for (uint64_t i = 0; i < s->member_count && e >= 0; i++)
		if (!s->members[i].has_stream && s->members[i].is_file)
			e = give(sj, &s->members[i], OK, NULL);
	return e;
}

static bool has_aes(const struct seven *s)
{
	for (uint64_t i = 0; i < s->folder_count; i++)
		if (s->folders[i].has_aes)
			return true;
	return false;
}

static int read_header(struct seven_job *sj, struct span header, struct fault *why)
{
	struct seven s = { .bytes = sj->job->item->bytes, .arena = sj->job->item->arena };
	int e = seven_parse(&s, span_from(header, 1), false, why);
	if (e)
		return e;
	if (!sj->was_encrypted && !has_aes(&s))
		return fault_set(why, E_UNSUPPORTED, "nothing is encrypted");
	e = read_folders(sj, &s);
	return e < 0 ? e : sj->job->is_part ? PART : OK;
}

static int read_whole(struct seven_job *sj, struct buf *first, struct buf *second)
{
	struct span header;
	struct fault *why = sj->job->why;
	int e = seven_header(sj->job->item->bytes, &header, why);
	for (int i = 0; i < HEADERS_MAX && !e; i++) {
		if (span_at(header, 0) == ID_HEADER)
			return read_header(sj, header, why);
		if (span_at(header, 0) != ID_ENCODED_HEADER)
			break;
		struct buf *out = i % 2 ? second : first;
		e = unpack_header(sj, header, out, why);
		header = buf_span(out);
	}
	if (e == E_ENCRYPTED)
		return fault_set(why, e, "names and contents are encrypted, %s",
			sj->job->item->options && sj->job->item->options->passwords.n ? "no password fits" : "no password given");
	/* a damaged header: libarchive may say more, unless it was ours to decrypt */
	return e && sj->was_encrypted ? e : fault_set(why, E_UNSUPPORTED, "no header");
}

int archive_read_7z(struct archive_job *job)
{
	struct seven_job sj = { .job = job };
	struct buf first, second;
	buf_init(&first, HEADER_CEILING);
	buf_init(&second, HEADER_CEILING);
	sj.stream = arena_take(job->item->arena, sizeof(*sj.stream));
	int e = sj.stream ? read_whole(&sj, &first, &second) : fault_set(job->why, E_LIMIT, "no memory for a 7z");
	buf_release(&first);
	buf_release(&second);
	return e;
}
