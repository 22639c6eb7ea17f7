/*
 * MRZ in pictures: finds the zone at any of four orientations and a little
 * aslant, reads it as OCR-B, and lets the check digits decide among the
 * ways it was looked at.
 */
#ifndef FIND_MRZ_PICTURE_H
#define FIND_MRZ_PICTURE_H

#include "find/mrz.h"
#include "find/page_bars.h"

struct mrz_shot {
	struct mrz mrz;
	float agreement;	/* of the pixels with the glyphs, 0..1 */
	unsigned quarters;	/* turns clockwise that set the zone upright */
	struct bar line[MRZ_LINES_MAX];	/* middles of its lines in the picture, pixels */
};

/*
 * The best reading in the picture. False when nothing has a zone's form. A true result may be unverified.
 * Takes its memory from scratch, which the caller resets; some 60 bytes for each of at most 3 million pixels.
 */
bool mrz_in_picture(const struct picture *p, struct arena *scratch, struct mrz_shot *out);

#endif
