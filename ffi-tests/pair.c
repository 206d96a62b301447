#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char localhost[] = "localhost";

void each_way(const char *name, void (*scenario)(const struct way *)) {
  for (int bits = 0; bits < 16; bits++) {
    struct way way = {
        .over_fd = bits & 1,
        .through_acceptor = bits >> 1 & 1,
        .on_new_threads = bits >> 2 & 1,
        .chunk = bits & 8 ? 1 : 1 << 14,
    };
    if (way.on_new_threads && way.chunk == 1) continue;  // a thread for every byte
    checking("%s: %s, %s, %s, %zu bytes at a time", name, way.over_fd ? "fd" : "buffers",
             way.through_acceptor ? "acceptor" : "direct",
             way.on_new_threads ? "new threads" : "one thread", way.chunk);
    scenario(&way);
  }
}

// Calls, from any thread.

struct call {
  struct side *side;
  inkotls_status (*make)(struct call *);
  void *buf;
  const void *data;
  size_t len, result;
  inkotls_status status;
};

static void *run(void *argument) {
  struct call *call = argument;
  call->status = call->make(call);
  return NULL;
}

static inkotls_status made(struct call *call) {
  if (!call->side->way->on_new_threads) {
    run(call);
  } else {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, call)) give_up("pthread_create");
    pthread_join(thread, NULL);
  }
  return call->status;
}

static inkotls_status make_handshake(struct call *call) {
  struct side *side = call->side;
  if (!side->conn) {
    inkotls_status status = inkotls_acceptor_accept(side->acceptor);
    if (status != INKOTLS_STATUS_OK) return status;
    status = inkotls_acceptor_into_conn(side->acceptor, side->config, &side->conn);
    CHECK_INT(status, INKOTLS_STATUS_OK);
    side->acceptor = NULL;
  }
  return inkotls_conn_handshake(side->conn);
}

static inkotls_status make_read(struct call *call) {
  return inkotls_conn_read(call->side->conn, call->buf, call->len, &call->result);
}

static inkotls_status make_write(struct call *call) {
  return inkotls_conn_write(call->side->conn, call->data, call->len, &call->result);
}

static inkotls_status make_flush(struct call *call) { return inkotls_conn_flush(call->side->conn); }

static inkotls_status make_close(struct call *call) { return inkotls_conn_close(call->side->conn); }

static inkotls_status make_feed(struct call *call) {
  struct side *side = call->side;
  return side->conn ? inkotls_conn_feed(side->conn, call->data, call->len, &call->result)
                    : inkotls_acceptor_feed(side->acceptor, call->data, call->len, &call->result);
}

static inkotls_status make_drain(struct call *call) {
  struct side *side = call->side;
  return side->conn ? inkotls_conn_drain(side->conn, call->buf, call->len, &call->result)
                    : inkotls_acceptor_drain(side->acceptor, call->buf, call->len, &call->result);
}

static inkotls_status make_feed_eof(struct call *call) {
  struct side *side = call->side;
  return side->conn ? inkotls_conn_feed_eof(side->conn) : inkotls_acceptor_feed_eof(side->acceptor);
}

// In buffers, WANT_WRITE promises that drain gives something.
static inkotls_status kept_word(struct side *side, inkotls_status status) {
  if (status == INKOTLS_STATUS_WANT_WRITE && side->conn)
    CHECK(inkotls_conn_state(side->conn) & INKOTLS_STATE_WANTS_WRITE);
  return status;
}

inkotls_status side_handshake(struct side *side) {
  struct call call = {.side = side, .make = make_handshake};
  return kept_word(side, made(&call));
}

inkotls_status side_read(struct side *side, void *buf, size_t cap, size_t *len) {
  struct call call = {.side = side, .make = make_read, .buf = buf, .len = cap};
  inkotls_status status = kept_word(side, made(&call));
  *len = call.result;
  return status;
}

inkotls_status side_write(struct side *side, const void *data, size_t len, size_t *used) {
  struct call call = {.side = side, .make = make_write, .data = data, .len = len};
  inkotls_status status = kept_word(side, made(&call));
  *used = call.result;
  return status;
}

