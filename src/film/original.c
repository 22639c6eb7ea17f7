/* Frames of the original in step with a clip. */
#include "film/original.h"

#include <math.h>
#include <stdlib.h>

#include "lib/video.h"

struct shot { double time; bool is_set; float *raster; };
struct original {
	struct video *v;
	struct warp *warp;
	struct shot shot[2];	/* the one before, the one after */
	bool is_end;
};

int original_open(const char *path, int raster_w, int raster_h, struct original **out, struct fault *why)
{
	struct original *o = calloc(1, sizeof(*o));
	if (!o)
		return fault_set(why, E_MEMORY, "no memory for the original");
	struct video_choice choice = { .threads = 2 };
	int e = video_open(path, &choice, &o->v, why);
	if (!e)
		e = warp_open(raster_w, raster_h, &placing_same, video_info(o->v)->width, video_info(o->v)->height,
		              &o->warp, why);
	for (int i = 0; i < 2 && !e; i++) {
		o->shot[i].raster = malloc(sizeof(float) * (size_t)raster_w * (size_t)raster_h);
		if (!o->shot[i].raster)
			e = fault_set(why, E_MEMORY, "no memory for the original");
	}
	if (e)
		original_close(o);
	else
		*out = o;
	return e;
}

void original_close(struct original *o)
{
	if (!o)
		return;
	video_close(o->v);
	warp_close(o->warp);
	free(o->shot[0].raster);
	free(o->shot[1].raster);
	free(o);
}

static int original_jump(struct original *o, double time, struct fault *why)
{
	o->shot[0].is_set = o->shot[1].is_set = o->is_end = false;
	return video_seek(o->v, fmax(0, time), why);
}

int original_at(struct original *o, double time, const float *rasters[2], int *count, struct fault *why)
{
	int e = OK;
	*count = 0;
	bool is_back = o->shot[0].is_set && time < o->shot[0].time - 0.001;
	bool is_far = o->shot[1].is_set ? time > o->shot[1].time + 10 : !o->is_end && time > 10;
	if (is_back || is_far)
		e = original_jump(o, time, why);
	while (!e && !o->is_end && (!o->shot[1].is_set || o->shot[1].time < time)) {	/* ends at the time or the film's end */
		struct video_frame f;
		e = video_next(o->v, &f, why);
		if (e || !f.luma) {
			o->is_end = true;
			break;
		}
		struct shot swap = o->shot[0];
		o->shot[0] = o->shot[1];
		o->shot[1] = swap;
		o->shot[1].is_set = true;
		o->shot[1].time = f.time;
		/* frames long before the time are only passed through */
		if (f.time > time - 0.25)
			warp_run(o->warp, &f, o->shot[1].raster);
	}
	for (int i = 0; i < 2 && !e; i++)
		if (o->shot[i].is_set && fabs(o->shot[i].time - time) < 0.2)
			rasters[(*count)++] = o->shot[i].raster;
	if (*count == 2 && fabs(o->shot[1].time - time) < fabs(o->shot[0].time - time)) {
		const float *swap = rasters[0];
		rasters[0] = rasters[1];
		rasters[1] = swap;
	}
	return e;
}
