#include "find/page_bars.h"

#include <math.h>
#include <stdlib.h>

enum {
	EDGE_MAX = 48,		/* stronger changes count no more: a photograph's outline is not print */
	REACH = 22,		/* pixels to either side over which changes are summed */
	RISE = 1,		/* and up and down */
};

/* Sums over (2 * REACH + 1) x (2 * RISE + 1) of the changes of brightness along rows. */
static void density(const struct plane *p, uint32_t *table, uint16_t *out)
{
	size_t w = (size_t)p->width + 1;
	for (int y = 0; y < p->height; y++) {
		uint32_t row = 0;
		const unsigned char *s = p->p + (size_t)y * (size_t)p->width;
		for (int x = 0; x < p->width; x++) {
			int d = x > 0 && x + 1 < p->width ? abs(s[x + 1] - s[x - 1]) : 0;
			row += (uint32_t)(d < EDGE_MAX ? d : EDGE_MAX);
			table[((size_t)y + 1) * w + (size_t)x + 1] = table[(size_t)y * w + (size_t)x + 1] + row;
		}
	}
	for (int y = 0; y < p->height; y++)
		for (int x = 0; x < p->width; x++) {
			int x0 = x > REACH ? x - REACH : 0, x1 = x + REACH < p->width ? x + REACH + 1 : p->width;
			int y0 = y > RISE ? y - RISE : 0, y1 = y + RISE < p->height ? y + RISE + 1 : p->height;
			const uint32_t *above = table + (size_t)y0 * w, *below = table + (size_t)y1 * w;
			uint32_t sum = below[x1] - below[x0] - above[x1] + above[x0];
			out[(size_t)y * (size_t)p->width + (size_t)x] = (uint16_t)(sum / ((2 * REACH + 1) * (2 * RISE + 1)) * 16 +
				sum % ((2 * REACH + 1) * (2 * RISE + 1)) * 16 / ((2 * REACH + 1) * (2 * RISE + 1)));
		}
}

/* The value that a share of the pixels exceeds. */
static unsigned exceeded_by(const uint16_t *v, size_t n, double share)
{
	uint32_t counts[EDGE_MAX * 16 + 1] = { 0 };
	for (size_t i = 0; i < n; i++)
		counts[v[i] <= EDGE_MAX * 16 ? v[i] : EDGE_MAX * 16]++;
	size_t want = (size_t)((double)n * share), seen = 0;
	unsigned at = EDGE_MAX * 16;
	while (at && seen < want)
		seen += counts[at--];
	return at;
}

struct fit { double n, x, y, xx, xy; int left, right; };

/* Takes the component at a place out of the mask and measures it. */
static struct fit take_component(unsigned char *mask, int w, int h, int at, int *stack)
{
	struct fit f = { .left = w, .right = -1 };
	int n = 0;
	stack[n++] = at;
	mask[at] = 0;
	while (n) {	/* ends: each pixel is taken out of the mask once */
		int i = stack[--n], x = i % w, y = i / w;
		f.n++;
		f.x += x;
		f.y += y;
		f.xx += (double)x * x;
		f.xy += (double)x * y;
		f.left = x < f.left ? x : f.left;
		f.right = x > f.right ? x : f.right;
		const int to[4] = { x ? i - 1 : -1, x + 1 < w ? i + 1 : -1, y ? i - w : -1, y + 1 < h ? i + w : -1 };
		for (int k = 0; k < 4; k++)
			if (to[k] >= 0 && mask[to[k]]) {
				mask[to[k]] = 0;
				stack[n++] = to[k];
			}
	}
	return f;
}

static bool bar_of(const struct fit *f, struct bar *b)
{
	double length = f->right - f->left + 1, thick = f->n / length, under = f->n * f->xx - f->x * f->x;
	if (length < BARS_SIDE / 5 || thick < 3 || length < 10 * thick || under <= 0)
		return false;
	double slope = (f->n * f->xy - f->x * f->y) / under, base = (f->y - slope * f->x) / f->n;
	if (fabs(slope) > 0.3)
		return false;
	*b = (struct bar){ (float)f->left, (float)(base + slope * f->left), (float)f->right,
	                   (float)(base + slope * f->right), (float)thick };
	return true;
}

unsigned bars_find(const struct plane *p, unsigned sensitivity, struct arena *a, struct bar *out)
{
	static const double shares[] = { 0.06, 0.12, 0.2 };
	size_t n = (size_t)p->width * (size_t)p->height;
	uint32_t *table = arena_array(a, ((size_t)p->width + 1) * ((size_t)p->height + 1), sizeof(*table));
	uint16_t *v = arena_array(a, n, sizeof(*v));
	unsigned char *mask = arena_take(a, n);
	int *stack = arena_array(a, n + 1, sizeof(*stack));
	if (!table || !v || !mask || !stack)
		return 0;
	density(p, table, v);
	unsigned limit = exceeded_by(v, n, shares[sensitivity]), count = 0;
	for (size_t i = 0; i < n; i++)
		mask[i] = v[i] > limit && v[i] > 32;
	for (size_t i = n; i-- > 0 && count < BARS_MAX; ) {
		if (!mask[i])
			continue;
		struct fit f = take_component(mask, p->width, p->height, (int)i, stack);
		count += bar_of(&f, &out[count]);
	}
	return count;
}
