/* status: progress, totals, and what could not be read, without a terminal. */
#include "cmd/command.h"
#include "cmd/summary.h"

static int status_run(int argc, char **argv)
{
	const char *dir = NULL, *key = NULL;
	const struct option_row rows[] = { { "--case", &dir, NULL }, { "--key", &key, NULL }, { NULL, NULL, NULL } };
	int count = options_take(argc, argv, rows);
	if (count < 0)
		return EXIT_USAGE;
	if (count > 0 || !dir)
		return complain(EXIT_USAGE, "status: --case DIR is wanted, and nothing else");
	struct case_file *c = NULL;
	struct fault why = { "" };
	int e = case_open(dir, key, CASE_READ, &c, &why);
	if (e)
		return complain(exit_of(e), "%s", why.text);
	e = summary_print(c, stdout);
	case_close(c);
	return exit_of(e);
}

const struct command command_status = {
	.name = "status",
	.synopsis = "--case DIR",
	.summary = "Shows how far an examination is, its totals, and what could not be read.",
	.help = "  --case DIR   the case\n  --key FILE   its key, when it is not DIR/key\n",
	.run = status_run,
};
