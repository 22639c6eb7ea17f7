/* Writing XML 1.0 (fifth edition). */
#ifndef REPORT_XML_OUT_H
#define REPORT_XML_OUT_H

#include "base/buf.h"

/* Text of an element or a quoted attribute; what XML cannot hold becomes U+FFFD. */
void xml_text(struct buf *out, struct span text);
/* <name>text</name> */
void xml_element(struct buf *out, const char *name, struct span text);

#endif
