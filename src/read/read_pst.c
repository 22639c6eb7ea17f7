/*
 * Outlook's personal and offline folders (PST, OST), [MS-PST], through libpff.
 *
 * libpff reads from memory through libbfio's memory range; it opens nothing.
 * Folders and messages are virtual items: box.pst//Inbox//msg 12. What lies
 * under no folder any more, and what libpff recovers from freed nodes, stands in a
 * folder "(recovered)" and is marked deleted. Each message has memory of its
 * own, so that the whole box never lies in memory twice.
 */
#include <libbfio.h>
#include <libpff.h>
#include <string.h>

#include "core/part.h"
#include "lib/encoding.h"
#include "read/mapi.h"

enum {
	PEEK = 12, FOLDER_DEPTH_MAX = 48, MESSAGE_DEPTH_MAX = 16, FOLDERS_MAX = 100000, RECIPIENTS_MAX = 20000,
	ENTRIES_MAX = 4096, ATTACHMENTS_MAX = 20000, WORK_OF_A_NODE = 4096, CHUNK = 1 << 20,
	ATTACH_DATA = 0x3701, BODY = 0x1000, BODY_HTML = 0x1013,
};
#define VALUE_MAX ((size_t)256 << 20)
#define ATTACHMENT_MAX ((size_t)4 << 30)
#define MESSAGE_MEMORY ((size_t)1 << 30)

/* [MS-PST] 2.2.2.6: "!BDN"; at 8 "SM" for PST, "SO" for OST, "AB" for address books. */
static int pst_probe(struct span head, const struct item *it)
{
	(void)it;
	return span_starts(head, span_str("!BDN")) ? 95 : 0;
}

struct pst {
	const struct item *it;
	struct fault *why;
	libpff_file_t *file;
	libbfio_handle_t *bytes;
	size_t folders;
	bool is_part;
};

/* Where a message is read: its sink, the folder's name, memory. */
struct place {
	struct sink *out;
	struct span folder;
	struct item item;	/* the box, with the message's own arena */
	bool is_deleted;
	unsigned depth;
};

/* The innermost line of libpff's trace, as the fault. */
static int pff_fault(libpff_error_t **error, struct fault *why, const char *what)
{
	char text[512] = "";
	if (*error)
		libpff_error_sprint(*error, text, sizeof(text));
	libpff_error_free(error);
	return fault_set(why, E_DAMAGED, "%s: %.200s", what, text[0] ? text : "not readable");
}

static int damage_tell(struct pst *p, struct sink *out, libpff_error_t **error, const char *what)
{
	struct fault why = { "" };
	pff_fault(error, &why, what);
	p->is_part = true;
	return sink_damage(out, STATUS_PARTIAL, 0, 0, why.text);
}

static uint32_t entry_id(libpff_record_entry_t *entry, uint32_t id)
{
	libpff_name_to_id_map_entry_t *name = NULL;
	uint8_t type = 0;
	uint32_t number = 0;
	libpff_error_t *error = NULL;
	if (id >= 0x8000 && libpff_record_entry_get_name_to_id_map_entry(entry, &name, &error) == 1
	    && libpff_name_to_id_map_entry_get_type(name, &type, &error) == 1
	    && type == LIBPFF_NAME_TO_ID_MAP_ENTRY_TYPE_NUMERIC
	    && libpff_name_to_id_map_entry_get_number(name, &number, &error) == 1)
		id = number;
	libpff_error_free(&error);
	return id;
}

static int entry_add(libpff_record_entry_t *entry, struct mapi *out)
{
	uint32_t id = 0, type = 0;
	size_t size = 0;
	libpff_error_t *error = NULL;
	int e = OK;
	if (libpff_record_entry_get_entry_type(entry, &id, &error) == 1
	    && libpff_record_entry_get_value_type(entry, &type, &error) == 1
	    && id != ATTACH_DATA && libpff_record_entry_get_data_size(entry, &size, &error) == 1
	    && size && size <= VALUE_MAX) {
		unsigned char *copy = arena_take(out->arena, size);
		if (!copy)
			e = E_MEMORY;
		else if (libpff_record_entry_get_data(entry, copy, size, &error) == 1)
			e = mapi_add(out, entry_id(entry, id), (uint16_t)type, span_of(copy, size));
	}
	libpff_error_free(&error);
	return e;
}

