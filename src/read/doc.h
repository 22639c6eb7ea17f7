/*
 * Doc: what the readers of documents share: text gathered piece by piece
 * and given in runs whose ranges never overlap in one item, children,
 * damage. Embedded in the reader's own struct; one item, one thread.
 */
#ifndef READ_DOC_H
#define READ_DOC_H

#include "base/buf.h"
#include "core/part.h"

struct doc {
	const struct item *item;
	struct sink *out;
	struct fault *why;
	struct buf text;	/* being gathered, UTF-8 */
	uint64_t base;		/* bytes of text given so far */
	bool is_damaged;
};

void doc_init(struct doc *d, const struct item *it, struct sink *out, struct fault *why);
void doc_release(struct doc *d);
/*
 * Gives the text gathered and forgets it, long ones in several runs cut at line ends. part NULL: the body;
 * page 0: none. Like the next two it returns OK or the sink's negative code.
 */
int  doc_give(struct doc *d, const char *part, uint32_t page);
int  doc_damage(struct doc *d, const char *reason);
/* name: the path inside the document. Counts the bytes as work. */
int  doc_child(struct doc *d, struct span name, struct span bytes);
/* Ends a line unless the text is at the start of one. */
void doc_end_line(struct doc *d);
/* code as it is when negative, else PART when damage was told. */
int  doc_end(const struct doc *d, int code);

#endif
