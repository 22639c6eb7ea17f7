/*
 * Films in and out, on the FFmpeg libraries: decoding of the first video
 * stream, encoding with x264, x265 or libvpx, copying of everything else
 * (sound, subtitles, attachments, chapters, metadata) packet by packet.
 *
 * Silent: the libraries' own messages are switched off at the first open.
 * A video or writer belongs to one thread. Files are untrusted: sizes are
 * bounded (VIDEO_SIDE_MAX), a damaged packet is counted and skipped.
 */
#ifndef LIB_VIDEO_H
#define LIB_VIDEO_H

#include "base/fault.h"
#include "base/span.h"

enum {
	VIDEO_SIDE_MAX = 16384,		/* pixels, either side */
	VIDEO_COLOUR_NAMES = 24
};

struct video;

/* What the container and decoder say; times in seconds from the start of the video stream. */
struct video_info {
	int width, height;		/* pixels, as coded and cropped, before rotation */
	int depth;			/* bits a sample of luma: 8, 10, 12 */
	int rotation;			/* degrees clockwise to turn for display: 0, 90, 180, 270 */
	double aspect;			/* of a pixel, width to height; 1 when not stated */
	double rate;			/* average frames a second; 0 when unknown */
	double duration;		/* seconds; 0 when unknown */
	int64_t frames;			/* as stated; 0 when unknown */
	bool is_full_range, is_hdr;	/* luma 0..max instead of 16/255..235/255; PQ or HLG transfer */
	bool has_sound;
	char codec[16], format[16];	/* FFmpeg's short names: "h264", "matroska,webm" cut off */
	uint64_t damaged;		/* packets that did not decode, so far */
};

/*
 * A decoded frame, borrowed until the next call on its video. luma is the
 * Y plane: 8-bit samples, or 16-bit little-endian ones when depth > 8;
 * stride in bytes. RGB and other sources come converted to 4:2:0.
 */
struct video_frame {
	const uint8_t *luma;		/* NULL at the end of the stream */
	int stride, width, height, depth;
	double time;			/* seconds from the stream's start */
	uint64_t index;			/* frames given before this one since open or seek */
	bool is_key;
	struct AVFrame *av;		/* the whole frame, for a writer */
};

struct video_choice {
	int threads;			/* of the decoder; 0 is 1 */
	bool key_frames_only;
};

/* bytes or the descriptor (seekable, left open) must outlive the video. choice may be NULL. */
int  video_open(const char *path, const struct video_choice *choice, struct video **out, struct fault *why);
int  video_open_memory(struct span bytes, const struct video_choice *choice, struct video **out, struct fault *why);
int  video_open_fd(int fd, const struct video_choice *choice, struct video **out, struct fault *why);
void video_close(struct video *v);
const struct video_info *video_info(const struct video *v);

/* The next frame in display order; f->luma is NULL at the end, which is OK. Negative when reading failed. */
int video_next(struct video *v, struct video_frame *f, struct fault *why);
/* The next frame given is the last key frame at or before time (seconds), or the first of the stream. */
int video_seek(struct video *v, double time, struct fault *why);

/* The frame's luma as w x h 8-bit grey by area average (w, h at most the frame's); false without memory. */
bool video_grey(const struct video_frame *f, int w, int h, uint8_t *grey);
/* Makes the frame's luma changeable in place (the decoder may still refer to it) and points luma at it. */
int video_frame_own(struct video_frame *f, uint8_t **luma, struct fault *why);

enum { VIDEO_PEEK = 1024 };		/* bytes of head that video_type wants to see */
/* The MIME type of a container that can hold a film, by its first bytes; NULL when it is none. */
const char *video_type(struct span head);
/* Gives every tag of the container, its streams and chapters (title, encoder, comment); stops at what take returns, if not 0. */
int video_tags(const struct video *v, int (*take)(void *user, const char *name, const char *value), void *user);

struct video_writer;

struct video_encoding {
	const char *codec;		/* "libx264", "libx265", "libvpx"; NULL: as the source, else H.264 */
	const char *preset;		/* of x264 and x265; NULL is "veryfast" */
	int crf;			/* 0 is 16 */
	int gop_frames;			/* closed groups of exactly so many frames, no scene cuts; 0: free */
	int threads;			/* 0 is 1 */
	bool without_others;		/* video alone: no sound, subtitles, chapters */
};

/* Writers create path, or fail when it is there. Nothing is left behind by video_abandon. */
int  video_create(const char *path, const struct video *like, const struct video_encoding *how,
                  struct video_writer **out, struct fault *why);
/* Grey frames (8 bit) of w x h at rate frames a second, held in Matroska. */
int  video_create_grey(const char *path, int w, int h, double rate, int crf,
                       struct video_writer **out, struct fault *why);
/* From now on the packets of v's other streams are copied into w as they are met. */
void video_tee(struct video *v, struct video_writer *w);
/* Encodes the frame at its own time. */
int  video_write(struct video_writer *w, const struct video_frame *f, struct fault *why);
int  video_write_grey(struct video_writer *w, const uint8_t *grey, int stride, struct fault *why);
/* Flushes, writes the end, syncs and closes. The writer is gone in every case; on failure the file too. */
int  video_finish(struct video_writer *w, struct fault *why);
void video_abandon(struct video_writer *w);

/*
 * Puts a film together from two encodes of it that share their groups of
 * pictures: group i (from 0) comes from paths[pick(user, i)]. Other streams
 * come from paths[0]. E_DAMAGED when the two do not run in step.
 */
int video_splice(const char *const paths[2], int (*pick)(void *user, uint64_t group), void *user,
                 const char *out_path, struct fault *why);

/* The extension (without dot) of a file that can hold a copy of the source at path: its own where that can. */
const char *video_copy_extension(const char *path);

#endif
