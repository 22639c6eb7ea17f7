/* Writing a segment: pairs are gathered a shard at a time, packed, and hashed as they go out. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/segment.h"
#include "store/segment_file.h"

enum { BUCKET_PAIRS_BITS = 4, BUCKET_BITS_MIN = 8, BUCKET_BITS_MAX = 28 };

struct segment_writer {
	char *path;
	int fd;
	EVP_MD_CTX *sha;
	struct footer f;
	uint64_t written;
	struct shard *shards;	/* 1 << shard_bits */
	uint32_t now;		/* shard under way */
	struct pair *pairs;
	size_t n, room;
	bool is_finished;
};

static unsigned bits_for(uint64_t below)
{
	unsigned bits = 1;
	while (bits < 63 && 1ull << bits < below)
		bits++;
	return bits;
}

static int put(struct segment_writer *w, const void *p, size_t n, struct fault *why)
{
	const unsigned char *at = p;
	if (EVP_DigestUpdate(w->sha, p, n) != 1)
		return fault_set(why, E_MEMORY, "%s: no memory to hash", w->path);
	w->written += n;
	while (n) {
		ssize_t done = write(w->fd, at, n);
		if (done < 0 && errno != EINTR)
			return fault_set(why, E_STORE, "%s: %s", w->path, strerror(errno));
		at += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return OK;
}

static int put_padding(struct segment_writer *w, size_t least, struct fault *why)
{
	static const unsigned char zeros[128];
	size_t n = least + (64 - (w->written + least) % 64) % 64;
	return put(w, zeros, n, why);
}

int segment_create(const char *path, uint32_t space, uint64_t expected, uint64_t places,
                   struct segment_writer **out, struct fault *why)
{
	struct segment_writer *w = calloc(1, sizeof(*w));
	if (!w)
		return fault_set(why, E_MEMORY, "%s: out of memory", path);
	w->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int e = w->fd < 0 ? fault_set(why, E_STORE, "%s: %s", path, strerror(errno)) : OK;
	memcpy(w->f.magic, SEGMENT_MAGIC, sizeof(SEGMENT_MAGIC) - 1);
	w->f.version = SEGMENT_VERSION;
	w->f.space = space;
	w->f.at_bits = bits_for(places);
	while (w->f.shard_bits < SHARD_BITS_MAX && expected >> w->f.shard_bits > SHARD_PAIRS)
		w->f.shard_bits++;
	w->path = strdup(path);
	w->shards = calloc(1u << w->f.shard_bits, sizeof(*w->shards));
	w->sha = EVP_MD_CTX_new();
	if (!e && (!w->path || !w->shards || !w->sha || EVP_DigestInit_ex(w->sha, EVP_sha256(), NULL) != 1))
		e = fault_set(why, E_MEMORY, "%s: out of memory", path);
	unsigned char head[SEGMENT_HEAD] = SEGMENT_MAGIC;
	if (!e && w->f.at_bits > 56)
		e = fault_set(why, E_LIMIT, "%s: more than 2^56 places", path);
	if (!e)
		e = put(w, head, sizeof(head), why);
	if (e)
		segment_writer_close(w);
	else
		*out = w;
	return e;
}

void segment_writer_close(struct segment_writer *w)
{
	if (!w)
		return;
	if (w->fd >= 0) {
		close(w->fd);
		if (!w->is_finished && w->path)
			unlink(w->path);
	}
	EVP_MD_CTX_free(w->sha);
	free(w->path);
	free(w->shards);
	free(w->pairs);
	free(w);
}

static uint64_t within_shard(const struct segment_writer *w, uint64_t value)
{
	return value << w->f.shard_bits;
}

/* Adds the low `bits` of v at bit position *at of zeroed bytes. */
static void pack(unsigned char *bytes, uint64_t *at, uint64_t v, unsigned bits)
{
	uint64_t word;
	unsigned char *p = bytes + *at / 8;
	memcpy(&word, p, 8);
	word |= v << *at % 8;
	memcpy(p, &word, 8);
	if (bits + *at % 8 > 64)
		p[8] |= (unsigned char)(v >> (64 - *at % 8));
	*at += bits;
}

static int put_entries(struct segment_writer *w, struct shard *s, struct fault *why)
{
	unsigned rest = shard_rest_bits(w->f.shard_bits, s->bucket_bits);
	uint64_t bits = (rest + w->f.at_bits) * (uint64_t)w->n;
	size_t n = bits / 8 + 1 + SEGMENT_PAD;
	unsigned char *bytes = calloc(1, n);
	if (!bytes)
		return fault_set(why, E_MEMORY, "%s: out of memory", w->path);
	uint64_t at = 0;
	for (size_t i = 0; i < w->n; i++) {
		uint64_t low = within_shard(w, w->pairs[i].value) << s->bucket_bits;
		pack(bytes, &at, low >> (64 - rest), rest);
		pack(bytes, &at, w->pairs[i].at, w->f.at_bits);
	}
	s->entries_at = w->written;
	int e = put(w, bytes, n, why);
	free(bytes);
	return e ? e : put_padding(w, 0, why);
}

static int put_buckets(struct segment_writer *w, struct shard *s, struct fault *why)
{
	size_t buckets = (size_t)1 << s->bucket_bits;
	uint32_t *first = malloc((buckets + 1) * sizeof(*first));
	if (!first)
		return fault_set(why, E_MEMORY, "%s: out of memory", w->path);
	size_t i = 0;
	for (size_t b = 0; b < buckets; b++) {
		first[b] = (uint32_t)i;
		while (i < w->n && within_shard(w, w->pairs[i].value) >> (64 - s->bucket_bits) == b)
			i++;
	}
	first[buckets] = (uint32_t)i;
	s->buckets_at = w->written;
	int e = put(w, first, (buckets + 1) * sizeof(*first), why);
	free(first);
	return e ? e : put_padding(w, 0, why);
}

static int put_filter(struct segment_writer *w, struct shard *s, struct fault *why)
{
	uint64_t *keys = malloc((w->n + 1) * sizeof(*keys));
	uint32_t n = 0;
	for (size_t i = 0; keys && i < w->n; i++)
		if (i == 0 || w->pairs[i].value != w->pairs[i - 1].value)
			keys[n++] = within_shard(w, w->pairs[i].value);
	struct fuse f;
	fuse_plan(n, &f);
	uint8_t *bytes = malloc(f.slots);
	int e = OK;
	if (!keys || !bytes || !fuse_build(&f, keys, n, bytes))
		e = fault_set(why, E_MEMORY, "%s: no memory for a filter of %u keys", w->path, n);
	s->filter_at = w->written;
	s->seed = f.seed;
	s->segment_length = f.segment_length;
	s->span = f.span;
	s->slots = f.slots;
	if (!e)
		e = put(w, bytes, f.slots, why);
	free(bytes);
	free(keys);
	return e ? e : put_padding(w, 0, why);
}

static int shard_end(struct segment_writer *w, struct fault *why)
{
	struct shard *s = &w->shards[w->now];
	s->first = w->f.count;
	s->pairs = (uint32_t)w->n;
	unsigned bits = bits_for(w->n);
	bits = bits > BUCKET_BITS_MIN + BUCKET_PAIRS_BITS ? bits - BUCKET_PAIRS_BITS : BUCKET_BITS_MIN;
	s->bucket_bits = bits > BUCKET_BITS_MAX ? BUCKET_BITS_MAX : bits;
	int e = put_entries(w, s, why);
	if (!e)
		e = put_buckets(w, s, why);
	if (!e)
		e = put_filter(w, s, why);
	w->f.count += w->n;
	w->n = 0;
	w->now++;
	return e;
}

static uint32_t shard_of(const struct segment_writer *w, uint64_t value)
{
	return w->f.shard_bits ? (uint32_t)(value >> (64 - w->f.shard_bits)) : 0;
}

static bool pairs_grow(struct segment_writer *w)
{
	size_t room = w->room ? w->room * 2 : 1024;
	struct pair *p = realloc(w->pairs, room * sizeof(*p));
	if (!p)
		return false;
	w->pairs = p;
	w->room = room;
	return true;
}

int segment_add(struct segment_writer *w, struct pair p, struct fault *why)
{
	uint32_t shard = shard_of(w, p.value);
	while (w->now < shard) {
		int e = shard_end(w, why);
		if (e)
			return e;
	}
	if (p.at >> w->f.at_bits || w->n == UINT32_MAX)
		return fault_set(why, E_STORE, "%s: a pair is out of range", w->path);
	if (w->n == w->room && !pairs_grow(w))
		return fault_set(why, E_MEMORY, "%s: out of memory", w->path);
	w->pairs[w->n++] = p;
	return OK;
}

int segment_finish(struct segment_writer *w, uint64_t *count, unsigned char sha256[32], struct fault *why)
{
	while (w->now < 1u << w->f.shard_bits) {
		int e = shard_end(w, why);
		if (e)
			return e;
	}
	w->f.shards_at = w->written;
	int e = put(w, w->shards, sizeof(*w->shards) << w->f.shard_bits, why);
	w->f.bytes = w->written + sizeof(w->f);
	if (!e)
		e = put(w, &w->f, offsetof(struct footer, sha256), why);
	if (e)
		return e;
	if (EVP_DigestFinal_ex(w->sha, w->f.sha256, NULL) != 1)
		return fault_set(why, E_MEMORY, "%s: no memory to hash", w->path);
	ssize_t done = write(w->fd, w->f.sha256, sizeof(w->f.sha256));
	if (done != (ssize_t)sizeof(w->f.sha256) || fsync(w->fd) != 0)
		return fault_set(why, E_STORE, "%s: %s", w->path, done < 0 || errno ? strerror(errno) : "short write");
	w->is_finished = true;
	*count = w->f.count;
	if (sha256)
		memcpy(sha256, w->f.sha256, 32);
	return OK;
}
