// Rule 16, progress: after WANT_READ there is room for 16 KiB; READABLE is set only if a call makes
// progress; and no peer can make a host that obeys the statuses call without end.

#include <string.h>

#include "configs.h"

enum {
  CALLS = 64,  // more than any of these scenarios needs
  CHUNK = 16 << 10,
  SMALLEST_READ_BUFFER = 36 << 10,
  HEADER = 5,
  MAX_FRAGMENT = (16 << 10) + 2047,
  APPLICATION_DATA = 23,
  UNEXPECTED_MESSAGE = 10
};

static const inkotls_client_config *clients[2], *eager;
static const inkotls_server_config *server, *knows_sessions, *stranger;

static int is_readable(const struct side *side) {
  return side->conn && inkotls_conn_state(side->conn) & INKOTLS_STATE_READABLE;
}

// Makes the call again while READABLE says that it goes on.
static inkotls_status obedient(struct side *side) {
  inkotls_status status = side_handshake(side);
  for (int calls = 0; status > 0 && is_readable(side); calls++) {
    if (calls == CALLS) give_up("READABLE, and no call goes on");
    status = side_handshake(side);
  }
  return status;
}

// Protected records of 16 KiB with their headers, the last one cut off where `len` ends.
static void records(unsigned char *at, size_t len) {
  static const unsigned char header[HEADER] = {APPLICATION_DATA, 3, 3, (CHUNK - HEADER) >> 8,
                                               (CHUNK - HEADER) & 255};
  for (size_t i = 0; i < len; i++) {
    size_t place = i % CHUNK;
    at[i] = place < HEADER ? header[place] : (unsigned char)place;
  }
}

// Gives the server a ClientHello without early data, and `len` bytes of protected records with it.
static void is_refused_at_once(const struct way *way, size_t len) {
  static unsigned char flight[1 << 17];
  unsigned char alert[7] = {0};
  static const unsigned char want[7] = {21, 3, 3, 0, 2, 2, UNEXPECTED_MESSAGE};
  struct side client, victim;
  inkotls_status status;
  size_t total = 0, given = 0, got = 0;
  client_open(&client, way, clients[version - TLS12], "localhost");
  CHECK_INT(side_handshake(&client),
            way->over == BUFFERS ? INKOTLS_STATUS_WANT_WRITE : INKOTLS_STATUS_WANT_READ);
  while ((got = side_take(&client, flight + total, way->chunk)) > 0) total += got;
  records(flight + total, len);
  total += len;
  server_open(&victim, way, server);
  given = side_give(&victim, flight, total);
  for (int calls = 0;; calls++) {
    if (calls == CALLS) give_up("no end of calls");
    status = obedient(&victim);
    if (status < 0) break;
    given += side_give(&victim, flight + given, total - given);
    got += side_take(&victim, alert + got, sizeof alert - got);
  }
  got += side_take(&victim, alert + got, sizeof alert - got);
  CHECK_INT(status, INKOTLS_STATUS_PROTOCOL_ERROR);
  CHECK_INT(side_alert_sent(&victim), UNEXPECTED_MESSAGE);
  CHECK(got == sizeof alert && memcmp(alert, want, got) == 0);
  side_free(&victim);
  side_free(&client);
}

static void data_behind_a_hello(const struct way *way) {
  is_refused_at_once(way, 1);
  is_refused_at_once(way, 200);
  is_refused_at_once(way, 66500);
}

// A client that comes back with early data, `len` bytes, which a stranger refuses.
static void is_skipped(const struct way *way, size_t len) {
  static unsigned char early[50000];
  struct pair pair;
  size_t used, taken = 0;
  pair_converse(&pair, way, eager, "localhost", knows_sessions);
  pair_free(&pair);
  pair_open(&pair, way, eager, "localhost", stranger);
  pair_until_hello(&pair);
  while (taken < len) {
    CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, early, len - taken, &used),
              INKOTLS_STATUS_OK);
    taken += used;
    CHECK(side_handshake(&pair.client) > 0);
    CHECK(side_deliver(&pair.client, &pair.server) > 0);
  }
  side_becomes_conn(&pair.server);
  CHECK(obedient(&pair.server) > 0);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), 0);
  pair_send(&pair, &pair.client, &pair.server, 1000);
  pair_free(&pair);
}

