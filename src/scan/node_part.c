/* Detectors and printers, called in the order of their tables. */
#include "scan/node.h"

static bool with_detectors(const struct node *n)
{
	return !n->x->options->no_find;
}

static bool with_printers(const struct node *n)
{
	return n->x->options->print != NULL;
}

int parts_item(struct node *n)
{
	int e = OK;
	for (size_t i = 0; with_detectors(n) && detectors[i] && !e; i++)
		if (detectors[i]->item)
			e = detectors[i]->item(&n->item, &n->sink);
	for (size_t i = 0; with_printers(n) && printers[i] && !e; i++)
		if (printers[i]->item)
			e = printers[i]->item(&n->item, &n->sink);
	return e;
}

int parts_text(struct node *n, const struct text *t)
{
	int e = OK;
	for (size_t i = 0; with_detectors(n) && detectors[i] && !e; i++)
		if (detectors[i]->text)
			e = detectors[i]->text(&n->item, t, &n->sink);
	for (size_t i = 0; with_printers(n) && printers[i] && !e; i++)
		if (printers[i]->text)
			e = printers[i]->text(&n->item, t, &n->sink);
	return e;
}

int parts_table(struct node *n, const struct table *t)
{
	int e = OK;
	for (size_t i = 0; with_detectors(n) && detectors[i] && !e; i++)
		if (detectors[i]->table)
			e = detectors[i]->table(&n->item, t, &n->sink);
	for (size_t i = 0; with_printers(n) && printers[i] && !e; i++)
		if (printers[i]->table)
			e = printers[i]->table(&n->item, t, &n->sink);
	return e;
}

int parts_picture(struct node *n, const struct picture *p)
{
	int e = OK;
	for (size_t i = 0; with_detectors(n) && detectors[i] && !e; i++)
		if (detectors[i]->picture)
			e = detectors[i]->picture(&n->item, p, &n->sink);
	for (size_t i = 0; with_printers(n) && printers[i] && !e; i++)
		if (printers[i]->picture)
			e = printers[i]->picture(&n->item, p, &n->sink);
	return e;
}

int parts_end(struct node *n)
{
	int e = OK;
	for (size_t i = 0; with_detectors(n) && detectors[i] && !e; i++)
		if (detectors[i]->end)
			e = detectors[i]->end(&n->item, &n->sink);
	for (size_t i = 0; with_printers(n) && printers[i] && !e; i++)
		if (printers[i]->end)
			e = printers[i]->end(&n->item, &n->sink);
	return e;
}
