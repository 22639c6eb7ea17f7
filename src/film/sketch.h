/*
 * Sketch: a film in small grey frames with their times, enough to find out
 * where a clip lies in it, in time and in the picture.
 */
#ifndef FILM_SKETCH_H
#define FILM_SKETCH_H

#include "base/fault.h"
#include "film/mark_read.h"

enum { SKETCH_LONG = 320 };		/* pixels of the longer side */
#define SKETCH_RATE 4.0			/* frames a second of a film's sketch */

struct video;

struct sketch {
	int w, h;
	size_t count, room;
	float *times;			/* seconds */
	uint8_t *grey;			/* count frames of w x h */
};

static inline const uint8_t *sketch_frame(const struct sketch *s, size_t i)
{
	return s->grey + i * (size_t)s->w * (size_t)s->h;
}
/* Index of the frame nearest in time; 0 of an empty one. */
size_t sketch_nearest(const struct sketch *s, double time);

/*
 * Takes frames of the video, at most rate a second (0: all), until the time
 * until or until they fill bytes_max; s starts empty and is released by the caller in every case.
 * is_cut (may be NULL) tells whether bytes_max ended it. step (may be NULL) is called for every frame and
 * stops the taking with what it returns, when that is not 0.
 */
int  sketch_take(struct video *v, double rate, double until, size_t bytes_max, struct sketch *s, bool *is_cut,
                 int (*step)(void *user, uint64_t frames), void *user, struct fault *why);
int  sketch_save(const struct sketch *s, const char *path, struct fault *why);
/* times has count entries. Frames beyond them are left out; more than bytes_max come at half the size. */
int  sketch_load(const char *path, const float *times, size_t count, size_t bytes_max, struct sketch *s,
                 struct fault *why);
void sketch_release(struct sketch *s);

/* Where a clip lies in a film. */
struct alignment {
	struct placing place;		/* film to clip */
	double offset, rate;		/* film time = offset + rate * clip time */
	double likeness;		/* mean correlation of matched detail, -1..1 */
	unsigned points;		/* keypoints that agree, 0 when it was not found by them */
	double from, to;		/* of the film, seconds */
	bool is_mirrored;
};
/*
 * The best placing of the clip in the film; OK also when nothing fits, then likeness is low. clip should
 * hold all frames of its time. E_DAMAGED when either has no frames.
 */
int  align_clip(const struct sketch *film, const struct sketch *clip, struct alignment *out, struct fault *why);
/* From here on a likeness says that clip and film are the same; foreign clips stay below 0.03, ours above 0.35. */
#define ALIGN_LIKENESS 0.30

#endif
