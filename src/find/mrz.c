/*
 * One table of layouts; a parse copies the lines together, takes the fields
 * by place, and weighs each check digit.
 */
#include "find/mrz.h"

#include <string.h>

struct part { uint8_t at, n; };

struct layout {
	const char *name;
	enum mrz_format format;
	uint8_t lines, width;
	const char *codes;		/* first letters it may begin with */
	const char *start;		/* what it must begin with, or NULL */
	struct part issuer, number, nationality, birth, expiry, personal, names, given;
	uint8_t sex;			/* places; 0 says absent */
	uint8_t number_digit, birth_digit, expiry_digit, personal_digit, composite_digit;
	struct part composite[4];
};

/* Tried in this order: the special before the general. */
static const struct layout layouts[] = {
	{ "TD3", MRZ_TD3, 2, 44, "P", NULL, { 2, 3 }, { 44, 9 }, { 54, 3 }, { 57, 6 }, { 65, 6 }, { 72, 14 },
	  { 5, 39 }, { 0, 0 }, 64, 53, 63, 71, 86, 87, { { 44, 10 }, { 57, 7 }, { 65, 22 } } },
	{ "MRV-A", MRZ_MRVA, 2, 44, "V", NULL, { 2, 3 }, { 44, 9 }, { 54, 3 }, { 57, 6 }, { 65, 6 }, { 72, 16 },
	  { 5, 39 }, { 0, 0 }, 64, 53, 63, 71, 0, 0, { { 0, 0 } } },
	{ "MRV-B", MRZ_MRVB, 2, 36, "V", NULL, { 2, 3 }, { 36, 9 }, { 46, 3 }, { 49, 6 }, { 57, 6 }, { 64, 8 },
	  { 5, 31 }, { 0, 0 }, 56, 45, 55, 63, 0, 0, { { 0, 0 } } },
	{ "French identity card", MRZ_FRENCH_ID, 2, 36, "I", "IDFRA", { 2, 3 }, { 36, 12 }, { 2, 3 }, { 63, 6 },
	  { 0, 0 }, { 30, 6 }, { 5, 25 }, { 49, 14 }, 70, 48, 69, 0, 0, 71, { { 0, 71 } } },
	{ "TD2", MRZ_TD2, 2, 36, "ACIPR", NULL, { 2, 3 }, { 36, 9 }, { 46, 3 }, { 49, 6 }, { 57, 6 }, { 64, 7 },
	  { 5, 31 }, { 0, 0 }, 56, 45, 55, 63, 0, 71, { { 36, 10 }, { 49, 7 }, { 57, 14 } } },
	{ "TD1", MRZ_TD1, 3, 30, "ACIPR", NULL, { 2, 3 }, { 5, 9 }, { 45, 3 }, { 30, 6 }, { 38, 6 }, { 15, 15 },
	  { 60, 30 }, { 0, 0 }, 37, 14, 36, 44, 0, 59, { { 5, 25 }, { 30, 7 }, { 38, 7 }, { 48, 11 } } },
	{ "French driving licence", MRZ_FRENCH_LICENCE, 1, 30, "D", "D1FRA", { 2, 3 }, { 5, 9 }, { 0, 0 }, { 0, 0 },
	  { 15, 6 }, { 0, 0 }, { 21, 8 }, { 0, 0 }, 0, 14, 0, 0, 0, 29, { { 0, 29 } } },
};
enum { LAYOUT_COUNT = sizeof(layouts) / sizeof(*layouts) };

const char *mrz_format_name(enum mrz_format f)
{
	for (size_t i = 0; i < LAYOUT_COUNT; i++)
		if (layouts[i].format == f)
			return layouts[i].name;
	return "";
}

