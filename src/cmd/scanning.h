/* What register and trace share: reading everything for its prints, without detectors. */
#ifndef CMD_SCANNING_H
#define CMD_SCANNING_H

#include "core/print.h"
#include "scan/scan.h"

struct scanning {
	struct options options;
	struct print_options print;
	struct plan plan;
	struct zygote zygote;
	struct scan_request request;
	unsigned hashes;
	char digest[17];
};

struct scanning_arguments {
	const char *jobs, *passwords, *hashes, *seconds;
};

/*
 * Takes the arguments, forks the zygote (before any key is read), makes the
 * plan without `avoid` (a directory, or NULL). salt: what else changes
 * results. windows: as in print_options.
 */
int  scanning_start(struct scanning *s, const struct scanning_arguments *a, const uint32_t *windows, bool is_query,
                    const char *salt, char **paths, unsigned count, const char *avoid, struct fault *why);
/* Reads all; interrupted by SIGINT, SIGTERM, SIGHUP. */
int  scanning_run(struct scanning *s, struct case_file *c, const struct scan_prints *to, struct fault *why);
void scanning_end(struct scanning *s);

#endif
