// Rule 5, how connections end: with close_notify, with an end of file, with an alert; before,
// during and after the handshake.

#include <string.h>

#include "pair.h"

static const inkotls_client_config *client;
static const inkotls_server_config *server;

// Moves everything that is on its way, and lets `side` go on with its handshake.
static inkotls_status settle(struct pair *pair, struct side *side) {
  inkotls_status status;
  do status = side_handshake(side);
  while (pair_carry(pair));
  return side_handshake(side) == status ? status : side_handshake(side);
}

static void expect_closed(struct side *side, inkotls_status status) {
  CHECK_INT(status, INKOTLS_STATUS_CLOSED);
  CHECK_INT(side_alert_received(side), 0);
  CHECK_INT(side_handshake(side), INKOTLS_STATUS_CLOSED);
}

static void expect_cut(struct side *side, inkotls_status status) {
  CHECK_INT(status, INKOTLS_STATUS_UNEXPECTED_EOF);
  CHECK_INT(side_alert_received(side), INKOTLS_STATUS_NONE);
  CHECK_INT(side_handshake(side), INKOTLS_STATUS_UNEXPECTED_EOF);
}

static void closed_before(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  if (pair.server.conn) {
    CHECK_INT(pair_until_closed(&pair, &pair.server), INKOTLS_STATUS_OK);
    CHECK_INT(side_alert_sent(&pair.server), 0);
    pair_carry(&pair);
    expect_closed(&pair.client, settle(&pair, &pair.client));
    CHECK_INT(side_handshake(&pair.server), INKOTLS_STATUS_INVALID_STATE);
  }
  pair_free(&pair);
  // A client that never spoke has no one to say goodbye to.
  pair_open(&pair, way, client, "localhost", server);
  CHECK_INT(side_close(&pair.client), INKOTLS_STATUS_OK);
  CHECK_INT(side_handshake(&pair.client), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(pair_carry(&pair), 0);
  // An alert is all that this server ever hears.
  static const unsigned char close_notify[] = {21, 3, 3, 0, 2, 1, 0};
  for (size_t i = 0; i < sizeof close_notify; i++)
    CHECK_INT(side_give(&pair.server, close_notify + i, 1), 1);
  expect_closed(&pair.server, side_handshake(&pair.server));
  pair_free(&pair);
}

static void cut_before(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  side_cut(&pair.server);
  expect_cut(&pair.server, side_handshake(&pair.server));
  side_cut(&pair.client);
  expect_cut(&pair.client, settle(&pair, &pair.client));
  pair_free(&pair);
}

// The client has spoken; the server has answered, if `answered`.
static void begin(struct pair *pair, const struct way *way, int answered) {
  pair_open(pair, way, client, "localhost", server);
  CHECK(settle(pair, &pair->client) == INKOTLS_STATUS_WANT_READ);
  if (!answered) return;
  CHECK_INT(settle(pair, &pair->server), INKOTLS_STATUS_WANT_READ);
}

static void closed_during(const struct way *way) {
  struct pair pair;
  begin(&pair, way, 0);
  CHECK_INT(pair_until_closed(&pair, &pair.client), INKOTLS_STATUS_OK);
  expect_closed(&pair.server, settle(&pair, &pair.server));
  pair_free(&pair);

  begin(&pair, way, 1);
  CHECK_INT(pair_until_closed(&pair, &pair.server), INKOTLS_STATUS_OK);
  // The whole of the server's flight came before: the client may have finished its part.
  inkotls_status status = settle(&pair, &pair.client);
  if (status == INKOTLS_STATUS_OK) {
    char in[1];
    size_t len;
    status = pair_until_read(&pair, &pair.client, in, 1, &len);
    CHECK_INT(status, INKOTLS_STATUS_CLOSED);
    CHECK_INT(side_alert_received(&pair.client), 0);
  } else {
    expect_closed(&pair.client, status);
  }
  pair_free(&pair);
}

static void cut_during(const struct way *way) {
  struct pair pair;
  begin(&pair, way, 0);
  side_cut(&pair.client);
  expect_cut(&pair.client, side_handshake(&pair.client));
  pair_free(&pair);

  begin(&pair, way, 1);
  side_cut(&pair.server);
  expect_cut(&pair.server, side_handshake(&pair.server));
  pair_free(&pair);
}

static void say(struct pair *pair, struct side *from, const char *text) {
  size_t used = 0;
  CHECK_INT(side_write(from, text, strlen(text), &used), INKOTLS_STATUS_OK);
  CHECK_INT(used, strlen(text));
  CHECK_INT(pair_until_flushed(pair, from), INKOTLS_STATUS_OK);
}

static void hear(struct pair *pair, struct side *to, const char *text) {
  char in[64];
  size_t len = 0;
  CHECK_INT(pair_until_read(pair, to, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == strlen(text) && memcmp(in, text, len) == 0);
}

static void closed_after(const struct way *way) {
  struct pair pair;
  char in[4];
  size_t len = 99;
  pair_connect(&pair, way, client, server);
  say(&pair, &pair.client, "last words");
  CHECK_INT(pair_until_closed(&pair, &pair.client), INKOTLS_STATUS_OK);
  CHECK_INT(side_alert_sent(&pair.client), 0);
  CHECK_INT(inkotls_conn_write(pair.client.conn, "x", 1, &len), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "close");
  CHECK_INT(len, 99);
  hear(&pair, &pair.server, "last words");
  CHECK_INT(pair_until_read(&pair, &pair.server, in, sizeof in, &len), INKOTLS_STATUS_CLOSED);
  CHECK_INT(side_alert_received(&pair.server), 0);
  CHECK_INT(inkotls_conn_state(pair.server.conn), INKOTLS_STATE_PEER_CLOSED);
  // The other direction is still open.
  say(&pair, &pair.server, "an answer");
  hear(&pair, &pair.client, "an answer");
  CHECK_INT(pair_until_closed(&pair, &pair.server), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_closed(&pair, &pair.server), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_read(&pair, &pair.client, in, sizeof in, &len), INKOTLS_STATUS_CLOSED);
  // An empty buffer is no end.
  CHECK_INT(inkotls_conn_read(pair.client.conn, in, 0, &len), INKOTLS_STATUS_OK);
  CHECK_INT(len, 0);
  // A cut that follows changes nothing.
  side_cut(&pair.client);
  CHECK_INT(side_read(&pair.client, in, sizeof in, &len), INKOTLS_STATUS_CLOSED);
  CHECK_INT(inkotls_conn_state(pair.client.conn),
            INKOTLS_STATE_PEER_CLOSED | INKOTLS_STATE_LOCAL_CLOSED);
  pair_free(&pair);
}

// Two records and close_notify, processed at once: nothing of them is lost, read or lent, and the
// bit that edge-triggered hosts look at is there until the last byte is taken.
static void closed_behind_words(const struct way *way) {
  struct pair pair;
  char in[8];
  size_t len, used;
  const uint8_t *lent;
  if (way->over != BUFFERS) return;  // a socket may bring them one by one
  for (int lends = 0; lends < 2; lends++) {
    pair_connect(&pair, way, client, server);
    inkotls_conn *conn = pair.server.conn;
    CHECK_INT(side_write(&pair.client, "last", 4, &used), INKOTLS_STATUS_OK);
    CHECK_INT(side_write(&pair.client, "word", 4, &used), INKOTLS_STATUS_OK);
    CHECK_INT(pair_until_closed(&pair, &pair.client), INKOTLS_STATUS_OK);
    while (pair_carry(&pair)) {
    }
    CHECK_INT(pair_until_read(&pair, &pair.server, in, 1, &len), INKOTLS_STATUS_OK);
    for (used = 1; used < 8; used += len) {
      CHECK_INT(inkotls_conn_state(conn) & INKOTLS_STATE_READABLE, INKOTLS_STATE_READABLE);
      inkotls_status status = lends ? inkotls_conn_read_peek(conn, &lent, &len)
                                    : inkotls_conn_read(conn, in + used, 1, &len);
      CHECK_INT(status, INKOTLS_STATUS_OK);
      if (status != INKOTLS_STATUS_OK) break;
      if (lends) memcpy(in + used, lent, len = 1);
      if (lends) CHECK_INT(inkotls_conn_read_consume(conn, 1), INKOTLS_STATUS_OK);
    }
    CHECK(memcmp(in, "lastword", 8) == 0);
    CHECK_INT(pair_until_read(&pair, &pair.server, in, 1, &len), INKOTLS_STATUS_CLOSED);
    CHECK_INT(inkotls_conn_state(conn), INKOTLS_STATE_PEER_CLOSED);
    pair_free(&pair);
  }
}

static void cut_after(const struct way *way) {
  struct pair pair;
  char in[4];
  size_t len;
  pair_connect(&pair, way, client, server);
  say(&pair, &pair.client, "half a");
  while (pair_carry(&pair)) {
  }
  side_cut(&pair.server);
  hear(&pair, &pair.server, "half a");
  CHECK_INT(side_read(&pair.server, in, sizeof in, &len), INKOTLS_STATUS_UNEXPECTED_EOF);
  CHECK_INT(side_read(&pair.server, in, sizeof in, &len), INKOTLS_STATUS_UNEXPECTED_EOF);
  CHECK_TEXT(inkotls_conn_error(pair.server.conn), "close_notify");
  // Its own direction is still open.
  say(&pair, &pair.server, "an answer");
  hear(&pair, &pair.client, "an answer");
  if (way->over == BUFFERS) {
    CHECK_INT(inkotls_conn_feed(pair.server.conn, "x", 1, &len), INKOTLS_STATUS_INVALID_STATE);
  }
  pair_free(&pair);
}

// A record that was changed on its way ends the connection; the alert goes out, and stays known.
static void changed_on_its_way(const struct way *way) {
  struct pair pair;
  unsigned char record[64];
  char in[4];
  size_t len, used;
  pair_connect(&pair, way, client, server);
  CHECK_INT(pair_until_read(&pair, &pair.client, in, sizeof in, &len), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(side_write(&pair.client, "x", 1, &used), INKOTLS_STATUS_OK);
  for (len = 0;
       len < sizeof record && (used = side_take(&pair.client, record + len, sizeof record - len));)
    len += used;
  record[len - 1] ^= 1;
  CHECK_INT(side_give(&pair.server, record, len), len);
  CHECK_INT(pair_until_read(&pair, &pair.server, in, sizeof in, &len),
            INKOTLS_STATUS_PROTOCOL_ERROR);
  CHECK_INT(side_alert_sent(&pair.server), 20);
  CHECK_INT(inkotls_conn_state(pair.server.conn), INKOTLS_STATE_FAILED);
  CHECK_INT(pair_until_read(&pair, &pair.client, in, sizeof in, &len),
            INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(side_alert_received(&pair.client), 20);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "bad_record_mac (20)");
  // And that ever after, whatever is called.
  struct side *sides[] = {&pair.server, &pair.client};
  int ends[] = {INKOTLS_STATUS_PROTOCOL_ERROR, INKOTLS_STATUS_ALERT_RECEIVED};
  for (int i = 0; i < 2; i++) {
    CHECK_INT(side_read(sides[i], in, sizeof in, &len), ends[i]);
    CHECK_INT(side_read(sides[i], in, 0, &len), ends[i]);
    CHECK_INT(side_write(sides[i], "x", 1, &used), ends[i]);
    CHECK_INT(side_handshake(sides[i]), ends[i]);
    CHECK_INT(side_flush(sides[i]), ends[i]);
    CHECK_INT(side_close(sides[i]), ends[i]);
  }
  CHECK_INT(pair_carry(&pair), 0);
  pair_free(&pair);
}

// Alerts that meet ciphertext on its way out: ours comes behind it, the peer's makes it moot.
static void alerts_and_waiting_output(const struct way *way) {
  static const unsigned char garbage[24] = {23, 3, 3, 0, 19};
  struct pair pair;
  unsigned char wire[512];
  char in[64];
  size_t len, used, got;
  if (way->over != BUFFERS) return;  // a socket would have taken it
  pair_connect(&pair, way, client, server);
  while (pair_carry(&pair)) {
  }
  // Drained in the middle of a record, then a failure: the alert is whole, and known.
  CHECK_INT(side_write(&pair.server, "ten bytes.", 10, &used), INKOTLS_STATUS_OK);
  CHECK_INT(side_take(&pair.server, wire, 3), 3);
  CHECK_INT(side_give(&pair.server, garbage, sizeof garbage), sizeof garbage);
  CHECK_INT(side_read(&pair.server, in, sizeof in, &len), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(side_alert_sent(&pair.server), 20);
  for (len = 3; (got = side_take(&pair.server, wire + len, sizeof wire - len)) > 0;) len += got;
  // Two bytes make a record as long as an alert; the peer's alert is no reason to send it.
  CHECK_INT(side_write(&pair.client, "2b", 2, &used), INKOTLS_STATUS_OK);
  CHECK_INT(side_give(&pair.client, wire, len), len);
  CHECK_INT(side_read(&pair.client, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == 10 && memcmp(in, "ten bytes.", 10) == 0);
  CHECK_INT(side_read(&pair.client, in, sizeof in, &len), INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(side_alert_received(&pair.client), 20);
  CHECK_INT(side_alert_sent(&pair.client), INKOTLS_STATUS_NONE);
  CHECK_INT(side_take(&pair.client, wire, sizeof wire), 0);
  pair_free(&pair);
}

// An alert that is none, for it has no level that there is: it is answered by one, which arrives.
static void alert_of_no_level(const struct way *way) {
  static const unsigned char alert[] = {21, 3, 3, 0, 2, 0x42, 10},
                             answer[] = {21, 3, 3, 0, 2, 2, 47};
  struct pair pair;
  unsigned char hello[4096], wire[64];
  size_t len = 0, got;
  inkotls_status status;
  client_open(&pair.client, way, client, "localhost");
  CHECK(side_handshake(&pair.client) > 0);
  while (side_take(&pair.client, hello, sizeof hello) > 0) CHECK(side_handshake(&pair.client) > 0);
  CHECK_INT(side_give(&pair.client, alert, sizeof alert), sizeof alert);
  do {
    status = side_handshake(&pair.client);
    len += got = side_take(&pair.client, wire + len, sizeof wire - len);
  } while (status > 0 || got > 0);
  CHECK(len == sizeof answer && memcmp(wire, answer, len) == 0);
  CHECK_INT(side_handshake(&pair.client), INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(side_alert_received(&pair.client), 10);
  CHECK_INT(side_alert_sent(&pair.client), 47);
  side_free(&pair.client);
}

static void nothing_in_common(const struct way *way) {
  static const char *const h2[] = {"h2", NULL}, *const gopher[] = {"gopher", NULL};
  const inkotls_client_config *own_client = client_config("ca.pem", gopher);
  const inkotls_server_config *own_server = server_config("ecdsa", h2);
  struct pair pair;
  pair_open(&pair, way, own_client, "localhost", own_server);
  pair_handshake(&pair, INKOTLS_STATUS_ALERT_RECEIVED, INKOTLS_STATUS_HANDSHAKE_FAILED);
  CHECK_INT(side_alert_sent(&pair.server), 120);
  CHECK_INT(side_alert_received(&pair.client), 120);
  CHECK_INT(side_alert_sent(&pair.client), INKOTLS_STATUS_NONE);
  pair_free(&pair);
  inkotls_client_config_release(own_client);
  inkotls_server_config_release(own_server);
}

// Names are compared as what they are. trust/roots_and_names.c has the other reasons to refuse a
// certificate.
static void wrong_name(const struct way *way, const char *name, const char *certificate) {
  const inkotls_server_config *own_server = server_config(certificate, no_alpn);
  struct pair pair;
  pair_open(&pair, way, client, name, own_server);
  pair_handshake(&pair, INKOTLS_STATUS_INVALID_PEER_CERTIFICATE, INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(inkotls_conn_certificate_error(pair.client.conn), INKOTLS_CERTIFICATE_ERROR_WRONG_NAME);
  CHECK_INT(side_alert_sent(&pair.client), 42);
  CHECK_INT(side_alert_received(&pair.server), 42);
  CHECK_TEXT(inkotls_conn_error(pair.server.conn), "bad_certificate");
  pair_free(&pair);
  inkotls_server_config_release(own_server);
}

static void wrong_dns_name(const struct way *way) { wrong_name(way, "elsewhere.test", "ecdsa"); }

static void wrong_address(const struct way *way) { wrong_name(way, "127.0.0.2", "rsa"); }

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client = client_config("ca.pem", no_alpn);
  server = server_config("ecdsa", no_alpn);
  each_way("closed before the handshake", closed_before);
  each_way("end of file before the handshake", cut_before);
  each_way("closed during the handshake", closed_during);
  each_way("end of file during the handshake", cut_during);
  each_way("closed after the handshake", closed_after);
  each_way("closed directly behind data", closed_behind_words);
  each_way("end of file after the handshake", cut_after);
  each_way("a record that was changed", changed_on_its_way);
  each_way("an alert while output waits", alerts_and_waiting_output);
  each_way("an alert of an unknown level", alert_of_no_level);
  each_way("no ALPN in common", nothing_in_common);
  each_way("wrong DNS name", wrong_dns_name);
  each_way("wrong IP address", wrong_address);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  return checks_done();
}
