/* The supervisor: hands files to workers, takes their frames, survives their ends. */
#include "scan/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "scan/crew.h"

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- which files are done already ---- */

/* What an earlier run left of the file: done with the same bytes and options, or to be forgotten. */
static int recall(struct scan *s, uint32_t i, bool *is_done, struct fault *why)
{
	const struct plan_file *f = &s->plan->files[i];
	char id[200];
	file_id(s, i, id, sizeof(id));
	sqlite3_stmt *q = case_query(s->c, "SELECT id, state, file_id FROM item WHERE trail=?");
	sqlite3_bind_text(q, 1, f->trail, -1, SQLITE_STATIC);
	*is_done = false;
	if (sqlite3_step(q) != SQLITE_ROW) {
		sqlite3_reset(q);
		return OK;
	}
	int64_t row = sqlite3_column_int64(q, 0);
	const char *was = (const char *)sqlite3_column_text(q, 2);
	*is_done = !s->request->reads_again && sqlite3_column_int(q, 1) == 2 && was && strcmp(was, id) == 0;
	sqlite3_reset(q);
	return *is_done ? OK : case_top_clear(s->c, row, why);
}

/* A file that no worker sees: skipped, without permission, gone. */
static int list_only(struct scan *s, uint32_t i, enum status st, const char *reason, struct fault *why)
{
	const struct plan_file *f = &s->plan->files[i];
	const char *slash = strrchr(f->trail, '/');
	struct item_row row = { .trail = f->trail, .name = slash ? slash + 1 : f->trail, .size = f->size, .times = f->times };
	struct item_end end = { .status = st, .reason = reason };
	int64_t id;
	int e = case_item_begin(s->c, &row, &id, why);
	if (!e)
		e = case_item_end(s->c, id, &end, why);
	if (!e && f->size)
		e = case_ledger_add(s->c, id, st, f->size, why);
	if (!e)
		e = file_set_id(s, i, id, why);
	s->progress.items++;
	return e;
}

/* ---- handing out ---- */

static int open_planned(const struct plan_file *f, const char **reason, enum status *st)
{
	struct stat now_st;
	/* evidence keeps its access time where the system lets us */
	int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOATIME);
	if (fd < 0 && errno == EPERM)
		fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	*st = STATUS_UNREADABLE;
	*reason = errno == EACCES ? "no permission" : errno == ENOENT ? "gone before it could be read" : "cannot be opened";
	if (fd < 0)
		return -1;
	if (fstat(fd, &now_st) == 0 && now_st.st_dev == f->device && now_st.st_ino == f->inode && S_ISREG(now_st.st_mode))
		return fd;
	*reason = "another file took its place before it could be read";
	close(fd);
	return -1;
}

static void close_all(struct crew *w)
{
	for (unsigned i = 0; i < w->fd_count; i++)
		close(w->fds[i]);
	w->fd_count = 0;
}

/* Opens the file, or all volumes of the set. False when it had to be listed as unreadable instead. */
static bool open_files(struct scan *s, struct crew *w, uint32_t i, int *e, struct fault *why)
{
	const struct plan_file *f = &s->plan->files[i];
	uint32_t count = f->volumes && f->volumes <= CREW_FDS ? f->volumes : 1;
	const char *reason = NULL;
	enum status st;
	for (uint32_t k = 0; k < count; k++) {
		int fd = open_planned(count > 1 ? &s->plan->files[f->volume[k]] : f, &reason, &st);
		if (fd < 0) {
			close_all(w);
			*e = list_only(s, i, st, reason, why);
			return false;
		}
		w->fds[w->fd_count++] = fd;
	}
	return true;
}

static int give(struct scan *s, struct crew *w, uint32_t i, struct fault *why)
{
	const struct plan_file *f = &s->plan->files[i];
	struct task *t = &s->tasks[i];
	int e = OK;
	if (f->status != STATUS_READ) {
		file_over(s, i);
		return list_only(s, i, f->status, f->reason, why);
	}
	if (!open_files(s, w, i, &e, why)) {
		file_over(s, i);
		return e;
	}
	const char *slash = strrchr(f->trail, '/');
	struct job j = {
		.size = f->size, .trail = span_str(f->trail), .name = span_str(slash ? slash + 1 : f->trail),
		.modified = f->times.modified, .created = f->times.created, .accessed = f->times.accessed,
		.is_rerun = t->is_rerun, .is_raw = t->is_raw, .is_hash_only = f->member_of != 0,
		.own_volume = f->own_volume, .volumes = w->fd_count,
	};
	struct buf b;
	buf_init(&b, 1 << 20);
	for (int k = 0; k < 4; k++)
		buf_add_byte(&b, 0);
	job_pack(&b, &j);
	for (int k = 0; k < 4; k++)
		b.p[k] = (unsigned char)((b.n - 4) >> 8 * k);
	wire_send_fds(w->line, buf_span(&b), w->fds, w->fd_count);	/* a worker that is gone is noticed by its line's end */
	buf_release(&b);
	w->file = i;
	w->is_busy = true;
	w->depth = 0;
	w->last = now();
	return OK;
}

