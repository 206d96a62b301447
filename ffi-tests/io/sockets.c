// Descriptors as a transport, with peers that misbehave: TCP on loopback; socket pairs, which
// buffer less and report sooner; pipes. pipes.c tests what only pipes have.

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "wire.h"

// Attached and detached.

static void detaches(medium over) {
  struct wire wire = wire_with_client(over);
  char hello[1024];
  size_t len = 0;
  CHECK_INT(inkotls_conn_detach(wire.conn[CLIENT]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_detach(wire.conn[CLIENT]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(wire_get(&wire, SERVER, hello, sizeof hello), 0);
  CHECK_INT(inkotls_conn_drain(wire.conn[CLIENT], hello, sizeof hello, &len), INKOTLS_STATUS_OK);
  CHECK(len > 0 && hello[0] == 22);
  wire_free(&wire);
}

// What a failed socket() returns is no descriptor, and does not take the place of one.
static void refuses_negative_descriptors(medium over) {
  struct wire wire = wire_with_client(over);
  inkotls_conn *conn = wire.conn[CLIENT];
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  const int of_client[][2] = {{-1, -1}, {wire.in[CLIENT], -1}, {-1, wire.out[CLIENT]}, {-2, -3}};
  char hello[1024];
  for (size_t i = 0; i < sizeof of_client / sizeof of_client[0]; i++) {
    int from = of_client[i][0], to = of_client[i][1];
    CHECK_INT(inkotls_conn_set_fds(conn, from, to), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(inkotls_conn_os_error(conn), EBADF);
    CHECK_TEXT(inkotls_conn_error(conn), "what a call that failed returns");
    CHECK_INT(inkotls_acceptor_set_fds(acceptor, from, to), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_acceptor_error(acceptor), "what a call that failed returns");
  }
  CHECK_INT(inkotls_conn_set_fd(conn, -1), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_TEXT(inkotls_conn_error(conn), " -1: ");
  CHECK_INT(inkotls_acceptor_set_fd(acceptor, -1), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_TEXT(inkotls_acceptor_error(acceptor), " -1: ");
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_READ);
  CHECK(wire_get(&wire, SERVER, hello, sizeof hello) > 0);
  inkotls_acceptor_free(acceptor);
  wire_free(&wire);
}

// What was fed, and what waited to be drained, before the socket was there.
static void attaches_in_the_middle(medium over) {
  struct wire wire = {.conn = {NULL, NULL}};
  char hello[2048], flight[8192];
  size_t hello_len = 0, flight_len = 0, used = 0;
  over(&wire);
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
  for (int i = 0; i < 2; i++) CHECK_INT(wire_attach(&wire, i), INKOTLS_STATUS_OK);
  CHECK_INT(wire_put(&wire, SERVER, flight + half, flight_len - half), flight_len - half);
  wire_shake(&wire, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  wire_say(&wire, CLIENT, "hello");
  wire_hear(&wire, SERVER, "hello");
  wire_free(&wire);

  // Before what waits is drained; to an acceptor after half of the ClientHello.
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  wire = (struct wire){.conn = {NULL, NULL}};
  over(&wire);
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &wire.conn[CLIENT]), 0);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(wire_attach(&wire, CLIENT), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(wire_get(&wire, SERVER, hello, 100), 100);
  CHECK_INT(inkotls_acceptor_feed(acceptor, hello, 100, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(wire_attach_acceptor(&wire, acceptor), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_into_conn(acceptor, server, &wire.conn[SERVER]), INKOTLS_STATUS_OK);
  wire_shake(&wire, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  wire_free(&wire);
}

static int nonblocking_socket(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK_INT(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
  return fd;
}

// A socket that is still connecting: the queue of the listener is full, and Linux drops the SYN.
static void connects_later(void) {
  enum { MOST = 8 };
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof at;
  int listener = nonblocking_socket(), fds[MOST], count = 0;
  struct pollfd last = {.events = POLLOUT};
  inkotls_conn *conn = NULL;
  CHECK_INT(bind(listener, (struct sockaddr *)&at, sizeof at) | listen(listener, 0), 0);
  CHECK_INT(getsockname(listener, (struct sockaddr *)&at, &len), 0);
  do {
    last.fd = fds[count++] = nonblocking_socket();
    CHECK_INT(connect(last.fd, (struct sockaddr *)&at, sizeof at), -1);
    CHECK_INT(errno, EINPROGRESS);
  } while (poll(&last, 1, 50) > 0 && count < MOST);
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_fd(conn, last.fd), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_WRITE);
  close(accept(listener, NULL, NULL));
  CHECK_INT(poll(&last, 1, PATIENCE_MS), 1);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_READ);
  inkotls_conn_free(conn);
  while (count > 0) close(fds[--count]);
  close(listener);
}

// Nobody listens there, which the connection tells as connect would have.
static void connect_is_refused(void) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof at;
  int held = socket(AF_INET, SOCK_STREAM, 0), fd = nonblocking_socket();
  inkotls_conn *conn = NULL;
  CHECK_INT(bind(held, (struct sockaddr *)&at, sizeof at), 0);  // and does not listen
  CHECK_INT(getsockname(held, (struct sockaddr *)&at, &len), 0);
  CHECK_INT(connect(fd, (struct sockaddr *)&at, sizeof at), -1);
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_fd(conn, fd), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_IO_ERROR);
  CHECK_TEXT(inkotls_conn_error(conn), "sending: ");
  CHECK_INT(inkotls_conn_os_error(conn), ECONNREFUSED);
  inkotls_conn_free(conn);
  close(fd);
  close(held);
}

// Peers that are silent, slow or gone.

// The alarm ends the program if a call blocks.
static void never_blocks(medium over) {
  char in[16];
  size_t len = 99;
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  struct wire wire = wire_with_client(over);
  CHECK_INT(wire_attach_acceptor(&wire, acceptor), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_READ);
  inkotls_acceptor_free(acceptor);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_conn_write(wire.conn[CLIENT], "x", 1, &len), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(len, 99);
  wire_free(&wire);

  struct stream stream = {0, 0};
  inkotls_status sent, got;
  wire = wire_shaken(over);
  CHECK_INT(inkotls_conn_read(wire.conn[SERVER], in, sizeof in, &len), INKOTLS_STATUS_WANT_READ);
  do sent = pour(wire.conn[CLIENT], &stream);
  while (sent == INKOTLS_STATUS_OK);
  CHECK_INT(sent, INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_flush(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_close(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_WRITE);
  // Reading does not wait for any of it.
  wire_say(&wire, SERVER, "meanwhile");
  wire_hear(&wire, CLIENT, "meanwhile");
  // Everything arrives, once the peer reads.
  while ((got = drink(wire.conn[SERVER], &stream)) != INKOTLS_STATUS_CLOSED) {
    sent = inkotls_conn_close(wire.conn[CLIENT]);
    if (sent < 0 || got < 0) give_up("the transfer failed");
    if (is_wanting(got)) wire_wait(&wire, sent, got);
  }
  CHECK_INT(stream.received, stream.written);
  CHECK_INT(inkotls_conn_close(wire.conn[CLIENT]), INKOTLS_STATUS_OK);
  wire_free(&wire);
}

// What the peer said before it left is still read, after writing has failed.
static void peer_leaves(medium over) {
  char in[16];
  size_t len;
  struct wire wire = wire_shaken(over);
  wire_say(&wire, SERVER, "last words");
  CHECK_INT(inkotls_conn_close(wire.conn[SERVER]), INKOTLS_STATUS_OK);
  wire_leave(&wire, SERVER);
  wire_write_in_vain(&wire, CLIENT);
  wire_hear(&wire, CLIENT, "last words");
  CHECK_INT(wire_read(&wire, CLIENT, in, sizeof in, &len), INKOTLS_STATUS_CLOSED);
  CHECK_INT(wire_read(&wire, CLIENT, in, sizeof in, &len), INKOTLS_STATUS_CLOSED);
  CHECK_INT(inkotls_conn_alert_received(wire.conn[CLIENT]), 0);
  wire_free(&wire);

  // A record that is none: the server refuses it, and leaves.
  static const unsigned char junk[] = {23, 3, 3, 0,  17, 1,  2,  3,  4,  5,  6,
                                       7,  8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
  wire = wire_shaken(over);
  CHECK_INT(wire_put(&wire, CLIENT, junk, sizeof junk), sizeof junk);
  CHECK_INT(wire_read(&wire, SERVER, in, sizeof in, &len), INKOTLS_STATUS_PROTOCOL_ERROR);
  CHECK_INT(inkotls_conn_alert_sent(wire.conn[SERVER]), 20);
  wire_leave(&wire, SERVER);
  wire_write_in_vain(&wire, CLIENT);
  CHECK_INT(wire_read(&wire, CLIENT, in, sizeof in, &len), INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(inkotls_conn_alert_received(wire.conn[CLIENT]), 20);
  CHECK_INT(inkotls_conn_write(wire.conn[CLIENT], "x", 1, &len), INKOTLS_STATUS_ALERT_RECEIVED);
  wire_free(&wire);
}

// An alert explains the end better than EPIPE does.

static void is_told_why(struct wire *wire, int alert) {
  for (int again = 0; again < 3; again++)
    CHECK_INT(wire_handshake(wire, CLIENT), INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(inkotls_conn_alert_received(wire->conn[CLIENT]), alert);
  CHECK_TEXT(inkotls_conn_error(wire->conn[CLIENT]), inkotls_alert_name(alert));
  wire_free(wire);
}

static void refused_while_sending(medium over) {
  static const char *const h2[] = {"h2", NULL}, *const gopher[] = {"gopher", NULL};
  static const unsigned char alert[] = {21, 3, 3, 0, 2, 2, 40};
  // Before the client has sent anything.
  struct wire wire = wire_with_client(over);
  CHECK_INT(wire_put(&wire, SERVER, alert, sizeof alert), sizeof alert);
  wire_leave(&wire, SERVER);
  is_told_why(&wire, 40);

  // While there is no room for its ClientHello; unread bytes make a reset of the end.
  wire = wire_with_client(over);
  static const char filler[4096];
  while (wire_put(&wire, CLIENT, filler, sizeof filler) > 0) {
  }
  CHECK(is_wanting(inkotls_conn_handshake(wire.conn[CLIENT])));
  CHECK_INT(wire_put(&wire, SERVER, alert, sizeof alert), sizeof alert);
  wire_leave(&wire, SERVER);
  is_told_why(&wire, 40);

  // With half of the handshake to go: the alert is behind the ServerHello, to which the client
  // answers.
  const inkotls_client_config *trusting = client;
  const inkotls_server_config *serving = server;
  client = client_config("ca.pem", gopher);
  server = server_config("ecdsa", h2);
  wire = wire_with_both(over);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(wire_handshake(&wire, SERVER), INKOTLS_STATUS_HANDSHAKE_FAILED);
  wire_leave(&wire, SERVER);
  is_told_why(&wire, 120);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  client = trusting;
  server = serving;
}

// A handshake reports the failure that came first, after another transport was attached, too: on a
// socket that was never connected, and on a descriptor that the host closed, nothing can be sent,
// and nothing can be received.
static void sending_fails_first(void) {
  static const int errors[] = {EPIPE, EBADF};
  for (int is_closed = 0; is_closed < 2; is_closed++) {
    struct wire wire = {.conn = {NULL, NULL}};
    inkotls_conn *conn = NULL;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    unix_pair(&wire);
    CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &conn), INKOTLS_STATUS_OK);
    wire.conn[CLIENT] = conn;
    CHECK_INT(inkotls_conn_set_fd(conn, fd), INKOTLS_STATUS_OK);
    if (is_closed) close(fd);
    for (int call = 0; call < 4; call++) {
      if (call == 2) CHECK_INT(wire_attach(&wire, CLIENT), INKOTLS_STATUS_OK);
      CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_IO_ERROR);
      CHECK_INT(inkotls_conn_os_error(conn), errors[is_closed]);
      CHECK_TEXT(inkotls_conn_error(conn), "sending: ");
    }
    if (!is_closed) close(fd);
    wire_free(&wire);
  }
}

#ifndef _WIN32
// Under Wine, recv returns 0 after a reset.

static struct wire wire_reset_after_words(void) {
  struct wire wire = wire_shaken(tcp);
  wire_say(&wire, SERVER, "last words");
  wire_hear(&wire, CLIENT, "last words");
  wire_reset(&wire, SERVER);
  return wire;
}

static void reads_a_reset(struct wire *wire) {
  char in[16];
  size_t len;
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_read(wire->conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire->conn[CLIENT]), ECONNRESET);
    CHECK_TEXT(inkotls_conn_error(wire->conn[CLIENT]), strerror(ECONNRESET));
    CHECK_TEXT(inkotls_conn_error(wire->conn[CLIENT]), "what was received may be truncated");
  }
}

static void peer_resets(void) {
  char in[16];
  size_t len = 99;
  checking("reset before the ClientHello");
  struct wire wire = wire_with_client(tcp);
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  CHECK_INT(wire_attach_acceptor(&wire, acceptor), INKOTLS_STATUS_OK);
  wire_reset(&wire, CLIENT);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_acceptor_os_error(acceptor), ECONNRESET);
    CHECK_TEXT(inkotls_acceptor_error(acceptor), strerror(ECONNRESET));
  }
  inkotls_acceptor_free(acceptor);
  wire_free(&wire);

  checking("reset during the handshake");
  wire = wire_with_client(tcp);
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  wire_reset(&wire, SERVER);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
    CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_write(wire.conn[CLIENT], "x", 1, &len), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
    CHECK(!strstr(inkotls_conn_error(wire.conn[CLIENT]), "truncated"));
  }
  CHECK_INT(len, 99);
  wire_free(&wire);

  // Before it has said a word, sending is what fails first.
  checking("reset before the handshake");
  wire = wire_with_client(tcp);
  wire_reset(&wire, SERVER);
  for (int again = 0; again < 3; again++) {
    CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_IO_ERROR);
    CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
    CHECK(!strstr(inkotls_conn_error(wire.conn[CLIENT]), "truncated"));
  }
  wire_free(&wire);

  checking("reset after the handshake, found by a reader");
  wire = wire_reset_after_words();
  reads_a_reset(&wire);
  wire_write_in_vain(&wire, CLIENT);
  CHECK_INT(inkotls_conn_read(wire.conn[CLIENT], in, sizeof in, &len), INKOTLS_STATUS_IO_ERROR);
  CHECK_INT(inkotls_conn_os_error(wire.conn[CLIENT]), ECONNRESET);
  wire_free(&wire);

  // The kernel tells ECONNRESET once, to whoever asks first.
  checking("reset after the handshake, found by a writer");
  wire = wire_reset_after_words();
  wire_write_in_vain(&wire, CLIENT);
  reads_a_reset(&wire);
  wire_free(&wire);
}

// Windows has no transport that reports at once that the peer has left.
// Our last flight cannot be sent any more, but what the peer said before is there: its alert, or
// its close_notify, is the answer, not the broken socket.
static void last_flight_is_unwanted(medium over, int is_closed, int by_alert) {
  static const unsigned char garbage[25] = {23, 3, 3, 0, 20};
  struct wire wire = wire_with_client(over);
  inkotls_conn *peer;
  unsigned char bytes[8192];
  size_t used, len = 0, more = 0;
  CHECK_INT(inkotls_conn_handshake(wire.conn[CLIENT]), INKOTLS_STATUS_WANT_READ);
  size_t got = wire_get(&wire, SERVER, bytes, sizeof bytes);
  CHECK_INT(inkotls_conn_new_server(server, &peer), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_feed(peer, bytes, got, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(peer), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain(peer, bytes, sizeof bytes, &len), INKOTLS_STATUS_OK);
  if (by_alert) {
    CHECK_INT(inkotls_conn_feed(peer, garbage, sizeof garbage, &used), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_handshake(peer), INKOTLS_STATUS_WANT_WRITE);
  } else {
    CHECK_INT(inkotls_conn_close(peer), INKOTLS_STATUS_WANT_WRITE);
  }
  CHECK_INT(inkotls_conn_drain(peer, bytes + len, sizeof bytes - len, &more), INKOTLS_STATUS_OK);
  CHECK(more > 0 && wire_put(&wire, SERVER, bytes, len + more) == len + more);
  if (is_closed) {
    wire_leave(&wire, SERVER);
  } else {
    wire_deafen(&wire, SERVER);
  }
  CHECK_INT(wire_handshake(&wire, CLIENT),
            by_alert ? INKOTLS_STATUS_ALERT_RECEIVED : INKOTLS_STATUS_CLOSED);
  CHECK_INT(inkotls_conn_alert_received(wire.conn[CLIENT]), by_alert ? 20 : 0);
  inkotls_conn_free(peer);
  wire_free(&wire);
}

static void hears_why_the_last_flight_is_unwanted(medium over) {
  for (int i = 0; i < 4; i++) last_flight_is_unwanted(over, i & 1, i >> 1);
}

// Windows has no signals.

static volatile sig_atomic_t ticks;

static void tick(int signal) {
  (void)signal;
  ticks++;
}
// Bytes flow for as long as a hundred signals take, one a millisecond.
static void interrupted(medium over) {
  enum { ENOUGH = 100 };
  struct wire wire = wire_with_both(over);
  struct sigaction on_tick = {.sa_handler = tick}, before;  // without SA_RESTART
  struct itimerval storm = {{0, 1000}, {0, 1000}}, calm = {{0, 0}, {0, 0}};
  struct stream stream = {0, 0};
  inkotls_status sent, got;
  alarm(0);
  ticks = 0;
  sigaction(SIGALRM, &on_tick, &before);
  setitimer(ITIMER_REAL, &storm, NULL);
  wire_shake(&wire, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  do {
    sent = ticks < ENOUGH ? pour(wire.conn[CLIENT], &stream) : INKOTLS_STATUS_OK;
    CHECK(sent == INKOTLS_STATUS_OK || sent == INKOTLS_STATUS_WANT_WRITE);
    do got = drink(wire.conn[SERVER], &stream);
    while (got == INKOTLS_STATUS_OK);
    sent = inkotls_conn_flush(wire.conn[CLIENT]);
    if (sent < 0 || got < 0) give_up("the transfer failed");
    if (stream.received < stream.written) wire_wait(&wire, sent, got);
  } while (ticks < ENOUGH || stream.received < stream.written);
  setitimer(ITIMER_REAL, &calm, NULL);
  signal(SIGALRM, SIG_IGN);  // forgets the one that may be on its way
  sigaction(SIGALRM, &before, NULL);
  CHECK_INT(stream.received, stream.written);
  wire_free(&wire);
}
#endif

static const struct {
  const char *name;
  medium over;
} media[] = {
    {"socket pair", unix_pair},
    {"pipes", pipes},
    {"non-blocking pipes", nonblocking_pipes},
    {"TCP", tcp},
};
enum { LOCAL = 3, ALL };  // what is sent over TCP arrives a little later

static void over_each(int count, const char *name, void (*scenario)(medium)) {
  if (!begins("%s", name)) return;
  for (int i = 0; i < count; i++) {
    checking("%s: %s", name, media[i].name);
    alarm(DEADLINE_S);
    scenario(media[i].over);
  }
}

int main(int argc, char **argv) {
  wires_open(argc, argv);
  over_each(ALL, "detached descriptors", detaches);
  over_each(ALL, "negative descriptors", refuses_negative_descriptors);
  over_each(LOCAL, "attached during a handshake", attaches_in_the_middle);
  once("a socket that is still connecting", connects_later);
  once("a connect that is refused", connect_is_refused);
  over_each(ALL, "no call blocks", never_blocks);
  over_each(ALL, "a peer that leaves", peer_leaves);
  over_each(ALL, "an alert while the client sends", refused_while_sending);
  once("sending fails before receiving does", sending_fails_first);
#ifndef _WIN32
  once("a peer that resets", peer_resets);
  over_each(LOCAL, "an alert before the last flight is sent",
            hears_why_the_last_flight_is_unwanted);
  over_each(ALL, "interrupted by signals", interrupted);
#endif
  return wires_done();
}
