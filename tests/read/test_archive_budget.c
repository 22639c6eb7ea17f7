#include "check.h"
#include "core/part.h"
#include "base/buf.h"

#include <zlib.h>

/* A sink that counts, and whose budget ends after `budget` units of work. */
struct counter { struct sink sink; uint64_t work, budget; unsigned children, lost; };

static int on_child(struct sink *s, const struct child *c) { ((struct counter *)s)->children++; return OK; }
static int on_lost(struct sink *s, const struct child *c, enum status st, const char *reason)
{
	((struct counter *)s)->lost++;
	return OK;
}
static int on_type(struct sink *s, const char *mime) { return OK; }
static int on_damage(struct sink *s, enum status st, uint64_t at, uint64_t n, const char *reason) { return OK; }
static int on_spend(struct sink *s, uint64_t work)
{
	struct counter *c = (struct counter *)s;
	c->work += work;
	return c->work > c->budget ? E_LIMIT : OK;
}

static const struct sink_ops ops = {
	.child = on_child, .child_lost = on_lost, .type = on_type, .damage = on_damage, .spend = on_spend,
};

static int read_with(struct counter *c, const char *name, struct span bytes, uint64_t budget)
{
	static const struct options options = { .classes = CLASSES_ALL };
	struct arena arena;
	struct fault why = { "" };
	*c = (struct counter){ .sink = { &ops }, .budget = budget };
	arena_init(&arena, 1 << 26);
	struct item it = {
		.trail = name, .name = name, .bytes = bytes, .times = TIMES_UNKNOWN, .options = &options, .arena = &arena,
	};
	const struct reader *r = reader_for(&it);
	int e = r ? r->read(&it, &c->sink, &why) : E_UNSUPPORTED;
	CHECK(e >= 0 || why.text[0] || c->work > budget);
	arena_release(&arena);
	return e;
}

/* n zeroes as one gzip member. */
static void put_gzip(struct buf *b, size_t n)
{
	static const unsigned char zeroes[1 << 20];
	z_stream s = { 0 };
	deflateInit2(&s, 9, Z_DEFLATED, 16 + 15, 9, Z_DEFAULT_STRATEGY);
	for (size_t done = 0; done < n; done += sizeof(zeroes)) {
		s.next_in = (unsigned char *)zeroes;
		s.avail_in = sizeof(zeroes);
		do {
			unsigned char *at = buf_reserve(b, 1 << 16);
			s.next_out = at;
			s.avail_out = 1 << 16;
			deflate(&s, done + sizeof(zeroes) >= n ? Z_FINISH : Z_NO_FLUSH);
			b->n += (1 << 16) - s.avail_out;
		} while (!s.avail_out);
	}
	deflateEnd(&s);
}

TEST(archive_bomb_ends_with_the_budget)
{
	struct buf b;
	struct counter c;
	buf_init(&b, 4 << 20);
	put_gzip(&b, 64 << 20);
	CHECK(read_with(&c, "zeroes.gz", buf_span(&b), 1 << 30) == OK && c.children == 1);
	CHECK(read_with(&c, "zeroes.gz", buf_span(&b), 8 << 20) == E_LIMIT && c.children == 0);
	/* two members: their sizes are not known ahead, so they come in a stream and the budget ends it early */
	put_gzip(&b, 64 << 20);
	CHECK(read_with(&c, "zeroes.gz", buf_span(&b), 8 << 20) == E_LIMIT && c.work < 9 << 20);
	buf_release(&b);
}

static bool is_read_as(struct span bytes, const char *reader)
{
	struct arena arena;
	arena_init(&arena, 1 << 20);
	struct item it = { .trail = "a", .name = "a", .bytes = bytes, .times = TIMES_UNKNOWN, .arena = &arena };
	const struct reader *r = reader_for(&it);
	bool is_so = r && strcmp(r->name, reader) == 0;
	arena_release(&arena);
	return is_so;
}

TEST(magic_of_two_bytes_alone_is_no_archive)
{
	unsigned char random[64];
	memset(random, 0xff, sizeof(random));
	memcpy(random, "\x1f\x9d", 2);
	CHECK(!is_read_as(span_of(random, sizeof(random)), "compressed"));
	memcpy(random, "\xc7\x71", 2);
	CHECK(!is_read_as(span_of(random, sizeof(random)), "archive"));
}
