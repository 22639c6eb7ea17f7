#include "find/mrz_claim.h"

#include <string.h>

static unsigned held(const struct mrz *m)
{
	return (unsigned)__builtin_popcount(m->checks_held);
}

double mrz_confidence(const struct mrz *m)
{
	if (m->is_verified)
		return m->is_issuer_known ? 0.99 : 0.8;
	return m->is_blank ? 0.05 : 0.1 + 0.05 * held(m);
}

unsigned mrz_list_checks(const struct mrz *m, const char **out)
{
	static const char *const names[][2] = {
		{ "document number digit holds", "document number digit fails" },
		{ "birth date digit holds", "birth date digit fails" },
		{ "expiry digit holds", "expiry digit fails" },
		{ "personal number digit holds", "personal number digit fails" },
		{ "composite digit holds", "composite digit fails" },
	};
	unsigned n = 0;
	for (unsigned i = 0; i < 5; i++)
		if (m->checks_present >> i & 1)
			out[n++] = names[i][!(m->checks_held >> i & 1)];
	if (m->is_blank)
		out[n++] = "blank form";
	if (!m->is_dates_possible)
		out[n++] = "a date is not possible";
	else if (strcmp(m->issuer, "UTO") == 0)
		out[n++] = "issuer is Utopia, the specimens' state";
	return n;
}

int mrz_give_claim(const struct mrz *m, const struct finding *f, struct sink *out)
{
	char name[sizeof(m->surname) + sizeof(m->given_names) + 1];
	char birth[11];
	size_t n = strlen(m->given_names), k = strlen(m->surname);
	memcpy(name, m->given_names, n);
	if (n && k)
		name[n++] = ' ';
	memcpy(name + n, m->surname, k);
	struct claim c = { .basis = "mrz", .where = f->where };
	c.elements[c.count++] = (struct element){ m->kind, f->value };
	if (n + k)
		c.elements[c.count++] = (struct element){ KIND_PERSON_NAME, span_of(name, n + k) };
	if (mrz_birth_iso(m->birth_date, m->expiry_date[0] ? m->expiry_date : NULL, birth))
		c.elements[c.count++] = (struct element){ KIND_BIRTH_DATE, span_str(birth) };
	enum kind number = m->kind == KIND_PASSPORT_MRZ ? KIND_PASSPORT_NUMBER :
	                   m->kind == KIND_VISA_MRZ ? KIND_VISA_NUMBER : KIND_ID_NUMBER;
	c.elements[c.count++] = (struct element){ number, span_str(m->number) };
	return sink_claim(out, &c);
}
