/*
 * Keypoints of small grey pictures: corners (Harris and Stephens 1988) on
 * three scales, turned by their centroid, described by 256 comparisons
 * (after Calonder 2010 and Rublee 2011), and what matches between two sets.
 */
#ifndef FILM_ALIGN_POINTS_H
#define FILM_ALIGN_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POINTS_MAX_COUNT = 360 };

struct point {
	float x, y;		/* 0..1 of the picture */
	uint64_t bits[4];
};
struct points { size_t count; struct point p[POINTS_MAX_COUNT]; };

struct pairing { float ax, ay, bx, by; };	/* 0..1 in the first and second picture */

void   points_find(const uint8_t *grey, int w, int h, bool is_mirrored, struct points *out);
/* Pairs whose descriptors are near and clearly nearer than the next best; at most room. */
size_t points_match(const struct points *a, const struct points *b, struct pairing *out, size_t room);

#endif
