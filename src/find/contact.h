/* What the files of the contact family share. Inside find/ only. */
#ifndef FIND_CONTACT_H
#define FIND_CONTACT_H

#include "core/part.h"
#include "find/column.h"

/* A datum found in a span: [start, end) in it. */
struct contact {
	size_t start, end;
	double confidence, chance;
	const char *rule, *checks[3];
};

/* The mail address around the '@' at byte at; false when there is none. */
bool contact_mail(struct span s, size_t at, struct contact *c);
/* The phone number that begins with the '+' at byte at. */
bool contact_plus(struct span s, size_t at, struct contact *c);
/* The phone number around the digits that begin at byte at: in American shape, or behind a word such as "Tel.". */
bool contact_digits(struct span s, size_t at, struct contact *c);
/* A whole cell of a column of phone numbers. */
bool contact_phone_cell(struct span cell, struct contact *c);

/* Two to five words as persons write their names; is_loose takes one word and any case, as under a heading "name". */
bool looks_like_name(struct span s, bool is_loose);

int contact_give(struct sink *out, enum kind kind, const struct contact *c, struct span value, struct where where);

#endif
