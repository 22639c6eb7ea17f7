/* Encoding and copying half of lib/video.h. */
#include "lib/video_own.h"

#include <fcntl.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct { const char *extension, *muxer; } containers[] = {
	{ "mp4", "mp4" }, { "m4v", "mp4" }, { "mov", "mov" }, { "mkv", "matroska" }, { "webm", "webm" },
};

/* The muxer for a path ending in .EXT or, while it is being written, .EXT.part; NULL for other ones. */
static const char *muxer_of(const char *path)
{
	size_t n = strlen(path);
	if (n > 5 && strcmp(path + n - 5, ".part") == 0)
		n -= 5;
	for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
		size_t len = strlen(containers[i].extension);
		if (n > len && path[n - len - 1] == '.' && strncasecmp(path + n - len, containers[i].extension, len) == 0)
			return containers[i].muxer;
	}
	return NULL;
}

const char *video_copy_extension(const char *path)
{
	return muxer_of(path) ? strrchr(path, '.') + 1 : "mkv";
}

int video_writer_new(const char *path, struct video_writer **out, struct fault *why)
{
	video_hush();
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		return fault_set(why, E_IO, "%s: %m", path);
	close(fd);
	struct video_writer *w = calloc(1, sizeof(*w));
	if (w)
		w->path = strdup(path);
	if (!w || !w->path) {
		unlink(path);
		free(w);
		return fault_set(why, E_MEMORY, "no memory for a film writer");
	}
	w->last_pts = INT64_MIN;
	w->packet = av_packet_alloc();
	w->copy = av_packet_alloc();
	int e = avformat_alloc_output_context2(&w->format, NULL, muxer_of(path) ? muxer_of(path) : "matroska", path);
	if (e >= 0)
		e = avio_open(&w->format->pb, path, AVIO_FLAG_WRITE);
	if (e < 0 || !w->packet || !w->copy) {
		e = video_fault(why, E_IO, e, path);
		video_abandon(w);
		return e;
	}
	*out = w;
	return OK;
}

static void writer_free(struct video_writer *w)
{
	avcodec_free_context(&w->codec);
	if (w->format)
		avio_closep(&w->format->pb);
	avformat_free_context(w->format);
	av_packet_free(&w->packet);
	av_packet_free(&w->copy);
	av_frame_free(&w->grey);
	free(w->map);
	free(w->path);
	free(w);
}

void video_abandon(struct video_writer *w)
{
	if (!w)
		return;
	unlink(w->path);
	writer_free(w);
}

static int side_data_copy(AVStream *to, const AVStream *from)
{
	for (int i = 0; i < from->nb_side_data; i++) {
		const AVPacketSideData *s = &from->side_data[i];
		uint8_t *p = av_stream_new_side_data(to, s->type, s->size);
		if (!p)
			return AVERROR(ENOMEM);
		memcpy(p, s->data, s->size);
	}
	return 0;
}

static int stream_like(struct video_writer *w, const AVStream *from, bool is_encoded)
{
	AVStream *to = avformat_new_stream(w->format, NULL);
	if (!to)
		return AVERROR(ENOMEM);
	to->time_base = from->time_base;
	to->disposition = from->disposition;
	to->avg_frame_rate = from->avg_frame_rate;
	to->sample_aspect_ratio = from->sample_aspect_ratio;
	av_dict_copy(&to->metadata, from->metadata, 0);
	if (!is_encoded) {
		int e = avcodec_parameters_copy(to->codecpar, from->codecpar);
		if (e < 0)
			return e;
		to->codecpar->codec_tag = 0;
	}
	return side_data_copy(to, from);
}

static bool is_carried(const struct video_writer *w, const AVStream *st)
{
	enum AVMediaType t = st->codecpar->codec_type;
	if (t != AVMEDIA_TYPE_AUDIO && t != AVMEDIA_TYPE_SUBTITLE && t != AVMEDIA_TYPE_ATTACHMENT)
		return false;
	return t == AVMEDIA_TYPE_ATTACHMENT ? strcmp(w->format->oformat->name, "matroska") == 0
		: avformat_query_codec(w->format->oformat, st->codecpar->codec_id, FF_COMPLIANCE_NORMAL) == 1;
}

