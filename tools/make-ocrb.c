/*
 * Draws the glyphs of src/find/ocrb_glyphs.def: the 37 characters of a machine readable zone in OCR-B
 * (ISO 1073-2), from the outlines of Norbert Schwarz and Matthew Skala, which anyone may use, modify and
 * distribute (Debian: fonts-ocr-b). Run by hand, its output is kept:
 *
 *   cc tools/make-ocrb.c $(pkg-config --cflags --libs freetype2) -o build/make-ocrb
 *   build/make-ocrb /usr/share/fonts/opentype/ocr-b/OCRB.otf > src/find/ocrb_glyphs.def
 *
 * A cell is one advance wide (723 units) and 20 by 24 pixels; the base line is 48 units above its bottom.
 * Each pixel is one hexadecimal digit of ink, row after row.
 */
#include <ft2build.h>
#include FT_FREETYPE_H
#include <stdio.h>
#include <string.h>

enum { WIDTH = 20, HEIGHT = 24, FINE = 8, ADVANCE = 723, BELOW = 48 };

static void draw(FT_Face face, char c)
{
	static unsigned char fine[HEIGHT * FINE][WIDTH * FINE];
	memset(fine, 0, sizeof(fine));
	FT_Load_Char(face, (FT_ULong)c, FT_LOAD_RENDER | FT_LOAD_NO_HINTING);
	const FT_Bitmap *b = &face->glyph->bitmap;
	int base = HEIGHT * FINE - BELOW * WIDTH * FINE / ADVANCE;
	for (unsigned y = 0; y < b->rows; y++)
		for (unsigned x = 0; x < b->width; x++) {
			int at_x = face->glyph->bitmap_left + (int)x, at_y = base - face->glyph->bitmap_top + (int)y;
			if (at_x >= 0 && at_x < WIDTH * FINE && at_y >= 0 && at_y < HEIGHT * FINE)
				fine[at_y][at_x] = b->buffer[y * (unsigned)b->pitch + x];
		}
	printf("GLYPH('%c', \"", c);
	for (int y = 0; y < HEIGHT; y++)
		for (int x = 0; x < WIDTH; x++) {
			unsigned sum = 0;
			for (int i = 0; i < FINE * FINE; i++)
				sum += fine[y * FINE + i / FINE][x * FINE + i % FINE];
			printf("%x", sum / (FINE * FINE) * 15 / 255);
		}
	printf("\")\n");
}

int main(int argc, char **argv)
{
	FT_Library library;
	FT_Face face;
	if (argc != 2 || FT_Init_FreeType(&library) || FT_New_Face(library, argv[1], 0, &face))
		return 2;
	FT_Set_Char_Size(face, 0, (FT_F26Dot6)(WIDTH * FINE * 64.0 * face->units_per_EM / ADVANCE), 72, 72);
	printf("/* OCR-B, drawn by tools/make-ocrb.c: 20 x 24 pixels, one hexadecimal digit of ink each. */\n");
	for (const char *c = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"; *c; c++)
		draw(face, *c);
	return 0;
}
