/*
 * winmail.dat: Transport Neutral Encapsulation, [MS-OXTNEF].
 *
 * A bounded reading of our own: libytnef takes sizes from the file as they are
 * (CVE-2017-6298 to 6306 and later ones) and keeps what it reads on the heap
 * without a ceiling. Attributes follow each other: level, id, length, data,
 * checksum; a new attachment begins at attAttachRendData.
 */
#include "core/part.h"
#include "lib/encoding.h"
#include "read/mapi.h"

enum {
	PEEK = 6, LEVEL_MESSAGE = 1, LEVEL_ATTACHMENT = 2, PROPS_MAX = 20000, VALUES_MAX = 20000,
	/* [MS-OXTNEF] 2.1.3.3 */
	FROM = 0x8000, SUBJECT = 0x8004, DATE_SENT = 0x8005, BODY = 0x800C, ATTACH_DATA = 0x800F,
	ATTACH_TITLE = 0x8010, ATTACH_START = 0x9002, MESSAGE_PROPS = 0x9003, RECIPIENTS = 0x9004,
	ATTACH_PROPS = 0x9005, OEM_CODE_PAGE = 0x9007,
	ID_SUBJECT = 0x0037, ID_BODY = 0x1000, ID_ATTACH_DATA = 0x3701, ID_ATTACH_NAME = 0x3704,
	MULTIPLE = 0x1000, IID = 16,
};

static int tnef_probe(struct span head, const struct item *it)
{
	(void)it;
	return span_starts(head, span_of("\x78\x9f\x3e\x22", 4)) ? 95 : 0;
}

struct attachment { struct mapi props; struct span data, object; bool is_any; };

struct tnef {
	const struct item *it;
	struct sink *out;
	struct fault *why;
	struct mapi message;
	struct mapi *recipients;
	size_t recipient_count;
	struct attachment attachment;	/* the one under way */
	uint32_t code_page, number;
	bool is_given;			/* the message's own content went out */
};

static void padding_skip(struct cur *c, size_t n)
{
	cur_skip(c, (4 - n % 4) % 4);
}

/* Bytes of a fixed type as stored, all multiples of four; 0 for the others. */
static size_t fixed_size(uint16_t type)
{
	switch (type & ~MULTIPLE) {
	case 0x0002: case 0x0003: case 0x0004: case 0x000A: case 0x000B: return 4;
	case 0x0005: case 0x0006: case 0x0007: case 0x0014: case 0x0040: return 8;
	case 0x0048: return 16;
	default: return 0;
	}
}

/* Named properties carry their set and a number or a name. */
static uint32_t named_id(struct cur *c, uint16_t id)
{
	if (id < 0x8000)
		return id;
	cur_skip(c, 16);
	if (cur_u32le(c) == 0)
		return cur_u32le(c);
	uint32_t length = cur_u32le(c);
	cur_skip(c, length);
	padding_skip(c, length);
	return 0;
}

static int value_add(struct mapi *out, struct attachment *a, uint32_t id, uint16_t type, struct span value)
{
	if (a && id == ID_ATTACH_DATA) {
		a->object = value;
		return OK;
	}
	return id ? mapi_add(out, id, type & ~MULTIPLE, value) : OK;
}

/* One property with all its values; the first one counts. */
static int prop_read(struct cur *c, struct mapi *out, struct attachment *a)
{
	uint16_t type = cur_u16le(c);
	uint32_t id = named_id(c, cur_u16le(c));
	size_t fixed = fixed_size(type);
	uint32_t values = !fixed || type & MULTIPLE ? cur_u32le(c) : 1;
	int e = OK;
	for (uint32_t i = 0; i < values && i < VALUES_MAX && !c->bad && !e; i++) {
		size_t length = fixed ? fixed : cur_u32le(c);
		struct span value = cur_take(c, length);
		padding_skip(c, length);
		if (!c->bad && i == 0)
			e = value_add(out, a, id, type, value);
	}
	if (values > VALUES_MAX)
		c->bad = true;
	return e;
}

static int props_read(struct tnef *t, struct cur *c, struct mapi *out, struct attachment *a)
{
	uint32_t count = cur_u32le(c);
	int e = OK;
	for (uint32_t i = 0; i < count && i < PROPS_MAX && !c->bad && !e; i++)
		e = prop_read(c, out, a);
	if (!e && (c->bad || count > PROPS_MAX))
		e = sink_damage(t->out, STATUS_PARTIAL, 0, 0, "a property list breaks off");
	return e;
}

static int recipients_read(struct tnef *t, struct span data)
{
	struct cur c = cur_of(data);
	uint32_t count = cur_u32le(&c);
	if (count > data.n / 4 || t->recipients)
		return OK;
	t->recipients = arena_array(t->it->arena, count + 1, sizeof(*t->recipients));
	int e = t->recipients ? OK : E_MEMORY;
	for (uint32_t i = 0; i < count && !c.bad && !e; i++) {
		struct mapi *one = &t->recipients[t->recipient_count++];
		one->arena = t->it->arena;
		e = props_read(t, &c, one, NULL);
		if (!e)
			e = mapi_convert(one, t->code_page, t->why);
	}
	return e;
}

