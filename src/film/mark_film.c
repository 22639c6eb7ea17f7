/* Orders of film/mark_film.h. */
#include "film/mark_film.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "film/identify.h"
#include "film/mark_make.h"
#include "film/mark_twofold.h"
#include "lib/video.h"

enum { PATH_ROOM = 4096, CHECK_S = 600, CHECK_WOVEN_S = 20, SKETCH_BYTES_MAX = 1 << 30 };
#define GROUP_S 1.0

struct work {
	struct marks *m;
	const struct mark_order *o;
	struct marks_film film;
	char stem[1024], extension[16];
	char variant[2][PATH_ROOM];
	const char *now;
	bool is_weak;
};

static int digest_file(const char *path, unsigned char sha256[MARKS_DIGEST], struct fault *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), e = OK;
	if (fd < 0)
		return fault_set(why, E_USAGE, "%s: %m", path);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char *room = malloc(1 << 20);
	if (!c || !room || !EVP_DigestInit_ex(c, EVP_sha256(), NULL))
		e = fault_set(why, E_MEMORY, "no memory for a digest");
	while (!e) {	/* ends with the file */
		ssize_t n = read(fd, room, 1 << 20);
		if (n < 0)
			e = fault_set(why, E_USAGE, "%s: %m", path);
		if (n <= 0)
			break;
		EVP_DigestUpdate(c, room, (size_t)n);
	}
	if (!e)
		EVP_DigestFinal_ex(c, sha256, NULL);
	EVP_MD_CTX_free(c);
	free(room);
	close(fd);
	return e;
}

static int names_set(struct work *k, struct fault *why)
{
	const char *name = strrchr(k->o->film, '/');
	name = name ? name + 1 : k->o->film;
	const char *dot = strrchr(name, '.');
	size_t n = dot && dot > name ? (size_t)(dot - name) : strlen(name);
	if (!n || n >= sizeof(k->stem))
		return fault_set(why, E_USAGE, "%s: no name to give copies", k->o->film);
	memcpy(k->stem, name, n);
	k->stem[n] = 0;
	snprintf(k->extension, sizeof(k->extension), "%s", video_copy_extension(k->o->film));
	return OK;
}

static int copy_path(const struct work *k, const char *recipient, char path[PATH_ROOM], struct fault *why)
{
	int n = snprintf(path, PATH_ROOM - 8, "%s/%s.%s.%s", k->o->out, k->stem, recipient, k->extension);
	return n < 0 || n >= PATH_ROOM - 8 ? fault_set(why, E_USAGE, "%s: too long a path", k->o->out) : OK;
}

/* What the film is, from its head and digest. */
static int film_measure(struct work *k, struct fault *why)
{
	struct video *v = NULL;
	struct video_frame f;
	int e = video_open(k->o->film, NULL, &v, why);
	if (!e)
		e = video_next(v, &f, why);
	if (!e && !f.luma)
		e = fault_set(why, E_DAMAGED, "no frame of it can be decoded");
	if (e) {
		struct fault lower = *why;
		video_close(v);
		return fault_set(why, E_USAGE, "%s: %.200s", k->o->film, lower.text);
	}
	const struct video_info *i = video_info(v);
	struct mark_grid g = mark_grid_for(i->width, i->height);
	double rate = i->rate > 1 ? i->rate : 25;
	int group = (int)lround(rate * GROUP_S);
	k->film = (struct marks_film){ .mode = k->o->mode, .width = i->width, .height = i->height, .raster_w = g.w,
		.raster_h = g.h, .duration = i->duration, .group_frames = group, .group_s = group / rate };
	snprintf(k->film.path, sizeof(k->film.path), "%s", k->o->film);
	video_close(v);
	return digest_file(k->o->film, k->film.sha256, why);
}

/* Ours when a copy was recorded under that path, whatever its state. */
static int outputs_check(struct work *k, int64_t film, struct fault *why)
{
	for (size_t i = 0; i < k->o->count; i++) {
		char path[PATH_ROOM];
		struct marks_copy c;
		int e = copy_path(k, k->o->copies[i].recipient, path, why);
		if (e)
			return e;
		if (access(path, F_OK) < 0)
			continue;
		e = film ? marks_copy_find(k->m, film, k->o->copies[i].recipient, &c, why) : E_USAGE;
		if (e == E_USAGE || (!e && strcmp(c.path, path) != 0))
			return fault_set(why, E_USAGE, "%s: exists and is no copy that this registry wrote; move it away", path);
		if (e)
			return e;
	}
	return OK;
}

