#include "read/archive_7z.h"

#include <libdeflate.h>

enum {
	ID_END = 0, ID_HEADER = 1, ID_PROPERTIES = 2, ID_ADDITIONAL = 3, ID_MAIN = 4, ID_FILES = 5, ID_PACK = 6,
	ID_UNPACK = 7, ID_SUBSTREAMS = 8, ID_SIZE = 9, ID_CRC = 0x0a, ID_FOLDER = 0x0b, ID_UNPACK_SIZE = 0x0c,
	ID_STREAM_COUNT = 0x0d, ID_EMPTY_STREAM = 0x0e, ID_EMPTY_FILE = 0x0f, ID_NAMES = 0x11, ID_CREATED = 0x12,
	ID_ACCESSED = 0x13, ID_MODIFIED = 0x14, ID_ATTRIBUTES = 0x15,
	SIGNATURE_LEN = 32,
};

/* A number: the leading ones of its first byte count the bytes that follow. */
static uint64_t number(struct cur *c)
{
	unsigned first = cur_u8(c), mask = 0x80;
	uint64_t value = 0;
	for (unsigned i = 0; i < 8; i++, mask >>= 1) {
		if (!(first & mask))
			return value | (uint64_t)(first & (mask - 1)) << (8 * i);
		value |= (uint64_t)cur_u8(c) << (8 * i);
	}
	return value;
}

/* A count of things that each take a bit of the header or more. */
static uint64_t count_of(struct cur *c)
{
	uint64_t n = number(c);
	if (n / 8 <= c->left.n)
		return n;
	c->bad = true;
	return 0;
}

static bool bit_at(struct span bits, uint64_t i)
{
	int byte = span_at(bits, (size_t)(i / 8));
	return byte >= 0 && (byte & 0x80 >> i % 8);
}

/* A bit a thing; all set when the byte before says so (bits is then empty and all is true). */
struct bits { struct span s; bool all; };

static struct bits take_bits(struct cur *c, uint64_t n, bool has_all)
{
	struct bits b = { .all = has_all && cur_u8(c) };
	if (!b.all)
		b.s = cur_take(c, (size_t)(n / 8 + (n % 8 != 0)));
	return b;
}

static bool is_set(struct bits b, uint64_t i)
{
	return b.all || bit_at(b.s, i);
}

int seven_header(struct span bytes, struct span *header, struct fault *why)
{
	struct cur c = cur_of(bytes);
	cur_skip(&c, 12);
	uint64_t offset = cur_u64le(&c), size = cur_u64le(&c);
	uint32_t crc = cur_u32le(&c);
	if (c.bad || offset > c.left.n || size > c.left.n - offset || !size)
		return fault_set(why, E_DAMAGED, "7z header is beyond the end");
	*header = span_sub(c.left, (size_t)offset, (size_t)size);
	if (libdeflate_crc32(0, header->p, header->n) != crc)
		return fault_set(why, E_DAMAGED, "7z header's CRC differs");
	return OK;
}

/* The pack streams: where they start, their sizes. */
struct pack { uint64_t count, at; uint64_t *sizes; };

/* Digests in the middle of a structure are stepped over. */
static void skip_digests(struct cur *c, uint64_t n)
{
	struct bits b = take_bits(c, n, true);
	for (uint64_t i = 0; i < n && !c->bad; i++)
		if (is_set(b, i))
			cur_skip(c, 4);
}

static int take_pack(struct seven *s, struct cur *c, struct pack *p)
{
	p->at = number(c);
	p->count = count_of(c);
	p->sizes = arena_array(s->arena, (size_t)p->count, sizeof(*p->sizes));
	if (!p->sizes)
		return E_LIMIT;
	for (uint64_t id; !c->bad && (id = number(c)) != ID_END;) {	/* each turn takes a byte */
		if (id == ID_SIZE)
			for (uint64_t i = 0; i < p->count && !c->bad; i++)
				p->sizes[i] = number(c);
		else if (id == ID_CRC)
			skip_digests(c, p->count);
		else
			c->bad = true;
	}
	return OK;
}

struct bind { uint64_t in, out; };