/* ISO 3166-1 alpha-3 and the further codes of 9303-3 section 5. */
static const char issuers[] =
	"ABWAFGAGOAIAALAALBANDAREARGARMASMATAATFATGAUSAUTAZEBDIBELBENBESBFABGDBGRBHRBHSBIHBLMBLRBLZBMUBOLBRABRBBRN"
	"BTNBVTBWACAFCANCCKCHECHLCHNCIVCMRCODCOGCOKCOLCOMCPVCRICUBCUWCXRCYMCYPCZEDEUDJIDMADNKDOMDZAECUEGYERIESHESP"
	"ESTETHFINFJIFLKFRAFROFSMGABGBRGEOGGYGHAGIBGINGLPGMBGNBGNQGRCGRDGRLGTMGUFGUMGUYHKGHMDHNDHRVHTIHUNIDNIMNIND"
	"IOTIRLIRNIRQISLISRITAJAMJEYJORJPNKAZKENKGZKHMKIRKNAKORKWTLAOLBNLBRLBYLCALIELKALSOLTULUXLVAMACMAFMARMCOMDA"
	"MDGMDVMEXMHLMKDMLIMLTMMRMNEMNGMNPMOZMRTMSRMTQMUSMWIMYSMYTNAMNCLNERNFKNGANICNIUNLDNORNPLNRUNZLOMNPAKPANPCN"
	"PERPHLPLWPNGPOLPRIPRKPRTPRYPSEPYFQATREUROURUSRWASAUSDNSENSGPSGSSHNSJMSLBSLESLVSMRSOMSPMSRBSSDSTPSURSVKSVN"
	"SWESWZSXMSYCSYRTCATCDTGOTHATJKTKLTKMTLSTONTTOTUNTURTUVTWNTZAUGAUKRUMIURYUSAUZBVATVCTVENVGBVIRVNMVUTWLFWSM"
	"YEMZAFZMBZWEGBDGBNGBOGBPGBSEUEUNOUNAUNKRKSXOMXXAXXBXXCXXXXPOXBAXIMXCCXCOXCEXECXESXMPUTOROM";

bool mrz_issuer_known(struct span code)
{
	if (span_equal(code, span_str("D<<")) || span_equal(code, span_str("D")))
		return true;
	for (size_t i = 0; code.n == 3 && i + 3 < sizeof(issuers); i += 3)
		if (memcmp(issuers + i, code.p, 3) == 0)
			return true;
	return false;
}

static bool is_digit(int c) { return c >= '0' && c <= '9'; }
static bool is_letter(int c) { return c >= 'A' && c <= 'Z'; }

static int char_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (is_letter(c))
		return c - 'A' + 10;
	return c == '<' ? 0 : -1;
}

static const uint8_t weights[3] = { 7, 3, 1 };

char mrz_check_digit(struct span s)
{
	unsigned sum = 0;
	for (size_t i = 0; i < s.n; i++) {
		int v = char_value(span_at(s, i));
		if (v < 0)
			return 0;
		sum += (unsigned)v * weights[i % 3];
	}
	return (char)('0' + sum % 10);
}

static struct span part_of(const struct mrz *m, struct part p)
{
	return span_of(m->text + p.at, p.n);
}

/* Copies a field without trailing fillers. */
static void field_copy(char *to, size_t room, struct span s)
{
	while (s.n && s.p[s.n - 1] == '<')
		s.n--;
	if (s.n >= room)
		s.n = room - 1;
	memcpy(to, s.p, s.n);
	to[s.n] = 0;
}

/* A name: fillers become spaces, several become one, none stay at the ends. */
static void name_copy(char *to, size_t room, struct span s)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n && n + 1 < room; i++) {
		int c = span_at(s, i);
		if (c != '<')
			to[n++] = (char)c;
		else if (n && to[n - 1] != ' ')
			to[n++] = ' ';
	}
	while (n && to[n - 1] == ' ')
		n--;
	to[n] = 0;
}

static void take_names(const struct layout *l, struct mrz *m)
{
	struct span names = part_of(m, l->names);
	size_t split = l->given.n ? names.n : span_find(names, span_str("<<"), 0);
	struct span given = l->given.n ? part_of(m, l->given) : span_from(names, split);
	name_copy(m->surname, sizeof(m->surname), span_sub(names, 0, split));
	name_copy(m->given_names, sizeof(m->given_names), given);
}