/* The properties of one record set of an item. What cannot be read of them is left out. */
static int set_read(libpff_item_t *item, int number, struct mapi *out, struct fault *why)
{
	libpff_record_set_t *set = NULL;
	libpff_error_t *error = NULL;
	int count = 0, e = OK;
	if (libpff_item_get_record_set_by_index(item, number, &set, &error) == 1
	    && libpff_record_set_get_number_of_entries(set, &count, &error) == 1) {
		for (int i = 0; i < count && i < ENTRIES_MAX && !e; i++) {
			libpff_record_entry_t *entry = NULL;
			if (libpff_record_set_get_entry_by_index(set, i, &entry, &error) == 1)
				e = entry_add(entry, out);
			libpff_record_entry_free(&entry, NULL);
		}
	}
	libpff_record_set_free(&set, NULL);
	libpff_error_free(&error);
	return e ? e : mapi_convert(out, 0, why);
}

/* Large bodies lie in a stream of their own, which the record set may leave out. */
static int body_add(libpff_item_t *message, struct mapi *out)
{
	size_t size = 0;
	libpff_error_t *error = NULL;
	int e = OK;
	if (!mapi_text(out, BODY).n && libpff_message_get_plain_text_body_size(message, &size, &error) == 1
	    && size && size <= VALUE_MAX) {
		unsigned char *copy = arena_take(out->arena, size);
		if (!copy)
			e = E_MEMORY;
		else if (libpff_message_get_plain_text_body(message, copy, size, &error) == 1)
			e = mapi_add(out, BODY, MAPI_STRING8, span_of(copy, copy[size - 1] ? size : size - 1));
	}
	libpff_error_free(&error);
	if (!e && !mapi_get(out, BODY_HTML) && libpff_message_get_html_body_size(message, &size, &error) == 1
	    && size && size <= VALUE_MAX) {
		unsigned char *copy = arena_take(out->arena, size);
		if (!copy)
			e = E_MEMORY;
		else if (libpff_message_get_html_body(message, copy, size, &error) == 1)
			e = mapi_add(out, BODY_HTML, MAPI_BINARY, span_of(copy, copy[size - 1] ? size : size - 1));
	}
	libpff_error_free(&error);
	return e;
}

static int recipients_read(struct place *at, libpff_item_t *message, struct mapi **list, size_t *count, struct fault *why)
{
	libpff_item_t *recipients = NULL;
	libpff_error_t *error = NULL;
	int sets = 0, e = OK;
	if (libpff_message_get_recipients(message, &recipients, &error) == 1
	    && libpff_item_get_number_of_record_sets(recipients, &sets, &error) == 1 && sets > 0) {
		sets = sets < RECIPIENTS_MAX ? sets : RECIPIENTS_MAX;
		*list = arena_array(at->item.arena, (size_t)sets, sizeof(**list));
		for (int i = 0; *list && i < sets && !e; i++) {
			(*list)[*count].arena = at->item.arena;
			e = set_read(recipients, i, &(*list)[(*count)++], why);
		}
	}
	libpff_item_free(&recipients, NULL);
	libpff_error_free(&error);
	return e;
}

static int message_read(struct pst *p, libpff_item_t *message, struct place *at);

static int nested_read(struct pst *p, libpff_item_t *attachment, struct span name, struct place *at)
{
	libpff_item_t *inside = NULL;
	libpff_error_t *error = NULL;
	struct child c = { .name = name, .stated_type = "application/vnd.ms-outlook", .times = TIMES_UNKNOWN, .is_virtual = true };
	if (at->depth >= MESSAGE_DEPTH_MAX)
		return sink_child_lost(at->out, &c, STATUS_SKIPPED, "messages nested too deep");
	if (libpff_attachment_get_item(attachment, &inside, &error) != 1) {
		struct fault why;
		pff_fault(&error, &why, "attached message");
		return sink_child_lost(at->out, &c, STATUS_UNREADABLE, why.text);
	}
	struct place below = *at;
	below.depth++;
	int e = sink_open(at->out, &c, &below.out);
	if (!e) {
		e = message_read(p, inside, &below);
		e = sink_close(below.out, e, p->why);
	}
	libpff_item_free(&inside, NULL);
	return e;
}

