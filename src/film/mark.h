/*
 * The mark: a keyed pseudo-random pattern in the luma of a film, a copy
 * its own.
 *
 * Everything is laid out on a raster over the whole picture, whatever the
 * picture's size: sample (x, y) of w x h stands for the picture's part
 * [x/w, (x+1)/w) x [y/h, (y+1)/h). Three octaves of nodes stand on it, 2, 4
 * and 8 samples apart (8, 16 and 32 pixels of a picture 1920 wide); each
 * node has a sign from a keyed stream cipher, and between nodes the field
 * is linear. Time is cut into slots of half a second of the film; every
 * slot has its own signs, and the field fades from slot to slot.
 *
 * Nothing here keeps state between calls; all may run in any thread.
 */
#ifndef FILM_MARK_H
#define FILM_MARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MARK_OCTAVES = 3, MARK_RASTER_LONG = 480, MARK_PAYLOAD_LANES = 4, MARK_KEY = 32 };
#define MARK_SLOT_S 0.5
#define MARK_FADE_S 0.17

/* Raster and nodes of one film; octave 0 is the finest. */
struct mark_grid {
	int w, h;				/* samples; multiples of 8 */
	int nodes_w[MARK_OCTAVES], nodes_h[MARK_OCTAVES];
	size_t first[MARK_OCTAVES];		/* of the octave's nodes in one array */
	size_t nodes;				/* of all octaves */
	double slot_s;				/* seconds of film to a slot; MARK_SLOT_S unless changed */
};
/* For a picture of so many pixels; at least 6 pixels lie between nodes. */
struct mark_grid mark_grid_for(int width, int height);
/* The grid whose raster is w x h. */
struct mark_grid mark_grid_of(int w, int h);

/* What the signs are drawn for. */
struct mark_key { unsigned char k[MARK_KEY]; };
/* The shared pattern by which copies of a film are aligned; never tells who. */
struct mark_key mark_key_sync(const struct mark_key *film);
struct mark_key mark_key_recipient(const struct mark_key *film, const char *recipient);
struct mark_key mark_key_lane(const struct mark_key *film, unsigned lane);
struct mark_key mark_key_twofold(const struct mark_key *film);

/* Bytes of one slot's signs. */
size_t mark_signs_size(const struct mark_grid *g);
/* Signs of a slot: bit i (lowest first) set means node i is +1. */
void   mark_signs(const struct mark_key *k, int64_t slot, const struct mark_grid *g, unsigned char *signs);

/* nodes[i] += amplitude * sign i. */
void mark_nodes_add(const struct mark_grid *g, const unsigned char *signs, float amplitude, float *nodes);
/* The field of the nodes on the raster; scaled so that independent signs of amplitude 1 give variance 1. */
void mark_field(const struct mark_grid *g, const float *nodes, float *raster);

/* How much of slot counts at this time of the film: 0 to 1; squares of all slots sum to 1. */
double mark_slot_weight(const struct mark_grid *g, int64_t slot, double time);
int64_t mark_slot_at(const struct mark_grid *g, double time);

/* Amplitudes of the parts of a direct mark; their squares sum to 1. */
#define MARK_SYNC      0.50f
#define MARK_RECIPIENT 0.83f
#define MARK_PAYLOAD   0.247f

#endif