static int film_find(struct work *k, int64_t *id, struct fault *why)
{
	struct marks_film f;
	*id = 0;
	for (size_t i = 0; !*id; i++) {	/* ends behind the registry's last film */
		int e = marks_film_at(k->m, i, &f, why);
		if (e == E_USAGE)
			break;
		if (e)
			return e;
		if (f.mode == k->film.mode && memcmp(f.sha256, k->film.sha256, MARKS_DIGEST) == 0)
			*id = f.id;
	}
	return OK;
}

static int sketch_step(void *user, uint64_t frames)
{
	struct work *k = user;
	return k->o->step ? k->o->step(k->o->user, "sketching", frames, 0) : 0;
}

static int sketch_make(struct work *k, struct fault *why)
{
	char path[4400];
	float *times = NULL;
	size_t count = 0;
	int e = marks_sketch_path(k->m, &k->film, path, sizeof(path), why);
	if (e)
		return e;
	bool is_there = access(path, F_OK) == 0 && marks_sketch_times(k->m, k->film.id, &times, &count, NULL) == OK;
	free(times);
	if (is_there)
		return OK;
	unlink(path);
	struct video_choice choice = { .threads = k->o->threads };
	struct video *v = NULL;
	struct sketch s = { 0 };
	e = video_open(k->o->film, &choice, &v, why);
	if (!e)
		e = sketch_take(v, SKETCH_RATE, 1e9, SKETCH_BYTES_MAX, &s, NULL, sketch_step, k, why);
	if (!e)
		e = sketch_save(&s, path, why);
	if (!e)
		e = marks_sketch_times_set(k->m, k->film.id, s.times, s.count, why);
	if (!e && s.count) {
		double end = (double)s.times[s.count - 1] + 1 / SKETCH_RATE;
		k->film.duration = k->film.duration > end ? k->film.duration : end;
		e = marks_film_measured(k->m, &k->film, why);
	}
	sketch_release(&s);
	video_close(v);
	return e;
}

static int make_step(void *user, uint64_t frames)
{
	struct work *k = user;
	return k->o->step ? k->o->step(k->o->user, k->now, frames, k->film.frames) : 0;
}

static int file_make(struct work *k, const char *path, const struct mark_recipe *r, struct fault *why)
{
	char part[PATH_ROOM + 8];
	snprintf(part, sizeof(part), "%s.part", path);
	unlink(part);
	uint64_t frames = 0;
	int e = mark_make(k->o->film, part, r, k->o->threads, 0, NULL, make_step, k, &frames, why);
	if (e)
		return e;
	if (frames != k->film.frames) {
		k->film.frames = frames;
		e = marks_film_measured(k->m, &k->film, why);
	}
	if (!e && rename(part, path) < 0)
		e = fault_set(why, E_IO, "%s: %m", path);
	return e;
}

static struct mark_recipe recipe_of(const struct work *k, const char *recipient, int variant)
{
	return (struct mark_recipe){ .grid = identify_grid(&k->film), .film = identify_key(k->m, &k->film),
		.recipient = recipient, .variant = variant, .group_frames = k->film.group_frames };
}

/* The two encodes all copies are woven from; hidden files that stay until every copy is there. */
static int variants_make(struct work *k, struct fault *why)
{
	int e = OK;
	for (int i = 0; i < 2 && !e; i++) {
		int n = snprintf(k->variant[i], PATH_ROOM - 8, "%s/.%s.variant%d.%s", k->o->out, k->stem, i, k->extension);
		if (n < 0 || n >= PATH_ROOM - 8)
			return fault_set(why, E_USAGE, "%s: too long a path", k->o->out);
		if (access(k->variant[i], F_OK) == 0)
			continue;
		struct mark_recipe r = recipe_of(k, NULL, i);
		k->now = i ? "second variant" : "first variant";
		e = file_make(k, k->variant[i], &r, why);
	}
	return e;
}

struct weave { struct mark_key film, recipient; };

static int weave_pick(void *user, uint64_t group)
{
	struct weave *w = user;
	return twofold_symbol(&w->film, &w->recipient, group);
}

