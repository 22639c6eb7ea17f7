/* One database of rules, labels, armour lines and phrases. */
#include "find/lexicon.h"

#include "find/embedded.h"

#include <stdlib.h>
#include <string.h>

struct phrase { enum topic topic; unsigned weight; unsigned flags; const char *expression; };

#define ONCE(topic, weight, expression) { TOPIC_##topic, weight, PATTERN_CASELESS | PATTERN_ONCE, expression },
#define EACH(topic, weight, expression) { TOPIC_##topic, weight, 0, expression },
#define EACH_ANY(topic, weight, expression) { TOPIC_##topic, weight, PATTERN_CASELESS, expression },
static const struct phrase phrases[] = {
#include "find/phrases.def"
};
#undef ONCE
#undef EACH
#undef EACH_ANY
enum { PHRASES = sizeof(phrases) / sizeof(*phrases) };
_Static_assert(sizeof(phrases) / sizeof(*phrases) <= (size_t)PHRASES_MAX, "more phrases than notes have room for");

/* Words that begin or make up the name of a secret; label.c looks at what stands around them. */
static const char *const labels[] = {
	"pass", "pwd", "secret", "token", "api_key", "apikey", "api-key", "api key", "access_key", "accesskey",
	"access-key", "auth_key", "authkey", "private_key", "privatekey", "encryption_key", "encryptionkey",
	"signing_key", "master_key", "masterkey", "client_key", "consumer key", "consumer_key", "account_key",
	"accountkey", "_auth", "\"auth\"", "credential", "kennwort", "mot de passe", "motdepasse", "mdp",
	"contrase\xc3\xb1" "a", "contrasena", "senha", "wachtwoord", "has\xc5\x82o", "l\xc3\xb6senord", "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c",
	"\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89", "\xe5\xaf\x86\xe7\xa0\x81", "\xe5\xaf\x86\xe7\xa2\xbc", "\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8", "adminauth",
};
enum { LABELS = sizeof(labels) / sizeof(*labels) };

static const char *const armours[] = { "-----BEGIN ", "PuTTY-User-Key-File-", "---- BEGIN SSH2 ENCRYPTED" };
/* OVERLAP is what a hit may reach back; of an item's texts so many bytes are looked at for phrases. */
enum { OVERLAP = 8 << 10, PHRASE_BYTES_MAX = 4 << 20 };
enum { ARMOURS = sizeof(armours) / sizeof(*armours) };

/* Made once before the workers start; read only afterwards. */
static struct {
	bool is_open;
	struct arena arena;
	struct rules rules;
	struct patterns *all, *secrets;	/* secrets: without the phrases */
	unsigned first_label, first_armour, first_phrase;
} lexicon;

static const char notes_key;

const struct rules *lexicon_rules(void)
{
	return &lexicon.rules;
}

/* A rule with a path, which is searched apart, gets a pattern that never hits, to keep the indexes in step. */
static unsigned list_patterns(struct pattern *list)
{
	unsigned n = 0;
	for (size_t i = 0; i < lexicon.rules.count; i++) {
		list[n] = lexicon.rules.at[i].search;
		if (!list[n].text.n || lexicon.rules.at[i].path)
			list[n] = (struct pattern){ span_str("\\x01\\x02\\x01\\x02strandline"), 0 };
		n++;
	}
	lexicon.first_label = n;
	for (unsigned i = 0; i < LABELS; i++)
		list[n++] = (struct pattern){ span_str(labels[i]), PATTERN_LITERAL | PATTERN_CASELESS };
	lexicon.first_armour = n;
	for (unsigned i = 0; i < ARMOURS; i++)
		list[n++] = (struct pattern){ span_str(armours[i]), PATTERN_LITERAL };
	lexicon.first_phrase = n;
	for (unsigned i = 0; i < PHRASES; i++)
		list[n++] = (struct pattern){ span_str(phrases[i].expression), phrases[i].flags };
	return n;
}

int lexicon_open(const struct options *o, struct fault *why)
{
	if (lexicon.is_open)
		return OK;
	arena_init(&lexicon.arena, 256u << 20);
	int e = rules_load(&lexicon.rules, span_of(data_tokens, data_tokens_size), false, &lexicon.arena, why);
	if (!e && o->rules.n)
		e = rules_load(&lexicon.rules, o->rules, true, &lexicon.arena, why);
	if (e)
		return e;
	struct pattern *list = calloc(lexicon.rules.count + LABELS + ARMOURS + PHRASES, sizeof(*list));
	if (!list)
		return E_MEMORY;
	char cache[4096];
	bool is_cached = patterns_cache_folder(cache, sizeof(cache));
	unsigned n = list_patterns(list);
	e = patterns_open(list, n, is_cached ? cache : NULL, &lexicon.all, why);
	if (!e)
		e = patterns_open(list, lexicon.first_phrase, is_cached ? cache : NULL, &lexicon.secrets, why);
	free(list);
	lexicon.is_open = !e;
	return e;
}

