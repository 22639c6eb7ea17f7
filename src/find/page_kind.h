/*
 * Page or photograph: told from a small copy, by how much of it is bright
 * and even ground and how much is thin dark strokes on such ground.
 */
#ifndef FIND_PAGE_KIND_H
#define FIND_PAGE_KIND_H

#include "find/plane.h"

/* The plane's longer side is about 800 pixels. */
bool page_is_document(const struct plane *small);
/* Whether its lines of print run down rather than across. Memory is scratch's. */
bool page_is_sideways(const struct plane *small, struct arena *scratch);

#endif
