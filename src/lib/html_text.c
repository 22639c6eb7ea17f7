/* The text of a document, as a reader would see it line by line. */
#include "lib/html.h"

#include <string.h>
#include <strings.h>

enum html_role { ROLE_INLINE, ROLE_BLOCK, ROLE_BREAK, ROLE_CELL, ROLE_PRE, ROLE_MUTE };

static const struct { const char *names; enum html_role role; } roles[] = {
	{ " address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption "
	  "figure footer form h1 h2 h3 h4 h5 h6 head header hgroup html li legend main menu nav ol optgroup option p "
	  "section select summary table tbody tfoot thead title tr ul ", ROLE_BLOCK },
	{ " br hr ", ROLE_BREAK },
	{ " td th ", ROLE_CELL },
	{ " pre textarea listing xmp plaintext ", ROLE_PRE },
	{ " script style noembed ", ROLE_MUTE },
};

static enum html_role role_of(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; n && i < sizeof(roles) / sizeof(*roles); i++)
		for (const char *at = strstr(roles[i].names, name); at; at = strstr(at + 1, name))
			if (at[-1] == ' ' && at[n] == ' ')
				return roles[i].role;
	return ROLE_INLINE;
}

static int last_byte(const struct html_writer *w)
{
	return w->out->n ? span_at(buf_span(w->out), w->out->n - 1) : '\n';
}

static void new_line(struct html_writer *w)
{
	w->blank = false;
	if (last_byte(w) != '\n')
		buf_add_byte(w->out, '\n');
	w->cell_row = w->out->n;
}

static bool is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

void html_write_text(struct html_writer *w, struct span s)
{
	if (w->mute)
		return;
	if (w->pre) {
		buf_add(w->out, s);
		return;
	}
	for (size_t i = 0; i < s.n;) {
		size_t word = i;
		while (i < s.n && !is_space(s.p[i]))
			i++;
		if (i > word) {
			if (w->blank && !is_space((unsigned char)last_byte(w)))
				buf_add_byte(w->out, ' ');
			buf_add(w->out, span_sub(s, word, i - word));
			w->blank = false;
		}
		for (; i < s.n && is_space(s.p[i]); i++)
			w->blank = true;
	}
}

/* A value that is not part of the running text, set off by blanks. */
static void write_aside(struct html_writer *w, const char *value)
{
	if (!value || !*value)
		return;
	w->blank = true;
	html_write_text(w, span_str(value));
	w->blank = true;
}

static bool is_kept_link(const char *target)
{
	static const char *const schemes[] = { "mailto:", "http:", "https:", "ftp:", "tel:", "sms:", "file:", "smb:", "ssh:", "sftp:" };
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (strncasecmp(target, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

/* Data that stand in attributes: what a form was filled with, what a page says of itself. */
static void write_attributes(struct html_writer *w, const char *name, const struct html_element *e)
{
	const char *type = html_attr(e, "type");
	write_aside(w, html_attr(e, "alt"));
	write_aside(w, html_attr(e, "title"));
	if (strcmp(name, "input") == 0 && !(type && strcasecmp(type, "submit") == 0)) {
		write_aside(w, html_attr(e, "name"));
		write_aside(w, html_attr(e, "value"));
	}
	if (strcmp(name, "meta") == 0 && html_attr(e, "name") && html_attr(e, "content")) {
		write_aside(w, html_attr(e, "name"));
		write_aside(w, html_attr(e, "content"));
		new_line(w);
	}
	const char *target = html_attr(e, "href");
	target = target ? target : html_attr(e, "action");
	if (target && is_kept_link(target))
		write_aside(w, target);
}

void html_write_start(struct html_writer *w, const char *name, const struct html_element *e)
{
	switch (role_of(name)) {
	case ROLE_BLOCK:
	case ROLE_BREAK:
		new_line(w);
		break;
	case ROLE_CELL:
		w->blank = false;
		if (w->out->n > w->cell_row)
			buf_add_byte(w->out, '\t');
		break;
	case ROLE_PRE:
		new_line(w);
		w->pre++;
		break;
	case ROLE_MUTE:
		w->mute++;
		break;
	case ROLE_INLINE:
		break;
	}
	if (e)
		write_attributes(w, name, e);
}

void html_write_end(struct html_writer *w, const char *name)
{
	switch (role_of(name)) {
	case ROLE_BLOCK:
		new_line(w);
		break;
	case ROLE_CELL:
		w->blank = false;
		break;
	case ROLE_PRE:
		w->pre -= w->pre > 0;
		new_line(w);
		break;
	case ROLE_MUTE:
		w->mute -= w->mute > 0;
		break;
	case ROLE_BREAK:
	case ROLE_INLINE:
		break;
	}
}

static int on_start(void *user, const char *name, const struct html_element *e)
{
	html_write_start(user, name, e);
	return OK;
}

static int on_end(void *user, const char *name)
{
	html_write_end(user, name);
	return OK;
}

static int on_text(void *user, struct span s)
{
	html_write_text(user, s);
	return OK;
}

int html_text(struct span utf8, struct buf *out, struct fault *why)
{
	static const struct html_events events = { .start = on_start, .end = on_end, .text = on_text };
	struct html_writer w = { .out = out, .cell_row = out->n };
	int e = html_walk(utf8, &events, &w, why);
	if (!e && out->is_full)
		e = fault_set(why, E_LIMIT, "HTML with more than %zu bytes of text", out->ceiling);
	return e;
}
