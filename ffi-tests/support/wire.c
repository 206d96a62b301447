#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef POLLRDHUP  // macOS reports the end of the peer's bytes like that of the connection
#define POLLRDHUP POLLHUP
#endif

const inkotls_client_config *client;
const inkotls_server_config *server;

void wires_open(int argc, char **argv) {
  pki_open(argc, argv);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGALRM, SIG_DFL);
  alarm(DEADLINE_S);
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
}

int wires_done(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}

// Descriptors.

void tcp(struct wire *wire) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof address;
  int small = 4096;  // so that buffers fill soon
  int listener = socket(AF_INET, SOCK_STREAM, 0), from = socket(AF_INET, SOCK_STREAM, 0), to;
  setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  setsockopt(from, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1) ||
      getsockname(listener, (struct sockaddr *)&address, &len) ||
      connect(from, (struct sockaddr *)&address, sizeof address) ||
      (to = accept(listener, NULL, NULL)) < 0)
    give_up(strerror(errno));
  close(listener);
  wire->in[CLIENT] = wire->out[CLIENT] = from;
  wire->in[SERVER] = wire->out[SERVER] = to;
}

void unix_pair(struct wire *wire) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) give_up(strerror(errno));
  for (int i = 0; i < 2; i++) wire->in[i] = wire->out[i] = ends[i];
}

static void pipes_with(struct wire *wire, int flags) {
  int ends[2];
  for (int i = 0; i < 2; i++) {
    if (pipe(ends)) give_up(strerror(errno));
    for (int end = 0; end < 2; end++) fcntl(ends[end], F_SETFL, flags);
    wire->in[i] = ends[0];
    wire->out[!i] = ends[1];
  }
}

void pipes(struct wire *wire) { pipes_with(wire, 0); }

void nonblocking_pipes(struct wire *wire) { pipes_with(wire, O_NONBLOCK); }

static int is_socket(const struct wire *wire, int side) {
  return wire->in[side] == wire->out[side];
}

// Connections.

inkotls_status wire_attach(const struct wire *wire, int side) {
  return is_socket(wire, side)
             ? inkotls_conn_set_fd(wire->conn[side], wire->in[side])
             : inkotls_conn_set_fds(wire->conn[side], wire->in[side], wire->out[side]);
}

inkotls_status wire_attach_acceptor(const struct wire *wire, inkotls_acceptor *acceptor) {
  return is_socket(wire, SERVER)
             ? inkotls_acceptor_set_fd(acceptor, wire->in[SERVER])
             : inkotls_acceptor_set_fds(acceptor, wire->in[SERVER], wire->out[SERVER]);
}

struct wire wire_with_client(medium over) {
  struct wire wire = {.conn = {NULL, NULL}};
  over(&wire);
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &wire.conn[CLIENT]), 0);
  CHECK_INT(wire_attach(&wire, CLIENT), INKOTLS_STATUS_OK);
  return wire;
}

struct wire wire_with_both(medium over) {
  struct wire wire = wire_with_client(over);
  CHECK_INT(inkotls_conn_new_server(server, &wire.conn[SERVER]), INKOTLS_STATUS_OK);
  CHECK_INT(wire_attach(&wire, SERVER), INKOTLS_STATUS_OK);
  return wire;
}

struct wire wire_shaken(medium over) {
  struct wire wire = wire_with_both(over);
  wire_shake(&wire, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  return wire;
}

static void close_side(struct wire *wire, int side) {
  int fds[] = {wire->in[side], is_socket(wire, side) ? -1 : wire->out[side]};
  for (int i = 0; i < 2; i++) {
    if (fds[i] < 0) continue;
    CHECK(fcntl(fds[i], F_GETFD) >= 0);  // the library never closes it
    close(fds[i]);
  }
  wire->in[side] = wire->out[side] = -1;
}

void wire_free(struct wire *wire) {
  for (int i = 0; i < 2; i++) {
    inkotls_conn_free(wire->conn[i]);
    close_side(wire, i);
  }
}

// Calls.

int is_wanting(inkotls_status status) {
  return status == INKOTLS_STATUS_WANT_READ || status == INKOTLS_STATUS_WANT_WRITE;
}

void wire_wait(const struct wire *wire, inkotls_status at_client, inkotls_status at_server) {
  inkotls_status at[] = {at_client, at_server};
  struct pollfd polled[2];
  int ready;
  for (int i = 0; i < 2; i++) {
    polled[i] = at[i] == INKOTLS_STATUS_WANT_READ
                    ? (struct pollfd){.fd = wire->in[i], .events = POLLIN}
                    : (struct pollfd){.fd = wire->out[i], .events = POLLOUT};
    if (!is_wanting(at[i])) polled[i].fd = -1;
  }
  do ready = poll(polled, 2, PATIENCE_MS);
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) give_up("neither side can go on");
}

