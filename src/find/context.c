/*
 * Most words around a number mean nothing: a set of hashes of first letters
 * (built before main, constant afterwards) turns them away before the word
 * list is searched by halving.
 */
#include "find/context.h"

#include <string.h>

static const struct word { const char *key; uint8_t meaning; } words[] = {
#define C(key, id) { key, MEANING_##id },
#include "find/context.def"
#undef C
};
enum { WORD_COUNT = sizeof(words) / sizeof(*words) };
enum { BEFORE_MAX = 80, AFTER_MAX = 40, NEAR_MAX = 28, WINDOW_MAX = 96 };

static uint64_t gate[64];	/* 4,096 bits, filled by gate_fill only */
static uint8_t folded[256];	/* small letters, digits, bytes of other characters; else 0 */
static size_t first_wide;	/* words from here on begin with a character above U+07FF */

static unsigned gate_hash(const char *s, size_t n)
{
	uint32_t h = (unsigned char)s[0];
	h = h * 31 + (n > 1 ? (unsigned char)s[1] : 0);
	h = h * 31 + (n > 2 ? (unsigned char)s[2] : 0);
	return (h * 0x9e3779b1u) >> 20;
}

__attribute__((constructor)) static void gate_fill(void)
{
	for (unsigned c = 0; c < 256; c++) {
		bool is_kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
		folded[c] = (uint8_t)(c >= 'A' && c <= 'Z' ? c | 0x20 : is_kept ? c : 0);
	}
	first_wide = WORD_COUNT;
	for (size_t i = 0; i < WORD_COUNT; i++) {
		unsigned h = gate_hash(words[i].key, strcspn(words[i].key, " "));
		gate[h / 64] |= 1ull << (h % 64);
		if ((unsigned char)words[i].key[0] >= 0xe0 && first_wide == WORD_COUNT)
			first_wide = i;
	}
}

enum { WINDOW_WORDS = 48 };

/* Lower case, everything between words one space. */
struct window {
	char s[WINDOW_MAX + 4];
	uint8_t start[WINDOW_WORDS + 1];	/* of each word; behind the last: the end, plus one */
	uint8_t end[WINDOW_WORDS];		/* offset in the text's window behind each word */
	unsigned words;
	size_t n;
	bool is_wide;
};

/* ASCII letters, digits, bytes of other characters; capitals of two-byte Latin fold by one bit. */
static inline int word_char(struct span s, size_t i)
{
	int c = span_at(s, i);
	if (c >= 0x80 && c < 0x9f && i && span_at(s, i - 1) == 0xc3)
		return c + 0x20;
	return c < 0 || !folded[c] ? -1 : folded[c];
}

/* Any byte from '@' on: letters are among them, digits and most separators are not. */
static bool may_have_letters(struct span s)
{
	size_t i = 0;
	uint64_t eight, any = 0;
	for (; i + 8 <= s.n; i += 8) {
		memcpy(&eight, s.p + i, 8);
		any |= eight;
	}
	for (; i < s.n; i++)
		any |= s.p[i];
	return (any & 0xc0c0c0c0c0c0c0c0ull) != 0;
}

static void window_fill(struct window *w, struct span s)
{
	bool is_in = false;
	w->n = w->words = 0;
	w->is_wide = false;
	for (size_t i = 0; i < s.n && w->n < WINDOW_MAX; i++) {
		int c = word_char(s, i);
		if (c < 0) {
			if (is_in)
				w->s[w->n++] = ' ';
			is_in = false;
			continue;
		}
		if (!is_in) {
			if (w->words == WINDOW_WORDS)
				break;
			w->start[w->words++] = (uint8_t)w->n;
		}
		is_in = true;
		w->end[w->words - 1] = (uint8_t)(i + 1);
		w->s[w->n++] = (char)c;
		w->is_wide |= c >= 0xe0;
	}
	w->start[w->words] = (uint8_t)(w->n + is_in);
	memset(w->s + w->n, 0, 4);
}

