/* Pictures and pages without text: their PDQ hash, and in a query all eight forms of it. */
#include <string.h>

#include "core/part.h"
#include "print/pdq.h"

static int give(const struct picture *p, const struct pdq *h, uint32_t quality, struct sink *out)
{
	struct digest d = { .kind = DIGEST_PDQ, .n = PDQ_BYTES, .quality = quality, .page = p->page };
	memcpy(d.value, h->bits, PDQ_BYTES);
	return sink_digest(out, &d);
}

static int picture_picture(const struct item *it, const struct picture *p, struct sink *out)
{
	const struct print_options *o = it->options->print;
	struct pdq hash, forms[PDQ_FORMS];
	uint32_t quality;
	if (!o || !p->grey || pdq_hash(p->grey, p->width, p->height, p->stride, &hash, forms, &quality, NULL) != OK ||
	    quality < PDQ_QUALITY)
		return OK;
	int e = OK;
	for (int k = 0; k < (o->is_query ? PDQ_FORMS : 1) && !e; k++)
		e = give(p, &forms[k], quality, out);
	return e;
}

const struct printer printer_picture = {
	.name = "picture", .help = "PDQ hashes of pictures, turned and mirrored ones too",
	.picture = picture_picture,
};
