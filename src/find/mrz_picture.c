#include "find/mrz_picture.h"

#include <math.h>
#include <string.h>

#include "find/ocrb.h"

enum { BASE_SIDE = 1800, SEEDS_MAX = 64, SEED_CELLS = 12, WORK_MAX = 64 << 20,
	FORCED_MAX = 3,		/* characters changed for their place, above which check digits prove nothing */
};

/* Mean correlations below which a piece, a line, and a whole zone are no OCR-B. */
static const float seed_min = 0.66f, line_min = 0.55f, zone_min = 0.6f, sure_min = 0.7f;
/* The same for the weakest single cell, and for visas. */
static const float weak_min = 0.55f, sure_visa_min = 0.82f, weak_visa_min = 0.72f;

/* What may stand where: A letter or filler, D digit, N digit or filler, X any, S sex. */
struct pattern { unsigned cells, lines; const char *first, *line[MRZ_LINES_MAX]; };
#define A10 "AAAAAAAAAA"
#define X10 "XXXXXXXXXX"
static const struct pattern patterns[] = {
	{ 44, 2, "P", { A10 A10 A10 A10 "AAAA", "XXXXXXXXXDAAANNNNNNDSNNNNNND" X10 "XXXXND" } },
	{ 44, 2, "V", { A10 A10 A10 A10 "AAAA", "XXXXXXXXXDAAANNNNNNDSNNNNNND" X10 "XXXXXX" } },
	{ 36, 2, "ACIPR", { A10 A10 A10 "AAAAAA", "XXXXXXXXXDAAANNNNNNDSNNNNNNDXXXXXXXD" } },
	{ 36, 2, "V", { A10 A10 A10 "AAAAAA", "XXXXXXXXXDAAANNNNNNDSNNNNNNDXXXXXXXX" } },
	{ 36, 2, "I", { A10 A10 A10 "XXXXXX", X10 "XXDAAAAAAAAAAAAAANNNNNNDSD" } },
	{ 30, 3, "ACIPR", { "AAAAA" "XXXXXXXXXN" X10 "XXXXX", "NNNNNNDSNNNNNNDAAAXXXXXXXXXXXD", A10 A10 A10 } },
};

static bool may_stand(char place, char c)
{
	bool is_digit = c >= '0' && c <= '9', is_filler = c == '<';
	switch (place) {
	case 'A': return !is_digit;
	case 'D': return is_digit;
	case 'N': return is_digit || is_filler;
	case 'S': return c == 'M' || c == 'F' || c == 'X' || is_filler;
	default: return true;
	}
}

/* What does not fit its place must agree by that much better than what does. */
static const float misfit = 0.12f;

struct picked { float sum, weakest; unsigned forced; };

static char pick(const float *score, char place, struct picked *all)
{
	int fits = -1, any = 0;
	for (int i = 0; i < OCRB_GLYPHS; i++) {
		if (score[i] > score[any])
			any = i;
		if (may_stand(place, ocrb_characters[i]) && (fits < 0 || score[i] > score[fits]))
			fits = i;
	}
	if (fits < 0 || score[any] > score[fits] + misfit)
		fits = any;
	all->forced += fits != any;
	all->sum += score[fits];
	all->weakest = score[fits] < all->weakest ? score[fits] : all->weakest;
	return ocrb_characters[fits];
}

static unsigned count_bits(unsigned set)
{
	return (unsigned)__builtin_popcount(set);
}

static double worth(const struct mrz *m)
{
	return (m->is_verified ? 100 : 0) + 2.0 * count_bits(m->checks_held) - 2.0 * count_bits(m->checks_present) +
	       m->is_issuer_known + m->is_dates_possible - 0.1 * m->repairs;
}

static bool parse(const char text[][OCRB_CELLS_MAX + 1], const struct pattern *p, struct mrz *m)
{
	struct span lines[MRZ_LINES_MAX];
	for (unsigned i = 0; i < p->lines; i++)
		lines[i] = span_of(text[i], p->cells);
	struct mrz repaired;
	if (!mrz_parse(lines, p->lines, m))
		return false;
	if (!m->is_verified && mrz_repair(lines, p->lines, &repaired) && worth(&repaired) > worth(m))
		*m = repaired;
	return true;
}

/* The likeliest of the letters that a pattern begins with; false when another letter is clearly likelier. */
static bool begins_with(const float *score, const char *first, char *letter)
{
	float best = -1, any = -1;
	for (int i = 0; i < OCRB_GLYPHS; i++) {
		bool is_letter = ocrb_characters[i] >= 'A' && ocrb_characters[i] <= 'Z';
		if (is_letter && score[i] > any)
			any = score[i];
		if (strchr(first, ocrb_characters[i]) && score[i] > best) {
			best = score[i];
			*letter = ocrb_characters[i];
		}
	}
	return best > any - 0.08f;
}

