/* Code of film/mark_payload.h. */
#include "film/mark_payload.h"

#include <sodium.h>
#include <string.h>

enum { STATES = 256, TURNS = 3, NUMBER_BITS = 40 };
static const unsigned generators[3] = { 0557, 0663, 0711 };

uint64_t payload_number(const struct mark_key *film, const char *recipient)
{
	struct mark_key k = mark_key_recipient(film, recipient);
	unsigned char h[16];
	uint64_t n = 0;
	crypto_generichash(h, sizeof(h), (const unsigned char *)"number", 6, k.k, sizeof(k.k));
	for (int i = 0; i < 5; i++)
		n = n << 8 | h[i];
	return n;
}

static uint64_t check_of(const struct mark_key *film, uint64_t number)
{
	unsigned char m[13] = "payload", h[16];
	for (int i = 0; i < 5; i++)
		m[8 + i] = (unsigned char)(number >> (8 * i));
	crypto_generichash(h, sizeof(h), m, sizeof(m), film->k, sizeof(film->k));
	return (uint64_t)h[0] << 16 | (uint64_t)h[1] << 8 | h[2];
}

uint64_t payload_word(const struct mark_key *film, uint64_t number)
{
	return number << 24 | check_of(film, number);
}

static unsigned parity(unsigned v)
{
	return (unsigned)__builtin_parity(v);
}

/* Bit i of the word is sent i-th, the highest first; the register starts with the word's last eight bits. */
void payload_encode(uint64_t word, unsigned char coded[PAYLOAD_CODED])
{
	unsigned state = 0;
	for (int i = 7; i >= 0; i--)
		state = state << 1 | (unsigned)(word >> i & 1);
	for (int i = 0; i < PAYLOAD_BITS; i++) {
		unsigned bit = (unsigned)(word >> (PAYLOAD_BITS - 1 - i) & 1), full = state << 1 | bit;
		for (int j = 0; j < 3; j++)
			coded[3 * i + j] = (unsigned char)parity(full & generators[j]);
		state = full & (STATES - 1);
	}
}

size_t payload_place(int64_t slot, unsigned lane)
{
	/* neighbours in the code lie 25 slots apart: a lost shot does not take them together */
	int64_t round = PAYLOAD_CODED / MARK_PAYLOAD_LANES, in = (slot % round + round) % round;
	return (size_t)(in * 25 % round) * MARK_PAYLOAD_LANES + lane;
}

int payload_sign(const unsigned char coded[PAYLOAD_CODED], int64_t slot, unsigned lane)
{
	return coded[payload_place(slot, lane)] ? 1 : -1;
}

/* One turn of the add-compare-select circle; keeps for each state and step the bit that left the register. */
static void turn(const float soft[PAYLOAD_CODED], float metric[STATES], unsigned char from[PAYLOAD_BITS][STATES])
{
	float next[STATES];
	for (int i = 0; i < PAYLOAD_BITS; i++) {
		for (unsigned to = 0; to < STATES; to++) {
			float best = 0;
			for (unsigned old = 0; old < 2; old++) {
				unsigned prior = to >> 1 | old << 7, full = prior << 1 | (to & 1);
				float m = metric[prior];
				for (int j = 0; j < 3; j++)
					m += parity(full & generators[j]) ? soft[3 * i + j] : -soft[3 * i + j];
				if (old == 0 || m > best) {
					best = m;
					from[i][to] = (unsigned char)old;
				}
			}
			next[to] = best;
		}
		memcpy(metric, next, sizeof(next));
	}
}

static uint64_t trace_back(const unsigned char from[PAYLOAD_BITS][STATES], unsigned state)
{
	uint64_t word = 0;
	for (int i = PAYLOAD_BITS - 1; i >= 0; i--) {
		word |= (uint64_t)(state & 1) << (PAYLOAD_BITS - 1 - i);
		state = state >> 1 | (unsigned)from[i][state] << 7;
	}
	return word;
}

bool payload_decode(const struct mark_key *film, const float soft[PAYLOAD_CODED], uint64_t *number, unsigned *tried)
{
	float metric[STATES] = { 0 };
	unsigned char from[PAYLOAD_BITS][STATES];
	bool is_found = false;
	float best = 0;
	*tried = 0;
	for (int t = 0; t < TURNS; t++) {
		turn(soft, metric, from);
		for (unsigned s = 0; s < STATES && t > 0; s++) {
			uint64_t word = trace_back(from, s);
			++*tried;
			if ((word & 0xffffff) != check_of(film, word >> 24) || (is_found && metric[s] <= best))
				continue;
			is_found = true;
			best = metric[s];
			*number = word >> 24;
		}
	}
	return is_found;
}
