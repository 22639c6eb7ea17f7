#include "read/mapi.h"

#include <stdio.h>
#include <string.h>

#include "lib/encoding.h"
#include "lib/rtf.h"

/* [MS-OXPROPS] canonical ids. */
enum {
	MESSAGE_CLASS = 0x001A, SUBJECT = 0x0037, SUBMIT_TIME = 0x0039, SENT_FOR_NAME = 0x0042,
	SENT_FOR_EMAIL = 0x0065, TRANSPORT_HEADERS = 0x007D, RECIPIENT_TYPE = 0x0C15, SENDER_NAME = 0x0C1A,
	SENDER_EMAIL = 0x0C1F, DISPLAY_BCC = 0x0E02, DISPLAY_CC = 0x0E03, DISPLAY_TO = 0x0E04,
	DELIVERY_TIME = 0x0E06, BODY = 0x1000, RTF_COMPRESSED = 0x1009, BODY_HTML = 0x1013, MESSAGE_ID = 0x1035,
	DISPLAY_NAME = 0x3001, EMAIL = 0x3003, SMTP = 0x39FE, ATTACH_NAME = 0x3704, ATTACH_LONG_NAME = 0x3707, ATTACH_MIME_TAG = 0x370E,
	SENDER_SMTP = 0x5D01, SENT_FOR_SMTP = 0x5D02, INTERNET_CODE_PAGE = 0x3FDE, MESSAGE_CODE_PAGE = 0x3FFD,
	CREATION_TIME = 0x3007,
};
enum { RTF_MAX = 64 << 20, COLUMNS_MAX = 48 };

int mapi_add(struct mapi *m, uint32_t id, uint16_t type, struct span value)
{
	if (m->count == m->room) {
		size_t room = m->room ? 2 * m->room : 32;
		struct mapi_prop *more = arena_array(m->arena, room, sizeof(*more));
		if (!more)
			return E_MEMORY;
		if (m->count)
			memcpy(more, m->list, m->count * sizeof(*more));
		m->list = more;
		m->room = room;
	}
	m->list[m->count++] = (struct mapi_prop){ id, type, value };
	return OK;
}

const struct mapi_prop *mapi_get(const struct mapi *m, uint32_t id)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].id == id)
			return &m->list[i];
	return NULL;
}

struct span mapi_text(const struct mapi *m, uint32_t id)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->list[i].id == id && (m->list[i].type == MAPI_STRING || m->list[i].type == MAPI_STRING8))
			return m->list[i].value;
	return span_of(NULL, 0);
}

uint32_t mapi_number(const struct mapi *m, uint32_t id)
{
	const struct mapi_prop *p = mapi_get(m, id);
	if (!p)
		return 0;
	struct cur c = cur_of(p->value);
	if (p->type == MAPI_INTEGER32)
		return cur_u32le(&c);
	return p->type == MAPI_INTEGER16 || p->type == MAPI_BOOLEAN ? cur_u16le(&c) : 0;
}

/* FILETIME: 100 ns since 1601-01-01, which is 11,644,473,600 s before 1970. */
int64_t mapi_time(const struct mapi *m, uint32_t id)
{
	const struct mapi_prop *p = mapi_get(m, id);
	const uint64_t epoch = 116444736000000000u;
	if (!p || p->type != MAPI_TIME)
		return TIME_UNKNOWN;
	struct cur c = cur_of(p->value);
	uint64_t t = cur_u64le(&c);
	return c.bad || t < epoch || t - epoch > INT64_MAX / 100 ? TIME_UNKNOWN : (int64_t)(t - epoch) * 100;
}

