/* The original of a film beside a clip: pictures of a time, laid on the mark's raster. */
#ifndef FILM_ORIGINAL_H
#define FILM_ORIGINAL_H

#include "film/mark_read.h"

struct original;
int  original_open(const char *path, int raster_w, int raster_h, struct original **out, struct fault *why);
void original_close(struct original *o);
/*
 * The two frames around the time, the nearer one first; borrowed until the
 * next call. *count is 0 where the film has none. Times should rise.
 */
int  original_at(struct original *o, double time, const float *rasters[2], int *count, struct fault *why);

#endif
