/*
 * Streams of one file: gzip, xz, lzma, lzip and zstd by their own libraries,
 * which give what comes before damage; the others by libarchive's filters,
 * which do not.
 */
#include "read/archive.h"

#include <libdeflate.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

enum { PIECE = 256 << 10, LZMA_MEMORY_MAX = 512 << 20, ZSTD_WINDOW_LOG_MAX = 29, GZIP_RATIO_MAX = 1032 };

/* One decoder under way. step takes from in and gives to out (both move on). */
struct unpacker {
	struct span in;
	unsigned char *out;
	size_t room;
	z_stream z;
	lzma_stream lzma;
	ZSTD_DCtx *zstd;
	bool between;	/* gzip members, zstd frames: a good place to end */
};

enum step { STEP_MORE, STEP_END, STEP_BAD };

static enum step gzip_step(struct unpacker *u)
{
	u->z.next_in = (unsigned char *)u->in.p;
	u->z.avail_in = u->in.n > PIECE ? PIECE : (uInt)u->in.n;
	u->z.next_out = u->out;
	u->z.avail_out = (uInt)u->room;
	uInt had = u->z.avail_in;
	int r = inflate(&u->z, Z_NO_FLUSH);
	u->in = span_from(u->in, had - u->z.avail_in);
	u->room = u->z.avail_out;
	if (r == Z_OK)
		return STEP_MORE;
	if (r != Z_STREAM_END)
		return STEP_BAD;
	/* RFC 1952: members follow each other; what is no member is padding */
	if (!span_starts(u->in, span_str("\x1f\x8b\x08")))
		return STEP_END;
	return inflateReset(&u->z) == Z_OK ? STEP_MORE : STEP_BAD;
}

static enum step lzma_step(struct unpacker *u)
{
	u->lzma.next_in = u->in.p;
	u->lzma.avail_in = u->in.n;
	u->lzma.next_out = u->out;
	u->lzma.avail_out = u->room;
	lzma_ret r = lzma_code(&u->lzma, LZMA_FINISH);
	u->in = span_from(u->in, u->in.n - u->lzma.avail_in);
	u->room = u->lzma.avail_out;
	return r == LZMA_OK ? STEP_MORE : r == LZMA_STREAM_END ? STEP_END : STEP_BAD;
}

static enum step zstd_step(struct unpacker *u)
{
	ZSTD_inBuffer in = { u->in.p, u->in.n, 0 };
	ZSTD_outBuffer out = { u->out, u->room, 0 };
	size_t r = ZSTD_decompressStream(u->zstd, &out, &in);
	bool is_stuck = !in.pos && !out.pos;
	u->in = span_from(u->in, in.pos);
	u->room -= out.pos;
	if (ZSTD_isError(r))
		return u->between ? STEP_END : STEP_BAD;	/* bytes behind the last frame are padding */
	if (is_stuck)
		return u->between ? STEP_END : STEP_BAD;
	u->between = r == 0;
	return u->between && !u->in.n ? STEP_END : STEP_MORE;
}

/* The step that fits the bytes, its decoder opened; NULL when none does. */
static enum step (*open_unpacker(struct unpacker *u, struct span bytes))(struct unpacker *)
{
	lzma_stream none = LZMA_STREAM_INIT;
	*u = (struct unpacker){ .in = bytes, .lzma = none };
	if (span_starts(bytes, span_str("\x1f\x8b\x08")))
		return inflateInit2(&u->z, 16 + 15) == Z_OK ? gzip_step : NULL;
	if (span_starts(bytes, span_str("\x28\xb5\x2f\xfd"))) {
		u->zstd = ZSTD_createDCtx();
		if (u->zstd)
			ZSTD_DCtx_setParameter(u->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG_MAX);
		return u->zstd ? zstd_step : NULL;
	}
	bool is_lzip = span_starts(bytes, span_str("LZIP"));
	bool is_xz = span_starts(bytes, span_of("\xfd" "7zXZ", 6));
	if (!is_lzip && !is_xz && archive_filter_of(bytes))
		return NULL;
	return lzma_auto_decoder(&u->lzma, LZMA_MEMORY_MAX, is_lzip || is_xz ? LZMA_CONCATENATED : 0) == LZMA_OK ?
		lzma_step : NULL;
}

static void close_unpacker(struct unpacker *u)
{
	inflateEnd(&u->z);
	lzma_end(&u->lzma);
	ZSTD_freeDCtx(u->zstd);
}

/* Ends at the stream's end, at damage, when a step neither takes nor gives, at the ceiling or the budget. */
static int run(struct unpacker *u, enum step (*step)(struct unpacker *), struct buf *out, struct sink *spend,
               struct fault *why)
{
	size_t whole = u->in.n;
	for (enum step s = STEP_MORE; s == STEP_MORE;) {
		size_t room = out->ceiling - out->n < PIECE ? out->ceiling - out->n : PIECE;
		unsigned char spare;
		u->out = room ? buf_reserve(out, room) : &spare;
		u->room = room ? room : 1;
		if (!u->out)
			return fault_set(why, E_MEMORY, "no memory for %zu bytes", out->n + room);
		size_t left = u->in.n;
		s = step(u);
		size_t got = (room ? room : 1) - u->room;
		if (!room && got)
			return fault_set(why, E_LIMIT, "larger than %zu bytes", out->ceiling);
		out->n += room ? got : 0;
		int e = spend ? sink_spend(spend, got + 64) : OK;
		if (e < 0)
			return e;
		if (s == STEP_BAD || (s == STEP_MORE && !got && left == u->in.n))
			return fault_set(why, out->n ? PART : E_DAMAGED, "breaks off at packed byte %zu of %zu, after %zu bytes",
				whole - u->in.n, whole, out->n);
	}
	return OK;
}

/* The last four bytes of a gzip file are its size modulo 2^32 (RFC 1952): true when that holds and all fits. */
static bool gunzip_at_once(struct span bytes, struct buf *out)
{
	struct cur c = cur_of(span_from(bytes, bytes.n < 4 ? bytes.n : bytes.n - 4));
	size_t size = cur_u32le(&c), used = 0, got = 0;
	if (c.bad || size / GZIP_RATIO_MAX > bytes.n || size > out->ceiling - out->n)
		return false;
	unsigned char *at = buf_reserve(out, size);
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	bool is_whole = at && d && libdeflate_gzip_decompress_ex(d, bytes.p, bytes.n, at, size, &used, &got) ==
		LIBDEFLATE_SUCCESS && used == bytes.n && got == size;
	libdeflate_free_decompressor(d);
	if (is_whole)
		out->n += got;
	return is_whole;
}

int archive_unpack(struct span bytes, struct buf *out, struct sink *spend, struct fault *why)
{
	if (span_starts(bytes, span_str("\x1f\x8b\x08")) && gunzip_at_once(bytes, out))
		return spend ? sink_spend(spend, out->n) : OK;
	struct unpacker u;
	enum step (*step)(struct unpacker *) = open_unpacker(&u, bytes);
	int e = step ? run(&u, step, out, spend, why) : archive_unpack_filter(bytes, out, spend, why);
	close_unpacker(&u);
	return e;
}