/* Reads the cells after one pattern. */
static bool decode(const struct ocrb_line *l, const struct pattern *p, struct mrz_shot *out)
{
	char text[MRZ_LINES_MAX][OCRB_CELLS_MAX + 1] = { { 0 } };
	struct picked all = { 0, 1, 0 };
	for (unsigned k = 0; k < p->lines; k++)
		for (unsigned i = 0; i < p->cells; i++)
			text[k][i] = pick(l[k].score[i], p->line[k][i], &all);
	if (!begins_with(l[0].score[0], p->first, &text[0][0]))
		return false;
	out->agreement = all.sum / (float)(p->lines * p->cells);
	if (out->agreement < zone_min || !parse((const char (*)[OCRB_CELLS_MAX + 1])text, p, &out->mrz))
		return false;
	bool is_sure = out->agreement >= sure_min && all.weakest >= weak_min;
	/* visas have no composite digit: a thousandth of all misreadings would pass */
	if (out->mrz.kind == KIND_VISA_MRZ)
		is_sure = out->agreement >= sure_visa_min && all.weakest >= weak_visa_min && !out->mrz.repairs;
	if (!is_sure || all.forced + out->mrz.repairs > FORCED_MAX || !out->mrz.is_issuer_known)
		out->mrz.is_verified = false;
	return true;
}

static bool is_better(const struct mrz_shot *a, const struct mrz_shot *b)
{
	return !b->mrz.lines || worth(&a->mrz) + 3 * (double)a->agreement > worth(&b->mrz) + 3 * (double)b->agreement;
}

struct search {
	struct plane base;		/* the picture, at most BASE_SIDE long */
	struct arena *a;
	struct arena work;		/* forgotten after each line read */
	unsigned quarters, seeds;
	int step, turned_width;		/* pixels of the picture a pixel of base; base's width when it is turned, else 0 */
	struct bar tried[SEEDS_MAX];
	struct mrz_shot *best;
};

static bool read_line(struct search *s, const struct bar *b, unsigned cells, struct ocrb_view view, struct ocrb_line *l)
{
	arena_reset(&s->work);
	l->agreement = 0;
	return ocrb_read(&s->base, b, cells, view, &s->work, l);
}

/* Blur that the camera or a small size left, in pixels of a cell of 20. */
static float blur_of(float pitch)
{
	float f = 0.45f * 20 / pitch;
	return f < 0.6f ? 0.6f : f > 3 ? 3 : f;
}

static float length_of(const struct bar *b)
{
	return hypotf(b->x1 - b->x0, b->y1 - b->y0);
}

static struct bar bar_turned(const struct bar *b)
{
	return (struct bar){ b->x1, b->y1, b->x0, b->y0, b->height };
}

/* The bar made longer at both ends, down by so much. */
static struct bar bar_moved(const struct bar *b, float longer, float down)
{
	float length = length_of(b), ux = (b->x1 - b->x0) / length, uy = (b->y1 - b->y0) / length;
	return (struct bar){ b->x0 - ux * longer - uy * down, b->y0 - uy * longer + ux * down,
	                     b->x1 + ux * longer - uy * down, b->y1 + uy * longer + ux * down, b->height };
}

/* Sums of what several views say; the mean agreement of each glyph. */
static void add_scores(struct ocrb_line *sum, const struct ocrb_line *l)
{
	for (unsigned i = 0; i < l->cells; i++)
		for (int k = 0; k < OCRB_GLYPHS; k++)
			sum->score[i][k] += l->score[i][k];
}

static void divide_scores(struct ocrb_line *sum, float by)
{
	for (unsigned i = 0; i < sum->cells; i++)
		for (int k = 0; k < OCRB_GLYPHS; k++)
			sum->score[i][k] /= by;
}

/* A bar of base, perhaps turned once, in the picture. */
static struct bar bar_in_picture(const struct search *s, const struct bar *b)
{
	float f = (float)s->step;
	if (!s->turned_width)
		return (struct bar){ b->x0 * f, b->y0 * f, b->x1 * f, b->y1 * f, b->height * f };
	float far = (float)(s->turned_width - 1);
	return (struct bar){ b->y0 * f, (far - b->x0) * f, b->y1 * f, (far - b->x1) * f, b->height * f };
}

static void decode_all(struct search *s, const struct ocrb_line *l, const struct bar *bars, unsigned lines, unsigned cells)
{
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		struct mrz_shot shot = { .quarters = s->quarters };
		for (unsigned k = 0; k < lines; k++)
			shot.line[k] = bar_in_picture(s, &bars[k]);
		if (patterns[i].cells == cells && patterns[i].lines == lines && decode(l, &patterns[i], &shot) &&
		    is_better(&shot, s->best))
			*s->best = shot;
	}
}

