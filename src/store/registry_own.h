/* Inside the registry only. */
#ifndef STORE_REGISTRY_OWN_H
#define STORE_REGISTRY_OWN_H

#include "store/registry.h"

enum { FILM_BYTES_MAX = 1 << 30 };
enum { OPEN_MAX = 4096, SEGMENTS_MAX = 64, CACHE = 1024, PENDING_MAX = 4 << 20, PENDING_SAVED = 1 << 18, PENDING_FEW = 1 << 16, MERGE_AT = 6 };

struct pairs { struct pair *p; size_t n, room; size_t saved; };

/* One stream of an item under way. */
struct gathered { enum print_space space; uint32_t window; struct pairs pairs; };
struct gathering {
	int64_t row;
	char *path;
	struct gathered streams[PRINT_WINDOWS_MAX + 1];
	unsigned count;
	bool has_root;
	unsigned char root[32];
	uint64_t text_length;
	struct buf film;
};

struct part {				/* an open segment */
	struct segment *s;
	char name[32];
	enum print_space space;
};

struct registry {
	struct case_file *c;
	char *dir;
	enum case_mode mode;
	unsigned char key[16];
	int64_t collection;
	bool is_background;
	uint64_t next_place;
	struct gathering *open[OPEN_MAX];
	unsigned open_count;
	struct pairs pending[PRINT_SPACES];
	bool is_sorted;
	struct part parts[SEGMENTS_MAX];
	unsigned part_count;
	uint64_t next_segment;
	struct registry_stream cache[CACHE];
	struct buf trail, path;
	unsigned char (*pdq)[32];
	int64_t *picture_item;
	uint32_t *picture_page;
	bool *picture_background;
	struct registry_film *films;
	size_t film_count;
};

struct gathering *registry_gathering_of(struct registry *r, int64_t row);
/* registry_film.c */
int  registry_films_make(struct registry *r, struct fault *why);
int  registry_film_store(struct registry *r, const struct gathering *g, struct fault *why);
void registry_films_close(struct registry *r);
int  registry_films_verify(struct registry *r, struct fault *why);
int  registry_films_merge(struct registry *r, struct registry *other, int64_t items, struct fault *why);
bool pairs_add(struct pairs *v, struct pair p);
uint64_t registry_keyed(const struct registry *r, uint64_t value);
int registry_number(struct registry *r, const char *sql, int64_t *n, struct fault *why);
int registry_set(struct registry *r, const char *key, int64_t value, struct fault *why);
/* registry_segments.c */
int  registry_parts_open(struct registry *r, struct fault *why);
void registry_parts_close(struct registry *r);
int  registry_pending_load(struct registry *r, struct fault *why);
/* 0 unless the stream of the place is gone; for segment_merge. */
bool registry_place_lives(void *user, struct pair p);

#endif
