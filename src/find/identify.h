/*
 * What find_identity.c, identify_text.c, identify_table.c and identify_mrz.c share.
 *
 * A form is how characters stand: "3-2-4". Rules are found by form.
 */
#ifndef FIND_IDENTIFY_H
#define FIND_IDENTIFY_H

#include "core/part.h"
#include "find/context.h"
#include "find/prefilter.h"
#include "find/rule.h"

enum { RULES_MAX = 64, FORM_MAX = 24 };

/* All rules, in one order; rule_count of them. Constant after start. */
extern const struct rule *identify_rules[RULES_MAX];
extern unsigned identify_rule_count;

/*
 * Rules that look at digits of that form ("3-2-4"; '_' for a space), at most room of them as indexes.
 */
unsigned identify_by_form(const char *form, uint8_t *out, unsigned room);
/* Rules whose pattern of letters and digits fits. */
unsigned identify_by_pattern(const struct shape *c, uint8_t *out, unsigned room);
/* Labelled rules ("~6-10") whose length fits. */
unsigned identify_by_length(const struct shape *c, uint8_t *out, unsigned room);

/* One candidate that was proven, or a dummy. */
struct found {
	uint32_t at, end;
	uint8_t rule;
	bool is_dummy, is_grouped, is_named, is_near;	/* named by a label; words near speak for it */
	float worth;			/* log-odds so far */
};
enum { RULE_MRZ = 255 };		/* a place already told as an MRZ: others keep off */

/* How often a rule's forms were proven and refuted by distinct values, bare and grouped. */
struct tally { uint32_t proven[2], refuted[2]; };

/* One text under way. */
struct scan {
	struct span text;
	struct found *found;
	size_t count, room;
	struct tally tally[RULES_MAX];
	uint64_t seen[256];		/* hashes of values tallied */
	size_t mrz_end;
	struct label_cache labels;
	struct context context;		/* near and label of the candidate at context_at, when has_context */
	size_t context_at;
	bool has_context;
	const struct item *it;
	struct sink *out;
	struct where (*place)(const struct scan *s, size_t at, size_t end);
	const void *source;		/* what place needs */
	int code;			/* what the sink said */
};

/* 1 / (1 + e^-x), at most 0.99. */
double identify_confidence(double log_odds);
/* Log-odds that proven values are meant, given refuted ones of the same form. */
double identify_density(const struct rule *r, double proven, double refuted);
/* What a context says for or against a rule. */
double identify_context(const struct rule *r, const struct context *c, struct found *f);
bool identify_wants(const struct item *it, enum kind k);

/* Fills s->found from s->text and its tokens in p, sorted and without overlaps, worth complete. */
enum { IDENTIFY_TOKENS = TOKENS_DIGITS | TOKENS_UPPER | TOKENS_YEAR | TOKENS_FILLER };
void identify_scan(struct scan *s, struct prefilter *p);
void identify_digits(struct scan *s, size_t at);
void identify_upper(struct scan *s, size_t at);
void identify_year(struct scan *s, size_t at);
/* Tells the MRZ around fillers at a place to the sink at once, and keeps the place for itself. */
void identify_mrz(struct scan *s, size_t at);
void identify_add(struct scan *s, const struct found *f);
/* Judges one shape at [at, end) by the rules given, with its context. */
void identify_judge(struct scan *s, const struct shape *c, size_t at, size_t end, const uint8_t *rules, unsigned count);
/* Gives one finding. */
int identify_give(const struct item *it, struct sink *out, const struct found *f, struct span value, struct where where,
                  const char *why_many);

int identify_table(const struct item *it, const struct table *t, struct sink *out);

#endif
