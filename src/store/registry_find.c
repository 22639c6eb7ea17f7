/* Looking up in the registry. */
#include <stdlib.h>
#include <string.h>

#include "store/registry_own.h"

struct finding_call {
	uint64_t most;
	uint64_t *count;
	int (*take)(void *, const struct registry_hit *);
	void *user;
};

static int give(const struct finding_call *f, uint32_t query, uint64_t place)
{
	struct registry_hit h = { query, place };
	return f->count[query]++ < f->most ? f->take(f->user, &h) : OK;
}

static int find_in_segment(const struct segment *s, const uint64_t *keyed, size_t n, const struct finding_call *f,
                           struct segment_hit *hits)
{
	int e = OK;
	segment_find(s, keyed, n, hits);
	for (size_t i = 0; i < n && e >= 0; i++) {
		uint64_t given = 0;
		for (; given < hits[i].count && f->count[i] < f->most && e >= 0; given++)
			e = give(f, (uint32_t)i, segment_pair(s, hits[i].first + given).at);
		f->count[i] += hits[i].count - given;
	}
	return e;
}

/* Sorting changes which pairs are saved already: a writer saves them all anew. */
static int unsave(struct registry *r, struct fault *why)
{
	for (int s = 0; s < PRINT_SPACES; s++)
		r->pending[s].saved = 0;
	return case_run(r->c, "DELETE FROM pending", why);
}

static int sort_pending(struct registry *r, struct fault *why)
{
	if (!r->is_sorted && r->mode != CASE_READ) {
		int e = unsave(r, why);
		if (e)
			return e;
	}
	for (int s = 0; s < PRINT_SPACES && !r->is_sorted; s++) {
		struct pair *spare = malloc((r->pending[s].n + 1) * sizeof(*spare));
		if (!spare)
			return fault_set(why, E_MEMORY, "no memory to sort anchors");
		if (r->pending[s].n)
			pairs_sort(r->pending[s].p, spare, r->pending[s].n);
		free(spare);
	}
	r->is_sorted = true;
	return OK;
}

static int find_in_pending(const struct pairs *v, const uint64_t *keyed, size_t n, const struct finding_call *f)
{
	int e = OK;
	for (size_t i = 0; i < n && e >= 0; i++) {
		size_t low = 0, high = v->n;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (v->p[middle].value < keyed[i])
				low = middle + 1;
			else
				high = middle;
		}
		for (; low < v->n && v->p[low].value == keyed[i] && e >= 0; low++)
			e = give(f, (uint32_t)i, v->p[low].at);
	}
	return e;
}

int registry_find(struct registry *r, enum print_space space, const uint64_t *values, size_t n, uint64_t most,
                  uint64_t *count, int (*take)(void *user, const struct registry_hit *h), void *user, struct fault *why)
{
	struct finding_call f = { most, count, take, user };
	uint64_t *keyed = malloc((n + 1) * sizeof(*keyed));
	struct segment_hit *hits = malloc((n + 1) * sizeof(*hits));
	int e = keyed && hits ? sort_pending(r, why) : fault_set(why, E_MEMORY, "no memory for look-ups");
	memset(count, 0, n * sizeof(*count));
	for (size_t i = 0; i < n && !e; i++)
		keyed[i] = registry_keyed(r, values[i]);
	for (unsigned i = 0; i < r->part_count && e >= 0; i++)
		if (r->parts[i].space == space)
			e = find_in_segment(r->parts[i].s, keyed, n, &f, hits);
	if (e >= 0)
		e = find_in_pending(&r->pending[space], keyed, n, &f);
	free(keyed);
	free(hits);
	return e < 0 ? e : OK;
}

