/*
 * TOML 1.0 (toml.io/en/v1.0.0) into a tree, for rule files: tables, arrays
 * of tables, inline tables and arrays, the four kinds of strings, integers,
 * floats, booleans; dates are kept as their text.
 *
 * The tree lives in the arena; strings without escapes borrow from the
 * bytes. Nesting is bounded (32), and so is the number of values (1 << 20).
 * Strict about what would change a meaning (a key defined twice, an open
 * string), lenient about the rest.
 */
#ifndef LIB_TOML_H
#define LIB_TOML_H

#include "base/arena.h"
#include "base/fault.h"

enum toml_type { TOML_STRING, TOML_INTEGER, TOML_FLOAT, TOML_BOOL, TOML_DATE, TOML_ARRAY, TOML_TABLE };

struct toml {
	enum toml_type type;
	struct span key;	/* in a table; empty in an array */
	struct span string;	/* TOML_STRING, TOML_DATE */
	int64_t integer;	/* TOML_INTEGER, TOML_BOOL (0 or 1) */
	double number;		/* TOML_FLOAT, TOML_INTEGER */
	struct toml *first, *last, *next;	/* members of an array or table; the next sibling */
	unsigned line;		/* where it stands, from 1 */
	bool is_defined;	/* the parser's own: named by a header or closed inline */
};

/* OK, or E_DAMAGED with the line in why. */
int toml_parse(struct span bytes, struct arena *arena, struct toml **root, struct fault *why);
/* The member of that key, or NULL; t may be NULL. */
const struct toml *toml_get(const struct toml *t, const char *key);
/* The string of that key, or the empty span. */
struct span toml_string(const struct toml *t, const char *key);
/* First member of the array or table of that key, for walking by next; NULL when there is none. */
const struct toml *toml_members(const struct toml *t, const char *key);

#endif