static int chapters_copy(AVFormatContext *to, const AVFormatContext *from)
{
	if (!from->nb_chapters)
		return 0;
	to->chapters = av_calloc(from->nb_chapters, sizeof(*to->chapters));
	if (!to->chapters)
		return AVERROR(ENOMEM);
	for (unsigned i = 0; i < from->nb_chapters; i++) {
		AVChapter *c = av_mallocz(sizeof(*c));
		if (!c)
			return AVERROR(ENOMEM);
		*c = *from->chapters[i];
		c->metadata = NULL;
		av_dict_copy(&c->metadata, from->chapters[i]->metadata, 0);
		to->chapters[to->nb_chapters++] = c;
	}
	return 0;
}

int video_writer_streams(struct video_writer *w, AVFormatContext *from, int video_stream, bool without_others,
                         struct fault *why)
{
	w->map = calloc(from->nb_streams, sizeof(*w->map));
	if (!w->map)
		return fault_set(why, E_MEMORY, "no memory for a film writer");
	w->map_count = (int)from->nb_streams;
	int e = stream_like(w, from->streams[video_stream], w->codec != NULL);
	for (int i = 0; i < w->map_count && e >= 0; i++) {
		w->map[i] = -1;
		if (i == video_stream) {
			w->map[i] = 0;
		} else if (!without_others && is_carried(w, from->streams[i])) {
			w->map[i] = (int)w->format->nb_streams;
			e = stream_like(w, from->streams[i], false);
		}
	}
	if (e >= 0 && !without_others) {
		av_dict_copy(&w->format->metadata, from->metadata, 0);
		e = chapters_copy(w->format, from);
	}
	return e < 0 ? video_fault(why, E_IO, e, w->path) : OK;
}

int video_writer_header(struct video_writer *w, struct fault *why)
{
	AVDictionary *o = NULL;
	/* times stay as they are in the source: no shift to zero, edit lists where the container needs them */
	w->format->flags |= AVFMT_FLAG_BITEXACT;
	int e = avformat_write_header(w->format, &o);
	av_dict_free(&o);
	w->has_header = e >= 0;
	return e < 0 ? video_fault(why, E_IO, e, w->path) : OK;
}

/* Nothing but IDR pictures at whole multiples of gop_frames, with the same headers whatever the picture. */
static void gop_options(AVCodecContext *c, int gop_frames, AVDictionary **o)
{
	char text[160];
	c->gop_size = c->keyint_min = gop_frames;
	c->flags |= AV_CODEC_FLAG_CLOSED_GOP;
	bool is_265 = strcmp(c->codec->name, "libx265") == 0;
	snprintf(text, sizeof(text), "keyint=%d:min-keyint=%d:scenecut=0:open-gop=0%s", gop_frames, gop_frames,
	         is_265 ? ":log-level=none" : "");
	av_dict_set(o, is_265 ? "x265-params" : "x264-params", text, 0);
}

static void quality_options(AVCodecContext *c, const struct video_encoding *how, AVDictionary **o)
{
	char crf[16];
	const char *name = c->codec->name;
	bool is_x = strcmp(name, "libx264") == 0 || strcmp(name, "libx265") == 0;
	snprintf(crf, sizeof(crf), "%d", how->crf > 0 ? how->crf : is_x ? 16 : 6);
	av_dict_set(o, "crf", crf, 0);
	if (is_x) {
		av_dict_set(o, "preset", how->preset ? how->preset : "veryfast", 0);
		if (strcmp(name, "libx265") == 0)
			av_dict_set(o, "x265-params", "log-level=none", 0);
		if (how->gop_frames)
			gop_options(c, how->gop_frames, o);
		return;
	}
	/* libvpx: constrained quality needs a rate; this one is never reached */
	c->bit_rate = 60000000;
	c->qmin = 0;
	c->qmax = 40;
	av_dict_set(o, "deadline", "realtime", 0);
	av_dict_set(o, "cpu-used", "4", 0);
	if (how->gop_frames)
		c->gop_size = c->keyint_min = how->gop_frames;
}

static const char *encoder_like(const struct video *v, const struct video_encoding *how, const AVOutputFormat *f)
{
	if (how->codec)
		return how->codec;
	if (strcmp(f->name, "webm") == 0)
		return v->info.depth > 8 || v->codec->codec_id == AV_CODEC_ID_VP9 ? "libvpx-vp9" : "libvpx";
	return v->codec->codec_id == AV_CODEC_ID_HEVC ? "libx265" : "libx264";
}

