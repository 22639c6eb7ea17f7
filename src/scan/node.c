/* The life of an item in a worker: opened, read, ended. */
#include "scan/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan/trail.h"

enum { DEPTH_MAX = 32, NAME_MAX_BYTES = 4096, CHILDREN_NAMED_MAX = 1 << 22 };
#define ITEM_ARENA (768u << 20)

extern const struct reader reader_binary;

static struct node *node_make(struct examiner *x, struct node *parent)
{
	struct node *n = calloc(1, sizeof(*n));
	if (!n)
		return NULL;
	n->sink.ops = &node_ops;
	n->x = x;
	n->parent = parent;
	arena_init(&n->arena, ITEM_ARENA);
	arena_init(&n->block.arena, 1 << 20);
	n->item.arena = &n->arena;
	n->item.notes = &n->notes;
	n->item.options = x->options;
	n->item.depth = parent ? parent->item.depth + 1 : 0;
	hasher_init(&n->hasher, x->hashes);
	return n;
}

static void node_free(struct node *n)
{
	for (size_t i = 0; i < n->name_room; i++)
		free(n->names[i]);
	free(n->names);
	if (n->rows.is_open)
		arena_release(&n->rows.arena);
	free(n->block.held);
	arena_release(&n->block.arena);
	arena_release(&n->arena);
	hasher_release(&n->hasher);
	free(n);
}

void node_worsen(struct node *n, enum status st, const char *reason)
{
	/* encrypted, crashed and the like say more than partial; a whole item's state is set once */
	static const int weight[STATUS_COUNT] = {
		[STATUS_READ] = 0, [STATUS_PARTIAL] = 1, [STATUS_SKIPPED] = 2, [STATUS_ENCRYPTED] = 3,
		[STATUS_UNREADABLE] = 4, [STATUS_TIMED_OUT] = 5, [STATUS_CRASHED] = 6,
	};
	if (weight[st] <= weight[n->status])
		return;
	n->status = st;
	snprintf(n->reason, sizeof(n->reason), "%s", reason ? reason : "");
}

static int node_damage(struct sink *s, enum status st, uint64_t offset, uint64_t length, const char *reason)
{
	struct node *n = node_of(s);
	char text[256];
	if (offset)
		snprintf(text, sizeof(text), "%s (at byte %llu)", reason, (unsigned long long)offset);
	else
		snprintf(text, sizeof(text), "%s", reason);
	if (st != STATUS_PARTIAL && st != STATUS_READ)
		n->lost[st] += length;
	node_worsen(n, st == STATUS_READ ? STATUS_PARTIAL : st, text);
	return OK;
}

static int node_spend(struct sink *s, uint64_t work)
{
	struct examiner *x = node_of(s)->x;
	x->work += work;
	if (x->work > x->work_max)
		return E_LIMIT;
	return frame_progress(x, work / 4);
}

static int node_type(struct sink *s, const char *mime)
{
	struct node *n = node_of(s);
	n->type = arena_string(&n->arena, span_str(mime));
	return OK;
}

static int node_claim(struct sink *s, const struct claim *c)
{
	return frame_claim(node_of(s), c);
}

static int node_prints(struct sink *s, const struct prints *p)
{
	return frame_prints(node_of(s), p);
}

static int node_digest(struct sink *s, const struct digest *d)
{
	return frame_digest(node_of(s), d);
}

static int node_film(struct sink *s, struct span part)
{
	return frame_film(node_of(s), part);
}

static int node_mail(struct sink *s, const struct mail_head *m)
{
	node_of(s)->is_decoded = true;
	return frame_mail(node_of(s), m);
}

static int node_picture(struct sink *s, const struct picture *p)
{
	struct node *n = node_of(s);
	n->is_decoded = true;
	int e = frame_progress(n->x, 16u << 20);
	return e ? e : parts_picture(n, p);
}

