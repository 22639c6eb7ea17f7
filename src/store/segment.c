/* Reading a segment: open, check, look up. */
#include "store/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/segment_file.h"

enum { BATCH = 64, STRAIGHT = 48 };

struct segment {
	char *path;
	const unsigned char *p;
	size_t n;
	struct footer f;
	struct shard *shards;	/* copies, checked */
	struct fuse *filters;
};

static bool lies_within(const struct segment *s, uint64_t at, uint64_t n)
{
	return at <= s->f.shards_at && n <= s->f.shards_at - at;
}

static bool shard_is_sound(const struct segment *s, const struct shard *h)
{
	if (h->bucket_bits < 1 || h->bucket_bits + s->f.shard_bits > 40)
		return false;
	uint64_t bits = (shard_rest_bits(s->f.shard_bits, h->bucket_bits) + s->f.at_bits) * (uint64_t)h->pairs;
	bool is_power = h->segment_length && !(h->segment_length & (h->segment_length - 1));
	uint64_t slots = h->span + 2ull * h->segment_length;
	return lies_within(s, h->entries_at, bits / 8 + 1 + SEGMENT_PAD) && h->buckets_at % 4 == 0 &&
	       lies_within(s, h->buckets_at, 4 * ((1ull << h->bucket_bits) + 1)) &&
	       lies_within(s, h->filter_at, h->slots) && is_power && slots == h->slots &&
	       h->span % h->segment_length == 0 && h->span > 0;
}

static int check_tables(struct segment *s, struct fault *why)
{
	size_t shards = (size_t)1 << s->f.shard_bits;
	s->shards = malloc(shards * sizeof(*s->shards));
	s->filters = malloc(shards * sizeof(*s->filters));
	if (!s->shards || !s->filters)
		return fault_set(why, E_MEMORY, "%s: out of memory", s->path);
	memcpy(s->shards, s->p + s->f.shards_at, shards * sizeof(*s->shards));
	uint64_t pairs = 0;
	for (size_t i = 0; i < shards; i++) {
		const struct shard *h = &s->shards[i];
		if (h->first != pairs || !shard_is_sound(s, h))
			return fault_set(why, E_STORE, "%s: its table of shards does not add up", s->path);
		pairs += h->pairs;
		s->filters[i] = (struct fuse){ h->seed, h->segment_length, h->span, h->slots };
	}
	if (pairs != s->f.count)
		return fault_set(why, E_STORE, "%s: its shards hold %llu pairs, its footer says %llu", s->path,
		                 (unsigned long long)pairs, (unsigned long long)s->f.count);
	return OK;
}

static int check_footer(struct segment *s, struct fault *why)
{
	if (s->n < SEGMENT_HEAD + sizeof(s->f))
		return fault_set(why, E_STORE, "%s: only %zu bytes long", s->path, s->n);
	memcpy(&s->f, s->p + s->n - sizeof(s->f), sizeof(s->f));
	if (memcmp(s->f.magic, SEGMENT_MAGIC, sizeof(SEGMENT_MAGIC)) != 0 ||
	    memcmp(s->p, SEGMENT_MAGIC, sizeof(SEGMENT_MAGIC)) != 0)
		return fault_set(why, E_STORE, "%s: cut off, or no segment of anchors", s->path);
	if (s->f.version != SEGMENT_VERSION)
		return fault_set(why, E_STORE, "%s: segment version %u, this program reads %d", s->path,
		                 s->f.version, SEGMENT_VERSION);
	if (s->f.bytes != s->n || s->f.shard_bits > SHARD_BITS_MAX || s->f.at_bits > 56 || s->f.at_bits < 1 ||
	    s->f.shards_at > s->n || s->f.shards_at + (sizeof(struct shard) << s->f.shard_bits) + sizeof(s->f) != s->n)
		return fault_set(why, E_STORE, "%s: %zu bytes long, its footer says %llu", s->path, s->n,
		                 (unsigned long long)s->f.bytes);
	return check_tables(s, why);
}

static int map_file(struct segment *s, struct fault *why)
{
	int fd = open(s->path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0) {
		int error = errno;
		if (fd >= 0)
			close(fd);
		return fault_set(why, E_STORE, "%s: %s", s->path, strerror(error));
	}
	s->n = (size_t)st.st_size;
	void *p = s->n ? mmap(NULL, s->n, PROT_READ, MAP_SHARED, fd, 0) : MAP_FAILED;
	int error = s->n ? errno : 0;
	close(fd);
	if (p == MAP_FAILED)
		return fault_set(why, E_STORE, "%s: %s", s->path, s->n ? strerror(error) : "empty");
	s->p = p;
	return OK;
}

