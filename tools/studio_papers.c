/* Documents and containers: the text of a paper in another dress. */
#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <zlib.h>

#include "studio.h"

static const long long made_at = 1410508800;	/* 12 September 2014 */

static la_ssize_t pack_write(struct archive *a, void *to, const void *bytes, size_t n)
{
	(void)a;
	add(to, bytes, n);
	return (la_ssize_t)n;
}

static struct archive *pack_open(const char *how, const char *password, struct paper *to)
{
	struct archive *a = archive_write_new();
	int e = ARCHIVE_OK;
	if (!strcmp(how, "tar.gz")) {
		e = archive_write_set_format_ustar(a);
		archive_write_add_filter_gzip(a);
		archive_write_set_options(a, "gzip:!timestamp");
	} else
		e = archive_write_set_format_by_name(a, how);
	if (password) {
		archive_write_set_options(a, "zip:encryption=aes256");
		archive_write_set_passphrase(a, password);
	}
	archive_write_set_bytes_in_last_block(a, 1);
	if (e || archive_write_open(a, to, NULL, pack_write, NULL))
		quit(how, archive_error_string(a));
	return a;
}

struct paper *pack(const char *how, const struct member *m, unsigned n, const char *password)
{
	struct paper *p = paper_new();
	struct archive *a = pack_open(how, password, p);
	for (unsigned i = 0; i < n; i++) {
		struct archive_entry *e = archive_entry_new();
		archive_entry_set_pathname(e, m[i].name);
		archive_entry_set_size(e, (la_int64_t)m[i].paper->n);
		archive_entry_set_filetype(e, AE_IFREG);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_mtime(e, made_at, 0);
		if (archive_write_header(a, e) || archive_write_data(a, m[i].paper->bytes, m[i].paper->n) < 0)
			quit(m[i].name, archive_error_string(a));
		archive_entry_free(e);
		carry(p, m[i].paper, format("//%s", m[i].name));
	}
	if (archive_write_close(a))
		quit(how, archive_error_string(a));
	archive_write_free(a);
	return p;
}

/* Calls line for each line of the paper. */
static void each_line(const struct paper *text, void (*line)(struct paper *to, const char *s), struct paper *to)
{
	char *copy = strndup(text->bytes, text->n), *rest = copy;
	for (char *s; (s = strsep(&rest, "\n")) && (rest || *s);)
		line(to, s);
	free(copy);
}

static void xml_text(struct paper *p, const char *s)
{
	for (; *s; s++)
		if (*s == '&')
			say(p, "&amp;");
		else if (*s == '<')
			say(p, "&lt;");
		else
			add(p, s, 1);
}

static struct paper *zip_of(const struct paper *text, const struct member *m, unsigned n)
{
	struct paper *zip = pack("zip", m, n, NULL);
	carry(zip, text, "");
	return zip;
}

/* A paragraph in two runs, as word processors split them at an edit. */
static void docx_line(struct paper *to, const char *s)
{
	size_t half = strcspn(s, " ");
	say(to, "<w:p><w:r><w:t xml:space=\"preserve\">");
	xml_text(to, format("%.*s", (int)half, s));
	say(to, "</w:t></w:r><w:r><w:t xml:space=\"preserve\">");
	xml_text(to, s + half);
	say(to, "</w:t></w:r></w:p>");
}

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define OOXML "http://schemas.openxmlformats.org/"

struct paper *as_docx(struct paper *text)
{
	struct paper *types = paper_new(), *links = paper_new(), *body = paper_new();
	say(types, XML "<Types xmlns=\"" OOXML "package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
	    "<Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/></Types>");
	say(links, XML "<Relationships xmlns=\"" OOXML "package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"" OOXML "officeDocument/2006/relationships/officeDocument\" Target=\"word/document.xml\"/></Relationships>");
	say(body, XML "<w:document xmlns:w=\"" OOXML "wordprocessingml/2006/main\"><w:body>");
	each_line(text, docx_line, body);
	say(body, "</w:body></w:document>");
	return zip_of(text, (struct member[]){ { "[Content_Types].xml", types }, { "_rels/.rels", links }, { "word/document.xml", body } }, 3);
}

static void odt_line(struct paper *to, const char *s)
{
	say(to, "<text:p>");
	xml_text(to, s);
	say(to, "</text:p>");
}

