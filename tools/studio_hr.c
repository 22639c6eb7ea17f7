/* HR: staff lists, payroll, forms, contracts, letters; and Legal: visas, passports, agreements. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "studio.h"

#define C(...) (const struct column[]){ __VA_ARGS__ }, sizeof((const struct column[]){ __VA_ARGS__ }) / sizeof(struct column)

static struct table *staff_table(void)
{
	struct table *t = table_new("Staff", C({ "Employee ID", NULL }, { "First name", "given" }, { "Last name", "family" }, { "Job title", NULL },
		{ "Department", NULL }, { "Date of birth", "birth-date" }, { "SSN", "us-ssn" }, { "Email", "email-address" },
		{ "Phone", "phone" }, { "Street", "street" }, { "City", NULL }, { "State", NULL }, { "ZIP", NULL }));
	for (unsigned i = 0; i < people_count; i++) {
		const struct person *p = &people[i];
		if (p->land == US)
			table_row(t, (int)i, format("%u", p->employee), p->given, p->family, p->title, p->department, p->birth, p->national_id,
			          p->email, format("(%.3s) %.3s-%.4s", p->phone + 2, p->phone + 5, p->phone + 8), p->street, p->city, p->region, p->postcode);
	}
	return t;
}

static struct table *abroad_table(void)
{
	struct table *t = table_new("International", C({ "Full name", "person-name" }, { "Nationality", NULL }, { "Date of birth", "birth-date" },
		{ "Passport No", "passport-number" }, { "ITIN", "us-itin" }, { "Email", "email-address" }, { "Mobile", "phone" }));
	for (unsigned i = 0; i < people_count; i++) {
		const struct person *p = &people[i];
		if (p->land != US)
			table_row(t, (int)i, p->name, land_names[p->land], format("%02d/%02d/%d", p->month, p->day, p->year), p->passport, p->itin, p->email, p->phone);
	}
	return t;
}

static void payroll(void)
{
	for (unsigned month = 7; month <= 9; month++) {
		struct table *t = table_new("payroll", C({ "Employee ID", NULL }, { "Employee name", "person-name" }, { "SSN", "us-ssn" }, { "Pay date", NULL },
			{ "Gross pay", NULL }, { "Federal tax", NULL }, { "Net pay", NULL }, { "Routing number", "aba-routing" }, { "Account number", "bank-account" }));
		for (unsigned i = 0; i < people_count; i++) {
			const struct person *p = &people[i];
			unsigned gross = p->salary / 12;
			if (p->land == US)
				table_row(t, (int)i, format("%u", p->employee), p->name, p->national_id, format("2014-%02u-28", month), format("%u.%02u", gross, below(100)),
				          format("%u.%02u", gross / 4, below(100)), format("%u.%02u", gross * 3 / 4, below(100)), p->routing, p->account);
		}
		struct paper *p = month == 9 ? table_xlsx(&t, 1) : table_csv(t, ',');
		is_a(p, "payroll");
		keep(p, "HR/Payroll/payroll 2014-%02u.%s", month, month == 9 ? "xlsx" : "csv");
		if (month == 8)
			keep(p, "Finance/From HR/Copy of payroll 2014-08.csv");
	}
}

/* Each country's office keeps its list in its own words and character set. */
static const struct office { enum land land; const char *name, *birth, *number, *iban, *mail, *phone, *charset; char separator; } offices[] = {
	{ GB, "Name", "Date of birth", "National Insurance number", "IBAN", "E-mail", "Telephone", "UTF-8", ',' },
	{ DE, "Name", "Geburtsdatum", "Steuer-ID", "IBAN", "E-Mail", "Telefon", "windows-1252", ';' },
	{ FR, "Nom complet", "Date de naissance", "Numéro de sécurité sociale", "IBAN", "Courriel", "Téléphone", "windows-1252", ';' },
	{ ES, "Nombre completo", "Fecha de nacimiento", "DNI/NIE", "IBAN", "Correo electrónico", "Teléfono", "windows-1252", ';' },
	{ IT, "Nome e cognome", "Data di nascita", "Codice fiscale", "IBAN", "E-mail", "Telefono", "UTF-8", ';' },
	{ NL, "Naam", "Geboortedatum", "BSN", "IBAN", "E-mail", "Telefoon", "UTF-8", ';' },
	{ PL, "Imię i nazwisko", "Data urodzenia", "PESEL", "IBAN", "E-mail", "Telefon", "windows-1250", ';' },
	{ BR, "Nome completo", "Data de nascimento", "CPF", NULL, "E-mail", "Telefone", "UTF-8", ';' },
	{ IN, "Name", "Date of birth", "Aadhaar number", NULL, "Email", "Mobile", "UTF-8", ',' },
	{ CN, "姓名", "出生日期", "身份证号", NULL, "邮箱", "手机", "GB18030", ',' },
	{ KR, "이름", "생년월일", "주민등록번호", NULL, "이메일", "휴대폰", "UTF-8", ',' },
	{ JP, "氏名", "生年月日", "マイナンバー", NULL, "メール", "電話番号", "Shift_JIS", ',' },
	{ CA, "Name", "Date of birth", "SIN", NULL, "Email", "Phone", "UTF-16", '\t' },
	{ RU, "Фамилия и имя", "Дата рождения", "Паспорт", NULL, "Почта", "Телефон", "KOI8-R", ';' },
	{ SE, "Namn", "Födelsedatum", "Passnummer", "IBAN", "E-post", "Telefon", "UTF-8", ';' },
};

