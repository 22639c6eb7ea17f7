/*
 * Marking a film for many: recorded first, then copy by copy, each read
 * back. Whoever is stopped goes on where he was.
 */
#ifndef FILM_MARK_FILM_H
#define FILM_MARK_FILM_H

#include "base/fault.h"
#include "store/marks.h"

struct mark_order {
	const char *film, *out;		/* the film; the folder of copies, made when it is not there */
	enum marks_mode mode;
	const struct marks_copy *copies;	/* recipient and row of each */
	size_t count;
	int threads;
	/* what happens now, for a progress line; a value other than 0 stops with E_STOPPED. total 0: unknown */
	int (*step)(void *user, const char *what, uint64_t frames, uint64_t total);
	/* a copy is there: written now, or verified before */
	void (*done)(void *user, const char *path, double z, bool was_there);
	void *user;
};

/*
 * Refuses with E_USAGE, before anything is recorded or written, outputs that exist and are not ours.
 * PART when every copy was written but a mark does not read back well (told by done with its z).
 */
int mark_film(struct marks *m, const struct mark_order *o, struct fault *why);

/* Below this z a copy's own mark is held unreadable. */
#define MARK_READS 6.5

#endif
