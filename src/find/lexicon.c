/*
 * Databases of rules, labels and armour lines; of phrases; and of those phrases without which the others
 * say nothing. Nearly all texts hold none of the latter, and they are scanned four times as fast as all.
 */
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
/* Of an item's texts so many bytes are looked at for phrases. */
enum { PHRASE_BYTES_MAX = 4 << 20 };
enum { ARMOURS = sizeof(armours) / sizeof(*armours) };

/* Made once before the workers start; read only afterwards. */
static struct {
	bool is_open;
	struct arena arena;
	struct rules rules;
	struct patterns *secrets, *keys, *phrases;	/* keys: the phrases that is_key picks */
	unsigned first_label, first_armour, colons;	/* colons: the rule that scan_colons looks for */
	uint16_t key[PHRASES];		/* which phrase each of keys is */
} lexicon;

static const char notes_key;

const struct rules *lexicon_rules(void)
{
	return &lexicon.rules;
}

/* A rule that is searched apart gets a pattern that never hits, to keep the indexes in step. */
static unsigned list_secrets(struct pattern *list)
{
	unsigned n = 0;
	lexicon.colons = UINT32_MAX;
	for (size_t i = 0; i < lexicon.rules.count; i++) {
		const struct rule *r = &lexicon.rules.at[i];
		bool is_colons = !r->is_users && span_equal(r->search.text, span_str("::"));
		if (is_colons)
			lexicon.colons = n;
		list[n] = r->search;
		if (!r->search.text.n || r->path || is_colons)
			list[n] = (struct pattern){ span_str("\\x01\\x02\\x01\\x02strandline"), 0 };
		n++;
	}
	lexicon.first_label = n;
	for (unsigned i = 0; i < LABELS; i++)
		list[n++] = (struct pattern){ span_str(labels[i]), PATTERN_LITERAL | PATTERN_CASELESS };
	lexicon.first_armour = n;
	for (unsigned i = 0; i < ARMOURS; i++)
		list[n++] = (struct pattern){ span_str(armours[i]), PATTERN_LITERAL };
	return n;
}

/* Without one of these no detector tells anything of a text: see is_telling. */
static bool is_key(const struct phrase *p)
{
	switch (p->topic) {
	case TOPIC_PAYROLL: case TOPIC_LEDGER: case TOPIC_INVOICE: case TOPIC_TAX_FORM: case TOPIC_BANK_STATEMENT:
	case TOPIC_CONTRACT: case TOPIC_MEDICAL:
		return p->weight == 3;
	case TOPIC_SCREENPLAY_HEADING: case TOPIC_CONFIG_CISCO: case TOPIC_CONFIG_JUNOS: case TOPIC_CONFIG_FORTINET:
	case TOPIC_CONFIG_IPTABLES: case TOPIC_CONFIG_OPENVPN: case TOPIC_CONFIG_WIREGUARD: case TOPIC_INVENTORY:
	case TOPIC_HOST_LINE:
		return true;
	case TOPIC_SCREENPLAY: case TOPIC_ADDRESS: case TOPIC_DEVICE: case TOPIC_MONEY: case TOPIC_BLANK_FORM:
	case TOPIC_COUNT:
		break;
	}
	return false;
}

static int open_phrases(struct pattern *list, const char *cache, struct fault *why)
{
	unsigned keys = 0;
	for (unsigned i = 0; i < PHRASES; i++)
		if (is_key(&phrases[i])) {
			list[keys] = (struct pattern){ span_str(phrases[i].expression), phrases[i].flags };
			lexicon.key[keys++] = (uint16_t)i;
		}
	int e = patterns_open(list, keys, cache, &lexicon.keys, why);
	for (unsigned i = 0; i < PHRASES; i++)
		list[i] = (struct pattern){ span_str(phrases[i].expression), phrases[i].flags };
	return e ? e : patterns_open(list, PHRASES, cache, &lexicon.phrases, why);
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
	char folder[4096];
	const char *cache = patterns_cache_folder(folder, sizeof(folder)) ? folder : NULL;
	e = patterns_open(list, list_secrets(list), cache, &lexicon.secrets, why);
	if (!e)
		e = open_phrases(list, cache, why);
	free(list);
	lexicon.is_open = !e;
	return e;
}

struct scan { const struct lexicon_events *events; void *user; };

static int on_secret(void *user, unsigned index, size_t start, size_t end)
{
	(void)start;
	struct scan *s = user;
	if (index < lexicon.first_label)
		return s->events->token(s->user, &lexicon.rules.at[index], index, end);
	if (index < lexicon.first_armour)
		return s->events->label(s->user, end - strlen(labels[index - lexicon.first_label]), end);
	return s->events->pem(s->user, end);
}

/* Up to max bytes of the text of one field between colons. */
static size_t field_length(struct span s, size_t at, size_t max)
{
	size_t n = 0;
	while (n < max && span_at(s, at + n) > ' ' && span_at(s, at + n) != ':')
		n++;
	return n;
}

