/*
 * known_text FILE... > src/print/known_text.def: the text anchors of files
 * that are everybody's, sorted, each once.
 */
#include <stdio.h>
#include <stdlib.h>

#include "print/textanchor.h"

enum { MOST = 1 << 20 };
static uint64_t values[MOST];
static size_t count;

static int keep(void *user, const struct text_anchor *a)
{
	(void)user;
	if (count < MOST)
		values[count++] = a->value;
	return OK;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void add_file(const char *path)
{
	static char text[1 << 22];
	FILE *f = fopen(path, "rb");
	if (!f)
		return;
	size_t n = fread(text, 1, sizeof(text), f);
	fclose(f);
	struct text_scan s = { .emit = keep };
	text_scan_add(&s, span_of(text, n), 0, NULL, 0);
	text_scan_end(&s);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		add_file(argv[i]);
	qsort(values, count, sizeof(*values), by_value);
	for (size_t i = 0, n = 0; i < count; i++)
		if (i == 0 || values[i] != values[i - 1])
			printf("0x%016llx,%s", (unsigned long long)values[i], ++n % 12 ? "" : "\n");
	printf("\n");
	return 0;
}
