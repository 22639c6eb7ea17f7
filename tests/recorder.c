#include "recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TABLE_ROWS = 4096 };

const char *recorder_only;

static bool is_on(const struct detector *d)
{
	return !recorder_only || strcmp(d->name, recorder_only) == 0;
}

static struct recorder *self(struct sink *s)
{
	return (struct recorder *)s;
}

/* Printable, one line. */
static void add_escaped(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = s.p[i];
		if (c == '\n')
			buf_add_str(b, "\\n");
		else if (c < 0x20 || c == 0x7f || c == '\\')
			buf_format(b, "\\x%02x", c);
		else
			buf_add_byte(b, c);
	}
}

static void add_where(struct buf *b, const struct where *w)
{
	if (w->is_cell)
		buf_format(b, "%s!r%llu:c%u", w->sheet ? w->sheet : "", (unsigned long long)w->row, w->column);
	else
		buf_format(b, "%s %llu-%llu", space_name(w->space), (unsigned long long)w->start,
		           (unsigned long long)w->end);
	if (w->page)
		buf_format(b, " page %u", w->page);
}

static int on_finding(struct sink *s, const struct finding *f)
{
	struct recorder *r = self(s);
	buf_format(r->out, "finding %s %.2f ", kind_name(f->kind), f->confidence);
	add_escaped(r->out, f->value);
	buf_add_str(r->out, " @ ");
	add_where(r->out, &f->where);
	buf_format(r->out, " rule %s chance %.2g", f->rule ? f->rule : "?", f->chance);
	for (int i = 0; i < CHECKS_MAX && f->checks[i]; i++)
		buf_format(r->out, "%s %s", i ? "," : " checks", f->checks[i]);
	buf_add_byte(r->out, '\n');
	return OK;
}

static int on_claim(struct sink *s, const struct claim *c)
{
	struct recorder *r = self(s);
	buf_format(r->out, "claim %s", c->basis);
	for (unsigned i = 0; i < c->count; i++) {
		buf_format(r->out, " %s=", kind_name(c->elements[i].kind));
		add_escaped(r->out, c->elements[i].value);
	}
	buf_add_byte(r->out, '\n');
	return OK;
}

static int on_text(struct sink *s, const struct text *t)
{
	struct recorder *r = self(s);
	if (!r->is_quiet) {
		buf_format(r->out, "text %s %llu", space_name(t->space), (unsigned long long)t->base);
		if (t->page)
			buf_format(r->out, " page %u", t->page);
		if (t->part)
			buf_format(r->out, " %s", t->part);
		buf_add_str(r->out, t->is_strings ? " strings: " : ": ");
		add_escaped(r->out, t->utf8);
		buf_add_byte(r->out, '\n');
	}
	for (size_t i = 0; r->with_detectors && detectors[i]; i++) {
		int e = is_on(detectors[i]) && detectors[i]->text ? detectors[i]->text(r->item, t, s) : OK;
		if (e)
			return e;
	}
	return OK;
}

static void table_forget(struct recorder *r)
{
	for (size_t i = 0; i < (size_t)r->rows * r->columns; i++)
		free((void *)r->cells[i].p);
	r->rows = 0;
}

static int table_flush(struct recorder *r)
{
	struct table t = {
		.sheet = r->sheet, .columns = r->columns, .names = r->names,
		.first_row = r->first_row, .rows = r->rows, .cells = r->cells, .offsets = r->offsets,
	};
	int e = OK;
	for (size_t i = 0; r->rows && r->with_detectors && detectors[i] && !e; i++)
		if (is_on(detectors[i]) && detectors[i]->table)
			e = detectors[i]->table(r->item, &t, &r->sink);
	r->first_row += r->rows;
	table_forget(r);
	return e;
}

static struct span keep(struct span s)
{
	unsigned char *p = malloc(s.n + 1);
	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = 0;
	return span_of(p, s.n);
}

static int on_table_begin(struct sink *s, const char *sheet, const struct span *names, uint32_t columns)
{
	struct recorder *r = self(s);
	r->columns = columns;
	r->first_row = 1;
	r->rows = 0;
	r->sheet = sheet ? strdup(sheet) : NULL;
	r->names = calloc(columns + 1u, sizeof(*r->names));
	r->cells = calloc((size_t)columns * TABLE_ROWS + 1, sizeof(*r->cells));
	r->offsets = NULL;
	if (!r->is_quiet)
		buf_format(r->out, "table %s:", sheet ? sheet : "");
	for (uint32_t i = 0; i < columns; i++) {
		r->names[i] = names ? keep(names[i]) : span_str("");
		if (r->is_quiet)
			continue;
		buf_add_byte(r->out, '|');
		add_escaped(r->out, r->names[i]);
	}
	if (!r->is_quiet)
		buf_add_byte(r->out, '\n');
	return OK;
}