/* The size is what the file states; reading ends where the data end. */
static int data_read(libpff_item_t *attachment, size_t size, struct buf *out, struct sink *sink, struct fault *why)
{
	libpff_error_t *error = NULL;
	while (out->n < size) {	/* each turn reads a byte or more */
		size_t want = size - out->n < CHUNK ? size - out->n : CHUNK;
		unsigned char *to = buf_reserve(out, want);
		if (!to)
			return fault_set(why, E_MEMORY, "no memory for an attachment of %zu bytes", size);
		ssize_t got = libpff_attachment_data_read_buffer(attachment, to, want, &error);
		if (got <= 0) {
			pff_fault(&error, why, "attachment");
			return PART;
		}
		out->n += (size_t)got;
		int e = sink_spend(sink, (uint64_t)got);
		if (e)
			return e;
	}
	return OK;
}

static int file_read(struct pst *p, libpff_item_t *attachment, struct child c, struct place *at)
{
	size64_t size = 0;
	libpff_error_t *error = NULL;
	struct fault why = { "" };
	struct buf bytes;
	bool is_encrypted;
	if (libpff_attachment_get_data_size(attachment, &size, &error) != 1 || size > ATTACHMENT_MAX) {
		pff_fault(&error, &why, "attachment");
		p->is_part = true;
		return sink_child_lost(at->out, &c, STATUS_UNREADABLE, why.text);
	}
	buf_init(&bytes, size + CHUNK);
	int e = data_read(attachment, size, &bytes, at->out, &why);
	bool is_cut = e == PART;
	c.bytes = buf_span(&bytes);
	if (e >= 0)
		e = is_cut && !bytes.n ? sink_child_lost(at->out, &c, STATUS_UNREADABLE, why.text)
			: mail_give_attachment(at->out, &c, &is_encrypted);
	else
		*p->why = why;
	if (!e && is_cut) {
		p->is_part = true;
		e = sink_damage(at->out, STATUS_PARTIAL, 0, 0, why.text);
	}
	buf_release(&bytes);
	return e;
}

static int attachment_read(struct pst *p, libpff_item_t *attachment, int number, struct place *at)
{
	struct mapi props = { .arena = at->item.arena };
	libpff_error_t *error = NULL;
	int type = LIBPFF_ATTACHMENT_TYPE_UNDEFINED;
	int e = set_read(attachment, 0, &props, p->why);
	struct span name = mapi_attachment_name(&props);
	if (e)
		return e;
	if (!name.n) {
		const char *s = arena_format(at->item.arena, "attachment %d", number + 1);
		name = span_str(s);
	}
	libpff_attachment_get_type(attachment, &type, &error);
	libpff_error_free(&error);
	struct child c = { .name = name, .stated_type = mapi_attachment_type(&props), .times = TIMES_UNKNOWN };
	if (type == LIBPFF_ATTACHMENT_TYPE_ITEM)
		return nested_read(p, attachment, name, at);
	if (type == LIBPFF_ATTACHMENT_TYPE_REFERENCE)
		return sink_child_lost(at->out, &c, STATUS_UNREADABLE, "an attachment by reference: its bytes are not in the box");
	return file_read(p, attachment, c, at);
}

static int attachments_read(struct pst *p, libpff_item_t *message, struct place *at)
{
	libpff_error_t *error = NULL;
	int count = 0, e = OK;
	if (libpff_message_get_number_of_attachments(message, &count, &error) != 1)
		count = 0;
	libpff_error_free(&error);
	for (int i = 0; i < count && i < ATTACHMENTS_MAX && !e; i++) {
		libpff_item_t *attachment = NULL;
		if (libpff_message_get_attachment(message, i, &attachment, &error) == 1)
			e = attachment_read(p, attachment, i, at);
		else
			e = damage_tell(p, at->out, &error, "attachment");
		libpff_item_free(&attachment, NULL);
	}
	return e;
}

