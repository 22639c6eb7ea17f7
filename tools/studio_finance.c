/* Finance: cards, vendors, invoices, ledgers, statements; and Production: scripts, call sheets, crew. */
#include <stdlib.h>
#include <string.h>

#include "studio.h"

#define C(...) (const struct column[]){ __VA_ARGS__ }, sizeof((const struct column[]){ __VA_ARGS__ }) / sizeof(struct column)

static char *grouped(const char *card)
{
	if (card[0] == '3')
		return format("%.4s %.6s %.5s", card, card + 4, card + 10);
	return format("%.4s %.4s %.4s %.4s", card, card + 4, card + 8, card + 12);
}

static void cards(void)
{
	struct table *plain = table_new("Corporate cards", C({ "Cardholder", "person-name" }, { "Card number", "payment-card" }, { "Expiry", NULL }, { "CVV", NULL }, { "Limit", NULL }));
	struct table *spaced = table_new("cards", C({ "Name on card", "person-name" }, { "Credit card number", "payment-card" }, { "Exp", NULL }));
	for (unsigned i = 0; i < people_count; i++) {
		const struct person *p = &people[i];
		table_row(plain, (int)i, p->name, p->card, p->card_expiry, p->cvv, format("%u000", between(2, 20)));
		if (i % 3 == 0)
			table_row(spaced, (int)i, p->name, grouped(p->card), p->card_expiry);
	}
	keep(table_xlsx(&plain, 1), "Finance/Corporate cards.xlsx");
	keep(table_csv(spaced, ','), "Finance/travel cards.csv");
}

static void vendors(void)
{
	struct table *t = table_new("Vendors", C({ "Vendor ID", NULL }, { "Contact person", "person-name" }, { "Contact email", "email-address" }, { "IBAN", "iban" }, { "BIC", "bic" },
		{ "Routing number", "aba-routing" }, { "Account number", "bank-account" }));
	for (unsigned i = 0; i < people_count; i++) {
		const struct person *p = &people[i];
		if (i % 2 && (p->iban || p->routing))
			table_row(t, (int)i, format("V-%u", 2000 + i), p->name, p->email, p->iban, p->bic, p->routing, p->account);
	}
	keep(table_ods(t), "Finance/Vendors.ods");
	keep(table_json(t, false), "Finance/export/vendors.json");
}

static void invoice(int i)
{
	const struct person *p = &people[i];
	struct paper *t = paper_new();
	unsigned net = between(400, 9000);
	say(t, "INVOICE\n\nInvoice No: 2014-%04d            Invoice date: 3 March 2014\nBill to: Halcyon Pictures, Accounts Payable\n\nContact name: ", i);
	tell(t, "person-name", p->name, i);
	say(t, "\n\nQty   Description            Unit price     Amount\n 1    Location services      %u.00        %u.00\n\nSubtotal                                   %u.00\nVAT 20 %%                                   %u.00\nAmount due                                 %u.00\nPayment terms: net 30\n\nIBAN: ",
	    net, net, net, net / 5, net + net / 5);
	tell(t, "iban", p->iban, i);
	say(t, "\nBIC/SWIFT: ");
	tell(t, "bic", p->bic, i);
	say(t, "\n");
	is_a(t, "invoice");
	keep(p->land == PL || i % 3 == 0 ? as_docx(t) : as_pdf(t), "Finance/Invoices/invoice 2014-%04d.%s", i, p->land == PL || i % 3 == 0 ? "docx" : "pdf");
}

static void ledger(void)
{
	static const char *const accounts[] = { "1010 Cash at bank", "2100 Accounts payable", "4000 Distribution income", "5200 Set construction", "5310 Catering", "6100 Payroll expense" };
	struct table *t = table_new("General ledger", C({ "Date", NULL }, { "Journal entry", NULL }, { "Account", NULL }, { "Description", NULL }, { "Debit", NULL }, { "Credit", NULL }, { "Balance", NULL }));
	for (unsigned i = 0; i < 120; i++) {
		unsigned n = between(100, 90000);
		table_row(t, -1, format("2014-%02u-%02u", 1 + i / 12, 1 + i % 28), format("JE-%05u", 400 + i), accounts[below(6)], "Harbour Lights, unit 2",
		          i % 2 ? format("%u.%02u", n, below(100)) : "", i % 2 ? "" : format("%u.%02u", n, below(100)), format("%u.00", n * 3));
	}
	struct paper *p = table_xlsx(&t, 1);
	is_a(p, "ledger");
	keep(p, "Finance/General ledger 2014.xlsx");
}

