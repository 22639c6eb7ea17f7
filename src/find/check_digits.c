#include "find/check_digits.h"

static int digit_at(struct span s, size_t i)
{
	return span_at(s, i) - '0';
}

bool all_digits(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (digit_at(s, i) < 0 || digit_at(s, i) > 9)
			return false;
	return s.n > 0;
}

bool all_same(struct span s)
{
	for (size_t i = 1; i < s.n; i++)
		if (span_at(s, i) != span_at(s, 0))
			return false;
	return s.n > 0;
}

bool is_sequence(struct span s)
{
	int step = (digit_at(s, 1) - digit_at(s, 0) + 10) % 10;
	if (s.n < 3 || (step != 1 && step != 9))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if ((digit_at(s, i) - digit_at(s, i - 1) + 10) % 10 != step)
			return false;
	return true;
}

uint32_t digits_value(struct span s, size_t at, size_t n)
{
	uint32_t v = 0;
	for (size_t i = at; i < at + n; i++) {
		int d = digit_at(s, i);
		v = v * 10 + (uint32_t)(d >= 0 && d <= 9 ? d : 0);
	}
	return v;
}

bool luhn_holds(struct span s)
{
	unsigned sum = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = (unsigned)digit_at(s, s.n - 1 - i);
		d = i % 2 ? d * 2 : d;
		sum += d > 9 ? d - 9 : d;
	}
	return all_digits(s) && sum % 10 == 0;
}

/* The dihedral group D5 and the permutation of Verhoeff's scheme. */
static const uint8_t d5[10][10] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 }, { 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 },
	{ 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 }, { 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 }, { 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 },
	{ 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 }, { 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 }, { 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 },
	{ 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 },
};
static const uint8_t permuted[8][10] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 }, { 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 }, { 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 },
	{ 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 }, { 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 }, { 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 },
	{ 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 }, { 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 },
};

bool verhoeff_holds(struct span s)
{
	unsigned c = 0;
	if (!all_digits(s))
		return false;
	for (size_t i = 0; i < s.n; i++)
		c = d5[c][permuted[i % 8][digit_at(s, s.n - 1 - i)]];
	return c == 0;
}

bool mod11_10_holds(struct span s)
{
	unsigned p = 10;
	if (!all_digits(s))
		return false;
	for (size_t i = 0; i + 1 < s.n; i++) {
		unsigned v = (p + (unsigned)digit_at(s, i)) % 10;
		p = (v ? v : 10) * 2 % 11;
	}
	return (p + (unsigned)digit_at(s, s.n - 1)) % 10 == 1;
}

bool mod11_2_holds(struct span s)
{
	unsigned p = 0;
	if (s.n < 2 || !all_digits(span_sub(s, 0, s.n - 1)))
		return false;
	for (size_t i = 0; i + 1 < s.n; i++)
		p = (p + (unsigned)digit_at(s, i)) * 2 % 11;
	int last = span_at(s, s.n - 1);
	unsigned check = last == 'X' || last == 'x' ? 10 : (unsigned)(last - '0');
	return check <= 10 && (p + check) % 11 == 1;
}

unsigned mod97(struct span s)
{
	unsigned r = 0;
	for (size_t i = 0; i < s.n; i++) {
		int c = span_at(s, i);
		if (c >= '0' && c <= '9')
			r = (r * 10 + (unsigned)(c - '0')) % 97;
		else if (c >= 'A' && c <= 'Z')
			r = (r * 100 + (unsigned)(c - 'A') + 10) % 97;
		else
			return 98;
	}
	return r;
}

unsigned weighted_sum(struct span s, const uint8_t *weights, size_t n)
{
	unsigned sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += weights[i] * digits_value(s, i, 1);
	return sum;
}

bool date_exists(unsigned year, unsigned month, unsigned day)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1)
		return false;
	bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= days[month - 1] + (month == 2 && is_leap ? 1u : 0u);
}
