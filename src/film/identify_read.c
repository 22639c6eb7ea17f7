/* Reading a clip whose place in a film is known, and adding up what it says about every recipient. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "film/identify_own.h"
#include "film/mark_weigh.h"
#include "film/original.h"
#include "lib/video.h"

/* A frame of the film's sketch on the raster. */
struct drawn { size_t at; bool is_set; float *raster; };

struct pass {
	struct video *v;
	struct warp *warp, *sketch_warp;
	struct original *original;
	struct drawn drawn[2];
	struct mark_reader *reader;
	float *raster;
};

static int pass_open(struct pass *k, struct candidate *c, const struct reading *r, struct fault *why)
{
	struct video_choice choice = { .threads = 2 };
	int e = video_open(r->clip, &choice, &k->v, why);
	if (!e)
		e = warp_open(c->grid.w, c->grid.h, &r->a->place, video_info(k->v)->width, video_info(k->v)->height,
		              &k->warp, why);
	if (!e && r->original)
		e = original_open(r->original, c->grid.w, c->grid.h, &k->original, why);
	if (!e && !r->original && c->sketch.count)
		e = warp_open(c->grid.w, c->grid.h, &placing_same, c->sketch.w, c->sketch.h, &k->sketch_warp, why);
	if (!e)
		e = mark_reader_open(&c->grid, &k->reader, why);
	size_t bytes = sizeof(float) * (size_t)c->grid.w * (size_t)c->grid.h;
	k->raster = malloc(bytes);
	k->drawn[0].raster = malloc(bytes);
	k->drawn[1].raster = malloc(bytes);
	if (!e && (!k->raster || !k->drawn[0].raster || !k->drawn[1].raster))
		e = fault_set(why, E_MEMORY, "no memory for a raster");
	if (!e && r->from > 5)
		e = video_seek(k->v, r->from, why);
	return e;
}

static void pass_release(struct pass *k)
{
	free(k->raster);
	free(k->drawn[0].raster);
	free(k->drawn[1].raster);
	mark_reader_close(k->reader);
	original_close(k->original);
	warp_close(k->sketch_warp);
	warp_close(k->warp);
	video_close(k->v);
}

/* Frame i of the sketch, drawn into the cache's place for odd or even frames. */
static const float *sketch_drawn(struct pass *k, const struct sketch *s, size_t i)
{
	struct drawn *d = &k->drawn[i & 1];
	if (!d->is_set || d->at != i) {
		struct video_frame f = { .luma = sketch_frame(s, i), .stride = s->w, .width = s->w, .height = s->h,
			.depth = 8 };
		warp_run(k->sketch_warp, &f, d->raster);
		d->is_set = true;
		d->at = i;
	}
	return d->raster;
}

/* The frames of the film's sketch around the time, the nearer one first. */
static int sketch_at(struct pass *k, const struct sketch *s, double time, const float *references[2])
{
	size_t i = sketch_nearest(s, time);
	double gap = time - (double)s->times[i];
	if (fabs(gap) > 1)
		return 0;
	references[0] = sketch_drawn(k, s, i);
	if (gap > 0 ? i + 1 >= s->count : i == 0)
		return 1;
	references[1] = sketch_drawn(k, s, gap > 0 ? i + 1 : i - 1);
	return 2;
}

static int frame_read(struct pass *k, struct candidate *c, const struct video_frame *f, double time,
                      struct fault *why)
{
	const float *references[2];
	int count = 0, e = OK;
	warp_run(k->warp, f, k->raster);
	if (k->original) {
		e = original_at(k->original, time, references, &count, why);
		if (e || !count)
			return e;
	} else if (k->sketch_warp) {
		count = sketch_at(k, &c->sketch, time, references);
	}
	if (count)
		raster_subtract(k->raster, warp_cover(k->warp), references, count, c->grid.w, c->grid.h);
	return mark_reader_frame(k->reader, k->raster, warp_cover(k->warp), time, why);
}

static int frames_read(struct pass *k, struct candidate *c, const struct reading *r, struct fault *why)
{
	for (uint64_t n = 1;; n++) {	/* ends with the clip or its part */
		struct video_frame f;
		int e = video_next(k->v, &f, why);
		if (e)
			return e;
		if (!f.luma || f.time > r->to)
			return OK;
		double time = r->a->offset + r->a->rate * f.time;
		if (f.time < r->from || time < 0 || (c->row.duration > 0 && time > c->row.duration + 0.5))
			continue;
		e = frame_read(k, c, &f, time, why);
		if (e)
			return e;
		if (r->step && r->step(r->user, n))
			return fault_set(why, E_STOPPED, "stopped");
	}
}

