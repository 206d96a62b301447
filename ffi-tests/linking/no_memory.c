// Uses up the memory that it may have.

#include <sys/resource.h>

#include "inkotls.h"

int main(void) {
  struct rlimit limit = {64 << 20, 64 << 20};
  setrlimit(RLIMIT_AS, &limit);
  while (inkotls_roots_new() != NULL) continue;
  return 0;
}
