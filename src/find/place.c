/*
 * Secrets by place: a file named for passwords holds lines of "host user
 * password" and the like. The password is the field that looks made up.
 */
#include "find/credential.h"
#include "find/secret_value.h"

#include <ctype.h>
#include <string.h>

enum { FIELDS_MAX = 8, LINES_MAX = 20000, LINE_MAX = 200 };

/* The item's name, or that of the folder or document it lies in. */
bool place_is_for_passwords(const char *trail)
{
	static const char *const names[] = { "password", "passwd", "passwort", "kennwort", "kennw\xc3\xb6rter", "contrase",
		"mot de passe", "mots de passe", "motdepasse", "senhas", "wachtwoord", "credential", "logins", "zugangsdaten",
		"user&pw", "pwlist", NULL };
	struct span t = span_str(trail);
	size_t from = t.n;
	for (int parts = 0; from && parts < 3; from--)
		parts += span_at(t, from - 1) == '/';
	for (const char *const *n = names; *n; n++)
		if (span_find_nocase(t, span_str(*n), from) != SIZE_MAX)
			return true;
	return false;
}

static bool is_separator(int c)
{
	return c == ' ' || c == '\t' || c == ',' || c == ';' || c == '|';
}

static unsigned split(struct span line, struct span *fields)
{
	unsigned n = 0;
	for (size_t i = 0; i < line.n && n < FIELDS_MAX;) {
		while (i < line.n && is_separator(span_at(line, i)))
			i++;
		size_t from = i;
		while (i < line.n && !is_separator(span_at(line, i)))
			i++;
		if (i > from)
			fields[n++] = span_sub(line, from, i - from);
	}
	return n;
}

static bool is_address(struct span v)
{
	bool dots = false, others = false;
	for (size_t i = 0; i < v.n; i++) {
		int c = span_at(v, i);
		dots |= c == '.';
		others |= !isdigit(c) && c != '.' && c != '/' && c != ':';
	}
	return (dots && !others) || span_find(v, span_str("://"), 0) != SIZE_MAX;
}

/* A name of a machine or mailbox: letters, digits, dots with a last label of letters. */
static bool is_host_or_mail(struct span v)
{
	size_t dot = SIZE_MAX;
	for (size_t i = 0; i < v.n; i++) {
		if (span_at(v, i) == '.')
			dot = i;
		if (!isalnum(span_at(v, i)) && !strchr(".-_@+", span_at(v, i)))
			return false;
	}
	if (dot == SIZE_MAX || v.n - dot < 3)
		return false;
	for (size_t i = dot + 1; i < v.n; i++)
		if (!isalpha(span_at(v, i)))
			return false;
	return true;
}

/* Digits and letters, or a symbol, 5 to 64 bytes, and no address. */
static bool looks_made_up(struct span v)
{
	bool symbol = false;
	for (size_t i = 0; i < v.n; i++)
		symbol |= strchr("!#$%&*+?@^~=", span_at(v, i)) != NULL;
	bool is_mixed = value_has_digit(v) && value_has_letter(v);
	return v.n >= 5 && v.n <= 64 && (is_mixed || (symbol && value_has_letter(v))) && !is_address(v) &&
		!is_host_or_mail(v) && !value_is_placeholder(v) && span_at(v, v.n - 1) != ':' && span_at(v, 0) != '-';
}

static void judge_line(struct credential_scan *c, struct span line)
{
	struct span fields[FIELDS_MAX];
	unsigned n = line.n <= LINE_MAX ? split(line, fields) : 0;
	struct span colon = n == 1 ? span_from(fields[0], span_find_byte(fields[0], ':', 0)) : span_str("");
	if (colon.n > 1 && !is_address(fields[0])) {	/* user:password */
		fields[1] = span_from(colon, 1);
		n = 2;
	}
	if (n < 2 || n > 5 || !looks_made_up(fields[n - 1]))
		return;
	struct candidate f = {
		.start = (size_t)(fields[n - 1].p - c->s.p), .value = fields[n - 1], .kind = KIND_PASSWORD,
		.rank = RANK_LABEL, .confidence = 0.6, .chance = 0.1, .rule = "place",
		.checks = { "last of a line in a file named for passwords", "digits and letters or symbols" },
	};
	f.end = f.start + f.value.n;
	candidate_add(c, &f);
}

void credential_place(struct credential_scan *c)
{
	struct span rest = c->s, line;
	for (int i = 0; i < LINES_MAX && span_line(&rest, &line); i++)
		judge_line(c, line);
}
