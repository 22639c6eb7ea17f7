/* Kinds, classes and states in plain words, for people. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "core/item.h"
#include "core/kind.h"

const char *kind_words(enum kind k);		/* "Social security numbers (US)" */
const char *class_words(enum class c);		/* "Identity" */
/* A state of the ledger: those of items, and STATUS_COUNT for bytes decoded into items of their own. */
const char *state_words(int state);
const char *state_meaning(int state);		/* one sentence */

/* 1234567 as "1,234,567"; 1234567 bytes as "1.23 MB". */
struct number_text { char s[32]; };
struct number_text number_words(int64_t n);
struct number_text bytes_words(int64_t n);

#endif
