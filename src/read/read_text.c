/*
 * Plain text in any encoding, given a megabyte at a time, cut at line ends.
 * UTF-8 is given where it lies. Stretches that are no text are searched for
 * strings.
 */
#include "core/part.h"
#include "lib/encoding.h"
#include "read/strings.h"
#include "read/text_source.h"

static int text_probe(struct span head, const struct item *it)
{
	(void)it;
	return head.n && encoding_is_text(head) ? 10 : 0;
}

static int text_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct text_source ts;
	text_source_init(&ts, it->bytes, NULL);
	int e = OK;
	for (size_t from = 0, next; from < it->bytes.n && !e; from = next) {
		struct text t;
		bool is_text;
		e = text_source_window(&ts, from, WINDOW, &t, &next, &is_text, why);
		if (!e)
			e = sink_spend(out, next - from);
		if (e)
			break;
		if (is_text)
			e = sink_text(out, &t);
		else
			e = strings_give(span_sub(it->bytes, from, next - from), from, NULL, out);
	}
	text_source_release(&ts);
	return e;
}

static int text_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_text = {
	.name = "text", .help = "plain text in any encoding", .type = "text/plain", .peek = 4096,
	.probe = text_probe, .read = text_read, .init = text_init,
};
