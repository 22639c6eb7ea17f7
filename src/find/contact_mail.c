/*
 * Mail addresses: RFC 5322 dot-atoms as people use them, domains by RFC 1035
 * with a top-level name of letters. Names reserved for documentation
 * (RFC 2606, RFC 6761) are recognised and stay below an assertion.
 */
#include "find/contact.h"

#include <string.h>

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253 };

static bool is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_local(unsigned char c)
{
	return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '%' || c == '\'' || c == '&';
}

static bool ends_in(struct span domain, const char *list)
{
	for (const char *at = list; *at; at += strcspn(at, " "), at += *at == ' ') {
		struct span one = span_of(at, strcspn(at, " "));
		if (span_ends_nocase(domain, one) &&
		    (domain.n == one.n || one.p[0] == '.' || domain.p[domain.n - one.n - 1] == '.'))
			return true;
	}
	return false;
}

static bool is_reserved(struct span domain)
{
	return ends_in(domain, "example.com example.org example.net .example .invalid .test .localhost domain.com email.com yourdomain.com");
}

/* "logo@2x.png" and the like: file names, not hosts. */
static bool is_file_name(struct span domain)
{
	return ends_in(domain, ".png .jpg .jpeg .gif .svg .webp .css .js .html .htm .php .pdf .json .xml .txt .md .py .java .class .so .dll .service");
}

static size_t domain_end(struct span s, size_t from)
{
	size_t end = from;
	while (end < s.n && end - from < DOMAIN_MAX && (is_alnum(s.p[end]) || s.p[end] == '-' || s.p[end] == '.'))
		end++;
	while (end > from && !is_alnum(s.p[end - 1]))
		end--;
	return end;
}

static bool is_domain(struct span d)
{
	size_t label = 0, dots = 0;
	bool is_letters = true;
	for (size_t i = 0; i < d.n; i++) {
		if (d.p[i] == '.') {
			if (!label || d.p[i - 1] == '-')
				return false;
			label = 0;
			dots++;
			is_letters = true;
			continue;
		}
		if (!label && d.p[i] == '-')
			return false;
		is_letters &= (d.p[i] | 0x20) >= 'a' && (d.p[i] | 0x20) <= 'z';
		label++;
	}
	return dots && is_letters && label >= 2 && label <= 24;
}

/* Message-IDs look like addresses; so do the user names of ssh and of URLs with a password. */
static bool is_something_else(struct span s, size_t start, size_t end)
{
	static const char *const labels[] = { "message-id:", "in-reply-to:", "references:", "content-id:", "x-message-id:", "resent-message-id:" };
	size_t line = start;
	while (line > 0 && start - line < 1000 && s.p[line - 1] != '\n')
		line--;
	struct span before = span_sub(s, line, start - line);
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (span_starts_nocase(before, span_str(labels[i])))
			return true;
	/* a folded header: its further lines begin with a blank */
	if (before.n && (before.p[0] == ' ' || before.p[0] == '\t') && start && s.p[start - 1] == '<' &&
	    span_trim(before).n == 1 && end - start > 30)
		return true;
	if (span_ends_nocase(before, span_str("cid:")) || span_ends_nocase(before, span_str("mid:")))
		return true;
	bool is_url = before.n >= 3 && span_find(span_from(before, before.n > 100 ? before.n - 100 : 0), span_str("://"), 0) != SIZE_MAX &&
		before.p[before.n - 1] == ':';
	bool is_git = span_starts_nocase(span_from(s, start), span_str("git@")) && span_at(s, end) == ':';
	return is_url || is_git;
}

bool contact_mail(struct span s, size_t at, struct contact *c)
{
	size_t start = at, end = domain_end(s, at + 1);
	while (start > 0 && at - start < LOCAL_MAX && is_local(s.p[start - 1]))
		start--;
	while (start < at && !is_alnum(s.p[start]) && s.p[start] != '_')
		start++;
	struct span domain = span_sub(s, at + 1, end - at - 1);
	if (start == at || s.p[at - 1] == '.' || !is_domain(domain) || is_file_name(domain) || is_something_else(s, start, end))
		return false;
	bool is_dummy = is_reserved(domain);
	*c = (struct contact){ .start = start, .end = end, .confidence = is_dummy ? 0.3 : 0.95, .chance = 1e-4, .rule = "mail-address",
		.checks = { "local part and domain are well formed", is_dummy ? "domain reserved for documentation" : NULL } };
	return true;
}
