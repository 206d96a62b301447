#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Atomic unsigned long passed, failed;  // from any thread
static _Atomic int has_failed;                // the scenario
static char subject[256] = "the beginning", scenario[256] = "", listed[256] = "";
static const char *chosen;
static int is_list, has_begun;

void choose_scenarios(const char *part) {
  chosen = part;
  is_list = part && strcmp(part, "--list") == 0;
}

static void ends(void) {
  if (has_failed && scenario[0]) fprintf(stderr, "failed: %s\n", scenario);
  has_failed = 0;
}

int begins(const char *format, ...) {
  va_list args;
  ends();
  va_start(args, format);
  vsnprintf(scenario, sizeof scenario, format, args);
  va_end(args);
  if (is_list && strcmp(listed, scenario) != 0) puts(strcpy(listed, scenario));
  if (is_list || (chosen && !strcasestr(scenario, chosen))) return 0;
  checking("%s", scenario);
  return has_begun = 1;
}

void once(const char *name, void (*run)(void)) {
  if (begins("%s", name)) run();
}

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
  has_failed = 1;
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

// The code point at the start of `text`, and how many bytes it has; 0 where it is not UTF-8.
static size_t code_point(const unsigned char *text, size_t len, unsigned long *point) {
  static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
  size_t bytes = *text < 0x80       ? 1
                 : *text >> 5 == 6  ? 2
                 : *text >> 4 == 14 ? 3
                 : *text >> 3 == 30 ? 4
                                    : 0;
  if (bytes == 0 || bytes > len) return 0;
  *point = bytes == 1 ? *text : *text & (0x7f >> bytes);
  for (size_t i = 1; i < bytes; i++) {
    if (text[i] >> 6 != 2) return 0;
    *point = *point << 6 | (text[i] & 0x3f);
  }
  return *point < least[bytes] || *point > 0x10ffff ? 0 : bytes;
}

int is_safe_to_log(const char *text, size_t len) {
  unsigned long point = 0;
  if (len > 500) return 0;
  for (size_t at = 0, bytes; at < len; at += bytes) {
    bytes = code_point((const unsigned char *)text + at, len - at, &point);
    int is_control = point < 0x20 || (point >= 0x7f && point < 0xa0) || point >> 1 == 0x2028 >> 1;
    int is_bidi = (point >= 0x200e && point <= 0x200f) || (point >= 0x202a && point <= 0x202e) ||
                  (point >= 0x2066 && point <= 0x2069);
    if (bytes == 0 || is_control || is_bidi) return 0;
  }
  return 1;
}

int checks_done(void) {
  if (is_list) return 0;
  ends();
  if (chosen && !has_begun) check_that(0, __FILE__, __LINE__, "no scenario has this in its name");
  printf("%lu passed, %lu failed\n", passed, failed);
  return failed > 0 || passed == 0;
}

void give_up(const char *why) {
  fprintf(stderr, "[%s] cannot go on: %s\n", subject, why);
  exit(2);
}
