/*
 * Many regular expressions over one span in one pass, on Hyperscan; and one
 * expression on a short region with its groups, on PCRE2.
 *
 * Expressions are those both libraries share; letters and classes are ASCII
 * (no Unicode properties). What Hyperscan cannot do exactly (look-around,
 * back references) is searched with its prefilter, so that a hit means
 * "perhaps": confirm hits with a regex of the same text.
 * Both are made before the workers start and are then used by one thread a
 * process.
 */
#ifndef LIB_PATTERNS_H
#define LIB_PATTERNS_H

#include "base/fault.h"
#include "base/span.h"

enum {
	PATTERN_CASELESS = 1,
	PATTERN_START = 2,	/* hits carry their start; slower, for short expressions only */
	PATTERN_ONCE = 4,	/* one hit a scan at most */
	PATTERN_LITERAL = 8,	/* the text itself, no expression */
	PATTERN_UTF8 = 16,	/* the expression has non-ASCII letters that must fold */
};
struct pattern { struct span text; unsigned flags; };

struct patterns;

/*
 * OK; PART when only a prefilter is possible; E_UNSUPPORTED with the reason. width, when not NULL, is the
 * most bytes a match can have, SIZE_MAX without a bound.
 */
int pattern_check(const struct pattern *p, size_t *width, struct fault *why);

/*
 * Compiles count patterns, which are copied. cache names a directory in which
 * the compiled form is kept, by a digest of the patterns, the library's
 * version and the CPU; NULL, or a directory that cannot be written: none is
 * kept. A kept form whose digest is wrong is made again.
 */
int  patterns_open(const struct pattern *list, size_t count, const char *cache,
                   struct patterns **out, struct fault *why);
void patterns_close(struct patterns *p);

/*
 * Calls hit for each match, in order of its end: index in the list, start
 * (0 without PATTERN_START) and end. One match may be told with several ends.
 * A hit that returns non-zero stops the scan and becomes the result. Hits
 * must not scan with the same patterns.
 */
typedef int patterns_hit(void *user, unsigned index, size_t start, size_t end);
int patterns_scan(const struct patterns *p, struct span s, patterns_hit *hit, void *user);

/* $XDG_CACHE_HOME/strandline or $HOME/.cache/strandline, made when missing; false when there is none. */
bool patterns_cache_folder(char *path, size_t room);

enum { REGEX_GROUPS = 16 };
struct regex;
struct groups { unsigned count; struct span at[REGEX_GROUPS]; size_t start, end; };

int  regex_open(const struct pattern *p, struct regex **out, struct fault *why);
void regex_close(struct regex *r);
/* The first match at or after from; bounded work (what exceeds it does not match). groups may be NULL. */
bool regex_find(const struct regex *r, struct span s, size_t from, struct groups *groups);

#endif
