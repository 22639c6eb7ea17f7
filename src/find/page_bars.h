/*
 * Bars: long narrow runs of upright strokes in a picture, such as lines of
 * print, in any of the two directions rows and columns, and a little aslant.
 * Found by the density of brightness changes across the line, as the papers
 * on finding machine readable zones do it (gradient, closing, components).
 */
#ifndef FIND_PAGE_BARS_H
#define FIND_PAGE_BARS_H

#include "find/plane.h"

/* The middle line of a bar from end to end, in pixels of the plane. */
struct bar { float x0, y0, x1, y1, height; };

enum { BARS_MAX = 48, BARS_SIDE = 800 };

/*
 * Bars from left to right of a plane whose longer side is BARS_SIDE; at most
 * BARS_MAX, from the lowest up. Memory is the arena's. Sensitivity from 0
 * (only the densest) to 2.
 */
unsigned bars_find(const struct plane *p, unsigned sensitivity, struct arena *a, struct bar *out);

#endif
