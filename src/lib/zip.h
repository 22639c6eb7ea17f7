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

enum { ZIP_STORED = 0, ZIP_DEFLATED = 8, ZIP_AES = 99 };

struct zip_member {
	struct span name;		/* raw bytes, borrowed from the archive */
	struct span extra;		/* extra fields of the header it was found by */
	uint64_t packed, size;		/* bytes, as the directory states them: not trusted */
	uint64_t header_at;		/* offset of the local header */
	uint32_t crc;
	uint16_t method;		/* ZIP_STORED, ZIP_DEFLATED, ... */
	uint16_t flags;			/* general purpose flags; bit 0 encrypted, 3 descriptor, 11 UTF-8 name */
	uint16_t dos_time;
	uint16_t unix_mode;		/* 0 when the archive states none */
	bool is_encrypted, is_folder;
	int64_t modified;		/* nanoseconds since 1970 (local time taken as UTC unless it says more) */
};
struct zip {
	struct span bytes;
	size_t count;
	struct zip_member *members;
	bool is_recovered;		/* the directory was lost, the local headers were read */
};

/*
 * Reads the directory (or, where that is lost, the local headers) into the
 * arena. PART when the directory is lost or breaks off, with the reason: what
 * was found is kept. E_DAMAGED when there is no member and no directory.
 */
int zip_open(struct span bytes, struct arena *arena, struct zip *z, struct fault *why);
/* The same for a joined volume set; ends holds the offset behind each volume. */
int zip_open_set(struct span bytes, const uint64_t *ends, uint32_t volumes, struct arena *arena,
                 struct zip *z, struct fault *why);
/* The member of that name (exact, then without regard to ASCII case), or NULL. */
const struct zip_member *zip_named(const struct zip *z, const char *name);
/* The member's packed bytes; PART when they are cut off by the end, E_DAMAGED when its header is not there. */
int zip_packed(const struct zip *z, const struct zip_member *m, struct span *packed, struct fault *why);
/* Adds the member's bytes to out; out's ceiling bounds it. PART when they end early or the CRC differs. */
int zip_read(const struct zip *z, const struct zip_member *m, struct buf *out, struct fault *why);
/*
 * Unpacks stored or deflated bytes (after decryption, say) as zip_read does:
 * the CRC is compared only when check_crc.
 */
int zip_unpack(struct span packed, const struct zip_member *m, uint16_t method, bool check_crc,
               struct buf *out, struct fault *why);

#endif
