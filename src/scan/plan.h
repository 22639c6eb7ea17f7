/*
 * Plan: what is to be read. Walks the paths as given, never follows a
 * symbolic link inside, lists what cannot or will not be read, joins volume
 * sets, and puts a sample of every folder first.
 */
#ifndef SCAN_PLAN_H
#define SCAN_PLAN_H

#include <sys/stat.h>

#include "base/fault.h"
#include "core/item.h"

struct plan_file {
	char *path;			/* to open it by */
	char *trail;			/* path as given, escaped */
	uint64_t size;
	struct times times;
	dev_t device;
	ino_t inode;
	enum status status;		/* STATUS_READ: to be read; else listed as it is */
	const char *reason;		/* static; why not */
	uint32_t volumes;		/* of a set, in order to join; 0 when it is none */
	uint32_t *volume;		/* their numbers in the plan */
	uint32_t own_volume;		/* which of them gives the set its name */
	uint32_t member_of;		/* 1 + number of the file that stands for the set; 0 */
	bool is_sample;
};
struct plan {
	struct plan_file *files;
	uint32_t count, room;
	uint64_t bytes;
	uint32_t *order;		/* count numbers: what to read when */
};

/* avoid: a directory left out (the case itself). E_USAGE when a path given does not exist. */
int  plan_make(char *const *paths, unsigned count, const struct stat *avoid, struct plan *p, struct fault *why);
void plan_release(struct plan *p);

#endif
