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

static void in_turns(void) {
  for (int i = 0; i < 3; i++) {
    handshakes();
    CHECK_INT(other_works(), 0);
    CHECK_INT(other_fails_inside(), 0);
  }
}

static void *thread_takes_turns(void *unused) {
  in_turns();
  return unused;
}

static void on_another_thread(void) {
  pthread_t thread;
  CHECK_INT(pthread_create(&thread, NULL, thread_takes_turns, NULL), 0);
  CHECK_INT(pthread_join(thread, NULL), 0);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  once("main thread", in_turns);
  once("another thread", on_another_thread);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
