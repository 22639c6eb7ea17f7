/*
 * Print: what a printer takes of an item, to be kept in the registry or
 * looked up there. Plain values, borrowed for the call; the sink copies.
 */
#ifndef CORE_PRINT_H
#define CORE_PRINT_H

#include "base/span.h"

/* What an anchor was taken of. Values of different spaces never meet. */
enum print_space {
	PRINT_BYTES,	/* bytes of the item; at counts them */
	PRINT_TEXT,	/* its normalized text; at counts normalized characters */
	PRINT_SPACES
};

/*
 * An anchor: a fingerprint of a short run that was picked by its content
 * alone. Workers hold no keys: the registry keys the value when it gets it.
 */
struct print {
	uint64_t value;
	uint64_t at;		/* where the run starts, in the space */
	uint64_t raw_at;	/* PRINT_TEXT: where it starts in the text as the reader gave it (UTF-8 bytes or SPACE_RAW) */
	uint32_t page;		/* from 1; 0 when there are none */
};

/* A batch of anchors. window: any shared run of that many units has an anchor of this kind. */
struct prints {
	enum print_space space;
	uint32_t window;
	const struct print *p;
	size_t n;
};

enum digest_kind {
	DIGEST_SHA256, DIGEST_SHA1, DIGEST_MD5, DIGEST_ED2K,
	DIGEST_PIECES_ROOT,	/* BEP 52: Merkle root over SHA-256 of 16 KiB blocks; files of 1 byte and more */
	DIGEST_PDQ,		/* of one picture: 256 bits, with quality and page */
	DIGEST_TEXT,		/* no value: how many normalized characters the text has */
	DIGEST_COUNT
};
const char *digest_name(enum digest_kind k);

struct digest {
	enum digest_kind kind;
	unsigned char value[32];	/* shorter ones are left-aligned */
	uint32_t n;			/* bytes of value */
	uint32_t quality, page;		/* PDQ */
	uint64_t length;		/* TEXT: normalized characters */
};

/* Bytes of a part of a film's fingerprint on its way through the sink. */
enum { FILM_PART_MAX = 1 << 20 };

/* What printers are to take; NULL in the options: nothing. */
enum { PRINT_WINDOWS_MAX = 8, PRINT_WINDOW_MIN = 1024, PRINT_WINDOW_MAX = 65536, PRINT_WINDOW = 4096 };
struct print_options {
	uint32_t windows[PRINT_WINDOWS_MAX];	/* byte windows, ended by 0: as many kinds of byte anchors are taken */
	unsigned digests;			/* set of digest kinds, bit 1u << kind */
	bool is_query;				/* also take what could be an anchor across the item's ends */
};

#endif