static int on_row(struct sink *s, const struct span *cells, uint32_t count, const uint64_t *offsets)
{
	struct recorder *r = self(s);
	if (!r->is_quiet)
		buf_add_str(r->out, "row ");
	if (offsets && !r->offsets)
		r->offsets = calloc((size_t)r->columns * TABLE_ROWS + 1, sizeof(*r->offsets));
	for (uint32_t i = 0; i < r->columns; i++) {
		struct span c = i < count ? cells[i] : span_str("");
		size_t at = (size_t)r->rows * r->columns + i;
		r->cells[at] = keep(c);
		if (r->offsets)
			r->offsets[at] = offsets && i < count ? offsets[i] : 0;
		if (r->is_quiet)
			continue;
		buf_add_byte(r->out, '|');
		add_escaped(r->out, c);
	}
	if (!r->is_quiet)
		buf_add_byte(r->out, '\n');
	r->rows++;
	return r->rows == TABLE_ROWS ? table_flush(r) : OK;
}

static int on_row_number(struct sink *s, uint64_t number)
{
	struct recorder *r = self(s);
	if (number == r->first_row + r->rows)
		return OK;
	int e = table_flush(r);
	r->first_row = number;
	if (!r->is_quiet)
		buf_format(r->out, "from row %llu\n", (unsigned long long)number);
	return e;
}

static int on_table_end(struct sink *s)
{
	struct recorder *r = self(s);
	int e = table_flush(r);
	for (uint32_t i = 0; r->names && i < r->columns; i++)
		if (r->names[i].n)
			free((void *)r->names[i].p);
	free(r->names);
	free(r->cells);
	free(r->offsets);
	free(r->sheet);
	r->names = r->cells = NULL;
	r->offsets = NULL;
	r->sheet = NULL;
	return e;
}

static int on_picture(struct sink *s, const struct picture *p)
{
	struct recorder *r = self(s);
	if (!r->is_quiet)
		buf_format(r->out, "picture %ux%u page %u\n", p->width, p->height, p->page);
	for (size_t i = 0; r->with_detectors && detectors[i]; i++) {
		int e = is_on(detectors[i]) && detectors[i]->picture ? detectors[i]->picture(r->item, p, s) : OK;
		if (e)
			return e;
	}
	return OK;
}

static int on_mail(struct sink *s, const struct mail_head *m)
{
	struct recorder *r = self(s);
	const struct { const char *name; struct span value; } fields[] = {
		{ "id", m->message_id }, { "from", m->from }, { "to", m->to }, { "cc", m->cc },
		{ "subject", m->subject }, { "mailbox", m->mailbox },
	};
	buf_add_str(r->out, m->is_deleted ? "mail deleted" : "mail");
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		if (!fields[i].value.n)
			continue;
		buf_format(r->out, " %s=", fields[i].name);
		add_escaped(r->out, fields[i].value);
	}
	if (m->sent != TIME_UNKNOWN)
		buf_format(r->out, " sent=%lld", (long long)(m->sent / 1000000000));
	buf_add_byte(r->out, '\n');
	return OK;
}

static int on_type(struct sink *s, const char *mime)
{
	if (!self(s)->is_quiet)
		buf_format(self(s)->out, "type %s\n", mime);
	return OK;
}

static int on_damage(struct sink *s, enum status st, uint64_t offset, uint64_t length, const char *reason)
{
	buf_format(self(s)->out, "damage %s at %llu+%llu: %s\n", status_name(st), (unsigned long long)offset,
	           (unsigned long long)length, reason);
	return OK;
}

static int on_spend(struct sink *s, uint64_t work)
{
	self(s)->work += work;
	return self(s)->work > (4ull << 30) ? E_LIMIT : OK;
}

static int on_child_lost(struct sink *s, const struct child *c, enum status st, const char *reason)
{
	struct recorder *r = self(s);
	buf_format(r->out, "lost %s//", r->item->trail);
	add_escaped(r->out, c->name);
	buf_format(r->out, " %s: %s\n", status_name(st), reason);
	return OK;
}

static int on_close(struct sink *s, int code, const struct fault *why);
static const struct sink_ops ops;

/* Detectors judge the item as a whole. */
static int end_item(struct recorder *r)
{
	int e = OK;
	for (size_t i = 0; r->with_detectors && detectors[i] && !e; i++)
		if (is_on(detectors[i]) && detectors[i]->end)
			e = detectors[i]->end(r->item, &r->sink);
	return e;
}

