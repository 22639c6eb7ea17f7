/* RTF, by lib/rtf.h: its text, pictures and embedded objects. */
#include "lib/encoding.h"
#include "lib/rtf.h"
#include "read/ole_native.h"

#include <stdio.h>
#include <string.h>

enum { OBJECTS_MAX = 10000 };

static int rtf_probe(struct span head, const struct item *it)
{
	(void)it;
	return span_find(span_sub(head, 0, 64), span_str("{\\rtf"), 0) <= 16 ? 90 : 0;
}

struct embedded { struct doc doc; unsigned count; };

static int on_data(void *user, const char *kind, struct span bytes)
{
	struct embedded *e = user;
	char name[48];
	if (++e->count > OBJECTS_MAX)
		return OK;
	if (strcmp(kind, "object") == 0) {
		snprintf(name, sizeof(name), "object %u", e->count);
		return ole_object(&e->doc, bytes, name);
	}
	snprintf(name, sizeof(name), "picture %u.%s", e->count, kind);
	return doc_child(&e->doc, span_str(name), bytes);
}

static int rtf_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct embedded embedded = { .count = 0 };
	struct rtf_events events = { on_data, &embedded };
	struct fault lost = { "" };
	doc_init(&embedded.doc, it, out, why);
	int e = sink_spend(out, it->bytes.n);
	if (!e)
		e = rtf_walk(it->bytes, &events, &embedded.doc.text, &lost);
	if (e > 0)
		e = doc_damage(&embedded.doc, lost.text);
	else if (e < 0 && lost.text[0])
		fault_set(why, e, "%s", lost.text);
	if (!e)
		e = doc_give(&embedded.doc, NULL, 0);
	doc_release(&embedded.doc);
	return doc_end(&embedded.doc, e);
}

static int rtf_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_rtf = {
	.name = "rtf", .help = "Rich Text Format", .type = "application/rtf", .peek = 64,
	.probe = rtf_probe, .read = rtf_read, .init = rtf_init,
};
