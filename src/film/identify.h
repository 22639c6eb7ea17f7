/*
 * Whose copy is it: clips against the marked films of a registry.
 *
 * A clip is laid onto each film by its sketch, read slot by slot, and every
 * recipient's signs are tried on what was read. What the shared sync
 * pattern says weighs the evidence; it is drawn under another key than any
 * recipient's, so the bound of film/mark_score.h holds as it is, multiplied
 * by the recipients of all films.
 */
#ifndef FILM_IDENTIFY_H
#define FILM_IDENTIFY_H

#include "base/fault.h"
#include "film/sketch.h"
#include "store/marks.h"

enum verdict { VERDICT_IDENTIFIED, VERDICT_SEVERAL, VERDICT_FILM_KNOWN, VERDICT_UNKNOWN };
const char *verdict_name(enum verdict v);

enum { COLLUDERS_MAX = 32 };
/* An accusation needs a bound below this one over everything that was tried. */
#define ACCUSE_BELOW 1e-8

struct identified {
	enum verdict verdict;
	const char *film;			/* path as registered, NULL when unknown */
	const char *recipient;			/* strongest one; NULL when none is accused */
	const char *strongest;			/* the same, or the strongest below the bound */
	double score;				/* z of the strongest */
	double false_accusation;		/* bound on the chance to accuse an innocent with such a score, 0..1 */
	double sync;				/* z of the shared pattern */
	uint64_t segments_read, segments_used;	/* slots; used ones are those that weigh */
	double from, to;			/* of the film, seconds */
	const char *colluders[COLLUDERS_MAX];
	size_t colluder_count;
	double payload_chance;			/* of a false payload; 1 when none was read */
	uint64_t payload_number;
	bool has_payload, is_informed, is_mirrored;
	double likeness, rate;			/* of the picture to the film; of the film's speed to the clip's */
	struct placing place;
};

struct identify;
/* original may be NULL. Borrows m. step (may be NULL) is called now and then, a value other than 0 stops. */
int  identify_open(struct marks *m, const char *original, int (*step)(void *user, uint64_t frames), void *user,
                   struct identify **out, struct fault *why);
void identify_close(struct identify *k);
/* Strings in out belong to k. Negative when the clip cannot be read. PART: some of it could not. */
int  identify_clip(struct identify *k, const char *clip, struct identified *out, struct fault *why);

/*
 * How strongly a file at its own geometry and time carries a recipient's mark of film: z over at most
 * seconds of it. For checking copies that were just written. variant signs are ignored for direct films.
 */
int  identify_check(struct marks *m, const struct marks_film *f, const char *path, const char *recipient,
                    double seconds, double *z, struct fault *why);

/* The grid of a film's mark. */
struct mark_grid identify_grid(const struct marks_film *f);
struct mark_key  identify_key(const struct marks *m, const struct marks_film *f);

#endif
