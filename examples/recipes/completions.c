// A client on completions (io_uring, IOCP): the kernel fills memory that it got before.

#include "recipe.h"

enum { TOTAL = 1 << 20 };

// A receive operation. A thread stands for the kernel here.
struct receive {
  pthread_t kernel;
  int fd;
  uint8_t *buf;
  size_t cap;
  ssize_t result;  // of recv: a length, 0 at the end of file, or -1
};

static void *run_receive(void *argument) {
  struct receive *receive = argument;
  receive->result = recv(receive->fd, receive->buf, receive->cap, 0);
  return NULL;
}

// Starts to receive into memory of the connection (io_uring_prep_recv, WSARecv).
static void start_receive(inkotls_conn *conn, struct receive *receive) {
  if (inkotls_conn_feed_room(conn, &receive->buf, &receive->cap)) die(inkotls_conn_error(conn));
  if (pthread_create(&receive->kernel, NULL, run_receive, receive)) die("pthread_create");
}

// Waits until the operation is complete (io_uring_wait_cqe, GetQueuedCompletionStatus), and passes
// to the connection what was received. 0 bytes are the end of file.
static void complete_receive(inkotls_conn *conn, struct receive *receive) {
  pthread_join(receive->kernel, NULL);
  if (receive->result < 0) die("recv");
  if (inkotls_conn_feed_filled(conn, (size_t)receive->result)) die(inkotls_conn_error(conn));
  if (receive->result == 0) inkotls_conn_feed_eof(conn);
  if (receive->result > 0) start_receive(conn, receive);
}

// Sends the ciphertext that is queued, while the operation goes on.
static void send_queued(inkotls_conn *conn, int fd) {
  char buf[16384];
  size_t len;
  while (!inkotls_conn_drain(conn, buf, sizeof buf, &len) && len > 0)
    if (send(fd, buf, len, MSG_NOSIGNAL) < 0) die("send");
}

// Returns 1 if the call that returned `status` must be made again.
static int is_repeated(inkotls_conn *conn, struct receive *receive, inkotls_status status) {
  send_queued(conn, receive->fd);
  if (status == INKOTLS_STATUS_WANT_READ) complete_receive(conn, receive);
  return status > 0;
}

static void send_much(inkotls_conn *conn, int fd) {
  static char request[100], text[TOTAL + 1];
  if (read_text(conn, fd, request, sizeof request)) die(inkotls_conn_error(conn));
  write_text(conn, fd, memset(text, 'x', TOTAL));
}

int main(void) {
  struct server server;
  inkotls_conn *conn;
  char buf[4096];
  size_t len, total = 0;
  inkotls_status status;
  const inkotls_client_config *config = build_client(new_client_builder());
  const inkotls_server_config *shown = build_server(new_server_builder("ecdsa.pem", "ecdsa.key"));
  struct receive receive = {.fd = start_server(&server, shown, send_much)};
  if (inkotls_conn_new_client(config, "localhost", 9, &conn)) die("the name");

  start_receive(conn, &receive);
  while (is_repeated(conn, &receive, status = inkotls_conn_write(conn, "please", 6, &len)))
    continue;
  expect(status == INKOTLS_STATUS_OK, "The client has written while it was receiving.");
  do {
    status = inkotls_conn_read(conn, buf, sizeof buf, &len);
    if (status == INKOTLS_STATUS_OK) total += len;
  } while (is_repeated(conn, &receive, status) || status == INKOTLS_STATUS_OK);
  expect(status == INKOTLS_STATUS_CLOSED && total == TOTAL, "The client has read every byte.");
  inkotls_conn_close(conn);
  send_queued(conn, receive.fd);

  // One operation may still have memory of the connection. Before the connection is freed, end the
  // operation (io_uring_prep_cancel, CancelIoEx), and wait for its completion.
  shutdown(receive.fd, SHUT_RD);
  pthread_join(receive.kernel, NULL);
  inkotls_conn_free(conn);
  close(receive.fd);
  join_server(&server);
  inkotls_client_config_release(config);
  inkotls_server_config_release(shown);
  return 0;
}
