// Early data (0-RTT): it is off unless both sides enable it, its length is limited, no server
// delivers it twice, and none is lost where the server rejects it.

#include <string.h>

#include "configs.h"

// The second: what a server that takes any takes at least.
enum { LIMIT = 128 << 10, LEAST = 16 << 10 };

static const char *const a_and_b[] = {"a", "b", NULL};
static const inkotls_client_config *eager, *reserved, *only_tls12;
static const inkotls_server_config *open_server, *closed_server;

static const inkotls_client_config *client_with(inkotls_client_builder *builder, int early_data) {
  for (int i = 0; i < 2; i++)
    CHECK_INT(inkotls_client_builder_add_alpn(builder, a_and_b[i], 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_early_data(builder, early_data), INKOTLS_STATUS_OK);
  return client_built(builder);
}

static inkotls_server_builder *server_taking(uint32_t most) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  for (int i = 0; i < 2; i++)
    CHECK_INT(inkotls_server_builder_add_alpn(builder, a_and_b[i], 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_max_early_data(builder, most), INKOTLS_STATUS_OK);
  return builder;
}

// A connection of a client that has been at `server` before.
static void open_again(struct pair *pair, const struct way *way,
                       const inkotls_client_config *client, const inkotls_server_config *server,
                       const inkotls_server_config *then) {
  pair_converse(pair, way, client, "localhost", server);
  pair_free(pair);
  pair_open(pair, way, client, "localhost", then);
}

// Writes early data, in writes of uneven sizes, and carries it; returns how much was taken.
static size_t write_early(struct pair *pair, size_t total) {
  unsigned char out[20000];
  size_t taken = 0, step = 1, waits = 0, used;
  inkotls_status status;
  do {
    size_t want = total - taken < step ? total - taken : step;
    step = step * 3 < sizeof out ? step * 3 : 1;
    for (size_t i = 0; i < want; i++) out[i] = octet(taken + i);
    used = 0;
    status = inkotls_conn_write_early_data(pair->client.conn, out, want, &used);
    CHECK(used <= want && (used > 0) == (status == INKOTLS_STATUS_OK));
    taken += used;
    if (status != INKOTLS_STATUS_WANT_WRITE) continue;
    waits++;
    if (!pair_carry(pair)) give_up("nothing to carry");
  } while (status >= 0 && taken < total);
  CHECK(status == INKOTLS_STATUS_OK || status == INKOTLS_STATUS_NONE);
  if (pair->client.way->over == BUFFERS) CHECK_INT(waits > 0, taken > 64 * 1024);
  return taken;
}

// Reads early data until there is no more; returns how much there was.
static size_t read_early(struct pair *pair) {
  unsigned char in[5000];
  size_t total = 0, wrong = 0, len;
  inkotls_status status;
  pair_until_hello(pair);
  side_becomes_conn(&pair->server);
  do {
    status = inkotls_conn_read_early_data(pair->server.conn, in, sizeof in, &len);
    if (status == INKOTLS_STATUS_OK) {
      for (size_t i = 0; i < len; i++) wrong += in[i] != octet(total + i);
      total += len;
    } else if (status > 0) {
      side_handshake(&pair->client);
      if (!pair_carry(pair)) give_up("early data without an end");
    }
  } while (status >= 0);
  CHECK_INT(status, INKOTLS_STATUS_NONE);
  CHECK_INT(wrong, 0);
  return total;
}

static size_t much(const struct way *way) { return way->chunk == 1 ? 3000 : 100000; }

static void has_none(struct pair *pair) {
  size_t len = 7;
  char byte;
  CHECK_INT(inkotls_conn_write_early_data(pair->client.conn, "x", 1, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(len, 7);
  pair_until_answered(pair);  // nor is there any to answer
  CHECK_INT(inkotls_conn_write_early_data(pair->server.conn, "x", 1, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(len, 7);
  pair_handshake(pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_write_early_data(pair->client.conn, "x", 1, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_conn_read_early_data(pair->server.conn, &byte, 1, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(len, 7);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair->client.conn), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair->server.conn), INKOTLS_STATUS_NONE);
  pair_send(pair, &pair->client, &pair->server, 100);
  pair_free(pair);
}

// Without the consent of both there is none; nor the first time, nor in TLS 1.2.
static void is_off(const struct way *way) {
  const inkotls_client_config *fresh = client_with(client_trusting("ca.pem"), 1);
  struct pair pair;
  pair_open(&pair, way, fresh, "localhost", open_server);
  has_none(&pair);
  inkotls_client_config_release(fresh);
  open_again(&pair, way, reserved, open_server, open_server);
  has_none(&pair);
  open_again(&pair, way, eager, closed_server, closed_server);
  has_none(&pair);
  open_again(&pair, way, only_tls12, open_server, open_server);
  has_none(&pair);
}

// What was written before the handshake is read before the server has answered.
static void is_early(const struct way *way) {
  struct pair pair;
  unsigned char in[64];
  const uint8_t *alpn = NULL;
  size_t len = 0;
  open_again(&pair, way, eager, open_server, open_server);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "early", 5, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 5);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), INKOTLS_STATUS_NONE);
  CHECK(side_handshake(&pair.client) > 0);
  CHECK(side_deliver(&pair.client, &pair.server) > 0);
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  inkotls_conn *conn = pair.server.conn;
  CHECK_INT(inkotls_conn_read_early_data(conn, in, 2, &len), INKOTLS_STATUS_OK);
  CHECK(len == 2 && memcmp(in, "ea", 2) == 0);
  CHECK_INT(inkotls_conn_read_early_data(conn, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == 3 && memcmp(in, "rly", 3) == 0);
  CHECK_INT(inkotls_conn_alpn(conn, &alpn, &len), INKOTLS_STATUS_OK);
  CHECK(len == 1 && *alpn == 'a');
  CHECK(inkotls_conn_state(conn) & INKOTLS_STATE_HANDSHAKING);
  CHECK(inkotls_conn_read_early_data(conn, in, sizeof in, &len) > 0);  // more may come
  CHECK_INT(len, 1);

  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), 1);
  CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), 1);
  CHECK_INT(inkotls_conn_read_early_data(conn, in, sizeof in, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "x", 1, &len), INKOTLS_STATUS_NONE);
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_send(&pair, &pair.server, &pair.client, 100);
  pair_free(&pair);
}