/* A document number of more than nine characters goes on in the optional data (9303-5, 4.2.2, note j). */
static size_t long_number(const struct layout *l, const struct mrz *m, char *number, size_t room)
{
	if (l->format != MRZ_TD1 || m->text[l->number_digit] != '<')
		return 0;
	struct span rest = part_of(m, l->personal);
	size_t n = span_find_byte(rest, '<', 0);
	if (n == SIZE_MAX)
		n = rest.n;
	if (n < 2 || l->number.n + n >= room)
		return 0;
	memcpy(number, m->text + l->number.at, l->number.n);
	memcpy(number + l->number.n, rest.p, n);
	return l->number.n + n;
}

static void take_number(const struct layout *l, struct mrz *m)
{
	char number[24];
	size_t n = long_number(l, m, number, sizeof(number));
	if (n)
		field_copy(m->number, sizeof(m->number), span_of(number, n - 1));
	else
		field_copy(m->number, sizeof(m->number), part_of(m, l->number));
}

static void take_fields(const struct layout *l, struct mrz *m)
{
	field_copy(m->code, sizeof(m->code), span_of(m->text, 2));
	field_copy(m->issuer, sizeof(m->issuer), part_of(m, l->issuer));
	field_copy(m->nationality, sizeof(m->nationality), part_of(m, l->nationality));
	memcpy(m->birth_date, m->text + l->birth.at, l->birth.n);
	memcpy(m->expiry_date, m->text + l->expiry.at, l->expiry.n);
	field_copy(m->personal_number, sizeof(m->personal_number), part_of(m, l->personal));
	m->sex = l->sex ? m->text[l->sex] : '<';
	take_number(l, m);
	take_names(l, m);
}

static bool digit_holds(struct span s, char printed)
{
	return printed && mrz_check_digit(s) == (printed == '<' ? '0' : printed);
}

static bool number_holds(const struct layout *l, const struct mrz *m)
{
	char number[24];
	size_t n = long_number(l, m, number, sizeof(number));
	if (n && digit_holds(span_of(number, n - 1), number[n - 1]))
		return true;
	/* Belgian cards of before 2010 count the filler in */
	struct span with_filler = span_of(m->text + l->number.at, n);
	if (n && memcmp(m->text + 2, "BEL", 3) == 0 && digit_holds(with_filler, number[n - 1]))
		return true;
	if (!is_digit(m->text[l->number_digit]))
		return false;
	/* the licence's digit covers everything before it */
	struct part over = l->format == MRZ_FRENCH_LICENCE ? (struct part){ 0, l->number_digit } : l->number;
	return digit_holds(part_of(m, over), m->text[l->number_digit]);
}

static bool composite_holds(const struct layout *l, const struct mrz *m)
{
	char all[MRZ_CHARS_MAX];
	size_t n = 0;
	for (size_t i = 0; i < 4 && l->composite[i].n; i++) {
		memcpy(all + n, m->text + l->composite[i].at, l->composite[i].n);
		n += l->composite[i].n;
	}
	return is_digit(m->text[l->composite_digit]) && digit_holds(span_of(all, n), m->text[l->composite_digit]);
}

static void note_check(struct mrz *m, unsigned bit, uint8_t place, bool holds)
{
	if (!place)
		return;
	m->checks_present |= bit;
	if (holds)
		m->checks_held |= bit;
}

static void weigh_digits(const struct layout *l, struct mrz *m)
{
	m->checks_present = m->checks_held = 0;
	note_check(m, MRZ_CHECK_NUMBER, l->number_digit, number_holds(l, m));
	note_check(m, MRZ_CHECK_BIRTH, l->birth_digit, digit_holds(part_of(m, l->birth), m->text[l->birth_digit]));
	note_check(m, MRZ_CHECK_EXPIRY, l->expiry_digit, digit_holds(part_of(m, l->expiry), m->text[l->expiry_digit]));
	note_check(m, MRZ_CHECK_PERSONAL, l->personal_digit,
	           digit_holds(part_of(m, l->personal), m->text[l->personal_digit]));
	note_check(m, MRZ_CHECK_COMPOSITE, l->composite_digit, composite_holds(l, m));
}

