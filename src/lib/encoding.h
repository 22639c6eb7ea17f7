/*
 * Text encodings: detection and conversion to UTF-8, on ICU (its tables are
 * linked in, so it works inside the sandbox; iconv's are files and do not).
 */
#ifndef LIB_ENCODING_H
#define LIB_ENCODING_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

/* Opens what must be open before the sandbox closes. */
int encoding_init(struct fault *why);

/*
 * The encoding of a text: its byte order mark, valid UTF-8, zero patterns of
 * UTF-16/32, then statistics. Returns an ICU name ("UTF-8", "UTF-16LE",
 * "windows-1252", "Shift_JIS", ...), never NULL for text; NULL when the bytes
 * look like no text at all. stated (from a header or declaration; may be NULL)
 * wins over statistics where it decodes without error, not over a mark or valid
 * UTF-8 beyond ASCII. Reads all bytes: give a head of some 64 KB of large ones.
 * The name is static, or stated itself.
 */
const char *encoding_detect(struct span bytes, const char *stated);
/* Cheaply, from a head: false where encoding_detect would give NULL. */
bool encoding_is_text(struct span head);
/* The static name of a label as headers and declarations write it ("cp1252", "sjis"); NULL when it is unknown. */
const char *encoding_named(struct span label);

/*
 * Converts to UTF-8 into out (which keeps its ceiling). A byte order mark is
 * left out. Undecodable bytes become U+FFFD and are counted in *bad (may be
 * NULL). raw_at, when not NULL, receives from the arena out->n + 1 offsets:
 * for each byte of out the offset in bytes of the character it comes from,
 * plus base. Unknown names are read as windows-1252.
 */
int encoding_to_utf8(struct span bytes, const char *encoding, struct buf *out,
                     struct arena *arena, uint64_t base, uint64_t **raw_at, size_t *bad,
                     struct fault *why);

/* True for UTF-8 without error (ASCII included). */
bool encoding_is_utf8(struct span bytes);
/* Copies, with every invalid sequence as U+FFFD. */
void encoding_scrub_utf8(struct span bytes, struct buf *out);

#endif