/* Orders the coders of a chain from the packed stream on. false when they form none. */
static bool order_chain(struct seven_folder *f, const struct bind *binds, uint32_t n_binds, uint64_t first)
{
	struct seven_coder ordered[SEVEN_CODERS_MAX];
	uint64_t at = first;
	for (uint32_t n = 0; n < f->count; n++) {
		if (at >= f->count)
			return false;
		ordered[n] = f->coders[at];
		uint64_t next = UINT64_MAX;
		for (uint32_t i = 0; i < n_binds; i++)
			if (binds[i].out == at)
				next = binds[i].in;
		at = next;
	}
	for (uint32_t n = 0; n < f->count; n++)
		f->coders[n] = ordered[n];
	return at == UINT64_MAX;
}

/* One coder: false when it has more than one input or output. */
static bool take_coder(struct cur *c, struct seven_coder *k, uint64_t *ins, uint64_t *outs)
{
	unsigned flags = cur_u8(c);
	uint64_t n_in = 1, n_out = 1;
	*k = (struct seven_coder){ 0 };
	for (unsigned i = 0; i < (flags & 15); i++)
		k->id = k->id << 8 | cur_u8(c);
	if (flags & 0x10) {
		n_in = number(c);
		n_out = number(c);
	}
	if (flags & 0x20)
		k->props = cur_take(c, (size_t)number(c));
	if (n_in > SEVEN_CODERS_MAX || n_out > SEVEN_CODERS_MAX || (flags & 0xc0))
		c->bad = true;
	*ins += n_in;
	*outs += n_out;
	return n_in == 1 && n_out == 1;
}

/* *packs is the number of packed streams it takes, *outs of sizes it has. */
static void take_folder(struct cur *c, struct seven_folder *f, uint64_t *packs, uint64_t *outs)
{
	struct bind binds[SEVEN_CODERS_MAX * SEVEN_CODERS_MAX];
	uint64_t ins = 0, coders = number(c), first = 0;
	*outs = 0;
	f->is_chain = true;
	if (!coders || coders > SEVEN_CODERS_MAX)
		c->bad = true;
	for (; f->count < coders && !c->bad; f->count++)
		f->is_chain &= take_coder(c, &f->coders[f->count], &ins, outs);
	uint32_t n = 0;
	for (; n + 1 < *outs && !c->bad; n++)
		binds[n] = (struct bind){ number(c), number(c) };
	if (c->bad || !*outs || ins < n) {
		c->bad = true;
		return;
	}
	*packs = ins - n;
	for (uint64_t i = 0; *packs > 1 && i < *packs; i++)
		number(c);
	for (bool is_bound = true; is_bound && first < ins;) {	/* the input no output feeds: moves on or ends */
		is_bound = false;
		for (uint32_t i = 0; i < n; i++)
			is_bound |= binds[i].in == first;
		first += is_bound;
	}
	for (uint32_t i = 0; i < f->count; i++)
		f->coders[i].size = UINT64_MAX - i;	/* the place of its size in the list to come */
	f->is_chain = f->is_chain && *packs == 1 && order_chain(f, binds, n, first);
	for (uint32_t i = 0; i < f->count; i++)
		f->has_aes |= f->coders[i].id == SEVEN_AES;
}

static void take_packed(struct seven *s, struct seven_folder *f, const struct pack *p, uint64_t first,
                        uint64_t count, uint64_t *at)
{
	f->packed = span_of(NULL, 0);
	for (uint64_t i = first; i < first + count && i < p->count; i++) {
		if (i == first && *at <= s->bytes.n)
			f->packed = span_sub(s->bytes, (size_t)*at, (size_t)p->sizes[i]);
		if (__builtin_add_overflow(*at, p->sizes[i], at))
			*at = UINT64_MAX;
	}
}

static void take_crcs(struct cur *c, struct seven *s)
{
	struct bits b = take_bits(c, s->folder_count, true);
	for (uint64_t i = 0; i < s->folder_count && !c->bad; i++) {
		s->folders[i].has_crc = is_set(b, i);
		if (s->folders[i].has_crc)
			s->folders[i].crc = cur_u32le(c);
	}
}

