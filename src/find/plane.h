/*
 * Plane: a grey picture of our own to be looked at, 8 bits a pixel, 0 is
 * black. Memory is the arena's. Coordinates are pixel centres.
 */
#ifndef FIND_PLANE_H
#define FIND_PLANE_H

#include "base/arena.h"
#include "core/finding.h"

struct plane { unsigned char *p; int width, height; };

/* A copy whose pixels are averages of step x step pixels. False without memory; step at least 1. */
bool plane_shrink(const struct picture *p, int step, struct arena *a, struct plane *out);
/* A copy by linear interpolation, so that the longer side becomes about that long. */
bool plane_resize(const struct plane *p, int longer_side, struct arena *a, struct plane *out);
/* Rows become columns. */
bool plane_transpose(const struct plane *p, struct arena *a, struct plane *out);
/* Quarter turns clockwise, 0 to 3. */
bool plane_turn(const struct plane *p, unsigned quarters, struct arena *a, struct plane *out);
/* Linear interpolation; beyond the edges the edge. */
float plane_at(const struct plane *p, float x, float y);

#endif
