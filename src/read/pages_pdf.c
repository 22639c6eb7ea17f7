/* What only PDF has (ISO 32000-1): document information, fields, annotations, XFA, attached files. */
#include "read/pages.h"

#include <mupdf/pdf.h>
#include <string.h>

enum { NOTES_MAX = 20000, ATTACHMENTS_MAX = 10000, INFO_MAX = 200 };

/* "name: value", control characters as spaces. */
static void add_pair(struct buf *b, const char *name, const char *value)
{
	size_t at = b->n + (name ? strlen(name) : 0);
	if (name && *name)
		buf_format(b, "%s: ", name);
	buf_add_str(b, value);
	buf_add_byte(b, '\n');
	for (; at + 1 < b->n; at++)
		if (b->p[at] < 0x20 && b->p[at] != '\n')
			b->p[at] = b->p[at] == '\r' ? '\n' : ' ';
}

void pages_pdf_index(struct pages *p)
{
	pdf_document *pdf = pdf_specifics(p->ctx, p->doc);
	if (!pdf)
		return;
	pdf_load_page_tree(p->ctx, pdf);
	p->is_indexed = true;
}

void pages_pdf_forget_index(struct pages *p)
{
	pdf_document *pdf = pdf_specifics(p->ctx, p->doc);
	if (pdf && p->is_indexed)
		pdf_drop_page_tree(p->ctx, pdf);
}

void pages_pdf_metadata(struct pages *p)
{
	fz_context *ctx = p->ctx;
	pdf_document *pdf = pdf_specifics(ctx, p->doc);
	if (!pdf)
		return;
	pdf_obj *info = pdf_dict_get(ctx, pdf_trailer(ctx, pdf), PDF_NAME(Info));
	int n = pdf_dict_len(ctx, info);
	for (int i = 0; i < n && i < INFO_MAX; i++) {
		pdf_obj *value = pdf_dict_get_val(ctx, info, i);
		if (pdf_is_string(ctx, value))
			add_pair(&p->text, pdf_to_name(ctx, pdf_dict_get_key(ctx, info, i)),
			         pdf_to_text_string(ctx, value));
	}
	pages_give_text(p, 0, "metadata");
	if (pdf_was_repaired(ctx, pdf))
		pages_damage(p, "its table of objects was broken and has been rebuilt; objects may be missing");
}

static void give_file(struct pages *p, pdf_obj *spec)
{
	fz_context *ctx = p->ctx;
	pdf_embedded_file_params about;
	if (p->code < 0 || !pdf_is_embedded_file(ctx, spec))
		return;
	pdf_get_embedded_file_params(ctx, spec, &about);
	struct child c = {
		.name = span_str(about.filename ? about.filename : "attachment"), .times = TIMES_UNKNOWN,
	};
	c.stated_type = about.mimetype && *about.mimetype ? about.mimetype : NULL;
	if (about.modified > 0 && about.modified < INT64_MAX / 1000000000)
		c.times.modified = about.modified * 1000000000;
	fz_buffer *volatile data = NULL;
	fz_var(data);
	fz_try(ctx) {
		unsigned char *bytes = NULL;
		data = pdf_load_embedded_file_contents(ctx, spec);
		size_t n = fz_buffer_storage(ctx, data, &bytes);
		c.bytes = span_of(bytes, n);
		p->code = sink_spend(p->out, n);
		if (p->code >= 0)
			p->code = sink_child(p->out, &c);
	}
	fz_always(ctx)
		fz_drop_buffer(ctx, data);
	fz_catch(ctx)
		p->code = sink_child_lost(p->out, &c, STATUS_UNREADABLE, fz_caught_message(ctx));
}

void pages_pdf_attachments(struct pages *p)
{
	fz_context *ctx = p->ctx;
	pdf_document *pdf = pdf_specifics(ctx, p->doc);
	if (!pdf)
		return;
	pdf_obj *tree = pdf_load_name_tree(ctx, pdf, PDF_NAME(EmbeddedFiles));
	fz_try(ctx) {
		int n = pdf_dict_len(ctx, tree);
		for (int i = 0; i < n && i < ATTACHMENTS_MAX && p->code >= 0; i++)
			give_file(p, pdf_dict_get_val(ctx, tree, i));
	}
	fz_always(ctx)
		pdf_drop_obj(ctx, tree);
	fz_catch(ctx)
		fz_rethrow(ctx);
}

