/*
 * JSON (RFC 8259) as a tape of nodes: parsed without recursion, in bounds.
 * Comments and trailing commas, which configuration files have, pass.
 */
#ifndef READ_JSON_H
#define READ_JSON_H

#include "base/arena.h"
#include "base/buf.h"

enum {
	JSON_DEPTH_MAX = 512,
	JSON_NODES_MAX = 1 << 20,
};

enum json_type { JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_SCALAR };

struct json_node {
	enum json_type type;
	bool has_escapes;	/* the value of a string */
	uint32_t count;		/* members or elements */
	uint32_t parent, end;	/* indices: of its container, and behind its last descendant */
	struct span key;	/* as written, between its quotes; empty in arrays */
	struct span value;	/* a string's between its quotes, a number, true, false, null */
};

struct json {
	struct span s;
	size_t at;
	const char *bad;	/* what is wrong at offset at, or NULL */
	bool is_cut;		/* it went wrong by reaching the end */
};

enum json_token {
	JSON_END, JSON_BAD, JSON_OPEN_OBJECT = '{', JSON_CLOSE_OBJECT = '}', JSON_OPEN_ARRAY = '[',
	JSON_CLOSE_ARRAY = ']', JSON_COMMA = ',', JSON_COLON = ':', JSON_IS_STRING = '"', JSON_IS_SCALAR = '0',
};
/* The next token; a string's content goes to *value with *has_escapes, a scalar's text too. */
enum json_token json_next(struct json *j, struct span *value, bool *has_escapes);

/*
 * The value at j->at. Nodes are in order of appearance, a container before
 * what it holds. False with bad set where it is malformed; what came before
 * is then on the tape all the same.
 */
struct json_tape { struct json_node *nodes; uint32_t n, room; };
void json_tape_release(struct json_tape *t);
bool json_parse(struct json *j, struct json_tape *t);

/*
 * Adds the string that s, between quotes, stands for; where raw_at is given
 * it receives for each byte added the offset in s, its room being s.n + 1.
 */
void json_unescape(struct span s, struct buf *out, uint64_t *raw_at);

#endif
