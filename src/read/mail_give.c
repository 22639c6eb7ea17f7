#include "read/mail_give.h"

#include <string.h>

#include "lib/encoding.h"
#include "lib/html.h"

enum { HEADER_TEXT_MAX = 8 << 20, VALUE_MAX = 998 };

void mail_add_address(struct buf *out, const struct mime_address *a)
{
	bool is_quoted = false;
	for (size_t i = 0; i < a->name.n; i++)
		is_quoted = is_quoted || strchr(",;<>@\"()", span_at(a->name, i));
	if (a->name.n && is_quoted)
		buf_add_byte(out, '"');
	for (size_t i = 0; i < a->name.n; i++)
		buf_add_byte(out, span_at(a->name, i) == '"' ? '\'' : span_at(a->name, i));
	if (a->name.n && is_quoted)
		buf_add_byte(out, '"');
	if (!a->address.n)
		return;
	if (a->name.n)
		buf_add_str(out, " <");
	buf_add(out, a->address);
	if (a->name.n)
		buf_add_byte(out, '>');
}

struct span mail_mailbox_of(const char *trail)
{
	struct span t = span_str(trail), none = span_of(NULL, 0);
	for (int up = 0; up < 3; up++) {
		size_t slash = t.n;
		while (slash && span_at(t, slash - 1) != '/')
			slash--;
		if (!slash)
			return none;
		struct span last = span_from(t, slash);
		bool is_maildir = span_equal(last, span_str("cur")) || span_equal(last, span_str("new"));
		bool is_inside = slash > 1 && span_at(t, slash - 2) == '/';
		t = span_sub(t, 0, slash - 1 - is_inside);
		if (up == 0 && !is_inside && (span_ends_nocase(t, span_str("/cur")) || span_ends_nocase(t, span_str("/new"))))
			continue;
		if (!(up == 0 && is_inside && span_starts(last, span_str("msg "))) && !is_maildir)
			return none;
		for (slash = t.n; slash && span_at(t, slash - 1) != '/'; )
			slash--;
		return span_from(t, slash);
	}
	return none;
}

static int finding_give(struct sink *out, enum kind kind, struct span value, const char *rule,
                        struct where where)
{
	struct finding f = {
		.kind = kind, .value = span_sub(value, 0, VALUE_MAX), .confidence = 1, .rule = rule,
		.checks = { "read as one" }, .where = where,
	};
	while (f.value.n && f.value.n == VALUE_MAX && (span_at(value, f.value.n) & 0xC0) == 0x80)
		f.value.n--;
	return sink_finding(out, &f);
}

int mail_give_mailbox(struct sink *out, struct span name, uint64_t messages)
{
	struct buf value;
	buf_init(&value, 4096);
	buf_add(&value, span_sub(name, 0, 1000));
	buf_format(&value, " (%llu message%s)", (unsigned long long)messages, messages == 1 ? "" : "s");
	int e = finding_give(out, KIND_MAILBOX, buf_span(&value), "mailbox", (struct where){ .space = SPACE_RAW });
	buf_release(&value);
	return e;
}

/* The header text, and where in it each person stands. */
struct spot { const struct mime_address *who; size_t start, end; };
struct head {
	struct buf text;
	struct spot *spots;
	size_t count, room;
};

static void line_add(struct head *h, const struct mail_line *l)
{
	buf_format(&h->text, "%s: ", l->label);
	buf_add(&h->text, l->value);
	for (size_t i = 0; i < l->count; i++) {
		if (i)
			buf_add_str(&h->text, ", ");
		size_t start = h->text.n;
		mail_add_address(&h->text, &l->people[i]);
		if (l->is_claimed && h->count < h->room && mail_is_person(l->people[i].name, l->people[i].address))
			h->spots[h->count++] = (struct spot){ &l->people[i], start, h->text.n };
	}
	buf_add_byte(&h->text, '\n');
}

static int name_give(struct mail_give *g, const struct spot *s, const struct text *t)
{
	struct finding f = {
		.kind = KIND_PERSON_NAME, .value = s->who->name, .confidence = 0.9, .chance = 1, .rule = "mail-header",
		.checks = { "the display name of a mail address" }, .where = text_where(t, s->start, s->end),
	};
	return sink_finding(g->out, &f);
}

