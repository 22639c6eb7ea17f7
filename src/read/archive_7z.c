#include "read/archive.h"
int archive_read_7z(struct archive_job *job) { return fault_set(job->why, E_UNSUPPORTED, "later"); }
