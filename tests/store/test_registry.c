#include "store/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../check.h"
#include "store/fuse.h"

static const char *scratch(const char *name)
{
	static char path[80];
	snprintf(path, sizeof(path), "/tmp/strandline-registry-%d-%s", (int)getpid(), name);
	return path;
}

static void remove_all(const char *dir)
{
	char command[200];
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	CHECK(system(command) == 0);
}

/* An item of n anchors at 0, 1000, 2000, ...; values follow from the seed. */
static int64_t put_item(struct registry *r, const char *trail, uint64_t seed, size_t n, struct fault *why)
{
	struct print *list = calloc(n, sizeof(*list));
	struct item_row row = { .trail = trail, .name = trail, .size = n * 1000, .times = TIMES_UNKNOWN };
	unsigned char sha256[32] = { (unsigned char)seed, (unsigned char)(seed >> 8) };
	struct item_end end = { .status = STATUS_READ, .sha256 = sha256 };
	int64_t id = 0;
	for (size_t i = 0; i < n; i++)
		list[i] = (struct print){ .value = fuse_mix(seed * 1000003 + i), .at = i * 1000 };
	struct prints p = { PRINT_BYTES, PRINT_WINDOW, list, n };
	CHECK(case_item_begin(registry_case(r), &row, &id, why) == OK);
	CHECK(registry_item_begin(r, id, NULL, why) == OK);
	CHECK(registry_item_add(r, id, &p, why) == OK);
	CHECK(case_item_end(registry_case(r), id, &end, why) == OK);
	CHECK(registry_item_end(r, id, row.size, &end, why) == OK);
	free(list);
	return id;
}

struct seen { struct registry *r; size_t right, wrong, gone; int64_t item; };

static int look(void *user, const struct registry_hit *h)
{
	struct seen *s = user;
	struct registry_stream at;
	CHECK(registry_stream_at(s->r, h->place, &at, NULL) == OK);
	if (!at.item)
		s->gone++;
	else if (at.item == s->item && h->place - at.base == h->query * 1000ull)
		s->right++;
	else
		s->wrong++;
	return OK;
}

static struct seen ask(struct registry *r, int64_t item, uint64_t seed, size_t n)
{
	struct seen s = { .r = r, .item = item };
	uint64_t *values = calloc(n, sizeof(*values)), *count = calloc(n, sizeof(*count));
	for (size_t i = 0; i < n; i++)
		values[i] = fuse_mix(seed * 1000003 + i);
	CHECK(registry_find(r, PRINT_BYTES, values, n, 100, count, look, &s, NULL) == OK);
	free(values);
	free(count);
	return s;
}

static struct registry *fresh(const char *dir, struct fault *why)
{
	struct registry *r = NULL;
	remove_all(dir);
	CHECK(registry_open(dir, NULL, CASE_CREATE, &r, why) == OK);
	CHECK(registry_collection(r, "own", 0, false, why) == OK);
	CHECK(case_checkpoint(registry_case(r), why) == OK);
	return r;
}

TEST(registry_finds_anchors_pending_and_in_segments_and_after_reopening)
{
	struct fault why = { "" };
	const char *dir = scratch("find");
	struct registry *r = fresh(dir, &why);
	int64_t a = put_item(r, "a", 1, 500, &why);
	CHECK(ask(r, a, 1, 500).right == 500);
	CHECK(registry_flush(r, true, &why) == OK);
	int64_t b = put_item(r, "b", 2, 700, &why);
	CHECK(ask(r, a, 1, 500).right == 500);
	CHECK(ask(r, b, 2, 700).right == 700);
	CHECK(ask(r, b, 3, 700).right == 0);
	CHECK(registry_save(r, &why) == OK);
	CHECK(case_checkpoint(registry_case(r), &why) == OK);
	registry_close(r);
	CHECK(registry_open(dir, NULL, CASE_READ, &r, &why) == OK);
	CHECK(ask(r, a, 1, 500).right == 500);
	CHECK(ask(r, b, 2, 700).right == 700);
	CHECK(ask(r, b, 2, 700).wrong == 0);
	registry_close(r);
	remove_all(dir);
}

TEST(registry_merges_segments_of_like_size)
{
	struct fault why = { "" };
	const char *dir = scratch("tiers");
	struct registry *r = fresh(dir, &why);
	int64_t items[40];
	struct registry_counts n;
	for (uint64_t i = 0; i < 40; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%d", (int)i);
		items[i] = put_item(r, name, 10 + i, 100, &why);
		CHECK(registry_flush(r, true, &why) == OK);
	}
	CHECK(registry_counts(r, &n, &why) == OK);
	CHECK(n.segments < 12);
	CHECK(n.anchors == 4000);
	for (uint64_t i = 0; i < 40; i++)
		CHECK(ask(r, items[i], 10 + i, 100).right == 100);
	CHECK(registry_verify(r, &why) == OK);
	registry_close(r);
	remove_all(dir);
}

TEST(registry_forgets_and_compacts_but_keeps_a_copy)
{
	struct fault why = { "" };
	const char *dir = scratch("forget");
	struct registry *r = fresh(dir, &why);
	uint64_t count = 0;
	struct registry_counts n;
	put_item(r, "x/a", 1, 300, &why);
	put_item(r, "x/b", 2, 300, &why);
	/* a copy of x/b, registered without a reading of its own: same digest, no streams */
	int64_t copy = put_item(r, "y/copy", 2, 0, &why);
	CHECK(registry_forget(r, "x/", &count, &why) == OK);
	CHECK(count == 2);
	CHECK(ask(r, copy, 1, 300).gone == 300);
	CHECK(ask(r, copy, 2, 300).right == 300);
	CHECK(registry_compact(r, &why) == OK);
	CHECK(registry_counts(r, &n, &why) == OK);
	CHECK(n.anchors == 300);
	CHECK(ask(r, copy, 1, 300).gone == 0);
	CHECK(ask(r, copy, 2, 300).right == 300);
	registry_close(r);
	remove_all(dir);
}

TEST(registry_keeps_no_value_that_another_key_would_give)
{
	struct fault why = { "" };
	char first[80];
	snprintf(first, sizeof(first), "%s", scratch("key1"));
	struct registry *r = fresh(first, &why);
	put_item(r, "a", 1, 400, &why);
	CHECK(registry_flush(r, true, &why) == OK);
	registry_close(r);
	const char *second = scratch("key2");
	r = fresh(second, &why);
	CHECK(registry_merge(r, first, NULL, &why) == E_STORE);
	registry_close(r);
	remove_all(first);
	remove_all(second);
}
