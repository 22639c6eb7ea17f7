/*
 * The directory of a zip. APPNOTE 6.3.10: 4.3.7 local header, 4.3.12
 * central header, 4.3.14 to 4.3.16 end records, 4.5.3 Zip64 extra field,
 * 4.4.5 methods; time stamps in 4.5.5 (NTFS) and Info-ZIP's "UT" field.
 */
#include "lib/zip.h"

enum {
	END_LEN = 22, END64_LEN = 56, LOCATOR_LEN = 20, CENTRAL_LEN = 46, LOCAL_LEN = 30,
	END_SEARCH = 1 << 20,	/* comments end within 64 KB; what was appended may be longer */
	STRAY_STEPS = 50 << 20,	/* names compared at most */
};

static const struct span sig_end = { (const unsigned char *)"PK\5\6", 4 };
static const struct span sig_end64 = { (const unsigned char *)"PK\6\6", 4 };
static const struct span sig_locator = { (const unsigned char *)"PK\6\7", 4 };
static const struct span sig_central = { (const unsigned char *)"PK\1\2", 4 };
static const struct span sig_local = { (const unsigned char *)"PK\3\4", 4 };
static const struct span sig_descriptor = { (const unsigned char *)"PK\7\10", 4 };

struct volumes { const uint64_t *ends; uint32_t count; };

/* What the end records say, and where the directory really is. */
struct end {
	uint64_t disk, directory_disk, count, size, offset;
	uint64_t at;		/* of the record that follows the directory */
};

static bool has_sig(struct span bytes, uint64_t at, struct span sig)
{
	return at <= bytes.n && span_starts(span_from(bytes, (size_t)at), sig);
}

static uint64_t volume_start(struct volumes v, uint64_t disk)
{
	if (!disk || !v.count)
		return 0;
	return v.ends[disk <= v.count ? disk - 1 : v.count - 1];
}

/* Days since 1970-01-01; the years of a DOS date are 1980 to 2107, of which 2100 alone breaks the rule of four. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	static const int16_t before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	int64_t leaps = (year - 1969) / 4 - (year > 2100);
	bool is_leap = year % 4 == 0 && year != 2100;
	return (year - 1970) * 365 + leaps + before[month - 1] + (month > 2 && is_leap) + day - 1;
}

static int64_t time_of_dos(uint16_t date, uint16_t time)
{
	unsigned month = date >> 5 & 15, day = date & 31;
	if (month < 1 || month > 12 || day < 1)
		return INT64_MIN;
	int64_t seconds = days_of(1980 + (date >> 9), month, day) * 86400 +
		(time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2;
	return seconds * 1000000000;
}

/* 100 ns since 1601 to ns since 1970; out of range keeps the time it had. */
static int64_t time_of_windows(uint64_t t, int64_t otherwise)
{
	int64_t ns;
	if (t > INT64_MAX || __builtin_mul_overflow((int64_t)t - 116444736000000000, 100, &ns))
		return otherwise;
	return ns;
}

/* Fields are skipped, not trusted: a length beyond the end ends the loop through cur's bad. */
static void take_extra(struct zip_member *m, uint64_t *disk)
{
	struct cur c = cur_of(m->extra);
	while (c.left.n >= 4) {
		uint16_t id = cur_u16le(&c);
		struct cur f = cur_of(cur_take(&c, cur_u16le(&c)));
		if (c.bad)
			return;
		if (id == 1) {
			if (m->size == UINT32_MAX)
				m->size = cur_u64le(&f);
			if (m->packed == UINT32_MAX)
				m->packed = cur_u64le(&f);
			if (m->header_at == UINT32_MAX)
				m->header_at = cur_u64le(&f);
			if (*disk == UINT16_MAX)
				*disk = cur_u32le(&f);
		} else if (id == 0x5455 && f.left.n >= 5 && (cur_u8(&f) & 1)) {
			m->modified = (int64_t)(int32_t)cur_u32le(&f) * 1000000000;
		} else if (id == 0x000a && f.left.n >= 32) {
			cur_skip(&f, 8);
			m->modified = time_of_windows(cur_u64le(&f), m->modified);
		}
	}
}

static void judge_member(struct zip_member *m)
{
	m->is_encrypted = m->flags & 1;
	m->is_folder = m->is_folder || span_at(m->name, m->name.n - 1) == '/' || (m->unix_mode & 0170000) == 0040000;
}

