/*
 * Outlook messages in files of their own (.msg, .oft): [MS-OXMSG].
 * Properties of fixed size stand in __properties_version1.0, the others each in a
 * stream __substg1.0_IIIITTTT (id and type in hex); recipients and attachments
 * are storages; a message inside is a storage again, read in its turn here.
 */
#include <stdio.h>

#include "core/part.h"
#include "lib/encoding.h"
#include "lib/ole2.h"
#include "read/mapi.h"

enum {
	PEEK = 512, DEPTH_MAX = 16, RECIPIENTS_MAX = 20000,
	/* bytes before the entries of a property stream: [MS-OXMSG] 2.4.1 */
	HEAD_TOP = 32, HEAD_EMBEDDED = 24, HEAD_PART = 8,
	ATTACH_DATA = 0x3701, SUBJECT = 0x0037,
};
#define VALUE_MAX ((size_t)1 << 31)

static int msg_probe(struct span head, const struct item *it)
{
	if (!ole2_is(head))
		return 0;
	return ole2_has(it->bytes, "__properties_version1.0") ? 92 : 0;
}

struct msg {
	const struct item *it;
	struct ole2 ole;
	struct fault *why;
	uint32_t *names;	/* long id of the named property 0x8000 + i, 0 when it has a name */
	size_t name_count;
	uint32_t code_page;
};

/* The part of a name behind a prefix as hex digits; false when it is none. */
static bool hex_name(struct span name, const char *prefix, uint32_t *value)
{
	struct span p = span_str(prefix);
	if (!span_starts_nocase(name, p) || name.n < p.n + 8)
		return false;
	*value = 0;
	for (size_t i = p.n; i < p.n + 8; i++) {
		int c = span_at(name, i) | 32;
		int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
		if (digit < 0)
			return false;
		*value = *value << 4 | (uint32_t)digit;
	}
	return true;
}

/* [MS-OXMSG] 2.2.3.1.2: eight bytes an entry: id, kind in bit 0, index of the property. */
static void names_read(struct msg *m)
{
	const struct ole2_entry *folder = ole2_named(&m->ole, NULL, "__nameid_version1.0");
	const struct ole2_entry *e = folder ? ole2_named(&m->ole, folder, "__substg1.0_00030102") : NULL;
	struct span s;
	if (!e || ole2_read(&m->ole, e, 8 * 65536, &s, NULL) < 0)
		return;
	m->name_count = s.n / 8;
	m->names = arena_array(m->it->arena, m->name_count + 1, sizeof(*m->names));
	if (!m->names)
		m->name_count = 0;
	struct cur c = cur_of(s);
	for (size_t i = 0; i < m->name_count; i++) {
		uint32_t id = cur_u32le(&c);
		unsigned kind = cur_u16le(&c), index = cur_u16le(&c);
		if (!(kind & 1) && index < m->name_count)
			m->names[index] = id;
	}
}

static uint32_t id_of(const struct msg *m, uint32_t id)
{
	if (id < 0x8000)
		return id;
	return id - 0x8000 < m->name_count ? m->names[id - 0x8000] : 0;
}

static int fixed_read(struct msg *m, const struct ole2_entry *folder, size_t head, struct mapi *out)
{
	const struct ole2_entry *e = ole2_named(&m->ole, folder, "__properties_version1.0");
	struct span s;
	if (!e || ole2_read(&m->ole, e, 1 << 20, &s, NULL) < 0)
		return OK;
	struct cur c = cur_of(span_from(s, head));
	while (c.left.n >= 16) {	/* each turn takes 16 bytes */
		uint16_t type = cur_u16le(&c), id = cur_u16le(&c);
		cur_u32le(&c);
		struct span value = cur_take(&c, 8);
		bool is_fixed = type == MAPI_INTEGER16 || type == MAPI_INTEGER32 || type == MAPI_BOOLEAN || type == MAPI_TIME;
		int code = is_fixed ? mapi_add(out, id_of(m, id), type, value) : OK;
		if (code)
			return code;
	}
	return OK;
}

static int stream_add(struct msg *m, const struct ole2_entry *e, uint32_t tag, struct mapi *out, struct sink *sink)
{
	uint16_t type = tag & 0xFFFF;
	struct span value;
	if (type != MAPI_STRING && type != MAPI_STRING8 && type != MAPI_BINARY)
		return OK;
	int code = ole2_read(&m->ole, e, VALUE_MAX, &value, m->why);
	if (code == PART || code == E_DAMAGED) {
		int told = sink_damage(sink, STATUS_PARTIAL, 0, 0, m->why->text);
		if (told || code == E_DAMAGED)
			return told;
	}
	if (code < 0)
		return code;
	code = sink_spend(sink, value.n);
	return code ? code : mapi_add(out, id_of(m, tag >> 16), type, value);
}

/* All properties of a storage. */
static int props_read(struct msg *m, const struct ole2_entry *folder, size_t head, struct mapi *out, struct sink *sink)
{
	int e = fixed_read(m, folder, head, out);
	for (const struct ole2_entry *s = folder->child; s && !e; s = s->next) {
		uint32_t tag;
		if (!s->is_folder && hex_name(s->name, "__substg1.0_", &tag))
			e = stream_add(m, s, tag, out, sink);
	}
	if (!e && !m->code_page)
		m->code_page = mapi_code_page(out);
	return e ? e : mapi_convert(out, m->code_page, m->why);
}