/* Looks at the lines at one stretch in three degrees of blur, and decides by their mean; then by each of them. */
static void read_stretch(struct search *s, const struct bar *bars, unsigned lines, unsigned cells, float stretch)
{
	static const float blurs[] = { 1.3f, 1.8f, 0.9f };
	struct ocrb_line *l = arena_array(s->a, (size_t)lines * 4, sizeof(*l)), *mean = l;
	for (unsigned v = 0; l && v < 3; v++)
		for (unsigned i = 0; i < lines; i++) {
			float pitch = length_of(&bars[i]) / (float)cells;
			struct ocrb_view view = { pitch, stretch, blur_of(pitch) * blurs[v], 4 };
			if (!read_line(s, &bars[i], cells, view, &l[(v + 1) * lines + i]))
				return;
			mean[i].cells = cells;
			add_scores(&mean[i], &l[(v + 1) * lines + i]);
		}
	for (unsigned i = 0; l && i < lines; i++)
		divide_scores(&mean[i], 3);
	for (unsigned v = 0; l && v < 4 && !s->best->mrz.is_verified; v++)
		decode_all(s, l + (size_t)v * lines, bars, lines, cells);
}

static void read_stack(struct search *s, const struct bar *bars, unsigned lines, unsigned cells)
{
	static const float stretches[] = { 1, 1.12f, 0.9f };
	for (unsigned i = 0; i < 3 && !s->best->mrz.is_verified; i++)
		read_stretch(s, bars, lines, cells, stretches[i]);
}

/* The line of as many cells above (side -1) or below (1); false where there is none. */
static bool find_neighbour(struct search *s, const struct bar *b, unsigned cells, int side, struct bar *out)
{
	static const float places[] = { 1.5f, 2.6f, 3.4f };
	float pitch = length_of(b) / (float)cells, best = line_min;
	struct ocrb_line *l = arena_take(s->a, sizeof(*l));
	for (unsigned i = 0; l && i < 3; i++) {
		struct bar at = bar_moved(b, 0, (float)side * places[i] * pitch);
		struct ocrb_view view = { pitch, 1, blur_of(pitch), 14 };
		if (!read_line(s, &at, cells, view, l) || l->agreement <= best)
			continue;
		best = l->agreement;
		*out = l->bar;
	}
	return best > line_min;
}

/* From one line of a zone to all of them, and to what they say. */
static void read_around(struct search *s, const struct bar *b, unsigned cells)
{
	struct bar line[5];
	unsigned first = 2, end = 3;
	line[2] = *b;
	while (first > 0 && find_neighbour(s, &line[first], cells, -1, &line[first - 1]))
		first--;
	while (end < 5 && find_neighbour(s, &line[end - 1], cells, 1, &line[end]))
		end++;
	unsigned lines = cells == 30 ? 3 : 2;
	for (unsigned i = first; i + lines <= end && !s->best->mrz.is_verified; i++)
		read_stack(s, &line[i], lines, cells);
}

/* Two cells more agree like the rest: the line goes on, and is no line of that width. */
static bool goes_on(struct search *s, const struct bar *wide, struct ocrb_view view, const struct ocrb_line *l,
                    struct ocrb_line *beyond)
{
	if (!read_line(s, wide, l->cells + 2, view, beyond))
		return false;
	float two = beyond->agreement * (float)beyond->cells - l->agreement * (float)l->cells;
	return two / 2 > l->agreement - 0.2f;
}

/* A piece of OCR-B is known: how far does it go? */
static void grow_line(struct search *s, const struct bar *b, float pitch)
{
	static const unsigned widths[] = { 44, 36, 30 };
	struct ocrb_line *l = arena_array(s->a, 4, sizeof(*l));
	struct ocrb_view view = { pitch, 1, blur_of(pitch), 4 };
	struct bar wide = bar_moved(b, SEED_CELLS * pitch, 0);
	float best = line_min;
	/* a longer piece gives the direction more exactly */
	if (!l || !read_line(s, &wide, 2 * SEED_CELLS, view, l))
		return;
	view.pitch = length_of(&l->bar) / (2 * SEED_CELLS);
	wide = bar_moved(&l->bar, (46 - SEED_CELLS) * view.pitch, 0);
	for (unsigned i = 0; i < 3; i++)
		if (read_line(s, &wide, widths[i], view, &l[i]) && l[i].agreement > best)
			best = l[i].agreement;
	for (unsigned i = 0; i < 3; i++) {
		if (l[i].agreement < best - 0.05f || l[i].agreement < line_min)
			continue;
		if (!goes_on(s, &wide, view, &l[i], &l[3]))
			read_around(s, &l[i].bar, widths[i]);
		return;
	}
}

