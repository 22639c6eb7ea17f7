#include "find/ocrb.h"

#include <math.h>
#include <string.h>

enum {
	CELL_W = 20, CELL_H = 24, CELL_N = CELL_W * CELL_H,
	MARGIN = 2 * CELL_W,		/* of the strip, before and behind the bar */
	STRIP_H = 64,
	DRIFT = 2,			/* pixels by which two cells may be nearer or farther than CELL_W */
	STEPS_MAX = 2600,		/* columns of a strip */
};

const char ocrb_characters[OCRB_GLYPHS + 1] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";

struct drawn { char c; const char *ink; };
#define GLYPH(c, ink) { c, ink },
static const struct drawn drawn[OCRB_GLYPHS] = {
#include "find/ocrb_glyphs.def"
};
#undef GLYPH

/* Glyphs as compared: blurred, their mean taken off, of length 4096. */
struct glyphs { int16_t v[OCRB_GLYPHS][CELL_N]; };

struct strip { int width; int16_t *v; };	/* 0 is white, 255 black */

static int ink_of(char hex)
{
	return hex <= '9' ? hex - '0' : hex - 'a' + 10;
}

/* Gauss' weights, which go to zero within 6 pixels. */
static void weights_of(float blur, float weights[7])
{
	float sum = 0;
	for (int i = 0; i < 7; i++) {
		weights[i] = expf(-(float)(i * i) / (2 * blur * blur + 1e-3f));
		sum += i ? 2 * weights[i] : weights[i];
	}
	for (int i = 0; i < 7; i++)
		weights[i] /= sum;
}

static void blur_cell(const float *from, const float weights[7], float *to)
{
	float half[CELL_N];
	for (int i = 0; i < CELL_N; i++) {
		int x = i % CELL_W;
		half[i] = 0;
		for (int k = -6; k <= 6; k++)
			half[i] += x + k >= 0 && x + k < CELL_W ? from[i + k] * weights[k < 0 ? -k : k] : 0;
	}
	for (int i = 0; i < CELL_N; i++) {
		int y = i / CELL_W;
		to[i] = 0;
		for (int k = -6; k <= 6; k++)
			to[i] += y + k >= 0 && y + k < CELL_H ? half[i + k * CELL_W] * weights[k < 0 ? -k : k] : 0;
	}
}

static void glyphs_make(float blur, struct glyphs *out)
{
	float weights[7], raw[CELL_N], soft[CELL_N];
	weights_of(blur, weights);
	for (int g = 0; g < OCRB_GLYPHS; g++) {
		float mean = 0, length = 0;
		for (int i = 0; i < CELL_N; i++)
			raw[i] = (float)ink_of(drawn[g].ink[i]);
		blur_cell(raw, weights, soft);
		for (int i = 0; i < CELL_N; i++)
			mean += soft[i] / CELL_N;
		for (int i = 0; i < CELL_N; i++)
			length += (soft[i] - mean) * (soft[i] - mean);
		length = sqrtf(length);
		for (int i = 0; i < CELL_N; i++)
			out->v[g][i] = (int16_t)lrintf((soft[i] - mean) / length * 4096);
	}
}

/* The picture along the bar, straightened: one cell is CELL_W pixels, dark is large. */
static bool strip_sample(const struct plane *p, const struct bar *b, const struct ocrb_view *view, struct arena *a,
                         struct strip *s)
{
	float dx = b->x1 - b->x0, dy = b->y1 - b->y0, length = hypotf(dx, dy);
	float step = view->pitch / CELL_W, rise = step * view->stretch;
	float wide = length / step + 2 * MARGIN;
	s->width = wide < STEPS_MAX ? (int)wide : 0;
	s->v = s->width ? arena_array(a, (size_t)s->width * STRIP_H, sizeof(*s->v)) : NULL;
	if (!s->v || length < 1)
		return false;
	float ux = dx / length, uy = dy / length;
	for (int y = 0; y < STRIP_H; y++)
		for (int x = 0; x < s->width; x++) {
			float along = ((float)(x - MARGIN) + 0.5f) * step, across = ((float)(y - STRIP_H / 2) + 0.5f) * rise;
			s->v[y * s->width + x] = (int16_t)(255.5f - plane_at(p, b->x0 + ux * along - uy * across, b->y0 + uy * along + ux * across));
		}
	return true;
}

/* A window of the strip, and how far its pixels lie from their mean (length of that vector). */
struct window { int16_t v[CELL_N]; float length; };

static void window_take(const struct strip *s, int x, int y, float flat, struct window *w)
{
	int32_t sum = 0, squares = 0;
	for (int r = 0; r < CELL_H; r++)
		memcpy(w->v + r * CELL_W, s->v + (y + r) * s->width + x, CELL_W * sizeof(*w->v));
	for (int i = 0; i < CELL_N; i++)
		sum += w->v[i];
	for (int i = 0; i < CELL_N; i++)
		squares += w->v[i] * w->v[i];
	w->length = sqrtf((float)squares - (float)sum * (float)sum / CELL_N + flat);
}

