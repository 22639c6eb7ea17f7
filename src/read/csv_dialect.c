/* Which dialect of delimited text a head is written in, and whether its first record names the columns. */
#include "read/csv.h"

#include <string.h>

enum { RECORDS_LOOKED_AT = 64 };

struct sample {
	struct csv csv;
	struct buf scratch;
	struct span cells[CSV_COLUMNS_MAX];
	size_t starts[CSV_COLUMNS_MAX];
	uint32_t counts[RECORDS_LOOKED_AT];
};

static void sample_start(struct sample *m, struct span head, bool is_cut, const struct csv_dialect *d)
{
	m->csv = (struct csv){
		.dialect = d, .s = head, .at = d->skip, .is_cut = is_cut, .scratch = &m->scratch,
		.cells = m->cells, .starts = m->starts, .max = CSV_COLUMNS_MAX,
	};
}

/* The count that most records have; of equals the larger. */
static void most_common(const uint32_t *counts, unsigned n, struct csv_dialect *d)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned same = 0;
		for (unsigned k = 0; k < n; k++)
			same += counts[k] == counts[i];
		if (same > d->same || (same == d->same && counts[i] > d->columns)) {
			d->same = same;
			d->columns = counts[i];
		}
		if (counts[i] > d->widest)
			d->widest = counts[i];
	}
	while (d->before < n && counts[d->before] != d->columns)
		d->before++;
	/* a few odd records above the table are its title, more are raggedness */
	if (d->before > 8 || d->before * 2 > n)
		d->before = 0;
}

static void measure(struct sample *m, struct span head, bool is_cut, struct csv_dialect *d)
{
	size_t delimiters = 0, spaced = 0;
	sample_start(m, head, is_cut, d);
	while (d->records < RECORDS_LOOKED_AT) {
		uint32_t n = csv_record(&m->csv);
		if (!n || (is_cut && m->csv.at >= head.n))
			break;
		for (uint32_t i = 1; i < n; i++) {
			size_t at = m->starts[i];
			delimiters++;
			spaced += at > 1 && head.p[at - 1] == ' ';
		}
		m->counts[d->records++] = n;
	}
	d->spaced = delimiters ? (unsigned)(spaced * 100 / delimiters) : 0;
	most_common(m->counts, d->records, d);
}

/* \" inside a quoted cell, where a quote that ends the cell would be followed by a delimiter. */
static bool escapes_by_backslash(struct span head, char delimiter)
{
	for (size_t i = 0; (i = span_find(head, span_str("\\\""), i)) != SIZE_MAX; i += 2) {
		int next = span_at(head, i + 2);
		if (next >= 0 && next != (unsigned char)delimiter && next != '\n' && next != '\r' && next != '"')
			return true;
	}
	return false;
}

/* Excel's first line "sep=;". */
static bool by_sep_line(struct span head, struct csv_dialect *d)
{
	struct span rest = head, line;
	if (!span_starts_nocase(head, span_str("sep=")) || !span_line(&rest, &line) || line.n != 5)
		return false;
	d->delimiter = (char)line.p[4];
	d->skip = head.n - rest.n;
	return true;
}

enum cell_class { CELL_EMPTY, CELL_WORD, CELL_NUMBER, CELL_MIXED };

static enum cell_class class_of_cell(struct span s)
{
	size_t digits = 0, letters = 0;
	s = span_trim(s);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = s.p[i];
		digits += c >= '0' && c <= '9';
		letters += (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? 1 : c >= 0x80;
		if (c == '@')
			return CELL_MIXED;
	}
	if (!s.n)
		return CELL_EMPTY;
	if (!letters && digits)
		return CELL_NUMBER;
	return digits > letters ? CELL_MIXED : s.n > 60 ? CELL_MIXED : CELL_WORD;
}

