/*
 * Files packed into OLE objects: Ole10Native streams and OLE 1 objects
 * ([MS-OLEDS] 2.2 and 2.3.6; the packager's own layout as its readers know
 * it). Both give one child and return OK or the sink's negative code.
 */
#ifndef READ_OLE_NATIVE_H
#define READ_OLE_NATIVE_H

#include "read/doc.h"

/* The stream called \1Ole10Native. where: name to use when it has none of its own. */
int ole_native(struct doc *d, struct span stream, const char *where);
/* An OLE 1 object as RTF has it. */
int ole_object(struct doc *d, struct span object, const char *where);

#endif
