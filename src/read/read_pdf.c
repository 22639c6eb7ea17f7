/* PDF (ISO 32000), on MuPDF; see pages.h. */
#include "read/pages.h"

/* Readers of PDF look for the header in the first 1,024 bytes (ISO 32000-1, Annex H, note 13). */
static int pdf_probe(struct span head, const struct item *it)
{
	size_t at = span_find(span_sub(head, 0, 1024), span_str("%PDF-"), 0);
	if (at == 0)
		return 95;
	if (at != SIZE_MAX)
		return item_has_extension(it, "pdf ai") ? 90 : 60;
	bool has_objects = span_find(head, span_str(" obj"), 0) != SIZE_MAX;
	return item_has_extension(it, "pdf") && has_objects ? 60 : 0;
}

static int pdf_read(const struct item *it, struct sink *out, struct fault *why)
{
	return pages_read(it, out, "pdf", why);
}

const struct reader reader_pdf = {
	.name = "pdf", .help = "PDF", .type = "application/pdf", .peek = 4096,
	.probe = pdf_probe, .read = pdf_read,
};
