/* Refining a placing and a line of time by the pictures themselves. */
#ifndef FILM_ALIGN_REFINE_H
#define FILM_ALIGN_REFINE_H

#include "film/sketch.h"

/*
 * Searches the line of time: film time = offset + rate * clip time, over all rates given and the whole film,
 * with the placing as it stands; a->offset, a->rate and a->likeness (of small whole pictures) are set.
 */
int refine_search_time(const struct sketch *film, const struct sketch *clip, struct alignment *a, struct fault *why);
/* The same, near the line that a holds. */
int refine_time(const struct sketch *film, const struct sketch *clip, struct alignment *a, struct fault *why);
/* Moves the placing until tiles of detail lie on each other; sets likeness to their mean correlation. */
int refine_place(const struct sketch *film, const struct sketch *clip, struct alignment *a, struct fault *why);

#endif
