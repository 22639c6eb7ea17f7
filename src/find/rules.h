/*
 * Rules for tokens, read from gitleaks' TOML schema: our own file and the
 * user's (--rules). Of a rule: id, description, regex, secretGroup, entropy,
 * keywords, path, allowlist / allowlists; of the file: allowlist(s). [extend]
 * is passed over, since ours are always there. RE2's syntax is read as
 * PCRE2's, which differs in nothing those files use.
 * Made before the workers start; read only afterwards.
 */
#ifndef FIND_RULES_H
#define FIND_RULES_H

#include "core/kind.h"
#include "lib/patterns.h"
#include "lib/toml.h"

/* Beside gitleaks' schema, ours: what a hit is checked for. */
enum token_check {
	TOKEN_PLAIN, TOKEN_CRC32_BASE62, TOKEN_JWT, TOKEN_BASIC, TOKEN_BASE58CHECK, TOKEN_BITLOCKER,
	TOKEN_DISCORD, TOKEN_CISCO7, TOKEN_PWDUMP, TOKEN_PLACEHOLDER, TOKEN_CHECK_COUNT
};

struct regex_list { struct regex **at; size_t count; };
struct span_list { struct span *at; size_t count; };

enum allow_target { ALLOW_SECRET, ALLOW_MATCH, ALLOW_LINE };
struct allow {
	struct allow *next;
	bool needs_all;			/* condition = "AND" */
	enum allow_target target;
	struct regex_list regexes, paths;
	struct span_list stopwords;	/* found anywhere in the secret, without regard to case */
};

struct rule {
	const char *id;
	struct pattern pattern;		/* empty text: the path decides alone */
	struct pattern search;		/* what the text is scanned for: the pattern, or its anchor */
	struct regex *regex, *path;	/* path: or NULL */
	size_t width;			/* most bytes of a match, SIZE_MAX without a bound */
	unsigned group;			/* 0: the first that took part, else the whole match */
	double entropy, confidence, chance;
	struct span_list keywords;	/* one must stand in the text; in lower case */
	struct allow *allow;
	enum kind kind;
	enum token_check check;
	bool is_users;
};
struct rules { struct rule *at; size_t count; struct allow *allow; };

/* Reads a file of rules and adds them. E_USAGE with the rule's id and what is wrong. */
int rules_load(struct rules *r, struct span toml, bool is_users, struct arena *arena, struct fault *why);

/* True when the rule's or the file's allowlists let the hit pass. */
bool rule_allows(const struct rules *all, const struct rule *r, const char *path,
                 struct span secret, struct span match, struct span line);
/* Shannon's entropy of the bytes, in bits a byte. */
double span_entropy(struct span s);

#endif
