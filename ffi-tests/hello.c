// ALPN by connection, and the ClientHello as an acceptor shows it.

#include <string.h>

#include "configs.h"

static const char *const a[] = {"a", NULL};
static const char *const b[] = {"b", NULL};
static const inkotls_client_config *plain, *asks_a;
static const inkotls_server_config *silent, *speaks_a, *speaks_b;

static int adds(inkotls_conn *conn, const char *protocol) {
  return inkotls_conn_add_alpn(conn, protocol, strlen(protocol));
}

static void agree_on(struct pair *pair, const char *protocol) {
  inkotls_conn *both[] = {pair->client.conn, pair->server.conn};
  for (int i = 0; i < 2; i++) {
    const uint8_t *at = NULL;
    size_t len = 0;
    inkotls_status status = inkotls_conn_alpn(both[i], &at, &len);
    CHECK_INT(status, protocol ? INKOTLS_STATUS_OK : INKOTLS_STATUS_NONE);
    if (protocol) CHECK(len == strlen(protocol) && memcmp(at, protocol, len) == 0);
  }
}

// The client's list begins with its config's, and is its own.
static void client_lists(const struct way *way) {
  static const struct {
    const inkotls_client_config **client;
    int clears;
    const char *adds;
    const inkotls_server_config **server;
    const char *agreed;
  } all[] = {
      {&plain, 0, "a", &speaks_a, "a"},    {&plain, 0, NULL, &speaks_a, NULL},
      {&asks_a, 0, "b", &speaks_a, "a"},   {&asks_a, 0, "b", &speaks_b, "b"},
      {&asks_a, 1, NULL, &speaks_b, NULL}, {&asks_a, 1, "b", &speaks_b, "b"},
      {&asks_a, 0, NULL, &speaks_a, "a"},
  };
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    struct pair pair;
    pair_open(&pair, way, *all[i].client, "localhost", *all[i].server);
    if (all[i].clears) CHECK_INT(inkotls_conn_clear_alpn(pair.client.conn), INKOTLS_STATUS_OK);
    if (all[i].adds) CHECK_INT(adds(pair.client.conn, all[i].adds), INKOTLS_STATUS_OK);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    agree_on(&pair, all[i].agreed);
    pair_free(&pair);
  }
}

static void server_picks(const struct way *way) {
  struct pair pair;
  char pick[8] = "b";
  pair_open(&pair, way, asks_a, "localhost", speaks_a);
  CHECK_INT(adds(pair.client.conn, "b"), INKOTLS_STATUS_OK);
  pair_until_hello(&pair);
  if (way->through_acceptor) {  // the last one that the client offers
    const uint8_t *offered;
    size_t count = 0, len;
    for (; inkotls_acceptor_alpn(pair.server.acceptor, count, &offered, &len) == 0; count++)
      memcpy(pick, offered, len);
    CHECK_INT(count, 2);
  }
  side_becomes_conn(&pair.server);
  CHECK_INT(inkotls_conn_clear_alpn(pair.server.conn), INKOTLS_STATUS_OK);
  CHECK_INT(adds(pair.server.conn, pick), INKOTLS_STATUS_OK);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  agree_on(&pair, "b");
  pair_free(&pair);
}

// A server without ALPN gets it for one connection, and only for that.
static void server_adds(const struct way *way) {
  for (int adding = 1; adding >= 0; adding--) {
    struct pair pair;
    pair_open(&pair, way, asks_a, "localhost", silent);
    pair_until_hello(&pair);
    side_becomes_conn(&pair.server);
    if (adding) CHECK_INT(adds(pair.server.conn, "a"), INKOTLS_STATUS_OK);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    agree_on(&pair, adding ? "a" : NULL);
    pair_free(&pair);
  }
}

static void nothing_in_common(const struct way *way) {
  for (int at_server = 0; at_server < 2; at_server++) {
    struct pair pair;
    pair_open(&pair, way, asks_a, "localhost", speaks_a);
    if (at_server) pair_until_hello(&pair), side_becomes_conn(&pair.server);
    inkotls_conn *conn = at_server ? pair.server.conn : pair.client.conn;
    CHECK_INT(inkotls_conn_clear_alpn(conn), INKOTLS_STATUS_OK);
    CHECK_INT(adds(conn, "b"), INKOTLS_STATUS_OK);
    pair_handshake(&pair, INKOTLS_STATUS_ALERT_RECEIVED, INKOTLS_STATUS_HANDSHAKE_FAILED);
    CHECK_INT(side_alert_sent(&pair.server), 120);
    CHECK_INT(side_alert_received(&pair.client), 120);
    CHECK_TEXT(inkotls_conn_error(pair.server.conn), "ALPN");
    pair_free(&pair);
  }
}

