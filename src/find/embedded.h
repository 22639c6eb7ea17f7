/* Files of data/ that are built into the program (tools/embed.c). */
#ifndef FIND_EMBEDDED_H
#define FIND_EMBEDDED_H

#include <stddef.h>

extern const unsigned char data_tokens[];	/* data/tokens.toml */
extern const size_t data_tokens_size;

#endif