static int group_add(struct candidate *c, uint64_t group, double z, struct fault *why)
{
	if (c->group_count == c->group_room) {
		size_t room = c->group_room ? 2 * c->group_room : 64;
		struct group_read *more = realloc(c->groups, room * sizeof(*more));
		if (!more)
			return fault_set(why, E_MEMORY, "no memory for groups");
		c->groups = more;
		c->group_room = room;
	}
	/* a group seen twice (a chunk ends inside it) counts once, with both readings */
	if (c->group_count && c->groups[c->group_count - 1].group == group)
		c->groups[c->group_count - 1].z += z / sqrt(2);
	else
		c->groups[c->group_count++] = (struct group_read){ group, z };
	return OK;
}

/* Two slots make a group: the variants' common pattern says by its sign which variant is there. */
static int groups_take(struct candidate *c, const struct slot_read *slots, size_t count, unsigned char *signs,
                       struct fault *why)
{
	struct mark_key k = mark_key_twofold(&c->key);
	struct tally sum = { 0, 0 };
	int e = OK;
	for (size_t i = 0; i < count && !e; i++) {
		struct tally t = tally_key(&c->grid, &k, &slots[i], 1, signs, NULL);
		sum.dot += t.dot;
		sum.square += t.square;
		int64_t group = slots[i].slot >> 1;
		if (i + 1 < count && slots[i + 1].slot >> 1 == group)
			continue;
		e = group_add(c, (uint64_t)group, tally_z(sum), why);
		sum = (struct tally){ 0, 0 };
	}
	return e;
}

static void payload_take(struct candidate *c, const struct slot_read *slots, size_t count, unsigned char *signs)
{
	for (unsigned lane = 0; lane < MARK_PAYLOAD_LANES; lane++) {
		struct mark_key k = mark_key_lane(&c->key, lane);
		for (size_t i = 0; i < count; i++) {
			struct tally t = tally_key(&c->grid, &k, &slots[i], 1, signs, NULL);
			/* weights are signal over noise already: the sums are log-likelihoods but for a factor */
			c->payload[payload_place(slots[i].slot, lane)] += (float)t.dot;
		}
	}
}

static void suspects_take(struct candidate *c, const struct slot_read *slots, size_t count, unsigned char *signs)
{
	double square = 0;
	for (size_t i = 0; i < count; i++)
		square += norm_square(slots[i].nodes, c->grid.nodes);
	for (size_t s = 0; s < c->suspect_count; s++) {
		struct suspect *p = &c->suspects[s];
		for (size_t i = 0; i < count; i++) {
			mark_signs(&p->key, slots[i].slot, &c->grid, signs);
			p->sum.dot += signs_dot(slots[i].nodes, c->grid.nodes, signs);
		}
		p->sum.square += square;
	}
}

/* Turns what the reader holds into evidence. */
static int slots_take(struct candidate *c, struct mark_reader *reader, struct fault *why)
{
	struct mark_key sync = mark_key_sync(&c->key);
	unsigned char *signs = malloc(mark_signs_size(&c->grid));
	int e = signs ? mark_reader_end(reader, why) : fault_set(why, E_MEMORY, "no memory for signs");
	if (!e)
		e = mark_reader_still(reader, why);
	size_t count = 0, used = 0;
	struct slot_read *slots = mark_reader_slots(reader, &count);
	if (!e) {
		struct tally t = tally_key(&c->grid, &sync, slots, count, signs, NULL);
		c->sync.dot += t.dot;
		c->sync.square += t.square;
		e = slots_weigh(&c->grid, &sync, slots, count, &used, why);
	}
	if (!e) {
		c->slots_read += count;
		c->slots_used += used;
		c->is_read = true;
		if (c->row.mode == MARKS_AB)
			e = groups_take(c, slots, count, signs, why);
		else {
			payload_take(c, slots, count, signs);
			suspects_take(c, slots, count, signs);
		}
	}
	free(signs);
	return e;
}

int candidate_read(struct candidate *c, const struct reading *r, struct fault *why)
{
	struct pass k = { 0 };
	int e = pass_open(&k, c, r, why);
	if (!e)
		e = frames_read(&k, c, r, why);
	if (!e)
		e = slots_take(c, k.reader, why);
	pass_release(&k);
	return e;
}

void candidate_forget(struct candidate *c)
{
	c->sync = (struct tally){ 0, 0 };
	c->group_count = 0;
	c->is_read = c->is_informed = false;
	c->best = (struct alignment){ .likeness = -1, .rate = 1 };
	c->from = c->to = 0;
	c->slots_read = c->slots_used = 0;
	memset(c->payload, 0, sizeof(c->payload));
	for (size_t i = 0; i < c->suspect_count; i++)
		c->suspects[i].sum = (struct tally){ 0, 0 };
}