int registry_stream_at(struct registry *r, uint64_t place, struct registry_stream *s, struct fault *why)
{
	struct registry_stream *slot = &r->cache[place >> 12 & (CACHE - 1)];
	if (r->mode == CASE_READ && slot->size && place >= slot->base && place - slot->base < slot->size) {
		*s = *slot;
		return OK;
	}
	*s = (struct registry_stream){ 0 };
	sqlite3_stmt *q = case_query(r->c, "SELECT base, size, item, space, window, background FROM stream WHERE base <= ?"
	                             " ORDER BY base DESC LIMIT 1");
	if (!q)
		return fault_set(why, E_STORE, "%s: %s", r->dir, sqlite3_errmsg(case_db(r->c)));
	sqlite3_bind_int64(q, 1, (int64_t)place);
	if (sqlite3_step(q) == SQLITE_ROW) {
		s->base = (uint64_t)sqlite3_column_int64(q, 0);
		s->size = (uint64_t)sqlite3_column_int64(q, 1);
		s->item = sqlite3_column_int64(q, 2);
		s->space = sqlite3_column_int(q, 3) == PRINT_TEXT ? PRINT_TEXT : PRINT_BYTES;
		s->window = (uint32_t)sqlite3_column_int(q, 4);
		s->is_background = sqlite3_column_int(q, 5) != 0;
	}
	sqlite3_reset(q);
	if (place - s->base >= s->size)
		*s = (struct registry_stream){ 0 };
	else
		*slot = *s;
	return OK;
}

static const char item_sql[] =
	"SELECT i.id, i.trail, i.size, i.modified, i.depth, i.sha256, r.text_length, c.background, r.path"
	" FROM item i LEFT JOIN registered r ON r.item = i.id LEFT JOIN registered t ON t.item = i.top"
	" LEFT JOIN collection c ON c.id = coalesce(r.collection, t.collection) WHERE i.id = ?1 AND i.state = 2";
static const char same_sql[] =
	"SELECT i.id, i.trail, i.size, i.modified, i.depth, i.sha256, r.text_length, c.background, r.path"
	" FROM item i LEFT JOIN registered r ON r.item = i.id LEFT JOIN registered t ON t.item = i.top"
	" LEFT JOIN collection c ON c.id = coalesce(r.collection, t.collection) WHERE i.sha256 = ?1 AND i.state = 2"
	" ORDER BY c.background, i.trail";

static void item_from(struct registry *r, sqlite3_stmt *q, struct registry_item *it)
{
	*it = (struct registry_item){
		.row = sqlite3_column_int64(q, 0), .size = (uint64_t)sqlite3_column_int64(q, 2),
		.modified = sqlite3_column_type(q, 3) == SQLITE_NULL ? TIME_UNKNOWN : sqlite3_column_int64(q, 3),
		.depth = (unsigned)sqlite3_column_int(q, 4), .text_length = (uint64_t)sqlite3_column_int64(q, 6),
		.is_background = sqlite3_column_int(q, 7) != 0,
	};
	if (sqlite3_column_bytes(q, 5) == 32)
		memcpy(it->sha256, sqlite3_column_blob(q, 5), 32);
	buf_clear(&r->trail);
	buf_add_str(&r->trail, (const char *)sqlite3_column_text(q, 1));
	it->trail = buf_string(&r->trail);
	buf_clear(&r->path);
	buf_add(&r->path, span_of(sqlite3_column_blob(q, 8), (size_t)sqlite3_column_bytes(q, 8)));
	it->path = r->path.n ? buf_string(&r->path) : NULL;
}

int registry_item_of(struct registry *r, int64_t row, struct registry_item *it, struct fault *why)
{
	sqlite3_stmt *q = case_query(r->c, item_sql);
	if (!q)
		return fault_set(why, E_STORE, "%s: %s", r->dir, sqlite3_errmsg(case_db(r->c)));
	sqlite3_bind_int64(q, 1, row);
	*it = (struct registry_item){ .trail = "" };
	if (sqlite3_step(q) == SQLITE_ROW)
		item_from(r, q, it);
	sqlite3_reset(q);
	return OK;
}

