/* Zones drawn by the test itself, and the shared pictures with their truth (as printed). */
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "check.h"
#include "find/mrz_picture.h"
#include "find/ocrb.h"
#include "recorder.h"

/* A glyph of OCR-B in 20 x 24 pixels, one hexadecimal digit each. */
static const char *ink_of(char c)
{
#define GLYPH(character, ink) case character: return ink;
	switch (c) {
#include "find/ocrb_glyphs.def"
	}
#undef GLYPH
	return NULL;
}

enum { WIDTH = 1000, HEIGHT = 640 };

static void draw_line(unsigned char *page, int x, int y, const char *text)
{
	for (; *text; text++, x += 20)
		for (int i = 0; i < 480; i++) {
			int hex = ink_of(*text)[i], ink = hex <= '9' ? hex - '0' : hex - 'a' + 10;
			page[(y + i / 20) * WIDTH + x + i % 20] = (unsigned char)(220 - 12 * ink);
		}
}

/* The specimens of ICAO Doc 9303 parts 4 and 5. */
static const char *const td3[] = {
	"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10", NULL,
};
static const char *const td1[] = {
	"I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<", NULL,
};

static unsigned char *draw(const char *const *lines)
{
	unsigned char *page = malloc(WIDTH * HEIGHT);
	memset(page, 220, WIDTH * HEIGHT);
	for (int i = 0; lines[i]; i++)
		draw_line(page, 50, 450 + i * 45, lines[i]);
	return page;
}

static bool reads(const unsigned char *grey, int width, int height, const char *text, bool is_verified)
{
	struct picture p = { .grey = grey, .width = (uint32_t)width, .height = (uint32_t)height, .stride = (uint32_t)width };
	struct arena a;
	struct mrz_shot shot;
	arena_init(&a, 256u << 20);
	bool is_read = mrz_in_picture(&p, &a, &shot) && strcmp(shot.mrz.text, text) == 0 && shot.mrz.is_verified == is_verified;
	arena_release(&a);
	return is_read;
}

#define TD3_TEXT "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10"

TEST(mrz_pictures_are_read_at_four_orientations)
{
	unsigned char *page = draw(td3);
	struct plane upright = { page, WIDTH, HEIGHT }, turned;
	struct arena a;
	arena_init(&a, 64u << 20);
	for (unsigned quarters = 0; quarters < 4; quarters++) {
		CHECK(plane_turn(&upright, quarters, &a, &turned));
		CHECK(reads(turned.p, turned.width, turned.height, TD3_TEXT, true));
	}
	arena_release(&a);
	free(page);
}

TEST(mrz_pictures_of_three_lines_are_read)
{
	unsigned char *page = draw(td1);
	CHECK(reads(page, WIDTH, HEIGHT, "I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<", true));
	free(page);
}

TEST(mrz_pictures_with_wrong_digits_are_not_verified)
{
	static const char *const wrong[] = { "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408125F1204159ZE184226B<<<<<14", NULL };
	unsigned char *page = draw(wrong);
	CHECK(!reads(page, WIDTH, HEIGHT, TD3_TEXT, true));
	CHECK(reads(page, WIDTH, HEIGHT, "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408125F1204159ZE184226B<<<<<14", false));
	free(page);
}

TEST(mrz_pictures_lines_of_other_print_are_no_zone)
{
	static const char *const text[] = { "THE CREW OF THE HERON SIGNED AT NOON AND", "ALL OF THEM WERE PAID IN ADVANCE IN CASH", NULL };
	unsigned char *page = malloc(WIDTH * HEIGHT);
	memset(page, 220, WIDTH * HEIGHT);
	for (int i = 0; text[i]; i++) {
		int x = 50;
		for (const char *c = text[i]; *c; c++, x += 20)
			if (*c != ' ')
				draw_line(page, x, 450 + i * 45, (const char[]){ *c, 0 });
	}
	struct picture p = { .grey = page, .width = WIDTH, .height = HEIGHT, .stride = WIDTH };
	struct arena a;
	struct mrz_shot shot;
	arena_init(&a, 256u << 20);
	CHECK(!mrz_in_picture(&p, &a, &shot) || !shot.mrz.is_verified);
	arena_release(&a);
	free(page);
}

/* The lines of the table without their separator " / ". */
static void join(struct span lines, struct buf *out)
{
	for (size_t i = 0; i < lines.n; i++)
		if (span_at(lines, i) != ' ' && span_at(lines, i) != '/')
			buf_add_byte(out, (unsigned char)span_at(lines, i));
}

static struct span field(struct span *row)
{
	size_t comma = span_find_byte(*row, ',', 0);
	struct span f = span_sub(*row, 0, comma);
	*row = comma == SIZE_MAX ? span_of(NULL, 0) : span_from(*row, comma + 1);
	return f;
}

TEST(mrz_pictures_shared_are_read_as_printed)
{
	const char *table_path = data_path("passports/passports/MRZ_TRUTH.csv");
	if (!table_path)
		SKIP("no shared data");
	struct span table = load_file(table_path), rest = table, row;
	unsigned all = 0, exact = 0, false_ones = 0;
	span_line(&rest, &row);
	while (span_line(&rest, &row)) {
		struct buf path, printed, out;
		buf_init(&path, 4096);
		buf_init(&printed, 4096);
		buf_init(&out, 1 << 24);
		struct span name = field(&row);
		field(&row);
		join(field(&row), &printed);
		bool is_right = span_find(row, span_str("FAIL"), 0) == SIZE_MAX;
		buf_format(&path, "passports/passports/%.*s", (int)name.n, (const char *)name.p);
		const char *full = data_path(buf_string(&path));
		if (full) {
			recorder_only = "page";
			struct span bytes = load_file(full);
			const char *said = record_bytes(&out, "picture", bytes, true);
			recorder_only = NULL;
			const char *sure = strstr(said, "-mrz 0.99 ");
			all++;
			exact += strstr(said, buf_string(&printed)) != NULL;
			false_ones += sure && !is_right;
			free((void *)bytes.p);
		}
		buf_release(&path);
		buf_release(&printed);
		buf_release(&out);
	}
	printf("  mrz_pictures: %u of %u read exactly, %u asserted wrongly\n", exact, all, false_ones);
	CHECK(exact * 10 >= all * 8);
	CHECK(false_ones == 0);
	free((void *)table.p);
}
