/* The man page (groff_man(7)) and the words that completion offers, out of the tables of commands, so that they never drift. */
#include "cmd/manual.h"

#include <stdio.h>
#include <string.h>

#include "cmd/command.h"

/* Text for roff: '\' and '-' escaped, a line that begins with . or ' kept from being a request. */
static void put_line(const char *text, size_t n)
{
	if (n && (*text == '.' || *text == '\''))
		fputs("\\&", stdout);
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\\')
			fputs("\\e", stdout);
		else if (text[i] == '-')
			fputs("\\-", stdout);
		else
			putchar(text[i]);
}

static size_t count_spaces(const char *line)
{
	return strspn(line, " ");
}

/* "  --case DIR   words": the option up to two spaces, then its words. */
static void put_option(const char *line, size_t n)
{
	size_t end = 0;
	while (end < n && !(line[end] == ' ' && (end + 1 == n || line[end + 1] == ' ')))
		end++;
	fputs(".TP\n.B ", stdout);
	put_line(line, end);
	putchar('\n');
	while (end < n && line[end] == ' ')
		end++;
	put_line(line + end, n - end);
	putchar('\n');
}

static void put_help_line(const char *line, size_t n, bool *is_list)
{
	size_t indent = count_spaces(line);
	if (n == 0) {
		fputs(".PP\n", stdout);
		*is_list = false;
	} else if (indent == 2 && line[indent] == '-') {
		put_option(line + indent, n - indent);
		*is_list = true;
	} else {
		if (*is_list && indent == 0)
			fputs(".PP\n", stdout);
		*is_list = *is_list && indent > 0;
		put_line(line + indent, n - indent);
		putchar('\n');
	}
}

static void put_command(const struct command *c)
{
	bool is_list = false;
	printf(".SS %s\n.B strandline %s\n", c->name, c->name);
	put_line(c->synopsis, strlen(c->synopsis));
	fputs("\n.PP\n", stdout);
	put_line(c->summary, strlen(c->summary));
	fputs("\n.PP\n", stdout);
	for (const char *line = c->help ? c->help : ""; *line;) {
		size_t n = strcspn(line, "\n");
		put_help_line(line, n, &is_list);
		line += n + (line[n] == '\n');
	}
}

static const char head[] =
	".TH STRANDLINE 1 \"\" \"strandline " VERSION "\" \"User Commands\"\n"
	".SH NAME\nstrandline \\- tells what was taken in a break\\-in, who is affected, and what could not be read\n"
	".SH SYNOPSIS\n.B strandline\n.I COMMAND\n.RI [ ARGUMENTS ]\n"
	".SH DESCRIPTION\n"
	"strandline examines what was stolen and tells what is in it, whom it affects, whether it is the organisation's own,\n"
	"and what could not be read. It never connects to anything, and never asks, unless a passphrase was set.\n"
	".PP\nA case is a directory that keeps the results of an incident. Values in it are sealed under the case's key;\n"
	"everything shown or exported is masked unless\n.B \\-\\-reveal\nis given, and every reveal is written to the evidence log.\n"
	".PP\nA trail names where an item lies: folders join with /, and // enters a container.\n"
	".SH COMMANDS\n";

static const char tail[] =
	".SH EXIT STATUS\n.TP\n.B 0\ndone\n.TP\n.B 1\ndone, but some input could not be read whole; it is listed\n"
	".TP\n.B 2\nwrong usage\n.TP\n.B 3\ncase or registry unusable: locked, corrupt, the wrong key\n"
	".TP\n.B 4\ninterrupted; run the same command again to go on\n"
	".SH FILES\n.TP\n.I DIR/key\nthe key of a case or registry, mode 0600. A key kept beside its case protects nothing but masks;\n"
	"move it elsewhere and name it with\n.BR \\-\\-key .\n";

int manual_print(void)
{
	fputs(head, stdout);
	for (size_t i = 0; commands[i]; i++)
		put_command(commands[i]);
	fputs(tail, stdout);
	return 0;
}

/* Options in a help text are what begins with "--", or is "-o", behind two spaces at a line's start. */
static void put_options(const struct command *c)
{
	printf("%s", c->name);
	for (const char *at = c->help; at && *at;) {
		size_t n = strcspn(at, "\n");
		if (strncmp(at, "  -", 3) == 0)
			printf(" %.*s", (int)strcspn(at + 2, " \n,="), at + 2);
		at += n + (at[n] == '\n');
	}
	putchar('\n');
}

int manual_words(void)
{
	for (size_t i = 0; commands[i]; i++)
		put_options(commands[i]);
	return 0;
}
