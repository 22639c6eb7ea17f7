/*
 * Finding, claim, mail head, picture: plain values that parts give to the sink.
 * All pointers are borrowed for the call; the sink copies.
 */
#ifndef CORE_FINDING_H
#define CORE_FINDING_H

#include "core/item.h"
#include "core/kind.h"
#include "core/text.h"

/* Where in the item. The sink fills it from a text or table; see sink.h. */
struct where {
	enum space space;
	bool is_cell;		/* sheet, row, column are set */
	uint64_t start, end;	/* in space; end is exclusive; both 0 when only a cell or page is known */
	const char *sheet;	/* or NULL */
	uint64_t row;		/* from 1 */
	uint32_t column;	/* from 1 */
	uint32_t page;		/* from 1; 0 when there is none */
};

enum { CHECKS_MAX = 8 };

struct finding {
	enum kind kind;
	struct span value;		/* the bare datum, UTF-8 */
	double confidence;		/* 0..1; from 0.5 on it is an assertion */
	const char *rule;		/* name of the rule that found it */
	const char *checks[CHECKS_MAX];	/* what was verified, in words; NULL-terminated when fewer */
	double chance;			/* how often random data of that shape would pass */
	struct where where;
};

/*
 * Claim: "these data belong to one person", as one row, header, MRZ or
 * form says it. People are linked from claims.
 */
enum { ELEMENTS_MAX = 24 };
struct element {
	enum kind kind;
	struct span value;
};
struct claim {
	const char *basis;	/* "row", "mail-header", "mrz", "form" */
	struct where where;
	unsigned count;
	struct element elements[ELEMENTS_MAX];
	struct span address_date;	/* ISO date the address is known for, or empty */
};

/* The head of a mail, decoded to UTF-8; absent fields are empty. Address lists are ", "-separated. */
struct mail_head {
	struct span message_id, from, to, cc, subject, mailbox;
	int64_t sent;		/* nanoseconds since 1970, or TIME_UNKNOWN */
	bool is_deleted;	/* recovered from deleted items */
};

/* A grey picture of a page or photograph; row after row, 8 bits a pixel, 0 is black. */
struct picture {
	const unsigned char *grey;
	uint32_t width, height, stride;	/* pixels; stride in bytes */
	uint32_t page;			/* from 1; 0 when there is none */
	double dpi;			/* 0 when unknown */
};

#endif
