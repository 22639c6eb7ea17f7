/* Schema: github.com/gitleaks/gitleaks, config/config.go and README (v8). */
#include "find/rules.h"

#include <math.h>
#include <string.h>

enum { RULES_MAX = 20000 };

static size_t member_count(const struct toml *t, const char *key)
{
	size_t n = 0;
	for (const struct toml *m = toml_members(t, key); m; m = m->next)
		n++;
	return n;
}

static unsigned flags_for(struct span text)
{
	bool is_wide = span_find(text, span_str("\\p"), 0) != SIZE_MAX || span_find(text, span_str("\\x{"), 0) != SIZE_MAX;
	for (size_t i = 0; i < text.n; i++)
		is_wide |= span_at(text, i) >= 0x80;
	return is_wide ? PATTERN_UTF8 : 0;
}

static int read_regexes(const struct toml *t, const char *key, struct regex_list *list,
                        struct arena *arena, struct fault *why)
{
	list->at = arena_array(arena, member_count(t, key) + 1, sizeof(*list->at));
	if (!list->at)
		return E_MEMORY;
	for (const struct toml *m = toml_members(t, key); m; m = m->next) {
		struct pattern p = { m->string, flags_for(m->string) };
		int e = regex_open(&p, &list->at[list->count], why);
		if (e)
			return e;
		list->count++;
	}
	return OK;
}

static int read_words(const struct toml *t, const char *key, struct span_list *list, struct arena *arena)
{
	list->at = arena_array(arena, member_count(t, key) + 1, sizeof(*list->at));
	if (!list->at)
		return E_MEMORY;
	for (const struct toml *m = toml_members(t, key); m; m = m->next)
		if (m->string.n)
			list->at[list->count++] = m->string;
	return OK;
}

static int read_allow(const struct toml *t, struct allow **head, struct arena *arena, struct fault *why)
{
	struct allow *a = arena_take(arena, sizeof(*a));
	if (!a)
		return E_MEMORY;
	struct span target = toml_string(t, "regexTarget");
	a->needs_all = span_equal_nocase(toml_string(t, "condition"), span_str("AND"));
	a->target = span_equal(target, span_str("match")) ? ALLOW_MATCH
		: span_equal(target, span_str("line")) ? ALLOW_LINE : ALLOW_SECRET;
	int e = read_regexes(t, "regexes", &a->regexes, arena, why);
	if (!e)
		e = read_regexes(t, "paths", &a->paths, arena, why);
	if (!e)
		e = read_words(t, "stopwords", &a->stopwords, arena);
	if (e)
		return e;
	a->next = *head;
	*head = a;
	return OK;
}

/* [allowlist] as it was, [[allowlists]] as it is now. */
static int read_allows(const struct toml *t, struct allow **head, struct arena *arena, struct fault *why)
{
	const struct toml *one = toml_get(t, "allowlist");
	if (one && one->type == TOML_TABLE) {
		int e = read_allow(one, head, arena, why);
		if (e)
			return e;
	}
	const struct toml *old = one && one->type == TOML_ARRAY ? one->first : NULL;
	for (const struct toml *m = old ? old : toml_members(t, "allowlists"); m; m = m->next) {
		int e = read_allow(m, head, arena, why);
		if (e)
			return e;
	}
	return OK;
}

static double number_or(const struct toml *t, const char *key, double otherwise)
{
	const struct toml *v = toml_get(t, key);
	return v && (v->type == TOML_FLOAT || v->type == TOML_INTEGER) ? v->number : otherwise;
}

static int check_of(struct span name, enum token_check *check)
{
	static const char *const names[TOKEN_CHECK_COUNT] = {
		"", "crc32-base62", "jwt", "basic", "base58check", "bitlocker", "discord", "cisco7", "pwdump",
		"placeholder",
	};
	for (unsigned i = 0; i < TOKEN_CHECK_COUNT; i++)
		if (span_equal(name, span_str(names[i]))) {
			*check = (enum token_check)i;
			return OK;
		}
	return E_USAGE;
}

/* Random text has the rule's longest keyword in place with 64^-length, the rest of the shape still to come. */
static double chance_of(const struct span_list *keywords)
{
	size_t longest = 3;
	for (size_t i = 0; i < keywords->count; i++)
		if (keywords->at[i].n > longest)
			longest = keywords->at[i].n;
	return pow(64, -(double)(longest < 10 ? longest : 10));
}

static int read_expressions(const struct toml *t, struct rule *r, struct fault *why)
{
	r->pattern.text = toml_string(t, "regex");
	r->pattern.flags = flags_for(r->pattern.text);
	struct span anchor = toml_string(t, "anchor");
	r->search = (struct pattern){ anchor.n ? anchor : r->pattern.text, r->pattern.flags };
	struct pattern path = { toml_string(t, "path"), 0 };
	if (!r->pattern.text.n && !path.text.n)
		return fault_set(why, E_USAGE, "neither regex nor path");
	if (memchr(r->pattern.text.n ? r->pattern.text.p : (const unsigned char *)"x", 0, r->pattern.text.n))
		return fault_set(why, E_USAGE, "a NUL in its regex");
	int e = OK;
	if (r->pattern.text.n) {
		e = pattern_check(&r->search, NULL, why);
		if (e >= 0)
			e = pattern_check(&r->pattern, &r->width, why);
		if (e >= 0)
			e = regex_open(&r->pattern, &r->regex, why);
	}
	if (!e && path.text.n)
		e = regex_open(&path, &r->path, why);
	return e;
}

