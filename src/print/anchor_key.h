/*
 * The order of positions: key = (a * A + b * B) mod 2^32 with its last bit
 * cleared, a and b the two little-endian halves of the 8 bytes; a == b (period
 * 1, 2 or 4) goes last. Two odd factors, the fractional parts of the golden
 * ratio and of the square root of 3. Part of the registry's format.
 */
#ifndef PRINT_ANCHOR_KEY_H
#define PRINT_ANCHOR_KEY_H

#define ANCHOR_FACTOR_A 0x9e3779b1u
#define ANCHOR_FACTOR_B 0xbb67ae85u

#endif