static void office_list(const struct office *o)
{
	const char *number_kind = NULL;
	struct table *t = table_new("list", C({ o->name, "person-name" }, { o->birth, "birth-date" }, { o->number, "" }, { o->mail, "email-address" },
		{ o->phone, "phone" }, { o->iban ? o->iban : "", "iban" }));
	if (!o->iban)
		t->columns--;
	for (unsigned i = 0; i < people_count; i++) {
		const struct person *p = &people[i];
		if (p->land != o->land)
			continue;
		if (!number_kind || strcmp(p->national_kind ? p->national_kind : "", "es-nie"))
			number_kind = p->national_kind ? p->national_kind : "passport-number";
		if (p->national_kind && !strcmp(p->national_kind, "es-nie"))
			continue;
		table_row(t, (int)i, p->native ? p->native : p->name, p->birth, p->national_id ? p->national_id : p->passport, p->email, p->phone, p->iban);
	}
	t->column[2].kind = number_kind;
	keep(as_charset(table_csv(t, o->separator), o->charset), "HR/International/%s.csv", land_names[o->land]);
}

/* A card of labelled lines for each person, as an onboarding form prints. */
static struct paper *onboarding(int i)
{
	static const char *const labels[LANDS] = { "Social Security Number", "National Insurance number", "Steuer-ID", "Numéro de sécurité sociale", NULL,
		"Codice fiscale", "BSN", "PESEL", "CPF", "Aadhaar", "Resident ID (身份证)", "RRN (주민등록번호)", "My Number (マイナンバー)", "Social Insurance Number", NULL, NULL };
	const struct person *p = &people[i];
	struct paper *t = paper_new();
	say(t, "Halcyon Pictures - onboarding record\n\nName: ");
	tell(t, "person-name", p->name, i);
	say(t, "\nDate of birth: ");
	tell(t, "birth-date", p->birth, i);
	say(t, "\nAddress: ");
	tell(t, "postal-address", address_of(p), i);
	say(t, "\nE-mail: ");
	tell(t, "email-address", p->email, i);
	say(t, "\nMobile: ");
	tell(t, "phone", p->phone, i);
	if (p->national_id) {
		say(t, "\n%s: ", p->land == ES ? p->national_kind[4] == 'i' ? "NIE" : "DNI" : labels[p->land]);
		tell(t, p->national_kind, p->national_id, i);
	}
	say(t, "\nPassport number: ");
	tell(t, "passport-number", p->passport, i);
	if (p->licence) {
		say(t, "\nDriver's license: ");
		tell(t, "driver-licence", p->licence, i);
	}
	if (p->iban) {
		say(t, "\nSalary account IBAN: ");
		tell(t, "iban", p->iban, i);
		say(t, "\nBIC: ");
		tell(t, "bic", p->bic, i);
	}
	say(t, "\nPosition: %s, %s\n", p->title, p->department);
	return t;
}