/* The longest phrase of the list that begins at s and ends at the end of a word; its length, or 0. */
static size_t phrase_at(const char *s, enum meaning *m)
{
	size_t low = 0, high = WORD_COUNT, best = 0;
	while (low < high) {	/* the first entry behind every prefix of s */
		size_t middle = (low + high) / 2;
		if (strcmp(words[middle].key, s) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t i = low, tries = 0; i-- && tries < 12; tries++) {
		size_t n = strlen(words[i].key);
		if (words[i].key[0] != s[0])
			break;
		if (strncmp(words[i].key, s, n) == 0 && (s[n] == ' ' || !s[n])) {
			*m = words[i].meaning;
			best = n;
			break;
		}
	}
	return best;
}

/* Adds the meaning of each phrase to all, and to near when it ends behind near_from. */
static void window_read(const struct window *w, size_t near_from, struct meanings *all, struct meanings *near)
{
	for (unsigned i = 0; i < w->words;) {
		size_t n = (size_t)(w->start[i + 1] - w->start[i] - 1), length = 0;
		unsigned h = gate_hash(w->s + w->start[i], n), last = i;
		enum meaning m = MEANING_NONE;
		if (gate[h / 64] >> (h % 64) & 1)
			length = phrase_at(w->s + w->start[i], &m);
		while (length > n && last + 1 < w->words && w->start[last + 1] < w->start[i] + length)
			last++;
		if (length) {
			meanings_add(all, m);
			if (near && w->end[last] >= near_from)
				meanings_add(near, m);
		}
		i = last + 1;
	}
}

/* Scripts that do not part words. */
static void wide_read(struct span s, struct meanings *all, struct meanings *near, size_t near_from)
{
	for (size_t i = first_wide; i < WORD_COUNT; i++) {
		struct span key = span_str(words[i].key);
		size_t at = span_find(s, key, 0);
		if (at == SIZE_MAX)
			continue;
		meanings_add(all, words[i].meaning);
		if (near && at + key.n >= near_from)
			meanings_add(near, words[i].meaning);
	}
}

/* The whole words in at most max bytes before a place. */
static struct span words_before(struct span text, size_t at, size_t max)
{
	size_t from = at > max ? at - max : 0;
	while (from && from < at && word_char(text, from - 1) >= 0)
		from++;		/* begin at the start of a word */
	return span_sub(text, from, at - from);
}

static void read_near(struct span text, size_t at, struct context *c)
{
	struct window w;
	struct span s = words_before(text, at, NEAR_MAX + 20);	/* a phrase may begin before what is near */
	size_t near_from = s.n > NEAR_MAX ? s.n - NEAR_MAX : 0;
	for (size_t i = s.n; i > near_from; i--)
		if (span_at(s, i - 1) == '\n')
			near_from = i;
	if (!may_have_letters(span_from(s, near_from)))
		return;
	struct meanings all = { { 0 } };
	window_fill(&w, s);
	window_read(&w, near_from, &all, &c->near);
	if (w.is_wide)
		wide_read(s, &all, &c->near, near_from);
}

static void read_before(struct span text, size_t at, struct context *c)
{
	struct window w;
	struct span s = words_before(text, at, BEFORE_MAX);
	if (!may_have_letters(s))
		return;
	window_fill(&w, s);
	window_read(&w, 0, &c->before, NULL);
	if (w.is_wide)
		wide_read(s, &c->before, NULL, 0);
}

static void read_after(struct span text, size_t end, struct context *c)
{
	struct window w;
	struct span s = span_sub(text, end, AFTER_MAX);
	while (s.n && end + s.n < text.n && word_char(text, end + s.n - 1) >= 0 && word_char(text, end + s.n) >= 0)
		s.n--;		/* no half word at the end */
	if (!may_have_letters(s))
		return;
	window_fill(&w, s);
	window_read(&w, 0, &c->after, NULL);
	if (w.is_wide)
		wide_read(s, &c->after, NULL, 0);
}

/* True when what stands right before looks like the end of a label. */
static bool ends_label(struct span text, size_t at)
{
	size_t i = at;
	while (i && at - i < 4 && (span_at(text, i - 1) == ' ' || span_at(text, i - 1) == '"' || span_at(text, i - 1) == '\''))
		i--;
	int c = i ? span_at(text, i - 1) : -1;
	return c == ':' || c == '=' || c == '#' || c == '|' || c == '\t' || c == '>' || c == '.';
}

static bool has_any(const struct meanings *s)
{
	for (size_t i = 0; i < sizeof(s->bits) / sizeof(*s->bits); i++)
		if (s->bits[i])
			return true;
	return false;
}

static enum meaning cached_meaning(struct span label, struct label_cache *cache)
{
	uint64_t h = 14695981039346656037ull;
	for (size_t i = 0; i < label.n; i++)
		h = (h ^ label.p[i]) * 1099511628211ull;
	unsigned place = (unsigned)(h >> 32) % 256;
	if (!label.n)
		return MEANING_NONE;
	if (cache->hashes[place] != h) {
		cache->hashes[place] = h;
		cache->meanings[place] = (uint8_t)column_meaning(label);
	}
	return cache->meanings[place];
}

void context_near(struct span text, size_t at, struct label_cache *cache, struct context *c)
{
	*c = (struct context){ .label = MEANING_NONE };
	read_near(text, at, c);
	struct span line = span_sub(text, at > 40 ? at - 40 : 0, at > 40 ? 40 : at);
	if ((ends_label(text, at) && may_have_letters(line)) || has_any(&c->near))
		c->label = cached_meaning(column_label_span(text, at), cache);
}

void context_far(struct span text, size_t at, size_t end, struct context *c)
{
	read_before(text, at, c);
	read_after(text, end, c);
}
