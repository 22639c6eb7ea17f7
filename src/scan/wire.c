#include "scan/wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FDS_MAX = 250 };

void job_pack(struct buf *b, const struct job *j)
{
	pack_u64(b, j->size);
	pack_span(b, j->trail);
	pack_span(b, j->name);
	pack_i64(b, j->modified);
	pack_i64(b, j->created);
	pack_i64(b, j->accessed);
	pack_u64(b, j->is_rerun);
	pack_u64(b, j->is_raw);
	pack_u64(b, j->is_hash_only);
	pack_u64(b, j->own_volume);
	pack_u64(b, j->volumes);
}

void job_unpack(struct cur *c, struct job *j)
{
	j->size = unpack_u64(c);
	j->trail = unpack_span(c);
	j->name = unpack_span(c);
	j->modified = unpack_i64(c);
	j->created = unpack_i64(c);
	j->accessed = unpack_i64(c);
	j->is_rerun = unpack_u64(c) != 0;
	j->is_raw = unpack_u64(c) != 0;
	j->is_hash_only = unpack_u64(c) != 0;
	j->own_volume = (uint32_t)unpack_u64(c);
	j->volumes = (uint32_t)unpack_u64(c);
}

static void where_pack(struct buf *b, const struct where *w)
{
	pack_u64(b, w->space);
	pack_u64(b, w->is_cell);
	pack_u64(b, w->start);
	pack_u64(b, w->end);
	pack_str(b, w->sheet);
	pack_u64(b, w->row);
	pack_u64(b, w->column);
	pack_u64(b, w->page);
}

static void where_unpack(struct cur *c, struct arena *a, struct where *w)
{
	uint64_t space = unpack_u64(c);
	w->space = space <= SPACE_OCR ? (enum space)space : SPACE_RAW;
	c->bad |= space > SPACE_OCR;
	w->is_cell = unpack_u64(c) != 0;
	w->start = unpack_u64(c);
	w->end = unpack_u64(c);
	struct span sheet = unpack_span(c);
	w->sheet = sheet.n ? arena_string(a, sheet) : NULL;
	w->row = unpack_u64(c);
	w->column = (uint32_t)unpack_u64(c);
	w->page = (uint32_t)unpack_u64(c);
}

static void kind_pack(struct buf *b, enum kind k)
{
	pack_u64(b, k);
}

static enum kind kind_unpack(struct cur *c)
{
	uint64_t k = unpack_u64(c);
	c->bad |= k >= KIND_COUNT;
	return k < KIND_COUNT ? (enum kind)k : 0;
}

void finding_pack(struct buf *b, const struct finding *f)
{
	unsigned n = 0;
	while (n < CHECKS_MAX && f->checks[n])
		n++;
	kind_pack(b, f->kind);
	pack_span(b, f->value);
	pack_f64(b, f->confidence);
	pack_f64(b, f->chance);
	pack_str(b, f->rule);
	pack_u64(b, n);
	for (unsigned i = 0; i < n; i++)
		pack_str(b, f->checks[i]);
	where_pack(b, &f->where);
}

int finding_unpack(struct cur *c, struct arena *a, struct finding *f)
{
	*f = (struct finding){ .kind = kind_unpack(c) };
	f->value = unpack_span(c);
	f->confidence = unpack_f64(c);
	f->chance = unpack_f64(c);
	f->rule = arena_string(a, unpack_span(c));
	uint64_t n = unpack_u64(c);
	c->bad |= n > CHECKS_MAX;
	for (uint64_t i = 0; i < n && !c->bad; i++)
		f->checks[i] = arena_string(a, unpack_span(c));
	where_unpack(c, a, &f->where);
	c->bad |= !(f->confidence >= 0 && f->confidence <= 1);
	return c->bad ? E_DAMAGED : OK;
}