static void onboard_all(void)
{
	for (unsigned i = 0; i < people_count; i++) {
		struct paper *t = onboarding((int)i);
		const char *who = format("%u %s", people[i].employee, people[i].latin_family);
		switch (i % 6) {
		case 0: keep(as_docx(t), "HR/Onboarding/%s.docx", who); break;
		case 1: keep(as_odt(t), "HR/Onboarding/%s.odt", who); break;
		case 2: keep(as_rtf(t), "HR/Onboarding/%s.rtf", who); break;
		case 3: keep(t, "HR/Onboarding/%s.txt", who); break;
		case 4: keep(as_charset(t, "UTF-16LE,version=1") , "HR/Onboarding/%s.txt", who); break;
		case 5: keep(people[i].land == PL || people[i].land >= CN ? as_docx(t) : as_pdf(t), "HR/Onboarding/%s.%s", who,
		             people[i].land == PL || people[i].land >= CN ? "docx" : "pdf"); break;
		}
	}
}

static void deal_memo(int i)
{
	const struct person *p = &people[i];
	struct paper *t = paper_new();
	say(t, "EMPLOYMENT AGREEMENT\n\nThis Agreement is entered into as of 3 March 2014 by and between Halcyon Pictures, Inc. (the \"Company\") and the Employee named below.\n\nEmployee name: ");
	tell(t, "person-name", p->name, i);
	say(t, "\nAddress: ");
	tell(t, "postal-address", address_of(p), i);
	say(t, "\nPhone: ");
	tell(t, "phone", p->phone, i);
	say(t, "\n\nWHEREAS the Company wishes to engage the Employee as %s; NOW, THEREFORE, in consideration of the mutual covenants herein, the parties hereto agree as follows:\n"
	    "1. Term. The term of this Agreement shall commence on the Effective Date.\n2. Compensation. USD %u a year.\n3. Confidentiality. The Employee shall hold in confidence all scripts.\n"
	    "4. Termination. Either party may terminate this Agreement upon thirty days' written notice.\n5. Governing law. This Agreement shall be governed by the laws of the State of California.\n"
	    "6. Entire agreement. This is the entire agreement between the parties.\n\nIN WITNESS WHEREOF, the parties have executed this Agreement.\n", p->title, p->salary);
	is_a(t, "contract");
	keep(i % 2 ? as_docx(t) : as_odt(t), "HR/Contracts/%u agreement.%s", p->employee, i % 2 ? "docx" : "odt");
}

/* The wage statement of the Internal Revenue Service, as text. */
static void wage_statement(int i)
{
	const struct person *p = &people[i];
	struct paper *t = paper_new();
	say(t, "Form W-2 Wage and Tax Statement 2013\nDepartment of the Treasury - Internal Revenue Service\nEmployer identification number: 95-%s\n\na Employee's social security number: ", digits(7));
	tell(t, "us-ssn", p->national_id, i);
	say(t, "\ne Employee's name: ");
	tell(t, "person-name", p->name, i);
	say(t, "\nf Employee's address: ");
	tell(t, "postal-address", address_of(p), i);
	say(t, "\n1 Wages, tips, other compensation: %u.00\n2 Federal income tax withheld: %u.00\n3 Social security wages: %u.00\n5 Medicare wages and tips: %u.00\n", p->salary, p->salary / 4, p->salary, p->salary);
	is_a(t, "tax-form");
	keep(as_pdf(t), "HR/Tax/W-2 %u.pdf", p->employee);
}

static void medical_letter(int i)
{
	const struct person *p = &people[i];
	struct paper *t = paper_new();
	say(t, "Harley Quay Clinic\n\nDischarge summary\n\nPatient name: ");
	tell(t, "person-name", p->name, i);
	say(t, "\nDate of birth: ");
	tell(t, "birth-date", p->birth, i);
	say(t, "\nNHS number: ");
	tell(t, "uk-nhs", p->nhs, i);
	say(t, "\nChief complaint: fall from a height during stunt work\nHistory of present illness: admitted the same night.\nPast medical history: hypertension (I10)\n"
	    "Diagnosis: S52.5 fracture of lower end of radius\nMedication: ibuprofen 400 mg three times a day\nBlood pressure 132/84 mmHg\nAssessment and plan: follow-up in two weeks.\n");
	is_a(t, "medical-record");
	keep(as_rtf(t), "HR/Medical/letter %u.rtf", p->employee);
}

