/*
 * Folders of a 7z: AES-256-CBC with a key by repeated SHA-256, over LZMA,
 * LZMA2 (each with liblzma's filters behind it), deflate or plain copies.
 */
#include "read/archive_7z.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16, CYCLES_MAX = 24, CYCLES_NONE = 0x3f, SCRATCH = 64 << 10, LZMA_MEMORY_MAX = 512 << 20 };

/* Properties of AES: cycles, then salt and initial vector with their lengths. */
struct aes { unsigned cycles; struct span salt, iv; };

static bool take_aes(struct span props, struct aes *a)
{
	struct cur c = cur_of(props);
	unsigned first = cur_u8(&c), second = first & 0xc0 ? cur_u8(&c) : 0;
	a->cycles = first & 0x3f;
	a->salt = cur_take(&c, (first >> 7 & 1) + (second >> 4));
	a->iv = cur_take(&c, (first >> 6 & 1) + (second & 15));
	return !c.bad && (a->cycles <= CYCLES_MAX || a->cycles == CYCLES_NONE);
}

/* One code point of UTF-8; a byte that starts none stands for itself (Latin 1). */
static uint32_t take_utf8(struct cur *c)
{
	uint32_t first = cur_u8(c);
	unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0;
	struct cur ahead = *c;
	uint32_t point = more == 3 ? first & 7 : more == 2 ? first & 15 : first & 31;
	for (unsigned i = 0; i < more; i++) {
		unsigned next = cur_u8(&ahead);
		if (ahead.bad || (next & 0xc0) != 0x80)
			return first;
		point = point << 6 | (next & 63);
	}
	if (!more)
		return first;
	*c = ahead;
	return point;
}

static void add_utf16(struct span utf8, struct buf *b)
{
	struct cur c = cur_of(utf8);
	while (c.left.n) {	/* takes a byte or more */
		uint32_t p = take_utf8(&c);
		uint32_t units[2] = { p, 0 };
		if (p >= 0x10000) {
			units[0] = 0xd800 + ((p - 0x10000) >> 10 & 0x3ff);
			units[1] = 0xdc00 + ((p - 0x10000) & 0x3ff);
		}
		for (int i = 0; i < (units[1] ? 2 : 1); i++) {
			buf_add_byte(b, units[i] & 255);
			buf_add_byte(b, units[i] >> 8 & 255);
		}
	}
}

/* SHA-256 over 2^cycles times salt, password, counter (eight bytes, low first). */
static bool hash_rounds(struct span start, unsigned cycles, unsigned char *key)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = ctx && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL);
	for (uint64_t i = 0; ok && i < 1ull << cycles; i++) {
		unsigned char counter[8];
		for (int k = 0; k < 8; k++)
			counter[k] = (unsigned char)(i >> (8 * k));
		ok = EVP_DigestUpdate(ctx, start.p, start.n) && EVP_DigestUpdate(ctx, counter, sizeof(counter));
	}
	ok = ok && EVP_DigestFinal_ex(ctx, key, NULL);
	EVP_MD_CTX_free(ctx);
	return ok;
}

static int derive(struct seven_key *k, const struct aes *a, struct span password, struct sink *spend,
                  struct fault *why)
{
	if (k->is_set && k->cycles == a->cycles && span_equal(k->salt, a->salt) && span_equal(k->password, password))
		return OK;
	struct buf start;
	buf_init(&start, 64 << 10);
	buf_add(&start, a->salt);
	add_utf16(password, &start);
	int e = OK;
	*k = (struct seven_key){ .password = password, .salt = a->salt, .cycles = a->cycles };
	if (a->cycles == CYCLES_NONE) {
		size_t n = start.n < SEVEN_KEY_LEN ? start.n : SEVEN_KEY_LEN;
		memcpy(k->key, buf_string(&start), n);
	} else {
		e = sink_spend(spend, (start.n + 8) << a->cycles);
		if (e == OK && !hash_rounds(buf_span(&start), a->cycles, k->key))
			e = fault_set(why, E_MEMORY, "no SHA-256");
	}
	k->is_set = e == OK;
	buf_release(&start);
	return e;
}

