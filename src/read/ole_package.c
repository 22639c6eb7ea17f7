#include "read/ole.h"

int ole_package(struct ole *o)
{
	return fault_set(o->doc.why, E_ENCRYPTED, "an encrypted Office package");
}
