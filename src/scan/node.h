/*
 * Node: an item under examination, and the sink that belongs to it.
 * Inside scan/ only; one thread.
 */
#ifndef SCAN_NODE_H
#define SCAN_NODE_H

#include "lib/hash.h"
#include "scan/examiner.h"

/* A finding kept until the block of text it stands in is done. */
struct held { struct finding f; size_t start, end; bool is_dropped; };

struct block {				/* the text under way */
	const struct text *text;
	struct arena arena;
	struct held *held;
	size_t count, room;
};

struct rows {				/* the table under way */
	struct arena arena;
	char *sheet;
	struct span *names;
	uint32_t columns, count, room;
	uint64_t first_row;
	struct span *cells;
	uint64_t *offsets;
	bool is_open, has_offsets;
	const struct table *table;	/* while the detectors look at it */
};

struct node {
	struct sink sink;
	struct examiner *x;
	struct node *parent;
	struct item item;
	struct arena arena;
	struct note *notes;
	const char *type;
	enum status status;
	char reason[256];
	uint64_t lost[STATUS_COUNT];	/* bytes by state */
	struct hasher hasher;
	struct span own_bytes;		/* what the digest is of */
	uint64_t stated_size;		/* of the item, where its bytes are not had as well */
	size_t hashed;			/* of own_bytes, from their begin */
	bool is_decoded, is_virtual;
	int64_t duplicate_of;
	struct block block;
	struct rows rows;
	unsigned char **names;		/* digests of the names of children so far, open addressing */
	size_t name_count, name_room;
};

extern const struct sink_ops node_ops;

static inline struct node *node_of(struct sink *s) { return (struct node *)s; }

/* Frames. Each returns OK or a negative code. */
int frame_send(struct examiner *x, enum frame type);	/* what is in x->scratch */
int frame_flush(struct examiner *x);
int frame_begin(struct node *n);
int frame_end(struct node *n);
int frame_finding(struct node *n, const struct finding *f, struct span context, struct span masked);
int frame_claim(struct node *n, const struct claim *c);
int frame_mail(struct node *n, const struct mail_head *m);
int frame_ask(struct node *n, const unsigned char *sha256, enum answer *a, int64_t *source);
int frame_prints(struct node *n, const struct prints *p);
int frame_digest(struct node *n, const struct digest *d);
int frame_film(struct node *n, struct span part);
int frame_progress(struct examiner *x, uint64_t bytes);

/* Worsens the status; the first reason at that status stays. */
void node_worsen(struct node *n, enum status st, const char *reason);

/* node_text.c: blocks of text, their findings with contexts. */
int node_text(struct sink *s, const struct text *t);
int node_finding(struct sink *s, const struct finding *f);

/* node_part.c: everything that looks at items, texts, tables and pictures: detectors and printers. */
int parts_item(struct node *n);
int parts_text(struct node *n, const struct text *t);
int parts_table(struct node *n, const struct table *t);
int parts_picture(struct node *n, const struct picture *p);
int parts_end(struct node *n);

/* node_rows.c: tables. */
int node_table_begin(struct sink *s, const char *sheet, const struct span *names, uint32_t columns);
int node_row(struct sink *s, const struct span *cells, uint32_t count, const uint64_t *offsets);
int node_row_number(struct sink *s, uint64_t number);
int node_table_end(struct sink *s);

#endif
