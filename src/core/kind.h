/*
 * Kinds and classes of findings: the one list, in the words of the outside contract.
 * A new kind is one line here; names, export and --only follow.
 */
#ifndef CORE_KIND_H
#define CORE_KIND_H

#include "base/span.h"

enum class {
	CLASS_IDENTITY, CLASS_CONTACT, CLASS_PAYMENT, CLASS_CREDENTIAL,
	CLASS_INFRASTRUCTURE, CLASS_ACCOUNTING, CLASS_MAIL, CLASS_HEALTH,
	CLASS_FILM, CLASS_TERM, CLASS_COUNT
};

#define KINDS(K) \
	K(IDENTITY, PASSPORT_MRZ, "passport-mrz") \
	K(IDENTITY, VISA_MRZ, "visa-mrz") \
	K(IDENTITY, ID_MRZ, "id-mrz") \
	K(IDENTITY, US_SSN, "us-ssn") \
	K(IDENTITY, US_ITIN, "us-itin") \
	K(IDENTITY, UK_NINO, "uk-nino") \
	K(IDENTITY, UK_NHS, "uk-nhs") \
	K(IDENTITY, FR_NIR, "fr-nir") \
	K(IDENTITY, DE_STEUER_ID, "de-steuer-id") \
	K(IDENTITY, ES_DNI, "es-dni") \
	K(IDENTITY, ES_NIE, "es-nie") \
	K(IDENTITY, IT_CODICE_FISCALE, "it-codice-fiscale") \
	K(IDENTITY, NL_BSN, "nl-bsn") \
	K(IDENTITY, PL_PESEL, "pl-pesel") \
	K(IDENTITY, BR_CPF, "br-cpf") \
	K(IDENTITY, IN_AADHAAR, "in-aadhaar") \
	K(IDENTITY, CN_RESIDENT_ID, "cn-resident-id") \
	K(IDENTITY, KR_RRN, "kr-rrn") \
	K(IDENTITY, JP_MY_NUMBER, "jp-my-number") \
	K(IDENTITY, CA_SIN, "ca-sin") \
	K(IDENTITY, DRIVER_LICENCE, "driver-licence") \
	K(IDENTITY, PASSPORT_NUMBER, "passport-number") \
	K(IDENTITY, VISA_NUMBER, "visa-number") \
	K(IDENTITY, ID_NUMBER, "id-number") \
	K(IDENTITY, BIRTH_DATE, "birth-date") \
	K(CONTACT, EMAIL_ADDRESS, "email-address") \
	K(CONTACT, PHONE, "phone") \
	K(CONTACT, POSTAL_ADDRESS, "postal-address") \
	K(CONTACT, PERSON_NAME, "person-name") \
	K(PAYMENT, PAYMENT_CARD, "payment-card") \
	K(PAYMENT, IBAN, "iban") \
	K(PAYMENT, ABA_ROUTING, "aba-routing") \
	K(PAYMENT, BIC, "bic") \
	K(PAYMENT, BANK_ACCOUNT, "bank-account") \
	K(CREDENTIAL, PRIVATE_KEY, "private-key") \
	K(CREDENTIAL, ACCESS_TOKEN, "access-token") \
	K(CREDENTIAL, PASSWORD, "password") \
	K(CREDENTIAL, PASSWORD_HASH, "password-hash") \
	K(CREDENTIAL, KEY_STORE, "key-store") \
	K(CREDENTIAL, CONFIG_SECRET, "config-secret") \
	K(INFRASTRUCTURE, HOST_INVENTORY, "host-inventory") \
	K(INFRASTRUCTURE, NETWORK_DIAGRAM, "network-diagram") \
	K(INFRASTRUCTURE, NETWORK_CONFIG, "network-config") \
	K(INFRASTRUCTURE, CREDENTIAL_LIST, "credential-list") \
	K(ACCOUNTING, PAYROLL, "payroll") \
	K(ACCOUNTING, LEDGER, "ledger") \
	K(ACCOUNTING, INVOICE, "invoice") \
	K(ACCOUNTING, TAX_FORM, "tax-form") \
	K(ACCOUNTING, BANK_STATEMENT, "bank-statement") \
	K(ACCOUNTING, CONTRACT, "contract") \
	K(MAIL, MESSAGE, "message") \
	K(MAIL, MAILBOX, "mailbox") \
	K(HEALTH, MEDICAL_RECORD, "medical-record") \
	K(FILM, FILM, "film") \
	K(FILM, SCREENPLAY, "screenplay") \
	K(TERM, TERM, "term")

enum kind {
#define K(class, id, name) KIND_##id,
	KINDS(K)
#undef K
	KIND_COUNT
};

const char *kind_name(enum kind k);
enum class  kind_class(enum kind k);
const char *class_name(enum class c);
/* KIND_COUNT or CLASS_COUNT when there is none of that name. */
enum kind   kind_of(struct span name);
enum class  class_of(struct span name);

/* A set of classes, as --only gives it; bit 1u << class. */
#define CLASSES_ALL ((1u << CLASS_COUNT) - 1)

#endif
