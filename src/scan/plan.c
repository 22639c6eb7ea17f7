#include "scan/plan.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "read/volumes.h"
#include "scan/trail.h"

enum { LARGE = 64 << 20, NAMES_MAX = 1 << 24 };

struct walk {
	struct plan *plan;
	const struct stat *avoid;
	char **folders;			/* still to be walked, last first */
	size_t count, room;
};

static char *trail_of(const char *path)
{
	struct buf b;
	buf_init(&b, 1 << 20);
	/* the slashes of a path on disk stay as they were given */
	for (const char *at = path; *at;) {
		size_t n = strcspn(at, "/");
		trail_add_name(&b, span_of(at, n), false);
		at += n;
		for (; *at == '/'; at++)
			buf_add_byte(&b, '/');
	}
	char *s = strdup(buf_string(&b));
	buf_release(&b);
	return s;
}

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static const char *refusal(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:  return NULL;
	case S_IFLNK:  return "symbolic link, not followed";
	case S_IFIFO:  return "named pipe";
	case S_IFSOCK: return "socket";
	case S_IFCHR: case S_IFBLK: return "device";
	default:       return "neither file nor folder";
	}
}

static struct plan_file *file_add(struct plan *p, const char *path)
{
	if (p->count == p->room) {
		uint32_t room = p->room ? p->room * 2 : 256;
		struct plan_file *more = realloc(p->files, room * sizeof(*more));
		if (!more)
			return NULL;
		p->files = more;
		p->room = room;
	}
	struct plan_file *f = &p->files[p->count];
	*f = (struct plan_file){ .path = strdup(path), .trail = trail_of(path), .times = TIMES_UNKNOWN };
	if (!f->path || !f->trail)
		return NULL;
	p->count++;
	return f;
}

static int note_file(struct walk *w, const char *path, const struct stat *st)
{
	struct plan_file *f = file_add(w->plan, path);
	if (!f)
		return E_MEMORY;
	f->reason = refusal(st->st_mode);
	f->status = f->reason ? STATUS_SKIPPED : STATUS_READ;
	f->size = S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0;
	f->times = (struct times){ nanoseconds(st->st_mtim), TIME_UNKNOWN, nanoseconds(st->st_atim) };
	f->device = st->st_dev;
	f->inode = st->st_ino;
	w->plan->bytes += f->size;
	return OK;
}

static int note_unreadable(struct walk *w, const char *path, const char *reason)
{
	struct plan_file *f = file_add(w->plan, path);
	if (!f)
		return E_MEMORY;
	f->status = STATUS_UNREADABLE;
	f->reason = reason;
	return OK;
}

static int folder_push(struct walk *w, const char *path)
{
	if (w->count == w->room) {
		size_t room = w->room ? w->room * 2 : 64;
		char **more = realloc(w->folders, room * sizeof(*more));
		if (!more)
			return E_MEMORY;
		w->folders = more;
		w->room = room;
	}
	w->folders[w->count] = strdup(path);
	return w->folders[w->count++] ? OK : E_MEMORY;
}

static int name_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder, sorted by bytes. */
static char **names_of(const char *path, size_t *count)
{
	DIR *d = opendir(path);
	if (!d)
		return NULL;
	size_t room = 64, n = 0;
	char **names = malloc(room * sizeof(*names));
	for (struct dirent *e = readdir(d); names && e && n < NAMES_MAX; e = readdir(d)) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (n == room) {
			char **more = realloc(names, (room *= 2) * sizeof(*names));
			if (!more)
				break;
			names = more;
		}
		names[n] = strdup(e->d_name);
		n += names[n] != NULL;
	}
	closedir(d);
	if (names)
		qsort(names, n, sizeof(*names), name_order);
	*count = n;
	return names;
}

static int note_entry(struct walk *w, const char *path)
{
	struct stat st;
	if (lstat(path, &st) != 0)
		return note_unreadable(w, path, errno == EACCES ? "no permission" : "gone before it could be read");
	if (!S_ISDIR(st.st_mode))
		return note_file(w, path, &st);
	bool is_avoided = w->avoid && st.st_dev == w->avoid->st_dev && st.st_ino == w->avoid->st_ino;
	return is_avoided ? OK : folder_push(w, path);
}

