// Rule 10: the memory of feed_room stays where it is, and as it is, whatever else is called until
// feed_filled. That every scenario works with it is shown by each_way ("rooms").

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "configs.h"

enum { LONGEST_RECORD = 5 + 16384 + 2047, PATTERN = 0xc5 };

static const struct way buffers = {.chunk = 1 << 14};
static const inkotls_client_config *client;
static const inkotls_server_config *server;

struct room {
  uint8_t *at;
  size_t cap;
};

static struct room room_of(inkotls_conn *conn) {
  struct room room = {NULL, 7};
  CHECK_INT(inkotls_conn_feed_room(conn, &room.at, &room.cap), INKOTLS_STATUS_OK);
  CHECK(room.at && room.cap > 0 && room.cap <= LONGEST_RECORD);
  memset(room.at, PATTERN, room.cap);
  return room;
}

static int is_as_it_was(struct room room) {
  for (size_t i = 0; i < room.cap; i++)
    if (room.at[i] != PATTERN) return 0;
  return 1;
}

// Does what a kernel does, and what the host does then.
static void receive_into(struct room room, inkotls_conn *conn, const void *data, size_t len) {
  if (len > 0) memcpy(room.at, data, len);
  CHECK_INT(inkotls_conn_feed_filled(conn, len), INKOTLS_STATUS_OK);
}

static int32_t io_read(void *data, uint8_t *buf, size_t cap) {
  return (void)data, (void)buf, (void)cap, -11;
}

static int32_t io_write(void *data, const uint8_t *buf, size_t len) {
  return (void)data, (void)buf, (int32_t)len;
}

static void refuses(inkotls_conn *conn, inkotls_status status, const char *why) {
  CHECK_INT(status, INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_conn_error(conn), why);
}