int registry_same_bytes(struct registry *r, const unsigned char sha256[32], unsigned most,
                        int (*take)(void *user, const struct registry_item *it), void *user,
                        uint64_t *own, uint64_t *background, struct fault *why)
{
	int64_t *rows = malloc((most + 1) * sizeof(*rows));
	sqlite3_stmt *q = case_query(r->c, same_sql);
	unsigned n = 0;
	*own = *background = 0;
	if (!q || !rows) {
		free(rows);
		return fault_set(why, E_STORE, "%s: %s", r->dir, sqlite3_errmsg(case_db(r->c)));
	}
	sqlite3_bind_blob(q, 1, sha256, 32, SQLITE_STATIC);
	while (sqlite3_step(q) == SQLITE_ROW) {
		bool is_background = sqlite3_column_int(q, 7) != 0;
		*own += !is_background;
		*background += is_background;
		if (!is_background && n < most)
			rows[n++] = sqlite3_column_int64(q, 0);
	}
	sqlite3_reset(q);
	int e = OK;
	for (unsigned i = 0; i < n && e >= 0; i++) {
		struct registry_item it;
		e = registry_item_of(r, rows[i], &it, why);
		if (!e && it.row)
			e = take(user, &it);
	}
	free(rows);
	return e < 0 ? e : OK;
}

int registry_counts(struct registry *r, struct registry_counts *n, struct fault *why)
{
	int64_t items = 0, background = 0, pictures = 0;
	*n = (struct registry_counts){ 0 };
	int e = registry_number(r, "SELECT count(*) FROM registered", &items, why);
	if (!e)
		e = registry_number(r, "SELECT count(*) FROM registered r JOIN collection c ON c.id = r.collection"
		                    " WHERE c.background", &background, why);
	if (!e)
		e = registry_number(r, "SELECT count(*) FROM picture", &pictures, why);
	n->items = (uint64_t)items;
	n->background = (uint64_t)background;
	n->pictures = (uint64_t)pictures;
	for (unsigned i = 0; i < r->part_count; i++) {
		n->anchors += segment_count(r->parts[i].s);
		n->bytes += segment_bytes(r->parts[i].s);
	}
	n->segments = r->part_count;
	for (int s = 0; s < PRINT_SPACES; s++) {
		n->anchors += r->pending[s].n;
		n->bytes += r->pending[s].n * sizeof(struct pair);
	}
	return e;
}

int registry_pictures(struct registry *r, struct registry_pictures *p, struct fault *why)
{
	int64_t count = 0;
	int e = registry_number(r, "SELECT count(*) FROM picture", &count, why);
	size_t n = 0, room = (size_t)count + 1;
	if (e)
		return e;
	if (!r->pdq) {
		r->pdq = calloc(room, sizeof(*r->pdq));
		r->picture_item = calloc(room, sizeof(*r->picture_item));
		r->picture_page = calloc(room, sizeof(*r->picture_page));
		r->picture_background = calloc(room, sizeof(*r->picture_background));
		if (!r->pdq || !r->picture_item || !r->picture_page || !r->picture_background)
			return fault_set(why, E_MEMORY, "no memory for the pictures' hashes");
	}
	sqlite3_stmt *q = case_query(r->c, "SELECT item, page, pdq, background FROM picture ORDER BY id");
	while (n + 1 < room + 1 && n < (size_t)count && sqlite3_step(q) == SQLITE_ROW) {
		if (sqlite3_column_bytes(q, 2) != 32)
			continue;
		r->picture_item[n] = sqlite3_column_int64(q, 0);
		r->picture_page[n] = (uint32_t)sqlite3_column_int64(q, 1);
		r->picture_background[n] = sqlite3_column_int(q, 3) != 0;
		memcpy(r->pdq[n++], sqlite3_column_blob(q, 2), 32);
	}
	sqlite3_reset(q);
	*p = (struct registry_pictures){ (const unsigned char (*)[32])r->pdq, r->picture_item, r->picture_page,
	                                 r->picture_background, n };
	return OK;
}
