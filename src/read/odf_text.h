/*
 * The content of OpenDocument (ISO/IEC 26300, ODF 1.2 part 1): paragraphs,
 * tables, sheets, slides, notes, comments, deleted text. For content.xml,
 * styles.xml (headers and footers) and flat documents alike.
 */
#ifndef READ_ODF_TEXT_H
#define READ_ODF_TEXT_H

#include "read/doc.h"

/* Gives everything to the doc's sink; part names the text outside pages. OK or a negative code; damage is told. */
int odf_text(struct doc *d, struct span xml, const char *part);

#endif