/* The message goes out before its first attachment. */
static int message_give(struct tnef *t)
{
	struct mail_give give = { .it = t->it, .out = t->out };
	if (t->is_given)
		return OK;
	t->is_given = true;
	int e = mapi_convert(&t->message, t->code_page, t->why);
	if (e)
		return e;
	bool is_in_mail = t->it->stated_type && span_ends_nocase(span_str(t->it->stated_type), span_str("ms-tnef"));
	if (is_in_mail)
		return mapi_give_content(&give, &t->message, t->why);
	return mapi_give(&give, &t->message, t->recipients, t->recipient_count, t->why);
}

static int attachment_give(struct tnef *t)
{
	struct attachment *a = &t->attachment;
	if (!a->is_any)
		return OK;
	t->number++;
	int e = mapi_convert(&a->props, t->code_page, t->why);
	if (e)
		return e;
	struct child c = { .name = mapi_attachment_name(&a->props), .bytes = a->data, .times = TIMES_UNKNOWN };
	if (!c.name.n) {
		const char *s = arena_format(t->it->arena, "attachment %u", t->number);
		c.name = span_str(s);
	}
	if (!a->data.n && a->object.n > IID)
		c.bytes = span_from(a->object, IID);
	*a = (struct attachment){ .props = { .arena = t->it->arena } };
	return sink_child(t->out, &c);
}

static int message_attribute(struct tnef *t, unsigned id, struct span data)
{
	struct cur c = cur_of(data);
	switch (id) {
	case OEM_CODE_PAGE:
		t->code_page = cur_u32le(&c);
		return OK;
	case SUBJECT:
		return mapi_add(&t->message, ID_SUBJECT, MAPI_STRING8, data);
	case BODY:
		return mapi_add(&t->message, ID_BODY, MAPI_STRING8, data);
	case MESSAGE_PROPS:
		return props_read(t, &c, &t->message, NULL);
	case RECIPIENTS:
		return recipients_read(t, data);
	default:
		return OK;
	}
}

static int attachment_attribute(struct tnef *t, unsigned id, struct span data)
{
	struct cur c = cur_of(data);
	int e = message_give(t);
	if (!e && id == ATTACH_START)
		e = attachment_give(t);
	if (e)
		return e;
	t->attachment.is_any = true;
	if (id == ATTACH_DATA)
		t->attachment.data = data;
	else if (id == ATTACH_TITLE)
		e = mapi_add(&t->attachment.props, ID_ATTACH_NAME, MAPI_STRING8, data);
	else if (id == ATTACH_PROPS)
		e = props_read(t, &c, &t->attachment.props, &t->attachment);
	return e;
}

/* Each turn takes the 9 bytes of an attribute's head or more. */
static int attributes_read(struct tnef *t, struct cur *c)
{
	int e = OK;
	while (c->left.n >= 9 && !e) {
		uint64_t at = (uint64_t)(c->left.p - t->it->bytes.p);
		unsigned level = cur_u8(c), id = cur_u16le(c);
		cur_u16le(c);
		uint32_t length = cur_u32le(c);
		bool is_cut = length > c->left.n;
		struct span data = cur_take(c, is_cut ? c->left.n : length);
		cur_skip(c, 2);
		if (level != LEVEL_MESSAGE && level != LEVEL_ATTACHMENT)
			return sink_damage(t->out, STATUS_PARTIAL, at, t->it->bytes.n - at, "no attribute here");
		e = level == LEVEL_MESSAGE ? message_attribute(t, id, data) : attachment_attribute(t, id, data);
		if (!e && is_cut)
			e = sink_damage(t->out, STATUS_PARTIAL, at, t->it->bytes.n - at, "an attribute is longer than the file");
	}
	return e;
}

static int tnef_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct tnef t = { .it = it, .out = out, .why = why, .message = { .arena = it->arena },
		.attachment = { .props = { .arena = it->arena } } };
	struct cur c = cur_of(it->bytes);
	if (cur_u32le(&c) != 0x223E9F78)
		return fault_set(why, E_DAMAGED, "no TNEF signature");
	cur_u16le(&c);
	int e = sink_spend(out, it->bytes.n);
	if (!e)
		e = attributes_read(&t, &c);
	if (!e)
		e = message_give(&t);
	return e ? e : attachment_give(&t);
}

static int tnef_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_tnef = {
	.name = "tnef", .help = "winmail.dat (TNEF)", .type = "application/vnd.ms-tnef", .peek = PEEK,
	.probe = tnef_probe, .read = tnef_read, .init = tnef_init,
};
