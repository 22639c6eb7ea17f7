/* What a person sees of a run: progress while it lasts, the summary behind it. */
#ifndef CMD_SUMMARY_H
#define CMD_SUMMARY_H

#include <stdio.h>

#include "scan/scan.h"

/* Hooks a progress line into the request, when standard error is a terminal. */
int  progress_start(struct scan_request *r);
void progress_end(void);

/* What was found, how many persons, what could not be read. Quiet about values. */
int  summary_print(struct case_file *c, FILE *to);

#endif
