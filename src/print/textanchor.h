/*
 * Text anchors: of two texts that share 128 normalized characters in a row,
 * whatever their formats, at least one anchor is the same.
 *
 * Normalized: Unicode NFKC with full case folding and without ignorable
 * characters (soft hyphens, joiners), then letters, digits and marks only.
 * So spaces, line breaks, hyphenation, quotes and ligatures make no
 * difference. Anchors are winnowed (Schleimer, Wilkerson, Aiken 2003): hashes
 * of k = 32 characters, the lowest of each w = 97 in a row, rightmost among
 * equals; one whose value equals that of the anchor before is left out. A
 * text of 32 to 127 characters has one anchor.
 *
 * A text comes in any number of pieces (pages, paragraphs, cells), which are
 * taken as one. Values are SipHash-2-4 of the 32 characters under a fixed key.
 */
#ifndef PRINT_TEXTANCHOR_H
#define PRINT_TEXTANCHOR_H

#include "base/fault.h"
#include "base/span.h"

enum { TEXT_GRAM = 32, TEXT_WINDOW = 97, TEXT_SHARED = TEXT_GRAM + TEXT_WINDOW - 1 };

/* What is known of a normalized character. */
struct text_place { uint64_t raw_at; uint32_t page; };

struct text_anchor {
	uint64_t value;
	uint64_t at;			/* of its first character, in normalized characters */
	struct text_place place;
};

/* The state of one text; plain memory, zeroed to begin. */
struct text_scan {
	uint64_t count;			/* normalized characters so far */
	uint64_t rolling;
	uint32_t chars[TEXT_SHARED];	/* the last ones, at index count % TEXT_SHARED */
	struct text_place places[TEXT_SHARED];
	uint64_t keys[TEXT_WINDOW];	/* of the last k-grams */
	uint64_t low_at, low_key;	/* k-gram with the lowest key in the window */
	uint64_t last;			/* value of the last anchor */
	bool has_low, has_last;
	int (*emit)(void *user, const struct text_anchor *a);
	void *user;
};

/*
 * Adds valid UTF-8. Byte i stands at raw_at[i], or base + i when raw_at is
 * NULL. Negative: what emit returned.
 */
int text_scan_add(struct text_scan *s, struct span utf8, uint64_t base, const uint64_t *raw_at, uint32_t page);
int text_scan_end(struct text_scan *s);

/* Normalizes a piece: calls take for each character that stays, with the byte it comes from. */
int text_normalize(struct span utf8, int (*take)(void *user, uint32_t c, size_t from), void *user);

#endif
