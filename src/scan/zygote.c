#include "scan/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scan/worker.h"

/* Private memory of a worker: one item at its ceiling beside libraries and models. */
#define WORKER_MEMORY (2048ul << 20)

/* Messages to the supervisor, all of one size. */
struct note_to { int what, pid, status; char text[244]; };
enum { NOTE_READY = 1, NOTE_FORKED, NOTE_DIED };

static int init_all(const struct options *o, struct fault *why)
{
	int e = OK;
	for (size_t i = 0; readers[i] && e >= 0; i++)
		if (readers[i]->init)
			e = readers[i]->init(o, why);
	for (size_t i = 0; detectors[i] && e >= 0; i++)
		if (detectors[i]->init)
			e = detectors[i]->init(o, why);
	for (size_t i = 0; o->print && printers[i] && e >= 0; i++)
		if (printers[i]->init)
			e = printers[i]->init(o, why);
	return e;
}

static void tell(int line, int what, int pid, int status, const char *text)
{
	struct note_to n = { .what = what, .pid = pid, .status = status };
	if (text)
		snprintf(n.text, sizeof(n.text), "%.*s", (int)sizeof(n.text) - 1, text);
	if (wire_write(line, span_of(&n, sizeof(n))) != OK)
		_exit(1);
}

static void become_worker(int ctl, int line, const struct options *o, struct seen *seen, unsigned hashes)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	close(ctl);
	/* libraries that talk to standard error are not heard */
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd <= 2 && null >= 0; fd++)
		dup2(null, fd);
	_exit(worker_run(line, o, seen, hashes, WORKER_MEMORY) != OK);
}

static void reap_all(int ctl)
{
	int status;
	for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG))
		tell(ctl, NOTE_DIED, pid, status, NULL);
}

static void fork_one(int ctl, const struct options *o, struct seen *seen, unsigned hashes)
{
	char byte;
	int fd = -1;
	unsigned count = 1;
	if (wire_recv_fds(ctl, &byte, 1, &fd, &count) <= 0 || count != 1)
		_exit(0);
	pid_t pid = fork();
	if (pid == 0)
		become_worker(ctl, fd, o, seen, hashes);
	close(fd);
	tell(ctl, NOTE_FORKED, pid, 0, NULL);
}

static void serve(int ctl, const struct options *o, struct seen *seen, unsigned hashes)
{
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	int signals = signalfd(-1, &child, SFD_CLOEXEC);
	struct pollfd p[2] = { { .fd = ctl, .events = POLLIN }, { .fd = signals, .events = POLLIN } };
	for (;;) {	/* ends when the supervisor's side of ctl is closed, or the supervisor dies */
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			_exit(1);
		if (p[1].revents) {
			struct signalfd_siginfo info;
			if (read(signals, &info, sizeof(info)) > 0)
				reap_all(ctl);
		}
		if (p[0].revents)
			fork_one(ctl, o, seen, hashes);
	}
}

static void become_zygote(int ctl, const struct options *o, unsigned hashes)
{
	struct fault why = { "" };
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_DFL);
	struct seen *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int e = seen == MAP_FAILED ? fault_set(&why, E_MEMORY, "no memory for the table of seen contents") : init_all(o, &why);
	tell(ctl, NOTE_READY, 0, e < 0 ? e : OK, why.text);
	if (e < 0)
		_exit(1);
	serve(ctl, o, seen, hashes);
}

int zygote_start(const struct options *o, unsigned hashes, struct zygote *z, struct fault *why)
{
	int pair[2];
	z->dead_count = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_set(why, E_IO, "no socket pair: %s", strerror(errno));
	z->pid = fork();
	if (z->pid < 0)
		return fault_set(why, E_IO, "no new process: %s", strerror(errno));
	if (z->pid == 0) {
		close(pair[0]);
		become_zygote(pair[1], o, hashes);
	}
	close(pair[1]);
	z->line = pair[0];
	return OK;
}

int zygote_ready(struct zygote *z, struct fault *why)
{
	struct note_to n = { 0 };
	if (wire_read(z->line, &n, sizeof(n)) != OK)
		return fault_set(why, E_IO, "the parent of the workers ended while it started");
	n.text[sizeof(n.text) - 1] = 0;
	return n.status < 0 ? fault_set(why, n.status, "%s", n.text) : OK;
}

static int note_wait(struct zygote *z, int what, pid_t pid, struct note_to *n)
{
	for (;;) {	/* ends with the note waited for, or the line's end */
		if (wire_read(z->line, n, sizeof(*n)) != OK)
			return E_IO;
		if (n->what == what && (!pid || n->pid == pid))
			return OK;
		if (n->what == NOTE_DIED && z->dead_count < DEAD_MAX) {
			z->dead[z->dead_count].pid = n->pid;
			z->dead[z->dead_count++].status = n->status;
		}
	}
}

int zygote_fork(struct zygote *z, int *line, pid_t *pid, struct fault *why)
{
	int pair[2];
	struct note_to n;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return fault_set(why, E_IO, "no socket pair: %s", strerror(errno));
	int e = wire_send_fds(z->line, span_of("W", 1), &pair[1], 1);
	close(pair[1]);
	if (!e)
		e = note_wait(z, NOTE_FORKED, 0, &n);
	if (e || n.pid <= 0) {
		close(pair[0]);
		return fault_set(why, E_IO, "no worker could be started");
	}
	*line = pair[0];
	*pid = n.pid;
	return OK;
}

int zygote_reap(struct zygote *z, pid_t pid, int *status)
{
	struct note_to n;
	for (unsigned i = 0; i < z->dead_count; i++) {
		if (z->dead[i].pid != pid)
			continue;
		*status = z->dead[i].status;
		z->dead[i] = z->dead[--z->dead_count];
		return OK;
	}
	if (note_wait(z, NOTE_DIED, pid, &n) != OK)
		return E_IO;
	*status = n.status;
	return OK;
}

void zygote_end(struct zygote *z)
{
	if (z->pid <= 0)
		return;
	close(z->line);
	kill(z->pid, SIGKILL);
	waitpid(z->pid, NULL, 0);
	z->pid = 0;
}
