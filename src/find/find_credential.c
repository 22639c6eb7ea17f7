/*
 * Credentials: tokens by rule, secrets by label, private keys by armour, key
 * stores by magic. One scan of each text for all of them; see lexicon.h.
 */
#include "find/credential.h"
#include "find/column.h"
#include "find/lexicon.h"
#include "find/secret_value.h"

#include <stdlib.h>
#include <string.h>

enum {
	WINDOW_MAX = 8192,	/* bytes before a hit's end in which its match may begin */
	AHEAD_MAX = 4096,	/* bytes behind it into which the match may reach */
	KEYWORD_REACH = 64 << 10,
	BY_PATH_MAX = 4 << 20,	/* bytes searched by rules for paths */
	BY_PATH_HITS = 4096,
	CELLS_ROOM = 8 << 20	/* bytes of cells scanned together */
};

void candidate_add(struct credential_scan *c, const struct candidate *found)
{
	if (c->candidates.n / sizeof(*found) < CANDIDATES_MAX)
		buf_add(&c->candidates, span_of(found, sizeof(*found)));
}

static bool keyword_is_near(const struct rule *r, struct span s, size_t start)
{
	struct span around = span_sub(s, start > KEYWORD_REACH ? start - KEYWORD_REACH : 0, 2 * KEYWORD_REACH);
	for (size_t i = 0; i < r->keywords.count; i++)
		if (span_find_nocase(around, r->keywords.at[i], 0) != SIZE_MAX)
			return true;
	return !r->keywords.count;
}

static struct span line_around(struct span s, size_t start, size_t end)
{
	size_t from = start;
	for (; from && span_at(s, from - 1) != '\n' && start - from < 1024; from--)
		;
	size_t to = end;
	for (; to < s.n && span_at(s, to) != '\n' && to - end < 1024; to++)
		;
	return span_sub(s, from, to - from);
}

static struct span secret_of(const struct rule *r, const struct groups *g)
{
	if (r->group)
		return r->group < g->count ? g->at[r->group] : span_str("");
	for (unsigned i = 1; r->is_users && i < g->count && i < REGEX_GROUPS; i++)
		if (g->at[i].n)
			return g->at[i];
	return g->at[0];
}

static bool is_known_example(struct span v)
{
	return value_is_placeholder(v);
}

static void token_add(struct credential_scan *c, const struct rule *r, const struct groups *g)
{
	struct span secret = secret_of(r, g);
	if (!secret.n || (r->entropy > 0 && span_entropy(secret) < r->entropy))
		return;
	if (r->is_users && !keyword_is_near(r, c->s, g->start))
		return;
	if (r->path && !regex_find(r->path, span_str(c->it->trail), 0, NULL))
		return;
	struct span line = line_around(c->s, g->start, g->end);
	if (rule_allows(lexicon_rules(), r, c->it->trail, secret, g->at[0], line))
		return;
	struct candidate f = {
		.start = (size_t)(secret.p - c->s.p), .value = secret, .kind = r->kind, .confidence = r->confidence,
		.rank = r->kind == KIND_PASSWORD_HASH ? RANK_HASH : r->kind == KIND_PRIVATE_KEY ? RANK_KEY : RANK_TOKEN,
		.chance = r->chance, .rule = r->id,
		.checks = { r->entropy > 0 ? "shape and entropy" : "shape" },
	};
	f.end = f.start + secret.n;
	if (r->is_users)
		f.rank = RANK_RULE;
	else if (r->check != TOKEN_BASIC && r->kind != KIND_PASSWORD_HASH && is_known_example(secret))
		f.confidence = 0.3;
	if (f.confidence >= 0.5 || r->check != TOKEN_PLAIN) {
		double before = f.confidence;
		if (!token_check(r, &f, c->it->arena))
			return;
		if (before < 0.5 && f.confidence > before)
			f.confidence = before;
	}
	candidate_add(c, &f);
}

