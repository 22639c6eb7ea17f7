/* The structure of a message, and transfer encodings. */
#include "lib/mime.h"

#include <gmime/gmime-encodings.h>
#include <stdio.h>
#include <string.h>

enum { DEPTH_MAX = 50, PARTS_MAX = 100000, BOUNDARY_MAX = 64 << 10 };

struct level { struct span boundary; uint32_t part; };

/* What is under way: the open multiparts, and the list. */
struct walk {
	struct span bytes;
	struct arena *arena;
	struct level levels[DEPTH_MAX];
	unsigned depth;
	struct mime_part *list;
	size_t count, room;
	bool is_cut;	/* too deep or too many */
};

/* A line that ends a region: offsets of it and behind it, and whose boundary it is. */
struct edge { size_t at, behind; unsigned level; bool is_close, is_end; };

static bool is_blank(struct span s)
{
	return span_trim(s).n == 0;
}

static bool is_padding(struct span s)
{
	int c = span_at(s, 0);
	return !s.n || c == ' ' || c == '\t' || c == '\r';
}

/*
 * RFC 2046 5.1.1: "--", the boundary, "--" for the last one, then padding.
 * An exact match of the whole line is not required, so anything may follow a blank.
 */
static bool boundary_matches(struct span line, struct span boundary, bool *is_close)
{
	struct span rest = span_from(line, 2);
	if (!span_starts(rest, boundary))
		return false;
	rest = span_from(rest, boundary.n);
	*is_close = span_starts(rest, span_str("--"));
	return is_padding(*is_close ? span_from(rest, 2) : rest);
}

static bool edge_of_line(const struct walk *w, struct span line, struct edge *e)
{
	if (!span_starts(line, span_str("--")))
		return false;
	for (unsigned i = w->depth; i-- > 0; )
		if (boundary_matches(line, w->levels[i].boundary, &e->is_close)) {
			e->level = i;
			return true;
		}
	return false;
}

/* The next boundary line at or after from, which is the start of a line; ends at the end of the bytes. */
static struct edge edge_find(const struct walk *w, size_t from)
{
	struct edge e = { .at = from };
	struct span rest = span_from(w->bytes, from);
	while (w->depth) {
		size_t dashes = span_starts(rest, span_str("--")) ? 0 : span_find(rest, span_str("\n--"), 0);
		if (dashes == SIZE_MAX)
			break;
		rest = span_from(rest, dashes + (span_at(rest, dashes) == '\n'));
		e.at = w->bytes.n - rest.n;
		struct span line;
		if (!span_line(&rest, &line))
			break;
		e.behind = w->bytes.n - rest.n;
		if (edge_of_line(w, line, &e))
			return e;
		if (e.behind && span_at(w->bytes, e.behind - 1) == '\n')
			rest = span_from(w->bytes, e.behind - 1);
	}
	return (struct edge){ .at = w->bytes.n, .behind = w->bytes.n, .is_end = true };
}

/* The line end before a boundary belongs to the boundary. */
static struct span region(const struct walk *w, size_t from, const struct edge *e)
{
	size_t to = e->at;
	if (!e->is_end && to > from && span_at(w->bytes, to - 1) == '\n')
		to--;
	if (!e->is_end && to > from && to < e->at && span_at(w->bytes, to - 1) == '\r')
		to--;
	return span_sub(w->bytes, from, to - from);
}

static struct mime_part *part_add(struct walk *w, uint32_t parent)
{
	if (w->count == w->room) {
		size_t room = w->room ? 2 * w->room : 16;
		struct mime_part *more = arena_array(w->arena, room, sizeof(*more));
		if (!more)
			return NULL;
		if (w->count)
			memcpy(more, w->list, w->count * sizeof(*more));
		w->list = more;
		w->room = room;
	}
	struct mime_part *p = &w->list[w->count++];
	*p = (struct mime_part){ .parent = parent };
	return p;
}

/* Header of a part: up to an empty line, which is passed, or a boundary line, or where no header can be. */
static struct span header_take(const struct walk *w, size_t *at)
{
	size_t from = *at, end = *at;
	struct span rest = span_from(w->bytes, from), line, before = rest;
	struct edge e;
	bool has_field = false;
	while (span_line(&rest, &line)) {
		if (!line.n) {
			*at = w->bytes.n - rest.n;
			return span_sub(w->bytes, from, end - from);
		}
		bool is_from = end == from && (span_starts(line, span_str("From ")) || span_starts(line, span_str(">From ")));
		has_field = has_field || mime_is_field(line);
		if (edge_of_line(w, line, &e) || (!has_field && !is_from))
			break;
		before = rest;
		end = w->bytes.n - before.n;
	}
	*at = w->bytes.n - before.n;
	return span_sub(w->bytes, from, end - from);
}

static struct mime_type default_type(const struct walk *w, uint32_t parent)
{
	bool is_digest = w->depth && strcmp(w->list[parent].type.s, "multipart/digest") == 0;
	struct mime_type t = { "text/plain" };
	if (is_digest)
		t = (struct mime_type){ "message/rfc822" };
	return t;
}

