#include "check.h"
#include "recorder.h"

/* Files of Apache Tika's tests, locked by Microsoft Office with the password tika. */
static bool opens_with(const char *below, const char *passwords, const char *wanted)
{
	const char *path = data_path(below);
	struct options options = { .classes = CLASSES_ALL, .passwords = span_str(passwords) };
	struct span bytes = load_file(path);
	struct arena arena;
	struct buf out;
	arena_init(&arena, 1u << 28);
	buf_init(&out, 1u << 24);
	struct item it = {
		.trail = "x", .name = "x", .bytes = bytes, .times = TIMES_UNKNOWN, .options = &options, .arena = &arena,
	};
	record_item(&out, &it, NULL, false, false);
	bool found = strstr(buf_string(&out), wanted) != NULL;
	buf_release(&out);
	arena_release(&arena);
	return found;
}

TEST(office_packages_open_with_their_password_only)
{
	const char *standard = "documents/documents/tika-hostile/testEXCEL_protected_passtika.xlsx";
	const char *word = "documents/documents/tika-hostile/testWORD_protected_passtika.docx";
	if (!data_path(standard) || !data_path(word))
		SKIP("no shared data");
	CHECK(opens_with(standard, "guess\ntika\n", "This is an Encrypted Excel spreadsheet."));
	CHECK(opens_with(word, "tika", "This is an encrypted Word 2007 File."));
	CHECK(opens_with(standard, "guess\nTika\n", "end -2"));
	CHECK(opens_with(word, "", "end -2"));
}

TEST(office_packages_locked_without_a_password_open)
{
	const char *path = "documents/documents/tika-hostile/protectedFile.xlsx";
	if (!data_path(path))
		SKIP("no shared data");
	CHECK(opens_with(path, "", "table "));
}
