/*
 * Mail messages: RFC 5322, 2045 to 2049, 2231, 3156 (PGP/MIME), 8551
 * (S/MIME), 2557 (MHTML); .eml, Maildir files, .emlx, .mht.
 *
 * Bodies are text; everything that has a name or is no body is a child.
 * Nested messages are children too, read by this reader in their turn, so
 * that depth is counted in one place.
 */
#include <string.h>

#include "core/part.h"
#include "lib/encoding.h"
#include "read/mail_give.h"

enum { PEEK = 16 << 10, FIELDS_SEEN_MAX = 60, LINES_MAX = 24, PEOPLE_MAX = 20000 };

/* Fields that mail has and other things with "Word: value" lines do not. */
static const char *const strong[] = {
	"Received", "Message-ID", "Return-Path", "MIME-Version", "X-Mailer", "Delivered-To", "DKIM-Signature",
	"In-Reply-To", "References", "Reply-To", "Content-Transfer-Encoding", "X-Originating-IP", "Bcc",
	"Envelope-To", "X-Original-To", "Authentication-Results", "List-Id", "X-UIDL", "X-Mozilla-Status",
	"Thread-Index", "Thread-Topic", "X-MS-Has-Attach", "X-Spam-Status", "Received-SPF",
	"Newsgroups", "NNTP-Posting-Host", "X-Newsreader",
};
static const char *const common[] = { "From", "To", "Cc", "Subject", "Date", "Sender", "Content-Type" };

static bool named(struct span name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal_nocase(name, span_str(list[i])))
			return true;
	return false;
}
#define NAMED(name, list) named((name), (list), sizeof(list) / sizeof(*(list)))

/* Blank lines, an mbox separator, or the byte count of an .emlx before the header. */
static struct span head_start(struct span s, uint64_t *emlx_size)
{
	if (span_starts(s, span_str("\xEF\xBB\xBF")))
		s = span_from(s, 3);
	struct span rest = s, line;
	*emlx_size = 0;
	for (int i = 0; i < 10 && span_line(&rest, &line); i++) {
		uint64_t n = 0;
		struct span t = span_trim(line);
		for (size_t k = 0; k < t.n && n <= UINT32_MAX; k++)
			n = span_at(t, k) >= '0' && span_at(t, k) <= '9' ? 10 * n + (uint64_t)(span_at(t, k) - '0') : UINT64_MAX / 2;
		bool is_count = i == 0 && t.n && n && n <= UINT32_MAX;
		if (is_count)
			*emlx_size = n;
		if (t.n && !is_count && !span_starts(line, span_str("From ")) && !span_starts(line, span_str(">From ")))
			break;
		s = rest;
	}
	return s;
}

static bool has_zero(struct span s)
{
	return span_find_byte(span_sub(s, 0, 1024), 0, 0) != SIZE_MAX;
}

/* What the first lines are made of. */
struct signs { unsigned strong, common, fields, others; bool has_from, has_date; };

static struct signs signs_of(struct span head)
{
	struct signs g = { .strong = 0 };
	struct mime_field f;
	while (g.fields + g.others < FIELDS_SEEN_MAX && mime_field_next(&head, &f)) {
		g.others += !f.name.n;
		g.fields += f.name.n > 0;
		g.strong += NAMED(f.name, strong);
		g.common += NAMED(f.name, common);
		g.has_from = g.has_from || span_equal_nocase(f.name, span_str("From"));
		g.has_date = g.has_date || (span_equal_nocase(f.name, span_str("Date")) && mime_date(f.value) != INT64_MIN);
		if (g.others > 3 || (g.fields + g.others == 1 && !f.name.n))
			break;
	}
	return g;
}

static int eml_probe(struct span head, const struct item *it)
{
	uint64_t emlx_size;
	bool is_stated = it->stated_type && (strcmp(it->stated_type, "message/rfc822") == 0
		|| strcmp(it->stated_type, "message/global") == 0);
	if (has_zero(head) || !head.n)
		return 0;
	struct signs g = signs_of(head_start(head, &emlx_size));
	if (g.others > 3)
		return 0;
	if (is_stated)
		return g.fields ? 95 : 40;
	if (item_has_extension(it, "eml emlx mht mhtml msg") && g.strong + g.common)
		return 90;
	if (g.strong >= 1 && g.common >= 2 && (g.has_from || g.has_date || g.strong >= 3))
		return 85;
	if (g.has_from && g.common >= 3 && g.has_date)
		return 80;
	if (g.strong >= 2 && g.strong + g.common >= 3)
		return 75;
	return 0;
}