/* Begins a part at *at and moves *at to its body; a multipart goes on the stack. */
static int part_begin(struct walk *w, uint32_t parent, size_t *at, struct fault *why)
{
	struct mime_part *p = part_add(w, parent);
	if (!p)
		return fault_set(why, E_MEMORY, "no memory for %zu parts", w->count);
	p->header = header_take(w, at);
	struct span type = mime_field_named(p->header, "Content-Type");
	p->type = mime_type_of(type);
	if (!p->type.s[0])
		p->type = default_type(w, parent);
	if (strncmp(p->type.s, "multipart/", 10) != 0)
		return OK;
	struct span boundary = mime_param(type, "boundary", w->arena);
	if (!boundary.n || boundary.n > BOUNDARY_MAX || w->depth == DEPTH_MAX) {
		w->is_cut = w->is_cut || w->depth == DEPTH_MAX;
		p->type = (struct mime_type){ "text/plain" };
		return OK;
	}
	p->is_multipart = p->is_open = true;
	w->levels[w->depth++] = (struct level){ boundary, (uint32_t)(p - w->list) };
	return OK;
}

/* The region that just ended: a leaf's body, or a margin of a multipart when it holds anything. */
static int region_end(struct walk *w, uint32_t owner, struct span body, struct fault *why)
{
	struct mime_part *p = &w->list[owner];
	if (!p->is_multipart) {
		p->body = body;
		return OK;
	}
	if (is_blank(body))
		return OK;
	p = part_add(w, owner);
	if (!p)
		return fault_set(why, E_MEMORY, "no memory for %zu parts", w->count);
	p->is_margin = true;
	p->body = body;
	p->type = (struct mime_type){ "text/plain" };
	return OK;
}

/* Each turn passes one boundary line, so it ends with the bytes. */
static int parts_walk(struct walk *w, struct fault *why)
{
	size_t at = 0;
	int e = part_begin(w, 0, &at, why);
	uint32_t owner = 0;
	while (!e) {
		struct edge edge = edge_find(w, at);
		if (w->count >= PARTS_MAX) {
			w->is_cut = true;
			edge = (struct edge){ .at = w->bytes.n, .behind = w->bytes.n, .is_end = true };
		}
		e = region_end(w, owner, region(w, at, &edge), why);
		if (e || edge.is_end)
			break;
		at = edge.behind;
		owner = w->levels[edge.level].part;
		w->depth = edge.level + !edge.is_close;
		if (edge.is_close) {
			w->list[owner].is_open = false;
			continue;
		}
		uint32_t new = (uint32_t)w->count;
		e = part_begin(w, owner, &at, why);
		owner = new;
	}
	return e;
}

int mime_parts(struct span message, struct arena *arena, struct mime_part **list, size_t *count,
               struct fault *why)
{
	struct walk w = { .bytes = message, .arena = arena };
	int e = parts_walk(&w, why);
	if (e)
		return e;
	*list = w.list;
	*count = w.count;
	if (w.is_cut)
		return fault_set(why, PART, "more than %d levels or %d parts", DEPTH_MAX, PARTS_MAX);
	return OK;
}

enum mime_encoding mime_encoding_of(struct span header)
{
	static const struct { const char *name; enum mime_encoding encoding; } names[] = {
		{ "base64", MIME_BASE64 }, { "quoted-printable", MIME_QUOTED },
		{ "x-uuencode", MIME_UU }, { "uuencode", MIME_UU }, { "x-uue", MIME_UU }, { "uue", MIME_UU },
	};
	struct span value = span_trim(mime_field_named(header, "Content-Transfer-Encoding"));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_starts_nocase(value, span_str(names[i].name)))
			return names[i].encoding;
	return MIME_PLAIN;
}

/* One line of uuencode: its length in bytes, then four characters for each three bytes. */
static void uu_line(struct span line, struct buf *out)
{
	size_t bytes = (size_t)(span_at(line, 0) - ' ') & 63;
	for (size_t at = 1; bytes && at < line.n; at += 4) {
		uint32_t group = 0;
		for (size_t i = 0; i < 4; i++) {
			int c = span_at(line, at + i);
			group = group << 6 | (c < 0 ? 0 : (uint32_t)(c - ' ') & 63);
		}
		for (int i = 0; i < 3 && bytes; i++, bytes--)
			buf_add_byte(out, group >> (16 - 8 * i) & 255);
	}
}

static void uu_decode(struct span body, struct buf *out)
{
	struct span line;
	bool is_begun = false;
	while (span_line(&body, &line)) {
		if (is_begun && span_equal(span_trim(line), span_str("end")))
			return;
		if (is_begun && line.n)
			uu_line(line, out);
		is_begun = is_begun || span_starts(line, span_str("begin "));
	}
}

void mime_decode(struct span body, enum mime_encoding encoding, struct buf *out)
{
	enum { CHUNK = 1 << 16 };
	GMimeEncoding state;
	if (encoding == MIME_UU) {
		uu_decode(body, out);
		return;
	}
	g_mime_encoding_init_decode(&state, encoding == MIME_BASE64 ? GMIME_CONTENT_ENCODING_BASE64
		: encoding == MIME_QUOTED ? GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE : GMIME_CONTENT_ENCODING_BINARY);
	while (body.n) {
		struct span part = span_sub(body, 0, CHUNK);
		unsigned char *to = buf_reserve(out, g_mime_encoding_outlen(&state, part.n) + 64);
		if (!to)
			return;
		out->n += g_mime_encoding_step(&state, (const char *)part.p, part.n, (char *)to);
		body = span_from(body, part.n);
	}
	unsigned char *to = buf_reserve(out, 256);
	if (to)
		out->n += g_mime_encoding_flush(&state, "", 0, (char *)to);
}
