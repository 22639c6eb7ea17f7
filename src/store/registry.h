/*
 * Registry: what the organisation owns; a directory that outlives cases:
 * registry.db (SQLite: a case's tables of items, and those below), anchors/
 * (segments), key (mode 0600), lock.
 *
 * Every stream of anchors (an item's bytes for a window; its normalized text)
 * has a range of the registry's address space: place = base of the stream +
 * offset in it. Segments hold (keyed value, place). A stream whose item is gone
 * has no item any more (a tombstone) until registry_compact drops its places;
 * when another registered item has the same bytes, it takes the stream over.
 *
 * Values are keyed here (SipHash-2-4 under a key derived from the registry's),
 * so a stolen registry does not tell what the files contain; workers know no key.
 *
 * One process writes at a time; readers may look on. Not shared between threads.
 */
#ifndef STORE_REGISTRY_H
#define STORE_REGISTRY_H

#include "core/print.h"
#include "store/case.h"
#include "store/segment.h"

enum { REGISTRY_VERSION = 1, REGISTRY_KEYED_MAX = 1 << 16 };

struct registry;

/* CASE_READ, CASE_WRITE or CASE_CREATE; reasons of E_STORE as for a case, and segments that are missing or cut. */
int  registry_open(const char *dir, const char *key_file, enum case_mode mode, struct registry **r, struct fault *why);
void registry_close(struct registry *r);
struct case_file *registry_case(struct registry *r);

/* Makes the collection, or checks that it has that window (0: as it is, or PRINT_WINDOW for a new one); items registered from now on belong to it. */
int registry_collection(struct registry *r, const char *name, uint32_t window, bool is_background, struct fault *why);
/* The byte windows in use, ended by 0. */
int registry_windows(struct registry *r, uint32_t windows[PRINT_WINDOWS_MAX], struct fault *why);

/* ---- writing: calls as in scan/scan.h, struct scan_prints ---- */

/* An item begins (anew): what it had before is dropped. path: of a file on disk, to open it by later; else NULL. */
int registry_item_begin(struct registry *r, int64_t row, const char *path, struct fault *why);
int registry_item_add(struct registry *r, int64_t row, const struct prints *p, struct fault *why);
int registry_item_digest(struct registry *r, int64_t row, const struct digest *d, struct fault *why);
/* A part of the fingerprint of the item's film, in order. */
int registry_item_film(struct registry *r, int64_t row, struct span part, struct fault *why);
int registry_item_end(struct registry *r, int64_t row, uint64_t size, const struct item_end *end, struct fault *why);
/* Puts what is pending into the transaction under way; commit follows. */
int registry_save(struct registry *r, struct fault *why);
/* Writes pending anchors into segments and merges those of like size. force: however few there are. */
int registry_flush(struct registry *r, bool force, struct fault *why);
/* Rewrites all segments without the places of streams that are gone. */
int registry_compact(struct registry *r, struct fault *why);
/* Takes over all of another registry that has the same key. */
int registry_merge(struct registry *r, const char *from, const char *key_file, struct fault *why);
/* Forgets a registered file and all below it; *count: files forgotten. path is a trail, or a folder's. */
int registry_forget(struct registry *r, const char *path, uint64_t *count, struct fault *why);
/* Compares every segment with its digest, in its footer and in the catalogue, and checks the database. */
int registry_verify(struct registry *r, struct fault *why);

/* ---- looking up ---- */

struct registry_counts { uint64_t items, background, anchors, bytes, segments, pictures; };
int registry_counts(struct registry *r, struct registry_counts *n, struct fault *why);

/* One place of a value. */
struct registry_hit {
	uint32_t query;		/* number of the value */
	uint64_t place;
};
/* Gives all places of n values, at most most of each; count[i] gets how many there are. A negative code of take ends it. */
int registry_find(struct registry *r, enum print_space space, const uint64_t *values, size_t n, uint64_t most,
                  uint64_t *count, int (*take)(void *user, const struct registry_hit *h), void *user, struct fault *why);

/* Where a place is. item 0: gone. */
struct registry_stream { uint64_t base, size; int64_t item; enum print_space space; uint32_t window; bool is_background; };
int registry_stream_at(struct registry *r, uint64_t place, struct registry_stream *s, struct fault *why);

/* A registered item; trail is borrowed until the next call. */
struct registry_item {
	int64_t row;
	const char *trail;
	const char *path;	/* absolute, of a file on disk; NULL for others; borrowed likewise */
	uint64_t size, text_length;
	int64_t modified;
	unsigned depth;
	bool is_background;
	unsigned char sha256[32];
};
int registry_item_of(struct registry *r, int64_t row, struct registry_item *it, struct fault *why);
/* Calls take for up to most items with these bytes, own ones first; *own and *background count them. */
int registry_same_bytes(struct registry *r, const unsigned char sha256[32], unsigned most,
                        int (*take)(void *user, const struct registry_item *it), void *user,
                        uint64_t *own, uint64_t *background, struct fault *why);

/* All registered pictures, n of each array; the registry owns them. */
struct registry_pictures { const unsigned char (*pdq)[32]; const int64_t *item; const uint32_t *page; const bool *is_background; size_t n; };
int registry_pictures(struct registry *r, struct registry_pictures *p, struct fault *why);

/* The fingerprints of all registered films, mapped; the registry owns them. */
struct registry_film { int64_t item; bool is_background; struct span bytes; };
int registry_films(struct registry *r, const struct registry_film **films, size_t *n, struct fault *why);

#endif
