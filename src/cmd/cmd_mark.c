/* mark: a copy of a film for each recipient, each with its own invisible mark. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/recipients.h"
#include "film/mark_film.h"

static volatile sig_atomic_t is_stopped;

static void stop(int signal)
{
	(void)signal;
	is_stopped = 1;
}

static int mark_step(void *user, const char *what, uint64_t frames, uint64_t total)
{
	const bool *is_shown = user;
	if (*is_shown && frames % 16 == 0) {
		if (total)
			fprintf(stderr, "\r%-40.40s %3d %%  ", what, (int)(100 * frames / total));
		else
			fprintf(stderr, "\r%-40.40s %llu frames  ", what, (unsigned long long)frames);
	}
	return is_stopped;
}

static void mark_done(void *user, const char *path, double z, bool was_there)
{
	const bool *is_shown = user;
	if (*is_shown)
		fprintf(stderr, "\r%64s\r", "");
	printf("%s: %s, its mark reads back at z = %.1f%s\n", path, was_there ? "was there" : "written", z,
	       z < MARK_READS ? ": too weak to be found" : "");
	fflush(stdout);
}

static int order_run(struct mark_order *o, const struct recipients *list, const char *registry)
{
	struct fault why = { "" };
	struct marks *m = NULL;
	struct marks_copy *copies = calloc(list->count, sizeof(*copies));
	if (!copies)
		return complain(EXIT_STORE, "mark: no memory for %zu recipients", list->count);
	for (size_t i = 0; i < list->count; i++)
		copies[i] = (struct marks_copy){ .recipient = list->list[i].name, .row = list->list[i].row };
	o->copies = copies;
	o->count = list->count;
	int e = marks_open(registry, true, &m, &why);
	if (!e)
		e = mark_film(m, o, &why);
	marks_close(m);
	free(copies);
	if (e == E_STOPPED)
		return complain(EXIT_INTERRUPTED, "mark: interrupted; run the same command again to go on");
	if (e)
		return complain(e == E_UNSUPPORTED || e == E_DAMAGED ? EXIT_USAGE : exit_of(e), "%s", why.text);
	return EXIT_DONE;
}

static int mark_run(int argc, char **argv)
{
	const char *recipients = NULL, *registry = NULL, *out = NULL, *mode = "direct";
	const struct option_row rows[] = {
		{ "--recipients", &recipients, NULL }, { "--registry", &registry, NULL }, { "--out", &out, NULL },
		{ "--mode", &mode, NULL }, { NULL, NULL, NULL },
	};
	int count = options_take(argc, argv, rows);
	if (count < 0)
		return EXIT_USAGE;
	if (count != 1 || !recipients || !registry || !out)
		return complain(EXIT_USAGE, "mark: FILM, --recipients, --registry and --out are wanted; see strandline mark --help");
	if (strcmp(mode, "direct") != 0 && strcmp(mode, "ab") != 0)
		return complain(EXIT_USAGE, "mark: --mode %s: direct and ab are the modes", mode);
	struct recipients list;
	struct fault why = { "" };
	int e = recipients_read(recipients, &list, &why);
	if (e) {
		recipients_release(&list);
		return complain(EXIT_USAGE, "%s", why.text);
	}
	bool is_shown = isatty(STDERR_FILENO);
	struct mark_order o = { .film = argv[1], .out = out, .mode = strcmp(mode, "ab") == 0 ? MARKS_AB : MARKS_DIRECT,
		.threads = (int)sysconf(_SC_NPROCESSORS_ONLN), .step = mark_step, .done = mark_done, .user = &is_shown };
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	int status = order_run(&o, &list, registry);
	recipients_release(&list);
	return status;
}

const struct command command_mark = {
	.name = "mark",
	.synopsis = "FILM --recipients FILE.csv --registry DIR --out DIR [--mode direct|ab]",
	.summary = "Writes a copy of a film for each recipient, each with its own invisible mark.",
	.help = "  --recipients FILE  CSV with a column recipient; further columns are kept in the registry\n"
	        "  --registry DIR     where films, keys and recipients are recorded, before any copy is written\n"
	        "  --out DIR          gets FILM.RECIPIENT.EXT for each recipient; made when it is not there\n"
	        "  --mode MODE        direct (default): each copy is encoded for itself; ab: two encodes, of\n"
	        "                     which each copy is woven: fast for thousands, read from minutes not seconds\n\n"
	        "Every copy is checked by reading its own mark back. Run the same command again after an\n"
	        "interruption: finished copies are left as they are.\n",
	.run = mark_run,
};
