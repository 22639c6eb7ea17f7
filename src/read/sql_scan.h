/*
 * Scanning of SQL as dump programs write it (mysqldump, pg_dump, SQLite's
 * .dump, SQL Server's scripts): words, names, literals, ends of statements.
 * Offsets are into s; SIZE_MAX means that the end of s came first.
 */
#ifndef READ_SQL_SCAN_H
#define READ_SQL_SCAN_H

#include "base/buf.h"

size_t sql_skip_blanks(struct span s, size_t i);
/* Passes a word (letters in any case) and the blanks behind it; false, and *i as it was, where another stands. */
bool sql_word(struct span s, size_t *i, const char *word);
/* Passes a name, bare or quoted as `a`, "a", [a], of which only the last part of a.b.c is kept, and blanks. */
bool sql_name(struct span s, size_t *i, struct span *name);
/* Offset behind the literal whose quote stands at i. */
size_t sql_literal_end(struct span s, size_t i, bool has_backslash);
/* Offset behind the comment that begins at i; i itself where none begins. */
size_t sql_comment_end(struct span s, size_t i);
/* Offset behind the semicolon (or GO line) that ends the statement at i. */
size_t sql_statement_end(struct span s, size_t i, bool has_backslash);
/*
 * One value of a tuple from *i on: *content is what a literal in it holds
 * (between its quotes), or the value as written; *is_literal says which.
 * Returns the offset of the ',' or ')' behind it.
 */
size_t sql_value(struct span s, size_t i, bool has_backslash, struct span *content, bool *is_literal,
                 bool *has_escapes);
/* Adds what stands for a literal's content. */
void sql_unescape(struct span s, bool has_backslash, struct buf *out);

#endif
