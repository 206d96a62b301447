// A TLS server whose sessions live in Redis: any number of them resume each other's sessions.
//
//     redis_sessions PORT REDIS_PORT CHAIN KEY
//
// It listens on 127.0.0.1, where Redis does, too; PORT 0 is any free one. CHAIN and KEY are PEM
// files. It serves one connection at a time: a greeting, then the end. What matters is the store,
// `put` and `get`.
//
// A session is a secret: anyone who can read it can decrypt the connections that it was used for,
// and anyone who can write one can impersonate the client that it names. So keep that Redis as
// private as the key.
//
// The callbacks block the thread that drives the handshake. So each exchange has a limit, and a
// Redis that reached it is left alone for a while. One that is gone, or answers nonsense, costs no
// connection: the handshake is a full one.

#define _DEFAULT_SOURCE 1

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "inkotls.h"

#define PREFIX "inkotls:"                        // of our keys: Redis may have others
#define EXPIRY "\r\n$2\r\nEX\r\n$4\r\n7200\r\n"  // sessions live for 7200 seconds

enum {
  REDIS_MS = 200,          // how long we wait for Redis,
  REST_MS = 1000,          // and leave it alone where that was not enough
  ACCEPT_REST_MS = 100,    // how long the listener rests when no connection can be accepted
  KEY_CAP = 64,            // those that the library makes have 32 bytes
  LINE_CAP = 16,           // of an answer that means anything to us
  CONNECTION_MS = 10000,   // what a connection may take from accept to close
  LINGER_BYTES = 1 << 20,  // what a peer may still send after we have finished
};

// For one thread: with more, each has its own, or they share it under a lock.
struct store {
  uint16_t port;
  int fd;  // -1: not connected
  int64_t deadline, rest_until;
};

struct peer {
  int fd;
  inkotls_conn *tls;
  int64_t deadline;
};

static bool parse_port(const char *text, uint16_t *port);
static const inkotls_server_config *load(const char *chain, const char *key, struct store *store);
static bool serve(const inkotls_server_config *config, uint16_t port);
static bool listen_on(int listener, uint16_t port);
static void greet(const inkotls_server_config *config, int fd);
static inkotls_status converse(struct peer *peer);
static bool wait_for(const struct peer *peer, inkotls_status status);
static void linger(const struct peer *peer);
static int32_t put(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   const uint8_t *value, size_t value_len);
static int32_t get(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   int32_t take, uint8_t *buf, size_t cap);
static bool send_command(struct store *store, struct iovec *parts, size_t count);
static bool reach(struct store *store);
static bool is_silent(int fd);
static int32_t receive_value(const struct store *store, uint8_t *buf, size_t cap);
static bool receive_line(const struct store *store, char *line);
static bool receive(const struct store *store, void *buf, size_t len);
static void give_up(struct store *store);
static struct iovec part(const void *data, size_t len);
static struct sockaddr_in loopback(uint16_t port);
static int64_t now(void);

int main(int argc, char **argv) {
  uint16_t port;
  struct store store = {.fd = -1};
  if (argc != 5 || !parse_port(argv[1], &port) || !parse_port(argv[2], &store.port)) {
    fprintf(stderr, "usage: redis_sessions PORT REDIS_PORT CHAIN KEY\n");
    return 2;
  }
  const inkotls_server_config *config = load(argv[3], argv[4], &store);
  bool ok = config && serve(config, port);
  inkotls_server_config_release(config);  // before the store, which it uses
  if (store.fd >= 0) close(store.fd);
  return ok ? 0 : 1;
}

static bool parse_port(const char *text, uint16_t *port) {
  char *end;
  unsigned long number = strtoul(text, &end, 10);
  *port = (uint16_t)number;
  return end != text && *end == 0 && number <= UINT16_MAX;
}

