/*
 * Office Open XML (ECMA-376): Word, Excel, PowerPoint and Visio documents
 * and their templates, with and without macros. Which part is what is told
 * by its path, as every writer names it; what is not XML becomes a child.
 */
#include "read/ooxml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	DIRECTORY_MAX = 256 << 10,	/* bytes of a zip's end that probe looks at */
	PART_MAX = 256 << 20,		/* bytes of one part */
	LINKS_MAX = 100000,
	MEMBERS_MAX = 100000,
};

static const struct { const char *folder, *type; } families[] = {
	{ "word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ "xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ "ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ "visio/", "application/vnd.ms-visio.drawing" },
};

static int ooxml_probe(struct span head, const struct item *it)
{
	if (!span_starts(head, span_str("PK\3\4")))
		return 0;
	size_t from = it->bytes.n > DIRECTORY_MAX ? it->bytes.n - DIRECTORY_MAX : 0;
	struct span tail = span_from(it->bytes, from);
	bool is_named = item_has_extension(it, "docx docm dotx dotm xlsx xlsm xltx xltm xlsb xlam pptx pptm potx "
	                                       "potm ppsx ppsm ppam vsdx vsdm vstx vstm vssx vssm");
	if (span_find(tail, span_str("[Content_Types].xml"), 0) == SIZE_MAX &&
	    span_find(head, span_str("[Content_Types].xml"), 0) == SIZE_MAX && !is_named)
		return 0;
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (span_find(tail, span_str(families[i].folder), 0) != SIZE_MAX)
			return 92;
	return is_named ? 85 : 0;
}

int ooxml_load(struct ooxml *o, const struct zip_member *m, struct buf *out)
{
	struct fault why = { "" };
	int e = zip_read(&o->zip, m, out, &why);
	if (e == E_MEMORY)
		return fault_set(o->doc.why, e, "%s", why.text);
	if (e)
		e = doc_damage(&o->doc, why.text);
	return e ? e : sink_spend(o->doc.out, out->n + 256);
}

int ooxml_parse(struct ooxml *o, const struct zip_member *m, const struct xml_events *events, void *user)
{
	struct buf bytes;
	struct fault why = { "" };
	buf_init(&bytes, PART_MAX);
	int e = ooxml_load(o, m, &bytes);
	if (!e)
		e = xml_parse(buf_span(&bytes), events, user, &why);
	if (e > 0)
		e = doc_damage(&o->doc, why.text);
	else if (e < 0 && why.text[0])
		fault_set(o->doc.why, e, "%s", why.text);
	buf_release(&bytes);
	return e;
}

static struct span base_name(struct span path)
{
	size_t at = path.n;
	while (at && span_at(path, at - 1) != '/' && span_at(path, at - 1) != '\\')
		at--;
	return span_from(path, at);
}

uint32_t ooxml_part_number(struct span path)
{
	struct span name = base_name(path);
	uint32_t n = 0;
	for (size_t i = 0; i < name.n && n < 100000000; i++) {
		int c = span_at(name, i);
		if (c >= '0' && c <= '9')
			n = n * 10 + (uint32_t)(c - '0');
	}
	return n;
}

/* The number in a slide's or page's name as page; 0 for other parts. */
static int text_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	return ooxml_text(o, m, part, 0);
}

static int slide_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	return ooxml_text(o, m, part, ooxml_part_number(m->name));
}

static int sheet_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	(void)part;
	return ooxml_sheet(o, m);
}

static int binary_sheet_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	(void)part;
	return ooxml_sheet_binary(o, m);
}

static int visio_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	(void)part;
	return ooxml_visio(o, m, span_find_nocase(m->name, span_str("/page"), 0) == SIZE_MAX ? 0 :
	                         ooxml_part_number(m->name));
}

/* Properties: one line an element that has text. */
struct properties { struct doc *doc; char name[64]; size_t at; bool is_custom; };

static int property_start(void *user, const char *name, const char **attrs)
{
	struct properties *p = user;
	const char *stated = strcmp(name, "property") == 0 ? xml_attr(attrs, "name") : NULL;
	bool is_value = strncmp(name, "lp", 2) == 0 || strcmp(name, "vector") == 0 || strcmp(name, "variant") == 0;
	if (stated)
		p->is_custom = true;
	if (stated || !(is_value || p->is_custom))
		snprintf(p->name, sizeof(p->name), "%s", stated ? stated : name);
	p->at = p->doc->text.n;
	return OK;
}

static int property_text(void *user, struct span s)
{
	struct properties *p = user;
	if (p->doc->text.n == p->at && !span_trim(s).n)
		return OK;
	if (p->doc->text.n == p->at)
		buf_format(&p->doc->text, "%s: ", p->name);
	buf_add(&p->doc->text, s);
	return OK;
}

