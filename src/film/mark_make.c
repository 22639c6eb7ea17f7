/* Makers of film/mark_make.h. */
#include "film/mark_make.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/mark_paint.h"
#include "lib/video.h"

enum { KEPT = 3, PROGRESS_FRAMES = 16, EDGE_FRAMES = 2 };

/* The nodes of one slot: what all copies share, and what is this copy's own. */
struct slot_nodes { int64_t slot; bool is_set; float *common, *own; };

struct mark_pattern {
	struct mark_recipe recipe;
	struct mark_key sync, own, lanes[MARK_PAYLOAD_LANES];
	unsigned char coded[PAYLOAD_CODED];
	struct slot_nodes kept[KEPT];
	unsigned char *signs;
	float *nodes;
	double weights[KEPT];		/* of the field given last: slots before, at and after */
	int64_t slot;
	double own_scale;
	bool was_given;
};

int pattern_open(const struct mark_recipe *r, struct mark_pattern **out, struct fault *why)
{
	struct mark_pattern *p = calloc(1, sizeof(*p));
	if (!p)
		return fault_set(why, E_MEMORY, "no memory for a pattern");
	p->recipe = *r;
	p->sync = mark_key_sync(&r->film);
	p->own = r->recipient ? mark_key_recipient(&r->film, r->recipient) : mark_key_twofold(&r->film);
	for (unsigned i = 0; i < MARK_PAYLOAD_LANES; i++)
		p->lanes[i] = mark_key_lane(&r->film, i);
	if (r->recipient)
		payload_encode(payload_word(&r->film, payload_number(&r->film, r->recipient)), p->coded);
	p->signs = malloc(mark_signs_size(&r->grid));
	p->nodes = malloc(sizeof(float) * r->grid.nodes);
	bool is_full = p->signs && p->nodes;
	for (int i = 0; i < KEPT; i++) {
		p->kept[i].common = malloc(sizeof(float) * r->grid.nodes);
		p->kept[i].own = malloc(sizeof(float) * r->grid.nodes);
		is_full = is_full && p->kept[i].common && p->kept[i].own;
	}
	if (!is_full) {
		pattern_close(p);
		return fault_set(why, E_MEMORY, "no memory for a pattern");
	}
	*out = p;
	return OK;
}

void pattern_close(struct mark_pattern *p)
{
	if (!p)
		return;
	for (int i = 0; i < KEPT; i++) {
		free(p->kept[i].common);
		free(p->kept[i].own);
	}
	free(p->signs);
	free(p->nodes);
	free(p);
}

static void key_add(struct mark_pattern *p, const struct mark_key *k, int64_t slot, float amplitude, float *nodes)
{
	mark_signs(k, slot, &p->recipe.grid, p->signs);
	mark_nodes_add(&p->recipe.grid, p->signs, amplitude, nodes);
}

static const struct slot_nodes *slot_get(struct mark_pattern *p, int64_t slot)
{
	struct slot_nodes *s = &p->kept[((slot % KEPT) + KEPT) % KEPT];
	if (s->is_set && s->slot == slot)
		return s;
	s->is_set = true;
	s->slot = slot;
	memset(s->common, 0, sizeof(float) * p->recipe.grid.nodes);
	memset(s->own, 0, sizeof(float) * p->recipe.grid.nodes);
	key_add(p, &p->sync, slot, MARK_SYNC, s->common);
	if (!p->recipe.recipient) {
		key_add(p, &p->own, slot, sqrtf(1 - MARK_SYNC * MARK_SYNC), s->own);
		return s;
	}
	key_add(p, &p->own, slot, MARK_RECIPIENT, s->own);
	for (unsigned i = 0; i < MARK_PAYLOAD_LANES; i++)
		key_add(p, &p->lanes[i], slot,
		        (float)payload_sign(p->coded, slot, i) * MARK_PAYLOAD / sqrtf(MARK_PAYLOAD_LANES), s->own);
	return s;
}

/* A variant's own part turns over with the variant and fades at both ends of a group. */
static double own_scale(const struct mark_recipe *r, uint64_t frame)
{
	if (r->recipient)
		return 1;
	int at = (int)(frame % (uint64_t)r->group_frames), left = r->group_frames - 1 - at;
	int edge = at < left ? at : left;
	double fade = edge >= EDGE_FRAMES ? 1 : (edge + 0.5) / (EDGE_FRAMES + 0.5);
	return r->variant ? -fade : fade;
}

