/* Decoding half of lib/video.h. */
#include "lib/video_own.h"

#include <errno.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { IO_BYTES = 64 << 10, DAMAGE_MAX = 10000 };

int video_fault(struct fault *why, int code, int av_error, const char *what)
{
	char text[128];
	av_strerror(av_error, text, sizeof(text));
	return fault_set(why, av_error == AVERROR(ENOMEM) ? E_MEMORY : code, "%s: %s", what, text);
}

void video_hush(void)
{
	av_log_set_level(AV_LOG_QUIET);
}

static int input_read(void *user, uint8_t *to, int room)
{
	struct video_input *in = user;
	if (in->fd >= 0) {
		ssize_t n = pread(in->fd, to, (size_t)room, in->at);
		if (n < 0)
			return AVERROR(errno);
		in->at += n;
		return n ? (int)n : AVERROR_EOF;
	}
	struct span part = span_sub(in->bytes, (size_t)in->at, (size_t)room);
	if (!part.n)
		return AVERROR_EOF;
	memcpy(to, part.p, part.n);
	in->at += (int64_t)part.n;
	return (int)part.n;
}

static int64_t input_seek(void *user, int64_t offset, int whence)
{
	struct video_input *in = user;
	int64_t size = in->fd >= 0 ? lseek(in->fd, 0, SEEK_END) : (int64_t)in->bytes.n;
	if (whence & AVSEEK_SIZE)
		return size;
	int64_t base = (whence & 3) == SEEK_SET ? 0 : (whence & 3) == SEEK_CUR ? in->at : size;
	if (offset < -base || offset > INT64_MAX - base)
		return AVERROR(EINVAL);
	return in->at = base + offset;
}

static int rotation_of(const AVStream *st)
{
	const int32_t *matrix = (const int32_t *)av_stream_get_side_data(st, AV_PKT_DATA_DISPLAYMATRIX, NULL);
	if (!matrix)
		return 0;
	double turn = -av_display_rotation_get(matrix);
	if (isnan(turn))
		return 0;
	int quarter = (int)lround(turn / 90) & 3;
	return quarter * 90;
}

static void info_fill(struct video *v)
{
	struct video_info *i = &v->info;
	AVStream *st = v->format->streams[v->stream];
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(v->codec->pix_fmt);
	i->width = v->codec->width;
	i->height = v->codec->height;
	i->depth = d ? d->comp[0].depth : 8;
	i->rotation = rotation_of(st);
	AVRational sar = av_guess_sample_aspect_ratio(v->format, st, NULL);
	i->aspect = sar.num > 0 && sar.den > 0 ? av_q2d(sar) : 1;
	AVRational rate = st->avg_frame_rate.num ? st->avg_frame_rate : st->r_frame_rate;
	i->rate = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
	if (st->duration > 0)
		i->duration = (double)st->duration * av_q2d(st->time_base);
	else if (v->format->duration > 0)
		i->duration = (double)v->format->duration / AV_TIME_BASE;
	i->frames = st->nb_frames;
	i->is_full_range = v->codec->color_range == AVCOL_RANGE_JPEG;
	i->is_hdr = v->codec->color_trc == AVCOL_TRC_SMPTE2084 || v->codec->color_trc == AVCOL_TRC_ARIB_STD_B67;
	i->has_sound = av_find_best_stream(v->format, AVMEDIA_TYPE_AUDIO, -1, -1, NULL, 0) >= 0;
	snprintf(i->codec, sizeof(i->codec), "%s", avcodec_get_name(v->codec->codec_id));
	snprintf(i->format, sizeof(i->format), "%s", v->format->iformat->name);
	v->start = st->start_time == AV_NOPTS_VALUE ? 0 : (double)st->start_time * av_q2d(st->time_base);
}

