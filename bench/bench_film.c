/*
 * Measures of the mark that need no attacked files:
 *   bench_film quality FILM...      PSNR and SSIM of the marked luma, before encoding
 *   bench_film speed                painting, frames a second a core, plain and fast loops; signs; scores
 *   bench_film keys FILM [COUNT]    wrong keys on what is read from a film: the tail against exp(-t^2/2)
 * A table on standard output; each line is also printed as JSON behind "json ".
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "film/mark_make.h"
#include "film/mark_paint.h"
#include "film/mark_read.h"
#include "film/mark_score.h"
#include "lib/video.h"

enum { WINDOW = 8, SSIM_STEP = 4 };
static const struct mark_key film_key = { "bench" };

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double sample(const uint8_t *p, int stride, int depth, int x, int y)
{
	const uint8_t *row = p + (ptrdiff_t)y * stride;
	return depth > 8 ? ((const uint16_t *)row)[x] / (double)(1 << (depth - 8)) : row[x];
}

/* SSIM (Wang 2004) over windows of 8x8, a window every 4 pixels. */
static double ssim(const uint8_t *a, const uint8_t *b, int stride, int depth, int w, int h)
{
	double sum = 0, n = 0;
	for (int y = 0; y + WINDOW <= h; y += SSIM_STEP)
		for (int x = 0; x + WINDOW <= w; x += SSIM_STEP) {
			double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0, k = WINDOW * WINDOW;
			for (int v = 0; v < WINDOW; v++)
				for (int u = 0; u < WINDOW; u++) {
					double s = sample(a, stride, depth, x + u, y + v), t = sample(b, stride, depth, x + u, y + v);
					ma += s;
					mb += t;
					aa += s * s;
					bb += t * t;
					ab += s * t;
				}
			ma /= k;
			mb /= k;
			double va = aa / k - ma * ma, vb = bb / k - mb * mb, c = ab / k - ma * mb;
			sum += (2 * ma * mb + 6.5025) * (2 * c + 58.5225) /
				((ma * ma + mb * mb + 6.5025) * (va + vb + 58.5225));
			n++;
		}
	return sum / n;
}

struct quality { double square, ssim, worst_psnr, worst_ssim; uint64_t frames; };

static void frame_measure(struct quality *q, const uint8_t *before, const struct video_frame *f)
{
	double square = 0;
	for (int y = 0; y < f->height; y++)
		for (int x = 0; x < f->width; x++) {
			double d = sample(before, f->stride, f->depth, x, y) - sample(f->luma, f->stride, f->depth, x, y);
			square += d * d;
		}
	square /= (double)f->width * f->height;
	double s = ssim(before, f->luma, f->stride, f->depth, f->width, f->height), psnr = 10 * log10(65025 / square);
	q->square += square;
	q->ssim += s;
	q->worst_psnr = q->frames && q->worst_psnr < psnr ? q->worst_psnr : psnr;
	q->worst_ssim = q->frames && q->worst_ssim < s ? q->worst_ssim : s;
	q->frames++;
}

static int quality_run(const char *path)
{
	struct fault why = { "" };
	struct video *v = NULL;
	struct painter *p = NULL;
	struct mark_pattern *pattern = NULL;
	struct quality q = { 0 };
	int e = video_open(path, NULL, &v, &why);
	if (e)
		return fprintf(stderr, "%s: %s\n", path, why.text), 1;
	const struct video_info *i = video_info(v);
	struct mark_recipe r = { .grid = mark_grid_for(i->width, i->height), .film = film_key, .recipient = "someone" };
	float *raster = malloc(sizeof(float) * (size_t)r.grid.w * (size_t)r.grid.h);
	e = painter_open(i->width, i->height, i->depth, i->is_full_range, &r.grid, &p, &why);
	if (!e)
		e = pattern_open(&r, &pattern, &why);
	for (uint64_t n = 0; !e; n++) {
		struct video_frame f;
		uint8_t *luma;
		e = video_next(v, &f, &why);
		if (e || !f.luma || video_frame_own(&f, &luma, &why))
			break;
		uint8_t *before = malloc((size_t)f.stride * (size_t)f.height);
		memcpy(before, luma, (size_t)f.stride * (size_t)f.height);
		if (pattern_at(pattern, f.time, n, raster))
			painter_field(p, raster);
		painter_paint(p, luma, f.stride);
		if (n % 6 == 0)
			frame_measure(&q, before, &f);
		free(before);
	}
	double psnr = 10 * log10(65025 * (double)q.frames / q.square);
	printf("%-60s PSNR %.2f dB (worst frame %.2f), SSIM %.4f (worst %.4f), %llu frames\n", path, psnr, q.worst_psnr,
	       q.ssim / (double)q.frames, q.worst_ssim, (unsigned long long)q.frames);
	printf("json {\"bench\":\"mark-quality\",\"film\":\"%s\",\"psnr\":%.3f,\"ssim\":%.5f,\"worst_psnr\":%.3f,\"worst_ssim\":%.5f}\n",
	       path, psnr, q.ssim / (double)q.frames, q.worst_psnr, q.worst_ssim);
	free(raster);
	painter_close(p);
	pattern_close(pattern);
	video_close(v);
	return e != OK;
}

