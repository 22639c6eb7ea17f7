#include "lib/video.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

enum { W = 64, H = 48, FRAMES = 30 };

/* A grey film of FRAMES frames whose frame i is flat with value 40 + 5 i; its path goes into path. */
static int flat_film(char *path, size_t room, struct fault *why)
{
	snprintf(path, room, "/tmp/strandline-video-%d.mkv", (int)getpid());
	unlink(path);
	struct video_writer *w = NULL;
	int e = video_create_grey(path, W, H, 10, 10, &w, why);
	unsigned char grey[W * H];
	for (int i = 0; i < FRAMES && !e; i++) {
		memset(grey, 40 + 5 * i, sizeof(grey));
		e = video_write_grey(w, grey, W, why);
	}
	return e ? e : video_finish(w, why);
}

TEST(video_grey_film_comes_back_frame_by_frame)
{
	char path[64];
	struct fault why = { "" };
	CHECK(flat_film(path, sizeof(path), &why) == OK);
	struct video *v = NULL;
	CHECK(video_open(path, NULL, &v, &why) == OK);
	struct video_frame f;
	int n = 0, wrong = 0;
	while (v && video_next(v, &f, &why) == OK && f.luma) {
		unsigned char small[4 * 3];
		wrong += !video_grey(&f, 4, 3, small) || abs(small[5] - (40 + 5 * n)) > 2;
		wrong += f.time < n * 0.1 - 0.002 || f.time > n * 0.1 + 0.002;
		n++;
	}
	CHECK(n == FRAMES);
	CHECK(wrong == 0);
	CHECK(v && video_info(v)->width == W && video_info(v)->height == H);
	video_close(v);
	unlink(path);
}

TEST(video_reads_the_same_from_memory_and_after_seeking)
{
	char path[64];
	struct fault why = { "" };
	CHECK(flat_film(path, sizeof(path), &why) == OK);
	static unsigned char bytes[1 << 20];
	FILE *in = fopen(path, "rb");
	size_t n = in ? fread(bytes, 1, sizeof(bytes), in) : 0;
	if (in)
		fclose(in);
	unlink(path);
	struct video *v = NULL;
	CHECK(video_open_memory(span_of(bytes, n), NULL, &v, &why) == OK);
	struct video_frame f = { 0 };
	CHECK(v && video_next(v, &f, &why) == OK && f.luma);
	CHECK(v && video_seek(v, 2.0, &why) == OK);
	CHECK(v && video_next(v, &f, &why) == OK && f.luma && f.time <= 2.0);
	video_close(v);
}

TEST(video_refuses_what_is_no_film_and_play_lists)
{
	struct fault why;
	struct video *v = NULL;
	CHECK(video_open_memory(span_str("no film at all, only words"), NULL, &v, &why) < 0);
	CHECK(video_open_memory(span_str("#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/passwd\n"),
	                        NULL, &v, &why) < 0);
	CHECK(video_open("/nonexistent/film.mp4", NULL, &v, &why) == E_IO);
	CHECK(v == NULL);
}

TEST(video_copy_extension_keeps_what_can_hold_the_copy)
{
	CHECK_STR(video_copy_extension("a/FILM.MP4"), "MP4");
	CHECK_STR(video_copy_extension("a.b/film.mov"), "mov");
	CHECK_STR(video_copy_extension("film.avi"), "mkv");
	CHECK_STR(video_copy_extension("film"), "mkv");
}

/* Copies the film at from, encoded anew. */
static int film_copy(const char *from, const char *to, const struct video_encoding *how, struct fault *why)
{
	struct video *v = NULL;
	struct video_writer *w = NULL;
	int e = video_open(from, NULL, &v, why);
	if (!e)
		e = video_create(to, v, how, &w, why);
	if (!e)
		video_tee(v, w);
	struct video_frame f;
	for (int i = 0; !e && i < 100; i++) {
		e = video_next(v, &f, why);
		if (e || !f.luma)
			break;
		e = video_write(w, &f, why);
	}
	if (w && e)
		video_abandon(w);
	else if (w)
		e = video_finish(w, why);
	video_close(v);
	return e;
}

static int pick_odd(void *user, uint64_t group)
{
	(void)user;
	return (int)(group & 1);
}

static int frames_in(const char *path)
{
	struct video *v = NULL;
	struct fault why;
	struct video_frame f;
	int n = 0;
	if (video_open(path, NULL, &v, &why))
		return -1;
	while (video_next(v, &f, &why) == OK && f.luma)
		n++;
	video_close(v);
	return n;
}

TEST(video_splice_weaves_two_encodes_at_their_groups)
{
	const char *film = data_path("films/films/sam2/05_default_juggle.mp4");
	if (!film)
		SKIP("no shared data");
	struct fault why = { "" };
	char a[64], b[64], c[64];
	snprintf(a, sizeof(a), "/tmp/strandline-a-%d.mp4", (int)getpid());
	snprintf(b, sizeof(b), "/tmp/strandline-b-%d.mp4", (int)getpid());
	snprintf(c, sizeof(c), "/tmp/strandline-c-%d.mp4", (int)getpid());
	struct video_encoding how = { .preset = "ultrafast", .crf = 30, .gop_frames = 24, .threads = 2 };
	CHECK(film_copy(film, a, &how, &why) == OK);
	CHECK(film_copy(film, b, &how, &why) == OK);
	CHECK(video_splice((const char *const[]){ a, b }, pick_odd, NULL, c, &why) == OK);
	CHECK_STR(why.text, "");
	CHECK(frames_in(c) == 100);
	unlink(a);
	unlink(b);
	unlink(c);
}
