#include "lib/hash.h"

#include <openssl/evp.h>

static const struct { unsigned bit; const EVP_MD *(*md)(void); size_t at; } kinds[HASH_KINDS] = {
	{ HASH_SHA256, EVP_sha256, offsetof(struct digests, sha256) },
	{ HASH_SHA1, EVP_sha1, offsetof(struct digests, sha1) },
	{ HASH_MD5, EVP_md5, offsetof(struct digests, md5) },
};

void hasher_init(struct hasher *h, unsigned which)
{
	*h = (struct hasher){ { NULL } };
	for (int i = 0; i < HASH_KINDS; i++) {
		if (!(which & kinds[i].bit))
			continue;
		h->context[i] = EVP_MD_CTX_new();
		if (h->context[i])
			EVP_DigestInit_ex(h->context[i], kinds[i].md(), NULL);
	}
}

void hasher_add(struct hasher *h, struct span bytes)
{
	for (int i = 0; i < HASH_KINDS && bytes.n; i++)
		if (h->context[i])
			EVP_DigestUpdate(h->context[i], bytes.p, bytes.n);
}

void hasher_end(struct hasher *h, struct digests *out)
{
	for (int i = 0; i < HASH_KINDS; i++)
		if (h->context[i])
			EVP_DigestFinal_ex(h->context[i], (unsigned char *)out + kinds[i].at, NULL);
}

void hasher_release(struct hasher *h)
{
	for (int i = 0; i < HASH_KINDS; i++)
		EVP_MD_CTX_free(h->context[i]);
	*h = (struct hasher){ { NULL } };
}

void hash_sha256(struct span bytes, unsigned char out[32])
{
	EVP_Digest(bytes.p ? bytes.p : (const unsigned char *)"", bytes.n, out, NULL, EVP_sha256(), NULL);
}

void hash_hex(const unsigned char *digest, size_t n, char *text)
{
	static const char hex[] = "0123456789abcdef";
	for (size_t i = 0; i < n; i++) {
		text[2 * i] = hex[digest[i] >> 4];
		text[2 * i + 1] = hex[digest[i] & 15];
	}
	text[2 * n] = 0;
}
