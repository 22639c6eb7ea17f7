/*
 * MAPI properties, as .msg, PST and TNEF keep them: ids and types of
 * [MS-OXPROPS], and what a message, contact, appointment, task or note made
 * of them gives to the sink. Not a part: the readers of msg, pst and tnef share it.
 */
#ifndef READ_MAPI_H
#define READ_MAPI_H

#include "read/mail_give.h"

enum {
	MAPI_INTEGER16 = 0x0002, MAPI_INTEGER32 = 0x0003, MAPI_BOOLEAN = 0x000B, MAPI_OBJECT = 0x000D,
	MAPI_STRING8 = 0x001E, MAPI_STRING = 0x001F, MAPI_TIME = 0x0040, MAPI_BINARY = 0x0102,
};

struct mapi_prop {
	uint32_t id;		/* property id; for a named property its long id (0x8083 is Email1Address) */
	uint16_t type;
	struct span value;	/* strings: UTF-8; all else: the bytes, little-endian */
};
struct mapi { struct arena *arena; struct mapi_prop *list; size_t count, room; };

/* Adds a property; strings are still in their encoding and are converted by mapi_convert. E_MEMORY or OK. */
int mapi_add(struct mapi *m, uint32_t id, uint16_t type, struct span value);
/* Converts all strings to UTF-8 by type and code page (0: the one the properties state, else guessed). */
int mapi_convert(struct mapi *m, uint32_t code_page, struct fault *why);
/* The first property of that id, or NULL. */
const struct mapi_prop *mapi_get(const struct mapi *m, uint32_t id);
struct span mapi_text(const struct mapi *m, uint32_t id);	/* empty when absent or no string */
uint32_t    mapi_number(const struct mapi *m, uint32_t id);	/* 0 when absent */
int64_t     mapi_time(const struct mapi *m, uint32_t id);	/* TIME_UNKNOWN when absent */
/* The code page that the strings are in, as the properties say; 0 when they do not. */
uint32_t    mapi_code_page(const struct mapi *m);
/* Name of a code page for lib/encoding, or NULL. */
const char *mapi_encoding(uint32_t code_page);

/* Best name of an attachment, and of a message as a child. */
struct span mapi_attachment_name(const struct mapi *attachment);
/* The MIME type it is stated to have, or NULL. */
const char *mapi_attachment_type(const struct mapi *attachment);
/* Head, table of contact, appointment or task, and bodies; children are the caller's. OK, PART, negative. */
int mapi_give(struct mail_give *g, const struct mapi *message, const struct mapi *recipients, size_t count,
              struct fault *why);
/* The same without a head, for a message whose head was given by what it came in. */
int mapi_give_content(struct mail_give *g, const struct mapi *message, struct fault *why);

#endif
