/*
 * Key stores by magic and name: PKCS#12 (RFC 7292), JKS and JCEKS (Java), KeePass (keepass.info file format),
 * macOS keychains, GnuPG secret keyrings (RFC 9580 tag 5), Bitcoin Core wallets, Firefox and Chrome stores,
 * password managers' exports, and files that a rule names by path.
 */
#include "find/credential.h"
#include "find/lexicon.h"

#include <string.h>

struct magic { size_t at; const char *bytes; size_t n; const char *what; };
#define MAGIC(at, bytes, what) { at, bytes, sizeof(bytes) - 1, what }
static const struct magic magics[] = {
	MAGIC(0, "\xfe\xed\xfe\xed\0\0\0\x02", "Java key store (JKS)"),
	MAGIC(0, "\xfe\xed\xfe\xed\0\0\0\x01", "Java key store (JKS)"),
	MAGIC(0, "\xce\xce\xce\xce\0\0\0\x02", "Java key store (JCEKS)"),
	MAGIC(0, "\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5", "KeePass 2 database"),
	MAGIC(0, "\x03\xd9\xa2\x9a\x66\xfb\x4b\xb5", "KeePass 2 database"),
	MAGIC(0, "\x03\xd9\xa2\x9a\x65\xfb\x4b\xb5", "KeePass 1 database"),
	MAGIC(0, "kych\0\x01\0\0", "macOS keychain"),
	MAGIC(12, "\x62\x31\x05\0\x09\0\0\0", "Berkeley DB wallet"),
	MAGIC(0, "PWS3", "Password Safe database"),
	MAGIC(0, "LUKS\xba\xbe", "LUKS header"),
};

static int tell_store(const struct item *it, const char *what, const char *check, double confidence, struct sink *out)
{
	struct finding f = {
		.kind = KIND_KEY_STORE, .value = span_str(what), .confidence = confidence, .rule = "key-store",
		.checks = { check }, .chance = 1e-9, .where = { .space = SPACE_RAW, .end = it->bytes.n },
	};
	return sink_finding(out, &f);
}

/* SEQUENCE { INTEGER 3, SEQUENCE { OID pkcs7-data or signedData */
static bool is_pkcs12(struct span s)
{
	static const unsigned char pkcs7[] = { 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07 };
	struct span head = span_sub(s, 0, 64);
	static const unsigned char version[] = { 0x02, 0x01, 0x03, 0x30 };
	size_t at = span_find(head, span_of(version, sizeof(version)), 0);
	return span_at(s, 0) == 0x30 && at != SIZE_MAX && at <= 6 &&
		span_find(head, span_of(pkcs7, sizeof(pkcs7)), at) != SIZE_MAX;
}

/* A secret key packet (old tag 5 or new tag 5) of version 4 as the first packet. */
static bool is_secret_keyring(struct span s)
{
	struct cur c = cur_of(s);
	unsigned tag = cur_u8(&c);
	if (tag == 0x95)
		cur_u16be(&c);
	else if (tag == 0x94)
		cur_u8(&c);
	else if (tag == 0xc5)
		cur_skip(&c, cur_u8(&c) >= 192 ? 1 : 0);
	else
		return false;
	unsigned version = cur_u8(&c);
	uint32_t made = cur_u32be(&c);
	unsigned algorithm = cur_u8(&c);
	return !c.bad && version == 4 && made > 600000000 && (algorithm <= 3 || (algorithm >= 16 && algorithm <= 22)) && s.n > 100;
}

static bool name_is(const struct item *it, const char *name)
{
	return span_equal_nocase(span_str(it->name), span_str(name));
}

static bool is_sqlite(struct span s)
{
	return span_starts(s, span_str("SQLite format 3"));
}

static bool holds(struct span s, const char *word)
{
	return span_find(span_sub(s, 0, 1 << 20), span_str(word), 0) != SIZE_MAX;
}

static const char *store_by_content(const struct item *it)
{
	struct span s = it->bytes;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++) {
		const struct magic *m = &magics[i];
		bool is_wallet = m->at == 12;
		if (span_equal(span_sub(s, m->at, m->n), span_of(m->bytes, m->n)) &&
		    (!is_wallet || name_is(it, "wallet.dat") || holds(s, "mkey") || holds(s, "keymeta")))
			return m->what;
	}
	if (is_pkcs12(s))
		return "PKCS#12 key store";
	if (is_secret_keyring(s))
		return "OpenPGP secret keyring";
	if (is_sqlite(s) && holds(s, "nssPrivate"))
		return "NSS key database (Firefox key4.db)";
	if (is_sqlite(s) && holds(s, "password_value") && holds(s, "origin_url"))
		return "Chrome login data";
	if (is_sqlite(s) && holds(s, "defaultKey") && name_is(it, "wallet.dat"))
		return "Bitcoin wallet";
	struct span head = span_sub(s, 0, 4096);
	if (span_find(head, span_str("\"encryptedPassword\""), 0) != SIZE_MAX && span_find(head, span_str("\"logins\""), 0) != SIZE_MAX)
		return "Firefox saved logins";
	if (span_starts_nocase(s, span_str("url,username,password,")) || span_starts_nocase(s, span_str("name,url,username,password")))
		return "password manager export";
	return NULL;
}

/* Where bytes alone do not tell. */
static const char *store_by_name(const struct item *it)
{
	static const struct { const char *name, *what; } names[] = {
		{ "ntds.dit", "Active Directory database" }, { "wallet.dat", "cryptocurrency wallet" },
		{ "secring.gpg", "GnuPG secret keyring" }, { "login.keychain", "macOS keychain" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (it->bytes.n > 512 && name_is(it, names[i].name))
			return names[i].what;
	return NULL;
}

static int tell_paths(const struct item *it, struct sink *out)
{
	const struct rules *all = lexicon_rules();
	int e = OK;
	for (size_t i = 0; i < all->count && !e; i++) {
		const struct rule *r = &all->at[i];
		if (r->pattern.text.n || !r->path || !regex_find(r->path, span_str(it->trail), 0, NULL))
			continue;
		struct finding f = {
			.kind = KIND_CONFIG_SECRET, .value = span_str(it->name), .confidence = 0.7, .rule = r->id,
			.checks = { "its path" }, .chance = 1e-3, .where = { .space = SPACE_RAW, .end = it->bytes.n },
		};
		e = sink_finding(out, &f);
	}
	return e;
}

int credential_item(const struct item *it, struct sink *out)
{
	const char *what = store_by_content(it), *name = what ? NULL : store_by_name(it);
	int e = OK;
	if (what)
		e = tell_store(it, what, "its first bytes", 0.97, out);
	else if (name)
		e = tell_store(it, name, "its name", 0.55, out);
	return e ? e : tell_paths(it, out);
}
