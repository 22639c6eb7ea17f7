/*
 * The blind payload: 64 bits a copy, 40 that name it and 24 that prove
 * them under the film's key, for whoever holds the key but no list of
 * recipients. Sent in a tail-biting convolutional code of rate 1/3 (memory
 * 8, generators 557 663 711 octal), four coded bits a slot, so a round
 * takes 48 slots (24 seconds) and every round repeats it.
 */
#ifndef FILM_MARK_PAYLOAD_H
#define FILM_MARK_PAYLOAD_H

#include "film/mark.h"

enum { PAYLOAD_BITS = 64, PAYLOAD_CODED = 192 };

/* The recipient's number under the film's key: 40 bits. */
uint64_t payload_number(const struct mark_key *film, const char *recipient);
/* 40 bits of number, then 24 of check. */
uint64_t payload_word(const struct mark_key *film, uint64_t number);
void     payload_encode(uint64_t word, unsigned char coded[PAYLOAD_CODED]);
/* +1 or -1: the coded bit that lane carries in slot. */
int      payload_sign(const unsigned char coded[PAYLOAD_CODED], int64_t slot, unsigned lane);
/* Place of that bit. */
size_t   payload_place(int64_t slot, unsigned lane);
/*
 * The best word whose check is right among the most likely of each start
 * state; soft[i] > 0 speaks for 1. False when none checks. tried counts the
 * words looked at: the chance of a false one is tried / 2^24.
 */
bool     payload_decode(const struct mark_key *film, const float soft[PAYLOAD_CODED], uint64_t *number,
                        unsigned *tried);

#endif
