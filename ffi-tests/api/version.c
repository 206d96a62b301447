// The library's version, and the version of its ABI.

#include <stdio.h>
#include <string.h>

#include "pair.h"

static void is_three_numbers(void) {
  unsigned major, minor, patch;
  int len = 0;
  const char *version = inkotls_version();
  CHECK_INT(sscanf(version, "%u.%u.%u%n", &major, &minor, &patch, &len), 3);
  CHECK_INT(strlen(version), len);
  CHECK(inkotls_version() == version);
}

// The shared object's name ends with it: libinkotls.so.0.
static void is_that_of_the_name(void) { CHECK_INT(inkotls_abi_version(), 0); }

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once("the library's version is three numbers", is_three_numbers);
  once("the version of the ABI is that of the shared object's name", is_that_of_the_name);
  return checks_done();
}
