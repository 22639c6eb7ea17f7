#include "check.h"
#include "find/column.h"

static const char *meaning(const char *header)
{
	return meaning_name(column_meaning(span_str(header)));
}

TEST(column_words_are_in_order)
{
	static const char *const keys[] = {
#define W(key, id) key,
#define V(key, id) key,
#include "find/column.def"
#undef W
#undef V
	};
	for (size_t i = 1; i < sizeof(keys) / sizeof(*keys); i++)
		CHECK(strcmp(keys[i - 1], keys[i]) < 0);
}

TEST(column_headers_in_many_forms_have_their_meaning)
{
	static const char *const rows[][2] = {
		{ "SSN", "SSN" }, { "Soc. Sec. No.", "SSN" }, { "social_security_number", "SSN" },
		{ "EmployeeSSN", "SSN" }, { "Social Security #", "SSN" },
		{ "Passport No", "PASSPORT_NUMBER" }, { "N° de passeport", "PASSPORT_NUMBER" },
		{ "Reisepass-Nr.", "PASSPORT_NUMBER" }, { "旅券番号", "PASSPORT_NUMBER" },
		{ "Steuer-ID", "STEUER_ID" }, { "Steuerliche Identifikationsnummer", "STEUER_ID" },
		{ "DNI", "DNI" }, { "Numéro de sécurité sociale", "NIR" }, { "Código Postal", "POSTCODE" },
		{ "DOB", "BIRTH_DATE" }, { "Date of Birth (mm/dd/yyyy)", "BIRTH_DATE" },
		{ "Geburtsdatum", "BIRTH_DATE" }, { "Fecha de nacimiento:", "BIRTH_DATE" },
		{ "生年月日", "BIRTH_DATE" }, { "Credit Card Number", "CARD_NUMBER" },
		{ "creditCardNumber", "CARD_NUMBER" }, { "IBAN", "IBAN" }, { "SWIFT/BIC", "BIC" },
		{ "ABA Routing No.", "ROUTING" }, { "Acct #", "BANK_ACCOUNT" }, { "Salary", "SALARY" },
		{ "firstName", "FIRST_NAME" }, { "LAST_NAME", "LAST_NAME" }, { "Prénom", "FIRST_NAME" },
		{ "Straße", "STREET" }, { "ZIP", "POSTCODE" }, { "Home Phone", "PHONE" }, { "E-Mail", "EMAIL" },
		{ "Imię i nazwisko", "FULL_NAME" }, { "Order ID", "ORDER_NUMBER" },
		{ "Tracking #", "TRACKING_NUMBER" }, { "身份证号码(必填)", "CN_ID" }, { "주민등록번호", "RRN" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		CHECK_STR(meaning(rows[i][0]), rows[i][1]);
}

TEST(column_date_of_a_passport_is_no_passport_number)
{
	CHECK_STR(meaning("Passport Expiry Date"), "EXPIRY_DATE");
	CHECK_STR(meaning("Passport Issuing Country"), "NONE");
	CHECK_STR(meaning("Card Type"), "NONE");
}

TEST(column_unknown_words_mean_nothing)
{
	CHECK_STR(meaning(""), "NONE");
	CHECK_STR(meaning("frobnication"), "NONE");
	CHECK_STR(meaning("file name pattern"), "NONE");
	CHECK_STR(meaning("\xff\xfe\x80"), "NONE");
}

TEST(column_label_stands_before_its_value)
{
	const char *t = "Name: Ann\nPassport No.: X123, SSN 219";
	CHECK(column_label_before(span_str(t), strstr(t, "X123") - t) == MEANING_PASSPORT_NUMBER);
	CHECK(column_label_before(span_str(t), strstr(t, "219") - t) == MEANING_SSN);
}
