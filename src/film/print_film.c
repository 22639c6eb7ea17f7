/*
 * The printer of films: a file whose head is that of a container of films is
 * decoded here, in the worker, and its fingerprint given away in parts.
 */
#include <string.h>

#include "core/part.h"
#include "film/fingerprint.h"
#include "lib/video.h"

enum { PIXELS_A_WORK = 8 };	/* decoding a pixel costs about as much as scanning an eighth of a byte */

static int film_step(void *user, uint64_t pixels)
{
	return sink_spend(user, pixels / PIXELS_A_WORK + 64);
}

static int give(struct span bytes, struct sink *out)
{
	int e = OK;
	for (size_t at = 0; at < bytes.n && !e; at += FILM_PART_MAX)
		e = sink_film(out, span_sub(bytes, at, FILM_PART_MAX));
	return e;
}

/* OK, or what the sink returned; films that cannot be decoded are told as damage. */
static int print_video(struct video *v, bool is_clip, struct sink *out)
{
	struct fault why = { "" };
	struct buf b;
	buf_init(&b, 1u << 30);
	int e = fingerprint_take(v, is_clip, film_step, out, &b, &why);
	bool is_ours = e == E_DAMAGED || e == E_UNSUPPORTED || e == E_LIMIT || e == E_IO;
	if (!e)
		e = give(buf_span(&b), out);
	else if (is_ours && why.text[0])	/* else the sink's own code */
		e = sink_damage(out, STATUS_PARTIAL, 0, 0, why.text);
	buf_release(&b);
	return e;
}

static int film_item(const struct item *it, struct sink *out)
{
	const struct print_options *o = it->options->print;
	struct fault why = { "" };
	struct video *v = NULL;
	if (!o || !video_type(it->bytes))
		return OK;
	int e = video_open_memory(it->bytes, NULL, &v, &why);
	if (e == E_MEMORY)
		return e;
	if (e)		/* sound alone, or damage that the reader tells */
		return OK;
	e = print_video(v, o->is_query, out);
	video_close(v);
	return e;
}

const struct printer printer_film = {
	.name = "film", .help = "fingerprints of films, from decoded frames", .item = film_item,
};
