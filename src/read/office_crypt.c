#include "read/office_crypt.h"

#include "base/utf8.h"
#include "lib/xml.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

enum {
	KEY_MAX = 64, SALT_MAX = 64, VALUE_MAX = 96, PASSWORD_MAX = 255,	/* characters, as Office allows */
	STANDARD_SPINS = 50000,		/* 2.3.4.7 */
	SPINS_MAX = 10000000,		/* 2.3.4.10 */
	SEGMENT = 4096,			/* 2.3.4.15 */
};

struct bytes { unsigned char p[VALUE_MAX]; size_t n; };

/* One set of parameters: keyData's or the password's. */
struct cipher_set { struct bytes salt; unsigned key_len, block_len; const EVP_MD *hash; bool is_cbc; };

struct office_lock {
	bool is_agile;
	uint32_t spins;
	struct cipher_set data, password;
	struct bytes verifier, verifier_hash, locked_key;
	struct bytes key;
};

static bool digest(const EVP_MD *md, struct span a, struct span b, unsigned char *to)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, md, NULL) && EVP_DigestUpdate(ctx, a.p, a.n) &&
	          EVP_DigestUpdate(ctx, b.p, b.n) && EVP_DigestFinal_ex(ctx, to, NULL);
	EVP_MD_CTX_free(ctx);
	return ok;
}

static void put_u32le(unsigned char *to, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		to[i] = (unsigned char)(n >> (8 * i));
}

static const EVP_CIPHER *aes(unsigned key_len, bool is_cbc)
{
	switch (key_len) {
	case 16: return is_cbc ? EVP_aes_128_cbc() : EVP_aes_128_ecb();
	case 24: return is_cbc ? EVP_aes_192_cbc() : EVP_aes_192_ecb();
	case 32: return is_cbc ? EVP_aes_256_cbc() : EVP_aes_256_ecb();
	}
	return NULL;
}

/* Whole blocks only; to has room for in. */
static bool decrypt(const unsigned char *key, unsigned key_len, const unsigned char *iv, bool is_cbc,
                    struct span in, unsigned char *to)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	const EVP_CIPHER *cipher = aes(key_len, is_cbc);
	int n = 0;
	bool ok = ctx && cipher && in.n % 16 == 0 && EVP_DecryptInit_ex(ctx, cipher, NULL, key, iv) &&
	          EVP_CIPHER_CTX_set_padding(ctx, 0) && EVP_DecryptUpdate(ctx, to, &n, in.p, (int)in.n);
	EVP_CIPHER_CTX_free(ctx);
	return ok && (size_t)n == in.n;
}

/* Salt and password, then the spins: 2.3.4.7 and 2.3.4.11. */
static bool spin(const struct office_lock *l, struct span password, unsigned char *hash)
{
	const EVP_MD *md = l->password.hash;
	size_t n = (size_t)EVP_MD_get_size(md);
	unsigned char counter[4];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && digest(md, span_of(l->password.salt.p, l->password.salt.n), password, hash);
	for (uint32_t i = 0; i < l->spins && ok; i++) {
		put_u32le(counter, i);
		ok = EVP_DigestInit_ex(ctx, md, NULL) && EVP_DigestUpdate(ctx, counter, 4) &&
		     EVP_DigestUpdate(ctx, hash, n) && EVP_DigestFinal_ex(ctx, hash, NULL);
	}
	EVP_MD_CTX_free(ctx);
	return ok;
}

/* 2.3.4.7: the key of standard encryption from the last hash. */
static bool standard_key(struct office_lock *l, unsigned char *hash)
{
	unsigned char zero[4] = { 0 }, pad[64], derived[40], last[EVP_MAX_MD_SIZE];
	if (!digest(l->password.hash, span_of(hash, 20), span_of(zero, 4), last))
		return false;
	for (unsigned half = 0; half < 2; half++) {
		memset(pad, half ? 0x5c : 0x36, sizeof(pad));
		for (size_t i = 0; i < 20; i++)
			pad[i] ^= last[i];
		if (!digest(l->password.hash, span_of(pad, sizeof(pad)), span_str(""), derived + 20 * half))
			return false;
	}
	l->key.n = l->password.key_len;
	memcpy(l->key.p, derived, l->key.n);
	return true;
}