/* The next file in order that is not done; false when there is none. */
static bool next_file(struct scan *s, uint32_t *i, int *e, struct fault *why)
{
	if (s->again_count) {
		*i = s->again[--s->again_count];
		return true;
	}
	while (s->next < s->plan->count && !*e) {
		*i = s->plan->order[s->next++];
		bool is_done;
		*e = recall(s, *i, &is_done, why);
		if (!*e && !is_done)
			return true;
		file_over(s, *i);
	}
	return false;
}

static bool is_anyone_busy(const struct scan *s)
{
	for (unsigned k = 0; k < s->crew_count; k++)
		if (s->crew[k].is_busy)
			return true;
	return false;
}

/* Gives work to every idle worker. Files that ran out of time go last and alone. */
static int hand_out(struct scan *s, struct fault *why)
{
	int e = OK;
	for (unsigned k = 0; k < s->crew_count && !e && !*s->request->is_stopped; k++) {
		struct crew *w = &s->crew[k];
		uint32_t i;
		while (!w->is_busy && !e && !s->is_alone && next_file(s, &i, &e, why))
			e = give(s, w, i, why);
	}
	if (!e && s->alone_count && !is_anyone_busy(s)) {
		s->is_alone = true;
		e = give(s, &s->crew[0], s->alone[--s->alone_count], why);
		s->is_alone = s->crew[0].is_busy;
	}
	return e;
}

/* ---- the end of a worker ---- */

static const char *describe_end(const struct scan *s, const struct crew *w, int status, char *text, size_t n)
{
	const struct plan_file *f = &s->plan->files[w->file];
	struct stat st;
	if (w->is_timed_out)
		snprintf(text, n, "no sign of life for %.0f seconds, twice", s->request->item_seconds);
	else if (w->fd_count && fstat(w->fds[0], &st) == 0 && (uint64_t)st.st_size != f->size && !f->volumes)
		snprintf(text, n, "the file changed while it was read");
	else if (WIFSIGNALED(status))
		snprintf(text, n, "its reader crashed (signal %d)", WTERMSIG(status));
	else
		snprintf(text, n, "its reader ended (status %d)", WEXITSTATUS(status));
	return text;
}

/* Marks the item that was under way; the file itself gets a second, raw reading where it was the item. */
static int mark_crashed(struct scan *s, struct crew *w, int status, struct fault *why)
{
	struct task *t = &s->tasks[w->file];
	char text[200];
	struct item_end end = {
		.status = w->is_timed_out ? STATUS_TIMED_OUT : STATUS_CRASHED,
		.reason = describe_end(s, w, status, text, sizeof(text)),
	};
	if (w->depth == 0)
		return list_only(s, w->file, end.status, end.reason, why);
	int64_t row = w->stack[w->depth - 1].row;
	int e = case_item_clear(s->c, row, why);
	if (!e)
		e = case_item_end(s->c, row, &end, why);
	if (!e && s->request->prints && !w->stack[w->depth - 1].was_done)	/* what came before the crash holds */
		e = s->request->prints->end(s->request->prints->user, row, &end, why);
	if (e)
		return e;
	bool was_raw = w->stack[w->depth - 1].is_raw;
	if (!was_raw)
		t->raw_row = row;
	t->crashes++;
	if (w->depth == 1 && was_raw) {	/* neither its reader nor the raw scan could take it */
		e = case_ledger_add(s->c, row, end.status, s->plan->files[w->file].size, why);
		if (!e)
			e = file_set_id(s, w->file, row, why);
		file_over(s, w->file);
		return e;
	}
	if (w->depth == 1)
		t->is_raw = true;
	t->is_rerun = true;
	s->again[s->again_count++] = w->file;
	return OK;
}

static int on_worker_end(struct scan *s, struct crew *w, struct fault *why)
{
	int status = 0, e = OK;
	close(w->line);
	zygote_reap(s->zygote, w->pid, &status);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 1 && w->depth == 0 && !w->is_timed_out)
		return fault_set(why, E_IO, "a worker could not start: the sandbox was refused, or memory is short");
	if (w->is_busy && w->is_timed_out && !s->tasks[w->file].was_alone) {
		s->tasks[w->file].was_alone = s->tasks[w->file].is_rerun = true;
		s->alone[s->alone_count++] = w->file;
	} else if (w->is_busy) {
		e = mark_crashed(s, w, status, why);
	}
	if (w->is_busy && s->is_alone)
		s->is_alone = false;
	close_all(w);
	crew_reset(w);
	return e ? e : zygote_fork(s->zygote, &w->line, &w->pid, why);
}

/* A frame that is not well formed: the worker is not to be trusted any more. */
static void dismiss(struct crew *w)
{
	kill(w->pid, SIGKILL);
	shutdown(w->line, SHUT_RDWR);
}

static void stop_silent(struct scan *s)
{
	double t = now();
	for (unsigned k = 0; k < s->crew_count; k++) {
		struct crew *w = &s->crew[k];
		if (!w->is_busy || w->is_timed_out || t - w->last < s->request->item_seconds)
			continue;
		w->is_timed_out = true;
		kill(w->pid, SIGKILL);
	}
}