/* Hyperscan told an end; PCRE2 finds the start, the true end and the groups. */
static int on_token(void *user, const struct rule *r, unsigned index, size_t end)
{
	struct credential_scan *c = user;
	if (end <= c->seen_to[index])
		return OK;
	size_t width = r->width < WINDOW_MAX ? r->width + 1 : WINDOW_MAX;
	size_t from = end > width ? end - width : 0;
	from = from < c->seen_to[index] ? c->seen_to[index] : from;
	struct span region = span_sub(c->s, 0, end + AHEAD_MAX);
	struct groups g;
	bool is_found = false;
	for (int turn = 0; turn < 64 && !is_found && regex_find(r->regex, region, from, &g); turn++) {
		struct span secret = secret_of(r, &g);
		size_t secret_end = secret.n ? (size_t)(secret.p - c->s.p) + secret.n : g.end;
		token_add(c, r, &g);
		/* the byte behind a secret may be the one before the next: go on at the secret's own end */
		from = secret_end > from ? secret_end : from + 1;
		is_found = g.end >= end;
	}
	c->seen_to[index] = is_found && from <= end ? from : end;
	return OK;
}

/* Rules for certain paths: only texts under those are searched, by PCRE2. */
static void search_by_path(struct credential_scan *c)
{
	const struct rules *all = lexicon_rules();
	for (size_t i = 0; i < all->count; i++) {
		const struct rule *r = &all->at[i];
		if (!r->path || !r->regex || !regex_find(r->path, span_str(c->it->trail), 0, NULL))
			continue;
		struct span s = span_sub(c->s, 0, BY_PATH_MAX);
		struct groups g;
		size_t from = 0;
		for (int turn = 0; turn < BY_PATH_HITS && regex_find(r->regex, s, from, &g); turn++) {
			struct span secret = secret_of(r, &g);
			token_add(c, r, &g);
			size_t end = secret.n ? (size_t)(secret.p - c->s.p) + secret.n : g.end;
			from = end > from ? end : from + 1;
		}
	}
}

static int on_label(void *user, size_t start, size_t end)
{
	credential_label(user, start, end);
	return OK;
}

static int on_armour(void *user, size_t end)
{
	credential_armour(user, end);
	return OK;
}

static const struct lexicon_events events = { on_token, on_label, on_armour };

static int by_place(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return x->end > y->end ? -1 : x->end < y->end;
}

static bool is_better(const struct candidate *a, const struct candidate *b)
{
	if ((a->confidence >= 0.5) != (b->confidence >= 0.5) && a->rank <= RANK_TOKEN && b->rank <= RANK_TOKEN)
		return a->confidence >= 0.5;
	if (a->rank != b->rank)
		return a->rank > b->rank;
	return a->confidence > b->confidence;
}

/* Sorts, and leaves of overlapping ones the best; the count that is left. */
static size_t settle(struct candidate *all, size_t n)
{
	size_t kept = 0;
	if (n)
		qsort(all, n, sizeof(*all), by_place);
	for (size_t i = 0; i < n; i++) {
		bool is_in = true;
		while (kept && all[kept - 1].end > all[i].start && is_in) {
			is_in = is_better(&all[i], &all[kept - 1]);
			if (is_in)
				kept--;
		}
		if (is_in)
			all[kept++] = all[i];
	}
	return kept;
}

static int tell(const struct item *it, struct sink *out, const struct candidate *f, struct where where)
{
	struct finding found = {
		.kind = f->kind, .value = f->value, .confidence = f->confidence, .rule = f->rule,
		.checks = { f->checks[0], f->checks[1], f->checks[2] }, .chance = f->chance, .where = where,
	};
	if (f->kind == KIND_PASSWORD && f->confidence >= 0.5)
		lexicon_count_password(it);
	return sink_finding(out, &found);
}