static int message_read(struct pst *p, libpff_item_t *message, struct place *at)
{
	struct mapi props = { .arena = at->item.arena }, *recipients = NULL;
	size_t count = 0;
	struct mail_give give = { .it = &at->item, .out = at->out, .mailbox = at->folder, .is_deleted = at->is_deleted };
	int e = sink_spend(at->out, WORK_OF_A_NODE);
	if (!e)
		e = set_read(message, 0, &props, p->why);
	if (!e)
		e = body_add(message, &props);
	if (!e && !props.count)
		e = fault_set(p->why, E_DAMAGED, "a message without properties");
	if (!e)
		e = recipients_read(at, message, &recipients, &count, p->why);
	if (!e)
		e = mapi_give(&give, &props, recipients, count, p->why);
	return e ? e : attachments_read(p, message, at);
}

/* Opens the item of a message, reads it with memory of its own, and closes it. */
static int message_open(struct pst *p, libpff_item_t *message, uint64_t number, const struct place *above)
{
	struct arena arena;
	arena_init(&arena, MESSAGE_MEMORY);
	struct place at = *above;
	const char *name = arena_format(&arena, "msg %llu", (unsigned long long)number);
	struct child c = { .name = span_str(name), .stated_type = "application/vnd.ms-outlook", .times = TIMES_UNKNOWN, .is_virtual = true };
	at.item.arena = &arena;
	int e = sink_open(above->out, &c, &at.out);
	if (!e) {
		e = message_read(p, message, &at);
		p->is_part = p->is_part || e == E_DAMAGED;
		e = sink_close(at.out, e, p->why);
	}
	arena_release(&arena);
	return e;
}

static int messages_read(struct pst *p, libpff_item_t *folder, int count, const struct place *at)
{
	int e = OK;
	for (int i = 0; i < count && !e; i++) {
		libpff_item_t *message = NULL;
		libpff_error_t *error = NULL;
		if (libpff_folder_get_sub_message(folder, i, &message, &error) == 1)
			e = message_open(p, message, (uint64_t)i + 1, at);
		else
			e = damage_tell(p, at->out, &error, "message");
		libpff_item_free(&message, NULL);
	}
	return e;
}

static struct span folder_name(libpff_item_t *folder, struct arena *arena)
{
	size_t size = 0;
	libpff_error_t *error = NULL;
	struct span name = span_of(NULL, 0);
	if (libpff_folder_get_utf8_name_size(folder, &size, &error) == 1 && size > 1 && size < 4096) {
		unsigned char *s = arena_take(arena, size);
		if (s && libpff_folder_get_utf8_name(folder, s, size, &error) == 1)
			name = span_of(s, size - 1);
	}
	libpff_error_free(&error);
	return name;
}

static int folder_read(struct pst *p, libpff_item_t *folder, struct place *at);

static int folders_read(struct pst *p, libpff_item_t *folder, int count, struct place *at)
{
	int e = OK;
	for (int i = 0; i < count && !e; i++) {
		libpff_item_t *sub = NULL;
		libpff_error_t *error = NULL;
		if (libpff_folder_get_sub_folder(folder, i, &sub, &error) == 1)
			e = folder_read(p, sub, at);
		else
			e = damage_tell(p, at->out, &error, "folder");
		libpff_item_free(&sub, NULL);
	}
	return e;
}

static void counts_of(libpff_item_t *folder, int *messages, int *folders)
{
	libpff_error_t *error = NULL;
	if (libpff_folder_get_number_of_sub_messages(folder, messages, &error) != 1 || *messages < 0)
		*messages = 0;
	libpff_error_free(&error);
	if (libpff_folder_get_number_of_sub_folders(folder, folders, &error) != 1 || *folders < 0)
		*folders = 0;
	libpff_error_free(&error);
}