/* True when the parent had no child of that name before; the set is kept in digests, open addressing. */
static bool name_is_new(struct node *n, const char *name)
{
	unsigned char d[32];
	hash_sha256(span_str(name), d);
	if (n->name_count * 2 >= n->name_room) {
		size_t room = n->name_room ? n->name_room * 2 : 64;
		unsigned char **more = calloc(room, sizeof(*more));
		if (!more)
			return true;
		for (size_t i = 0; i < n->name_room; i++) {
			if (!n->names[i])
				continue;
			size_t at = ((size_t)n->names[i][0] << 24 | (size_t)n->names[i][1] << 16 | n->names[i][2] << 8 | n->names[i][3]) & (room - 1);
			while (more[at])
				at = (at + 1) & (room - 1);
			more[at] = n->names[i];
		}
		free(n->names);
		n->names = more;
		n->name_room = room;
	}
	size_t at = ((size_t)d[0] << 24 | (size_t)d[1] << 16 | d[2] << 8 | d[3]) & (n->name_room - 1);
	for (; n->names[at]; at = (at + 1) & (n->name_room - 1))
		if (memcmp(n->names[at], d, 16) == 0)
			return false;
	unsigned char *kept = malloc(16);
	if (kept) {
		memcpy(kept, d, 16);
		n->names[at] = kept;
		n->name_count++;
	}
	return true;
}

/* The child's trail; a name that its parent gave before gets "%#2" behind it, which no name can hold. */
static void name_child(struct node *child, struct node *parent, const struct child *c)
{
	struct buf b;
	buf_init(&b, NAME_MAX_BYTES * 4);
	trail_add_name(&b, c->name.n ? span_sub(c->name, 0, NAME_MAX_BYTES) : span_str("unnamed"), c->is_nested_path);
	const char *name = arena_string(&child->arena, buf_span(&b));
	const char *unique = name;
	for (unsigned k = 2; unique && !name_is_new(parent, unique); k++)
		unique = arena_format(&child->arena, "%s%%#%u", name, k);
	const char *slash = c->is_nested_path && name ? strrchr(name, '/') : NULL;
	child->item.name = slash && slash[1] ? slash + 1 : name;
	child->item.trail = arena_format(&child->arena, "%s//%s", parent->item.trail, unique ? unique : "");
	buf_release(&b);
}

static int node_open(struct sink *s, const struct child *c, struct sink **sub)
{
	struct node *parent = node_of(s);
	parent->is_decoded = true;
	struct node *n = node_make(parent->x, parent);
	if (!n)
		return E_MEMORY;
	name_child(n, parent, c);
	n->item.bytes = n->own_bytes = c->bytes;
	n->stated_size = c->bytes.n ? c->bytes.n : c->stated_size;
	n->item.times = c->times;
	n->item.stated_type = c->stated_type;
	n->is_virtual = c->is_virtual;
	int e = n->arena.is_full ? E_MEMORY : frame_begin(n);
	if (e) {
		node_free(n);
		return e;
	}
	parent->x->items++;
	*sub = &n->sink;
	return OK;
}

static void set_ending(struct node *n, int code, const struct fault *why)
{
	const char *text = why && why->text[0] ? why->text : NULL;
	switch (code) {
	case OK:
		break;
	case PART:
		node_worsen(n, STATUS_PARTIAL, text ? text : "damaged in places");
		break;
	case E_ENCRYPTED:
		node_worsen(n, STATUS_ENCRYPTED, text ? text : "no password fits");
		break;
	case E_LIMIT:
		node_worsen(n, STATUS_PARTIAL, text ? text : "the budget for one file was used up");
		break;
	case E_MEMORY:
		node_worsen(n, STATUS_PARTIAL, "needs more memory than one item may use");
		break;
	default:
		node_worsen(n, STATUS_UNREADABLE, text ? text : "not readable");
	}
}

static int node_close(struct sink *s, int code, const struct fault *why)
{
	struct node *n = node_of(s);
	int e = node_table_end(s);
	if (!e)
		e = parts_end(n);
	set_ending(n, code, why);
	if (!n->is_virtual)
		hasher_add(&n->hasher, span_from(n->own_bytes, n->hashed));
	if (e != E_STOPPED)
		e = frame_end(n);
	node_free(n);
	return e == E_STOPPED || e == E_STORE ? e : OK;
}

