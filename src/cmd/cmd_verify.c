/* verify: whether the evidence log is as it was written. */
#include <stdio.h>

#include "cmd/command.h"
#include "store/evidence.h"

static int verify_run(int argc, char **argv)
{
	const char *dir = NULL, *key = NULL;
	const struct option_row rows[] = { { "--case", &dir, NULL }, { "--key", &key, NULL }, { NULL, NULL, NULL } };
	int count = options_take(argc, argv, rows);
	if (count < 0)
		return EXIT_USAGE;
	if (count > 0 || !dir)
		return complain(EXIT_USAGE, "verify: --case DIR is wanted, and nothing else");
	struct case_file *c = NULL;
	struct fault why = { "" };
	uint64_t entries = 0, heads = 0;
	int e = case_open(dir, key, CASE_READ, &c, &why);
	if (!e)
		e = evidence_verify(c, &entries, &heads, &why);
	case_close(c);
	if (e)
		return complain(exit_of(e), "%s", why.text);
	printf("%llu records and %llu signed heads are as they were written\n", (unsigned long long)entries, (unsigned long long)heads);
	return EXIT_DONE;
}

const struct command command_verify = {
	.name = "verify",
	.synopsis = "--case DIR",
	.summary = "Checks that the evidence log is as it was written; names the first altered record.",
	.help = "  --case DIR   the case\n  --key FILE   its key, when it is not DIR/key\n",
	.run = verify_run,
};
