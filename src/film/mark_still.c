/*
 * Still pictures: what stands in the slots before and after stands in this
 * one too, and is no mark, for marks change with every slot. Block by block
 * of nodes, as far as the block resembles its neighbours in time.
 */
#include <stdlib.h>
#include <string.h>

#include "film/mark_read.h"

enum { BLOCK = 8 };

struct neighbours { const float *before, *after; };

static float neighbour_at(struct neighbours n, size_t i)
{
	if (n.before && n.after)
		return 0.5f * (n.before[i] + n.after[i]);
	return n.before ? n.before[i] : n.after[i];
}

static void block_still(float *to, const float *v, struct neighbours n, int nodes_w, int nodes_h, int x0, int y0)
{
	double both = 0, square = 0;
	for (int y = y0; y < y0 + BLOCK && y < nodes_h; y++)
		for (int x = x0; x < x0 + BLOCK && x < nodes_w; x++) {
			size_t i = (size_t)y * (size_t)nodes_w + (size_t)x;
			float m = neighbour_at(n, i);
			both += (double)v[i] * (double)m;
			square += (double)m * (double)m;
		}
	double like = square > 0 ? both / square : 0;
	float share = like < 0.15 ? 0 : like > 1 ? 1 : (float)like;
	for (int y = y0; y < y0 + BLOCK && y < nodes_h; y++)
		for (int x = x0; x < x0 + BLOCK && x < nodes_w; x++) {
			size_t i = (size_t)y * (size_t)nodes_w + (size_t)x;
			to[i] = v[i] - share * neighbour_at(n, i);
		}
}

void slot_still(const struct mark_grid *g, const float *v, const float *before, const float *after, float *to)
{
	if (!before && !after) {
		memcpy(to, v, sizeof(float) * g->nodes);
		return;
	}
	for (int o = 0; o < MARK_OCTAVES; o++) {
		size_t first = g->first[o];
		struct neighbours n = { before ? before + first : NULL, after ? after + first : NULL };
		for (int y = 0; y < g->nodes_h[o]; y += BLOCK)
			for (int x = 0; x < g->nodes_w[o]; x += BLOCK)
				block_still(to + first, v + first, n, g->nodes_w[o], g->nodes_h[o], x, y);
	}
}
