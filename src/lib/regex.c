/* PCRE2 on a short region: starts and groups of what Hyperscan found. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "lib/patterns.h"

#include <pcre2.h>
#include <stdlib.h>

/* steps of matching; what needs more does not match */
enum { MATCH_LIMIT = 200000, DEPTH_LIMIT = 2000, HEAP_LIMIT_KIB = 4096 };

struct regex { pcre2_code *code; pcre2_match_data *data; pcre2_match_context *limits; };

static uint32_t options_of(unsigned flags)
{
	uint32_t o = 0;
	if (flags & PATTERN_CASELESS)
		o |= PCRE2_CASELESS;
	if (flags & PATTERN_LITERAL)
		o |= PCRE2_LITERAL;
	if (flags & PATTERN_UTF8)
		o |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	return o;
}

int regex_open(const struct pattern *p, struct regex **out, struct fault *why)
{
	int number = 0;
	PCRE2_SIZE offset = 0;
	struct regex *r = calloc(1, sizeof(*r));
	if (!r)
		return E_MEMORY;
	r->code = pcre2_compile(p->text.p, p->text.n, options_of(p->flags), &number, &offset, NULL);
	if (!r->code) {
		PCRE2_UCHAR message[120] = "";
		pcre2_get_error_message(number, message, sizeof(message));
		regex_close(r);
		return fault_set(why, E_UNSUPPORTED, "%s at %zu of the expression", (const char *)message, (size_t)offset);
	}
	r->data = pcre2_match_data_create(REGEX_GROUPS, NULL);
	r->limits = pcre2_match_context_create(NULL);
	if (!r->data || !r->limits) {
		regex_close(r);
		return E_MEMORY;
	}
	pcre2_set_match_limit(r->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(r->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(r->limits, HEAP_LIMIT_KIB);
	*out = r;
	return OK;
}

void regex_close(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_context_free(r->limits);
	pcre2_match_data_free(r->data);
	pcre2_code_free(r->code);
	free(r);
}

bool regex_find(const struct regex *r, struct span s, size_t from, struct groups *groups)
{
	if (from > s.n)
		return false;
	int n = pcre2_match(r->code, s.p ? s.p : (const unsigned char *)"", s.n, from, 0, r->data, r->limits);
	if (n < 0)
		return false;
	if (!groups)
		return true;
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(r->data);
	*groups = (struct groups){ .count = n ? (unsigned)n : REGEX_GROUPS, .start = at[0], .end = at[1] };
	for (unsigned i = 0; i < groups->count && i < REGEX_GROUPS; i++)
		if (at[2 * i] != PCRE2_UNSET && at[2 * i] <= at[2 * i + 1])
			groups->at[i] = span_sub(s, at[2 * i], at[2 * i + 1] - at[2 * i]);
	return true;
}
