/*
 * Uuencoded files: "begin MODE NAME", lines of a length character and
 * sextets, "end" (POSIX uuencode, historical and Base64 forms). The text
 * between such blocks is handed on as text.
 */
#include "core/part.h"
#include "lib/encoding.h"

#include <ctype.h>

enum { HEAD = 64 << 10, FILE_MAX = 1 << 30, NAME_MAX_LEN = 1000 };

/* "begin 644 name" or "begin-base64 644 name"; mode is three or four octal digits. */
static bool take_begin(struct span line, bool *is_base64, struct span *name)
{
	struct span plain = span_str("begin "), base64 = span_str("begin-base64 ");
	*is_base64 = span_starts(line, base64);
	if (!*is_base64 && !span_starts(line, plain))
		return false;
	struct span rest = span_from(line, *is_base64 ? base64.n : plain.n);
	size_t digits = 0;
	while (span_at(rest, digits) >= '0' && span_at(rest, digits) <= '7')
		digits++;
	*name = span_trim(span_from(rest, digits));
	return (digits == 3 || digits == 4) && span_at(rest, digits) == ' ' && name->n && name->n <= NAME_MAX_LEN;
}

static int sextet(int c)
{
	return c >= 0x20 && c <= 0x60 ? (c - 0x20) & 63 : -1;
}

/* A data line: its length character, then four characters for three bytes. Cut blanks at the end count as zeroes. */
static bool decode_line(struct span line, struct buf *out)
{
	int n = sextet(span_at(line, 0));
	if (n < 0)
		return false;
	size_t groups = ((size_t)n + 2) / 3;
	if (line.n > 1 + groups * 4 + 2)	/* a checksum character may follow */
		return false;
	for (size_t g = 0; g < groups; g++) {
		uint32_t bits = 0;
		for (size_t i = 0; i < 4; i++) {
			size_t at = 1 + g * 4 + i;
			int s = at < line.n ? sextet(span_at(line, at)) : 0;
			if (s < 0)
				return false;
			bits = bits << 6 | (uint32_t)s;
		}
		for (size_t i = 0; i < 3 && g * 3 + i < (size_t)n; i++)
			buf_add_byte(out, bits >> (16 - 8 * i) & 255);
	}
	return true;
}

static int base64_value(int c)
{
	if (isupper(c))
		return c - 'A';
	if (islower(c))
		return c - 'a' + 26;
	return isdigit(c) ? c - '0' + 52 : c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool decode_base64_line(struct span line, struct buf *out)
{
	uint32_t bits = 0, have = 0;
	for (size_t i = 0; i < line.n && span_at(line, i) != '='; i++) {
		int v = base64_value(span_at(line, i));
		if (v < 0)
			return false;
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		buf_add_byte(out, bits >> have & 255);
	}
	return true;
}

/* The block behind its begin line, which rest is moved behind. PART when it breaks off. */
static int decode_block(struct span *rest, bool is_base64, struct buf *out, struct fault *why)
{
	struct span line, before = *rest;
	while (span_line(rest, &line)) {	/* takes a line a turn */
		if (span_equal(span_trim(line), span_str(is_base64 ? "====" : "end")))
			return OK;
		if (!(is_base64 ? decode_base64_line(line, out) : !line.n || decode_line(line, out))) {
			*rest = before;
			return fault_set(why, PART, "no uuencoded line after %zu bytes", out->n);
		}
		before = *rest;
	}
	return fault_set(why, PART, "no end after %zu bytes", out->n);
}

static int uu_probe(struct span head, const struct item *it)
{
	struct span line, name;
	bool is_base64;
	while (span_line(&head, &line)) {
		if (!take_begin(line, &is_base64, &name) || !span_line(&head, &line))
			continue;
		struct buf b;
		buf_init(&b, 256);
		bool fits = is_base64 ? decode_base64_line(line, &b) : decode_line(line, &b);
		fits = fits && b.n;
		buf_release(&b);
		if (fits)
			return 45;
	}
	return 0;
}

static int give_text(struct sink *out, struct span bytes, uint64_t at)
{
	if (!span_trim(bytes).n)
		return OK;
	if (encoding_is_utf8(bytes)) {
		struct text t = { .utf8 = bytes, .space = SPACE_RAW, .base = at };
		return sink_text(out, &t);
	}
	struct buf clean;
	buf_init(&clean, bytes.n * 3 + 16);
	encoding_scrub_utf8(bytes, &clean);
	struct text t = { .utf8 = buf_span(&clean), .space = SPACE_TEXT };
	int e = sink_text(out, &t);
	buf_release(&clean);
	return e;
}

/* Text up to TEXT_MAX in one piece, longer ones cut. */
static int give_text_in_pieces(struct sink *out, struct span bytes, uint64_t at)
{
	int e = OK;
	for (size_t from = 0; from < bytes.n && e >= 0; from += TEXT_MAX)
		e = give_text(out, span_sub(bytes, from, TEXT_MAX), at + from);
	return e;
}

static int give_block(struct sink *out, struct span name, struct span *rest, bool is_base64, uint64_t at)
{
	struct buf b;
	struct fault why = { "" };
	buf_init(&b, FILE_MAX);
	int r = decode_block(rest, is_base64, &b, &why);
	struct child c = { .name = name, .bytes = buf_span(&b), .times = TIMES_UNKNOWN };
	int e = sink_spend(out, b.n + 4096);
	if (e >= 0 && r == PART)
		e = sink_damage(out, STATUS_PARTIAL, at, 0, why.text);
	if (e >= 0)
		e = b.is_full ? sink_child_lost(out, &c, STATUS_SKIPPED, "too large to decode") : sink_child(out, &c);
	buf_release(&b);
	return e < 0 ? e : r;
}

static int uu_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct span rest = it->bytes, line, name;
	size_t text_at = 0;
	bool is_base64, is_part = false;
	while (rest.n) {	/* takes a line a turn */
		size_t at = it->bytes.n - rest.n;
		span_line(&rest, &line);
		if (!take_begin(line, &is_base64, &name))
			continue;
		int e = give_text_in_pieces(out, span_sub(it->bytes, text_at, at - text_at), text_at);
		if (e >= 0)
			e = give_block(out, name, &rest, is_base64, at);
		if (e < 0)
			return e;
		is_part |= e == PART;
		text_at = it->bytes.n - rest.n;
	}
	int e = give_text_in_pieces(out, span_from(it->bytes, text_at), text_at);
	return e < 0 ? e : is_part ? fault_set(why, PART, "an uuencoded file breaks off") : OK;
}

const struct reader reader_uu = {
	.name = "uu", .help = "uuencoded files", .type = "text/x-uuencode", .peek = HEAD,
	.probe = uu_probe, .read = uu_read,
};
