#include "store/fuse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES_UNIFORM = 8, TRIES = 100 };

void fuse_plan(uint32_t n, struct fuse *f)
{
	double ln = log(n < 2 ? 2 : n);
	unsigned bits = (unsigned)floor(ln / log(3.33) + 2.25);
	bits = bits > 18 ? 18 : bits;
	double factor = fmax(1.125, 0.875 + 0.25 * log(1e6) / ln);
	uint64_t capacity = n < 2 ? 4 : (uint64_t)llround(n * factor);
	uint64_t segments = (capacity + (1u << bits) - 1) >> bits;
	segments = segments > 2 ? segments - 2 : 1;
	f->seed = 0;
	f->segment_length = 1u << bits;
	f->span = (uint32_t)(segments << bits);
	f->slots = (uint32_t)((segments + 2) << bits);
}

/* Working memory: for each slot how many keys touch it and their exclusive or; then the order of peeling. */
struct work {
	uint8_t *count;
	uint64_t *keys;
	uint32_t *alone;	/* slots with one key, as a stack */
	uint64_t *peeled;
	uint32_t *peeled_at;
};

static void work_release(struct work *w)
{
	free(w->count);
	free(w->keys);
	free(w->alone);
	free(w->peeled);
	free(w->peeled_at);
}

static bool work_init(struct work *w, uint32_t slots, uint32_t n)
{
	w->count = malloc(slots);
	w->keys = malloc(slots * sizeof(*w->keys));
	w->alone = malloc(slots * sizeof(*w->alone));
	w->peeled = malloc((n + 1ull) * sizeof(*w->peeled));
	w->peeled_at = malloc((n + 1ull) * sizeof(*w->peeled_at));
	return w->count && w->keys && w->alone && w->peeled && w->peeled_at;
}

/* False when more than 255 keys touch one slot. */
static bool count_keys(struct work *w, const struct fuse *f, const uint64_t *keys, uint32_t n)
{
	memset(w->count, 0, f->slots);
	memset(w->keys, 0, f->slots * sizeof(*w->keys));
	for (uint32_t i = 0; i < n; i++) {
		struct fuse_slots s = fuse_slots_of(f, keys[i]);
		for (int k = 0; k < 3; k++) {
			w->keys[s.at[k]] ^= keys[i];
			if (++w->count[s.at[k]] == 0)
				return false;
		}
	}
	return true;
}

/* Takes keys away that sit alone in a slot, until none does; true when all are gone. */
static bool peel(struct work *w, const struct fuse *f, uint32_t n)
{
	uint32_t alone = 0, done = 0;
	for (uint32_t i = 0; i < f->slots; i++)
		if (w->count[i] == 1)
			w->alone[alone++] = i;
	while (alone > 0) {
		uint32_t at = w->alone[--alone];
		if (w->count[at] != 1)
			continue;
		uint64_t key = w->keys[at];
		w->peeled[done] = key;
		w->peeled_at[done++] = at;
		struct fuse_slots s = fuse_slots_of(f, key);
		for (int k = 0; k < 3; k++) {
			w->keys[s.at[k]] ^= key;
			if (--w->count[s.at[k]] == 1)
				w->alone[alone++] = s.at[k];
		}
	}
	return done == n;
}

static void assign(const struct work *w, const struct fuse *f, uint32_t n, uint8_t *bytes)
{
	memset(bytes, 0, f->slots);
	for (uint32_t i = n; i > 0; i--) {
		struct fuse_slots s = fuse_slots_of(f, w->peeled[i - 1]);
		bytes[w->peeled_at[i - 1]] = s.want ^ bytes[s.at[0]] ^ bytes[s.at[1]] ^ bytes[s.at[2]];
	}
}

bool fuse_build(struct fuse *f, const uint64_t *keys, uint32_t n, uint8_t *bytes)
{
	struct work w = { 0 };
	bool is_built = false;
	if (work_init(&w, f->slots, n))
		for (int i = 0; i < TRIES && !is_built; i++) {
			f->seed = fuse_mix((uint64_t)i + 1) & ~1ull;
			f->seed |= i >= TRIES_UNIFORM;
			is_built = count_keys(&w, f, keys, n) && peel(&w, f, n);
		}
	if (is_built)
		assign(&w, f, n, bytes);
	work_release(&w);
	return is_built;
}