/* ---- the loop ---- */

static int on_readable(struct scan *s, struct crew *w, struct fault *why)
{
	enum { CHUNK = 256 << 10 };
	unsigned char *at = buf_reserve(&w->in, CHUNK);
	if (!at)
		return fault_set(why, E_MEMORY, "no memory for what a worker says");
	ssize_t n = recv(w->line, at, CHUNK, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return OK;
	if (n <= 0)
		return on_worker_end(s, w, why);
	w->in.n += (size_t)n;
	w->last = now();
	int e = crew_frames(s, w, why);
	if (e == E_DAMAGED) {
		dismiss(w);
		return OK;
	}
	return e;
}

static int checkpoint(struct scan *s, struct fault *why)
{
	const struct scan_prints *p = s->request->prints;
	int e = p ? p->save(p->user, why) : OK;
	return e ? e : case_checkpoint(s->c, why);
}

static int turn(struct scan *s, struct fault *why)
{
	struct pollfd p[CREW_MAX];
	for (unsigned k = 0; k < s->crew_count; k++)
		p[k] = (struct pollfd){ .fd = s->crew[k].line, .events = POLLIN };
	if (poll(p, s->crew_count, 250) < 0 && errno != EINTR)
		return fault_set(why, E_IO, "poll: %s", strerror(errno));
	int e = OK;
	for (unsigned k = 0; k < s->crew_count && !e; k++)
		if (p[k].revents)
			e = on_readable(s, &s->crew[k], why);
	stop_silent(s);
	double t = now();
	if (!e && t - s->last_commit > 1) {
		e = checkpoint(s, why);
		s->last_commit = t;
	}
	if (s->request->progress && t - s->last_progress > 0.2) {
		s->request->progress(s->request->user, &s->progress);
		s->last_progress = t;
	}
	return e;
}

static int loop(struct scan *s, struct fault *why)
{
	int e = hand_out(s, why);
	while (!e && (is_anyone_busy(s) || s->again_count || s->alone_count || s->next < s->plan->count)) {
		if (*s->request->is_stopped)
			return fault_set(why, E_STOPPED, "interrupted; run the same command again to go on");
		e = turn(s, why);
		if (!e)
			e = hand_out(s, why);
	}
	return e;
}

static int crew_hire(struct scan *s, struct fault *why)
{
	int e = OK;
	unsigned wanted = s->request->workers < CREW_MAX ? s->request->workers : CREW_MAX;
	for (; s->crew_count < wanted && !e; s->crew_count++) {
		struct crew *w = &s->crew[s->crew_count];
		buf_init(&w->in, FRAME_MAX * 2ul);
		e = zygote_fork(s->zygote, &w->line, &w->pid, why);
	}
	return e;
}

static void crew_release(struct scan *s)
{
	for (unsigned k = 0; k < s->crew_count; k++) {
		if (s->crew[k].pid > 0)
			kill(s->crew[k].pid, SIGKILL);
		if (s->crew[k].line > 0)
			close(s->crew[k].line);
		close_all(&s->crew[k]);
		buf_release(&s->crew[k].in);
	}
}

static bool has_unread(struct case_file *c)
{
	sqlite3_stmt *q = case_query(c, "SELECT 1 FROM item WHERE status IS NOT 0 AND (status IS NOT 6 OR size > 0) LIMIT 1");
	bool is_there = sqlite3_step(q) == SQLITE_ROW;
	sqlite3_reset(q);
	return is_there;
}

int scan_run(struct case_file *c, struct zygote *z, const struct plan *p, const struct scan_request *r, struct fault *why)
{
	struct scan *s = calloc(1, sizeof(*s));
	if (!s)
		return fault_set(why, E_MEMORY, "no memory for the run");
	s->c = c;
	s->zygote = z;
	s->plan = p;
	s->request = r;
	s->progress = (struct scan_progress){ .bytes = p->bytes, .files = p->count, .trail = "" };
	s->tasks = calloc(p->count + 1u, sizeof(*s->tasks));
	s->again = calloc(p->count + 1u, sizeof(*s->again));
	s->alone = calloc(p->count + 1u, sizeof(*s->alone));
	arena_init(&s->arena, FRAME_MAX * 2ul);
	int e = s->tasks && s->again && s->alone ? case_checkpoint(c, why) : fault_set(why, E_MEMORY, "no memory for the run");
	if (!e)
		e = case_expand_duplicates(c, why);
	if (!e)
		e = crew_hire(s, why);
	s->last_commit = now();
	if (!e)
		e = loop(s, why);
	crew_release(s);
	if (!e)
		e = case_expand_duplicates(c, why);
	int committed = e == OK || e == E_STOPPED ? checkpoint(s, e ? NULL : why) : OK;
	if (r->progress)
		r->progress(r->user, &s->progress);
	arena_release(&s->arena);
	free(s->tasks);
	free(s->again);
	free(s->alone);
	free(s);
	if (e || committed)
		return e ? e : committed;
	return has_unread(c) ? PART : OK;
}
