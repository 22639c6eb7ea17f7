/*
 * MIME messages as spans: header fields, parameters, encoded words,
 * addresses, dates, parts, transfer encodings. Follows RFC 5322, 2045,
 * 2046, 2047, 2231; lenient where real mail is.
 *
 * GMime decodes base64 and quoted-printable. The structure and the
 * words are read here, because GMime converts character sets by iconv
 * while it parses (whose tables are files, which the sandbox does not open)
 * and does not say where nested messages begin and end. Nothing is copied
 * but what had to be decoded; copies are the arena's. All functions run in
 * time linear in their input.
 */
#ifndef LIB_MIME_H
#define LIB_MIME_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"

struct mime_field {
	struct span name;	/* empty for a line that is no field */
	struct span value;	/* raw: folded, encoded; the whole line when name is empty */
};
/* Moves rest behind the next field; false at the empty line (which it passes) or the end. */
bool mime_field_next(struct span *rest, struct mime_field *f);
/* Raw value of the first field of that name, or the empty span. */
struct span mime_field_named(struct span header, const char *name);
/* True when the bytes begin with a field in proper syntax: a name of printable ASCII and a colon. */
bool mime_is_field(struct span line);

/* Unfolded, encoded words decoded, raw 8-bit text converted: UTF-8 without line ends, in the arena. */
struct span mime_decode_words(struct span value, struct arena *arena);
/*
 * A parameter of Content-Type or Content-Disposition, decoded to UTF-8:
 * quoted or bare, RFC 2231 continuations and character sets, and encoded
 * words inside (forbidden, common). Empty when there is none.
 */
struct span mime_param(struct span value, const char *name, struct arena *arena);
/* "type/subtype" in lower case; "" when it has no slash. */
struct mime_type { char s[80]; };
struct mime_type mime_type_of(struct span content_type);

struct mime_address { struct span name, address; };	/* UTF-8; name may be empty */
/*
 * Moves rest (a raw header value) behind the next mailbox; false at the end. Group names are passed over.
 */
bool mime_address_next(struct span *rest, struct arena *arena, struct mime_address *a);

/* Nanoseconds since 1970, or INT64_MIN when it is no date. */
int64_t mime_date(struct span value);

struct mime_part {
	struct span header;	/* its fields, without the empty line; empty for a margin */
	struct span body;	/* still in its transfer encoding; empty for a multipart */
	uint32_t parent;	/* index of its multipart; its own for the whole message */
	bool is_multipart;
	bool is_margin;		/* text before the first or behind the last part of its parent */
	bool is_open;		/* a multipart whose end is missing */
	struct mime_type type;	/* defaults filled in */
};
/*
 * All parts in order of appearance, the message itself first; nested
 * messages are leaves. OK, PART when nesting or the count ended it early (the
 * rest is in the last leaf), or E_MEMORY. The list is the arena's.
 */
int mime_parts(struct span message, struct arena *arena, struct mime_part **list, size_t *count,
               struct fault *why);

enum mime_encoding { MIME_PLAIN, MIME_BASE64, MIME_QUOTED, MIME_UU };
enum mime_encoding mime_encoding_of(struct span header);
/* Adds the decoded bytes to out, whose ceiling bounds it. */
void mime_decode(struct span body, enum mime_encoding encoding, struct buf *out);

#endif
