/* Judging names and bodies: who is a person, and whether two bodies say the same. Also LZFu. */
#include "read/mail_give.h"

#include <string.h>

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static bool is_word_byte(int c)
{
	c = lower(c);
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

/* The next word, its FNV-1a hash without regard to case, and whether it holds a digit. */
struct word { struct span s; uint32_t hash; bool has_digit; };

static bool word_next(struct span *rest, struct word *w)
{
	size_t from = 0;
	while (from < rest->n && !is_word_byte(span_at(*rest, from)))
		from++;
	size_t to = from;
	*w = (struct word){ .hash = 2166136261u };
	for (; to < rest->n && is_word_byte(span_at(*rest, to)); to++) {
		int c = lower(span_at(*rest, to));
		w->hash = (w->hash ^ (uint32_t)c) * 16777619u;
		w->has_digit = w->has_digit || (c >= '0' && c <= '9');
	}
	w->s = span_sub(*rest, from, to - from);
	*rest = span_from(*rest, to);
	return w->s.n > 0;
}

/* Links carry tracking numbers that the plain body need not have; pages name the program that wrote them. */
static bool link_skip(struct span *rest, const struct word *w)
{
	bool is_link = span_starts_nocase(w->s, span_str("http")) && span_at(*rest, 0) == ':';
	bool is_generator = span_equal_nocase(w->s, span_str("generator"));
	if (!is_link && !is_generator)
		return false;
	size_t n = 0;
	while (n < rest->n && span_at(*rest, n) >= (is_link ? '!' : ' '))
		n++;
	*rest = span_from(*rest, n);
	return true;
}

/* A small Bloom filter decides; a word wrongly taken as known costs a word, not a body. */
enum { FILTER_BITS = 1 << 18 };
struct filter { uint32_t bits[FILTER_BITS / 32]; };

static void filter_add(struct filter *f, uint32_t hash)
{
	f->bits[hash % FILTER_BITS / 32] |= 1u << hash % 32;
}

static bool filter_has(const struct filter *f, uint32_t hash)
{
	return f->bits[hash % FILTER_BITS / 32] >> hash % 32 & 1;
}

bool mail_differs(struct span plain, struct span html)
{
	struct filter known;
	struct word w;
	size_t words = 0, new_words = 0;
	memset(&known, 0, sizeof(known));
	while (word_next(&plain, &w))
		filter_add(&known, w.hash);
	while (word_next(&html, &w)) {
		if (link_skip(&html, &w))
			continue;
		words++;
		if (filter_has(&known, w.hash))
			continue;
		new_words++;
		if (w.has_digit && w.s.n >= 4)
			return true;
	}
	return new_words > 3 && new_words * 10 > words;
}

/* Words that no person's name has, and local parts that no person answers. */
static bool listed(struct span word, const char *list)
{
	struct span rest = span_str(list);
	while (rest.n) {
		size_t end = span_find_byte(rest, ' ', 0);
		if (span_equal_nocase(span_sub(rest, 0, end), word))
			return true;
		rest = end == SIZE_MAX ? span_of(NULL, 0) : span_from(rest, end + 1);
	}
	return false;
}

static const char not_names[] =
	"list lists team support info information noreply reply no newsletter news service services admin "
	"administrator group via sales department dept office inc ltd gmbh llc corp corporation company account "
	"accounts customer center centre help desk helpdesk mailer daemon system notification notifications alert "
	"alerts bot robot users user developers developer dev discussion announce online store shop bank billing "
	"webmaster postmaster marketing staff members member all everyone committee club foundation society project "
	"undisclosed recipients the of for and your our update updates express media press editor editors hr "
	"security payroll finance legal operations studio studios pictures films productions university school "
	"mail email server backup network cron root nobody subscriptions registration bugs bug tracker";
static const char not_local_parts[] =
	"noreply no-reply no_reply donotreply do-not-reply newsletter news mailer-daemon postmaster notifications "
	"notification support info sales admin webmaster root bounce bounces list help service contact billing "
	"team office hr marketing subscribe unsubscribe owner request users dev announce alerts updates";

static bool is_machine(struct span address)
{
	size_t at = span_find_byte(address, '@', 0);
	if (at == SIZE_MAX || !at || at + 3 >= address.n)
		return true;
	struct span local = span_sub(address, 0, at), domain = span_from(address, at + 1);
	struct span dashed[] = { span_str("-request"), span_str("-owner"), span_str("-list"), span_str("-users"),
		span_str("-bounces"), span_str("-dev"), span_str("-devel"), span_str("-announce") };
	for (size_t i = 0; i < sizeof(dashed) / sizeof(*dashed); i++)
		if (span_ends_nocase(local, dashed[i]))
			return true;
	return listed(local, not_local_parts) || span_starts_nocase(local, span_str("bounce"))
		|| span_starts_nocase(local, span_str("noreply")) || span_starts_nocase(local, span_str("no-reply"))
		|| span_starts_nocase(domain, span_str("lists.")) || span_starts_nocase(domain, span_str("groups."))
		|| span_starts_nocase(domain, span_str("googlegroups."));
}

/* A name's word: letters, with an apostrophe, hyphen or dot inside; capital where the script has them. */
static bool is_name_word(struct span word, size_t *letters)
{
	int first = span_at(word, 0);
	*letters = 0;
	if (word.n > 40 || !((first >= 'A' && first <= 'Z') || first >= 0x80 || (first >= 'a' && first <= 'z')))
		return false;
	for (size_t i = 0; i < word.n; i++) {
		int c = span_at(word, i);
		if (is_word_byte(c) && !(c >= '0' && c <= '9'))
			++*letters;
		else if (c != '\'' && c != '-' && c != '.')
			return false;
	}
	return *letters > 0;
}

bool mail_is_person(struct span name, struct span address)
{
	size_t words = 0, long_words = 0, capitals = 0, letters;
	if (name.n < 4 || name.n > 80 || is_machine(address))
		return false;
	for (struct span rest = name; rest.n; ) {
		size_t n = 0;
		while (n < rest.n && span_at(rest, n) != ' ' && span_at(rest, n) != ',')
			n++;
		struct span word = span_sub(rest, 0, n);
		rest = span_from(rest, n + 1);
		if (!word.n)
			continue;
		if (!is_name_word(word, &letters) || listed(word, not_names))
			return false;
		words++;
		long_words += letters >= 2;
		capitals += span_at(word, 0) < 'a' || span_at(word, 0) >= 0x80;
	}
	return words >= 2 && words <= 6 && long_words >= 1 && capitals * 2 >= words;
}

/* [MS-OXRTFCP] 2.1.2.1: what the dictionary holds at first, 207 bytes. */
static const char rtf_dictionary[] =
	"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
	"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0"
	"\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

enum { DICTIONARY = 4096, LZFU = 0x75465A4C, MELA = 0x414C454D, RTF_HEADER = 16 };
struct lz { unsigned char ring[DICTIONARY]; size_t at; struct buf *out; };

static void lz_put(struct lz *z, unsigned char c)
{
	z->ring[z->at++ % DICTIONARY] = c;
	buf_add_byte(z->out, c);
}

/* A reference: 12 bits of place, 4 bits of length less 2; one to the own place ends the stream. */
static bool lz_copy(struct lz *z, unsigned reference)
{
	size_t from = reference >> 4, length = (reference & 15) + 2;
	if (from == z->at % DICTIONARY)
		return false;
	for (size_t i = 0; i < length; i++)
		lz_put(z, z->ring[(from + i) % DICTIONARY]);
	return true;
}

int mail_rtf_unpack(struct span packed, struct buf *out, struct fault *why)
{
	struct cur c = cur_of(packed);
	uint32_t packed_size = cur_u32le(&c), raw_size = cur_u32le(&c), magic = cur_u32le(&c);
	cur_u32le(&c);
	if (c.bad || (magic != LZFU && magic != MELA))
		return fault_set(why, E_DAMAGED, "no compressed RTF header");
	struct span body = span_sub(c.left, 0, packed_size > 12 ? packed_size - 12 : 0);
	if (magic == MELA) {
		buf_add(out, span_sub(body, 0, raw_size));
		return raw_size > body.n ? fault_set(why, PART, "RTF ends after %zu of %u bytes", body.n, raw_size) : OK;
	}
	struct lz z = { .at = sizeof(rtf_dictionary) - 1, .out = out };
	memcpy(z.ring, rtf_dictionary, sizeof(rtf_dictionary) - 1);
	c = cur_of(body);
	while (c.left.n && !out->is_full) {	/* each turn takes a byte or more */
		unsigned flags = cur_u8(&c);
		for (int bit = 0; bit < 8 && c.left.n; bit++) {
			if (!(flags >> bit & 1))
				lz_put(&z, cur_u8(&c));
			else if (!lz_copy(&z, cur_u16be(&c)))
				return OK;
		}
	}
	return fault_set(why, PART, "compressed RTF has no end after %zu bytes", out->n);
}
