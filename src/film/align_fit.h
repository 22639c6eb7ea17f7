/* Geometry from pairs of points: film (a) to clip (b), both 0..1 of their picture. */
#ifndef FILM_ALIGN_FIT_H
#define FILM_ALIGN_FIT_H

#include "film/align_points.h"
#include "film/mark_read.h"

/*
 * The similarity on which most pairs agree within reach (of the film's
 * width), by random samples from a fixed generator; tall is height to width
 * of the pictures. Returns the number that agree.
 */
size_t fit_similarity(const struct pairing *p, size_t n, double film_tall, double clip_tall, double reach,
                      struct placing *out);
/*
 * The homography nearest to the pairs, each with its weight (NULL: 1), with
 * those farther than reach from from left out. False when it is not determined.
 */
bool fit_homography(const struct pairing *p, const float *weight, size_t n, const struct placing *from, double reach,
                    struct placing *out, size_t *used);

#endif
