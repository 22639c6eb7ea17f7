/*
 * Pages: what MuPDF opens (PDF, XPS, EPUB, FB2, CBZ), page by page: text
 * with page numbers, pictures, and for PDF also metadata, form fields,
 * annotations and attached files. Everything is read from memory; scripts
 * do not run; memory is bounded by a counting allocator.
 *
 * Ranges of text count the bytes of all texts given so far, in order, so
 * that they never overlap in one item. A page that fails is told as damage
 * and the next one is read.
 */
#ifndef READ_PAGES_H
#define READ_PAGES_H

#include "base/buf.h"
#include "core/part.h"

#include <mupdf/fitz.h>

enum { PAGE_IMAGES_MAX = 64, IMAGES_MAX = 4096 };

/* One page under way; what it holds is dropped whatever happens. */
struct page_run {
	fz_page *page;
	fz_stext_page *stext;
	fz_device *device;
	fz_pixmap *pixmap;
	fz_buffer *buffer;
	fz_output *output;
};

struct pages {
	const struct item *item;
	struct sink *out;
	struct fault *why;
	fz_context *ctx;
	fz_document *doc;
	int code;			/* first negative code of the sink */
	bool is_damaged;
	bool is_indexed;		/* the page tree is loaded and must be dropped */
	uint64_t base;			/* bytes of text given so far */
	struct buf text;		/* being gathered */
	struct buf shown;		/* the page's own text, given already */
	struct page_run run;
	size_t held;			/* bytes that MuPDF holds */
	uint64_t taken;			/* bytes it has taken since the page began */
	uint64_t *seen;			/* hash set of the images given, IMAGES_MAX * 2 slots */
	unsigned images;
	unsigned page;			/* under way, from 1 */
	char warning[160];		/* first warning of the page that speaks of lost data */
};

/* magic: an extension or MIME type as fz_open_document_with_stream takes it. */
int pages_read(const struct item *it, struct sink *out, const char *magic, struct fault *why);

/* Gives the text gathered in p->text and forgets it. page 0: none. Sets p->code. */
void pages_give_text(struct pages *p, unsigned page, const char *part);
void pages_damage(struct pages *p, const char *reason);

/* pages_images.c. Both throw MuPDF's exceptions. */
/* True when the page is one picture: it was rendered and given. */
bool pages_render_scan(struct pages *p, struct page_run *r, size_t letters);
void pages_give_images(struct pages *p, struct page_run *r);

/* pages_pdf.c: what only PDF has. All throw. */
/* Lists the pages of a large flat tree once, else each page is looked for from the first on. */
void pages_pdf_index(struct pages *p);
void pages_pdf_forget_index(struct pages *p);
void pages_pdf_metadata(struct pages *p);
void pages_pdf_attachments(struct pages *p);
void pages_pdf_form(struct pages *p);
/* Field values and annotations of a page that its text (p->shown) does not show. */
void pages_pdf_notes(struct pages *p, struct page_run *r);

#endif
