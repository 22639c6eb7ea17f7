/* Files named on the command line, read before anything else starts. */
#ifndef CMD_FILES_H
#define CMD_FILES_H

#include "base/fault.h"
#include "base/span.h"

/* The whole file in memory that lives as long as the process. NULL name: empty. At most 256 MB. */
int file_load(const char *name, struct span *bytes, struct fault *why);

/* Digests of --known, any of: bare hex digests, NSRL and sha256sum lines. Sorted SHA-256 values, 32 bytes each. */
int known_load(const char *name, const unsigned char **digests, size_t *count, struct fault *why);

#endif
