#include "check.h"
#include "lib/encoding.h"
#include "mail_gather.h"
#include "recorder.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

extern const struct reader reader_eml, reader_mbox;

static int bid(const struct reader *r, const char *name, const char *bytes)
{
	struct options options = { .classes = CLASSES_ALL };
	struct item it = { .trail = name, .name = name, .bytes = span_str(bytes), .options = &options };
	return r->probe(it.bytes, &it);
}

TEST(eml_takes_a_maildir_file_without_extension)
{
	CHECK(bid(&reader_eml, "1234.M5P6.host:2,S",
		"Return-Path: <a@b.c>\nFrom: A <a@b.c>\nTo: d@e.f\nSubject: x\nDate: Mon, 1 Jan 2007 10:00:00 +0000\n\nhi\n") >= 75);
}

TEST(eml_leaves_other_things_alone)
{
	CHECK(bid(&reader_eml, "x.yaml", "From: here\nTo: there\nSubject: matter\nitems:\n  - one\n") == 0);
	CHECK(bid(&reader_eml, "x.http", "HTTP/1.1 200 OK\r\nDate: Mon, 1 Jan 2007 10:00:00 GMT\r\n"
		"Content-Type: text/html\r\nContent-Length: 3\r\n\r\nabc") == 0);
	CHECK(bid(&reader_eml, "headers.txt", "Date: Mon, 1 Jan 2007 10:00:00 GMT\r\nServer: x\r\nContent-Type: text/html\r\n\r\n") == 0);
	CHECK(bid(&reader_eml, "a.c", "/* Subject: x */\nint main(void) { return 0; }\n") == 0);
	CHECK(bid(&reader_eml, "mail.1", ".TH MAIL 1\n.SH NAME\nmail \\- send\n") == 0);
	CHECK(bid(&reader_eml, "note", "From: me\nTo: you\n\nBring milk.\n") == 0);
}

/* A truth file's bytes as UTF-8; where its message states ISO 8859-15 nothing in the file tells. */
static struct span as_utf8(struct span truth, const char *stated, struct arena *arena)
{
	struct buf out;
	struct fault why;
	buf_init(&out, 4 * truth.n + 16);
	const char *encoding = encoding_detect(truth, stated);
	encoding_to_utf8(truth, encoding ? encoding : "windows-1252", &out, arena, 0, NULL, NULL, &why);
	struct span copy = arena_copy(arena, buf_span(&out));
	buf_release(&out);
	return copy;
}

static bool part_is_given(const char *truth_path)
{
	char message[4096];
	const char *mark = strstr(truth_path, "_decoded_");
	snprintf(message, sizeof(message), "%.*s.msg", (int)(mark - truth_path), truth_path);
	struct arena arena;
	arena_init(&arena, 64 << 20);
	struct gather *g = calloc(1, sizeof(*g));
	g->arena = &arena;
	struct span bytes = load_file(message), truth = load_file(truth_path);
	gather_item(g, "x.msg", bytes, NULL, &reader_eml);
	bool is_given = gather_has(g, truth) || gather_has(g, as_utf8(truth, NULL, &arena))
		|| gather_has(g, as_utf8(truth, "iso-8859-15", &arena));
	free((void *)bytes.p);
	free((void *)truth.p);
	free(g);
	arena_release(&arena);
	return is_given;
}

/*
 * mime4j's own expectation of every decoded part. Three are not ours: the HTML twin of a plain body
 * that says the same, and the two of a mode in which a broken header line begins the body.
 */
TEST(eml_gives_the_parts_that_mime4j_expects)
{
	const char *below = data_path("mail/mail/mime4j");
	if (!below)
		SKIP("shared data missing");
	char pattern[4096];
	snprintf(pattern, sizeof(pattern), "%s/*_decoded_*", below);
	glob_t files;
	CHECK(glob(pattern, 0, NULL, &files) == 0);
	size_t given = 0, compared = 0;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct span truth = load_file(files.gl_pathv[i]);
		bool is_empty = truth.n == 0;
		free((void *)truth.p);
		if (is_empty)
			continue;
		compared++;
		if (part_is_given(files.gl_pathv[i]))
			given++;
		else
			printf("    not given: %s\n", files.gl_pathv[i] + strlen(below));
	}
	globfree(&files);
	printf("    mime4j: %zu of %zu decoded parts equal\n", given, compared);
	CHECK(given >= 30 && given + 3 == compared);
}

/* The corpus's own count: 53 messages, named by number, in Maildir folders and beside them. */
TEST(eml_reads_every_message_of_the_notmuch_corpus)
{
	const char *below = data_path("mail/mail/notmuch/default");
	if (!below)
		SKIP("shared data missing");
	static const char *const levels[] = { "", "/*", "/*/*", "/*/*/*" };
	size_t messages = 0, heads = 0, texts = 0;
	for (size_t i = 0; i < 4; i++) {
		char pattern[4096];
		glob_t files;
		snprintf(pattern, sizeof(pattern), "%s%s/*:2,", below, levels[i]);
		if (glob(pattern, 0, NULL, &files) != 0)
			continue;
		for (size_t k = 0; k < files.gl_pathc; k++) {
			struct arena arena;
			struct gather *g = calloc(1, sizeof(*g));
			struct span bytes = load_file(files.gl_pathv[k]);
			arena_init(&arena, 64 << 20);
			g->arena = &arena;
			gather_item(g, "01:2,", bytes, NULL, NULL);
			messages++;
			heads += g->heads > 0;
			texts += g->count > 1;
			arena_release(&arena);
			free(g);
			free((void *)bytes.p);
		}
		globfree(&files);
	}
	CHECK(messages == 53);
	CHECK(heads == 53);
	CHECK(texts == 53);
}

/* Tika's MboxParserTest and RFC822ParserTest of these files. */
TEST(mbox_and_eml_give_what_tika_expects)
{
	static const struct { const char *file, *expected; } cases[] = {
		{ "mail/mail/tika-mail/simple.mbox", "(2 messages)" },
		{ "mail/mail/tika-mail/complex.mbox", "(3 messages)" },
		{ "mail/mail/tika-mail/quoted.mbox", "> quoted stuff" },
		{ "mail/mail/tika-mail/testRFC822_i18nheaders", "Keld J\xc3\xb8rn Simonsen" },
		{ "mail/mail/tika-mail/testRFC822_base64", "Here is some text, with international characters, voil\xc3\xa0!" },
		{ "mail/mail/tika-mail/testRFC822_quoted", "D\xc3\xbcsseldorf has non-ascii." },
		{ "mail/mail/tika-mail/testRFC822_normal_zip", "//test.zip 277" },
		{ "mail/mail/tika-outlook/test-outlook2003.msg", "Welcome to Microsoft Office Outlook 2003" },
		{ "mail/mail/tika-outlook/testMSG_att_doc.msg", "//test-unicode.doc" },
		{ "mail/mail/tika-outlook/testMSG_att_msg.msg", "//Test Attachment virtual" },
		{ "mail/mail/tika-outlook/testMSG_Contact.msg", "quickbrown@gmail.com" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *path = data_path(cases[i].file);
		if (!path)
			SKIP("shared data missing");
		struct span bytes = load_file(path);
		struct buf out;
		buf_init(&out, 64 << 20);
		const char *text = record_bytes(&out, strrchr(cases[i].file, '/') + 1, bytes, false);
		check_report(strstr(text, cases[i].expected) != NULL, __FILE__, __LINE__, cases[i].file);
		buf_release(&out);
		free((void *)bytes.p);
	}
}
