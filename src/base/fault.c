#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>

int fault_set(struct fault *why, int code, const char *format, ...)
{
	if (!why)
		return code;
	va_list args;
	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	for (char *c = why->text; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	return code;
}
