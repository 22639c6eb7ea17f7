/*
 * OLE2 compound files over memory, after [MS-CFB] 10.0: the file system in
 * a file that .doc, .xls, .ppt, .msg and others live in.
 *
 * Our own walk, because libgsf recurses over the sibling pointers of the
 * file and refuses one whose end is missing: here nothing recurses, every
 * chain is followed at most once around the file, and what is there can be
 * read. Owns nothing: all memory is the arena's, and spans may borrow from
 * the bytes, which must outlive it.
 */
#ifndef LIB_OLE2_H
#define LIB_OLE2_H

#include "base/arena.h"
#include "base/fault.h"

struct ole2_entry {
	struct span name;	/* UTF-8 */
	const struct ole2_entry *parent;	/* a folder; NULL for the root and for orphans */
	const struct ole2_entry *child, *next;	/* a folder's first entry, and the next one of the same folder */
	struct span class_id;	/* 16 bytes */
	uint64_t size;		/* bytes, as the directory states it: not trusted */
	int64_t created, modified;	/* nanoseconds since 1970, INT64_MIN when unknown */
	uint32_t start;		/* first sector */
	bool is_used, is_folder;
	bool is_orphan;		/* reached from no folder: left over from a deletion */
};
struct ole2 {
	struct span bytes;
	struct arena *arena;
	unsigned sector_shift, mini_shift;
	uint32_t mini_cutoff;		/* bytes; smaller streams lie in the mini stream */
	uint32_t *fat_sectors;		/* where the parts of the FAT lie */
	size_t fat_count;
	struct span mini_fat, mini_stream;
	size_t count;			/* entries, unused ones included */
	struct ole2_entry *entries;	/* the root is the first */
};

/* True when the bytes begin as a compound file does. */
bool ole2_is(struct span head);
/*
 * For probes: true when the directory names an entry so, in any folder.
 * Needs the whole item's bytes, allocates nothing, looks at 4,096 entries at most.
 */
bool ole2_has(struct span bytes, const char *name);

/* OK, PART when the directory breaks off, or E_DAMAGED, E_MEMORY. */
int ole2_open(struct span bytes, struct arena *arena, struct ole2 *o, struct fault *why);
/* The entry of that name (ASCII case ignored) in the folder, NULL for the root; NULL when there is none. */
const struct ole2_entry *ole2_named(const struct ole2 *o, const struct ole2_entry *folder,
                                    const char *name);
/*
 * A stream's bytes: borrowed from the file where they lie in one run, else
 * copied into the arena. At most ceiling bytes. PART when they end before
 * the stated size (what is there is given), negative when there is nothing.
 */
int ole2_read(const struct ole2 *o, const struct ole2_entry *e, size_t ceiling,
              struct span *stream, struct fault *why);

#endif
