/*
 * XML by events, on expat. External entities are never loaded (no handler
 * is set); amplification by internal ones is bounded by expat's own guard
 * (100 times, from 8 MiB on).
 */
#include "lib/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/ucnv.h>

enum { DEPTH_MAX = 2000, PIECE = 1 << 20 };

struct run {
	const struct xml_events *events;
	void *user;
	XML_Parser parser;
	unsigned depth;
	int code;		/* first negative code of an event */
	bool is_too_deep;
};

static const char *without_prefix(const char *name)
{
	const char *colon = strchr(name, ':');
	return colon ? colon + 1 : name;
}

static void stop(struct run *r, int code)
{
	if (code >= 0 || r->code)
		return;
	r->code = code;
	XML_StopParser(r->parser, XML_FALSE);
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attrs)
{
	struct run *r = user;
	if (r->code || r->is_too_deep)
		return;
	if (++r->depth > DEPTH_MAX) {
		r->is_too_deep = true;
		XML_StopParser(r->parser, XML_FALSE);
		return;
	}
	if (r->events->start)
		stop(r, r->events->start(r->user, without_prefix(name), attrs));
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
	struct run *r = user;
	if (r->code || r->is_too_deep)
		return;
	r->depth--;
	if (r->events->end)
		stop(r, r->events->end(r->user, without_prefix(name)));
}

static void XMLCALL on_text(void *user, const XML_Char *s, int n)
{
	struct run *r = user;
	if (!r->code && !r->is_too_deep && r->events->text)
		stop(r, r->events->text(r->user, span_of(s, (size_t)n)));
}

/* One character of a code page; -1 for what is none. */
static int XMLCALL code_page_char(void *converter, const char *s)
{
	UErrorCode e = U_ZERO_ERROR;
	const char *at = s;
	ucnv_reset(converter);
	UChar32 c = ucnv_getNextUChar(converter, &at, s + 2, &e);
	return U_FAILURE(e) || at != s + 2 || c > 0xffff ? -1 : (int)c;
}

static void XMLCALL code_page_close(void *converter)
{
	ucnv_close(converter);
}

/* Encodings that expat does not know: code pages of one and two bytes a character. */
static int XMLCALL on_encoding(void *user, const XML_Char *name, XML_Encoding *info)
{
	(void)user;
	UErrorCode e = U_ZERO_ERROR;
	UConverter *converter = ucnv_open(name, &e);
	if (U_FAILURE(e))
		return XML_STATUS_ERROR;
	ucnv_setToUCallBack(converter, UCNV_TO_U_CALLBACK_STOP, NULL, NULL, NULL, &e);
	for (int i = 0; i < 256; i++) {
		char byte = (char)i;
		const char *at = &byte;
		e = U_ZERO_ERROR;
		ucnv_reset(converter);
		UChar32 c = ucnv_getNextUChar(converter, &at, &byte + 1, &e);
		info->map[i] = e == U_TRUNCATED_CHAR_FOUND ? -2 : U_FAILURE(e) || c > 0xffff ? -1 : (int)c;
		if (i < 0x80)	/* expat insists; Shift_JIS has a yen sign at 0x5c */
			info->map[i] = i;
	}
	info->data = converter;
	info->convert = code_page_char;
	info->release = code_page_close;
	return XML_STATUS_OK;
}

static enum XML_Status feed(XML_Parser p, struct span bytes)
{
	enum XML_Status st;
	size_t at = 0;
	do {
		struct span piece = span_sub(bytes, at, PIECE);
		at += piece.n;
		st = XML_Parse(p, (const char *)piece.p, (int)piece.n, at >= bytes.n);
	} while (st == XML_STATUS_OK && at < bytes.n);
	return st;
}

int xml_parse(struct span bytes, const struct xml_events *events, void *user, struct fault *why)
{
	struct run r = { .events = events, .user = user };
	r.parser = XML_ParserCreate(NULL);
	if (!r.parser)
		return fault_set(why, E_MEMORY, "no memory for an XML parser");
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetUnknownEncodingHandler(r.parser, on_encoding, NULL);
	enum XML_Status st = feed(r.parser, bytes);
	int e = OK;
	if (r.code)
		e = r.code;
	else if (r.is_too_deep)
		e = fault_set(why, PART, "XML: more than %d elements deep", DEPTH_MAX);
	else if (st != XML_STATUS_OK)
		e = fault_set(why, PART, "XML: %s at byte %lld", XML_ErrorString(XML_GetErrorCode(r.parser)),
		              (long long)XML_GetCurrentByteIndex(r.parser));
	XML_ParserFree(r.parser);
	return e;
}

const char *xml_attr(const char **attrs, const char *name)
{
	bool is_qualified = strchr(name, ':') != NULL;
	for (size_t i = 0; attrs[i]; i += 2)
		if (strcmp(is_qualified ? attrs[i] : without_prefix(attrs[i]), name) == 0)
			return attrs[i + 1];
	return NULL;
}