/* Words that name columns, in the languages of the usual exports. */
static const char header_words[] =
	" id name names first last given family middle vorname nachname surname lastname firstname fullname nom prenom "
	"nombre apellido apellidos cognome nome imie nazwisko email mail phone tel telephone mobile fax telefon "
	"address addr street strasse city town ort stadt zip zipcode plz postal postcode state region country land "
	"date datum time timestamp dob birth birthday birthdate geburtsdatum geburt ssn iban bic card number nummer no "
	"nr num account konto amount betrag price preis total sum user username login password passwd pass pwd hash "
	"host hostname ip address mac port type typ status title titel description beschreibung company firma "
	"organization gender sex age alter salary gehalt department abteilung position role code value wert key url "
	"comment comments notes note created updated modified passport nationality language currency qty quantity "
	"item product order customer client category label text index year month day latitude longitude lat lon "
	"server service serial model version size path file filename source target from to subject message level ";

/* True when one of the words in the cell ("First_Name", "e-mail") names columns. */
static bool has_header_word(struct span s)
{
	char word[24] = " ";
	size_t n = 1;
	for (size_t i = 0; i <= s.n; i++) {
		int c = span_at(s, i), low = c | 0x20;
		if (c >= 0 && low >= 'a' && low <= 'z') {
			if (n < sizeof(word) - 2)
				word[n++] = (char)low;
			continue;
		}
		word[n++] = ' ';
		word[n] = 0;
		if (n > 3 && strstr(header_words, word))
			return true;
		n = 1;
	}
	return false;
}

/* Column by column: does the first record stand out from those below as names do from data? */
static bool has_header(struct sample *m, struct span head, bool is_cut, struct csv_dialect *d)
{
	sample_start(m, head, is_cut, d);
	for (unsigned i = 0; i < d->before; i++)
		csv_record(&m->csv);
	uint32_t n = csv_record(&m->csv), columns = n < 256 ? n : 256;
	enum cell_class first[256];
	unsigned numbers[256] = { 0 }, filled[256] = { 0 };
	int votes = 0;
	for (uint32_t i = 0; i < columns; i++) {
		first[i] = class_of_cell(m->cells[i]);
		votes += has_header_word(m->cells[i]);
		votes -= first[i] == CELL_NUMBER || first[i] == CELL_MIXED ? 2 : 0;
	}
	for (unsigned r = 0; r < RECORDS_LOOKED_AT && (n = csv_record(&m->csv)); r++) {
		for (uint32_t i = 0; i < columns && i < n; i++) {
			enum cell_class k = class_of_cell(m->cells[i]);
			numbers[i] += k == CELL_NUMBER || k == CELL_MIXED;
			filled[i] += k != CELL_EMPTY;
		}
	}
	for (uint32_t i = 0; i < columns; i++)
		votes += first[i] == CELL_WORD && filled[i] && numbers[i] * 4 >= filled[i] * 3;
	return votes > 0;
}

/* Of two dialects the one whose records agree more, and then the one with more columns. */
static bool is_better(const struct csv_dialect *d, const struct csv_dialect *than)
{
	if (d->columns < 2 || !d->records)
		return false;
	if (than->columns < 2)
		return true;
	unsigned a = d->same * 100 / d->records, b = than->same * 100 / than->records;
	if (a / 10 != b / 10)
		return a > b;
	return d->columns > than->columns;
}

bool csv_dialect_of(struct span head, bool is_cut, struct arena *arena, struct csv_dialect *d)
{
	static const char delimiters[] = "\t;,|";
	struct sample *m = arena_take(arena, sizeof(*m));
	*d = (struct csv_dialect){ .delimiter = ',', .quote = '"' };
	if (!m)
		return false;
	buf_init(&m->scratch, head.n + 1);
	if (!buf_reserve(&m->scratch, head.n + 1))
		return false;
	struct csv_dialect stated = *d;
	bool is_stated = by_sep_line(head, &stated);
	for (size_t i = 0; i < (is_stated ? 1 : sizeof(delimiters) - 1); i++) {
		struct csv_dialect one = stated;
		one.delimiter = is_stated ? stated.delimiter : delimiters[i];
		one.has_backslash = escapes_by_backslash(head, one.delimiter);
		measure(m, head, is_cut, &one);
		if (is_stated || is_better(&one, d))
			*d = one;
	}
	if (d->columns < 2)
		measure(m, head, is_cut, d);
	d->has_header = has_header(m, head, is_cut, d);
	buf_release(&m->scratch);
	return d->columns >= 2;
}
