/* What becomes of a member, the same for every kind of archive. */
#include "read/archive.h"

void archive_job_init(struct archive_job *job, const struct item *it, struct sink *out, struct fault *why)
{
	*job = (struct archive_job){ .item = it, .out = out, .why = why };
	buf_init(&job->bytes, ARCHIVE_MEMBER_MAX);
}

void archive_job_release(struct archive_job *job)
{
	buf_release(&job->bytes);
}

int archive_damage(struct archive_job *job, uint64_t offset, const char *reason)
{
	job->is_part = true;
	return sink_damage(job->out, STATUS_PARTIAL, offset, 0, reason);
}

static int tell_part(struct archive_job *job, const struct child *c, const char *reason)
{
	struct fault line;
	fault_set(&line, PART, "%.*s: %s", c->name.n > 100 ? 100 : (int)c->name.n,
		c->name.n ? (const char *)c->name.p : "", reason);
	return archive_damage(job, 0, line.text);
}

static int lose(struct archive_job *job, struct child *c, int code, const char *reason)
{
	c->bytes = span_of(NULL, 0);
	enum status st = code == E_ENCRYPTED ? STATUS_ENCRYPTED :
		code == E_LIMIT || code == E_MEMORY ? STATUS_SKIPPED : STATUS_UNREADABLE;
	job->is_part = true;
	return sink_child_lost(job->out, c, st, reason);
}

int archive_hand_on(struct archive_job *job, struct child *c, int code, const struct fault *reason)
{
	if (code == OK || (job->bytes.n && (code == PART || code == E_DAMAGED))) {
		int e = code ? tell_part(job, c, reason->text) : OK;
		c->bytes = buf_span(&job->bytes);
		return e ? e : sink_child(job->out, c);
	}
	return lose(job, c, code, reason->text);
}

int archive_tell_link(struct archive_job *job, struct child *c, const char *what, struct span target)
{
	struct fault line;
	int n = target.n > 180 ? 180 : (int)target.n;
	fault_set(&line, OK, n ? "%s to %.*s" : "%s", what, n, (const char *)target.p);
	c->bytes = span_of(NULL, 0);
	return sink_child_lost(job->out, c, STATUS_SKIPPED, line.text);
}

bool archive_password(const struct archive_job *job, size_t *state, struct span *password)
{
	if (*state == 0) {
		*state = 1;
		*password = job->password;
		if (password->n)
			return true;
	}
	struct span all = job->item->options ? job->item->options->passwords : span_of(NULL, 0);
	struct span rest = span_from(all, *state - 1);
	while (span_line(&rest, password)) {	/* each turn takes a line */
		*state = all.n - rest.n + 1;
		if (password->n && !span_equal(*password, job->password))
			return true;
	}
	return false;
}