static bool try_standard(struct office_lock *l, unsigned char *hash)
{
	unsigned char verifier[VALUE_MAX], stated[VALUE_MAX], got[EVP_MAX_MD_SIZE];
	return standard_key(l, hash) &&
	       decrypt(l->key.p, (unsigned)l->key.n, NULL, false, span_of(l->verifier.p, 16), verifier) &&
	       decrypt(l->key.p, (unsigned)l->key.n, NULL, false, span_of(l->verifier_hash.p, 32), stated) &&
	       digest(l->password.hash, span_of(verifier, 16), span_str(""), got) && memcmp(got, stated, 20) == 0;
}

/* Cut, or filled with 0x36: 2.3.4.11 and 2.3.4.12. */
static void fit(const unsigned char *from, size_t n, unsigned char *to, size_t wanted)
{
	memset(to, 0x36, wanted);
	memcpy(to, from, n < wanted ? n : wanted);
}

static bool unlock_value(const struct office_lock *l, const unsigned char *hash, const unsigned char *block_key,
                         const struct bytes *in, unsigned char *to)
{
	size_t n = (size_t)EVP_MD_get_size(l->password.hash);
	unsigned char full[EVP_MAX_MD_SIZE], key[KEY_MAX], iv[SALT_MAX];
	if (!digest(l->password.hash, span_of(hash, n), span_of(block_key, 8), full))
		return false;
	fit(full, n, key, l->password.key_len);
	fit(l->password.salt.p, l->password.salt.n, iv, l->password.block_len);
	return decrypt(key, l->password.key_len, iv, true, span_of(in->p, in->n), to);
}

static bool try_agile(struct office_lock *l, const unsigned char *hash)
{
	static const unsigned char for_verifier[8] = { 0xfe, 0xa7, 0xd2, 0x76, 0x3b, 0x4b, 0x9e, 0x79 },
		for_hash[8] = { 0xd7, 0xaa, 0x0f, 0x6d, 0x30, 0x61, 0x34, 0x4e },
		for_key[8] = { 0x14, 0x6e, 0x0b, 0xe7, 0xab, 0xac, 0xd0, 0xd6 };
	unsigned char verifier[VALUE_MAX], stated[VALUE_MAX], got[EVP_MAX_MD_SIZE];
	size_t n = (size_t)EVP_MD_get_size(l->password.hash);
	if (l->verifier_hash.n < n || !unlock_value(l, hash, for_verifier, &l->verifier, verifier) ||
	    !unlock_value(l, hash, for_hash, &l->verifier_hash, stated) ||
	    !digest(l->password.hash, span_of(verifier, l->verifier.n), span_str(""), got) ||
	    memcmp(got, stated, n) != 0)
		return false;
	l->key.n = l->data.key_len;
	return l->locked_key.n >= l->key.n && unlock_value(l, hash, for_key, &l->locked_key, l->key.p);
}

bool office_lock_try(struct office_lock *l, struct span password)
{
	unsigned char wide[PASSWORD_MAX * 4], hash[EVP_MAX_MD_SIZE];
	size_t n = 0;
	for (size_t i = 0; i < password.n && n + 4 <= sizeof(wide); ) {
		unsigned length = utf8_length_at(password, i);
		uint32_t c = length ? utf8_char_at(password, i) : 0xfffd, high = c >= 0x10000 ? (c - 0x10000) >> 10 : 0;
		if (c >= 0x10000) {
			wide[n++] = (unsigned char)high;
			wide[n++] = (unsigned char)(0xd8 | high >> 8);
			c = 0xdc00 | ((c - 0x10000) & 0x3ff);
		}
		wide[n++] = (unsigned char)c;
		wide[n++] = (unsigned char)(c >> 8);
		i += length ? length : 1;
	}
	return spin(l, span_of(wide, n), hash) && (l->is_agile ? try_agile(l, hash) : try_standard(l, hash));
}