static int decoder_open(struct video *v, const struct video_choice *choice, struct fault *why)
{
	const AVCodec *codec = NULL;
	v->stream = av_find_best_stream(v->format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
	if (v->stream < 0 || !codec)
		return fault_set(why, E_UNSUPPORTED, "no video stream that can be decoded");
	AVStream *st = v->format->streams[v->stream];
	if (st->codecpar->width <= 0 || st->codecpar->height <= 0 ||
	    st->codecpar->width > VIDEO_SIDE_MAX || st->codecpar->height > VIDEO_SIDE_MAX)
		return fault_set(why, E_LIMIT, "video of %dx%d pixels", st->codecpar->width, st->codecpar->height);
	v->codec = avcodec_alloc_context3(codec);
	v->frame = av_frame_alloc();
	v->plain = av_frame_alloc();
	v->packet = av_packet_alloc();
	if (!v->codec || !v->frame || !v->plain || !v->packet)
		return fault_set(why, E_MEMORY, "no memory for a decoder");
	int e = avcodec_parameters_to_context(v->codec, st->codecpar);
	v->codec->pkt_timebase = st->time_base;
	v->codec->thread_count = choice && choice->threads > 0 ? choice->threads : 1;
	if (choice && choice->key_frames_only)
		v->codec->skip_frame = AVDISCARD_NONKEY;
	if (e >= 0)
		e = avcodec_open2(v->codec, codec, NULL);
	return e < 0 ? video_fault(why, E_UNSUPPORTED, e, "video decoder") : OK;
}

/* Containers that hold their own streams; play lists (hls, concat, dash) name other files. */
static const char formats[] = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,mpegvideo,h264,hevc,flv,live_flv,"
	"asf,ogg,mxf,ivf,av1,obu,gif,rm,wtv,nut,yuv4mpegpipe,m4v,dv,swf,vc1,aiff,wav,mp3,flac,aac,ac3,eac3";

static int video_start(struct video *v, const char *path, const struct video_choice *choice, struct fault *why)
{
	/* no stream inside may send us to another file or to the network */
	AVDictionary *o = NULL;
	av_dict_set(&o, "protocol_whitelist", path ? "file" : "none", 0);
	av_dict_set(&o, "format_whitelist", formats, 0);
	int e = avformat_open_input(&v->format, path, NULL, &o);
	av_dict_free(&o);
	if (e < 0)
		return video_fault(why, e == AVERROR(ENOENT) || e == AVERROR(EACCES) ? E_IO : E_UNSUPPORTED, e, "film");
	v->format->max_analyze_duration = 10 * AV_TIME_BASE;
	e = avformat_find_stream_info(v->format, NULL);
	if (e < 0)
		return video_fault(why, E_DAMAGED, e, "film streams");
	e = decoder_open(v, choice, why);
	if (e)
		return e;
	info_fill(v);
	return OK;
}

static int video_open_any(const char *path, struct video_input in, const struct video_choice *choice,
                          struct video **out, struct fault *why)
{
	video_hush();
	struct video *v = calloc(1, sizeof(*v));
	if (!v)
		return fault_set(why, E_MEMORY, "no memory for a film");
	v->input = in;
	int e = OK;
	if (!path) {
		unsigned char *room = av_malloc(IO_BYTES);
		v->io = room ? avio_alloc_context(room, IO_BYTES, 0, &v->input, input_read, NULL, input_seek) : NULL;
		v->format = avformat_alloc_context();
		if (!v->io || !v->format)
			e = fault_set(why, E_MEMORY, "no memory for a film");
		else
			v->format->pb = v->io;
	}
	if (!e)
		e = video_start(v, path, choice, why);
	if (e) {
		video_close(v);
		return e;
	}
	*out = v;
	return OK;
}

int video_open(const char *path, const struct video_choice *choice, struct video **out, struct fault *why)
{
	return video_open_any(path, (struct video_input){ .fd = -1 }, choice, out, why);
}

int video_open_memory(struct span bytes, const struct video_choice *choice, struct video **out, struct fault *why)
{
	return video_open_any(NULL, (struct video_input){ .bytes = bytes, .fd = -1 }, choice, out, why);
}

int video_open_fd(int fd, const struct video_choice *choice, struct video **out, struct fault *why)
{
	return video_open_any(NULL, (struct video_input){ .fd = fd }, choice, out, why);
}

void video_close(struct video *v)
{
	if (!v)
		return;
	avcodec_free_context(&v->codec);
	avformat_close_input(&v->format);
	if (v->io) {
		av_freep(&v->io->buffer);
		avio_context_free(&v->io);
	}
	av_frame_free(&v->frame);
	av_frame_free(&v->plain);
	av_packet_free(&v->packet);
	sws_freeContext(v->to_plain);
	free(v);
}

const struct video_info *video_info(const struct video *v)
{
	return &v->info;
}

/* Planar YUV 4:2:0, 4:2:2 or 4:4:4, or grey: the luma plane can be used as it is. */
static bool is_plain(enum AVPixelFormat f)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f);
	if (!d || (d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
	                       AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BE)))
		return false;
	int bytes = d->comp[0].depth > 8 ? 2 : 1;
	return d->comp[0].plane == 0 && d->comp[0].step == bytes && d->comp[0].shift == 0 && d->comp[0].offset == 0;
}

