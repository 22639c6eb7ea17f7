#include "read/archive_crypt.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <zlib.h>

#include <string.h>

enum { HEAD_LEN = 12, MAC_LEN = 10, CHECK_LEN = 2, AES_ROUNDS = 1000, BLOCK = 16, RUN = 4096 };

struct keys { uint32_t k[3]; };

static uint32_t crc_step(const z_crc_t *table, uint32_t crc, unsigned char c)
{
	return table[(crc ^ c) & 0xff] ^ crc >> 8;
}

static void keys_update(struct keys *s, const z_crc_t *table, unsigned char c)
{
	s->k[0] = crc_step(table, s->k[0], c);
	s->k[1] = (s->k[1] + (s->k[0] & 0xff)) * 134775813u + 1;
	s->k[2] = crc_step(table, s->k[2], (unsigned char)(s->k[1] >> 24));
}

static unsigned char keys_decrypt(struct keys *s, const z_crc_t *table, unsigned char c)
{
	uint32_t t = (s->k[2] & 0xffff) | 2;
	c ^= (unsigned char)(t * (t ^ 1) >> 8);
	keys_update(s, table, c);
	return c;
}

/* APPNOTE 6.1.5 to 6.1.7. The last byte of the head is the CRC's top byte, or the time's where a descriptor follows. */
static int decrypt_traditional(struct span packed, const struct zip_member *m, struct span password,
                               struct buf *out, struct fault *why)
{
	if (packed.n < HEAD_LEN)
		return fault_set(why, E_DAMAGED, "%zu bytes are too few for an encrypted member", packed.n);
	const z_crc_t *table = get_crc_table();
	struct keys s = { { 0x12345678, 0x23456789, 0x34567890 } };
	for (size_t i = 0; i < password.n; i++)
		keys_update(&s, table, (unsigned char)span_at(password, i));
	unsigned char check = 0;
	for (size_t i = 0; i < HEAD_LEN; i++)
		check = keys_decrypt(&s, table, (unsigned char)span_at(packed, i));
	if (check != m->crc >> 24 && check != m->dos_time >> 8)
		return fault_set(why, E_ENCRYPTED, "no password fits");
	struct span body = span_from(packed, HEAD_LEN);
	unsigned char *at = buf_reserve(out, body.n);
	if (!at)
		return fault_set(why, E_LIMIT, "%zu bytes are too many to decrypt", body.n);
	for (size_t i = 0; i < body.n; i++)
		at[i] = keys_decrypt(&s, table, body.p[i]);
	out->n += body.n;
	return OK;
}

/* The extra field 0x9901: version, "AE", strength 1 to 3, the method inside. */
struct aes { uint16_t version, method; uint8_t strength; };

static bool take_aes(struct span extra, struct aes *a)
{
	struct cur c = cur_of(extra);
	while (c.left.n >= 4) {
		uint16_t id = cur_u16le(&c);
		struct cur f = cur_of(cur_take(&c, cur_u16le(&c)));
		if (id != 0x9901)
			continue;
		a->version = cur_u16le(&f);
		cur_skip(&f, 2);
		a->strength = cur_u8(&f);
		a->method = cur_u16le(&f);
		return !f.bad && a->strength >= 1 && a->strength <= 3;
	}
	return false;
}

/* CTR with a little-endian counter from 1, which EVP's CTR does not do: the key stream comes from ECB. */
static bool xor_stream(const unsigned char *key, size_t key_len, struct span body, unsigned char *to)
{
	const EVP_CIPHER *ciphers[] = { EVP_aes_128_ecb(), EVP_aes_192_ecb(), EVP_aes_256_ecb() };
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	bool ok = ctx && EVP_EncryptInit_ex(ctx, ciphers[key_len / 8 - 2], NULL, key, NULL);
	unsigned char stream[RUN];
	uint64_t counter = 1;
	for (size_t at = 0; ok && at < body.n; at += RUN) {
		memset(stream, 0, RUN);
		for (size_t b = 0; b < RUN; b += BLOCK, counter++)
			for (size_t i = 0; i < 8; i++)
				stream[b + i] = (unsigned char)(counter >> (8 * i));
		int n = 0;
		ok = EVP_EncryptUpdate(ctx, stream, &n, stream, RUN) && n == RUN;
		for (size_t i = 0; ok && i < RUN && at + i < body.n; i++)
			to[at + i] = body.p[at + i] ^ stream[i];
	}
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

static int check_mac(const unsigned char *key, size_t key_len, struct span body, struct span mac, struct fault *why)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	if (!HMAC(EVP_sha1(), key, (int)key_len, body.p, body.n, digest, &n))
		return fault_set(why, E_MEMORY, "no HMAC");
	if (mac.n == MAC_LEN && memcmp(digest, mac.p, MAC_LEN) == 0)
		return OK;
	return fault_set(why, PART, "authentication code differs");
}

static int decrypt_aes(struct span packed, const struct aes *a, struct span password, struct buf *out,
                       struct fault *why)
{
	size_t key_len = 8 + 8 * (size_t)a->strength, salt_len = key_len / 2;
	struct cur c = cur_of(packed);
	struct span salt = cur_take(&c, salt_len), check = cur_take(&c, CHECK_LEN);
	if (c.bad || c.left.n < MAC_LEN)
		return fault_set(why, E_DAMAGED, "%zu bytes are too few for an AES member", packed.n);
	unsigned char keys[2 * 32 + CHECK_LEN];
	if (!PKCS5_PBKDF2_HMAC_SHA1((const char *)password.p, (int)password.n, salt.p, (int)salt.n, AES_ROUNDS,
	                            (int)(2 * key_len + CHECK_LEN), keys))
		return fault_set(why, E_MEMORY, "no key derivation");
	if (!span_equal(span_of(keys + 2 * key_len, CHECK_LEN), check))
		return fault_set(why, E_ENCRYPTED, "no password fits");
	struct span body = cur_take(&c, c.left.n - MAC_LEN);
	int e = check_mac(keys + key_len, key_len, body, c.left, why);
	unsigned char *at = e < 0 ? NULL : buf_reserve(out, body.n);
	if (!at || !xor_stream(keys, key_len, body, at))
		e = e < 0 ? e : fault_set(why, E_LIMIT, "%zu bytes are too many to decrypt", body.n);
	else
		out->n += body.n;
	OPENSSL_cleanse(keys, sizeof(keys));
	return e;
}

int archive_decrypt(struct span packed, const struct zip_member *m, struct span password, struct buf *out,
                    uint16_t *method, bool *has_crc, struct fault *why)
{
	struct aes a;
	*method = m->method;
	*has_crc = true;
	if (m->flags & 0x40)
		return fault_set(why, E_ENCRYPTED, "PKWARE strong encryption, which is not read");
	if (m->method != ZIP_AES)
		return decrypt_traditional(packed, m, password, out, why);
	if (!take_aes(m->extra, &a))
		return fault_set(why, E_UNSUPPORTED, "AES member without its extra field");
	*method = a.method;
	*has_crc = a.version == 1;	/* AE-2 leaves the CRC out */
	return decrypt_aes(packed, &a, password, out, why);
}
