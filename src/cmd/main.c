/* strandline: which command, its help, and the version. */
#include <stdio.h>
#include <string.h>

#include "cmd/command.h"
#include "cmd/manual.h"

static void print_overview(FILE *to)
{
	fputs("strandline " VERSION ": what was taken, who is affected, is it ours, what left, what was destroyed\n\n"
	      "usage: strandline COMMAND ...\n\n", to);
	for (size_t i = 0; commands[i]; i++)
		fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\nstrandline COMMAND --help says more. It never connects to anything.\n"
	      "Exit status: 0 done; 1 done, but some input could not be read whole (it is listed);\n"
	      "2 wrong usage; 3 case or registry unusable; 4 interrupted, run again to go on.\n", to);
}

static int print_help(const struct command *c)
{
	printf("usage: strandline %s %s\n\n%s\n", c->name, c->synopsis, c->summary);
	if (c->help)
		printf("\n%s", c->help);
	return EXIT_DONE;
}

static const struct command *command_named(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static bool asks_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_overview(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0)
		return puts("strandline " VERSION) < 0;
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		const struct command *c = argc > 2 ? command_named(argv[2]) : NULL;
		if (c)
			return print_help(c);
		print_overview(stdout);
		return EXIT_DONE;
	}
	if (strcmp(argv[1], "--man") == 0)
		return manual_print();
	if (strcmp(argv[1], "--words") == 0)
		return manual_words();
	const struct command *c = command_named(argv[1]);
	if (!c)
		return complain(EXIT_USAGE, "%s: no such command; strandline --help lists them", argv[1]);
	if (asks_help(argc - 1, argv + 1))
		return print_help(c);
	return c->run(argc - 1, argv + 1);
}