/* Whether a short piece of the bar is OCR-B at that pitch; gives the piece and the pitch measured. */
static bool is_ocrb(struct search *s, const struct bar *b, float *pitch, struct bar *piece)
{
	float length = length_of(b), want = SEED_CELLS * *pitch * 1.25f;
	struct ocrb_line *l = arena_take(s->a, sizeof(*l));
	struct bar middle = length > want ? bar_moved(b, (want - length) / 2, 0) : *b;
	struct ocrb_view view = { *pitch, 1, blur_of(*pitch), 8 };
	if (!l || !read_line(s, &middle, SEED_CELLS, view, l) || l->agreement < seed_min)
		return false;
	*piece = l->bar;
	*pitch = length_of(&l->bar) / SEED_CELLS;
	return true;
}

static bool was_tried(struct search *s, const struct bar *b)
{
	for (unsigned i = 0; i < s->seeds; i++) {
		const struct bar *t = &s->tried[i];
		if (fabsf(t->y0 - b->y0) < b->height / 3 && fabsf(t->y1 - b->y1) < b->height / 3 &&
		    fabsf(t->x0 - b->x0) < b->height * 2 && fabsf(t->x1 - b->x1) < b->height * 2)
			return true;
	}
	if (s->seeds < SEEDS_MAX)
		s->tried[s->seeds++] = *b;
	return false;
}

static void try_pitch(struct search *s, const struct bar *b, float pitch)
{
	unsigned quarters = s->quarters;
	for (unsigned way = 0; way < 2 && !s->best->mrz.is_verified; way++) {
		struct bar seed = way ? bar_turned(b) : *b, piece;
		float exact = pitch;
		s->quarters = (quarters + 2 * way) % 4;
		if (is_ocrb(s, &seed, &exact, &piece))
			grow_line(s, &piece, exact);
	}
	s->quarters = quarters;
}

static void try_bar(struct search *s, const struct bar *b)
{
	static const float shares[] = { 1 / 44.0f, 1 / 36.0f, 1 / 30.0f };
	if (s->seeds >= SEEDS_MAX || was_tried(s, b))
		return;
	float length = length_of(b), periodic = ocrb_pitch(&s->base, b, b->height, &s->work);
	if (periodic > 0.75f * b->height)
		try_pitch(s, b, periodic);
	for (unsigned i = 0; i < 3 && !s->best->mrz.is_verified; i++) {
		float pitch = length * shares[i];
		if (pitch > 0.75f * b->height && pitch < 1.7f * b->height && fabsf(pitch - periodic) > 0.04f * pitch)
			try_pitch(s, b, pitch);
	}
}

static struct bar bar_scaled(const struct bar *b, float f)
{
	return (struct bar){ (b->x0 + 0.5f) * f - 0.5f, (b->y0 + 0.5f) * f - 0.5f, (b->x1 + 0.5f) * f - 0.5f,
	                     (b->y1 + 0.5f) * f - 0.5f, b->height * f };
}

static void search_plane(struct search *s)
{
	static const unsigned order[] = { 1, 0, 2 };
	struct plane small;
	struct bar bars[BARS_MAX];
	int longer = s->base.width > s->base.height ? s->base.width : s->base.height;
	if (!plane_resize(&s->base, BARS_SIDE, s->a, &small))
		return;
	s->seeds = 0;
	for (unsigned k = 0; k < 3 && !s->best->mrz.is_verified; k++) {
		arena_reset(&s->work);
		unsigned n = bars_find(&small, order[k], &s->work, bars);
		for (unsigned i = 0; i < n && !s->best->mrz.is_verified; i++) {
			struct bar b = bar_scaled(&bars[i], (float)longer / BARS_SIDE);
			try_bar(s, &b);
		}
	}
}

bool mrz_in_picture(const struct picture *p, struct arena *scratch, struct mrz_shot *out)
{
	uint32_t longer = p->width > p->height ? p->width : p->height;
	struct search s = { .a = scratch, .best = out, .step = (int)((longer + BASE_SIDE - 1) / BASE_SIDE) };
	struct plane upright;
	*out = (struct mrz_shot){ .agreement = 0 };
	if (p->width < 100 || p->height < 60 || !plane_shrink(p, s.step, scratch, &upright))
		return false;
	arena_init(&s.work, WORK_MAX);
	s.base = upright;
	search_plane(&s);
	if (!out->mrz.is_verified && plane_turn(&upright, 1, scratch, &s.base)) {
		s.turned_width = s.base.width;
		s.quarters = 1;
		search_plane(&s);
	}
	arena_release(&s.work);
	return out->mrz.lines > 0;
}
