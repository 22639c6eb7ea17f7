/*
 * Item: one thing that can hold evidence: a file, a zip member, a message,
 * an attachment, a sheet, a page, a picture.
 *
 * Everything an item points to is borrowed from whoever made it and lives
 * until the call that received the item returns; the arena is the item's
 * own memory and goes with it. Parts may allocate from the arena, never
 * release it.
 */
#ifndef CORE_ITEM_H
#define CORE_ITEM_H

#include "base/arena.h"

/* Nanoseconds since 1970-01-01T00:00:00Z. */
#define TIME_UNKNOWN INT64_MIN

struct times { int64_t modified, created, accessed; };
#define TIMES_UNKNOWN ((struct times){ TIME_UNKNOWN, TIME_UNKNOWN, TIME_UNKNOWN })

/* How an item ended, and the states of the coverage ledger. */
enum status {
	STATUS_READ, STATUS_PARTIAL, STATUS_ENCRYPTED, STATUS_UNREADABLE,
	STATUS_CRASHED, STATUS_TIMED_OUT, STATUS_SKIPPED, STATUS_COUNT
};
const char *status_name(enum status s);

struct print_options;

/* What the user chose for this run; shared, read only. */
struct options {
	unsigned classes;		/* set of classes, see core/kind.h */
	bool no_ocr;
	bool no_find;			/* only printers look at items, no detectors */
	struct span passwords;		/* bytes of --passwords FILE: one a line */
	struct span terms;		/* bytes of --terms FILE */
	const struct print_options *print;	/* what printers take (core/print.h), or NULL */
	struct span rules;		/* bytes of --rules FILE (gitleaks TOML) */
};

struct item {
	const char *trail;		/* forensic path, already escaped */
	const char *name;		/* last component, escaped; "" for a nameless one */
	struct span bytes;		/* the whole of it */
	const uint64_t *volume_ends;	/* a joined volume set: the offset behind each volume; else NULL */
	uint32_t volumes;
	const char *stated_type;	/* MIME type its container states, or NULL */
	struct times times;
	unsigned depth;			/* 0 for a file on disk */
	const struct options *options;
	struct arena *arena;
	struct note **notes;	/* head of the item's notes, set by whoever makes the item; NULL: none are kept */
};

/*
 * A part's own memory for one item, between its calls for that item: zeroed
 * when first asked for, then the same; in the item's arena, gone with it.
 * key is the address of the part's row. NULL when the arena is full or the
 * item keeps no notes: do without then.
 */
struct note { struct note *next; const void *key; void *memory; };
void *item_note(const struct item *it, const void *key, size_t size);

/* The name's extension in lower case without the dot, "" when there is none; at most 15 characters. */
struct extension { char s[16]; };
struct extension item_extension(const struct item *it);
bool item_has_extension(const struct item *it, const char *list);	/* "txt csv tsv" */

#endif