/* false when no whole header is there. */
static bool take_central(struct cur *c, struct volumes v, uint64_t shift, struct zip_member *m)
{
	if (!span_starts(c->left, sig_central))
		return false;
	cur_skip(c, 4);
	uint16_t made_by = cur_u16le(c);
	cur_skip(c, 2);
	*m = (struct zip_member){ .flags = cur_u16le(c) };
	m->method = cur_u16le(c);
	m->dos_time = cur_u16le(c);
	m->modified = time_of_dos(cur_u16le(c), m->dos_time);
	m->crc = cur_u32le(c);
	m->packed = cur_u32le(c);
	m->size = cur_u32le(c);
	uint16_t name_len = cur_u16le(c), extra_len = cur_u16le(c), comment_len = cur_u16le(c);
	uint64_t disk = cur_u16le(c);
	cur_skip(c, 2);
	uint32_t attributes = cur_u32le(c);
	m->header_at = cur_u32le(c);
	m->name = cur_take(c, name_len);
	m->extra = cur_take(c, extra_len);
	cur_skip(c, comment_len);
	if (c->bad)
		return false;
	if (made_by >> 8 == 3 || made_by >> 8 == 19)
		m->unix_mode = attributes >> 16;
	m->is_folder = (attributes & 0x10) && !m->size;
	take_extra(m, &disk);
	uint64_t start = volume_start(v, disk);
	if (__builtin_add_overflow(m->header_at, start, &m->header_at) ||
	    __builtin_add_overflow(m->header_at, shift, &m->header_at))
		m->header_at = UINT64_MAX;
	judge_member(m);
	return true;
}

/* Bytes from the local header at `at`: its fields, and where the data starts. */
static bool take_local(struct span bytes, uint64_t at, struct zip_member *m, uint64_t *data_at)
{
	if (!has_sig(bytes, at, sig_local))
		return false;
	struct cur c = cur_of(span_from(bytes, (size_t)at));
	cur_skip(&c, 6);
	*m = (struct zip_member){ .flags = cur_u16le(&c) };
	m->method = cur_u16le(&c);
	m->dos_time = cur_u16le(&c);
	m->modified = time_of_dos(cur_u16le(&c), m->dos_time);
	m->crc = cur_u32le(&c);
	m->packed = cur_u32le(&c);
	m->size = cur_u32le(&c);
	uint16_t name_len = cur_u16le(&c), extra_len = cur_u16le(&c);
	m->name = cur_take(&c, name_len);
	m->extra = cur_take(&c, extra_len);
	m->header_at = at;
	uint64_t disk = 0;
	take_extra(m, &disk);
	judge_member(m);
	*data_at = at + LOCAL_LEN + name_len + extra_len;
	return !c.bad;
}

static void take_end64(struct span bytes, struct volumes v, uint64_t end_at, struct end *e)
{
	if (end_at < LOCATOR_LEN || !has_sig(bytes, end_at - LOCATOR_LEN, sig_locator))
		return;
	struct cur c = cur_of(span_from(bytes, (size_t)end_at - LOCATOR_LEN));
	cur_skip(&c, 4);
	uint64_t at = volume_start(v, cur_u32le(&c));
	if (__builtin_add_overflow(at, cur_u64le(&c), &at) || !has_sig(bytes, at, sig_end64))
		at = end_at - LOCATOR_LEN - END64_LEN;	/* something stands before the archive */
	if (end_at < LOCATOR_LEN + END64_LEN || !has_sig(bytes, at, sig_end64))
		return;
	c = cur_of(span_from(bytes, (size_t)at));
	cur_skip(&c, 16);
	struct end e64 = { .at = at, .disk = cur_u32le(&c), .directory_disk = cur_u32le(&c) };
	cur_skip(&c, 8);
	e64.count = cur_u64le(&c);
	e64.size = cur_u64le(&c);
	e64.offset = cur_u64le(&c);
	if (!c.bad)
		*e = e64;
}

/* Where the directory starts: right before its end record, or where the record says. */
static bool directory_at(struct span bytes, struct volumes v, const struct end *e, uint64_t *at)
{
	uint64_t stated;
	if (__builtin_add_overflow(volume_start(v, e->directory_disk), e->offset, &stated))
		stated = UINT64_MAX;
	if (e->size <= e->at && has_sig(bytes, e->at - e->size, sig_central))
		*at = e->at - e->size;
	else if (has_sig(bytes, stated, sig_central))
		*at = stated;
	else
		*at = e->at;
	return *at != e->at || !e->count;
}