static int frame_plain(struct video *v, AVFrame **out, struct fault *why)
{
	AVFrame *f = v->frame;
	*out = f;
	if (is_plain(f->format))
		return OK;
	v->to_plain = sws_getCachedContext(v->to_plain, f->width, f->height, f->format, f->width, f->height,
	                                   AV_PIX_FMT_YUV420P, SWS_BILINEAR, NULL, NULL, NULL);
	if (!v->to_plain)
		return fault_set(why, E_UNSUPPORTED, "pixel format %s", av_get_pix_fmt_name(f->format));
	av_frame_unref(v->plain);
	v->plain->format = AV_PIX_FMT_YUV420P;
	v->plain->width = f->width;
	v->plain->height = f->height;
	int e = av_frame_get_buffer(v->plain, 0);
	if (e >= 0)
		e = av_frame_copy_props(v->plain, f);
	if (e < 0)
		return video_fault(why, E_MEMORY, e, "frame");
	sws_scale(v->to_plain, (const uint8_t *const *)f->data, f->linesize, 0, f->height,
	          v->plain->data, v->plain->linesize);
	*out = v->plain;
	return OK;
}

static int frame_give(struct video *v, struct video_frame *f, struct fault *why)
{
	AVFrame *a = v->frame;
	if (a->width <= 0 || a->height <= 0 || a->width > VIDEO_SIDE_MAX || a->height > VIDEO_SIDE_MAX)
		return fault_set(why, E_LIMIT, "frame of %dx%d pixels", a->width, a->height);
	int e = frame_plain(v, &a, why);
	if (e)
		return e;
	double base = av_q2d(v->format->streams[v->stream]->time_base);
	double step = v->info.rate > 0 ? 1 / v->info.rate : 0.04;
	double time = v->frame->best_effort_timestamp == AV_NOPTS_VALUE ? v->last_time + step
		: (double)v->frame->best_effort_timestamp * base - v->start;
	a->pts = v->frame->best_effort_timestamp;
	v->last_time = time;
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(a->format);
	*f = (struct video_frame){ .luma = a->data[0], .stride = a->linesize[0], .width = a->width,
		.height = a->height, .depth = d->comp[0].depth, .time = time, .index = v->given++,
		.is_key = v->frame->key_frame, .av = a };
	return OK;
}

/* Feeds the decoder one packet of ours; others go to the tee. False at the end of the file. */
static int packet_feed(struct video *v, bool *is_end, struct fault *why)
{
	int e = av_read_frame(v->format, v->packet);
	if (e < 0) {
		*is_end = true;	/* damage at the very end included: what came before was given */
		if (e != AVERROR_EOF)
			v->info.damaged++;
		return OK;
	}
	if (v->packet->stream_index == v->stream) {
		e = avcodec_send_packet(v->codec, v->packet);
		if (e < 0 && e != AVERROR(EAGAIN))
			v->info.damaged++;
		e = OK;
	} else {
		e = v->tee ? video_writer_copy(v->tee, v, v->packet, why) : OK;
	}
	av_packet_unref(v->packet);
	if (v->info.damaged > DAMAGE_MAX)
		return fault_set(why, E_DAMAGED, "more than %d damaged packets", DAMAGE_MAX);
	return e;
}