// The server's answer arrives before the server knows that the handshake is done.
static void is_answered_early(const struct way *way) {
  struct pair pair;
  unsigned char in[64];
  size_t len = 0;
  open_again(&pair, way, eager, open_server, open_server);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "early", 5, &len), INKOTLS_STATUS_OK);
  CHECK(side_handshake(&pair.client) > 0);
  CHECK(side_deliver(&pair.client, &pair.server) > 0);
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  inkotls_conn *conn = pair.server.conn;
  CHECK_INT(inkotls_conn_read_early_data(conn, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_write_early_data(conn, "answer", 6, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 6);
  CHECK(inkotls_conn_state(conn) & INKOTLS_STATE_HANDSHAKING);
  CHECK(side_handshake(&pair.server) > 0);
  CHECK(side_deliver(&pair.server, &pair.client) > 0);
  CHECK(side_handshake(&pair.client) >= 0);
  while (side_read(&pair.client, in, sizeof in, &len) == INKOTLS_STATUS_WANT_WRITE)
    CHECK(side_take(&pair.client, in, sizeof in) > 0);
  CHECK(len == 6 && memcmp(in, "answer", 6) == 0);
  pair_free(&pair);

  open_again(&pair, way, eager, open_server, open_server);
  CHECK_INT(write_early(&pair, 5), 5);
  CHECK_INT(read_early(&pair), 5);
  CHECK_INT(inkotls_conn_write_early_data(pair.server.conn, "x", 1, &len), INKOTLS_STATUS_NONE);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_send(&pair, &pair.server, &pair.client, 100);
  pair_free(&pair);
}

// The client leaves before the handshake is done.
static void is_answered_too_late(const struct way *way) {
  struct pair pair;
  unsigned char in[64];
  size_t len = 0;
  open_again(&pair, way, eager, open_server, open_server);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "early", 5, &len), INKOTLS_STATUS_OK);
  CHECK(side_handshake(&pair.client) > 0);
  CHECK_INT(side_close(&pair.client), way->over == BUFFERS ? INKOTLS_STATUS_WANT_WRITE : 0);
  CHECK(side_deliver(&pair.client, &pair.server) > 0);
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  inkotls_conn *conn = pair.server.conn;
  CHECK_INT(inkotls_conn_read_early_data(conn, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_read(&pair, &pair.server, in, 1, &len), INKOTLS_STATUS_CLOSED);
  CHECK_INT(inkotls_conn_write_early_data(conn, "x", 1, &len), INKOTLS_STATUS_CLOSED);
  pair_free(&pair);
}

