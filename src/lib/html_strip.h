/*
 * HTML without a tree: tags told from text in one pass in proportion to the
 * size, for documents that are too deep or too large for gumbo.
 */
#ifndef LIB_HTML_STRIP_H
#define LIB_HTML_STRIP_H

#include "lib/html.h"

/* True when thousands of elements stay open at a time, by a rough count. */
bool html_is_deep(struct span utf8);
/* The events of html_walk; starts come without attributes, entities only the common ones, ends as they stand. */
int html_strip(struct span utf8, const struct html_events *events, void *user);

#endif
