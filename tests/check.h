/*
 * Unit tests: TEST(name_states_the_fact) { CHECK(...); }
 * Every test in every test_*.c runs in build/unit; an argument picks those whose name contains it.
 * SKIP("why") ends a test that cannot run here. data_path("mail/...") is a path below the shared data,
 * unpacked, or NULL where that is missing.
 */
#ifndef TESTS_CHECK_H
#define TESTS_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct test { const char *name; void (*run)(void); struct test *next; };
void test_add(struct test *t);
void check_report(bool ok, const char *file, int line, const char *what);
void check_skip(const char *why);
const char *data_path(const char *below);

#define TEST(id) \
	static void test_##id(void); \
	static struct test test_row_##id = { #id, test_##id, NULL }; \
	__attribute__((constructor)) static void test_register_##id(void) { test_add(&test_row_##id); } \
	static void test_##id(void)
#define CHECK(cond) check_report((cond), __FILE__, __LINE__, #cond)
#define CHECK_STR(a, b) check_report(strcmp((a), (b)) == 0, __FILE__, __LINE__, #a " is " #b)
#define SKIP(why) do { check_skip(why); return; } while (0)

#endif
