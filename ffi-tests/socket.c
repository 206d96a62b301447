// The socket transport against peers that misbehave: over TCP on loopback, and over socket pairs,
// which buffer less and report sooner. All sockets are blocking ones, and SIGPIPE is deadly.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "pair.h"

enum { DEADLINE_S = 60, PATIENCE_MS = 10000 };

static const inkotls_client_config *client;
static const inkotls_server_config *server;

// Two connected sockets, and what is attached to them.

struct wire {
  int fd[2];
  inkotls_conn *conn[2];  // the client's, the server's; NULL where the test speaks for itself
};

enum { CLIENT, SERVER };

static void tcp(int fd[2]) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t len = sizeof address;
  int small = 4096;  // so that buffers fill soon
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  setsockopt(listener, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  fd[CLIENT] = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(fd[CLIENT], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1) ||
      getsockname(listener, (struct sockaddr *)&address, &len) ||
      connect(fd[CLIENT], (struct sockaddr *)&address, sizeof address) ||
      (fd[SERVER] = accept(listener, NULL, NULL)) < 0)
    give_up(strerror(errno));
  close(listener);
}

static void unix_pair(int fd[2]) {
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd)) give_up(strerror(errno));
}

typedef void (*transport)(int fd[2]);

static struct wire client_alone(transport connected) {
  struct wire wire = {.conn = {NULL, NULL}};
  connected(wire.fd);
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &wire.conn[CLIENT]), 0);
  CHECK_INT(inkotls_conn_set_fd(wire.conn[CLIENT], wire.fd[CLIENT]), INKOTLS_STATUS_OK);
  return wire;
}

static struct wire both(transport connected) {
  struct wire wire = client_alone(connected);
  CHECK_INT(inkotls_conn_new_server(server, &wire.conn[SERVER]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_fd(wire.conn[SERVER], wire.fd[SERVER]), INKOTLS_STATUS_OK);
  return wire;
}

static void wire_free(struct wire *wire) {
  for (int i = 0; i < 2; i++) {
    inkotls_conn_free(wire->conn[i]);
    if (wire->fd[i] < 0) continue;
    CHECK(fcntl(wire->fd[i], F_GETFD) >= 0);  // the library never closes it
    close(wire->fd[i]);
  }
}

static short wanted(inkotls_status status) {
  return status == INKOTLS_STATUS_WANT_READ    ? POLLIN
         : status == INKOTLS_STATUS_WANT_WRITE ? POLLOUT
                                               : 0;
}

static int is_final(inkotls_status status) { return wanted(status) == 0; }

// Waits until the socket of either side is ready for what that side wants.
static void wait_for(const struct wire *wire, inkotls_status at_client, inkotls_status at_server) {
  struct pollfd polled[2] = {{wire->fd[CLIENT], wanted(at_client), 0},
                             {wire->fd[SERVER], wanted(at_server), 0}};
  for (int i = 0; i < 2; i++)
    if (!polled[i].events) polled[i].fd = -1;
  int ready;
  do ready = poll(polled, 2, PATIENCE_MS);
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) give_up("neither side can go on");
}

static void shake(struct wire *wire, inkotls_status want_client, inkotls_status want_server) {
  inkotls_status at[2];
  for (;;) {
    for (int i = 0; i < 2; i++) at[i] = inkotls_conn_handshake(wire->conn[i]);
    if (is_final(at[CLIENT]) && is_final(at[SERVER])) break;
    wait_for(wire, at[CLIENT], at[SERVER]);
  }
  CHECK_INT(at[CLIENT], want_client);
  CHECK_INT(at[SERVER], want_server);
}