static int recipients_read(struct msg *m, const struct ole2_entry *folder, struct mapi **list, size_t *count, struct sink *sink)
{
	uint32_t number;
	size_t n = 0;
	for (const struct ole2_entry *r = folder->child; r; r = r->next)
		n += hex_name(r->name, "__recip_version1.0_#", &number);
	n = n < RECIPIENTS_MAX ? n : RECIPIENTS_MAX;
	*list = arena_array(m->it->arena, n + 1, sizeof(**list));
	if (!*list)
		return E_MEMORY;
	int e = OK;
	for (const struct ole2_entry *r = folder->child; r && !e && *count < n; r = r->next) {
		if (!hex_name(r->name, "__recip_version1.0_#", &number))
			continue;
		struct mapi *one = &(*list)[(*count)++];
		one->arena = m->it->arena;
		e = props_read(m, r, HEAD_PART, one, sink);
	}
	return e;
}

static int message_read(struct msg *m, const struct ole2_entry *folder, size_t head, struct sink *out, unsigned depth);

static struct span name_or_number(struct msg *m, struct span name, uint32_t number)
{
	const char *s = name.n ? NULL : arena_format(m->it->arena, "attachment %u", number + 1);
	return s ? span_str(s) : name;
}

/* A message kept inside: a virtual child, since it has no bytes of its own in one piece. */
static int nested_read(struct msg *m, const struct ole2_entry *folder, struct span name, struct sink *out, unsigned depth)
{
	struct child c = { .name = name, .stated_type = "application/vnd.ms-outlook", .times = TIMES_UNKNOWN, .is_virtual = true };
	struct sink *sub;
	if (depth >= DEPTH_MAX)
		return sink_child_lost(out, &c, STATUS_SKIPPED, "messages nested too deep");
	int e = sink_open(out, &c, &sub);
	if (e)
		return e;
	e = message_read(m, folder, HEAD_EMBEDDED, sub, depth + 1);
	return sink_close(sub, e, m->why);
}

/* An embedded OLE object: each stream of its storage is a child. */
static int object_read(struct msg *m, const struct ole2_entry *folder, struct span name, struct sink *out)
{
	struct child box = { .name = name, .times = TIMES_UNKNOWN, .is_virtual = true };
	struct sink *sub;
	int e = sink_open(out, &box, &sub);
	if (e)
		return e;
	for (const struct ole2_entry *s = folder->child; s && !e; s = s->next) {
		struct span bytes;
		if (s->is_folder || ole2_read(&m->ole, s, VALUE_MAX, &bytes, m->why) < 0)
			continue;
		struct child c = { .name = s->name, .bytes = bytes, .times = TIMES_UNKNOWN };
		e = sink_spend(sub, bytes.n);
		if (!e)
			e = sink_child(sub, &c);
	}
	return sink_close(sub, e, m->why);
}

static int attachment_read(struct msg *m, const struct ole2_entry *folder, uint32_t number, struct sink *out, unsigned depth)
{
	struct mapi props = { .arena = m->it->arena };
	int e = props_read(m, folder, HEAD_PART, &props, out);
	if (e)
		return e;
	struct span name = name_or_number(m, mapi_attachment_name(&props), number);
	const struct ole2_entry *inside = ole2_named(&m->ole, folder, "__substg1.0_3701000D");
	if (inside && ole2_named(&m->ole, inside, "__properties_version1.0"))
		return nested_read(m, inside, name, out, depth);
	if (inside)
		return object_read(m, inside, name, out);
	const struct mapi_prop *data = mapi_get(&props, ATTACH_DATA);
	struct child c = { .name = name, .times = TIMES_UNKNOWN };
	if (!data)
		return sink_child_lost(out, &c, STATUS_UNREADABLE, "an attachment by reference: its bytes are not in the message");
	c.bytes = data->value;
	c.stated_type = mapi_attachment_type(&props);
	bool is_encrypted;
	return mail_give_attachment(out, &c, &is_encrypted);
}

static int attachments_read(struct msg *m, const struct ole2_entry *folder, struct sink *out, unsigned depth)
{
	int e = OK;
	uint32_t number;
	for (const struct ole2_entry *a = folder->child; a && !e; a = a->next) {
		if (a->is_folder && hex_name(a->name, "__attach_version1.0_#", &number))
			e = attachment_read(m, a, number, out, depth);
	}
	return e;
}

static int message_read(struct msg *m, const struct ole2_entry *folder, size_t head, struct sink *out, unsigned depth)
{
	struct mapi props = { .arena = m->it->arena }, *recipients = NULL;
	size_t count = 0;
	struct mail_give give = { .it = m->it, .out = out };
	int e = props_read(m, folder, head, &props, out);
	if (!e)
		e = recipients_read(m, folder, &recipients, &count, out);
	if (!e)
		e = mapi_give(&give, &props, recipients, count, m->why);
	return e ? e : attachments_read(m, folder, out, depth);
}

static int msg_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct msg m = { .it = it, .why = why };
	int e = sink_spend(out, it->bytes.n);
	if (e)
		return e;
	int opened = ole2_open(it->bytes, it->arena, &m.ole, why);
	if (opened < 0)
		return opened;
	if (opened == PART)
		e = sink_damage(out, STATUS_PARTIAL, 0, 0, why->text);
	names_read(&m);
	if (!e)
		e = message_read(&m, &m.ole.entries[0], HEAD_TOP, out, 0);
	return e ? e : opened;
}

static int msg_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_msg = {
	.name = "msg", .help = "Outlook messages (msg, oft)", .type = "application/vnd.ms-outlook", .peek = PEEK,
	.probe = msg_probe, .read = msg_read, .init = msg_init,
};
