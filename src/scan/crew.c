/* What workers say, into the case. Nothing they say is trusted. */
#include "scan/crew.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/hash.h"

enum { DECODED = STATUS_COUNT };	/* a state of the ledger beside those of items */

void file_over(struct scan *s, uint32_t i)
{
	s->progress.files_done++;
	s->progress.bytes_done += s->plan->files[i].size;
}

void file_id(const struct scan *s, uint32_t i, char *text, size_t n)
{
	const struct plan_file *f = &s->plan->files[i];
	snprintf(text, n, "%llu:%llu:%llu:%lld:%s", (unsigned long long)f->device, (unsigned long long)f->inode,
	         (unsigned long long)f->size, (long long)f->times.modified, s->request->options_digest);
}

int file_set_id(struct scan *s, uint32_t i, int64_t row, struct fault *why)
{
	char id[200];
	file_id(s, i, id, sizeof(id));
	sqlite3_stmt *q = case_query(s->c, "UPDATE item SET file_id=?, size=? WHERE id=?");
	sqlite3_bind_text(q, 1, id, -1, SQLITE_STATIC);
	sqlite3_bind_int64(q, 2, (int64_t)s->plan->files[i].size);
	sqlite3_bind_int64(q, 3, row);
	return case_step(s->c, q, why);
}

void crew_reset(struct crew *w)
{
	buf_clear(&w->in);
	w->is_busy = w->is_timed_out = false;
	w->depth = 0;
	w->pid = 0;
	w->line = -1;
}

static struct open_item *top_of(struct crew *w)
{
	return &w->stack[w->depth - 1];
}

/* An item of an earlier attempt at the same file: done ones are to be skipped, begun ones begin anew. */
static int recall_item(struct scan *s, const char *trail, struct open_item *o, struct fault *why)
{
	sqlite3_stmt *q = case_query(s->c, "SELECT id, state, status FROM item WHERE trail=?");
	sqlite3_bind_text(q, 1, trail, -1, SQLITE_STATIC);
	if (sqlite3_step(q) == SQLITE_ROW) {
		o->row = sqlite3_column_int64(q, 0);
		o->was_done = sqlite3_column_int(q, 1) == 2;
		o->kept = (enum status)sqlite3_column_int(q, 2);
	}
	sqlite3_reset(q);
	return o->row && !o->was_done ? case_item_clear(s->c, o->row, why) : OK;
}

static int on_begin(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	struct item_row it = { 0 };
	it.depth = (unsigned)unpack_u64(c);
	it.trail = arena_string(&s->arena, unpack_span(c));
	it.name = arena_string(&s->arena, unpack_span(c));
	struct span type = unpack_span(c);
	it.type = type.n ? arena_string(&s->arena, type) : NULL;
	it.size = unpack_u64(c);
	it.times.modified = unpack_i64(c);
	it.times.created = unpack_i64(c);
	it.times.accessed = unpack_i64(c);
	const struct plan_file *f = &s->plan->files[w->file];
	if (c->bad || it.depth != w->depth || w->depth >= CREW_DEPTH || !it.trail || !it.name ||
	    strncmp(it.trail, f->trail, strlen(f->trail)) != 0 || it.size > INT64_MAX)
		return E_DAMAGED;
	if (it.depth) {
		it.parent = top_of(w)->row;
		it.top = w->stack[0].row;
	}
	struct task *t = &s->tasks[w->file];
	struct open_item o = { 0 };
	int e = t->is_rerun ? recall_item(s, it.trail, &o, why) : OK;
	if (!e && !o.was_done)
		e = case_item_begin(s->c, &it, &o.row, why);
	if (!e && !o.was_done && s->request->prints)
		e = s->request->prints->begin(s->request->prints->user, o.row, &it, f->path, why);
	o.is_raw = o.was_done && t->raw_row == o.row;
	if (!it.depth)
		o.is_raw |= t->is_raw;
	w->stack[w->depth++] = o;
	s->progress.items += !o.was_done;
	strncpy(s->trail, it.trail, sizeof(s->trail) - 1);
	s->progress.trail = s->trail;
	return e;
}

