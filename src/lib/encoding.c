#include "lib/encoding.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/udata.h>

enum { UNITS = 8192 };	/* UTF-16 units converted at a time */

/* UTF-8 and, where asked for, the offset each of its bytes comes from. */
struct emit {
	struct buf *out;
	uint64_t *at;		/* malloc'd; one for each byte of out, and one more */
	size_t room;
	uint64_t base;
	bool with_offsets, is_full;
	size_t bad;
};

int encoding_init(struct fault *why)
{
	UErrorCode e = U_ZERO_ERROR;
	udata_setFileAccess(UDATA_NO_FILES, &e);
	e = U_ZERO_ERROR;
	UConverter *c = ucnv_open("windows-1252", &e);
	if (U_FAILURE(e))
		return fault_set(why, E_IO, "ICU has no code page tables: %s", u_errorName(e));
	ucnv_close(c);
	return OK;
}

static bool emit_room(struct emit *m, size_t n)
{
	if (!m->with_offsets || m->out->n + n < m->room)
		return true;
	size_t room = m->room ? m->room * 2 : 4096;
	while (room <= m->out->n + n)
		room *= 2;
	uint64_t *at = realloc(m->at, room * sizeof(*at));
	if (!at) {
		m->is_full = true;
		return false;
	}
	m->at = at;
	m->room = room;
	return true;
}

static void emit_bytes(struct emit *m, struct span s, uint64_t at)
{
	if (!emit_room(m, s.n))
		return;
	size_t before = m->out->n;
	buf_add(m->out, s);
	for (size_t i = before; m->with_offsets && i < m->out->n; i++)
		m->at[i] = m->base + at;
}

static void emit_char(struct emit *m, uint32_t c, uint64_t at)
{
	if (!emit_room(m, 4))
		return;
	size_t before = m->out->n;
	buf_add_utf8(m->out, c);
	for (size_t i = before; m->with_offsets && i < m->out->n; i++)
		m->at[i] = m->base + at;
}

static void emit_bad(struct emit *m, uint64_t at)
{
	m->bad++;
	emit_char(m, 0xfffd, at);
}

/* A run in which bytes and UTF-8 go in step. */
static void emit_same(struct emit *m, struct span s, uint64_t at)
{
	if (!emit_room(m, s.n))
		return;
	size_t before = m->out->n;
	buf_add(m->out, s);
	for (size_t i = before; m->with_offsets && i < m->out->n; i++)
		m->at[i] = m->base + at + (i - before);
}

static void from_utf8(struct span s, struct emit *m)
{
	size_t i = span_starts(s, span_of("\xef\xbb\xbf", 3)) ? 3 : 0;
	while (i < s.n && !m->out->is_full) {
		size_t good = utf8_valid_prefix(span_from(s, i));
		emit_same(m, span_sub(s, i, good), i);
		i += good;
		if (i < s.n)
			emit_bad(m, i++);
	}
}

static void from_utf16(struct span s, bool is_big, struct emit *m)
{
	struct cur c = cur_of(s);
	for (size_t i = 0; c.left.n >= 2 && !m->out->is_full; i = s.n - c.left.n) {
		uint32_t u = is_big ? cur_u16be(&c) : cur_u16le(&c);
		if (i == 0 && u == 0xfeff)
			continue;
		struct cur next = c;
		uint32_t low = u >> 10 != 0x36 ? 0 : is_big ? cur_u16be(&next) : cur_u16le(&next);
		if (low >> 10 == 0x37) {
			u = 0x10000 + ((u & 0x3ff) << 10) + (low & 0x3ff);
			c = next;
		}
		if (u >> 11 == 0x1b)
			emit_bad(m, i);
		else
			emit_char(m, u, i);
	}
	if (c.left.n)
		emit_bad(m, s.n - 1);
}

static void from_utf32(struct span s, bool is_big, struct emit *m)
{
	struct cur c = cur_of(s);
	for (size_t i = 0; c.left.n >= 4 && !m->out->is_full; i = s.n - c.left.n) {
		uint32_t u = is_big ? cur_u32be(&c) : cur_u32le(&c);
		if (i == 0 && u == 0xfeff)
			continue;
		if (u > 0x10ffff || u >> 11 == 0x1b)
			emit_bad(m, i);
		else
			emit_char(m, u, i);
	}
	if (c.left.n)
		emit_bad(m, s.n - c.left.n);
}

