// An HTTPS server on epoll: one thread, many connections, a certificate for each server name.
//
//     https_server PORT CHAIN KEY [NAME CHAIN KEY]...
//
// It listens on 127.0.0.1; PORT 0 is any free one. CHAIN and KEY are PEM files. A client that asks
// for NAME gets that one's certificate, every other client the first. The page tells what the two
// sides agreed on.
//
// A connection is a machine with the states below, one function for each, which answers as the
// library does: OK, go on to the next state; WANT_READ or WANT_WRITE, come back when epoll says
// so; or a failure. After OK the next state runs at once, for what it needs may have been read
// from the socket already, and epoll would never tell.

#define _GNU_SOURCE 1  // memmem

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "epoll.h"
#include "inkotls.h"

enum {
  CONNECTION_MS = 10000,   // what a connection may take from accept to close
  REST_MS = 100,           // how long the listener rests when no connection can be accepted
  LINGER_BYTES = 1 << 20,  // what a peer may still send after we have finished
};

struct site {
  const char *name;  // NULL: any
  const inkotls_server_config *config;
};

enum state {
  ACCEPTING,  // until the ClientHello is whole, and tells which site is asked for
  SHAKING_HANDS,
  RECEIVING,     // the request
  SENDING,       // the answer
  CLOSING,       // close_notify
  HALF_CLOSING,  // the sending side of the socket
  LINGERING,     // until the peer has finished, lest a reset overtake what we sent last
  FINISHED,
};

struct connection {
  TAILQ_ENTRY(connection) by_age;
  struct server *server;
  int fd;
  uint16_t port;     // the peer's
  int64_t deadline;  // in ms
  enum state state;
  inkotls_acceptor *acceptor;  // while ACCEPTING
  inkotls_conn *tls;           // after that
  size_t len, sent, lingered;
  char text[8192];  // the request, then the answer: `len` bytes
};

struct server {
  const struct site *sites;
  size_t site_count;
  int epoll, listener;
  bool rests;                            // the listener
  TAILQ_HEAD(, connection) connections;  // the oldest first: its deadline is the next
};

static const inkotls_server_config *load(const char *chain, const char *key);
static bool serve(struct server *server, uint16_t port);
static bool listen_on(struct server *server, uint16_t port);
static void loop(struct server *server);
static void greet(struct server *server);
static void rest(struct server *server, bool rests);
static void run(struct connection *connection);
static inkotls_status accept_hello(struct connection *connection);
static inkotls_status shake_hands(struct connection *connection);
static inkotls_status receive(struct connection *connection);
static inkotls_status send_answer(struct connection *connection);
static inkotls_status close_tls(struct connection *connection);
static inkotls_status half_close(struct connection *connection);
static inkotls_status linger(struct connection *connection);
static const inkotls_server_config *choose(const struct connection *connection);
static void answer(struct connection *connection, const char *result);
static void report(const struct connection *connection);
static void complain(const struct connection *connection, const char *message, const char *alert);
static void expire(struct server *server);
static void hang_up(struct connection *connection);
static bool watch(struct server *server, int operation, int fd, uint32_t events, void *who);
static bool set_nonblocking(int fd);
static int64_t now(void);

int main(int argc, char **argv) {
  char *end = "";
  unsigned long port = argc > 1 ? strtoul(argv[1], &end, 10) : 0;
  if (argc < 4 || (argc - 4) % 3 != 0 || end == argv[1] || *end != 0 || port > UINT16_MAX) {
    fprintf(stderr, "usage: https_server PORT CHAIN KEY [NAME CHAIN KEY]...\n");
    return 2;
  }

  size_t count = (size_t)(argc - 1) / 3;
  struct site *sites = calloc(count, sizeof *sites);
  bool ok = sites != NULL;
  for (size_t i = 0; ok && i < count; i++) {
    char **site = argv + 3 * i + 1;  // of the first one, the port stands where the name would
    sites[i] = (struct site){.name = i > 0 ? site[0] : NULL, .config = load(site[1], site[2])};
    ok = sites[i].config != NULL;
  }
  ok = ok && serve(&(struct server){.sites = sites, .site_count = count}, (uint16_t)port);

  for (size_t i = 0; sites && i < count; i++) inkotls_server_config_release(sites[i].config);
  free(sites);
  return ok ? 0 : 1;
}

