#include "people/link.h"

#include <stdlib.h>
#include <string.h>

#include "base/pack.h"
#include "lib/hash.h"
#include "people/cluster.h"

static int load_one(struct case_file *c, sqlite3_stmt *s, struct claims *all, struct fault *why)
{
	struct claim_row *r = claims_add(all);
	if (!r)
		return fault_set(why, E_MEMORY, "no memory for the claims about persons");
	r->id = sqlite3_column_int64(s, 0);
	r->item = sqlite3_column_int64(s, 1);
	r->is_cell = sqlite3_column_type(s, 6) != SQLITE_NULL;
	r->row = sqlite3_column_int64(s, 6);
	r->start = (uint64_t)sqlite3_column_int64(s, 3);
	r->end = (uint64_t)sqlite3_column_int64(s, 4);
	r->space = sqlite3_column_int(s, 2);
	r->sheet = arena_string(&all->arena, span_str((const char *)sqlite3_column_text(s, 5)));
	r->trail = arena_string(&all->arena, span_str((const char *)sqlite3_column_text(s, 8)));
	r->basis = arena_string(&all->arena, span_str((const char *)sqlite3_column_text(s, 9)));
	buf_clear(&all->plain);
	struct span sealed = span_of(sqlite3_column_blob(s, 7), (size_t)sqlite3_column_bytes(s, 7));
	int e = seal_open(case_keys(c), sealed, &all->plain, why);
	if (e)
		return e;
	struct cur in = cur_of(buf_span(&all->plain));
	uint64_t count = unpack_u64(&in);
	r->elements = arena_array(&all->arena, count < ELEMENTS_MAX ? count : ELEMENTS_MAX, sizeof(*r->elements));
	for (uint64_t i = 0; i < count && i < ELEMENTS_MAX && r->elements && !in.bad; i++) {
		enum kind kind = kind_of(unpack_span(&in));
		struct span value = arena_copy(&all->arena, unpack_span(&in));
		if (kind < KIND_COUNT && value.n)
			r->elements[r->count++] = (struct element){ kind, value };
	}
	r->address_date = arena_copy(&all->arena, unpack_span(&in));
	return all->arena.is_full ? fault_set(why, E_MEMORY, "no memory for the claims about persons") : OK;
}

static int load(struct case_file *c, struct claims *all, struct fault *why)
{
	sqlite3_stmt *s = case_query(c,
		"SELECT c.id, c.item, c.space, c.start, c.end, c.sheet, c.row, c.sealed, i.trail, c.basis FROM claim c"
		" JOIN item i ON i.id = c.item WHERE i.state = 2"
		" ORDER BY i.trail, c.page, c.sheet, c.row, c.space, c.start, c.end, c.basis");
	if (!s)
		return fault_set(why, E_STORE, "%s: %s", case_dir(c), sqlite3_errmsg(case_db(c)));
	int e = OK;
	while (!e && sqlite3_step(s) == SQLITE_ROW)
		e = load_one(c, s, all, why);
	sqlite3_reset(s);
	return e;
}

/* Findings inside a claim's place are of its person. */
static int own_findings(struct case_file *c, const struct claim_row *r, int64_t person, struct fault *why)
{
	sqlite3_stmt *s = case_query(c, "UPDATE claim SET person=? WHERE id=?");
	sqlite3_bind_int64(s, 1, person);
	sqlite3_bind_int64(s, 2, r->id);
	int e = case_step(c, s, why);
	if (e)
		return e;
	s = r->is_cell
		? case_query(c, "UPDATE finding SET person=?1 WHERE item=?2 AND row=?3 AND coalesce(sheet,'')=?4")
		: case_query(c, "UPDATE finding SET person=?1 WHERE item=?2 AND space=?5 AND start>=?6 AND end<=?7 AND row IS NULL");
	sqlite3_bind_int64(s, 1, person);
	sqlite3_bind_int64(s, 2, r->item);
	if (r->is_cell) {
		sqlite3_bind_int64(s, 3, r->row);
		sqlite3_bind_text(s, 4, r->sheet ? r->sheet : "", -1, SQLITE_STATIC);
	} else {
		sqlite3_bind_int(s, 5, r->space);
		sqlite3_bind_int64(s, 6, (int64_t)r->start);
		sqlite3_bind_int64(s, 7, (int64_t)r->end);
	}
	return case_step(c, s, why);
}

