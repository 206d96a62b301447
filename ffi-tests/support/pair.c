#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char localhost[] = "localhost";

void each_way(const char *name, void (*scenario)(const struct way *)) {
  if (begins("%s", name)) in_each_way(name, scenario);
}

void in_each_way(const char *what, void (*scenario)(const struct way *)) {
  static const char *const over[] = {"buffers", "fd", "callbacks", "pipes"};
  for (int bits = 0; bits < 64; bits++) {
    struct way way = {
        .over = (enum transport)(bits & 3),
        .in_rooms = bits >> 5,
        .through_acceptor = bits >> 2 & 1,
        .on_new_threads = bits >> 3 & 1,
        .chunk = bits & 16 ? 1 : 1 << 14,
    };
    if (way.in_rooms && (way.over != BUFFERS || (way.chunk == 1 && way.through_acceptor))) continue;
    // Every byte costs much: no thread for it, nor the system calls of a pipe, and callbacks once.
    if (way.chunk == 1 && (way.on_new_threads || way.over == PIPES)) continue;
    if (way.chunk == 1 && way.over == CALLBACKS && !way.through_acceptor) continue;
    // A tool that watches every access multiplies that by twenty; new threads are slow where they
    // are emulated.
    if (getenv("BRIEF") && way.over != BUFFERS && (way.chunk == 1 || way.on_new_threads)) continue;
    checking("%s: %s, %s, %s, %zu bytes at a time", what, way.in_rooms ? "rooms" : over[way.over],
             way.through_acceptor ? "acceptor" : "direct",
             way.on_new_threads ? "new threads" : "one thread", way.chunk);
    scenario(&way);
  }
}

// Calls, from any thread: rule 1.

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

// Leaves one where the next bytes go, unless it is full.
static inkotls_status make_room(struct call *call) {
  struct side *side = call->side;
  inkotls_status status = inkotls_conn_feed_room(side->conn, &side->room, &side->room_cap);
  if (status == INKOTLS_STATUS_OK) memset(side->room, 0xab, side->room_cap);
  return status;
}

