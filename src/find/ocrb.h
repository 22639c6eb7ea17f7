/*
 * OCR-B: reads one line of a machine readable zone from pixels.
 *
 * Every character of a zone has the same width (ICAO Doc 9303-3, 4.2), so
 * a line is a chain of 30, 36 or 44 equal cells. At each column of the
 * straightened line the 37 glyphs are compared with what is there (their
 * correlation); the chain of cells that agrees best overall is then found by
 * dynamic programming. All state is in the arguments and the arena.
 */
#ifndef FIND_OCRB_H
#define FIND_OCRB_H

#include "find/page_bars.h"

enum { OCRB_GLYPHS = 37, OCRB_CELLS_MAX = 46 };
extern const char ocrb_characters[OCRB_GLYPHS + 1];	/* "0..9A..Z<" */

struct ocrb_line {
	unsigned cells;
	float agreement;	/* mean correlation of the best glyphs, 0..1 */
	float score[OCRB_CELLS_MAX][OCRB_GLYPHS];	/* correlation of every glyph in every cell */
	struct bar bar;		/* where the chain lies: its first cell's left end to its last one's right end */
};

/*
 * How a line is sampled: width of a cell in pixels of the plane, stretch of the glyphs' height against it,
 * blur in pixels of a cell of 20, and how far above and below the bar it is looked for, in such pixels (0 to 14).
 */
struct ocrb_view { float pitch, stretch, blur; int reach; };

/* Finds and reads that many cells along a bar. False without memory, or when the bar is too short or long. */
bool ocrb_read(const struct plane *p, const struct bar *b, unsigned cells, struct ocrb_view view, struct arena *a,
               struct ocrb_line *out);
/* The pitch at which what lies along a bar repeats, near a guess (0.6 to 1.7 of it); 0 when there is none. */
float ocrb_pitch(const struct plane *p, const struct bar *b, float guess, struct arena *a);

#endif