static const inkotls_server_config *load(const char *chain, const char *key) {
  const inkotls_server_config *config = NULL;
  inkotls_identity *identity = inkotls_identity_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  if (inkotls_identity_set_chain_pem_file(identity, chain, strlen(chain)) != INKOTLS_STATUS_OK ||
      inkotls_identity_set_key_pem_file(identity, key, strlen(key)) != INKOTLS_STATUS_OK) {
    fprintf(stderr, "https_server: %s\n", inkotls_identity_error(identity));
  } else if (inkotls_server_builder_set_identity(builder, identity) != INKOTLS_STATUS_OK ||
             inkotls_server_builder_add_alpn(builder, "http/1.1", 8) != INKOTLS_STATUS_OK ||
             inkotls_server_builder_build(builder, &config) != INKOTLS_STATUS_OK) {
    fprintf(stderr, "https_server: %s\n", inkotls_server_builder_error(builder));
  } else {
    builder = NULL;  // it became the config
  }
  inkotls_server_builder_free(builder);
  inkotls_identity_free(identity);
  return config;
}

static int signals[2];  // a pipe, which wakes the loop

static void stop(int signal) {
  (void)signal;
  if (write(signals[1], "", 1) < 0) return;
}

static bool serve(struct server *server, uint16_t port) {
  TAILQ_INIT(&server->connections);
  server->epoll = epoll_create1(EPOLL_CLOEXEC);
  server->listener = socket(AF_INET, SOCK_STREAM, 0);
  bool ok = pipe(signals) == 0 && set_nonblocking(server->listener) && listen_on(server, port) &&
            watch(server, EPOLL_CTL_ADD, signals[0], EPOLLIN, signals) &&
            watch(server, EPOLL_CTL_ADD, server->listener, EPOLLIN, &server->listener);
  if (ok) {
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    loop(server);
  } else {
    fprintf(stderr, "https_server: port %u: %s\n", port, strerror(errno));
  }

  while (!TAILQ_EMPTY(&server->connections)) hang_up(TAILQ_FIRST(&server->connections));
  close(server->listener);
  close(server->epoll);
  return ok;
}

static bool listen_on(struct server *server, uint16_t port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t len = sizeof address;
  if (setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0 ||
      bind(server->listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(server->listener, SOMAXCONN) < 0 ||
      getsockname(server->listener, (struct sockaddr *)&address, &len) < 0) {
    return false;
  }
  printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
  return fflush(stdout) == 0;
}

// Until a signal.
static void loop(struct server *server) {
  for (;;) {
    struct connection *oldest = TAILQ_FIRST(&server->connections);
    int64_t timeout = oldest ? oldest->deadline - now() : -1;
    if (oldest && timeout < 0) timeout = 0;
    if (server->rests && (timeout < 0 || timeout > REST_MS)) timeout = REST_MS;
    struct epoll_event events[64];
    int count = epoll_wait(server->epoll, events, 64, (int)timeout);
    if (count == 0) rest(server, false);
    for (int i = 0; i < count; i++) {
      void *who = events[i].data.ptr;
      if (who == signals) return;
      if (who == &server->listener) {
        greet(server);
      } else {
        run(who);
      }
    }
    expire(server);  // after the events, which may name connections that this ends
  }
}

static void greet(struct server *server) {
  struct sockaddr_in peer;
  int fd;
  while ((fd = accept(server->listener, (struct sockaddr *)&peer, &(socklen_t){sizeof peer})) >=
         0) {
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) {
      close(fd);
      return;
    }
    connection->server = server;
    connection->fd = fd;
    connection->port = ntohs(peer.sin_port);
    connection->deadline = now() + CONNECTION_MS;
    connection->acceptor = inkotls_acceptor_new();
    TAILQ_INSERT_TAIL(&server->connections, connection, by_age);
    if (!set_nonblocking(fd) ||
        inkotls_acceptor_set_fd(connection->acceptor, fd) != INKOTLS_STATUS_OK ||
        !watch(server, EPOLL_CTL_ADD, fd, EPOLLIN, connection)) {
      hang_up(connection);
    }
  }
  // Out of descriptors or memory: until some are free again, the listener would only keep epoll
  // awake.
  if (errno != EAGAIN) rest(server, true);
}

