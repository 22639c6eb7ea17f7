/*
 * RTF to text, after Microsoft's Rich Text Format Specification 1.9.1.
 */
#ifndef LIB_RTF_H
#define LIB_RTF_H

#include "base/buf.h"
#include "base/fault.h"

/*
 * Adds the text of a document as UTF-8 to out (which keeps its ceiling):
 * \'hh by the font's or document's code page, \u with its fallback skipped,
 * paragraphs and rows end lines, cells are parted by tabs, destinations that
 * hold no text (fonts, styles, pictures, \*) are left out. HTML wrapped in
 * RTF ([MS-OXRTFEX], \fromhtml1) gives the text without its tags. Nesting
 * is bounded. PART when the document breaks off, E_DAMAGED when it is no RTF.
 */
int rtf_text(struct span rtf, struct buf *out, struct fault *why);

/*
 * The same, with what is embedded. data is called for each picture and
 * object with its decoded bytes (borrowed for the call) and a kind: "png",
 * "jpg", "emf", "wmf", "bmp", or "object" for an OLE 1 stream ([MS-OLEDS]
 * 2.2). A negative code ends the walk and is returned.
 */
struct rtf_events {
	int (*data)(void *user, const char *kind, struct span bytes);
	void *user;
};
int rtf_walk(struct span rtf, const struct rtf_events *events, struct buf *out, struct fault *why);

#endif
