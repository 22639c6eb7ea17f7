#include "scan/trail.h"

#include "base/utf8.h"

static void add_hex(struct buf *out, unsigned char c)
{
	buf_format(out, "%%%02X", c);
}

void trail_add_name(struct buf *out, struct span name, bool is_path)
{
	unsigned char before = '/';
	for (size_t i = 0; i < name.n;) {
		unsigned char c = name.p[i];
		size_t n = utf8_length_at(name, i);
		if (n == 0 || c == '%' || c == 0 || (c == '/' && (!is_path || before == '/'))) {
			add_hex(out, c);
			n = 1;
		} else {
			buf_add(out, span_sub(name, i, n));
		}
		before = c;
		i += n;
	}
}
