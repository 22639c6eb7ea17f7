/*
 * Lexicon: everything of credentials, infrastructure, accounting, health and
 * screenplays that is found by a word or expression, compiled into few
 * databases, so that a text is scanned once for all of them.
 *
 * find_credential's row scans each text and table (lexicon_scan): it gets the
 * hits of token rules and labels, and phrases are counted in the item's note,
 * which the other families read when the item ends (lexicon_notes). Their
 * text function is lexicon_text, which scans only what was not scanned.
 */
#ifndef FIND_LEXICON_H
#define FIND_LEXICON_H

#include "core/part.h"
#include "find/rules.h"

/* A phrase and what it is evidence for; tables of them stand in phrases.def. */
enum topic {
	TOPIC_PAYROLL, TOPIC_LEDGER, TOPIC_INVOICE, TOPIC_TAX_FORM, TOPIC_BANK_STATEMENT, TOPIC_CONTRACT,
	TOPIC_MEDICAL, TOPIC_SCREENPLAY_HEADING, TOPIC_SCREENPLAY, TOPIC_CONFIG_CISCO, TOPIC_CONFIG_JUNOS,
	TOPIC_CONFIG_FORTINET, TOPIC_CONFIG_IPTABLES, TOPIC_CONFIG_OPENVPN, TOPIC_CONFIG_WIREGUARD,
	TOPIC_INVENTORY, TOPIC_ADDRESS, TOPIC_HOST_LINE, TOPIC_DEVICE, TOPIC_MONEY, TOPIC_BLANK_FORM, TOPIC_COUNT
};
/* Phrases say what an item as a whole is, which its beginning tells: bytes of each text they are looked for in. */
enum { PHRASES_MAX = 640, LEXICON_HEAD = 128 << 10 };
struct lexicon_notes {
	uint64_t text_bytes;			/* scanned so far */
	uint32_t texts;
	struct span last;			/* the text scanned last */
	uint64_t last_base;
	bool is_telling;			/* a text held phrases after which all others are looked for */
	uint32_t passwords;			/* asserted ones, as find_credential counted them */
	uint16_t count[PHRASES_MAX];		/* hits a phrase; saturates; phrases marked once count texts */
};
/* The item's counts, or NULL when nothing was scanned. */
const struct lexicon_notes *lexicon_notes(const struct item *it);
void lexicon_count_password(const struct item *it);
/* Sum of weights of the topic's distinct phrases seen; *distinct of them. */
unsigned lexicon_score(const struct lexicon_notes *n, enum topic t, unsigned *distinct);
/* True when a phrase of the greatest weight, one that names the thing, was seen. */
bool lexicon_names(const struct lexicon_notes *n, enum topic t);
/* Hits of the topic's phrases in all. */
unsigned lexicon_hits(const struct lexicon_notes *n, enum topic t);
/* Hits of the topic's phrase that has most. */
unsigned lexicon_count(const struct lexicon_notes *n, enum topic t);

/* Compiles, or takes from the cache; once, in init. */
int lexicon_open(const struct options *o, struct fault *why);
const struct rules *lexicon_rules(void);

/* What find_credential hears of. */
struct lexicon_events {
	int (*token)(void *user, const struct rule *r, unsigned index, size_t end);
	int (*label)(void *user, size_t start, size_t end);
	int (*pem)(void *user, size_t end);
};
int lexicon_text(const struct item *it, const struct text *t, struct sink *out);
/* Says which text was just scanned whole by lexicon_scan. */
void lexicon_mark(const struct item *it, const struct text *t);
/*
 * How phrases are looked for: all at once in pages, bodies, drawings and tables; in plain text all once a key
 * phrase stood in it; not at all in programs' sources, which are no documents.
 */
enum lexicon_sort { LEXICON_PLAIN, LEXICON_DOCUMENT, LEXICON_SOURCE };
enum lexicon_sort lexicon_sort_of(const struct item *it, const struct text *t);
bool lexicon_is_drawing(const struct item *it);
/* events may be NULL: phrases alone. */
int lexicon_scan(const struct item *it, struct span utf8, enum lexicon_sort sort, const struct lexicon_events *events, void *user);

#endif