// Once the handshake has begun the list is closed, and a refused call changes nothing.
static void too_late(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, asks_a, "localhost", speaks_a);
  CHECK_INT(side_handshake(&pair.client),
            way->over_fd ? INKOTLS_STATUS_WANT_READ : INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(adds(pair.client.conn, "b"), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "handshake");
  CHECK_INT(inkotls_conn_clear_alpn(pair.client.conn), INKOTLS_STATUS_INVALID_STATE);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(adds(pair.server.conn, "b"), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_conn_error(pair.server.conn), "handshake");
  CHECK_INT(inkotls_conn_clear_alpn(pair.server.conn), INKOTLS_STATUS_INVALID_STATE);
  agree_on(&pair, "a");
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_free(&pair);
}

static void lengths(const struct way *way) {
  struct pair pair;
  char longest[256];
  memset(longest, 'x', sizeof longest);
  pair_open(&pair, way, plain, "localhost", silent);
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  inkotls_conn *server = pair.server.conn;
  CHECK_INT(inkotls_conn_add_alpn(server, longest, 0), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_TEXT(inkotls_conn_error(server), "1 to 255");
  CHECK_INT(inkotls_conn_add_alpn(server, longest, 256), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_conn_add_alpn(server, longest, 255), INKOTLS_STATUS_OK);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  agree_on(&pair, NULL);
  pair_free(&pair);
}

// The raw ClientHello.

struct wire {
  unsigned char at[4096];
  size_t len;
};

static unsigned number(const unsigned char *at, int width) {
  unsigned value = 0;
  while (width--) value = value << 8 | *at++;
  return value;
}

static void add(unsigned char *at, int width, unsigned more) {
  unsigned sum = number(at, width) + more;
  while (width--) at[width] = (unsigned char)sum, sum >>= 8;
}

static struct wire first_flight(const inkotls_client_config *config) {
  struct wire out;
  inkotls_conn *conn;
  CHECK_INT(inkotls_conn_new_client(config, "localhost", 9, &conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_WRITE);
  CHECK_INT(inkotls_conn_drain(conn, out.at, sizeof out.at, &out.len), INKOTLS_STATUS_OK);
  inkotls_conn_free(conn);
  return out;
}

// The records' fragments, one after the other.
static struct wire without_headers(const struct wire *records) {
  struct wire out = {.len = 0};
  for (size_t at = 0, len; at < records->len; at += 5 + len) {
    len = number(records->at + at + 3, 2);
    memcpy(out.at + out.len, records->at + at + 5, len);
    out.len += len;
  }
  return out;
}

static inkotls_acceptor *that_heard(const struct wire *wire) {
  inkotls_acceptor *acceptor = inkotls_acceptor_new();
  const uint8_t *bytes = NULL;
  size_t used, len = 7;
  CHECK_INT(inkotls_acceptor_feed(acceptor, wire->at, wire->len - 1, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(inkotls_acceptor_client_hello(acceptor, &bytes, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_acceptor_certificate_authority(acceptor, 0, &bytes, &len), INKOTLS_STATUS_NONE);
  CHECK(!bytes && len == 7);
  CHECK_INT(inkotls_acceptor_feed(acceptor, wire->at + used, 1, &used), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_acceptor_accept(acceptor), INKOTLS_STATUS_OK);
  return acceptor;
}

static void shows_raw_hello(const inkotls_client_config *config, int in_fragments) {
  checking("raw ClientHello, %s", in_fragments ? "in fragments" : "in one piece");
  struct wire records = first_flight(config), whole = without_headers(&records);
  CHECK_INT(5 + number(records.at + 3, 2) < records.len, in_fragments);
  inkotls_acceptor *acceptor = that_heard(&records);
  const uint8_t *hello = NULL;
  size_t len = 0;
  CHECK_INT(inkotls_acceptor_client_hello(acceptor, &hello, &len), INKOTLS_STATUS_OK);
  CHECK(len > 4 && hello[0] == 1 && number(hello + 1, 3) == len - 4);
  CHECK(memmem(hello, len, "localhost", 9) != NULL);
  CHECK(len == whole.len && memcmp(hello, whole.at, len) == 0);
  CHECK_INT(inkotls_acceptor_certificate_authority(acceptor, 0, &hello, &len), INKOTLS_STATUS_NONE);
  inkotls_acceptor_free(acceptor);
}

// Our client does not name authorities: the extension (RFC 8446, section 4.2.4) is appended.
static void shows_authorities(void) {
  checking("certificate authorities");
  static const unsigned char names[] = {0, 47, 0, 12, 0, 10, 0, 4, 0x30, 2, 5, 0, 0, 2, 0x30, 0};
  struct wire sent = first_flight(plain);
  size_t at = 5 + 4 + 2 + 32;
  at += 1 + sent.at[at];               // session id
  at += 2 + number(sent.at + at, 2);   // cipher suites
  at += 1 + sent.at[at];               // compression
  add(sent.at + 3, 2, sizeof names);   // of the record
  add(sent.at + 6, 3, sizeof names);   // of the message
  add(sent.at + at, 2, sizeof names);  // of the extensions
  memcpy(sent.at + sent.len, names, sizeof names);
  sent.len += sizeof names;
  inkotls_acceptor *acceptor = that_heard(&sent);
  const uint8_t *name = NULL;
  size_t len = 0;
  CHECK_INT(inkotls_acceptor_certificate_authority(acceptor, 0, &name, &len), INKOTLS_STATUS_OK);
  CHECK(len == 4 && memcmp(name, "\x30\x02\x05\x00", 4) == 0);
  CHECK_INT(inkotls_acceptor_certificate_authority(acceptor, 1, &name, &len), INKOTLS_STATUS_OK);
  CHECK(len == 2 && memcmp(name, "\x30\x00", 2) == 0);
  CHECK_INT(inkotls_acceptor_certificate_authority(acceptor, 2, &name, &len), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_acceptor_certificate_authority(acceptor, SIZE_MAX, &name, &len),
            INKOTLS_STATUS_NONE);
  inkotls_acceptor_free(acceptor);
}

// The client offers what it was told to, in that order; the defaults are in the lists' order.
static void offers_in_order(void) {
  checking("order of the offer");
  struct wire hello = first_flight(plain);
  inkotls_acceptor *acceptor = that_heard(&hello);
  const uint16_t *numbers = NULL;
  size_t count = 0, i;
  CHECK_INT(inkotls_acceptor_cipher_suites(acceptor, &numbers, &count), INKOTLS_STATUS_OK);
  for (i = 0; i < count && inkotls_cipher_suite_at(i) >= 0; i++)
    CHECK_INT(numbers[i], inkotls_cipher_suite_at(i));
  CHECK_INT(inkotls_cipher_suite_at(i), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_acceptor_named_groups(acceptor, &numbers, &count), INKOTLS_STATUS_OK);
  for (i = 0; i < count; i++) CHECK_INT(numbers[i], inkotls_named_group_at(i));
  CHECK_INT(inkotls_named_group_at(i), INKOTLS_STATUS_NONE);
  inkotls_acceptor_free(acceptor);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  plain = client_config("ca.pem", no_alpn);
  asks_a = client_config("ca.pem", a);
  silent = server_config("ecdsa", no_alpn);
  speaks_a = server_config("ecdsa", a);
  speaks_b = server_config("ecdsa", b);
  each_wide_way("the client's list", client_lists);
  each_way("the server's pick", server_picks);
  each_way("the server's list", server_adds);
  each_way("no ALPN in common", nothing_in_common);
  each_way("too late", too_late);
  each_wide_way("lengths", lengths);
  shows_raw_hello(plain, 0);
  inkotls_client_builder *in_small_records = client_builder();
  CHECK_INT(inkotls_client_builder_set_limit(in_small_records, INKOTLS_LIMIT_RECORD, 100),
            INKOTLS_STATUS_OK);
  const inkotls_client_config *small = client_built(in_small_records);
  shows_raw_hello(small, 1);
  shows_authorities();
  offers_in_order();
  inkotls_client_config_release(small);
  inkotls_client_config_release(plain);
  inkotls_client_config_release(asks_a);
  inkotls_server_config_release(silent);
  inkotls_server_config_release(speaks_a);
  inkotls_server_config_release(speaks_b);
  return checks_done();
}