inkotls_status side_flush(struct side *side) {
  struct call call = {.side = side, .make = make_flush};
  return kept_word(side, made(&call));
}

inkotls_status side_close(struct side *side) {
  struct call call = {.side = side, .make = make_close};
  return kept_word(side, made(&call));
}

// The wire.

size_t side_give(struct side *side, const void *data, size_t len) {
  if (side->way->over_fd) {
    ssize_t sent = send(side->outer, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent > 0 ? (size_t)sent : 0;
  }
  struct call call = {.side = side, .make = make_feed, .data = data, .len = len};
  inkotls_status status = made(&call);
  if (status != INKOTLS_STATUS_FULL) CHECK_INT(status, INKOTLS_STATUS_OK);
  return call.result;
}

size_t side_take(struct side *side, void *buf, size_t cap) {
  if (side->way->over_fd) {
    ssize_t got = recv(side->outer, buf, cap, MSG_DONTWAIT);
    return got > 0 ? (size_t)got : 0;
  }
  struct call call = {.side = side, .make = make_drain, .buf = buf, .len = cap};
  CHECK_INT(made(&call), INKOTLS_STATUS_OK);
  return call.result;
}

void side_cut(struct side *side) {
  if (side->is_cut) return;
  side->is_cut = 1;
  struct call call = {.side = side, .make = make_feed_eof};
  if (side->way->over_fd) {
    CHECK_INT(shutdown(side->outer, SHUT_WR), 0);
  } else {
    CHECK_INT(made(&call), INKOTLS_STATUS_OK);
  }
}

// Carries from one side to the other; what it does not take yet stays on the way.
static size_t carry(struct side *from, struct side *to) {
  unsigned char buf[1 << 14];
  size_t len = side_take(from, buf, from->way->chunk);
  if (to->is_cut) return len;
  if (to->on_the_way_len + len > sizeof to->on_the_way) give_up("the wire is full");
  memcpy(to->on_the_way + to->on_the_way_len, buf, len);
  to->on_the_way_len += len;
  size_t most = to->on_the_way_len < to->way->chunk ? to->on_the_way_len : to->way->chunk;
  size_t given = side_give(to, to->on_the_way, most);
  to->on_the_way_len -= given;
  memmove(to->on_the_way, to->on_the_way + given, to->on_the_way_len);
  return len + given;
}

size_t pair_carry(struct pair *pair) {
  return carry(&pair->client, &pair->server) + carry(&pair->server, &pair->client);
}

// Pairs.

static void attach(struct side *side) {
  if (!side->way->over_fd) return;
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) give_up(strerror(errno));
  side->fd = ends[0];
  side->outer = ends[1];
  // Ours is left blocking on purpose: the library must not block on it all the same.
  CHECK_INT(side->conn ? inkotls_conn_set_fd(side->conn, side->fd)
                       : inkotls_acceptor_set_fd(side->acceptor, side->fd),
            INKOTLS_STATUS_OK);
}

void server_open(struct side *side, const struct way *way, const inkotls_server_config *config) {
  *side = (struct side){.way = way, .config = config};
  if (way->through_acceptor) {
    side->acceptor = inkotls_acceptor_new();
  } else {
    CHECK_INT(inkotls_conn_new_server(config, &side->conn), INKOTLS_STATUS_OK);
  }
  attach(side);
}

void pair_open(struct pair *pair, const struct way *way, const inkotls_client_config *client,
               const char *server_name, const inkotls_server_config *server) {
  memset(pair, 0, sizeof *pair);
  server_open(&pair->server, way, server);
  pair->client.way = way;
  CHECK_INT(inkotls_conn_new_client(client, server_name, strlen(server_name), &pair->client.conn),
            INKOTLS_STATUS_OK);
  attach(&pair->client);
}

void side_free(struct side *side) {
  inkotls_acceptor_free(side->acceptor);
  inkotls_conn_free(side->conn);
  if (side->way->over_fd) {
    CHECK_INT(fcntl(side->fd, F_GETFD), 0);  // the library never closes it
    close(side->fd);
    close(side->outer);
  }
}

void pair_free(struct pair *pair) {
  side_free(&pair->client);
  side_free(&pair->server);
}