static int property_end(void *user, const char *name)
{
	struct properties *p = user;
	if (strcmp(name, "property") == 0)
		p->is_custom = false;
	doc_end_line(p->doc);
	p->at = p->doc->text.n;
	return OK;
}

static int property_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	static const struct xml_events events = { property_start, property_end, property_text };
	struct properties p = { .doc = &o->doc };
	int e = ooxml_parse(o, m, &events, &p);
	return e < 0 ? e : doc_give(&o->doc, part, 0);
}

/* Values that a pivot table keeps of rows that may be gone from the sheets. */
static int pivot_start(void *user, const char *name, const char **attrs)
{
	struct doc *d = user;
	const char *value = name[0] && !name[1] && strchr("snd", name[0]) ? xml_attr(attrs, "v") : NULL;
	if (strcmp(name, "r") == 0 || strcmp(name, "cacheField") == 0)
		doc_end_line(d);
	if (strcmp(name, "cacheField") == 0)
		value = xml_attr(attrs, "name");
	if (value)
		buf_format(&d->text, "%s\t", value);
	return OK;
}

static int pivot_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	static const struct xml_events events = { .start = pivot_start };
	int e = ooxml_parse(o, m, &events, &o->doc);
	return e < 0 ? e : doc_give(&o->doc, part, 0);
}

static int link_start(void *user, const char *name, const char **attrs)
{
	struct doc *d = user;
	const char *mode = xml_attr(attrs, "TargetMode"), *target = xml_attr(attrs, "Target");
	(void)name;
	if (mode && target && strcmp(mode, "External") == 0)
		buf_format(&d->text, "%s\n", target);
	return OK;
}

static int link_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	static const struct xml_events events = { .start = link_start };
	int e = ooxml_parse(o, m, &events, &o->doc);
	return e < 0 ? e : doc_give(&o->doc, part, 0);
}

static int no_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	(void)o;
	(void)m;
	(void)part;
	return OK;
}

static int child_part(struct ooxml *o, const struct zip_member *m, const char *part)
{
	struct buf bytes;
	(void)part;
	if (m->is_folder || m->size == 0)
		return OK;
	if (m->is_encrypted) {
		struct child c = { .name = m->name, .is_nested_path = true, .times = TIMES_UNKNOWN };
		return sink_child_lost(o->doc.out, &c, STATUS_ENCRYPTED, "an encrypted member of the package");
	}
	buf_init(&bytes, PART_MAX);
	int e = ooxml_load(o, m, &bytes);
	if (e >= 0 && bytes.n)
		e = doc_child(&o->doc, m->name, buf_span(&bytes));
	buf_release(&bytes);
	return e;
}

/* First match wins; names are compared without regard to ASCII case. */
static const struct {
	const char *prefix, *suffix;
	int (*read)(struct ooxml *, const struct zip_member *, const char *part);
	const char *part;
} parts[] = {
	{ "", ".rels", link_part, "links" },
	{ "[Content_Types].xml", "", no_part, NULL },
	{ "docProps/", ".xml", property_part, "metadata" },
	{ "docProps/thumbnail", "", no_part, NULL },
	{ "word/document", ".xml", text_part, NULL },
	{ "word/header", ".xml", text_part, "header" },
	{ "word/footer", ".xml", text_part, "footer" },
	{ "word/footnotes", ".xml", text_part, "notes" },
	{ "word/endnotes", ".xml", text_part, "notes" },
	{ "word/comments", ".xml", text_part, "comments" },
	{ "word/glossary/document", ".xml", text_part, "glossary" },
	{ "word/diagrams/data", ".xml", text_part, "diagram" },
	{ "word/charts/", ".xml", text_part, "chart" },
	{ "xl/worksheets/_rels", "", no_part, NULL },
	{ "xl/worksheets/", ".xml", sheet_part, NULL },
	{ "xl/macrosheets/", ".xml", sheet_part, NULL },
	{ "xl/worksheets/sheet", ".bin", binary_sheet_part, NULL },
	{ "xl/workbook.bin", "", no_part, NULL },
	{ "xl/styles.bin", "", no_part, NULL },
	{ "xl/sharedStrings.bin", "", no_part, NULL },
	{ "xl/comments", ".xml", text_part, "comments" },
	{ "xl/threadedComments", ".xml", text_part, "comments" },
	{ "xl/drawings/drawing", ".xml", text_part, "drawing" },
	{ "xl/charts/", ".xml", text_part, "chart" },
	{ "xl/diagrams/data", ".xml", text_part, "diagram" },
	{ "xl/pivotCache/", ".xml", pivot_part, "pivot" },
	{ "xl/externalLinks/", ".xml", pivot_part, "external" },
	{ "ppt/slides/", ".xml", slide_part, NULL },
	{ "ppt/notesSlides/", ".xml", slide_part, "notes" },
	{ "ppt/comments/", ".xml", text_part, "comments" },
	{ "ppt/diagrams/data", ".xml", text_part, "diagram" },
	{ "ppt/charts/", ".xml", text_part, "chart" },
	{ "visio/pages/page", ".xml", visio_part, NULL },
	{ "visio/masters/master", ".xml", visio_part, NULL },
	{ "customXml/item", ".xml", property_part, "custom" },
	{ "", ".xml", no_part, NULL },
	{ "", ".vml", no_part, NULL },
	{ "", ".odttf", no_part, NULL },
	{ "", ".fntdata", no_part, NULL },
	{ "", "", child_part, NULL },
};

