#include "print/known_text.h"

#include <stddef.h>

/* Sorted. */
static const uint64_t known[] = {
#include "print/known_text.def"
};

bool known_text(uint64_t value)
{
	size_t low = 0, high = sizeof(known) / sizeof(*known);
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (known[middle] == value)
			return true;
		if (known[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