static int is_final(inkotls_status status) {
  return status != INKOTLS_STATUS_WANT_READ && status != INKOTLS_STATUS_WANT_WRITE;
}

void pair_handshake(struct pair *pair, inkotls_status want_client, inkotls_status want_server) {
  inkotls_status client, server;
  size_t moved;
  do {
    client = side_handshake(&pair->client);
    server = side_handshake(&pair->server);
    moved = pair_carry(pair);
  } while (moved);
  CHECK_INT(client, want_client);
  CHECK_INT(server, want_server);
}

void pair_connect(struct pair *pair, const struct way *way, const inkotls_client_config *client,
                  const inkotls_server_config *server) {
  pair_open(pair, way, client, localhost, server);
  pair_handshake(pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
}

void pair_until_answered(struct pair *pair) {
  const struct side *server = &pair->server;
  do {
    side_handshake(&pair->client);
    if (!pair_carry(pair)) give_up("the server does not answer");
    side_handshake(&pair->server);
  } while (!server->conn || inkotls_conn_protocol_version(server->conn) < 0);
}

// rustls's alert for a certificate error (RFC 8446, section 6.2).
static int alert_for(inkotls_certificate_error error) {
  switch (error) {
    case INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED:
      return 116;
    case INKOTLS_CERTIFICATE_ERROR_EXPIRED:
    case INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID:
      return 45;
    case INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER:
    case INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION:
      return 48;
    case INKOTLS_CERTIFICATE_ERROR_WRONG_NAME:
      return 42;
    case INKOTLS_CERTIFICATE_ERROR_REVOKED:
      return 44;
    case INKOTLS_CERTIFICATE_ERROR_BAD_SIGNATURE:
      return 51;
    case INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE:
      return 43;
    default:
      give_up("no such refusal");
  }
}

void pair_refuses(struct pair *pair, struct side *side, inkotls_certificate_error error) {
  struct side *peer = side == &pair->client ? &pair->server : &pair->client;
  int alert = alert_for(error);
  inkotls_status status;
  char in[1];
  size_t len;
  do {
    side_handshake(peer);
    status = side_handshake(side);
  } while (pair_carry(pair));
  CHECK_INT(status, INKOTLS_STATUS_INVALID_PEER_CERTIFICATE);
  CHECK_INT(inkotls_conn_certificate_error(side->conn), error);
  CHECK_TEXT(inkotls_conn_error(side->conn), inkotls_certificate_error_name(error));
  CHECK_INT(side_alert_sent(side), alert);
  // A TLS 1.3 client may have finished its part of the handshake before.
  CHECK_INT(pair_until_read(pair, peer, in, 1, &len), INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(side_alert_received(peer), alert);
  CHECK_TEXT(inkotls_conn_error(peer->conn), inkotls_alert_name(alert));
  CHECK_INT(inkotls_conn_certificate_error(peer->conn), INKOTLS_STATUS_NONE);
}

inkotls_status pair_until_read(struct pair *pair, struct side *side, void *buf, size_t cap,
                               size_t *len) {
  for (;;) {
    inkotls_status status = side_read(side, buf, cap, len);
    if (is_final(status) || !pair_carry(pair)) return status;
  }
}

inkotls_status pair_until_flushed(struct pair *pair, struct side *side) {
  for (;;) {
    inkotls_status status = side_flush(side);
    if (is_final(status) || !pair_carry(pair)) return status;
  }
}

inkotls_status pair_until_closed(struct pair *pair, struct side *side) {
  for (;;) {
    inkotls_status status = side_close(side);
    if (is_final(status) || !pair_carry(pair)) return status;
  }
}

unsigned char octet(size_t position) { return (unsigned char)(position * 31 + position / 251); }

int side_alert_sent(const struct side *side) {
  return side->conn ? inkotls_conn_alert_sent(side->conn)
                    : inkotls_acceptor_alert_sent(side->acceptor);
}

int side_alert_received(const struct side *side) {
  return side->conn ? inkotls_conn_alert_received(side->conn)
                    : inkotls_acceptor_alert_received(side->acceptor);
}
