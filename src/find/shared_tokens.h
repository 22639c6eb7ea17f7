/*
 * The prefilter's tokens of a text, found once for all detectors that ask: the first finds them, the others
 * take them from the item's notes. Texts with very many tokens, and items without notes, are passed over by
 * each on its own; the tokens are the same.
 */
#ifndef FIND_SHARED_TOKENS_H
#define FIND_SHARED_TOKENS_H

#include "core/part.h"
#include "find/prefilter.h"

/* Who asks; each asks at most once a text, in this order of detectors or another. */
enum token_user { TOKEN_USER_IDENTITY = 1, TOKEN_USER_CONTACT = 2, TOKEN_USER_PERSON = 4 };

void shared_tokens_start(struct prefilter *p, const struct item *it, const struct text *t, unsigned types, enum token_user user);

#endif
