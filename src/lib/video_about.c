/* What a film's container is and says of itself, in words; of lib/video.h. */
#include "lib/video_own.h"

#include <string.h>

/*
 * First bytes of containers: ISO 14496-12 and QuickTime (a box's type behind
 * its size), RIFF, ISO 13818-1, FLV, ASF, MXF (SMPTE 377).
 */
struct magic { const char *bytes; unsigned at, n; const char *type; };
static const struct magic magics[] = {
	{ "ftypqt  ", 4, 8, "video/quicktime" },
	{ "ftyp", 4, 4, "video/mp4" },
	{ "moov", 4, 4, "video/quicktime" },
	{ "mdat", 4, 4, "video/quicktime" },
	{ "AVI LIST", 8, 8, "video/x-msvideo" },
	{ "\0\0\1\xba", 0, 4, "video/mpeg" },
	{ "\0\0\1\xb3", 0, 4, "video/mpeg" },
	{ "FLV\1", 0, 4, "video/x-flv" },
	{ "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c", 0, 16, "video/x-ms-asf" },
	{ "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", 0, 11, "application/mxf" },
};

/* Brands of ISO files that hold pictures or sound alone. */
static const char other_brands[] = "heic heix hevc heim heis mif1 msf1 avif avis crx  M4A  M4B  M4P  jp2  jpx  jxl  F4A ";

static bool is_other_brand(struct span head)
{
	struct span brand = span_sub(head, 8, 4);
	if (!span_equal(span_sub(head, 4, 4), span_str("ftyp")) || brand.n != 4)
		return false;
	for (size_t at = 0; at + 4 < sizeof(other_brands); at += 5)
		if (span_equal(brand, span_of(other_brands + at, 4)))
			return true;
	return false;
}

static bool is_transport(struct span head)
{
	for (size_t first = 0; first <= 4; first += 4) {	/* 188 bytes a packet, or 192 with a clock before it */
		size_t step = 188 + first;
		bool is_all = head.n > first + 4 * step;
		for (size_t i = 0; i < 5 && is_all; i++)
			is_all = span_at(head, first + i * step) == 0x47;
		if (is_all)
			return true;
	}
	return false;
}

const char *video_type(struct span head)
{
	head = span_sub(head, 0, VIDEO_PEEK);
	if (is_other_brand(head))
		return NULL;
	for (size_t i = 0; i < sizeof(magics) / sizeof(*magics); i++)
		if (span_equal(span_sub(head, magics[i].at, magics[i].n), span_of(magics[i].bytes, magics[i].n)))
			return magics[i].type;
	if (span_starts(head, span_of("\x1a\x45\xdf\xa3", 4))) {
		if (span_find(head, span_str("webm"), 0) < 64)
			return "video/webm";
		return span_find(head, span_str("matroska"), 0) < 64 ? "video/x-matroska" : NULL;
	}
	if (span_starts(head, span_str("OggS")))
		return span_find(head, span_str("\x80theora"), 0) != SIZE_MAX ? "video/ogg" : NULL;
	return is_transport(head) ? "video/mp2t" : NULL;
}

static int tags_give(const AVDictionary *d, int (*take)(void *user, const char *name, const char *value), void *user)
{
	const AVDictionaryEntry *t = NULL;
	int e = 0;
	while (!e && (t = av_dict_get(d, "", t, AV_DICT_IGNORE_SUFFIX)))
		e = take(user, t->key, t->value);
	return e;
}

int video_tags(const struct video *v, int (*take)(void *user, const char *name, const char *value), void *user)
{
	const AVFormatContext *f = v->format;
	int e = tags_give(f->metadata, take, user);
	for (unsigned i = 0; i < f->nb_streams && !e; i++)
		e = tags_give(f->streams[i]->metadata, take, user);
	for (unsigned i = 0; i < f->nb_chapters && !e; i++)
		e = tags_give(f->chapters[i]->metadata, take, user);
	return e;
}