void claim_pack(struct buf *b, const struct claim *claim)
{
	pack_str(b, claim->basis);
	where_pack(b, &claim->where);
	pack_u64(b, claim->count);
	for (unsigned i = 0; i < claim->count; i++) {
		kind_pack(b, claim->elements[i].kind);
		pack_span(b, claim->elements[i].value);
	}
	pack_span(b, claim->address_date);
}

int claim_unpack(struct cur *c, struct arena *a, struct claim *claim)
{
	*claim = (struct claim){ .basis = arena_string(a, unpack_span(c)) };
	where_unpack(c, a, &claim->where);
	uint64_t n = unpack_u64(c);
	c->bad |= n > ELEMENTS_MAX;
	for (uint64_t i = 0; i < n && !c->bad; i++) {
		claim->elements[i].kind = kind_unpack(c);
		claim->elements[i].value = unpack_span(c);
		claim->count++;
	}
	claim->address_date = unpack_span(c);
	return c->bad ? E_DAMAGED : OK;
}

void mail_pack(struct buf *b, const struct mail_head *m)
{
	pack_span(b, m->message_id);
	pack_span(b, m->from);
	pack_span(b, m->to);
	pack_span(b, m->cc);
	pack_span(b, m->subject);
	pack_span(b, m->mailbox);
	pack_i64(b, m->sent);
	pack_u64(b, m->is_deleted);
}

int mail_unpack(struct cur *c, struct mail_head *m)
{
	m->message_id = unpack_span(c);
	m->from = unpack_span(c);
	m->to = unpack_span(c);
	m->cc = unpack_span(c);
	m->subject = unpack_span(c);
	m->mailbox = unpack_span(c);
	m->sent = unpack_i64(c);
	m->is_deleted = unpack_u64(c) != 0;
	return c->bad ? E_DAMAGED : OK;
}

int wire_write(int fd, struct span bytes)
{
	while (bytes.n) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return E_STOPPED;
		bytes = span_from(bytes, (size_t)n);
	}
	return OK;
}

int wire_read(int fd, void *to, size_t n)
{
	unsigned char *at = to;
	while (n) {
		ssize_t got = read(fd, at, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return E_STOPPED;
		at += got;
		n -= (size_t)got;
	}
	return OK;
}

int wire_send_fds(int fd, struct span bytes, const int *fds, unsigned count)
{
	_Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(int) * FDS_MAX)];
	struct iovec io = { (void *)bytes.p, bytes.n };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1 };
	if (count > FDS_MAX)
		return E_LIMIT;
	if (count) {
		memset(control, 0, sizeof(control));
		m.msg_control = control;
		m.msg_controllen = CMSG_SPACE(sizeof(int) * count);
		struct cmsghdr *h = CMSG_FIRSTHDR(&m);
		h->cmsg_level = SOL_SOCKET;
		h->cmsg_type = SCM_RIGHTS;
		h->cmsg_len = CMSG_LEN(sizeof(int) * count);
		memcpy(CMSG_DATA(h), fds, sizeof(int) * count);
	}
	ssize_t n = sendmsg(fd, &m, MSG_NOSIGNAL);
	if (n < 0)
		return E_STOPPED;
	return wire_write(fd, span_from(bytes, (size_t)n));
}

long wire_recv_fds(int fd, void *to, size_t room, int *fds, unsigned *count)
{
	_Alignas(struct cmsghdr) unsigned char control[CMSG_SPACE(sizeof(int) * FDS_MAX)];
	struct iovec io = { to, room };
	struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
	unsigned max = *count;
	*count = 0;
	ssize_t n;
	do
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	for (struct cmsghdr *h = n > 0 ? CMSG_FIRSTHDR(&m) : NULL; h; h = CMSG_NXTHDR(&m, h)) {
		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		unsigned k = (unsigned)((h->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		for (unsigned i = 0; i < k; i++) {
			int one;
			memcpy(&one, CMSG_DATA(h) + i * sizeof(int), sizeof(int));
			if (*count < max)
				fds[(*count)++] = one;
			else
				close(one);
		}
	}
	return n;
}
