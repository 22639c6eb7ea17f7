/*
 * libFuzzer target over the tables of parts: the part named by FUZZ_PART
 * (read_zip's name "archive", or a detector's name) takes the input.
 * Built by make fuzz READER=name.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recorder.h"

static const struct reader *reader;
static struct options options = { .classes = CLASSES_ALL, .no_ocr = true };

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const unsigned char *p, size_t n);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_PART");
	struct fault why = { "" };
	(void)argc; (void)argv;
	for (size_t i = 0; readers[i]; i++) {
		if (name && strcmp(readers[i]->name, name) == 0)
			reader = readers[i];
		if (readers[i]->init)
			readers[i]->init(&options, &why);
	}
	for (size_t i = 0; detectors[i]; i++) {
		if (name && strcmp(detectors[i]->name, name) == 0)
			recorder_only = detectors[i]->name;
		if (detectors[i]->init)
			detectors[i]->init(&options, &why);
	}
	if (reader || recorder_only)
		return 0;
	fprintf(stderr, "fuzz: %s: no such reader or detector; build/peek --list names them\n", name ? name : "READER");
	exit(2);
}

int LLVMFuzzerTestOneInput(const unsigned char *p, size_t n)
{
	struct arena arena;
	struct buf out;
	arena_init(&arena, 256u << 20);
	buf_init(&out, 64u << 20);
	struct item it = {
		.trail = "fuzz", .name = "fuzz", .bytes = span_of(p, n), .times = TIMES_UNKNOWN, .options = &options, .arena = &arena,
	};
	record_item(&out, &it, reader, recorder_only != NULL, true);
	buf_release(&out);
	arena_release(&arena);
	return 0;
}