/* The source's own format where the encoder takes it, else 4:2:0 of 8 or 10 bits. */
static enum AVPixelFormat format_for(const AVCodec *codec, enum AVPixelFormat from)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(from);
	enum AVPixelFormat best = d && d->comp[0].depth > 8 ? AV_PIX_FMT_YUV420P10LE : AV_PIX_FMT_YUV420P;
	for (const enum AVPixelFormat *f = codec->pix_fmts; f && *f != AV_PIX_FMT_NONE; f++)
		if (*f == from)
			return from;
	return best;
}

static void colours_like(AVCodecContext *c, const AVCodecContext *from)
{
	c->color_primaries = from->color_primaries;
	c->color_trc = from->color_trc;
	c->colorspace = from->colorspace;
	c->color_range = from->color_range;
	c->chroma_sample_location = from->chroma_sample_location;
}

static int encoder_open(struct video_writer *w, const char *name, const struct video *like,
                        const struct video_encoding *how, struct fault *why)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(name);
	if (!codec)
		return fault_set(why, E_UNSUPPORTED, "this FFmpeg has no encoder %s", name);
	AVCodecContext *c = w->codec = avcodec_alloc_context3(codec);
	if (!c)
		return fault_set(why, E_MEMORY, "no memory for an encoder");
	const AVStream *st = like->format->streams[like->stream];
	c->width = like->info.width;
	c->height = like->info.height;
	c->pix_fmt = format_for(codec, like->codec->pix_fmt);
	c->time_base = st->time_base;
	c->framerate = st->avg_frame_rate;
	c->sample_aspect_ratio = like->codec->sample_aspect_ratio;
	c->thread_count = how->threads > 0 ? how->threads : 1;
	colours_like(c, like->codec);
	if (w->format->oformat->flags & AVFMT_GLOBALHEADER)
		c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	AVDictionary *o = NULL;
	quality_options(c, how, &o);
	int e = avcodec_open2(c, codec, &o);
	av_dict_free(&o);
	return e < 0 ? video_fault(why, E_UNSUPPORTED, e, name) : OK;
}

int video_create(const char *path, const struct video *like, const struct video_encoding *how,
                 struct video_writer **out, struct fault *why)
{
	struct video_writer *w = NULL;
	int e = video_writer_new(path, &w, why);
	if (e)
		return e;
	e = encoder_open(w, encoder_like(like, how, w->format->oformat), like, how, why);
	if (!e)
		e = video_writer_streams(w, like->format, like->stream, how->without_others, why);
	if (!e && avcodec_parameters_from_context(w->format->streams[0]->codecpar, w->codec) < 0)
		e = fault_set(why, E_MEMORY, "no memory for an encoder");
	if (!e)
		e = video_writer_header(w, why);
	if (e)
		video_abandon(w);
	else
		*out = w;
	return e;
}

static int grey_encoder(struct video_writer *w, int width, int height, double rate, int crf, struct fault *why)
{
	const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
	AVCodecContext *c = w->codec = codec ? avcodec_alloc_context3(codec) : NULL;
	w->grey = av_frame_alloc();
	if (!c || !w->grey)
		return fault_set(why, E_UNSUPPORTED, "this FFmpeg has no encoder libx264");
	c->width = w->grey->width = width;
	c->height = w->grey->height = height;
	c->pix_fmt = w->grey->format = AV_PIX_FMT_GRAY8;
	c->framerate = av_d2q(rate, 100000);
	c->time_base = av_inv_q(c->framerate);
	c->thread_count = 1;
	c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	AVDictionary *o = NULL;
	char text[16];
	snprintf(text, sizeof(text), "%d", crf);
	av_dict_set(&o, "crf", text, 0);
	av_dict_set(&o, "preset", "faster", 0);
	int e = avcodec_open2(c, codec, &o);
	av_dict_free(&o);
	if (e >= 0)
		e = av_frame_get_buffer(w->grey, 0);
	w->grey->pts = 0;
	return e < 0 ? video_fault(why, E_UNSUPPORTED, e, "libx264") : OK;
}

