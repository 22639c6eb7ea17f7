/*
 * What the files of the reader of OLE2 documents share. Each function takes
 * the folder its document lies in (NULL: the root), so that documents
 * embedded in others are read in the same way. They return OK or a negative
 * code; damage is told.
 */
#ifndef READ_OLE_H
#define READ_OLE_H

#include "lib/ole2.h"
#include "read/doc.h"

struct ole {
	struct doc doc;
	struct ole2 file;
};

enum { OLE_STREAM_MAX = 256 << 20 };

/* A stream's bytes; false when there is none (what broke off is told as damage, in *code when the sink ends). */
bool ole_stream(struct ole *o, const struct ole2_entry *folder, const char *name, struct span *bytes, int *code);
/* Adds bytes of a Windows code page (0: 1252), or UTF-16LE, to the text. */
void ole_add_bytes(struct buf *out, struct span bytes, unsigned page);
void ole_add_utf16(struct buf *out, struct span bytes);
/* Pictures of Office drawings ([MS-ODRAW] 2.2.23) among the bytes of a stream, as children below where. */
int ole_pictures(struct ole *o, struct span bytes, const char *where);

int ole_word(struct ole *o, const struct ole2_entry *folder);		/* [MS-DOC] */
int ole_excel(struct ole *o, const struct ole2_entry *folder);		/* [MS-XLS], BIFF5 and BIFF8 */
int ole_powerpoint(struct ole *o, const struct ole2_entry *folder);	/* [MS-PPT] */
int ole_visio(struct ole *o, const struct ole2_entry *folder);		/* the blocks of a .vsd as children */
int ole_properties(struct ole *o, const struct ole2_entry *folder);	/* [MS-OLEPS] */
/* An encrypted OOXML package ([MS-OFFCRYPTO]), read as what it holds when a password fits. */
int ole_package(struct ole *o);

#endif