int segment_open(const char *path, struct segment **out, struct fault *why)
{
	struct segment *s = calloc(1, sizeof(*s));
	if (!s || !(s->path = strdup(path))) {
		free(s);
		return fault_set(why, E_MEMORY, "%s: out of memory", path);
	}
	int e = map_file(s, why);
	if (!e)
		e = check_footer(s, why);
	if (e)
		segment_close(s);
	else
		*out = s;
	return e;
}

void segment_close(struct segment *s)
{
	if (!s)
		return;
	if (s->p)
		munmap((void *)s->p, s->n);
	free(s->path);
	free(s->shards);
	free(s->filters);
	free(s);
}

uint64_t segment_count(const struct segment *s) { return s->f.count; }
uint64_t segment_bytes(const struct segment *s) { return s->n; }
uint32_t segment_space(const struct segment *s) { return s->f.space; }

int segment_verify(const struct segment *s, unsigned char digest[32], struct fault *why)
{
	unsigned char now[32];
	if (EVP_Digest(s->p, s->n - sizeof(now), now, NULL, EVP_sha256(), NULL) != 1)
		return fault_set(why, E_MEMORY, "%s: no memory to hash", s->path);
	if (memcmp(now, s->f.sha256, sizeof(now)) != 0)
		return fault_set(why, E_STORE, "%s: altered: its SHA-256 is not the one in its footer", s->path);
	if (digest)
		memcpy(digest, now, sizeof(now));
	return OK;
}

/* The eight bytes at bit position `at`, shifted so that it comes first. */
static inline uint64_t bits_at(const unsigned char *p, uint64_t at, unsigned bits)
{
	uint64_t low, high;
	memcpy(&low, p + at / 8, 8);
	low >>= at % 8;
	if (bits + at % 8 > 64) {
		memcpy(&high, p + at / 8 + 8, 8);
		low |= high << (64 - at % 8);
	}
	return bits == 64 ? low : low & ((1ull << bits) - 1);
}

/* A look-up under way. */
struct query {
	const struct shard *shard;
	uint64_t key;			/* what is left of the value within its shard, moved to the top */
	struct fuse_slots slots;
	uint64_t bucket, low, high;	/* entries of the bucket */
	uint64_t guess, rest;
	bool is_alive;
};

static inline uint32_t shard_of(const struct segment *s, uint64_t value)
{
	return s->f.shard_bits ? (uint32_t)(value >> (64 - s->f.shard_bits)) : 0;
}

static inline unsigned rest_bits(const struct segment *s, const struct shard *h)
{
	return shard_rest_bits(s->f.shard_bits, h->bucket_bits);
}

static inline uint64_t entry_bit(const struct segment *s, const struct shard *h, uint64_t entry)
{
	return (rest_bits(s, h) + s->f.at_bits) * entry;
}

static inline uint64_t rest_at(const struct segment *s, const struct shard *h, uint64_t entry)
{
	return bits_at(s->p + h->entries_at, entry_bit(s, h, entry), rest_bits(s, h));
}

static void ask_filter(const struct segment *s, struct query *q, uint64_t value)
{
	uint32_t shard = shard_of(s, value);
	q->shard = &s->shards[shard];
	q->key = value << s->f.shard_bits;
	q->slots = fuse_slots_of(&s->filters[shard], q->key);
	q->is_alive = q->shard->pairs > 0;
	for (int i = 0; i < 3; i++)
		__builtin_prefetch(s->p + q->shard->filter_at + q->slots.at[i]);
}

static void ask_bucket(const struct segment *s, struct query *q)
{
	q->is_alive = q->is_alive && fuse_has(s->p + q->shard->filter_at, q->slots);
	q->bucket = q->key >> (64 - q->shard->bucket_bits);
	if (q->is_alive)
		__builtin_prefetch(s->p + q->shard->buckets_at + 4 * q->bucket);
}

