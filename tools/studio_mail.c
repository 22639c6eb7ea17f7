/* Mail, archives and what only looks like evidence. */
#include <stdlib.h>
#include <string.h>

#include "studio.h"

#define C(...) (const struct column[]){ __VA_ARGS__ }, sizeof((const struct column[]){ __VA_ARGS__ }) / sizeof(struct column)

static int someone(void) { return (int)below(people_count); }

static struct paper *passport_note(int i)
{
	const struct person *p = &people[i];
	struct paper *t = paper_new();
	say(t, "Hello,\n\nhere are the details for the visa agent.\n\nName: ");
	tell(t, "person-name", p->name, i);
	say(t, "\nPassport number: ");
	tell(t, "passport-number", p->passport, i);
	say(t, "\nDate of birth: ");
	tell(t, "birth-date", p->birth, i);
	say(t, "\nPhone: ");
	tell(t, "phone", p->phone, i);
	say(t, "\n\nBest wishes\n");
	return t;
}

static struct paper *card_note(int i)
{
	const struct person *p = &people[i];
	struct paper *t = paper_new();
	say(t, "Please book the hotel with my card.\n\nCard number: ");
	tell(t, "payment-card", format("%s", p->card), i);
	say(t, "\nExpires %s\n\nCall me on ", p->card_expiry);
	tell(t, "phone", p->phone, i);
	say(t, " if it does not go through.\n");
	return t;
}

static struct paper *chat(void)
{
	static const char *const bodies[] = { "The dailies of scene 14 are on the server, version 2.3.1.0.\n", "Order 4000 1234 5678 9999 is late again, can you ask them?\n",
		"Lunch at 13:00? Room 4.12.\n", "See ticket 20140912-4471, build 10.0.17763.1.\n" };
	struct paper *t = paper_new();
	say(t, "%s", bodies[below(4)]);
	return t;
}

static struct paper *letter(unsigned k)
{
	int from = someone(), to = someone();
	if (k % 3 == 0)
		return as_mail(passport_note(from), from, to, "Visa details", NULL, 0);
	if (k % 3 == 1)
		return as_mail(card_note(from), from, to, "Hotel", NULL, 0);
	return as_mail(chat(), from, to, "Re: dailies", NULL, 0);
}

static struct paper *with_attachment(void)
{
	int from = someone(), to = someone(), about = someone();
	struct paper *note = passport_note(about), *body = paper_new();
	say(body, "See the attached record.\n");
	struct member file = { "record.docx", as_docx(note) };
	return as_mail(body, from, to, "Record", &file, 1);
}

static struct paper *mailbox(unsigned messages)
{
	struct paper *p = paper_new();
	for (unsigned k = 0; k < messages; k++) {
		struct paper *m = k % 7 == 6 ? with_attachment() : letter(k);
		say(p, "From MAILER-DAEMON Fri Sep 12 08:%02u:%02u 2014\n", k / 60 % 60, k % 60);
		add(p, m->bytes, m->n);
		say(p, "\n");
		carry(p, m, format("//msg %u", k + 1));
	}
	is_a(p, "mailbox");
	return p;
}

void studio_mail(void)
{
	for (unsigned b = 0; b < 3; b++)
		keep(mailbox(10 + people_count / 6), "Mail/%s.mbox", people[b * 5].user);
	for (unsigned k = 0; k < 6 + people_count / 30; k++)
		keep(k % 2 ? letter(k) : with_attachment(), "Mail/exported/message %03u.eml", k);
	for (unsigned k = 0; k < 6 + people_count / 30; k++)
		keep(letter(k), "Mail/Maildir/%s/cur/14105%05u.M%uP6.mail:2,S", people[1].user, 10000 + k, k);
}

/* ---- archives */

static struct paper *record(int i)
{
	struct paper *t = passport_note(i);
	say(t, "E-mail: ");
	tell(t, "email-address", people[i].email, i);
	say(t, "\n");
	return t;
}

static struct paper *records_zip(int first, const char *how, const char *password)
{
	struct member m[8];
	for (int k = 0; k < 8; k++) {
		int i = (first + k) % (int)people_count;
		struct paper *t = record(i);
		m[k] = (struct member){ format("records/%u.%s", people[i].employee, k % 2 ? "docx" : "txt"), k % 2 ? as_docx(t) : t };
	}
	return pack(how, m, 8, password);
}

/* A zip in pieces, as FILE.001, FILE.002: the truth stands under the first. */
static void volumes(const struct paper *whole, const char *path)
{
	enum { PIECES = 3 };
	size_t part = whole->n / PIECES + 1;
	for (unsigned k = 0; k < PIECES; k++) {
		struct paper *p = paper_new();
		size_t at = k * part, n = at + part > whole->n ? whole->n - at : part;
		add(p, whole->bytes + at, n);
		if (k == 0)
			carry(p, whole, "");
		keep(p, "%s.%03u", path, k + 1);
	}
}

