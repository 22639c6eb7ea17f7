/*
 * XLSX (ECMA-376, Office Open XML): one sheet, the field names in its first
 * row. Texts are inline strings, never formulas, and identifiers stay texts,
 * so that no leading zero is lost and nothing is run. The parts are made in
 * memory, then put into a zip without dates: the same case, the same bytes.
 */
#include <archive.h>
#include <archive_entry.h>

#include "report/record.h"
#include "report/xml_out.h"

#include <string.h>

enum { ROWS_MAX = 1048576, CELL_MAX = 32767 };	/* of Excel */
#define SHEET_MAX ((size_t)2 << 30)

struct sheet { const struct record_set *set; struct buf xml, cell; unsigned rows; };

static const struct { const char *name, *xml; } fixed_parts[] = {
	{ "[Content_Types].xml",
	  "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	  "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
	  "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	  "<Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
	  "<Override PartName=\"/xl/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml\"/>"
	  "<Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>"
	  "</Types>" },
	{ "_rels/.rels",
	  "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	  "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\""
	  " Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>" },
	{ "xl/workbook.xml",
	  "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	  "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
	  " xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">"
	  "<sheets><sheet name=\"people\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>" },
	{ "xl/_rels/workbook.xml.rels",
	  "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	  "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\""
	  " Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/>"
	  "<Relationship Id=\"rId2\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles\" Target=\"styles.xml\"/></Relationships>" },
	{ "xl/styles.xml",	/* cell style 0 as it is, 1 bold for the names, 2 text */
	  "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	  "<styleSheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
	  "<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font><font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
	  "<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill><fill><patternFill patternType=\"gray125\"/></fill></fills>"
	  "<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border></borders>"
	  "<cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\"/></cellStyleXfs>"
	  "<cellXfs count=\"3\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
	  "<xf numFmtId=\"49\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\" applyFont=\"1\"/>"
	  "<xf numFmtId=\"49\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" applyNumberFormat=\"1\"/></cellXfs></styleSheet>" },
};

/* "A1": columns here are fewer than 26. */
static void add_reference(struct sheet *s, unsigned column)
{
	buf_format(&s->xml, "<c r=\"%c%u\"", 'A' + (int)column, s->rows);
}

/* _xHHHH_ in a text is read as a character (22.9.2.19 of ECMA-376-1): an underscore that begins one is written so itself. */
static void add_string(struct sheet *s, unsigned column, int style, struct span text)
{
	add_reference(s, column);
	buf_format(&s->xml, " s=\"%d\" t=\"inlineStr\"><is><t xml:space=\"preserve\">", style);
	size_t n = text.n;
	if (n > CELL_MAX)
		for (n = CELL_MAX - 3; n && (span_at(text, n) & 0xc0) == 0x80; n--)
			continue;
	for (size_t i = 0; i < n;) {
		size_t low = span_find_byte(span_sub(text, 0, n), '_', i);
		size_t end = low == SIZE_MAX ? n : low;
		xml_text(&s->xml, span_sub(text, i, end - i));
		if (end < n)
			buf_add_str(&s->xml, span_at(text, end + 1) == 'x' ? "_x005F_" : "_");
		i = end + 1;
	}
	buf_add_str(&s->xml, n < text.n ? "...</t></is></c>" : "</t></is></c>");
}

static void add_cell(struct sheet *s, unsigned column, const struct value *v)
{
	const struct field *f = &s->set->fields[column];
	if (!v->is_there)
		return;
	if (f->type == FIELD_INTEGER || f->type == FIELD_NUMBER) {
		add_reference(s, column);
		buf_add_str(&s->xml, "><v>");
		json_value(&s->xml, f, v);
		buf_add_str(&s->xml, "</v></c>");
		return;
	}
	buf_clear(&s->cell);
	if (f->type == FIELD_TIME)
		time_rfc3339(&s->cell, v->integer);
	else if (f->type == FIELD_BOOL)
		json_value(&s->cell, f, v);
	add_string(s, column, 2, s->cell.n ? buf_span(&s->cell) : v->text);
}

static int xlsx_row(void *user, const struct value *row, struct fault *why)
{
	struct sheet *s = user;
	if (s->rows == ROWS_MAX)
		return fault_set(why, E_USAGE, "a sheet holds %d rows, and there are more; use --format csv", ROWS_MAX);
	buf_format(&s->xml, "<row r=\"%u\">", ++s->rows);
	for (unsigned i = 0; i < s->set->count; i++)
		add_cell(s, i, &row[i]);
	buf_add_str(&s->xml, "</row>\n");
	return s->xml.is_full ? fault_set(why, E_USAGE, "too much for one sheet; use --format csv") : OK;
}

static void begin_sheet(struct sheet *s)
{
	buf_add_str(&s->xml, "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
	            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">"
	            "<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>"
	            "<sheetFormatPr defaultRowHeight=\"15\"/><cols>");
	buf_format(&s->xml, "<col min=\"1\" max=\"%u\" width=\"24\" customWidth=\"1\"/></cols><sheetData><row r=\"1\">", s->set->count);
	s->rows = 1;
	for (unsigned i = 0; i < s->set->count; i++)
		add_string(s, i, 1, span_str(s->set->fields[i].name));
	buf_add_str(&s->xml, "</row>\n");
}

static int add_part(struct archive *a, const char *name, struct span bytes, struct fault *why)
{
	struct archive_entry *entry = archive_entry_new();
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_size(entry, (la_int64_t)bytes.n);
	bool is_written = archive_write_header(a, entry) == ARCHIVE_OK && archive_write_data(a, bytes.p, bytes.n) == (la_ssize_t)bytes.n;
	archive_entry_free(entry);
	return is_written ? OK : fault_set(why, E_USAGE, "the output cannot be written: %s", archive_error_string(a));
}

static int put_parts(struct sheet *s, FILE *to, struct fault *why)
{
	struct archive *a = archive_write_new();
	int e = a && archive_write_set_format_zip(a) == ARCHIVE_OK && archive_write_zip_set_compression_deflate(a) == ARCHIVE_OK
		&& archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK && archive_write_open_FILE(a, to) == ARCHIVE_OK
		? OK : fault_set(why, E_MEMORY, "no memory for a zip file");
	for (size_t i = 0; i < sizeof(fixed_parts) / sizeof(*fixed_parts) && !e; i++)
		e = add_part(a, fixed_parts[i].name, span_str(fixed_parts[i].xml), why);
	if (!e)
		e = add_part(a, "xl/worksheets/sheet1.xml", buf_span(&s->xml), why);
	if (!e && archive_write_close(a) != ARCHIVE_OK)
		e = fault_set(why, E_USAGE, "the output cannot be written: %s", archive_error_string(a));
	archive_write_free(a);
	return e;
}

static int xlsx_write(struct case_file *c, const struct record_set *set, bool reveal, FILE *to, struct fault *why)
{
	struct sheet s = { .set = set };
	buf_init(&s.xml, SHEET_MAX);
	buf_init(&s.cell, 4096);
	begin_sheet(&s);
	int e = set->each(c, reveal, xlsx_row, &s, why);
	buf_format(&s.xml, "</sheetData><autoFilter ref=\"A1:%c%u\"/></worksheet>", 'A' + (int)set->count - 1, s.rows);
	if (!e)
		e = s.xml.is_full ? fault_set(why, E_USAGE, "too much for one sheet; use --format csv") : put_parts(&s, to, why);
	buf_release(&s.xml);
	buf_release(&s.cell);
	return e;
}

const struct format format_xlsx = { .name = "xlsx", .sets = "people", .write = xlsx_write };