static int open_aes(struct seven_stream *u, const struct seven_coder *k, struct span password,
                    struct seven_key *key, struct sink *spend, struct fault *why)
{
	struct aes a;
	unsigned char iv[BLOCK] = { 0 };
	if (!take_aes(k->props, &a))
		return fault_set(why, E_UNSUPPORTED, "7z AES properties are damaged");
	int e = derive(key, &a, password, spend, why);
	if (e)
		return e;
	if (a.iv.n)
		memcpy(iv, a.iv.p, a.iv.n < BLOCK ? a.iv.n : BLOCK);
	u->aes = EVP_CIPHER_CTX_new();
	if (!u->aes || !EVP_DecryptInit_ex(u->aes, EVP_aes_256_cbc(), NULL, key->key, iv))
		return fault_set(why, E_MEMORY, "no AES");
	EVP_CIPHER_CTX_set_padding(u->aes, 0);
	u->clear_left = k->size;
	return OK;
}

static const struct { uint64_t id; lzma_vli filter; } lzma_filters[] = {
	{ SEVEN_LZMA, LZMA_FILTER_LZMA1EXT }, { SEVEN_LZMA2, LZMA_FILTER_LZMA2 },
	{ SEVEN_DELTA, LZMA_FILTER_DELTA }, { SEVEN_X86, LZMA_FILTER_X86 }, { SEVEN_PPC, LZMA_FILTER_POWERPC },
	{ SEVEN_IA64, LZMA_FILTER_IA64 }, { SEVEN_ARM, LZMA_FILTER_ARM }, { SEVEN_ARMT, LZMA_FILTER_ARMTHUMB },
	{ SEVEN_SPARC, LZMA_FILTER_SPARC }, { SEVEN_ARM64, LZMA_FILTER_ARM64 },
};

static bool set_filter(const struct seven_coder *k, lzma_filter *f)
{
	for (size_t i = 0; i < sizeof(lzma_filters) / sizeof(*lzma_filters); i++) {
		if (lzma_filters[i].id != k->id)
			continue;
		f->id = lzma_filters[i].filter;
		f->options = NULL;
		return lzma_properties_decode(f, NULL, k->props.p, k->props.n) == LZMA_OK;
	}
	return false;
}

/* A dictionary need not be larger than what is unpacked; LZMA without an end marker ends at its size. */
static void fit_options(const struct seven_coder *k, lzma_filter *f)
{
	if (k->id != SEVEN_LZMA && k->id != SEVEN_LZMA2)
		return;
	lzma_options_lzma *o = f->options;
	if (o->dict_size > k->size)
		o->dict_size = k->size < LZMA_DICT_SIZE_MIN ? LZMA_DICT_SIZE_MIN : (uint32_t)k->size;
	if (k->id != SEVEN_LZMA)
		return;
	o->ext_flags = LZMA_LZMA1EXT_ALLOW_EOPM;
	lzma_set_ext_size(*o, k->size);
}

/* liblzma wants the filters in the order of packing. */
static int open_lzma(struct seven_stream *u, const struct seven_coder *coders, uint32_t count, struct fault *why)
{
	lzma_filter chain[LZMA_FILTERS_MAX + 1] = { 0 };
	int e = OK;
	uint32_t n = 0;
	lzma_stream none = LZMA_STREAM_INIT;
	u->lzma = none;
	for (; n < count && n < LZMA_FILTERS_MAX && !e; n++) {
		const struct seven_coder *k = &coders[count - 1 - n];
		if (!set_filter(k, &chain[n]))
			e = fault_set(why, E_UNSUPPORTED, "7z codec %llx", (unsigned long long)k->id);
		else
			fit_options(k, &chain[n]);
	}
	chain[n].id = LZMA_VLI_UNKNOWN;
	if (!e && n < count)
		e = fault_set(why, E_UNSUPPORTED, "%u 7z codecs in a row", count);
	if (!e && lzma_raw_decoder_memusage(chain) > LZMA_MEMORY_MAX)
		e = fault_set(why, E_LIMIT, "7z dictionary is too large");
	if (!e && lzma_raw_decoder(&u->lzma, chain) != LZMA_OK)
		e = fault_set(why, E_UNSUPPORTED, "7z codecs do not go together");
	for (uint32_t i = 0; i < n; i++)
		free(chain[i].options);
	return e;
}

