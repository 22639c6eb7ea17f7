/*
 * Secrets by the label before them: settings files, programs, XML, JSON,
 * command lines, tables, notes.
 */
#include "find/credential.h"
#include "find/secret_value.h"

#include <ctype.h>
#include <string.h>

enum { LABEL_MAX = 64, VALUE_MAX = 512, TAG_MAX = 300 };

/* A value: where it stands, how it was set off, and what it decodes to. */
struct value {
	size_t start, end;
	bool is_quoted, ends_line;	/* ends_line: nothing but white space follows it */
	bool is_base64;
	bool is_weak;			/* set off by a mere space or "is" */
	bool is_assigned;		/* NAME=value as a shell or settings file has it */
};

static bool is_label_byte(int c)
{
	return isalnum(c) || c == '_' || c == '-' || c == '.' || c >= 0x80;
}

static size_t skip_blank(struct span s, size_t at)
{
	while (span_at(s, at) == ' ' || span_at(s, at) == '\t' || span_at(s, at) == '\r')
		at++;
	return at;
}

/* A quote, perhaps behind backslashes; 0 when there is none. at moves behind it. */
static int take_quote(struct span s, size_t *at)
{
	size_t p = *at;
	while (span_at(s, p) == '\\' && p - *at < 3)
		p++;
	int c = span_at(s, p);
	if (c != '"' && c != '\'' && c != '`')
		return 0;
	*at = p + 1;
	return c;
}

static size_t line_end(struct span s, size_t at)
{
	size_t to = span_find_byte(span_sub(s, 0, at + 4096), '\n', at);
	return to == SIZE_MAX ? (at + 4096 < s.n ? at + 4096 : s.n) : to;
}

/* Up to the same quote; doubled backticks and escaped quotes are seen. */
static bool quoted_value(struct span s, size_t at, int quote, bool is_escaped, struct value *v)
{
	size_t end = line_end(s, at);
	if (quote == '`' && span_at(s, at) == '`')
		at++;
	for (size_t i = at; i < end; i++) {
		int c = span_at(s, i);
		if (c == '\\' && !is_escaped) {
			i++;
			continue;
		}
		if (c != quote && !(is_escaped && c == '\\' && span_at(s, i + 1) == quote))
			continue;
		while (i > at && span_at(s, i - 1) == '\\')
			i--;
		*v = (struct value){ .start = at, .end = i, .is_quoted = true };
		size_t rest = skip_blank(s, i + 1);
		v->ends_line = rest >= end || strchr(",;)}]", span_at(s, rest));
		return i > at && i - at <= VALUE_MAX;
	}
	return false;
}

static bool bare_value(const struct credential_scan *c, size_t at, struct value *v)
{
	size_t end = at, last = line_end(c->s, at);
	for (; end < last; end++) {
		int b = span_at(c->s, end);
		if (b == ' ' || b == '\t' || b == '"' || b == '\'' || b == '<' || b == '\r')
			break;
		if ((b == ';' || b == ',') && (!c->is_config || b == ';' || end + 1 == last || span_at(c->s, end + 1) == ' '))
			break;
		if (b == '\\' && (span_at(c->s, end + 1) == 'n' || span_at(c->s, end + 1) == '"' || span_at(c->s, end + 1) == 'r'))
			break;
		if (b == '&' && !c->is_config && isalpha(span_at(c->s, end + 1)))
			break;	/* the next part of a query */
	}
	*v = (struct value){ .start = at, .end = end };
	size_t rest = skip_blank(c->s, end);
	int next = span_at(c->s, rest);
	v->ends_line = rest >= last || next == '#' || next == ';' || next == ',' || next == '<' || next == '"';
	return end > at && end - at <= VALUE_MAX;
}

/* new String("x"), NSString @"x", b'x', String::from("x"). */
static size_t skip_wrapping(struct span s, size_t at)
{
	static const char *const heads[] = { "new String(", "String::from(", "String(", "SecureString(", "Some(", "@", "b", "u",
		"r", "f", "L", "(", "std::string(", NULL };
	for (const char *const *h = heads; *h; h++) {
		size_t to = at + strlen(*h);
		if (span_starts(span_from(s, at), span_str(*h)) && (span_at(s, to) == '"' || span_at(s, to) == '\''))
			return to;
	}
	return at;
}