void studio_hr(void)
{
	struct table *sheets[] = { staff_table(), abroad_table() };
	struct paper *staff = table_xlsx(sheets, 2);
	keep(staff, "HR/Employees.xlsx");
	keep(staff, "HR/Old/Employees (2).xlsx");
	keep(staff, "Users/pclark/Desktop/Employees.xlsx");
	payroll();
	for (unsigned i = 0; i < sizeof(offices) / sizeof(*offices); i++)
		office_list(&offices[i]);
	onboard_all();
	for (int i = 0; i < (int)people_count; i++) {
		if (i % 4 == 0)
			deal_memo(i);
		if (people[i].land == US && i % 3 == 0)
			wage_statement(i);
		if (people[i].nhs)
			medical_letter(i);
	}
}

/* ---- Legal */

static void visa_list(void)
{
	struct table *t = table_new("O-1 and B-1", C({ "Applicant name", "person-name" }, { "Nationality", NULL }, { "Passport number", "passport-number" },
		{ "Visa number", "visa-number" }, { "Date of birth", "birth-date" }, { "Valid until", NULL }));
	for (unsigned i = 0; i < people_count; i++) {
		const struct person *p = &people[i];
		if (p->visa)
			table_row(t, (int)i, p->name, land_names[p->land], p->passport, p->visa, p->birth, format("2015-%02u-01", between(1, 12)));
	}
	keep(table_xlsx(&t, 1), "Legal/Visas/Visa list.xlsx");
}

/* What a document reader at the gate wrote. */
static void mrz_log(void)
{
	struct paper *t = paper_new();
	for (unsigned i = 0; i < people_count; i++) {
		struct person *p = &people[i];
		say(t, "document read 2014-05-%02u\n%s\n%s\n\n", between(1, 28), p->mrz[0], p->mrz[1]);
		plant(t, "passport-mrz", format("%s%s", p->mrz[0], p->mrz[1]), (int)i);
		if (p->visa) {
			say(t, "visa read\n%s\n%s\n\n", p->visa_mrz[0], p->visa_mrz[1]);
			plant(t, "visa-mrz", format("%s%s", p->visa_mrz[0], p->visa_mrz[1]), (int)i);
		}
		if (p->land == ES || p->land == DE || p->land == NL || i % 9 == 0) {
			char *m[3];
			make_id_mrz(p, m);
			say(t, "card read\n%s\n%s\n%s\n\n", m[0], m[1], m[2]);
			plant(t, "id-mrz", format("%s%s%s", m[0], m[1], m[2]), (int)i);
		}
	}
	keep(t, "Legal/Visas/gate reader.log");
}

static void agreement(int i)
{
	const struct person *p = &people[i];
	struct paper *t = paper_new();
	say(t, "NON-DISCLOSURE AGREEMENT\n\nThis Non-Disclosure Agreement is made by and between Halcyon Pictures, Inc. and the Recipient.\n\nRecipient name: ");
	tell(t, "person-name", p->name, i);
	say(t, "\nE-mail: ");
	tell(t, "email-address", p->email, i);
	say(t, "\n\nWHEREAS the Recipient will receive Confidential Information; the parties agree as follows:\n1. Definition. \"Confidential Information\" means all scripts and cuts.\n"
	    "2. Term and termination. This Agreement shall remain in force for five years.\n3. Governing law: California.\n4. Entire agreement.\n\nIN WITNESS WHEREOF the parties have executed this Agreement.\n");
	is_a(t, "contract");
	bool is_western = p->land <= NL;
	keep(is_western ? as_pdf(t) : as_docx(t), "Legal/NDA/%s %u.%s", p->latin_family, p->employee, is_western ? "pdf" : "docx");
}

void studio_legal(void)
{
	visa_list();
	mrz_log();
	for (int i = 0; i < (int)people_count; i += 7)
		agreement(i);
	unsigned pictures = people_count / 25 < 6 ? 6 : people_count / 25;
	for (unsigned k = 0; k < pictures; k++) {
		static const char *const formats[] = { "png", "jpg", "pdf" };
		int i = (int)(1 + k * (people_count - 2) / pictures);
		keep(as_picture(i, formats[k % 3]), "Legal/Visas/scans/%s passport.%s", people[i].latin_family, formats[k % 3]);
	}
}