/* The last end record that a directory belongs to; the search is bounded by END_SEARCH. */
static bool find_end(struct span bytes, struct volumes v, struct end *e, uint64_t *at)
{
	if (bytes.n < END_LEN)
		return false;
	size_t low = bytes.n > END_SEARCH ? bytes.n - END_SEARCH : 0;
	for (size_t i = bytes.n - END_LEN + 1; i-- > low;) {
		if (span_at(bytes, i) != 'P' || !has_sig(bytes, i, sig_end))
			continue;
		struct cur c = cur_of(span_from(bytes, i));
		cur_skip(&c, 4);
		*e = (struct end){ .at = i, .disk = cur_u16le(&c), .directory_disk = cur_u16le(&c) };
		cur_skip(&c, 2);
		e->count = cur_u16le(&c);
		e->size = cur_u32le(&c);
		e->offset = cur_u32le(&c);
		take_end64(bytes, v, i, e);
		if (!c.bad && directory_at(bytes, v, e, at))
			return true;
	}
	return false;
}

static size_t count_central(struct span directory)
{
	struct cur c = cur_of(directory);
	struct zip_member m;
	size_t n = 0;
	while (take_central(&c, (struct volumes){ NULL, 0 }, 0, &m))	/* each turn takes 46 bytes or more */
		n++;
	return n;
}

static int read_directory(struct zip *z, struct volumes v, const struct end *e, uint64_t at,
                          struct arena *arena, struct fault *why)
{
	struct span directory = span_from(z->bytes, (size_t)at);
	size_t n = count_central(directory);
	z->members = arena_array(arena, n, sizeof(*z->members));
	if (!z->members)
		return fault_set(why, E_LIMIT, "directory of %zu members is too large", n);
	uint64_t stated, shift = 0;
	if (!__builtin_add_overflow(volume_start(v, e->directory_disk), e->offset, &stated) && at > stated &&
	    !has_sig(z->bytes, stated, sig_central))
		shift = at - stated;
	struct cur c = cur_of(directory);
	for (z->count = 0; z->count < n; z->count++)
		take_central(&c, v, shift, &z->members[z->count]);
	bool is_whole = e->count == n || (e->count & 0xffff) == (n & 0xffff);
	return is_whole ? OK : fault_set(why, PART, "directory at %llu breaks off: %zu of %llu members",
		(unsigned long long)at, n, (unsigned long long)e->count);
}

/*
 * A descriptor (4.3.9) with the signature whose packed size equals the
 * distance ends the data; else the next header does.
 */
static uint64_t end_of_data(struct span bytes, uint64_t data_at, struct zip_member *m)
{
	struct span pk = span_str("PK");
	for (size_t i = span_find(bytes, pk, (size_t)data_at); i != SIZE_MAX; i = span_find(bytes, pk, i + 1)) {
		if (has_sig(bytes, i, sig_local) || has_sig(bytes, i, sig_central))
			return i;
		if (!has_sig(bytes, i, sig_descriptor))
			continue;
		struct cur c = cur_of(span_from(bytes, i + 4));
		uint32_t crc = cur_u32le(&c);
		struct cur c64 = c;
		uint64_t packed = cur_u32le(&c), size = cur_u32le(&c);
		if (packed != i - data_at) {
			packed = cur_u64le(&c64);
			size = cur_u64le(&c64);
		}
		if (packed != i - data_at)
			continue;
		m->crc = crc;
		m->size = size;
		return i;
	}
	return bytes.n;
}

/* What follows a member: another header, a descriptor, or the end. */
static bool ends_member(struct span bytes, uint64_t at)
{
	return at == bytes.n || (at < bytes.n && span_starts(span_from(bytes, (size_t)at), span_str("PK")));
}

/* Steps from local header to local header; each turn moves on. Counts only when members is NULL. */
static size_t scan_locals(struct span bytes, struct zip_member *members, size_t room)
{
	size_t n = 0;
	for (size_t at = span_find(bytes, sig_local, 0); at != SIZE_MAX; at = span_find(bytes, sig_local, at)) {
		struct zip_member m;
		uint64_t data_at, end;
		if (!take_local(bytes, at, &m, &data_at)) {
			at += 4;
			continue;
		}
		if ((m.flags & 8) && !m.packed)
			m.packed = end_of_data(bytes, data_at, &m) - data_at;
		if (__builtin_add_overflow(data_at, m.packed, &end) || !ends_member(bytes, end))
			end = data_at < bytes.n ? data_at : bytes.n;	/* cut off, or bytes are missing: look for the next inside */
		if (members && n < room)
			members[n] = m;
		n++;
		at = (size_t)end;
	}
	return n;
}

