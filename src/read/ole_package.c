/* An encrypted OOXML package in an OLE2 file ([MS-OFFCRYPTO] 2.3): tried with the passwords given. */
#include "read/office_crypt.h"
#include "read/ole.h"
#include "read/ooxml.h"

enum { PASSWORDS_MAX = 10000 };

/* What Excel locks workbooks with that need no password: [MS-OFFCRYPTO] 2.4.2.3 and Excel's own use of it. */
static const char no_password[] = "VelvetSweatshop";

/* OK with *fits set, or the sink's negative code. */
static int try_passwords(struct ole *o, struct office_lock *lock, bool *fits)
{
	struct span rest = o->doc.item->options->passwords, line;
	int e = OK;
	*fits = office_lock_try(lock, span_str(no_password)) || office_lock_try(lock, span_str(""));
	for (unsigned n = 0; !*fits && !e && n < PASSWORDS_MAX && span_line(&rest, &line); n++) {
		e = sink_spend(o->doc.out, office_lock_cost(lock));
		*fits = !e && line.n && office_lock_try(lock, line);
	}
	return e;
}

static int unpack(struct ole *o, const struct office_lock *lock, struct span package)
{
	struct buf bytes;
	struct fault lost = { "" };
	buf_init(&bytes, OLE_STREAM_MAX);
	int e = office_lock_unpack(lock, package, &bytes, &lost);
	if (e < 0)
		fault_set(o->doc.why, e, "%s", lost.text);
	else if (e)
		e = doc_damage(&o->doc, lost.text);
	if (!e)
		e = ooxml_read(o->doc.item, buf_span(&bytes), o->doc.out, o->doc.why);
	buf_release(&bytes);
	return e;
}

int ole_package(struct ole *o)
{
	struct span info, package;
	struct office_lock *lock = NULL;
	int e = OK;
	bool fits = false;
	if (!ole_stream(o, &o->file.entries[0], "EncryptionInfo", &info, &e) ||
	    !ole_stream(o, &o->file.entries[0], "EncryptedPackage", &package, &e))
		return e < 0 ? e : fault_set(o->doc.why, E_ENCRYPTED, "an encrypted package without its key's header");
	e = office_lock_open(info, &lock, o->doc.why);
	if (e == E_UNSUPPORTED || e == E_DAMAGED)
		e = E_ENCRYPTED;
	if (!e)
		e = try_passwords(o, lock, &fits);
	if (!e && !fits)
		e = fault_set(o->doc.why, E_ENCRYPTED, "no password given opens it");
	if (!e)
		e = unpack(o, lock, package);
	office_lock_close(lock);
	return e;
}
