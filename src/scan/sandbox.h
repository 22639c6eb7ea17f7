/*
 * The sandbox that a worker closes around itself before it sees evidence.
 *
 * After sandbox_close the process can read and write what is open, get and
 * give back memory, tell the time and end; it cannot open, create or name a
 * file (seccomp, and Landlock where the kernel has it), reach a network
 * (seccomp, and an empty network namespace where permitted), start
 * processes or threads, or make memory executable. What is not allowed
 * fails with EPERM, so that libraries give up in good order.
 */
#ifndef SCAN_SANDBOX_H
#define SCAN_SANDBOX_H

#include <stddef.h>

#include "base/fault.h"

/* memory: bytes of private memory the process may hold. For good; E_IO when the kernel has no seccomp. */
int sandbox_close(size_t memory, struct fault *why);

#endif
