/* The reader of last resort: strings in bytes of no known format. Also run on what another reader gave up. */
#include "core/part.h"
#include "read/strings.h"

/* Types worth naming that no reader reads: the bytes at the head, each from its format's own specification. */
static const struct { const char *magic; size_t n, at; const char *type; } types[] = {
	{ "\x7f" "ELF", 4, 0, "application/x-elf" },
	{ "MZ", 2, 0, "application/vnd.microsoft.portable-executable" },
	{ "\xca\xfe\xba\xbe", 4, 0, "application/java-vm" },
	{ "\xcf\xfa\xed\xfe", 4, 0, "application/x-mach-binary" },
	{ "ID3", 3, 0, "audio/mpeg" },
	{ "\xff\xfb", 2, 0, "audio/mpeg" },
	{ "OggS", 4, 0, "application/ogg" },
	{ "fLaC", 4, 0, "audio/flac" },
	{ "WAVE", 4, 8, "audio/wav" },
	{ "\0\1\0\0\0", 5, 0, "font/ttf" },
	{ "OTTO", 4, 0, "font/otf" },
	{ "wOFF", 4, 0, "font/woff" },
	{ "wOF2", 4, 0, "font/woff2" },
	{ "8BPS", 4, 0, "image/vnd.adobe.photoshop" },
	{ "ITSF", 4, 0, "application/vnd.ms-htmlhelp" },
	{ "\xd7\xcd\xc6\x9a", 4, 0, "image/wmf" },
	{ "ElfFile", 8, 0, "application/x-ms-evtx" },
	{ "regf", 4, 0, "application/x-windows-registry" },
	{ "L\0\0\0\1\x14\2", 7, 0, "application/x-ms-shortcut" },
	{ "\x37\x7f\x06\x82", 4, 0, "application/x-sqlite-wal" },
	{ "Salted__", 8, 0, "application/x-openssl-encrypted" },
	{ "LUKS\xba\xbe", 6, 0, "application/x-luks" },
	{ "\x03\xd9\xa2\x9a", 4, 0, "application/x-keepass" },
};

/* Netpbm's raw grey and colour rasters: pixels, in which strings are chance. */
static bool is_raster(struct span s)
{
	return span_at(s, 0) == 'P' && (span_at(s, 1) == '5' || span_at(s, 1) == '6') && span_at(s, 2) == '\n';
}

static const char *type_of(struct span s)
{
	if (!s.n)
		return "application/x-empty";
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (span_equal(span_sub(s, types[i].at, types[i].n), span_of(types[i].magic, types[i].n)))
			return types[i].type;
	return is_raster(s) ? "image/x-portable-anymap" : NULL;
}

static int binary_probe(struct span head, const struct item *it)
{
	(void)head, (void)it;
	return 1;
}

static int binary_read(const struct item *it, struct sink *out, struct fault *why)
{
	const char *type = type_of(it->bytes);
	int e = type ? sink_type(out, type) : OK;
	if (!e && !is_raster(it->bytes))
		e = strings_give(it->bytes, 0, NULL, out);
	return e == E_MEMORY ? fault_set(why, e, "no memory for strings") : e;
}

const struct reader reader_binary = {
	.name = "binary", .help = "strings in unknown bytes", .type = "application/octet-stream", .peek = 0,
	.probe = binary_probe, .read = binary_read,
};
