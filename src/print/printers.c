#include "core/part.h"

#include <stddef.h>

#define PART(name) extern const struct printer printer_##name;
#include "print/printers.def"
#undef PART

const struct printer *const printers[] = {
#define PART(name) &printer_##name,
#include "print/printers.def"
#undef PART
	NULL
};
