// Callbacks as a transport (rule 12): what they receive, what they may return, and a connection
// whose transport changes. each_way runs every scenario over callbacks; in transport_faults.c they
// fail at every call.

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "configs.h"
#include "wire.h"

enum { MOVES = INT32_MIN + 1, MOST_ROUNDS = 2000 };

// One side, and what its functions answer instead of moving bytes.
static struct end {
  inkotls_conn *conn;
  struct queue in, out;
  int reads, writes;
  int32_t read_answer, write_answer;
  int patience;  // how many calls come, all interrupted but the last
  size_t largest;
} ends[2];
static struct end *const at_client = &ends[CLIENT], *const at_server = &ends[SERVER];

static int32_t io_read(void *user_data, uint8_t *buf, size_t cap) {
  struct end *end = user_data;
  end->reads++;
  if (end->largest < cap) end->largest = cap;
  if (end->read_answer != MOVES) return end->read_answer;
  if (end->reads % end->patience) return -EINTR;
  return queue_len(&end->in) > 0 ? (int32_t)queue_pop(&end->in, buf, cap) : -EWOULDBLOCK;
}

static int32_t io_write(void *user_data, const uint8_t *data, size_t len) {
  struct end *end = user_data;
  end->writes++;
  if (end->write_answer != MOVES) return end->write_answer;
  if (end->writes % end->patience) return -EINTR;
  return (int32_t)queue_push(&end->out, data, len);
}

static void attach(struct end *end) {
  CHECK_INT(inkotls_conn_set_io(end->conn, io_read, io_write, end), INKOTLS_STATUS_OK);
}

static void open_both(void) {
  for (int i = 0; i < 2; i++) {
    ends[i].in.begin = ends[i].in.end = ends[i].out.begin = ends[i].out.end = 0;
    ends[i].reads = ends[i].writes = 0;
    ends[i].read_answer = ends[i].write_answer = MOVES;
    ends[i].patience = 1;
    ends[i].largest = 0;
  }
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &at_client->conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_new_server(server, &at_server->conn), INKOTLS_STATUS_OK);
  attach(at_client);
  attach(at_server);
}

static void free_both(void) {
  for (int i = 0; i < 2; i++) inkotls_conn_free(ends[i].conn);
}

// As far as there is room.
static void carry(void) {
  unsigned char buf[sizeof ends->in.bytes];
  for (int i = 0; i < 2; i++) {
    size_t len = queue_pop(&ends[i].out, buf, sizeof buf - queue_len(&ends[!i].in));
    CHECK_INT(queue_push(&ends[!i].in, buf, len), len);
  }
}

static void shake(void) {
  inkotls_status at[2];
  int rounds = 0;
  do {
    for (int i = 0; i < 2; i++) at[i] = inkotls_conn_handshake(ends[i].conn);
    carry();
  } while ((at[CLIENT] > 0 || at[SERVER] > 0) && ++rounds < MOST_ROUNDS);
  CHECK_INT(at[CLIENT], INKOTLS_STATUS_OK);
  CHECK_INT(at[SERVER], INKOTLS_STATUS_OK);
}

