/*
 * OOXML: Office Open XML packages (ECMA-376): a zip of XML parts. What the
 * files of this reader share; each part of a package goes to one function.
 * All return OK, or a negative code that ends the item; damage is told.
 */
#ifndef READ_OOXML_H
#define READ_OOXML_H

#include "lib/xml.h"
#include "lib/zip.h"
#include "read/doc.h"

struct number_format;

/* A relationship of a part (ECMA-376 part 2, 9.3): in the arena. */
struct ooxml_link { const char *id, *target; bool is_external; };

struct ooxml_sheets;
struct ooxml_binary;
struct ooxml {
	struct doc doc;
	struct zip zip;
	struct ooxml_sheets *sheets;	/* workbook, styles and shared strings, once read; in the arena */
	struct ooxml_binary *binary;	/* the same of a binary workbook */
	struct buf strings;		/* the shared strings, one behind the other */
	uint64_t *string_ends;		/* malloc'd */
	size_t string_count, string_room;
};

/* The package in bytes, as the content of it (they may have been encrypted there). */
int ooxml_read(const struct item *it, struct span bytes, struct sink *out, struct fault *why);

/* Adds a part's bytes to out (buf_init'd by the caller); damage is told. */
int ooxml_load(struct ooxml *o, const struct zip_member *m, struct buf *out);
/* Loads and parses; damage is told. */
int ooxml_parse(struct ooxml *o, const struct zip_member *m, const struct xml_events *events, void *user);
/* The relationships of the part of that path; NULL-id-terminated, in the arena; NULL when there are none. */
int ooxml_links(struct ooxml *o, struct span part, struct ooxml_link **links);
/* The member a target names, seen from the part that has the link; NULL when it is missing. */
const struct zip_member *ooxml_target(struct ooxml *o, struct span from, const char *target);
/* The number in a part's name: "slide12.xml" gives 12; 0 when there is none. */
uint32_t ooxml_part_number(struct span path);

/* ooxml_text.c: the text of WordprocessingML and DrawingML; see there. */
int ooxml_text(struct ooxml *o, const struct zip_member *m, const char *part, uint32_t page);
/* ooxml_sheet.c */
int ooxml_sheet(struct ooxml *o, const struct zip_member *m);
/* ooxml_sheetb.c */
int ooxml_sheet_binary(struct ooxml *o, const struct zip_member *m);
/* ooxml_visio.c */
int ooxml_visio(struct ooxml *o, const struct zip_member *m, uint32_t page);

#endif
