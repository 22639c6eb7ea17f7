#include "read/sqlite_free.h"

#include "base/arena.h"
#include "read/strings.h"

#include <stdlib.h>

/* sqlite.org/fileformat2.html, sections 1.3 (header), 1.5 (freelist), 1.6 (b-tree pages) */
enum { AT_PAGE_SIZE = 16, AT_FREELIST = 32, HEADER = 100, REGION_MIN = 8 };

struct file {
	struct span bytes;
	size_t page_size, pages;
	unsigned char *is_free;	/* one a page */
	bool with_lost;
	struct sink *out;
};

static uint32_t u32_at(struct span s, size_t at)
{
	struct cur c = cur_of(span_from(s, at));
	return cur_u32be(&c);
}

static uint16_t u16_at(struct span s, size_t at)
{
	struct cur c = cur_of(span_from(s, at));
	return cur_u16be(&c);
}

static struct span page_of(const struct file *f, uint32_t number)
{
	return number < 1 || number > f->pages ? span_of(NULL, 0)
	                                       : span_sub(f->bytes, (number - 1) * f->page_size, f->page_size);
}

static bool is_zero(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i])
			return false;
	return true;
}

static int give_region(struct file *f, struct span region)
{
	if (region.n < REGION_MIN || is_zero(region))
		return OK;
	return strings_give(region, (uint64_t)(region.p - f->bytes.p), "deleted", f->out);
}

static void mark_free(struct file *f, uint32_t number)
{
	if (number >= 1 && number <= f->pages)
		f->is_free[number - 1] = 1;
}

/* The chain of trunk pages, each with the numbers of leaf pages; a page is visited once, so a loop ends. */
static void mark_freelist(struct file *f)
{
	uint32_t trunk = u32_at(f->bytes, AT_FREELIST);
	while (trunk >= 1 && trunk <= f->pages && !f->is_free[trunk - 1]) {
		struct span page = page_of(f, trunk);
		uint32_t n = u32_at(page, 4), room = (uint32_t)(f->page_size / 4 - 2);
		mark_free(f, trunk);
		for (uint32_t i = 0; i < n && i < room; i++)
			mark_free(f, u32_at(page, 8 + 4 * (size_t)i));
		trunk = u32_at(page, 0);
	}
}

/* Gap between the cell pointers and the cells, and the chain of freeblocks, which only goes forward. */
static int give_gaps(struct file *f, uint32_t number)
{
	struct span page = page_of(f, number);
	size_t at = number == 1 ? HEADER : 0;
	int type = span_at(page, at);
	if (type != 2 && type != 5 && type != 10 && type != 13)
		return f->with_lost && number > 1 ? give_region(f, page) : OK;
	size_t first = at + (type == 2 || type == 5 ? 12 : 8) + 2 * (size_t)u16_at(page, at + 3);
	size_t content = u16_at(page, at + 5);
	int e = content > first && content <= page.n ? give_region(f, span_sub(page, first, content - first)) : OK;
	for (size_t block = u16_at(page, at + 1), next; block && !e; block = next) {
		size_t n = u16_at(page, block + 2);
		next = u16_at(page, block);
		e = n > 4 ? give_region(f, span_sub(page, block + 4, n - 4)) : OK;
		if (next <= block)
			break;
	}
	return e;
}

int sqlite_give_free(struct span bytes, bool with_lost, struct sink *out)
{
	struct file f = {
		.bytes = bytes, .out = out, .with_lost = with_lost, .page_size = u16_at(bytes, AT_PAGE_SIZE),
	};
	if (f.page_size == 1)
		f.page_size = 65536;
	if (f.page_size < 512 || (f.page_size & (f.page_size - 1)))
		return OK;
	f.pages = bytes.n / f.page_size < UINT32_MAX ? bytes.n / f.page_size : 0;
	f.is_free = calloc(f.pages + 1, 1);
	if (!f.is_free)
		return E_MEMORY;
	mark_freelist(&f);
	int e = OK;
	for (uint32_t i = 1; i <= f.pages && !e; i++) {
		e = f.is_free[i - 1] ? give_region(&f, page_of(&f, i)) : give_gaps(&f, i);
		if (!e && i % 1024 == 0)
			e = sink_spend(out, 1024 * f.page_size);
	}
	free(f.is_free);
	return e;
}
