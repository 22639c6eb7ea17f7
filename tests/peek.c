/*
 * peek: shows what a reader and the detectors give for files, without
 * sandbox or case. For developing parts and for the golden runner.
 *
 *   peek [-d | -D DETECTOR] [-q] [-r READER] [-p PASSWORDS] [-t TERMS] [-R RULES] [--no-ocr] FILE...   -d: all detectors on; -D: one; -q: only findings and damage
 *   peek --list                          the names of all readers and detectors
 */
#include "recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int list(void)
{
	for (size_t i = 0; readers[i]; i++)
		printf("read_%s\n", readers[i]->name);
	for (size_t i = 0; detectors[i]; i++)
		printf("find_%s\n", detectors[i]->name);
	return 0;
}

static const struct reader *reader_named(const char *name)
{
	for (size_t i = 0; readers[i]; i++)
		if (strcmp(readers[i]->name, name) == 0)
			return readers[i];
	fprintf(stderr, "peek: %s: no such reader\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	const struct reader *reader = NULL;
	bool with_detectors = false, is_quiet = false;
	struct options options = { .classes = CLASSES_ALL };
	int i = 1;
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--list") == 0)
			return list();
		else if (strcmp(argv[i], "-d") == 0)
			with_detectors = true;
		else if (strcmp(argv[i], "-D") == 0 && i + 1 < argc)
			with_detectors = true, recorder_only = argv[++i];
		else if (strcmp(argv[i], "-q") == 0)
			is_quiet = true;
		else if (strcmp(argv[i], "--no-ocr") == 0)
			options.no_ocr = true;
		else if (strcmp(argv[i], "-r") == 0 && i + 1 < argc)
			reader = reader_named(argv[++i]);
		else if (strcmp(argv[i], "-p") == 0 && i + 1 < argc)
			options.passwords = load_file(argv[++i]);
		else if (strcmp(argv[i], "-t") == 0 && i + 1 < argc)
			options.terms = load_file(argv[++i]);
		else if (strcmp(argv[i], "-R") == 0 && i + 1 < argc)
			options.rules = load_file(argv[++i]);
	}
	struct fault why = { "" };
	for (size_t k = 0; readers[k]; k++)
		if (readers[k]->init && readers[k]->init(&options, &why) < 0)
			fprintf(stderr, "peek: %s: %s\n", readers[k]->name, why.text);
	for (size_t k = 0; detectors[k]; k++)
		if (detectors[k]->init && detectors[k]->init(&options, &why) < 0)
			fprintf(stderr, "peek: %s: %s\n", detectors[k]->name, why.text);
	for (; i < argc; i++) {
		struct span bytes = load_file(argv[i]);
		struct arena arena;
		arena_init(&arena, 1u << 30);
		const char *slash = strrchr(argv[i], '/');
		const char *name = slash ? slash + 1 : argv[i];
		struct item it = {
			.trail = name, .name = name, .bytes = bytes, .times = TIMES_UNKNOWN,
			.options = &options, .arena = &arena,
		};
		struct buf out;
		buf_init(&out, 1u << 30);
		record_item(&out, &it, reader, with_detectors, is_quiet);
		if (out.n)
			fwrite(out.p, 1, out.n, stdout);
		buf_release(&out);
		arena_release(&arena);
		free((void *)bytes.p);
	}
	return 0;
}
