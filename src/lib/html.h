/*
 * HTML to text, on gumbo: block elements end lines, scripts and styles are
 * left out, entities resolved, table cells parted by tabs, alt and title
 * texts and link targets (mailto:, https:) kept.
 *
 * Documents that would cost gumbo more than time in proportion (nesting of
 * thousands, tens of megabytes) are stripped of their tags instead.
 */
#ifndef LIB_HTML_H
#define LIB_HTML_H

#include "base/buf.h"
#include "base/fault.h"

/* The bytes' encoding as stated in the document's own meta element, or NULL; borrowed static name. */
const char *html_stated_encoding(struct span bytes);
/* utf8 must be UTF-8. Adds the text to out. Deep nesting and size are bounded. */
int html_text(struct span utf8, struct buf *out, struct fault *why);

/*
 * The document's elements and texts in order, each start with its end. text
 * is what a reader sees, white space as it stands; hidden is the content of
 * comments, scripts and styles, with "comment", "script" or "style".
 * Names are lower case, "" for elements HTML does not know. An event that
 * returns other than OK ends the walk with that code. Unused events NULL.
 */
struct html_element;
struct html_events {
	int (*start)(void *user, const char *name, const struct html_element *e);
	int (*end)(void *user, const char *name);
	int (*text)(void *user, struct span utf8);
	int (*hidden)(void *user, const char *what, struct span utf8);
};
int html_walk(struct span utf8, const struct html_events *events, void *user, struct fault *why);
/* An attribute's value, "" where it has none, NULL without it. Borrowed for the event. */
const char *html_attr(const struct html_element *e, const char *name);

/* Builds the text of a document from its events; html_text is made of it. */
struct html_writer {
	struct buf *out;
	unsigned pre;		/* depth of elements that keep white space */
	unsigned mute;		/* depth of elements without text of their own */
	bool blank;		/* white space is due before the next word */
	size_t cell_row;	/* where the row under way began in out */
};
void html_write_start(struct html_writer *w, const char *name, const struct html_element *e);
void html_write_end(struct html_writer *w, const char *name);
void html_write_text(struct html_writer *w, struct span utf8);

#endif
