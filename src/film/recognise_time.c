/* Time by the mean luma's rise and fall, which no crop, turn or border takes away. */
#include <math.h>

#include "film/recognise_own.h"

enum { SAMPLES_MAX = 80, SAMPLES_LEAST = 20 };
static const double around = 1.2, step = 0.05, good = 0.6, clearly = 0.015;

/* Rates that films are really run at: as is, 24 to 25, 23.976 to 25, back, and pulldown's thousandth. */
static const double speeds[] = { 1, 24.0 / 25, 25.0 / 24, 23.976 / 25, 25 / 23.976, 1.001, 0.999 };

static double luma_at(const struct fingerprint *f, double time)
{
	double at = time * FINGERPRINT_LUMA_RATE;
	if (at < 0 || at + 1 >= f->head->luma)
		return NAN;
	size_t i = (size_t)at;
	double part = at - (double)i;
	return f->luma[i] * (1 - part) + f->luma[i + 1] * part;
}

/* Correlation of the two series' steps; -1 where too little is there. */
static double likeness(const struct fingerprint *film, const struct fingerprint *clip, double from, double to, double offset, double speed)
{
	double n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0, dt = 1.0 / FINGERPRINT_LUMA_RATE;
	for (double t = from; t + dt < to && n < SAMPLES_MAX; t += dt) {
		double x = luma_at(clip, t + dt) - luma_at(clip, t);
		double y = luma_at(film, offset + speed * (t + dt)) - luma_at(film, offset + speed * t);
		if (isnan(x) || isnan(y))
			continue;
		n++; a += x; b += y; aa += x * x; bb += y * y; ab += x * y;
	}
	double va = aa - a * a / n, vb = bb - b * b / n;
	return n >= SAMPLES_LEAST && va > 1e-9 && vb > 1e-9 ? (ab - a * b / n) / sqrt(va * vb) : -1;
}

void luma_refine_time(const struct fingerprint *film, const struct fingerprint *clip, double from, double to, double *offset, double *speed)
{
	double middle = (from + to) / 2, there = *offset + *speed * middle, best = -1, best_offset = *offset, best_speed = 1;
	for (size_t i = 0; i < sizeof(speeds) / sizeof(*speeds); i++)
		for (double d = -around; d <= around; d += step) {
			double o = there + d - speeds[i] * middle, like = likeness(film, clip, from, to, o, speeds[i]);
			if (like > best + (i ? clearly * (best_speed == 1) : 0)) {
				best = like;
				best_offset = o;
				best_speed = speeds[i];
			}
		}
	if (best < good)
		return;
	*offset = best_offset;
	*speed = best_speed;
}
