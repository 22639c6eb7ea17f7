/* studio OUT --persons N [--seed S]: see studio.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "studio.h"

static const char *dump;
static FILE *truth;

static uint64_t state;

void quit(const char *what, const char *why)
{
	fprintf(stderr, "studio: %s: %s\n", what, why);
	exit(2);
}

void dice_seed(uint64_t seed) { state = seed; }

/* SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014. */
uint64_t dice(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

unsigned below(unsigned n) { return (unsigned)((dice() >> 32) * n >> 32); }
unsigned between(unsigned low, unsigned high) { return low + below(high - low + 1); }

static char *from_alphabet(const char *alphabet, unsigned n)
{
	char *s = malloc(n + 1);
	size_t size = strlen(alphabet);
	for (unsigned i = 0; i < n; i++)
		s[i] = alphabet[below((unsigned)size)];
	s[n] = 0;
	return s;
}

char *digits(unsigned n) { return from_alphabet("0123456789", n); }
char *letters(unsigned n) { return from_alphabet("ABCDEFGHJKLMNPRSTVWXYZ", n); }
char *token(unsigned n) { return from_alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", n); }
char *hex(unsigned n) { return from_alphabet("0123456789abcdef", n); }

char *format(const char *f, ...)
{
	char *s = NULL;
	va_list a;
	va_start(a, f);
	if (vasprintf(&s, f, a) < 0)
		quit("memory", strerror(errno));
	va_end(a);
	return s;
}

/* ---- papers */

struct paper *paper_new(void) { return calloc(1, sizeof(struct paper)); }

void add(struct paper *p, const void *bytes, size_t n)
{
	if (p->n + n > p->room)
		p->bytes = realloc(p->bytes, p->room = (p->n + n) * 2 + 256);
	memcpy(p->bytes + p->n, bytes, n);
	p->n += n;
}

void say(struct paper *p, const char *f, ...)
{
	char *s = NULL;
	va_list a;
	va_start(a, f);
	int n = vasprintf(&s, f, a);
	va_end(a);
	if (n < 0)
		quit("memory", strerror(errno));
	add(p, s, (size_t)n);
	free(s);
}

static void plant_under(struct paper *p, const char *under, const char *kind, const char *value, int person)
{
	if (p->count == p->plant_room)
		p->plants = realloc(p->plants, (p->plant_room = p->plant_room * 2 + 16) * sizeof(*p->plants));
	p->plants[p->count++] = (struct plant){ under, kind, value, person };
}

void plant(struct paper *p, const char *kind, const char *value, int person)
{
	plant_under(p, "", kind, value, person);
}

void tell(struct paper *p, const char *kind, const char *value, int person)
{
	say(p, "%s", value);
	plant(p, kind, value, person);
}

void is_a(struct paper *p, const char *kind) { plant(p, kind, "*", -1); }

void carry(struct paper *to, const struct paper *from, const char *under)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct plant *k = &from->plants[i];
		plant_under(to, format("%s%s", under, k->under), k->kind, k->value, k->person);
	}
}

void rewrite(struct paper *p, char *bytes, size_t n)
{
	free(p->bytes);
	p->bytes = bytes;
	p->n = p->room = n;
}

static void json_text(FILE *f, const char *s)
{
	putc('"', f);
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putc('\\', f);
		if ((unsigned char)*s < ' ')
			fprintf(f, "\\u%04x", *s);
		else
			putc(*s, f);
	}
	putc('"', f);
}

static void write_file(const struct paper *p, const char *path)
{
	char *whole = format("%s/%s", dump, path);
	for (char *s = whole + strlen(dump) + 1; *s; s++)
		if (*s == '/') {
			*s = 0;
			if (mkdir(whole, 0777) && errno != EEXIST)
				quit(whole, strerror(errno));
			*s = '/';
		}
	FILE *f = fopen(whole, "wb");
	if (!f || fwrite(p->bytes, 1, p->n, f) != p->n || fclose(f))
		quit(whole, strerror(errno));
	free(whole);
}

void keep(const struct paper *p, const char *path, ...)
{
	char at[512];
	va_list a;
	va_start(a, path);
	vsnprintf(at, sizeof(at), path, a);
	va_end(a);
	write_file(p, at);
	for (size_t i = 0; i < p->count; i++) {
		const struct plant *k = &p->plants[i];
		fputs("{\"item\":", truth);
		json_text(truth, format("%s/%s%s", dump, at, k->under));
		fprintf(truth, ",\"kind\":\"%s\",\"value\":", k->kind);
		json_text(truth, k->value);
		fprintf(truth, ",\"person\":%d}\n", k->person);
	}
}

void keep_hidden(const struct paper *p, const char *path) { write_file(p, path); }

/* ---- the program */

static void tell_field(FILE *f, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(f, ",\"%s\":", name);
	json_text(f, value);
}

static void write_people(void)
{
	FILE *f = fopen(format("%s.people.jsonl", dump), "w");
	if (!f)
		quit(dump, strerror(errno));
	for (unsigned i = 0; i < people_count; i++) {
		const struct person *p = &people[i];
		fprintf(f, "{\"person\":%u", i);
		tell_field(f, "name", p->name);
		tell_field(f, "native", p->native);
		tell_field(f, "birth_date", p->birth);
		tell_field(f, "email", p->email);
		tell_field(f, "phone", p->phone);
		tell_field(f, "address", address_of(p));
		tell_field(f, "national_kind", p->national_kind);
		tell_field(f, "national_id", p->national_id);
		tell_field(f, "passport", p->passport);
		fputs("}\n", f);
	}
	if (fclose(f))
		quit(dump, strerror(errno));
}

int main(int argc, char **argv)
{
	unsigned n = 60;
	uint64_t seed = 2014;
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--persons") && i + 1 < argc)
			n = (unsigned)strtoul(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 10);
		else if (argv[i][0] != '-' && !dump)
			dump = argv[i];
		else
			n = 0;
	}
	if (!dump || n < 20) {
		fputs("usage: studio OUT [--persons N (20 or more)] [--seed S]\n", stderr);
		return 2;
	}
	if (mkdir(dump, 0777) && errno != EEXIST)
		quit(dump, strerror(errno));
	truth = fopen(format("%s.truth.jsonl", dump), "w");
	if (!truth)
		quit(dump, strerror(errno));
	dice_seed(seed);
	people_make(n);
	studio_hr();
	studio_legal();
	studio_finance();
	studio_it();
	studio_production();
	studio_mail();
	studio_decoys();
	studio_archives();
	write_people();
	if (fclose(truth))
		quit(dump, strerror(errno));
	return 0;
}
