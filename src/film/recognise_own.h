/* Inside the recogniser only. */
#ifndef FILM_RECOGNISE_OWN_H
#define FILM_RECOGNISE_OWN_H

#include "film/recognise.h"

/* A point of the clip and a registered one with a near descriptor. */
struct near_pair {
	float cx, cy, fx, fy;		/* in units, from the middles; fx mirrored where the turn is */
	float clip_time, film_time;	/* seconds */
	int8_t clip_level, film_level;
	uint8_t distance;
	uint32_t clip_point, film_point;
};

/* x' = a fx + b fy + c, y' = d fx + e fy + f */
struct affine { double a, b, c, d, e, f; };

struct placed {
	struct affine to_clip;
	unsigned agreeing, pairs;	/* regions counted once */
	double tried;			/* placings looked at */
	double nfa_log10;		/* without the number of films, turns and stretches */
	double offset, speed;
	double film_from, film_to, clip_from, clip_to;	/* of what agrees */
};

/* The best placing of pairs that lie near one shift in time; false when none is worth a look. */
bool place_pairs(const struct near_pair *p, size_t n, const struct turn *t, struct placed *out);
double binomial_tail_log10(unsigned n, unsigned k, double rate);
/* Betters offset and speed by the rise and fall of the mean luma; leaves them where that says nothing. */
void luma_refine_time(const struct fingerprint *film, const struct fingerprint *clip, double from, double to, double *offset, double *speed);

#endif
