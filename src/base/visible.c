#include "base/visible.h"

#include "base/utf8.h"

static const struct { unsigned char byte; const char *spelled; } short_forms[] = {
	{ '\n', "\\n" }, { '\r', "\\r" }, { '\t', "\\t" },
};

/* Controls of C1, and the format characters that hide or reorder text (Unicode, UAX 9 and category Cf). */
static const struct { uint32_t from, to; } steering[] = {
	{ 0x80, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c }, { 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e },
	{ 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};

bool visible_is_steering(uint32_t c)
{
	for (size_t i = 0; i < sizeof(steering) / sizeof(*steering); i++)
		if (c >= steering[i].from && c <= steering[i].to)
			return true;
	return false;
}

static void add_control(struct buf *out, unsigned char c)
{
	for (size_t i = 0; i < sizeof(short_forms) / sizeof(*short_forms); i++)
		if (short_forms[i].byte == c) {
			buf_add_str(out, short_forms[i].spelled);
			return;
		}
	buf_format(out, "\\x%02x", c);
}

void visible_add(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.n;) {
		unsigned n = utf8_length_at(text, i);
		unsigned char c = text.p[i];
		if (n == 0 || c < 0x20 || c == 0x7f)
			add_control(out, c);
		else if (n > 1 && visible_is_steering(utf8_char_at(text, i)))
			buf_format(out, utf8_char_at(text, i) > 0xffff ? "\\U%08x" : "\\u%04x", utf8_char_at(text, i));
		else
			buf_add(out, span_sub(text, i, n));
		i += n ? n : 1;
	}
}
