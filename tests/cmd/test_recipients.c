#include "cmd/recipients.h"

#include <stdio.h>
#include <unistd.h>

#include "check.h"

/* Reads text as a list of recipients. */
static int read_list(const char *text, struct recipients *r, struct fault *why)
{
	char path[64];
	snprintf(path, sizeof(path), "/tmp/strandline-recipients-%d.csv", (int)getpid());
	FILE *out = fopen(path, "wb");
	if (!out)
		return E_IO;
	fputs(text, out);
	fclose(out);
	int e = recipients_read(path, r, why);
	unlink(path);
	return e;
}

TEST(recipients_take_quotes_further_columns_and_any_place_of_the_column)
{
	struct recipients r;
	struct fault why = { "" };
	CHECK(read_list("\xef\xbb\xbf" "company,recipient\r\n\"A, Inc\",ann\r\n\"B \"\"b\"\"\",\"bob\nby\"\n", &r, &why) == E_USAGE);
	CHECK(strstr(why.text, "character") != NULL);
	recipients_release(&r);
	CHECK(read_list("company,recipient\r\n\"A, Inc\",ann\r\n\r\n\"B \"\"b\"\"\",bob\n", &r, &why) == OK);
	CHECK(r.count == 2);
	CHECK_STR(r.list[0].name, "ann");
	CHECK_STR(r.list[1].row, "{\"company\":\"B \\\"b\\\"\",\"recipient\":\"bob\"}");
	recipients_release(&r);
}

TEST(recipients_refuse_what_cannot_be_told_apart_or_named)
{
	static const char *const bad[] = {
		"name\nann\n", "recipient\n", "recipient\nann\nann\n", "recipient\nann\nANN\n", "recipient\na/b\n",
		"recipient\n..\n", "recipient,x\n,1\n", "",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct recipients r;
		struct fault why = { "" };
		CHECK(read_list(bad[i], &r, &why) == E_USAGE);
		CHECK(why.text[0] != 0);
		recipients_release(&r);
	}
}
