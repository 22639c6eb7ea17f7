/* Pictures on pages: as children in their own bytes, or as the rendered page where there is no text. */
#include "read/pages.h"

#include <stdio.h>
#include <string.h>

enum {
	SIDE_MIN = 64,			/* pixels; smaller pictures are icons and rules */
	PIXELS_MAX = 40 << 20,
	LETTERS_MIN = 16,		/* a page with fewer is looked at as a picture */
};

/* FNV-1a over the sizes and the head of the data: enough to know a repeated logo. */
static uint64_t image_key(fz_context *ctx, const fz_image *image, fz_buffer *data)
{
	uint64_t h = 14695981039346656037ull ^ ((uint64_t)image->w << 32 | (uint64_t)image->h);
	unsigned char *bytes = NULL;
	size_t n = data ? fz_buffer_storage(ctx, data, &bytes) : 0;
	struct span head = span_sub(span_of(bytes, n), 0, 4096);
	for (size_t i = 0; i < head.n; i++)
		h = (h ^ (uint64_t)span_at(head, i)) * 1099511628211ull;
	return (h ^ n) * 1099511628211ull | 1;
}

/* False when it was there already, or when there are too many. */
static bool is_new_image(struct pages *p, uint64_t key)
{
	size_t at = key % (IMAGES_MAX * 2);
	while (p->seen[at] && p->seen[at] != key)
		at = (at + 1) % (IMAGES_MAX * 2);
	if (p->seen[at] || p->images >= IMAGES_MAX)
		return false;
	p->seen[at] = key;
	p->images++;
	return true;
}

static const char *native_extension(int type)
{
	switch (type) {
	case FZ_IMAGE_JPEG: return "jpg";
	case FZ_IMAGE_JPX: return "jp2";
	case FZ_IMAGE_PNG: return "png";
	case FZ_IMAGE_GIF: return "gif";
	case FZ_IMAGE_TIFF: return "tif";
	case FZ_IMAGE_BMP: return "bmp";
	case FZ_IMAGE_PNM: return "pnm";
	case FZ_IMAGE_JXR: return "jxr";
	default: return NULL;
	}
}

static void give_bytes(struct pages *p, fz_buffer *data, unsigned number, const char *extension)
{
	char name[64];
	unsigned char *bytes = NULL;
	size_t n = fz_buffer_storage(p->ctx, data, &bytes);
	snprintf(name, sizeof(name), "page %u image %u.%s", p->page, number, extension);
	struct child c = { .name = span_str(name), .bytes = span_of(bytes, n), .times = TIMES_UNKNOWN };
	p->code = sink_spend(p->out, n);
	if (p->code >= 0)
		p->code = sink_child(p->out, &c);
}

/* Samples packed in ways of PDF's own become a PNM, which costs nothing to write. */
static void give_decoded(struct pages *p, struct page_run *r, fz_image *image, unsigned number)
{
	fz_context *ctx = p->ctx;
	fz_pixmap *raw = r->pixmap = fz_get_pixmap_from_image(ctx, image, NULL, NULL, NULL, NULL);
	bool is_grey = raw->colorspace && fz_colorspace_is_gray(ctx, raw->colorspace);
	if (raw->colorspace && !is_grey && !fz_colorspace_is_rgb(ctx, raw->colorspace)) {
		r->pixmap = fz_convert_pixmap(ctx, raw, fz_device_rgb(ctx), NULL, NULL, fz_default_color_params, 0);
		fz_drop_pixmap(ctx, raw);
	}
	r->buffer = fz_new_buffer(ctx, (size_t)r->pixmap->w * (size_t)r->pixmap->h);
	r->output = fz_new_output_with_buffer(ctx, r->buffer);
	fz_write_pixmap_as_pnm(ctx, r->output, r->pixmap);
	fz_close_output(ctx, r->output);
	give_bytes(p, r->buffer, number, "pnm");
	fz_drop_output(ctx, r->output);
	r->output = NULL;
	fz_drop_buffer(ctx, r->buffer);
	r->buffer = NULL;
	fz_drop_pixmap(ctx, r->pixmap);
	r->pixmap = NULL;
}

static void give_image(struct pages *p, struct page_run *r, fz_image *image, unsigned number)
{
	fz_compressed_buffer *packed = fz_compressed_image_buffer(p->ctx, image);
	const char *extension = packed ? native_extension(packed->params.type) : NULL;
	if (!is_new_image(p, image_key(p->ctx, image, packed ? packed->buffer : NULL)))
		return;
	if (extension)
		give_bytes(p, packed->buffer, number, extension);
	else if ((uint64_t)image->w * (uint64_t)image->h <= PIXELS_MAX)
		give_decoded(p, r, image, number);
	else
		pages_damage(p, "a picture of more than 40 million pixels is left out");
}

void pages_give_images(struct pages *p, struct page_run *r)
{
	unsigned number = 0;
	for (const fz_stext_block *b = r->stext->first_block; b && p->code >= 0; b = b->next) {
		if (b->type != FZ_STEXT_BLOCK_IMAGE)
			continue;
		fz_image *image = b->u.i.image;
		if (image->w < SIDE_MIN || image->h < SIDE_MIN || image->imagemask)
			continue;
		if (++number > PAGE_IMAGES_MAX)
			return;
		give_image(p, r, image, number);
	}
}

/* The finest picture that is drawn over most of the page: its pixels an inch; 0 when there is none. */
static double covering_dpi(const struct page_run *r, fz_rect page)
{
	double area = (double)(page.x1 - page.x0) * (double)(page.y1 - page.y0), covered = 0, dpi = 0;
	for (const fz_stext_block *b = r->stext->first_block; b; b = b->next) {
		if (b->type != FZ_STEXT_BLOCK_IMAGE)
			continue;
		fz_rect on = fz_intersect_rect(b->bbox, page);
		double width = (double)(on.x1 - on.x0), height = (double)(on.y1 - on.y0);
		if (width <= 1 || height <= 1)
			continue;
		covered += width * height;
		double its = (double)b->u.i.image->w / (double)(b->bbox.x1 - b->bbox.x0) * 72;
		if (its > dpi)
			dpi = its;
	}
	return area > 0 && covered > area / 2 ? dpi : 0;
}

static double bounded_dpi(double dpi, fz_rect page)
{
	dpi = dpi < 200 ? 200 : dpi > 300 ? 300 : dpi;
	double inches = (double)(page.x1 - page.x0) / 72 * (double)(page.y1 - page.y0) / 72;
	while (inches * dpi * dpi > PIXELS_MAX && dpi > 1)
		dpi *= 0.9;
	return dpi;
}

bool pages_render_scan(struct pages *p, struct page_run *r, size_t letters)
{
	fz_context *ctx = p->ctx;
	if (letters >= LETTERS_MIN || p->item->options->no_ocr)
		return false;
	fz_rect page = fz_bound_page(ctx, r->page);
	double dpi = covering_dpi(r, page);
	if (dpi <= 0)
		return false;
	dpi = bounded_dpi(dpi, page);
	float scale = (float)(dpi / 72);
	r->pixmap = fz_new_pixmap_from_page(ctx, r->page, fz_scale(scale, scale), fz_device_gray(ctx), 0);
	struct picture picture = {
		.grey = r->pixmap->samples, .width = (uint32_t)r->pixmap->w, .height = (uint32_t)r->pixmap->h,
		.stride = (uint32_t)r->pixmap->stride, .page = p->page, .dpi = dpi,
	};
	p->code = sink_spend(p->out, (uint64_t)picture.stride * picture.height);
	if (p->code >= 0)
		p->code = sink_picture(p->out, &picture);
	return true;
}