int video_create_grey(const char *path, int width, int height, double rate, int crf,
                      struct video_writer **out, struct fault *why)
{
	struct video_writer *w = NULL;
	int e = video_writer_new(path, &w, why);
	if (e)
		return e;
	e = grey_encoder(w, width, height, rate, crf, why);
	AVStream *st = e ? NULL : avformat_new_stream(w->format, NULL);
	if (!e && (!st || avcodec_parameters_from_context(st->codecpar, w->codec) < 0))
		e = fault_set(why, E_MEMORY, "no memory for an encoder");
	if (!e) {
		st->time_base = w->codec->time_base;
		e = video_writer_header(w, why);
	}
	if (e)
		video_abandon(w);
	else
		*out = w;
	return e;
}

void video_tee(struct video *v, struct video_writer *w)
{
	v->tee = w;
}

int video_writer_copy(struct video_writer *w, const struct video *from, const AVPacket *p, struct fault *why)
{
	int to = p->stream_index < w->map_count ? w->map[p->stream_index] : -1;
	if (to < 0)
		return OK;
	int e = av_packet_ref(w->copy, p);
	if (e < 0)
		return video_fault(why, E_MEMORY, e, w->path);
	w->copy->stream_index = to;
	w->copy->pos = -1;
	av_packet_rescale_ts(w->copy, from->format->streams[p->stream_index]->time_base,
	                     w->format->streams[to]->time_base);
	e = av_interleaved_write_frame(w->format, w->copy);
	av_packet_unref(w->copy);
	/* a sound packet out of order is lost to the copy; a full disk is not forgiven */
	return e < 0 && e != AVERROR(EINVAL) ? video_fault(why, E_IO, e, w->path) : OK;
}

/* Gives the encoder a frame (NULL: no more) and writes what comes out. */
static int writer_push(struct video_writer *w, AVFrame *frame, struct fault *why)
{
	int e = avcodec_send_frame(w->codec, frame);
	while (e >= 0) {	/* ends when the encoder wants more or has no more */
		e = avcodec_receive_packet(w->codec, w->packet);
		if (e == AVERROR(EAGAIN) || e == AVERROR_EOF)
			return OK;
		if (e < 0)
			break;
		w->packet->stream_index = w->stream;
		av_packet_rescale_ts(w->packet, w->codec->time_base, w->format->streams[w->stream]->time_base);
		e = av_interleaved_write_frame(w->format, w->packet);
	}
	return video_fault(why, E_IO, e, w->path);
}

int video_write(struct video_writer *w, const struct video_frame *f, struct fault *why)
{
	if (f->width != w->codec->width || f->height != w->codec->height || f->av->format != w->codec->pix_fmt)
		return fault_set(why, E_UNSUPPORTED, "the film changes its size or pixel format at %.2f s", f->time);
	if (w->last_pts != INT64_MIN && f->av->pts <= w->last_pts)
		return OK;	/* no two frames at one time: containers refuse them */
	w->last_pts = f->av->pts;
	enum AVPictureType was = f->av->pict_type;
	f->av->pict_type = AV_PICTURE_TYPE_NONE;
	int e = writer_push(w, f->av, why);
	f->av->pict_type = was;
	return e;
}

int video_write_grey(struct video_writer *w, const uint8_t *grey, int stride, struct fault *why)
{
	int e = av_frame_make_writable(w->grey);
	if (e < 0)
		return video_fault(why, E_MEMORY, e, w->path);
	for (int y = 0; y < w->grey->height; y++)
		memcpy(w->grey->data[0] + (ptrdiff_t)y * w->grey->linesize[0], grey + (ptrdiff_t)y * stride,
		       (size_t)w->grey->width);
	e = writer_push(w, w->grey, why);
	w->grey->pts++;
	return e;
}

int video_finish(struct video_writer *w, struct fault *why)
{
	int e = w->codec ? writer_push(w, NULL, why) : OK;
	if (!e) {
		int a = av_write_trailer(w->format);
		int b = avio_closep(&w->format->pb);
		if (a < 0 || b < 0)
			e = video_fault(why, E_IO, a < 0 ? a : b, w->path);
	}
	int fd = e ? -1 : open(w->path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		if (fsync(fd) < 0)
			e = fault_set(why, E_IO, "%s: %m", w->path);
		close(fd);
	}
	if (e)
		video_abandon(w);
	else
		writer_free(w);
	return e;
}
