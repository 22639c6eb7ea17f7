/* Visio pages and masters ([MS-VSDX]): the text of shapes and their data (addresses of hosts, serial numbers). */
#include "read/ooxml.h"

#include <stdio.h>
#include <string.h>

struct shapes {
	struct doc *doc;
	bool is_text;
	char section[32], row[96];
};

static void add_line(struct shapes *s, const char *name, const char *value)
{
	doc_end_line(s->doc);
	buf_format(&s->doc->text, "%s%s%s\n", name, *name ? ": " : "", value);
}

static void data_cell(struct shapes *s, const char **attrs)
{
	const char *name = xml_attr(attrs, "N"), *value = xml_attr(attrs, "V");
	if (!name || !value || !*value)
		return;
	if (strcmp(s->section, "Property") == 0 && strcmp(name, "Label") == 0)
		snprintf(s->row, sizeof(s->row), "%s", value);
	else if (strcmp(s->section, "Property") == 0 && strcmp(name, "Value") == 0)
		add_line(s, s->row, value);
	else if (strcmp(s->section, "Hyperlink") == 0 && strcmp(name, "Address") == 0)
		add_line(s, "", value);
}

static int on_start(void *user, const char *name, const char **attrs)
{
	struct shapes *s = user;
	const char *stated = xml_attr(attrs, "N");
	if (strcmp(name, "Text") == 0)
		s->is_text = true;
	else if (strcmp(name, "Section") == 0)
		snprintf(s->section, sizeof(s->section), "%s", stated ? stated : "");
	else if (strcmp(name, "Row") == 0)
		snprintf(s->row, sizeof(s->row), "%s", stated ? stated : "");
	else if (strcmp(name, "Cell") == 0)
		data_cell(s, attrs);
	return OK;
}

static int on_end(void *user, const char *name)
{
	struct shapes *s = user;
	if (strcmp(name, "Text") == 0) {
		s->is_text = false;
		doc_end_line(s->doc);
	} else if (strcmp(name, "Section") == 0) {
		s->section[0] = 0;
	}
	return OK;
}

static int on_text(void *user, struct span s)
{
	struct shapes *shapes = user;
	if (shapes->is_text)
		buf_add(&shapes->doc->text, s);
	return OK;
}

int ooxml_visio(struct ooxml *o, const struct zip_member *m, uint32_t page)
{
	static const struct xml_events events = { on_start, on_end, on_text };
	struct shapes s = { .doc = &o->doc };
	int e = ooxml_parse(o, m, &events, &s);
	return e < 0 ? e : doc_give(&o->doc, page ? NULL : "master", page);
}