static void is_much(const struct way *way) {
  struct pair pair;
  open_again(&pair, way, eager, open_server, open_server);
  CHECK_INT(write_early(&pair, much(way)), much(way));
  CHECK_INT(read_early(&pair), much(way));
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), 1);
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_send(&pair, &pair.server, &pair.client, 100);
  pair_free(&pair);
}

// A host that does not ask for early data, or not yet, finds it nowhere else.
static void is_not_read(const struct way *way) {
  for (int later = 0; later < 2; later++) {
    struct pair pair;
    open_again(&pair, way, eager, open_server, open_server);
    CHECK_INT(write_early(&pair, much(way)), much(way));
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), 1);
    pair_send(&pair, &pair.client, &pair.server, 100);
    if (later) CHECK_INT(read_early(&pair), much(way));
    pair_send(&pair, &pair.server, &pair.client, 100);
    pair_free(&pair);
  }
}

static void is_bounded(const struct way *way) {
  static unsigned char out[20000];
  size_t used = 0;
  struct pair pair;
  const inkotls_server_config *server = server_built(server_taking(LEAST));
  for (size_t i = 0; i < sizeof out; i++) out[i] = octet(i);
  open_again(&pair, way, eager, server, server);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, out, sizeof out, &used),
            INKOTLS_STATUS_OK);
  CHECK_INT(used, LEAST);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, out, 1, &used), INKOTLS_STATUS_NONE);
  CHECK_INT(read_early(&pair), LEAST);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), 1);
  pair_free(&pair);
  inkotls_server_config_release(server);
}

// One write takes no more than the write buffer has room for.
static void is_bounded_by_the_buffer(const struct way *way) {
  static const unsigned char zeros[LIMIT];
  struct pair pair;
  size_t used = 0;
  if (way->over != BUFFERS) return;
  open_again(&pair, way, eager, open_server, open_server);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, zeros, sizeof zeros, &used),
            INKOTLS_STATUS_OK);
  CHECK(used > 0 && used <= 64 * 1024);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, zeros, 1, &used),
            INKOTLS_STATUS_WANT_WRITE);
  pair_free(&pair);
}

static void is_over_after_close(const struct way *way) {
  struct pair pair;
  size_t used = 7;
  open_again(&pair, way, eager, open_server, open_server);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "early", 5, &used), INKOTLS_STATUS_OK);
  CHECK(side_close(&pair.client) >= 0);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "late", 4, &used),
            INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(used, 5);
  pair_free(&pair);
}

// Rejected: the handshake goes on, and what is sent again arrives once.
static void goes_on(struct pair *pair, int is_resumed, size_t total) {
  unsigned char in[1];
  size_t len;
  pair_until_hello(pair);
  side_becomes_conn(&pair->server);
  pair_handshake(pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_resumed(pair->client.conn), is_resumed);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair->client.conn), 0);
  CHECK_INT(inkotls_conn_read_early_data(pair->server.conn, in, 1, &len), INKOTLS_STATUS_NONE);
  pair_send(pair, &pair->client, &pair->server, total);
  pair_send(pair, &pair->server, &pair->client, 100);
  pair_free(pair);
}

static void is_rejected(struct pair *pair, int is_resumed, size_t total) {
  CHECK_INT(write_early(pair, total), total);
  goes_on(pair, is_resumed, total);
}

// What a server passes over, however little of it came before the answer.
static size_t a_little(const struct way *way) { return way->chunk == 1 ? 3000 : 16000; }

// By a server that does not know the session, whether or not it takes early data.
static void is_rejected_by_strangers(const struct way *way) {
  const inkotls_server_config *stranger = server_built(server_taking(LIMIT));
  struct pair pair;
  open_again(&pair, way, eager, open_server, stranger);
  is_rejected(&pair, 0, 5);
  open_again(&pair, way, eager, open_server, stranger);
  is_rejected(&pair, 0, a_little(way));
  open_again(&pair, way, eager, open_server, closed_server);
  is_rejected(&pair, 0, a_little(way));
  inkotls_server_config_release(stranger);
}

