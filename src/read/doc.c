#include "read/doc.h"

enum { TEXT_CEILING = 256 << 20 };	/* bytes gathered before they are given */

void doc_init(struct doc *d, const struct item *it, struct sink *out, struct fault *why)
{
	*d = (struct doc){ .item = it, .out = out, .why = why };
	buf_init(&d->text, TEXT_CEILING);
}

void doc_release(struct doc *d)
{
	buf_release(&d->text);
}

/* At most TEXT_MAX bytes: up to the last line end in it, else up to a character's start. */
static struct span next_run(struct span rest)
{
	if (rest.n <= TEXT_MAX)
		return rest;
	size_t n = TEXT_MAX;
	while (n > TEXT_MAX / 2 && span_at(rest, n - 1) != '\n')
		n--;
	if (span_at(rest, n - 1) == '\n')
		return span_sub(rest, 0, n);
	n = TEXT_MAX;
	while (n > TEXT_MAX - 4 && (span_at(rest, n) & 0xc0) == 0x80)
		n--;
	return span_sub(rest, 0, n);
}

int doc_give(struct doc *d, const char *part, uint32_t page)
{
	struct span rest = buf_span(&d->text);
	int e = OK;
	if (d->text.is_full)
		e = doc_damage(d, "more text than is read of one part");
	while (rest.n && !e) {
		struct span run = next_run(rest);
		struct text t = {
			.utf8 = run, .space = SPACE_TEXT, .base = d->base, .page = page, .part = part,
		};
		e = sink_text(d->out, &t);
		d->base += run.n;
		rest = span_from(rest, run.n);
	}
	buf_clear(&d->text);
	return e;
}

int doc_damage(struct doc *d, const char *reason)
{
	d->is_damaged = true;
	return sink_damage(d->out, STATUS_PARTIAL, 0, 0, reason);
}

int doc_child(struct doc *d, struct span name, struct span bytes)
{
	struct child c = { .name = name, .is_nested_path = true, .bytes = bytes, .times = TIMES_UNKNOWN };
	int e = sink_spend(d->out, bytes.n);
	return e ? e : sink_child(d->out, &c);
}

void doc_end_line(struct doc *d)
{
	if (d->text.n && span_at(buf_span(&d->text), d->text.n - 1) != '\n')
		buf_add_byte(&d->text, '\n');
}

int doc_end(const struct doc *d, int code)
{
	return code < 0 ? code : d->is_damaged ? PART : OK;
}
