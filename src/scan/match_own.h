/* Inside the matcher only. */
#ifndef SCAN_MATCH_OWN_H
#define SCAN_MATCH_OWN_H

#include "film/fingerprint.h"
#include "print/pdq.h"
#include "scan/match.h"

enum {
	POSTINGS_MAX = 64,	/* places looked at of one value */
	SAME_MAX = 16,		/* registered items with the same bytes that are named */
	TIES_MAX = 4,		/* items that cover as much as one that is named */
	RUNS_MAX = 1000,	/* runs written of one match */
	RUN_LEAST = 512,	/* bytes: shorter runs count only where they are most of an item */
	TEXT_LEAST = 64,	/* characters, likewise */
	SHARED_LEAST = 3,	/* ratio that a run with anchors of third parties must have */
	RUN_ANCHORS = 8,	/* anchors in a row that a run's ratio is the mean of */
	ALONE_MOST = 4,		/* windows: a larger item needs more than one anchor where bytes cannot be compared */
	TEXT_SHORT = 400,	/* a text so short may match by one anchor */
	GRAM = 32,		/* characters of a text anchor */
	ANCHOR = 64,		/* bytes of a byte anchor */
};

struct values { uint64_t *value, *at; size_t n, room; uint32_t window; };

struct picture_print { struct pdq hash; uint32_t page; };

/* A leaked item under way. */
struct leak {
	int64_t row;
	const char *path;
	uint64_t size, text_length;
	unsigned depth;
	struct values values[PRINT_SPACES];
	struct picture_print *pictures;
	size_t picture_count, picture_room;
	struct buf film;		/* a clip's fingerprint */
};

struct hit { int64_t item; uint64_t leak_at, registered_at; uint32_t query; };
struct rarity { uint32_t own, background; };	/* registered items that hold a value */
struct run {
	uint64_t leak_at, registered_at, length;
	uint32_t anchors;
	uint32_t shared_anchors;	/* of them, in background items or widespread licences */
	bool exact;
	double ratio;
	double logs[RUN_ANCHORS];	/* logarithms of the last anchors' ratios */
};

/* A registered item that shares something with the leaked one. */
struct candidate {
	int64_t item;
	size_t first, count;		/* its hits */
	struct run *runs;
	size_t run_count, run_room;
	uint64_t cover, registered_cover;	/* bytes or characters, overlaps counted once */
	uint32_t anchors;
	double ratio;
	uint32_t own, background;	/* of the anchor that gave the ratio */
	bool is_named;
};

struct stretch { uint64_t from, to; };
struct stretches { struct stretch *p; size_t n, room; };

struct matcher {
	struct registry *r;
	struct case_file *c;
	struct scan_prints prints;
	struct registry_counts counts;
	struct leak **open;
	size_t open_count, open_room;
	struct registry_pictures pictures;
	struct pdq_index *index;
	struct fingerprint *films;
	int64_t *film_items;
	bool *film_is_background;
	size_t film_count;
};

/* match_runs.c */
int  candidate_add_run(struct candidate *c, struct run run);
/* Joins the hits of a candidate, in order of shift and place, into runs. item: the registered one. */
int  runs_make(const struct leak *l, enum print_space space, const struct registry_item *item, const struct hit *hits,
               const struct rarity *rarity, uint64_t items, struct candidate *c);
/* Adds to covered what the runs cover and was not; returns how much that is. */
uint64_t runs_cover(const struct candidate *c, bool of_registered, struct stretches *covered);
double ratio_of(struct rarity r, uint64_t items);

/* match_extend.c */
struct pair_of_files { int leak, registered; };
/* Opens both files where they can be read and the registered one is unchanged; leak -1 otherwise. */
struct pair_of_files files_open(const struct leak *l, const struct registry_item *item);
void files_close(struct pair_of_files *f);
/* The run through both places, which hold a shared anchor; length 0 when they do not. */
struct run files_extend(const struct pair_of_files *f, uint64_t leak_at, uint64_t registered_at);
/* How large a ratio the content of a run can bear. */
double files_bears(const struct pair_of_files *f, const struct run *run);

/* match_film.c */
int  matcher_films_open(struct matcher *m, struct fault *why);
void matcher_films_close(struct matcher *m);
int  match_film_part(struct leak *l, struct span part, struct fault *why);
int  match_films(struct matcher *m, const struct leak *l, struct fault *why);

/* match_write.c */
struct match_row {
	const char *registered, *relation;
	double share_of_item, share_of_registered, chance, ratio;
	const struct candidate *c;	/* or NULL */
	const char *details;		/* JSON */
};
int match_write(struct matcher *m, int64_t row, const struct match_row *r, struct fault *why);
double chance_of(const struct matcher *m, size_t asked, uint32_t anchors);

#endif
