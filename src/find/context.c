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
	first_wide = WORD_COUNT;
	for (size_t i = 0; i < WORD_COUNT; i++) {
		unsigned h = gate_hash(words[i].key, strcspn(words[i].key, " "));
		gate[h / 64] |= 1ull << (h % 64);
		if ((unsigned char)words[i].key[0] >= 0xe0 && first_wide == WORD_COUNT)
			first_wide = i;
	}
}

/* Lower case, everything between words one space; place of each byte in the window. */
struct window {
	char s[WINDOW_MAX + 1];
	uint8_t end[WINDOW_MAX + 1];	/* end[i]: window offset behind the byte that gave s[i] */
	size_t n;
	bool is_wide;
};

/* ASCII letters, digits, bytes of other characters; capitals of two-byte Latin fold by one bit. */
static int word_char(struct span s, size_t i)
{
	int c = span_at(s, i);
	if (c >= 'A' && c <= 'Z')
		return c | 0x20;
	if (c >= 0x80 && c < 0x9f && i && span_at(s, i - 1) == 0xc3)
		return c + 0x20;
	bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
	return is_word ? c : -1;
}

static void window_fill(struct window *w, struct span s)
{
	w->n = 0;
	w->is_wide = false;
	for (size_t i = 0; i < s.n && w->n < WINDOW_MAX; i++) {
		int c = word_char(s, i);
		if (c < 0 && (!w->n || w->s[w->n - 1] == ' '))
			continue;
		w->s[w->n] = c < 0 ? ' ' : (char)c;
		w->end[w->n++] = (uint8_t)(i + 1);
		w->is_wide |= c >= 0xe0;
	}
	w->s[w->n] = 0;
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

/* Calls for each phrase: adds its meaning to all, and to near when it ends behind near_from. */
static void window_read(const struct window *w, size_t near_from, struct meanings *all, struct meanings *near)
{
	for (size_t i = 0; i < w->n;) {
		size_t n = strcspn(w->s + i, " ");
		unsigned h = gate_hash(w->s + i, n);
		enum meaning m = MEANING_NONE;
		size_t length = gate[h / 64] >> (h % 64) & 1 ? phrase_at(w->s + i, &m) : 0;
		if (length) {
			meanings_add(all, m);
			if (near && w->end[i + length - 1] >= near_from)
				meanings_add(near, m);
		}
		i += (length > n ? length : n) + 1;
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

static void read_before(struct span text, size_t at, struct context *c)
{
	struct window w;
	size_t from = at > BEFORE_MAX ? at - BEFORE_MAX : 0;
	while (from && from < at && word_char(text, from - 1) >= 0)
		from++;		/* begin at the start of a word */
	struct span s = span_sub(text, from, at - from);
	size_t near_from = s.n > NEAR_MAX ? s.n - NEAR_MAX : 0;
	for (size_t i = s.n; i > near_from; i--)
		if (span_at(s, i - 1) == '\n')
			near_from = i;
	window_fill(&w, s);
	window_read(&w, near_from, &c->before, &c->near);
	if (w.is_wide)
		wide_read(s, &c->before, &c->near, near_from);
}

static void read_after(struct span text, size_t end, struct context *c)
{
	struct window w;
	struct span s = span_sub(text, end, AFTER_MAX);
	while (s.n && end + s.n < text.n && word_char(text, end + s.n - 1) >= 0 && word_char(text, end + s.n) >= 0)
		s.n--;		/* no half word at the end */
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

void context_of(struct span text, size_t at, size_t end, struct context *c)
{
	*c = (struct context){ .label = MEANING_NONE };
	read_before(text, at, c);
	read_after(text, end, c);
	if (ends_label(text, at) || has_any(&c->near))
		c->label = column_label_before(text, at);
}
