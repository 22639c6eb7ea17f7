/* Films: what the container says of itself (title, comment, encoder), by lib/video. Frames are the printer's. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "core/part.h"
#include "lib/video.h"

enum { ABOUT_MAX = 1 << 20 };

static int film_probe(struct span head, const struct item *it)
{
	(void)it;
	return video_type(head) ? 80 : 0;
}

/* Tags that only the container's makers need. */
static bool is_dull(const char *name)
{
	static const char *const dull[] = { "major_brand", "minor_version", "compatible_brands", "handler_name", "vendor_id",
		"language", "DURATION", "duration" };
	for (size_t i = 0; i < sizeof(dull) / sizeof(*dull); i++)
		if (strcmp(name, dull[i]) == 0)
			return true;
	return strncmp(name, "_STATISTICS", 11) == 0 || strncmp(name, "NUMBER_OF_", 10) == 0 || strcmp(name, "BPS") == 0;
}

static int add_tag(void *user, const char *name, const char *value)
{
	struct buf *b = user;
	if (!is_dull(name) && value[0])
		buf_format(b, "%s: %s\n", name, value);
	return 0;
}

static int give_about(const struct video *v, struct sink *out)
{
	struct buf b;
	buf_init(&b, ABOUT_MAX);
	video_tags(v, add_tag, &b);
	struct text t = { .utf8 = buf_span(&b), .space = SPACE_TEXT, .part = "metadata" };
	int e = t.utf8.n ? sink_text(out, &t) : OK;
	buf_release(&b);
	return e;
}

static int film_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct video *v = NULL;
	const char *type = video_type(it->bytes);
	int e = video_open_memory(it->bytes, NULL, &v, why);
	if (!e && type)
		e = sink_type(out, type);
	if (!e)
		e = give_about(v, out);
	video_close(v);
	return e;
}

const struct reader reader_film = {
	.name = "film", .help = "films: MP4, QuickTime, Matroska, WebM, AVI, MPEG, FLV, ASF, MXF",
	.type = "video/mp4", .peek = VIDEO_PEEK, .probe = film_probe, .read = film_read,
};
