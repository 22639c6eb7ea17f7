/*
 * Recognise: which registered film a clip comes from, from where in it, and
 * how it was bent on the way.
 *
 * Descriptors of the clip that are near to ones of a film are pairs. For each
 * turn, shift in time and placing in the picture that a pair suggests, the
 * pairs that agree with it are counted, each small region of either picture
 * once only, whatever the number of frames: what stands still counts once.
 *
 * nfa, the number of false alarms: how many placings as good as this are to be
 * expected of a clip of no registered film: placings tried times the binomial
 * tail of k of n pairs agreeing by accident, at the rate RECOGNISE_RATE, which
 * is a chosen margin above what few foreign clips showed (docs/limits.md). Accepted
 * at RECOGNISE_NFA and less over the whole query.
 */
#ifndef FILM_RECOGNISE_H
#define FILM_RECOGNISE_H

#include "film/fingerprint.h"

#define RECOGNISE_NFA 1e-6
#define RECOGNISE_RATE 0.003

enum { RECOGNISE_RUNS_MAX = 32 };

/* A stretch of the clip and where it is from, in seconds. */
struct film_run { double clip_from, film_from, length, nfa_log10; };

struct recognition {
	size_t film;			/* index of it */
	double nfa_log10;		/* of its best stretch */
	double offset, speed;		/* film time = offset + speed * clip time */
	bool is_mirrored;
	double turned, scale, shift_x, shift_y;	/* degrees; film to clip, in units of the picture's size (keypoint.h) */
	unsigned agreeing, pairs;	/* of the best stretch */
	double clip_seconds, film_seconds;	/* covered */
	unsigned run_count;
	struct film_run runs[RECOGNISE_RUNS_MAX];
};

struct recognise_choice {
	double nfa_log10;		/* accept at and below; 0: that of RECOGNISE_NFA */
	bool all_turns;			/* go on to the other turns although one was found; for measuring */
};

/*
 * Films in the order of certainty, at most most; *count how many. choice may be NULL. E_MEMORY, or E_USAGE when
 * clip is a film's fingerprint or a film a clip's. Fingerprints are borrowed for the call.
 */
int recognise(const struct fingerprint *films, size_t n, const struct fingerprint *clip, const struct recognise_choice *choice,
              struct recognition *out, size_t most, size_t *count, struct fault *why);

#endif
