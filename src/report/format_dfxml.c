/*
 * DFXML (Digital Forensics XML, schema 1.2): one fileobject an item, its
 * children in the schema's order; what DFXML has no element for stands in a
 * namespace of our own, which the schema allows at the end.
 */
#include "report/record.h"
#include "report/xml_out.h"

struct dfxml { FILE *to; const struct record_set *set; struct buf out, time; };

static void add_text(struct dfxml *d, const char *element, const struct value *row, const char *field)
{
	struct value v = record_value(d->set, row, field);
	if (v.is_there)
		xml_element(&d->out, element, v.text);
}

static void add_time(struct dfxml *d, const char *element, const struct value *row, const char *field)
{
	struct value v = record_value(d->set, row, field);
	if (!v.is_there)
		return;
	buf_clear(&d->time);
	time_rfc3339(&d->time, v.integer);
	xml_element(&d->out, element, buf_span(&d->time));
}

static void add_hash(struct dfxml *d, const char *type, const struct value *row)
{
	struct value v = record_value(d->set, row, type);
	if (v.is_there)
		buf_format(&d->out, "<hashdigest type=\"%s\">%.*s</hashdigest>", type, (int)v.text.n, (const char *)v.text.p);
}

static void add_own(struct dfxml *d, const struct value *row)
{
	static const char *const fields[] = { "parent", "status", "duplicate_of", "mailbox", "message_id" };
	char element[64];
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
		snprintf(element, sizeof(element), "strandline:%s", fields[i]);
		add_text(d, element, row, fields[i]);
	}
	buf_format(&d->out, "<strandline:bytes_accounted>%lld</strandline:bytes_accounted>",
	           (long long)record_value(d->set, row, "bytes_accounted").integer);
}

static int dfxml_row(void *user, const struct value *row, struct fault *why)
{
	struct dfxml *d = user;
	buf_add_str(&d->out, "<fileobject>");
	add_text(d, "filename", row, "item");
	add_text(d, "error", row, "reason");
	buf_add_str(&d->out, "<name_type>r</name_type>");
	struct value size = record_value(d->set, row, "size");
	if (size.is_there)
		buf_format(&d->out, "<filesize>%lld</filesize>", (long long)size.integer);
	add_time(d, "mtime", row, "modified");
	add_time(d, "atime", row, "accessed");
	add_time(d, "crtime", row, "created");
	add_text(d, "libmagic", row, "type");
	add_hash(d, "md5", row);
	add_hash(d, "sha1", row);
	add_hash(d, "sha256", row);
	add_own(d, row);
	buf_add_str(&d->out, "</fileobject>\n");
	return record_put(d->to, &d->out, why);
}

static int dfxml_write(struct case_file *c, const struct record_set *s, bool reveal, FILE *to, struct fault *why)
{
	struct dfxml d = { .to = to, .set = s };
	buf_init(&d.out, 64 << 20);
	buf_init(&d.time, 256);
	buf_add_str(&d.out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<dfxml xmlns=\"http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML\""
		" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:strandline=\"urn:strandline:items\" version=\"1.2.0\">\n"
		"<metadata><dc:type>File Listing</dc:type></metadata>\n"
		"<creator><program>strandline</program><version>" VERSION "</version></creator>\n");
	int e = s->each(c, reveal, dfxml_row, &d, why);
	buf_add_str(&d.out, "</dfxml>\n");
	if (!e)
		e = record_put(to, &d.out, why);
	buf_release(&d.out);
	buf_release(&d.time);
	return e;
}

const struct format format_dfxml = { .name = "dfxml", .sets = "items", .write = dfxml_write };