static int join_volumes(struct plan *p, uint32_t first, struct fault *why)
{
	struct arena arena;
	arena_init(&arena, 1u << 30);
	uint32_t count = p->count - first, set_count = 0;
	struct span *names = arena_array(&arena, count + 1, sizeof(*names));
	for (uint32_t i = 0; names && i < count; i++) {
		const char *slash = strrchr(p->files[first + i].path, '/');
		names[i] = p->files[first + i].status == STATUS_READ ? span_str(slash ? slash + 1 : p->files[first + i].path) : span_str("");
	}
	struct volume_set *sets = NULL;
	int e = names ? volumes_find(names, count, &arena, &sets, &set_count, why) : E_MEMORY;
	for (uint32_t i = 0; !e && i < set_count; i++) {
		const struct volume_set *s = &sets[i];
		uint32_t own = 0;
		while (own + 1 < s->count && names[s->order[own]].p != s->name.p)
			own++;
		struct plan_file *f = &p->files[first + s->order[own]];
		f->volume = calloc(s->count, sizeof(*f->volume));
		if (!f->volume) {
			e = E_MEMORY;
			break;
		}
		f->volumes = s->count;
		f->own_volume = own;
		if (s->missing)
			f->reason = "volumes of the set are missing";
		for (uint32_t k = 0; k < s->count; k++) {
			f->volume[k] = first + s->order[k];
			if (k != own)
				p->files[f->volume[k]].member_of = first + s->order[own] + 1;
		}
	}
	arena_release(&arena);
	return e;
}

static int walk_folder(struct walk *w, const char *path, struct fault *why)
{
	size_t count = 0, length = strlen(path);
	uint32_t first = w->plan->count;
	char **names = names_of(path, &count);
	if (!names)
		return note_unreadable(w, path, errno == EACCES ? "folder without permission to list it" : "folder that cannot be listed");
	size_t folders = w->count;
	int e = OK;
	for (size_t i = 0; i < count && !e; i++) {
		char full[PATH_MAX];
		const char *join = length && path[length - 1] == '/' ? "" : "/";
		if (snprintf(full, sizeof(full), "%s%s%s", path, join, names[i]) >= (int)sizeof(full))
			e = note_unreadable(w, path, "names below it are longer than the system takes");
		else
			e = note_entry(w, full);
	}
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	/* the first folder is to be walked first */
	for (size_t a = folders, b = w->count; a + 1 < b; a++, b--) {
		char *t = w->folders[a];
		w->folders[a] = w->folders[b - 1];
		w->folders[b - 1] = t;
	}
	if (!e && w->plan->count > first) {
		w->plan->files[first + (w->plan->count - first) / 2].is_sample = true;
		e = join_volumes(w->plan, first, why);
	}
	return e;
}

static int walk_path(struct walk *w, const char *path, struct fault *why)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return fault_set(why, E_USAGE, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return note_file(w, path, &st);
	int e = folder_push(w, path);
	while (!e && w->count) {	/* ends when every folder was walked; a file system has no cycles without links */
		char *folder = w->folders[--w->count];
		e = walk_folder(w, folder, why);
		free(folder);
	}
	return e;
}

/* Samples first, then large files (so that no core waits for one at the end), then the rest as they come. */
static int order_make(struct plan *p)
{
	p->order = calloc(p->count + 1u, sizeof(*p->order));
	if (!p->order)
		return E_MEMORY;
	uint32_t n = 0;
	for (int pass = 0; pass < 3; pass++)
		for (uint32_t i = 0; i < p->count; i++) {
			const struct plan_file *f = &p->files[i];
			int when = f->is_sample && f->size < LARGE ? 0 : f->size >= LARGE || f->volumes ? 1 : 2;
			if (when == pass)
				p->order[n++] = i;
		}
	return OK;
}

int plan_make(char *const *paths, unsigned count, const struct stat *avoid, struct plan *p, struct fault *why)
{
	*p = (struct plan){ 0 };
	struct walk w = { .plan = p, .avoid = avoid };
	int e = OK;
	for (unsigned i = 0; i < count && !e; i++)
		e = walk_path(&w, paths[i], why);
	while (w.count)
		free(w.folders[--w.count]);
	free(w.folders);
	if (!e)
		e = order_make(p);
	if (e == E_MEMORY)
		fault_set(why, e, "no memory for the list of files");
	if (e)
		plan_release(p);
	return e;
}

void plan_release(struct plan *p)
{
	for (uint32_t i = 0; i < p->count; i++) {
		free(p->files[i].path);
		free(p->files[i].trail);
		free(p->files[i].volume);
	}
	free(p->files);
	free(p->order);
	*p = (struct plan){ 0 };
}
