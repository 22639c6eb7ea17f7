#include "core/sink.h"

int sink_child(struct sink *s, const struct child *c) { return s->ops->child(s, c); }
int sink_text(struct sink *s, const struct text *t) { return s->ops->text(s, t); }
int sink_row_number(struct sink *s, uint64_t number)
{
	return s->ops->row_number ? s->ops->row_number(s, number) : OK;
}

int sink_table_end(struct sink *s) { return s->ops->table_end(s); }
int sink_picture(struct sink *s, const struct picture *p) { return s->ops->picture(s, p); }
int sink_mail(struct sink *s, const struct mail_head *m) { return s->ops->mail(s, m); }
int sink_type(struct sink *s, const char *mime) { return s->ops->type(s, mime); }
int sink_spend(struct sink *s, uint64_t work) { return s->ops->spend(s, work); }
int sink_finding(struct sink *s, const struct finding *f) { return s->ops->finding(s, f); }
int sink_claim(struct sink *s, const struct claim *c) { return s->ops->claim(s, c); }

int sink_open(struct sink *s, const struct child *c, struct sink **sub)
{
	return s->ops->open(s, c, sub);
}

int sink_close(struct sink *sub, int code, const struct fault *why)
{
	return sub->ops->close(sub, code, why);
}

int sink_child_lost(struct sink *s, const struct child *c, enum status st, const char *reason)
{
	return s->ops->child_lost(s, c, st, reason);
}

int sink_table_begin(struct sink *s, const char *sheet, const struct span *names, uint32_t columns)
{
	return s->ops->table_begin(s, sheet, names, columns);
}

int sink_row(struct sink *s, const struct span *cells, uint32_t count, const uint64_t *offsets)
{
	return s->ops->row(s, cells, count, offsets);
}

int sink_damage(struct sink *s, enum status st, uint64_t offset, uint64_t length, const char *reason)
{
	return s->ops->damage(s, st, offset, length, reason);
}

int sink_prints(struct sink *s, const struct prints *p)
{
	return s->ops->prints ? s->ops->prints(s, p) : OK;
}

int sink_digest(struct sink *s, const struct digest *d)
{
	return s->ops->digest ? s->ops->digest(s, d) : OK;
}

int sink_film(struct sink *s, struct span part)
{
	return s->ops->film ? s->ops->film(s, part) : OK;
}

const char *digest_name(enum digest_kind k)
{
	static const char *const names[DIGEST_COUNT] = {
		"sha256", "sha1", "md5", "ed2k", "pieces-root", "pdq", "text",
	};
	return names[k];
}

const char *space_name(enum space s)
{
	static const char *const names[] = { "raw", "text", "row", "ocr" };
	return names[s];
}

struct where text_where(const struct text *t, size_t start, size_t end)
{
	struct where w = { .space = t->space, .page = t->page };
	w.start = t->raw_at ? t->raw_at[start] : t->base + start;
	w.end = t->raw_at ? t->raw_at[end] : t->base + end;
	return w;
}

struct where table_where(const struct table *t, uint32_t row, uint32_t column)
{
	struct where w = {
		.space = SPACE_ROW, .is_cell = true, .sheet = t->sheet,
		.row = t->first_row + row, .column = column + 1,
	};
	if (!t->offsets)
		return w;
	w.start = t->offsets[(size_t)row * t->columns + column];
	w.end = w.start + table_cell(t, row, column).n;
	return w;
}
