/*
 * Recognition, file by file, for bench_recognise.sh:
 *   bench_recognise match FILM... -- CLIP...   a line for each clip and film: NFA and placing
 *   bench_recognise film FILE                  registering against decoding alone
 *   bench_recognise search HOURS FILM CLIP     a clip against HOURS of films (FILM's fingerprint, its bits permuted)
 *   bench_recognise pdq FILM... -- CLIP...     PDQ at distance 31, four frames a second
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "film/recognise.h"
#include "lib/video.h"
#include "print/pdq.h"

enum { FILMS_MAX = 64 };

static double seconds_of(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int take_file(const char *path, bool is_clip, struct buf *out)
{
	struct fault why = { "" };
	struct video *v = NULL;
	buf_init(out, 1u << 30);
	int e = video_open(path, NULL, &v, &why);
	if (!e)
		e = fingerprint_take(v, is_clip, NULL, NULL, out, &why);
	video_close(v);
	if (e)
		fprintf(stderr, "%s: %s\n", path, why.text);
	return e;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

static void print_match(const char *clip, const char *film, const struct recognition *r)
{
	printf("%s %s nfa %.1f agree %u of %u offset %.2f speed %.4f mirrored %d turned %.1f scale %.2f shift %.2f %.2f seconds %.1f\n",
	       base_of(clip), base_of(film), r->nfa_log10, r->agreeing, r->pairs, r->offset, r->speed, r->is_mirrored,
	       r->turned, r->scale, r->shift_x, r->shift_y, r->clip_seconds);
}

/* Every pair by itself, without a limit, so that foreign pairs show how near they come. */
static int match_clip(const char *clip_path, char **paths, const struct fingerprint *films, size_t n)
{
	struct buf b;
	struct fingerprint clip;
	struct recognise_choice any = { .nfa_log10 = 1e9, .all_turns = true }, real = { 0 };
	int e = take_file(clip_path, true, &b);
	if (!e)
		e = fingerprint_open(buf_span(&b), &clip, NULL);
	double spent = 0;
	for (size_t i = 0; i < n && !e; i++) {
		struct recognition r[2];
		size_t count;
		double from = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
		e = recognise(&films[i], 1, &clip, getenv("ALL") ? &any : &real, r, 2, &count, NULL);
		spent += seconds_of(CLOCK_PROCESS_CPUTIME_ID) - from;
		if (!e && count)
			print_match(clip_path, paths[i], &r[0]);
		else
			printf("%s %s none\n", base_of(clip_path), base_of(paths[i]));
	}
	fprintf(stderr, "%s: %.0f ms a film\n", base_of(clip_path), spent * 1000 / (double)n);
	fflush(stdout);
	buf_release(&b);
	return e;
}

static int run_match(int argc, char **argv)
{
	static struct buf bytes[FILMS_MAX];
	static struct fingerprint films[FILMS_MAX];
	size_t n = 0;
	int i = 0;
	for (; i < argc && strcmp(argv[i], "--") != 0 && n < FILMS_MAX; i++)
		if (take_file(argv[i], false, &bytes[n]) == OK && fingerprint_open(buf_span(&bytes[n]), &films[n], NULL) == OK)
			n++;
		else
			return 1;
	for (int k = i + 1; k < argc; k++)
		match_clip(argv[k], argv, films, n);
	return 0;
}

/* ---- speed ---- */

static int decode_only(const char *path, uint64_t *frames, double *cpu)
{
	struct video *v = NULL;
	struct video_frame f;
	double from = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	int e = video_open(path, NULL, &v, NULL);
	*frames = 0;
	while (!e && !(e = video_next(v, &f, NULL)) && f.luma)
		++*frames;
	video_close(v);
	*cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - from;
	return e;
}

static int run_film(const char *path)
{
	uint64_t frames;
	double decode, from;
	struct buf b;
	struct fingerprint f;
	if (decode_only(path, &frames, &decode) != OK)
		return 1;
	from = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
	if (take_file(path, false, &b) != OK || fingerprint_open(buf_span(&b), &f, NULL) != OK)
		return 1;
	double taken = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - from, hours = f.head->duration_ms / 3.6e6;
	printf("frames %llu decode_fps %.1f register_fps %.1f ratio %.3f bytes %zu mb_per_hour %.2f points %u frames_kept %u\n",
	       (unsigned long long)frames, (double)frames / decode, (double)frames / taken, taken / decode, b.n,
	       (double)b.n / 1e6 / hours, f.head->points, f.head->frames);
	buf_release(&b);
	return 0;
}

/* ---- PDQ ---- */

