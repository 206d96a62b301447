// Faults of the transport, at each call that moves ciphertext: in the first run the first call
// fails, in the second run the second, until a run has no such call. A fault that passes must leave
// no trace. One that does not must be reported rightly by every later call. A driver that obeys the
// statuses comes to an end in each case.

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "configs.h"

// Where faults are: calls of the test's, of libc's functions, and of callbacks.
enum place {
  FEED = 1,
  DRAIN = 2,
  RECEIVE = 4,
  SEND = 8,
  POLL = 16,
  READ = 32,
  WRITE = 64,
  INPUTS = FEED | RECEIVE | READ,
  DESCRIPTORS = RECEIVE | SEND,
  CALLS_BACK = READ | WRITE,
};

enum { ONE_BYTE = 1, ONE_TOO_MANY = INT32_MAX };

static const struct kind {
  const char *name;
  unsigned places;
  int32_t answer;  // a length, or -errno
  inkotls_status ends_with;
  int32_t os_error;
  int is_lasting;  // all later calls have it, too
} kinds[] = {
    {"would block", ~0u, -EAGAIN, INKOTLS_STATUS_OK, 0, 0},
    {"one byte", ~(unsigned)POLL, ONE_BYTE, INKOTLS_STATUS_OK, 0, 0},
    {"interrupted", DESCRIPTORS | CALLS_BACK | POLL, -EINTR, INKOTLS_STATUS_OK, 0, 0},
    {"no room", WRITE, 0, INKOTLS_STATUS_OK, 0, 0},
    {"end of file", INPUTS, 0, INKOTLS_STATUS_UNEXPECTED_EOF, INKOTLS_STATUS_NONE, 0},
    {"reset", DESCRIPTORS | CALLS_BACK, -ECONNRESET, INKOTLS_STATUS_IO_ERROR, ECONNRESET, 0},
    {"reset at all later calls", DESCRIPTORS | CALLS_BACK, -ECONNRESET, INKOTLS_STATUS_IO_ERROR,
     ECONNRESET, 1},
    {"broken pipe", DESCRIPTORS | CALLS_BACK, -EPIPE, INKOTLS_STATUS_IO_ERROR, EPIPE, 0},
    {"a length that is too long", CALLS_BACK, ONE_TOO_MANY, INKOTLS_STATUS_IO_ERROR,
     INKOTLS_STATUS_NONE, 0},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };
enum { MOST_CALLS = 1000, MOST_ROUNDS = 1000 };
enum { BY_ACCEPTOR = 8 };  // calls, or more than there are
enum { CLIENT, SERVER };
enum { X25519 = 29 };
enum { SHAKES, WRITES, UPDATES_KEYS, WRITES_MORE, FLUSHES, READS, CLOSES, READS_END, DONE };

static struct fault {
  const struct kind *kind;
  unsigned at, calls, inputs;  // which call has it; how many there were, and of those that read
  int is_hit;
  struct side *side;  // whose transport it is
  const int *stage;   // how far that side is
  int loses_flight;   // of its handshake
} fault;

// Counts a call; whether it goes wrong.
static int goes_wrong(enum place place) {
  if (fault.calls > MOST_CALLS) give_up("the transport is called without end");
  if (place & INPUTS) fault.inputs++;
  unsigned call = fault.calls++;
  int is_there = call == fault.at || (fault.is_hit && fault.kind->is_lasting);
  if (!is_there || !(fault.kind->places & place)) return 0;
  if (place & (SEND | WRITE) && *fault.stage == SHAKES) fault.loses_flight = 1;
  return fault.is_hit = 1;
}

// Callbacks.

static int lies(enum place place, size_t *len, int32_t *answer) {
  if (!goes_wrong(place)) return 0;
  *answer = fault.kind->answer == ONE_TOO_MANY ? (int32_t)*len + 1 : fault.kind->answer;
  return fault.kind->answer != ONE_BYTE || (*len = 1, 0);
}

static int32_t io_read(void *argument, uint8_t *buf, size_t cap) {
  struct side *side = argument;
  int32_t answer;
  if (lies(READ, &cap, &answer)) return answer;
  if (queue_len(&side->in) == 0) return side->is_cut ? 0 : -EAGAIN;
  return (int32_t)queue_pop(&side->in, buf, cap);
}

static int32_t io_write(void *argument, const uint8_t *data, size_t len) {
  struct side *side = argument;
  int32_t answer;
  return lies(WRITE, &len, &answer) ? answer : (int32_t)queue_push(&side->out, data, len);
}

