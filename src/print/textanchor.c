#include "print/textanchor.h"

#include <sodium.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf16.h>

#include "base/utf8.h"

enum { PIECE_MAX = 64, PIECE_OUT = 1024 };
#define BASE 0x9e3779b97f4a7c15u	/* odd; of the rolling hash */
#define BASE_POWER 0xcdfb8afc05487981u	/* BASE to the power TEXT_GRAM modulo 2^64: what the oldest character has grown to */

/* ---- normalization ---- */

static bool is_kept(uint32_t c)
{
	return (U_GET_GC_MASK((UChar32)c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_M_MASK)) != 0;
}

/* 0 for what is dropped. */
static uint32_t fold_ascii(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c + 32u;
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : 0;
}

/* Characters that belong together under normalization: from one boundary to the next, at most PIECE_MAX units. */
static size_t piece_at(const UNormalizer2 *n2, struct span s, size_t from, UChar *units, int32_t *count)
{
	size_t i = from;
	*count = 0;
	while (i < s.n && *count < PIECE_MAX - 2) {
		unsigned length = utf8_length_at(s, i);
		uint32_t c = length ? utf8_char_at(s, i) : 0xfffd;
		if (i > from && unorm2_hasBoundaryBefore(n2, (UChar32)c))
			break;
		U16_APPEND_UNSAFE(units, *count, c);
		i += length ? length : 1;
	}
	return i - from;
}

static int take_piece(const UNormalizer2 *n2, const UChar *units, int32_t count, size_t from,
                      int (*take)(void *, uint32_t, size_t), void *user)
{
	UChar out[PIECE_OUT];
	UErrorCode error = U_ZERO_ERROR;
	int32_t n = unorm2_normalize(n2, units, count, out, PIECE_OUT, &error);
	int e = OK;
	for (int32_t i = 0; U_SUCCESS(error) && i < n && e >= 0;) {
		UChar32 c;
		U16_NEXT(out, i, n, c);
		if (is_kept((uint32_t)c))
			e = take(user, (uint32_t)c, from);
	}
	return e;
}

/* True when the ASCII character at i stands for itself: no mark follows that could join it. */
static bool stands_alone(struct span s, size_t i)
{
	return i + 1 >= s.n || s.p[i + 1] < 0x80;
}

int text_normalize(struct span utf8, int (*take)(void *user, uint32_t c, size_t from), void *user)
{
	UErrorCode error = U_ZERO_ERROR;
	const UNormalizer2 *n2 = unorm2_getNFKCCasefoldInstance(&error);
	int e = OK;
	for (size_t i = 0; i < utf8.n && e >= 0;) {
		int byte = span_at(utf8, i);
		if (byte < 0x80 && stands_alone(utf8, i)) {
			uint32_t c = fold_ascii((unsigned char)byte);
			e = c ? take(user, c, i) : OK;
			i++;
			continue;
		}
		UChar units[PIECE_MAX];
		int32_t count;
		size_t n = piece_at(n2, utf8, i, units, &count);
		e = take_piece(n2, units, count, i, take, user);
		i += n;
	}
	return e < 0 ? e : OK;
}

/* ---- winnowing ---- */

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

static int emit(struct text_scan *s, uint64_t gram)
{
	unsigned char bytes[TEXT_GRAM * 4], hash[8];
	for (unsigned i = 0; i < TEXT_GRAM; i++) {
		uint32_t c = s->chars[(gram + i) % TEXT_SHARED];
		for (int k = 0; k < 4; k++)
			bytes[i * 4 + (unsigned)k] = (unsigned char)(c >> 8 * k);
	}
	crypto_shorthash_siphash24(hash, bytes, sizeof(bytes), (const unsigned char *)"strandline texts");
	struct text_anchor a = { .at = gram, .place = s->places[gram % TEXT_SHARED] };
	for (int i = 7; i >= 0; i--)
		a.value = a.value << 8 | hash[i];
	if (s->has_last && s->last == a.value)
		return OK;
	s->has_last = true;
	s->last = a.value;
	return s->emit(s->user, &a);
}

static void find_low(struct text_scan *s, uint64_t from, uint64_t to)
{
	s->low_at = from;
	s->low_key = s->keys[from % TEXT_WINDOW];
	for (uint64_t g = from + 1; g < to; g++)
		if (s->keys[g % TEXT_WINDOW] <= s->low_key) {
			s->low_at = g;
			s->low_key = s->keys[g % TEXT_WINDOW];
		}
	s->has_low = true;
}

/* A new k-gram, number gram, has its key. */
static int slide(struct text_scan *s, uint64_t gram)
{
	uint64_t key = s->keys[gram % TEXT_WINDOW];
	if (gram + 1 < TEXT_WINDOW)
		return OK;
	uint64_t first = gram + 1 - TEXT_WINDOW;
	if (!s->has_low || s->low_at < first) {
		find_low(s, first, gram + 1);
		return emit(s, s->low_at);
	}
	if (key > s->low_key)
		return OK;
	s->low_at = gram;
	s->low_key = key;
	return emit(s, gram);
}

static int add_char(struct text_scan *s, uint32_t c, struct text_place place)
{
	uint64_t gone = s->count >= TEXT_GRAM ? s->chars[(s->count - TEXT_GRAM) % TEXT_SHARED] + 1ull : 0;
	s->rolling = s->rolling * BASE + c + 1 - gone * BASE_POWER;
	s->chars[s->count % TEXT_SHARED] = c;
	s->places[s->count % TEXT_SHARED] = place;
	s->count++;
	if (s->count < TEXT_GRAM)
		return OK;
	uint64_t gram = s->count - TEXT_GRAM;
	s->keys[gram % TEXT_WINDOW] = mix(s->rolling);
	return slide(s, gram);
}

struct adding { struct text_scan *s; uint64_t base; const uint64_t *raw_at; uint32_t page; };

static int add_one(void *user, uint32_t c, size_t from)
{
	const struct adding *a = user;
	return add_char(a->s, c, (struct text_place){ a->raw_at ? a->raw_at[from] : a->base + from, a->page });
}

int text_scan_add(struct text_scan *s, struct span utf8, uint64_t base, const uint64_t *raw_at, uint32_t page)
{
	struct adding a = { s, base, raw_at, page };
	return text_normalize(utf8, add_one, &a);
}

int text_scan_end(struct text_scan *s)
{
	if (s->count < TEXT_GRAM || s->count >= TEXT_SHARED)
		return OK;
	find_low(s, 0, s->count - TEXT_GRAM + 1);
	return emit(s, s->low_at);
}