static void refused_early_data(const struct way *way) {
  is_skipped(way, 1);
  is_skipped(way, 200);
  is_skipped(way, 16000);
  // What the server has before anything of its answer leaves. A pipe has room for 64 KiB.
  if (way->over == BUFFERS || !way->through_acceptor) is_skipped(way, 50000);
}

// A record that has begun when the answer leaves is skipped to its end.
static void refused_in_the_middle_of_a_record(const struct way *way) {
  static unsigned char early[10000], flight[1 << 15];
  struct pair pair;
  size_t used, total = 0, len;
  if (way->over != BUFFERS) return;
  pair_converse(&pair, way, eager, "localhost", knows_sessions);
  pair_free(&pair);
  pair_open(&pair, way, eager, "localhost", stranger);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, early, sizeof early, &used),
            INKOTLS_STATUS_OK);
  CHECK(side_handshake(&pair.client) > 0);
  while ((len = side_take(&pair.client, flight + total, sizeof flight - total)) > 0) total += len;
  CHECK_INT(side_give(&pair.server, flight, total - 1000), total - 1000);
  CHECK(side_handshake(&pair.server) > 0);
  CHECK(side_deliver(&pair.server, &pair.client) > 0);
  CHECK_INT(side_give(&pair.server, flight + total - 1000, 1000), 1000);
  CHECK_INT(obedient(&pair.server), INKOTLS_STATUS_WANT_READ);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_send(&pair, &pair.client, &pair.server, 1000);
  pair_free(&pair);
}

// The last of it comes behind the answer; then the client's Finished and its data come at once.
static void refused_behind_the_answer(const struct way *way) {
  static unsigned char early[9000], data[1 << 14], flight[1 << 15];
  struct pair pair;
  size_t used, total = 0, len;
  if (way->over != BUFFERS) return;
  pair_converse(&pair, way, eager, "localhost", knows_sessions);
  pair_free(&pair);
  pair_open(&pair, way, eager, "localhost", stranger);
  pair_until_answered(&pair);
  CHECK(side_deliver(&pair.server, &pair.client) > 0);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, early, sizeof early, &used),
            INKOTLS_STATUS_OK);
  CHECK_INT(side_deliver(&pair.client, &pair.server), used + 22);
  CHECK_INT(obedient(&pair.server), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(side_handshake(&pair.client), INKOTLS_STATUS_WANT_WRITE);
  while ((len = side_take(&pair.client, flight + total, sizeof flight - total)) > 0) total += len;
  CHECK_INT(side_write(&pair.client, data, sizeof data, &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, sizeof data);
  while ((len = side_take(&pair.client, flight + total, sizeof flight - total)) > 0) total += len;
  CHECK_INT(side_give(&pair.server, flight, total), total);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  for (total = 0; total < sizeof data; total += len)
    if (side_read(&pair.server, flight, sizeof flight, &len) != INKOTLS_STATUS_OK) break;
  CHECK_INT(total, sizeof data);
  pair_free(&pair);
}

// More than the handshake may have, of a client that goes on and on.
static void early_data_without_end(const struct way *way) {
  enum { MUCH = 1 << 20 };
  static unsigned char flood[CHUNK];
  struct pair pair;
  size_t used, sent = 0;
  if (way->over != BUFFERS) return;
  records(flood, sizeof flood);
  pair_converse(&pair, way, eager, "localhost", knows_sessions);
  pair_free(&pair);
  pair_open(&pair, way, eager, "localhost", stranger);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "x", 1, &used), INKOTLS_STATUS_OK);
  CHECK(side_handshake(&pair.client) > 0);
  CHECK(side_deliver(&pair.client, &pair.server) > 0);
  do {
    CHECK_INT(obedient(&pair.server), INKOTLS_STATUS_WANT_WRITE);
    sent += side_give(&pair.server, flood, sizeof flood);
  } while (!(inkotls_conn_state(pair.server.conn) & INKOTLS_STATE_FAILED) && sent < MUCH);
  CHECK(sent < MUCH);
  CHECK(side_deliver(&pair.server, &pair.client) > 0);
  CHECK_INT(side_handshake(&pair.server), INKOTLS_STATUS_HANDSHAKE_FAILED);
  pair_free(&pair);
}

