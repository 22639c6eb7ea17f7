#include "core/part.h"

#include <stddef.h>

#define PART(name) extern const struct detector detector_##name;
#include "find/detectors.def"
#undef PART

const struct detector *const detectors[] = {
#define PART(name) &detector_##name,
#include "find/detectors.def"
#undef PART
	NULL
};
