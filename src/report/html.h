/*
 * The report: one HTML file that needs nothing else. It opens with the
 * answer (what was taken, how many people, what could not be read); charts
 * and tables follow. No request leaves it: a content security policy forbids
 * every connection and every script but the one inside, by its digest.
 *
 * Everything from evidence is escaped, and control characters are spelled
 * out. Values are masked unless reveal. It depends on the case alone.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stdio.h>

#include "store/case.h"

int html_write(struct case_file *c, bool reveal, FILE *to, struct fault *why);

#endif