struct scan {
	const struct lexicon_events *events;
	void *user;
	struct lexicon_notes *notes;
	size_t base;		/* where in the text the scanned piece begins */
};

static int on_hit(void *user, unsigned index, size_t start, size_t end)
{
	(void)start;
	struct scan *s = user;
	end += s->base;
	if (index < lexicon.first_phrase && !s->events)
		return OK;
	if (index < lexicon.first_label)
		return s->events->token(s->user, &lexicon.rules.at[index], index, end);
	if (index < lexicon.first_armour)
		return s->events->label(s->user, end - strlen(labels[index - lexicon.first_label]), end);
	if (index < lexicon.first_phrase)
		return s->events->pem(s->user, end);
	uint16_t *count = s->notes ? &s->notes->count[index - lexicon.first_phrase] : NULL;
	if (count && *count < UINT16_MAX)
		(*count)++;
	return OK;
}

int lexicon_scan(const struct item *it, struct span utf8, const struct lexicon_events *events, void *user)
{
	struct scan s = { events, user, item_note(it, &notes_key, sizeof(struct lexicon_notes)), 0 };
	size_t head = s.notes && s.notes->text_bytes < PHRASE_BYTES_MAX ? LEXICON_HEAD : 0;
	if (s.notes) {
		s.notes->text_bytes += utf8.n;
		s.notes->texts++;
		s.notes->last = utf8;
	}
	int e = head ? patterns_scan(lexicon.all, span_sub(utf8, 0, head), on_hit, &s) : OK;
	if (e || utf8.n <= head || !events)
		return e;
	s.base = head ? head - OVERLAP : 0;
	return patterns_scan(lexicon.secrets, span_from(utf8, s.base), on_hit, &s);
}

int lexicon_text(const struct item *it, const struct text *t, struct sink *out)
{
	(void)out;
	struct lexicon_notes *n = item_note(it, &notes_key, sizeof(*n));
	bool is_seen = !n || (n->last.p == t->utf8.p && n->last.n == t->utf8.n && n->last_base == t->base + t->page);
	if (n)
		n->last_base = t->base + t->page;
	return is_seen ? OK : lexicon_scan(it, t->utf8, NULL, NULL);
}

void lexicon_mark(const struct item *it, const struct text *t)
{
	struct lexicon_notes *n = item_note(it, &notes_key, sizeof(*n));
	if (n)
		n->last_base = t->base + t->page;
}

const struct lexicon_notes *lexicon_notes(const struct item *it)
{
	const struct lexicon_notes *n = item_note(it, &notes_key, sizeof(*n));
	return n && n->texts ? n : NULL;
}

unsigned lexicon_score(const struct lexicon_notes *n, enum topic t, unsigned *distinct)
{
	unsigned score = 0, seen = 0;
	for (unsigned i = 0; n && i < PHRASES; i++)
		if (phrases[i].topic == t && n->count[i]) {
			score += phrases[i].weight;
			seen++;
		}
	if (distinct)
		*distinct = seen;
	return score;
}

unsigned lexicon_hits(const struct lexicon_notes *n, enum topic t)
{
	unsigned hits = 0;
	for (unsigned i = 0; n && i < PHRASES; i++)
		if (phrases[i].topic == t)
			hits += n->count[i];
	return hits;
}

bool lexicon_names(const struct lexicon_notes *n, enum topic t)
{
	for (unsigned i = 0; n && i < PHRASES; i++)
		if (phrases[i].topic == t && phrases[i].weight == 3 && n->count[i])
			return true;
	return false;
}

void lexicon_count_password(const struct item *it)
{
	struct lexicon_notes *n = item_note(it, &notes_key, sizeof(*n));
	if (n)
		n->passwords++;
}

unsigned lexicon_count(const struct lexicon_notes *n, enum topic t)
{
	unsigned most = 0;
	for (unsigned i = 0; n && i < PHRASES; i++)
		if (phrases[i].topic == t && n->count[i] > most)
			most = n->count[i];
	return most;
}