static int claims_give(struct mail_give *g, const struct head *h, const struct text *t)
{
	int e = OK;
	for (size_t i = 0; i < h->count && !e; i++) {
		const struct spot *s = &h->spots[i];
		struct claim c = {
			.basis = "mail-header", .where = text_where(t, s->start, s->end), .count = 2,
			.elements = { { KIND_PERSON_NAME, s->who->name }, { KIND_EMAIL_ADDRESS, s->who->address } },
		};
		e = sink_claim(g->out, &c);
		if (!e && s->who->name.n)
			e = name_give(g, s, t);
	}
	return e;
}

static struct span line_text(const struct head *h, const char *label)
{
	struct span rest = buf_span(&h->text), line, wanted = span_str(label);
	while (span_line(&rest, &line))
		if (span_starts(line, wanted) && span_at(line, wanted.n) == ':')
			return span_trim(span_from(line, wanted.n + 1));
	return span_of(NULL, 0);
}

static int head_give(struct mail_give *g, const struct head *h, struct span message_id, int64_t sent)
{
	struct span name = g->mailbox.n ? g->mailbox : mail_mailbox_of(g->it->trail);
	struct mail_head m = {
		.message_id = message_id, .from = line_text(h, "From"), .to = line_text(h, "To"),
		.cc = line_text(h, "Cc"), .subject = line_text(h, "Subject"), .mailbox = name,
		.sent = sent, .is_deleted = g->is_deleted,
	};
	struct text t = { .utf8 = buf_span(&h->text), .space = SPACE_TEXT, .base = g->base, .part = "header" };
	g->base += t.utf8.n;
	int e = sink_mail(g->out, &m);
	if (!e && t.utf8.n)
		e = sink_text(g->out, &t);
	if (!e)
		e = claims_give(g, h, &t);
	struct span value = m.subject.n ? m.subject : message_id.n ? message_id : span_str("(no subject)");
	size_t at = m.subject.n ? (size_t)(m.subject.p - h->text.p) : 0;
	if (!e)
		e = finding_give(g->out, KIND_MESSAGE, value, "mail-message",
		                 text_where(&t, at, m.subject.n ? at + m.subject.n : t.utf8.n));
	return e;
}

int mail_give_head(struct mail_give *g, const struct mail_line *lines, size_t count,
                   struct span message_id, int64_t sent)
{
	struct head h = { .room = 0 };
	buf_init(&h.text, HEADER_TEXT_MAX);
	for (size_t i = 0; i < count; i++)
		h.room += lines[i].count;
	h.spots = arena_array(g->it->arena, h.room + 1, sizeof(*h.spots));
	if (!h.spots)
		return E_MEMORY;
	for (size_t i = 0; i < count; i++)
		if (lines[i].value.n || lines[i].count)
			line_add(&h, &lines[i]);
	int e = head_give(g, &h, message_id, sent);
	buf_release(&h.text);
	return e;
}

/* Where to cut a piece: behind the last line end, else before a whole character. */
static size_t piece_length(struct span s)
{
	if (s.n <= TEXT_MAX)
		return s.n;
	size_t n = TEXT_MAX;
	while (n > TEXT_MAX / 2 && span_at(s, n - 1) != '\n')
		n--;
	if (n == TEXT_MAX / 2)
		for (n = TEXT_MAX; (span_at(s, n) & 0xC0) == 0x80 && n > TEXT_MAX - 4; )
			n--;
	return n;
}

int mail_give_text(struct mail_give *g, struct span utf8, const char *part)
{
	while (utf8.n) {
		struct text t = { .utf8 = span_sub(utf8, 0, piece_length(utf8)), .space = SPACE_TEXT,
			.base = g->base, .part = part };
		int e = sink_text(g->out, &t);
		if (e)
			return e;
		g->base += t.utf8.n;
		utf8 = span_from(utf8, t.utf8.n);
	}
	return OK;
}

static int html_give(struct mail_give *g, struct span utf8, struct span *kept, struct fault *why)
{
	struct buf text;
	buf_init(&text, 2 * utf8.n + 4096);
	int e = html_text(utf8, &text, why);
	if (e == E_MEMORY || e == E_LIMIT || e == E_STOPPED)
		goto out;
	if (e < 0) {	/* what is no HTML is told as it stands */
		buf_clear(&text);
		buf_add(&text, utf8);
	}
	e = OK;
	if (kept)
		*kept = arena_copy(g->it->arena, buf_span(&text));
	else
		e = mail_give_text(g, buf_span(&text), "body");
out:
	buf_release(&text);
	return e;
}

