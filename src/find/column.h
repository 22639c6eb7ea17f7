/*
 * Column: what the header of a column, or the label before a value, says
 * about what follows, in the languages of the word list (column.def): en, de,
 * fr, es, it, nl, pl, pt, ja, zh, ko, and a little ru.
 *
 * A header is one or several words in any case, with separators, accents or
 * camel case ("Soc. Sec. No.", "FirstName", "N° de passeport"). Nothing is
 * allocated; any thread may call.
 */
#ifndef FIND_COLUMN_H
#define FIND_COLUMN_H

#include "core/kind.h"

#define MEANINGS(M) \
	M(NONE) \
	/* identity */ \
	M(SSN) M(ITIN) M(NINO) M(NHS) M(NIR) M(STEUER_ID) M(DNI) M(NIE) M(CODICE_FISCALE) M(BSN) M(PESEL) M(CPF) \
	M(AADHAAR) M(CN_ID) M(RRN) M(MY_NUMBER) M(SIN) M(TAX_NUMBER) M(DRIVER_LICENCE) M(PASSPORT_NUMBER) \
	M(VISA_NUMBER) M(ID_NUMBER) M(BIRTH_DATE) M(BIRTH_PLACE) M(MRZ) \
	/* payment */ \
	M(CARD_NUMBER) M(CARD_EXPIRY) M(CARD_CODE) M(IBAN) M(ROUTING) M(BIC) M(BANK_ACCOUNT) M(SORT_CODE) M(BANK_NAME) \
	/* persons; NAME is a bare "name", which may be of anything */ \
	M(FULL_NAME) M(NAME) M(FIRST_NAME) M(MIDDLE_NAME) M(LAST_NAME) M(NAME_TITLE) M(COMPANY) \
	M(NATIONALITY) M(GENDER) M(AGE) \
	/* contact; STREET_2 is a second address line */ \
	M(ADDRESS) M(STREET) M(STREET_2) M(HOUSE_NUMBER) M(CITY) M(STATE) M(POSTCODE) M(COUNTRY) \
	M(PHONE) M(MOBILE) M(FAX) M(EMAIL) \
	/* work */ \
	M(EMPLOYEE_ID) M(DEPARTMENT) M(JOB_TITLE) M(SALARY) M(HIRE_DATE) \
	/* accounts of machines */ \
	M(USER_NAME) M(PASSWORD) M(PASSWORD_HASH) M(SECRET) M(HOST_NAME) M(IP_ADDRESS) M(MAC_ADDRESS) \
	/* books */ \
	M(AMOUNT) M(DEBIT) M(CREDIT) M(BALANCE) M(TAX) M(CURRENCY) M(QUANTITY) M(LEDGER_ACCOUNT) M(DESCRIPTION) \
	M(DATE) M(ISSUE_DATE) M(EXPIRY_DATE) M(TIMESTAMP) \
	/* numbers of other things: evidence against an identifier */ \
	M(INVOICE_NUMBER) M(ORDER_NUMBER) M(TRACKING_NUMBER) M(CUSTOMER_NUMBER) M(PRODUCT_NUMBER) \
	M(SERIAL_NUMBER) M(ISBN) M(HASH) \
	/* health */ \
	M(DIAGNOSIS) M(MEDICAL_RECORD)

enum meaning {
#define M(id) MEANING_##id,
	MEANINGS(M)
#undef M
	MEANING_COUNT
};

/* MEANING_NONE for an empty, unknown or very long header. */
enum meaning column_meaning(struct span header);

/* "passport-number" style name, for tests and notes: the identifier in lower case. */
const char *meaning_name(enum meaning m);

/* The kind of finding a column of that meaning holds, KIND_COUNT when it holds none by itself. */
enum kind meaning_kind(enum meaning m);

/* True for numbers of orders, invoices, parcels, products, amounts, dates, hashes: not of persons. */
bool meaning_is_other_number(enum meaning m);

/*
 * The label right before a value that starts at byte at: the text between
 * the line's start (or a tab, comma, semicolon, bar, or two spaces) and the
 * colon, equals sign, "#" or space before the value, at most 60 bytes.
 * "Passport No.: X123" gives the meaning of "Passport No.".
 */
enum meaning column_label_before(struct span text, size_t at);
/* The bytes of that label; empty when there is none. Numbers of two and more digits end it. */
struct span column_label_span(struct span text, size_t at);

#endif