// Descriptors: libc's functions that the library calls, in their place.

static int fails(int fd, enum place place, size_t *len, ssize_t *result) {
  int is_ours = fault.side && fault.side->way->over != BUFFERS &&
                fault.side->way->over != CALLBACKS &&
                (fd == fault.side->fd[0] || fd == fault.side->fd[1]);
  if (!is_ours || !goes_wrong(place)) return 0;
  if (fault.kind->answer < 0) errno = -fault.kind->answer;
  *result = fault.kind->answer < 0 ? -1 : 0;
  return fault.kind->answer != ONE_BYTE || (*len = 1, 0);
}

ssize_t recv(int fd, void *buf, size_t len, int flags) {
  ssize_t result;
  if (fails(fd, RECEIVE, &len, &result)) return result;
  return syscall(SYS_recvfrom, fd, buf, len, flags, NULL, NULL);
}

ssize_t read(int fd, void *buf, size_t len) {
  ssize_t result;
  return fails(fd, RECEIVE, &len, &result) ? result : syscall(SYS_read, fd, buf, len);
}

ssize_t write(int fd, const void *data, size_t len) {
  ssize_t result;
  return fails(fd, SEND, &len, &result) ? result : syscall(SYS_write, fd, data, len);
}

ssize_t writev(int fd, const struct iovec *slices, int count) {
  size_t len = SIZE_MAX;
  ssize_t result;
  if (fails(fd, SEND, &len, &result)) return result;
  return len == 1 ? syscall(SYS_write, fd, slices->iov_base, 1)
                  : syscall(SYS_writev, fd, slices, count);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
  struct msghdr less = *message;
  struct iovec byte = {message->msg_iov->iov_base, 1};
  size_t len = SIZE_MAX;
  ssize_t result;
  if (fails(fd, SEND, &len, &result)) return result;
  if (len == 1) less.msg_iov = &byte, less.msg_iovlen = 1;
  return syscall(SYS_sendmsg, fd, &less, flags);
}

// By another name, for a header says that poll does not read what it is given.
int polls(struct pollfd *fds, nfds_t count, int timeout_ms) __asm__("poll");

int polls(struct pollfd *fds, nfds_t count, int timeout_ms) {
  const struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
  size_t len;
  ssize_t result;
  if (count == 1 && fails(fds->fd, POLL, &len, &result))
    return errno == EAGAIN ? 0 : -1;  // nothing yet, rather than a failure
  return (int)syscall(SYS_ppoll, fds, count, timeout_ms < 0 ? NULL : &timeout, NULL, 0);
}

// The wire: where there are buffers, it is what fails.

static size_t take(struct side *side, void *buf, size_t cap) {
  if (side == fault.side && side->way->over == BUFFERS && side->conn &&
      inkotls_conn_state(side->conn) & INKOTLS_STATE_WANTS_WRITE && goes_wrong(DRAIN))
    cap = fault.kind->answer == ONE_BYTE;
  return side_take(side, buf, cap);
}

static size_t give(struct side *side, const void *data, size_t len) {
  if (side->is_cut || len == 0) return 0;
  if (side == fault.side && side->way->over == BUFFERS && goes_wrong(FEED)) {
    if (fault.kind->answer == 0) side_cut(side);
    if (fault.kind->answer != ONE_BYTE) return 0;
    len = 1;
  }
  return side_give(side, data, len);
}

static void carry(struct side *from, struct side *to) {
  unsigned char buf[1 << 14];
  struct queue *way = &to->on_the_way;
  size_t len = take(from, buf, sizeof buf);
  CHECK_INT(queue_push(way, buf, len), len);
  way->begin += give(to, way->bytes + way->begin, queue_len(way));
}

// The scenario, the same for both sides.

enum { FIRST = 1500, TOTAL = 3000 };

static int may_block;  // there are steps that may

struct player {
  struct side side;
  int at;
  size_t written, received;
};

static inkotls_status write_until(struct player *it, size_t end) {
  unsigned char out[TOTAL];
  size_t used = 0;
  for (size_t i = it->written; i < end; i++) out[i] = octet(i);
  inkotls_status status = side_write(&it->side, out + it->written, end - it->written, &used);
  if (status == INKOTLS_STATUS_OK) it->written += used;
  if (it->written == end) it->at++;
  return status;
}

