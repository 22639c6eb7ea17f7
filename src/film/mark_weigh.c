/* Weights of film/mark_weigh.h. */
#include "film/mark_weigh.h"

#include <stdlib.h>
#include <string.h>

enum { TILES_W = 8, TILES_H = 5, TILES = TILES_W * TILES_H, AROUND = 3 };

/* Signed sum and sum of squares of one octave in one tile. */
struct part { double dot, square; };
struct slot_parts { struct part part[MARK_OCTAVES][TILES]; };

static int tile_of(const struct mark_grid *g, int o, int x, int y)
{
	int tx = x * TILES_W / g->nodes_w[o], ty = y * TILES_H / g->nodes_h[o];
	return ty * TILES_W + tx;
}

static void parts_take(const struct mark_grid *g, const float *v, const unsigned char *signs, struct slot_parts *p)
{
	memset(p, 0, sizeof(*p));
	for (int o = 0; o < MARK_OCTAVES; o++)
		for (int y = 0; y < g->nodes_h[o]; y++)
			for (int x = 0; x < g->nodes_w[o]; x++) {
				size_t i = g->first[o] + (size_t)y * (size_t)g->nodes_w[o] + (size_t)x;
				struct part *t = &p->part[o][tile_of(g, o, x, y)];
				double d = (double)v[i];
				t->dot += signs[i >> 3] >> (i & 7) & 1 ? d : -d;
				t->square += d * d;
			}
}

/* Signal to noise: the estimate, drawn to the wider one as far as its own evidence is thin. */
static double ratio(struct part p, double wider)
{
	if (wider <= 0)
		return 0;
	double prior = 1 / (0.5 * wider * wider);
	double r = (p.dot + wider * prior) / (p.square + prior);
	return r > 0.1 * wider ? r : 0.1 * wider;
}

static struct part part_sum(const struct slot_parts *all, size_t from, size_t to, int o, int tile)
{
	struct part sum = { 0, 0 };
	for (size_t s = from; s < to; s++)
		for (int t = tile < 0 ? 0 : tile; t < (tile < 0 ? TILES : tile + 1); t++) {
			sum.dot += all[s].part[o][t].dot;
			sum.square += all[s].part[o][t].square;
		}
	return sum;
}

static void slot_scale(const struct mark_grid *g, float *v, double weight[MARK_OCTAVES][TILES])
{
	for (int o = 0; o < MARK_OCTAVES; o++)
		for (int y = 0; y < g->nodes_h[o]; y++)
			for (int x = 0; x < g->nodes_w[o]; x++)
				v[g->first[o] + (size_t)y * (size_t)g->nodes_w[o] + (size_t)x] *=
					(float)weight[o][tile_of(g, o, x, y)];
}

/* The octave over all slots, the octave around this slot, the tile around this slot: each draws on the one before. */
static void slot_weigh(const struct mark_grid *g, const struct slot_parts *all, size_t count, size_t at,
                       const double octave[MARK_OCTAVES], float *v, bool *is_used)
{
	double weight[MARK_OCTAVES][TILES];
	size_t from = at > AROUND ? at - AROUND : 0, to = at + AROUND + 1 < count ? at + AROUND + 1 : count;
	*is_used = false;
	for (int o = 0; o < MARK_OCTAVES; o++) {
		double near = ratio(part_sum(all, from, to, o, -1), octave[o]);
		*is_used = *is_used || near > 0.3 * octave[o];
		for (int t = 0; t < TILES; t++)
			weight[o][t] = ratio(part_sum(all, from, to, o, t), near);
	}
	slot_scale(g, v, weight);
}

int slots_weigh(const struct mark_grid *g, const struct mark_key *sync, struct slot_read *slots, size_t count,
                size_t *used, struct fault *why)
{
	struct slot_parts *all = calloc(count + 1, sizeof(*all));
	unsigned char *signs = malloc(mark_signs_size(g));
	double octave[MARK_OCTAVES], most = 0;
	int e = all && signs ? OK : fault_set(why, E_MEMORY, "no memory for weights");
	for (size_t s = 0; s < count && !e; s++) {
		mark_signs(sync, slots[s].slot, g, signs);
		parts_take(g, slots[s].nodes, signs, &all[s]);
	}
	for (int o = 0; o < MARK_OCTAVES && !e; o++) {
		struct part p = part_sum(all, 0, count, o, -1);
		octave[o] = p.square > 0 && p.dot > 0 ? p.dot / p.square : 0;
		most = octave[o] > most ? octave[o] : most;
	}
	for (int o = 0; o < MARK_OCTAVES && !e; o++)
		octave[o] = most <= 0 ? 1 : octave[o] > 0.03 * most ? octave[o] : 0.03 * most;
	*used = 0;
	for (size_t s = 0; s < count && !e; s++) {
		bool is_used;
		slot_weigh(g, all, count, s, octave, slots[s].nodes, &is_used);
		*used += is_used;
	}
	free(all);
	free(signs);
	return e;
}
