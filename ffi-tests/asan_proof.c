// Not a test: a host's mistake that AddressSanitizer must see inside the library, as a proof that
// it watches. See asan_proof.sh.

#include <stdlib.h>

#include "inkotls.h"

int main(void) {
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  void *four_bytes = calloc(1, 4);
  size_t used;
  inkotls_acceptor_feed(acceptor, four_bytes, 5, &used);
  free(four_bytes);
  inkotls_acceptor_free(acceptor);
  return 0;
}
