// The socket: over plain buffers, or with -over-fd by the library itself.

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session.h"

// No call tells of a HelloRetryRequest: its random does (RFC 8446, section 4.1.3).
static void watch(const uint8_t *data, size_t len) {
  static const uint8_t RANDOM[32] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
                                     0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
                                     0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
                                     0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
  for (size_t i = 0; i < len; i++) {
    session.matched = data[i] == RANDOM[session.matched] ? session.matched + 1 : data[i] == 0xcf;
    if (session.matched < sizeof RANDOM) continue;
    session.is_hello_retried = 1;
    session.matched = 0;
  }
}

void transport_send(const uint8_t *data, size_t len) {
  watch(data, len);
  while (len > 0 && !session.is_deaf) {
    ssize_t sent = send(session.fd, data, len, MSG_NOSIGNAL);
    if (sent < 0) session.is_deaf = 1;  // but why may still be read
    if (sent > 0) data += sent, len -= (size_t)sent;
  }
}

void transport_connect(void) {
  const struct flags *flags = session.flags;
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)flags->port)};
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)flags->port)};
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  v6.sin6_addr = in6addr_loopback;
  const struct sockaddr *to = flags->is_ipv6 ? (void *)&v6 : (void *)&v4;
  session.fd = socket(to->sa_family, SOCK_STREAM, 0);
  if (connect(session.fd, to, flags->is_ipv6 ? sizeof v6 : sizeof v4) != 0)
    fail("cannot connect: %s", strerror(errno));
  uint8_t id[8];
  for (int i = 0; i < 8; i++) id[i] = (uint8_t)((uint64_t)flags->shim_id >> 8 * i);
  transport_send(id, sizeof id);
  if (!flags->over_fd) return;
  if (session.acceptor) inkotls_acceptor_set_fd(session.acceptor, session.fd);
  if (session.conn) inkotls_conn_set_fd(session.conn, session.fd);
}

static size_t drain(uint8_t *buf, size_t cap) {
  size_t len = 0;
  if (session.acceptor) inkotls_acceptor_drain(session.acceptor, buf, cap, &len);
  if (session.conn) inkotls_conn_drain(session.conn, buf, cap, &len);
  return len;
}

static void send_waiting(void) {
  uint8_t net[16384];
  size_t len;
  while (!session.is_held && (len = drain(net, sizeof net)) > 0) transport_send(net, len);
}

// With -async, a byte at a time.
static void receive(void) {
  uint8_t net[16384];
  size_t used;
  ssize_t got = recv(session.fd, net, session.flags->is_async ? 1 : sizeof net, 0);
  if (got > 0) watch(net, (size_t)got);
  if (session.acceptor) {
    if (got <= 0)
      inkotls_acceptor_feed_eof(session.acceptor);
    else
      inkotls_acceptor_feed(session.acceptor, net, (size_t)got, &used);
  } else if (got <= 0) {
    inkotls_conn_feed_eof(session.conn);
  } else if (inkotls_conn_feed(session.conn, net, (size_t)got, &used) != INKOTLS_STATUS_OK ||
             used != (size_t)got) {
    fail("feed does not take what it has room for");
  }
}

static void wait_for(inkotls_status status) {
  struct pollfd fd = {.fd = session.fd, .events = status == INKOTLS_STATUS_WANT_READ ? POLLIN : 0};
  int32_t state = session.conn ? inkotls_conn_state(session.conn) : 0;
  if (status == INKOTLS_STATUS_WANT_READ && state & INKOTLS_STATE_READABLE) return;
  if (status == INKOTLS_STATUS_WANT_WRITE || state & INKOTLS_STATE_WANTS_WRITE)
    fd.events |= POLLOUT;
  poll(&fd, 1, -1);
  if (state & INKOTLS_STATE_WANTS_WRITE && fd.revents & POLLOUT) inkotls_conn_flush(session.conn);
}

inkotls_status drive(step *step) {
  inkotls_status status;
  while ((status = step()) > 0) {
    if (status == INKOTLS_STATUS_WANT_BLOCKING) {
      session.is_blocking = 1;
      inkotls_conn_run_blocking(session.conn);
      session.is_blocking = 0;
    } else if (session.flags->over_fd) {
      wait_for(status);
    } else {
      send_waiting();
      if (status == INKOTLS_STATUS_WANT_READ) receive();
    }
  }
  if (!session.flags->over_fd) send_waiting();
  return status;
}

// Lets the peer read what was sent to it: unread bytes of its own would have it reset.
void transport_end(void) {
  uint8_t net[4096];
  shutdown(session.fd, SHUT_WR);
  while (recv(session.fd, net, sizeof net, 0) > 0) {
  }
  close(session.fd);
}
