/*
 * Phone numbers, on libphonenumber (its metadata is linked in). Ready for
 * use after phone_init; not shared between threads.
 */
#ifndef LIB_PHONE_H
#define LIB_PHONE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void phone_init(void);

/*
 * True when the text is a valid number: with a leading + anywhere in the
 * world, else as dialled in region ("US", an ISO 3166 code). The number in
 * E.164 form goes to e164 ("+12125550123"), when that is not NULL.
 */
bool phone_is_valid(const char *text, size_t n, const char *region, char e164[24]);

#ifdef __cplusplus
}
#endif
#endif
