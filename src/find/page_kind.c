#include "find/page_kind.h"

#include "find/page_bars.h"

enum { BLOCK = 16 };

struct block { int low, high, mean, dark; };

static struct block block_at(const struct plane *p, int x, int y)
{
	struct block b = { .low = 255 };
	int sum = 0;
	for (int i = 0; i < BLOCK; i++)
		for (int k = 0; k < BLOCK; k++) {
			int v = p->p[(size_t)(y + i) * (size_t)p->width + (size_t)(x + k)];
			sum += v;
			b.low = v < b.low ? v : b.low;
			b.high = v > b.high ? v : b.high;
		}
	b.mean = sum / (BLOCK * BLOCK);
	int middle = (b.low + b.high) / 2;
	for (int i = 0; i < BLOCK; i++)
		for (int k = 0; k < BLOCK; k++)
			b.dark += p->p[(size_t)(y + i) * (size_t)p->width + (size_t)(x + k)] < middle;
	return b;
}

bool page_is_document(const struct plane *p)
{
	int blocks = 0, ground = 0, print = 0;
	for (int y = 0; y + BLOCK <= p->height; y += BLOCK)
		for (int x = 0; x + BLOCK <= p->width; x += BLOCK) {
			struct block b = block_at(p, x, y);
			blocks++;
			ground += b.high - b.low < 40 && b.mean > 130;
			print += b.high - b.low > 60 && b.high > 140 && b.dark < BLOCK * BLOCK * 2 / 5;
		}
	return blocks && print * 50 > blocks && (ground + print) * 2 > blocks;
}

static float print_length(const struct plane *p, struct arena *a)
{
	struct bar bars[BARS_MAX];
	unsigned n = bars_find(p, 1, a, bars);
	float sum = 0;
	for (unsigned i = 0; i < n; i++)
		sum += bars[i].x1 - bars[i].x0;
	return sum;
}

bool page_is_sideways(const struct plane *small, struct arena *scratch)
{
	struct plane turned;
	return plane_turn(small, 1, scratch, &turned) && print_length(&turned, scratch) > 1.5f * print_length(small, scratch) + 400;
}
