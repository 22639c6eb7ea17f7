/*
 * Result codes and the one-line reason that goes with them.
 *
 * OK is 0. PART is 1: something was damaged, it was noted, the rest was
 * kept. Negative codes stop the item at hand; only E_MEMORY and E_STORE
 * stop the run. The place that failed writes the fault; callers pass it up
 * untouched. The fault belongs to the caller and needs no release.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

enum {
	OK = 0,
	PART = 1,
	E_DAMAGED = -1,		/* the bytes are not what they claim to be */
	E_ENCRYPTED = -2,	/* no key or password fits */
	E_LIMIT = -3,		/* a budget is used up */
	E_IO = -4,		/* the system refused a read or write */
	E_MEMORY = -5,
	E_STORE = -6,		/* case or registry unusable */
	E_USAGE = -7,		/* the caller asked for something that makes no sense */
	E_UNSUPPORTED = -8,	/* a known format in a variant that is not read */
	E_STOPPED = -9,		/* the run is ending */
};

struct fault { char text[256]; };

/* Writes the reason (one line; control characters become spaces) and returns code. why may be NULL. */
int fault_set(struct fault *why, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
