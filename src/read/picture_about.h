/*
 * What a picture's file says about the picture in words: EXIF (CIPA
 * DC-008), IPTC (IIM 4.2), XMP, comments of JPEG and texts of PNG: who made
 * it, when, where (degrees), captions and keywords. Given as one text, part
 * "metadata". Reads headers only, decodes no pixels.
 */
#ifndef READ_PICTURE_ABOUT_H
#define READ_PICTURE_ABOUT_H

#include "core/part.h"

/* OK, or what the sink returned. Damage in what is said about a picture is no damage to it: it ends early. */
int picture_about(const struct item *it, struct sink *out);

#endif
