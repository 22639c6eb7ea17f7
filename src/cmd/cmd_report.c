/* report: a case as one HTML file that opens with the answer. */
#include <stdio.h>
#include <unistd.h>

#include "cmd/command.h"
#include "report/html.h"
#include "report/reveal.h"

struct arguments { const char *dir, *file, *key; bool reveal; };

static int write_report(struct case_file *c, const struct arguments *a, struct fault *why)
{
	FILE *to = NULL;
	int e = a->reveal ? reveal_note(c, "report", a->file, why) : OK;
	if (!e)
		e = output_open(a->file, a->reveal, &to, why);
	if (!e)
		e = html_write(c, a->reveal, to, why);
	e = output_close(a->file, to, e, why);
	if (e && to && to != stdout)
		unlink(a->file);
	return e;
}

static int report_run(int argc, char **argv)
{
	struct arguments a = { 0 };
	const struct option_row rows[] = {
		{ "--case", &a.dir, NULL }, { "-o", &a.file, NULL }, { "--key", &a.key, NULL }, { "--reveal", NULL, &a.reveal },
		{ NULL, NULL, NULL },
	};
	int count = options_take(argc, argv, rows);
	if (count < 0)
		return EXIT_USAGE;
	if (count > 0 || !a.dir || !a.file)
		return complain(EXIT_USAGE, "report: --case DIR and -o FILE.html are wanted, and no more");
	struct case_file *c = NULL;
	struct fault why = { "" };
	int e = case_open(a.dir, a.key, a.reveal ? CASE_WRITE : CASE_READ, &c, &why);
	if (!e)
		e = write_report(c, &a, &why);
	case_close(c);
	return e < 0 ? complain(exit_of(e), "%s", why.text) : EXIT_DONE;
}

const struct command command_report = {
	.name = "report",
	.synopsis = "--case DIR -o FILE.html [--reveal]",
	.summary = "Writes a case as one HTML file: the answer, charts, and tables to search in.",
	.help =
		"The file needs nothing else and connects to nothing. Tables hold up to 20,000 rows and say\n"
		"what they leave out; strandline export writes all.\n\n"
		"  --case DIR     the case\n"
		"  -o FILE        where to; - is standard output\n"
		"  --reveal       clear values instead of masks; noted in the evidence log\n"
		"  --key FILE     the case's key, when it is not DIR/key\n",
	.run = report_run,
};