static void statement(int i)
{
	const struct person *p = &people[i];
	struct paper *t = paper_new();
	say(t, "First Quay Bank\nBANK STATEMENT\nStatement period: 1 August 2014 to 31 August 2014\n\nAccount holder: ");
	tell(t, "person-name", p->name, i);
	say(t, "\nAccount number: ");
	tell(t, "bank-account", p->account, i);
	say(t, "\nRouting number: ");
	tell(t, "aba-routing", p->routing, i);
	say(t, "\n\nOpening balance                      4,102.55\nDate        Description          Withdrawals   Deposits     Balance\n08/01/2014  Payroll deposit                     3,210.00    7,312.55\n08/04/2014  Groceries              84.20                    7,228.35\n08/19/2014  Rent                1,900.00                    5,328.35\nClosing balance                      5,328.35\n");
	is_a(t, "bank-statement");
	keep(as_pdf(t), "Finance/Statements/statement %u.pdf", p->employee);
}

void studio_finance(void)
{
	cards();
	vendors();
	ledger();
	for (int i = 0; i < (int)people_count; i++) {
		if (people[i].iban && i % 2 == 0)
			invoice(i);
		if (people[i].account && i % 5 == 0)
			statement(i);
	}
}

/* ---- Production */

static struct paper *screenplay(const char *title, unsigned scenes)
{
	static const char *const places[] = { "HARBOUR", "LIGHTHOUSE KITCHEN", "CUSTOMS OFFICE", "FERRY DECK", "BREAKWATER", "NET LOFT" };
	static const char *const times[] = { "DAY", "NIGHT", "DAWN", "CONTINUOUS" };
	static const char *const lines[] = { "You are late.", "The tide does not wait.", "Nobody signed for it.", "Turn off the lamp.", "Then we row." };
	struct paper *t = paper_new();
	say(t, "                         %s\n\n                    Screenplay, third draft\n\nFADE IN:\n\n", title);
	for (unsigned i = 0; i < scenes; i++)
		say(t, "%s %s - %s\n\nRain. A door swings on its hinge.\n\n                    MARA%s\n          %s\n\n                    OLD MAN\n          %s\n\n%s",
		    below(2) ? "INT." : "EXT.", places[below(6)], times[below(4)], below(3) ? "" : " (V.O.)", lines[below(5)], lines[below(5)],
		    below(4) ? "" : "                                                  CUT TO:\n\n");
	say(t, "                                                  FADE OUT.\n");
	is_a(t, "screenplay");
	return t;
}

static void call_sheet(unsigned day)
{
	struct table *t = table_new("Call sheet", C({ "Crew member", "person-name" }, { "Position", NULL }, { "Mobile", "phone" }, { "Call time", NULL }));
	for (unsigned k = 0; k < 14; k++) {
		unsigned i = (day * 17 + k * 5) % people_count;
		const struct person *p = &people[i];
		table_row(t, (int)i, p->name, p->title, p->phone, format("%02u:30", between(5, 9)));
	}
	keep(table_html(t, format("Harbour Lights - call sheet, day %u", day)), "Production/Harbour Lights/call sheet day %02u.html", day);
}

static void crew(void)
{
	struct table *t = table_new("crew", C({ "Name", "person-name" }, { "Job title", NULL }, { "Email", "email-address" }, { "Phone", "phone" }, { "Street", "street" }, { "City", NULL }, { "Postcode", NULL }));
	for (unsigned i = 0; i < people_count; i += 2) {
		const struct person *p = &people[i];
		table_row(t, (int)i, p->name, p->title, p->email, p->phone, p->street, p->city, p->postcode);
	}
	keep(table_xml(t), "Production/Harbour Lights/crew.xml");
	keep(table_sqlite(t), "Production/tools/crew.sqlite");
}

void studio_production(void)
{
	keep(screenplay("HARBOUR LIGHTS", 40), "Production/Harbour Lights/Harbour Lights - draft 3.txt");
	keep(as_pdf(screenplay("THE NET LOFT", 25)), "Production/Development/The Net Loft.pdf");
	keep(as_docx(screenplay("SALT ROAD", 25)), "Production/Development/Salt Road.docx");
	for (unsigned day = 1; day <= 6; day++)
		call_sheet(day);
	crew();
}