/* What is being read. */
struct eml {
	struct mail_give give;
	const struct item *it;
	struct sink *out;
	struct fault *why;
	struct span bytes;		/* the message */
	struct mime_part *parts;
	size_t count;
	struct span plain;		/* the last plain body inside an alternative */
	uint32_t plain_of;		/* that multipart/alternative */
	bool has_plain;
	bool is_part;			/* damage was told */
};

static const struct { const char *name, *label; bool is_people, is_claimed; } told[] = {
	{ "From", "From", true, true }, { "Sender", "Sender", true, false }, { "Reply-To", "Reply-To", true, false },
	{ "To", "To", true, true }, { "Cc", "Cc", true, true }, { "Bcc", "Bcc", true, true },
	{ "Resent-From", "Resent-From", true, false }, { "Resent-To", "Resent-To", true, false },
	{ "Subject", "Subject", false, false }, { "Date", "Date", false, false },
	{ "Delivered-To", "Delivered-To", true, false }, { "Return-Path", "Return-Path", true, false },
	{ "Comments", "Comments", false, false }, { "Keywords", "Keywords", false, false },
	{ "Organization", "Organization", false, false }, { "X-Originating-IP", "X-Originating-IP", false, false },
	{ "Disposition-Notification-To", "Disposition-Notification-To", true, false },
};
enum { TOLD = sizeof(told) / sizeof(*told) };

/* Mailboxes of all fields of that name; the count ends at PEOPLE_MAX. */
static size_t people_of(struct span header, const char *name, struct arena *arena, struct mime_address **list)
{
	struct mime_field f;
	size_t count = 0, room = 0;
	while (mime_field_next(&header, &f)) {
		struct mime_address a;
		if (!span_equal_nocase(f.name, span_str(name)))
			continue;
		while (count < PEOPLE_MAX && mime_address_next(&f.value, arena, &a)) {
			if (count == room) {
				room = room ? 2 * room : 4;
				struct mime_address *more = arena_array(arena, room, sizeof(*more));
				if (!more)
					return count;
				if (count)
					memcpy(more, *list, count * sizeof(*more));
				*list = more;
			}
			(*list)[count++] = a;
		}
	}
	return count;
}

/* Lines of a broken header that are no fields speak too. */
static struct span strays_of(struct span header, struct arena *arena)
{
	struct buf text;
	struct mime_field f;
	buf_init(&text, header.n + 1);
	while (mime_field_next(&header, &f))
		if (!f.name.n) {
			buf_add(&text, f.value);
			buf_add_byte(&text, ' ');
		}
	struct span s = mime_decode_words(buf_span(&text), arena);
	buf_release(&text);
	return s;
}

/* What S/MIME signs is a MIME entity, which need not be a message. */
static bool is_bare_entity(struct span header)
{
	static const char *const of_messages[] = { "From", "To", "Subject", "Date", "Message-ID", "Cc", "Bcc" };
	bool has_type = false;
	struct mime_field f;
	while (mime_field_next(&header, &f)) {
		if (NAMED(f.name, of_messages))
			return false;
		has_type = has_type || span_equal_nocase(f.name, span_str("Content-Type"));
	}
	return has_type;
}

static int head_read(struct eml *m)
{
	if (is_bare_entity(m->parts[0].header))
		return OK;
	struct mail_line lines[TOLD + 1];
	struct arena *arena = m->it->arena;
	struct span header = m->parts[0].header;
	for (size_t i = 0; i < TOLD; i++) {
		struct mime_address *people = NULL;
		lines[i] = (struct mail_line){ .label = told[i].label, .is_claimed = told[i].is_claimed };
		if (told[i].is_people)
			lines[i].count = people_of(header, told[i].name, arena, &people);
		else
			lines[i].value = mime_decode_words(mime_field_named(header, told[i].name), arena);
		lines[i].people = people;
	}
	lines[TOLD] = (struct mail_line){ .label = "Other", .value = strays_of(header, arena) };
	struct span id = mime_decode_words(mime_field_named(header, "Message-ID"), arena);
	if (span_at(id, 0) == '<' && span_at(id, id.n - 1) == '>')
		id = span_sub(id, 1, id.n - 2);
	return mail_give_head(&m->give, lines, TOLD + 1, id, mime_date(mime_field_named(header, "Date")));
}

