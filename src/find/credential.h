/*
 * What the files of the credential detector share: a scan of one text with
 * its candidates, from which overlaps are taken out before they are told.
 */
#ifndef FIND_CREDENTIAL_H
#define FIND_CREDENTIAL_H

#include "base/buf.h"
#include "core/part.h"
#include "find/rules.h"

/* Of two candidates over the same bytes the higher rank stays. */
enum rank { RANK_LABEL = 1, RANK_RULE, RANK_TOKEN, RANK_HASH, RANK_KEY };

struct candidate {
	size_t start, end;	/* of the bytes in the text */
	struct span value;	/* those bytes, or what they decode to (in the item's arena) */
	enum kind kind;
	enum rank rank;
	double confidence, chance;
	const char *rule;
	const char *checks[3];
};

enum { CANDIDATES_MAX = 1 << 16 };

struct credential_scan {
	const struct item *it;
	struct span s;			/* the text */
	bool is_code;			/* a program's source, where bare words are names */
	bool is_config;			/* settings, where bare words are values */
	bool is_table;			/* cells, parted by tabs and line ends */
	size_t *seen_to;		/* for each rule, up to where its hits are settled */
	size_t label_to, armour_to;	/* up to where labels and armour are settled */
	size_t value_to;		/* end of the last value a label got */
	struct buf candidates;
};

void candidate_add(struct credential_scan *c, const struct candidate *found);

/* label.c: a label word stands at [start, end). */
void credential_label(struct credential_scan *c, size_t start, size_t end);
/* label.c: the scan's text is a cell of a column, or the value of a member, of that name. */
void credential_cell(struct credential_scan *c, struct span label, enum kind kind);
/* private_key.c: an armour line's beginning ends at end. */
void credential_armour(struct credential_scan *c, size_t end);
/* place.c: lines of a file that is named for passwords. */
bool place_is_for_passwords(const char *trail);
void credential_place(struct credential_scan *c);
/* key_store.c: the item as a whole, by magic and name. */
int  credential_item(const struct item *it, struct sink *out);

/* token_check.c. Sets confidence, checks, chance and value by what the rule asks for; false: not one. */
bool token_check(const struct rule *r, struct candidate *found, struct arena *arena);
/* Adds the decoded bytes; white space, line escapes and the URL alphabet are allowed; false on other bytes. */
bool base64_decode(struct span text, struct buf *out);

#endif