/* A stream of an XFA form as a child; the packets that hold data only. */
static void give_packet(struct pages *p, const char *name, pdf_obj *stream)
{
	fz_context *ctx = p->ctx;
	char full[80];
	snprintf(full, sizeof(full), "xfa %s.xml", name);
	fz_buffer *volatile data = NULL;
	fz_var(data);
	fz_try(ctx) {
		unsigned char *bytes = NULL;
		data = pdf_load_stream(ctx, stream);
		size_t n = fz_buffer_storage(ctx, data, &bytes);
		struct child c = { .name = span_str(full), .bytes = span_of(bytes, n), .times = TIMES_UNKNOWN };
		p->code = sink_spend(p->out, n);
		if (p->code >= 0)
			p->code = sink_child(p->out, &c);
	}
	fz_always(ctx)
		fz_drop_buffer(ctx, data);
	fz_catch(ctx)
		fz_rethrow(ctx);
}

void pages_pdf_form(struct pages *p)
{
	fz_context *ctx = p->ctx;
	pdf_document *pdf = pdf_specifics(ctx, p->doc);
	if (!pdf)
		return;
	pdf_obj *xfa = pdf_dict_getp(ctx, pdf_trailer(ctx, pdf), "Root/AcroForm/XFA");
	if (pdf_is_stream(ctx, xfa))
		give_packet(p, "form", xfa);
	int n = pdf_is_array(ctx, xfa) ? pdf_array_len(ctx, xfa) : 0;
	for (int i = 0; i + 1 < n && i < 64 && p->code >= 0; i += 2) {
		const char *name = pdf_array_get_text_string(ctx, xfa, i);
		pdf_obj *stream = pdf_array_get(ctx, xfa, i + 1);
		if (strcmp(name, "datasets") == 0 && pdf_is_stream(ctx, stream))
			give_packet(p, name, stream);
	}
}

static void add_field(struct pages *p, pdf_annot *widget)
{
	fz_context *ctx = p->ctx;
	pdf_obj *field = pdf_annot_obj(ctx, widget);
	int type = pdf_field_type(ctx, field);
	if (type == PDF_WIDGET_TYPE_BUTTON || type == PDF_WIDGET_TYPE_SIGNATURE)
		return;
	const char *value = pdf_field_value(ctx, field);
	if (!value || !*value || strcmp(value, "Off") == 0)
		return;
	char *volatile name = NULL;
	fz_var(name);
	fz_try(ctx) {
		name = pdf_field_name(ctx, field);
		add_pair(&p->text, name, value);
	}
	fz_always(ctx)
		fz_free(ctx, name);
	fz_catch(ctx)
		fz_rethrow(ctx);
}

static void add_note(struct pages *p, pdf_annot *annot, struct span seen)
{
	fz_context *ctx = p->ctx;
	pdf_obj *obj = pdf_annot_obj(ctx, annot);
	const char *contents = pdf_dict_get_text_string(ctx, obj, PDF_NAME(Contents));
	const char *author = pdf_dict_get_text_string(ctx, obj, PDF_NAME(T));
	if (*contents && span_find(seen, span_str(contents), 0) == SIZE_MAX)
		add_pair(&p->text, author, contents);
	if (pdf_annot_type(ctx, annot) == PDF_ANNOT_FILE_ATTACHMENT)
		give_file(p, pdf_dict_get(ctx, obj, PDF_NAME(FS)));
}

/* Where links lead, outside the document. */
static void add_links(struct pages *p, struct page_run *r, struct span seen)
{
	fz_context *ctx = p->ctx;
	fz_link *links = fz_load_links(ctx, r->page);
	unsigned n = 0;
	for (fz_link *l = links; l && n < NOTES_MAX; l = l->next, n++) {
		const char *uri = l->uri ? l->uri : "#";
		const char *bare = strncmp(uri, "mailto:", 7) == 0 ? uri + 7 : uri;
		if (*uri != '#' && span_find(seen, span_str(bare), 0) == SIZE_MAX)
			add_pair(&p->text, NULL, uri);
	}
	fz_drop_link(ctx, links);
}

void pages_pdf_notes(struct pages *p, struct page_run *r)
{
	fz_context *ctx = p->ctx;
	pdf_page *page = pdf_page_from_fz_page(ctx, r->page);
	if (!page)
		return;
	unsigned n = 0;
	for (pdf_annot *a = pdf_first_annot(ctx, page); a && n < NOTES_MAX && p->code >= 0;
	     a = pdf_next_annot(ctx, a), n++)
		add_note(p, a, buf_span(&p->shown));
	add_links(p, r, buf_span(&p->shown));
	if (p->text.n)
		pages_give_text(p, p->page, "annotation");
	n = 0;
	for (pdf_annot *w = pdf_first_widget(ctx, page); w && n < NOTES_MAX && p->code >= 0;
	     w = pdf_next_widget(ctx, w), n++)
		add_field(p, w);
	if (p->text.n)
		pages_give_text(p, p->page, "form");
}
