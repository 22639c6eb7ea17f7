/* Claims in memory, and which of them are one person's. Inside people/ only. */
#ifndef PEOPLE_CLUSTER_H
#define PEOPLE_CLUSTER_H

#include "core/finding.h"
#include "people/link.h"

struct claim_row {
	int64_t id, item, row;
	uint64_t start, end;
	int space;
	bool is_cell;
	const char *sheet, *trail, *basis;
	struct element *elements;
	unsigned count;
	struct span address_date;
	struct span name;		/* normal, or empty */
	size_t parent;			/* smallest claim of the same person, by union */
	size_t next;			/* claim of the same person that comes next, or SIZE_MAX */
	bool is_name_shared;		/* two persons with identifiers bear its name */
	const char *merged_by;		/* what joined it to earlier ones, or NULL */
	const char *conflict;		/* what did not join it, or NULL */
};
struct slot { uint64_t hash; size_t claim; };	/* claim + 1; 0 is free */
struct claims {
	struct claim_row *row;
	size_t count, room;
	struct arena arena;
	struct buf plain;
	struct slot *slots;
	size_t slot_room;
};

void claims_init(struct claims *all);
void claims_release(struct claims *all);
struct claim_row *claims_add(struct claims *all);
int  claims_merge(struct claims *all, struct fault *why);

/* One person's data, gathered. */
struct cluster {
	const struct claim_row *first;
	struct buf text[PERSON_TEXTS];
};
void cluster_init(struct cluster *k);
void cluster_release(struct cluster *k);
/* Fills k from claim i and those linked behind it; false when i is not the first of its person or names nobody. */
bool cluster_gather(struct claims *all, size_t i, struct cluster *k);

#endif
