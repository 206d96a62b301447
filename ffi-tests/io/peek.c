// Rule 10: plaintext and ciphertext that the host borrows (read_peek, drain_peek) instead of
// copying it. Both ways give the same bytes.

#include <string.h>

#include "configs.h"

static const inkotls_client_config *client;
static const inkotls_server_config *server;

// Numbers without a pattern, the same ones in every run.
static size_t below(size_t end) {
  static unsigned state = 1;
  state = state * 1103515245 + 12345;
  return (state >> 8) % end;
}

static size_t mistakes(const unsigned char *bytes, size_t len, size_t position) {
  size_t wrong = 0;
  for (size_t i = 0; i < len; i++) wrong += bytes[i] != octet(position + i);
  return wrong;
}

// Reads what is at hand by peeking, and now and then by copying; returns how much.
static size_t read_some(struct side *side, size_t position) {
  unsigned char in[500];
  const uint8_t *lent = NULL;
  size_t total = 0, len, part;
  inkotls_status status;
  for (;;) {
    if (below(4) == 0) {
      status = side_read(side, in, sizeof in, &len);
      if (status != INKOTLS_STATUS_OK) break;
      CHECK_INT(mistakes(in, len, position + total), 0);
      total += len;
      continue;
    }
    len = 7;
    status = inkotls_conn_read_peek(side->conn, &lent, &len);
    if (status != INKOTLS_STATUS_OK) break;
    CHECK(len > 0);
    CHECK_INT(mistakes(lent, len, position + total), 0);
    if (below(4) == 0) {
      CHECK_INT(inkotls_conn_read_consume(side->conn, len + 1), INKOTLS_STATUS_INVALID_ARGUMENT);
      CHECK(strlen(inkotls_conn_error(side->conn)) > 10);
    }
    part = below(2) ? len : below(len + 1);
    CHECK_INT(inkotls_conn_read_consume(side->conn, part), INKOTLS_STATUS_OK);
    total += part;
  }
  CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
  return total;
}

static void plaintext_is_lent(const struct way *way) {
  struct pair pair;
  unsigned char out[20000];
  const uint8_t *lent = NULL;
  size_t total = way->chunk == 1 ? 3000 : 200000, written = 0, received = 0, used, moved, len = 7;
  pair_open(&pair, way, client, "localhost", server);
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  inkotls_conn *conn = pair.server.conn;
  // As read does, it drives the handshake first.
  inkotls_status status;
  do {
    side_handshake(&pair.client);
    status = inkotls_conn_read_peek(conn, &lent, &len);
    CHECK(status > 0);
    CHECK_INT(inkotls_conn_read_consume(conn, 1), INKOTLS_STATUS_INVALID_ARGUMENT);
  } while (pair_carry(&pair));
  CHECK(!lent && len == 7);
  CHECK_INT(inkotls_conn_state(conn) & INKOTLS_STATE_HANDSHAKING, 0);
  CHECK_INT(inkotls_conn_read_consume(conn, 0), INKOTLS_STATUS_OK);

  do {
    size_t want = 1 + below(sizeof out);
    if (want > total - written) want = total - written;
    for (size_t i = 0; i < want; i++) out[i] = octet(written + i);
    if (side_write(&pair.client, out, want, &used) == INKOTLS_STATUS_OK) written += used;
    CHECK(side_flush(&pair.client) >= 0);
    moved = pair_carry(&pair);
    received += read_some(&pair.server, received);
  } while (received < total && (moved || used));
  CHECK_INT(received, total);

  CHECK_INT(pair_until_closed(&pair, &pair.client), INKOTLS_STATUS_OK);
  while (pair_carry(&pair)) continue;
  CHECK_INT(inkotls_conn_read_peek(conn, &lent, &len), INKOTLS_STATUS_CLOSED);
  CHECK_INT(inkotls_conn_read_consume(conn, 1), INKOTLS_STATUS_INVALID_ARGUMENT);
  pair_free(&pair);
}