/* A mark of the content: its length, name, and three samples. Equal contents have equal marks. */
static uint64_t content_mark(const struct item *it)
{
	struct span b = it->bytes;
	uint64_t h = 0xcbf29ce484222325u ^ b.n;
	const struct span parts[] = {
		span_str(it->name), span_sub(b, 0, 2048), span_sub(b, b.n / 2, 2048), span_from(b, b.n > 2048 ? b.n - 2048 : 0),
	};
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < parts[i].n; k++)
			h = (h ^ parts[i].p[k]) * 0x100000001b3u;
	return h ? h : 1;
}

static bool seen_before(struct seen *seen, uint64_t mark)
{
	enum { PROBES = 64 };
	for (size_t i = 0; i < PROBES; i++) {
		_Atomic uint64_t *slot = &seen->slot[(mark + i) % SEEN_SLOTS];
		uint64_t there = *slot;
		if (there == 0 && __atomic_compare_exchange_n((uint64_t *)slot, &there, mark, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return false;
		if (there == mark)
			return true;
	}
	return true;
}

/* Whether the item is to be read at all: it may be done already (after a crash), or a copy of one that is. */
static int ask_first(struct node *n, enum answer *a)
{
	struct examiner *x = n->x;
	int64_t source = 0;
	*a = ANSWER_GO;
	/* matches know more of a file on disk than of a member with the same bytes: each copy is looked at */
	bool is_query = x->options->print && x->options->print->is_query;
	bool is_copy = n->item.bytes.n > 0 && !is_query && seen_before(x->seen, content_mark(&n->item));
	if (!is_copy && !x->is_rerun)
		return OK;
	struct digests d;
	if (is_copy)
		hash_sha256(n->item.bytes, d.sha256);
	int e = frame_ask(n, is_copy ? d.sha256 : NULL, a, &source);
	if (*a == ANSWER_DUPLICATE)
		n->duplicate_of = source;
	return e;
}

static int read_strings(struct node *n)
{
	if (n->x->options->no_find)
		return OK;
	struct fault why = { "" };
	return reader_binary.read(&n->item, &n->sink, &why);
}

static int read_whole(struct node *n, struct fault *why)
{
	int e = parts_item(n);
	const struct reader *r = reader_for(&n->item);
	if (r == &reader_binary && n->x->options->no_find)	/* only strings would come of it, which no printer takes */
		r = NULL;
	if (e || !r || n->item.bytes.n == 0) {
		n->type = n->item.bytes.n ? "application/octet-stream" : "application/x-empty";
		return e;
	}
	n->type = r->type;
	e = r->read(&n->item, &n->sink, why);
	int t = node_table_end(&n->sink);
	if (t == E_STOPPED)
		return t;
	/* what its reader cannot take still speaks through its strings */
	if ((e == E_DAMAGED || e == E_UNSUPPORTED || e == E_IO || e == E_USAGE) && r != &reader_binary)
		if (read_strings(n) == E_STOPPED)
			return E_STOPPED;
	return e;
}

static int examine(struct node *n, bool is_raw)
{
	struct fault why = { "" };
	enum answer a = ANSWER_GO;
	int e = is_raw ? OK : ask_first(n, &a);
	if (e)
		return e;
	switch (a) {
	case ANSWER_GO:
		e = is_raw ? read_strings(n) : read_whole(n, &why);
		break;
	case ANSWER_RAW:
		e = read_strings(n);
		break;
	case ANSWER_SKIP: case ANSWER_DUPLICATE:
		break;
	}
	if (e == E_STOPPED)
		return e;
	return node_close(&n->sink, e, &why) == E_STOPPED ? E_STOPPED : OK;
}

static const char *refuse_child(const struct node *n)
{
	const struct examiner *x = n->x;
	if (n->item.depth >= DEPTH_MAX)
		return "nested deeper than 32 containers";
	if (x->items >= x->items_max)
		return "more items in one file than the budget allows";
	if (x->work > x->work_max)
		return "more unpacked bytes in one file than the budget allows";
	return NULL;
}

static int node_child_lost(struct sink *s, const struct child *c, enum status st, const char *reason)
{
	struct sink *sub;
	struct node *parent = node_of(s);
	int e = node_open(s, c, &sub);
	if (e)
		return e;
	struct node *n = node_of(sub);
	n->is_virtual = true;	/* its bytes were not read: no digest */
	n->type = c->stated_type;
	node_worsen(n, st, reason);
	node_worsen(parent, STATUS_PARTIAL, "holds items that could not be read");
	return node_close(sub, OK, NULL);
}

static int node_child(struct sink *s, const struct child *c)
{
	struct node *parent = node_of(s);
	const char *refusal = refuse_child(parent);
	if (refusal) {
		node_worsen(parent, STATUS_PARTIAL, refusal);
		return parent->x->items > parent->x->items_max + CHILDREN_NAMED_MAX ? E_LIMIT
			: node_child_lost(s, c, STATUS_SKIPPED, refusal);
	}
	parent->x->work += c->bytes.n;
	struct sink *sub;
	int e = node_open(s, c, &sub);
	return e ? e : examine(node_of(sub), false);
}

const struct sink_ops node_ops = {
	.child = node_child, .open = node_open, .close = node_close, .child_lost = node_child_lost,
	.text = node_text, .table_begin = node_table_begin, .row = node_row, .row_number = node_row_number, .table_end = node_table_end,
	.picture = node_picture, .mail = node_mail, .finding = node_finding, .claim = node_claim,
	.type = node_type, .damage = node_damage, .spend = node_spend, .prints = node_prints, .digest = node_digest, .film = node_film,
};

int examiner_init(struct examiner *x, int line, const struct options *o, struct seen *seen, unsigned hashes)
{
	*x = (struct examiner){ .line = line, .options = o, .seen = seen, .hashes = hashes | HASH_SHA256 };
	buf_init(&x->out, FRAME_MAX * 2ul);
	buf_init(&x->scratch, FRAME_MAX);
	buf_init(&x->context, 1 << 20);
	buf_init(&x->masked, 1 << 20);
	return OK;
}

void examiner_release(struct examiner *x)
{
	buf_release(&x->out);
	buf_release(&x->scratch);
	buf_release(&x->context);
	buf_release(&x->masked);
}

/* Budgets count work, so that they decide alike everywhere: 4 GiB, and 200 times the file. */
static void set_budget(struct examiner *x, uint64_t size)
{
	x->work = 0;
	x->work_max = (4ull << 30) + (size < 1ull << 50 ? size * 200 : UINT64_MAX / 2);
	x->items = 0;
	x->items_max = 200000 + size / 16;
}

/* A set of volumes is read as one, but the digest is that of the volume that gives it its name. */
static struct span own_bytes(const struct job *j, struct span bytes, const uint64_t *ends, uint32_t volumes)
{
	if (!ends || j->own_volume >= volumes)
		return bytes;
	uint64_t from = j->own_volume ? ends[j->own_volume - 1] : 0;
	return span_sub(bytes, from, ends[j->own_volume] - from);
}

int examiner_run(struct examiner *x, const struct job *j, struct span bytes, const uint64_t *volume_ends, uint32_t volumes)
{
	set_budget(x, bytes.n);
	x->is_rerun = j->is_rerun;
	struct node *n = node_make(x, NULL);
	if (!n)
		return E_MEMORY;
	n->item.trail = arena_string(&n->arena, j->trail);
	n->item.name = arena_string(&n->arena, j->name);
	n->item.volume_ends = volume_ends;
	n->item.volumes = volume_ends ? volumes : 0;
	n->item.bytes = bytes;
	n->stated_size = j->size;
	n->own_bytes = own_bytes(j, bytes, volume_ends, volumes);
	n->item.times = (struct times){ j->modified, j->created, j->accessed };
	int e = frame_begin(n);
	if (e) {
		node_free(n);
		return e;
	}
	if (!bytes.n && j->size) {
		node_worsen(n, STATUS_UNREADABLE, "the system did not give its bytes");
		e = node_close(&n->sink, OK, NULL);
	} else if (j->is_hash_only) {
		snprintf(n->reason, sizeof(n->reason), "a volume of a set, read as part of it");
		e = node_close(&n->sink, OK, NULL);
	} else {
		e = examine(n, j->is_raw);
	}
	buf_clear(&x->scratch);
	if (e != E_STOPPED)
		e = frame_send(x, FRAME_DONE);
	return e ? e : frame_flush(x);
}
