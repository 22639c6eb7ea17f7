/*
 * OCR of pages by Tesseract (LSTM models of English, which read any Latin
 * letters well enough to search them).
 *
 * The model is a file: ocr_init opens it before the sandbox closes, and the
 * workers inherit it. Recognition runs on one thread (OpenMP's are slower
 * here by far and are refused in the sandbox) and keeps nothing from one page
 * to the next, so that a page reads alike whatever came before.
 */
#ifndef LIB_OCR_H
#define LIB_OCR_H

#include "base/buf.h"
#include "base/fault.h"

/* E_UNSUPPORTED with the reason where there is no model; ocr_page then says the same. */
int ocr_init(struct fault *why);

/*
 * Recognises an upright grey picture (8 bits, 0 is black). Adds its text to
 * out, a line each; confidence is the mean over the words, 0 to 100. dpi 0: unknown.
 */
int ocr_page(const unsigned char *grey, uint32_t width, uint32_t height, uint32_t stride, double dpi,
             struct buf *out, int *confidence, struct fault *why);

#endif