bool pattern_at(struct mark_pattern *p, double time, uint64_t frame, float *raster)
{
	int64_t slot = mark_slot_at(&p->recipe.grid, time);
	double scale = own_scale(&p->recipe, frame), weights[KEPT];
	for (int i = 0; i < KEPT; i++)
		weights[i] = mark_slot_weight(&p->recipe.grid, slot - 1 + i, time);
	if (p->was_given && slot == p->slot && scale == p->own_scale && memcmp(weights, p->weights, sizeof(weights)) == 0)
		return false;
	p->was_given = true;
	p->slot = slot;
	p->own_scale = scale;
	memcpy(p->weights, weights, sizeof(weights));
	memset(p->nodes, 0, sizeof(float) * p->recipe.grid.nodes);
	for (int i = 0; i < KEPT; i++) {
		if (weights[i] <= 0)
			continue;
		const struct slot_nodes *s = slot_get(p, slot - 1 + i);
		for (size_t n = 0; n < p->recipe.grid.nodes; n++)
			p->nodes[n] += (float)weights[i] * (s->common[n] + (float)scale * s->own[n]);
	}
	mark_field(&p->recipe.grid, p->nodes, raster);
	return true;
}

/* One pass over a film. */
struct pass {
	struct video *v;
	struct video_writer *w;
	struct painter *painter;
	struct mark_pattern *pattern;
	float *raster;
	uint64_t frames;
};

static int pass_open(struct pass *k, const char *film_path, const char *out_path, const struct mark_recipe *r,
                     const struct video_encoding *how, struct fault *why)
{
	struct video_choice choice = { .threads = how->threads };
	int e = video_open(film_path, &choice, &k->v, why);
	if (e)
		return e;
	const struct video_info *i = video_info(k->v);
	e = painter_open(i->width, i->height, i->depth, i->is_full_range, &r->grid, &k->painter, why);
	if (!e)
		e = pattern_open(r, &k->pattern, why);
	k->raster = malloc(sizeof(float) * (size_t)r->grid.w * (size_t)r->grid.h);
	if (!e && !k->raster)
		e = fault_set(why, E_MEMORY, "no memory for a field");
	if (!e)
		e = video_create(out_path, k->v, how, &k->w, why);
	if (!e)
		video_tee(k->v, k->w);
	return e;
}

static int pass_frame(struct pass *k, struct video_frame *f, struct fault *why)
{
	const struct video_info *i = video_info(k->v);
	uint8_t *luma;
	if (f->width != i->width || f->height != i->height)
		return fault_set(why, E_UNSUPPORTED, "the film changes its size at %.2f s", f->time);
	int e = video_frame_own(f, &luma, why);
	if (e)
		return e;
	if (pattern_at(k->pattern, f->time, k->frames, k->raster))
		painter_field(k->painter, k->raster);
	painter_paint(k->painter, luma, f->stride);
	k->frames++;
	return video_write(k->w, f, why);
}

static int pass_run(struct pass *k, mark_progress progress, void *user, struct fault *why)
{
	struct video_frame f;
	for (;;) {	/* ends with the film */
		int e = video_next(k->v, &f, why);
		if (e)
			return e;
		if (!f.luma)
			break;
		e = pass_frame(k, &f, why);
		if (e)
			return e;
		if (progress && k->frames % PROGRESS_FRAMES == 0 && progress(user, k->frames))
			return fault_set(why, E_STOPPED, "stopped");
	}
	return k->frames ? OK : fault_set(why, E_DAMAGED, "no frame of it can be decoded");
}

int mark_make(const char *film_path, const char *out_path, const struct mark_recipe *r, int threads, int crf,
              const char *preset, mark_progress progress, void *user, uint64_t *frames, struct fault *why)
{
	struct pass k = { 0 };
	struct video_encoding how = { .preset = preset, .crf = crf, .threads = threads,
		.gop_frames = r->recipient ? 0 : r->group_frames };
	int e = pass_open(&k, film_path, out_path, r, &how, why);
	if (!e)
		e = pass_run(&k, progress, user, why);
	if (e) {
		video_abandon(k.w);
	} else {
		e = video_finish(k.w, why);
	}
	if (!e && frames)
		*frames = k.frames;
	painter_close(k.painter);
	pattern_close(k.pattern);
	free(k.raster);
	video_close(k.v);
	return e;
}