static inkotls_status read_some(struct player *it) {
  unsigned char in[TOTAL];
  size_t len = 0, wrong = 0;
  inkotls_status status = side_read(&it->side, in, sizeof in, &len);
  if (status != INKOTLS_STATUS_OK) return status;
  for (size_t i = 0; i < len; i++) wrong += in[i] != octet(it->received + i);
  CHECK_INT(wrong, 0);
  it->received += len;
  if (it->received == TOTAL) it->at++;
  return status;
}

static inkotls_status step(struct player *it) {
  size_t len;
  char in[1];
  inkotls_status status;
  switch (it->at) {
    case SHAKES:
      status = side_handshake(&it->side);
      break;
    case WRITES:
      return write_until(it, FIRST);
    case UPDATES_KEYS:
      status = version == TLS13 ? inkotls_conn_update_keys(it->side.conn) : INKOTLS_STATUS_OK;
      break;
    case WRITES_MORE:
      return write_until(it, TOTAL);
    case FLUSHES:
      status = side_flush(&it->side);
      break;
    case READS:
      return read_some(it);
    case CLOSES:
      status = side_close(&it->side);
      break;
    default:
      status = side_read(&it->side, in, sizeof in, &len);
      CHECK(status != INKOTLS_STATUS_OK);
      if (status == INKOTLS_STATUS_CLOSED) it->at = DONE;
      return status;
  }
  if (status == INKOTLS_STATUS_OK) it->at++;
  return status;
}

// Goes on for as long as that needs nobody else.
static inkotls_status advance(struct player *it) {
  inkotls_status status = INKOTLS_STATUS_OK;
  while (it->at < DONE && status == INKOTLS_STATUS_OK) status = step(it);
  return status;
}

static int is_over(const struct player *it, inkotls_status status) {
  return it->at == DONE || status < 0;
}

static void end_well(const struct player *it) {
  CHECK_INT(it->side.blocking_steps > 0, may_block);
  CHECK_INT(it->at, DONE);
  CHECK_INT(it->received, TOTAL);
  CHECK_INT(side_alert_sent(&it->side), 0);
  CHECK_INT(side_alert_received(&it->side), 0);
}

static void tell_rightly(struct player *it) {
  for (int again = 0; again < 3; again++) {
    const inkotls_conn *conn = it->side.conn;
    const inkotls_acceptor *acceptor = it->side.acceptor;
    CHECK_INT(step(it), fault.kind->ends_with);
    CHECK_INT(conn ? inkotls_conn_os_error(conn) : inkotls_acceptor_os_error(acceptor),
              fault.kind->os_error);
    CHECK(*(conn ? inkotls_conn_error(conn) : inkotls_acceptor_error(acceptor)));
  }
}

// The other side of one that is gone: all that it said has arrived, and then the wire is cut.
static void finish(struct player *it, int is_told) {
  inkotls_status status;
  side_cut(&it->side);
  for (int rounds = 0; !is_over(it, status = advance(it)) && rounds < MOST_ROUNDS; rounds++) {
    char net[1 << 14];
    while (side_take(&it->side, net, sizeof net)) continue;
  }
  if (is_told) {
    CHECK_INT(it->at, DONE);
  } else {
    CHECK_INT(status, INKOTLS_STATUS_UNEXPECTED_EOF);
    CHECK_INT(side_alert_received(&it->side), INKOTLS_STATUS_NONE);
  }
}

// Configs of this version, and steps that may block.

static const inkotls_client_config *client;
static const inkotls_server_config *server;

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *verification) {
  (void)conn_user_data;
  (void)user_data;
  CHECK(blocking_allowed());
  return inkotls_verification_verify(verification);
}

static int32_t put(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   const uint8_t *value, size_t value_len) {
  (void)conn_user_data;
  (void)user_data, (void)key, (void)key_len, (void)value, (void)value_len;
  return CHECK(blocking_allowed());
}

static int32_t get(void *user_data, void *conn_user_data, const uint8_t *key, size_t key_len,
                   int32_t take, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)user_data, (void)key, (void)key_len, (void)take, (void)buf, (void)cap;
  CHECK(blocking_allowed());
  return 0;
}

static void make_configs(void) {
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_add_named_group(a, X25519), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_session_cache(a, 0), INKOTLS_STATUS_OK);
  if (may_block) {
    CHECK_INT(inkotls_client_builder_set_dangerous_verifier(a, verify, NULL, 1), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_session_store(b, put, get, NULL, 1), INKOTLS_STATUS_OK);
  }
  client = client_built(a);
  server = server_built(b);
}