static struct wire shaken(transport connected) {
  struct wire wire = both(connected);
  shake(&wire, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  return wire;
}

static inkotls_status handshake_of(struct wire *wire, int side) {
  for (;;) {
    inkotls_status status = inkotls_conn_handshake(wire->conn[side]);
    if (is_final(status)) return status;
    wait_for(wire, side == CLIENT ? status : 0, side == SERVER ? status : 0);
  }
}

static inkotls_status read_of(struct wire *wire, int side, char *buf, size_t cap, size_t *len) {
  for (;;) {
    inkotls_status status = inkotls_conn_read(wire->conn[side], buf, cap, len);
    if (is_final(status)) return status;
    wait_for(wire, side == CLIENT ? status : 0, side == SERVER ? status : 0);
  }
}

static void say(struct wire *wire, int side, const char *text) {
  size_t used = 0;
  CHECK_INT(inkotls_conn_write(wire->conn[side], text, strlen(text), &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, strlen(text));
  CHECK_INT(inkotls_conn_flush(wire->conn[side]), INKOTLS_STATUS_OK);
}

static void hear(struct wire *wire, int side, const char *text) {
  char in[64];
  size_t len = 0;
  CHECK_INT(read_of(wire, side, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == strlen(text) && memcmp(in, text, len) == 0);
}

// The peer's socket goes away; returns when this side's kernel knows.
static void leave(struct wire *wire, int side) {
  struct pollfd other = {wire->fd[!side], POLLRDHUP, 0};
  close(wire->fd[side]);
  wire->fd[side] = -1;
  if (poll(&other, 1, PATIENCE_MS) != 1) give_up("the end did not arrive");
}

static void reset(struct wire *wire, int side) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(wire->fd[side], SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  leave(wire, side);
}

static int is_broken(int os_error) { return os_error == EPIPE || os_error == ECONNRESET; }

// Writes to a peer that has left, until the socket says so.
static void write_in_vain(struct wire *wire, int side) {
  inkotls_conn *conn = wire->conn[side];
  size_t used = 99;
  inkotls_status status;
  // The first may still be sent; what comes back then is waited for.
  while ((status = inkotls_conn_write(conn, "x", 1, &used)) == INKOTLS_STATUS_OK) {
    struct pollfd own = {wire->fd[side], 0, 0};
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

// What set_fd takes.

static void not_sockets(void) {
  checking("not sockets");
  struct wire wire = client_alone(unix_pair);
  inkotls_conn *conn = wire.conn[CLIENT];
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  int pipe_ends[2], closed = dup(0), file = open("/dev/null", O_RDWR);
  FILE *regular = tmpfile();
  if (pipe(pipe_ends) || closed < 0 || file < 0 || !regular) give_up(strerror(errno));
  close(closed);
  const struct {
    int fd, os_error;
  } refused[] = {
      {closed, EBADF},
      {-2, EBADF},
      {INT32_MIN, EBADF},
      {INT32_MAX, EBADF},
      {pipe_ends[0], EBADF},
      {pipe_ends[1], EBADF},
      {fileno(regular), ENOTSOCK},
      {file, ENOTSOCK},
  };
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    checking("file descriptor %d", refused[i].fd);
    CHECK_INT(inkotls_conn_set_fd(conn, refused[i].fd), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(inkotls_conn_os_error(conn), refused[i].os_error);
    CHECK_TEXT(inkotls_conn_error(conn), strerror(refused[i].os_error));
    CHECK_INT(inkotls_acceptor_set_fd(acceptor, refused[i].fd), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(inkotls_acceptor_os_error(acceptor), refused[i].os_error);
  }
  inkotls_acceptor_free(acceptor);
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  close(file);
  fclose(regular);

  checking("the socket before");
  char hello[1024];
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_READ);
  CHECK(recv(wire.fd[SERVER], hello, sizeof hello, MSG_DONTWAIT) > 0);
  wire_free(&wire);
}

static void detaches(void) {
  checking("detach");
  struct wire wire = client_alone(unix_pair);
  char hello[1024];
  size_t len = 0;
  CHECK_INT(inkotls_conn_set_fd(wire.conn[CLIENT], -1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_fd(wire.conn[CLIENT], -1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(recv(wire.fd[SERVER], hello, sizeof hello, MSG_DONTWAIT), -1);
  CHECK_INT(inkotls_conn_drain(wire.conn[CLIENT], hello, sizeof hello, &len), INKOTLS_STATUS_OK);
  CHECK(len > 0 && hello[0] == 22);
  wire_free(&wire);
}

// What was fed, and what waited to be drained, before the socket was there.
static void attaches_in_the_middle(void) {
  checking("attached in the middle of a flight");
  struct wire wire = {.conn = {NULL, NULL}};
  char hello[2048], flight[8192];
  size_t hello_len = 0, flight_len = 0, used = 0;
  unix_pair(wire.fd);
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &wire.conn[CLIENT]), 0);
  CHECK_INT(inkotls_conn_new_server(server, &wire.conn[SERVER]), 0);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain(wire.conn[CLIENT], hello, sizeof hello, &hello_len), 0);
  CHECK_INT(inkotls_conn_feed(wire.conn[SERVER], hello, hello_len, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(wire.conn[SERVER]), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain(wire.conn[SERVER], flight, sizeof flight, &flight_len), 0);
  size_t half = flight_len / 2;
  CHECK_INT(inkotls_conn_feed(wire.conn[CLIENT], flight, half, &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, half);
  for (int i = 0; i < 2; i++)
    CHECK_INT(inkotls_conn_set_fd(wire.conn[i], wire.fd[i]), INKOTLS_STATUS_OK);
  CHECK_INT(send(wire.fd[SERVER], flight + half, flight_len - half, 0), flight_len - half);
  shake(&wire, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  say(&wire, CLIENT, "hello");
  hear(&wire, SERVER, "hello");
  wire_free(&wire);

  checking("attached before what waits is drained, to an acceptor after half of the ClientHello");
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  wire = (struct wire){.conn = {NULL, NULL}};
  unix_pair(wire.fd);
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &wire.conn[CLIENT]), 0);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_set_fd(wire.conn[CLIENT], wire.fd[CLIENT]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(recv(wire.fd[SERVER], hello, 100, 0), 100);
  CHECK_INT(inkotls_acceptor_feed(acceptor, hello, 100, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_acceptor_set_fd(acceptor, wire.fd[SERVER]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_into_conn(acceptor, server, &wire.conn[SERVER]), INKOTLS_STATUS_OK);
  shake(&wire, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  wire_free(&wire);
}

// Peers that are silent, slow or gone.

// A stream whose bytes tell their position.
struct stream {
  size_t written, received;
};

static inkotls_status pour(inkotls_conn *conn, struct stream *stream) {
  static unsigned char out[50000];
  size_t used = 0;
  for (size_t i = 0; i < sizeof out; i++) out[i] = octet(stream->written + i);
  inkotls_status status = inkotls_conn_write(conn, out, sizeof out, &used);
  stream->written += used;
  return status;
}

static inkotls_status drink(inkotls_conn *conn, struct stream *stream) {
  static unsigned char in[30000];
  size_t len = 0, wrong = 0;
  inkotls_status status = inkotls_conn_read(conn, in, sizeof in, &len);
  for (size_t i = 0; i < len; i++) wrong += in[i] != octet(stream->received + i);
  CHECK_INT(wrong, 0);
  stream->received += len;
  return status;
}

// The alarm ends the program if a call blocks.
static void never_blocks(transport connected) {
  char in[16];
  size_t len = 99;
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  struct wire wire = client_alone(connected);
  CHECK_INT(inkotls_acceptor_set_fd(acceptor, wire.fd[SERVER]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_READ);
  inkotls_acceptor_free(acceptor);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_conn_write(wire.conn[CLIENT], "x", 1, &len), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(len, 99);
  wire_free(&wire);

  struct stream stream = {0, 0};
  inkotls_status sent, got;
  wire = shaken(connected);
  CHECK_INT(inkotls_conn_read(wire.conn[SERVER], in, sizeof in, &len), INKOTLS_STATUS_WANT_READ);
  do sent = pour(wire.conn[CLIENT], &stream);
  while (sent == INKOTLS_STATUS_OK);
  CHECK_INT(sent, INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_flush(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_close(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
  // Reading does not wait for any of it.
  say(&wire, SERVER, "meanwhile");
  hear(&wire, CLIENT, "meanwhile");
  // Everything arrives, once the peer reads.
  while ((got = drink(wire.conn[SERVER], &stream)) != INKOTLS_STATUS_CLOSED) {
    sent = inkotls_conn_close(wire.conn[CLIENT]);
    if (sent < 0 || got < 0) give_up("the transfer failed");
    if (wanted(got)) wait_for(&wire, sent, got);
  }
  CHECK_INT(stream.received, stream.written);
  CHECK_INT(inkotls_conn_close(wire.conn[CLIENT]), INKOTLS_STATUS_OK);
  wire_free(&wire);
}

static void peer_resets(void) {
  char in[16];
  size_t len = 99;
  checking("reset before the ClientHello");
  struct wire wire = client_alone(tcp);
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  CHECK_INT(inkotls_acceptor_set_fd(acceptor, wire.fd[SERVER]), INKOTLS_STATUS_OK);
  reset(&wire, CLIENT);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_acceptor_os_error(acceptor), ECONNRESET);
    CHECK_TEXT(inkotls_acceptor_error(acceptor), strerror(ECONNRESET));
  }
  inkotls_acceptor_free(acceptor);
  wire_free(&wire);

  checking("reset during the handshake");
  wire = client_alone(tcp);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  reset(&wire, SERVER);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
    CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_write(wire.conn[CLIENT], "x", 1, &len), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
  }
  CHECK_INT(len, 99);
  wire_free(&wire);

  // Before it has said a word, sending is what fails first.
  checking("reset before the handshake");
  wire = client_alone(tcp);
  reset(&wire, SERVER);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
  }
  wire_free(&wire);

  checking("reset after the handshake, found by a reader");
  wire = shaken(tcp);
  say(&wire, SERVER, "last words");
  hear(&wire, CLIENT, "last words");
  reset(&wire, SERVER);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
  }
  write_in_vain(&wire, CLIENT);
  CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_IO_ERROR);
  CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
  wire_free(&wire);

  // The kernel tells ECONNRESET once, to whoever asks first.
  checking("reset after the handshake, found by a writer");
  wire = shaken(tcp);
  say(&wire, SERVER, "last words");
  hear(&wire, CLIENT, "last words");
  reset(&wire, SERVER);
  write_in_vain(&wire, CLIENT);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
  }
  wire_free(&wire);
}

// What the peer said before it left is still read, after writing has failed.
static void peer_leaves(transport connected) {
  char in[16];
  size_t len;
  struct wire wire = shaken(connected);
  say(&wire, SERVER, "last words");
  CHECK_INT(inkotls_conn_close(wire.conn[SERVER]), INKOTLS_STATUS_OK);
  leave(&wire, SERVER);
  write_in_vain(&wire, CLIENT);
  hear(&wire, CLIENT, "last words");
  CHECK_INT(read_of(&wire, CLIENT, in, sizeof in, &len), INKOTLS_STATUS_CLOSED);
  CHECK_INT(read_of(&wire, CLIENT, in, sizeof in, &len), INKOTLS_STATUS_CLOSED);
  CHECK_INT(inkotls_conn_alert_received(wire.conn[CLIENT]), 0);
  wire_free(&wire);

  // A record that is none: the server refuses it, and leaves.
  static const unsigned char junk[] = {23, 3, 3, 0,  17, 1,  2,  3,  4,  5,  6,
                                       7,  8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
  wire = shaken(connected);
  CHECK_INT(send(wire.fd[CLIENT], junk, sizeof junk, 0), sizeof junk);
  CHECK_INT(read_of(&wire, SERVER, in, sizeof in, &len), INKOTLS_STATUS_PROTOCOL_ERROR);
  CHECK_INT(inkotls_conn_alert_sent(wire.conn[SERVER]), 20);
  leave(&wire, SERVER);
  write_in_vain(&wire, CLIENT);
  CHECK_INT(read_of(&wire, CLIENT, in, sizeof in, &len), INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(inkotls_conn_alert_received(wire.conn[CLIENT]), 20);
  CHECK_INT(inkotls_conn_write(wire.conn[CLIENT], "x", 1, &len), INKOTLS_STATUS_ALERT_RECEIVED);
  wire_free(&wire);
}

// An alert explains the end better than EPIPE does.

static void is_told_why(struct wire *wire, int alert) {
  for (int again = 0; again < 3; again++)
    CHECK_INT(handshake_of(wire, CLIENT), INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(inkotls_conn_alert_received(wire->conn[CLIENT]), alert);
  CHECK_TEXT(inkotls_conn_error(wire->conn[CLIENT]), inkotls_alert_name(alert));
  wire_free(wire);
}

static void refused_while_sending(transport connected) {
  static const char *const h2[] = {"h2", NULL}, *const gopher[] = {"gopher", NULL};
  static const unsigned char alert[] = {21, 3, 3, 0, 2, 2, 40};
  // Before the client has sent anything.
  struct wire wire = client_alone(connected);
  CHECK_INT(send(wire.fd[SERVER], alert, sizeof alert, 0), sizeof alert);
  leave(&wire, SERVER);
  is_told_why(&wire, 40);

  // While there is no room for its ClientHello; unread bytes make a reset of the end.
  wire = client_alone(connected);
  static const char filler[4096];
  while (send(wire.fd[CLIENT], filler, sizeof filler, MSG_DONTWAIT) > 0) {
  }
  CHECK(wanted(inkotls_conn_handshake(wire.conn[CLIENT])));
  CHECK_INT(send(wire.fd[SERVER], alert, sizeof alert, 0), sizeof alert);
  leave(&wire, SERVER);
  is_told_why(&wire, 40);

  // With half of the handshake to go: the alert is behind the ServerHello, to which the client
  // answers.
  const inkotls_client_config *trusting = client;
  const inkotls_server_config *serving = server;
  client = client_config("ca.pem", gopher);
  server = server_config("ecdsa", h2);
  wire = both(connected);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(handshake_of(&wire, SERVER), INKOTLS_STATUS_HANDSHAKE_FAILED);
  leave(&wire, SERVER);
  is_told_why(&wire, 120);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  client = trusting;
  server = serving;
}

// Our last flight cannot be sent any more, but what the peer said before is there: its alert, or
// its close_notify, is the answer, not the broken socket.
static void hears_why_the_last_flight_is_unwanted(int is_closed, int by_alert) {
  static const unsigned char garbage[25] = {23, 3, 3, 0, 20};
  struct wire wire = client_alone(unix_pair);
  inkotls_conn *peer;
  unsigned char bytes[8192];
  size_t used, len = 0, more = 0;
  checking("last flight: %s, %s", is_closed ? "closed" : "shut", by_alert ? "alert" : "close");
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  ssize_t got = recv(wire.fd[SERVER], bytes, sizeof bytes, MSG_DONTWAIT);
  CHECK_INT(inkotls_conn_new_server(server, &peer), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_feed(peer, bytes, got > 0 ? (size_t)got : 0, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(peer), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain(peer, bytes, sizeof bytes, &len), INKOTLS_STATUS_OK);
  if (by_alert) {
    CHECK_INT(inkotls_conn_feed(peer, garbage, sizeof garbage, &used), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_handshake(peer), INKOTLS_STATUS_WANT_WRITE);
  } else {
    CHECK_INT(inkotls_conn_close(peer), INKOTLS_STATUS_WANT_WRITE);
  }
  CHECK_INT(inkotls_conn_drain(peer, bytes + len, sizeof bytes - len, &more), INKOTLS_STATUS_OK);
  CHECK(more > 0 && send(wire.fd[SERVER], bytes, len + more, 0) == (ssize_t)(len + more));
  if (is_closed) {
    leave(&wire, SERVER);
  } else {
    CHECK_INT(shutdown(wire.fd[SERVER], SHUT_RD), 0);
  }
  CHECK_INT(handshake_of(&wire, CLIENT),
            by_alert ? INKOTLS_STATUS_ALERT_RECEIVED : INKOTLS_STATUS_CLOSED);
  CHECK_INT(inkotls_conn_alert_received(wire.conn[CLIENT]), by_alert ? 20 : 0);
  inkotls_conn_free(peer);
  wire_free(&wire);
}

// Signals.

static volatile sig_atomic_t ticks;

static void tick(int signal) {
  (void)signal;
  ticks++;
}

// Bytes flow for as long as a hundred signals take, one a millisecond.
static void interrupted(transport connected) {
  enum { ENOUGH = 100 };
  struct wire wire = both(connected);
  struct sigaction on_tick = {.sa_handler = tick}, before;  // without SA_RESTART
  struct itimerval storm = {{0, 1000}, {0, 1000}}, calm = {{0, 0}, {0, 0}};
  struct stream stream = {0, 0};
  inkotls_status sent, got;
  alarm(0);
  ticks = 0;
  sigaction(SIGALRM, &on_tick, &before);
  setitimer(ITIMER_REAL, &storm, NULL);
  shake(&wire, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  do {
    sent = ticks < ENOUGH ? pour(wire.conn[CLIENT], &stream) : INKOTLS_STATUS_OK;
    CHECK(sent == INKOTLS_STATUS_OK || sent == INKOTLS_STATUS_WANT_WRITE);
    do got = drink(wire.conn[SERVER], &stream);
    while (got == INKOTLS_STATUS_OK);
    sent = inkotls_conn_flush(wire.conn[CLIENT]);
    if (sent < 0 || got < 0) give_up("the transfer failed");
    if (stream.received < stream.written) wait_for(&wire, sent, got);
  } while (ticks < ENOUGH || stream.received < stream.written);
  setitimer(ITIMER_REAL, &calm, NULL);
  sigaction(SIGALRM, &before, NULL);
  alarm(DEADLINE_S);
  CHECK_INT(stream.received, stream.written);
  wire_free(&wire);
}

static void over_each(const char *name, void (*scenario)(transport)) {
  checking("%s: TCP", name);
  scenario(tcp);
  checking("%s: socket pair", name);
  scenario(unix_pair);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  signal(SIGPIPE, SIG_DFL);
  signal(SIGALRM, SIG_DFL);
  alarm(DEADLINE_S);
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  not_sockets();
  detaches();
  attaches_in_the_middle();
  over_each("never blocks", never_blocks);
  peer_resets();
  over_each("the peer leaves", peer_leaves);
  over_each("refused while sending", refused_while_sending);
  for (int i = 0; i < 4; i++) hears_why_the_last_flight_is_unwanted(i & 1, i >> 1);
  over_each("interrupted", interrupted);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
