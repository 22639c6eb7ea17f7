/*
 * Medical records: the headings and words of clinical notes with ICD-10 codes
 * (WHO), HL7 version 2 messages, FHIR and CDA documents, DICOM pictures (part
 * 10), tables with diagnoses beside persons. A text about medicine names few
 * of these things at once; a record names many.
 */
#include "core/part.h"
#include "find/column.h"
#include "find/lexicon.h"

static const char health_key;
struct health_note { uint32_t tables; };

static int tell(const struct item *it, struct sink *out, const char *what, const char *check, double confidence, struct where where)
{
	(void)it;
	struct finding f = {
		.kind = KIND_MEDICAL_RECORD, .value = span_str(what), .confidence = confidence, .rule = "health",
		.checks = { check }, .chance = 1e-4, .where = where,
	};
	return sink_finding(out, &f);
}

static int health_item(const struct item *it, struct sink *out)
{
	if (!span_equal(span_sub(it->bytes, 128, 4), span_str("DICM")))
		return OK;
	struct where where = { .space = SPACE_RAW, .end = it->bytes.n };
	return tell(it, out, "DICOM picture", "its magic", 0.97, where);
}

static bool is_person(enum meaning m)
{
	return m == MEANING_FULL_NAME || m == MEANING_LAST_NAME || m == MEANING_BIRTH_DATE || m == MEANING_SSN ||
		m == MEANING_NHS || m == MEANING_ID_NUMBER;
}

static int health_table(const struct item *it, const struct table *t, struct sink *out)
{
	bool diagnosis = false, record = false, person = false;
	for (uint32_t i = 0; i < t->columns; i++) {
		enum meaning m = column_meaning(t->names[i]);
		diagnosis |= m == MEANING_DIAGNOSIS;
		record |= m == MEANING_MEDICAL_RECORD;
		person |= is_person(m);
	}
	if (t->first_row != 1 || !t->rows || !(diagnosis || record) || !(person || (diagnosis && record)))
		return OK;
	struct health_note *n = item_note(it, &health_key, sizeof(*n));
	if (n)
		n->tables++;
	return tell(it, out, "table of patients", "columns of diagnoses or record numbers beside persons", 0.85,
	            table_where(t, 0, 0));
}

static int health_end(const struct item *it, struct sink *out)
{
	const struct lexicon_notes *n = lexicon_notes(it);
	const struct health_note *tables = item_note(it, &health_key, sizeof(*tables));
	unsigned distinct, score = lexicon_score(n, TOPIC_MEDICAL, &distinct);
	if (!n || (tables && tables->tables) || score < 8 || distinct < 3 || !lexicon_names(n, TOPIC_MEDICAL))
		return OK;
	unsigned need = n->text_bytes > (64 << 10) ? 12 : 9;
	double c = score >= need + 3 ? 0.9 : score >= need ? 0.7 : 0.4;
	if (lexicon_score(n, TOPIC_BLANK_FORM, NULL) >= 2 && c > 0.4)
		c = 0.4;
	struct where where = { .space = SPACE_TEXT, .end = n->text_bytes };
	return tell(it, out, "clinical text", "headings and words of a clinical record", c, where);
}

const struct detector detector_health = {
	.name = "health", .help = "medical records", .init = lexicon_open, .text = lexicon_text, .table = health_table,
	.item = health_item, .end = health_end,
};
