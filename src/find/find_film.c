/*
 * Films: a file of moving pictures. How sure it is that this is a film and no
 * snapshot goes by its length: from FEATURE_S on it has that of a feature or
 * an episode, below SHORT_S that of a scene or trailer.
 */
#include <stdio.h>

#include "core/part.h"
#include "lib/video.h"

enum { FEATURE_S = 1200, SHORT_S = 120, LEAST_S = 3, LEAST_SIDE = 240 };

static double confidence_of(const struct video_info *i)
{
	bool is_small = i->width < LEAST_SIDE || i->height < LEAST_SIDE;
	return is_small || (i->duration > 0 && i->duration < LEAST_S) ? 0.3
		: i->duration >= FEATURE_S ? 0.95 : i->duration >= SHORT_S ? 0.8 : 0.55;
}

static int film_item(const struct item *it, struct sink *out)
{
	struct video *v = NULL;
	if (!(it->options->classes & 1u << CLASS_FILM) || !video_type(it->bytes) ||
	    video_open_memory(it->bytes, NULL, &v, NULL) != OK)
		return OK;
	const struct video_info *i = video_info(v);
	char length[80];
	if (i->duration > 0)
		snprintf(length, sizeof(length), "%.0f seconds of %dx%d pixels, %s", i->duration, i->width, i->height, i->codec);
	else
		snprintf(length, sizeof(length), "%dx%d pixels, %s, of a length not stated", i->width, i->height, i->codec);
	struct finding f = {
		.kind = KIND_FILM, .value = span_str(it->name), .confidence = confidence_of(i), .rule = "film-file",
		.checks = { "the container opens and holds a stream of video", length }, .chance = 1e-9,
		.where = { .space = SPACE_RAW, .end = it->bytes.n },
	};
	int e = sink_finding(out, &f);
	video_close(v);
	return e;
}

const struct detector detector_film = {
	.name = "film", .help = "files of moving pictures", .item = film_item,
};
