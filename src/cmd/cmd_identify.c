/* identify: which recipient's copy a clip comes from, and how surely. */
#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "cmd/command.h"
#include "film/identify.h"
#include "report/record.h"

enum { LINE_MAX_BYTES = 1 << 20, PATHS_MAX = 1 << 20 };

static volatile sig_atomic_t is_stopped;

struct run {
	struct identify *films;
	bool is_jsonl, is_shown, is_partial;
	const char *clip;
	char **paths;
	size_t count, room;
};

static void stop(int signal)
{
	(void)signal;
	is_stopped = 1;
}

static int identify_step(void *user, uint64_t frames)
{
	const struct run *r = user;
	if (r->is_shown && frames % 32 == 0)
		fprintf(stderr, "\r%-50.50s %llu frames  ", r->clip ? r->clip : "", (unsigned long long)frames);
	return is_stopped;
}

static bool path_add(struct run *r, const char *path)
{
	if (r->count == r->room) {
		size_t room = r->room ? 2 * r->room : 64;
		char **more = room <= PATHS_MAX ? realloc(r->paths, room * sizeof(*more)) : NULL;
		if (!more)
			return false;
		r->paths = more;
		r->room = room;
	}
	r->paths[r->count] = strdup(path);
	return r->paths[r->count++] != NULL;
}

