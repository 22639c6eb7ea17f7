/*
 * PowerPoint 97 to 2003 ([MS-PPT]): records in containers; the atoms that
 * hold text are taken in the order of the file, earlier saved states with
 * them. Embedded objects are packed OLE2 files.
 */
#include "read/ole.h"

#include <stdio.h>
#include <zlib.h>

enum {
	TEXT_CHARS = 4000, TEXT_BYTES = 4008, C_STRING = 4026,	/* 2.9.42 ff. */
	OBJECT = 4113,			/* ExOleObjStg, 2.10.34 */
	CRYPT_SESSION = 0x2f14,
	RECORDS_MAX = 10 << 20, OBJECT_MAX = 64 << 20,
};

/* What comes out, up to twice the stated size: some writers state too little. */
static void inflate_into(struct span packed, size_t stated, struct buf *out)
{
	z_stream z = { .next_in = (unsigned char *)packed.p, .avail_in = (uInt)packed.n };
	size_t room = stated > OBJECT_MAX / 2 ? OBJECT_MAX : stated * 2 + 4096;
	unsigned char *at = buf_reserve(out, room);
	if (!at || inflateInit(&z) != Z_OK)
		return;
	z.next_out = at;
	z.avail_out = (uInt)room;
	inflate(&z, Z_FINISH);
	out->n += z.total_out;
	inflateEnd(&z);
}

/* 2.10.36: four bytes of size, then zlib's stream. */
static int give_object(struct ole *o, struct span packed, bool is_packed, unsigned number)
{
	char name[40];
	snprintf(name, sizeof(name), "object %u", number);
	if (!is_packed)
		return doc_child(&o->doc, span_str(name), packed);
	struct cur c = cur_of(packed);
	uint32_t stated = cur_u32le(&c);
	struct buf bytes;
	buf_init(&bytes, OBJECT_MAX);
	int e = OK;
	inflate_into(c.left, stated, &bytes);
	if (bytes.n) {
		e = doc_child(&o->doc, span_str(name), buf_span(&bytes));
	} else {
		struct child child = { .name = span_str(name), .times = TIMES_UNKNOWN };
		e = sink_child_lost(o->doc.out, &child, STATUS_UNREADABLE, "its packed bytes are damaged");
	}
	buf_release(&bytes);
	return e;
}

static void add_text(struct ole *o, struct span s, bool is_wide)
{
	struct buf *b = &o->doc.text;
	size_t from = b->n;
	if (is_wide && span_starts(s, span_of("_\0_\0_\0P\0P\0T", 11)))
		return;		/* the name of a program's tag */
	if (is_wide)
		ole_add_utf16(b, s);
	else
		ole_add_bytes(b, s, 28591);
	for (size_t i = from; i < b->n; i++)
		if (b->p[i] == '\r' || b->p[i] == 11)
			b->p[i] = '\n';
	doc_end_line(&o->doc);
}

struct records { struct ole *o; unsigned objects; };

/* Ends with the stream: each turn takes a header, and the body unless it holds records. */
static int read_records(struct records *r, struct span stream)
{
	struct cur c = cur_of(stream);
	int e = OK;
	for (unsigned n = 0; c.left.n >= 8 && n < RECORDS_MAX && e >= 0; n++) {
		uint16_t head = cur_u16le(&c), type = cur_u16le(&c);
		uint32_t length = cur_u32le(&c);
		if (type == CRYPT_SESSION)
			return fault_set(r->o->doc.why, E_ENCRYPTED, "an encrypted presentation");
		if ((head & 15) == 15)
			continue;
		struct span body = span_sub(c.left, 0, length);
		c.left = span_from(c.left, body.n);
		if (type == TEXT_CHARS || type == C_STRING)
			add_text(r->o, body, true);
		else if (type == TEXT_BYTES)
			add_text(r->o, body, false);
		else if (type == OBJECT)
			e = give_object(r->o, body, head >> 4 == 1, ++r->objects);
		if (e >= 0 && n % 1024 == 0)
			e = sink_spend(r->o->doc.out, 1024 * 16);
	}
	return e;
}

int ole_powerpoint(struct ole *o, const struct ole2_entry *folder)
{
	struct records r = { .o = o };
	struct span stream, user, pictures;
	int e = OK;
	if (!ole_stream(o, folder, "PowerPoint Document", &stream, &e) || e < 0)
		return e;
	/* CurrentUserAtom, 2.3.2: its token tells an encrypted file. */
	if (ole_stream(o, folder, "Current User", &user, &e) && e >= 0) {
		struct cur c = cur_of(span_from(user, 12));
		if (cur_u32le(&c) == 0xf3d1c4df)
			return fault_set(o->doc.why, E_ENCRYPTED, "an encrypted presentation");
	}
	if (e >= 0)
		e = read_records(&r, stream);
	if (e >= 0)
		e = doc_give(&o->doc, NULL, 0);
	if (e >= 0 && ole_stream(o, folder, "Pictures", &pictures, &e) && e >= 0)
		e = ole_pictures(o, pictures, "Pictures");
	return e;
}