static bool value_at(const struct credential_scan *c, size_t at, struct value *v)
{
	at = skip_wrapping(c->s, skip_blank(c->s, at));
	bool is_escaped = span_at(c->s, at) == '\\';
	size_t p = at;
	while (span_at(c->s, p) == '*')		/* **Password:** x */
		p++;
	p = p > at ? skip_blank(c->s, p) : at;
	int quote = take_quote(c->s, &p);
	return quote ? quoted_value(c->s, p, quote, is_escaped, v) : bare_value(c, p, v);
}

/* "password: str = x", "val password: String = x": the separator is the later one. */
static size_t skip_type(struct span s, size_t at)
{
	size_t p = skip_blank(s, at);
	if (span_at(s, p) == '&')
		p++;
	if (!isalpha(span_at(s, p)))
		return at;
	while (isalnum(span_at(s, p)) || strchr("_.[]<>?&*", span_at(s, p) > 0 ? span_at(s, p) : 1))
		p++;
	p = skip_blank(s, p);
	return span_at(s, p) == '=' && span_at(s, p + 1) != '=' ? p + 1 : at;
}

/* Nothing but blanks and a name's bytes stand before at in its line. */
static bool starts_line(struct span s, size_t at)
{
	while (at && (is_label_byte(span_at(s, at - 1)) || span_at(s, at - 1) == '\t'))
		at--;
	while (at && (span_at(s, at - 1) == ' ' || span_at(s, at - 1) == '\t'))
		at--;
	return !at || span_at(s, at - 1) == '\n';
}

/* What parts a label from its value; the offset behind it, or SIZE_MAX. */
static size_t take_separator(struct credential_scan *c, size_t at, bool is_quoted, bool is_switch, bool *is_weak)
{
	struct span s = c->s;
	int first = span_at(s, at);
	size_t p = skip_blank(s, at);
	int b = span_at(s, p), next = span_at(s, p + 1);
	if (b == '=' && next != '=' && next != '~')
		return p + (next == '>' ? 2 : 1);
	if (b == ':' && next == '=')
		return p + 2;
	if (b == ':' && next != ':')
		return skip_type(s, p + 1);
	if (b == '-' && next == '>')
		return p + 2;
	if (b == '(' && at >= 4 && span_equal(span_sub(s, at - 4, 4), span_str("PASS")))
		return SIZE_MAX;	/* a compiler's MODULE_PASS("name") */
	if ((b == ',' && is_quoted) || b == '(') {
		size_t q = skip_blank(s, p + 1);
		return span_at(s, q) == '"' || span_at(s, q) == '\'' ? q : SIZE_MAX;
	}
	if (c->is_table && b == '\t')
		return SIZE_MAX;
	if (first == ' ' && (is_switch || (c->is_config && b == '"' && starts_line(s, at))))
		return p;
	static const char *const is[] = { "is ", "ist ", "est ", "lautet ", "was ", NULL };
	for (const char *const *w = is; first == ' ' && *w; w++)
		if (span_starts(span_from(s, p), span_str(*w))) {
			*is_weak = true;
			p += strlen(*w);
			return span_at(s, p) == ':' ? p + 1 : p;
		}
	return SIZE_MAX;
}

/* <password attributes>value</password>; at is behind the label. */
static bool element_value(const struct credential_scan *c, size_t at, struct value *v)
{
	struct span tag = span_sub(c->s, at, TAG_MAX);
	size_t close = span_find_byte(tag, '>', 0);
	if (close == SIZE_MAX || (close && span_at(tag, close - 1) == '/'))
		return false;
	bool is_base64 = span_find_nocase(span_sub(tag, 0, close), span_str("base64"), 0) != SIZE_MAX;
	size_t from = at + close + 1;
	while (isspace(span_at(c->s, from)))
		from++;
	static const char *const inner[] = { "<Value>", "<value>", "<string>", NULL };
	for (const char *const *i = inner; *i; i++)
		if (span_starts(span_from(c->s, from), span_str(*i)))
			from += strlen(*i);
	size_t to = span_find_byte(span_sub(c->s, 0, from + VALUE_MAX), '<', from);
	if (to == SIZE_MAX || to == from || span_at(c->s, to + 1) != '/')
		return false;	/* a value ends with its element; "<class Pass>value<int>" is no element */
	struct span plain = span_sub(c->s, to, 200);
	is_base64 |= span_find_nocase(plain, span_str("<PlainText>false"), 0) != SIZE_MAX;
	*v = (struct value){ .start = from, .end = to, .is_quoted = true, .ends_line = true, .is_base64 = is_base64 };
	return true;
}