const char *mapi_encoding(uint32_t code_page)
{
	static const struct { uint32_t page; const char *name; } pages[] = {
		{ 437, "ibm-437" }, { 850, "ibm-850" }, { 852, "ibm-852" }, { 866, "ibm-866" }, { 874, "windows-874" },
		{ 932, "Shift_JIS" }, { 936, "GBK" }, { 949, "EUC-KR" }, { 950, "Big5" }, { 1200, "UTF-16LE" },
		{ 1201, "UTF-16BE" }, { 1250, "windows-1250" }, { 1251, "windows-1251" }, { 1252, "windows-1252" },
		{ 1253, "windows-1253" }, { 1254, "windows-1254" }, { 1255, "windows-1255" }, { 1256, "windows-1256" },
		{ 1257, "windows-1257" }, { 1258, "windows-1258" }, { 10000, "macintosh" }, { 20127, "US-ASCII" },
		{ 20866, "KOI8-R" }, { 21866, "KOI8-U" }, { 28591, "ISO-8859-1" }, { 28592, "ISO-8859-2" },
		{ 28593, "ISO-8859-3" }, { 28594, "ISO-8859-4" }, { 28595, "ISO-8859-5" }, { 28596, "ISO-8859-6" },
		{ 28597, "ISO-8859-7" }, { 28598, "ISO-8859-8" }, { 28599, "ISO-8859-9" }, { 28605, "ISO-8859-15" },
		{ 50220, "ISO-2022-JP" }, { 50225, "ISO-2022-KR" }, { 51932, "EUC-JP" }, { 51949, "EUC-KR" },
		{ 52936, "HZ-GB-2312" }, { 54936, "GB18030" }, { 65000, "UTF-7" }, { 65001, "UTF-8" },
	};
	for (size_t i = 0; i < sizeof(pages) / sizeof(*pages); i++)
		if (pages[i].page == code_page)
			return pages[i].name;
	return NULL;
}

uint32_t mapi_code_page(const struct mapi *m)
{
	uint32_t page = mapi_number(m, MESSAGE_CODE_PAGE);
	return page ? page : mapi_number(m, INTERNET_CODE_PAGE);
}

static struct span without_nul(struct span s)
{
	size_t nul = span_find_byte(s, 0, 0);
	return span_sub(s, 0, nul);
}

static int string_convert(struct mapi *m, struct mapi_prop *p, const char *page, struct fault *why)
{
	struct buf out;
	struct span bytes = p->value;
	const char *encoding = "UTF-16LE";
	if (p->type == MAPI_STRING8) {
		bytes = without_nul(bytes);
		encoding = encoding_detect(bytes, page);
	}
	buf_init(&out, 4 * bytes.n + 16);
	int e = encoding_to_utf8(bytes, encoding ? encoding : "windows-1252", &out, m->arena, 0, NULL, NULL, why);
	struct span copy = arena_copy(m->arena, buf_span(&out));
	buf_release(&out);
	p->value = p->type == MAPI_STRING ? without_nul(copy) : copy;
	return e < 0 ? e : OK;
}

int mapi_convert(struct mapi *m, uint32_t code_page, struct fault *why)
{
	const char *page = mapi_encoding(code_page ? code_page : mapi_code_page(m));
	int e = OK;
	for (size_t i = 0; i < m->count && !e; i++)
		if (m->list[i].type == MAPI_STRING || m->list[i].type == MAPI_STRING8)
			e = string_convert(m, &m->list[i], page, why);
	return e;
}

struct span mapi_attachment_name(const struct mapi *a)
{
	struct span name = mapi_text(a, ATTACH_LONG_NAME);
	if (!name.n)
		name = mapi_text(a, ATTACH_NAME);
	return name.n ? name : mapi_text(a, DISPLAY_NAME);
}

const char *mapi_attachment_type(const struct mapi *a)
{
	struct span type = mapi_text(a, ATTACH_MIME_TAG);
	return type.n ? arena_string(a->arena, type) : NULL;
}

/* A subject may begin with a byte 1 and the length of its "Re: ", [MS-PST] 2.5.3.1.1.1. */
static struct span subject_of(const struct mapi *m)
{
	struct span s = mapi_text(m, SUBJECT);
	return span_at(s, 0) == 1 ? span_from(s, 2) : s;
}

