/*
 * XML by events, on expat: entity expansion bounded, no external entities,
 * depth bounded. For OOXML, ODF, XML files, VSDX.
 */
#ifndef LIB_XML_H
#define LIB_XML_H

#include "base/fault.h"
#include "base/span.h"

/* Names come without their namespace prefix ("w:t" as "t"); attrs are name, value pairs, NULL-terminated. */
struct xml_events {
	int (*start)(void *user, const char *name, const char **attrs);
	int (*end)(void *user, const char *name);
	int (*text)(void *user, struct span utf8);
};
/*
 * Returns OK, PART when the document broke off (events until there were
 * given), or the first negative code an event returned.
 */
int xml_parse(struct span bytes, const struct xml_events *events, void *user, struct fault *why);
/* Value of the attribute of that name, or NULL; prefixes are ignored unless name has one ("r:id"). */
const char *xml_attr(const char **attrs, const char *name);

#endif
