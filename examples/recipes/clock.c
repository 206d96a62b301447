// A client on a device without a clock: it starts in 1970, learns the time, and verifies by it.

#define _DEFAULT_SOURCE 1

#include <time.h>

#include "recipe.h"

// What the device knows of the time: Unix time at a moment, and the steady clock at that moment.
static _Atomic int64_t offset;
static _Atomic int is_known;

static int64_t steady_seconds(void) {
  struct timespec now;
  if (clock_gettime(CLOCK_MONOTONIC, &now)) die("clock_gettime");
  return now.tv_sec;
}

// The device has learned the time: from its user, from NTP, or from the day on which it was built.
static void learn(int64_t unix_seconds) {
  offset = unix_seconds - steady_seconds();
  is_known = 1;
}

// The inkotls_clock_callback. It is called on the thread of the call that needs the time.
static int64_t tell_time(void *user_data, void *conn_user_data) {
  (void)user_data, (void)conn_user_data;
  return is_known ? offset + steady_seconds() : -1;
}

int main(void) {
  inkotls_client_builder *builder = new_client_builder();
  if (inkotls_client_builder_set_clock(builder, tell_time, NULL))
    die(inkotls_client_builder_error(builder));
  const inkotls_client_config *client = build_client(builder);
  const inkotls_server_config *shown = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  struct server server;
  int fd = start_server(&server, shown, say_hello);
  inkotls_conn *conn = new_client(client, "localhost", fd);
  expect(handshake(conn, fd) == INKOTLS_STATUS_HANDSHAKE_FAILED,
         "A client that does not know the time verifies nothing, and the handshake fails.");
  finish(conn, fd);
  join_server(&server);

  learn(0);
  expect(visit(client, "localhost", shown) == INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID,
         "In 1970, no certificate is valid yet.");
  learn(time(NULL));
  expect(visit(client, "localhost", shown) == 0, "With the right time, the server is accepted.");
  inkotls_server_config_release(shown);
  inkotls_client_config_release(client);
  return 0;
}
