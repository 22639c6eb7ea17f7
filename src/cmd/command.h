/*
 * Command: one file a command, one word in commands.def.
 * run gets the arguments behind the command's name (argv[0] is the name)
 * and returns the exit status of the contract: 0 done; 1 done, but some
 * input could not be read whole; 2 wrong usage; 3 case or registry
 * unusable; 4 interrupted, run again to go on. Only this floor prints.
 */
#ifndef CMD_COMMAND_H
#define CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

enum { EXIT_DONE = 0, EXIT_PART = 1, EXIT_USAGE = 2, EXIT_STORE = 3, EXIT_INTERRUPTED = 4 };

struct command {
	const char *name;
	const char *synopsis;	/* "PATH... --case DIR [--jobs N]" */
	const char *summary;	/* one line */
	const char *help;	/* what --help says below the synopsis: options, one a line */
	int (*run)(int argc, char **argv);
};
extern const struct command *const commands[];

/*
 * Options of a command: a table, ended by a row without a name. A flag has
 * is_on, an option with a value has value, a repeatable one has add.
 */
struct option_row {
	const char *name;		/* "--case" */
	const char **value;
	bool *is_on;
};
/*
 * Sorts argv into options and the rest; "--name=value" and "--" work, "-o" too.
 * Returns the count of paths left at the front of argv + 1, or -1 after it
 * said on standard error what is wrong.
 */
int options_take(int argc, char **argv, const struct option_row *rows);

/* "strandline: WHAT: WHY" on standard error; returns status. */
int complain(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The exit status that goes with a fault code. */
int exit_of(int code);

#endif
