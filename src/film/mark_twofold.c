/* Fingerprint of film/mark_twofold.h. */
#include "film/mark_twofold.h"

#include <math.h>
#include <sodium.h>
#include <string.h>

static const double cut_off = 0.02;

/* A number in (0, 1) for each group under a key. */
static double uniform(const struct mark_key *k, const char *what, uint64_t group)
{
	unsigned char message[16] = { 0 }, h[16];
	for (int i = 0; i < 8; i++)
		message[i] = (unsigned char)(group >> (8 * i));
	memcpy(message + 8, what, strnlen(what, 8));
	crypto_generichash(h, sizeof(h), message, sizeof(message), k->k, sizeof(k->k));
	uint64_t v = 0;
	for (int i = 0; i < 7; i++)
		v = v << 8 | h[i];
	return ((double)(v >> 4) + 0.5) / (double)(1ull << 52);
}

double twofold_bias(const struct mark_key *film, uint64_t group)
{
	double low = asin(sqrt(cut_off)), high = asin(sqrt(1 - cut_off));
	double s = sin(low + (high - low) * uniform(film, "bias", group));
	return s * s;
}

int twofold_symbol(const struct mark_key *film, const struct mark_key *recipient, uint64_t group)
{
	return uniform(recipient, "symbol", group) < twofold_bias(film, group);
}

/* Soft reading of a group: -1 for variant 0 to 1 for variant 1. */
static double softness(double z)
{
	return -tanh(z / 2);
}

static double weight_of(double bias, int symbol)
{
	return symbol ? sqrt((1 - bias) / bias) : -sqrt(bias / (1 - bias));
}

/* log of E exp(l * score) for a recipient whose symbols are drawn anew. */
static double log_moment(const struct mark_key *film, const struct group_read *g, size_t count, double l)
{
	double sum = 0;
	for (size_t i = 0; i < count; i++) {
		double p = twofold_bias(film, g[i].group), y = softness(g[i].z);
		double a = l * y * weight_of(p, 1) + log(p), b = l * y * weight_of(p, 0) + log(1 - p);
		sum += (a > b ? a : b) + log1p(exp(-fabs(a - b)));
	}
	return sum;
}

double twofold_score(const struct mark_key *film, const struct mark_key *recipient, const struct group_read *g,
                     size_t count, double *log_bound)
{
	double score = 0;
	for (size_t i = 0; i < count; i++)
		score += softness(g[i].z) * weight_of(twofold_bias(film, g[i].group), twofold_symbol(film, recipient, g[i].group));
	*log_bound = 0;
	if (score <= 0)
		return score;
	/* any l gives a bound; the grid is fixed, so the least of them is one still */
	for (double l = 0.02; l < 8; l *= 1.12) {
		double b = log_moment(film, g, count, l) - l * score;
		*log_bound = b < *log_bound ? b : *log_bound;
	}
	return score;
}