int mail_body_text(struct mail_give *g, struct span bytes, const char *stated, bool is_html,
                   struct span *kept, struct fault *why)
{
	struct buf utf8;
	int e = sink_spend(g->out, bytes.n);
	if (e)
		return e;
	if (!stated && is_html)
		stated = html_stated_encoding(bytes);
	const char *encoding = encoding_detect(bytes, stated);
	buf_init(&utf8, 4 * bytes.n + 16);
	e = encoding_to_utf8(bytes, encoding ? encoding : "windows-1252", &utf8, g->it->arena, 0, NULL, NULL, why);
	if (e >= 0 && is_html)
		e = html_give(g, buf_span(&utf8), kept, why);
	else if (e >= 0 && kept)
		*kept = arena_copy(g->it->arena, buf_span(&utf8));
	else if (e >= 0)
		e = mail_give_plain(g, buf_span(&utf8));
	buf_release(&utf8);
	return e;
}

/* A uuencoded block: "begin MODE NAME", lines, "end". */
struct block { struct span name, lines; size_t start, end; };

static bool block_head(struct span line, struct span *name)
{
	if (!span_starts(line, span_str("begin ")))
		return false;
	size_t n = 6;
	while (span_at(line, n) >= '0' && span_at(line, n) <= '7')
		n++;
	*name = span_trim(span_from(line, n));
	return n >= 9 && n <= 10 && span_at(line, n) == ' ' && name->n;
}

/* A full line says 45 bytes (M) and has 60 characters; every other one tells its own length. */
static bool is_uu_line(struct span line)
{
	if (!line.n || line.n > 90)
		return false;
	size_t bytes = (size_t)(span_at(line, 0) - ' ') & 63;
	for (size_t i = 0; i < line.n; i++)
		if (span_at(line, i) < ' ' || span_at(line, i) > '`')
			return false;
	return line.n + 3 >= 1 + (bytes + 2) / 3 * 4;
}

/* The next block at or after from; each turn passes a "begin". */
static bool block_find(struct span s, size_t from, struct block *b)
{
	for (;;) {
		size_t at = from;
		while (!span_starts(span_from(s, at), span_str("begin ")) || (at && span_at(s, at - 1) != '\n')) {
			at = span_find(s, span_str("\nbegin "), at);
			if (at == SIZE_MAX)
				return false;
			at++;
		}
		struct span rest = span_from(s, at), line;
		b->start = from = at;
		from++;
		if (!span_line(&rest, &line) || !block_head(line, &b->name))
			continue;
		size_t first = s.n - rest.n, last = first;
		while (span_line(&rest, &line) && is_uu_line(line))
			last = s.n - rest.n;
		if (last == first)
			continue;
		b->lines = span_sub(s, b->start, last - b->start);
		b->end = span_equal(span_trim(line), span_str("end")) ? s.n - rest.n : last;
		return true;
	}
}

static int block_give(struct mail_give *g, const struct block *b)
{
	struct buf bytes;
	buf_init(&bytes, 2 * b->lines.n + (128 << 10));
	mime_decode(b->lines, MIME_UU, &bytes);
	struct child c = { .name = b->name, .bytes = buf_span(&bytes), .times = TIMES_UNKNOWN };
	int e = sink_child(g->out, &c);
	buf_release(&bytes);
	return e;
}

static int pgp_tell(struct mail_give *g, struct span utf8)
{
	size_t at = span_find(utf8, span_str("-----BEGIN PGP MESSAGE-----"), 0);
	if (at == SIZE_MAX)
		return OK;
	return sink_damage(g->out, STATUS_ENCRYPTED, 0, 0, "the body holds a PGP message");
}

int mail_give_plain(struct mail_give *g, struct span utf8)
{
	struct block b;
	size_t from = 0;
	int e = pgp_tell(g, utf8);
	while (!e && from < utf8.n && block_find(utf8, from, &b)) {
		e = mail_give_text(g, span_sub(utf8, from, b.start - from), "body");
		if (!e)
			e = block_give(g, &b);
		from = b.end;
	}
	return e ? e : mail_give_text(g, span_from(utf8, from), "body");
}