static bool type_is(const struct mime_part *p, const char *type)
{
	return strcmp(p->type.s, type) == 0;
}

/* Index of the nearest multipart of that type above, or UINT32_MAX. */
static uint32_t above(const struct eml *m, uint32_t i, const char *type)
{
	while (m->parts[i].parent != i) {
		i = m->parts[i].parent;
		if (type_is(&m->parts[i], type))
			return i;
	}
	return UINT32_MAX;
}

static uint64_t offset_of(const struct eml *m, struct span s)
{
	return s.n ? (uint64_t)(s.p - m->it->bytes.p) : 0;
}

/* The decoded bytes of a part: borrowed where nothing is encoded, else in *held. */
static int part_bytes(struct eml *m, const struct mime_part *p, struct buf *held, struct span *bytes)
{
	enum mime_encoding encoding = mime_encoding_of(p->header);
	*bytes = p->body;
	if (encoding == MIME_PLAIN)
		return OK;
	int e = sink_spend(m->out, p->body.n);
	if (e)
		return e;
	buf_init(held, 2 * p->body.n + (256 << 10));
	mime_decode(p->body, encoding, held);
	*bytes = buf_span(held);
	return held->is_full ? fault_set(m->why, E_MEMORY, "no memory for a part of %zu bytes", p->body.n) : OK;
}

static struct span part_name(struct eml *m, const struct mime_part *p)
{
	struct arena *arena = m->it->arena;
	struct span name = mime_param(mime_field_named(p->header, "Content-Disposition"), "filename", arena);
	if (!name.n)
		name = mime_param(mime_field_named(p->header, "Content-Type"), "name", arena);
	return name;
}

static bool is_attachment(struct eml *m, const struct mime_part *p)
{
	struct span disposition = span_trim(mime_field_named(p->header, "Content-Disposition"));
	return span_starts_nocase(disposition, span_str("attachment"));
}

/* MHTML, RFC 2557: the last step of the place a part came from. */
static struct span location_name(struct eml *m, uint32_t i)
{
	struct span s = mime_decode_words(mime_field_named(m->parts[i].header, "Content-Location"), m->it->arena);
	s = span_sub(s, 0, span_find_byte(s, '?', 0));
	size_t from = s.n;
	while (from && span_at(s, from - 1) != '/' && span_at(s, from - 1) != '\\')
		from--;
	return span_from(s, from);
}

static int child_give(struct eml *m, uint32_t i, struct span name, const char *type, struct span bytes)
{
	if (!name.n)
		name = location_name(m, i);
	if (!name.n) {
		const char *text = arena_format(m->it->arena, "part %u", i ? i : 1);
		name = span_str(text ? text : "part");
	}
	struct child c = { .name = name, .bytes = bytes, .stated_type = type, .times = TIMES_UNKNOWN };
	return sink_child(m->out, &c);
}

static int encrypted_tell(struct eml *m, const struct mime_part *p, const char *reason)
{
	m->is_part = true;
	return sink_damage(m->out, STATUS_ENCRYPTED, offset_of(m, p->body), p->body.n, reason);
}

static int smime_read(struct eml *m, uint32_t i, struct span bytes)
{
	struct span type = mime_param(mime_field_named(m->parts[i].header, "Content-Type"), "smime-type", m->it->arena);
	struct mail_smime found;
	int e = mail_give_smime(m->out, bytes, &found);
	if (e || found.is_given)
		return e;
	if (found.is_encrypted || span_starts_nocase(type, span_str("enveloped")) || span_starts_nocase(type, span_str("authenv")))
		return encrypted_tell(m, &m->parts[i], "S/MIME encrypted part");
	return child_give(m, i, part_name(m, &m->parts[i]), m->parts[i].type.s, bytes);
}

static int body_read(struct eml *m, uint32_t i, struct span bytes)
{
	const struct mime_part *p = &m->parts[i];
	struct arena *arena = m->it->arena;
	bool is_html = type_is(p, "text/html") || type_is(p, "application/xhtml+xml");
	const char *charset = arena_string(arena, mime_param(mime_field_named(p->header, "Content-Type"), "charset", arena));
	uint32_t alternative = above(m, i, "multipart/alternative");
	if (charset && !charset[0])
		charset = NULL;
	if (alternative == UINT32_MAX || p->is_margin)
		return mail_body_text(&m->give, bytes, charset, is_html, NULL, m->why);
	struct span text = span_of(NULL, 0);
	int e = mail_body_text(&m->give, bytes, charset, is_html, &text, m->why);
	if (e)
		return e;
	if (is_html && m->has_plain && m->plain_of == alternative && !mail_differs(m->plain, text))
		return OK;
	if (!is_html) {
		m->plain = text;
		m->plain_of = alternative;
		m->has_plain = span_trim(text).n > 0;
	}
	return is_html ? mail_give_text(&m->give, text, "body") : mail_give_plain(&m->give, text);
}

