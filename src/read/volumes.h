/*
 * Volume sets, told by the names of one directory: NAME.001 ... (plain
 * parts), NAME.z01 ... NAME.zip, NAME.part1.rar ..., NAME.rar + NAME.r00 ...
 *
 * Pure functions over names: no file is opened. The planner joins a set's
 * volumes in order and hands them on as one item, named by the first volume
 * in that order (NAME.zip for a zip set), with item.volume_ends.
 */
#ifndef READ_VOLUMES_H
#define READ_VOLUMES_H

#include "base/arena.h"
#include "base/fault.h"

enum volume_form {
	VOLUMES_NUMBERED,	/* x.7z.001, x.001: the parts of one file, joined as they are */
	VOLUMES_ZIP,		/* x.z01, ..., x.zip: joined in that order; directory offsets count by volume */
	VOLUMES_RAR_PART,	/* x.part01.rar, x.part02.rar: each with its own header */
	VOLUMES_RAR_OLD		/* x.rar, x.r00, ..., x.r99, x.s00 */
};

struct volume_set {
	enum volume_form form;
	struct span name;	/* the name the item goes by; borrowed from names */
	uint32_t count;
	const uint32_t *order;	/* count indices into names, in the order to join */
	uint32_t missing;	/* volumes known to be missing between the first and the last seen */
	uint32_t first_missing;	/* number of the first of them, from 1 */
};

/*
 * Finds the sets among the names of one directory (any order). One volume
 * alone is a set only when its name leaves no doubt that others are missing
 * (x.002, x.part3.rar). A name is in one set at most. The arrays live in the
 * arena. OK or E_LIMIT.
 */
int volumes_find(const struct span *names, uint32_t count, struct arena *arena,
                 struct volume_set **sets, uint32_t *set_count, struct fault *why);

#endif
