/* Files of web/ that are built into the program (tools/embed.c). */
#ifndef REPORT_EMBEDDED_H
#define REPORT_EMBEDDED_H

#include <stddef.h>

extern const unsigned char web_report_html[], web_report_css[], web_report_js[];
extern const size_t web_report_html_size, web_report_css_size, web_report_js_size;

#endif
