// Checks that count, in scenarios that have names: every test program ends with
// `return checks_done();`. Its arguments: PKI [SCENARIO | --list].
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>

#include "inkotls.h"

#define CHECK(condition) check_that((condition) != 0, __FILE__, __LINE__, #condition)
#define CHECK_INT(got, want) check_int((long)(got), (long)(want), __FILE__, __LINE__, #got)
#define CHECK_TEXT(got, part) check_text((got), (part), __FILE__, __LINE__, #got)

// The program's argument: a part of the names of the scenarios to run, or --list. NULL: all run.
void choose_scenarios(const char *part);

// Begins the scenario of this name, if it is chosen. With --list it prints the name, and none is.
int begins(const char *format, ...) __attribute__((format(printf, 1, 2)));
void once(const char *name, void (*scenario)(void));

// What is being tested now; printed with a failure.
void checking(const char *format, ...) __attribute__((format(printf, 1, 2)));

int check_that(int holds, const char *file, int line, const char *what);
int check_int(long got, long want, const char *file, int line, const char *what);
int check_text(const char *got, const char *part, const char *file, int line, const char *what);

// Whether a text is one line of at most 500 bytes, in UTF-8, without control characters and without
// characters that change the direction of a line.
int is_safe_to_log(const char *text, size_t len);

// Prints the names of the scenarios that failed, and "N passed, N failed"; returns the exit code.
int checks_done(void);

// Ends the program where a test cannot go on.
_Noreturn void give_up(const char *why);

#endif
