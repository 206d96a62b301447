// The archive beside another library that collides with most Rust archives: both work, whichever
// is linked first.

#include <pthread.h>
#include <stdlib.h>

#include "pair.h"

// The other library: beside.rs or beside_zlib.c. Each answers 0.
int other_works(void);
int other_fails_inside(void);

static const inkotls_client_config *client;
static const inkotls_server_config *server;

static void handshakes(void) {
  static const struct way way = {.chunk = 1 << 14};
  struct pair *pair = calloc(1, sizeof *pair);
  pair_connect(pair, &way, client, server);
  pair_free(pair);
  free(pair);
}

static void *in_turns(void *unused) {
  (void)unused;
  for (int i = 0; i < 3; i++) {
    handshakes();
    CHECK_INT(other_works(), 0);
    CHECK_INT(other_fails_inside(), 0);
  }
  return NULL;
}

int main(int argc, char **argv) {
  pthread_t thread;
  pki_open(argc, argv);
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  in_turns(NULL);
  CHECK_INT(pthread_create(&thread, NULL, in_turns, NULL), 0);
  CHECK_INT(pthread_join(thread, NULL), 0);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