uint64_t office_lock_cost(const struct office_lock *l)
{
	return l->spins;
}

static void take_bytes(struct cur *c, size_t n, struct bytes *to)
{
	struct span s = cur_take(c, n < VALUE_MAX ? n : VALUE_MAX);
	if (s.n)
		memcpy(to->p, s.p, s.n);
	to->n = s.n;
}

/* 2.3.2 to 2.3.4.5. */
static int open_standard(struct office_lock *l, struct cur c, struct fault *why)
{
	cur_skip(&c, 4);
	struct cur header = cur_of(cur_take(&c, cur_u32le(&c)));
	cur_skip(&header, 8);
	uint32_t cipher = cur_u32le(&header);
	cur_skip(&header, 4);
	l->password.key_len = cur_u32le(&header) / 8;
	take_bytes(&c, cur_u32le(&c), &l->password.salt);
	take_bytes(&c, 16, &l->verifier);
	cur_skip(&c, 4);
	take_bytes(&c, 32, &l->verifier_hash);
	l->password.hash = EVP_sha1();
	l->spins = STANDARD_SPINS;
	if (c.bad || header.bad)
		return fault_set(why, E_DAMAGED, "its encryption header breaks off");
	if (cipher < 0x660e || cipher > 0x6610 || !aes(l->password.key_len, false))
		return fault_set(why, E_UNSUPPORTED, "encrypted by cipher 0x%x", cipher);
	return OK;
}

static void from_base64(const char *s, struct bytes *to)
{
	unsigned char out[VALUE_MAX + 8];
	size_t n = s ? strlen(s) : 0, pad = 0;
	if (!n || n % 4 || n / 4 * 3 > sizeof(out))
		return;
	while (pad < 2 && s[n - 1 - pad] == '=')
		pad++;
	int got = EVP_DecodeBlock(out, (const unsigned char *)s, (int)n);
	if (got < (int)pad)
		return;
	to->n = (size_t)got - pad < VALUE_MAX ? (size_t)got - pad : VALUE_MAX;
	memcpy(to->p, out, to->n);
}

static unsigned number_of(const char *s)
{
	unsigned long n = s ? strtoul(s, NULL, 10) : 0;
	return n > SPINS_MAX ? SPINS_MAX + 1 : (unsigned)n;
}

static void read_set(struct cipher_set *set, const char **attrs)
{
	static const struct { const char *name; const EVP_MD *(*md)(void); } hashes[] = {
		{ "SHA1", EVP_sha1 }, { "SHA-1", EVP_sha1 }, { "SHA256", EVP_sha256 }, { "SHA-256", EVP_sha256 },
		{ "SHA384", EVP_sha384 }, { "SHA-384", EVP_sha384 }, { "SHA512", EVP_sha512 }, { "SHA-512", EVP_sha512 },
	};
	const char *name = xml_attr(attrs, "hashAlgorithm"), *cipher = xml_attr(attrs, "cipherAlgorithm");
	const char *chaining = xml_attr(attrs, "cipherChaining");
	for (size_t i = 0; name && i < sizeof(hashes) / sizeof(*hashes); i++)
		if (strcmp(name, hashes[i].name) == 0)
			set->hash = hashes[i].md();
	set->is_cbc = chaining && strcmp(chaining, "ChainingModeCBC") == 0;
	set->key_len = cipher && strcmp(cipher, "AES") == 0 ? number_of(xml_attr(attrs, "keyBits")) / 8 : 0;
	set->block_len = number_of(xml_attr(attrs, "blockSize"));
	from_base64(xml_attr(attrs, "saltValue"), &set->salt);
}

