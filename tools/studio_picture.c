/* Passports as scanners and telephones see them: the data page, drawn by MuPDF, encoded by Leptonica. */
#include <ctype.h>
#include <leptonica/allheaders.h>
#include <mupdf/fitz.h>
#include <stdlib.h>
#include <string.h>

#include "studio.h"

struct paper *pdf_of_jpeg(const struct paper *jpeg, unsigned width, unsigned height);

/* A data page is 125 by 88 mm (ICAO 9303-4, TD3), here at 300 dots an inch. */
enum { WIDTH = 1476, HEIGHT = 1039 };

static fz_context *ctx;
static fz_font *plain, *ocr_b;

static void fonts_open(void)
{
	static const char *const paths[] = { "/usr/share/fonts/opentype/ocr-b/OCRB.otf", "/usr/share/fonts/truetype/ocr-b/OCRB.ttf" };
	if (ctx)
		return;
	ctx = fz_new_context(NULL, NULL, FZ_STORE_DEFAULT);
	if (!ctx)
		quit("mupdf", "no memory");
	plain = fz_new_base14_font(ctx, "Helvetica");
	for (int i = 0; i < 2 && !ocr_b; i++) {
		FILE *f = fopen(paths[i], "rb");
		if (f) {
			fclose(f);
			ocr_b = fz_new_font_from_file(ctx, NULL, paths[i], 0, 0);
		}
	}
	if (!ocr_b)
		ocr_b = fz_new_base14_font(ctx, "Courier");
}

static void draw_text(fz_device *to, fz_font *font, double size, double x, double y, const char *s)
{
	float black[1] = { 0.05f };
	fz_matrix at = fz_make_matrix((float)size, 0, 0, (float)-size, (float)x, (float)y);
	fz_text *t = fz_new_text(ctx);
	fz_show_string(ctx, t, font, at, s, 0, 0, FZ_BIDI_LTR, FZ_LANG_UNSET);
	fz_fill_text(ctx, to, t, fz_identity, fz_device_gray(ctx), black, 1, fz_default_color_params);
	fz_drop_text(ctx, t);
}

static void draw_box(fz_device *to, float grey, float x, float y, float w, float h)
{
	fz_path *path = fz_new_path(ctx);
	fz_rectto(ctx, path, x, y, x + w, y + h);
	fz_fill_path(ctx, to, path, 0, fz_identity, fz_device_gray(ctx), &grey, 1, fz_default_color_params);
	fz_drop_path(ctx, path);
}

static void draw_field(fz_device *to, int row, const char *label, const char *value)
{
	double y = 170 + row * 92;
	draw_text(to, plain, 22, 520, y, label);
	draw_text(to, plain, 36, 520, y + 40, value);
}

static char *capitals(const char *s)
{
	char *t = strdup(s);
	for (char *c = t; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	return t;
}

/* The MRZ's 44 characters span 2.54 mm each. */
static void draw_mrz(fz_device *to, double y, const char *line)
{
	for (int i = 0; line[i]; i++)
		draw_text(to, ocr_b, 42, 85 + i * 30.0, y, (char[]){ line[i], 0 });
}

static void draw_page(fz_device *to, const struct person *p)
{
	static const char *const months[] = { "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC" };
	draw_text(to, plain, 44, 85, 95, format("PASSPORT   %s", capitals(land_names[p->land])));
	draw_box(to, 0.72f, 85, 150, 360, 480);
	draw_box(to, 0.5f, 175, 230, 180, 220);
	draw_box(to, 0.4f, 125, 470, 280, 160);
	draw_field(to, 0, "Passport No.", p->passport);
	draw_field(to, 1, "Surname", capitals(p->latin_family));
	draw_field(to, 2, "Given names", capitals(p->latin_given));
	draw_field(to, 3, "Date of birth", format("%02d %s %d", p->day, months[p->month - 1], p->year));
	draw_field(to, 4, "Sex", p->is_woman ? "F" : "M");
	draw_mrz(to, 880, p->mrz[0]);
	draw_mrz(to, 950, p->mrz[1]);
}

/* Grain, as a scanner's. */
static PIX *grained(fz_pixmap *pix)
{
	PIX *out = pixCreate(WIDTH, HEIGHT, 8);
	pixSetResolution(out, 300, 300);
	unsigned char *rows = fz_pixmap_samples(ctx, pix);
	int stride = fz_pixmap_stride(ctx, pix);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			int v = rows[y * stride + x] - (int)below(14);
			pixSetPixel(out, x, y, (l_uint32)(v < 0 ? 0 : v));
		}
	return out;
}

static PIX *passport_page(int person)
{
	fonts_open();
	fz_pixmap *pix = fz_new_pixmap(ctx, fz_device_gray(ctx), WIDTH, HEIGHT, NULL, 0);
	fz_clear_pixmap_with_value(ctx, pix, 0xf4);
	fz_device *to = fz_new_draw_device(ctx, fz_identity, pix);
	draw_page(to, &people[person]);
	fz_close_device(ctx, to);
	fz_drop_device(ctx, to);
	PIX *out = grained(pix);
	fz_drop_pixmap(ctx, pix);
	return out;
}

static void plant_page(struct paper *p, int person)
{
	const struct person *who = &people[person];
	plant(p, "passport-mrz", format("%s%s", who->mrz[0], who->mrz[1]), person);
	plant(p, "passport-number", who->passport, person);
	plant(p, "birth-date", who->birth, person);
	plant(p, "person-name", format("%s %s", who->latin_given, who->latin_family), person);
}

struct paper *as_picture(int person, const char *how)
{
	PIX *pix = passport_page(person);
	l_uint8 *bytes = NULL;
	size_t n = 0;
	bool is_png = !strcmp(how, "png");
	if (is_png ? pixWriteMemPng(&bytes, &n, pix, 0) : pixWriteMemJpeg(&bytes, &n, pix, 85, 0))
		quit(how, "cannot encode");
	struct paper *p = paper_new();
	add(p, bytes, n);
	lept_free(bytes);
	pixDestroy(&pix);
	if (!strcmp(how, "pdf"))
		p = pdf_of_jpeg(p, WIDTH, HEIGHT);
	plant_page(p, person);
	return p;
}
