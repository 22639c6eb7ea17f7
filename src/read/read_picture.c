/*
 * Pictures: JPEG, PNG, GIF, BMP, TIFF (every page), JPEG 2000, PNM through
 * MuPDF, WebP through Leptonica, decoded to grey in memory. The header's
 * dimensions are looked at before anything is decoded, so that a few bytes
 * that claim a huge picture cost nothing. HEIC and AVIF are told as what
 * they are and not decoded.
 */
#include <leptonica/allheaders.h>
#include <mupdf/fitz.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/part.h"
#include "read/picture_about.h"

enum {
	PIXELS_MAX = 60 * 1000 * 1000,
	HELD_MAX = 700 << 20,		/* bytes that MuPDF may hold at once */
	TIFF_PAGES_MAX = 2000,
};

struct magic { const char *bytes; unsigned at, n; const char *type; };
static const struct magic magics[] = {
	{ "\xff\xd8\xff", 0, 3, "image/jpeg" },
	{ "\x89PNG\r\n\x1a\n", 0, 8, "image/png" },
	{ "GIF87a", 0, 6, "image/gif" },
	{ "GIF89a", 0, 6, "image/gif" },
	{ "II*\0", 0, 4, "image/tiff" },
	{ "MM\0*", 0, 4, "image/tiff" },
	{ "WEBPVP8", 8, 7, "image/webp" },
	{ "\0\0\0\x0cjP  ", 0, 8, "image/jp2" },
	{ "\xff\x4f\xff\x51", 0, 4, "image/jp2" },
	{ "ftypheic", 4, 8, "image/heic" },
	{ "ftypheix", 4, 8, "image/heic" },
	{ "ftypmif1", 4, 8, "image/heif" },
	{ "ftypavif", 4, 8, "image/avif" },
};

/* A bitmap's second header has one of five lengths, and its place for the pixels lies in the file. */
static bool is_bmp(struct span s)
{
	struct cur c = cur_of(s);
	if (cur_u16le(&c) != 0x4d42)
		return false;
	cur_skip(&c, 8);
	uint32_t pixels_at = cur_u32le(&c), header = cur_u32le(&c);
	return !c.bad && pixels_at >= 14 + header && pixels_at < 65536 &&
	       (header == 12 || header == 40 || header == 52 || header == 56 || header == 64 || header == 108 || header == 124);
}

/* "P4", white space, a width. Comments may stand between. */
static bool is_pnm(struct span s)
{
	int kind = span_at(s, 1), space = span_at(s, 2), then = span_at(s, 3);
	if (span_at(s, 0) != 'P' || kind < '1' || kind > '6' || (space != '\n' && space != ' ' && space != '\r'))
		return false;
	return (then >= '1' && then <= '9') || then == '#';
}

static const char *type_of(struct span s)
{
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (span_equal(span_sub(s, magics[i].at, magics[i].n), span_of(magics[i].bytes, magics[i].n)))
			return magics[i].type;
	if (is_bmp(s))
		return "image/bmp";
	return is_pnm(s) ? "image/x-portable-anymap" : NULL;
}

static int picture_probe(struct span head, const struct item *it)
{
	(void)it;
	return type_of(head) ? 90 : 0;
}

struct shot {
	const struct item *item;
	struct sink *out;
	struct fault *why;
	fz_context *ctx;
	fz_buffer *data;
	fz_image *image;
	fz_pixmap *raw, *grey;
	size_t held;
	uint32_t page;
	int code;
	char warning[160];
};

static void *shot_malloc(void *user, size_t n)
{
	struct shot *s = user;
	void *at = n <= HELD_MAX && s->held <= HELD_MAX - n ? malloc(n) : NULL;
	s->held += at ? malloc_usable_size(at) : 0;
	return at;
}

static void *shot_realloc(void *user, void *old, size_t n)
{
	struct shot *s = user;
	size_t had = old ? malloc_usable_size(old) : 0;
	void *at = n <= HELD_MAX && s->held - had <= HELD_MAX - n ? realloc(old, n) : NULL;
	s->held += at ? malloc_usable_size(at) - had : 0;
	return at;
}

static void shot_free(void *user, void *old)
{
	struct shot *s = user;
	s->held -= old ? malloc_usable_size(old) : 0;
	free(old);
}

