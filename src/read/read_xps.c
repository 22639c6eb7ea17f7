/* XPS (ECMA-388), on MuPDF; see pages.h. */
#include "read/pages.h"

enum { DIRECTORY_MAX = 256 << 10 };	/* bytes of a zip's end that hold its directory in all but huge files */

static int xps_probe(struct span head, const struct item *it)
{
	if (!span_starts(head, span_str("PK\3\4")))
		return 0;
	size_t from = it->bytes.n > DIRECTORY_MAX ? it->bytes.n - DIRECTORY_MAX : 0;
	struct span tail = span_from(it->bytes, from);
	return span_find_nocase(tail, span_str(".fdseq"), 0) != SIZE_MAX ? 90 : 0;
}

static int xps_read(const struct item *it, struct sink *out, struct fault *why)
{
	return pages_read(it, out, "xps", why);
}

const struct reader reader_xps = {
	.name = "xps", .help = "XPS and OpenXPS", .type = "application/oxps", .peek = 64,
	.probe = xps_probe, .read = xps_read,
};
