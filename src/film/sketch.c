/* Taking, saving and loading sketches. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/sketch.h"
#include "lib/video.h"

enum { SAVE_CRF = 20 };

static int sketch_size(struct sketch *s, int width, int height, double aspect)
{
	double shown = width * (aspect > 0 ? aspect : 1);
	double longest = shown > height ? shown : height, scale = SKETCH_LONG / longest;
	s->w = (int)lround(shown * scale / 2) * 2;
	s->h = (int)lround(height * scale / 2) * 2;
	if (s->w > width)
		s->w = width & ~1;
	if (s->h > height)
		s->h = height & ~1;
	return s->w < 32 || s->h < 32 ? E_UNSUPPORTED : OK;
}

static uint8_t *frame_room(struct sketch *s)
{
	size_t bytes = (size_t)s->w * (size_t)s->h;
	if (s->count == s->room) {
		size_t room = s->room ? s->room * 2 : 64;
		float *times = realloc(s->times, room * sizeof(*times));
		if (times)
			s->times = times;
		uint8_t *grey = times ? realloc(s->grey, room * bytes) : NULL;
		if (!grey)
			return NULL;
		s->grey = grey;
		s->room = room;
	}
	return s->grey + s->count * bytes;
}

static int frame_take(struct sketch *s, const struct video_frame *f, struct fault *why)
{
	uint8_t *to = frame_room(s);
	if (!to || !video_grey(f, s->w, s->h, to))
		return fault_set(why, E_MEMORY, "no memory for a sketch");
	s->times[s->count++] = (float)f->time;
	return OK;
}

int sketch_take(struct video *v, double rate, double until, size_t bytes_max, struct sketch *s, bool *is_cut,
                int (*step)(void *user, uint64_t frames), void *user, struct fault *why)
{
	const struct video_info *i = video_info(v);
	*s = (struct sketch){ 0 };
	if (is_cut)
		*is_cut = false;
	if (sketch_size(s, i->width, i->height, i->aspect))
		return fault_set(why, E_UNSUPPORTED, "a picture of %dx%d pixels", i->width, i->height);
	double due = -1e9;
	for (uint64_t n = 1;; n++) {	/* ends with the film, its part, or the room */
		struct video_frame f;
		int e = video_next(v, &f, why);
		if (e)
			return e;
		if (!f.luma || f.time > until)
			return s->count ? OK : fault_set(why, E_DAMAGED, "no frame of it can be decoded");
		if (step && step(user, n))
			return fault_set(why, E_STOPPED, "stopped");
		if (rate > 0 && f.time < due - 1e-4)
			continue;
		due = rate > 0 ? (floor(f.time * rate + 1e-3) + 1) / rate : 0;
		if ((s->count + 1) * (size_t)s->w * (size_t)s->h > bytes_max) {
			if (is_cut)
				*is_cut = true;
			return OK;
		}
		if (f.width < s->w || f.height < s->h)
			continue;
		e = frame_take(s, &f, why);
		if (e)
			return e;
	}
}

int sketch_save(const struct sketch *s, const char *path, struct fault *why)
{
	struct video_writer *w = NULL;
	int e = video_create_grey(path, s->w, s->h, SKETCH_RATE, SAVE_CRF, &w, why);
	if (e)
		return e;
	for (size_t i = 0; i < s->count && !e; i++)
		e = video_write_grey(w, sketch_frame(s, i), s->w, why);
	if (e) {
		video_abandon(w);
		return e;
	}
	return video_finish(w, why);
}

int sketch_load(const char *path, const float *times, size_t count, size_t bytes_max, struct sketch *s,
                struct fault *why)
{
	struct video *v = NULL;
	*s = (struct sketch){ 0 };
	int e = video_open(path, NULL, &v, why);
	if (e)
		return e;
	const struct video_info *i = video_info(v);
	bool is_big = (size_t)i->width * (size_t)i->height * count > bytes_max;
	s->w = is_big ? i->width / 2 : i->width;
	s->h = is_big ? i->height / 2 : i->height;
	while (!e && s->count < count) {	/* ends with the times or the file */
		struct video_frame f;
		e = video_next(v, &f, why);
		if (e || !f.luma)
			break;
		f.time = times[s->count];
		e = frame_take(s, &f, why);
	}
	video_close(v);
	return e;
}

void sketch_release(struct sketch *s)
{
	free(s->times);
	free(s->grey);
	*s = (struct sketch){ 0 };
}

size_t sketch_nearest(const struct sketch *s, double time)
{
	size_t low = 0, high = s->count;
	while (low < high) {	/* halves each time */
		size_t middle = low + (high - low) / 2;
		if (s->times[middle] < time)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == s->count)
		return s->count ? s->count - 1 : 0;
	if (low > 0 && time - s->times[low - 1] < s->times[low] - time)
		return low - 1;
	return low;
}
