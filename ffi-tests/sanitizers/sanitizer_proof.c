// Not a test: a host's mistakes, which the sanitizers must see, two of them inside the library, as
// a proof that they watch. See sanitizer_proof.sh.

#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "inkotls.h"

static void address(void) {
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  void *four_bytes = calloc(1, 4);
  size_t used;
  inkotls_acceptor_feed(acceptor, four_bytes, 5, &used);
  free(four_bytes);
  inkotls_acceptor_free(acceptor);
}

static void undefined(void) {
  volatile int largest = INT_MAX;
  largest++;
}

static void *feed(void *acceptor) {
  size_t used;
  inkotls_acceptor_feed(acceptor, "", 1, &used);
  return NULL;
}

static void thread(void) {
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  pthread_t threads[2];
  for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, feed, acceptor);
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  inkotls_acceptor_free(acceptor);
}

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*make)(void);
  } mistakes[] = {{"address", address}, {"undefined", undefined}, {"thread", thread}};
  for (int i = 0; argc == 2 && i < 3; i++)
    if (strcmp(argv[1], mistakes[i].name) == 0) mistakes[i].make();
  return 0;
}