/*
 * "user::domain:0123456789abcdef...": program texts and prose are full of double colons, which as a literal
 * cost the whole database a third of its speed.
 */
static int scan_colons(struct span s, struct scan *scan)
{
	enum { FIELD_MAX = 64, HEX = 16 };
	int e = OK;
	for (size_t at = 0; !e && lexicon.colons < lexicon.rules.count && (at = span_find_byte(s, ':', at)) != SIZE_MAX; at++) {
		if (span_at(s, at + 1) != ':')
			continue;
		size_t n = field_length(s, at + 2, FIELD_MAX), hex = at + 3 + n;
		if (n && span_at(s, hex - 1) == ':' && field_length(s, hex, HEX) == HEX)
			e = scan->events->token(scan->user, &lexicon.rules.at[lexicon.colons], lexicon.colons, hex + HEX);
	}
	return e;
}

static void count_up(uint16_t *count, unsigned by)
{
	*count = *count + by > UINT16_MAX ? UINT16_MAX : (uint16_t)(*count + by);
}

static int on_key(void *user, unsigned index, size_t start, size_t end)
{
	(void)start; (void)end;
	struct lexicon_notes *n = user;
	count_up(&n->count[lexicon.key[index]], 1);
	return OK;
}

static int on_phrase(void *user, unsigned index, size_t start, size_t end)
{
	(void)start; (void)end;
	struct lexicon_notes *n = user;
	count_up(&n->count[index], 1);
	return OK;
}

/* Key phrases after which the others matter. Those of configurations and lines of hosts stand for themselves. */
static bool is_telling(const struct lexicon_notes *n)
{
	static const enum topic named[] = { TOPIC_PAYROLL, TOPIC_LEDGER, TOPIC_INVOICE, TOPIC_TAX_FORM, TOPIC_BANK_STATEMENT,
		TOPIC_CONTRACT, TOPIC_MEDICAL, TOPIC_INVENTORY };
	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++)
		if (lexicon_names(n, named[i]))
			return true;
	return lexicon_hits(n, TOPIC_SCREENPLAY_HEADING) >= 3 || lexicon_score(n, TOPIC_INVENTORY, NULL) >= 4;
}

/* All phrases at once in documents, which are few and come page by page; else key phrases first. */
static int count_phrases(struct lexicon_notes *notes, struct span head, enum lexicon_sort sort)
{
	if (sort == LEXICON_PLAIN && !notes->is_telling) {
		struct lexicon_notes keys = { .texts = 0 };
		bool has_any = false;
		int e = patterns_scan(lexicon.keys, head, on_key, &keys);
		for (unsigned i = 0; i < PHRASES; i++) {
			has_any |= keys.count[i] != 0;
			count_up(&keys.count[i], notes->count[i]);
		}
		notes->is_telling = has_any && is_telling(&keys);
		if (has_any && !notes->is_telling)
			memcpy(notes->count, keys.count, sizeof(notes->count));
		if (e || !notes->is_telling)
			return e;
	}
	return patterns_scan(lexicon.phrases, head, on_phrase, notes);
}

int lexicon_scan(const struct item *it, struct span utf8, enum lexicon_sort sort, const struct lexicon_events *events, void *user)
{
	struct scan s = { events, user };
	struct lexicon_notes *n = item_note(it, &notes_key, sizeof(*n));
	int e = events ? patterns_scan(lexicon.secrets, utf8, on_secret, &s) : OK;
	if (!e && events && sort != LEXICON_SOURCE)
		e = scan_colons(utf8, &s);
	if (!e && n && n->text_bytes < PHRASE_BYTES_MAX && sort != LEXICON_SOURCE)
		e = count_phrases(n, span_sub(utf8, 0, LEXICON_HEAD), sort);
	if (n) {
		n->text_bytes += utf8.n;
		n->texts++;
		n->last = utf8;
	}
	return e;
}

bool lexicon_is_drawing(const struct item *it)
{
	return item_has_extension(it, "vsdx vsd vdx vsdm drawio dia graphml odg dio");
}

enum lexicon_sort lexicon_sort_of(const struct item *it, const struct text *t)
{
	if (t->space != SPACE_RAW || lexicon_is_drawing(it))
		return LEXICON_DOCUMENT;
	bool is_source = item_has_extension(it, "c h cc cpp cxx hh hpp java py pyi js mjs jsx ts tsx go rb php cs swift kt scala rs "
	                                        "pl pm lua css hs ml");
	return is_source ? LEXICON_SOURCE : LEXICON_PLAIN;
}

int lexicon_text(const struct item *it, const struct text *t, struct sink *out)
{
	(void)out;
	struct lexicon_notes *n = item_note(it, &notes_key, sizeof(*n));
	bool is_seen = !n || (n->last.p == t->utf8.p && n->last.n == t->utf8.n && n->last_base == t->base + t->page);
	if (n)
		n->last_base = t->base + t->page;
	return is_seen ? OK : lexicon_scan(it, t->utf8, lexicon_sort_of(it, t), NULL, NULL);
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
