/*
 * The word list is searched by halving: first the whole header, then each
 * run of its words. Among runs the stronger meaning wins, then the longer.
 */
#include "find/column.h"

#include <string.h>

static const struct word { const char *key; uint8_t meaning; bool is_whole; } words[] = {
#define W(key, id) { key, MEANING_##id, false },
#define V(key, id) { key, MEANING_##id, true },
#include "find/column.def"
#undef W
#undef V
};
enum { WORD_COUNT = sizeof(words) / sizeof(*words) };

enum { HEADER_MAX = 80, HEADER_WORDS = 8 };

/* A header folded: lower case, accents off, without separators; starts of its words. */
struct folded {
	char s[2 * HEADER_MAX + 1];
	size_t n;
	size_t starts[HEADER_WORDS + 1];
	unsigned words;
	bool is_wide;		/* holds letters of scripts that do not part words */
};

/* Latin letters U+00C0 to U+017F without their marks; '.' parts words. */
static const char plain_latin[] =
	"aaaaaaaceeeeiiiidnooooo.ouuuuyts"
	"aaaaaaaceeeeiiiidnooooo.ouuuuyty"
	"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiii"
	"iijjkkklllllllllln"
	"nnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/* One code point from the front of s; U+FFFD for broken bytes. */
static uint32_t next_code_point(struct span s, size_t *i)
{
	uint32_t c = span_at(s, *i);
	unsigned more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	++*i;
	if (!more)
		return c;
	c &= 0x3f >> more;
	for (; more && (span_at(s, *i) & 0xc0) == 0x80 && *i < s.n; more--)
		c = c << 6 | (span_at(s, (*i)++) & 0x3f);
	return more ? 0xfffd : c;
}

static void add_char(struct folded *f, char c)
{
	if (f->n < sizeof(f->s) - 1)
		f->s[f->n++] = c;
}

static void start_word(struct folded *f)
{
	if (f->words < HEADER_WORDS && (!f->words || f->starts[f->words - 1] != f->n))
		f->starts[f->words++] = f->n;
}

static bool is_upper(int c) { return c >= 'A' && c <= 'Z'; }
static bool is_lower(int c) { return c >= 'a' && c <= 'z'; }
static bool is_digit(int c) { return c >= '0' && c <= '9'; }

/* A new word inside camel case: "aB", and the B of "ABc". */
static bool is_hump(struct span s, size_t i)
{
	if (!i || !is_upper(span_at(s, i)))
		return false;
	return is_lower(span_at(s, i - 1)) || (is_upper(span_at(s, i - 1)) && is_lower(span_at(s, i + 1)));
}

static void add_raw(struct folded *f, struct span s, size_t from, size_t to)
{
	for (; from < to; from++)
		add_char(f, (char)span_at(s, from));
}

/* Adds one letter, digit or sign; false when it parts words. */
static bool add_folded(struct folded *f, struct span s, size_t from, size_t to, uint32_t c)
{
	if (is_upper(c))
		add_char(f, (char)(c | 0x20));
	else if (is_lower(c) || is_digit(c))
		add_char(f, (char)c);
	else if (c < 0xc0)
		return false;
	else if (c == 0xdf)
		add_char(f, 's'), add_char(f, 's');
	else if (c < 0x180 && plain_latin[c - 0xc0] != '.')
		add_char(f, plain_latin[c - 0xc0]);
	else if (c >= 0x410 && c <= 0x42f) {		/* Cyrillic capitals; small ones follow 0x20 later */
		uint32_t small = c + 0x20;
		add_char(f, (char)(0xc0 | small >> 6)), add_char(f, (char)(0x80 | (small & 0x3f)));
	} else if (c < 0x370 || (c >= 0x2000 && c < 0x3005) || (c >= 0xff00 && c < 0xff66) || c == 0xfffd)
		return false;
	else
		add_raw(f, s, from, to);
	return true;
}

static void fold(struct span s, struct folded *f)
{
	bool is_new = true;
	for (size_t i = 0; i < s.n;) {
		size_t from = i;
		uint32_t c = next_code_point(s, &i);
		size_t n = f->n;
		if (is_new || is_hump(s, from))
			start_word(f);
		is_new = !add_folded(f, s, from, i, c);
		if (is_new && f->words && f->starts[f->words - 1] == n)
			f->words--;
		f->is_wide |= c >= 0x900;
	}
	f->starts[f->words] = f->n;
}

