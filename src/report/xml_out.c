#include "report/xml_out.h"

#include "base/utf8.h"

static void add_char(struct buf *out, uint32_t c, struct span raw)
{
	switch (c) {
	case '&':  buf_add_str(out, "&amp;"); return;
	case '<':  buf_add_str(out, "&lt;"); return;
	case '>':  buf_add_str(out, "&gt;"); return;
	case '"':  buf_add_str(out, "&quot;"); return;
	case '\t': case '\n': case '\r': buf_format(out, "&#%u;", c); return;
	default:   break;
	}
	if (c < 0x20 || c == 0xfffe || c == 0xffff)
		buf_add_utf8(out, 0xfffd);
	else
		buf_add(out, raw);
}

void xml_text(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.n;) {
		unsigned n = utf8_length_at(text, i);
		if (n)
			add_char(out, utf8_char_at(text, i), span_sub(text, i, n));
		else
			buf_add_utf8(out, 0xfffd);
		i += n ? n : 1;
	}
}

void xml_element(struct buf *out, const char *name, struct span text)
{
	buf_format(out, "<%s>", name);
	xml_text(out, text);
	buf_format(out, "</%s>", name);
}