static bool is_body(struct eml *m, const struct mime_part *p, struct span name)
{
	static const char *const types[] = {
		"text/plain", "text/html", "text/enriched", "text/richtext", "application/xhtml+xml", "text/x-amp-html",
		"message/delivery-status", "message/disposition-notification", "text/rfc822-headers", "message/feedback-report",
	};
	bool is_listed = named(span_str(p->type.s), types, sizeof(types) / sizeof(*types));
	return p->is_margin || (is_listed && !name.n && !is_attachment(m, p));
}

static bool is_pgp_part(struct eml *m, uint32_t i, struct span bytes)
{
	if (type_is(&m->parts[i], "application/pgp-encrypted"))
		return true;
	return above(m, i, "multipart/encrypted") == m->parts[i].parent
		&& span_find(span_sub(bytes, 0, 4096), span_str("-----BEGIN PGP MESSAGE"), 0) != SIZE_MAX;
}

static bool is_smime(const struct mime_part *p)
{
	return type_is(p, "application/pkcs7-mime") || type_is(p, "application/x-pkcs7-mime");
}

static int leaf_read(struct eml *m, uint32_t i)
{
	const struct mime_part *p = &m->parts[i];
	struct buf held = { .p = NULL };
	struct span bytes, name = p->is_margin ? span_of(NULL, 0) : part_name(m, p);
	int e = part_bytes(m, p, &held, &bytes);
	if (e)
		goto out;
	if (is_smime(p))
		e = smime_read(m, i, bytes);
	else if (is_pgp_part(m, i, bytes))
		e = type_is(p, "application/pgp-encrypted") ? OK : encrypted_tell(m, p, "PGP encrypted part");
	else if (is_body(m, p, name))
		e = body_read(m, i, bytes);
	else if (bytes.n || name.n)
		e = child_give(m, i, name, p->type.s, bytes);
out:
	buf_release(&held);
	return e;
}

static int parts_read(struct eml *m)
{
	int e = OK;
	for (uint32_t i = 0; i < m->count && !e; i++) {
		const struct mime_part *p = &m->parts[i];
		if (!p->is_multipart)
			e = leaf_read(m, i);
		if (e || !p->is_open)
			continue;
		m->is_part = true;
		e = sink_damage(m->out, STATUS_PARTIAL, m->it->bytes.n, 0, "a multipart has no end: the message breaks off");
	}
	return e;
}

/* An .emlx ends with a property list of Apple's own. */
static int emlx_rest(struct eml *m, struct span rest)
{
	if (span_trim(rest).n == 0)
		return OK;
	struct child c = { .name = span_str("emlx.plist"), .bytes = rest, .times = TIMES_UNKNOWN };
	return sink_child(m->out, &c);
}

static int eml_read(const struct item *it, struct sink *out, struct fault *why)
{
	uint64_t emlx_size;
	struct span bytes = head_start(it->bytes, &emlx_size);
	struct eml m = { .give = { .it = it, .out = out }, .it = it, .out = out, .why = why, .bytes = bytes };
	if (emlx_size)
		m.bytes = span_sub(bytes, 0, emlx_size < SIZE_MAX ? (size_t)emlx_size : SIZE_MAX);
	int e = sink_spend(out, it->bytes.n);
	if (e)
		return e;
	e = mime_parts(m.bytes, it->arena, &m.parts, &m.count, why);
	if (e < 0)
		return e;
	m.is_part = e == PART;
	e = e == PART ? sink_damage(out, STATUS_PARTIAL, 0, 0, why->text) : OK;
	if (!e)
		e = head_read(&m);
	if (!e)
		e = parts_read(&m);
	if (!e && emlx_size)
		e = emlx_rest(&m, span_from(bytes, m.bytes.n));
	if (e)
		return e;
	return m.is_part ? PART : OK;
}

static int eml_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_eml = {
	.name = "eml", .help = "mail messages (eml, Maildir, emlx, mht)", .type = "message/rfc822", .peek = PEEK,
	.probe = eml_probe, .read = eml_read, .init = eml_init,
};
