#include "read/strings.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

enum {
	RUN_MIN = 6,		/* characters */
	BATCH = 64 << 10,	/* bytes of text given at a time */
	WHOLE_MIN = 16 << 10,	/* a run of that many bytes is given by itself, where it lies */
	CHUNK = 1 << 20,	/* bytes between two calls of sink_spend */
	OVERLAP_MAX = 1 << 20,	/* a run is followed beyond its chunk, but no further */
};

struct batch {
	struct sink *out;
	const char *part;
	unsigned char *text;
	uint64_t *at;
	size_t n;
};

static bool is_printable(unsigned c)
{
	return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
}

static int batch_flush(struct batch *b)
{
	if (!b->n)
		return OK;
	struct text t = {
		.utf8 = span_of(b->text, b->n), .space = SPACE_RAW, .raw_at = b->at,
		.part = b->part, .is_strings = true,
	};
	b->at[b->n] = b->at[b->n - 1] + 1;
	b->n = 0;
	return sink_text(b->out, &t);
}

/* A run where it lies, without copy. */
static int batch_whole(struct batch *b, struct span run, uint64_t at)
{
	int e = batch_flush(b);
	for (size_t i = 0; !e && i < run.n;) {
		size_t n = run.n - i <= CHUNK ? run.n - i : CHUNK;
		/* not inside a character, and behind a line end where there is one */
		for (size_t back = 0; n == CHUNK && back < 4096; back++) {
			if (run.p[i + n - back - 1] != '\n')
				continue;
			n -= back;
			break;
		}
		while (i + n < run.n && n > 1 && (run.p[i + n] & 0xc0) == 0x80)
			n--;
		struct text t = {
			.utf8 = span_sub(run, i, n), .space = SPACE_RAW, .base = at + i,
			.part = b->part, .is_strings = true,
		};
		e = sink_text(b->out, &t);
		i += n;
	}
	return e;
}

/* A run of bytes that is valid UTF-8. */
static int batch_run(struct batch *b, struct span run, uint64_t at)
{
	if (run.n >= WHOLE_MIN)
		return batch_whole(b, run, at);
	int e = b->n + run.n + 1 > BATCH ? batch_flush(b) : OK;
	if (e)
		return e;
	memcpy(b->text + b->n, run.p, run.n);
	for (size_t i = 0; i < run.n; i++)
		b->at[b->n + i] = at + i;
	b->n += run.n;
	b->text[b->n] = '\n';
	b->at[b->n++] = at + run.n;
	return OK;
}

/* Start of the valid UTF-8 character that ends at end (exclusive) and does not begin before from; end when there is none. */
static size_t char_before(struct span s, size_t from, size_t end)
{
	for (size_t n = 2; n <= 4 && n <= end - from; n++)
		if (utf8_length_at(s, end - n) == n)
			return end - n;
	return end;
}

/* Start of the run around [at, ...), not before from. */
static size_t run_start(struct span s, size_t from, size_t at)
{
	while (at > from) {
		if (is_printable(s.p[at - 1])) {
			at--;
			continue;
		}
		size_t before = s.p[at - 1] >= 0x80 ? char_before(s, from, at) : at;
		if (before == at)
			break;
		at = before;
	}
	return at;
}

static size_t run_end(struct span s, size_t at)
{
	size_t limit = s.n - at > OVERLAP_MAX ? at + OVERLAP_MAX : s.n;
	while (at < limit) {
		unsigned n = is_printable(s.p[at]) ? 1 : s.p[at] >= 0x80 ? utf8_length_at(s, at) : 0;
		if (!n)
			break;
		at += n;
	}
	return at;
}

/* Runs that have six ASCII characters on end. Returns in *done where the search goes on. */
static int ascii_runs(struct batch *b, struct span s, size_t from, size_t to, uint64_t base, size_t *done)
{
	size_t floor = from;	/* end of the last run */
	int e = OK;
	/* of six bytes on end every sixth is looked at */
	for (size_t i = from + RUN_MIN - 1; i < s.n && i < to + RUN_MIN - 1 && !e;) {
		if (!is_printable(s.p[i])) {
			i += RUN_MIN;
			continue;
		}
		size_t left = i, right = i;
		while (left > floor && i - left < RUN_MIN && is_printable(s.p[left - 1]))
			left--;
		while (right < s.n && right - left < RUN_MIN && is_printable(s.p[right]))
			right++;
		if (right - left < RUN_MIN) {
			i = right + RUN_MIN;
			continue;
		}
		size_t start = run_start(s, floor, left);
		floor = run_end(s, right);
		struct span run = span_trim(span_sub(s, start, floor - start));
		if (run.n >= RUN_MIN)
			e = batch_run(b, run, base + (uint64_t)(run.p - s.p));
		i = floor + RUN_MIN;
	}
	*done = floor > to ? floor : to;
	return e;
}

