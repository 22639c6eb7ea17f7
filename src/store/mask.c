/* What may be shown of a value. Numbers keep their last digits, names their initials, secrets nothing. */
#include "store/seal.h"

#include <string.h>

#define DOT "\xe2\x80\xa2"	/* U+2022 */

static bool is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(unsigned char c)
{
	return is_digit(c) || (c | 0x20) - 'a' + 0u < 26 || c >= 0x80;
}

static bool is_tail(unsigned char c)	/* a further byte of a UTF-8 sequence */
{
	return (c & 0xc0) == 0x80;
}

/* Letters and digits become dots but for the last keep; the rest stays. */
static void mask_all_but_last(struct span v, size_t keep, struct buf *out)
{
	size_t words = 0;
	for (size_t i = 0; i < v.n; i++)
		words += is_word(v.p[i]) && !is_tail(v.p[i]);
	if (words < keep * 2)
		keep = 0;
	for (size_t i = 0, seen = 0; i < v.n; i++) {
		unsigned char c = v.p[i];
		if (is_tail(c) && seen <= words - keep)
			continue;
		seen += is_word(c) && !is_tail(c);
		if (is_word(c) && seen <= words - keep)
			buf_add_str(out, DOT);
		else
			buf_add_byte(out, c);
	}
}

/* The first letter of each word stays. */
static void mask_to_initials(struct span v, struct buf *out)
{
	bool is_inside = false, is_shown = false;
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = v.p[i];
		if (is_tail(c)) {
			if (is_shown)
				buf_add_byte(out, c);
			continue;
		}
		is_shown = !is_word(c) || (!is_inside && !is_digit(c));
		if (is_shown)
			buf_add_byte(out, c);
		else
			buf_add_str(out, DOT);
		is_inside = is_word(c);
	}
}

static void mask_address(struct span v, struct buf *out)
{
	size_t at = SIZE_MAX;	/* the last one: before it may stand another address, or a quoted part with an @ */
	for (size_t i = 0; i < v.n; i++)
		at = span_at(v, i) == '@' ? i : at;
	mask_to_initials(span_sub(v, 0, at), out);
	if (at != SIZE_MAX)
		buf_add(out, span_from(v, at));
}

static void mask_secret(struct span v, struct buf *out)
{
	(void)v;
	buf_add_str(out, DOT DOT DOT DOT DOT DOT DOT DOT);
}

static void mask_nothing(struct span v, struct buf *out)
{
	buf_add(out, v);
}

void mask_value(enum kind kind, struct span value, struct buf *out)
{
	switch (kind_class(kind)) {
	case CLASS_CREDENTIAL:
		mask_secret(value, out);
		return;
	case CLASS_INFRASTRUCTURE: case CLASS_ACCOUNTING: case CLASS_HEALTH:
	case CLASS_FILM: case CLASS_TERM:
		mask_nothing(value, out);
		return;
	case CLASS_MAIL:
		mask_digits(value, out);
		return;
	case CLASS_IDENTITY: case CLASS_CONTACT: case CLASS_PAYMENT: case CLASS_COUNT:
		break;
	}
	if (kind == KIND_EMAIL_ADDRESS)
		mask_address(value, out);
	else if (kind == KIND_PERSON_NAME || kind == KIND_POSTAL_ADDRESS)
		mask_to_initials(value, out);
	else if (kind == KIND_BIRTH_DATE)
		mask_all_but_last(value, 0, out);
	else if (kind == KIND_PHONE)
		mask_all_but_last(value, 2, out);
	else
		mask_all_but_last(value, 4, out);
}

void mask_addresses(struct span list, struct buf *out)
{
	while (list.n) {
		size_t end = span_find(list, span_str(", "), 0);
		struct span one = span_sub(list, 0, end);
		list = end == SIZE_MAX ? span_of(NULL, 0) : span_from(list, end + 2);
		size_t angle = span_find_byte(one, '<', 0);
		if (angle != SIZE_MAX)
			mask_to_initials(span_sub(one, 0, angle), out);
		mask_address(span_from(one, angle == SIZE_MAX ? 0 : angle), out);
		if (list.n)
			buf_add_str(out, ", ");
	}
}

void mask_digits(struct span text, struct buf *out)
{
	for (size_t i = 0; i < text.n; i++)
		if (is_digit(text.p[i]))
			buf_add_str(out, DOT);
		else
			buf_add_byte(out, text.p[i]);
}