/* Frames of 1920x1080 from a fixed generator, smoothed a little; painted over and over. */
static void paint_time(const struct paint_loops *loops)
{
	enum { W = 1920, H = 1080, FRAMES = 120 };
	struct painter *p = NULL;
	struct mark_pattern *pattern = NULL;
	struct mark_recipe r = { .grid = mark_grid_for(W, H), .film = film_key, .recipient = "someone" };
	float *raster = malloc(sizeof(float) * (size_t)r.grid.w * (size_t)r.grid.h);
	uint8_t *luma = malloc((size_t)W * H + 64);
	unsigned x = 1;
	for (size_t i = 0; i < (size_t)W * H; i++) {
		x = x * 1664525u + 1013904223u;
		luma[i] = (uint8_t)(60 + (i % W) / 16 + (x >> 28));
	}
	painter_open(W, H, 8, false, &r.grid, &p, NULL);
	painter_loops(p, loops);
	pattern_open(&r, &pattern, NULL);
	double begin = now_s();
	for (int n = 0; n < FRAMES; n++) {
		if (pattern_at(pattern, n / 24.0, (uint64_t)n, raster))
			painter_field(p, raster);
		painter_paint(p, luma, W);
	}
	double rate = FRAMES / (now_s() - begin);
	printf("painting 1920x1080, %-8s %8.0f frames/s a core (pattern and fades included)\n", loops->name, rate);
	printf("json {\"bench\":\"mark-paint\",\"loops\":\"%s\",\"frames_per_second\":%.1f}\n", loops->name, rate);
	painter_close(p);
	pattern_close(pattern);
	free(raster);
	free(luma);
}

static void score_time(void)
{
	enum { KEYS = 2000 };
	struct mark_grid g = mark_grid_for(1920, 1080);
	float *nodes = calloc(g.nodes, sizeof(float));
	unsigned char *signs = malloc(mark_signs_size(&g));
	for (size_t i = 0; i < g.nodes; i++)
		nodes[i] = (float)(i % 101) - 50;
	double begin = now_s(), sum = 0;
	for (int k = 0; k < KEYS; k++) {
		mark_signs(&film_key, k, &g, signs);
		sum += signs_dot(nodes, g.nodes, signs);
	}
	double rate = KEYS / (now_s() - begin);
	printf("scoring: %.0f recipient-slots/s a core (%zu nodes; checksum %.0f)\n", rate, g.nodes, sum);
	printf("json {\"bench\":\"mark-score\",\"recipient_slots_per_second\":%.0f}\n", rate);
	free(nodes);
	free(signs);
}

/* Nodes of a film's slots as a blind reader sees them at the film's own geometry. */
static int keys_run(const char *path, long count)
{
	struct fault why = { "" };
	struct video *v = NULL;
	struct warp *w = NULL;
	struct mark_reader *reader = NULL;
	int e = video_open(path, NULL, &v, &why);
	if (e)
		return fprintf(stderr, "%s: %s\n", path, why.text), 1;
	struct mark_grid g = mark_grid_for(video_info(v)->width, video_info(v)->height);
	float *raster = malloc(sizeof(float) * (size_t)g.w * (size_t)g.h);
	e = warp_open(g.w, g.h, &placing_same, video_info(v)->width, video_info(v)->height, &w, &why);
	if (!e)
		e = mark_reader_open(&g, &reader, &why);
	while (!e) {
		struct video_frame f;
		e = video_next(v, &f, &why);
		if (e || !f.luma || f.time > 3)
			break;
		warp_run(w, &f, raster);
		e = mark_reader_frame(reader, raster, warp_cover(w), f.time, &why);
	}
	size_t slots = 0;
	mark_reader_end(reader, &why);
	struct slot_read *all = mark_reader_slots(reader, &slots);
	unsigned char *signs = malloc(mark_signs_size(&g));
	long above[8] = { 0 };
	double most = 0;
	for (long k = 0; k < count; k++) {
		char name[32];
		snprintf(name, sizeof(name), "wrong key %ld", k);
		struct mark_key key = mark_key_recipient(&film_key, name);
		/* one slot a key: as many independent trials as a minute allows */
		double z = tally_z(tally_key(&g, &key, &all[(size_t)k % slots], 1, signs, NULL));
		most = z > most ? z : most;
		for (int t = 1; t < 8; t++)
			above[t] += z >= t;
	}
	printf("%ld wrong keys on %s: largest z %.2f\n", count, path, most);
	for (int t = 1; t < 7; t++)
		printf("  z >= %d: %9.2e of them, bound %9.2e%s\n", t, (double)above[t] / (double)count, exp(-t * t / 2.0),
		       (double)above[t] <= (double)count * exp(-t * t / 2.0) ? "" : "  ABOVE THE BOUND");
	printf("json {\"bench\":\"mark-wrong-keys\",\"film\":\"%s\",\"keys\":%ld,\"largest_z\":%.3f}\n", path, count, most);
	free(signs);
	free(raster);
	mark_reader_close(reader);
	warp_close(w);
	video_close(v);
	return 0;
}

int main(int argc, char **argv)
{
	int bad = 0;
	if (argc > 2 && strcmp(argv[1], "quality") == 0) {
		for (int i = 2; i < argc; i++)
			bad |= quality_run(argv[i]);
		return bad;
	}
	if (argc == 2 && strcmp(argv[1], "speed") == 0) {
		for (int i = 0; paint_loops_at(i); i++)
			paint_time(paint_loops_at(i));
		score_time();
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "keys") == 0)
		return keys_run(argv[2], argc > 3 ? strtol(argv[3], NULL, 10) : 1000000);
	fputs("usage: bench_film quality FILM... | speed | keys FILM [COUNT]\n", stderr);
	return 2;
}
