/*
 * Worker: receives jobs over its line, maps their files, examines them in
 * the sandbox. Returns only when the line ends.
 */
#ifndef SCAN_WORKER_H
#define SCAN_WORKER_H

#include "scan/examiner.h"

/* memory: ceiling of private memory in bytes. */
int worker_run(int line, const struct options *o, struct seen *seen, unsigned hashes, size_t memory);

#endif