/* name="password" value="x", <string name="password">x</string>, {"key": "password", "value": "x"} */
static bool neighbour_value(const struct credential_scan *c, size_t at, bool is_json, struct value *v)
{
	struct span near = span_sub(c->s, at, TAG_MAX);
	size_t stop = span_find_byte(near, is_json ? '}' : '>', 0);
	struct span inside = span_sub(near, 0, stop);
	size_t key = span_find_nocase(inside, is_json ? span_str("value\"") : span_str("value="), 0);
	if (key != SIZE_MAX) {
		size_t p = skip_blank(c->s, at + key + 6);
		if (is_json && span_at(c->s, p) == ':')
			p = skip_blank(c->s, p + 1);
		int quote = take_quote(c->s, &p);
		return quote && quoted_value(c->s, p, quote, false, v);
	}
	return !is_json && stop != SIZE_MAX && element_value(c, at, v);
}

/* What stands before the label's quote: an attribute or member that gives names. */
static bool is_name_of_pair(struct span s, size_t quote, bool *is_json)
{
	static const char *const names[] = { "name", "key", "id", "property", "field", NULL };
	size_t p = quote;
	while (p && span_at(s, p - 1) == ' ')
		p--;
	int mark = p ? span_at(s, p - 1) : -1;
	if (mark != '=' && mark != ':')
		return false;
	*is_json = mark == ':';
	for (p--; p && (span_at(s, p - 1) == ' ' || span_at(s, p - 1) == '"' || span_at(s, p - 1) == '\\');)
		p--;
	for (const char *const *n = names; *n; n++)
		if (p >= strlen(*n) && span_equal_nocase(span_sub(s, p - strlen(*n), strlen(*n)), span_str(*n)))
			return true;
	return false;
}

static bool find_value(struct credential_scan *c, size_t start, size_t end, struct value *v)
{
	struct span s = c->s;
	size_t open = start;
	while (open && (span_at(s, open - 1) == '"' || span_at(s, open - 1) == '\'' || span_at(s, open - 1) == '\\'))
		open--;
	size_t p = end;
	int quote = take_quote(s, &p);
	bool is_json = false, is_weak = false;
	int before = start ? span_at(s, start - 1) : '\n';
	if (quote && open < start && is_name_of_pair(s, open, &is_json))
		return neighbour_value(c, p, is_json, v);
	if (before == '<' || (before == ':' && span_find_byte(span_sub(s, start > 12 ? start - 12 : 0, 12), '<', 0) != SIZE_MAX))
		return element_value(c, end, v);
	if (span_starts_nocase(span_from(s, end), span_str("</key>")))
		return element_value(c, end + 5, v);
	bool is_call = span_at(s, p) == ')';
	while (span_at(s, p) == ']' || span_at(s, p) == ')' || span_at(s, p) == '}')
		p++;
	if (is_call && span_at(s, p) == ':')
		return false;	/* "(get_passphrase): New." */
	while (span_at(s, p) == '*')
		p++;
	bool is_switch = before == '-' || span_at(s, start) == '-';
	size_t behind = take_separator(c, p, quote != 0, is_switch, &is_weak);
	if (behind == SIZE_MAX || !value_at(c, behind, v))
		return false;
	v->is_weak = is_weak;
	v->is_assigned = span_at(s, end) == '=';
	return true;
}

static bool has_space(struct span v)
{
	return span_find_byte(v, ' ', 0) != SIZE_MAX;
}

static bool has_symbol(struct span v)
{
	for (size_t i = 0; i < v.n; i++)
		if (ispunct(span_at(v, i)) && !strchr("_-.,:;/'\"()", span_at(v, i)))
			return true;
	return false;
}

static bool has_mixed_case(struct span v)
{
	bool upper = false, lower = false;
	for (size_t i = 1; i < v.n; i++) {
		upper |= isupper(span_at(v, i)) != 0;
		lower |= islower(span_at(v, i)) != 0;
	}
	return upper && lower;
}

static bool is_place(struct span v)
{
	static const char *const heads[] = { "http://", "https://", "/", "~/", "./", "../", "file:", "data:", "C:\\", "\\\\", NULL };
	static const char *const tails[] = { ".pem", ".key", ".txt", ".json", ".yml", ".yaml", ".html", ".php", ".js",
		".crt", ".p12", ".jks", ".cfg", ".conf", ".properties", ".png", ".svg", NULL };
	for (const char *const *h = heads; *h; h++)
		if (span_starts_nocase(v, span_str(*h)) && v.n > 3 && (**h != '/' || span_find_byte(v, '/', 1) != SIZE_MAX))
			return true;
	for (const char *const *t = tails; *t; t++)
		if (span_ends_nocase(v, span_str(*t)))
			return true;
	return false;
}