static const inkotls_server_config *load(const char *chain, const char *key, struct store *store) {
  const inkotls_server_config *config = NULL;
  inkotls_identity *identity = inkotls_identity_new();
  inkotls_server_builder *builder = inkotls_server_builder_new();
  if (inkotls_identity_set_chain_pem_file(identity, chain, strlen(chain)) != INKOTLS_STATUS_OK ||
      inkotls_identity_set_key_pem_file(identity, key, strlen(key)) != INKOTLS_STATUS_OK) {
    fprintf(stderr, "redis_sessions: %s\n", inkotls_identity_error(identity));
  } else if (inkotls_server_builder_set_identity(builder, identity) != INKOTLS_STATUS_OK ||
             inkotls_server_builder_set_session_store(builder, put, get, store, 1) !=
                 INKOTLS_STATUS_OK ||
             inkotls_server_builder_build(builder, &config) != INKOTLS_STATUS_OK) {
    fprintf(stderr, "redis_sessions: %s\n", inkotls_server_builder_error(builder));
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

static bool set_nonblocking(int fd) { return fcntl(fd, F_SETFL, O_NONBLOCK) == 0; }

// Until a signal.
static bool serve(const inkotls_server_config *config, uint16_t port) {
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  bool ok = pipe(signals) == 0 && set_nonblocking(listener) && listen_on(listener, port);
  if (!ok) fprintf(stderr, "redis_sessions: port %u: %s\n", port, strerror(errno));

  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  struct pollfd ready[] = {{.fd = signals[0], .events = POLLIN},
                           {.fd = listener, .events = POLLIN}};
  while (ok && poll(ready, 2, -1) > 0 && !ready[0].revents) {
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0) {
      set_nonblocking(fd);
      greet(config, fd);
    } else if (errno != EAGAIN) {
      poll(ready, 1, ACCEPT_REST_MS);  // out of descriptors or memory: the signals only
    }
  }
  close(listener);
  return ok;
}

static bool listen_on(int listener, uint16_t port) {
  struct sockaddr_in address = loopback(port);
  socklen_t len = sizeof address;
  if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int)) < 0 ||
      bind(listener, (struct sockaddr *)&address, sizeof address) < 0 ||
      listen(listener, SOMAXCONN) < 0 ||
      getsockname(listener, (struct sockaddr *)&address, &len) < 0) {
    return false;
  }
  printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
  return fflush(stdout) == 0;
}

static void greet(const inkotls_server_config *config, int fd) {
  struct peer peer = {.fd = fd, .deadline = now() + CONNECTION_MS};
  inkotls_status status = inkotls_conn_new_server(config, &peer.tls);
  if (status == INKOTLS_STATUS_OK) status = converse(&peer);
  if (status < 0) fprintf(stderr, "lost: %s\n", inkotls_conn_error(peer.tls));
  if (status > 0) fprintf(stderr, "lost: it took too long\n");
  linger(&peer);
  inkotls_conn_free(peer.tls);
  close(fd);
}

static inkotls_status converse(struct peer *peer) {
  inkotls_conn *tls = peer->tls;
  inkotls_status status = inkotls_conn_set_fd(tls, peer->fd);
  if (status != INKOTLS_STATUS_OK) return status;
  while (wait_for(peer, status = inkotls_conn_handshake(tls))) continue;
  if (status != INKOTLS_STATUS_OK) return status;
  printf("%s, %s\n", inkotls_conn_is_resumed(tls) == 1 ? "resumed" : "full handshake",
         inkotls_protocol_version_name(inkotls_conn_protocol_version(tls)));
  fflush(stdout);

  const char *text = "hello\n";
  size_t used;
  while (*text && status == INKOTLS_STATUS_OK) {
    while (wait_for(peer, status = inkotls_conn_write(tls, text, strlen(text), &used))) continue;
    if (status == INKOTLS_STATUS_OK) text += used;
  }
  while (status == INKOTLS_STATUS_OK && wait_for(peer, status = inkotls_conn_close(tls))) continue;
  return status;
}

// Waits for what the status wants. True if the call is to be made again. A server of many clients
// would leave the blocking, which waits for Redis, to another thread.
static bool wait_for(const struct peer *peer, inkotls_status status) {
  if (status == INKOTLS_STATUS_WANT_BLOCKING)
    return inkotls_conn_run_blocking(peer->tls) == INKOTLS_STATUS_OK;
  if (status != INKOTLS_STATUS_WANT_READ && status != INKOTLS_STATUS_WANT_WRITE) return false;
  short events = status == INKOTLS_STATUS_WANT_READ ? POLLIN : POLLOUT;
  int64_t left = peer->deadline - now();
  return left > 0 && poll(&(struct pollfd){.fd = peer->fd, .events = events}, 1, (int)left) != 0;
}

// So that what we sent last arrives: if the socket were closed while there is something to read,
// the reset that this causes would overtake it.
static void linger(const struct peer *peer) {
  char scrap[16384];
  ssize_t len = 1;
  shutdown(peer->fd, SHUT_WR);
  for (ssize_t total = 0; len > 0 && total < LINGER_BYTES; total += len) {
    if (!wait_for(peer, INKOTLS_STATUS_WANT_READ)) break;
    len = recv(peer->fd, scrap, sizeof scrap, 0);
  }
}