// Until a connection ends, or for REST_MS in which nothing else happens.
static void rest(struct server *server, bool rests) {
  if (server->rests == rests) return;
  watch(server, EPOLL_CTL_MOD, server->listener, rests ? 0 : EPOLLIN, &server->listener);
  server->rests = rests;
}

static void run(struct connection *connection) {
  static inkotls_status (*const steps[FINISHED])(struct connection *) = {
      [ACCEPTING] = accept_hello, [SHAKING_HANDS] = shake_hands, [RECEIVING] = receive,
      [SENDING] = send_answer,    [CLOSING] = close_tls,         [HALF_CLOSING] = half_close,
      [LINGERING] = linger,
  };
  while (connection->state != FINISHED) {
    inkotls_status status = steps[connection->state](connection);
    if (status == INKOTLS_STATUS_OK) {
      connection->state++;
    } else if (status == INKOTLS_STATUS_WANT_READ || status == INKOTLS_STATUS_WANT_WRITE) {
      uint32_t events = status == INKOTLS_STATUS_WANT_READ ? EPOLLIN : EPOLLOUT;
      if (watch(connection->server, EPOLL_CTL_MOD, connection->fd, events, connection)) return;
      connection->state = FINISHED;
    } else if (status == INKOTLS_STATUS_CLOSED) {  // the peer asked for nothing
      connection->state = connection->tls ? CLOSING : HALF_CLOSING;
    } else {
      // A peer that has its answer need not wait for our close_notify.
      if (connection->state < CLOSING) report(connection);
      connection->state = HALF_CLOSING;
    }
  }
  hang_up(connection);
}

static inkotls_status accept_hello(struct connection *connection) {
  inkotls_status status = inkotls_acceptor_accept(connection->acceptor);
  if (status != INKOTLS_STATUS_OK) return status;
  status = inkotls_acceptor_into_conn(connection->acceptor, choose(connection), &connection->tls);
  if (status == INKOTLS_STATUS_OK) connection->acceptor = NULL;  // it became the connection
  return status;
}

static inkotls_status shake_hands(struct connection *connection) {
  return inkotls_conn_handshake(connection->tls);
}

static inkotls_status receive(struct connection *connection) {
  while (!memmem(connection->text, connection->len, "\r\n\r\n", 4)) {
    size_t room = sizeof connection->text - connection->len, len;
    if (room == 0) {
      answer(connection, "431 Request Header Fields Too Large");
      return INKOTLS_STATUS_OK;
    }
    inkotls_status status =
        inkotls_conn_read(connection->tls, connection->text + connection->len, room, &len);
    if (status != INKOTLS_STATUS_OK) return status;
    connection->len += len;
  }
  answer(connection, memcmp(connection->text, "GET ", 4) == 0 ? "200 OK" : "501 Not Implemented");
  return INKOTLS_STATUS_OK;
}

static inkotls_status send_answer(struct connection *connection) {
  while (connection->sent < connection->len) {
    size_t used;
    inkotls_status status = inkotls_conn_write(connection->tls, connection->text + connection->sent,
                                               connection->len - connection->sent, &used);
    if (status != INKOTLS_STATUS_OK) return status;
    connection->sent += used;
  }
  return inkotls_conn_flush(connection->tls);
}

static inkotls_status close_tls(struct connection *connection) {
  return inkotls_conn_close(connection->tls);
}

static inkotls_status half_close(struct connection *connection) {
  shutdown(connection->fd, SHUT_WR);  // fails where the peer is gone: then the next recv does, too
  return INKOTLS_STATUS_OK;
}

static inkotls_status linger(struct connection *connection) {
  char scrap[16384];
  while (connection->lingered < LINGER_BYTES) {
    ssize_t len = recv(connection->fd, scrap, sizeof scrap, 0);
    if (len < 0 && errno == EAGAIN) return INKOTLS_STATUS_WANT_READ;
    if (len <= 0) break;
    connection->lingered += (size_t)len;
  }
  return INKOTLS_STATUS_OK;
}

