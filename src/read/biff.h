/*
 * BIFF records ([MS-XLS] 2.1.4): type, length, body; long bodies go on in
 * CONTINUE records, and strings (2.5.293) repeat their option byte there.
 * Borrows the stream; one thread.
 */
#ifndef READ_BIFF_H
#define READ_BIFF_H

#include "base/buf.h"

enum {
	BIFF_FORMULA = 0x06, BIFF_EOF = 0x0a, BIFF_NOTE = 0x1c, BIFF_DATEMODE = 0x22, BIFF_FILEPASS = 0x2f,
	BIFF_CONTINUE = 0x3c, BIFF_CODEPAGE = 0x42, BIFF_BOUNDSHEET = 0x85, BIFF_MULRK = 0xbd,
	BIFF_RSTRING = 0xd6, BIFF_XF = 0xe0, BIFF_DRAWINGS = 0xeb, BIFF_SST = 0xfc, BIFF_LABELSST = 0xfd,
	BIFF_TXO = 0x1b6, BIFF_NUMBER = 0x203, BIFF_LABEL = 0x204, BIFF_BOOLERR = 0x205, BIFF_STRING = 0x207,
	BIFF_RK = 0x27e, BIFF_FORMAT = 0x41e, BIFF_BOF = 0x809,
};

struct biff {
	struct cur rest;	/* behind the record */
	size_t at;		/* the record's offset in the stream */
	size_t size;		/* of the stream */
	uint16_t type;
	struct cur body;	/* what is left of the record */
};

/* The next record; false at the end or where it breaks off. */
bool biff_next(struct biff *b);
/* n bytes, over CONTINUE records; stops at their end. */
void biff_skip(struct biff *b, size_t n);
uint16_t biff_u16(struct biff *b);
uint32_t biff_u32(struct biff *b);
uint8_t  biff_u8(struct biff *b);
/* Adds a string of count characters whose option byte comes next, as UTF-8; skips its runs and phonetics. */
void biff_string(struct biff *b, uint32_t count, struct buf *out);

#endif
