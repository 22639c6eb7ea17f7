#include "scan/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(pwrite64),
	SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(close), SCMP_SYS(fstat),
	SCMP_SYS(lseek), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(ftruncate),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(getrandom),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(getrusage), SCMP_SYS(uname), SCMP_SYS(poll), SCMP_SYS(rseq),
	SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall), SCMP_SYS(membarrier),
};

static int limit(int what, rlim_t to)
{
	struct rlimit r = { to, to };
	return setrlimit(what, &r);
}

/* A ruleset that handles every access and allows none. */
static void landlock_close(void)
{
	struct landlock_ruleset_attr all = { .handled_access_fs = (1ull << 13) - 1 };
	int fd = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (fd < 0)
		return;
	syscall(SYS_landlock_restrict_self, fd, 0);
	close(fd);
}

static int filter_load(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!f)
		return -1;
	int e = 0;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(*allowed); i++)
		e |= seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0);
	/* memory never becomes executable; signals go to oneself only (abort) */
	e |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	e |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
	/* glibc's fstat: no path, only an open descriptor */
	e |= seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1, SCMP_A3(SCMP_CMP_MASKED_EQ, AT_EMPTY_PATH, AT_EMPTY_PATH));
	if (!e)
		e = seccomp_load(f);
	seccomp_release(f);
	return e;
}

int sandbox_close(size_t memory, struct fault *why)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, 64);
	limit(RLIMIT_DATA, memory);
	prctl(PR_SET_DUMPABLE, 0);
	unshare(CLONE_NEWNET | CLONE_NEWIPC);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fault_set(why, E_IO, "the kernel refuses no_new_privs: %s", strerror(errno));
	landlock_close();
	if (filter_load() != 0)
		return fault_set(why, E_IO, "the kernel refuses the seccomp filter: %s", strerror(errno));
	return OK;
}