void wire_shake(struct wire *wire, inkotls_status want_client, inkotls_status want_server) {
  inkotls_status at[2];
  for (;;) {
    for (int i = 0; i < 2; i++) at[i] = inkotls_conn_handshake(wire->conn[i]);
    if (!is_wanting(at[CLIENT]) && !is_wanting(at[SERVER])) break;
    wire_wait(wire, at[CLIENT], at[SERVER]);
  }
  CHECK_INT(at[CLIENT], want_client);
  CHECK_INT(at[SERVER], want_server);
}

static void wait_for(const struct wire *wire, int side, inkotls_status status) {
  wire_wait(wire, side == CLIENT ? status : 0, side == SERVER ? status : 0);
}

inkotls_status wire_handshake(struct wire *wire, int side) {
  for (;;) {
    inkotls_status status = inkotls_conn_handshake(wire->conn[side]);
    if (!is_wanting(status)) return status;
    wait_for(wire, side, status);
  }
}

inkotls_status wire_read(struct wire *wire, int side, void *buf, size_t cap, size_t *len) {
  for (;;) {
    inkotls_status status = inkotls_conn_read(wire->conn[side], buf, cap, len);
    if (!is_wanting(status)) return status;
    wait_for(wire, side, status);
  }
}

void wire_say(struct wire *wire, int side, const char *text) {
  size_t used = 0;
  CHECK_INT(inkotls_conn_write(wire->conn[side], text, strlen(text), &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, strlen(text));
  CHECK_INT(inkotls_conn_flush(wire->conn[side]), INKOTLS_STATUS_OK);
}

void wire_hear(struct wire *wire, int side, const char *text) {
  char in[64];
  size_t len = 0;
  CHECK_INT(wire_read(wire, side, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == strlen(text) && memcmp(in, text, len) == 0);
}

static int is_broken(int os_error) { return os_error == EPIPE || os_error == ECONNRESET; }

void wire_write_in_vain(struct wire *wire, int side) {
  inkotls_conn *conn = wire->conn[side];
  size_t used = 99;
  inkotls_status status;
  // The first may still be sent; what comes back then is waited for.
  while ((status = inkotls_conn_write(conn, "x", 1, &used)) == INKOTLS_STATUS_OK) {
    struct pollfd own = {wire->out[side], 0, 0};
    if (poll(&own, 1, PATIENCE_MS) != 1) give_up("the peer has not left");
    used = 99;
  }
  CHECK_INT(status, INKOTLS_STATUS_IO_ERROR);
  CHECK_INT(used, 99);
  CHECK(is_broken(inkotls_conn_os_error(conn)));
  CHECK_INT(inkotls_conn_write(conn, "x", 1, &used), INKOTLS_STATUS_IO_ERROR);
  CHECK_INT(inkotls_conn_flush(conn), INKOTLS_STATUS_IO_ERROR);
  CHECK(is_broken(inkotls_conn_os_error(conn)));
}

// Past the connections.

size_t wire_put(const struct wire *wire, int side, const void *data, size_t len) {
  int fd = wire->out[side], flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  ssize_t put = write(fd, data, len);
  fcntl(fd, F_SETFL, flags);
  return put > 0 ? (size_t)put : 0;
}

size_t wire_get(const struct wire *wire, int side, void *buf, size_t cap) {
  int fd = wire->in[side], flags = fcntl(fd, F_GETFL);
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  ssize_t got = read(fd, buf, cap);
  fcntl(fd, F_SETFL, flags);
  return got > 0 ? (size_t)got : 0;
}

void wire_deafen(struct wire *wire, int side) {
  if (is_socket(wire, side)) {
    CHECK_INT(shutdown(wire->in[side], SHUT_RD), 0);
  } else {
    close(wire->in[side]);
    wire->in[side] = -1;
  }
}

void wire_mute(struct wire *wire, int side) {
  if (is_socket(wire, side)) {
    CHECK_INT(shutdown(wire->out[side], SHUT_WR), 0);
  } else {
    close(wire->out[side]);
    wire->out[side] = -1;
  }
}

void wire_leave(struct wire *wire, int side) {
  struct pollfd other = {wire->in[!side], POLLRDHUP, 0};
  close_side(wire, side);
  if (poll(&other, 1, PATIENCE_MS) != 1) give_up("the end did not arrive");
}

void wire_reset(struct wire *wire, int side) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(wire->in[side], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  wire_leave(wire, side);
}

// Streams.

inkotls_status pour(inkotls_conn *conn, struct stream *stream) {
  static unsigned char out[50000];
  size_t used = 0;
  for (size_t i = 0; i < sizeof out; i++) out[i] = octet(stream->written + i);
  inkotls_status status = inkotls_conn_write(conn, out, sizeof out, &used);
  stream->written += used;
  return status;
}

inkotls_status drink(inkotls_conn *conn, struct stream *stream) {
  static unsigned char in[30000];
  size_t len = 0, wrong = 0;
  inkotls_status status = inkotls_conn_read(conn, in, sizeof in, &len);
  for (size_t i = 0; i < len; i++) wrong += in[i] != octet(stream->received + i);
  CHECK_INT(wrong, 0);
  stream->received += len;
  return status;
}