static int folder_fill(struct pst *p, libpff_item_t *folder, struct place *at, int messages, int folders)
{
	int e = messages ? mail_give_mailbox(at->out, at->folder, (uint64_t)messages) : OK;
	if (!e)
		e = messages_read(p, folder, messages, at);
	return e ? e : folders_read(p, folder, folders, at);
}

/*
 * An empty folder is no item. The first two levels (root, "Top of Personal
 * Folders") hold the user's folders and no mail; they do not show.
 */
static int folder_read(struct pst *p, libpff_item_t *folder, struct place *at)
{
	int messages = 0, folders = 0;
	int e = sink_spend(at->out, WORK_OF_A_NODE);
	counts_of(folder, &messages, &folders);
	if (e || (!messages && !folders))
		return e;
	if (at->depth >= FOLDER_DEPTH_MAX || ++p->folders > FOLDERS_MAX) {
		p->is_part = true;
		return sink_damage(at->out, STATUS_PARTIAL, 0, 0, "folders nested too deep or too many");
	}
	struct place below = *at;
	below.depth++;
	if (at->depth < 2 && !messages)
		return folders_read(p, folder, folders, &below);
	struct span name = folder_name(folder, p->it->arena);
	struct child c = { .name = name.n ? name : span_str("folder"), .times = TIMES_UNKNOWN, .is_virtual = true };
	below.folder = c.name;
	e = sink_open(at->out, &c, &below.out);
	if (e)
		return e;
	struct place inside = below;
	e = folder_fill(p, folder, &inside, messages, folders);
	return sink_close(below.out, e, p->why);
}

static bool is_message(libpff_item_t *item)
{
	uint8_t type = LIBPFF_ITEM_TYPE_UNDEFINED;
	libpff_error_t *error = NULL;
	if (libpff_item_get_type(item, &type, &error) != 1)
		type = LIBPFF_ITEM_TYPE_UNDEFINED;
	libpff_error_free(&error);
	switch (type) {
	case LIBPFF_ITEM_TYPE_UNDEFINED: case LIBPFF_ITEM_TYPE_ATTACHMENT: case LIBPFF_ITEM_TYPE_ATTACHMENTS:
	case LIBPFF_ITEM_TYPE_FOLDER: case LIBPFF_ITEM_TYPE_RECIPIENTS: case LIBPFF_ITEM_TYPE_SUB_ASSOCIATED_CONTENTS:
	case LIBPFF_ITEM_TYPE_SUB_FOLDERS: case LIBPFF_ITEM_TYPE_SUB_MESSAGES: case LIBPFF_ITEM_TYPE_UNKNOWN:
	case LIBPFF_ITEM_TYPE_CONFIGURATION:
		return false;
	default:
		return true;
	}
}

typedef int (*item_get)(libpff_file_t *file, int number, libpff_item_t **item, libpff_error_t **error);

/* Numbers go on from *number; the folder is opened with the first message. */
static int lost_read(struct pst *p, item_get get, int count, struct place *at, uint64_t *number)
{
	int e = OK;
	for (int i = 0; i < count && !e; i++) {
		libpff_item_t *item = NULL;
		libpff_error_t *error = NULL;
		e = sink_spend(at->out, WORK_OF_A_NODE);
		if (!e && get(p->file, i, &item, &error) == 1 && is_message(item))
			e = message_open(p, item, ++*number, at);
		libpff_error_free(&error);
		libpff_item_free(&item, NULL);
	}
	return e;
}

static int recovered_read(struct pst *p, struct sink *out)
{
	libpff_error_t *error = NULL;
	int orphans = 0, recovered = 0;
	uint64_t number = 0;
	if (libpff_file_recover_items(p->file, 0, &error) == 1
	    && libpff_file_get_number_of_recovered_items(p->file, &recovered, &error) != 1)
		recovered = 0;
	libpff_error_free(&error);
	if (libpff_file_get_number_of_orphan_items(p->file, &orphans, &error) != 1)
		orphans = 0;
	libpff_error_free(&error);
	if (orphans <= 0 && recovered <= 0)
		return OK;
	struct child c = { .name = span_str("(recovered)"), .times = TIMES_UNKNOWN, .is_virtual = true };
	struct place at = { .item = *p->it, .folder = c.name, .is_deleted = true };
	int e = sink_open(out, &c, &at.out);
	if (e)
		return e;
	e = lost_read(p, libpff_file_get_orphan_item_by_index, orphans, &at, &number);
	if (!e)
		e = lost_read(p, libpff_file_get_recovered_item_by_index, recovered, &at, &number);
	if (!e && number)
		e = mail_give_mailbox(at.out, c.name, number);
	return sink_close(at.out, e, p->why);
}

