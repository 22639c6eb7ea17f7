#include "film/identify.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "film/mark_film.h"
#include "lib/video.h"

enum { W = 384, H = 216, FRAMES = 72, RATE = 24 };

/* A made film: smooth noise that drifts to the right, three seconds of it. */
static int film_make(const char *path, unsigned seed, struct fault *why)
{
	static uint8_t wide[(W + FRAMES * 2) * H], grey[W * H];
	unsigned x = seed;
	int across = W + FRAMES * 2;
	static float coarse[80 * 30];
	for (int i = 0; i < 80 * 30; i++) {
		x = x * 1664525u + 1013904223u;
		coarse[i] = (float)(40 + (x >> 24) * 2 / 3);
	}
	for (int v = 0; v < H; v++)
		for (int u = 0; u < across; u++) {
			int cx = u / 8, cy = v / 8;
			float fx = (float)(u % 8) / 8, fy = (float)(v % 8) / 8;
			const float *c = coarse + cy * 80 + cx % 78;
			float a = c[0] + fx * (c[1] - c[0]), b = c[80] + fx * (c[81] - c[80]);
			wide[v * across + u] = (uint8_t)(a + fy * (b - a));
		}
	struct video_writer *w = NULL;
	int e = video_create_grey(path, W, H, RATE, 8, &w, why);
	for (int n = 0; n < FRAMES && !e; n++) {
		for (int v = 0; v < H; v++)
			memcpy(grey + v * W, wide + v * across + n * 2, W);
		e = video_write_grey(w, grey, W, why);
	}
	return e ? e : video_finish(w, why);
}

struct place { char dir[64], registry[96], film[96], out[96], ann[128], bob[128]; };

static bool place_make(struct place *p)
{
	snprintf(p->dir, sizeof(p->dir), "/tmp/strandline-mark-XXXXXX");
	if (!mkdtemp(p->dir))
		return false;
	snprintf(p->registry, sizeof(p->registry), "%s/registry", p->dir);
	snprintf(p->film, sizeof(p->film), "%s/film.mkv", p->dir);
	snprintf(p->out, sizeof(p->out), "%s/out", p->dir);
	snprintf(p->ann, sizeof(p->ann), "%s/film.ann.mkv", p->out);
	snprintf(p->bob, sizeof(p->bob), "%s/film.bob.mkv", p->out);
	return true;
}

static void place_remove(const struct place *p)
{
	char path[160];
	static const char *const names[] = { "out/film.ann.mkv", "out/film.bob.mkv", "registry/marks/1.mkv", "registry/marks.db",
		"registry/marks.key", "film.mkv", "registry/marks", "registry", "out" };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", p->dir, names[i]);
		remove(path);
	}
	remove(p->dir);
}

struct seen { int written, there; };

static void on_done(void *user, const char *path, double z, bool was_there)
{
	struct seen *s = user;
	CHECK(z > MARK_READS);
	CHECK(path != NULL);
	*(was_there ? &s->there : &s->written) += 1;
}

static int mark_two(const struct place *p, struct marks *m, enum marks_mode mode, struct seen *s, struct fault *why)
{
	struct marks_copy copies[] = { { .recipient = "ann", .row = "{}" }, { .recipient = "bob", .row = "{}" } };
	struct mark_order o = { .film = p->film, .out = p->out, .mode = mode, .copies = copies, .count = 2, .threads = 1,
		.done = on_done, .user = s };
	return mark_film(m, &o, why);
}

TEST(identify_names_the_recipient_of_each_copy_and_nobody_for_the_unmarked_film)
{
	struct place p;
	struct fault why = { "" };
	struct marks *m = NULL;
	struct identify *k = NULL;
	struct identified d;
	struct seen s = { 0, 0 };
	CHECK(place_make(&p));
	CHECK(film_make(p.film, 5, &why) == OK);
	CHECK(marks_open(p.registry, true, &m, &why) == OK);
	CHECK(m && mark_two(&p, m, MARKS_DIRECT, &s, &why) == OK);
	CHECK_STR(why.text, "");
	CHECK(s.written == 2 && s.there == 0);
	CHECK(m && mark_two(&p, m, MARKS_DIRECT, &s, &why) == OK);
	CHECK(s.written == 2 && s.there == 2);
	CHECK(m && identify_open(m, NULL, NULL, NULL, &k, &why) == OK);
	CHECK(k && identify_clip(k, p.bob, &d, &why) == OK && d.verdict == VERDICT_IDENTIFIED);
	CHECK(k && d.recipient && strcmp(d.recipient, "bob") == 0 && d.false_accusation < ACCUSE_BELOW);
	CHECK(k && identify_clip(k, p.film, &d, &why) == OK && d.verdict == VERDICT_FILM_KNOWN && !d.recipient);
	identify_close(k);
	marks_close(m);
	place_remove(&p);
}

TEST(identify_says_unknown_of_a_foreign_film)
{
	struct place p;
	struct fault why = { "" };
	struct marks *m = NULL;
	struct identify *k = NULL;
	struct identified d;
	struct seen s = { 0, 0 };
	CHECK(place_make(&p));
	CHECK(film_make(p.film, 5, &why) == OK);
	CHECK(marks_open(p.registry, true, &m, &why) == OK);
	CHECK(m && mark_two(&p, m, MARKS_DIRECT, &s, &why) == OK);
	unlink(p.film);
	CHECK(film_make(p.film, 99, &why) == OK);
	CHECK(m && identify_open(m, NULL, NULL, NULL, &k, &why) == OK);
	CHECK(k && identify_clip(k, p.film, &d, &why) == OK && d.verdict == VERDICT_UNKNOWN && !d.recipient && !d.film);
	identify_close(k);
	marks_close(m);
	place_remove(&p);
}

TEST(mark_film_refuses_an_output_that_is_not_its_own)
{
	struct place p;
	struct fault why = { "" };
	struct marks *m = NULL;
	struct seen s = { 0, 0 };
	struct marks_film f;
	CHECK(place_make(&p));
	CHECK(film_make(p.film, 5, &why) == OK);
	CHECK(mkdir(p.out, 0755) == 0 && film_make(p.bob, 7, &why) == OK);
	CHECK(marks_open(p.registry, true, &m, &why) == OK);
	CHECK(m && mark_two(&p, m, MARKS_DIRECT, &s, &why) == E_USAGE);
	CHECK(m && marks_film_at(m, 0, &f, &why) == E_USAGE);	/* nothing was recorded */
	CHECK(access(p.ann, F_OK) < 0 && access(p.bob, F_OK) == 0);
	marks_close(m);
	place_remove(&p);
}

TEST(mark_film_weaves_copies_whose_symbols_read_back)
{
	struct place p;
	struct fault why = { "" };
	struct marks *m = NULL;
	struct seen s = { 0, 0 };
	CHECK(place_make(&p));
	CHECK(film_make(p.film, 5, &why) == OK);
	CHECK(marks_open(p.registry, true, &m, &why) == OK);
	CHECK(m && mark_two(&p, m, MARKS_AB, &s, &why) == OK);
	CHECK_STR(why.text, "");
	CHECK(s.written == 2);
	marks_close(m);
	place_remove(&p);
}