static size_t pdq_take(const char *path, struct pdq **list)
{
	struct video *v = NULL;
	struct video_frame f;
	size_t n = 0, room = 4096;
	double next = 0;
	*list = malloc(room * sizeof(**list));
	if (!*list || video_open(path, NULL, &v, NULL) != OK)
		return 0;
	unsigned char *grey = malloc((size_t)video_info(v)->width * (size_t)video_info(v)->height);
	while (video_next(v, &f, NULL) == OK && f.luma && n < room && grey) {
		uint32_t quality;
		if (f.time < next || !video_grey(&f, video_info(v)->width, video_info(v)->height, grey))
			continue;
		next = f.time + 0.2;
		if (pdq_hash(grey, (uint32_t)f.width, (uint32_t)f.height, (uint32_t)f.width, &(*list)[n], NULL, &quality, NULL) == OK && quality >= PDQ_QUALITY)
			n++;
	}
	free(grey);
	video_close(v);
	return n;
}

static int run_pdq(int argc, char **argv)
{
	static struct pdq *films[FILMS_MAX];
	static size_t counts[FILMS_MAX];
	int n = 0;
	for (; n < argc && strcmp(argv[n], "--") != 0 && n < FILMS_MAX; n++)
		counts[n] = pdq_take(argv[n], &films[n]);
	for (int k = n + 1; k < argc; k++) {
		struct pdq *clip;
		size_t m = pdq_take(argv[k], &clip);
		for (int i = 0; i < n; i++) {
			size_t near = 0;
			for (size_t a = 0; a < m; a++) {
				bool is_near = false;
				for (size_t b = 0; b < counts[i] && !is_near; b++)
					is_near = pdq_distance(&clip[a], &films[i][b]) <= PDQ_NEAR;
				near += is_near;
			}
			printf("%s %s frames %zu of %zu\n", base_of(argv[k]), base_of(argv[i]), near, m);
		}
		free(clip);
	}
	return 0;
}

/* ---- a large registry ---- */

/* The same film with other bits everywhere: like a foreign film in amount and spread. */
static bool scramble(const struct buf *from, uint64_t seed, struct buf *to)
{
	buf_init(to, 1u << 30);
	buf_add(to, buf_span(from));
	struct fingerprint f;
	if (to->is_full || fingerprint_open(buf_span(to), &f, NULL) != OK)
		return false;
	struct descriptor *d = (struct descriptor *)(void *)(to->p + sizeof(struct fingerprint_head));
	for (uint32_t i = 0; i < f.head->points; i++)
		for (int k = 0; k < 4; k++) {
			uint64_t v = d[i].bits[k] ^ (seed * 0x9e3779b97f4a7c15u + (uint64_t)k);
			d[i].bits[k] = k ? v << 17 | v >> 47 : d[i].bits[0];
		}
	return true;
}

static int run_search(int hours, const char *film, const char *clip_path)
{
	struct buf one, b;
	struct fingerprint f, clip;
	if (take_file(film, false, &one) != OK || fingerprint_open(buf_span(&one), &f, NULL) != OK ||
	    take_file(clip_path, true, &b) != OK || fingerprint_open(buf_span(&b), &clip, NULL) != OK)
		return 1;
	size_t n = (size_t)(hours * 3.6e6 / f.head->duration_ms);
	struct fingerprint *films = calloc(n + 1, sizeof(*films));
	struct buf *bytes = calloc(n + 1, sizeof(*bytes));
	for (size_t i = 0; i < n; i++)
		if (!scramble(&one, i + 1, &bytes[i]) || fingerprint_open(buf_span(&bytes[i]), &films[i], NULL) != OK)
			return 1;
	struct recognition r[4];
	size_t count;
	for (int own = 0; own < 2; own++) {
		films[n] = f;
		double from = seconds_of(CLOCK_MONOTONIC);
		if (recognise(films, n + (size_t)own, &clip, NULL, r, 4, &count, NULL) != OK)
			return 1;
		printf("films %zu hours %d own %d found %zu ms %.1f\n", n, hours, own, count, (seconds_of(CLOCK_MONOTONIC) - from) * 1000);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "match") == 0)
		return run_match(argc - 2, argv + 2);
	if (argc == 3 && strcmp(argv[1], "film") == 0)
		return run_film(argv[2]);
	if (argc > 3 && strcmp(argv[1], "pdq") == 0)
		return run_pdq(argc - 2, argv + 2);
	if (argc == 5 && strcmp(argv[1], "search") == 0)
		return run_search((int)strtol(argv[2], NULL, 10), argv[3], argv[4]);
	fprintf(stderr, "bench_recognise match FILM... -- CLIP... | film FILE | search HOURS FILM CLIP | pdq FILM... -- CLIP...\n");
	return 2;
}