static const struct word *word_find(const char *s, size_t n)
{
	size_t low = 0, high = WORD_COUNT;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strncmp(words[middle].key, s, n);
		if (!order && words[middle].key[n])
			order = 1;
		if (!order)
			return &words[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* What prevails when one header says two things: "passport expiry date" is a date. */
static int meaning_rank(enum meaning m)
{
	if (m == MEANING_NONE || m == MEANING_EXPIRY_DATE || m == MEANING_ISSUE_DATE || m == MEANING_BIRTH_PLACE ||
	    m == MEANING_TRACKING_NUMBER || m == MEANING_CARD_EXPIRY || m == MEANING_CARD_CODE)
		return 4;
	if (m < MEANING_BANK_ACCOUNT)
		return 3;
	return m < MEANING_AMOUNT || m > MEANING_TIMESTAMP ? 2 : 1;
}

struct best { const struct word *word; size_t n; };

static void best_take(struct best *b, const struct word *w, size_t n)
{
	if (!w || w->is_whole)
		return;
	int rank = meaning_rank(w->meaning), had = b->word ? meaning_rank(b->word->meaning) : 0;
	if (rank > had || (rank == had && n >= b->n))
		*b = (struct best){ w, n };
}

/* Scripts without spaces: any word of theirs inside the header. */
static void find_inside(const struct folded *f, struct best *b)
{
	struct span s = span_of(f->s, f->n);
	for (size_t i = WORD_COUNT; i-- && (unsigned char)words[i].key[0] >= 0xe0;) {
		struct span key = span_str(words[i].key);
		if (key.n >= 6 && span_find(s, key, 0) != SIZE_MAX)
			best_take(b, &words[i], key.n);
	}
}

enum meaning column_meaning(struct span header)
{
	header = span_trim(header);
	if (!header.n || header.n > HEADER_MAX)
		return MEANING_NONE;
	struct folded f = { .n = 0 };
	fold(header, &f);
	const struct word *whole = f.n ? word_find(f.s, f.n) : NULL;
	if (whole)
		return whole->meaning;
	struct best best = { NULL, 0 };
	for (unsigned i = 0; i < f.words; i++)
		for (unsigned k = i + 1; k <= f.words; k++) {
			size_t n = f.starts[k] - f.starts[i];
			best_take(&best, word_find(f.s + f.starts[i], n), n);
		}
	if (f.is_wide)
		find_inside(&f, &best);
	return best.word ? best.word->meaning : MEANING_NONE;
}

const char *meaning_name(enum meaning m)
{
	static const char *const names[] = {
#define M(id) #id,
		MEANINGS(M)
#undef M
	};
	return m < MEANING_COUNT ? names[m] : "";
}

enum kind meaning_kind(enum meaning m)
{
	/* index + 1, so that 0 says none */
	static const uint8_t kinds[MEANING_COUNT] = {
#define ROW(m, k) [MEANING_##m] = KIND_##k + 1
		ROW(SSN, US_SSN), ROW(ITIN, US_ITIN), ROW(NINO, UK_NINO), ROW(NHS, UK_NHS), ROW(NIR, FR_NIR),
		ROW(STEUER_ID, DE_STEUER_ID), ROW(DNI, ES_DNI), ROW(NIE, ES_NIE),
		ROW(CODICE_FISCALE, IT_CODICE_FISCALE), ROW(BSN, NL_BSN), ROW(PESEL, PL_PESEL), ROW(CPF, BR_CPF),
		ROW(AADHAAR, IN_AADHAAR), ROW(CN_ID, CN_RESIDENT_ID), ROW(RRN, KR_RRN),
		ROW(MY_NUMBER, JP_MY_NUMBER), ROW(SIN, CA_SIN), ROW(TAX_NUMBER, ID_NUMBER),
		ROW(DRIVER_LICENCE, DRIVER_LICENCE), ROW(PASSPORT_NUMBER, PASSPORT_NUMBER),
		ROW(VISA_NUMBER, VISA_NUMBER), ROW(ID_NUMBER, ID_NUMBER), ROW(BIRTH_DATE, BIRTH_DATE),
		ROW(CARD_NUMBER, PAYMENT_CARD), ROW(IBAN, IBAN), ROW(ROUTING, ABA_ROUTING), ROW(BIC, BIC),
		ROW(BANK_ACCOUNT, BANK_ACCOUNT), ROW(FULL_NAME, PERSON_NAME), ROW(FIRST_NAME, PERSON_NAME),
		ROW(LAST_NAME, PERSON_NAME), ROW(ADDRESS, POSTAL_ADDRESS), ROW(STREET, POSTAL_ADDRESS),
		ROW(PHONE, PHONE), ROW(MOBILE, PHONE), ROW(FAX, PHONE), ROW(EMAIL, EMAIL_ADDRESS),
		ROW(PASSWORD, PASSWORD), ROW(PASSWORD_HASH, PASSWORD_HASH), ROW(SECRET, CONFIG_SECRET),
#undef ROW
	};
	return m < MEANING_COUNT && kinds[m] ? (enum kind)(kinds[m] - 1) : KIND_COUNT;
}

bool meaning_is_other_number(enum meaning m)
{
	return (m >= MEANING_INVOICE_NUMBER && m <= MEANING_HASH) || (m >= MEANING_AMOUNT && m <= MEANING_TIMESTAMP);
}

static bool is_label_end(int c)
{
	return c == ' ' || c == ':' || c == '=' || c == '#' || c == '"' || c == '\'' || c == '.' || c == '(' ||
	       c == '[' || c == '-' || c == '\t' || c == '>' || c == '*';
}

static bool is_label_edge(int c)
{
	return c == '\n' || c == '\r' || c == '\t' || c == ',' || c == ';' || c == '|' || c == '<' || c == '>' ||
	       c == '{' || c == '"' || c == '(' || c == ':' || c == '=';
}

struct span column_label_span(struct span text, size_t at)
{
	enum { LABEL_MAX = 60, GAP_MAX = 12 };
	if (at > text.n)
		return span_of(NULL, 0);
	size_t end = at, stop = at > GAP_MAX ? at - GAP_MAX : 0;
	while (end > stop && is_label_end(span_at(text, end - 1)))
		end--;
	size_t start = end;
	stop = end > LABEL_MAX ? end - LABEL_MAX : 0;
	while (start > stop && !is_label_edge(span_at(text, start - 1))) {
		int c = span_at(text, start - 1), d = start > 1 ? span_at(text, start - 2) : -1;
		if ((c == ' ' && d == ' ') || (is_digit(c) && is_digit(d)))
			break;
		start--;
	}
	return span_sub(text, start, end - start);
}

enum meaning column_label_before(struct span text, size_t at)
{
	return column_meaning(column_label_span(text, at));
}