/* Two digits from low to high, or both unknown. */
static bool pair_is_possible(const char *s, int low, int high)
{
	if (s[0] == '<' && s[1] == '<')
		return true;
	if (!is_digit(s[0]) || !is_digit(s[1]))
		return false;
	int v = (s[0] - '0') * 10 + s[1] - '0';
	return v >= low && v <= high;
}

static bool date_is_possible(const char *s)
{
	return !s[0] || (pair_is_possible(s, 0, 99) && pair_is_possible(s + 2, 0, 12) && pair_is_possible(s + 4, 0, 31));
}

static unsigned count_bits(unsigned set)
{
	unsigned n = 0;
	for (; set; set &= set - 1)
		n++;
	return n;
}

static bool has_digit(const char *s)
{
	return strcspn(s, "0123456789") < strlen(s);
}

static enum kind kind_of_code(char code)
{
	if (code == 'V')
		return KIND_VISA_MRZ;
	return code == 'P' ? KIND_PASSPORT_MRZ : KIND_ID_MRZ;
}

static void weigh(const struct layout *l, struct mrz *m)
{
	take_fields(l, m);
	weigh_digits(l, m);
	m->kind = kind_of_code(m->text[0]);
	if (l->width != 44 && m->kind == KIND_PASSPORT_MRZ)
		m->kind = KIND_ID_MRZ;		/* passport cards */
	m->is_issuer_known = mrz_issuer_known(part_of(m, l->issuer));
	m->is_dates_possible = date_is_possible(m->birth_date) && date_is_possible(m->expiry_date);
	m->is_blank = !has_digit(m->number) || (!m->surname[0] && !m->given_names[0]);
	m->is_verified = m->checks_held == m->checks_present && m->is_dates_possible && !m->is_blank && !m->is_ambiguous;
	m->chance = 1;
	for (unsigned n = count_bits(m->checks_held); n; n--)
		m->chance /= 10;
}

static bool line_is_clean(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_value(span_at(s, i)) < 0)
			return false;
	return true;
}

static bool layout_fits(const struct layout *l, const struct span *lines, unsigned count)
{
	if (count != l->lines || !strchr(l->codes, span_at(lines[0], 0)) || span_at(lines[0], 0) <= 0)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (lines[i].n != l->width || !line_is_clean(lines[i]))
			return false;
	return !l->start || span_starts(lines[0], span_str(l->start));
}

static void join(const struct layout *l, const struct span *lines, struct mrz *m)
{
	*m = (struct mrz){ .format = l->format, .lines = l->lines, .width = l->width };
	for (unsigned i = 0; i < l->lines; i++)
		memcpy(m->text + i * l->width, lines[i].p, l->width);
}

/* Places where only digits stand, and where only letters stand. */
static bool place_is_numeric(const struct layout *l, size_t i)
{
	return (l->birth.n && i - l->birth.at < l->birth.n) || (l->expiry.n && i - l->expiry.at < l->expiry.n) ||
	       (i && (i == l->number_digit || i == l->birth_digit || i == l->expiry_digit ||
	              i == l->personal_digit || i == l->composite_digit));
}

static bool place_is_alphabetic(const struct layout *l, size_t i)
{
	return i == 0 || i - l->issuer.at < l->issuer.n || i - l->names.at < l->names.n ||
	       (l->nationality.n && i - l->nationality.at < l->nationality.n) ||
	       (l->given.n && i - l->given.at < l->given.n);
}

static char swap_char(char c, const char *from, const char *to)
{
	const char *at = c ? strchr(from, c) : NULL;
	return at ? to[at - from] : c;
}

static char as_digit(char c) { return swap_char(c, "OQDILZSBG", "000112586"); }
static char as_letter(char c) { return swap_char(c, "0125863", "OIZSBGS"); }