static bool is_known(const struct scan *s, const unsigned char *sha256)
{
	size_t low = 0, high = s->request->known_count;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = memcmp(s->request->known + mid * 32, sha256, 32);
		if (order == 0)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* Every byte of a file on disk into exactly one state. */
static int add_to_ledger(struct scan *s, uint32_t file, int64_t row, enum status st, const uint64_t *lost,
                         bool is_decoded, struct fault *why)
{
	uint64_t left = s->plan->files[file].size;
	int e = OK;
	for (int i = STATUS_ENCRYPTED; i < STATUS_COUNT && !e; i++) {
		uint64_t n = lost[i] < left ? lost[i] : left;
		if (!n)
			continue;
		e = case_ledger_add(s->c, row, (enum status)i, n, why);
		left -= n;
	}
	int rest = st == STATUS_READ || st == STATUS_PARTIAL ? (is_decoded ? DECODED : STATUS_READ) : (int)st;
	return e || !left ? e : case_ledger_add(s->c, row, (enum status)rest, left, why);
}

static bool has_changed(const struct scan *s, const struct crew *w)
{
	const struct plan_file *f = &s->plan->files[w->file];
	struct stat st;
	return w->fd_count == 1 && fstat(w->fds[0], &st) == 0 &&
	       ((uint64_t)st.st_size != f->size ||
	        (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec != f->times.modified);
}

static int finish_file(struct scan *s, struct crew *w, const struct open_item *o, struct item_end *end,
                       const uint64_t *lost, bool is_decoded, struct fault *why)
{
	const struct plan_file *f = &s->plan->files[w->file];
	if (has_changed(s, w)) {
		end->status = end->status == STATUS_READ ? STATUS_PARTIAL : end->status;
		end->reason = "the file changed while it was read";
	} else if (f->volumes && f->reason) {
		end->status = end->status == STATUS_READ ? STATUS_PARTIAL : end->status;
		end->reason = f->reason;
	}
	int e = file_set_id(s, w->file, o->row, why);
	return e ? e : add_to_ledger(s, w->file, o->row, end->status, lost, is_decoded, why);
}

static int on_end(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	struct item_end end = { 0 };
	uint64_t depth = unpack_u64(c), status = unpack_u64(c), lost[STATUS_COUNT];
	struct span reason = unpack_span(c), type = unpack_span(c);
	uint64_t hashes = unpack_u64(c);
	struct span sha256 = unpack_span(c), sha1 = unpack_span(c), md5 = unpack_span(c);
	end.duplicate_of = unpack_i64(c);
	for (int i = 0; i < STATUS_COUNT; i++)
		lost[i] = unpack_u64(c);
	bool is_decoded = unpack_u64(c) != 0;
	if (c->bad || depth + 1 != w->depth || status >= STATUS_COUNT || sha256.n != 32 || sha1.n != 20 || md5.n != 16)
		return E_DAMAGED;
	struct open_item o = *top_of(w);
	w->depth--;
	if (o.was_done && !o.is_raw)
		return OK;
	end.status = o.is_raw && o.was_done ? o.kept : (enum status)status;
	end.reason = reason.n ? arena_string(&s->arena, reason) : NULL;
	end.type = type.n ? arena_string(&s->arena, type) : NULL;
	end.sha256 = hashes & HASH_SHA256 ? sha256.p : NULL;
	end.sha1 = hashes & HASH_SHA1 ? sha1.p : NULL;
	end.md5 = hashes & HASH_MD5 ? md5.p : NULL;
	end.is_known = end.sha256 && is_known(s, end.sha256);
	if (o.is_raw && o.was_done) {
		end.reason = end.status == STATUS_TIMED_OUT ? "its reader took too long; only its strings were read"
			: "its reader crashed; only its strings were read";
		s->tasks[w->file].raw_row = 0;
	}
	int e = w->depth == 0 ? finish_file(s, w, &o, &end, lost, is_decoded, why) : OK;
	if (!e)
		e = case_item_end(s->c, o.row, &end, why);
	if (!e && !o.was_done && s->request->prints)
		e = s->request->prints->end(s->request->prints->user, o.row, &end, why);
	return e;
}

static bool is_addressed(struct crew *w, struct cur *c)
{
	return unpack_u64(c) + 1 == w->depth && !c->bad;
}

static int on_finding(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	struct finding f;
	if (!is_addressed(w, c) || finding_unpack(c, &s->arena, &f) != OK)
		return E_DAMAGED;
	struct span context = unpack_span(c), masked = unpack_span(c);
	if (c->bad)
		return E_DAMAGED;
	s->progress.findings += f.confidence >= 0.5;
	return case_finding_add(s->c, top_of(w)->row, &f, context, masked, why);
}

static int on_claim(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	struct claim claim;
	if (!is_addressed(w, c) || claim_unpack(c, &s->arena, &claim) != OK)
		return E_DAMAGED;
	return case_claim_add(s->c, top_of(w)->row, &claim, why);
}

static int on_prints(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	struct prints p;
	if (!is_addressed(w, c) || prints_unpack(c, &s->arena, &p) != OK)
		return E_DAMAGED;
	const struct scan_prints *to = s->request->prints;
	return to && !top_of(w)->was_done ? to->add(to->user, top_of(w)->row, &p, why) : OK;
}

static int on_digest(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	struct digest d;
	if (!is_addressed(w, c) || digest_unpack(c, &d) != OK)
		return E_DAMAGED;
	const struct scan_prints *to = s->request->prints;
	return to && !top_of(w)->was_done ? to->digest(to->user, top_of(w)->row, &d, why) : OK;
}

static int on_film(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	if (!is_addressed(w, c))
		return E_DAMAGED;
	struct span part = unpack_span(c);
	if (c->bad || part.n > FILM_PART_MAX)
		return E_DAMAGED;
	const struct scan_prints *to = s->request->prints;
	return to && to->film && !top_of(w)->was_done ? to->film(to->user, top_of(w)->row, part, why) : OK;
}

static int on_mail(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	struct mail_head m;
	if (!is_addressed(w, c) || mail_unpack(c, &m) != OK)
		return E_DAMAGED;
	return case_item_mail(s->c, top_of(w)->row, &m, why);
}

/* A finished item with the same bytes under the same name, or 0. */
static int64_t find_source(struct scan *s, struct span sha256, struct span name)
{
	sqlite3_stmt *q = case_query(s->c, "SELECT id FROM item WHERE sha256=? AND name=? AND state=2 AND status IN (0, 1)"
	                             " AND dup IS NULL ORDER BY id LIMIT 1");
	sqlite3_bind_blob(q, 1, sha256.p, (int)sha256.n, SQLITE_STATIC);
	sqlite3_bind_text64(q, 2, (const char *)name.p, name.n, SQLITE_STATIC, SQLITE_UTF8);
	int64_t row = sqlite3_step(q) == SQLITE_ROW ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return row;
}

static int on_ask(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	if (!is_addressed(w, c))
		return E_DAMAGED;
	struct span sha256 = unpack_span(c), name = unpack_span(c);
	unpack_span(c);
	if (c->bad)
		return E_DAMAGED;
	const struct open_item *o = top_of(w);
	int64_t source = 0;
	unsigned char a = ANSWER_GO;
	if (o->is_raw)
		a = ANSWER_RAW;
	else if (o->was_done)
		a = ANSWER_SKIP;
	else if (s->tasks[w->file].crashes > CRASHES_MAX && w->depth > 1)
		a = ANSWER_RAW;
	else if (sha256.n == 32 && (source = find_source(s, sha256, name)) != 0)
		a = ANSWER_DUPLICATE;
	struct buf b;
	buf_init(&b, 64);
	buf_add_byte(&b, a);
	for (int i = 0; i < 8; i++)
		buf_add_byte(&b, (unsigned char)((uint64_t)source >> 8 * i));
	wire_write(w->line, buf_span(&b));
	buf_release(&b);
	(void)why;
	return OK;
}

static int on_progress(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	unpack_u64(c);
	(void)s; (void)w; (void)why;
	return c->bad ? E_DAMAGED : OK;
}

static int on_done(struct scan *s, struct crew *w, struct cur *c, struct fault *why)
{
	(void)c; (void)why;
	if (w->depth != 0 || !w->is_busy)
		return E_DAMAGED;
	for (unsigned i = 0; i < w->fd_count; i++)
		close(w->fds[i]);
	w->fd_count = 0;
	w->is_busy = false;
	s->is_alone = false;
	file_over(s, w->file);
	return OK;
}

static int (*const on_frame[FRAME_COUNT])(struct scan *, struct crew *, struct cur *, struct fault *) = {
	[FRAME_BEGIN] = on_begin, [FRAME_END] = on_end, [FRAME_FINDING] = on_finding, [FRAME_CLAIM] = on_claim,
	[FRAME_PRINTS] = on_prints, [FRAME_DIGEST] = on_digest, [FRAME_FILM] = on_film, [FRAME_MAIL] = on_mail, [FRAME_ASK] = on_ask, [FRAME_PROGRESS] = on_progress, [FRAME_DONE] = on_done,
};

int crew_frames(struct scan *s, struct crew *w, struct fault *why)
{
	struct cur in = cur_of(buf_span(&w->in));
	size_t taken = 0;
	int e = OK;
	while (!e) {	/* ends when no whole frame is left */
		uint32_t n = cur_u32le(&in);
		if (n > FRAME_MAX)
			return E_DAMAGED;
		struct span body = cur_take(&in, n);
		if (in.bad)
			break;
		if (n == 0)
			return E_DAMAGED;
		struct cur c = cur_of(body);
		uint8_t type = cur_u8(&c);
		if (type >= FRAME_COUNT || !on_frame[type] || !w->is_busy)
			return E_DAMAGED;
		arena_reset(&s->arena);
		e = on_frame[type](s, w, &c, why);
		taken += 4 + (size_t)n;
	}
	memmove(w->in.p, w->in.p + taken, w->in.n - taken);
	w->in.n -= taken;
	return e;
}