/* MuPDF goes on after these with a picture that is not whole. */
static void on_warning(void *user, const char *message)
{
	static const char *const losses[] = { "premature", "truncated", "ran out", "error", "corrupt", "invalid" };
	struct shot *s = user;
	for (size_t i = 0; !s->warning[0] && i < sizeof(losses) / sizeof(*losses); i++)
		if (strcasestr(message, losses[i]))
			snprintf(s->warning, sizeof(s->warning), "%s", message);
}

static void on_error(void *user, const char *message)
{
	(void)user;
	(void)message;
}

static bool is_too_large(struct shot *s, uint64_t width, uint64_t height)
{
	if (width && height && width * height <= PIXELS_MAX)
		return false;
	s->code = fault_set(s->why, E_LIMIT, "a picture of %llu x %llu pixels; at most %d million are decoded",
	                    (unsigned long long)width, (unsigned long long)height, PIXELS_MAX / 1000000);
	return true;
}

static void give(struct shot *s, const unsigned char *grey, uint32_t width, uint32_t height, uint32_t stride, double dpi)
{
	struct picture p = {
		.grey = grey, .width = width, .height = height, .stride = stride, .page = s->page, .dpi = dpi,
	};
	s->code = sink_spend(s->out, (uint64_t)stride * height);
	if (s->code >= 0)
		s->code = sink_picture(s->out, &p);
}

/* What is transparent is seen on white. */
static void flatten(fz_pixmap *p, unsigned char *to)
{
	for (int y = 0; y < p->h; y++) {
		const unsigned char *from = p->samples + (size_t)y * (size_t)p->stride;
		for (int x = 0; x < p->w; x++) {
			int v = from[2 * x] + 255 - from[2 * x + 1];
			*to++ = (unsigned char)(v > 255 ? 255 : v);
		}
	}
}

static void give_flat(struct shot *s, double dpi)
{
	fz_pixmap *p = s->grey;
	unsigned char *flat = malloc((size_t)p->w * (size_t)p->h);
	if (!flat) {
		s->code = fault_set(s->why, E_MEMORY, "no memory for a picture");
		return;
	}
	flatten(p, flat);
	give(s, flat, (uint32_t)p->w, (uint32_t)p->h, (uint32_t)p->w, dpi);
	free(flat);
}

/* Owns raw from here on. May throw. */
static void give_pixmap(struct shot *s, double dpi)
{
	fz_context *ctx = s->ctx;
	if (is_too_large(s, (uint64_t)s->raw->w, (uint64_t)s->raw->h))
		return;
	s->grey = fz_convert_pixmap(ctx, s->raw, fz_device_gray(ctx), NULL, NULL, fz_default_color_params, s->raw->alpha);
	fz_drop_pixmap(ctx, s->raw);
	s->raw = NULL;
	if (s->grey->alpha)
		give_flat(s, dpi);
	else
		give(s, s->grey->samples, (uint32_t)s->grey->w, (uint32_t)s->grey->h, (uint32_t)s->grey->stride, dpi);
	fz_drop_pixmap(ctx, s->grey);
	s->grey = NULL;
}

/* MuPDF says 96 where a picture says nothing. */
static double stated_dpi(const fz_image *image)
{
	return image->xres > 50 && image->xres != 96 && image->xres < 5000 ? image->xres : 0;
}

static void decode_one(struct shot *s)
{
	fz_context *ctx = s->ctx;
	s->image = fz_new_image_from_buffer(ctx, s->data);
	if (is_too_large(s, (uint64_t)s->image->w, (uint64_t)s->image->h))
		return;
	s->raw = fz_get_pixmap_from_image(ctx, s->image, NULL, NULL, NULL, NULL);
	give_pixmap(s, stated_dpi(s->image));
}

static void decode_tiff(struct shot *s)
{
	fz_context *ctx = s->ctx;
	struct span b = s->item->bytes;
	int count = fz_load_tiff_subimage_count(ctx, b.p, b.n);
	if (count <= 1) {
		decode_one(s);
		return;
	}
	for (int i = 0; i < count && i < TIFF_PAGES_MAX && s->code >= 0; i++) {
		s->page = (uint32_t)i + 1;
		s->raw = fz_load_tiff_subimage(ctx, b.p, b.n, i);
		give_pixmap(s, 0);
	}
}