static int read_rule(const struct toml *t, bool is_users, struct rule *r, struct arena *arena, struct fault *why)
{
	struct span kind = toml_string(t, "kind");
	r->is_users = is_users;
	r->group = (unsigned)number_or(t, "secretGroup", 0);
	r->entropy = number_or(t, "entropy", 0);
	r->confidence = number_or(t, "confidence", 0.9);
	r->kind = kind.n ? kind_of(kind) : KIND_ACCESS_TOKEN;
	if (r->kind == KIND_COUNT)
		return fault_set(why, E_USAGE, "its kind is unknown");
	if (r->group >= REGEX_GROUPS)
		return fault_set(why, E_USAGE, "its secretGroup is beyond %d", REGEX_GROUPS - 1);
	if (check_of(toml_string(t, "check"), &r->check))
		return fault_set(why, E_USAGE, "its check is unknown");
	int e = read_expressions(t, r, why);
	if (!e)
		e = read_words(t, "keywords", &r->keywords, arena);
	if (!e)
		e = read_allows(t, &r->allow, arena, why);
	r->chance = chance_of(&r->keywords);
	return e;
}

/* The rule's id before what is wrong with it. */
static int blame(struct fault *why, const char *id, int e)
{
	struct fault what = { "" };
	if (why)
		what = *why;
	return fault_set(why, e == E_MEMORY ? e : E_USAGE, "rule %s: %.180s", id, what.text);
}

int rules_load(struct rules *r, struct span toml, bool is_users, struct arena *arena, struct fault *why)
{
	struct toml *root = NULL;
	int e = toml_parse(toml, arena, &root, why);
	if (e)
		return e == E_MEMORY ? e : blame(why, "file", E_USAGE);
	size_t count = member_count(root, "rules");
	struct rule *all = count + r->count <= RULES_MAX ? arena_array(arena, r->count + count + 1, sizeof(*all)) : NULL;
	if (!all)
		return fault_set(why, E_MEMORY, "too many rules");
	if (r->count)
		memcpy(all, r->at, r->count * sizeof(*all));
	r->at = all;
	for (const struct toml *m = toml_members(root, "rules"); m; m = m->next) {
		struct span id = toml_string(m, "id");
		struct rule *rule = &r->at[r->count];
		rule->id = id.n ? arena_string(arena, id) : arena_format(arena, "at line %u", m->line);
		if (!rule->id)
			return E_MEMORY;
		e = read_rule(m, is_users, rule, arena, why);
		if (e)
			return blame(why, rule->id, e);
		r->count++;
	}
	e = read_allows(root, &r->allow, arena, why);
	return e ? blame(why, "allowlist", e) : OK;
}

static bool any_matches(const struct regex_list *l, struct span s)
{
	for (size_t i = 0; i < l->count; i++)
		if (regex_find(l->at[i], s, 0, NULL))
			return true;
	return false;
}

static bool any_stands_in(const struct span_list *l, struct span s)
{
	for (size_t i = 0; i < l->count; i++)
		if (span_find_nocase(s, l->at[i], 0) != SIZE_MAX)
			return true;
	return false;
}

static bool allow_applies(const struct allow *a, const char *path, struct span secret, struct span match, struct span line)
{
	struct span target = a->target == ALLOW_MATCH ? match : a->target == ALLOW_LINE ? line : secret;
	const struct { bool is_given, holds; } parts[] = {
		{ a->regexes.count > 0, any_matches(&a->regexes, target) },
		{ a->paths.count > 0, any_matches(&a->paths, span_str(path)) },
		{ a->stopwords.count > 0, any_stands_in(&a->stopwords, secret) },
	};
	bool any = false, all = true;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		any |= parts[i].is_given && parts[i].holds;
		all &= !parts[i].is_given || parts[i].holds;
	}
	return a->needs_all ? any && all : any;
}

bool rule_allows(const struct rules *all, const struct rule *r, const char *path,
                 struct span secret, struct span match, struct span line)
{
	for (const struct allow *a = r->allow; a; a = a->next)
		if (allow_applies(a, path, secret, match, line))
			return true;
	for (const struct allow *a = r->is_users ? all->allow : NULL; a; a = a->next)
		if (allow_applies(a, path, secret, match, line))
			return true;
	return false;
}

double span_entropy(struct span s)
{
	size_t seen[256] = { 0 };
	double bits = 0;
	for (size_t i = 0; i < s.n; i++)
		seen[span_at(s, i)]++;
	for (size_t i = 0; i < 256; i++)
		if (seen[i]) {
			double p = (double)seen[i] / (double)s.n;
			bits -= p * log2(p);
		}
	return bits;
}
