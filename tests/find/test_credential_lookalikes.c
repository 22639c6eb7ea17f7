#include <stdio.h>

#include "check.h"
#include "recorder.h"

/* How often an assertion of a kind is made for text in a file of that name. */
static bool has_assertion(const char *name, const char *text, const char *kind)
{
	struct buf b;
	char head[64];
	buf_init(&b, 1 << 20);
	record_bytes(&b, name, span_str(text), true);
	bool has = false;
	for (int tenth = 5; tenth < 10; tenth++) {
		snprintf(head, sizeof(head), "finding %s 0.%d", kind, tenth);
		has |= strstr(buf_string(&b), head) != NULL;
	}
	buf_release(&b);
	return has;
}

TEST(credential_verdicts_of_tests_are_no_passwords)
{
	CHECK(!has_assertion("summary", "PASS: x86_64 insns\nPASS: test1.sh\nPASS: Cycle1\n", "password"));
	CHECK(has_assertion("notes.txt", "user: anna\npass: Tr0ub4dor\n", "password"));
}

TEST(credential_functions_in_changelogs_are_no_passwords)
{
	CHECK(!has_assertion("changelog", "(agent_get_passphrase): Ditto.\n* preset-passphrase.c: Likewise.\n", "password"));
	CHECK(!has_assertion("registry.def", "MODULE_PASS(\"always-inline1\", X)\n", "password"));
}

TEST(identity_publications_and_years_are_no_numbers)
{
	CHECK(!has_assertion("a.txt", "National Insurance: see NIST SP 800-131A and\n", "uk-nino"));
	CHECK(!has_assertion("a.txt", "DNI 2020-2022 H. Berg\n", "es-dni"));
}