/* Correlation; the glyph's mean is zero, so the window's does not matter. */
static float agree(const struct window *restrict w, const int16_t *restrict glyph)
{
	int32_t sum = 0;
	for (int i = 0; i < CELL_N; i++)
		sum += w->v[i] * glyph[i];
	return (float)sum / (4096.0f * w->length);
}

static float best_of(const struct window *window, const struct glyphs *g)
{
	float best = -1;
	for (int i = 0; i < OCRB_GLYPHS; i++) {
		float f = agree(window, g->v[i]);
		best = f > best ? f : best;
	}
	return best;
}

/* Flatness below which a window counts as empty: a share of the strip's own contrast. */
static float flatness(const struct strip *s)
{
	double sum = 0, squares = 0, n = (double)s->width * CELL_H;
	for (int i = (STRIP_H - CELL_H) / 2 * s->width; i < (STRIP_H + CELL_H) / 2 * s->width; i++) {
		sum += (double)s->v[i];
		squares += (double)s->v[i] * (double)s->v[i];
	}
	return (float)((squares / n - sum / n * (sum / n)) * CELL_N * 0.15 + 1);
}

/* The chain of cells that agrees best: score at each column, then back. Returns the mean. */
static float chain(const float *score, int columns, unsigned cells, struct arena *a, int *at)
{
	float *sum = arena_array(a, (size_t)columns * 2, sizeof(*sum));
	signed char *back = arena_array(a, (size_t)columns * cells, 1);
	if (!sum || !back)
		return 0;
	float *last = sum, *next = sum + columns;
	memcpy(last, score, (size_t)columns * sizeof(*last));
	for (unsigned i = 1; i < cells; i++) {
		for (int x = 0; x < columns; x++) {
			float best = -1e9f;
			for (int d = -DRIFT; d <= DRIFT; d++) {
				int from = x - CELL_W - d;
				float f = from >= 0 ? last[from] - 0.01f * (float)(d * d) : -1e9f;
				if (f > best) {
					best = f;
					back[i * (unsigned)columns + (unsigned)x] = (signed char)d;
				}
			}
			next[x] = best + score[x];
		}
		float *swap = last;
		last = next;
		next = swap;
	}
	int end = 0;
	for (int x = 0; x < columns; x++)
		if (last[x] > last[end])
			end = x;
	float mean = last[end] / (float)cells;
	for (unsigned i = cells; i-- > 0; ) {
		at[i] = end;
		end -= i ? CELL_W + back[i * (unsigned)columns + (unsigned)end] : 0;
	}
	return mean;
}

/* Agreement of a row of windows at height y, every column; or every second one, its neighbour the same. */
static void score_row(const struct strip *s, const struct glyphs *g, int y, int every, float flat, float *score)
{
	struct window window;
	for (int x = 0; x + CELL_W <= s->width; x += every) {
		window_take(s, x, y, flat, &window);
		float f = best_of(&window, g);
		for (int k = 0; k < every && x + k + CELL_W <= s->width; k++)
			score[x + k] = f;
	}
}

/* The height at which the chain agrees best. */
static int find_height(const struct strip *s, const struct glyphs *g, unsigned cells, int reach, float flat,
                       struct arena *a)
{
	int columns = s->width - CELL_W + 1, best_y = (STRIP_H - CELL_H) / 2, at[OCRB_CELLS_MAX];
	float *score = arena_array(a, (size_t)columns, sizeof(*score)), best = -1;
	for (int y = (STRIP_H - CELL_H) / 2 - reach; score && y <= (STRIP_H - CELL_H) / 2 + reach; y += 3) {
		score_row(s, g, y, 2, flat, score);
		float f = chain(score, columns, cells, a, at);
		if (f > best) {
			best = f;
			best_y = y;
		}
	}
	return best_y;
}

/* Every glyph's best agreement within a pixel or two of the cell's place; returns how much lower the best one lies. */
static int score_cell(const struct strip *s, const struct glyphs *g, int x, int y, float flat, float *score)
{
	struct window window;
	float best = -1;
	int lower = 0;
	for (int i = 0; i < OCRB_GLYPHS; i++)
		score[i] = -1;
	for (int v = y - 3; v <= y + 3; v++)
		for (int u = x - 1; u <= x + 1; u++) {
			if (u < 0 || u + CELL_W > s->width || v < 0 || v + CELL_H > STRIP_H)
				continue;
			window_take(s, u, v, flat, &window);
			for (int i = 0; i < OCRB_GLYPHS; i++) {
				float f = agree(&window, g->v[i]);
				score[i] = f > score[i] ? f : score[i];
				if (f > best) {
					best = f;
					lower = v - y;
				}
			}
		}
	return lower;
}

/* Where the cells were found: columns, row, and the line along which they lie lower than that row. */
struct place { int at[OCRB_CELLS_MAX], y; float lower, slope; };