static UBool is_conversion_error(UConverterCallbackReason r)
{
	return r == UCNV_UNASSIGNED || r == UCNV_ILLEGAL || r == UCNV_IRREGULAR;
}

static void count_bad(const void *context, UConverterToUnicodeArgs *args, const char *bytes, int32_t n,
                      UConverterCallbackReason reason, UErrorCode *e)
{
	(void)bytes, (void)n;
	if (!is_conversion_error(reason))
		return;
	static const UChar replacement = 0xfffd;
	size_t *bad = (size_t *)context;
	++*bad;
	*e = U_ZERO_ERROR;
	ucnv_cbToUWriteUChars(args, &replacement, 1, 0, e);
}

struct byte_table { unsigned char utf8[256][4]; unsigned char length[256]; bool is_bad[256]; };

/* What each byte of a single-byte code page stands for. */
static bool byte_table_fill(UConverter *c, struct byte_table *t)
{
	size_t bad = 0;
	UErrorCode e = U_ZERO_ERROR;
	ucnv_setToUCallBack(c, count_bad, &bad, NULL, NULL, &e);
	for (int b = 0; b < 256; b++) {
		char byte = (char)b;
		UChar units[4];
		size_t before = bad;
		ucnv_reset(c);
		int32_t n = ucnv_toUChars(c, units, 4, &byte, 1, &e);
		if (U_FAILURE(e) && e != U_STRING_NOT_TERMINATED_WARNING)
			return false;
		if (n != 1)
			return false;
		t->length[b] = (unsigned char)utf8_put(t->utf8[b], units[0]);
		t->is_bad[b] = bad != before;
	}
	return true;
}

static bool keeps_ascii(const struct byte_table *t)
{
	for (unsigned b = 0; b < 128; b++)
		if (t->length[b] != 1 || t->utf8[b][0] != b)
			return false;
	return true;
}

static void from_bytes(struct span s, const struct byte_table *t, struct emit *m)
{
	bool is_ascii_based = keeps_ascii(t);
	for (size_t i = 0; i < s.n && !m->out->is_full;) {
		size_t plain = is_ascii_based ? utf8_skip_ascii(s, i) - i : 0;
		if (plain) {
			emit_same(m, span_sub(s, i, plain), i);
			i += plain;
			continue;
		}
		unsigned b = s.p[i];
		m->bad += t->is_bad[b];
		emit_bytes(m, span_of(t->utf8[b], t->length[b]), i++);
	}
}

/* Units with their source offsets, counted from at. A pair of surrogates may be cut by the block: *high holds its first. */
static void emit_units(struct emit *m, const UChar *units, const int32_t *offsets, size_t n, uint64_t at,
                       UChar *high)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t from = at + (uint64_t)(offsets[i] < 0 ? 0 : offsets[i]);
		if (U16_IS_LEAD(units[i])) {
			*high = units[i];
			continue;
		}
		uint32_t c = units[i];
		if (U16_IS_TRAIL(c) && *high)
			c = (uint32_t)U16_GET_SUPPLEMENTARY(*high, c);
		*high = 0;
		emit_char(m, c, from);
	}
}

/* Code pages of several bytes a character, and those that switch state. */
static int from_icu(UConverter *c, struct span s, struct emit *m, struct fault *why)
{
	UErrorCode e = U_ZERO_ERROR;
	ucnv_setToUCallBack(c, count_bad, &m->bad, NULL, NULL, &e);
	const char *start = (const char *)s.p, *from = start, *end = start + s.n;
	UChar units[UNITS], high = 0;
	int32_t offsets[UNITS];
	do {
		UChar *to = units;
		uint64_t at = (uint64_t)(from - start);
		e = U_ZERO_ERROR;
		ucnv_toUnicode(c, &to, units + UNITS, &from, end, offsets, true, &e);
		emit_units(m, units, offsets, (size_t)(to - units), at, &high);
		if (U_FAILURE(e) && e != U_BUFFER_OVERFLOW_ERROR)
			return fault_set(why, E_DAMAGED, "%s after byte %zu", u_errorName(e), (size_t)(from - start));
	} while (e == U_BUFFER_OVERFLOW_ERROR && !m->out->is_full && !m->is_full);
	return OK;
}

