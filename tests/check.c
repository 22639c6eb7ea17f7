#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct test *tests;
static bool has_failed, is_skipped;

void test_add(struct test *t)
{
	t->next = tests;
	tests = t;
}

void check_report(bool ok, const char *file, int line, const char *what)
{
	if (ok)
		return;
	has_failed = true;
	printf("  %s:%d: not so: %s\n", file, line, what);
}

void check_skip(const char *why)
{
	is_skipped = true;
	printf("  skipped: %s\n", why);
}

const char *data_path(const char *below)
{
	static char path[4096];
	const char *root = getenv("STRANDLINE_DATA");
	snprintf(path, sizeof(path), "%s/%s", root ? root : "build/data", below);
	return access(path, R_OK) == 0 ? path : NULL;
}

int main(int argc, char **argv)
{
	int passed = 0, failed = 0, skipped = 0;
	for (struct test *t = tests; t; t = t->next) {
		if (argc > 1 && !strstr(t->name, argv[1]))
			continue;
		has_failed = is_skipped = false;
		t->run();
		passed += !has_failed && !is_skipped;
		skipped += !has_failed && is_skipped;
		failed += has_failed;
		if (has_failed)
			printf("FAIL %s\n", t->name);
		fflush(stdout);
	}
	printf("unit: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
	return failed != 0;
}