/* Files without an extension that every package has, and that are written for people. */
static bool name_is_prose(const struct item *it)
{
	static const char *const names[] = { "changelog", "changes", "news", "readme", "copyright", "license", "licence", "copying",
		"authors", "thanks", "todo", "history", "install", "faq", "makefile", "00faq" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (span_equal_nocase(span_str(it->name), span_str(names[i])))
			return true;
	return false;
}

static bool name_is_config(const struct item *it)
{
	return item_has_extension(it, "env ini cfg conf cnf config properties yml yaml toml json xml sh bash zsh profile "
	                              "bashrc bash_profile rc netrc npmrc pypirc esmtprc tf tfvars tfstate reg ovpn "
	                              "credentials ftpconfig s3cfg tugboat plist inf bat cmd ps1 service htaccess "
	                              "dockercfg hcl credentials") || it->name[0] == '.' || (!strchr(it->name, '.') && !name_is_prose(it));
}

static bool name_is_code(const struct item *it)
{
	return item_has_extension(it, "c h cc cpp cxx hh hpp hxx ipp inl tcc inc def java py js jsx ts tsx mjs go rb php cs swift kt scala rs m mm "
	                              "pl pm perl lua ex exs vb groovy dart vue html htm css asp aspx jsp r jl clj hs ml");
}

static int scan_init(struct credential_scan *c, const struct item *it, struct span s)
{
	*c = (struct credential_scan){ .it = it, .s = s, .is_code = name_is_code(it), .is_config = name_is_config(it) };
	buf_init(&c->candidates, CANDIDATES_MAX * sizeof(struct candidate));
	c->seen_to = calloc(lexicon_rules()->count + 1, sizeof(*c->seen_to));
	return c->seen_to ? OK : E_MEMORY;
}

static void scan_release(struct credential_scan *c)
{
	free(c->seen_to);
	buf_release(&c->candidates);
}

static int credential_text(const struct item *it, const struct text *t, struct sink *out)
{
	struct credential_scan c;
	int e = scan_init(&c, it, t->utf8);
	if (!e)
		e = lexicon_scan(it, t->utf8, lexicon_sort_of(it, t), &events, &c);
	lexicon_mark(it, t);
	if (!e)
		search_by_path(&c);
	if (!e && !c.is_code && !t->is_strings && place_is_for_passwords(it->trail))
		credential_place(&c);
	struct candidate *all = (struct candidate *)(void *)c.candidates.p;
	size_t n = e ? 0 : settle(all, c.candidates.n / sizeof(*all));
	for (size_t i = 0; i < n && !e; i++) {
		if (t->is_strings && all[i].rank <= RANK_LABEL)
			continue;	/* words beside words in a program's strings are no labels */
		e = tell(it, out, &all[i], text_where(t, all[i].start, all[i].end));
	}
	scan_release(&c);
	return e;
}

/* Cells one after another, with where each begins. */
struct cells { struct buf text; size_t *starts; size_t count; uint32_t first_row, columns; unsigned char *told; };

static size_t cell_at(const struct cells *c, size_t at)
{
	size_t low = 0, high = c->count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (c->starts[middle] <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static enum kind column_kind(struct span name);

static int tell_cells(const struct item *it, const struct table *t, const struct cells *cells, struct sink *out)
{
	struct credential_scan c;
	int e = scan_init(&c, it, buf_span(&cells->text));
	c.is_table = true;
	c.is_code = false;
	if (!e)
		e = lexicon_scan(it, c.s, LEXICON_DOCUMENT, &events, &c);
	struct candidate *all = (struct candidate *)(void *)c.candidates.p;
	size_t n = e ? 0 : settle(all, c.candidates.n / sizeof(*all));
	for (size_t i = 0; i < n && !e; i++) {
		size_t cell = cell_at(cells, all[i].start);
		uint32_t row = cells->first_row + (uint32_t)(cell / t->columns), column = (uint32_t)(cell % t->columns);
		if (all[i].rank <= RANK_LABEL && column_kind(t->names[column]) != KIND_COUNT)
			continue;	/* the column tells it */
		cells->told[(size_t)row * t->columns + column] = 1;
		e = tell(it, out, &all[i], table_where(t, row, column));
	}
	scan_release(&c);
	return e;
}

/* The header's names are the first row's labels only where they stand above values, so they are left out. */
static int scan_cells(const struct item *it, const struct table *t, unsigned char *told, struct sink *out)
{
	struct cells c = { .columns = t->columns, .told = told };
	buf_init(&c.text, CELLS_ROOM + (16u << 20));
	c.starts = calloc((size_t)t->rows * t->columns + 1, sizeof(*c.starts));
	int e = c.starts ? OK : E_MEMORY;
	for (uint32_t row = 0; row < t->rows && !e; row++) {
		for (uint32_t column = 0; column < t->columns; column++) {
			c.starts[c.count++] = c.text.n;
			buf_add(&c.text, table_cell(t, row, column));
			buf_add_byte(&c.text, column + 1 < t->columns ? '\t' : '\n');
		}
		if (c.text.n < CELLS_ROOM && row + 1 < t->rows)
			continue;
		e = tell_cells(it, t, &c, out);
		buf_clear(&c.text);
		c.count = 0;
		c.first_row = row + 1;
	}
	buf_release(&c.text);
	free(c.starts);
	return e;
}

/* The last part of a member's path: "auths.registry.auth" is an "auth". */
static struct span column_label(struct span name)
{
	size_t from = 0;
	for (size_t i = 0; i < name.n; i++)
		if (span_at(name, i) == '.' || span_at(name, i) == '/')
			from = i + 1;
	return span_from(name, from);
}

/*
 * What a column holds by its name: label.c's reading of it, which knows "passwordChanged" from "password"; in
 * languages it does not know, the meaning of the column.
 */
static enum kind column_kind(struct span name)
{
	enum kind kind = label_kind(column_label(name));
	enum meaning m = column_meaning(name);
	bool is_known = span_find_nocase(name, span_str("pass"), 0) != SIZE_MAX || span_find_nocase(name, span_str("pwd"), 0) != SIZE_MAX;
	if (kind == KIND_COUNT && m == MEANING_PASSWORD && !is_known)
		return KIND_PASSWORD;
	return kind == KIND_COUNT && m == MEANING_PASSWORD_HASH ? KIND_PASSWORD_HASH : kind;
}

static bool is_hash_shape(struct span v)
{
	for (size_t i = 0; i < v.n; i++) {
		int c = span_at(v, i) | 0x20;
		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return v.n == 32 || v.n == 40 || v.n == 48 || v.n == 56 || v.n == 64 || v.n == 96 || v.n == 128;
}

static int tell_cell(const struct item *it, const struct table *t, uint32_t row, uint32_t column, enum kind kind,
                     struct buf *room, struct sink *out)
{
	struct credential_scan c = { .it = it, .s = span_trim(table_cell(t, row, column)), .candidates = *room };
	buf_clear(&c.candidates);
	if (kind == KIND_PASSWORD_HASH ? !is_hash_shape(c.s) : c.s.n > 20 && (span_at(c.s, 0) == '$' || span_at(c.s, 0) == '{'))
		return OK;	/* rules tell the hashes that carry their scheme */
	credential_cell(&c, column_label(t->names[column]), kind == KIND_PASSWORD_HASH ? KIND_PASSWORD : kind);
	*room = c.candidates;
	if (!room->n)
		return OK;
	struct candidate *f = (struct candidate *)(void *)room->p;
	f->rule = "column";
	f->checks[0] = "the column's name";
	return tell(it, out, f, table_where(t, row, column));
}

/* A column that is named for passwords: each of its cells, unless it is empty or a mask. */
static int tell_column(const struct item *it, const struct table *t, uint32_t column, enum kind kind,
                       const unsigned char *told, struct sink *out)
{
	int e = OK;
	struct buf room;
	buf_init(&room, 16 * sizeof(struct candidate));
	for (uint32_t row = 0; row < t->rows && !e; row++)
		if (!told[(size_t)row * t->columns + column])
			e = tell_cell(it, t, row, column, kind, &room, out);
	buf_release(&room);
	return e;
}

static int credential_table(const struct item *it, const struct table *t, struct sink *out)
{
	unsigned char *told = calloc((size_t)t->rows * t->columns + 1, 1);	/* cells that a rule spoke of */
	int e = !told ? E_MEMORY : t->columns ? scan_cells(it, t, told, out) : OK;
	for (uint32_t column = 0; column < t->columns && !e; column++) {
		enum kind kind = column_kind(t->names[column]);
		if (kind != KIND_COUNT)
			e = tell_column(it, t, column, kind, told, out);
	}
	free(told);
	return e;
}

const struct detector detector_credential = {
	.name = "credential", .help = "private keys, tokens, passwords and their hashes, key stores",
	.init = lexicon_open, .text = credential_text, .table = credential_table, .item = credential_item,
};
