/*
 * Text that is everybody's: anchors (see textanchor.h) of widespread licences,
 * so that a licence says nobody's even where no background is registered. The
 * list is made by tools/known_text from the licence files of Debian's
 * base-files and of packages' copyright notices; it holds values, no text.
 */
#ifndef PRINT_KNOWN_TEXT_H
#define PRINT_KNOWN_TEXT_H

#include <stdbool.h>
#include <stdint.h>

bool known_text(uint64_t value);

#endif
