#include "lib/ole2.h"

#include <string.h>

/* [MS-CFB] 2.1 and 2.2. */
enum {
	SECTOR_LAST = 0xFFFFFFFA,	/* greater numbers mean end, free, FAT, DIFAT */
	HEADER_DIFAT = 109, DIRECTORY_ENTRY = 128,
	PROBE_ENTRIES = 4096,
	FOLDER = 1, STREAM = 2, ROOT = 5
};
#define NO_ENTRY 0xFFFFFFFFu

static uint32_t u32_at(struct span s, size_t at)
{
	struct cur c = cur_of(span_from(s, at));
	return cur_u32le(&c);
}

static unsigned u16_at(struct span s, size_t at)
{
	struct cur c = cur_of(span_from(s, at));
	return cur_u16le(&c);
}

bool ole2_is(struct span head)
{
	return span_starts(head, span_of("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8));
}

/* Sector numbers count from behind the header, which fills one sector. */
static struct span sector(const struct ole2 *o, uint32_t number)
{
	uint64_t at = ((uint64_t)number + 1) << o->sector_shift;
	if (number >= SECTOR_LAST || at >= o->bytes.n)
		return span_of(NULL, 0);
	return span_sub(o->bytes, at, (size_t)1 << o->sector_shift);
}

static size_t sectors_in_file(const struct ole2 *o)
{
	return (o->bytes.n >> o->sector_shift) + 1;
}

static int header_read(struct span bytes, struct ole2 *o, struct fault *why)
{
	if (!ole2_is(bytes) || bytes.n < 512)
		return fault_set(why, E_DAMAGED, "no compound file header");
	*o = (struct ole2){ .bytes = bytes };
	o->sector_shift = u16_at(bytes, 30);
	o->mini_shift = u16_at(bytes, 32);
	o->mini_cutoff = u32_at(bytes, 56);
	if (o->sector_shift < 7 || o->sector_shift > 16)
		return fault_set(why, E_DAMAGED, "sector size 2^%u at offset 30", o->sector_shift);
	if (o->mini_shift < 4 || o->mini_shift >= o->sector_shift)
		return fault_set(why, E_DAMAGED, "mini sector size 2^%u at offset 32", o->mini_shift);
	return OK;
}

/*
 * Walks the list of FAT sectors: 109 in the header, the others in a chain
 * whose sectors end with the next one's number. Ends at the wanted index,
 * the chain's end, or once around the file. SECTOR_LAST when not there.
 */
static uint32_t fat_sector_walk(const struct ole2 *o, size_t wanted, uint32_t *list, size_t *count)
{
	size_t most = sectors_in_file(o), n = 0;
	for (; n < HEADER_DIFAT && n < most && n <= wanted; n++) {
		uint32_t at = u32_at(o->bytes, 76 + 4 * n);
		if (list)
			list[n] = at;
		if (n == wanted)
			return at;
	}
	uint32_t per = (1u << o->sector_shift) / 4 - 1;
	uint32_t next = u32_at(o->bytes, 68);
	for (size_t turn = 0; turn < most && n < most; turn++) {
		struct span s = sector(o, next);
		if (!s.n)
			break;
		for (uint32_t i = 0; i < per && n < most && n <= wanted; i++, n++) {
			uint32_t at = u32_at(s, 4 * (size_t)i);
			if (list)
				list[n] = at;
			if (n == wanted)
				return at;
		}
		next = u32_at(s, 4 * (size_t)per);
	}
	if (count)
		*count = n;
	return SECTOR_LAST;
}

static uint32_t fat_next(const struct ole2 *o, uint32_t number)
{
	unsigned per_shift = o->sector_shift - 2;
	size_t part = number >> per_shift;
	uint32_t at = SECTOR_LAST;
	if (!o->fat_sectors)
		at = fat_sector_walk(o, part, NULL, NULL);
	else if (part < o->fat_count)
		at = o->fat_sectors[part];
	struct span s = sector(o, at);
	size_t entry = 4 * (size_t)(number & ((1u << per_shift) - 1));
	return entry + 4 <= s.n ? u32_at(s, entry) : SECTOR_LAST;
}

static int fat_open(struct ole2 *o, struct fault *why)
{
	uint32_t *list = arena_array(o->arena, sectors_in_file(o), sizeof(*list));
	if (!list)
		return fault_set(why, E_MEMORY, "no memory for the sector table");
	fat_sector_walk(o, SIZE_MAX, list, &o->fat_count);
	o->fat_sectors = list;
	return OK;
}

/* Sectors of a chain that follow each other in the file; ends the run at the first jump. */
static size_t run_length(const struct ole2 *o, uint32_t start, size_t most, uint32_t *next)
{
	size_t n = 1;
	*next = fat_next(o, start);
	while (n < most && *next == start + n && *next < SECTOR_LAST) {
		*next = fat_next(o, *next);
		n++;
	}
	return n;
}

static struct span run_bytes(const struct ole2 *o, uint32_t start, size_t sectors, size_t most)
{
	uint64_t at = ((uint64_t)start + 1) << o->sector_shift;
	if (start >= SECTOR_LAST || at >= o->bytes.n)
		return span_of(NULL, 0);
	uint64_t length = (uint64_t)sectors << o->sector_shift;
	return span_sub(o->bytes, at, length < most ? (size_t)length : most);
}

static size_t sectors_for(size_t n, unsigned shift)
{
	return (n >> shift) + ((n & (((size_t)1 << shift) - 1)) != 0);
}

/* Up to want bytes of a chain; ends at the chain's end or when they are there. */
static int chain_read(const struct ole2 *o, uint32_t start, size_t want, struct span *got, struct fault *why)
{
	uint32_t next;
	*got = span_of(NULL, 0);
	if (want > o->bytes.n)
		want = o->bytes.n;
	if (!want || start >= SECTOR_LAST)
		return OK;
	size_t run = run_length(o, start, sectors_for(want, o->sector_shift), &next);
	struct span first = run_bytes(o, start, run, want);
	if (first.n == want || !first.n || next >= SECTOR_LAST) {
		*got = first;
		return OK;
	}
	unsigned char *copy = arena_take(o->arena, want);
	if (!copy)
		return fault_set(why, E_MEMORY, "no memory for a stream of %zu bytes", want);
	size_t n = 0;
	for (struct span s = first; s.n && n < want; ) {
		memcpy(copy + n, s.p, s.n);
		n += s.n;
		start = next;
		if (n == want || start >= SECTOR_LAST)
			break;
		run = run_length(o, start, sectors_for(want - n, o->sector_shift), &next);
		s = run_bytes(o, start, run, want - n);
	}
	*got = span_of(copy, n);
	return OK;
}

static int mini_read(const struct ole2 *o, uint32_t start, size_t want, struct span *got, struct fault *why)
{
	size_t unit = (size_t)1 << o->mini_shift;
	if (want > o->mini_stream.n)
		want = o->mini_stream.n;
	unsigned char *copy = want ? arena_take(o->arena, want) : NULL;
	*got = span_of(NULL, 0);
	if (want && !copy)
		return fault_set(why, E_MEMORY, "no memory for a stream of %zu bytes", want);
	size_t n = 0;
	while (n < want && start < SECTOR_LAST) {
		struct span s = span_sub(o->mini_stream, (size_t)start << o->mini_shift,
		                         want - n < unit ? want - n : unit);
		if (!s.n)
			break;
		memcpy(copy + n, s.p, s.n);
		n += s.n;
		size_t at = 4 * (size_t)start;
		start = at + 4 <= o->mini_fat.n ? u32_at(o->mini_fat, at) : SECTOR_LAST;
	}
	*got = span_of(copy, n);
	return OK;
}

/* Entry names are UTF-16LE, 64 bytes at most, their length in bytes with the NUL at 64. */
static struct span entry_name(struct arena *arena, struct span entry)
{
	size_t units = u16_at(entry, 64) / 2;
	if (units > 32)
		units = 32;
	if (units && u16_at(entry, 2 * (units - 1)) == 0)
		units--;
	unsigned char *out = arena_take(arena, 3 * units + 1);
	size_t n = 0;
	for (size_t i = 0; out && i < units; i++) {
		unsigned c = u16_at(entry, 2 * i);
		if (c - 0xD800u < 0x800u)
			c = 0xFFFD;
		if (c < 0x80) {
			out[n++] = c;
		} else if (c < 0x800) {
			out[n++] = 0xC0 | c >> 6;
			out[n++] = 0x80 | (c & 63);
		} else {
			out[n++] = 0xE0 | c >> 12;
			out[n++] = 0x80 | (c >> 6 & 63);
			out[n++] = 0x80 | (c & 63);
		}
	}
	return span_of(out, n);
}

/* FILETIME: 100 ns since 1601-01-01, which is 11,644,473,600 s before 1970. */
static int64_t time_of(struct span entry, size_t at)
{
	uint64_t t = u32_at(entry, at) | (uint64_t)u32_at(entry, at + 4) << 32;
	const uint64_t epoch = 116444736000000000u;
	if (t < epoch || t - epoch > INT64_MAX / 100)
		return INT64_MIN;
	return (int64_t)(t - epoch) * 100;
}

static void entry_read(const struct ole2 *o, struct span raw, struct ole2_entry *e)
{
	int type = span_at(raw, 66);
	e->is_used = type == FOLDER || type == STREAM || type == ROOT;
	if (!e->is_used)
		return;
	e->is_folder = type != STREAM;
	e->is_orphan = true;
	e->name = entry_name(o->arena, raw);
	e->class_id = span_sub(raw, 80, 16);
	e->created = time_of(raw, 100);
	e->modified = time_of(raw, 108);
	e->start = u32_at(raw, 116);
	e->size = u32_at(raw, 120);
	if (o->sector_shift > 9)	/* version 3 writers leave rubbish in the upper half */
		e->size |= (uint64_t)u32_at(raw, 124) << 32;
}

struct pending { uint32_t entry; const struct ole2_entry *parent; };

/* Siblings form a binary tree by left (68) and right (72); a folder's own tree hangs at 76. Each entry is visited once. */
static int tree_walk(struct ole2 *o, struct span directory, struct fault *why)
{
	struct pending *stack = arena_array(o->arena, 3 * o->count + 3, sizeof(*stack));
	if (!stack)
		return fault_set(why, E_MEMORY, "no memory for %zu directory entries", o->count);
	size_t n = 0;
	stack[n++] = (struct pending){ 0, NULL };
	while (n) {
		struct pending p = stack[--n];
		if (p.entry >= o->count)
			continue;
		struct ole2_entry *e = &o->entries[p.entry];
		if (!e->is_used || !e->is_orphan)
			continue;
		struct span raw = span_from(directory, (size_t)p.entry * DIRECTORY_ENTRY);
		e->is_orphan = false;
		e->parent = p.parent;
		if (p.entry) {
			stack[n++] = (struct pending){ u32_at(raw, 68), p.parent };
			stack[n++] = (struct pending){ u32_at(raw, 72), p.parent };
		}
		if (e->is_folder)
			stack[n++] = (struct pending){ u32_at(raw, 76), e };
	}
	return OK;
}

/* Entries of a folder in the order of the directory. */
static void children_link(struct ole2 *o)
{
	for (size_t i = o->count; i-- > 1; ) {
		struct ole2_entry *e = &o->entries[i];
		if (!e->parent)
			continue;
		struct ole2_entry *parent = &o->entries[e->parent - o->entries];
		e->next = parent->child;
		parent->child = e;
	}
}

static int directory_open(struct ole2 *o, struct fault *why)
{
	struct span directory;
	int e = chain_read(o, u32_at(o->bytes, 48), SIZE_MAX, &directory, why);
	if (e)
		return e;
	o->count = directory.n / DIRECTORY_ENTRY;
	if (!o->count)
		return fault_set(why, E_DAMAGED, "no directory at sector %u", u32_at(o->bytes, 48));
	o->entries = arena_array(o->arena, o->count, sizeof(*o->entries));
	if (!o->entries)
		return fault_set(why, E_MEMORY, "no memory for %zu directory entries", o->count);
	for (size_t i = 0; i < o->count; i++)
		entry_read(o, span_sub(directory, i * DIRECTORY_ENTRY, DIRECTORY_ENTRY), &o->entries[i]);
	if (!o->entries[0].is_used || !o->entries[0].is_folder)
		return fault_set(why, E_DAMAGED, "the directory does not begin with a root");
	int walked = tree_walk(o, directory, why);
	if (walked == OK)
		children_link(o);
	return walked;
}

int ole2_open(struct span bytes, struct arena *arena, struct ole2 *o, struct fault *why)
{
	struct ole2 new;
	int e = header_read(bytes, &new, why);
	if (e)
		return e;
	new.arena = arena;
	e = fat_open(&new, why);
	if (e)
		return e;
	e = directory_open(&new, why);
	if (e)
		return e;
	e = chain_read(&new, u32_at(bytes, 60), SIZE_MAX, &new.mini_fat, why);
	if (e)
		return e;
	const struct ole2_entry *root = &new.entries[0];
	size_t size = root->size < SIZE_MAX ? root->size : SIZE_MAX;
	e = chain_read(&new, root->start, size, &new.mini_stream, why);
	if (e)
		return e;
	*o = new;
	if (new.mini_stream.n < size)
		return fault_set(why, PART, "the mini stream ends after %zu of %zu bytes", new.mini_stream.n, size);
	return OK;
}

const struct ole2_entry *ole2_named(const struct ole2 *o, const struct ole2_entry *folder,
                                    const char *name)
{
	struct span wanted = span_str(name);
	if (!folder)
		folder = &o->entries[0];
	for (const struct ole2_entry *e = folder->child; e; e = e->next)
		if (span_equal_nocase(e->name, wanted))
			return e;
	return NULL;
}

int ole2_read(const struct ole2 *o, const struct ole2_entry *e, size_t ceiling,
              struct span *stream, struct fault *why)
{
	size_t want = e->size < ceiling ? (size_t)e->size : ceiling;
	int code;
	if (e->size < o->mini_cutoff && e != &o->entries[0])
		code = mini_read(o, e->start, want, stream, why);
	else
		code = chain_read(o, e->start, want, stream, why);
	if (code)
		return code;
	if (want && !stream->n)
		return fault_set(why, E_DAMAGED, "stream %.*s: none of %zu bytes are there",
		                 (int)e->name.n, (const char *)e->name.p, want);
	if (stream->n < want)
		return fault_set(why, PART, "stream %.*s ends after %zu of %zu bytes",
		                 (int)e->name.n, (const char *)e->name.p, stream->n, want);
	return OK;
}

static bool name_is(struct span entry, struct span name)
{
	if (span_at(entry, 66) <= 0 || u16_at(entry, 64) != 2 * (name.n + 1))
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (u16_at(entry, 2 * i) != (unsigned)span_at(name, i))
			return false;
	return true;
}

bool ole2_has(struct span bytes, const char *name)
{
	struct ole2 o;
	if (header_read(bytes, &o, NULL) != OK)
		return false;
	size_t per = ((size_t)1 << o.sector_shift) / DIRECTORY_ENTRY;
	uint32_t at = u32_at(bytes, 48);
	for (size_t seen = 0; seen < PROBE_ENTRIES; ) {
		struct span s = sector(&o, at);
		if (!s.n || !per)
			return false;
		for (size_t i = 0; i < per; i++, seen++)
			if (name_is(span_sub(s, i * DIRECTORY_ENTRY, DIRECTORY_ENTRY), span_str(name)))
				return true;
		at = fat_next(&o, at);
	}
	return false;
}