static int read_part(struct ooxml *o, const struct zip_member *m)
{
	size_t i = 0;
	while (!span_starts_nocase(m->name, span_str(parts[i].prefix)) ||
	       !span_ends_nocase(m->name, span_str(parts[i].suffix)))
		i++;	/* the last row matches all */
	return parts[i].read(o, m, parts[i].part);
}

struct links { struct ooxml *o; struct ooxml_link *list; size_t count, room; };

static int links_start(void *user, const char *name, const char **attrs)
{
	struct links *l = user;
	const char *id = xml_attr(attrs, "Id"), *target = xml_attr(attrs, "Target");
	struct arena *arena = l->o->doc.item->arena;
	if (strcmp(name, "Relationship") != 0 || !id || !target || l->count >= LINKS_MAX)
		return OK;
	if (l->count + 1 >= l->room) {
		size_t room = l->room ? l->room * 2 : 32;
		struct ooxml_link *list = arena_array(arena, room, sizeof(*list));
		if (!list)
			return E_MEMORY;
		if (l->count)
			memcpy(list, l->list, l->count * sizeof(*list));
		l->list = list;
		l->room = room;
	}
	const char *mode = xml_attr(attrs, "TargetMode");
	l->list[l->count++] = (struct ooxml_link){
		arena_string(arena, span_str(id)), arena_string(arena, span_str(target)),
		mode && strcmp(mode, "External") == 0,
	};
	return OK;
}

int ooxml_links(struct ooxml *o, struct span part, struct ooxml_link **out)
{
	static const struct xml_events events = { .start = links_start };
	struct span name = base_name(part), folder = span_sub(part, 0, part.n - name.n);
	const char *path = arena_format(o->doc.item->arena, "%.*s_rels/%.*s.rels", (int)folder.n, folder.p,
	                                (int)name.n, name.p);
	const struct zip_member *m = path ? zip_named(&o->zip, path) : NULL;
	struct links l = { .o = o };
	int e = m ? ooxml_parse(o, m, &events, &l) : OK;
	*out = l.list;
	return e;
}

const struct zip_member *ooxml_target(struct ooxml *o, struct span from, const char *target)
{
	struct span name = base_name(from), folder = span_sub(from, 0, from.n - name.n);
	if (*target == '/')
		return zip_named(&o->zip, target + 1);
	while (strncmp(target, "../", 3) == 0 && folder.n) {
		target += 3;
		folder = span_sub(folder, 0, folder.n - 1);
		folder = span_sub(folder, 0, folder.n - base_name(folder).n);
	}
	const char *path = arena_format(o->doc.item->arena, "%.*s%s", (int)folder.n, folder.p, target);
	return path ? zip_named(&o->zip, path) : NULL;
}

static int tell_type(struct ooxml *o)
{
	for (size_t f = 0; f < sizeof(families) / sizeof(*families); f++)
		for (size_t i = 0; i < o->zip.count; i++)
			if (span_starts_nocase(o->zip.members[i].name, span_str(families[f].folder)))
				return sink_type(o->doc.out, families[f].type);
	return OK;
}

int ooxml_read(const struct item *it, struct span bytes, struct sink *out, struct fault *why)
{
	struct ooxml o = { .strings.ceiling = PART_MAX };
	struct fault lost = { "" };
	doc_init(&o.doc, it, out, why);
	int e = zip_open(bytes, it->arena, &o.zip, &lost);
	if (e < 0)
		return fault_set(why, e, "%s", lost.text);
	if (e)
		e = doc_damage(&o.doc, lost.text);
	if (!e)
		e = tell_type(&o);
	for (size_t i = 0; i < o.zip.count && i < MEMBERS_MAX && e >= 0; i++)
		e = read_part(&o, &o.zip.members[i]);
	buf_release(&o.strings);
	free(o.string_ends);
	doc_release(&o.doc);
	return doc_end(&o.doc, e);
}

static int read_item(const struct item *it, struct sink *out, struct fault *why)
{
	return ooxml_read(it, it->bytes, out, why);
}

const struct reader reader_ooxml = {
	.name = "ooxml", .help = "Office Open XML: docx, xlsx, pptx, vsdx",
	.type = "application/vnd.openxmlformats-officedocument", .peek = 4096,
	.probe = ooxml_probe, .read = read_item,
};
