/*
 * measure TRUTH.jsonl FINDINGS.jsonl [PEOPLE-TRUTH.jsonl PEOPLE.jsonl] [--misses N]
 *
 * Compares what examine asserts (confidence of 0.5 and more, revealed) with
 * what was planted, kind by kind. A datum counts once for each item that it
 * stands in; a finding below a planted item's trail (a page, a part) is that
 * item's. Kinds that speak of the whole item ("*" as value in the truth) are
 * compared by item alone. Persons agree by name and birth date or mail address.
 * Prints a row a kind: kind, truths, found, right, precision, recall.
 */
#include <ctype.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sqlite3 *db;

static void quit(const char *what, const char *why)
{
	fprintf(stderr, "measure: %s: %s\n", what, why);
	exit(2);
}

static void run(const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL))
		quit(sql, sqlite3_errmsg(db));
}

/* The bytes of s that are letters (lower case), digits or beyond ASCII. */
static void squeeze(const char *s, char *to, size_t room)
{
	size_t n = 0;
	for (; *s && n + 1 < room; s++)
		if (isalnum((unsigned char)*s) || (unsigned char)*s >= 0x80)
			to[n++] = (char)tolower((unsigned char)*s);
	to[n] = 0;
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* Words in alphabetical order: "Lee, Ann" is "Ann Lee". */
static void sort_words(const char *s, char *to, size_t room)
{
	enum { WORDS = 12 };
	char copy[512], *rest = copy, *word[WORDS];
	size_t n = 0, at = 0;
	snprintf(copy, sizeof(copy), "%s", s);
	for (char *w; (w = strsep(&rest, " ,\t\n\"")) && n < WORDS;)
		if (*w)
			word[n++] = w;
	qsort(word, n, sizeof(*word), by_text);
	for (size_t i = 0; i < n && at < room; i++)
		at += (size_t)snprintf(to + at, room - at, "%s%s", i ? " " : "", word[i]);
	for (char *c = to; *c; c++)
		*c = (char)tolower((unsigned char)*c);
}

/* 12/31/1999, 31 DEC 1999, 1999-12-31 as 19991231. */
static void date(const char *s, char *to, size_t room)
{
	static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec" };
	unsigned a, b, c;
	char name[16];
	if (sscanf(s, "%4u-%2u-%2u", &a, &b, &c) == 3)
		snprintf(to, room, "%04u%02u%02u", a, b, c);
	else if (sscanf(s, "%2u/%2u/%4u", &a, &b, &c) == 3)
		snprintf(to, room, "%04u%02u%02u", c, a, b);
	else if (sscanf(s, "%2u %15[A-Za-z] %4u", &a, name, &b) == 3) {
		for (unsigned i = 0; i < 12; i++)
			if (!strncasecmp(name, months[i], 3))
				snprintf(to, room, "%04u%02u%02u", b, i + 1, a);
	} else
		squeeze(s, to, room);
}

static void normal(sqlite3_context *c, int n, sqlite3_value **v)
{
	const char *kind = (const char *)sqlite3_value_text(v[0]), *s = (const char *)sqlite3_value_text(v[1]);
	char to[4096] = "";
	(void)n;
	if (!kind || !s)
		return;
	static const char *const exact[] = { "password", "access-token", "password-hash", "config-secret", NULL };
	for (int i = 0; exact[i]; i++)
		if (!strcmp(kind, exact[i])) {
			sqlite3_result_text(c, s, -1, SQLITE_TRANSIENT);
			return;
		}
	if (!strcmp(kind, "person-name"))
		sort_words(s, to, sizeof(to));
	else if (!strcmp(kind, "birth-date"))
		date(s, to, sizeof(to));
	else if (!strcmp(kind, "postal-address")) {	/* the street, before the first comma or line end */
		char street[256];
		snprintf(street, sizeof(street), "%.*s", (int)strcspn(s, ",\n"), s);
		squeeze(street, to, sizeof(to));
	} else
		squeeze(s, to, sizeof(to));
	size_t at = 0, len = strlen(to);
	if (!strcmp(kind, "phone"))	/* as dialled at home or from abroad */
		at = len > 9 ? len - 9 : 0;
	if (!strcmp(kind, "private-key")) {
		const char *key = strstr(to, "key");	/* behind the armour's line */
		at = key ? (size_t)(key - to) + 3 : 0;
		if (strlen(to) > at + 48)
			to[at + 48] = 0;
	}
	sqlite3_result_text(c, to + at, -1, SQLITE_TRANSIENT);
}

static void load(const char *path, const char *insert)
{
	FILE *f = fopen(path, "r");
	if (!f)
		quit(path, "cannot be read");
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db, insert, -1, &s, NULL))
		quit(insert, sqlite3_errmsg(db));
	char *line = NULL;
	size_t room = 0;
	run("BEGIN");
	for (ssize_t n; (n = getline(&line, &room, f)) > 0;) {
		sqlite3_bind_text(s, 1, line, (int)n, SQLITE_STATIC);
		if (sqlite3_step(s) != SQLITE_DONE)
			quit(path, sqlite3_errmsg(db));
		sqlite3_reset(s);
	}
	run("COMMIT");
	sqlite3_finalize(s);
	free(line);
	fclose(f);
}