/* Sizes come in the order in which coders are listed; a chain was reordered and each coder holds its place. */
static int take_unpack(struct seven *s, struct cur *c, const struct pack *p)
{
	if (number(c) != ID_FOLDER)
		c->bad = true;
	s->folder_count = count_of(c);
	if (cur_u8(c))
		c->bad = true;	/* kept elsewhere: nobody writes that */
	s->folders = arena_array(s->arena, (size_t)s->folder_count, sizeof(*s->folders));
	uint64_t *outs = arena_array(s->arena, (size_t)s->folder_count, sizeof(*outs));
	if (!s->folders || !outs)
		return E_LIMIT;
	uint64_t at, stream = 0;
	if (__builtin_add_overflow(p->at, (uint64_t)SIGNATURE_LEN, &at))
		at = UINT64_MAX;
	for (uint64_t i = 0; i < s->folder_count && !c->bad; i++) {
		uint64_t packs = 0;
		take_folder(c, &s->folders[i], &packs, &outs[i]);
		take_packed(s, &s->folders[i], p, stream, packs, &at);
		stream += packs;
	}
	if (number(c) != ID_UNPACK_SIZE)
		c->bad = true;
	for (uint64_t i = 0; i < s->folder_count && !c->bad; i++)
		for (uint64_t k = 0; k < outs[i] && !c->bad; k++) {
			uint64_t size = number(c);
			struct seven_folder *f = &s->folders[i];
			for (uint32_t n = 0; f->is_chain && n < f->count; n++)
				if (f->coders[n].size == UINT64_MAX - k)
					f->coders[n].size = size;
		}
	for (uint64_t id; !c->bad && (id = number(c)) != ID_END;) {
		if (id == ID_CRC)
			take_crcs(c, s);
		else
			c->bad = true;
	}
	return OK;
}

static uint64_t folder_size(const struct seven_folder *f)
{
	return f->is_chain && f->count ? f->coders[f->count - 1].size : 0;
}

/* Sizes of members: all but the last of a folder are stated. */
static void take_sizes(struct seven *s, struct cur *c, bool is_stated)
{
	struct seven_member *m = s->streams;
	for (uint64_t i = 0; i < s->folder_count && !c->bad; i++) {
		uint64_t left = folder_size(&s->folders[i]);
		for (uint32_t k = 0; k < s->folders[i].members && !c->bad; k++, m++) {
			bool is_last = k + 1 == s->folders[i].members;
			m->size = is_last ? left : is_stated ? number(c) : 0;
			left = m->size < left ? left - m->size : 0;
		}
	}
}

static void take_member_crcs(struct seven *s, struct cur *c, bool is_stated)
{
	struct seven_member *m = s->streams;
	uint64_t unknown = 0, at = 0;
	for (uint64_t i = 0; i < s->folder_count; i++)
		unknown += s->folders[i].members == 1 && s->folders[i].has_crc ? 0 : s->folders[i].members;
	struct bits b = is_stated ? take_bits(c, unknown, true) : (struct bits){ .all = false };
	for (uint64_t i = 0; i < s->folder_count && !c->bad; i++) {
		bool is_known = s->folders[i].members == 1 && s->folders[i].has_crc;
		for (uint32_t k = 0; k < s->folders[i].members; k++, m++) {
			m->has_crc = is_known || is_set(b, at);
			if (is_known)
				m->crc = s->folders[i].crc;
			else if (is_set(b, at++))
				m->crc = cur_u32le(c);
		}
	}
}

static int count_streams(struct seven *s, struct cur *c)
{
	s->stream_count = 0;
	for (uint64_t i = 0; i < s->folder_count; i++)
		s->stream_count += s->folders[i].members;
	if (s->stream_count / 8 > s->bytes.n)
		c->bad = true;
	s->streams = c->bad ? NULL : arena_array(s->arena, (size_t)s->stream_count, sizeof(*s->streams));
	return s->streams || c->bad ? OK : E_LIMIT;
}

static int take_substreams(struct seven *s, struct cur *c, bool is_present)
{
	bool has_crcs = false;
	uint64_t id = is_present ? number(c) : ID_END;
	for (uint64_t i = 0; i < s->folder_count; i++)
		s->folders[i].members = 1;
	if (id == ID_STREAM_COUNT) {
		for (uint64_t i = 0; i < s->folder_count && !c->bad; i++)
			s->folders[i].members = (uint32_t)count_of(c);
		id = number(c);
	}
	int e = count_streams(s, c);
	if (e || c->bad)
		return e;
	take_sizes(s, c, id == ID_SIZE);
	if (id == ID_SIZE)
		id = number(c);
	if (id == ID_CRC) {
		has_crcs = true;
		take_member_crcs(s, c, true);
		id = number(c);
	}
	if (!has_crcs)
		take_member_crcs(s, c, false);
	if (id != ID_END)
		c->bad = true;
	return OK;
}