static void decode(struct shot *s, bool is_tiff)
{
	fz_context *ctx = s->ctx;
	fz_var(s->data);
	fz_try(ctx) {
		s->data = fz_new_buffer_from_shared_data(ctx, s->item->bytes.p, s->item->bytes.n);
		if (is_tiff)
			decode_tiff(s);
		else
			decode_one(s);
	}
	fz_always(ctx) {
		fz_drop_pixmap(ctx, s->raw);
		fz_drop_pixmap(ctx, s->grey);
		fz_drop_image(ctx, s->image);
		fz_drop_buffer(ctx, s->data);
	}
	fz_catch(ctx) {
		const char *message = fz_caught_message(ctx);
		bool is_memory = strstr(message, "malloc") || strstr(message, "memory");
		s->code = s->page > 1 ? fault_set(s->why, PART, "page %u: %s", s->page, message)
			: fault_set(s->why, E_DAMAGED, is_memory ? "needs more memory than a picture may take (%s)" : "%s", message);
	}
}

static int read_by_mupdf(struct shot *s, bool is_tiff)
{
	fz_alloc_context alloc = { s, shot_malloc, shot_realloc, shot_free };
	s->ctx = fz_new_context(&alloc, NULL, 0);
	if (!s->ctx)
		return fault_set(s->why, E_MEMORY, "no memory for MuPDF");
	fz_set_warning_callback(s->ctx, on_warning, s);
	fz_set_error_callback(s->ctx, on_error, s);
	fz_disable_icc(s->ctx);
	decode(s, is_tiff);
	fz_drop_context(s->ctx);
	if (s->code == PART || (s->code == OK && s->warning[0])) {
		const char *reason = s->code == PART ? s->why->text : s->warning;
		int e = sink_damage(s->out, STATUS_PARTIAL, 0, 0, reason);
		fault_set(s->why, PART, "%s", reason);
		s->code = e < 0 ? e : PART;
	}
	return s->code;
}

/* Leptonica keeps rows in words of the machine; bytes in order come by swapping. */
static int read_webp(struct shot *s)
{
	struct span b = s->item->bytes;
	l_int32 format = 0, width = 0, height = 0, bits = 0, samples = 0, has_map = 0;
	if (pixReadHeaderMem(b.p, b.n, &format, &width, &height, &bits, &samples, &has_map) != 0)
		return fault_set(s->why, E_DAMAGED, "no WebP header");
	if (width <= 0 || height <= 0 || is_too_large(s, (uint64_t)width, (uint64_t)height))
		return s->code ? s->code : fault_set(s->why, E_DAMAGED, "no dimensions in the WebP header");
	PIX *colour = pixReadMem(b.p, b.n);
	PIX *grey = colour ? pixConvertTo8(colour, 0) : NULL;
	if (grey) {
		pixEndianByteSwap(grey);
		give(s, (const unsigned char *)pixGetData(grey), (uint32_t)pixGetWidth(grey), (uint32_t)pixGetHeight(grey),
		     (uint32_t)pixGetWpl(grey) * 4, 0);
	} else {
		s->code = fault_set(s->why, E_DAMAGED, "its WebP data do not decode");
	}
	pixDestroy(&grey);
	pixDestroy(&colour);
	return s->code;
}

static int picture_read(const struct item *it, struct sink *out, struct fault *why)
{
	const char *type = type_of(it->bytes);
	if (!type)
		return fault_set(why, E_UNSUPPORTED, "no picture format that is known");
	int e = sink_type(out, type);
	if (e >= 0)
		e = picture_about(it, out);
	if (e < 0)
		return e;
	if (strcmp(type, "image/heic") == 0 || strcmp(type, "image/heif") == 0 || strcmp(type, "image/avif") == 0)
		return fault_set(why, E_UNSUPPORTED, "%s pictures are not decoded", type + 6);
	if (it->options->no_ocr && !it->options->print)
		return OK;
	struct shot s = { .item = it, .out = out, .why = why };
	if (strcmp(type, "image/webp") == 0)
		return read_webp(&s);
	return read_by_mupdf(&s, strcmp(type, "image/tiff") == 0);
}

static int picture_init(const struct options *o, struct fault *why)
{
	(void)o;
	(void)why;
	setMsgSeverity(L_SEVERITY_NONE);
	return OK;
}

const struct reader reader_picture = {
	.name = "picture", .help = "pictures: JPEG, PNG, GIF, BMP, TIFF, WebP, JPEG 2000, PNM", .type = "image/*",
	.peek = 64, .probe = picture_probe, .read = picture_read, .init = picture_init,
};