static int recover(struct zip *z, struct arena *arena, const char *reason, struct fault *why)
{
	size_t n = scan_locals(z->bytes, NULL, 0);
	if (!n)
		return fault_set(why, E_DAMAGED, "%s and no member's header", reason);
	z->members = arena_array(arena, n, sizeof(*z->members));
	if (!z->members)
		return fault_set(why, E_LIMIT, "directory of %zu members is too large", n);
	z->count = scan_locals(z->bytes, z->members, n);
	z->is_recovered = true;
	return fault_set(why, PART, "%s: %zu members found by their local headers", reason, n);
}

static size_t count_strays(const struct zip *z)
{
	size_t n = 0;
	for (size_t i = 0; i < z->count; i++)
		n += !has_sig(z->bytes, z->members[i].header_at, sig_local);
	return n;
}

/*
 * Members whose header is not where the directory says are looked for by
 * name, in order, among the headers that are there. true when all were found.
 */
static bool find_strays(struct zip *z, struct arena *arena)
{
	struct zip found = { .bytes = z->bytes };
	if (recover(&found, arena, "", NULL) < 0)
		return false;
	size_t at = 0, steps = 0;
	bool is_whole = true;
	for (size_t i = 0; i < z->count && steps < STRAY_STEPS; i++) {
		struct zip_member *m = &z->members[i];
		if (has_sig(z->bytes, m->header_at, sig_local))
			continue;
		size_t k = at;
		while (k < found.count && steps++ < STRAY_STEPS && !span_equal(found.members[k].name, m->name))
			k++;
		bool is_found = k < found.count && span_equal(found.members[k].name, m->name);
		if (is_found)
			m->header_at = found.members[k].header_at;
		at = is_found ? k + 1 : at;
		is_whole = is_whole && is_found;
	}
	return is_whole && steps < STRAY_STEPS;
}

int zip_open_set(struct span bytes, const uint64_t *ends, uint32_t volumes, struct arena *arena,
                 struct zip *z, struct fault *why)
{
	struct volumes v = { ends, ends ? volumes : 0 };
	struct end e;
	uint64_t at;
	*z = (struct zip){ .bytes = bytes };
	if (!find_end(bytes, v, &e, &at))
		return recover(z, arena, "zip directory lost", why);
	if (e.disk && !v.count)
		return recover(z, arena, "last volume of a zip set", why);
	int r = read_directory(z, v, &e, at, arena, why);
	size_t strays = r < 0 ? 0 : count_strays(z);
	if (!strays)
		return r;
	if (strays < z->count)
		return find_strays(z, arena) ? r : fault_set(why, PART, "some members are not where the directory says");
	struct zip damaged = *z;
	*z = (struct zip){ .bytes = bytes };
	r = recover(z, arena, "zip directory points nowhere", why);
	if (r != E_DAMAGED)
		return r;
	*z = damaged;	/* names at least */
	return fault_set(why, PART, "zip directory points nowhere");
}

int zip_open(struct span bytes, struct arena *arena, struct zip *z, struct fault *why)
{
	return zip_open_set(bytes, NULL, 0, arena, z, why);
}

const struct zip_member *zip_named(const struct zip *z, const char *name)
{
	struct span wanted = span_str(name);
	for (size_t i = 0; i < z->count; i++)
		if (span_equal(z->members[i].name, wanted))
			return &z->members[i];
	for (size_t i = 0; i < z->count; i++)
		if (span_equal_nocase(z->members[i].name, wanted))
			return &z->members[i];
	return NULL;
}

int zip_packed(const struct zip *z, const struct zip_member *m, struct span *packed, struct fault *why)
{
	struct zip_member local;
	uint64_t data_at;
	if (!take_local(z->bytes, m->header_at, &local, &data_at))
		return fault_set(why, E_DAMAGED, "no local header at %llu", (unsigned long long)m->header_at);
	if (data_at > z->bytes.n)
		data_at = z->bytes.n;
	uint64_t left = z->bytes.n - data_at;
	*packed = span_sub(z->bytes, (size_t)data_at, m->packed > left ? (size_t)left : (size_t)m->packed);
	if (m->packed > left)
		return fault_set(why, PART, "cut off: %llu of %llu packed bytes", (unsigned long long)left,
			(unsigned long long)m->packed);
	return OK;
}