static int take_streams(struct seven *s, struct cur *c)
{
	struct pack p = { 0 };
	uint64_t id = number(c);
	int e = OK;
	if (id == ID_PACK) {
		e = take_pack(s, c, &p);
		id = number(c);
	}
	if (!e && !c->bad && id == ID_UNPACK) {
		e = take_unpack(s, c, &p);
		id = number(c);
	}
	if (!e && !c->bad) {
		e = take_substreams(s, c, id == ID_SUBSTREAMS);
		id = id == ID_SUBSTREAMS ? number(c) : id;
	}
	if (id != ID_END)
		c->bad = true;
	return e;
}

/* A name in UTF-16LE up to its zero, as UTF-8 in the arena. */
static struct span take_name(struct cur *c, struct arena *arena)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	for (uint32_t unit; !c->bad && (unit = cur_u16le(c)) != 0;) {	/* takes two bytes a turn */
		if (unit >= 0xd800 && unit < 0xdc00 && c->left.n >= 2) {
			struct cur peek = *c;
			uint32_t low = cur_u16le(&peek);
			if (low >= 0xdc00 && low < 0xe000) {
				unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
				*c = peek;
			}
		}
		buf_add_utf8(&b, unit);
	}
	struct span name = arena_copy(arena, buf_span(&b));
	buf_release(&b);
	return name;
}

static int64_t time_of_windows(uint64_t t)
{
	int64_t ns;
	if (t > INT64_MAX || __builtin_mul_overflow((int64_t)t - 116444736000000000, 100, &ns))
		return TIME_UNKNOWN;
	return ns;
}

static void take_values(struct seven *s, struct cur *c, uint64_t id)
{
	struct bits b = take_bits(c, s->member_count, true);
	cur_u8(c);	/* not kept elsewhere */
	for (uint64_t i = 0; i < s->member_count && !c->bad; i++) {
		struct seven_member *m = &s->members[i];
		if (!is_set(b, i))
			continue;
		if (id == ID_ATTRIBUTES) {
			m->attributes = cur_u32le(c);
			continue;
		}
		int64_t t = time_of_windows(cur_u64le(c));
		if (id == ID_CREATED)
			m->times.created = t;
		else if (id == ID_ACCESSED)
			m->times.accessed = t;
		else
			m->times.modified = t;
	}
}

static void take_empty(struct seven *s, struct cur *c, bool is_file_bits)
{
	uint64_t empty = 0;
	struct bits b = { .s = c->left };
	for (uint64_t i = 0; i < s->member_count; i++) {
		struct seven_member *m = &s->members[i];
		if (!is_file_bits)
			m->has_stream = !is_set(b, i);
		else if (!m->has_stream)
			m->is_file = is_set(b, empty++);
	}
}

static int take_files(struct seven *s, struct cur *c)
{
	s->member_count = count_of(c);
	s->members = arena_array(s->arena, (size_t)s->member_count, sizeof(*s->members));
	if (!s->members)
		return E_LIMIT;
	for (uint64_t i = 0; i < s->member_count; i++)
		s->members[i] = (struct seven_member){ .has_stream = true, .times = TIMES_UNKNOWN };
	for (uint64_t id; !c->bad && (id = number(c)) != ID_END;) {	/* each turn takes two bytes or more */
		struct cur property = cur_of(cur_take(c, (size_t)number(c)));
		if (id == ID_EMPTY_STREAM || id == ID_EMPTY_FILE)
			take_empty(s, &property, id == ID_EMPTY_FILE);
		else if ((id >= ID_CREATED && id <= ID_MODIFIED) || id == ID_ATTRIBUTES)
			take_values(s, &property, id);
		else if (id == ID_NAMES && !cur_u8(&property))
			for (uint64_t i = 0; i < s->member_count && property.left.n >= 2; i++)
				s->members[i].name = take_name(&property, s->arena);
	}
	return OK;
}

int seven_parse(struct seven *s, struct span header, bool is_packed, struct fault *why)
{
	struct cur c = cur_of(header);
	int e = OK;
	if (is_packed)
		e = take_streams(s, &c);
	for (uint64_t id; !is_packed && !e && !c.bad && (id = number(&c)) != ID_END;) {
		if (id == ID_MAIN)
			e = take_streams(s, &c);
		else if (id == ID_FILES)
			e = take_files(s, &c);
		else
			c.bad = true;	/* archive properties and additional streams: nobody writes them */
	}
	if (e)
		return fault_set(why, e, "7z header is too large");
	return c.bad ? fault_set(why, E_DAMAGED, "7z header is damaged") : OK;
}
