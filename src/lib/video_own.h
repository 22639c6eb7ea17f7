/* What the files of lib/video share; nobody else includes it. */
#ifndef LIB_VIDEO_OWN_H
#define LIB_VIDEO_OWN_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>

#include "lib/video.h"

struct video_input { struct span bytes; int64_t at; int fd; };

struct video {
	AVFormatContext *format;
	AVCodecContext *codec;
	AVIOContext *io;
	struct video_input input;
	AVFrame *frame, *plain;
	AVPacket *packet;
	struct SwsContext *to_plain;
	struct video_writer *tee;
	int stream;
	double start;		/* seconds, of the stream's first time stamp */
	double last_time;
	uint64_t given;
	bool is_drained, is_sent_end;
	struct video_info info;
};

struct video_writer {
	AVFormatContext *format;
	AVCodecContext *codec;
	AVPacket *packet, *copy;
	AVFrame *grey;
	int stream;		/* of the video in format */
	int map_count;
	int *map;		/* stream of the source to ours, -1: left out */
	int64_t last_pts;
	bool has_header;
	char *path;
};

int  video_fault(struct fault *why, int code, int av_error, const char *what);
void video_hush(void);
/* Copies a packet of the source's stream into the writer. */
int  video_writer_copy(struct video_writer *w, const struct video *from, const AVPacket *p, struct fault *why);
int  video_writer_new(const char *path, struct video_writer **out, struct fault *why);
int  video_writer_streams(struct video_writer *w, AVFormatContext *from, int video_stream, bool without_others,
                          struct fault *why);
int  video_writer_header(struct video_writer *w, struct fault *why);

#endif
