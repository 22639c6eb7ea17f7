/*
 * Records: what can be exported (findings, items, ...), apart from the
 * formats it is written in. A set gives rows of values for its fields, in an
 * order that depends on the input alone; a format writes them.
 */
#ifndef REPORT_RECORD_H
#define REPORT_RECORD_H

#include <stdio.h>

#include "store/case.h"

enum field_type {
	FIELD_TEXT, FIELD_INTEGER, FIELD_NUMBER, FIELD_BOOL,
	FIELD_TIME,		/* integer: nanoseconds since 1970; written as RFC 3339 UTC */
	FIELD_JSON		/* text is JSON: an object or array */
};
struct field { const char *name; enum field_type type; };

struct value {
	bool is_there;		/* else null */
	struct span text;
	int64_t integer;
	double number;
};

typedef int record_row(void *user, const struct value *values, struct fault *why);

struct record_set {
	const char *name;	/* "findings" */
	const struct field *fields;
	unsigned count;
	/* Calls row for each record. reveal: clear values, else masks. */
	int (*each)(struct case_file *c, bool reveal, record_row *row, void *user, struct fault *why);
};
extern const struct record_set *const record_sets[];
const struct record_set *record_set_named(const char *name);
/* Where in a row the field of that name stands, -1 when there is none. */
int set_field(const struct record_set *s, const char *name);
/* The value of that name in a row; null when there is none. */
struct value record_value(const struct record_set *s, const struct value *row, const char *name);

struct format {
	const char *name;	/* "jsonl" */
	const char *sets;	/* names of the sets it can write, "findings people"; NULL: all */
	int (*write)(struct case_file *c, const struct record_set *s, bool reveal, FILE *to, struct fault *why);
};
extern const struct format *const formats[];
const struct format *format_named(const char *name, const struct record_set *s);

/* Helpers for sets. */
static inline struct value value_text(struct span s) { return (struct value){ .is_there = true, .text = s }; }
static inline struct value value_integer(int64_t i) { return (struct value){ .is_there = true, .integer = i }; }
static inline struct value value_number(double n) { return (struct value){ .is_there = true, .number = n }; }
struct value value_column_text(sqlite3_stmt *s, int column);	/* null stays null */
struct value value_column_integer(sqlite3_stmt *s, int column);
struct value value_column_hex(sqlite3_stmt *s, int column, struct buf *keep);

/* A line, or a whole piece, to where a format writes; is_full of b is looked at too. Clears b. */
int record_put(FILE *to, struct buf *b, struct fault *why);

/* JSON, for sets and formats. */
void json_string(struct buf *b, struct span utf8);	/* with quotes; control characters escaped, bad UTF-8 as U+FFFD */
void json_number(struct buf *b, double n);
void json_value(struct buf *b, const struct field *f, const struct value *v);
/* "2014-11-24T08:15:00Z", with a fraction only where there is one. */
void time_rfc3339(struct buf *b, int64_t nanoseconds);

#endif