// What is lent twice is the same, and what was lent can still be copied.
static void peeking_takes_nothing(const struct way *way) {
  struct pair pair;
  const uint8_t *lent = NULL;
  char in[8];
  size_t len;
  pair_converse(&pair, way, client, "localhost", server);
  CHECK_INT(side_write(&pair.client, "hello", 5, &len), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_flushed(&pair, &pair.client), INKOTLS_STATUS_OK);
  while (pair_carry(&pair)) continue;
  for (int again = 0; again < 2; again++) {
    CHECK_INT(inkotls_conn_read_peek(pair.server.conn, &lent, &len), INKOTLS_STATUS_OK);
    CHECK(len == 5 && memcmp(lent, "hello", 5) == 0);
  }
  CHECK_INT(inkotls_conn_read_consume(pair.server.conn, 2), INKOTLS_STATUS_OK);
  CHECK_INT(side_read(&pair.server, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == 3 && memcmp(in, "llo", 3) == 0);
  CHECK_INT(inkotls_conn_read_consume(pair.server.conn, 1), INKOTLS_STATUS_INVALID_ARGUMENT);
  pair_free(&pair);
}

// Ciphertext: the host is the wire, so this runs over buffers only.

// Moves part of what waits, lent or copied.
static size_t send_part(inkotls_conn *from, inkotls_conn *to) {
  unsigned char copy[3000];
  const uint8_t *lent = NULL, *again = NULL;
  size_t len = 7, used, part = 1 + below(sizeof copy);
  CHECK_INT(inkotls_conn_drain_peek(from, &lent, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len > 0, (inkotls_conn_state(from) & INKOTLS_STATE_WANTS_WRITE) != 0);
  CHECK_INT(inkotls_conn_drain_consume(from, len + 1), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_conn_drain_consume(from, 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_drain_peek(from, &again, &used), INKOTLS_STATUS_OK);
  CHECK(used >= len && (len == 0 || *again == *lent));
  if (len == 0) return 0;
  if (below(3) == 0) {
    unsigned char first = *again;
    CHECK_INT(inkotls_conn_drain(from, copy, part, &len), INKOTLS_STATUS_OK);
    CHECK_INT(copy[0], first);
    CHECK_INT(inkotls_conn_feed(to, copy, len, &used), INKOTLS_STATUS_OK);
    CHECK_INT(used, len);
    return len;
  }
  CHECK_INT(inkotls_conn_feed(to, again, part < len ? part : len, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_drain_consume(from, used), INKOTLS_STATUS_OK);
  return used;
}

static void ciphertext_is_lent(void) {
  static const struct way buffers = {.chunk = 1 << 14};
  struct pair pair;
  unsigned char out[20000], in[5000];
  size_t written = 0, received = 0, wrong = 0, used, len;
  inkotls_status status;
  pair_open(&pair, &buffers, client, "localhost", server);
  inkotls_conn *a = pair.client.conn, *b = pair.server.conn;
  do {
    CHECK(inkotls_conn_handshake(a) >= 0);
    CHECK(inkotls_conn_handshake(b) >= 0);
  } while (send_part(a, b) + send_part(b, a) > 0);
  CHECK_INT(inkotls_conn_handshake(a), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(b), INKOTLS_STATUS_OK);

  for (int round = 0; received < 300000 && round < 10000; round++) {
    size_t want = 1 + below(sizeof out);
    if (want > 300000 - written) want = 300000 - written;
    for (size_t i = 0; i < want; i++) out[i] = octet(written + i);
    if (inkotls_conn_write(a, out, want, &used) == INKOTLS_STATUS_OK) written += used;
    send_part(a, b);
    while ((status = inkotls_conn_read(b, in, sizeof in, &len)) == INKOTLS_STATUS_OK) {
      wrong += mistakes(in, len, received);
      received += len;
    }
    CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
  }
  CHECK_INT(received, 300000);
  CHECK_INT(wrong, 0);
  CHECK_INT(inkotls_conn_flush(a), INKOTLS_STATUS_OK);

  // close_notify goes the same way.
  CHECK_INT(inkotls_conn_close(a), INKOTLS_STATUS_WANT_WRITE);
  while (send_part(a, b) > 0) continue;
  CHECK_INT(inkotls_conn_close(a), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_read(b, in, sizeof in, &len), INKOTLS_STATUS_CLOSED);
  pair_free(&pair);
}

// An alert is lent as anything else is.
static void alert_is_lent(void) {
  inkotls_conn *conn = NULL;
  const uint8_t *lent = NULL;
  size_t len;
  CHECK_INT(inkotls_conn_new_server(server, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_feed(conn, "GET / HTTP/1.1\r\n\r\n", 18, &len), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_drain_peek(conn, &lent, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 0);
  CHECK((uintptr_t)lent > 4096 && *lent == 0);  // 0 bytes have an address of memory, too
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain_peek(conn, &lent, &len), INKOTLS_STATUS_OK);
  CHECK(len == 7 && memcmp(lent, "\x15\x03\x03\0\x02\x02\x32", 7) == 0);
  CHECK_INT(inkotls_conn_drain_consume(conn, 6), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain_peek(conn, &lent, &len), INKOTLS_STATUS_OK);
  CHECK(len == 1 && *lent == 50);
  CHECK_INT(inkotls_conn_drain_consume(conn, 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_PROTOCOL_ERROR);
  inkotls_conn_free(conn);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  each_way("read_peek", plaintext_is_lent);
  each_way("read_peek twice", peeking_takes_nothing);
  once("drain_peek", ciphertext_is_lent);
  once("drain_peek of an alert", alert_is_lent);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
