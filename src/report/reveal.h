/* Nothing is revealed without a record of it in the evidence log. */
#ifndef REPORT_REVEAL_H
#define REPORT_REVEAL_H

#include <stdio.h>

#include "store/case.h"

/* what: "findings as csv"; to: a file's name, NULL for standard output. Written and signed before anything is shown. */
int reveal_note(struct case_file *c, const char *what, const char *to, struct fault *why);

/*
 * Opens what is written to: NULL or "-" is standard output. Files with clear
 * values are their owner's alone (mode 0600). output_close tells whether all
 * was written; code is passed through when it is not OK.
 */
int output_open(const char *file, bool is_private, FILE **to, struct fault *why);
int output_close(const char *file, FILE *to, int code, struct fault *why);

#endif