// As the library's inkotls_session_put_callback. The key and the value are binary: RESP counts
// their bytes.
static int32_t put(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   const uint8_t *value, size_t value_len) {
  (void)conn_user_data;
  struct store *store = user_data;
  char head[64], middle[32], line[LINE_CAP];
  if (key_len > KEY_CAP) return 0;
  int head_len =
      snprintf(head, sizeof head, "*5\r\n$3\r\nSET\r\n$%zu\r\n" PREFIX, strlen(PREFIX) + key_len);
  int middle_len = snprintf(middle, sizeof middle, "\r\n$%zu\r\n", value_len);
  struct iovec parts[] = {part(head, (size_t)head_len), part(key, key_len),
                          part(middle, (size_t)middle_len), part(value, value_len),
                          part(EXPIRY, strlen(EXPIRY))};
  bool kept = send_command(store, parts, 5) && receive_line(store, line) && !strcmp(line, "+OK");
  if (!kept) give_up(store);
  return kept;
}

// As the library's inkotls_session_get_callback. The key is what the client shows: anything, of any
// length, and hundreds in one ClientHello. GETDEL is one step: of all servers that take a session,
// one gets it.
static int32_t get(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   int32_t take, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  struct store *store = user_data;
  char head[64];
  if (key_len > KEY_CAP) return 0;
  int head_len = snprintf(head, sizeof head, "*2\r\n%s\r\n$%zu\r\n" PREFIX,
                          take ? "$6\r\nGETDEL" : "$3\r\nGET", strlen(PREFIX) + key_len);
  struct iovec parts[] = {part(head, (size_t)head_len), part(key, key_len), part("\r\n", 2)};
  int32_t len = send_command(store, parts, 3) ? receive_value(store, buf, cap) : -1;
  if (len < 0) give_up(store);
  return len > 0 ? len : 0;
}

static bool send_command(struct store *store, struct iovec *parts, size_t count) {
  store->deadline = now() + REDIS_MS;
  if (!reach(store)) return false;
  size_t len = 0;
  for (size_t i = 0; i < count; i++) len += parts[i].iov_len;
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
  return sendmsg(store->fd, &message, MSG_NOSIGNAL) == (ssize_t)len;
}

// Connects, unless we still are.
static bool reach(struct store *store) {
  if (store->fd >= 0 && is_silent(store->fd)) return true;
  if (store->fd >= 0) close(store->fd);
  store->fd = -1;
  if (now() < store->rest_until) return false;
  struct sockaddr_in address = loopback(store->port);
  struct timeval patience = {.tv_usec = REDIS_MS * 1000};
  store->fd = socket(AF_INET, SOCK_STREAM, 0);
  return store->fd >= 0 &&
         setsockopt(store->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) == 0 &&
         setsockopt(store->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) == 0 &&
         connect(store->fd, (struct sockaddr *)&address, sizeof address) == 0;
}

// Between commands Redis sends nothing. What is there all the same is the end of the connection, or
// something that is not the answer to the next command.
static bool is_silent(int fd) {
  return recv(fd, &(char){0}, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

// "$5\r\nhello\r\n", or "$-1\r\n" for a key without a value. Returns its length, -1 where Redis is
// of no use: the connection is then given up, with what may still come on it.
static int32_t receive_value(const struct store *store, uint8_t *buf, size_t cap) {
  char line[LINE_CAP], *end, crlf[2];
  if (!receive_line(store, line) || line[0] != '$') return -1;
  if (strcmp(line, "$-1") == 0) return 0;
  long len = strtol(line + 1, &end, 10);
  if (end == line + 1 || *end != 0 || len < 0 || (size_t)len > cap) return -1;
  if (!receive(store, buf, (size_t)len) || !receive(store, crlf, 2)) return -1;
  return memcmp(crlf, "\r\n", 2) == 0 ? (int32_t)len : -1;
}

// One byte at a time, for what comes after the line has another place.
static bool receive_line(const struct store *store, char *line) {
  for (size_t len = 0; len < LINE_CAP && now() < store->deadline; len++) {
    if (!receive(store, line + len, 1)) return false;
    if (len > 0 && memcmp(line + len - 1, "\r\n", 2) == 0) {
      line[len - 1] = 0;
      return true;
    }
  }
  return false;
}

static bool receive(const struct store *store, void *buf, size_t len) {
  return len == 0 || recv(store->fd, buf, len, MSG_WAITALL) == (ssize_t)len;
}

static void give_up(struct store *store) {
  if (store->fd >= 0) close(store->fd);
  store->fd = -1;
  if (now() >= store->deadline) store->rest_until = now() + REST_MS;
}

static struct iovec part(const void *data, size_t len) {
  return (struct iovec){.iov_base = (void *)data, .iov_len = len};
}

static struct sockaddr_in loopback(uint16_t port) {
  return (struct sockaddr_in){
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}
