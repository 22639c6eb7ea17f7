/*
 * Keypoints for recognition: corners on scales a third of an octave apart
 * (least eigenvalue of the structure tensor, Shi and Tomasi 1994), each
 * described by 256 comparisons of blurred samples around it (BRIEF, Calonder
 * 2010). The pattern of comparisons is turned and mirrored as a whole, one
 * way for each turn tried, instead of by an angle measured at each point:
 * filmed screens and crops turn little, and measured angles cost half of the
 * bits that agree.
 *
 * Places are in units of the square root of the picture's area, from its
 * middle; so they do not change with size. Levels count from 768 pixels
 * square downwards: level l has 768 * 2^(-l/3) pixels to the unit.
 */
#ifndef FILM_KEYPOINT_H
#define FILM_KEYPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	KEYPOINT_TURNS = 9,		/* ways to turn the pattern; the first is upright */
	KEYPOINT_LEVELS = 10,		/* levels 0 to 9 */
	KEYPOINT_BORDER = 16,		/* pixels at the rim of a level without keypoints */
	KEYPOINT_SIDE_MIN = 48		/* pixels of a level's shorter side */
};

struct descriptor { uint64_t bits[4]; };
struct keypoint { float x, y; uint8_t level; };

/* Degrees by which the picture asked about stands turned against the registered one, and whether it is its mirror image. */
struct turn { float degrees; bool is_mirrored; };
extern const struct turn keypoint_turns[KEYPOINT_TURNS];

/* Pixels to the unit. */
double keypoint_unit(int level);

struct keypoints;			/* workspace; one thread */
struct keypoints *keypoints_make(void);
void keypoints_close(struct keypoints *k);

/*
 * Finds at most most keypoints in a grey picture that has level first's size (its pixels square),
 * spread over picture and levels; returns how many. turns: how many of the turns to describe: d has
 * turns descriptors for each point, and weak (or NULL) for each of them the two groups' three weakest
 * bits of their first 16 (4 bits each): group g holds bits 16 g to 16 g + 15. -1 without memory.
 */
int keypoints_find(struct keypoints *k, const uint8_t *grey, int w, int h, int first, int most, int turns,
                   struct keypoint *p, struct descriptor *d, uint16_t (*weak)[2]);

static inline unsigned descriptor_distance(const struct descriptor *a, const struct descriptor *b)
{
	return (unsigned)(__builtin_popcountll(a->bits[0] ^ b->bits[0]) + __builtin_popcountll(a->bits[1] ^ b->bits[1]) +
	                  __builtin_popcountll(a->bits[2] ^ b->bits[2]) + __builtin_popcountll(a->bits[3] ^ b->bits[3]));
}

#endif
