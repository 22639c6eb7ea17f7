/* export: what a case holds, in a format that other programs read. */
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "report/record.h"
#include "report/reveal.h"

struct arguments { const char *dir, *format, *file, *key; bool reveal; };

static int write_out(struct case_file *c, const struct arguments *a, const struct record_set *s,
                     const struct format *f, struct fault *why)
{
	char what[80];
	FILE *to = NULL;
	snprintf(what, sizeof(what), "%s as %s", s->name, a->format);
	int e = a->reveal ? reveal_note(c, what, a->file, why) : OK;
	if (!e)
		e = output_open(a->file, a->reveal, &to, why);
	if (!e)
		e = f->write(c, s, a->reveal, to, why);
	return output_close(a->file, to, e, why);
}

static int list_formats(const struct record_set *s, const char *name)
{
	char names[256] = "";
	for (size_t i = 0, n = 0; formats[i]; i++)
		if (format_named(formats[i]->name, s) == formats[i])
			n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", n ? ", " : "", formats[i]->name);
	return complain(EXIT_USAGE, "export: %s cannot be written as %s; formats are: %s", s->name, name, names);
}

static int export_run(int argc, char **argv)
{
	struct arguments a = { .format = "jsonl" };
	const struct option_row rows[] = {
		{ "--case", &a.dir, NULL }, { "--format", &a.format, NULL }, { "-o", &a.file, NULL },
		{ "--key", &a.key, NULL }, { "--reveal", NULL, &a.reveal }, { NULL, NULL, NULL },
	};
	int count = options_take(argc, argv, rows);
	if (count < 0)
		return EXIT_USAGE;
	const struct record_set *s = count == 1 ? record_set_named(argv[1]) : NULL;
	if (!s)
		return complain(EXIT_USAGE, "export: name one of findings, people, items, matches, departures, evidence");
	if (!a.dir)
		return complain(EXIT_USAGE, "export: --case DIR is missing");
	const struct format *f = format_named(a.format, s);
	if (!f)
		return list_formats(s, a.format);
	struct case_file *c = NULL;
	struct fault why = { "" };
	int e = case_open(a.dir, a.key, a.reveal ? CASE_WRITE : CASE_READ, &c, &why);
	if (!e)
		e = write_out(c, &a, s, f, &why);
	case_close(c);
	return e < 0 ? complain(exit_of(e), "%s", why.text) : EXIT_DONE;
}

const struct command command_export = {
	.name = "export",
	.synopsis = "findings|people|items|matches|departures|evidence --case DIR --format FORMAT [-o FILE] [--reveal]",
	.summary = "Writes what a case holds in a format that other programs read.",
	.help =
		"  --case DIR        the case\n"
		"  --format FORMAT   jsonl (default), csv and case-uco for all; xlsx and dat for people; dfxml and\n"
		"                    dat for items; sarif for findings (credentials); stix for departures\n"
		"  -o FILE           where to, instead of standard output\n"
		"  --reveal          clear values instead of masks; noted in the evidence log\n"
		"  --key FILE        the case's key, when it is not DIR/key\n",
	.run = export_run,
};
