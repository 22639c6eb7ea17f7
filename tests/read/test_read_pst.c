#include "check.h"
#include "mail_gather.h"
#include "recorder.h"

#include <stdlib.h>

/* Tika's OutlookPSTParserTest of this file: four messages of one thread, one each in HTML, RTF, plain. */
TEST(pst_gives_four_messages_and_a_recovered_one)
{
	const char *path = data_path("mail/mail/tika-outlook/testPST_variousBodyTypes.pst");
	if (!path)
		SKIP("shared data missing");
	struct span bytes = load_file(path);
	struct buf out;
	buf_init(&out, 16 << 20);
	const char *text = record_bytes(&out, "box.pst", bytes, false);
	CHECK(strstr(text, "item box.pst//Inbox//tmp//msg 4 virtual") != NULL);
	CHECK(strstr(text, "msg 5") == NULL);
	CHECK(strstr(text, "finding mailbox 1.00 tmp (4 messages)") != NULL);
	CHECK(strstr(text, "This is the original email (html)") != NULL);
	CHECK(strstr(text, "Forwarded plain text") != NULL);
	CHECK(strstr(text, "item box.pst//(recovered)//msg 1 virtual") != NULL);
	CHECK(strstr(text, "mail deleted") != NULL);
	buf_release(&out);
	free((void *)bytes.p);
}