static void hear(struct end *to, const char *text) {
  char in[64];
  size_t len = 0;
  carry();
  CHECK_INT(inkotls_conn_read(to->conn, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == strlen(text) && memcmp(in, text, len) == 0);
}

static void say(struct end *from, struct end *to, const char *text) {
  size_t used = 0;
  CHECK_INT(inkotls_conn_write(from->conn, text, strlen(text), &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, strlen(text));
  CHECK_INT(inkotls_conn_flush(from->conn), INKOTLS_STATUS_OK);
  hear(to, text);
}

// What the functions are told, and when they come.

static int32_t read_nothing(void *user_data, uint8_t *buf, size_t cap) {
  CHECK(user_data == NULL && buf && cap > 0);
  return -EAGAIN;
}

static int32_t write_nothing(void *user_data, const uint8_t *data, size_t len) {
  CHECK(user_data == NULL && data && len > 0);
  return -EAGAIN;
}

static void have_no_user_data(void) {
  open_both();
  CHECK_INT(inkotls_conn_set_io(at_client->conn, read_nothing, write_nothing, NULL),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(at_client->conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_set_io(at_server->conn, read_nothing, write_nothing, NULL),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(at_server->conn), INKOTLS_STATUS_WANT_READ);
  free_both();
}

static void stay_where_others_are_refused(void) {
  open_both();
  CHECK_INT(inkotls_conn_set_io(at_client->conn, NULL, io_write, at_client),
            INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_conn_set_io(at_client->conn, io_read, NULL, at_client),
            INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_conn_set_fd(at_client->conn, -2), INKOTLS_STATUS_INVALID_ARGUMENT);
  shake();
  free_both();
}

static void are_detached(void) {
  char net[1 << 12];
  size_t len = 0;
  open_both();
  CHECK_INT(inkotls_conn_detach(at_client->conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_detach(at_server->conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(at_client->conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_handshake(at_server->conn), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_conn_drain(at_client->conn, net, sizeof net, &len), INKOTLS_STATUS_OK);
  for (int i = 0; i < 2; i++) CHECK_INT(ends[i].reads + ends[i].writes, 0);
  CHECK_INT(queue_push(&at_client->out, net, len), len);
  attach(at_client);
  attach(at_server);
  shake();
  free_both();
}

static void come_only_to_move_bytes(void) {
  const uint8_t *bytes;
  char buf[64];
  size_t len;
  open_both();
  shake();
  inkotls_conn *conn = at_client->conn;
  int calls = at_client->reads + at_client->writes;
  CHECK_INT(inkotls_conn_feed(conn, "\x17\x03\x03", 3, &len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_drain(conn, buf, sizeof buf, &len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_drain_peek(conn, &bytes, &len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_state(conn), 0);
  CHECK_INT(inkotls_conn_run_blocking(conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_export_keying_material(conn, "x", 1, NULL, 0, buf, sizeof buf),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_feed_eof(conn), INKOTLS_STATUS_OK);
  attach(at_client);
  CHECK_INT(inkotls_conn_detach(conn), INKOTLS_STATUS_OK);
  attach(at_client);
  free_both();
  CHECK_INT(at_client->reads + at_client->writes, calls);
}

static void read_much_at_a_time(void) {
  struct stream stream = {0, 0};
  open_both();
  shake();
  CHECK_INT(pour(at_client->conn, &stream), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_flush(at_client->conn), INKOTLS_STATUS_OK);
  carry();
  at_server->reads = 0;
  while (drink(at_server->conn, &stream) == INKOTLS_STATUS_OK) continue;
  CHECK_INT(stream.received, stream.written);
  // One for each record, of which the last is shorter, and one that finds nothing.
  CHECK(at_server->reads <= (int)(stream.written >> 14) + 2);
  CHECK(at_server->largest >= 1 << 14);
  free_both();
}

// What they answer.

static void are_called_again(void) {
  open_both();
  at_client->patience = 100;
  at_server->patience = 77;
  shake();
  say(at_client, at_server, "hello");
  say(at_server, at_client, "hello");
  free_both();
}

static void have_no_room(void) {
  static const int32_t answers[] = {0, -EAGAIN, -EWOULDBLOCK};
  for (int i = 0; i < 3; i++) {
    size_t used;
    checking("no room: %d", answers[i]);
    open_both();
    at_client->write_answer = answers[i];
    for (int again = 0; again < 3; again++)
      CHECK_INT(inkotls_conn_handshake(at_client->conn), INKOTLS_STATUS_WANT_WRITE);
    at_client->write_answer = MOVES;
    shake();
    at_client->write_answer = answers[i];
    CHECK_INT(inkotls_conn_write(at_client->conn, "hello", 5, &used), INKOTLS_STATUS_OK);
    for (int again = 0; again < 3; again++)
      CHECK_INT(inkotls_conn_flush(at_client->conn), INKOTLS_STATUS_WANT_WRITE);
    at_client->write_answer = MOVES;
    CHECK_INT(inkotls_conn_flush(at_client->conn), INKOTLS_STATUS_OK);
    hear(at_server, "hello");
    free_both();
  }
}

static void tell_the_end(int is_shaken) {
  char in[4];
  size_t len;
  checking("the end, %s", is_shaken ? "after the handshake" : "at once");
  open_both();
  if (is_shaken) shake();
  at_client->read_answer = 0;
  for (int again = 0; again < 3; again++) {
    CHECK_INT(is_shaken ? inkotls_conn_read(at_client->conn, in, sizeof in, &len)
                        : inkotls_conn_handshake(at_client->conn),
              INKOTLS_STATUS_UNEXPECTED_EOF);
    CHECK_INT(inkotls_conn_os_error(at_client->conn), INKOTLS_STATUS_NONE);
    at_client->read_answer = MOVES;  // there is no more after an end
    attach(at_client);
  }
  free_both();
}

static void tell_the_end_early_and_late(void) {
  for (int is_shaken = 0; is_shaken < 2; is_shaken++) tell_the_end(is_shaken);
}

static const struct {
  int32_t answer, os_error;
} fatal[] = {
    {-EPERM, EPERM},
    {-EIO, EIO},
    {-ECONNRESET, ECONNRESET},
    {-4096, 4096},
    {INT32_MIN, INT32_MAX},
    {INT32_MAX, INKOTLS_STATUS_NONE},
    {1 << 20, INKOTLS_STATUS_NONE},
};
enum { FATAL = sizeof fatal / sizeof fatal[0] };

static void is_failed(inkotls_status status, int32_t os_error) {
  CHECK_INT(status, INKOTLS_STATUS_IO_ERROR);
  CHECK_INT(inkotls_conn_os_error(at_client->conn), os_error);
  if (os_error == INKOTLS_STATUS_NONE)
    CHECK_TEXT(inkotls_conn_error(at_client->conn), "the callback returned");
}

// Nothing was lost: another transport goes on.
static void fail_to_read(int which, int is_shaken) {
  char in[4];
  size_t len = 99;
  checking("reading: %d, %s", fatal[which].answer, is_shaken ? "after the handshake" : "at once");
  open_both();
  if (is_shaken) shake();
  at_client->read_answer = fatal[which].answer;
  int reads = at_client->reads;
  for (int again = 0; again < 3; again++) {
    is_failed(is_shaken ? inkotls_conn_read(at_client->conn, in, sizeof in, &len)
                        : inkotls_conn_handshake(at_client->conn),
              fatal[which].os_error);
    CHECK_INT(len, 99);
    if (is_shaken) say(at_client, at_server, "hello");
  }
  CHECK_INT(at_client->reads, reads + 1);
  at_client->read_answer = MOVES;
  attach(at_client);
  if (!is_shaken) shake();
  say(at_server, at_client, "hello");
  free_both();
}

// Something was lost: nothing can follow it.
static void fail_to_write(int which, int is_shaken) {
  char net[64];
  size_t len = 0, used;
  checking("writing: %d, %s", fatal[which].answer, is_shaken ? "after the handshake" : "at once");
  open_both();
  if (is_shaken) shake();
  int writes = at_client->writes;
  at_client->write_answer = fatal[which].answer;
  if (is_shaken) CHECK_INT(inkotls_conn_write(at_client->conn, "x", 1, &used), INKOTLS_STATUS_OK);
  for (int again = 0; again < 3; again++) {
    if (is_shaken) {
      is_failed(inkotls_conn_update_keys(at_client->conn), fatal[which].os_error);
      is_failed(inkotls_conn_write(at_client->conn, "x", 1, &used), fatal[which].os_error);
      is_failed(inkotls_conn_flush(at_client->conn), fatal[which].os_error);
      is_failed(inkotls_conn_close(at_client->conn), fatal[which].os_error);
      CHECK_INT(inkotls_conn_update_keys(at_server->conn), INKOTLS_STATUS_OK);
      say(at_server, at_client, "hello");
    } else {
      is_failed(inkotls_conn_handshake(at_client->conn), fatal[which].os_error);
    }
    at_client->write_answer = MOVES;
    if (again == 1) attach(at_client);
  }
  CHECK_INT(at_client->writes, writes + 1);
  CHECK_INT(inkotls_conn_detach(at_client->conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_drain(at_client->conn, net, sizeof net, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 0);
  free_both();
}

static void each_error(void (*scenario)(int which, int is_shaken)) {
  for (int is_shaken = 0; is_shaken < 2; is_shaken++)
    for (int which = 0; which < FATAL; which++) scenario(which, is_shaken);
}

static void fail_to_read_with_each_error(void) { each_error(fail_to_read); }
static void fail_to_write_with_each_error(void) { each_error(fail_to_write); }

static void fail_to_write_early_data(void) {
  static const struct way way = {.chunk = 1 << 14};
  static struct pair before;
  inkotls_client_builder *a = client_trusting("ca.pem");
  inkotls_server_builder *b = server_showing("ecdsa");
  size_t used = 0;
  CHECK_INT(inkotls_client_builder_set_early_data(a, 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_max_early_data(b, 1 << 16), INKOTLS_STATUS_OK);
  const inkotls_client_config *own_client = client_built(a), *others_client = client;
  const inkotls_server_config *own_server = server_built(b);
  pair_converse(&before, &way, own_client, "localhost", own_server);
  pair_free(&before);
  client = own_client;
  open_both();
  at_client->write_answer = -EPIPE;
  CHECK_INT(inkotls_conn_write_early_data(at_client->conn, "x", 1, &used), INKOTLS_STATUS_OK);
  for (int again = 0; again < 3; again++) {
    is_failed(inkotls_conn_write_early_data(at_client->conn, "x", 1, &used), EPIPE);
    is_failed(inkotls_conn_handshake(at_client->conn), EPIPE);
  }
  CHECK_INT(at_client->writes, 1);
  free_both();
  client = others_client;
  inkotls_client_config_release(own_client);
  inkotls_server_config_release(own_server);
}

// A client whose transport is another one in every round, from the first byte on.

enum { TOTAL = 400000 };

static void go_on(struct end *end, struct stream *said, struct stream *heard) {
  inkotls_status status;
  if (said->written < TOTAL) CHECK(pour(end->conn, said) >= 0);
  do status = drink(end->conn, heard);
  while (status == INKOTLS_STATUS_OK);
  CHECK(is_wanting(status));
  CHECK(inkotls_conn_flush(end->conn) >= 0);
}

static void over_descriptors(medium over, size_t most, struct stream *up, struct stream *down) {
  struct wire wire = {.conn = {at_client->conn, NULL}};
  struct queue *in = &at_client->in;
  unsigned char buf[1 << 14];
  size_t len = queue_len(in) < most ? queue_len(in) : most;
  over(&wire);
  CHECK_INT(wire_attach(&wire, CLIENT), INKOTLS_STATUS_OK);
  in->begin += wire_put(&wire, SERVER, in->bytes + in->begin, len);
  go_on(at_client, up, down);
  while ((len = wire_get(&wire, SERVER, buf, sizeof buf)) > 0)
    CHECK_INT(queue_push(&at_client->out, buf, len), len);
  // What was left there comes another way.
  while ((len = wire_get(&wire, CLIENT, buf, sizeof buf)) > 0) in->begin -= len;
  wire.conn[CLIENT] = NULL;
  wire_free(&wire);
}

static void over_buffers(size_t most, struct stream *up, struct stream *down) {
  unsigned char buf[1 << 15];
  struct queue *in = &at_client->in;
  size_t len = queue_len(in) < most ? queue_len(in) : most, used = 0;
  CHECK_INT(inkotls_conn_detach(at_client->conn), INKOTLS_STATUS_OK);
  CHECK(inkotls_conn_feed(at_client->conn, in->bytes + in->begin, len, &used) >= 0);
  in->begin += used;
  go_on(at_client, up, down);
  CHECK_INT(inkotls_conn_drain(at_client->conn, buf, most, &len), INKOTLS_STATUS_OK);
  CHECK_INT(queue_push(&at_client->out, buf, len), len);
}

static void take_turns(void) {
  static const medium media[] = {unix_pair, pipes, nonblocking_pipes};
  struct stream up = {0, 0}, down = {0, 0};
  open_both();
  for (unsigned i = 0; i < MOST_ROUNDS && (up.received < TOTAL || down.received < TOTAL); i++) {
    size_t most = 1 + i * 7919 % 20000;
    if (i % 5 < 3) {
      over_descriptors(media[i % 5], most, &up, &down);
    } else if (i % 5 == 3) {
      over_buffers(most, &up, &down);
    } else {
      attach(at_client);
      go_on(at_client, &up, &down);
    }
    carry();
    go_on(at_server, &down, &up);
  }
  CHECK(up.received >= TOTAL && up.received <= up.written);
  CHECK(down.received >= TOTAL && down.received <= down.written);
  free_both();
}

// TLS in TLS: functions that use another connection, which calls functions of its own.

static int32_t read_outer(void *user_data, uint8_t *buf, size_t cap) {
  size_t len;
  inkotls_status status = inkotls_conn_read(user_data, buf, cap, &len);
  return status == INKOTLS_STATUS_OK       ? (int32_t)len
         : status > 0                      ? -EAGAIN
         : status == INKOTLS_STATUS_CLOSED ? 0
                                           : -EIO;
}

static int32_t write_outer(void *user_data, const uint8_t *data, size_t len) {
  size_t used;
  inkotls_status status = inkotls_conn_write(user_data, data, len, &used);
  return status == INKOTLS_STATUS_OK ? (int32_t)used : status > 0 ? -EAGAIN : -EIO;
}

static inkotls_status read_inner(struct pair *outer, inkotls_conn *conn, char *in, size_t cap,
                                 size_t *len) {
  for (;;) {
    inkotls_status status = inkotls_conn_read(conn, in, cap, len);
    if (status <= 0 || !pair_carry(outer)) return status;
  }
}

static void nest(const struct way *way) {
  struct pair outer;
  inkotls_conn *inner[2];
  inkotls_status at[2];
  char in[8];
  size_t len = 0;
  pair_connect(&outer, way, client, server);
  inkotls_conn *const around[] = {outer.client.conn, outer.server.conn};
  CHECK_INT(inkotls_conn_new_client(client, "localhost", 9, &inner[CLIENT]), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_new_server(server, &inner[SERVER]), INKOTLS_STATUS_OK);
  for (int i = 0; i < 2; i++)
    CHECK_INT(inkotls_conn_set_io(inner[i], read_outer, write_outer, around[i]), INKOTLS_STATUS_OK);
  do {
    for (int i = 0; i < 2; i++) at[i] = inkotls_conn_handshake(inner[i]);
  } while (pair_carry(&outer));
  CHECK_INT(at[CLIENT], INKOTLS_STATUS_OK);
  CHECK_INT(at[SERVER], INKOTLS_STATUS_OK);
  for (int i = 0; i < 2; i++) {
    CHECK_INT(inkotls_conn_write(inner[i], "hello", 5, &len), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_close(inner[i]), INKOTLS_STATUS_OK);
    CHECK_INT(read_inner(&outer, inner[!i], in, sizeof in, &len), INKOTLS_STATUS_OK);
    CHECK(len == 5 && memcmp(in, "hello", 5) == 0);
    CHECK_INT(read_inner(&outer, inner[!i], in, sizeof in, &len), INKOTLS_STATUS_CLOSED);
  }
  for (int i = 0; i < 2; i++) inkotls_conn_free(inner[i]);
  pair_free(&outer);
}

int main(int argc, char **argv) {
  wires_open(argc, argv);
  once("user_data that is NULL", have_no_user_data);
  once("a refused transport", stay_where_others_are_refused);
  once("detached callbacks", are_detached);
  once("calls that move no bytes", come_only_to_move_bytes);
  once("many bytes in one call", read_much_at_a_time);
  once("interrupted callbacks", are_called_again);
  once("a write callback without room", have_no_room);
  once("end of file", tell_the_end_early_and_late);
  once("errors of the read callback", fail_to_read_with_each_error);
  once("errors of the write callback", fail_to_write_with_each_error);
  once("an error of the write callback in early data", fail_to_write_early_data);
  once("a transport that changes", take_turns);
  each_way("TLS in TLS", nest);
  return wires_done();
}
