#include "check.h"
#include "read/mail_give.h"

static bool person(const char *name, const char *address)
{
	return mail_is_person(span_str(name), span_str(address));
}

TEST(mail_persons_are_told_from_lists_and_machines)
{
	CHECK(person("Mara Lindqvist", "mara@example.org"));
	CHECK(person("Okafor, Daniel", "d@example.org"));
	CHECK(person("Jean-Luc O'Brien", "j@example.org"));
	CHECK(person("\xe5\xb1\xb1\xe7\x94\xb0 \xe5\xa4\xaa\xe9\x83\x8e", "t@example.org"));
	CHECK(!person("Customer Service", "x@example.org"));
	CHECK(!person("Mara Lindqvist", "noreply@example.org"));
	CHECK(!person("Mara Lindqvist via Crew List", "crew@example.org"));
	CHECK(!person("Mara Lindqvist", "crew-list@example.org"));
	CHECK(!person("Mara Lindqvist", "crew@lists.example.org"));
	CHECK(!person("mara", "mara@example.org"));
	CHECK(!person("mara@example.org", "mara@example.org"));
	CHECK(!person("Invoice 2014 03", "a@example.org"));
}

/* The two examples of [MS-OXRTFCP] 3. */
TEST(mail_rtf_unpacks_the_examples_of_the_standard)
{
	static const unsigned char simple[] = {
		0x2d, 0, 0, 0, 0x2b, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xf1, 0xc5, 0xc7, 0xa7, 0x03, 0x00, 0x0a, 0x00,
		0x72, 0x63, 0x70, 0x67, 0x31, 0x32, 0x35, 0x42, 0x32, 0x0a, 0xf3, 0x20, 0x68, 0x65, 0x6c, 0x09, 0x00,
		0x20, 0x62, 0x77, 0x05, 0xb0, 0x6c, 0x64, 0x7d, 0x0a, 0x80, 0x0f, 0xa0,
	};
	static const unsigned char crossing[] = {
		0x1a, 0, 0, 0, 0x1c, 0, 0, 0, 0x4c, 0x5a, 0x46, 0x75, 0xe2, 0xd4, 0x4b, 0x51, 0x41, 0x00, 0x04, 0x20,
		0x57, 0x58, 0x59, 0x5a, 0x0d, 0x6e, 0x7d, 0x01, 0x0e, 0xb0,
	};
	struct buf out;
	struct fault why;
	buf_init(&out, 1 << 16);
	CHECK(mail_rtf_unpack(span_of(simple, sizeof(simple)), &out, &why) == OK);
	CHECK(span_equal(buf_span(&out), span_str("{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n")));
	buf_clear(&out);
	CHECK(mail_rtf_unpack(span_of(crossing, sizeof(crossing)), &out, &why) == OK);
	CHECK(span_equal(buf_span(&out), span_str("{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}")));
	buf_release(&out);
}

TEST(mail_bodies_differ_by_words_and_numbers_not_by_links)
{
	struct span plain = span_str("Bring the passports at noon to gate four please");
	CHECK(!mail_differs(plain, span_str("Bring the passports\nat noon https://x.example/t/8839201 to gate four, please")));
	CHECK(mail_differs(plain, span_str("Bring the passports at noon to gate four please. Card 4111111111111111")));
	CHECK(mail_differs(plain, span_str("A wholly different page speaks here about other matters entirely")));
}

TEST(mail_mailbox_is_the_folder_of_a_maildir_or_the_mbox)
{
	CHECK(span_equal(mail_mailbox_of("dump/Maildir/.Sent/cur/1.a:2,S"), span_str(".Sent")));
	CHECK(span_equal(mail_mailbox_of("dump/Inbox.mbox//msg 3"), span_str("Inbox.mbox")));
	CHECK(mail_mailbox_of("dump/letter.eml").n == 0);
	CHECK(mail_mailbox_of("letter.eml").n == 0);
}
