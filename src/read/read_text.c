/* Plain text. UTF-8 only so far. */
#include "core/part.h"

static int text_probe(struct span head, const struct item *it)
{
	(void)it;
	for (size_t i = 0; i < head.n; i++)
		if (head.p[i] < 9)
			return 0;
	return head.n ? 10 : 0;
}

static int text_read(const struct item *it, struct sink *out, struct fault *why)
{
	(void)why;
	struct text t = { .utf8 = it->bytes, .space = SPACE_RAW };
	return sink_text(out, &t);
}

const struct reader reader_text = {
	.name = "text", .help = "plain text", .type = "text/plain", .peek = 4096,
	.probe = text_probe, .read = text_read,
};
