#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Atomic unsigned long passed, failed;  // from any thread
static char subject[256] = "";

void checking(const char *format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(subject, sizeof subject, format, args);
  va_end(args);
}

static int pass(void) {
  passed++;
  return 1;
}

static int fail(const char *file, int line, const char *text) {
  failed++;
  fprintf(stderr, "%s:%d: [%s] %s\n", file, line, subject, text);
  return 0;
}

int check_that(int holds, const char *file, int line, const char *what) {
  return holds ? pass() : fail(file, line, what);
}

int check_int(long got, long want, const char *file, int line, const char *what) {
  char text[256];
  if (got == want) return pass();
  snprintf(text, sizeof text, "%s is %ld, not %ld", what, got, want);
  return fail(file, line, text);
}

int check_text(const char *got, const char *part, const char *file, int line, const char *what) {
  char text[512];
  if (strstr(got, part)) return pass();
  snprintf(text, sizeof text, "%s is \"%s\", without \"%s\"", what, got, part);
  return fail(file, line, text);
}

int checks_done(void) {
  printf("%lu passed, %lu failed\n", passed, failed);
  return failed > 0 || passed == 0;
}

void give_up(const char *why) {
  fprintf(stderr, "[%s] cannot go on: %s\n", subject, why);
  exit(2);
}
