/*
 * Linking: from claims ("these data belong to one person") to persons.
 *
 * Claims that share a strong identifier (an identity number, a personal mail
 * address), or the name and one of birth date, phone, card, account and postal
 * address, are one person's; a mail address under
 * names that have no word in common does not merge, and is told as a
 * conflict. Persons with contradicting data are kept and the contradiction
 * named. The result depends on the claims alone, not on their order of arrival.
 */
#ifndef PEOPLE_LINK_H
#define PEOPLE_LINK_H

#include "store/case.h"

/* Rebuilds the persons of a case and the person of each finding. */
int people_link(struct case_file *c, struct fault *why);

/* A person as kept, sealed: unpacked by people_unpack; spans borrow from the bytes. */
enum person_text {
	PERSON_NAME, PERSON_OTHER_NAMES, PERSON_BIRTH_DATE, PERSON_EMAILS, PERSON_PHONES, PERSON_ADDRESS,
	PERSON_ADDRESS_DATE, PERSON_RESIDENCE, PERSON_RESIDENCE_BASIS, PERSON_ELEMENTS, PERSON_FIRST_ITEM,
	PERSON_MERGE_REASON, PERSON_CONFLICTS, PERSON_RULES, PERSON_TEXTS
};
struct person { struct span text[PERSON_TEXTS]; uint64_t items; };
int people_unpack(struct span bytes, struct person *p);

#endif
