#include "store/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_LEN = 32 };

static int key_create(const char *file, unsigned char *key, struct fault *why)
{
	int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_set(why, E_STORE, "%s: %s", file, strerror(errno));
	randombytes_buf(key, KEY_LEN);
	bool is_written = write(fd, key, KEY_LEN) == KEY_LEN && fsync(fd) == 0;
	close(fd);
	if (is_written)
		return OK;
	unlink(file);
	return fault_set(why, E_STORE, "%s: the key could not be written: %s", file, strerror(errno));
}

static int key_read(const char *file, bool may_create, unsigned char *key, struct fault *why)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && may_create)
		return key_create(file, key, why);
	if (fd < 0)
		return fault_set(why, E_STORE, "%s: %s; name the case's key with --key FILE", file, strerror(errno));
	unsigned char more;
	bool is_whole = read(fd, key, KEY_LEN) == KEY_LEN && read(fd, &more, 1) == 0;
	close(fd);
	if (is_whole)
		return OK;
	return fault_set(why, E_STORE, "%s: not a key (a key is %d bytes)", file, KEY_LEN);
}

int keys_load(const char *file, bool may_create, struct keys *k, struct fault *why)
{
	unsigned char key[KEY_LEN];
	if (sodium_init() < 0)
		return fault_set(why, E_STORE, "libsodium does not start");
	int e = key_read(file, may_create, key, why);
	if (e)
		return e;
	crypto_kdf_derive_from_key(k->seal, sizeof(k->seal), 1, "strandln", key);
	crypto_kdf_derive_from_key(k->digest, sizeof(k->digest), 2, "strandln", key);
	crypto_kdf_derive_from_key(k->sign, sizeof(k->sign), 3, "strandln", key);
	randombytes_buf(k->nonce, sizeof(k->nonce));
	sodium_memzero(key, sizeof(key));
	return OK;
}

void keys_release(struct keys *k)
{
	sodium_memzero(k, sizeof(*k));
}

void seal_value(struct keys *k, struct span value, struct buf *out)
{
	sodium_increment(k->nonce, sizeof(k->nonce));
	buf_add(out, span_of(k->nonce, sizeof(k->nonce)));
	unsigned char *at = buf_reserve(out, value.n + crypto_secretbox_MACBYTES);
	if (!at)
		return;
	crypto_secretbox_easy(at, value.p, value.n, k->nonce, k->seal);
	out->n += value.n + crypto_secretbox_MACBYTES;
}

int seal_open(const struct keys *k, struct span sealed, struct buf *out, struct fault *why)
{
	struct cur c = cur_of(sealed);
	struct span nonce = cur_take(&c, crypto_secretbox_NONCEBYTES);
	if (c.bad || c.left.n < crypto_secretbox_MACBYTES)
		return fault_set(why, E_STORE, "a sealed value of %zu bytes is too short", sealed.n);
	unsigned char *at = buf_reserve(out, c.left.n);
	if (!at)
		return fault_set(why, E_MEMORY, "no room for a value of %zu bytes", c.left.n);
	if (crypto_secretbox_open_easy(at, c.left.p, c.left.n, nonce.p, k->seal) != 0)
		return fault_set(why, E_STORE, "a sealed value does not open: it was altered, or this is not the case's key");
	out->n += c.left.n - crypto_secretbox_MACBYTES;
	return OK;
}

struct value_digest seal_digest(const struct keys *k, enum kind kind, struct span value)
{
	struct value_digest d;
	crypto_generichash_state state;
	const char *name = kind_name(kind);
	crypto_generichash_init(&state, k->digest, sizeof(k->digest), sizeof(d.b));
	crypto_generichash_update(&state, (const unsigned char *)name, strlen(name) + 1);
	crypto_generichash_update(&state, value.p, value.n);
	crypto_generichash_final(&state, d.b, sizeof(d.b));
	return d;
}