/* The end is missing: what stood before it can still be read. */
static void damaged(const struct paper *whole, const char *path)
{
	struct paper *p = paper_new();
	add(p, whole->bytes, whole->n * 9 / 10);
	keep_hidden(p, path);
}

void studio_archives(void)
{
	struct paper *inner = records_zip(0, "zip", NULL), *note = paper_new(), *words = paper_new();
	say(note, "Old records of the London office.\n");
	keep(pack("zip", (struct member[]){ { "London/readme.txt", note }, { "London/records.zip", inner } }, 2, NULL), "Archive/London 2011.zip");
	keep(records_zip(8, "7zip", NULL), "Archive/records 2012.7z");
	keep(records_zip(16, "tar.gz", NULL), "Archive/records 2013.tar.gz");
	char *password = format("Quay%s!", digits(4));
	keep(records_zip(4, "zip", password), "Archive/protected.zip");
	say(words, "%s\n", password);
	keep(words, "Archive/zip words.lst");
	struct paper *unopened = records_zip(12, "zip", format("%s%s", token(12), token(12)));
	unopened->count = 0;
	keep(unopened, "Archive/protected, nobody knows.zip");
	volumes(records_zip(6, "zip", NULL), "Archive/split.zip");
	struct paper *staff = paper_new();
	for (int k = 0; k < 40; k++)
		say(staff, "Minutes of the meeting of the art department, number %d: colours, %s.\n", k, token(30));
	damaged(pack("zip", (struct member[]){ { "minutes.txt", staff } }, 1, NULL), "Archive/damaged.zip");
}

/* ---- decoys: nothing of this is anybody's */

static void orders(void)
{
	struct table *t = table_new("Orders", C({ "Order number", NULL }, { "Tracking number", NULL }, { "Part number", NULL }, { "ISBN", NULL }, { "Serial", NULL }, { "Quantity", NULL }, { "Amount", NULL }));
	for (unsigned i = 0; i < people_count * 3; i++)
		table_row(t, -1, format("4%s", digits(15)), format("1Z%s%s", letters(6), digits(10)), format("%s-%s-%s", digits(3), digits(3), digits(4)),
		          format("978-0-%s-%s-%s", digits(3), digits(5), digits(1)), digits(9), format("%u", between(1, 40)), format("%u.%02u", below(900), below(100)));
	keep(table_xlsx(&t, 1), "Production/Purchasing/orders.xlsx");
	keep(table_csv(t, ','), "Production/Purchasing/orders.csv");
	struct paper *log = paper_new();
	for (unsigned i = 0; i < people_count * 4; i++)
		say(log, "2014-09-%02u %02u:%02u:%02u render-%u frame %s job %s-%s-%s-%s-%s sha1 %s version %u.%u.%u.%u size %s\n", 1 + i % 28, below(24), below(60), below(60), below(90),
		    digits(9), hex(8), hex(4), hex(4), hex(4), hex(12), hex(40), below(20), below(20), below(99), below(9999), digits(11));
	keep(log, "IT/Logs/render.log");
}

static void forms_and_samples(void)
{
	struct paper *t = paper_new();
	say(t, "PERSONNEL FORM (template)\n\nName: ______________________\nDate of birth: ____/____/______\nSocial security number: ___-__-____\nPassport number: [passport number]\nIBAN: ________________________\nPassword: [your password]\n");
	keep(as_docx(t), "HR/Forms/blank personnel form.docx");
	t = paper_new();
	say(t, "How to fill in the form\n\nThe social security number looks like 078-05-1120. Never write 219-09-9999 or 000-00-0000.\n"
	    "Test cards of the payment service: 4111 1111 1111 1111, 5555 5555 5555 4444, 3782 822463 10005.\n"
	    "Write to someone@example.com or admin@example.org.\nThe words DOCUMENT, REGISTER, CUSTOMER and SHIPMENT in capitals are headings.\n"
	    "Set the password to ${DB_PASSWORD} or <password>.\n");
	keep(as_odt(t), "HR/Forms/how to.odt");
	t = paper_new();
	say(t, "{\n  \"name\": \"call-sheets\",\n  \"version\": \"3.14.2\",\n  \"dependencies\": {\n    \"left-hand\": \"^1.2.3\"\n  },\n  \"integrity\": \"sha512-%s==\"\n}\n", token(86));
	keep(t, "IT/Deploy/package.json");
	t = paper_new();
	for (unsigned i = 0; i < 200; i++)
		say(t, "EDL %03u  A0%u_C%03u  %02u:%02u:%02u:%02u %02u:%02u:%02u:%02u\n", i, below(9), below(400), below(24), below(60), below(60), below(24), below(24), below(60), below(60), below(24));
	keep(t, "Production/Harbour Lights/reel 3.edl");
}

void studio_decoys(void)
{
	orders();
	forms_and_samples();
}
