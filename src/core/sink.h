/*
 * Sink: the only way out of a part. It counts, limits, and hands on.
 *
 * Every call returns OK to go on, or a negative code that the part returns
 * untouched at once (a budget is used up, the run ends, memory is gone).
 * Everything passed in is borrowed for the call. A sink belongs to one
 * item and one thread. Who implements it: scan/ in the product, a
 * recorder in tests.
 */
#ifndef CORE_SINK_H
#define CORE_SINK_H

#include "base/fault.h"
#include "core/finding.h"
#include "core/print.h"

/* A child item. name is raw bytes as the container has them; the sink escapes it. */
struct child {
	struct span name;
	bool is_nested_path;	/* name is a path inside an archive: its folders join with '/' */
	struct span bytes;
	uint64_t stated_size;	/* of a lost child, as its container states it; 0 when unknown */
	const char *stated_type;
	struct times times;
	bool is_virtual;	/* has no bytes of its own: a message or folder inside a PST */
};

struct sink;
struct sink_ops {
	int (*child)(struct sink *, const struct child *);
	int (*open)(struct sink *, const struct child *, struct sink **);
	int (*close)(struct sink *, int code, const struct fault *why);
	int (*child_lost)(struct sink *, const struct child *, enum status, const char *reason);
	int (*text)(struct sink *, const struct text *);
	int (*table_begin)(struct sink *, const char *sheet, const struct span *names, uint32_t columns);
	int (*row)(struct sink *, const struct span *cells, uint32_t count, const uint64_t *offsets);
	int (*table_end)(struct sink *);
	int (*picture)(struct sink *, const struct picture *);
	int (*mail)(struct sink *, const struct mail_head *);
	int (*finding)(struct sink *, const struct finding *);
	int (*claim)(struct sink *, const struct claim *);
	int (*type)(struct sink *, const char *mime);
	int (*damage)(struct sink *, enum status, uint64_t offset, uint64_t length, const char *reason);
	int (*spend)(struct sink *, uint64_t work);
	int (*prints)(struct sink *, const struct prints *);	/* may be NULL: none are wanted */
	int (*digest)(struct sink *, const struct digest *);	/* may be NULL */
	int (*row_number)(struct sink *, uint64_t number);	/* or NULL: rows are counted from 1 */
	int (*film)(struct sink *, struct span part);		/* may be NULL */
};
struct sink { const struct sink_ops *ops; };

/* For readers. */

/* Examines a child item, to its end, before it returns. */
int sink_child(struct sink *s, const struct child *c);
/*
 * A child that the caller itself reads, such as a message inside a PST: what is given to *sub belongs to
 * it. Close it in every case, with the code and reason it ended with; children may be opened inside.
 * sink_close returns OK, or a negative code that must be passed on (only E_MEMORY, E_STORE, E_STOPPED).
 */
int sink_open(struct sink *s, const struct child *c, struct sink **sub);
int sink_close(struct sink *sub, int code, const struct fault *why);
/* A child that is known to exist but whose bytes cannot be had: encrypted, unreadable, skipped. */
int sink_child_lost(struct sink *s, const struct child *c, enum status st, const char *reason);
/* A run of text. Give a page, body or file in one piece up to TEXT_MAX bytes; cut longer ones at line ends. */
enum { TEXT_MAX = 16 << 20 };
int sink_text(struct sink *s, const struct text *t);
/* Rows of one table, in order. names may be NULL (no header). offsets may be NULL, else one a cell. */
int sink_table_begin(struct sink *s, const char *sheet, const struct span *names, uint32_t columns);
int sink_row(struct sink *s, const struct span *cells, uint32_t count, const uint64_t *offsets);
/*
 * The number, from 1, of the row that comes next, where a sheet numbers its rows itself (the header among
 * them, empty ones left out). Without it rows count up by one. Call it where the count leaps, or before each.
 */
int sink_row_number(struct sink *s, uint64_t number);
int sink_table_end(struct sink *s);
/* A page without text, or a picture's pixels; looked at for documents and MRZ. */
int sink_picture(struct sink *s, const struct picture *p);
int sink_mail(struct sink *s, const struct mail_head *m);
/* The item's MIME type, where the reader knows better than its row. */
int sink_type(struct sink *s, const char *mime);
/* length bytes from offset could not be read (length 0: unknown); the item becomes partial, or st when worse. */
int sink_damage(struct sink *s, enum status st, uint64_t offset, uint64_t length, const char *reason);
/* Budget of work, in bytes decoded or the like; call it at least every 16 MB or 1,000 turns of a loop. */
int sink_spend(struct sink *s, uint64_t work);

/* For detectors and people. */

int sink_finding(struct sink *s, const struct finding *f);
int sink_claim(struct sink *s, const struct claim *c);

/* For printers. Anchors come in batches, in order of at within an item and space. */

int sink_prints(struct sink *s, const struct prints *p);
int sink_digest(struct sink *s, const struct digest *d);
/* A part of the fingerprint of the item's film, at most FILM_PART_MAX bytes; the parts in order are the whole (film/fingerprint.h). */
int sink_film(struct sink *s, struct span part);

/* The place of bytes [start, end) of a text, or of a cell of a table (row and column from 0). */
struct where text_where(const struct text *t, size_t start, size_t end);
struct where table_where(const struct table *t, uint32_t row, uint32_t column);

#endif
