/*
 * Lexicon: everything of credentials, infrastructure, accounting, health and
 * screenplays that is found by a word or expression, compiled into one
 * database, so that a text is scanned once for all of them.
 *
 * find_credential's row scans each text and table (lexicon_scan): it gets the
 * hits of token rules and labels, and phrases are counted in the item's note,
 * which the other families read when the item ends (lexicon_notes).
 */
#ifndef FIND_LEXICON_H
#define FIND_LEXICON_H

#include "core/item.h"
#include "find/rules.h"

/* A phrase and what it is evidence for; tables of them stand in phrases.def. */
enum topic {
	TOPIC_PAYROLL, TOPIC_LEDGER, TOPIC_INVOICE, TOPIC_TAX_FORM, TOPIC_BANK_STATEMENT, TOPIC_CONTRACT,
	TOPIC_MEDICAL, TOPIC_SCREENPLAY_HEADING, TOPIC_SCREENPLAY, TOPIC_CONFIG_CISCO, TOPIC_CONFIG_JUNOS,
	TOPIC_CONFIG_FORTINET, TOPIC_CONFIG_IPTABLES, TOPIC_CONFIG_OPENVPN, TOPIC_CONFIG_WIREGUARD,
	TOPIC_INVENTORY, TOPIC_DEVICE, TOPIC_BLANK_FORM, TOPIC_COUNT
};
const char *topic_phrase(unsigned phrase);
enum topic  topic_of(unsigned phrase);

enum { PHRASES_MAX = 640 };
struct lexicon_notes {
	uint64_t text_bytes;			/* scanned so far */
	uint32_t texts;
	uint16_t count[PHRASES_MAX];		/* hits a phrase; saturates; phrases marked once count texts */
};
/* The item's counts, or NULL when nothing was scanned. */
const struct lexicon_notes *lexicon_notes(const struct item *it);
/* Sum of weights of the topic's distinct phrases seen; *distinct of them. */
unsigned lexicon_score(const struct lexicon_notes *n, enum topic t, unsigned *distinct);
/* Hits of the topic's phrases in all. */
unsigned lexicon_hits(const struct lexicon_notes *n, enum topic t);

/* Compiles, or takes from the cache; once, in init. */
int lexicon_open(const struct options *o, struct fault *why);
const struct rules *lexicon_rules(void);

/* What find_credential hears of. */
struct lexicon_events {
	int (*token)(void *user, const struct rule *r, unsigned index, size_t end);
	int (*label)(void *user, size_t start, size_t end);
	int (*pem)(void *user, size_t end);
};
int lexicon_scan(const struct item *it, struct span utf8, const struct lexicon_events *events, void *user);

#endif