// The client has the ServerHello, in the first piece of the server's flight, and leaves.
static void a_client_leaves_early(const struct way *way) {
  enum { PIECE = 1400 };
  unsigned char piece[PIECE], rest[PIECE];
  struct pair pair;
  if (way->over != BUFFERS) return;
  pair_open(&pair, way, clients[TLS13 - TLS12], "localhost", server);
  pair_until_answered(&pair);
  CHECK_INT(side_take(&pair.server, piece, PIECE), PIECE);
  CHECK_INT(side_give(&pair.client, piece, PIECE), PIECE);
  CHECK(side_handshake(&pair.client) > 0);
  CHECK_INT(side_close(&pair.client), INKOTLS_STATUS_WANT_WRITE);
  CHECK(side_deliver(&pair.client, &pair.server) > 0);
  side_cut(&pair.server);
  CHECK_INT(side_handshake(&pair.server), INKOTLS_STATUS_CLOSED);
  CHECK_INT(side_alert_received(&pair.server), 0);
  CHECK(side_take(&pair.server, rest, PIECE) > 0);  // the flight was not whole
  pair_free(&pair);
}

// What the client writes at once comes with its Finished, while the server's tickets wait.
static void data_behind_the_finished(const struct way *way) {
  struct pair pair;
  char in[8];
  size_t len;
  if (way->over != BUFFERS) return;
  pair_open(&pair, way, clients[TLS13 - TLS12], "localhost", server);
  pair_until_answered(&pair);
  CHECK(side_deliver(&pair.server, &pair.client) > 0);
  CHECK_INT(side_handshake(&pair.client), INKOTLS_STATUS_WANT_WRITE);
  CHECK(side_deliver(&pair.client, &pair.server) > 0);
  CHECK_INT(side_handshake(&pair.client), INKOTLS_STATUS_OK);
  CHECK_INT(side_write(&pair.client, "data", 4, &len), INKOTLS_STATUS_OK);
  CHECK(side_deliver(&pair.client, &pair.server) > 0);
  CHECK_INT(obedient(&pair.server), INKOTLS_STATUS_WANT_WRITE);
  CHECK(side_deliver(&pair.server, &pair.client) > 0);
  CHECK(is_readable(&pair.server));
  CHECK_INT(side_handshake(&pair.server), INKOTLS_STATUS_OK);
  CHECK(is_readable(&pair.server));
  CHECK_INT(side_read(&pair.server, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 4);
  CHECK(!is_readable(&pair.server));
  pair_free(&pair);
}

// Once the last flight is drained a call answers OK, and the state says so: a host that only looks
// at the state reads all that its peer sends. The side that speaks last is TLS 1.3's client and
// TLS 1.2's server.
static void the_last_flight_is_drained(const struct way *way) {
  static unsigned char data[60000], flight[1 << 17];
  struct pair pair;
  size_t written = 0, taken = 0, given = 0, received = 0, len;
  if (way->over != BUFFERS) return;
  pair_open(&pair, way, clients[version - TLS12], "localhost", server);
  struct side *last = version == TLS13 ? &pair.client : &pair.server;
  struct side *peer = version == TLS13 ? &pair.server : &pair.client;
  pair_until_answered(&pair);
  CHECK(side_deliver(&pair.server, &pair.client) > 0);
  CHECK_INT(side_handshake(&pair.client), INKOTLS_STATUS_WANT_WRITE);
  if (version == TLS12) {
    CHECK(side_deliver(&pair.client, &pair.server) > 0);
    CHECK_INT(side_handshake(&pair.server), INKOTLS_STATUS_WANT_WRITE);
  }
  CHECK(!is_readable(last));
  CHECK(side_deliver(last, peer) > 0);
  CHECK(is_readable(last));
  side_handshake(peer);
  side_deliver(peer, last);
  CHECK_INT(side_handshake(peer), INKOTLS_STATUS_OK);
  for (; written < sizeof data; written += len) {
    CHECK_INT(side_write(peer, data + written, sizeof data - written, &len), INKOTLS_STATUS_OK);
    taken += side_take(peer, flight + taken, sizeof flight - taken);
  }
  while (given < taken) {
    given += side_give(last, flight + given, taken - given);
    if (!is_readable(last)) give_up("what is fed is not to be read");
    while (is_readable(last))
      if (side_read(last, data, sizeof data, &len) == INKOTLS_STATUS_OK) received += len;
  }
  CHECK_INT(received, sizeof data);
  pair_free(&pair);
}

// The longest record, of which one byte is missing, and 16 KiB more.
static void has_room(struct side *side, unsigned char type) {
  static unsigned char record[HEADER + MAX_FRAGMENT], chunk[CHUNK];
  char in[8];
  size_t used = 0, len;
  memcpy(record, (unsigned char[HEADER]){type, 3, 3, MAX_FRAGMENT >> 8, MAX_FRAGMENT & 255},
         HEADER);
  side_empty_room(side);
  CHECK_INT(inkotls_conn_feed(side->conn, record, CHUNK, &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, CHUNK);
  CHECK_INT(inkotls_conn_feed(side->conn, record + CHUNK, sizeof record - 1 - CHUNK, &used),
            INKOTLS_STATUS_OK);
  CHECK_INT(used, sizeof record - 1 - CHUNK);
  CHECK_INT(side_read(side, in, sizeof in, &len), INKOTLS_STATUS_WANT_READ);
  CHECK(!is_readable(side));
  CHECK_INT(inkotls_conn_feed(side->conn, chunk, sizeof chunk, &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, sizeof chunk);
}

static void room_after_want_read(const struct way *way) {
  enum { HANDSHAKE = 22 };
  struct pair pair;
  if (way->over != BUFFERS || way->through_acceptor) return;
  inkotls_client_builder *client_builder = client_speaking(version);
  inkotls_server_builder *server_builder = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_set_limit(client_builder, INKOTLS_LIMIT_READ_BUFFER,
                                             SMALLEST_READ_BUFFER),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_limit(server_builder, INKOTLS_LIMIT_READ_BUFFER,
                                             SMALLEST_READ_BUFFER - 1),
            INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_server_builder_set_limit(server_builder, INKOTLS_LIMIT_READ_BUFFER,
                                             SMALLEST_READ_BUFFER),
            INKOTLS_STATUS_OK);
  const inkotls_client_config *client = client_built(client_builder);
  const inkotls_server_config *small = server_built(server_builder);
  for (int stage = 0; stage < 3; stage++) {
    checking("room after WANT_READ, TLS %x, stage %d", version, stage);
    pair_open(&pair, way, client, "localhost", small);
    if (stage == 1) {
      pair_until_answered(&pair);
      CHECK(side_deliver(&pair.server, &pair.client) > 0);
    }
    if (stage == 2) pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    has_room(&pair.server, stage == 2 ? APPLICATION_DATA : HANDSHAKE);
    if (stage == 2) has_room(&pair.client, APPLICATION_DATA);
    pair_free(&pair);
  }
  inkotls_client_config_release(client);
  inkotls_server_config_release(small);
}

static const inkotls_server_config *taking_early_data(void) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_max_early_data(builder, 64 << 10), INKOTLS_STATUS_OK);
  return server_built(builder);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  for (int32_t it = TLS12; it <= TLS13; it++) {
    inkotls_client_builder *forgetful = client_speaking(it);
    CHECK_INT(inkotls_client_builder_set_session_cache(forgetful, 0), INKOTLS_STATUS_OK);
    clients[it - TLS12] = client_built(forgetful);
  }
  inkotls_client_builder *builder = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_set_early_data(builder, 1), INKOTLS_STATUS_OK);
  eager = client_built(builder);
  server = server_config("ecdsa", no_alpn);
  knows_sessions = taking_early_data();
  stranger = taking_early_data();
  each_version("data behind a ClientHello", data_behind_a_hello);
  each_wide_way("early data that is refused", refused_early_data);
  each_wide_way("early data that is refused in the middle of a record",
                refused_in_the_middle_of_a_record);
  each_wide_way("early data that comes behind the answer", refused_behind_the_answer);
  each_wide_way("early data without end", early_data_without_end);
  each_wide_way("a client that leaves early", a_client_leaves_early);
  each_wide_way("data behind the Finished", data_behind_the_finished);
  each_version("the last flight is drained", the_last_flight_is_drained);
  each_version("room after WANT_READ", room_after_want_read);
  for (int i = 0; i < 2; i++) inkotls_client_config_release(clients[i]);
  inkotls_client_config_release(eager);
  inkotls_server_config_release(server);
  inkotls_server_config_release(knows_sessions);
  inkotls_server_config_release(stranger);
  return checks_done();
}
