// Runs the loop of the README and the client of docs/guide/first-client.md as they stand there:
// support/readme.sh extracts them into readme.inc.

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "configs.h"

static atomic_int steps_run;

static int send_all(int fd, const void *data, size_t len) {
  return send(fd, data, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : -1;
}

static ssize_t receive(int fd, void *buf, size_t cap) { return recv(fd, buf, cap, 0); }

// What a runtime has another thread do.
static int in_a_pool(inkotls_status (*run)(inkotls_conn *), inkotls_conn *conn) {
  steps_run++;
  return run(conn) == INKOTLS_STATUS_OK ? 0 : -1;
}

static void wait_for(inkotls_conn *conn, int fd, inkotls_status status) {
  if (status == INKOTLS_STATUS_WANT_BLOCKING) {
    CHECK_INT(in_a_pool(inkotls_conn_run_blocking, conn), 0);
    return;
  }
  struct pollfd poll_fd = {.fd = fd,
                           .events = status == INKOTLS_STATUS_WANT_READ ? POLLIN : POLLOUT};
  poll(&poll_fd, 1, 10000);
}

#include "readme.inc"

static const inkotls_server_config *config;

// Answers one request over a blocking socket, with the README's loop.
static void *serve(void *fd_at) {
  int fd = *(int *)fd_at;
  inkotls_conn *conn;
  char request[64];
  size_t len = 0, used;
  inkotls_status status;
  CHECK_INT(inkotls_conn_new_server(config, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(read_some(conn, fd, request, sizeof request, &len), INKOTLS_STATUS_OK);
  CHECK(len == 4 && memcmp(request, "ping", 4) == 0);
  CHECK_INT(inkotls_conn_write(conn, "pong", 4, &used), INKOTLS_STATUS_OK);
  while ((status = inkotls_conn_close(conn)) > 0) CHECK(obey(conn, fd, status) >= 0);
  CHECK_INT(status, INKOTLS_STATUS_OK);
  inkotls_conn_free(conn);
  return NULL;
}

static void client_and_loop_work(void) {
  char answer[16];
  int ends[2];
  pthread_t server;
  setenv("SSL_CERT_FILE", pki_path("ca.pem"), 1);
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_server_builder_set_session_store(builder, store_put, store_get, &store, 1);
  config = server_built(builder);
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  CHECK_INT(pthread_create(&server, NULL, serve, &ends[1]), 0);
  CHECK_INT(fetch(ends[0], "localhost", "ping", answer, sizeof answer), INKOTLS_STATUS_CLOSED);
  CHECK_INT(strcmp(answer, "pong"), 0);
  CHECK_INT(pthread_join(server, NULL), 0);
  CHECK(steps_run > 0);
  CHECK_INT(close(ends[0]) | close(ends[1]), 0);
  inkotls_server_config_release(config);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once("the client and the loop", client_and_loop_work);
  return checks_done();
}
