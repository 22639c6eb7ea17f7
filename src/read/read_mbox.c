/*
 * Mailboxes of the mbox family, RFC 4155 and what came before it: mboxo,
 * mboxrd, mboxcl, mboxcl2.
 *
 * A message begins at "From ", a sender, a date, at the start of a line. Not
 * every writer quotes such lines in bodies, so a line counts only when it
 * ends with a date in the form of asctime and follows an empty line (or begins the
 * file), or where a header field follows it.
 */
#include "core/part.h"
#include "read/mail_give.h"

enum { PEEK = 4096, LINE_MAX_BYTES = 1024 };

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static struct span word_take(struct span *s)
{
	size_t from = 0;
	while (span_at(*s, from) == ' ' || span_at(*s, from) == '\t')
		from++;
	size_t to = from;
	while (to < s->n && span_at(*s, to) != ' ' && span_at(*s, to) != '\t')
		to++;
	struct span word = span_sub(*s, from, to - from);
	*s = span_from(*s, to);
	return word;
}

static bool one_of(struct span word, const char *names)
{
	for (size_t i = 0; names[i]; i += 3)
		if (word.n == 3 && span_equal_nocase(word, span_of(names + i, 3)))
			return true;
	return false;
}

static bool is_clock(struct span word)
{
	size_t colon = span_find_byte(word, ':', 0);
	return (colon == 1 || colon == 2) && is_digit(span_at(word, 0)) && is_digit(span_at(word, colon + 1));
}

/* "Thu Jan  1 00:00:00 1970", with a zone before or behind the year at most. */
static bool is_asctime(struct span s)
{
	if (!one_of(word_take(&s), "MonTueWedThuFriSatSun") || !one_of(word_take(&s), "JanFebMarAprMayJunJulAugSepOctNovDec"))
		return false;
	struct span day = word_take(&s);
	if (!day.n || day.n > 2 || !is_digit(span_at(day, 0)) || !is_clock(word_take(&s)))
		return false;
	for (int i = 0; i < 3; i++) {
		struct span year = word_take(&s);
		if (year.n == 4 && is_digit(span_at(year, 0)) && is_digit(span_at(year, 3)))
			return true;
	}
	return false;
}

/* The sender may be missing or hold blanks, so the date is looked for from each word on. */
static bool is_separator(struct span line)
{
	if (!span_starts(line, span_str("From ")) || line.n > LINE_MAX_BYTES)
		return false;
	struct span rest = span_from(line, 5);
	for (int i = 0; i < 8 && rest.n; i++) {
		if (is_asctime(rest))
			return true;
		word_take(&rest);
	}
	return false;
}

/* Behind a separator stands a field, or another ">From " line some gateways add. */
static bool is_header_next(struct span rest)
{
	struct span line;
	if (!span_line(&rest, &line))
		return false;
	return mime_is_field(line) || span_starts(line, span_str(">From ")) || !line.n;
}

static bool is_start(struct span s, size_t at)
{
	struct span rest = span_from(s, at), line;
	if (!span_line(&rest, &line) || !is_separator(line) || !is_header_next(rest))
		return false;
	if (!at)
		return true;
	/* after a blank line, or where a writer left that out but a header follows */
	bool is_after_blank = (at >= 2 && span_at(s, at - 2) == '\n')
		|| (at >= 4 && span_at(s, at - 2) == '\r' && span_at(s, at - 3) == '\n');
	span_line(&rest, &line);
	return is_after_blank || mime_is_field(line);
}

static size_t next_start(struct span s, size_t from)
{
	while (from < s.n) {	/* each turn passes a "From " */
		size_t at = span_find(s, span_str("\nFrom "), from);
		if (at == SIZE_MAX)
			break;
		if (is_start(s, at + 1))
			return at + 1;
		from = at + 1;
	}
	return s.n;
}

/*
 * mboxcl2 counts its bodies and quotes nothing in them. The count is believed
 * where it leads to another separator or to the end; else SIZE_MAX.
 */
static size_t counted_end(struct span s, size_t at)
{
	struct span rest = span_from(s, at), line;
	struct mime_field f;
	uint64_t n = 0;
	bool has_count = false;
	span_line(&rest, &line);
	while (mime_field_next(&rest, &f) && f.name.n) {	/* ends where another separator stands */
		if (!span_equal_nocase(f.name, span_str("Content-Length")) || f.value.n > 15)
			continue;
		has_count = true;
		for (size_t i = 0; i < f.value.n && has_count; i++) {
			has_count = is_digit(span_at(f.value, i));
			n = 10 * n + (uint64_t)(span_at(f.value, i) - '0');
		}
	}
	if (!has_count || n > rest.n)
		return SIZE_MAX;
	size_t end = s.n - rest.n + (size_t)n;
	for (int i = 0; i < 2 && (span_at(s, end) == '\r' || span_at(s, end) == '\n'); i++)
		end++;
	return end == s.n || is_start(s, end) ? end : SIZE_MAX;
}

static size_t message_end(struct span s, size_t at)
{
	size_t end = counted_end(s, at);
	return end != SIZE_MAX && end > at ? end : next_start(s, at);
}

static struct span without_blank_start(struct span s)
{
	if (span_starts(s, span_str("\xEF\xBB\xBF")))
		s = span_from(s, 3);
	struct span rest = s, line;
	for (int i = 0; i < 20 && span_line(&rest, &line) && !span_trim(line).n; i++)
		s = rest;
	return s;
}

static int mbox_probe(struct span head, const struct item *it)
{
	if (span_find_byte(span_sub(head, 0, 512), 0, 0) != SIZE_MAX)
		return 0;
	if (is_start(without_blank_start(head), 0) && !(item_has_extension(it, "eml emlx") && next_start(it->bytes, 0) == it->bytes.n))
		return 92;
	bool is_named = item_has_extension(it, "mbox mbx") || (it->stated_type && span_equal(span_str(it->stated_type), span_str("application/mbox")));
	return is_named && span_starts(without_blank_start(head), span_str("From ")) ? 88 : 0;
}

static int message_give(struct sink *out, struct span message, uint64_t number)
{
	struct buf name;
	struct span line;
	span_line(&message, &line);	/* the separator is no part of the message */
	buf_init(&name, 64);
	buf_format(&name, "msg %llu", (unsigned long long)number);
	struct child c = { .name = buf_span(&name), .bytes = message, .stated_type = "message/rfc822", .times = TIMES_UNKNOWN };
	int e = sink_child(out, &c);
	buf_release(&name);
	return e;
}

static int mbox_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct span s = without_blank_start(it->bytes);
	uint64_t count = 0;
	size_t at = 0;
	(void)why;
	while (at < s.n) {	/* each turn passes a message */
		size_t end = message_end(s, at);
		int e = sink_spend(out, end - at);
		if (!e)
			e = message_give(out, span_sub(s, at, end - at), ++count);
		if (e)
			return e;
		at = end;
	}
	return mail_give_mailbox(out, span_str(it->name), count);
}

const struct reader reader_mbox = {
	.name = "mbox", .help = "mbox mailboxes", .type = "application/mbox", .peek = PEEK,
	.probe = mbox_probe, .read = mbox_read,
};