static int text_order(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Files as they are; of directories all files below, links inside not followed, in order of names. */
static bool paths_add(struct run *r, const char *top)
{
	size_t at = r->count;
	struct stat st;
	if (!path_add(r, top))
		return false;
	if (stat(top, &st) < 0 || !S_ISDIR(st.st_mode))
		return true;
	while (at < r->count) {	/* ends when the directories that were found are opened */
		if (lstat(r->paths[at], &st) < 0 || (!S_ISDIR(st.st_mode) && strcmp(r->paths[at], top) != 0)) {
			at++;
			continue;
		}
		char *directory = r->paths[at];
		struct dirent **names = NULL;
		int n = scandir(directory, &names, NULL, text_order);
		memmove(r->paths + at, r->paths + at + 1, (r->count - at - 1) * sizeof(*r->paths));
		r->count--;
		bool is_added = true;
		for (int i = 0; i < n; i++) {
			char path[8192];
			bool is_dot = strcmp(names[i]->d_name, ".") == 0 || strcmp(names[i]->d_name, "..") == 0;
			int len = snprintf(path, sizeof(path), "%s/%s", directory, names[i]->d_name);
			bool is_plain = !is_dot && len > 0 && (size_t)len < sizeof(path) && lstat(path, &st) == 0 &&
				(S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
			if (is_plain)
				is_added = path_add(r, path) && is_added;
			free(names[i]);
		}
		free(names);
		free(directory);
		if (!is_added)
			return false;
	}
	return true;
}

static void key(struct buf *b, const char *name)
{
	buf_add_str(b, b->n > 1 ? ",\"" : "\"");
	buf_add_str(b, name);
	buf_add_str(b, "\":");
}

static void key_text(struct buf *b, const char *name, const char *text)
{
	key(b, name);
	if (text)
		json_string(b, span_str(text));
	else
		buf_add_str(b, "null");
}

static void key_number(struct buf *b, const char *name, double n)
{
	key(b, name);
	json_number(b, n);
}

static void key_bool(struct buf *b, const char *name, bool is)
{
	key(b, name);
	buf_add_str(b, is ? "true" : "false");
}

static void line_json(const char *clip, const struct identified *d, struct buf *b)
{
	buf_add_str(b, "{");
	key_text(b, "clip", clip);
	key_text(b, "film", d->film);
	key_text(b, "recipient", d->recipient);
	key_number(b, "score", d->score);
	key_number(b, "false_accusation", d->false_accusation);
	key_number(b, "segments_read", (double)d->segments_read);
	key_number(b, "segments_used", (double)d->segments_used);
	key(b, "span");
	buf_format(b, "[%.2f,%.2f]", d->from, d->to);
	key(b, "colluders");
	buf_add_str(b, "[");
	for (size_t i = 0; i < d->colluder_count && d->verdict == VERDICT_SEVERAL; i++) {
		buf_add_str(b, i ? "," : "");
		json_string(b, span_str(d->colluders[i]));
	}
	buf_add_str(b, "]");
	key_text(b, "verdict", verdict_name(d->verdict));
	key_number(b, "sync", d->sync);
	key_number(b, "likeness", d->likeness);
	key_number(b, "rate", d->rate);
	key_bool(b, "mirrored", d->is_mirrored);
	key_bool(b, "informed", d->is_informed);
	key(b, "payload");
	if (d->has_payload)
		buf_format(b, "\"%010llx\"", (unsigned long long)d->payload_number);
	else
		buf_add_str(b, "null");
	buf_add_str(b, "}\n");
}

static void line_text(const char *clip, const struct identified *d, struct buf *b)
{
	buf_format(b, "%s: %s", clip, verdict_name(d->verdict));
	if (d->film)
		buf_format(b, ", film %s, %.1f to %.1f s", d->film, d->from, d->to);
	if (d->recipient)
		buf_format(b, ", recipient %s", d->recipient);
	for (size_t i = 1; i < d->colluder_count; i++)
		buf_format(b, "%s%s", i == 1 ? " with " : ", ", d->colluders[i]);
	if (d->film)
		buf_format(b, "; chance to accuse an innocent %.1e, z = %.1f over %llu of %llu segments, %s",
		           d->false_accusation, d->score, (unsigned long long)d->segments_used,
		           (unsigned long long)d->segments_read, d->is_informed ? "beside the original" : "blind");
	if (d->film && !d->recipient && d->strongest)
		buf_add_str(b, "; nobody is accused above 1e-8");
	if (d->has_payload)
		buf_format(b, "; payload %010llx (false by chance %.1e)", (unsigned long long)d->payload_number,
		           d->payload_chance);
	buf_add_str(b, "\n");
}

static int clip_run(struct run *r, const char *clip)
{
	struct identified d;
	struct fault why = { "" };
	struct buf b;
	r->clip = clip;
	int e = identify_clip(r->films, clip, &d, &why);
	if (r->is_shown)
		fprintf(stderr, "\r%80s\r", "");
	if (e == E_STOPPED || e == E_MEMORY || e == E_STORE)
		return e == E_STOPPED ? complain(EXIT_INTERRUPTED, "identify: interrupted") : complain(EXIT_STORE, "%s", why.text);
	if (e) {
		r->is_partial = true;
		complain(EXIT_PART, "%s: %s", clip, why.text);
		if (e < 0)
			return EXIT_DONE;
	}
	buf_init(&b, LINE_MAX_BYTES);
	if (r->is_jsonl)
		line_json(clip, &d, &b);
	else
		line_text(clip, &d, &b);
	fputs(buf_string(&b), stdout);
	fflush(stdout);
	buf_release(&b);
	return EXIT_DONE;
}

static int clips_run(struct run *r, const char *registry, const char *original)
{
	struct marks *m = NULL;
	struct fault why = { "" };
	int e = marks_open(registry, false, &m, &why);
	if (!e)
		e = identify_open(m, original, identify_step, r, &r->films, &why);
	int status = EXIT_DONE;
	if (e)
		status = complain(e == E_STORE || e == E_MEMORY ? EXIT_STORE : e == E_STOPPED ? EXIT_INTERRUPTED : EXIT_USAGE,
		                  "%s", why.text);
	for (size_t i = 0; i < r->count && status == EXIT_DONE; i++)
		status = clip_run(r, r->paths[i]);
	identify_close(r->films);
	marks_close(m);
	return status == EXIT_DONE && r->is_partial ? EXIT_PART : status;
}

static int identify_run(int argc, char **argv)
{
	const char *registry = NULL, *original = NULL, *format = "text";
	const struct option_row rows[] = {
		{ "--registry", &registry, NULL }, { "--original", &original, NULL }, { "--format", &format, NULL },
		{ NULL, NULL, NULL },
	};
	int count = options_take(argc, argv, rows);
	if (count < 0)
		return EXIT_USAGE;
	if (count < 1 || !registry)
		return complain(EXIT_USAGE, "identify: CLIP and --registry are wanted; see strandline identify --help");
	if (strcmp(format, "text") != 0 && strcmp(format, "jsonl") != 0)
		return complain(EXIT_USAGE, "identify: --format %s: text and jsonl are the formats", format);
	struct run r = { .is_jsonl = strcmp(format, "jsonl") == 0, .is_shown = isatty(STDERR_FILENO) };
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	int status = EXIT_DONE;
	for (int i = 1; i <= count && status == EXIT_DONE; i++)
		if (!paths_add(&r, argv[i]))
			status = complain(EXIT_STORE, "identify: no memory for the clips");
	if (status == EXIT_DONE)
		status = clips_run(&r, registry, original);
	for (size_t i = 0; i < r.count; i++)
		free(r.paths[i]);
	free(r.paths);
	return status;
}

const struct command command_identify = {
	.name = "identify",
	.synopsis = "CLIP... --registry DIR [--original FILM] [--format text|jsonl]",
	.summary = "Says whose marked copy a clip comes from, and how surely.",
	.help = "  --registry DIR    where mark recorded films and recipients\n"
	        "  --original FILM   the unmarked film: shorter and worse clips can be read beside it\n"
	        "  --format FORMAT   text (default) or jsonl, one object a clip\n\n"
	        "Verdicts: identified; several (recipients colluded, or clips of theirs are joined);\n"
	        "film-known-copy-unknown; unknown. Nobody is named unless the chance that an innocent\n"
	        "recipient scores like that is below 1e-8, all recipients taken together.\n",
	.run = identify_run,
};
