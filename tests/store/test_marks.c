#include "store/marks.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"

static int count_copy(void *user, const struct marks_copy *c)
{
	int *n = user;
	CHECK(c->number == *n);
	++*n;
	return OK;
}

TEST(marks_keep_films_and_copies_and_refuse_another_key)
{
	char dir[] = "/tmp/strandline-marks-XXXXXX", path[64];
	struct fault why = { "" };
	struct marks *m = NULL;
	struct marks_film f = { .path = "a film.mp4", .sha256 = { 1 }, .width = 64, .height = 64, .raster_w = 16, .raster_h = 16 };
	struct marks_copy two[] = { { .recipient = "ann" }, { .recipient = "bob" }, { .recipient = "ann" } }, c;
	bool was_known = true;
	int n = 0;
	CHECK(mkdtemp(dir) != NULL);
	CHECK(marks_open(dir, false, &m, &why) == E_STORE);	/* nothing there, nothing made */
	CHECK(marks_open(dir, true, &m, &why) == OK);
	CHECK(m && marks_film_record(m, &f, &was_known, &why) == OK && !was_known && f.id == 1);
	CHECK(m && marks_film_record(m, &f, &was_known, &why) == OK && was_known);
	CHECK(m && marks_copies_record(m, f.id, two, 3, &why) == OK);
	CHECK(m && marks_copies(m, f.id, count_copy, &n, &why) == OK && n == 2);
	CHECK(m && marks_copy_find(m, f.id, "bob", &c, &why) == OK && c.state == MARKS_PROMISED);
	CHECK(m && marks_copy_find(m, f.id, "eve", &c, &why) == E_USAGE);
	marks_close(m);
	m = NULL;
	snprintf(path, sizeof(path), "%s/marks.key", dir);
	unlink(path);
	CHECK(marks_open(dir, true, &m, &why) == E_STORE && access(path, F_OK) < 0);
	FILE *out = fopen(path, "wb");
	for (int i = 0; out && i < MARKS_KEY; i++)
		fputc(i, out);
	if (out)
		fclose(out);
	CHECK(marks_open(dir, true, &m, &why) == E_STORE);
	CHECK(strstr(why.text, "not the key") != NULL);
	unlink(path);
	snprintf(path, sizeof(path), "%s/marks.db", dir);
	unlink(path);
	rmdir(dir);
}
