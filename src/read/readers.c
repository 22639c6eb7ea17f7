#include "core/part.h"

#include <stddef.h>

#define PART(name) extern const struct reader reader_##name;
#include "read/readers.def"
#undef PART

const struct reader *const readers[] = {
#define PART(name) &reader_##name,
#include "read/readers.def"
#undef PART
	NULL
};

const struct reader *reader_for(const struct item *it)
{
	const struct reader *best = NULL;
	int best_bid = 0;
	for (size_t i = 0; readers[i]; i++) {
		int bid = readers[i]->probe(span_sub(it->bytes, 0, readers[i]->peek), it);
		if (bid <= best_bid)
			continue;
		best = readers[i];
		best_bid = bid;
	}
	return best;
}
