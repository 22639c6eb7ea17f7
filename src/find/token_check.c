/*
 * Checks inside tokens.
 * GitHub and npm: the last six characters are the CRC-32 of those between the prefix and them, in base 62
 * (github.blog, "Behind GitHub's new authentication token formats", 2021).
 * JWT: RFC 7519. Base58Check: Bitcoin wiki. BitLocker: each group of six digits is a multiple of 11 below 720896.
 * Cisco type 7: the published constant key.
 */
#include "find/credential.h"
#include "find/secret_value.h"

#include <openssl/sha.h>
#include <string.h>
#include <zlib.h>

static int base64_digit(int c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(struct span text, struct buf *out)
{
	uint32_t bits = 0;
	int count = 0;
	for (size_t i = 0; i < text.n; i++) {
		int c = span_at(text, i), d = base64_digit(c);
		if (c == '\\' && (span_at(text, i + 1) == 'n' || span_at(text, i + 1) == 'r')) {
			i++;
			continue;
		}
		if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '=')
			continue;
		if (d < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		count += 6;
		if (count >= 8) {
			count -= 8;
			buf_add_byte(out, (unsigned char)(bits >> count));
		}
	}
	return !out->is_full;
}

static int base62_digit(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'z' ? c - 'a' + 36 : -1;
}

static bool crc_holds(struct span token)
{
	size_t prefix = span_starts(token, span_str("github_pat_")) ? 11 : 4;
	if (token.n < prefix + 7)
		return false;
	struct span body = span_sub(token, prefix, token.n - prefix - 6);
	uint64_t stated = 0;
	for (size_t i = token.n - 6; i < token.n; i++)
		stated = stated * 62 + (uint64_t)base62_digit(span_at(token, i));
	return stated == crc32(0, body.p, (unsigned)body.n);
}

/* A token whose checksum fails was made up or altered; it may still have been masked by hand. */
static bool check_crc(struct candidate *f)
{
	bool holds = crc_holds(f->value);
	f->confidence = holds ? 0.99 : 0.55;
	f->checks[1] = holds ? "CRC-32 in base 62 agrees" : "its CRC-32 does not agree";
	if (holds)
		f->chance *= 1.0 / 4294967296.0;
	return true;
}

static bool check_jwt(struct candidate *f)
{
	struct buf b;
	buf_init(&b, 1 << 14);
	size_t dot = span_find_byte(f->value, '.', 0);
	bool ok = dot != SIZE_MAX && base64_decode(span_sub(f->value, 0, dot), &b) &&
		span_starts(buf_span(&b), span_str("{\"")) && span_find(buf_span(&b), span_str("\"alg\""), 0) != SIZE_MAX;
	buf_release(&b);
	f->confidence = ok ? 0.95 : 0.4;
	f->checks[1] = ok ? "its header decodes and names an algorithm" : "its header does not decode";
	return true;
}

static bool is_text(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (span_at(s, i) < 0x20 || span_at(s, i) == 0x7f)
			return false;
	return s.n > 0;
}

/* user:password in base64; the password is the value. */
static bool check_basic(struct candidate *f, struct arena *arena)
{
	struct buf b;
	buf_init(&b, 1 << 12);
	bool ok = base64_decode(f->value, &b) && is_text(buf_span(&b));
	size_t colon = span_find_byte(buf_span(&b), ':', 0);
	ok = ok && colon != SIZE_MAX && colon + 1 < b.n;
	if (ok) {
		f->value = arena_copy(arena, span_from(buf_span(&b), colon + 1));
		f->checks[1] = "base64 decodes to user:password";
		f->confidence = value_is_placeholder(f->value) ? 0.4 : 0.9;
	}
	buf_release(&b);
	return ok && f->value.n;
}

static bool base58check(struct span s)
{
	static const char digits[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
	unsigned char n[128] = { 0 }, d[SHA256_DIGEST_LENGTH];
	size_t used = 0;
	for (size_t i = 0; i < s.n; i++) {
		const char *at = strchr(digits, span_at(s, i));
		if (!at)
			return false;
		unsigned carry = (unsigned)(at - digits);
		for (size_t k = 0; k < used || carry; k++) {
			if (k == sizeof(n))
				return false;
			carry += n[k] * 58u;
			n[k] = (unsigned char)carry;
			carry >>= 8;
			used = k + 1 > used ? k + 1 : used;
		}
	}
	if (used < 8)
		return false;
	for (size_t i = 0; i < used / 2; i++) {
		unsigned char c = n[i];
		n[i] = n[used - 1 - i];
		n[used - 1 - i] = c;
	}
	SHA256(n, used - 4, d);
	SHA256(d, sizeof(d), d);
	return memcmp(n + used - 4, d, 4) == 0;
}

static bool bitlocker_holds(struct span s)
{
	for (size_t i = 0; i + 6 <= s.n; i += 7) {
		unsigned n = 0;
		for (size_t k = 0; k < 6; k++)
			n = n * 10 + (unsigned)(span_at(s, i + k) - '0');
		if (n % 11 || n >= 720896)
			return false;
	}
	return true;
}

/* The first part of a bot token is its account's number in base64: digits. */
static bool discord_holds(struct span s)
{
	struct buf b;
	buf_init(&b, 256);
	size_t dot = span_find_byte(s, '.', 0);
	bool ok = dot != SIZE_MAX && base64_decode(span_sub(s, 0, dot), &b) && b.n >= 16;
	for (size_t i = 0; ok && i < b.n; i++)
		ok = span_at(buf_span(&b), i) >= '0' && span_at(buf_span(&b), i) <= '9';
	buf_release(&b);
	return ok;
}

static int hex_pair(struct span s, size_t i)
{
	int v = 0;
	for (size_t k = 0; k < 2; k++) {
		int c = span_at(s, i + k) | 0x20;
		v = v * 16 + (c >= 'a' ? c - 'a' + 10 : c - '0');
	}
	return v;
}

static bool check_cisco7(struct candidate *f, struct arena *arena)
{
	static const char key[] = "dsfd;kfoA,.iyewrkldJKDHSUBsgvca69834ncxv9873254k;fg87";
	size_t salt = (size_t)(span_at(f->value, 0) - '0') * 10 + (size_t)(span_at(f->value, 1) - '0');
	struct buf b;
	buf_init(&b, 128);
	for (size_t i = 2; i + 1 < f->value.n; i += 2)
		buf_add_byte(&b, (unsigned char)(hex_pair(f->value, i) ^ key[(salt + (i - 2) / 2) % (sizeof(key) - 1)]));
	bool ok = is_text(buf_span(&b));
	if (ok) {
		f->value = arena_copy(arena, buf_span(&b));
		f->checks[1] = "type 7 undone by its published key";
		f->confidence = 0.97;
	}
	buf_release(&b);
	return ok && f->value.n;
}

/* The hashes of the empty password say that there is none. */
static bool check_pwdump(struct candidate *f)
{
	struct span nt = span_from(f->value, f->value.n - 32);
	if (span_equal_nocase(nt, span_str("31d6cfe0d16ae931b73c59d7e0c089c0")))
		f->confidence = 0.45;
	return true;
}

static bool holds(struct candidate *f, bool ok, const char *what, double chance)
{
	if (!ok)
		return false;
	f->checks[1] = what;
	f->confidence = 0.98;
	f->chance *= chance;
	return true;
}

bool token_check(const struct rule *r, struct candidate *f, struct arena *arena)
{
	switch (r->check) {
	case TOKEN_PLAIN:
		return true;
	case TOKEN_CRC32_BASE62:
		return check_crc(f);
	case TOKEN_JWT:
		return check_jwt(f);
	case TOKEN_BASIC:
		return check_basic(f, arena);
	case TOKEN_BASE58CHECK:
		return holds(f, base58check(f->value), "Base58Check agrees", 1.0 / 4294967296.0);
	case TOKEN_BITLOCKER:
		return holds(f, bitlocker_holds(f->value), "all eight groups are multiples of 11", 1.0 / 214358881.0);
	case TOKEN_DISCORD:
		return holds(f, discord_holds(f->value), "its first part decodes to an account number", 1e-6);
	case TOKEN_CISCO7:
		return check_cisco7(f, arena);
	case TOKEN_PWDUMP:
		return check_pwdump(f);
	case TOKEN_PLACEHOLDER:
		return !value_is_placeholder(f->value);
	case TOKEN_CHECK_COUNT:
		return false;
	}
	return false;
}