struct paper *as_odt(struct paper *text)
{
	struct paper *type = paper_new(), *body = paper_new(), *manifest = paper_new();
	say(type, "application/vnd.oasis.opendocument.text");
	say(manifest, XML "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"><manifest:file-entry manifest:full-path=\"/\" manifest:media-type=\"application/vnd.oasis.opendocument.text\"/>"
	    "<manifest:file-entry manifest:full-path=\"content.xml\" manifest:media-type=\"text/xml\"/></manifest:manifest>");
	say(body, XML "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\"><office:body><office:text>");
	each_line(text, odt_line, body);
	say(body, "</office:text></office:body></office:document-content>");
	return zip_of(text, (struct member[]){ { "mimetype", type }, { "content.xml", body }, { "META-INF/manifest.xml", manifest } }, 3);
}

static unsigned code_point(const char **s)
{
	const unsigned char *p = (const unsigned char *)*s;
	unsigned n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	unsigned c = n == 1 ? *p : *p & (0xff >> (n + 1));
	for (unsigned i = 1; i < n; i++)
		c = c << 6 | (p[i] & 63);
	*s += n;
	return c;
}

static void rtf_line(struct paper *to, const char *s)
{
	while (*s) {
		unsigned c = code_point(&s);
		if (c >= 0x80)
			say(to, "\\u%d?", (int)(int16_t)c);
		else
			say(to, strchr("\\{}", (int)c) ? "\\%c" : "%c", c);
	}
	say(to, "\\par\n");
}

struct paper *as_rtf(struct paper *text)
{
	struct paper *p = paper_new();
	say(p, "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0 Arial;}}\\f0\\fs20\n");
	each_line(text, rtf_line, p);
	say(p, "}\n");
	carry(p, text, "");
	return p;
}

static void pdf_line(struct paper *to, const char *s)
{
	say(to, "(");
	while (*s) {
		unsigned c = code_point(&s);
		if (c < 0x80 && strchr("\\()", (int)c))
			say(to, "\\");
		say(to, "%c", c < 256 ? (int)c : '?');
	}
	say(to, ") Tj T*\n");
}

static void pdf_object(struct paper *p, size_t *at, unsigned n, const char *dictionary, const void *stream, size_t stream_n)
{
	at[n] = p->n;
	say(p, "%u 0 obj\n%s\n", n, dictionary);
	if (stream) {
		say(p, "stream\n");
		add(p, stream, stream_n);
		say(p, "\nendstream\n");
	}
	say(p, "endobj\n");
}

static void pdf_end(struct paper *p, const size_t *at, unsigned objects)
{
	size_t table = p->n;
	say(p, "xref\n0 %u\n0000000000 65535 f \n", objects + 1);
	for (unsigned i = 1; i <= objects; i++)
		say(p, "%010zu 00000 n \n", at[i]);
	say(p, "trailer\n<< /Size %u /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n", objects + 1, table);
}

