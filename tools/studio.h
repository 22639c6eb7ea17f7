/*
 * studio: writes the dump of a fictional film studio, and beside it what was
 * planted in it: the truth that examine is measured by. Nothing here is
 * shared with the detectors: numbers are made by their own published rules.
 * A program for demonstration, tests and benches; it exits on any error.
 *
 * The same N and seed give the same truth and the same bytes (protected
 * archives apart, whose salts come from the libraries).
 */
#ifndef STUDIO_H
#define STUDIO_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* ---- chance: SplitMix64 */
uint64_t dice(void);
void     dice_seed(uint64_t seed);
unsigned below(unsigned n);			/* 0 .. n-1 */
unsigned between(unsigned low, unsigned high);	/* both ends included */
char    *digits(unsigned n);			/* n random digits */
char    *letters(unsigned n);			/* n random capitals */
char    *token(unsigned n);			/* n of A-Z a-z 0-9, mixed */
char    *hex(unsigned n);
char    *format(const char *f, ...) __attribute__((format(printf, 1, 2)));	/* kept until the end */
void     quit(const char *what, const char *why) __attribute__((noreturn));

/* ---- persons */
enum land { US, GB, DE, FR, ES, IT, NL, PL, BR, IN, CN, KR, JP, CA, RU, SE, LANDS };
struct person {
	enum land land;
	const char *given, *family, *name;	/* as written at home in Latin letters */
	const char *native;			/* in the country's own letters, or NULL */
	const char *latin_given, *latin_family;	/* A-Z alone */
	int year, month, day;
	bool is_woman;
	const char *birth;			/* YYYY-MM-DD */
	const char *email, *phone;		/* phone: with + and country code */
	const char *street, *city, *region, *postcode;	/* region may be NULL */
	const char *national_id;		/* or NULL: kind below */
	const char *national_kind;
	const char *passport, *mrz[2], *visa, *visa_mrz[2];
	const char *licence;			/* US and Canada, or NULL */
	const char *card, *card_expiry, *cvv;
	const char *iban, *bic;			/* Europe, or NULL */
	const char *routing, *account;		/* US, or NULL */
	const char *nhs;			/* GB, or NULL */
	const char *itin;			/* some foreigners, or NULL */
	const char *user, *password, *title, *department;
	unsigned salary, employee;
};
extern struct person *people;
extern unsigned people_count;
void people_make(unsigned n);
extern const char *const land_names[LANDS], *const land_codes[LANDS];	/* "Germany", "D<<" */
/* The address on one line. */
const char *address_of(const struct person *p);

/* ---- numbers by the rules of their issuers (studio_numbers.c) */
int   luhn_digit(const char *s);
char *number_for(const struct person *p, const char **kind);	/* the national identifier */
char *make_ssn(void);
char *make_itin(void);
char *make_card(void);
char *make_iban(enum land land);
char *make_routing(void);
char *make_nhs(void);
char *make_nie(void);
void  make_passport_mrz(struct person *p);
void  make_visa_mrz(struct person *p);
void  make_id_mrz(const struct person *p, char *lines[3]);

/* ---- papers: bytes and what is planted in them */
struct plant { const char *under, *kind, *value; int person; };	/* under: trail below the paper, "" or "//x" */
struct paper { char *bytes; size_t n, room; struct plant *plants; size_t count, plant_room; };
struct paper *paper_new(void);
void add(struct paper *p, const void *bytes, size_t n);
void say(struct paper *p, const char *f, ...) __attribute__((format(printf, 2, 3)));
void plant(struct paper *p, const char *kind, const char *value, int person);
/* Says the value and plants it. */
void tell(struct paper *p, const char *kind, const char *value, int person);
/* The document as a whole is of that kind. */
void is_a(struct paper *p, const char *kind);
/* Takes over another's plants, under a trail below. */
void carry(struct paper *to, const struct paper *from, const char *under);
/* The same plants over other bytes; p's bytes are replaced. */
void rewrite(struct paper *p, char *bytes, size_t n);
/* Writes the file into the dump, and its truth. May be called again for copies. */
void keep(const struct paper *p, const char *path, ...) __attribute__((format(printf, 2, 3)));
/* The file is written, but nothing of it can be read. */
void keep_hidden(const struct paper *p, const char *path);

/* ---- tables */
enum { COLUMNS_MAX = 20 };
struct column { const char *head, *kind; };	/* kind NULL: nothing personal in it */
struct table {
	const char *sheet;
	unsigned columns, rows, room;
	struct column column[COLUMNS_MAX];
	const char **cells;
	int *person;
};
/* Kinds "given" and "family" are together one person-name, "street" an address. */
struct table *table_new(const char *sheet, const struct column *columns, unsigned n);
void table_row(struct table *t, int person, ...);	/* one const char * for each column; NULL is empty */
struct paper *table_csv(const struct table *t, char separator);
struct paper *table_xlsx(struct table *const *sheets, unsigned n);
struct paper *table_ods(const struct table *t);
struct paper *table_html(const struct table *t, const char *title);
struct paper *table_json(const struct table *t, bool is_lines);
struct paper *table_xml(const struct table *t);
struct paper *table_sql(const struct table *t, bool is_copy);	/* mysqldump's way, or pg_dump's */
struct paper *table_sqlite(const struct table *t);

/* ---- containers and documents: they take the text of a paper over */
struct member { const char *name; struct paper *paper; };
/* format: zip, 7zip, tar.gz; password or NULL. */
struct paper *pack(const char *format, const struct member *m, unsigned n, const char *password);
struct paper *as_docx(struct paper *text);
struct paper *as_odt(struct paper *text);
struct paper *as_rtf(struct paper *text);	/* text is UTF-8 */
struct paper *as_pdf(struct paper *text);	/* lines of Latin-1 at most */
struct paper *as_charset(struct paper *text, const char *charset);
struct paper *as_mail(const struct paper *text, int from, int to, const char *subject, const struct member *files, unsigned n);
/* A passport's data page; format: png, jpg, pdf (scanned). */
struct paper *as_picture(int person, const char *format);

/* ---- departments */
void studio_hr(void);
void studio_legal(void);
void studio_finance(void);
void studio_it(void);
void studio_production(void);
void studio_mail(void);
void studio_decoys(void);
void studio_archives(void);

#endif