static int agile_start(void *user, const char *name, const char **attrs)
{
	struct office_lock *l = user;
	if (strcmp(name, "keyData") == 0)
		read_set(&l->data, attrs);
	if (strcmp(name, "encryptedKey") != 0 || l->spins)
		return OK;
	read_set(&l->password, attrs);
	l->spins = number_of(xml_attr(attrs, "spinCount"));
	from_base64(xml_attr(attrs, "encryptedVerifierHashInput"), &l->verifier);
	from_base64(xml_attr(attrs, "encryptedVerifierHashValue"), &l->verifier_hash);
	from_base64(xml_attr(attrs, "encryptedKeyValue"), &l->locked_key);
	return OK;
}

static bool is_usable(const struct cipher_set *s)
{
	return s->hash && s->is_cbc && s->block_len == 16 && aes(s->key_len, true) && s->salt.n;
}

static int open_agile(struct office_lock *l, struct span xml, struct fault *why)
{
	static const struct xml_events events = { .start = agile_start };
	l->is_agile = true;
	if (xml_parse(xml, &events, l, why) < 0)
		return E_DAMAGED;
	if (!is_usable(&l->data) || !is_usable(&l->password) || !l->spins || l->spins > SPINS_MAX)
		return fault_set(why, E_UNSUPPORTED, "encrypted with parameters that are not read");
	return OK;
}

int office_lock_open(struct span info, struct office_lock **lock, struct fault *why)
{
	struct office_lock *l = *lock = calloc(1, sizeof(*l));
	struct cur c = cur_of(info);
	if (!l)
		return fault_set(why, E_MEMORY, "no memory for a key");
	uint16_t major = cur_u16le(&c), minor = cur_u16le(&c);
	if (major == 4 && minor == 4) {
		cur_skip(&c, 4);
		size_t end = span_find(c.left, span_str("</encryption>"), 0);
		return open_agile(l, span_sub(c.left, 0, end == SIZE_MAX ? end : end + 13), why);
	}
	if (minor == 2 && major >= 2 && major <= 4)
		return open_standard(l, c, why);
	return fault_set(why, E_UNSUPPORTED, "encryption of version %u.%u", major, minor);
}

void office_lock_close(struct office_lock *lock)
{
	free(lock);
}

static bool unpack_segment(const struct office_lock *l, uint32_t number, struct span in, unsigned char *to)
{
	unsigned char counter[4], iv[EVP_MAX_MD_SIZE];
	put_u32le(counter, number);
	return digest(l->data.hash, span_of(l->data.salt.p, l->data.salt.n), span_of(counter, 4), iv) &&
	       decrypt(l->key.p, (unsigned)l->key.n, iv, true, in, to);
}

int office_lock_unpack(const struct office_lock *l, struct span package, struct buf *out, struct fault *why)
{
	struct cur c = cur_of(package);
	uint64_t size = cur_u64le(&c);
	for (uint32_t i = 0; c.left.n >= 16; i++) {
		struct span in = cur_take(&c, c.left.n < SEGMENT ? c.left.n / 16 * 16 : SEGMENT);
		unsigned char *to = buf_reserve(out, in.n);
		if (!to)
			return fault_set(why, E_LIMIT, "an encrypted package larger than is read");
		if (l->is_agile ? !unpack_segment(l, i, in, to) :
		                  !decrypt(l->key.p, (unsigned)l->key.n, NULL, false, in, to))
			return fault_set(why, E_DAMAGED, "its encrypted bytes do not decrypt");
		out->n += in.n;
	}
	if (size > out->n)
		return fault_set(why, PART, "an encrypted package that ends after %zu of %llu bytes", out->n,
		                 (unsigned long long)size);
	out->n = (size_t)size;
	return OK;
}
