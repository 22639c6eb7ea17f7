/*
 * The bytes of a zip member. libdeflate where the stated size is right; zlib
 * for all else, since it keeps what comes before the damage.
 */
#include "lib/zip.h"

#include <libdeflate.h>
#include <zlib.h>

enum { RATIO_MAX = 1032, STEP = 256 << 10 };	/* deflate cannot pack tighter than 1032:1 */

/* true when exactly m->size bytes were added. */
static bool inflate_at_once(struct span packed, const struct zip_member *m, struct buf *out)
{
	if (m->size / RATIO_MAX > packed.n || m->size > out->ceiling - out->n || !m->size)
		return false;
	unsigned char *at = buf_reserve(out, (size_t)m->size);
	struct libdeflate_decompressor *d = libdeflate_alloc_decompressor();
	size_t used, got = 0;
	bool is_whole = at && d && libdeflate_deflate_decompress_ex(d, packed.p, packed.n, at,
		(size_t)m->size, &used, &got) == LIBDEFLATE_SUCCESS && got == m->size;
	libdeflate_free_decompressor(d);
	if (is_whole)
		out->n += got;
	return is_whole;
}

/* OK at the stream's end; PART when it breaks off, E_LIMIT at the ceiling: what came until then stays. */
static int inflate_stream(z_stream *s, struct span packed, struct buf *out, struct fault *why)
{
	size_t taken = 0;
	for (;;) {	/* every turn takes input or gives output, else zlib says Z_BUF_ERROR */
		size_t room = out->ceiling - out->n < STEP ? out->ceiling - out->n : STEP;
		unsigned char spare;
		unsigned char *at = room ? buf_reserve(out, room) : &spare;
		if (!at)
			return fault_set(why, E_MEMORY, "no memory for %zu bytes", out->n + room);
		size_t in = packed.n - taken < STEP ? packed.n - taken : STEP;
		s->next_in = (unsigned char *)packed.p + taken;
		s->avail_in = (uInt)in;
		s->next_out = at;
		s->avail_out = room ? (uInt)room : 1;
		int r = inflate(s, Z_NO_FLUSH);
		taken += in - s->avail_in;
		size_t got = (room ? room : 1) - s->avail_out;
		if (!room && got)
			return fault_set(why, E_LIMIT, "larger than %zu bytes", out->ceiling);
		out->n += room ? got : 0;
		if (r == Z_STREAM_END)
			return OK;
		if (r != Z_OK)
			return fault_set(why, PART, "deflate stream breaks at packed byte %zu of %zu", taken, packed.n);
	}
}

static int inflate_slowly(struct span packed, struct buf *out, struct fault *why)
{
	z_stream s = { 0 };
	if (inflateInit2(&s, -15) != Z_OK)
		return fault_set(why, E_MEMORY, "no memory to inflate");
	int e = inflate_stream(&s, packed, out, why);
	inflateEnd(&s);
	return e;
}

static int take_stored(struct span packed, struct buf *out, struct fault *why)
{
	size_t room = out->ceiling - out->n;
	buf_add(out, span_sub(packed, 0, room));
	return packed.n <= room ? OK : fault_set(why, E_LIMIT, "larger than %zu bytes", out->ceiling);
}

int zip_unpack(struct span packed, const struct zip_member *m, uint16_t method, bool check_crc,
               struct buf *out, struct fault *why)
{
	size_t start = out->n;
	int e = OK;
	if (method == ZIP_STORED)
		e = take_stored(packed, out, why);
	else if (method != ZIP_DEFLATED)
		return fault_set(why, E_UNSUPPORTED, "zip method %u", method);
	else if (!inflate_at_once(packed, m, out))
		e = inflate_slowly(packed, out, why);
	if (e || !check_crc)
		return e;
	struct span got = span_from(buf_span(out), start);
	if (libdeflate_crc32(0, got.p, got.n) == m->crc)
		return OK;
	return fault_set(why, PART, "CRC differs over %zu bytes", got.n);
}

int zip_read(const struct zip *z, const struct zip_member *m, struct buf *out, struct fault *why)
{
	struct span packed;
	if (m->is_encrypted)
		return fault_set(why, E_ENCRYPTED, "encrypted zip member");
	int cut = zip_packed(z, m, &packed, why);
	if (cut < 0)
		return cut;
	struct fault first = why ? *why : (struct fault){ "" };
	/* found by a local header that announces a descriptor and none was found: no CRC is known */
	bool check_crc = cut == OK && !(z->is_recovered && (m->flags & 8) && !m->crc);
	int e = zip_unpack(packed, m, m->method, check_crc, out, why);
	if (e < 0 || cut == OK)
		return e;
	if (why)
		*why = first;
	return PART;
}
