/* Two encodes of one film, woven together at their groups of pictures. */
#include "lib/video_own.h"

#include <stdlib.h>
#include <string.h>

struct side {
	struct video *v;
	AVPacket *packet;
	bool has_packet, is_end;
};

struct weave {
	struct side side[2];
	struct video_writer *w;
	uint64_t group;		/* groups begun so far */
};

static int side_open(struct side *s, const char *path, struct fault *why)
{
	s->packet = av_packet_alloc();
	if (!s->packet)
		return fault_set(why, E_MEMORY, "no memory for packets");
	return video_open(path, NULL, &s->v, why);
}

static void side_release(struct side *s)
{
	video_close(s->v);
	av_packet_free(&s->packet);
}

/* Moves to the next video packet; the other streams' packets go into w when it is given. */
static int side_step(struct side *s, struct video_writer *w, struct fault *why)
{
	av_packet_unref(s->packet);
	while (!s->is_end) {	/* ends with the file */
		int e = av_read_frame(s->v->format, s->packet);
		if (e == AVERROR_EOF) {
			s->is_end = true;
			break;
		}
		if (e < 0)
			return video_fault(why, E_DAMAGED, e, "encode to splice");
		if (s->packet->stream_index == s->v->stream)
			return OK;
		e = w ? video_writer_copy(w, s->v, s->packet, why) : OK;
		av_packet_unref(s->packet);
		if (e)
			return e;
	}
	return OK;
}

static bool same_headers(const struct video *a, const struct video *b)
{
	const AVCodecParameters *p = a->format->streams[a->stream]->codecpar;
	const AVCodecParameters *q = b->format->streams[b->stream]->codecpar;
	return p->codec_id == q->codec_id && p->width == q->width && p->height == q->height &&
		p->extradata_size == q->extradata_size &&
		memcmp(p->extradata, q->extradata, (size_t)p->extradata_size) == 0;
}

/* Writes (or drops) one group of one side, up to its next key packet or end; counts its packets. */
static int group_pass(struct weave *k, int i, bool is_kept, uint64_t *count, struct fault *why)
{
	struct side *s = &k->side[i];
	*count = 0;
	do {
		if (is_kept) {
			int e = video_writer_copy(k->w, s->v, s->packet, why);
			if (e)
				return e;
		}
		++*count;
		int e = side_step(s, i == 0 ? k->w : NULL, why);
		if (e)
			return e;
	} while (!s->is_end && !(s->packet->flags & AV_PKT_FLAG_KEY));
	return OK;
}

static int groups_weave(struct weave *k, int (*pick)(void *, uint64_t), void *user, struct fault *why)
{
	int e = side_step(&k->side[0], k->w, why);
	if (!e)
		e = side_step(&k->side[1], NULL, why);
	while (!e && !k->side[0].is_end && !k->side[1].is_end) {	/* ends with the shorter file */
		int which = pick(user, k->group++) != 0;
		uint64_t count[2];
		e = group_pass(k, 0, which == 0, &count[0], why);
		if (!e)
			e = group_pass(k, 1, which == 1, &count[1], why);
		if (!e && count[0] != count[1])
			e = fault_set(why, E_DAMAGED, "group %llu has %llu and %llu frames",
			              (unsigned long long)k->group, (unsigned long long)count[0],
			              (unsigned long long)count[1]);
	}
	if (!e && k->side[0].is_end != k->side[1].is_end)
		e = fault_set(why, E_DAMAGED, "one encode ends after %llu groups", (unsigned long long)k->group);
	return e;
}

int video_splice(const char *const paths[2], int (*pick)(void *user, uint64_t group), void *user,
                 const char *out_path, struct fault *why)
{
	struct weave k = { 0 };
	int e = side_open(&k.side[0], paths[0], why);
	if (!e)
		e = side_open(&k.side[1], paths[1], why);
	if (!e && !same_headers(k.side[0].v, k.side[1].v))
		e = fault_set(why, E_DAMAGED, "the two encodes have different headers");
	if (!e)
		e = video_writer_new(out_path, &k.w, why);
	if (!e)
		e = video_writer_streams(k.w, k.side[0].v->format, k.side[0].v->stream, false, why);
	if (!e)
		e = video_writer_header(k.w, why);
	if (!e)
		e = groups_weave(&k, pick, user, why);
	if (e) {
		video_abandon(k.w);
	} else {
		e = video_finish(k.w, why);
	}
	side_release(&k.side[0]);
	side_release(&k.side[1]);
	return e;
}