/* An Exchange address ("/O=...") is none that one can write to; the SMTP one is asked first. */
static struct span address_of(const struct mapi *m, uint32_t smtp, uint32_t email)
{
	struct span address = mapi_text(m, smtp);
	if (!address.n)
		address = mapi_text(m, email);
	return span_find_byte(address, '@', 0) == SIZE_MAX ? span_of(NULL, 0) : address;
}

static struct mime_address person_of(const struct mapi *m, uint32_t name, uint32_t smtp, uint32_t email)
{
	struct mime_address a = { span_trim(mapi_text(m, name)), address_of(m, smtp, email) };
	while (a.name.n > 1 && span_at(a.name, 0) == '\'' && span_at(a.name, a.name.n - 1) == '\'')
		a.name = span_sub(a.name, 1, a.name.n - 2);
	if (span_equal_nocase(a.name, a.address))
		a.name = span_of(NULL, 0);
	if (!a.address.n && span_find_byte(a.name, '@', 0) != SIZE_MAX) {
		a.address = a.name;
		a.name = span_of(NULL, 0);
	}
	return a;
}

static struct mail_line line_of(const struct mapi *m, const char *label, uint32_t type, uint32_t display,
                                const struct mapi *recipients, size_t count)
{
	struct mail_line l = { .label = label, .is_claimed = true };
	struct mime_address *people = arena_array(m->arena, count + 1, sizeof(*people));
	for (size_t i = 0; people && i < count; i++)
		if ((mapi_number(&recipients[i], RECIPIENT_TYPE) & 15) == type)
			people[l.count++] = person_of(&recipients[i], DISPLAY_NAME, SMTP, EMAIL);
	l.people = people;
	if (!l.count)
		l.value = mapi_text(m, display);
	return l;
}

static int head_give(struct mail_give *g, const struct mapi *m, const struct mapi *recipients, size_t count)
{
	struct mime_address from[2];
	size_t senders = 0;
	from[senders] = person_of(m, SENT_FOR_NAME, SENT_FOR_SMTP, SENT_FOR_EMAIL);
	senders += from[0].name.n || from[0].address.n;
	struct mime_address sender = person_of(m, SENDER_NAME, SENDER_SMTP, SENDER_EMAIL);
	if ((sender.name.n || sender.address.n) && (!senders || (sender.address.n && !span_equal_nocase(sender.address, from[0].address))))
		from[senders++] = sender;
	struct span headers = mapi_text(m, TRANSPORT_HEADERS), id = mapi_text(m, MESSAGE_ID);
	if (!id.n)
		id = mime_field_named(headers, "Message-ID");
	if (span_at(id, 0) == '<' && span_at(id, id.n - 1) == '>')
		id = span_sub(id, 1, id.n - 2);
	struct mail_line lines[] = {
		{ .label = "From", .people = from, .count = senders, .is_claimed = true },
		line_of(m, "To", 1, DISPLAY_TO, recipients, count),
		line_of(m, "Cc", 2, DISPLAY_CC, recipients, count),
		line_of(m, "Bcc", 3, DISPLAY_BCC, recipients, count),
		{ .label = "Subject", .value = subject_of(m) },
		{ .label = "X-Originating-IP", .value = mime_field_named(headers, "X-Originating-IP") },
	};
	int64_t sent = mapi_time(m, SUBMIT_TIME);
	if (sent == TIME_UNKNOWN)
		sent = mapi_time(m, DELIVERY_TIME);
	if (sent == TIME_UNKNOWN)
		sent = mime_date(mime_field_named(headers, "Date"));
	return mail_give_head(g, lines, sizeof(lines) / sizeof(*lines), id, sent);
}

struct column { uint32_t id; const char *name; };