// Fills it, as a kernel would that was given it before.
static inkotls_status make_fill(struct call *call) {
  struct side *side = call->side;
  if (!side->room && make_room(call) != INKOTLS_STATUS_OK) return INKOTLS_STATUS_FULL;
  call->result = call->len < side->room_cap ? call->len : side->room_cap;
  if (call->result > 0) memcpy(side->room, call->data, call->result);
  side->room = NULL;
  inkotls_status status = inkotls_conn_feed_filled(side->conn, call->result);
  if (status == INKOTLS_STATUS_OK && call->len > 0) make_room(call);
  return status;
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

// Where blocking is allowed: it is the thread that tells.

static _Thread_local int in_blocking;

int blocking_allowed(void) { return in_blocking; }

static inkotls_status make_run_blocking(struct call *call) {
  in_blocking = 1;
  inkotls_status status = inkotls_conn_run_blocking(call->side->conn);
  in_blocking = 0;
  return status;
}

void side_run_blocking(struct side *side) {
  struct call call = {.side = side, .make = make_run_blocking};
  CHECK(inkotls_conn_state(side->conn) & INKOTLS_STATE_WANTS_BLOCKING);
  CHECK_INT(made(&call), INKOTLS_STATUS_OK);
  side->blocking_steps++;
}

// In buffers, WANT_WRITE promises that drain gives something.
static inkotls_status kept_word(struct side *side, inkotls_status status) {
  if (status == INKOTLS_STATUS_WANT_WRITE && side->conn)
    CHECK(inkotls_conn_state(side->conn) & INKOTLS_STATE_WANTS_WRITE);
  return status;
}

// A call that drives a handshake.
static inkotls_status driven(struct call *call) {
  enum { STEPS = 100 };  // none has so many
  inkotls_status status = made(call);
  for (int i = 0; status == INKOTLS_STATUS_WANT_BLOCKING; i++, status = made(call)) {
    if (i == STEPS) give_up("one blocking step after the other");
    side_run_blocking(call->side);
  }
  return kept_word(call->side, status);
}

inkotls_status side_handshake(struct side *side) {
  struct call call = {.side = side, .make = make_handshake};
  int is_done = side->conn && !(inkotls_conn_state(side->conn) & INKOTLS_STATE_HANDSHAKING);
  inkotls_status status = driven(&call);
  if (!is_done && status == INKOTLS_STATUS_OK)  // rule 3
    CHECK(!(inkotls_conn_state(side->conn) & INKOTLS_STATE_WANTS_WRITE));
  return status;
}

inkotls_status side_read(struct side *side, void *buf, size_t cap, size_t *len) {
  struct call call = {.side = side, .make = make_read, .buf = buf, .len = cap};
  inkotls_status status = driven(&call);
  *len = call.result;
  return status;
}

inkotls_status side_write(struct side *side, const void *data, size_t len, size_t *used) {
  struct call call = {.side = side, .make = make_write, .data = data, .len = len};
  inkotls_status status = driven(&call);
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

static size_t min(size_t a, size_t b) { return a < b ? a : b; }

size_t queue_len(const struct queue *queue) { return queue->end - queue->begin; }

size_t queue_push(struct queue *queue, const void *data, size_t len) {
  if (len > sizeof queue->bytes - queue->end || queue->begin == queue->end) {
    queue->end = queue_len(queue);
    memmove(queue->bytes, queue->bytes + queue->begin, queue->end);
    queue->begin = 0;
  }
  len = min(len, sizeof queue->bytes - queue->end);
  memcpy(queue->bytes + queue->end, data, len);
  queue->end += len;
  return len;
}

size_t queue_pop(struct queue *queue, void *buf, size_t cap) {
  size_t len = min(cap, queue_len(queue));
  memcpy(buf, queue->bytes + queue->begin, len);
  queue->begin += len;
  return len;
}

// Now and then a signal interrupts them, and now and then they move half of what they could.
static size_t half_at_times(const struct side *side, size_t len) {
  return side->callbacks % 4 == 0 ? (len + 1) / 2 : len;
}

static int is_interrupted(struct side *side) {
  CHECK(!blocking_allowed());
  return ++side->callbacks % 3 == 0;
}

static int32_t io_read(void *argument, uint8_t *buf, size_t cap) {
  struct side *side = argument;
  CHECK(buf && cap > 0);
  if (is_interrupted(side)) return -EINTR;
  if (queue_len(&side->in) == 0) return side->is_cut ? 0 : -EAGAIN;
  return (int32_t)queue_pop(&side->in, buf, half_at_times(side, min(cap, queue_len(&side->in))));
}

static int32_t io_write(void *argument, const uint8_t *data, size_t len) {
  struct side *side = argument;
  CHECK(data && len > 0);
  if (is_interrupted(side)) return -EINTR;
  size_t written = queue_push(&side->out, data, half_at_times(side, len));
  return written > 0 || side->callbacks % 2 == 0 ? (int32_t)written : -EAGAIN;
}

// Fills rooms up to the last byte, or until there is none.
static size_t fill_rooms(struct call *call) {
  size_t len = call->len;
  call->make = make_fill;
  while (call->len > 0 && made(call) == INKOTLS_STATUS_OK) {
    call->data = (const char *)call->data + call->result;
    call->len -= call->result;
  }
  return len - call->len;
}

size_t side_give(struct side *side, const void *data, size_t len) {
  struct call call = {.side = side, .make = make_feed, .data = data, .len = len};
  inkotls_status status;
  ssize_t given;
  if (side->is_cut && side->way->over != BUFFERS) return 0;
  switch (side->way->over) {
    case FD:
      given = send(side->outer[1], data, len, MSG_DONTWAIT | MSG_NOSIGNAL);
      return given > 0 ? (size_t)given : 0;
    case PIPES:
      given = write(side->outer[1], data, len);
      return given > 0 ? (size_t)given : 0;
    case CALLBACKS:
      return queue_push(&side->in, data, len);
    default:
      if (side->way->in_rooms && side->conn) return fill_rooms(&call);
      status = made(&call);
      if (status != INKOTLS_STATUS_FULL) CHECK_INT(status, INKOTLS_STATUS_OK);
      return call.result;
  }
}

size_t side_take(struct side *side, void *buf, size_t cap) {
  struct call call = {.side = side, .make = make_drain, .buf = buf, .len = cap};
  ssize_t got;
  switch (side->way->over) {
    case FD:
      got = recv(side->outer[0], buf, cap, MSG_DONTWAIT);
      return got > 0 ? (size_t)got : 0;
    case PIPES:
      got = read(side->outer[0], buf, cap);
      return got > 0 ? (size_t)got : 0;
    case CALLBACKS:
      return queue_pop(&side->out, buf, cap);
    default:
      CHECK_INT(made(&call), INKOTLS_STATUS_OK);
      return call.result;
  }
}

void side_cut(struct side *side) {
  struct call call = {.side = side, .make = make_feed_eof};
  if (side->is_cut) return;
  side->is_cut = 1;
  if (side->way->over == FD) CHECK_INT(shutdown(side->outer[1], SHUT_WR), 0);
  if (side->way->over == PIPES) CHECK_INT(close(side->outer[1]), 0);
  if (side->way->over != BUFFERS) return;
  side_empty_room(side);
  CHECK_INT(made(&call), INKOTLS_STATUS_OK);
}

void side_empty_room(struct side *side) {
  struct call none = {.side = side, .make = make_fill};
  if (side->room) CHECK_INT(made(&none), INKOTLS_STATUS_OK);
}

// Carries from one side to the other; what it does not take yet stays on the way.
static size_t carry(struct side *from, struct side *to) {
  unsigned char buf[1 << 14];
  struct queue *way = &to->on_the_way;
  size_t len = side_take(from, buf, from->way->chunk);
  if (to->is_cut) return len;
  if (queue_push(way, buf, len) < len) give_up("the wire is full");
  size_t given = side_give(to, way->bytes + way->begin, min(queue_len(way), to->way->chunk));
  way->begin += given;
  return len + given;
}

size_t pair_carry(struct pair *pair) {
  return carry(&pair->client, &pair->server) + carry(&pair->server, &pair->client);
}

// Pairs.

// Ours are left blocking on purpose: the library must not block on them all the same.
static inkotls_status attach_fds(struct side *side) {
  int ends[2];
  if (side->way->over == FD) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) give_up(strerror(errno));
    side->fd[0] = side->fd[1] = ends[0];
    side->outer[0] = side->outer[1] = ends[1];
    return side->conn ? inkotls_conn_set_fd(side->conn, ends[0])
                      : inkotls_acceptor_set_fd(side->acceptor, ends[0]);
  }
  for (int i = 0; i < 2; i++) {
    if (pipe(ends)) give_up(strerror(errno));
    side->fd[i] = ends[i];
    side->outer[!i] = ends[!i];
    fcntl(ends[!i], F_SETFL, O_NONBLOCK);
  }
  return side->conn ? inkotls_conn_set_fds(side->conn, side->fd[0], side->fd[1])
                    : inkotls_acceptor_set_fds(side->acceptor, side->fd[0], side->fd[1]);
}

