/*
 * OLE2 compound files that hold documents: Word, Excel, PowerPoint and
 * Visio up to 2003, documents embedded in them, encrypted OOXML packages.
 * Streams of files that we know nothing about become children.
 */
#include "lib/encoding.h"
#include "read/ole.h"
#include "read/ole_native.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

enum { ENTRIES_MAX = 20000, PICTURES_MAX = 10000 };

static int ole_probe(struct span head, const struct item *it)
{
	(void)it;
	return ole2_is(head) ? 70 : 0;
}

bool ole_stream(struct ole *o, const struct ole2_entry *folder, const char *name, struct span *bytes, int *code)
{
	const struct ole2_entry *entry = ole2_named(&o->file, folder, name);
	struct fault why = { "" };
	*bytes = span_of(NULL, 0);
	if (!entry || entry->is_folder || *code < 0)
		return false;
	int e = ole2_read(&o->file, entry, OLE_STREAM_MAX, bytes, &why);
	if (e == E_MEMORY)
		*code = fault_set(o->doc.why, e, "%s", why.text);
	else if (e)
		*code = doc_damage(&o->doc, why.text);
	if (*code >= 0)
		*code = sink_spend(o->doc.out, bytes->n);
	return bytes->n > 0;
}

void ole_add_bytes(struct buf *out, struct span bytes, unsigned page)
{
	char name[32];
	struct buf text;
	if (page == 65001)
		snprintf(name, sizeof(name), "UTF-8");
	else if (page == 28591)
		snprintf(name, sizeof(name), "ISO-8859-1");
	else if (page == 10000)
		snprintf(name, sizeof(name), "macintosh");
	else
		snprintf(name, sizeof(name), "%s%u", page && page < 874 ? "ibm-" : "windows-", page ? page : 1252);
	buf_init(&text, bytes.n * 4 + 16);
	encoding_to_utf8(bytes, name, &text, NULL, 0, NULL, NULL, NULL);
	buf_add(out, buf_span(&text));
	buf_release(&text);
}

void ole_add_utf16(struct buf *out, struct span bytes)
{
	struct cur c = cur_of(bytes);
	while (c.left.n >= 2) {
		uint32_t unit = cur_u16le(&c);
		if (unit >= 0xd800 && unit < 0xdc00 && c.left.n >= 2) {
			uint32_t low = cur_u16le(&c);
			unit = 0x10000 + ((unit - 0xd800) << 10) + ((low - 0xdc00) & 0x3ff);
		}
		buf_add_utf8(out, unit);
	}
}

/* Records F01A to F02A, 2.2.23: a digest or two of 16 bytes and a tag byte stand before the picture. */
int ole_pictures(struct ole *o, struct span bytes, const char *where)
{
	size_t at = 0;
	int e = OK;
	for (unsigned n = 0; n < PICTURES_MAX && !e; ) {
		at = span_find_byte(bytes, 0xf0, at);
		if (at == SIZE_MAX)
			break;
		int type = at >= 3 ? span_at(bytes, at - 1) : 0;
		struct cur c = cur_of(span_from(bytes, at >= 3 ? at - 3 : 0));
		at++;
		if (type != 0x1d && type != 0x1e && type != 0x29 && type != 0x2a)
			continue;
		unsigned instance = cur_u16le(&c) >> 4;
		cur_skip(&c, 2);
		struct span body = span_sub(c.left, 4, cur_u32le(&c));
		body = span_from(body, instance & 1 ? 33 : 17);
		bool is_jpeg = span_starts(body, span_of("\xff\xd8\xff", 3));
		bool is_png = span_starts(body, span_of("\x89PNG", 4));
		if (!is_jpeg && !is_png)
			continue;
		char name[64];
		snprintf(name, sizeof(name), "%s/picture %u.%s", where, ++n, is_png ? "png" : "jpg");
		e = doc_child(&o->doc, span_str(name), body);
		at += body.n;
	}
	return e;
}