int video_next(struct video *v, struct video_frame *f, struct fault *why)
{
	*f = (struct video_frame){ 0 };
	while (!v->is_drained) {	/* ends with the packets of the file, then of the decoder */
		int e = avcodec_receive_frame(v->codec, v->frame);
		if (e >= 0)
			return frame_give(v, f, why);
		if (e == AVERROR_EOF) {
			v->is_drained = true;
			break;
		}
		if (e != AVERROR(EAGAIN) && ++v->info.damaged > DAMAGE_MAX)
			return fault_set(why, E_DAMAGED, "more than %d damaged frames", DAMAGE_MAX);
		if (v->is_sent_end) {
			v->is_drained = e == AVERROR(EAGAIN);
			continue;
		}
		e = packet_feed(v, &v->is_sent_end, why);
		if (e)
			return e;
		if (v->is_sent_end)
			avcodec_send_packet(v->codec, NULL);
	}
	return OK;
}

int video_seek(struct video *v, double time, struct fault *why)
{
	double base = av_q2d(v->format->streams[v->stream]->time_base);
	int64_t at = (int64_t)floor((time + v->start) / base);
	int e = av_seek_frame(v->format, v->stream, at, AVSEEK_FLAG_BACKWARD);
	if (e < 0)
		e = av_seek_frame(v->format, v->stream, at, AVSEEK_FLAG_ANY);
	if (e < 0)
		return video_fault(why, E_UNSUPPORTED, e, "seeking");
	avcodec_flush_buffers(v->codec);
	v->is_drained = v->is_sent_end = false;
	v->given = 0;
	v->last_time = time;
	return OK;
}

/* Adds one row of luma into sums. */
static void row_add(const struct video_frame *f, int y, uint32_t *sums)
{
	const uint8_t *row = f->luma + (ptrdiff_t)y * f->stride;
	if (f->depth <= 8) {
		for (int x = 0; x < f->width; x++)
			sums[x] += row[x];
		return;
	}
	const uint16_t *wide = (const uint16_t *)row;
	for (int x = 0; x < f->width; x++)
		sums[x] += wide[x];
}

bool video_grey(const struct video_frame *f, int w, int h, uint8_t *grey)
{
	if (w <= 0 || h <= 0 || w > f->width || h > f->height)
		return false;
	uint32_t *sums = malloc(sizeof(*sums) * (size_t)f->width);
	if (!sums)
		return false;
	int down = f->depth > 8 ? f->depth - 8 : 0;
	for (int y = 0; y < h; y++) {
		int y0 = (int)((int64_t)y * f->height / h), y1 = (int)((int64_t)(y + 1) * f->height / h);
		memset(sums, 0, sizeof(*sums) * (size_t)f->width);
		for (int i = y0; i < y1; i++)
			row_add(f, i, sums);
		for (int x = 0; x < w; x++) {
			int x0 = (int)((int64_t)x * f->width / w), x1 = (int)((int64_t)(x + 1) * f->width / w);
			uint64_t sum = 0;
			for (int i = x0; i < x1; i++)
				sum += sums[i];
			uint64_t n = (uint64_t)(x1 - x0) * (uint64_t)(y1 - y0);
			uint64_t mean = ((sum >> down) + n / 2) / n;
			grey[(size_t)y * (size_t)w + (size_t)x] = mean > 255 ? 255 : (uint8_t)mean;
		}
	}
	free(sums);
	return true;
}

int video_frame_own(struct video_frame *f, uint8_t **luma, struct fault *why)
{
	int e = av_frame_make_writable(f->av);
	if (e < 0)
		return video_fault(why, E_MEMORY, e, "frame");
	*luma = f->av->data[0];
	f->luma = f->av->data[0];
	f->stride = f->av->linesize[0];
	return OK;
}
