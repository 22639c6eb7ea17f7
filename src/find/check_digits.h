/*
 * Check digits of identifiers. s is digits (letters where said) without
 * separators; anything else gives false. Pure functions.
 */
#ifndef FIND_CHECK_DIGITS_H
#define FIND_CHECK_DIGITS_H

#include "base/span.h"

bool luhn_holds(struct span digits);			/* ISO/IEC 7812-1, annex B */
bool verhoeff_holds(struct span digits);		/* J. Verhoeff, 1969 */
bool mod11_10_holds(struct span digits);		/* ISO/IEC 7064, hybrid MOD 11,10 */
bool mod11_2_holds(struct span s);			/* ISO/IEC 7064, MOD 11-2; the last may be X */
/* ISO/IEC 7064 MOD 97-10 over letters (A = 10) and digits; the remainder, or 98 for other bytes. */
unsigned mod97(struct span s);
/* Sum of digit * weight over the weights; digits.n must be at least n. */
unsigned weighted_sum(struct span digits, const uint8_t *weights, size_t n);
/* The number that n digits from at on make (n <= 9); bytes that are no digits count 0. */
uint32_t digits_value(struct span s, size_t at, size_t n);
bool all_digits(struct span s);
bool all_same(struct span s);
/* Digits that run up or down by one throughout: 123456789, 987654321. */
bool is_sequence(struct span digits);
/* A day that exists; year from 1 to 9999. */
bool date_exists(unsigned year, unsigned month, unsigned day);

#endif