// By a server that knows the session, but now speaks another protocol.
static void is_rejected_for_alpn(const struct way *way) {
  struct pair pair;
  open_again(&pair, way, eager, open_server, open_server);
  size_t total = a_little(way), used;
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "\0", 1, &used), INKOTLS_STATUS_OK);
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  CHECK_INT(inkotls_conn_clear_alpn(pair.server.conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_add_alpn(pair.server.conn, "b", 1), INKOTLS_STATUS_OK);
  is_rejected(&pair, 1, total);
}

static void offers_only(struct pair *pair, const char *alpn) {
  CHECK_INT(inkotls_conn_clear_alpn(pair->client.conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_add_alpn(pair->client.conn, alpn, 1), INKOTLS_STATUS_OK);
}

// Not even offered where the connection does not offer the session's protocol. The session is
// resumed without it, and the sessions that come of that are of the new protocol.
static void is_of_one_protocol(const struct way *way) {
  const inkotls_client_config *client = client_with(client_trusting("ca.pem"), 1);
  inkotls_server_builder *builder = server_taking(LIMIT);
  CHECK_INT(inkotls_server_builder_set_ticket_count(builder, 1), INKOTLS_STATUS_OK);
  const inkotls_server_config *server = server_built(builder);
  const uint8_t *alpn = NULL;
  size_t len = 0;
  struct pair pair;
  open_again(&pair, way, client, server, server);
  offers_only(&pair, "b");
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "x", 1, &len), INKOTLS_STATUS_NONE);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), 1);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_conn_alpn(pair.client.conn, &alpn, &len), INKOTLS_STATUS_OK);
  CHECK(len == 1 && *alpn == 'b');
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_send(&pair, &pair.server, &pair.client, 100);
  pair_free(&pair);

  pair_open(&pair, way, client, "localhost", server);
  offers_only(&pair, "b");
  CHECK_INT(write_early(&pair, 5), 5);
  CHECK_INT(read_early(&pair), 5);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), 1);
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// By a server that asks for another key share first.
static void is_rejected_by_retry(const struct way *way) {
  inkotls_server_builder *builder = server_taking(LIMIT);
  CHECK_INT(inkotls_server_builder_add_named_group(builder, 23), INKOTLS_STATUS_OK);
  const inkotls_server_config *other = server_built(builder);
  const inkotls_client_config *client = client_with(client_trusting("ca.pem"), 1);
  struct pair pair;
  open_again(&pair, way, client, open_server, other);
  is_rejected(&pair, 0, much(way));
  inkotls_client_config_release(client);
  inkotls_server_config_release(other);
}

// Writes early data a byte at a time, each in a record of its own.
static void write_single_bytes(struct pair *pair, size_t total) {
  size_t taken = 0, used;
  while (taken < total) {
    unsigned char byte = octet(taken);
    inkotls_status status = inkotls_conn_write_early_data(pair->client.conn, &byte, 1, &used);
    if (status == INKOTLS_STATUS_OK) {
      taken++;
    } else if (!CHECK_INT(status, INKOTLS_STATUS_WANT_WRITE) || !pair_carry(pair)) {
      give_up("early data is not taken");
    }
  }
}

// In many records, which are there before the server has answered the ClientHello.
static void is_rejected_in_single_bytes(const struct way *way) {
  const inkotls_server_config *stranger = server_built(server_taking(LIMIT));
  struct pair pair;
  open_again(&pair, way, eager, open_server, stranger);
  write_single_bytes(&pair, 200);
  CHECK(side_deliver(&pair.client, &pair.server) > 200 * 20);
  CHECK(side_handshake(&pair.server) > 0);
  goes_on(&pair, 0, 200);
  inkotls_server_config_release(stranger);
}

// What is accepted is bounded by itself: it is no part of the handshake.
static void is_no_handshake(const struct way *way) {
  enum { HANDSHAKE = 4096, BYTES = 2000 };
  inkotls_server_builder *builder = server_taking(LEAST);
  CHECK_INT(inkotls_server_builder_set_limit(builder, INKOTLS_LIMIT_HANDSHAKE, HANDSHAKE),
            INKOTLS_STATUS_OK);
  const inkotls_server_config *server = server_built(builder);
  struct pair pair;
  open_again(&pair, way, eager, server, server);
  write_single_bytes(&pair, BYTES);
  CHECK_INT(read_early(&pair), BYTES);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), 1);
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_free(&pair);
  inkotls_server_config_release(server);
}

