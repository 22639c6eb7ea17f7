#include "core/item.h"

#include <ctype.h>
#include <string.h>

const char *status_name(enum status s)
{
	static const char *const names[STATUS_COUNT] = {
		"read", "partial", "encrypted", "unreadable",
		"crashed", "timed-out", "skipped",
	};
	return names[s];
}

struct extension item_extension(const struct item *it)
{
	struct extension e = { "" };
	const char *dot = it->name ? strrchr(it->name, '.') : NULL;
	if (!dot || strlen(dot + 1) >= sizeof(e.s))
		return e;
	for (size_t i = 0; dot[1 + i]; i++)
		e.s[i] = (char)tolower((unsigned char)dot[1 + i]);
	return e;
}

bool item_has_extension(const struct item *it, const char *list)
{
	struct extension e = item_extension(it);
	size_t n = strlen(e.s);
	for (const char *at = list; n && *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == n && memcmp(at, e.s, n) == 0)
			return true;
	return false;
}

void *item_note(const struct item *it, const void *key, size_t size)
{
	if (!it->notes)
		return NULL;
	for (struct note *n = *it->notes; n; n = n->next)
		if (n->key == key)
			return n->memory;
	struct note *n = arena_take(it->arena, sizeof(*n));
	void *memory = n ? arena_take(it->arena, size) : NULL;
	if (!memory)
		return NULL;
	*n = (struct note){ *it->notes, key, memory };
	*it->notes = n;
	return memory;
}