static inkotls_status attach_callbacks(struct side *side) {
  return side->conn ? inkotls_conn_set_io(side->conn, io_read, io_write, side)
                    : inkotls_acceptor_set_io(side->acceptor, io_read, io_write, side);
}

static void attach(struct side *side) {
  if (side->way->over == BUFFERS) return;
  CHECK_INT(side->way->over == CALLBACKS ? attach_callbacks(side) : attach_fds(side),
            INKOTLS_STATUS_OK);
}

void client_open(struct side *side, const struct way *way, const inkotls_client_config *config,
                 const char *server_name) {
  *side = (struct side){.way = way};
  CHECK_INT(inkotls_conn_new_client(config, server_name, strlen(server_name), &side->conn),
            INKOTLS_STATUS_OK);
  attach(side);
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
  server_open(&pair->server, way, server);
  client_open(&pair->client, way, client, server_name);
}

void side_free(struct side *side) {
  unsigned callbacks = side->callbacks;
  const char *error =
      side->conn ? inkotls_conn_error(side->conn) : inkotls_acceptor_error(side->acceptor);
  CHECK(is_safe_to_log(error, strlen(error)));
  inkotls_acceptor_free(side->acceptor);
  inkotls_conn_free(side->conn);
  CHECK_INT(side->callbacks, callbacks);  // that does no I/O
  if (side->way->over != FD && side->way->over != PIPES) return;
  for (int i = 0; i < 2; i++) CHECK(fcntl(side->fd[i], F_GETFD) >= 0);  // nor closes anything
  close(side->fd[0]);
  close(side->outer[0]);
  if (side->way->over != PIPES) return;
  close(side->fd[1]);
  if (!side->is_cut) close(side->outer[1]);
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

// RFC 8446, section 6.2.
int alert_for(inkotls_certificate_error error, int32_t version) {
  switch (error) {
    case INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED:
      return version == 0x0303 ? 40 : 116;  // certificate_required is TLS 1.3's
    case INKOTLS_CERTIFICATE_ERROR_EXPIRED:
    case INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID:
      return 45;
    case INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER:
    case INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION:
      return 48;
    case INKOTLS_CERTIFICATE_ERROR_WRONG_NAME:
    case INKOTLS_CERTIFICATE_ERROR_BAD_ENCODING:
    case INKOTLS_CERTIFICATE_ERROR_BAD_SIGNATURE:
    case INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_SIGNATURE_ALGORITHM:
    case INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_KEY_SIZE:
      return 42;
    case INKOTLS_CERTIFICATE_ERROR_REVOKED:
      return 44;
    case INKOTLS_CERTIFICATE_ERROR_BAD_HANDSHAKE_SIGNATURE:
      return 51;
    case INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE:
    case INKOTLS_CERTIFICATE_ERROR_UNSUPPORTED_VERSION:
      return 43;
    case INKOTLS_CERTIFICATE_ERROR_OTHER:
    case INKOTLS_CERTIFICATE_ERROR_CA_USED_AS_END_ENTITY:
    case INKOTLS_CERTIFICATE_ERROR_NAME_CONSTRAINTS:
    case INKOTLS_CERTIFICATE_ERROR_PATH_LENGTH:
    case INKOTLS_CERTIFICATE_ERROR_ISSUER_NOT_CA:
    case INKOTLS_CERTIFICATE_ERROR_CHAIN_TOO_COMPLEX:
    case INKOTLS_CERTIFICATE_ERROR_UNKNOWN_TIME:
      return 46;
    case INKOTLS_CERTIFICATE_ERROR_ACCESS_DENIED:
      return 49;
    case INKOTLS_CERTIFICATE_ERROR_INVALID_OCSP_STAPLE:
      return 113;
    default:
      give_up("no such refusal");
  }
}

void pair_refuses(struct pair *pair, struct side *side, inkotls_certificate_error error) {
  struct side *peer = side == &pair->client ? &pair->server : &pair->client;
  inkotls_status status;
  char in[1];
  size_t len;
  do {
    side_handshake(peer);
    status = side_handshake(side);
  } while (pair_carry(pair));
  CHECK_INT(status, INKOTLS_STATUS_INVALID_PEER_CERTIFICATE);
  CHECK_INT(inkotls_conn_certificate_error(side->conn), error);
  if (error != INKOTLS_CERTIFICATE_ERROR_OTHER)
    CHECK_TEXT(inkotls_conn_error(side->conn), inkotls_certificate_error_text(error));
  int alert = alert_for(error, inkotls_conn_protocol_version(side->conn));
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