/* Each finding goes to the nearest planted item at or above it; else it keeps its own trail. */
static void settle_findings(void)
{
	run("CREATE TABLE planted_item (item TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO planted_item SELECT DISTINCT item FROM truth;");
	sqlite3_stmt *s, *has, *set;
	sqlite3_prepare_v2(db, "SELECT rowid, item FROM found", -1, &s, NULL);
	sqlite3_prepare_v2(db, "SELECT 1 FROM planted_item WHERE item=?", -1, &has, NULL);
	sqlite3_prepare_v2(db, "UPDATE found SET item=? WHERE rowid=?", -1, &set, NULL);
	run("BEGIN");
	while (sqlite3_step(s) == SQLITE_ROW) {
		char item[4096];
		snprintf(item, sizeof(item), "%s", sqlite3_column_text(s, 1));
		for (;;) {
			sqlite3_reset(has);
			sqlite3_bind_text(has, 1, item, -1, SQLITE_STATIC);
			if (sqlite3_step(has) == SQLITE_ROW) {
				sqlite3_bind_text(set, 1, item, -1, SQLITE_STATIC);
				sqlite3_bind_int64(set, 2, sqlite3_column_int64(s, 0));
				sqlite3_step(set);
				sqlite3_reset(set);
				break;
			}
			char *up = NULL;
			for (char *p = item; (p = strstr(p, "//")); p += 2)
				up = p;
			if (!up)
				break;
			*up = 0;
		}
	}
	run("COMMIT");
	sqlite3_finalize(s), sqlite3_finalize(has), sqlite3_finalize(set);
}

static void print_rows(const char *sql)
{
	sqlite3_stmt *s;
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL))
		quit(sql, sqlite3_errmsg(db));
	while (sqlite3_step(s) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(s); i++)
			printf("%s%s", i ? "\t" : "", sqlite3_column_text(s, i) ? (const char *)sqlite3_column_text(s, i) : "-");
		putchar('\n');
	}
	sqlite3_finalize(s);
}

static void compare_kinds(void)
{
	run("CREATE TABLE t AS SELECT DISTINCT item, kind, CASE value WHEN '*' THEN '*' ELSE normal(kind, value) END AS value FROM truth;"
	    "CREATE TABLE whole AS SELECT DISTINCT kind FROM truth WHERE value = '*';"
	    "INSERT INTO whole SELECT column1 FROM (VALUES ('payroll'), ('ledger'), ('invoice'), ('tax-form'), ('bank-statement'), ('contract'), ('host-inventory'),"
	    " ('network-diagram'), ('network-config'), ('credential-list'), ('medical-record'), ('film'), ('screenplay'), ('message'), ('mailbox')) WHERE column1 NOT IN (SELECT kind FROM whole);"
	    "CREATE TABLE f AS SELECT DISTINCT item, kind, CASE WHEN kind IN (SELECT kind FROM whole) THEN '*' ELSE normal(kind, value) END AS value FROM found;"
	    "CREATE INDEX t_i ON t(kind, item, value); CREATE INDEX f_i ON f(kind, item, value);"
	    "CREATE VIEW scores AS SELECT kind, (SELECT count(*) FROM t WHERE t.kind = k.kind) AS truths, (SELECT count(*) FROM f WHERE f.kind = k.kind) AS given,"
	    " (SELECT count(*) FROM t WHERE t.kind = k.kind AND EXISTS (SELECT 1 FROM f WHERE f.kind = t.kind AND f.item = t.item AND f.value = t.value)) AS hit"
	    " FROM (SELECT kind FROM t UNION SELECT kind FROM f) k;");
	print_rows("SELECT kind, truths, given, hit, CASE given WHEN 0 THEN '-' ELSE printf('%.4f', 1.0 * hit / given) END,"
	           " CASE truths WHEN 0 THEN '-' ELSE printf('%.4f', 1.0 * hit / truths) END FROM scores ORDER BY kind");
}

