/*
 * A text is known by its address, length and place. Memory is used again for other texts of the item, so
 * that alone does not prove it: whoever asks a second time has another text.
 */
#include "find/shared_tokens.h"

enum { TOKENS_MAX = 1 << 17, BYTES_A_TOKEN = 12, ROOM_MIN = 64 };

static const char shared_key;
struct shared {
	struct span text;
	uint64_t base;
	uint32_t page;
	unsigned asked;		/* users that have had these */
	bool is_whole;		/* the tokens fit */
	struct token *tokens;
	size_t count, room;
};

static void find_all(struct shared *s, struct span text)
{
	struct prefilter p;
	prefilter_start(&p, text, TOKENS_ALL);
	s->count = 0;
	for (size_t n; s->count < s->room && (n = prefilter_next(&p, s->tokens + s->count, s->room - s->count));)
		s->count += n;
	s->is_whole = s->count < s->room;
}

static void renew(struct shared *s, const struct item *it, const struct text *t)
{
	size_t room = t->utf8.n / BYTES_A_TOKEN + ROOM_MIN;
	room = room > TOKENS_MAX ? TOKENS_MAX : room;
	if (room > s->room) {
		s->tokens = arena_array(it->arena, room, sizeof(*s->tokens));
		s->room = s->tokens ? room : 0;
	}
	s->text = t->utf8;
	s->base = t->base;
	s->page = t->page;
	s->asked = 0;
	find_all(s, t->utf8);
}

void shared_tokens_start(struct prefilter *p, const struct item *it, const struct text *t, unsigned types, enum token_user user)
{
	struct shared *s = item_note(it, &shared_key, sizeof(*s));
	if (s && (s->asked & user || s->text.p != t->utf8.p || s->text.n != t->utf8.n || s->base != t->base || s->page != t->page))
		renew(s, it, t);
	if (!s || !s->is_whole) {
		prefilter_start(p, t->utf8, types);
		return;
	}
	s->asked |= user;
	*p = (struct prefilter){ .text = t->utf8, .types = types, .shared = s->tokens, .shared_left = s->count };
}
