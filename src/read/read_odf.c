/* OpenDocument (ISO/IEC 26300): odt, ods, odp, odg and their templates, packed (part 3) or flat. */
#include "lib/xml.h"
#include "lib/zip.h"
#include "read/odf_text.h"

#include <string.h>

enum { PART_MAX = 256 << 20, MEMBERS_MAX = 100000 };

/* The first member, stored, is called mimetype: part 3, 3.3. */
static int odf_probe(struct span head, const struct item *it)
{
	static const char *const types[] = { "application/vnd.oasis.opendocument.", "application/vnd.sun.xml." };
	struct span start = span_sub(head, 0, 200);
	for (size_t i = 0; i < 2 && span_starts(head, span_str("PK\3\4")); i++)
		if (span_find(start, span_str(types[i]), 0) != SIZE_MAX)
			return 94;
	if (span_starts(head, span_str("PK\3\4")))
		return item_has_extension(it, "odt ods odp odg ott ots otp otg odm sxw sxc sxi") ? 86 : 0;
	return span_find(head, span_str("<office:document"), 0) != SIZE_MAX ? 92 : 0;
}

struct odf_file { struct doc doc; struct zip zip; };

static int load(struct odf_file *f, const struct zip_member *m, struct buf *bytes)
{
	struct fault why = { "" };
	buf_init(bytes, PART_MAX);
	int e = zip_read(&f->zip, m, bytes, &why);
	if (e == E_MEMORY)
		return fault_set(f->doc.why, e, "%s", why.text);
	if (e)
		e = doc_damage(&f->doc, why.text);
	return e ? e : sink_spend(f->doc.out, bytes->n + 256);
}

static int text_member(struct odf_file *f, const struct zip_member *m, const char *part)
{
	struct buf bytes;
	int e = load(f, m, &bytes);
	if (!e)
		e = odf_text(&f->doc, buf_span(&bytes), part);
	buf_release(&bytes);
	return e;
}

static int child_member(struct odf_file *f, const struct zip_member *m, const char *part)
{
	struct buf bytes;
	(void)part;
	if (m->is_folder || !m->size)
		return OK;
	int e = load(f, m, &bytes);
	if (!e && bytes.n)
		e = doc_child(&f->doc, m->name, buf_span(&bytes));
	buf_release(&bytes);
	return e;
}

static int no_member(struct odf_file *f, const struct zip_member *m, const char *part)
{
	(void)f;
	(void)m;
	(void)part;
	return OK;
}

/* First match wins. */
static const struct {
	const char *prefix, *suffix;
	int (*read)(struct odf_file *, const struct zip_member *, const char *part);
	const char *part;
} members[] = {
	{ "mimetype", "", no_member, NULL },
	{ "META-INF/", "", no_member, NULL },
	{ "Configurations", "", no_member, NULL },
	{ "Thumbnails/", "", no_member, NULL },
	{ "ObjectReplacements/", "", no_member, NULL },
	{ "", "content.xml", text_member, NULL },
	{ "styles.xml", "", text_member, "header" },
	{ "", "meta.xml", text_member, "metadata" },
	{ "", "styles.xml", no_member, NULL },
	{ "", "settings.xml", no_member, NULL },
	{ "layout-cache", "", no_member, NULL },
	{ "", ".rdf", no_member, NULL },
	{ "", "", child_member, NULL },
};

static int read_member(struct odf_file *f, const struct zip_member *m)
{
	size_t i = 0;
	while (!span_starts(m->name, span_str(members[i].prefix)) ||
	       !span_ends_nocase(m->name, span_str(members[i].suffix)))
		i++;	/* the last row matches all */
	return members[i].read(f, m, members[i].part);
}

/* Part 3, 4.4: the manifest names the encrypted members. */
static bool is_encrypted(struct odf_file *f)
{
	const struct zip_member *m = zip_named(&f->zip, "META-INF/manifest.xml");
	struct buf bytes;
	if (!m)
		return false;
	buf_init(&bytes, PART_MAX);
	zip_read(&f->zip, m, &bytes, NULL);
	bool found = span_find(buf_span(&bytes), span_str("encryption-data"), 0) != SIZE_MAX;
	buf_release(&bytes);
	return found;
}

static int tell_type(struct odf_file *f)
{
	const struct zip_member *m = zip_named(&f->zip, "mimetype");
	struct buf bytes;
	int e = OK;
	buf_init(&bytes, 128);
	if (m && zip_read(&f->zip, m, &bytes, NULL) == OK && span_starts(buf_span(&bytes), span_str("application/")))
		e = sink_type(f->doc.out, buf_string(&bytes));
	buf_release(&bytes);
	return e;
}

static int read_packed(struct odf_file *f)
{
	struct fault lost = { "" };
	int e = zip_open(f->doc.item->bytes, f->doc.item->arena, &f->zip, &lost);
	if (e < 0)
		return fault_set(f->doc.why, e, "%s", lost.text);
	if (e)
		e = doc_damage(&f->doc, lost.text);
	if (!e)
		e = tell_type(f);
	if (!e && is_encrypted(f))
		return fault_set(f->doc.why, E_ENCRYPTED, "its members are encrypted");
	for (size_t i = 0; i < f->zip.count && i < MEMBERS_MAX && e >= 0; i++)
		e = read_member(f, &f->zip.members[i]);
	return e;
}

static int odf_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct odf_file f = { .zip.count = 0 };
	int e;
	doc_init(&f.doc, it, out, why);
	if (span_starts(it->bytes, span_str("PK\3\4")))
		e = read_packed(&f);
	else {
		e = sink_spend(out, it->bytes.n);
		if (!e)
			e = odf_text(&f.doc, it->bytes, NULL);
	}
	doc_release(&f.doc);
	return doc_end(&f.doc, e);
}

const struct reader reader_odf = {
	.name = "odf", .help = "OpenDocument: odt, ods, odp, odg, fodt, fods",
	.type = "application/vnd.oasis.opendocument", .peek = 4096,
	.probe = odf_probe, .read = odf_read,
};