static const struct column contact[] = {
	{ 0x3001, "Name" }, { 0x3A06, "First Name" }, { 0x3A44, "Middle Name" }, { 0x3A11, "Last Name" },
	{ 0x3A4F, "Nickname" }, { 0x3A42, "Birth Date" }, { 0x3A16, "Company" }, { 0x3A18, "Department" },
	{ 0x3A17, "Job Title" }, { 0x8083, "Email" }, { 0x8093, "Email 2" }, { 0x80A3, "Email 3" },
	{ 0x3A08, "Business Phone" }, { 0x3A1B, "Business Phone 2" }, { 0x3A09, "Home Phone" },
	{ 0x3A2F, "Home Phone 2" }, { 0x3A1C, "Mobile Phone" }, { 0x3A1F, "Other Phone" },
	{ 0x3A24, "Business Fax" }, { 0x3A25, "Home Fax" }, { 0x801B, "Work Address" }, { 0x801A, "Home Address" },
	{ 0x801C, "Other Address" }, { 0x3A15, "Postal Address" }, { 0x3A29, "Street" }, { 0x3A27, "City" },
	{ 0x3A28, "State" }, { 0x3A2A, "Postal Code" }, { 0x3A26, "Country" }, { 0x3A5D, "Home Street" },
	{ 0x3A59, "Home City" }, { 0x3A5C, "Home State" }, { 0x3A5B, "Home Postal Code" },
	{ 0x3A5A, "Home Country" }, { 0x3A49, "Government ID" }, { 0x3A10, "Organizational ID" },
	{ 0x3A07, "Government ID Number" }, { 0x3A48, "Spouse" }, { 0x3A4E, "Manager" }, { 0x3A30, "Assistant" },
	{ 0x8062, "Instant Messaging Address" }, { 0x3A51, "Web Page" },
};
static const struct column appointment[] = {
	{ 0x0037, "Subject" }, { 0x820D, "Start" }, { 0x820E, "End" }, { 0x8208, "Location" },
	{ 0x0E04, "Attendees" }, { 0x8238, "All Attendees" }, { 0x0042, "Organizer" },
};
static const struct column task[] = {
	{ 0x0037, "Subject" }, { 0x8104, "Start" }, { 0x8105, "Due" }, { 0x811F, "Owner" }, { 0x8121, "Assigner" },
};
static const struct column note[] = { { 0x0037, "Subject" } };
static const struct column list[] = { { 0x3001, "Name" }, { 0x8053, "List Name" } };
static const struct column activity[] = {
	{ 0x0037, "Subject" }, { 0x8706, "Start" }, { 0x8708, "End" }, { 0x8700, "Kind" },
};
static const struct { const char *class, *sheet; const struct column *columns; size_t count; } forms[] = {
	{ "IPM.Contact", "contact", contact, sizeof(contact) / sizeof(*contact) },
	{ "IPM.Appointment", "appointment", appointment, sizeof(appointment) / sizeof(*appointment) },
	{ "IPM.Task", "task", task, sizeof(task) / sizeof(*task) },
	{ "IPM.DistList", "distribution list", list, sizeof(list) / sizeof(*list) },
	{ "IPM.Activity", "activity", activity, sizeof(activity) / sizeof(*activity) },
	{ "IPM.StickyNote", "note", note, sizeof(note) / sizeof(*note) },
};

/* Days since 1970 to a date of the proleptic Gregorian calendar. */
static struct span time_cell(struct arena *arena, int64_t t)
{
	int64_t seconds = t / 1000000000, days = seconds / 86400, rest = seconds % 86400;
	if (rest < 0) {
		days--;
		rest += 86400;
	}
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097, doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153, day = doy - (153 * mp + 2) / 5 + 1, month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = yoe + era * 400 + (month <= 2);
	const char *s = rest ? arena_format(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", (int)year, (int)month, (int)day,
			(int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60))
		: arena_format(arena, "%04d-%02d-%02d", (int)year, (int)month, (int)day);
	return span_str(s);
}