/* The straight line through how much lower each cell lies; slope a cell, lower at the first. */
static void fit_line(const int *lower, unsigned cells, struct place *place)
{
	float n = (float)cells, x = 0, y = 0, xx = 0, xy = 0;
	for (unsigned i = 0; i < cells; i++) {
		x += (float)i;
		y += (float)lower[i];
		xx += (float)(i * i);
		xy += (float)i * (float)lower[i];
	}
	place->slope = (n * xy - x * y) / (n * xx - x * x);
	place->lower = (y - place->slope * x) / n;
}

/* Scores of all columns: the best over three heights about y. */
static bool read_strip(const struct strip *s, const struct glyphs *g, unsigned cells, int reach, struct arena *a,
                       struct ocrb_line *out, struct place *place)
{
	float flat = flatness(s);
	int y = find_height(s, g, cells, reach, flat, a), *at = place->at, columns = s->width - CELL_W + 1;
	float *score = arena_array(a, (size_t)columns * 2, sizeof(*score));
	if (!score)
		return false;
	score_row(s, g, y, 1, flat, score);
	for (int d = -1; d <= 1; d += 2) {
		score_row(s, g, y + d, 1, flat, score + columns);
		for (int x = 0; x < columns; x++)
			score[x] = score[columns + x] > score[x] ? score[columns + x] : score[x];
	}
	chain(score, columns, cells, a, at);
	int lower[OCRB_CELLS_MAX];
	place->y = y;
	out->cells = cells;
	out->agreement = 0;
	for (unsigned i = 0; i < cells; i++) {
		lower[i] = score_cell(s, g, at[i], y, flat, out->score[i]);
		float best = 0;
		for (int k = 0; k < OCRB_GLYPHS; k++)
			best = out->score[i][k] > best ? out->score[i][k] : best;
		out->agreement += best / (float)cells;
	}
	fit_line(lower, cells, place);
	return true;
}

/* A place of the strip in the plane. */
static void strip_point(const struct bar *b, const struct ocrb_view *view, float x, float y, float *to_x, float *to_y)
{
	float length = hypotf(b->x1 - b->x0, b->y1 - b->y0), ux = (b->x1 - b->x0) / length, uy = (b->y1 - b->y0) / length;
	float along = (x - MARGIN) * view->pitch / CELL_W, down = (y - STRIP_H / 2) * view->pitch / CELL_W * view->stretch;
	*to_x = b->x0 + ux * along - uy * down;
	*to_y = b->y0 + uy * along + ux * down;
}

/* Where the chain lies in the plane, along the middle of its cells. */
static struct bar chain_bar(const struct bar *b, const struct ocrb_view *view, const struct place *place, unsigned cells)
{
	struct bar out = { .height = view->pitch };
	float y = (float)(place->y + CELL_H / 2) + place->lower;
	strip_point(b, view, (float)place->at[0], y - place->slope / 2, &out.x0, &out.y0);
	strip_point(b, view, (float)(place->at[cells - 1] + CELL_W), y + place->slope * ((float)cells - 0.5f), &out.x1, &out.y1);
	return out;
}

bool ocrb_read(const struct plane *p, const struct bar *b, unsigned cells, struct ocrb_view view, struct arena *a,
               struct ocrb_line *out)
{
	struct strip s;
	struct place place;
	struct glyphs *g = arena_take(a, sizeof(*g));
	if (!g || cells > OCRB_CELLS_MAX || !strip_sample(p, b, &view, a, &s) || s.width < (int)(cells + 1) * CELL_W)
		return false;
	glyphs_make(view.blur, g);
	if (!read_strip(&s, g, cells, view.reach, a, out, &place))
		return false;
	out->bar = chain_bar(b, &view, &place, cells);
	return true;
}

float ocrb_pitch(const struct plane *p, const struct bar *b, float guess, struct arena *a)
{
	struct strip s;
	const struct ocrb_view view = { .pitch = guess, .stretch = 1 };
	if (!strip_sample(p, b, &view, a, &s))
		return 0;
	float *ink = arena_array(a, (size_t)s.width, sizeof(*ink)), mean = 0, all = 0, best = 0;
	for (int x = 0; ink && x < s.width; x++) {
		for (int y = STRIP_H / 2 - CELL_H / 2; y < STRIP_H / 2 + CELL_H / 2; y++)
			ink[x] += (float)s.v[y * s.width + x];
		mean += ink[x] / (float)s.width;
	}
	for (int x = 0; ink && x < s.width; x++)
		ink[x] -= mean;
	for (int x = MARGIN; ink && x < s.width - MARGIN; x++)
		all += ink[x] * ink[x];
	int lag = 0;
	for (int d = CELL_W * 6 / 10; ink && d <= CELL_W * 17 / 10; d++) {
		float sum = 0;
		for (int x = MARGIN; x + 2 * d < s.width - MARGIN; x++)
			sum += ink[x] * (ink[x + d] + ink[x + 2 * d]);
		if (sum > best) {
			best = sum;
			lag = d;
		}
	}
	return best > 0.15f * all ? guess * (float)lag / CELL_W : 0;
}
