#include "cmd/command.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PART(name) extern const struct command command_##name;
#include "cmd/commands.def"
#undef PART

const struct command *const commands[] = {
#define PART(name) &command_##name,
#include "cmd/commands.def"
#undef PART
	NULL
};

int complain(int status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fputs("strandline: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return status;
}

int exit_of(int code)
{
	switch (code) {
	case OK:        return EXIT_DONE;
	case PART:      return EXIT_PART;
	case E_USAGE:   return EXIT_USAGE;
	case E_STOPPED: return EXIT_INTERRUPTED;
	default:        return EXIT_STORE;
	}
}

static const struct option_row *row_named(const struct option_row *rows, const char *arg, size_t n)
{
	for (; rows->name; rows++)
		if (strlen(rows->name) == n && memcmp(rows->name, arg, n) == 0)
			return rows;
	return NULL;
}

/* Takes the option at argv[*i]; false after saying what is wrong. */
static bool option_take(int argc, char **argv, int *i, const struct option_row *rows)
{
	const char *arg = argv[*i];
	size_t n = strcspn(arg, "=");
	const struct option_row *row = row_named(rows, arg, n);
	if (!row) {
		complain(EXIT_USAGE, "%s: unknown option; see strandline %s --help", arg, argv[0]);
		return false;
	}
	if (row->is_on) {
		*row->is_on = true;
		return true;
	}
	if (arg[n] == '=') {
		*row->value = arg + n + 1;
		return true;
	}
	if (*i + 1 >= argc) {
		complain(EXIT_USAGE, "%s: needs a value; see strandline %s --help", arg, argv[0]);
		return false;
	}
	*row->value = argv[++*i];
	return true;
}

int options_take(int argc, char **argv, const struct option_row *rows)
{
	int paths = 0;
	bool only_paths = false;
	for (int i = 1; i < argc; i++) {
		if (!only_paths && strcmp(argv[i], "--") == 0)
			only_paths = true;
		else if (only_paths || argv[i][0] != '-' || !argv[i][1])
			argv[1 + paths++] = argv[i];
		else if (!option_take(argc, argv, &i, rows))
			return -1;
	}
	return paths;
}