int seven_stream_open(struct seven_stream *u, const struct seven_folder *f, struct span password,
                      struct seven_key *key, struct sink *spend, struct fault *why)
{
	lzma_stream none = LZMA_STREAM_INIT;
	u->folder = f;
	u->in = f->packed;
	u->left = f->count ? f->coders[f->count - 1].size : 0;
	u->aes = NULL;
	u->lzma = none;
	u->z = (z_stream){ 0 };
	u->ready = span_of(NULL, 0);
	u->codec = SEVEN_COPY;
	if (!f->is_chain || !f->count)
		return fault_set(why, E_UNSUPPORTED, "7z codecs with several streams");
	uint32_t at = f->coders[0].id == SEVEN_AES;
	int e = at ? open_aes(u, &f->coders[0], password, key, spend, why) : OK;
	if (e || at == f->count || (f->coders[at].id == SEVEN_COPY && at + 1 == f->count))
		return e;
	u->codec = f->coders[at].id == SEVEN_DEFLATE ? SEVEN_DEFLATE : SEVEN_LZMA;
	if (u->codec == SEVEN_LZMA)
		return open_lzma(u, &f->coders[at], f->count - at, why);
	if (at + 1 < f->count)
		return fault_set(why, E_UNSUPPORTED, "7z filter over deflate");
	return inflateInit2(&u->z, -15) == Z_OK ? OK : fault_set(why, E_MEMORY, "no memory to inflate");
}

void seven_stream_close(struct seven_stream *u)
{
	EVP_CIPHER_CTX_free(u->aes);
	u->aes = NULL;
	lzma_end(&u->lzma);
	inflateEnd(&u->z);
}

/* Makes more clear bytes ready when there are none. */
static void refill(struct seven_stream *u)
{
	if (u->ready.n)
		return;
	struct span next = span_sub(u->in, 0, SEVEN_PIECE);
	u->in = span_from(u->in, next.n);
	u->ready = next;
	if (!u->aes)
		return;
	int n = 0;
	if (!EVP_DecryptUpdate(u->aes, u->piece, &n, next.p, (int)(next.n / BLOCK * BLOCK)))
		n = 0;
	uint64_t clear = (uint64_t)n < u->clear_left ? (uint64_t)n : u->clear_left;
	u->clear_left -= clear;
	u->ready = span_of(u->piece, (size_t)clear);
}

/* One turn of the codec; *got counts what came. false where the stream is damaged. */
static bool turn(struct seven_stream *u, unsigned char *to, size_t room, size_t *got)
{
	size_t taken = u->ready.n;
	bool ok = true;
	*got = 0;
	if (u->codec == SEVEN_COPY) {
		taken = taken < room ? taken : room;
		if (taken)
			memcpy(to, u->ready.p, taken);
		*got = taken;
	} else if (u->codec == SEVEN_DEFLATE) {
		u->z.next_in = (unsigned char *)u->ready.p;
		u->z.avail_in = (uInt)taken;
		u->z.next_out = to;
		u->z.avail_out = (uInt)room;
		int r = inflate(&u->z, Z_NO_FLUSH);
		ok = r == Z_OK || r == Z_STREAM_END || r == Z_BUF_ERROR;
		taken -= u->z.avail_in;
		*got = room - u->z.avail_out;
	} else {
		u->lzma.next_in = u->ready.p;
		u->lzma.avail_in = taken;
		u->lzma.next_out = to;
		u->lzma.avail_out = room;
		lzma_ret r = lzma_code(&u->lzma, u->in.n ? LZMA_RUN : LZMA_FINISH);
		ok = r == LZMA_OK || r == LZMA_STREAM_END || r == LZMA_BUF_ERROR;
		taken -= u->lzma.avail_in;
		*got = room - u->lzma.avail_out;
	}
	u->ready = span_from(u->ready, taken);
	return ok && (taken || *got);
}

int seven_stream_read(struct seven_stream *u, uint64_t n, struct buf *out, struct sink *spend, struct fault *why)
{
	unsigned char scratch[SCRATCH];
	for (uint64_t done = 0; done < n;) {	/* each turn takes or gives, else the stream is damaged */
		size_t room = n - done < SCRATCH ? (size_t)(n - done) : SCRATCH;
		unsigned char *to = out ? buf_reserve(out, room) : scratch;
		size_t got;
		if (!to)
			return fault_set(why, E_LIMIT, "larger than %zu bytes", out->ceiling);
		refill(u);
		bool ok = turn(u, to, room, &got);
		if (out)
			out->n += got;
		done += got;
		if (!ok && done < n)
			return fault_set(why, E_DAMAGED, "breaks off after %llu of %llu bytes", (unsigned long long)done,
				(unsigned long long)n);
		int e = sink_spend(spend, got + 64);
		if (e < 0)
			return e;
	}
	return OK;
}
