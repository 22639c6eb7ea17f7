#include "lib/html.h"

#include "lib/encoding.h"
#include "lib/html_strip.h"

#include <gumbo.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	GUMBO_MAX = 16 << 20,		/* bytes of a document that gumbo is given */
	MEMORY_MAX = 384 << 20,		/* bytes gumbo may hold at a time */
	META_WITHIN = 4096,		/* bytes looked through for the stated encoding */
};

/* Gumbo frees its tree by recursion and does not survive a failing allocation, so its memory is kept in a list here. */
struct piece { struct piece *next, *before; size_t n; _Alignas(16) unsigned char bytes[]; };
struct memory { struct piece *first; size_t used; jmp_buf full; };

static void *memory_take(void *user, size_t n)
{
	struct memory *m = user;
	if (n > MEMORY_MAX - m->used)
		longjmp(m->full, 1);
	struct piece *p = malloc(sizeof(*p) + n);
	if (!p)
		longjmp(m->full, 1);
	*p = (struct piece){ .next = m->first, .n = n };
	if (p->next)
		p->next->before = p;
	m->first = p;
	m->used += n;
	return p->bytes;
}

static void memory_free(void *user, void *bytes)
{
	struct memory *m = user;
	if (!bytes)
		return;
	struct piece *p = (struct piece *)((unsigned char *)bytes - offsetof(struct piece, bytes));
	if (p->next)
		p->next->before = p->before;
	if (p->before)
		p->before->next = p->next;
	else
		m->first = p->next;
	m->used -= p->n;
	free(p);
}

static void memory_release(struct memory *m)
{
	while (m->first)
		memory_free(m, m->first->bytes);
}

const char *html_attr(const struct html_element *e, const char *name)
{
	if (!e)
		return NULL;
	GumboAttribute *a = gumbo_get_attribute(&((const GumboElement *)(const void *)e)->attributes, name);
	return a ? a->value : NULL;
}

static bool is_element(const GumboNode *n)
{
	return n->type == GUMBO_NODE_ELEMENT || n->type == GUMBO_NODE_TEMPLATE;
}

static const GumboVector *children_of(const GumboNode *n)
{
	if (is_element(n))
		return &n->v.element.children;
	return n->type == GUMBO_NODE_DOCUMENT ? &n->v.document.children : NULL;
}

static const char *hidden_in(const GumboNode *n)
{
	if (n->type == GUMBO_NODE_COMMENT)
		return "comment";
	if (!n->parent || !is_element(n->parent))
		return NULL;
	GumboTag tag = n->parent->v.element.tag;
	return tag == GUMBO_TAG_SCRIPT ? "script" : tag == GUMBO_TAG_STYLE ? "style" : NULL;
}

static int enter(const GumboNode *n, const struct html_events *ev, void *user)
{
	if (is_element(n))
		return ev->start ? ev->start(user, gumbo_normalized_tagname(n->v.element.tag),
		                             (const struct html_element *)(const void *)&n->v.element) : OK;
	if (n->type == GUMBO_NODE_DOCUMENT)
		return OK;
	const char *hidden = hidden_in(n);
	struct span s = span_str(n->v.text.text);
	if (hidden)
		return ev->hidden ? ev->hidden(user, hidden, s) : OK;
	return ev->text ? ev->text(user, s) : OK;
}

static int leave(const GumboNode *n, const struct html_events *ev, void *user)
{
	return is_element(n) && ev->end ? ev->end(user, gumbo_normalized_tagname(n->v.element.tag)) : OK;
}

/* Depth first, by the parents' pointers; ends at the root, each node being entered and left once. */
static int tree_walk(const GumboNode *root, const struct html_events *ev, void *user)
{
	const GumboNode *n = root;
	int e = enter(n, ev, user);
	while (!e) {
		const GumboVector *below = children_of(n);
		if (below && below->length) {
			n = below->data[0];
			e = enter(n, ev, user);
			continue;
		}
		e = leave(n, ev, user);
		while (!e && n != root && n->index_within_parent + 1 >= children_of(n->parent)->length) {
			n = n->parent;
			e = leave(n, ev, user);
		}
		if (e || n == root)
			break;
		n = children_of(n->parent)->data[n->index_within_parent + 1];
		e = enter(n, ev, user);
	}
	return e;
}

/* NULL when it wants more memory than MEMORY_MAX. */
static GumboOutput *parse(struct span utf8, struct memory *m)
{
	GumboOptions o = kGumboDefaultOptions;
	o.allocator = memory_take;
	o.deallocator = memory_free;
	o.userdata = m;
	o.max_errors = 0;
	if (setjmp(m->full))
		return NULL;
	return gumbo_parse_with_options(&o, (const char *)utf8.p, utf8.n);
}

int html_walk(struct span utf8, const struct html_events *events, void *user, struct fault *why)
{
	(void)why;
	if (!utf8.n)
		return OK;
	if (utf8.n > GUMBO_MAX || html_is_deep(utf8))
		return html_strip(utf8, events, user);
	struct memory *m = calloc(1, sizeof(*m));
	if (!m)
		return fault_set(why, E_MEMORY, "no memory for an HTML document");
	GumboOutput *tree = parse(utf8, m);
	int e = tree ? tree_walk(tree->document, events, user) : html_strip(utf8, events, user);
	memory_release(m);
	free(m);
	return e;
}

/* The label after "charset=" or "encoding=", with or without quotes. */
static struct span label_after(struct span head, const char *key)
{
	size_t at = span_find_nocase(head, span_str(key), 0);
	if (at == SIZE_MAX)
		return span_of(NULL, 0);
	struct span s = span_from(head, at + strlen(key));
	while (s.n && strchr(" \t\"'=", s.p[0]))
		s = span_from(s, 1);
	size_t n = 0;
	while (n < s.n && n < 40 && s.p[n] > ' ' && !strchr("\"'/>;?", s.p[n]))
		n++;
	return span_sub(s, 0, n);
}

const char *html_stated_encoding(struct span bytes)
{
	struct span head = span_sub(bytes, 0, META_WITHIN);
	struct span label = label_after(head, "charset");
	if (!label.n && span_starts_nocase(span_trim(head), span_str("<?xml")))
		label = label_after(span_sub(head, 0, span_find(head, span_str("?>"), 0)), "encoding");
	/* who can read the label as ASCII has no UTF-16 before him (HTML, 13.2.3.2) */
	if (!label.n || span_starts_nocase(label, span_str("utf-16")))
		return NULL;
	return encoding_named(label);
}
