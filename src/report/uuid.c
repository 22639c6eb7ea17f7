#include "report/uuid.h"

#include <stdio.h>
#include <string.h>

#include "lib/hash.h"

/* 00abedb4-aa42-466c-9c01-fed23315a9b7 */
const unsigned char uuid_stix[16] = { 0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c, 0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7 };
/* 6ba7b811-9dad-11d1-80b4-00c04fd430c8 */
const unsigned char uuid_url[16] = { 0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };

struct uuid uuid_name(const unsigned char space[16], struct span name)
{
	struct hasher h;
	struct digests d = { 0 };
	struct uuid u;
	char hex[33];
	hasher_init(&h, HASH_SHA1);
	hasher_add(&h, span_of(space, 16));
	hasher_add(&h, name);
	hasher_end(&h, &d);
	hasher_release(&h);
	d.sha1[6] = (unsigned char)((d.sha1[6] & 0x0f) | 0x50);
	d.sha1[8] = (unsigned char)((d.sha1[8] & 0x3f) | 0x80);
	hash_hex(d.sha1, 16, hex);
	snprintf(u.s, sizeof(u.s), "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
	return u;
}