static bool is_hex_digest(struct span v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!isxdigit(span_at(v, i)))
			return false;
	return v.n == 32 || v.n == 40 || v.n == 56 || v.n == 64 || v.n == 96 || v.n == 128;
}

/* Letters only, one case: a word, as in "token: bearer" or "secret: true". */
static bool is_word(struct span v)
{
	for (size_t i = 0; i < v.n; i++)
		if (!isalpha(span_at(v, i)) && !strchr("_-.:/", span_at(v, i)))
			return false;
	return !has_mixed_case(v);
}

/* Keys and tokens are long and mixed; words are names of something. */
static double judge_secret(const struct value *v, struct span value)
{
	if (value.n < 8 || has_space(value) || is_place(value) || is_word(value))
		return 0;
	if (!value_has_digit(value) && !has_symbol(value))
		return v->is_assigned && v->is_quoted && value.n >= 12 ? 0.55 : 0.3;
	if (!value_has_letter(value))
		return value.n >= 12 ? 0.55 : 0.2;
	return 0.8;
}

static double judge_password(const struct credential_scan *c, const struct value *v, struct span value, bool is_phrase)
{
	bool is_strong = (value_has_digit(value) && value_has_letter(value)) || has_symbol(value);
	if (value.n < 3 || is_place(value))
		return 0;
	if (has_space(value))
		return is_phrase ? 0.6 : value_has_digit(value) && value.n < 40 && has_symbol(value) ? 0.6 : 0.2;
	if (v->is_quoted)
		return is_strong ? 0.85 : value.n < 4 ? 0.4 : 0.65;
	if (v->is_weak)
		return is_strong && value.n >= 6 ? 0.6 : 0;
	if (is_strong && value.n >= 5)
		return 0.8;
	if (!v->ends_line)
		return 0;
	return c->is_config || v->is_assigned ? 0.65 : value.n >= 5 ? 0.55 : 0.3;
}

/* docker's "auth", FileZilla's Pass, unattend's Value: what was meant. False: it is no base64 of text. */
static bool decode(struct credential_scan *c, struct span label, struct value *v, struct candidate *f)
{
	bool is_auth = span_equal_nocase(label, span_str("auth")) || span_equal_nocase(label, span_str("_auth"));
	if (!v->is_base64 && !is_auth)
		return true;
	struct buf b, narrow;
	buf_init(&b, 2048);
	buf_init(&narrow, 2048);
	bool ok = base64_decode(f->value, &b) && b.n;
	for (size_t i = 0; ok && i + 1 < b.n && !span_at(buf_span(&b), 1); i += 2)	/* UTF-16 */
		buf_add_byte(&narrow, (unsigned char)span_at(buf_span(&b), i));
	struct span text = narrow.n ? buf_span(&narrow) : buf_span(&b);
	for (size_t i = 0; ok && i < text.n; i++)
		ok = span_at(text, i) >= 0x20;
	static const char *const suffixes[] = { "AdministratorPassword", "Password", NULL };
	for (const char *const *x = suffixes; narrow.n && *x; x++)
		if (text.n > strlen(*x) && span_ends_nocase(text, span_str(*x)))
			text.n -= strlen(*x);
	size_t colon = is_auth ? span_find_byte(text, ':', 0) : SIZE_MAX;
	ok = ok && (!is_auth || colon != SIZE_MAX);
	if (ok && is_auth)
		text = span_from(text, colon + 1);
	if (ok) {
		f->value = arena_copy(c->it->arena, text);
		f->checks[1] = is_auth ? "base64 decodes to user:password" : "base64 decodes to text";
		f->kind = KIND_PASSWORD;
	}
	buf_release(&b);
	buf_release(&narrow);
	return (ok && f->value.n) || !is_auth;
}

/* "Ditto.", "Likewise.": a word and a full stop. */
static bool ends_sentence(struct span v)
{
	for (size_t i = 0; i + 1 < v.n; i++)
		if (!isalpha(span_at(v, i)))
			return false;
	return v.n > 1 && span_at(v, v.n - 1) == '.';
}

/* "pass" alone is as often a verdict or a verb ("PASS: x86_64 insns", "Pass "-O2" to"). */
static bool is_pass(struct span label)
{
	return label.n >= 4 && span_equal_nocase(span_from(label, label.n - 4), span_str("pass")) &&
		(label.n == 4 || (span_at(label, label.n - 5) == '_' && isupper(span_at(label, 0))));
}