/* Where among the bucket's entries the value should stand, values being uniform. */
static void ask_entries(const struct segment *s, struct query *q)
{
	if (!q->is_alive)
		return;
	uint32_t ends[2];
	memcpy(ends, s->p + q->shard->buckets_at + 4 * q->bucket, sizeof(ends));
	q->low = ends[0];
	q->high = ends[1] < q->shard->pairs ? ends[1] : q->shard->pairs;
	q->is_alive = q->low < q->high;
	uint64_t part = q->key << q->shard->bucket_bits;
	q->rest = part >> (64 - rest_bits(s, q->shard));
	q->guess = q->low + (uint64_t)((unsigned __int128)part * (q->high - q->low) >> 64);
	__builtin_prefetch(s->p + q->shard->entries_at + entry_bit(s, q->shard, q->guess) / 8);
}

/* First entry of [low, high) that is not below rest. */
static uint64_t lower_bound(const struct segment *s, const struct query *q, uint64_t low, uint64_t high)
{
	while (low < high) {
		uint64_t middle = low + (high - low) / 2;
		if (rest_at(s, q->shard, middle) < q->rest)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static uint64_t first_entry(const struct segment *s, const struct query *q)
{
	if (q->high - q->low > STRAIGHT)
		return lower_bound(s, q, q->low, q->high);
	uint64_t at = q->guess;
	while (at > q->low && rest_at(s, q->shard, at - 1) >= q->rest)
		at--;
	while (at < q->high && rest_at(s, q->shard, at) < q->rest)
		at++;
	return at;
}

static uint64_t equal_entries(const struct segment *s, const struct query *q, uint64_t first)
{
	uint64_t end = first, step = 1;
	while (end < q->high && rest_at(s, q->shard, end) == q->rest) {
		end += step;
		step *= 2;
	}
	if (step <= 2)
		return end - first;
	uint64_t low = end - step / 2 + 1, high = end < q->high ? end : q->high;
	struct query above = *q;
	above.rest++;
	return lower_bound(s, &above, low, high) - first;
}

static struct segment_hit answer(const struct segment *s, const struct query *q)
{
	struct segment_hit none = { 0, 0 };
	if (!q->is_alive)
		return none;
	uint64_t first = first_entry(s, q);
	if (first == q->high || rest_at(s, q->shard, first) != q->rest)
		return none;
	return (struct segment_hit){ q->shard->first + first, equal_entries(s, q, first) };
}

void segment_find(const struct segment *s, const uint64_t *values, size_t n, struct segment_hit *hits)
{
	struct query q[BATCH];
	for (size_t done = 0; done < n; done += BATCH) {
		size_t m = n - done < BATCH ? n - done : BATCH;
		for (size_t i = 0; i < m; i++)
			ask_filter(s, &q[i], values[done + i]);
		for (size_t i = 0; i < m; i++)
			ask_bucket(s, &q[i]);
		for (size_t i = 0; i < m; i++)
			ask_entries(s, &q[i]);
		for (size_t i = 0; i < m; i++)
			hits[done + i] = answer(s, &q[i]);
	}
}

/* The shard that holds an entry. */
static uint32_t shard_with(const struct segment *s, uint64_t entry)
{
	uint32_t low = 0, high = (1u << s->f.shard_bits) - 1;
	while (low < high) {
		uint32_t middle = low + (high - low + 1) / 2;
		if (s->shards[middle].first <= entry)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* The bucket of an entry: the last that begins at or before it and is not empty. */
static uint64_t bucket_with(const struct segment *s, const struct shard *h, uint64_t entry)
{
	uint64_t low = 0, high = (1ull << h->bucket_bits) - 1;
	while (low < high) {
		uint64_t middle = low + (high - low + 1) / 2;
		uint32_t first;
		memcpy(&first, s->p + h->buckets_at + 4 * middle, 4);
		if (first <= entry)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

struct pair segment_pair(const struct segment *s, uint64_t entry)
{
	if (entry >= s->f.count)
		return (struct pair){ 0, 0 };
	uint32_t shard = shard_with(s, entry);
	const struct shard *h = &s->shards[shard];
	uint64_t i = entry - h->first;
	uint64_t key = bucket_with(s, h, i) << (64 - h->bucket_bits) | rest_at(s, h, i) << s->f.shard_bits;
	struct pair p = { key >> s->f.shard_bits, 0 };
	if (s->f.shard_bits)
		p.value |= (uint64_t)shard << (64 - s->f.shard_bits);
	p.at = bits_at(s->p + h->entries_at, entry_bit(s, h, i) + rest_bits(s, h), s->f.at_bits);
	return p;
}
