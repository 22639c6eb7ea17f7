/*
 * Zip members at random access, for formats that live in a zip (OOXML, ODF,
 * EPUB, VSDX): central directory, stored and deflated members, on libdeflate.
 * Follows PKWARE's APPNOTE 6.3.x. Archives as such are read_archive's.
 */
#ifndef LIB_ZIP_H
#define LIB_ZIP_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

struct zip_member {
	struct span name;		/* raw bytes, borrowed from the archive */
	uint64_t packed, size;		/* bytes, as the directory states them: not trusted */
	uint64_t header_at;		/* offset of the local header */
	uint16_t method;		/* 0 stored, 8 deflated */
	bool is_encrypted, is_folder;
	int64_t modified;		/* nanoseconds since 1970 (local time taken as UTC) */
};
struct zip { struct span bytes; size_t count; struct zip_member *members; };

/* Reads the directory (or, where that is lost, the local headers) into the arena. */
int zip_open(struct span bytes, struct arena *arena, struct zip *z, struct fault *why);
/* The member of that name (exact, then without regard to ASCII case), or NULL. */
const struct zip_member *zip_named(const struct zip *z, const char *name);
/* Adds the member's bytes to out; out's ceiling bounds it. PART when they end early or the CRC differs. */
int zip_read(const struct zip *z, const struct zip_member *m, struct buf *out, struct fault *why);

#endif