static const inkotls_server_config *choose(const struct connection *connection) {
  const struct server *server = connection->server;
  const char *name;
  size_t len;
  if (inkotls_acceptor_server_name(connection->acceptor, &name, &len) == INKOTLS_STATUS_OK) {
    for (size_t i = 1; i < server->site_count; i++) {
      const struct site *site = &server->sites[i];
      if (strlen(site->name) == len && strncasecmp(site->name, name, len) == 0) return site->config;
    }
  }
  return server->sites[0].config;
}

// Replaces the request by the answer.
static void answer(struct connection *connection, const char *result) {
  const inkotls_conn *tls = connection->tls;
  const char *name = "none";
  const uint8_t *alpn = (const uint8_t *)"none";
  size_t name_len = 4, alpn_len = 4;
  inkotls_conn_server_name(tls, &name, &name_len);  // NONE leaves them as they are
  inkotls_conn_alpn(tls, &alpn, &alpn_len);

  char page[1024];
  int len = snprintf(page, sizeof page,
                     "%s\n\nversion: %s\nsuite: %s\ngroup: %s\nalpn: %.*s\nserver name: %.*s\n",
                     result, inkotls_protocol_version_name(inkotls_conn_protocol_version(tls)),
                     inkotls_cipher_suite_name(inkotls_conn_cipher_suite(tls)),
                     inkotls_named_group_name(inkotls_conn_named_group(tls)), (int)alpn_len,
                     (const char *)alpn, (int)name_len, name);
  len = snprintf(connection->text, sizeof connection->text,
                 "HTTP/1.1 %s\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
                 "Connection: close\r\n\r\n%s",
                 result, len, page);
  connection->len = (size_t)len;
}

static void report(const struct connection *connection) {
  const inkotls_acceptor *acceptor = connection->acceptor;
  const inkotls_conn *tls = connection->tls;
  const char *error = tls ? inkotls_conn_error(tls) : inkotls_acceptor_error(acceptor);
  int32_t sent = tls ? inkotls_conn_alert_sent(tls) : inkotls_acceptor_alert_sent(acceptor);
  int32_t received =
      tls ? inkotls_conn_alert_received(tls) : inkotls_acceptor_alert_received(acceptor);
  int32_t alert = sent > 0 ? sent : received;
  char words[64] = "";
  if (alert > 0) {  // 0 is close_notify, which refuses nothing
    snprintf(words, sizeof words, " (%s alert %s %d)", sent > 0 ? "sent" : "received",
             inkotls_alert_name(alert), alert);
  }
  complain(connection, error, words);
}

static void complain(const struct connection *connection, const char *message, const char *alert) {
  const char *what = connection->state > SHAKING_HANDS ? "lost" : "refused";
  fprintf(stderr, "%s 127.0.0.1:%u: %s%s\n", what, connection->port, message, alert);
}

// Ends the connections whose time is over: a peer may send nothing and stay.
static void expire(struct server *server) {
  struct connection *oldest;
  while ((oldest = TAILQ_FIRST(&server->connections)) && oldest->deadline <= now()) {
    if (oldest->state < CLOSING) complain(oldest, "its time is over", "");
    hang_up(oldest);
  }
}

static void hang_up(struct connection *connection) {
  struct server *server = connection->server;
  TAILQ_REMOVE(&server->connections, connection, by_age);
  inkotls_acceptor_free(connection->acceptor);
  inkotls_conn_free(connection->tls);
  close(connection->fd);
  free(connection);
  rest(server, false);
}

static bool watch(struct server *server, int operation, int fd, uint32_t events, void *who) {
  struct epoll_event event = {.events = events, .data.ptr = who};
  return epoll_ctl(server->epoll, operation, fd, &event) == 0;
}

static bool set_nonblocking(int fd) { return fcntl(fd, F_SETFL, O_NONBLOCK) == 0; }

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * (int64_t)1000 + time.tv_nsec / 1000000;
}
