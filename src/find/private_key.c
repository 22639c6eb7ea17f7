/*
 * Private keys in armour: PEM (RFC 7468, RFC 1421 headers), OpenSSH (PROTOCOL.key), PGP (RFC 9580),
 * PuTTY .ppk. Public keys and certificates are no findings.
 */
#include "find/credential.h"

enum { BLOCK_MAX = 64 << 10, TYPE_MAX = 40 };

struct armour { size_t start, end; struct span type, body; bool is_whole; };

static bool read_armour(struct span s, size_t at, struct armour *a)
{
	size_t dashes = span_find(span_sub(s, at, TYPE_MAX + 5), span_str("-----"), 0);
	if (dashes == SIZE_MAX)
		return false;
	a->type = span_sub(s, at, dashes);
	a->start = at - 11;
	struct span rest = span_sub(s, at + dashes + 5, BLOCK_MAX);
	size_t close = span_find(rest, span_str("-----END "), 0), open = span_find(rest, span_str("-----BEGIN "), 0);
	a->is_whole = close != SIZE_MAX && (open == SIZE_MAX || close < open);
	size_t n = a->is_whole ? close : open != SIZE_MAX ? open : rest.n < 4096 ? rest.n : 4096;
	a->body = span_sub(rest, 0, n);
	a->end = at + dashes + 5 + n;
	if (a->is_whole) {
		size_t last = span_find(span_sub(rest, close + 9, TYPE_MAX + 5), span_str("-----"), 0);
		a->end += 9 + (last == SIZE_MAX ? 0 : last + 5);
	}
	return true;
}

/* Behind header lines and their blank line; headers have a colon. */
static struct span without_headers(struct span body)
{
	struct span rest = body, line, from = body;
	while (span_line(&rest, &line)) {
		if (span_find_byte(line, ':', 0) == SIZE_MAX && span_trim(line).n && line.p != body.p)
			break;
		if (span_find_byte(line, ':', 0) != SIZE_MAX && span_find_byte(line, '\\', 0) == SIZE_MAX)
			from = rest;
	}
	return from;
}

/* Quotes, plus signs and commas that string pieces of a program leave between lines. */
static void strip_code(struct span body, struct buf *b)
{
	for (size_t i = 0; i < body.n; i++) {
		int c = span_at(body, i);
		if (c != '"' && c != '\'' && c != ',' && c != '.')
			buf_add_byte(b, (unsigned char)c);
	}
}

/* The outer SEQUENCE is as long as what is there. */
static bool der_is_whole(struct span der)
{
	struct cur c = cur_of(der);
	if (cur_u8(&c) != 0x30)
		return false;
	uint64_t n = cur_u8(&c);
	if (n & 0x80) {
		unsigned bytes = n & 0x7f;
		n = 0;
		for (unsigned i = 0; i < bytes && i < 4; i++)
			n = n << 8 | cur_u8(&c);
	}
	return !c.bad && n >= 16 && n <= c.left.n && c.left.n - n < 4;
}

static bool openssh_is_whole(struct span key, bool *is_encrypted)
{
	struct cur c = cur_of(key);
	struct span magic = cur_take(&c, 15);
	struct span cipher = cur_take(&c, cur_u32be(&c));
	cur_take(&c, cur_u32be(&c));
	cur_take(&c, cur_u32be(&c));
	uint32_t keys = cur_u32be(&c);
	cur_take(&c, cur_u32be(&c));
	cur_take(&c, cur_u32be(&c));
	*is_encrypted = !span_equal(cipher, span_str("none"));
	return !c.bad && keys >= 1 && span_starts(magic, span_str("openssh-key-v1"));
}

static bool holds_word(struct span s, const char *word)
{
	return span_find(s, span_str(word), 0) != SIZE_MAX;
}

static void judge_pem(const struct armour *a, struct candidate *f)
{
	struct buf plain, der;
	buf_init(&plain, BLOCK_MAX);
	buf_init(&der, BLOCK_MAX);
	bool is_encrypted = holds_word(a->type, "ENCRYPTED") || holds_word(a->body, "Proc-Type: 4,ENCRYPTED");
	bool is_pgp = holds_word(a->type, "PGP");
	strip_code(without_headers(a->body), &plain);
	bool decodes = base64_decode(is_pgp ? span_sub(buf_span(&plain), 0, plain.n > 8 ? plain.n - 8 : 0) : buf_span(&plain), &der);
	bool holds = false;
	if (holds_word(a->type, "OPENSSH"))
		holds = openssh_is_whole(buf_span(&der), &is_encrypted);
	else if (is_pgp)
		holds = der.n > 200 && (span_at(buf_span(&der), 0) & 0x80);
	else if (is_encrypted && !holds_word(a->type, "ENCRYPTED"))
		holds = decodes && der.n >= 48 && der.n % 8 == 0;
	else
		holds = der_is_whole(buf_span(&der));
	f->confidence = !a->is_whole || der.n < 40 ? 0.4 : holds ? 0.98 : decodes && der.n >= 100 ? 0.6 : 0.4;
	f->checks[0] = a->is_whole ? "armour is whole" : "its end is missing";
	f->checks[1] = holds ? "the key's structure agrees" : "the key's structure does not agree";
	f->checks[2] = is_encrypted ? "encrypted with a passphrase" : "not encrypted";
	buf_release(&plain);
	buf_release(&der);
}

static void add_pem(struct credential_scan *c, const struct armour *a)
{
	struct candidate f = {
		.start = a->start, .end = a->end, .value = span_sub(c->s, a->start, a->end - a->start),
		.kind = KIND_PRIVATE_KEY, .rank = RANK_KEY, .rule = "private-key", .chance = 1e-12,
	};
	judge_pem(a, &f);
	candidate_add(c, &f);
}

/* "PuTTY-User-Key-File-2: ssh-rsa" up to the line "Private-MAC: ..." */
static void add_putty(struct credential_scan *c, size_t end)
{
	struct span rest = span_sub(c->s, end, BLOCK_MAX);
	size_t mac = span_find(rest, span_str("Private-MAC:"), 0), lines = span_find(rest, span_str("Private-Lines:"), 0);
	size_t eol = mac == SIZE_MAX ? SIZE_MAX : span_find_byte(rest, '\n', mac);
	size_t n = eol != SIZE_MAX ? eol : mac != SIZE_MAX ? rest.n : lines != SIZE_MAX ? lines : 0;
	if (!n)
		return;
	struct span head = span_sub(rest, 0, 400);
	struct candidate f = {
		.start = end - 20, .end = end + n, .kind = KIND_PRIVATE_KEY, .rank = RANK_KEY, .rule = "putty-key",
		.chance = 1e-12, .confidence = mac != SIZE_MAX && lines != SIZE_MAX ? 0.97 : 0.4,
		.checks = { "PuTTY key file", mac != SIZE_MAX ? "private lines and their MAC are there" : "its end is missing",
			holds_word(head, "Encryption: none") ? "not encrypted" : "encrypted with a passphrase" },
	};
	f.value = span_sub(c->s, f.start, f.end - f.start);
	candidate_add(c, &f);
	c->armour_to = f.end;
}

void credential_armour(struct credential_scan *c, size_t end)
{
	if (end < c->armour_to)
		return;
	if (end >= 20 && span_equal(span_sub(c->s, end - 20, 20), span_str("PuTTY-User-Key-File-"))) {
		add_putty(c, end);
		return;
	}
	struct armour a;
	if (end < 11 || !read_armour(c->s, end, &a) || !holds_word(a.type, "PRIVATE KEY"))
		return;
	add_pem(c, &a);
	c->armour_to = a.end;
}
