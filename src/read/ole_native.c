#include "read/ole_native.h"

#include <stdio.h>

/* Up to the next NUL, which is taken too. */
static struct span take_string(struct cur *c)
{
	size_t n = span_find_byte(c->left, 0, 0);
	struct span s = cur_take(c, n == SIZE_MAX ? c->left.n + 1 : n);
	cur_skip(c, 1);
	return s;
}

/* The packager's data: type, label, path, type, flags, a second path, then the file. */
static bool unpack(struct span bytes, struct span *name, struct span *file)
{
	struct cur c = cur_of(bytes);
	if (cur_u16le(&c) != 2)
		return false;
	*name = take_string(&c);
	take_string(&c);
	cur_skip(&c, 4);
	cur_take(&c, cur_u32le(&c));
	uint32_t n = cur_u32le(&c);
	if (c.bad || n == 0)
		return false;
	*file = span_sub(c.left, 0, n);
	return true;
}

static int give(struct doc *d, struct span bytes, const char *where)
{
	struct span name = span_str(""), file = bytes;
	if (!unpack(bytes, &name, &file))
		return doc_child(d, span_str(where), bytes);
	char full[300];
	snprintf(full, sizeof(full), "%s/%.*s", where, (int)(name.n > 200 ? 200 : name.n), (const char *)name.p);
	return doc_child(d, span_str(full), file);
}

int ole_native(struct doc *d, struct span stream, const char *where)
{
	struct cur c = cur_of(stream);
	uint32_t n = cur_u32le(&c);
	struct span bytes = span_sub(c.left, 0, n);
	if (c.bad || !bytes.n)
		return OK;
	return give(d, bytes, where);
}

/* Four bytes of length, NUL counted, and the text. */
static struct span take_counted(struct cur *c)
{
	struct span s = cur_take(c, cur_u32le(c));
	return span_sub(s, 0, span_find_byte(s, 0, 0));
}

int ole_object(struct doc *d, struct span object, const char *where)
{
	struct cur c = cur_of(object);
	cur_skip(&c, 4);
	uint32_t format = cur_u32le(&c);
	struct span class_name = take_counted(&c);
	take_counted(&c);
	take_counted(&c);
	uint32_t n = cur_u32le(&c);
	struct span data = span_sub(c.left, 0, n);
	(void)class_name;
	if (c.bad || format != 2 || !data.n)
		return doc_child(d, span_str(where), object);
	return give(d, data, where);
}
