/*
 * The line between supervisor and worker: frames of a 4-byte length
 * (little-endian, of what follows), a type byte, packed fields.
 * The supervisor trusts no frame: a worker may be in the enemy's hands, so
 * lengths, counts and numbers are checked, and a bad frame ends the worker.
 */
#ifndef SCAN_WIRE_H
#define SCAN_WIRE_H

#include "base/fault.h"
#include "base/pack.h"
#include "core/finding.h"
#include "core/print.h"

enum frame {
	FRAME_BEGIN = 1,	/* depth, trail, name, stated type, size, three times */
	FRAME_END,		/* depth, status, reason, type, digests, duplicate source, lost bytes a status, is_decoded */
	FRAME_FINDING,		/* depth, finding, context, masked context */
	FRAME_CLAIM,		/* depth, claim */
	FRAME_MAIL,		/* depth, mail head */
	FRAME_ASK,		/* depth, sha256, name: may this item be read? answered by one byte */
	FRAME_PROGRESS,		/* bytes done since the last one */
	FRAME_DONE,		/* the job is over */
	FRAME_PRINTS,		/* depth, space, window, count; value (8 bytes), step of at, step of raw_at, page for each */
	FRAME_DIGEST,		/* depth, digest */
	FRAME_FILM,		/* depth, a part of a fingerprint */
	FRAME_COUNT
};

/* Answers to FRAME_ASK, each followed by 8 bytes: the row of the duplicate's source, or 0. */
enum answer { ANSWER_GO = 'g', ANSWER_SKIP = 's', ANSWER_DUPLICATE = 'd', ANSWER_RAW = 'r' };

enum { FRAME_MAX = 64 << 20 };

struct job {
	uint64_t size;			/* of all volumes */
	struct span trail, name;
	int64_t modified, created, accessed;
	bool is_rerun;			/* ask before each item */
	bool is_raw;			/* scan for strings only: the reader crashed on the item itself */
	bool is_hash_only;		/* a volume that another file stands for */
	uint32_t own_volume;		/* of a set: the volume whose digest is the item's */
	uint32_t volumes;		/* that many descriptors come with it */
};

void job_pack(struct buf *b, const struct job *j);
void job_unpack(struct cur *c, struct job *j);

void finding_pack(struct buf *b, const struct finding *f);
/* strings are copied into the arena; E_DAMAGED when the frame is not well formed. */
int  finding_unpack(struct cur *c, struct arena *a, struct finding *f);
void claim_pack(struct buf *b, const struct claim *claim);
int  claim_unpack(struct cur *c, struct arena *a, struct claim *claim);
void mail_pack(struct buf *b, const struct mail_head *m);
int  mail_unpack(struct cur *c, struct mail_head *m);

void digest_pack(struct buf *b, const struct digest *d);
int  digest_unpack(struct cur *c, struct digest *d);
void prints_pack(struct buf *b, const struct prints *p);
/* The anchors are put into the arena. */
int  prints_unpack(struct cur *c, struct arena *a, struct prints *p);

/* Writes all of it; E_STOPPED when the other side is gone. */
int wire_write(int fd, struct span bytes);
int wire_read(int fd, void *to, size_t n);
/* A datagram-like message with descriptors beside it. */
int wire_send_fds(int fd, struct span bytes, const int *fds, unsigned count);
/* Reads at most room bytes and up to *count descriptors (set to what came). Returns bytes, 0 at the end, -1. */
long wire_recv_fds(int fd, void *to, size_t room, int *fds, unsigned *count);

#endif
