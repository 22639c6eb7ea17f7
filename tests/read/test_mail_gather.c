#include "mail_gather.h"

static void keep(struct gather *g, struct span s)
{
	if (g->count < GATHERED_MAX)
		g->pieces[g->count++] = arena_copy(g->arena, s);
}

static struct gather *self(struct sink *s)
{
	return (struct gather *)s;
}

static int on_child(struct sink *s, const struct child *c)
{
	struct gather *g = self(s);
	g->children++;
	keep(g, c->bytes);
	if (g->depth < 8)
		gather_item(g, arena_string(g->arena, c->name), c->bytes, c->stated_type, NULL);
	return OK;
}
static int on_open(struct sink *s, const struct child *c, struct sink **sub)
{
	self(s)->children++;
	*sub = s;
	return OK;
}
static int on_close(struct sink *s, int code, const struct fault *why) { return OK; }
static int on_lost(struct sink *s, const struct child *c, enum status st, const char *reason) { return OK; }
static int on_text(struct sink *s, const struct text *t) { keep(self(s), t->utf8); return OK; }
static int on_table(struct sink *s, const char *sheet, const struct span *names, uint32_t n) { return OK; }
static int on_row(struct sink *s, const struct span *cells, uint32_t n, const uint64_t *at)
{
	for (uint32_t i = 0; i < n; i++)
		keep(self(s), cells[i]);
	return OK;
}
static int on_table_end(struct sink *s) { return OK; }
static int on_picture(struct sink *s, const struct picture *p) { return OK; }
static int on_mail(struct sink *s, const struct mail_head *m)
{
	self(s)->heads++;
	self(s)->deleted += m->is_deleted;
	return OK;
}
static int on_finding(struct sink *s, const struct finding *f) { self(s)->findings++; return OK; }
static int on_claim(struct sink *s, const struct claim *c) { self(s)->claims++; return OK; }
static int on_type(struct sink *s, const char *mime) { return OK; }
static int on_damage(struct sink *s, enum status st, uint64_t at, uint64_t n, const char *reason)
{
	self(s)->damages++;
	return OK;
}
static int on_spend(struct sink *s, uint64_t work) { return OK; }

static const struct sink_ops ops = {
	on_child, on_open, on_close, on_lost, on_text, on_table, on_row, on_table_end, on_picture,
	on_mail, on_finding, on_claim, on_type, on_damage, on_spend,
};

void gather_item(struct gather *g, const char *name, struct span bytes, const char *stated_type,
                 const struct reader *reader)
{
	struct item it = {
		.trail = name, .name = name, .bytes = bytes, .stated_type = stated_type, .times = TIMES_UNKNOWN,
		.options = &g->options, .arena = g->arena, .depth = g->depth,
	};
	struct fault why;
	g->sink.ops = &ops;
	g->options.classes = CLASSES_ALL;
	if (!reader)
		reader = reader_for(&it);
	if (!reader)
		return;
	g->depth++;
	reader->read(&it, &g->sink, &why);
	g->depth--;
}

bool gather_has(const struct gather *g, struct span piece)
{
	for (size_t i = 0; i < g->count; i++)
		if (span_equal(g->pieces[i], piece))
			return true;
	return false;
}
