/*
 * What the mail readers give alike: head, header text, claims, the message
 * finding, bodies and attachments, with text positions that never overlap
 * within one item. Not a part: the readers of eml, msg, pst, tnef share it.
 */
#ifndef READ_MAIL_GIVE_H
#define READ_MAIL_GIVE_H

#include "core/sink.h"
#include "lib/mime.h"

struct mail_give {
	const struct item *it;	/* whose arena and trail are used */
	struct sink *out;	/* the message's sink */
	uint64_t base;		/* bytes of text given so far */
	struct span mailbox;	/* folder name where the reader knows it, else empty */
	bool is_deleted;
};

/* One line of the header text: a value, or people. All UTF-8. */
struct mail_line {
	const char *label;		/* "From", "To", "Subject", ... */
	struct span value;
	const struct mime_address *people;
	size_t count;
	bool is_claimed;		/* persons among the people are claims */
};
/*
 * Gives sink_mail, the header lines as text (part "header"), a claim for
 * each person in a claimed line, and the message finding, whose value is the
 * subject, else the message id. From, To, Cc, Subject of the head are taken
 * from the lines of these labels.
 */
int mail_give_head(struct mail_give *g, const struct mail_line *lines, size_t count,
                   struct span message_id, int64_t sent);

/* Text of UTF-8 in pieces of at most TEXT_MAX, cut at line ends. part is "body" or another name. */
int mail_give_text(struct mail_give *g, struct span utf8, const char *part);
/*
 * Bytes of a body in an encoding (stated: as its header names it; may be NULL), plain or HTML,
 * converted; the text is copied to *kept, in the item's arena, when kept is not NULL instead of given.
 */
int mail_body_text(struct mail_give *g, struct span bytes, const char *stated, bool is_html,
                   struct span *kept, struct fault *why);
/* True when html says something that plain does not: words or numbers beyond links. */
bool mail_differs(struct span plain, struct span html);
/*
 * A body that is plain UTF-8: gives its text; blocks of uuencode in it become children,
 * PGP messages in it are told as encrypted.
 */
int mail_give_plain(struct mail_give *g, struct span utf8);

/* True when the display name is a person's, and the address not that of a list or a machine. */
bool mail_is_person(struct span name, struct span address);
/* "Name <address>", quoted where needed; what there is of both. */
void mail_add_address(struct buf *out, const struct mime_address *a);
/* Name of the folder or mbox an item's trail says it lies in, else empty; borrowed. */
struct span mail_mailbox_of(const char *trail);
int mail_give_mailbox(struct sink *out, struct span name, uint64_t messages);

/* S/MIME: a signed message inside the CMS becomes a child; an enveloped one is told by is_encrypted. */
struct mail_smime { bool is_given, is_encrypted; };
int mail_give_smime(struct sink *out, struct span cms, struct mail_smime *found);
/*
 * An attachment of an Outlook message: a child; but S/MIME is opened (signed) or told as lost (encrypted),
 * and a MIME entity kept whole (IPM.Note.SMIME.MultipartSigned) is stated to be a message.
 */
int mail_give_attachment(struct sink *out, const struct child *c, bool *is_encrypted);

/* LZFu, [MS-OXRTFCP]: compressed RTF to RTF. PART when it breaks off, E_DAMAGED when it is none. */
int mail_rtf_unpack(struct span packed, struct buf *out, struct fault *why);

#endif
