#include "check.h"
#include "lib/ole2.h"
#include "recorder.h"

#include <stdlib.h>

TEST(ole2_reads_a_message_made_by_outlook)
{
	const char *path = data_path("mail/mail/tika-outlook/test-outlook.msg");
	if (!path)
		SKIP("shared data missing");
	struct span bytes = load_file(path);
	struct arena arena;
	arena_init(&arena, 1 << 24);
	struct ole2 o;
	struct fault why;
	CHECK(ole2_open(bytes, &arena, &o, &why) == OK);
	CHECK(ole2_has(bytes, "__properties_version1.0"));
	CHECK(!ole2_has(bytes, "WordDocument"));
	const struct ole2_entry *e = ole2_named(&o, NULL, "__substg1.0_0037001E");
	CHECK(e != NULL);
	struct span subject;
	CHECK(e && ole2_read(&o, e, SIZE_MAX, &subject, &why) == OK);
	/* Subject as Tika's test of the same file states it. */
	CHECK(e && span_starts(subject, span_str("Microsoft Outlook Express 6")));
	arena_release(&arena);
	free((void *)bytes.p);
}

TEST(ole2_survives_every_truncation)
{
	const char *path = data_path("mail/mail/tika-outlook/test-outlook.msg");
	if (!path)
		SKIP("shared data missing");
	struct span bytes = load_file(path);
	for (size_t n = 0; n < bytes.n; n += 499) {
		struct arena arena;
		arena_init(&arena, 1 << 24);
		struct ole2 o;
		struct fault why;
		struct span stream;
		if (ole2_open(span_sub(bytes, 0, n), &arena, &o, &why) >= 0)
			for (size_t i = 0; i < o.count; i++)
				if (o.entries[i].is_used)
					CHECK(ole2_read(&o, &o.entries[i], 1 << 20, &stream, &why) <= PART);
		arena_release(&arena);
	}
	free((void *)bytes.p);
}