/* The sink of a child; on_close releases it. */
static int on_open(struct sink *s, const struct child *c, struct sink **sub)
{
	struct recorder *r = self(s);
	struct arena *arena = calloc(1, sizeof(*arena));
	arena_init(arena, 1u << 30);
	struct buf name;
	buf_init(&name, 1 << 20);
	add_escaped(&name, c->name);
	struct item *it = arena_take(arena, sizeof(*it));
	*it = *r->item;
	it->arena = arena;
	it->notes = arena_take(arena, sizeof(*it->notes));
	it->depth++;
	it->name = arena_string(arena, buf_span(&name));
	const char *slash = c->is_nested_path ? strrchr(it->name, '/') : NULL;
	it->trail = arena_format(arena, "%s//%s", r->item->trail, it->name);
	it->name = slash ? slash + 1 : it->name;
	it->bytes = c->bytes;
	it->stated_type = c->stated_type;
	it->times = c->times;
	buf_release(&name);
	struct recorder *child = calloc(1, sizeof(*child));
	*child = (struct recorder){
		.sink = { &ops }, .out = r->out, .item = it, .work = r->work,
		.with_detectors = r->with_detectors, .is_quiet = r->is_quiet,
	};
	if (c->is_virtual && !r->is_quiet)
		buf_format(r->out, "item %s virtual\n", it->trail);
	*sub = &child->sink;
	return OK;
}

static int on_close(struct sink *s, int code, const struct fault *why)
{
	struct recorder *r = self(s);
	struct arena *arena = r->item->arena;
	if (!r->is_ended)
		end_item(r);
	if (code)
		buf_format(r->out, "end %d %s\n", code, why ? why->text : "");
	arena_release(arena);
	free(arena);
	free(r);
	return OK;
}

static int on_child(struct sink *s, const struct child *c)
{
	struct recorder *r = self(s);
	if (r->item->depth > 20 || r->work > (1u << 28))
		return on_child_lost(s, c, STATUS_SKIPPED, "deeper or more than this recorder goes");
	r->work += c->bytes.n + 4096;
	struct sink *sub = NULL;
	on_open(s, c, &sub);
	record_item(r->out, self(sub)->item, NULL, r->with_detectors, r->is_quiet);
	self(sub)->is_ended = true;
	return on_close(sub, OK, NULL);
}

static const struct sink_ops ops = {
	.child = on_child, .open = on_open, .close = on_close, .child_lost = on_child_lost, .text = on_text,
	.table_begin = on_table_begin, .row = on_row, .row_number = on_row_number, .table_end = on_table_end,
	.picture = on_picture, .mail = on_mail, .finding = on_finding, .claim = on_claim,
	.type = on_type, .damage = on_damage, .spend = on_spend,
};

int record_item(struct buf *out, const struct item *it, const struct reader *reader,
                bool with_detectors, bool is_quiet)
{
	struct fault why = { "" };
	struct note *notes = NULL;
	struct item noted = *it;
	if (!noted.notes)
		noted.notes = &notes;
	it = &noted;
	struct recorder r = {
		.sink = { &ops }, .out = out, .item = it,
		.with_detectors = with_detectors, .is_quiet = is_quiet,
	};
	if (!reader)
		reader = reader_for(it);
	if (!is_quiet)
		buf_format(out, "item %s %zu %s\n", it->trail, it->bytes.n, reader ? reader->name : "-");
	int e = OK;
	for (size_t i = 0; with_detectors && detectors[i] && !e; i++)
		if (is_on(detectors[i]) && detectors[i]->item)
			e = detectors[i]->item(it, &r.sink);
	if (!e && reader)
		e = reader->read(it, &r.sink, &why);
	end_item(&r);
	if (e)
		buf_format(out, "end %d %s\n", e, why.text);
	return e;
}

const char *record_bytes(struct buf *out, const char *name, struct span bytes, bool with_detectors)
{
	static struct options options = { .classes = CLASSES_ALL };
	static bool is_ready;
	for (size_t i = 0; !is_ready && readers[i]; i++)
		if (readers[i]->init)
			readers[i]->init(&options, NULL);
	for (size_t i = 0; !is_ready && detectors[i]; i++)
		if (detectors[i]->init)
			detectors[i]->init(&options, NULL);
	is_ready = true;
	struct arena arena;
	arena_init(&arena, 1u << 30);
	struct item it = {
		.trail = name, .name = name, .bytes = bytes, .times = TIMES_UNKNOWN,
		.options = &options, .arena = &arena,
	};
	record_item(out, &it, NULL, with_detectors, false);
	arena_release(&arena);
	return buf_string(out);
}

struct span load_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	if (!f)
		return span_of(NULL, 0);
	struct buf b;
	buf_init(&b, 1u << 30);
	for (unsigned char *at = buf_reserve(&b, 1 << 16); at; at = buf_reserve(&b, 1 << 16)) {
		size_t n = fread(at, 1, 1 << 16, f);
		b.n += n;
		if (!n)
			break;
	}
	fclose(f);
	return buf_span(&b);
}
