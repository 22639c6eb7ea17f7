/*
 * PDQ: a 256-bit hash of a picture's coarse luminance, after "The TMK+PDQF
 * Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm" (Facebook,
 * 2019): two passes of a box filter, 64 x 64 samples, the 16 x 16 lowest
 * cosine terms without the first, each compared with their median.
 *
 * Distances are Hamming distances. Up to PDQ_NEAR, at quality of PDQ_QUALITY
 * and more on both sides, two pictures are taken for the same (the paper's
 * thresholds). The eight forms are the hashes of the picture turned and
 * mirrored, which follow from its cosine terms without hashing it anew.
 */
#ifndef PRINT_PDQ_H
#define PRINT_PDQ_H

#include "base/fault.h"
#include "base/span.h"

enum { PDQ_BYTES = 32, PDQ_FORMS = 8, PDQ_NEAR = 31, PDQ_QUALITY = 50, PDQ_SIDE_MIN = 16 };

/* As the reference prints it in hex, most significant byte first. */
struct pdq { unsigned char bits[PDQ_BYTES]; };

/*
 * grey: rows of width bytes, stride apart. forms may be NULL, else the eight:
 * as is, turned by 90, 180, 270 degrees, mirrored in x, in y, in each diagonal.
 * E_UNSUPPORTED when a side is shorter than PDQ_SIDE_MIN.
 */
int pdq_hash(const unsigned char *grey, uint32_t width, uint32_t height, uint32_t stride, struct pdq *hash,
             struct pdq forms[PDQ_FORMS], uint32_t *quality, struct fault *why);
unsigned pdq_distance(const struct pdq *a, const struct pdq *b);

/*
 * Finds near hashes without looking at all: of 16 parts of 16 bits, two hashes
 * at distance 31 or less have one part that differs in at most one bit.
 */
struct pdq_index;
struct pdq_index *pdq_index_make(const struct pdq *hashes, size_t n);	/* borrows hashes; NULL: no memory */
void pdq_index_close(struct pdq_index *x);
/* Calls take once for each hash within PDQ_NEAR. */
int pdq_index_find(struct pdq_index *x, const struct pdq *query,
                   int (*take)(void *user, size_t i, unsigned distance), void *user);

#endif
