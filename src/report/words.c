#include "report/words.h"

#include <stdio.h>
#include <string.h>

static const char *const kinds[KIND_COUNT] = {
	[KIND_PASSPORT_MRZ] = "Passports (machine-readable lines)",
	[KIND_VISA_MRZ] = "Visas (machine-readable lines)",
	[KIND_ID_MRZ] = "Identity cards (machine-readable lines)",
	[KIND_US_SSN] = "Social security numbers (US)",
	[KIND_US_ITIN] = "Taxpayer numbers, ITIN (US)",
	[KIND_UK_NINO] = "National insurance numbers (UK)",
	[KIND_UK_NHS] = "NHS numbers (UK)",
	[KIND_FR_NIR] = "Social security numbers, NIR (France)",
	[KIND_DE_STEUER_ID] = "Tax numbers, Steuer-ID (Germany)",
	[KIND_ES_DNI] = "Identity numbers, DNI (Spain)",
	[KIND_ES_NIE] = "Foreigners\u2019 numbers, NIE (Spain)",
	[KIND_IT_CODICE_FISCALE] = "Tax codes, codice fiscale (Italy)",
	[KIND_NL_BSN] = "Citizen numbers, BSN (Netherlands)",
	[KIND_PL_PESEL] = "PESEL numbers (Poland)",
	[KIND_BR_CPF] = "CPF numbers (Brazil)",
	[KIND_IN_AADHAAR] = "Aadhaar numbers (India)",
	[KIND_CN_RESIDENT_ID] = "Resident identity numbers (China)",
	[KIND_KR_RRN] = "Resident registration numbers (Korea)",
	[KIND_JP_MY_NUMBER] = "My Numbers (Japan)",
	[KIND_CA_SIN] = "Social insurance numbers (Canada)",
	[KIND_DRIVER_LICENCE] = "Driver licence numbers",
	[KIND_PASSPORT_NUMBER] = "Passport numbers",
	[KIND_VISA_NUMBER] = "Visa numbers",
	[KIND_ID_NUMBER] = "Other identity numbers",
	[KIND_BIRTH_DATE] = "Dates of birth",
	[KIND_EMAIL_ADDRESS] = "E-mail addresses",
	[KIND_PHONE] = "Phone numbers",
	[KIND_POSTAL_ADDRESS] = "Postal addresses",
	[KIND_PERSON_NAME] = "Names of persons",
	[KIND_PAYMENT_CARD] = "Payment cards",
	[KIND_IBAN] = "IBANs",
	[KIND_ABA_ROUTING] = "Bank routing numbers (US)",
	[KIND_BIC] = "Bank codes, BIC",
	[KIND_BANK_ACCOUNT] = "Bank account numbers",
	[KIND_PRIVATE_KEY] = "Private keys",
	[KIND_ACCESS_TOKEN] = "Access tokens",
	[KIND_PASSWORD] = "Passwords",
	[KIND_PASSWORD_HASH] = "Password hashes",
	[KIND_KEY_STORE] = "Key stores",
	[KIND_CONFIG_SECRET] = "Secrets in settings files",
	[KIND_HOST_INVENTORY] = "Lists of hosts",
	[KIND_NETWORK_DIAGRAM] = "Network diagrams",
	[KIND_NETWORK_CONFIG] = "Network device settings",
	[KIND_CREDENTIAL_LIST] = "Lists of credentials",
	[KIND_PAYROLL] = "Payrolls",
	[KIND_LEDGER] = "Ledgers",
	[KIND_INVOICE] = "Invoices",
	[KIND_TAX_FORM] = "Tax forms",
	[KIND_BANK_STATEMENT] = "Bank statements",
	[KIND_CONTRACT] = "Contracts",
	[KIND_MESSAGE] = "Messages",
	[KIND_MAILBOX] = "Mailboxes",
	[KIND_MEDICAL_RECORD] = "Medical records",
	[KIND_FILM] = "Films",
	[KIND_SCREENPLAY] = "Screenplays",
	[KIND_TERM] = "Terms asked for",
};

static const char *const classes[CLASS_COUNT] = {
	"Identity", "Contact", "Payment", "Credentials", "Infrastructure", "Accounting", "Mail", "Health", "Films", "Terms",
};

static const struct { const char *words, *meaning; } states[STATUS_COUNT + 1] = {
	[STATUS_READ] = { "read", "Read to the end." },
	[STATUS_PARTIAL] = { "partly read", "Some of it could not be read; the rest was." },
	[STATUS_ENCRYPTED] = { "encrypted", "Protected, and no password given opens it." },
	[STATUS_UNREADABLE] = { "unreadable", "Damaged, or in a form that is not read." },
	[STATUS_CRASHED] = { "crashed", "The program reading it was stopped by an error." },
	[STATUS_TIMED_OUT] = { "timed out", "It took too long, also when tried alone." },
	[STATUS_SKIPPED] = { "skipped", "Left out by choice: links, special files, nesting beyond the limit." },
	[STATUS_COUNT] = { "decoded", "Unpacked into the items inside, each accounted for itself." },
};

const char *kind_words(enum kind k)
{
	return kinds[k] ? kinds[k] : kind_name(k);
}

const char *class_words(enum class c)
{
	return classes[c];
}

const char *state_words(int state)
{
	return state >= 0 && state <= STATUS_COUNT ? states[state].words : "unknown";
}

const char *state_meaning(int state)
{
	return state >= 0 && state <= STATUS_COUNT ? states[state].meaning : "";
}

struct number_text number_words(int64_t n)
{
	struct number_text plain, t = { "" };
	size_t digits = (size_t)snprintf(plain.s, sizeof(plain.s), "%lld", (long long)(n < 0 ? -n : n)), at = 0;
	if (n < 0)
		t.s[at++] = '-';
	for (size_t i = 0; i < digits && at + 2 < sizeof(t.s); i++) {
		if (i && (digits - i) % 3 == 0)
			t.s[at++] = ',';
		t.s[at++] = plain.s[i];
	}
	t.s[at] = 0;
	return t;
}

struct number_text bytes_words(int64_t n)
{
	static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB", "PB" };
	struct number_text t;
	double v = (double)n;
	int u = 0;
	for (; v >= 999.5 && u < 5; u++)
		v /= 1000;
	snprintf(t.s, sizeof(t.s), !u ? "%.0f %s" : v < 10 ? "%.2f %s" : v < 100 ? "%.1f %s" : "%.0f %s", v, units[u]);
	return t;
}
