/* What identify.c and identify_read.c share. */
#ifndef FILM_IDENTIFY_OWN_H
#define FILM_IDENTIFY_OWN_H

#include "film/identify.h"
#include "film/mark_payload.h"
#include "film/mark_score.h"
#include "film/mark_twofold.h"

struct suspect {
	char *recipient;
	struct mark_key key;
	struct tally sum;
	double score, log_bound;	/* of this recipient alone */
};

/* A film of the registry and what a clip said about it. */
struct candidate {
	struct marks_film row;
	struct mark_key key;
	struct mark_grid grid;
	struct sketch sketch;
	struct suspect *suspects;
	size_t suspect_count, suspect_room;
	struct tally sync;
	struct group_read *groups;
	size_t group_count, group_room;
	float payload[PAYLOAD_CODED];
	bool is_read, is_informed;
	struct alignment place, best;	/* of the stretch at hand; the likest of all stretches */
	double from, to;		/* of the film, seconds, over all stretches */
	uint64_t slots_read, slots_used;
};

struct reading {
	const char *clip, *original;	/* original: NULL for blind */
	const struct alignment *a;
	double from, to;		/* of the clip, seconds */
	int (*step)(void *user, uint64_t frames);
	void *user;
};
/* Reads that part of the clip against the film and adds to the candidate's evidence. */
int candidate_read(struct candidate *c, const struct reading *r, struct fault *why);
void candidate_forget(struct candidate *c);

#endif