// More than a server passes over that has answered.
static void is_too_much(const struct way *way) {
  static const unsigned char record[5 + 8000] = {23, 3, 3, 8000 >> 8, 8000 & 255};
  const inkotls_server_config *stranger = server_built(server_taking(LIMIT));
  struct pair pair;
  size_t used, sent = 0;
  inkotls_status status;
  open_again(&pair, way, eager, open_server, stranger);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "x", 1, &used), INKOTLS_STATUS_OK);
  pair_until_answered(&pair);
  do {
    sent += side_give(&pair.server, record, sizeof record);
    status = side_handshake(&pair.server);
    pair_carry(&pair);
  } while (status >= 0 && sent < LIMIT);
  CHECK_INT(status, INKOTLS_STATUS_PROTOCOL_ERROR);
  pair_free(&pair);
  inkotls_server_config_release(stranger);
}

// The bytes of an accepted connection, once more.
static void is_replayed(const struct way *way) {
  unsigned char flight[4096], in[64];
  size_t len, total = 0;
  struct pair pair;
  struct side replay;
  inkotls_status status;
  open_again(&pair, way, eager, open_server, open_server);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "once", 4, &len), INKOTLS_STATUS_OK);
  CHECK(side_handshake(&pair.client) > 0);
  while ((len = side_take(&pair.client, flight + total, sizeof flight - total)) > 0) total += len;
  for (int again = 0; again < 2; again++) {
    server_open(&replay, way, open_server);
    CHECK_INT(side_give(&replay, flight, total), total);
    CHECK(side_handshake(&replay) > 0);
    CHECK_INT(inkotls_conn_is_resumed(replay.conn), !again);
    CHECK_INT(inkotls_conn_is_early_data_accepted(replay.conn), again ? INKOTLS_STATUS_NONE : 1);
    status = inkotls_conn_read_early_data(replay.conn, in, sizeof in, &len);
    CHECK_INT(status, again ? INKOTLS_STATUS_NONE : INKOTLS_STATUS_OK);
    side_free(&replay);
  }
  pair_free(&pair);
}

// A ticket that the client keeps could be used again and again.
static void is_refused_with_ticket_keys(void) {
  const inkotls_server_config *config = NULL;
  inkotls_server_builder *builder = server_taking(LIMIT);
  server_uses_ticket_keys(builder);
  CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_server_builder_error(builder), "early data");
  CHECK_INT(inkotls_server_builder_set_max_early_data(builder, 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_OK);
  inkotls_server_config_release(config);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  eager = client_with(client_trusting("ca.pem"), 1);
  reserved = client_with(client_trusting("ca.pem"), 0);
  only_tls12 = client_with(client_speaking(TLS12), 1);
  open_server = server_built(server_taking(LIMIT));
  closed_server = server_config("ecdsa", a_and_b);
  each_way("off unless both sides enable it", is_off);
  each_way("read before the handshake is done", is_early);
  each_way("answered before the handshake is done", is_answered_early);
  each_way("the client closes before the answer", is_answered_too_late);
  each_way("many bytes", is_much);
  each_way("not read, or read late", is_not_read);
  each_way("limit of the server", is_bounded);
  each_wide_way("limit of the write buffer", is_bounded_by_the_buffer);
  each_wide_way("written after close", is_over_after_close);
  each_way("rejected: unknown session", is_rejected_by_strangers);
  each_way("rejected: another ALPN protocol", is_rejected_for_alpn);
  each_way("not offered with another ALPN protocol", is_of_one_protocol);
  each_way("rejected: HelloRetryRequest", is_rejected_by_retry);
  each_way("rejected: records of one byte", is_rejected_in_single_bytes);
  each_wide_way("accepted: records of one byte", is_no_handshake);
  each_wide_way("rejected: more than a server skips", is_too_much);
  each_way("replayed", is_replayed);
  once("refused with ticket keys", is_refused_with_ticket_keys);
  inkotls_client_config_release(eager);
  inkotls_client_config_release(reserved);
  inkotls_client_config_release(only_tls12);
  inkotls_server_config_release(open_server);
  inkotls_server_config_release(closed_server);
  return checks_done();
}
