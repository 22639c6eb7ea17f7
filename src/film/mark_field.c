/* Grid, keys, signs and field of film/mark.h. */
#include "film/mark.h"

#include <math.h>
#include <sodium.h>
#include <string.h>

static int round8(double x)
{
	int n = (int)lround(x / 8) * 8;
	return n < 16 ? 16 : n;
}

struct mark_grid mark_grid_of(int w, int h)
{
	struct mark_grid g = { .w = w, .h = h, .slot_s = MARK_SLOT_S };
	for (int o = 0; o < MARK_OCTAVES; o++) {
		g.nodes_w[o] = (w >> (o + 1)) + 1;
		g.nodes_h[o] = (h >> (o + 1)) + 1;
		g.first[o] = g.nodes;
		g.nodes += (size_t)g.nodes_w[o] * (size_t)g.nodes_h[o];
	}
	return g;
}

struct mark_grid mark_grid_for(int width, int height)
{
	int side = width > height ? width : height;
	double longest = side / 3.0 < MARK_RASTER_LONG ? side / 3.0 : MARK_RASTER_LONG;
	return mark_grid_of(round8(longest * width / side), round8(longest * height / side));
}

static struct mark_key key_derive(const struct mark_key *film, const char *what, const char *who)
{
	struct mark_key k;
	crypto_generichash_state s;
	crypto_generichash_init(&s, film->k, sizeof(film->k), sizeof(k.k));
	crypto_generichash_update(&s, (const unsigned char *)what, strlen(what) + 1);
	crypto_generichash_update(&s, (const unsigned char *)who, strlen(who));
	crypto_generichash_final(&s, k.k, sizeof(k.k));
	return k;
}

struct mark_key mark_key_sync(const struct mark_key *film)
{
	return key_derive(film, "mark sync", "");
}

struct mark_key mark_key_recipient(const struct mark_key *film, const char *recipient)
{
	return key_derive(film, "mark recipient", recipient);
}

struct mark_key mark_key_twofold(const struct mark_key *film)
{
	return key_derive(film, "mark twofold", "");
}

struct mark_key mark_key_lane(const struct mark_key *film, unsigned lane)
{
	return key_derive(film, "mark lane", (const char[]){ (char)('a' + lane % 26), 0 });
}

size_t mark_signs_size(const struct mark_grid *g)
{
	return (g->nodes + 511) / 512 * 64;
}

void mark_signs(const struct mark_key *k, int64_t slot, const struct mark_grid *g, unsigned char *signs)
{
	unsigned char nonce[crypto_stream_chacha20_NONCEBYTES];
	for (size_t i = 0; i < sizeof(nonce); i++)
		nonce[i] = (unsigned char)((uint64_t)slot >> (8 * i));
	crypto_stream_chacha20(signs, mark_signs_size(g), nonce, k->k);
}

void mark_nodes_add(const struct mark_grid *g, const unsigned char *signs, float amplitude, float *nodes)
{
	for (size_t i = 0; i < g->nodes; i++)
		nodes[i] += signs[i >> 3] >> (i & 7) & 1 ? amplitude : -amplitude;
}

/* Doubles a lattice of cw x ch nodes into one of 2cw-1 x 2ch-1, adding onto what is there. */
static void lattice_double(const float *c, int cw, int ch, float *f, float scale)
{
	int fw = 2 * cw - 1;
	for (int y = 0; y < 2 * ch - 1; y++) {
		const float *a = c + (ptrdiff_t)(y / 2) * cw, *b = c + (ptrdiff_t)((y + 1) / 2) * cw;
		float *row = f + (ptrdiff_t)y * fw;
		for (int x = 0; x < cw; x++)
			row[2 * x] += scale * 0.5f * (a[x] + b[x]);
		for (int x = 0; x + 1 < cw; x++)
			row[2 * x + 1] += scale * 0.25f * (a[x] + b[x] + a[x + 1] + b[x + 1]);
	}
}

/* Between the nodes of the finest lattice: two samples a gap, at its first and third quarter. */
static void lattice_sample(const struct mark_grid *g, const float *f, float *raster)
{
	int fw = g->nodes_w[0];
	for (int y = 0; y < g->h; y++) {
		float q = y & 1 ? 0.75f : 0.25f;
		const float *a = f + (ptrdiff_t)(y / 2) * fw, *b = a + fw;
		float *row = raster + (ptrdiff_t)y * g->w;
		for (int i = 0; i + 1 < fw; i++) {
			float l = a[i] + q * (b[i] - a[i]), r = a[i + 1] + q * (b[i + 1] - a[i + 1]);
			row[2 * i] = l + 0.25f * (r - l);
			row[2 * i + 1] = l + 0.75f * (r - l);
		}
	}
}

/*
 * Mean square of the interpolated field of independent signs: per dimension
 * (1/4)^2 + (3/4)^2 = 0.625 on the finest octave, 21/32 on the middle one
 * (quarters at 1/8, 3/8, ...), 85/128 on the coarse one; squared for two.
 */
static const float octave_gain[MARK_OCTAVES] = {
	/* share of the power 0.34, 0.36, 0.30, each divided by the octave's own mean square, then rooted */
	0.9330f, 0.9143f, 0.8248f,
};

void mark_field(const struct mark_grid *g, const float *nodes, float *raster)
{
	static _Thread_local float room[(MARK_RASTER_LONG + 8) * (MARK_RASTER_LONG + 8)];
	size_t mid = (size_t)g->nodes_w[1] * (size_t)g->nodes_h[1];
	size_t fine = (size_t)g->nodes_w[0] * (size_t)g->nodes_h[0];
	float *m = room, *f = room + mid;
	for (size_t i = 0; i < mid; i++)
		m[i] = octave_gain[1] * nodes[g->first[1] + i];
	lattice_double(nodes + g->first[2], g->nodes_w[2], g->nodes_h[2], m, octave_gain[2]);
	for (size_t i = 0; i < fine; i++)
		f[i] = octave_gain[0] * nodes[i];
	lattice_double(m, g->nodes_w[1], g->nodes_h[1], f, 1);
	lattice_sample(g, f, raster);
}

int64_t mark_slot_at(const struct mark_grid *g, double time)
{
	return (int64_t)floor(time / g->slot_s);
}

double mark_slot_weight(const struct mark_grid *g, int64_t slot, double time)
{
	double into = time - (double)slot * g->slot_s, left = g->slot_s - into;
	double edge = into < left ? into : left;	/* seconds inside the slot's nearer end */
	if (edge >= MARK_FADE_S / 2)
		return 1;
	if (edge <= -MARK_FADE_S / 2)
		return 0;
	return sin(M_PI / 2 * (edge / MARK_FADE_S + 0.5));
}
