// Runs the loops of the README, of the preface and of the notes of the header, and the client of
// docs/guide/first-client.md, as they stand there: support/readme.sh extracts them into readme.inc
// and preface.inc.

#include <errno.h>
#include <fcntl.h>
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

static inkotls_status read_by_preface(inkotls_conn *conn, int fd, void *into, size_t cap,
                                      size_t *len_at) {
  char buf[64];
  size_t len = 0, n;
  ssize_t got;
  inkotls_status status;
#include "preface.inc"
  CHECK(len <= cap);
  memcpy(into, buf, len);
  *len_at = len;
  return status;
}

// The loop that reads the request.
static inkotls_status (*read_request)(inkotls_conn *, int, void *, size_t, size_t *);
static const inkotls_server_config *config;

// Answers one request over a blocking socket, with a loop of the README or of the preface.
static void *serve(void *fd_at) {
  int fd = *(int *)fd_at;
  inkotls_conn *conn;
  char request[64];
  size_t len = 0, used;
  inkotls_status status;
  CHECK_INT(inkotls_conn_new_server(config, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(read_request(conn, fd, request, sizeof request, &len), INKOTLS_STATUS_OK);
  CHECK(len == 4 && memcmp(request, "ping", 4) == 0);
  CHECK_INT(inkotls_conn_write(conn, "pong", 4, &used), INKOTLS_STATUS_OK);
  while ((status = inkotls_conn_close(conn)) > 0) CHECK(obey(conn, fd, status) >= 0);
  CHECK_INT(status, INKOTLS_STATUS_OK);
  inkotls_conn_free(conn);
  return NULL;
}

static void client_works(void) {
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

static void client_and_loop_work(void) {
  read_request = read_some;
  client_works();
}

static void preface_works(void) {
  read_request = read_by_preface;
  client_works();
}

enum { UPLOAD = 1 << 20 };

// One end of a connection in the poll loop.
struct end {
  inkotls_conn *conn;
  int fd;
  inkotls_status status;
  size_t moved;
};

// Uploads and closes, or reads, as far as the ciphertext at hand goes.
static void go_on(struct end *end, int uploads) {
  static char data[UPLOAD];
  int closes;
  do {
    size_t len = 0;
    closes = uploads && end->moved == UPLOAD;
    if (closes)
      end->status = inkotls_conn_close(end->conn);
    else if (uploads)
      end->status = inkotls_conn_write(end->conn, data, UPLOAD - end->moved, &len);
    else
      end->status = inkotls_conn_read(end->conn, data, sizeof data, &len);
    if (end->status == INKOTLS_STATUS_OK) end->moved += len;
  } while (end->status == INKOTLS_STATUS_OK && !closes);
}

// Both ends in one thread, over a socket that accepts only a part of what is sent.
static void poll_loop_works(void) {
  struct end ends[2] = {{.status = INKOTLS_STATUS_WANT_WRITE},
                        {.status = INKOTLS_STATUS_WANT_READ}};
  int fds[2], buffer = 4096;
  const inkotls_client_config *trusting = client_built(client_trusting("ca.pem"));
  config = server_built(server_showing("ecdsa"));
  CHECK_INT(inkotls_conn_new_client(trusting, "localhost", 9, &ends[0].conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_new_server(config, &ends[1].conn), INKOTLS_STATUS_OK);
  CHECK_INT(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
  CHECK_INT(setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer), 0);
  for (int i = 0; i < 2; i++) {
    CHECK_INT(fcntl(fds[i], F_SETFL, O_NONBLOCK), 0);
    ends[i].fd = fds[i];
  }
  for (;;) {
    struct pollfd polled[2];
    for (int i = 0; i < 2; i++) {
      if (ends[i].status > 0) go_on(&ends[i], i == 0);
      polled[i].fd = ends[i].fd;
      polled[i].events = events_of(ends[i].conn, ends[i].status);
    }
    if (ends[1].status < 0 || !CHECK(poll(polled, 2, 10000) > 0)) break;
    for (int i = 0; i < 2; i++) {
      CHECK_INT(move_ciphertext(ends[i].conn, ends[i].fd, ends[i].status), 0);
    }
  }
  CHECK_INT(ends[1].status, INKOTLS_STATUS_CLOSED);
  CHECK_INT(ends[1].moved, UPLOAD);
  for (int i = 0; i < 2; i++) {
    inkotls_conn_free(ends[i].conn);
    CHECK_INT(close(ends[i].fd), 0);
  }
  inkotls_client_config_release(trusting);
  inkotls_server_config_release(config);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  if (PLATFORM_HAS_FILES) {
    once("the client and the loop", client_and_loop_work);
    once("the loop of the preface", preface_works);
  }
  once("the poll loop", poll_loop_works);
  return checks_done();
}
