/*
 * Numbers of spreadsheet cells as text that detectors can read: integers in
 * full (cards have 16 digits, no exponent), dates as ISO dates, masks of
 * zeros such as 000-00-0000 applied. After ECMA-376 part 1, 18.8.30 (number
 * formats) and 18.17.4 (dates); the same codes serve BIFF.
 */
#ifndef READ_CELL_NUMBER_H
#define READ_CELL_NUMBER_H

#include "base/buf.h"

enum number_look { LOOK_GENERAL, LOOK_DATE, LOOK_MASK };

struct number_format {
	enum number_look look;
	struct span code;	/* borrowed; needed for masks only */
};

/* id: the built-in number; code: the custom code, or empty. */
struct number_format number_format_of(unsigned id, struct span code);
/* Adds value as shown. is_1904: dates count from 1904-01-01 instead of 1899-12-30. */
void number_show(struct buf *out, double value, struct number_format f, bool is_1904);

#endif
