/* Labelled forms ("Name: Ann Lee" and so on, line by line). Inside find/ only. */
#ifndef FIND_FORM_H
#define FIND_FORM_H

#include "find/contact.h"

int form_init(const struct options *o, struct fault *why);
int form_text(const struct item *it, const struct text *t, struct sink *out);

/* Adds an element; further ones than fit are left out. */
void claim_add(struct claim *c, enum kind kind, struct span value);
/* Words with a house number, as on an envelope. */
bool looks_like_address(struct span s);
/* Kinds that say something of one person. */
bool is_personal_kind(enum kind kind);
/* The value may be of that kind at all: it has digits where the kind has. */
bool is_plausible(enum kind kind, struct span value);

#endif