/* [MS-PST] 2.2.2.6: where the file ends, as its header says; version 23 and later count in 64 bits. */
static uint64_t stated_size(struct span bytes)
{
	struct cur version = cur_of(span_from(bytes, 10)), ansi = cur_of(span_from(bytes, 0xA8));
	struct cur wide = cur_of(span_from(bytes, 0xB8));
	return cur_u16le(&version) >= 23 ? cur_u64le(&wide) : cur_u32le(&ansi);
}

static int wholeness_tell(struct pst *p, struct sink *out)
{
	uint64_t size = stated_size(p->it->bytes), have = p->it->bytes.n;
	libpff_error_t *error = NULL;
	bool is_corrupt = libpff_file_is_corrupted(p->file, &error) == 1;
	libpff_error_free(&error);
	if (size <= have && !is_corrupt)
		return OK;
	p->is_part = true;
	if (size <= have)
		return sink_damage(out, STATUS_PARTIAL, 0, 0, "libpff calls the box corrupt");
	char *reason = arena_format(p->it->arena, "the box breaks off: %llu bytes stated", (unsigned long long)size);
	return sink_damage(out, STATUS_PARTIAL, have, 0, reason ? reason : "the box breaks off");
}

static int pst_open(struct pst *p)
{
	libpff_error_t *error = NULL;
	libbfio_error_t *io_error = NULL;
	unsigned char *start = (unsigned char *)p->it->bytes.p;	/* libbfio wants it writable, libpff only reads */
	if (libbfio_memory_range_initialize(&p->bytes, &io_error) != 1
	    || libbfio_memory_range_set(p->bytes, start, p->it->bytes.n, &io_error) != 1
	    || libpff_file_initialize(&p->file, &error) != 1) {
		libbfio_error_free(&io_error);
		libpff_error_free(&error);
		return fault_set(p->why, E_MEMORY, "no memory for libpff");
	}
	if (libpff_file_open_file_io_handle(p->file, p->bytes, LIBPFF_OPEN_READ, &error) != 1)
		return pff_fault(&error, p->why, "not opened");
	return OK;
}

static void pst_close(struct pst *p)
{
	if (p->file)
		libpff_file_close(p->file, NULL);
	libpff_file_free(&p->file, NULL);
	libbfio_handle_free(&p->bytes, NULL);
}

static int pst_read(const struct item *it, struct sink *out, struct fault *why)
{
	struct pst p = { .it = it, .why = why };
	struct place at = { .out = out, .item = *it };
	libpff_item_t *root = NULL;
	libpff_error_t *error = NULL;
	int e = sink_spend(out, it->bytes.n);
	if (e)
		return e;
	e = pst_open(&p);
	if (e)
		goto out;
	e = wholeness_tell(&p, out);
	if (e)
		goto out;
	if (libpff_file_get_root_folder(p.file, &root, &error) == 1)
		e = folder_read(&p, root, &at);
	else
		e = damage_tell(&p, out, &error, "root folder");
	if (!e)
		e = recovered_read(&p, out);
	if (!e && p.is_part)
		e = PART;
out:
	libpff_item_free(&root, NULL);
	pst_close(&p);
	return e;
}

static int pst_init(const struct options *o, struct fault *why)
{
	(void)o;
	return encoding_init(why);
}

const struct reader reader_pst = {
	.name = "pst", .help = "Outlook folders (PST, OST)", .type = "application/vnd.ms-outlook-pst", .peek = PEEK,
	.probe = pst_probe, .read = pst_read, .init = pst_init,
};