/* One page of 60 lines for each 60 lines; ISO 32000-1. */
struct paper *as_pdf(struct paper *text)
{
	enum { LINES = 60, PAGES = 64 };
	struct paper *p = paper_new(), *kids = paper_new(), *page[PAGES] = { paper_new() };
	unsigned pages = 1, lines = 0;
	size_t at[2 * PAGES + 8];
	char *copy = strndup(text->bytes, text->n), *rest = copy;
	for (char *s; (s = strsep(&rest, "\n")) && (rest || *s); lines++) {
		if (lines && lines % LINES == 0 && pages < PAGES)
			page[pages++] = paper_new();
		pdf_line(page[pages - 1], s);
	}
	say(p, "%%PDF-1.4\n");
	pdf_object(p, at, 1, "<< /Type /Catalog /Pages 2 0 R >>", NULL, 0);
	for (unsigned i = 0; i < pages; i++)
		say(kids, "%u 0 R ", 4 + 2 * i);
	pdf_object(p, at, 2, format("<< /Type /Pages /Kids [%.*s] /Count %u >>", (int)kids->n, kids->bytes, pages), NULL, 0);
	pdf_object(p, at, 3, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>", NULL, 0);
	for (unsigned i = 0; i < pages; i++) {
		struct paper *c = paper_new();
		say(c, "BT /F1 10 Tf 12 TL 50 780 Td\n%.*sET\n", (int)page[i]->n, page[i]->bytes);
		uLongf n = compressBound(c->n);
		Bytef *packed = malloc(n);
		compress(packed, &n, (const Bytef *)c->bytes, c->n);
		pdf_object(p, at, 4 + 2 * i, format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents %u 0 R >>", 5 + 2 * i), NULL, 0);
		pdf_object(p, at, 5 + 2 * i, format("<< /Length %lu /Filter /FlateDecode >>", n), packed, n);
		free(packed);
	}
	pdf_end(p, at, 3 + 2 * pages);
	free(copy);
	carry(p, text, "");
	return p;
}

/* A scan: one picture that fills the page. */
struct paper *pdf_of_jpeg(const struct paper *jpeg, unsigned width, unsigned height)
{
	struct paper *p = paper_new();
	size_t at[8];
	double w = width * 72.0 / 300, h = height * 72.0 / 300;
	char *show = format("q %.2f 0 0 %.2f 0 0 cm /I Do Q", w, h);
	say(p, "%%PDF-1.4\n");
	pdf_object(p, at, 1, "<< /Type /Catalog /Pages 2 0 R >>", NULL, 0);
	pdf_object(p, at, 2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", NULL, 0);
	pdf_object(p, at, 3, format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %.2f %.2f] /Resources << /XObject << /I 5 0 R >> >> /Contents 4 0 R >>", w, h), NULL, 0);
	pdf_object(p, at, 4, format("<< /Length %zu >>", strlen(show)), show, strlen(show));
	pdf_object(p, at, 5, format("<< /Type /XObject /Subtype /Image /Width %u /Height %u /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode /Length %zu >>",
	           width, height, jpeg->n), jpeg->bytes, jpeg->n);
	pdf_end(p, at, 5);
	return p;
}

struct paper *as_charset(struct paper *text, const char *charset)
{
	UErrorCode e = U_ZERO_ERROR;
	char *out = malloc(text->n * 4 + 16);
	int n = ucnv_convert(charset, "UTF-8", out, (int32_t)(text->n * 4 + 16), text->bytes, (int32_t)text->n, &e);
	if (U_FAILURE(e))
		quit(charset, u_errorName(e));
	rewrite(text, out, (size_t)n);
	return text;
}

static char *base64(const void *bytes, size_t n, unsigned width)
{
	static const char letter[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *b = bytes;
	struct paper *p = paper_new();
	unsigned column = 0;
	for (size_t i = 0; i < n; i += 3) {
		unsigned v = (unsigned)b[i] << 16 | (i + 1 < n ? (unsigned)b[i + 1] << 8 : 0) | (i + 2 < n ? b[i + 2] : 0);
		char four[4] = { letter[v >> 18], letter[v >> 12 & 63], i + 1 < n ? letter[v >> 6 & 63] : '=', i + 2 < n ? letter[v & 63] : '=' };
		add(p, four, 4);
		if (width && (column += 4) == width) {
			add(p, "\n", 1);
			column = 0;
		}
	}
	add(p, "", 1);
	return p->bytes;
}

/* RFC 2047 where the name is not ASCII. */
static char *mailbox_of(const struct person *p)
{
	for (const char *s = p->name; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return format("=?utf-8?B?%s?= <%s>", base64(p->name, strlen(p->name), 0), p->email);
	return format("%s <%s>", p->name, p->email);
}

static void plant_mailbox(struct paper *p, int person)
{
	plant(p, "person-name", people[person].name, person);
	plant(p, "email-address", people[person].email, person);
}

static void mail_part(struct paper *p, const char *boundary, const struct member *file)
{
	say(p, "--%s\nContent-Type: application/octet-stream; name=\"%s\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"%s\"\n\n%s\n",
	    boundary, file->name, file->name, base64(file->paper->bytes, file->paper->n, 76));
	carry(p, file->paper, format("//%s", file->name));
}

struct paper *as_mail(const struct paper *text, int from, int to, const char *subject, const struct member *files, unsigned n)
{
	struct paper *p = paper_new();
	char *boundary = format("=_part_%s", hex(12));
	say(p, "Return-Path: <%s>\nReceived: from mail-out.halcyon-pictures.com (mail-out.halcyon-pictures.com [10.20.0.25])\n\tby mx1.halcyon-pictures.com with ESMTP id %s;\n\tFri, 12 Sep 2014 08:%02u:%02u +0000\n",
	    people[from].email, hex(10), below(60), below(60));
	say(p, "Message-ID: <%s.%s@mail-out.halcyon-pictures.com>\nDate: Fri, 12 Sep 2014 %02u:%02u:%02u +0000\nFrom: %s\nTo: %s\nSubject: %s\nMIME-Version: 1.0\n",
	    digits(14), hex(8), below(24), below(60), below(60), mailbox_of(&people[from]), mailbox_of(&people[to]), subject);
	plant_mailbox(p, from);
	plant_mailbox(p, to);
	is_a(p, "message");
	if (n)
		say(p, "Content-Type: multipart/mixed; boundary=\"%s\"\n\n--%s\n", boundary, boundary);
	if (n % 2)
		say(p, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n%s\n", base64(text->bytes, text->n, 76));
	else {
		say(p, "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n");
		add(p, text->bytes, text->n);
	}
	carry(p, text, "");
	for (unsigned i = 0; i < n; i++)
		mail_part(p, boundary, &files[i]);
	if (n)
		say(p, "--%s--\n", boundary);
	return p;
}