// What would mix with the bytes to come is refused; everything else goes on.
static void everything_else_goes_on(void) {
  struct pair pair;
  unsigned char net[1 << 14];
  char in[64];
  const uint8_t *bytes;
  uint8_t *again = NULL;
  size_t len, cap, used;
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds)) give_up("socketpair");
  pair_converse(&pair, &buffers, client, "localhost", server);
  inkotls_conn *conn = pair.server.conn;
  CHECK_INT(side_write(&pair.client, "before", 6, &used), INKOTLS_STATUS_OK);
  CHECK(side_deliver(&pair.client, &pair.server) > 0);
  struct room room = room_of(conn);

  CHECK_INT(inkotls_conn_feed_room(conn, &again, &cap), INKOTLS_STATUS_OK);
  CHECK(again == room.at && cap == room.cap);
  refuses(conn, inkotls_conn_feed(conn, "x", 1, &used), "feed_filled");
  refuses(conn, inkotls_conn_feed_eof(conn), "feed_filled");
  refuses(conn, inkotls_conn_set_fd(conn, fds[0]), "feed_filled");
  refuses(conn, inkotls_conn_set_fds(conn, fds[0], fds[1]), "feed_filled");
  refuses(conn, inkotls_conn_set_io(conn, io_read, io_write, NULL), "feed_filled");
  CHECK_INT(inkotls_conn_detach(conn), INKOTLS_STATUS_OK);

  CHECK_INT(inkotls_conn_read_peek(conn, &bytes, &len), INKOTLS_STATUS_OK);
  CHECK(len == 6 && memcmp(bytes, "before", 6) == 0);
  CHECK_INT(inkotls_conn_read_consume(conn, 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_read(conn, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 5);
  CHECK_INT(inkotls_conn_read(conn, in, sizeof in, &len), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_conn_update_keys(conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_write(conn, "meanwhile", 9, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_flush(conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK(side_deliver(&pair.server, &pair.client) > 0);
  CHECK_INT(side_read(&pair.client, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 9);
  CHECK_INT(inkotls_conn_close(conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK(side_deliver(&pair.server, &pair.client) > 0);
  CHECK_INT(inkotls_conn_close(conn), INKOTLS_STATUS_OK);
  CHECK(is_as_it_was(room));

  CHECK_INT(inkotls_conn_feed_filled(conn, room.cap + 1), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_conn_feed_filled(conn, SIZE_MAX), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK(is_as_it_was(room));
  CHECK_INT(side_write(&pair.client, "after", 5, &used), INKOTLS_STATUS_OK);
  len = side_take(&pair.client, net, sizeof net);
  receive_into(room, conn, net, len);
  CHECK_INT(inkotls_conn_read(conn, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == 5 && memcmp(in, "after", 5) == 0);
  refuses(conn, inkotls_conn_feed_filled(conn, 0), "feed_room");

  // Nothing came: it is given back, and the rest goes another way.
  receive_into(room_of(conn), conn, NULL, 0);
  CHECK_INT(inkotls_conn_feed(conn, NULL, 0, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_set_fd(conn, fds[0]), INKOTLS_STATUS_OK);
  refuses(conn, inkotls_conn_feed_room(conn, &again, &cap), "transport");
  refuses(conn, inkotls_conn_feed_filled(conn, 0), "feed_room");
  CHECK_INT(inkotls_conn_detach(conn), INKOTLS_STATUS_OK);
  receive_into(room_of(conn), conn, NULL, 0);
  CHECK_INT(inkotls_conn_feed_eof(conn), INKOTLS_STATUS_OK);
  refuses(conn, inkotls_conn_feed_room(conn, &again, &cap), "feed_eof");
  CHECK_INT(inkotls_conn_read(conn, in, sizeof in, &len), INKOTLS_STATUS_UNEXPECTED_EOF);
  pair_free(&pair);
  close(fds[0]);
  close(fds[1]);
}

// A connection that ends while something receives: the memory is there until it is filled or freed.

static void peer_closes(struct pair *pair) {
  CHECK_INT(side_close(&pair->client), INKOTLS_STATUS_WANT_WRITE);
  CHECK(side_deliver(&pair->client, &pair->server) > 0);
}

static void record_is_garbage(struct pair *pair) {
  static const unsigned char garbage[100] = {23, 3, 3, 0, 95};
  CHECK_INT(side_give(&pair->server, garbage, sizeof garbage), sizeof garbage);
}

static void ends_while_it_receives(void) {
  static const struct {
    void (*end)(struct pair *);
    inkotls_status status;
  } ends[] = {{peer_closes, INKOTLS_STATUS_CLOSED},
              {record_is_garbage, INKOTLS_STATUS_PROTOCOL_ERROR}};
  for (int i = 0; i < 4; i++) {
    struct pair pair;
    char in[8];
    size_t len;
    pair_converse(&pair, &buffers, client, "localhost", server);
    inkotls_conn *conn = pair.server.conn;
    ends[i / 2].end(&pair);
    struct room room = room_of(conn);
    while (side_read(&pair.server, in, sizeof in, &len) == INKOTLS_STATUS_WANT_WRITE)
      CHECK(side_take(&pair.server, in, sizeof in) > 0);
    CHECK_INT(side_read(&pair.server, in, sizeof in, &len), ends[i / 2].status);
    CHECK(is_as_it_was(room));
    // What comes then is dropped, so that there is always room for it.
    for (int more = 0; i % 2 && more < 20; more++) {
      CHECK_INT(inkotls_conn_feed_filled(conn, room.cap), INKOTLS_STATUS_OK);
      room = room_of(conn);
      CHECK_INT(side_read(&pair.server, in, sizeof in, &len), ends[i / 2].status);
    }
    pair_free(&pair);
  }
}

// Pieces of any length, of a handshake and of 1 MB, some of which are fed.

static size_t below(size_t end) {
  static unsigned state = 1;
  state = state * 1103515245 + 12345;
  return (state >> 8) % end;
}

static size_t send_piece(inkotls_conn *from, inkotls_conn *to) {
  const uint8_t *data;
  uint8_t *at;
  size_t len, cap, most = 1 + below(below(2) ? 100 : 30000), used = 0;
  CHECK_INT(inkotls_conn_drain_peek(from, &data, &len), INKOTLS_STATUS_OK);
  if (len > most) len = most;
  if (below(4) == 0) {
    if (inkotls_conn_feed(to, data, len, &used) != INKOTLS_STATUS_OK) used = 0;
  } else if (inkotls_conn_feed_room(to, &at, &cap) == INKOTLS_STATUS_OK) {
    used = len < cap ? len : cap;
    receive_into((struct room){at, cap}, to, data, used);
  }
  CHECK_INT(inkotls_conn_drain_consume(from, used), INKOTLS_STATUS_OK);
  return len;
}

static void pieces_of_any_length(void) {
  enum { TOTAL = 1000000 };
  struct pair pair;
  static unsigned char out[50000], in[50000];
  size_t written = 0, received = 0, wrong = 0, used, len;
  pair_open(&pair, &buffers, client, "localhost", server);
  inkotls_conn *a = pair.client.conn, *b = pair.server.conn;
  do {
    CHECK(inkotls_conn_handshake(a) >= 0);
    CHECK(inkotls_conn_handshake(b) >= 0);
  } while (send_piece(a, b) + send_piece(b, a) > 0);
  for (int round = 0; received < TOTAL && round < 100000; round++) {
    size_t want = 1 + below(sizeof out);
    if (want > TOTAL - written) want = TOTAL - written;
    for (size_t i = 0; i < want; i++) out[i] = octet(written + i);
    if (inkotls_conn_write(a, out, want, &used) == INKOTLS_STATUS_OK) written += used;
    send_piece(a, b);
    if (below(3)) continue;
    if (inkotls_conn_read(b, in, 1 + below(sizeof in), &len) != INKOTLS_STATUS_OK) continue;
    for (size_t i = 0; i < len; i++) wrong += in[i] != octet(received + i);
    received += len;
  }
  CHECK_INT(received, TOTAL);
  CHECK_INT(wrong, 0);
  pair_free(&pair);
}

// Long records that are cut near an end, over every transport: the rest of a long record is
// received where rustls wants it, and what is behind it, such as a part of a header, is not lost.
static void records_are_cut(const struct way *way) {
  enum { RECORD = 16384, SENT = 4 * RECORD, HEADER = 5 };
  static unsigned char plain[SENT], cipher[SENT + 1000], in[SENT];
  if (way->chunk == 1) return;
  for (int behind = -HEADER - 1; behind <= HEADER + 1; behind++) {
    struct pair pair;
    size_t used, ready = 0, given = 0, received = 0, len;
    pair_converse(&pair, way, client, "localhost", server);
    for (size_t i = 0; i < SENT; i++) plain[i] = octet(i);
    for (size_t sent = 0; sent < SENT; sent += used) {
      CHECK_INT(side_write(&pair.client, plain + sent, RECORD, &used), INKOTLS_STATUS_OK);
      CHECK(side_flush(&pair.client) >= 0);
      while ((len = side_take(&pair.client, cipher + ready, sizeof cipher - ready)) > 0)
        ready += len;
    }
    const size_t record = ready / 4, cuts[] = {record + 20, record * 2 + (size_t)behind,
                                               record * 3 + (size_t)behind, ready};
    for (int i = 0; i < 4; i++) {
      while (given < cuts[i]) {
        given += side_give(&pair.server, cipher + given, cuts[i] - given);
        while (side_read(&pair.server, in + received, sizeof in - received, &len) ==
               INKOTLS_STATUS_OK)
          if ((received += len) == SENT) break;
      }
    }
    CHECK_INT(received, SENT);
    CHECK(memcmp(in, plain, SENT) == 0);
    pair_free(&pair);
  }
}

// Rule 16: as much as feed accepts, and no more: 16 KiB after WANT_READ, with the smallest limit
// too.
static void is_bounded(void) {
  enum { SMALLEST = 36 << 10 };
  static unsigned char plain[100000], cipher[120000], in[100000];
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_limit(builder, INKOTLS_LIMIT_READ_BUFFER, SMALLEST),
            INKOTLS_STATUS_OK);
  const inkotls_server_config *small = server_built(builder);
  struct pair pair;
  size_t ready = 0, given = 0, received = 0, used, len, held;
  pair_converse(&pair, &buffers, client, "localhost", small);
  inkotls_conn *conn = pair.server.conn;
  for (size_t sent = 0; sent < sizeof plain;) {
    if (side_write(&pair.client, plain + sent, sizeof plain - sent, &used) == INKOTLS_STATUS_OK)
      sent += used;
    ready += side_take(&pair.client, cipher + ready, sizeof cipher - ready);
  }
  while (received < sizeof plain) {
    struct room room = {NULL, 7};
    for (held = 0; inkotls_conn_feed_room(conn, &room.at, &room.cap) == INKOTLS_STATUS_OK;) {
      CHECK(held > 0 || room.cap >= 1 << 14);
      len = room.cap < ready - given ? room.cap : ready - given;
      receive_into(room, conn, cipher + given, len);
      given += len;
      held += room.cap;
      if (len == 0) break;
      room = (struct room){NULL, 7};
    }
    if (given < ready) CHECK(!room.at && room.cap == 7);  // FULL
    CHECK(held <= SMALLEST + LONGEST_RECORD);
    while (inkotls_conn_read(conn, in, sizeof in, &len) == INKOTLS_STATUS_OK) received += len;
    if (held == 0) give_up("it is full after WANT_READ");
  }
  CHECK_INT(received, sizeof plain);
  pair_free(&pair);
  inkotls_server_config_release(small);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  once("other calls while it receives", everything_else_goes_on);
  once("an end while it receives", ends_while_it_receives);
  once("pieces of any length", pieces_of_any_length);
  each_way("records that are cut", records_are_cut);
  once("limits", is_bounded);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