static void compare_people(void)
{
	run("CREATE TABLE pt AS SELECT DISTINCT person, normal('person-name', name) AS name, normal('person-name', native) AS native, birth, lower(mail) AS mail FROM people_truth;"
	    "CREATE TABLE pf AS SELECT rowid AS id, normal('person-name', name) AS name, normal('birth-date', birth) AS birth, lower(mails) AS mails, '|' || other || '|' AS other FROM people_found;");
	/* a planted person is found when one row has the name and the mail address or birth date */
	run("CREATE TABLE pm AS SELECT pt.person, pf.id FROM pt JOIN pf ON"
	    " (instr('; ' || pf.mails || ';', '; ' || pt.mail || ';') > 0 OR ((pf.name = pt.name OR pf.name = pt.native) AND pf.birth = normal('birth-date', pt.birth)));");
	print_rows("SELECT 'persons', (SELECT count(*) FROM pt), (SELECT count(*) FROM pf), (SELECT count(DISTINCT person) FROM pm),"
	           " printf('%.4f', 1.0 * (SELECT count(*) FROM (SELECT min(id) FROM pm GROUP BY person)) / max(1, (SELECT count(*) FROM pf))),"
	           " printf('%.4f', 1.0 * (SELECT count(DISTINCT person) FROM pm) / max(1, (SELECT count(*) FROM pt)))");
}

static void show_misses(unsigned n)
{
	char sql[1024];
	snprintf(sql, sizeof(sql), "SELECT 'missed', kind, value, item FROM (SELECT *, row_number() OVER (PARTITION BY kind) AS n FROM t WHERE NOT EXISTS"
	         " (SELECT 1 FROM f WHERE f.kind = t.kind AND f.item = t.item AND f.value = t.value)) WHERE n <= %u", n);
	print_rows(sql);
	snprintf(sql, sizeof(sql), "SELECT 'false', kind, value, item FROM (SELECT *, row_number() OVER (PARTITION BY kind) AS n FROM f WHERE NOT EXISTS"
	         " (SELECT 1 FROM t WHERE f.kind = t.kind AND f.item = t.item AND f.value = t.value)) WHERE n <= %u", n);
	print_rows(sql);
}

int main(int argc, char **argv)
{
	const char *file[4] = { NULL };
	unsigned files = 0, misses = 0;
	for (int i = 1; i < argc; i++)
		if (!strcmp(argv[i], "--misses") && i + 1 < argc)
			misses = (unsigned)strtoul(argv[++i], NULL, 10);
		else if (files < 4)
			file[files++] = argv[i];
	if (files != 2 && files != 4) {
		fputs("usage: measure TRUTH FINDINGS [PEOPLE-TRUTH PEOPLE] [--misses N]\n", stderr);
		return 2;
	}
	sqlite3_open(":memory:", &db);
	sqlite3_create_function(db, "normal", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, normal, NULL, NULL);
	run("CREATE TABLE truth (item, kind, value); CREATE TABLE found (item, kind, value);"
	    "CREATE TABLE people_truth (person, name, native, birth, mail); CREATE TABLE people_found (name, birth, mails, other);");
	load(file[0], "INSERT INTO truth SELECT json_extract(?1, '$.item'), json_extract(?1, '$.kind'), json_extract(?1, '$.value')");
	load(file[1], "INSERT INTO found SELECT json_extract(?1, '$.item'), json_extract(?1, '$.kind'), json_extract(?1, '$.value')"
	     " WHERE json_extract(?1, '$.confidence') >= 0.5");
	settle_findings();
	compare_kinds();
	if (files == 4) {
		load(file[2], "INSERT INTO people_truth SELECT json_extract(?1, '$.person'), json_extract(?1, '$.name'), json_extract(?1, '$.native'),"
		     " json_extract(?1, '$.birth_date'), json_extract(?1, '$.email')");
		load(file[3], "INSERT INTO people_found SELECT json_extract(?1, '$.name'), json_extract(?1, '$.birth_date'), json_extract(?1, '$.emails'), json_extract(?1, '$.other_names')");
		compare_people();
	}
	if (misses)
		show_misses(misses);
	sqlite3_close(db);
	return 0;
}
