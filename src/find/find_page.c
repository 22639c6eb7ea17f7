/*
 * Pictures of pages: machine readable zones in any picture; pictures that
 * look like documents are recognised, and their text goes the way of all
 * text, in the space of recognised text. Photographs are left alone.
 */
#include <math.h>
#include <string.h>

#include "core/part.h"
#include "find/mrz_claim.h"
#include "find/mrz_picture.h"
#include "find/page_bars.h"
#include "find/page_kind.h"
#include "lib/ocr.h"

enum {
	SCRATCH_MAX = 400 << 20,
	PAGE_SIDE = 3600,		/* A4 at 300 dpi is 3,508 pixels long */
	SMALL_SIDE = 1000,		/* shorter pictures are doubled: print of less than 20 pixels reads badly */
	TEXT_ROOM = 4 << 20,
	LETTERS_MIN = 12,		/* recognised text with fewer is noise */
	SURE = 75, DOUBTFUL = 55,	/* mean confidence of words, per cent */
};

/* Bytes of recognised text that the item has given so far. */
struct page_note { uint64_t base; };

extern const struct detector detector_page;

static int page_init(const struct options *o, struct fault *why)
{
	if (o->no_ocr || o->no_find)
		return OK;
	ocr_init(why);	/* a missing model is told at the pictures that want it */
	return OK;
}

/* Covers the zone's lines with white: they are read already, and better. */
static void cover_zone(struct plane *page, const struct mrz_shot *shot, float scale)
{
	for (unsigned i = 0; i < shot->mrz.lines; i++) {
		const struct bar *b = &shot->line[i];
		float length = hypotf(b->x1 - b->x0, b->y1 - b->y0), reach = 0.8f * b->height * scale;
		int steps = (int)(length * scale) + 1;
		for (int k = 0; k <= steps; k++) {
			int cx = (int)((b->x0 + (b->x1 - b->x0) * (float)k / (float)steps) * scale);
			int cy = (int)((b->y0 + (b->y1 - b->y0) * (float)k / (float)steps) * scale);
			for (int y = cy - (int)reach; y <= cy + (int)reach; y++)
				for (int x = cx - (int)reach; x <= cx + (int)reach; x++)
					if (x >= 0 && y >= 0 && x < page->width && y < page->height)
						page->p[(size_t)y * (size_t)page->width + (size_t)x] = 255;
		}
	}
}

static int give_mrz(const struct item *it, const struct picture *p, const struct mrz_shot *shot, struct sink *out)
{
	const struct mrz *m = &shot->mrz;
	if (!m->is_verified && (shot->agreement < 0.75f || __builtin_popcount(m->checks_held) < 2))
		return OK;
	struct finding f = {
		.kind = m->kind, .value = span_of(m->text, (size_t)m->lines * m->width), .rule = "mrz-picture",
		.chance = m->chance, .where = { .space = SPACE_OCR, .page = p->page }, .confidence = mrz_confidence(m),
	};
	unsigned n = mrz_list_checks(m, f.checks);
	if (!m->is_verified && n < CHECKS_MAX)
		f.checks[n] = "not verified: read from a picture in doubt";
	int e = it->options->classes & 1u << CLASS_IDENTITY ? sink_finding(out, &f) : OK;
	return !e && m->is_verified ? mrz_give_claim(m, &f, out) : e;
}

static size_t count_letters(struct span s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		int c = span_at(s, i) | 0x20;
		n += (c >= 'a' && c <= 'z') || (c >= ('0' | 0x20) && c <= ('9' | 0x20));
	}
	return n;
}

/* One look at the page turned so often; keeps it in best when it is the better one. */
static int look(const struct plane *page, unsigned quarters, double dpi, struct arena *a, struct buf *best, int *sureness,
                struct fault *why)
{
	struct plane upright;
	struct buf text;
	int confidence;
	if (!plane_turn(page, quarters, a, &upright))
		return E_MEMORY;
	buf_init(&text, TEXT_ROOM);
	int e = ocr_page(upright.p, (uint32_t)upright.width, (uint32_t)upright.height, (uint32_t)upright.width, dpi, &text,
	                 &confidence, why);
	if (!e && confidence > *sureness) {
		buf_clear(best);
		buf_add(best, buf_span(&text));
		*sureness = confidence;
	}
	buf_release(&text);
	return e;
}

static int give_text(const struct item *it, const struct picture *p, struct span utf8, struct sink *out)
{
	static struct page_note none;
	struct page_note *note = item_note(it, &detector_page, sizeof(*note));
	struct text t = { .utf8 = utf8, .space = SPACE_OCR, .page = p->page, .part = "recognised", .base = note ? note->base : none.base };
	if (note)
		note->base += utf8.n;
	return sink_text(out, &t);
}

/* Recognises a page upright, and upside down where that was doubtful. */
static int read_page(const struct item *it, const struct picture *p, const struct plane *page, double dpi,
                     unsigned quarters, struct arena *a, struct sink *out)
{
	struct fault why = { "" };
	struct buf text;
	int sureness = -1;
	buf_init(&text, TEXT_ROOM);
	int e = sink_spend(out, (uint64_t)page->width * (uint64_t)page->height * 4);
	if (!e)
		e = look(page, quarters, dpi, a, &text, &sureness, &why);
	if (!e && sureness < SURE)
		e = look(page, (quarters + 2) % 4, dpi, a, &text, &sureness, &why);
	if (e == E_UNSUPPORTED || e == E_DAMAGED)
		e = sink_damage(out, STATUS_PARTIAL, 0, 0, why.text);
	else if (!e && sureness >= DOUBTFUL && count_letters(buf_span(&text)) >= LETTERS_MIN)
		e = give_text(it, p, buf_span(&text), out);
	buf_release(&text);
	return e;
}

static int recognise(const struct item *it, const struct picture *p, const struct mrz_shot *shot, struct arena *a,
                     struct sink *out)
{
	uint32_t longer = p->width > p->height ? p->width : p->height;
	int step = (int)((longer + PAGE_SIDE - 1) / PAGE_SIDE);
	struct plane page, small, large;
	if (!plane_shrink(p, step, a, &page) || !plane_resize(&page, BARS_SIDE, a, &small))
		return OK;
	bool is_zone = shot->mrz.is_verified;
	if (!is_zone && !page_is_document(&small))
		return OK;
	if (is_zone)
		cover_zone(&page, shot, 1.0f / (float)step);
	unsigned quarters = is_zone ? shot->quarters : page_is_sideways(&small, a);
	double dpi = p->dpi / step;
	if (longer < SMALL_SIDE && plane_resize(&page, 2 * (int)longer, a, &large)) {
		page = large;
		dpi *= 2;
	}
	return read_page(it, p, &page, dpi, quarters, a, out);
}

static int page_picture(const struct item *it, const struct picture *p, struct sink *out)
{
	struct arena scratch;
	struct mrz_shot shot;
	if (it->options->no_ocr || p->width < 60 || p->height < 60)
		return OK;
	arena_init(&scratch, SCRATCH_MAX);
	int e = sink_spend(out, (uint64_t)p->width * p->height);
	if (!e && mrz_in_picture(p, &scratch, &shot))
		e = give_mrz(it, p, &shot, out);
	arena_reset(&scratch);
	if (!e)
		e = recognise(it, p, &shot, &scratch, out);
	arena_release(&scratch);
	return e;
}

const struct detector detector_page = {
	.name = "page", .help = "machine readable zones in pictures, and the text of scanned pages", .init = page_init,
	.picture = page_picture,
};
