/*
 * HTML to text, on gumbo: block elements end lines, scripts and styles are
 * left out, entities resolved, table cells parted by tabs, alt and title
 * texts and link targets (mailto:, https:) kept.
 */
#ifndef LIB_HTML_H
#define LIB_HTML_H

#include "base/buf.h"
#include "base/fault.h"

/* The bytes' encoding as stated in the document's own meta element, or NULL; borrowed static name. */
const char *html_stated_encoding(struct span bytes);
/* utf8 must be UTF-8. Adds the text to out. Deep nesting and size are bounded. */
int html_text(struct span utf8, struct buf *out, struct fault *why);

#endif
