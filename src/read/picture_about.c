#include "read/picture_about.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "lib/xml.h"

enum { ABOUT_MAX = 1 << 20, SEGMENTS_MAX = 4096, ENTRIES_MAX = 512, DIRECTORIES_MAX = 4 };

/* A line "name: value"; a NUL ends it, control characters are spaces, what is no UTF-8 is Latin-1. */
static void add_pair(struct buf *b, const char *name, struct span value)
{
	value = span_trim(span_sub(value, 0, span_find_byte(value, 0, 0)));
	bool is_utf8 = utf8_valid_prefix(value) == value.n;
	if (value.n)
		buf_format(b, "%s: ", name);
	for (size_t i = 0; i < value.n; i++) {
		int c = span_at(value, i);
		if (c < 0x20 || c == 0x7f)
			buf_add_byte(b, ' ');
		else if (c < 0x80 || is_utf8)
			buf_add_byte(b, (unsigned char)c);
		else
			buf_add_utf8(b, (uint32_t)c);
	}
	if (value.n)
		buf_add_byte(b, '\n');
}

/* EXIF: directories of TIFF 6.0, tags of CIPA DC-008. */

struct tiff { struct span bytes; bool is_big; };
struct entry { uint32_t tag, type, count; struct span value; };

static uint32_t tiff_u16(const struct tiff *t, struct cur *c)
{
	return t->is_big ? cur_u16be(c) : cur_u16le(c);
}

static uint32_t tiff_u32(const struct tiff *t, struct cur *c)
{
	return t->is_big ? cur_u32be(c) : cur_u32le(c);
}

static struct entry entry_read(const struct tiff *t, struct cur *c)
{
	static const uint8_t sizes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8 };
	struct entry e = { .tag = tiff_u16(t, c), .type = tiff_u16(t, c), .count = tiff_u32(t, c) };
	struct span in_place = cur_take(c, 4);
	uint64_t n = e.type < sizeof(sizes) ? (uint64_t)sizes[e.type] * e.count : 0;
	struct cur at = cur_of(in_place);
	e.value = n <= 4 ? span_sub(in_place, 0, (size_t)n) : span_sub(t->bytes, tiff_u32(t, &at), (size_t)n);
	return e;
}

static uint32_t entry_u32(const struct tiff *t, const struct entry *e)
{
	struct cur c = cur_of(e->value);
	return e->type == 3 ? tiff_u16(t, &c) : tiff_u32(t, &c);
}

/* Degrees, minutes, seconds as three rationals. */
static double degrees(const struct tiff *t, const struct entry *e)
{
	struct cur c = cur_of(e->value);
	double all = 0, unit = 1;
	for (int i = 0; i < 3; i++, unit *= 60) {
		double above = tiff_u32(t, &c), below = tiff_u32(t, &c);
		if (below > 0)
			all += above / below / unit;
	}
	return all;
}

