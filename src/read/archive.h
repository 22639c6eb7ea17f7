/*
 * What the files of read_archive share: one archive under way.
 */
#ifndef READ_ARCHIVE_H
#define READ_ARCHIVE_H

#include "base/buf.h"
#include "core/part.h"

/* A member is unpacked into memory up to here; larger ones are told as skipped. */
enum { ARCHIVE_MEMBER_MAX = 1 << 30 };

struct archive_job {
	const struct item *item;
	struct sink *out;
	struct fault *why;
	bool is_part;		/* damage was told */
	struct buf bytes;	/* of the member under way */
	struct span password;	/* that fitted last; empty when none did */
};

void archive_job_init(struct archive_job *job, const struct item *it, struct sink *out, struct fault *why);
void archive_job_release(struct archive_job *job);

/*
 * Hands on the member whose unpacking into job->bytes ended with code and
 * reason: whole, in part with damage told, or lost. c->bytes is set here.
 * Returns OK, or what the sink returned.
 */
int archive_hand_on(struct archive_job *job, struct child *c, int code, const struct fault *reason);
/* Damage of the archive itself; the job becomes PART. */
int archive_damage(struct archive_job *job, uint64_t offset, const char *reason);
/* A link, device or the like: told, never followed. target may be empty. */
int archive_tell_link(struct archive_job *job, struct child *c, const char *what, struct span target);

/*
 * The next password to try: first the one that fitted last, then those of
 * the run, one a line. *state starts at 0; false when there are no more.
 */
bool archive_password(const struct archive_job *job, size_t *state, struct span *password);

/* Reads a zip (archive_zip.c). OK, PART or a negative code with its reason. */
int archive_read_zip(struct archive_job *job);
/* Reads a 7z that holds AES (archive_7z.c); E_UNSUPPORTED when it holds none, so that libarchive reads it. */
int archive_read_7z(struct archive_job *job);
/* All else, by libarchive (archive_stream.c). bytes: the item's, or what they unpacked to. */
int archive_read_stream(struct archive_job *job, struct span bytes);
/* One member by libarchive, from an archive of just this member, into job->bytes. */
int archive_unpack_one(struct archive_job *job, struct span archive, struct fault *reason);

/*
 * Single-file compression, by magic (archive_stream.c): libarchive's filter
 * number, 0 for none; and the first bytes unpacked from it.
 */
int archive_filter_of(struct span bytes);
size_t archive_unpacked_head(struct span bytes, unsigned char *head, size_t room);
/*
 * Unpacks one layer of compression into out. PART keeps what came before the damage; E_LIMIT at out's
 * ceiling. spend may be NULL. archive_unpack_filter is libarchive's part of it.
 */
int archive_unpack(struct span bytes, struct buf *out, struct sink *spend, struct fault *why);
int archive_unpack_filter(struct span bytes, struct buf *out, struct sink *spend, struct fault *why);
/* An ISO image whose Rock Ridge entries run in a circle (archive_iso.c). */
bool archive_iso_is_endless(struct span iso);
/* MIME type by magic, or NULL. */
const char *archive_type_of(struct span bytes);
/* Opens what libarchive needs open before the sandbox closes. */
int archive_init(const struct options *o, struct fault *why);

#endif
