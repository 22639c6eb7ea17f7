/* Property sets ([MS-OLEPS] 2.21 ff.): the strings of the summary and of the document's summary. */
#include "read/ole.h"

enum { VT_LPSTR = 30, VT_LPWSTR = 31, PROPERTIES_MAX = 500, STRING_MAX = 1 << 20 };

static const char *const summary_names[] = {
	[2] = "Title", [3] = "Subject", [4] = "Author", [5] = "Keywords", [6] = "Comments", [7] = "Template",
	[8] = "Last author",
};
static const char *const document_names[] = {
	[2] = "Category", [14] = "Manager", [15] = "Company",
};

struct names { const char *const *list; size_t count; };

static uint32_t u32_at(struct span s, size_t at)
{
	struct cur c = cur_of(span_from(s, at));
	return cur_u32le(&c);
}

/* Property 1 is the code page of the others. */
static unsigned code_page(struct span section, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		if (u32_at(section, 8 + (size_t)i * 8) == 1)
			return u32_at(section, (size_t)u32_at(section, 12 + (size_t)i * 8) + 4) & 0xffff;
	return 1252;
}

static void add_property(struct buf *out, struct span section, size_t at, const char *name, unsigned page)
{
	struct cur c = cur_of(span_from(section, at));
	uint32_t type = cur_u32le(&c) & 0xffff, n = cur_u32le(&c);
	if (c.bad || !n || n > STRING_MAX || (type != VT_LPSTR && type != VT_LPWSTR))
		return;
	size_t before = out->n;
	buf_format(out, "%s: ", name);
	size_t from = out->n;
	if (type == VT_LPWSTR || page == 1200)
		ole_add_utf16(out, cur_take(&c, type == VT_LPWSTR ? (size_t)n * 2 : n));
	else
		ole_add_bytes(out, cur_take(&c, n), page);
	while (out->n > from && span_at(buf_span(out), out->n - 1) == 0)
		out->n--;
	if (out->n == from)
		out->n = before;
	else
		buf_add_byte(out, '\n');
}

static void add_section(struct buf *out, struct span section, struct names names)
{
	uint32_t count = u32_at(section, 4);
	count = count > PROPERTIES_MAX ? PROPERTIES_MAX : count;
	unsigned page = code_page(section, count);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t id = u32_at(section, 8 + (size_t)i * 8);
		const char *name = id < names.count ? names.list[id] : NULL;
		if (name)
			add_property(out, section, u32_at(section, 12 + (size_t)i * 8), name, page);
	}
}

static int add_set(struct ole *o, const struct ole2_entry *folder, const char *stream, struct names names)
{
	struct span set;
	int e = OK;
	if (ole_stream(o, folder, stream, &set, &e) && e >= 0 && set.n > 48)
		add_section(&o->doc.text, span_from(set, u32_at(set, 44)), names);
	return e;
}

int ole_properties(struct ole *o, const struct ole2_entry *folder)
{
	int e = add_set(o, folder, "\005SummaryInformation",
	                (struct names){ summary_names, sizeof(summary_names) / sizeof(*summary_names) });
	if (e >= 0)
		e = add_set(o, folder, "\005DocumentSummaryInformation",
		            (struct names){ document_names, sizeof(document_names) / sizeof(*document_names) });
	return e < 0 ? e : doc_give(&o->doc, "metadata", 0);
}