static const char *tag_name(uint32_t tag)
{
	static const struct { uint32_t tag; const char *name; } names[] = {
		{ 0x010d, "document" }, { 0x010e, "description" }, { 0x010f, "maker" }, { 0x0110, "camera" },
		{ 0x0131, "software" }, { 0x0132, "modified" }, { 0x013b, "artist" }, { 0x013c, "host" },
		{ 0x8298, "copyright" }, { 0x9003, "taken" }, { 0xa430, "owner" }, { 0xa431, "serial number" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (names[i].tag == tag)
			return names[i].name;
	return NULL;
}

/* A comment begins with eight bytes that name its character set. */
static void add_comment(struct buf *b, struct span value)
{
	if (span_starts(value, span_of("ASCII\0\0\0", 8)) || span_starts(value, span_of("\0\0\0\0\0\0\0\0", 8)))
		add_pair(b, "comment", span_from(value, 8));
}

static void add_place(struct buf *b, const double *where, const int *sign)
{
	if (where[0] > 0 || where[1] > 0)
		buf_format(b, "place: %.6f, %.6f\n", sign[0] == 'S' ? -where[0] : where[0], sign[1] == 'W' ? -where[1] : where[1]);
}

static void add_directory(struct buf *b, const struct tiff *t, size_t at, bool is_gps, uint32_t *more, unsigned *more_count)
{
	struct cur c = cur_of(span_from(t->bytes, at));
	unsigned count = tiff_u16(t, &c);
	double where[2] = { 0, 0 };
	int sign[2] = { 0, 0 };
	for (unsigned i = 0; i < count && i < ENTRIES_MAX && !c.bad; i++) {
		struct entry e = entry_read(t, &c);
		const char *name = is_gps ? NULL : tag_name(e.tag);
		if (is_gps && (e.tag == 1 || e.tag == 3))
			sign[e.tag / 2] = span_at(e.value, 0);
		else if (is_gps && (e.tag == 2 || e.tag == 4))
			where[e.tag / 2 - 1] = degrees(t, &e);
		else if (!is_gps && (e.tag == 0x8769 || e.tag == 0x8825) && *more_count < DIRECTORIES_MAX)
			more[(*more_count)++] = entry_u32(t, &e) | (e.tag == 0x8825 ? 1u << 31 : 0);
		else if (!is_gps && e.tag == 0x9286)
			add_comment(b, e.value);
		else if (name && e.type == 2)
			add_pair(b, name, e.value);
	}
	add_place(b, where, sign);
}

static void add_exif(struct buf *b, struct span bytes)
{
	struct tiff t = { bytes, span_at(bytes, 0) == 'M' };
	struct cur c = cur_of(span_from(bytes, 4));
	uint32_t waiting[DIRECTORIES_MAX];
	unsigned count = 0;
	add_directory(b, &t, tiff_u32(&t, &c), false, waiting, &count);
	for (unsigned i = 0; i < count; i++)	/* ends: at most DIRECTORIES_MAX are ever noted */
		add_directory(b, &t, waiting[i] & 0x7fffffff, waiting[i] >> 31, waiting, &count);
}

/* IPTC: records of IIM 4.2 inside Photoshop's resource 0x0404. */
static void add_iptc(struct buf *b, struct span s)
{
	static const char *const names[256] = {
		[5] = "title", [25] = "keyword", [80] = "author", [90] = "city", [101] = "country", [105] = "headline",
		[110] = "credit", [115] = "source", [116] = "copyright", [118] = "contact", [120] = "caption",
	};
	size_t at = span_find(s, span_of("8BIM\x04\x04", 6), 0);
	at = at == SIZE_MAX ? SIZE_MAX : span_find(s, span_of("\x1c\x02", 2), at);
	struct cur c = cur_of(at == SIZE_MAX ? span_of(NULL, 0) : span_from(s, at));
	for (int i = 0; i < ENTRIES_MAX && cur_u8(&c) == 0x1c; i++) {
		uint8_t record = cur_u8(&c), set = cur_u8(&c);
		struct span value = cur_take(&c, cur_u16be(&c));
		if (record == 2 && names[set] && !c.bad)
			add_pair(b, names[set], value);
	}
}

/* XMP: what elements say, under their names. */
struct xmp { struct buf *out; char name[48]; };

static int xmp_start(void *user, const char *name, const char **attrs)
{
	struct xmp *x = user;
	(void)attrs;
	if (strcmp(name, "li") != 0 && strcmp(name, "Alt") != 0 && strcmp(name, "Seq") != 0 && strcmp(name, "Bag") != 0)
		snprintf(x->name, sizeof(x->name), "%s", name);
	return OK;
}

static int xmp_text(void *user, struct span utf8)
{
	static const char *const told[] = {
		"creator", "description", "title", "rights", "subject", "publisher", "contributor", "CreatorTool", "CreateDate",
		"City", "State", "Country", "Headline", "Credit", "Source", "AuthorsPosition", "CaptionWriter", "Location",
		"CiEmailWork", "CiTelWork", "CiAdrExtadr", "CiAdrCity", "OwnerName", "PersonInImage", "UsageTerms",
	};
	struct xmp *x = user;
	for (size_t i = 0; i < sizeof(told) / sizeof(*told); i++)
		if (strcmp(told[i], x->name) == 0)
			add_pair(x->out, x->name, utf8);
	return OK;
}

static void add_xmp(struct buf *b, struct span s)
{
	size_t at = span_find(s, span_str("<x:xmpmeta"), 0);
	size_t end = at == SIZE_MAX ? SIZE_MAX : span_find(s, span_str("</x:xmpmeta>"), at);
	if (end == SIZE_MAX)
		return;
	struct xmp x = { .out = b };
	const struct xml_events events = { .start = xmp_start, .text = xmp_text };
	struct fault why;
	xml_parse(span_sub(s, at, end + 12 - at), &events, &x, &why);
}

static void add_jpeg(struct buf *b, struct span bytes)
{
	struct cur c = cur_of(span_from(bytes, 2));
	for (int i = 0; i < SEGMENTS_MAX && !c.bad; i++) {
		if (cur_u8(&c) != 0xff)
			return;
		uint8_t marker = cur_u8(&c);
		uint16_t n = cur_u16be(&c);
		if (marker == 0xda || n < 2)
			return;	/* the picture itself begins */
		struct span s = cur_take(&c, n - 2u);
		if (marker == 0xe1 && span_starts(s, span_of("Exif\0\0", 6)))
			add_exif(b, span_from(s, 6));
		else if (marker == 0xe1 && span_starts(s, span_str("http://ns.adobe.com/xap/1.0/")))
			add_xmp(b, s);
		else if (marker == 0xed)
			add_iptc(b, s);
		else if (marker == 0xfe)
			add_pair(b, "comment", s);
	}
}

/* tEXt: keyword, NUL, Latin-1; iTXt: keyword, NUL, two bytes, two strings, UTF-8. Packed ones are left out. */
static void add_png(struct buf *b, struct span bytes)
{
	struct cur c = cur_of(span_from(bytes, 8));
	for (int i = 0; i < SEGMENTS_MAX && !c.bad; i++) {
		uint32_t n = cur_u32be(&c);
		struct span type = cur_take(&c, 4), s = cur_take(&c, n);
		cur_skip(&c, 4);
		char name[80];
		size_t key = span_find_byte(s, 0, 0);
		bool is_long = span_equal(type, span_str("iTXt"));
		if (span_equal(type, span_str("eXIf")))
			add_exif(b, s);
		if (key >= sizeof(name) || (!is_long && !span_equal(type, span_str("tEXt"))))
			continue;
		memcpy(name, s.p, key + 1);
		size_t at = key + 1;
		if (is_long && span_at(s, at) == 0) {
			at = span_find_byte(s, 0, at + 2);
			at = at == SIZE_MAX ? at : span_find_byte(s, 0, at + 1);
			at = at == SIZE_MAX ? s.n : at + 1;
		}
		if (span_find(s, span_str("<x:xmpmeta"), at) != SIZE_MAX)
			add_xmp(b, s);
		else
			add_pair(b, name, span_from(s, at));
	}
}

int picture_about(const struct item *it, struct sink *out)
{
	struct buf b;
	buf_init(&b, ABOUT_MAX);
	if (span_at(it->bytes, 0) == 0xff && span_at(it->bytes, 1) == 0xd8)
		add_jpeg(&b, it->bytes);
	else if (span_at(it->bytes, 0) == 0x89)
		add_png(&b, it->bytes);
	else if (span_starts(it->bytes, span_of("II*\0", 4)) || span_starts(it->bytes, span_of("MM\0*", 4)))
		add_exif(&b, it->bytes);
	struct text t = { .utf8 = buf_span(&b), .space = SPACE_TEXT, .part = "metadata" };
	int e = b.n ? sink_text(out, &t) : OK;
	buf_release(&b);
	return e;
}