/* A unit of UTF-16 that strings are made of; 0 for others. Scripts beyond Greek and Cyrillic drown in noise. */
static uint32_t wide_char(struct span s, size_t i, bool is_big)
{
	if (i + 2 > s.n)
		return 0;
	unsigned low = s.p[i + is_big], high = s.p[i + !is_big];
	if (high == 0)
		return is_printable(low) || low >= 0xa0 ? low : 0;
	uint32_t c = high << 8 | low;
	bool is_letter = (c >= 0x100 && c < 0x180) || (c >= 0x384 && c < 0x3cf) || (c >= 0x400 && c < 0x460);
	return is_letter || (c >= 0x2010 && c < 0x2027) || c == 0x20ac ? c : 0;
}

static int wide_run(struct batch *b, struct span s, size_t start, size_t end, bool is_big, uint64_t base)
{
	int e = OK;
	for (size_t i = start; i < end && !e; i += 2) {
		if (b->n + 8 > BATCH)
			e = batch_flush(b);
		unsigned n = utf8_put(b->text + b->n, wide_char(s, i, is_big));
		for (size_t k = 0; k < n; k++)
			b->at[b->n + k] = base + i;
		b->n += n;
	}
	b->text[b->n] = '\n';
	b->at[b->n++] = base + end;
	return e;
}

/* ASCII beside a zero byte: where a run of UTF-16 can be. */
static bool is_wide_seed(struct span s, size_t i, bool is_big)
{
	unsigned low = s.p[i + is_big], high = s.p[i + !is_big];
	return (high == 0 && is_printable(low)) || (high == 4 && low >= 0x10 && low < 0x50);
}

struct wide { size_t start, end; bool is_big; };

/* The run of UTF-16 through the seed at i. */
static struct wide wide_around(struct span s, size_t floor, size_t i, bool is_big)
{
	struct wide w = { i, i, is_big };
	while (w.start >= floor + 2 && wide_char(s, w.start - 2, is_big))
		w.start -= 2;
	while (w.end - w.start < OVERLAP_MAX && wide_char(s, w.end, is_big))
		w.end += 2;
	return w;
}

/* Shifted by a byte, text in one order reads as text in the other: the longer run is meant, of two equal ones the even. */
static bool is_better(struct wide w, struct wide than)
{
	size_t n = w.end - w.start, m = than.end - than.start;
	return n != m ? n > m : (w.start & 1) < (than.start & 1);
}

static struct wide best_wide(struct span s, size_t floor, size_t i)
{
	struct wide best = { i, i, false };
	for (size_t at = i; at < i + 2; at++) {
		for (int is_big = 0; is_big < 2; is_big++) {
			if (!is_wide_seed(s, at, is_big))
				continue;
			struct wide w = wide_around(s, floor, at, is_big);
			if (is_better(w, best))
				best = w;
		}
	}
	return best;
}

/* Runs of UTF-16 of at least six characters: twelve bytes, so that every eighth is looked at. */
static int wide_runs(struct batch *b, struct span s, size_t from, size_t to, uint64_t base, size_t *done)
{
	size_t floor = from;
	int e = OK;
	for (size_t i = from; i + 3 <= s.n && i < to && !e; i += 8) {
		if (s.p[i] && s.p[i + 1] && s.p[i + 2] && s.p[i + 1] != 4 && s.p[i] != 4 && s.p[i + 2] != 4)
			continue;
		struct wide w = best_wide(s, floor, i);
		if (w.end - w.start < 2 * RUN_MIN)
			continue;
		e = wide_run(b, s, w.start, w.end, w.is_big, base);
		floor = w.end;
		i = w.end > i + 8 ? w.end - 8 : i;
	}
	*done = floor > to ? floor : to;
	return e;
}

static int runs(struct batch *b, struct span s, uint64_t base)
{
	size_t narrow_done = 0, wide_done = 0;
	int e = OK;
	for (size_t from = 0; from < s.n && !e; from += CHUNK) {
		size_t to = s.n - from > CHUNK ? from + CHUNK : s.n;
		if (narrow_done < to)
			e = ascii_runs(b, s, narrow_done, to, base, &narrow_done);
		if (!e)
			e = batch_flush(b);
		if (!e && wide_done < to)
			e = wide_runs(b, s, wide_done, to, base, &wide_done);
		if (!e)
			e = batch_flush(b);
		if (!e)
			e = sink_spend(b->out, to - from);
	}
	return e;
}

int strings_give(struct span bytes, uint64_t base, const char *part, struct sink *out)
{
	struct batch b = {
		.out = out, .part = part, .text = malloc(BATCH + 16),
		.at = malloc((BATCH + 17) * sizeof(*b.at)),
	};
	int e = b.text && b.at ? runs(&b, bytes, base) : E_MEMORY;
	free(b.text);
	free(b.at);
	return e;
}