/* And so are findings elsewhere with the same value as one of the person's identifiers, where that is one person's alone. */
static int own_values(struct case_file *c, struct fault *why)
{
	return case_run(c,
		"CREATE TEMP TABLE IF NOT EXISTS owner(digest BLOB PRIMARY KEY, person INTEGER, persons INTEGER) WITHOUT ROWID;"
		"DELETE FROM owner;"
		"INSERT INTO owner SELECT digest, min(person), count(DISTINCT person) FROM finding WHERE person IS NOT NULL"
		" AND kind IN ('us-ssn','us-itin','uk-nino','uk-nhs','fr-nir','de-steuer-id','es-dni','es-nie','it-codice-fiscale',"
		"'nl-bsn','pl-pesel','br-cpf','in-aadhaar','cn-resident-id','kr-rrn','jp-my-number','ca-sin','driver-licence',"
		"'passport-number','passport-mrz','visa-mrz','id-mrz','visa-number','id-number','email-address','payment-card','iban',"
		"'phone') GROUP BY digest;"
		"UPDATE finding SET person = (SELECT person FROM owner o WHERE o.digest = finding.digest AND o.persons = 1)"
		" WHERE person IS NULL AND digest IN (SELECT digest FROM owner WHERE persons = 1)", why);
}

static int write_person(struct case_file *c, const struct cluster *k, int64_t id, struct buf *plain, struct buf *sealed,
                        struct fault *why)
{
	unsigned char d[32];
	char public[33];
	buf_clear(plain);
	buf_format(plain, "person|%s|%s|%lld|%llu|%llu", k->first->trail, k->first->sheet ? k->first->sheet : "",
	           (long long)k->first->row, (unsigned long long)k->first->start, (unsigned long long)k->first->end);
	hash_sha256(buf_span(plain), d);
	hash_hex(d, 16, public);
	buf_clear(plain);
	buf_clear(sealed);
	for (int i = 0; i < PERSON_TEXTS; i++)
		pack_span(plain, buf_span(&k->text[i]));
	seal_value(case_keys(c), buf_span(plain), sealed);
	sqlite3_stmt *s = case_query(c, "INSERT INTO person(id, public, sealed) VALUES(?,?,?)");
	sqlite3_bind_int64(s, 1, id);
	sqlite3_bind_text(s, 2, public, -1, SQLITE_STATIC);
	sqlite3_bind_blob(s, 3, sealed->p, (int)sealed->n, SQLITE_STATIC);
	return case_step(c, s, why);
}

static int write_all(struct case_file *c, struct claims *all, struct fault *why)
{
	struct cluster k;
	struct buf plain, sealed;
	cluster_init(&k);
	buf_init(&plain, 16 << 20);
	buf_init(&sealed, 17 << 20);
	int64_t id = 0;
	int e = OK;
	for (size_t i = 0; i < all->count && !e; i++) {
		if (!cluster_gather(all, i, &k))
			continue;
		e = write_person(c, &k, ++id, &plain, &sealed, why);
		for (size_t m = i; m != SIZE_MAX && !e; m = all->row[m].next)
			e = own_findings(c, &all->row[m], id, why);
	}
	cluster_release(&k);
	buf_release(&plain);
	buf_release(&sealed);
	return e;
}

int people_link(struct case_file *c, struct fault *why)
{
	struct claims all;
	claims_init(&all);
	int e = case_checkpoint(c, why);
	if (!e)
		e = case_run(c, "DELETE FROM person; UPDATE finding SET person=NULL WHERE person IS NOT NULL", why);
	if (!e)
		e = load(c, &all, why);
	if (!e)
		e = claims_merge(&all, why);
	if (!e)
		e = write_all(c, &all, why);
	if (!e)
		e = own_values(c, why);
	if (!e)
		e = case_checkpoint(c, why);
	claims_release(&all);
	return e;
}

int people_unpack(struct span bytes, struct person *p)
{
	struct cur in = cur_of(bytes);
	*p = (struct person){ 0 };
	for (int i = 0; i < PERSON_TEXTS; i++)
		p->text[i] = unpack_span(&in);
	return in.bad ? E_DAMAGED : OK;
}
