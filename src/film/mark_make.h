/*
 * Writing marked films: a copy for one recipient, or one of the two
 * variants that recipients' copies are put together from.
 */
#ifndef FILM_MARK_MAKE_H
#define FILM_MARK_MAKE_H

#include "base/fault.h"
#include "film/mark_payload.h"

struct mark_recipe {
	struct mark_grid grid;
	struct mark_key film;
	const char *recipient;		/* NULL: a variant of the two */
	int variant;			/* 0 or 1 */
	int group_frames;		/* of a variant: frames to a group of pictures, each group closed */
};

/* What goes into the field at one time; opened once a film pass. */
struct mark_pattern;
int  pattern_open(const struct mark_recipe *r, struct mark_pattern **out, struct fault *why);
void pattern_close(struct mark_pattern *p);
/*
 * The field for the frame of that time and number. True when it differs
 * from that of the call before; raster has room for grid.w * grid.h.
 */
bool pattern_at(struct mark_pattern *p, double time, uint64_t frame, float *raster);

/* Called now and then with frames done; a value other than 0 stops with E_STOPPED. */
typedef int (*mark_progress)(void *user, uint64_t frames);

/*
 * Writes the marked copy of the film to out_path (which must not exist);
 * threads go to decoder and encoder. frames, when not NULL, receives their
 * number. Nothing is left behind on failure.
 */
int mark_make(const char *film_path, const char *out_path, const struct mark_recipe *r, int threads, int crf,
              const char *preset, mark_progress progress, void *user, uint64_t *frames, struct fault *why);

#endif
