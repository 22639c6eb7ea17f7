/*
 * What a registry knows about marked films: the films, their keys, who got
 * a copy, and how far each copy has come. Kept in marks.db beside a key of
 * 32 random bytes, marks.key, both 0600, in the registry's directory; the
 * folder marks holds a small grey sketch of each film for alignment.
 *
 * A film's own key is derived from marks.key and never stored. One writer
 * at a time; others wait up to ten seconds. Strings that are given out live
 * until the next call.
 */
#ifndef STORE_MARKS_H
#define STORE_MARKS_H

#include "base/fault.h"
#include "base/span.h"

enum { MARKS_KEY = 32, MARKS_DIGEST = 32, MARKS_NAME_MAX = 200 };

enum marks_mode { MARKS_DIRECT, MARKS_AB };

struct marks_film {
	int64_t id;
	char path[4096];			/* as it was given to mark */
	unsigned char sha256[MARKS_DIGEST];
	enum marks_mode mode;
	int width, height;			/* of the picture, pixels */
	int raster_w, raster_h;			/* of the mark */
	double duration;			/* seconds */
	double group_s;				/* ab: seconds of one group of pictures */
	int group_frames;
	uint64_t frames;
};

enum marks_state { MARKS_PROMISED, MARKS_WRITTEN, MARKS_VERIFIED };

struct marks_copy {
	int64_t film, number;			/* number: from 0 in order of recording */
	const char *recipient;
	const char *row;			/* the CSV row as JSON object, or "" */
	const char *path;			/* of the copy, "" before it was written */
	int64_t size;
	enum marks_state state;
	double z;				/* its own mark as read back */
};

struct marks;
/* Creates the directory and its files when may_create; E_STORE when there are none or the key does not fit. */
int  marks_open(const char *registry, bool may_create, struct marks **out, struct fault *why);
void marks_close(struct marks *m);

/* Records the film, or finds it by digest and mode; f->id (and what was recorded) is filled in. */
int  marks_film_record(struct marks *m, struct marks_film *f, bool *was_known, struct fault *why);
/* Films in order of recording; E_USAGE behind the last. */
int  marks_film_at(struct marks *m, size_t i, struct marks_film *f, struct fault *why);
/* The secret of the film. */
void marks_film_key(const struct marks *m, const struct marks_film *f, unsigned char key[MARKS_KEY]);
/* Sets frames and duration, known after the first pass. */
int  marks_film_measured(struct marks *m, const struct marks_film *f, struct fault *why);
/* Path of the film's sketch (may not exist yet); times of its frames, seconds, kept with the film. */
int  marks_sketch_path(struct marks *m, const struct marks_film *f, char *path, size_t room, struct fault *why);
int  marks_sketch_times_set(struct marks *m, int64_t film, const float *times, size_t count, struct fault *why);
/* The caller frees *times. */
int  marks_sketch_times(struct marks *m, int64_t film, float **times, size_t *count, struct fault *why);

/* Recorded in one step, durable on return; a recipient who is there already keeps number and state. */
int  marks_copies_record(struct marks *m, int64_t film, const struct marks_copy *copies, size_t count,
                         struct fault *why);
int  marks_copy_find(struct marks *m, int64_t film, const char *recipient, struct marks_copy *c, struct fault *why);
int  marks_copy_state(struct marks *m, const struct marks_copy *c, struct fault *why);
/* Calls each with every copy of the film in order; stops at and returns its first result other than OK. */
int  marks_copies(struct marks *m, int64_t film, int (*each)(void *user, const struct marks_copy *), void *user,
                  struct fault *why);

#endif
