// A device without a battery, whose clock begins at 1970: a client that takes the time from a time
// server, and trusts no certificate before that.

#define _DEFAULT_SOURCE 1  // clock_gettime

#include <stdatomic.h>
#include <time.h>

#include "recipe.h"

// The Unix time at which the device started, in seconds. 0: not known yet.
static _Atomic int64_t started_at;

static int64_t uptime(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec;
}

// Called when a time server that the device trusts has answered.
static void set_time(int64_t unix_time) { atomic_store(&started_at, unix_time - uptime()); }

// The inkotls_clock_callback. Connections on several threads may call it at the same time.
static int64_t now(void *user_data, void *conn_user_data) {
  (void)user_data, (void)conn_user_data;
  int64_t start = atomic_load(&started_at);
  return start ? start + uptime() : -1;
}

int main(void) {
  const inkotls_server_config *server = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  inkotls_client_builder *builder = new_client_builder();
  if (inkotls_client_builder_set_clock(builder, now, NULL))
    die(inkotls_client_builder_error(builder));
  const inkotls_client_config *client = build_client(builder);

  expect(visit(client, "localhost", server) == INKOTLS_CERTIFICATE_ERROR_UNKNOWN_TIME,
         "While the time is not known, the client refuses every certificate.");
  set_time(time(NULL));
  expect(visit(client, "localhost", server) == 0,
         "With the time, the same client accepts a certificate that is valid now.");
  set_time(time(NULL) + (int64_t)2 * 365 * 24 * 60 * 60);
  expect(visit(client, "localhost", server) == INKOTLS_CERTIFICATE_ERROR_EXPIRED,
         "Two years later, the certificate has expired, and its sessions have ended.");
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return 0;
}