/* A stream as a child, under its path. */
static int give_stream(struct ole *o, const struct ole2_entry *entry)
{
	char name[300];
	struct span bytes;
	struct fault why = { "" };
	const struct ole2_entry *folder = entry->parent == &o->file.entries[0] ? NULL : entry->parent;
	int e = ole2_read(&o->file, entry, OLE_STREAM_MAX, &bytes, &why);
	if (e == E_MEMORY)
		return fault_set(o->doc.why, e, "%s", why.text);
	if (e && (e = doc_damage(&o->doc, why.text)) < 0)
		return e;
	snprintf(name, sizeof(name), "%.*s%s%.*s", folder ? (int)folder->name.n : 0,
	         folder ? (const char *)folder->name.p : "", folder ? "/" : "", (int)entry->name.n,
	         (const char *)entry->name.p);
	if (span_equal(entry->name, span_str("\001Ole10Native")))
		return ole_native(&o->doc, bytes, folder ? arena_string(o->doc.item->arena, folder->name) : "object");
	return bytes.n ? doc_child(&o->doc, span_str(name), bytes) : OK;
}

static const struct {
	const char *stream, *type;
	int (*read)(struct ole *, const struct ole2_entry *folder);
} kinds[] = {
	{ "WordDocument", "application/msword", ole_word },
	{ "Workbook", "application/vnd.ms-excel", ole_excel },
	{ "Book", "application/vnd.ms-excel", ole_excel },
	{ "PowerPoint Document", "application/vnd.ms-powerpoint", ole_powerpoint },
	{ "VisioDocument", "application/vnd.visio", ole_visio },
};
enum { KINDS_OF_DOCUMENT = sizeof(kinds) / sizeof(*kinds) };

/* Streams that hold documents' files inside documents. */
static bool is_file_stream(struct span name)
{
	static const char *const names[] = { "\001Ole10Native", "Package", "CONTENTS", "EmbeddedOdf" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_equal_nocase(name, span_str(names[i])))
			return true;
	return false;
}

/* All documents in the file, the root's own first; *found counts them. */
static int read_documents(struct ole *o, unsigned *found)
{
	int e = OK;
	for (size_t i = 0; i < o->file.count && i < ENTRIES_MAX && e >= 0; i++) {
		const struct ole2_entry *entry = &o->file.entries[i];
		if (!entry->is_used || entry->is_folder)
			continue;
		const struct ole2_entry *folder = entry->parent;
		for (size_t k = 0; folder && k < KINDS_OF_DOCUMENT && e >= 0; k++) {
			if (!span_equal_nocase(entry->name, span_str(kinds[k].stream)))
				continue;
			if (folder == &o->file.entries[0])
				e = sink_type(o->doc.out, kinds[k].type);
			++*found;
			if (e >= 0)
				e = kinds[k].read(o, folder);
		}
		if (e >= 0 && is_file_stream(entry->name)) {
			++*found;
			e = give_stream(o, entry);
		}
	}
	return e;
}

/* No document that we know: every stream as a child. */
static int give_streams(struct ole *o)
{
	int e = OK;
	for (size_t i = 0; i < o->file.count && i < ENTRIES_MAX && e >= 0; i++)
		if (o->file.entries[i].is_used && !o->file.entries[i].is_folder)
			e = give_stream(o, &o->file.entries[i]);
	return e;
}

static int read_file(struct ole *o)
{
	unsigned found = 0;
	if (ole2_named(&o->file, NULL, "EncryptedPackage"))
		return ole_package(o);
	int e = read_documents(o, &found);
	if (e >= 0)
		e = ole_properties(o, NULL);
	if (e >= 0 && !found)
		e = give_streams(o);
	return e;
}

static int ole_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct ole o = { .file.count = 0 };
	struct fault lost = { "" };
	doc_init(&o.doc, it, out, why);
	int e = ole2_open(it->bytes, it->arena, &o.file, &lost);
	if (e < 0)
		return fault_set(why, e, "%s", lost.text);
	if (e)
		e = doc_damage(&o.doc, lost.text);
	if (e >= 0)
		e = read_file(&o);
	doc_release(&o.doc);
	return doc_end(&o.doc, e);
}

static int ole_init(const struct options *o, struct fault *why)
{
	(void)o;
	/* its configuration is a file, which a worker may not open */
	if (!OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL))
		return fault_set(why, E_IO, "OpenSSL does not start");
	return encoding_init(why);
}

const struct reader reader_ole = {
	.name = "ole", .help = "Word, Excel, PowerPoint and Visio up to 2003 (OLE2)",
	.type = "application/x-ole-storage", .peek = 512,
	.probe = ole_probe, .read = ole_read, .init = ole_init,
};
