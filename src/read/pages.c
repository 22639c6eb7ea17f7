#include "read/pages.h"

#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	HELD_MAX = 400 << 20,		/* bytes that MuPDF may hold at once */
	STORE_MAX = 64 << 20,		/* of these its cache */
	PAGES_LOST_MAX = 64,		/* pages in a row that fail before the rest is given up */
};
/* Bytes that MuPDF may take for one page, freed ones counted again: an end to forms that nest forms. */
static const uint64_t page_taken_max = 16ull << 30;

static bool may_take(struct pages *p, size_t n)
{
	p->taken += n + 64;
	return p->taken < page_taken_max && n <= HELD_MAX && p->held <= HELD_MAX - n;
}

static void *counted_malloc(void *user, size_t n)
{
	struct pages *p = user;
	void *at = may_take(p, n) ? malloc(n) : NULL;
	if (at)
		p->held += malloc_usable_size(at);
	return at;
}

static void *counted_realloc(void *user, void *old, size_t n)
{
	struct pages *p = user;
	size_t had = old ? malloc_usable_size(old) : 0;
	void *at = may_take(p, n) ? realloc(old, n) : NULL;
	if (at)
		p->held += malloc_usable_size(at) - had;
	return at;
}

static void counted_free(void *user, void *old)
{
	struct pages *p = user;
	p->held -= old ? malloc_usable_size(old) : 0;
	free(old);
}

/* MuPDF goes on after these, with less than there was. */
static void on_warning(void *user, const char *message)
{
	static const char *const losses[] = {
		"zlib error", "premature end", "read error", "ignoring error", "cannot decode", "cannot load image",
		"runlength", "lzw", "ran out of data", "failed to parse",
	};
	struct pages *p = user;
	for (size_t i = 0; !p->warning[0] && i < sizeof(losses) / sizeof(*losses); i++)
		if (strstr(message, losses[i]))
			snprintf(p->warning, sizeof(p->warning), "%s", message);
}

static void on_error(void *user, const char *message)
{
	(void)user;
	(void)message;
}

void pages_damage(struct pages *p, const char *reason)
{
	char line[200];
	if (p->page)
		snprintf(line, sizeof(line), "page %u: %s", p->page, reason);
	p->is_damaged = true;
	if (p->code >= 0)
		p->code = sink_damage(p->out, STATUS_PARTIAL, 0, 0, p->page ? line : reason);
}

void pages_give_text(struct pages *p, unsigned page, const char *part)
{
	struct text t = {
		.utf8 = buf_span(&p->text), .space = SPACE_TEXT, .base = p->base, .page = page, .part = part,
	};
	if (p->text.is_full)
		pages_damage(p, "more text than is read of one page");
	if (p->text.n && p->code >= 0)
		p->code = sink_text(p->out, &t);
	p->base += p->text.n;
	struct buf given = p->text;
	p->text = p->shown;
	p->shown = given;
	buf_clear(&p->text);
}

/* Cells of a table's row are lines of their own in MuPDF; they share their baseline. */
static bool goes_on_right(const fz_stext_line *line, const fz_stext_line *next)
{
	float height = line->bbox.y1 - line->bbox.y0;
	return next && !line->wmode && !next->wmode && line->dir.x > 0.9f && next->dir.x > 0.9f &&
	       next->bbox.x0 >= line->bbox.x1 - 1 && fabsf(next->bbox.y1 - line->bbox.y1) < height / 3;
}

/* Adds one line; returns how many letters it shows. */
static size_t add_line(struct buf *b, const fz_stext_line *line)
{
	size_t letters = 0;
	for (const fz_stext_char *c = line->first_char; c; c = c->next) {
		int ch = c->c < 0x20 ? ' ' : c->c;
		letters += ch != ' ' && ch != 0xfffd;
		buf_add_utf8(b, (uint32_t)ch);
	}
	return letters;
}

/* The page's text into p->text; returns how many letters it has. */
static size_t gather_text(struct pages *p, const fz_stext_page *page)
{
	size_t letters = 0;
	for (const fz_stext_block *b = page->first_block; b; b = b->next) {
		if (b->type != FZ_STEXT_BLOCK_TEXT)
			continue;
		const fz_stext_line *last = b->u.t.last_line;
		for (const fz_stext_line *l = b->u.t.first_line; l; l = l->next) {
			letters += add_line(&p->text, l);
			const fz_stext_block *after = l == last ? b->next : NULL;
			const fz_stext_line *next = l->next;
			if (after && after->type == FZ_STEXT_BLOCK_TEXT)
				next = after->u.t.first_line;
			buf_add_byte(&p->text, goes_on_right(l, next) ? '\t' : '\n');
		}
	}
	return letters;
}

static void run_page(struct pages *p, struct page_run *r, unsigned number)
{
	fz_context *ctx = p->ctx;
	fz_cookie cookie = { 0 };
	fz_stext_options options = { .flags = FZ_STEXT_PRESERVE_IMAGES };
	r->page = fz_load_page(ctx, p->doc, (int)number - 1);
	r->stext = fz_new_stext_page(ctx, fz_bound_page(ctx, r->page));
	r->device = fz_new_stext_device(ctx, r->stext, &options);
	r->device->fill_shade = NULL;	/* it would make pictures of gradients */
	fz_run_page_contents(ctx, r->page, r->device, fz_identity, &cookie);
	fz_run_page_annots(ctx, r->page, r->device, fz_identity, &cookie);
	fz_close_device(ctx, r->device);
	if (cookie.errors)
		pages_damage(p, "errors in its content; the rest is kept");
}