static void release_configs(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// Runs.

static void open_both(struct player *faulty, struct player *other, const struct way *way,
                      int is_server) {
  static const struct way sound = {.over = BUFFERS, .chunk = 1 << 14};
  faulty->at = other->at = SHAKES;
  faulty->written = faulty->received = other->written = other->received = 0;
  if (is_server) {
    server_open(&faulty->side, way, server);
    client_open(&other->side, &sound, client, "localhost");
  } else {
    client_open(&faulty->side, way, client, "localhost");
    server_open(&other->side, &sound, server);
  }
  if (way->over != CALLBACKS) return;
  struct side *side = &faulty->side;
  CHECK_INT(side->conn ? inkotls_conn_set_io(side->conn, io_read, io_write, side)
                       : inkotls_acceptor_set_io(side->acceptor, io_read, io_write, side),
            INKOTLS_STATUS_OK);
}

static void run(const struct way *way, int is_server) {
  static struct player faulty, other;
  inkotls_status status = INKOTLS_STATUS_OK, other_status = INKOTLS_STATUS_OK;
  open_both(&faulty, &other, way, is_server);
  fault.side = &faulty.side;
  fault.stage = &faulty.at;
  for (int rounds = 0; !is_over(&faulty, status) && rounds < MOST_ROUNDS; rounds++) {
    status = advance(&faulty);
    if (!is_over(&other, other_status)) other_status = advance(&other);
    carry(&faulty.side, &other.side);
    carry(&other.side, &faulty.side);
  }
  CHECK(is_over(&faulty, status));
  if (fault.is_hit && fault.kind->ends_with != INKOTLS_STATUS_OK) {
    tell_rightly(&faulty);
    if (fault.loses_flight) CHECK_INT(faulty.at, SHAKES);  // then it is never done
  } else {
    end_well(&faulty);
  }
  int is_told = faulty.at > CLOSES;
  carry(&faulty.side, &other.side);
  fault.side = NULL;
  side_free(&faulty.side);
  finish(&other, is_told);
  side_free(&other.side);
}

static const char *const transports[] = {"buffers", "a descriptor", "callbacks", "pipes"};

// One kind of fault, at one call after the other: all, or those before there is a connection.
static void sweep(int over, int through_acceptor, int is_server, const struct kind *kind) {
  const struct way way = {
      .over = (enum transport)over, .through_acceptor = through_acceptor, .chunk = 1 << 14};
  fault = (struct fault){.kind = kind};
  do {
    fault.calls = fault.inputs = fault.is_hit = fault.loses_flight = 0;
    checking("%s at call %u: %s, %s, %s, TLS %s, %s", kind->name, fault.at, transports[over],
             is_server ? "server" : "client", through_acceptor ? "acceptor" : "direct",
             version == TLS12 ? "1.2" : "1.3", may_block ? "may block" : "does not block");
    run(&way, is_server);
  } while (fault.at++ < fault.calls && (!through_acceptor || fault.at < BY_ACCEPTOR));
  // All of them went through here.
  if (!through_acceptor) CHECK(fault.inputs > 1 && fault.calls - fault.inputs > 1);
}

static void each_version_sweeps(int over, const struct kind *kind) {
  for (version = TLS12; version <= TLS13; version++) {
    make_configs();
    sweep(over, 0, CLIENT, kind);
    sweep(over, 0, SERVER, kind);
    if (!may_block) sweep(over, 1, SERVER, kind);
    release_configs();
  }
}

int main(int argc, char **argv) {
  static const unsigned places[] = {
      [BUFFERS] = FEED | DRAIN,
      [FD] = DESCRIPTORS,
      [CALLBACKS] = CALLS_BACK,
      [PIPES] = DESCRIPTORS | POLL,
  };
  pki_open(argc, argv);
  for (int over = BUFFERS; over <= PIPES; over++)
    for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++)
      if (kind->places & places[over] && begins("%s: %s", transports[over], kind->name))
        each_version_sweeps(over, kind);
  may_block = 1;
  for (const struct kind *kind = kinds; kind < kinds + KINDS; kind++)
    if (begins("callbacks, steps that may block: %s", kind->name))
      each_version_sweeps(CALLBACKS, kind);
  return checks_done();
}