static int copy_weave(struct work *k, const char *path, const char *recipient, struct fault *why)
{
	char part[PATH_ROOM + 8];
	snprintf(part, sizeof(part), "%s.part", path);
	unlink(part);
	struct weave w = { .film = identify_key(k->m, &k->film) };
	w.recipient = mark_key_recipient(&w.film, recipient);
	int e = video_splice((const char *const[]){ k->variant[0], k->variant[1] }, weave_pick, &w, part, why);
	if (!e && rename(part, path) < 0)
		e = fault_set(why, E_IO, "%s: %m", path);
	return e;
}

static bool is_finished(const struct marks_copy *c, const char *path)
{
	struct stat st;
	return c->state == MARKS_VERIFIED && strcmp(c->path, path) == 0 && stat(path, &st) == 0 && st.st_size == c->size;
}

/* The copy's own mark, read from the file as it lies there. */
static int copy_check(struct work *k, const char *path, const char *recipient, double *z, struct fault *why)
{
	struct stat st;
	/* packets of a woven copy are the variants' own; its beginning shows that they were chosen rightly */
	double seconds = k->o->mode == MARKS_AB ? CHECK_WOVEN_S : CHECK_S;
	int e = identify_check(k->m, &k->film, path, recipient, seconds, z, why);
	if (!e && stat(path, &st) < 0)
		e = fault_set(why, E_IO, "%s: %m", path);
	if (e)
		return e;
	struct marks_copy now = { .film = k->film.id, .recipient = recipient, .path = path, .size = st.st_size,
		.state = MARKS_VERIFIED, .z = *z };
	k->is_weak = k->is_weak || *z < MARK_READS;
	return marks_copy_state(k->m, &now, why);
}

static int copy_make(struct work *k, const char *recipient, struct fault *why)
{
	char path[PATH_ROOM];
	struct marks_copy c;
	int e = copy_path(k, recipient, path, why);
	if (!e)
		e = marks_copy_find(k->m, k->film.id, recipient, &c, why);
	if (e)
		return e;
	double z = c.z;
	if (is_finished(&c, path)) {
		if (k->o->done)
			k->o->done(k->o->user, path, z, true);
		return OK;
	}
	/* the path goes down before the file is there, so that whatever lies there later is known as ours */
	struct marks_copy promised = { .film = k->film.id, .recipient = recipient, .path = path };
	e = marks_copy_state(k->m, &promised, why);
	k->now = recipient;
	struct mark_recipe r = recipe_of(k, recipient, 0);
	if (!e)
		e = k->o->mode == MARKS_AB ? copy_weave(k, path, recipient, why) : file_make(k, path, &r, why);
	if (!e)
		e = copy_check(k, path, recipient, &z, why);
	if (!e && k->o->done)
		k->o->done(k->o->user, path, z, false);
	return e;
}

static bool all_finished(struct work *k)
{
	for (size_t i = 0; i < k->o->count; i++) {
		char path[PATH_ROOM];
		struct marks_copy c;
		if (copy_path(k, k->o->copies[i].recipient, path, NULL) ||
		    marks_copy_find(k->m, k->film.id, k->o->copies[i].recipient, &c, NULL) || !is_finished(&c, path))
			return false;
	}
	return true;
}

static int copies_make(struct work *k, struct fault *why)
{
	int e = k->o->mode == MARKS_AB && !all_finished(k) ? variants_make(k, why) : OK;
	for (size_t i = 0; i < k->o->count && !e; i++)
		e = copy_make(k, k->o->copies[i].recipient, why);
	for (int i = 0; i < 2 && !e && k->o->mode == MARKS_AB; i++)
		if (k->variant[i][0])
			unlink(k->variant[i]);
	return e;
}

int mark_film(struct marks *m, const struct mark_order *o, struct fault *why)
{
	struct work k = { .m = m, .o = o };
	int64_t known = 0;
	bool was_known;
	int e = names_set(&k, why);
	if (!e)
		e = film_measure(&k, why);
	if (!e)
		e = film_find(&k, &known, why);
	if (!e)
		e = outputs_check(&k, known, why);
	if (!e && mkdir(o->out, 0755) < 0 && errno != EEXIST)
		e = fault_set(why, E_USAGE, "%s: %m", o->out);
	if (!e)
		e = marks_film_record(m, &k.film, &was_known, why);
	if (!e)
		e = marks_copies_record(m, k.film.id, o->copies, o->count, why);
	if (!e)
		e = sketch_make(&k, why);
	if (!e)
		e = copies_make(&k, why);
	if (!e && k.is_weak)
		e = fault_set(why, PART, "%s: a copy's mark does not read back: the picture is too plain or too short",
		              o->film);
	return e;
}