static void read_page(struct pages *p, struct page_run *r, unsigned number)
{
	run_page(p, r, number);
	size_t letters = gather_text(p, r->stext);
	pages_give_text(p, number, NULL);
	if (p->code >= 0)
		pages_pdf_notes(p, r);
	if (p->code >= 0 && !pages_render_scan(p, r, letters) && p->code >= 0)
		pages_give_images(p, r);
}

static void page_drop(fz_context *ctx, struct page_run *r)
{
	fz_drop_output(ctx, r->output);
	fz_drop_buffer(ctx, r->buffer);
	fz_drop_pixmap(ctx, r->pixmap);
	fz_drop_device(ctx, r->device);
	fz_drop_stext_page(ctx, r->stext);
	fz_drop_page(ctx, r->page);
}

/* False when the page could not be read. */
static bool page_guarded(struct pages *p, unsigned number)
{
	struct page_run *r = &p->run;
	volatile bool is_read = false;
	*r = (struct page_run){ 0 };
	p->page = number;
	p->taken = 0;
	p->warning[0] = 0;
	fz_try(p->ctx) {
		read_page(p, r, number);
		is_read = true;
	}
	fz_always(p->ctx)
		page_drop(p->ctx, r);
	fz_catch(p->ctx) {
		buf_clear(&p->text);
		pages_damage(p, fz_caught_message(p->ctx));
	}
	if (p->warning[0])
		pages_damage(p, p->warning);
	p->page = 0;
	return is_read;
}

/* One thing of the whole document, outside the pages. */
static void guarded(struct pages *p, void (*step)(struct pages *))
{
	if (p->code < 0)
		return;
	p->taken = 0;
	fz_try(p->ctx)
		step(p);
	fz_catch(p->ctx) {
		buf_clear(&p->text);
		pages_damage(p, fz_caught_message(p->ctx));
	}
}

static int count_pages(struct pages *p)
{
	volatile int n = 0;
	fz_try(p->ctx)
		n = fz_count_pages(p->ctx, p->doc);
	fz_catch(p->ctx)
		pages_damage(p, fz_caught_message(p->ctx));
	fz_try(p->ctx)
		pages_pdf_index(p);
	fz_catch(p->ctx)
		p->is_indexed = false;	/* each page is looked for then, and told when it is not there */
	return n;
}

static void read_pages(struct pages *p)
{
	int count = count_pages(p);
	unsigned lost = 0;
	for (int i = 1; i <= count && p->code >= 0; i++) {
		lost = page_guarded(p, (unsigned)i) ? 0 : lost + 1;
		if (p->code >= 0 && lost == PAGES_LOST_MAX && i < count) {
			pages_damage(p, "too many pages in a row cannot be read; the rest is left out");
			break;
		}
		if (p->code >= 0)
			p->code = sink_spend(p->out, 8192);
	}
	pages_pdf_forget_index(p);
}

static bool authenticate(struct pages *p)
{
	if (!fz_needs_password(p->ctx, p->doc) || fz_authenticate_password(p->ctx, p->doc, ""))
		return true;
	struct span rest = p->item->options->passwords, line;
	while (span_line(&rest, &line)) {
		char word[128] = "";
		if (!line.n || line.n >= sizeof(word))
			continue;
		memcpy(word, line.p, line.n);
		if (fz_authenticate_password(p->ctx, p->doc, word))
			return true;
	}
	return false;
}

static int open_document(struct pages *p, const char *magic)
{
	fz_stream *volatile stream = NULL;
	fz_context *ctx = p->ctx;
	volatile int e = OK;
	fz_var(stream);
	fz_try(ctx) {
		stream = fz_open_memory(ctx, p->item->bytes.p, p->item->bytes.n);
		p->doc = fz_open_document_with_stream(ctx, magic, stream);
		if (!authenticate(p))
			e = fault_set(p->why, E_ENCRYPTED, "no password given opens it");
	}
	fz_always(ctx)
		fz_drop_stream(ctx, stream);
	fz_catch(ctx) {
		const char *message = fz_caught_message(ctx);
		bool is_encrypted = strstr(message, "encryption") || strstr(message, "crypt");
		e = fault_set(p->why, is_encrypted ? E_ENCRYPTED : E_DAMAGED, "%s", message);
	}
	return e;
}

static int read_document(struct pages *p, const char *magic)
{
	int e = open_document(p, magic);
	if (e)
		return e;
	guarded(p, pages_pdf_metadata);
	if (p->code >= 0)
		read_pages(p);
	guarded(p, pages_pdf_form);
	guarded(p, pages_pdf_attachments);
	return p->code < 0 ? p->code : p->is_damaged ? PART : OK;
}

int pages_read(const struct item *it, struct sink *out, const char *magic, struct fault *why)
{
	struct pages p = { .item = it, .out = out, .why = why };
	fz_alloc_context alloc = { &p, counted_malloc, counted_realloc, counted_free };
	buf_init(&p.text, TEXT_MAX);
	buf_init(&p.shown, TEXT_MAX);
	p.seen = arena_array(it->arena, IMAGES_MAX * 2, sizeof(*p.seen));
	p.ctx = p.seen ? fz_new_context(&alloc, NULL, STORE_MAX) : NULL;
	if (!p.ctx)
		return fault_set(why, E_MEMORY, "no memory for MuPDF");
	fz_set_warning_callback(p.ctx, on_warning, &p);
	fz_set_error_callback(p.ctx, on_error, &p);
	fz_disable_icc(p.ctx);
	int e;
	fz_try(p.ctx)
		fz_register_document_handlers(p.ctx);
	fz_catch(p.ctx)
		p.code = fault_set(why, E_MEMORY, "%s", fz_caught_message(p.ctx));
	e = p.code < 0 ? p.code : read_document(&p, magic);
	fz_drop_document(p.ctx, p.doc);
	fz_drop_context(p.ctx);
	buf_release(&p.text);
	buf_release(&p.shown);
	return e;
}