/* Birthdays before 1970 are times too, so the check of mapi_time is done without its epoch. */
static struct span cell_of(const struct mapi *m, uint32_t id)
{
	const struct mapi_prop *p = mapi_get(m, id);
	if (id == SUBJECT)
		return subject_of(m);
	if (!p || p->type != MAPI_TIME)
		return mapi_text(m, id);
	struct cur c = cur_of(p->value);
	uint64_t t = cur_u64le(&c);
	const int64_t epoch = 116444736000000000;
	if (c.bad || !t || t > 2 * (uint64_t)epoch)	/* year 2339: "no date" is 4501 */
		return span_of(NULL, 0);
	return time_cell(m->arena, ((int64_t)t - epoch) / 10000000 * 1000000000);
}

static int form_give(struct mail_give *g, const struct mapi *m, size_t form)
{
	struct span names[COLUMNS_MAX], cells[COLUMNS_MAX];
	uint32_t n = 0;
	for (size_t i = 0; i < forms[form].count; i++) {
		struct span cell = span_trim(cell_of(m, forms[form].columns[i].id));
		if (!cell.n)
			continue;
		names[n] = span_str(forms[form].columns[i].name);
		cells[n++] = cell;
	}
	if (!n)
		return OK;
	int e = sink_table_begin(g->out, forms[form].sheet, names, n);
	if (!e)
		e = sink_row(g->out, cells, n, NULL);
	return e ? e : sink_table_end(g->out);
}

static int rtf_give(struct mail_give *g, struct span packed, struct fault *why)
{
	struct buf rtf, text;
	buf_init(&rtf, RTF_MAX);
	buf_init(&text, RTF_MAX);
	int e = mail_rtf_unpack(packed, &rtf, why);
	bool is_part = e != OK;
	if (rtf.n) {
		e = rtf_text(buf_span(&rtf), &text, why);
		is_part = is_part || e != OK;
	}
	if (e == E_MEMORY || e == E_STOPPED || e == E_STORE)
		goto out;
	e = mail_give_text(g, buf_span(&text), "body");
	if (!e && is_part)
		e = sink_damage(g->out, STATUS_PARTIAL, 0, 0, why->text);
out:
	buf_release(&rtf);
	buf_release(&text);
	return e;
}

static int html_give(struct mail_give *g, const struct mapi *m, struct span plain, struct fault *why)
{
	const struct mapi_prop *p = mapi_get(m, BODY_HTML);
	const char *stated = p->type == MAPI_BINARY ? mapi_encoding(mapi_number(m, INTERNET_CODE_PAGE)) : "UTF-8";
	struct span text = span_of(NULL, 0);
	int e = mail_body_text(g, p->value, stated, true, &text, why);
	if (e || (span_trim(plain).n && !mail_differs(plain, text)))
		return e;
	return mail_give_text(g, text, "body");
}

static int bodies_give(struct mail_give *g, const struct mapi *m, struct fault *why)
{
	struct span plain = mapi_text(m, BODY);
	const struct mapi_prop *html = mapi_get(m, BODY_HTML), *rtf = mapi_get(m, RTF_COMPRESSED);
	int e = sink_spend(g->out, plain.n);
	if (!e && plain.n)
		e = mail_give_plain(g, plain);
	if (!e && html && html->value.n)
		return html_give(g, m, plain, why);
	if (!e && rtf && rtf->value.n && !span_trim(plain).n)
		e = rtf_give(g, rtf->value, why);
	return e;
}

enum { FORMS = sizeof(forms) / sizeof(*forms) };

static size_t form_of(const struct mapi *m)
{
	struct span class = mapi_text(m, MESSAGE_CLASS);
	size_t form = 0;
	while (form < FORMS && !span_starts_nocase(class, span_str(forms[form].class)))
		form++;
	return form;
}

int mapi_give(struct mail_give *g, const struct mapi *m, const struct mapi *recipients, size_t count,
              struct fault *why)
{
	size_t form = form_of(m);
	int e = form < FORMS ? form_give(g, m, form) : head_give(g, m, recipients, count);
	return e ? e : bodies_give(g, m, why);
}

int mapi_give_content(struct mail_give *g, const struct mapi *m, struct fault *why)
{
	size_t form = form_of(m);
	int e = form < FORMS ? form_give(g, m, form) : OK;
	return e ? e : bodies_give(g, m, why);
}
