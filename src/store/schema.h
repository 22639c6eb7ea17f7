/* The tables of a case. Times are nanoseconds since 1970, NULL when unknown. */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

static const char case_schema[] =
	"BEGIN;"
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
	"INSERT INTO meta VALUES('version', 1);"
	/* state: 0 planned, 1 begun, 2 done */
	"CREATE TABLE item(id INTEGER PRIMARY KEY, parent INTEGER, top INTEGER, depth INTEGER,"
	"  trail TEXT NOT NULL UNIQUE, name TEXT, type TEXT, size INTEGER, sha256 BLOB, sha1 BLOB, md5 BLOB,"
	"  state INTEGER, status INTEGER, reason TEXT, dup INTEGER, known INTEGER,"
	"  modified INTEGER, created INTEGER, accessed INTEGER, file_id TEXT);"
	"CREATE INDEX item_parent ON item(parent);"
	"CREATE INDEX item_top ON item(top);"
	"CREATE INDEX item_sha ON item(sha256);"
	"CREATE TABLE mail(item INTEGER PRIMARY KEY, sealed BLOB, sent INTEGER, deleted INTEGER);"
	"CREATE TABLE finding(id INTEGER PRIMARY KEY, item INTEGER, kind TEXT, mask TEXT, digest BLOB, sealed BLOB,"
	"  confidence REAL, chance REAL, rule TEXT, checks TEXT, space INTEGER, start INTEGER, end INTEGER,"
	"  sheet TEXT, row INTEGER, col INTEGER, page INTEGER, context TEXT, context_sealed BLOB, person INTEGER);"
	"CREATE INDEX finding_item ON finding(item);"
	"CREATE TABLE claim(id INTEGER PRIMARY KEY, item INTEGER, basis TEXT, space INTEGER, start INTEGER, end INTEGER,"
	"  sheet TEXT, row INTEGER, col INTEGER, page INTEGER, sealed BLOB, person INTEGER);"
	"CREATE INDEX claim_item ON claim(item);"
	"CREATE INDEX claim_person ON claim(person) WHERE person IS NOT NULL;"
	"CREATE INDEX finding_person ON finding(person) WHERE person IS NOT NULL;"
	"CREATE TABLE match(id INTEGER PRIMARY KEY, item INTEGER, registered TEXT, relation TEXT, share_of_item REAL,"
	"  share_of_registered REAL, runs TEXT, chance REAL, likelihood_ratio REAL, recipient TEXT, details TEXT);"
	"CREATE INDEX match_item ON match(item);"
	"CREATE TABLE person(id INTEGER PRIMARY KEY, public TEXT, sealed BLOB);"
	"CREATE TABLE ledger(top INTEGER, state INTEGER, bytes INTEGER, PRIMARY KEY(top, state)) WITHOUT ROWID;"
	"CREATE TABLE evidence(idx INTEGER PRIMARY KEY, at TEXT, kind TEXT, subject TEXT, sha256 TEXT, version TEXT,"
	"  leaf BLOB);"
	"CREATE TABLE checkpoint(size INTEGER PRIMARY KEY, root BLOB, signature BLOB, public BLOB);"
	"COMMIT;";

#endif