static void repair_places(const struct layout *l, struct mrz *m)
{
	for (size_t i = 0; i < (size_t)l->lines * l->width; i++) {
		char c = m->text[i];
		if (place_is_numeric(l, i))
			c = as_digit(c);
		else if (place_is_alphabetic(l, i))
			c = as_letter(c);
		m->repairs += c != m->text[i];
		m->text[i] = c;
	}
}

/* Number and composite hold, where the layout has one. */
static bool number_is_decided(const struct layout *l, const struct mrz *m)
{
	return number_holds(l, m) && (!l->composite_digit || composite_holds(l, m));
}

/*
 * One confusion of the number, where its digit fails. The only candidate that also satisfies the
 * composite digit is taken; where several do, or there is no composite digit, the first is taken and
 * called ambiguous.
 */
static void repair_number(const struct layout *l, struct mrz *m)
{
	size_t place = 0;
	char found = 0;
	unsigned candidates = 0;
	for (size_t i = l->number.at; i < (size_t)l->number.at + l->number.n; i++) {
		char was = m->text[i];
		char other = is_digit(was) ? as_letter(was) : as_digit(was);
		if (other == was)
			continue;
		m->text[i] = other;
		if (number_is_decided(l, m) && !candidates++)
			place = i, found = other;
		m->text[i] = was;
	}
	if (!candidates)
		return;
	m->text[place] = found;
	m->repairs++;
	m->is_ambiguous = candidates > 1 || !l->composite_digit;
}

static bool parse(const struct span *given, unsigned count, bool is_repaired, struct mrz *m)
{
	struct span lines[MRZ_LINES_MAX];
	struct mrz best;
	bool has_best = false;
	for (unsigned i = 0; i < count && i < MRZ_LINES_MAX; i++)
		lines[i] = span_trim(given[i]);
	for (size_t i = 0; i < LAYOUT_COUNT && count <= MRZ_LINES_MAX && count; i++) {
		const struct layout *l = &layouts[i];
		if (!layout_fits(l, lines, count))
			continue;
		struct mrz one;
		join(l, lines, &one);
		if (is_repaired)
			repair_places(l, &one);
		if (is_repaired && !number_holds(l, &one))
			repair_number(l, &one);
		weigh(l, &one);
		if (!has_best || count_bits(one.checks_held) > count_bits(best.checks_held))
			best = one;
		has_best = true;
	}
	if (has_best)
		*m = best;
	return has_best;
}

bool mrz_parse(const struct span *lines, unsigned count, struct mrz *m)
{
	return parse(lines, count, false, m);
}

bool mrz_repair(const struct span *lines, unsigned count, struct mrz *m)
{
	return parse(lines, count, true, m);
}

bool mrz_parse_joined(struct span joined, struct mrz *m)
{
	static const struct { uint8_t n, lines; } shapes[] = { { 88, 2 }, { 72, 2 }, { 90, 3 }, { 30, 1 } };
	joined = span_trim(joined);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		struct span lines[MRZ_LINES_MAX];
		size_t width = shapes[i].n / shapes[i].lines;
		for (unsigned k = 0; k < shapes[i].lines; k++)
			lines[k] = span_sub(joined, k * width, width);
		if (joined.n == shapes[i].n)
			return mrz_parse(lines, shapes[i].lines, m);
	}
	return false;
}

bool mrz_birth_iso(const char *yymmdd, const char *expiry, char out[11])
{
	for (int i = 0; i < 6; i++)
		if (!is_digit(yymmdd[i]))
			return false;
	int year = (yymmdd[0] - '0') * 10 + yymmdd[1] - '0';
	int end = expiry && is_digit(expiry[0]) && is_digit(expiry[1]) ? (expiry[0] - '0') * 10 + expiry[1] - '0' : 25;
	const char *century = year < end && year <= 30 ? "20" : "19";
	const char iso[11] = { century[0], century[1], yymmdd[0], yymmdd[1], '-', yymmdd[2], yymmdd[3], '-',
	                       yymmdd[4], yymmdd[5], 0 };
	memcpy(out, iso, sizeof(iso));
	return true;
}
