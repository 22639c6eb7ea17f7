#include "report/reveal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/evidence.h"

int reveal_note(struct case_file *c, const char *what, const char *to, struct fault *why)
{
	char subject[300];
	snprintf(subject, sizeof(subject), "%s to %.200s", what, to ? to : "standard output");
	int e = case_checkpoint(c, why);
	if (!e)
		e = evidence_add(c, "revealed", subject, NULL, why);
	if (!e)
		e = evidence_sign(c, why);
	return e ? e : case_checkpoint(c, why);
}

int output_open(const char *file, bool is_private, FILE **to, struct fault *why)
{
	if (!file || strcmp(file, "-") == 0) {
		*to = stdout;
		return OK;
	}
	int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, is_private ? 0600 : 0666);
	struct stat st;
	if (fd >= 0 && is_private && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		(void)!fchmod(fd, 0600);
	FILE *f = fd >= 0 ? fdopen(fd, "wb") : NULL;
	if (!f) {
		int number = errno;
		if (fd >= 0)
			close(fd);
		return fault_set(why, E_USAGE, "%s: %s", file, strerror(number));
	}
	*to = f;
	return OK;
}

int output_close(const char *file, FILE *to, int code, struct fault *why)
{
	if (!to)
		return code;
	bool is_written = fflush(to) == 0 && !ferror(to);
	int number = errno;
	if (to != stdout)
		is_written &= fclose(to) == 0;
	if (!code && !is_written)
		return fault_set(why, E_USAGE, "%s: %s", file ? file : "standard output", strerror(number));
	return code;
}
