/* Tables in the formats that people keep them in. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <ctype.h>

#include "studio.h"

struct table *table_new(const char *sheet, const struct column *columns, unsigned n)
{
	struct table *t = calloc(1, sizeof(*t));
	t->sheet = sheet;
	t->columns = n;
	memcpy(t->column, columns, n * sizeof(*columns));
	return t;
}

void table_row(struct table *t, int person, ...)
{
	if (t->rows == t->room) {
		t->room = t->room * 2 + 64;
		t->cells = realloc(t->cells, sizeof(*t->cells) * t->room * t->columns);
		t->person = realloc(t->person, sizeof(*t->person) * t->room);
	}
	va_list a;
	va_start(a, person);
	for (unsigned i = 0; i < t->columns; i++) {
		const char *s = va_arg(a, const char *);
		t->cells[t->rows * t->columns + i] = s ? s : "";
	}
	va_end(a);
	t->person[t->rows++] = person;
}

static const char *cell(const struct table *t, unsigned row, unsigned column) { return t->cells[row * t->columns + column]; }

static void plant_row(struct paper *p, const struct table *t, unsigned row)
{
	const char *given = NULL, *family = NULL;
	for (unsigned i = 0; i < t->columns; i++) {
		const char *kind = t->column[i].kind, *value = cell(t, row, i);
		if (!kind || !*value)
			continue;
		if (!strcmp(kind, "given"))
			given = value;
		else if (!strcmp(kind, "family"))
			family = value;
		else
			plant(p, !strcmp(kind, "street") ? "postal-address" : kind, value, t->person[row]);
	}
	if (given && family)
		plant(p, "person-name", format("%s %s", given, family), t->person[row]);
}

static struct paper *planted(const struct table *t)
{
	struct paper *p = paper_new();
	for (unsigned i = 0; i < t->rows; i++)
		plant_row(p, t, i);
	return p;
}

static void csv_cell(struct paper *p, const char *s, char separator)
{
	if (!strchr(s, separator) && !strchr(s, '"') && !strchr(s, '\n')) {
		say(p, "%s", s);
		return;
	}
	say(p, "\"");
	for (; *s; s++)
		say(p, *s == '"' ? "\"\"" : "%c", *s);
	say(p, "\"");
}

struct paper *table_csv(const struct table *t, char separator)
{
	struct paper *p = planted(t);
	for (unsigned i = 0; i < t->columns; i++) {
		csv_cell(p, t->column[i].head, separator);
		say(p, "%s", i + 1 < t->columns ? (char[]){ separator, 0 } : "\r\n");
	}
	for (unsigned r = 0; r < t->rows; r++)
		for (unsigned i = 0; i < t->columns; i++) {
			csv_cell(p, cell(t, r, i), separator);
			say(p, "%s", i + 1 < t->columns ? (char[]){ separator, 0 } : "\r\n");
		}
	return p;
}

static void xml_text(struct paper *p, const char *s)
{
	for (; *s; s++)
		if (*s == '&')
			say(p, "&amp;");
		else if (*s == '<')
			say(p, "&lt;");
		else if (*s == '>')
			say(p, "&gt;");
		else
			add(p, s, 1);
}

static void sheet_row(struct paper *sheet, struct paper *strings, unsigned *count, const struct table *t, int row)
{
	say(sheet, "<row r=\"%d\">", row + 2);
	for (unsigned i = 0; i < t->columns; i++) {
		const char *s = row < 0 ? t->column[i].head : cell(t, (unsigned)row, i);
		if (!*s)
			continue;
		say(sheet, "<c r=\"%c%d\" t=\"s\"><v>%u</v></c>", 'A' + i, row + 2, (*count)++);
		say(strings, "<si><t>");
		xml_text(strings, s);
		say(strings, "</t></si>");
	}
	say(sheet, "</row>");
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define OOXML "http://schemas.openxmlformats.org/"

/* ECMA-376 part 1: the least that spreadsheet programs open. */
struct paper *table_xlsx(struct table *const *sheets, unsigned n)
{
	struct paper *types = paper_new(), *links = paper_new(), *book = paper_new(), *book_links = paper_new(), *strings = paper_new();
	struct member m[32] = { { "[Content_Types].xml", types }, { "_rels/.rels", links }, { "xl/workbook.xml", book },
		{ "xl/_rels/workbook.xml.rels", book_links }, { "xl/sharedStrings.xml", strings } };
	unsigned members = 5, count = 0;
	struct paper *truths = paper_new();
	say(types, XML "<Types xmlns=\"" OOXML "package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	    "<Default Extension=\"xml\" ContentType=\"application/xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/>"
	    "<Override PartName=\"/xl/sharedStrings.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml\"/>");
	say(links, XML "<Relationships xmlns=\"" OOXML "package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"" OOXML "officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
	say(book, XML "<workbook xmlns=\"" OOXML "spreadsheetml/2006/main\" xmlns:r=\"" OOXML "officeDocument/2006/relationships\"><sheets>");
	say(book_links, XML "<Relationships xmlns=\"" OOXML "package/2006/relationships\"><Relationship Id=\"rId0\" Type=\"" OOXML "officeDocument/2006/relationships/sharedStrings\" Target=\"sharedStrings.xml\"/>");
	say(strings, XML "<sst xmlns=\"" OOXML "spreadsheetml/2006/main\">");
	for (unsigned i = 0; i < n; i++) {
		const struct table *t = sheets[i];
		struct paper *sheet = paper_new();
		m[members++] = (struct member){ format("xl/worksheets/sheet%u.xml", i + 1), sheet };
		say(types, "<Override PartName=\"/xl/worksheets/sheet%u.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/>", i + 1);
		say(book, "<sheet name=\"%s\" sheetId=\"%u\" r:id=\"rId%u\"/>", t->sheet, i + 1, i + 1);
		say(book_links, "<Relationship Id=\"rId%u\" Type=\"" OOXML "officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet%u.xml\"/>", i + 1, i + 1);
		say(sheet, XML "<worksheet xmlns=\"" OOXML "spreadsheetml/2006/main\"><sheetData>");
		for (int r = -1; r < (int)t->rows; r++)
			sheet_row(sheet, strings, &count, t, r);
		say(sheet, "</sheetData></worksheet>");
		carry(truths, planted(t), "");
	}
	say(types, "</Types>");
	say(book, "</sheets></workbook>");
	say(book_links, "</Relationships>");
	say(strings, "</sst>");
	struct paper *zip = pack("zip", m, members, NULL);
	zip->count = 0;
	carry(zip, truths, "");
	return zip;
}

/* OASIS OpenDocument 1.2. */
struct paper *table_ods(const struct table *t)
{
	struct paper *type = paper_new(), *content = paper_new(), *manifest = paper_new();
	say(type, "application/vnd.oasis.opendocument.spreadsheet");
	say(manifest, XML "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.spreadsheet\"/>"
	    "<manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>");
	say(content, XML "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:spreadsheet><table:table table:name=\"%s\">", t->sheet);
	for (int r = -1; r < (int)t->rows; r++) {
		say(content, "<table:table-row>");
		for (unsigned i = 0; i < t->columns; i++) {
			say(content, "<table:table-cell office:value-type=\"string\"><text:p>");
			xml_text(content, r < 0 ? t->column[i].head : cell(t, (unsigned)r, i));
			say(content, "</text:p></table:table-cell>");
		}
		say(content, "</table:table-row>");
	}
	say(content, "</table:table></office:spreadsheet></office:body></office:document-content>");
	struct paper *zip = pack("zip", (struct member[]){ { "mimetype", type }, { "content.xml", content }, { "META-INF/manifest.xml", manifest } }, 3, NULL);
	carry(zip, planted(t), "");
	return zip;
}

struct paper *table_html(const struct table *t, const char *title)
{
	struct paper *p = planted(t);
	say(p, "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%s</title></head><body><h1>%s</h1>\n<table>\n", title, title);
	for (int r = -1; r < (int)t->rows; r++) {
		say(p, "<tr>");
		for (unsigned i = 0; i < t->columns; i++) {
			say(p, r < 0 ? "<th>" : "<td>");
			xml_text(p, r < 0 ? t->column[i].head : cell(t, (unsigned)r, i));
			say(p, r < 0 ? "</th>" : "</td>");
		}
		say(p, "</tr>\n");
	}
	say(p, "</table></body></html>\n");
	return p;
}

/* "Date of birth" as date_of_birth. */
static char *as_name(const char *head)
{
	char *s = strdup(head);
	for (char *c = s; *c; c++)
		*c = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '_';
	return s;
}

static void json_cell(struct paper *p, const char *s)
{
	say(p, "\"");
	for (; *s; s++)
		if (*s == '"' || *s == '\\')
			say(p, "\\%c", *s);
		else
			add(p, s, 1);
	say(p, "\"");
}

struct paper *table_json(const struct table *t, bool is_lines)
{
	struct paper *p = planted(t);
	say(p, "%s", is_lines ? "" : "[\n");
	for (unsigned r = 0; r < t->rows; r++) {
		for (unsigned i = 0; i < t->columns; i++) {
			say(p, "%s\"%s\":", i ? ", " : "{", as_name(t->column[i].head));
			json_cell(p, cell(t, r, i));
		}
		say(p, "}%s\n", is_lines || r + 1 == t->rows ? "" : ",");
	}
	say(p, "%s", is_lines ? "" : "]\n");
	return p;
}

struct paper *table_xml(const struct table *t)
{
	struct paper *p = planted(t);
	say(p, XML "<%s>\n", as_name(t->sheet));
	for (unsigned r = 0; r < t->rows; r++) {
		say(p, " <record>");
		for (unsigned i = 0; i < t->columns; i++) {
			say(p, "<%s>", as_name(t->column[i].head));
			xml_text(p, cell(t, r, i));
			say(p, "</%s>", as_name(t->column[i].head));
		}
		say(p, "</record>\n");
	}
	say(p, "</%s>\n", as_name(t->sheet));
	return p;
}

static void sql_cell(struct paper *p, const char *s)
{
	say(p, "'");
	for (; *s; s++)
		if (*s == '\'')
			say(p, "''");
		else
			add(p, s, 1);
	say(p, "'");
}

static void sql_insert(struct paper *p, const struct table *t)
{
	say(p, "-- MySQL dump 10.13  Distrib 5.5.40\n\nDROP TABLE IF EXISTS `%s`;\nCREATE TABLE `%s` (\n  `id` int(11) NOT NULL", t->sheet, t->sheet);
	for (unsigned i = 0; i < t->columns; i++)
		say(p, ",\n  `%s` varchar(255) DEFAULT NULL", as_name(t->column[i].head));
	say(p, ",\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB DEFAULT CHARSET=utf8;\nLOCK TABLES `%s` WRITE;\n", t->sheet);
	for (unsigned r = 0; r < t->rows; r++) {
		say(p, r % 50 ? ",(%u" : r ? ";\nINSERT INTO `%2$s` VALUES (%1$u" : "INSERT INTO `%2$s` VALUES (%1$u", r + 1, t->sheet);
		for (unsigned i = 0; i < t->columns; i++) {
			say(p, ",");
			sql_cell(p, cell(t, r, i));
		}
		say(p, ")");
	}
	say(p, ";\nUNLOCK TABLES;\n-- Dump completed on 2014-09-12\n");
}

struct paper *table_sql(const struct table *t, bool is_copy)
{
	struct paper *p = planted(t);
	if (!is_copy) {
		sql_insert(p, t);
		return p;
	}
	say(p, "--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\n\nCREATE TABLE public.%s (", t->sheet);
	for (unsigned i = 0; i < t->columns; i++)
		say(p, "%s\n    %s text", i ? "," : "", as_name(t->column[i].head));
	say(p, "\n);\n\nCOPY public.%s (", t->sheet);
	for (unsigned i = 0; i < t->columns; i++)
		say(p, "%s%s", i ? ", " : "", as_name(t->column[i].head));
	say(p, ") FROM stdin;\n");
	for (unsigned r = 0; r < t->rows; r++)
		for (unsigned i = 0; i < t->columns; i++)
			say(p, "%s%s", *cell(t, r, i) ? cell(t, r, i) : "\\N", i + 1 < t->columns ? "\t" : "\n");
	say(p, "\\.\n\n--\n-- PostgreSQL database dump complete\n--\n");
	return p;
}

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL))
		quit(sql, sqlite3_errmsg(db));
}

struct paper *table_sqlite(const struct table *t)
{
	sqlite3 *db;
	struct paper *p = planted(t), *sql = paper_new();
	say(sql, "CREATE TABLE %s (id INTEGER PRIMARY KEY", t->sheet);
	for (unsigned i = 0; i < t->columns; i++)
		say(sql, ", %s TEXT", as_name(t->column[i].head));
	say(sql, "); BEGIN;");
	for (unsigned r = 0; r < t->rows; r++) {
		say(sql, "INSERT INTO %s VALUES (%u", t->sheet, r + 1);
		for (unsigned i = 0; i < t->columns; i++) {
			say(sql, ",");
			sql_cell(sql, cell(t, r, i));
		}
		say(sql, ");\n");
	}
	add(sql, "COMMIT;", 8);
	if (sqlite3_open(":memory:", &db))
		quit("sqlite", "cannot open");
	run(db, sql->bytes);
	sqlite3_int64 n;
	unsigned char *bytes = sqlite3_serialize(db, "main", &n, 0);
	add(p, bytes, (size_t)n);
	sqlite3_free(bytes);
	sqlite3_close(db);
	return p;
}