static int from_code_page(struct span s, const char *name, struct emit *m, struct fault *why)
{
	UErrorCode e = U_ZERO_ERROR;
	UConverter *c = ucnv_open(name, &e);
	if (U_FAILURE(e)) {
		e = U_ZERO_ERROR;
		c = ucnv_open("windows-1252", &e);
	}
	if (U_FAILURE(e))
		return fault_set(why, E_IO, "ICU has no tables for %s: %s", name, u_errorName(e));
	struct byte_table t;
	int code = OK;
	if (ucnv_getMaxCharSize(c) == 1 && byte_table_fill(c, &t)) {
		from_bytes(s, &t, m);
	} else {
		ucnv_reset(c);
		code = from_icu(c, s, m, why);
	}
	ucnv_close(c);
	return code;
}

/* UTF-16 and UTF-32 without a stated order: the mark decides, then where the zeros are. */
static bool is_big_endian(struct span s, const char *name, size_t unit)
{
	size_t n = strlen(name);
	if (n >= 2 && strcasecmp(name + n - 2, "LE") == 0)
		return false;
	if (n >= 2 && strcasecmp(name + n - 2, "BE") == 0)
		return true;
	if (span_at(s, 0) == 0xff && span_at(s, 1) == 0xfe)
		return false;
	size_t first = 0, last = 0;
	for (size_t i = 0; i + unit <= s.n && i < 4096; i += unit) {
		first += s.p[i] == 0;
		last += s.p[i + unit - 1] == 0;
	}
	return last <= first;
}

static int convert(struct span s, const char *name, struct emit *m, struct fault *why)
{
	if (strcasecmp(name, "UTF-8") == 0 || strcasecmp(name, "US-ASCII") == 0)
		from_utf8(s, m);
	else if (strncasecmp(name, "UTF-16", 6) == 0)
		from_utf16(s, is_big_endian(s, name, 2), m);
	else if (strncasecmp(name, "UTF-32", 6) == 0)
		from_utf32(s, is_big_endian(s, name, 4), m);
	else
		return from_code_page(s, name, m, why);
	return OK;
}

int encoding_to_utf8(struct span bytes, const char *encoding, struct buf *out, struct arena *arena,
                     uint64_t base, uint64_t **raw_at, size_t *bad, struct fault *why)
{
	struct emit m = { .out = out, .base = base, .with_offsets = raw_at != NULL };
	if (!emit_room(&m, 1))
		return fault_set(why, E_MEMORY, "no memory for offsets");
	for (size_t i = 0; raw_at && i < out->n; i++)
		m.at[i] = base;
	int e = convert(bytes, encoding ? encoding : "windows-1252", &m, why);
	if (!e && (m.is_full || !emit_room(&m, 1)))
		e = fault_set(why, E_MEMORY, "no memory for offsets");
	if (!e && out->is_full)
		e = fault_set(why, E_LIMIT, "text of more than %zu bytes", out->ceiling);
	uint64_t *kept = e || !raw_at ? NULL : arena_array(arena, out->n + 1, sizeof(*kept));
	if (!e && raw_at && !kept)
		e = fault_set(why, E_LIMIT, "no room for %zu offsets", out->n + 1);
	if (!e && raw_at) {
		memcpy(kept, m.at, out->n * sizeof(*kept));
		kept[out->n] = base + bytes.n;
		*raw_at = kept;
	}
	if (!e && bad)
		*bad = m.bad;
	free(m.at);
	return e;
}

bool encoding_is_utf8(struct span bytes)
{
	return utf8_valid_prefix(bytes) == bytes.n;
}

void encoding_scrub_utf8(struct span bytes, struct buf *out)
{
	for (size_t i = 0; i < bytes.n && !out->is_full;) {
		size_t good = utf8_valid_prefix(span_from(bytes, i));
		buf_add(out, span_sub(bytes, i, good));
		i += good;
		if (i < bytes.n) {
			buf_add_utf8(out, 0xfffd);
			i++;
		}
	}
}