/* Words of a login in the 200 bytes before a value. */
static bool is_login_near(struct span s, size_t at)
{
	static const char *const words[] = { "user", "login", "logon", "mail:", "mail=", "account", "usr", "admin", "wifi", "wlan", NULL };
	struct span before = span_sub(s, at > 200 ? at - 200 : 0, at > 200 ? 200 : at);
	for (const char *const *w = words; *w; w++)
		if (span_find_nocase(before, span_str(*w), 0) != SIZE_MAX)
			return true;
	return false;
}

static void judge(struct credential_scan *c, struct span label, enum kind kind, struct value *v)
{
	struct candidate f = {
		.start = v->start, .end = v->end, .value = span_sub(c->s, v->start, v->end - v->start), .kind = kind,
		.rank = RANK_LABEL, .rule = "label", .chance = 0.01, .checks = { "named by its label" },
	};
	bool is_phrase = span_find_nocase(label, span_str("phrase"), 0) != SIZE_MAX;
	if (value_is_placeholder(f.value) || (!v->is_quoted && value_is_code(f.value)) || !decode(c, label, v, &f))
		return;
	if (!v->is_quoted && ((c->is_code && !v->is_assigned) || ends_sentence(f.value)))
		return;
	if (is_pass(label) && !v->is_quoted && (!c->is_config || span_equal(label, span_str("PASS"))) && !c->is_table && !v->is_assigned && !is_login_near(c->s, v->start))
		return;
	if (c->is_code && !v->is_quoted && !(value_has_digit(f.value) && value_has_letter(f.value)))
		return;
	if (span_equal_nocase(f.value, label) || label_kind(f.value) != KIND_COUNT)
		f.confidence = value_has_digit(f.value) || has_symbol(f.value) ? 0.6
			: c->is_code ? 0.3 : 0.55;	/* password = "password1", DB_PASS=dbpass */
	else if (f.kind == KIND_PASSWORD)
		f.confidence = judge_password(c, v, f.value, is_phrase);
	else
		f.confidence = judge_secret(v, f.value);
	if (f.kind == KIND_PASSWORD && is_hex_digest(f.value) && f.confidence > 0)
		f.kind = KIND_PASSWORD_HASH;
	if (f.confidence >= 0.25)
		candidate_add(c, &f);
}

void credential_cell(struct credential_scan *c, struct span label, enum kind kind)
{
	struct value v = { .end = c->s.n, .is_quoted = true, .ends_line = true };
	if (c->s.n && c->s.n <= VALUE_MAX)
		judge(c, label, kind, &v);
}

/* "preset-passphrase.c: Ditto", "118_pass_all.dpatch: new" */
static bool is_file_name(struct span label)
{
	static const char *const tails[] = { ".c", ".h", ".cc", ".cpp", ".hpp", ".py", ".js", ".java", ".go", ".rs", ".pl", ".pm", ".rb",
		".sh", ".md", ".txt", ".texi", ".html", ".po", ".exp", ".patch", ".dpatch", ".diff", NULL };
	for (const char *const *t = tails; *t; t++)
		if (label.n > strlen(*t) && span_ends_nocase(label, span_str(*t)))
			return true;
	return false;
}

void credential_label(struct credential_scan *c, size_t start, size_t end)
{
	if (start < c->label_to || start < c->value_to)
		return;
	if (span_at(c->s, start) == '"') {	/* the word with its quotes */
		start++;
		end--;
	}
	size_t from = start, to = end;
	while (from && start - from < LABEL_MAX && is_label_byte(span_at(c->s, from - 1)))
		from--;
	while (to < c->s.n && to - end < LABEL_MAX && is_label_byte(span_at(c->s, to)))
		to++;
	while (to > end && (span_at(c->s, to - 1) == '-' || span_at(c->s, to - 1) == '.'))
		to--;	/* "password -> x", "password." */
	c->label_to = to;
	struct span label = span_sub(c->s, from, to - from);
	while (span_at(label, 0) == '-' || span_at(label, 0) == '.')
		label = span_from(label, 1);
	struct value v;
	enum kind kind = KIND_COUNT;
	if (is_file_name(label))
		return;
	if (find_value(c, (size_t)(label.p - c->s.p), to, &v))	/* most words have no value, which is soon seen */
		kind = label_kind(label);
	if (kind == KIND_COUNT)
		return;
	judge(c, label, kind, &v);
}
