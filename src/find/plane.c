#include "find/plane.h"

static bool plane_make(struct plane *out, int width, int height, struct arena *a)
{
	out->width = width;
	out->height = height;
	out->p = width > 0 && height > 0 ? arena_array(a, (size_t)width, (size_t)height) : NULL;
	return out->p != NULL;
}

bool plane_shrink(const struct picture *p, int step, struct arena *a, struct plane *out)
{
	if (!plane_make(out, (int)p->width / step, (int)p->height / step, a))
		return false;
	unsigned area = (unsigned)(step * step);
	for (int y = 0; y < out->height; y++)
		for (int x = 0; x < out->width; x++) {
			unsigned sum = area / 2;
			for (int i = 0; i < step; i++) {
				const unsigned char *row = p->grey + (size_t)(y * step + i) * p->stride + (size_t)x * (size_t)step;
				for (int k = 0; k < step; k++)
					sum += row[k];
			}
			out->p[(size_t)y * (size_t)out->width + (size_t)x] = (unsigned char)(sum / area);
		}
	return true;
}

float plane_at(const struct plane *p, float x, float y)
{
	x = x < 0 ? 0 : x > (float)(p->width - 1) ? (float)(p->width - 1) : x;
	y = y < 0 ? 0 : y > (float)(p->height - 1) ? (float)(p->height - 1) : y;
	int ix = (int)x, iy = (int)y;
	int nx = ix + 1 < p->width ? ix + 1 : ix, ny = iy + 1 < p->height ? iy + 1 : iy;
	float fx = x - (float)ix, fy = y - (float)iy;
	const unsigned char *r = p->p + (size_t)iy * (size_t)p->width, *s = p->p + (size_t)ny * (size_t)p->width;
	float above = (float)r[ix] + fx * (float)(r[nx] - r[ix]), below = (float)s[ix] + fx * (float)(s[nx] - s[ix]);
	return above + fy * (below - above);
}

bool plane_resize(const struct plane *p, int longer_side, struct arena *a, struct plane *out)
{
	int longer = p->width > p->height ? p->width : p->height;
	float scale = (float)longer_side / (float)longer;
	if (!plane_make(out, (int)((float)p->width * scale), (int)((float)p->height * scale), a))
		return false;
	for (int y = 0; y < out->height; y++)
		for (int x = 0; x < out->width; x++)
			out->p[(size_t)y * (size_t)out->width + (size_t)x] =
				(unsigned char)(plane_at(p, ((float)x + 0.5f) / scale - 0.5f, ((float)y + 0.5f) / scale - 0.5f) + 0.5f);
	return true;
}

bool plane_transpose(const struct plane *p, struct arena *a, struct plane *out)
{
	if (!plane_make(out, p->height, p->width, a))
		return false;
	for (int y = 0; y < p->height; y++)
		for (int x = 0; x < p->width; x++)
			out->p[(size_t)x * (size_t)out->width + (size_t)y] = p->p[(size_t)y * (size_t)p->width + (size_t)x];
	return true;
}

bool plane_turn(const struct plane *p, unsigned quarters, struct arena *a, struct plane *out)
{
	bool is_across = quarters & 1;
	if (!plane_make(out, is_across ? p->height : p->width, is_across ? p->width : p->height, a))
		return false;
	for (int y = 0; y < p->height; y++)
		for (int x = 0; x < p->width; x++) {
			int to_x = quarters == 0 ? x : quarters == 1 ? p->height - 1 - y : quarters == 2 ? p->width - 1 - x : y;
			int to_y = quarters == 0 ? y : quarters == 1 ? x : quarters == 2 ? p->height - 1 - y : p->width - 1 - x;
			out->p[(size_t)to_y * (size_t)out->width + (size_t)to_x] = p->p[(size_t)y * (size_t)p->width + (size_t)x];
		}
	return true;
}
