/* One JSON object (RFC 8259) a line. */
#include "report/record.h"

struct jsonl { FILE *to; const struct record_set *set; struct buf line; };

static int jsonl_row(void *user, const struct value *values, struct fault *why)
{
	struct jsonl *j = user;
	buf_clear(&j->line);
	for (unsigned i = 0; i < j->set->count; i++) {
		buf_add_byte(&j->line, i ? ',' : '{');
		json_string(&j->line, span_str(j->set->fields[i].name));
		buf_add_byte(&j->line, ':');
		json_value(&j->line, &j->set->fields[i], &values[i]);
	}
	buf_add_str(&j->line, "}\n");
	if (j->line.is_full)
		return fault_set(why, E_MEMORY, "a record is too long");
	return fwrite(j->line.p, 1, j->line.n, j->to) == j->line.n ? OK : fault_set(why, E_IO, "the output cannot be written");
}

static int jsonl_write(struct case_file *c, const struct record_set *s, bool reveal, FILE *to, struct fault *why)
{
	struct jsonl j = { .to = to, .set = s };
	buf_init(&j.line, 64 << 20);
	int e = s->each(c, reveal, jsonl_row, &j, why);
	buf_release(&j.line);
	return e;
}

const struct format format_jsonl = { .name = "jsonl", .write = jsonl_write };
