// ALPN of a config and of one connection, and the ClientHello as an acceptor reports it.

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
            way->over == BUFFERS ? INKOTLS_STATUS_WANT_WRITE : INKOTLS_STATUS_WANT_READ);
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
  unsigned char at[1 << 16];
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

// A handshake message in records with fragments of `most` bytes.
static struct wire in_records(const struct wire *message, size_t most) {
  struct wire out = {.len = 0};
  for (size_t at = 0, len; at < message->len; at += len) {
    unsigned char *record = out.at + out.len;
    len = message->len - at < most ? message->len - at : most;
    if (out.len + 5 + len > sizeof out.at) give_up("a ClientHello that is too long");
    memcpy(record, "\x16\x03\x01\0\0", 5);
    add(record + 3, 2, (unsigned)len);
    memcpy(record + 5, message->at + at, len);
    out.len += 5 + len;
  }
  return out;
}

// Appends an extension to a ClientHello.
static void extend(struct wire *message, unsigned type, const unsigned char *body, size_t len) {
  unsigned char header[4] = "";
  size_t at = 4 + 2 + 32;
  at += 1 + message->at[at];              // session id
  at += 2 + number(message->at + at, 2);  // cipher suites
  at += 1 + message->at[at];              // compression
  if (message->len + 4 + len > sizeof message->at) give_up("an extension that is too long");
  add(header, 2, type);
  add(header + 2, 2, (unsigned)len);
  add(message->at + 1, 3, 4 + (unsigned)len);   // of the message
  add(message->at + at, 2, 4 + (unsigned)len);  // of the extensions
  memcpy(message->at + message->len, header, 4);
  memcpy(message->at + message->len + 4, body, len);
  message->len += 4 + len;
}

static struct wire own_hello(void) {
  struct wire records = first_flight(plain);
  return without_headers(&records);
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

static void shows_whole_hello(void) { shows_raw_hello(plain, 0); }

static void shows_fragmented_hello(void) {
  inkotls_client_builder *builder = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_set_limit(builder, INKOTLS_LIMIT_RECORD, 100),
            INKOTLS_STATUS_OK);
  const inkotls_client_config *in_small_records = client_built(builder);
  shows_raw_hello(in_small_records, 1);
  inkotls_client_config_release(in_small_records);
}

// Our client does not name authorities: the extension (RFC 8446, section 4.2.4) is appended.
static void shows_authorities(void) {
  static const unsigned char names[] = {0, 10, 0, 4, 0x30, 2, 5, 0, 0, 2, 0x30, 0};
  struct wire hello = own_hello();
  extend(&hello, 47, names, sizeof names);
  struct wire sent = in_records(&hello, 1 << 14);
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

// What hostile clients say.

// Has a server hear a ClientHello; returns how much it answered, and how it ended up.
static size_t answer(struct side *side, const struct wire *hello, size_t record,
                     inkotls_status *status) {
  struct wire sent = in_records(hello, record);
  unsigned char net[1 << 14];
  size_t total = 0, len;
  CHECK_INT(side_give(side, sent.at, sent.len), sent.len);
  do {
    *status = side_handshake(side);
    while ((len = side_take(side, net, sizeof net)) > 0) total += len;
  } while (*status == INKOTLS_STATUS_WANT_WRITE);
  return total;
}

// A ClientHello that is longer than the server wants to hear is not answered: signing costs.
static void too_long(const struct way *way) {
  enum { LIMIT = 4096, ALERT = 7, PADDING = 21 };
  static const unsigned char zeros[60000];
  static const size_t lengths[] = {4000, LIMIT + 1, 20000, 60000}, records[] = {1 << 14, 400};
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_limit(builder, INKOTLS_LIMIT_HANDSHAKE, LIMIT),
            INKOTLS_STATUS_OK);
  const inkotls_server_config *strict = server_built(builder);
  for (int i = 0; i < 8; i++) {
    struct side side;
    inkotls_status status;
    struct wire hello = own_hello();
    extend(&hello, PADDING, zeros, lengths[i / 2] - hello.len - 4);
    server_open(&side, way, strict);
    size_t len = answer(&side, &hello, records[i % 2], &status);
    if (lengths[i / 2] <= LIMIT) {
      CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
      CHECK(len > ALERT);
    } else {
      CHECK_INT(status, INKOTLS_STATUS_HANDSHAKE_FAILED);
      CHECK_INT(len, ALERT);
      CHECK(side_alert_sent(&side) > 0);
      CHECK_TEXT(inkotls_conn_error(side.conn), "4096");
    }
    side_free(&side);
  }
  inkotls_server_config_release(strict);
}

// A pre_shared_key extension (RFC 8446, section 4.2.11) with identities that no one knows.
static size_t offer(unsigned char *out, size_t count, size_t id_len) {
  size_t at = 2;
  for (size_t i = 0; i < count; i++) {
    add(out + at, 2, (unsigned)id_len);
    for (size_t j = 0; j < id_len; j++) out[at + 2 + j] = octet(i * id_len + j);
    at += 2 + id_len + 4;
  }
  add(out, 2, (unsigned)at - 2);
  add(out + at, 2, (unsigned)count * 33);
  at += 2;
  for (size_t i = 0; i < count; i++, at += 33) out[at] = 32;
  return at;
}

// The host's store, which may be far away, is asked a few times at most, and only for what it can
// have stored.
static void asks_too_much(const struct way *way) {
  enum { PRE_SHARED_KEY = 41 };
  static const struct {
    size_t count, len;
    int gets;
  } all[] = {{1, 32, 1}, {4, 32, 4}, {400, 32, 4}, {400, 31, 0}, {400, 33, 0}, {800, 1, 0}};
  inkotls_server_builder *builder = server_showing("ecdsa");
  server_uses_store(builder);
  const inkotls_server_config *server = server_built(builder);
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    unsigned char body[1 << 16] = "";
    struct side side;
    inkotls_status status;
    struct wire hello = own_hello();
    extend(&hello, PRE_SHARED_KEY, body, offer(body, all[i].count, all[i].len));
    store_clear();
    server_open(&side, way, server);
    CHECK(answer(&side, &hello, 1 << 14, &status) > 100);
    CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
    CHECK_INT(inkotls_conn_is_resumed(side.conn), 0);
    CHECK_INT(store.gets, all[i].gets);
    side_free(&side);
  }
  inkotls_server_config_release(server);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  plain = client_config("ca.pem", no_alpn);
  asks_a = client_config("ca.pem", a);
  silent = server_config("ecdsa", no_alpn);
  speaks_a = server_config("ecdsa", a);
  speaks_b = server_config("ecdsa", b);
  each_wide_way("ALPN of a client connection", client_lists);
  each_way("ALPN that a server selects", server_picks);
  each_way("ALPN that a server adds", server_adds);
  each_way("no ALPN in common", nothing_in_common);
  each_way("ALPN that is added too late", too_late);
  each_wide_way("ALPN lengths", lengths);
  once("raw ClientHello in one record", shows_whole_hello);
  once("raw ClientHello in fragments", shows_fragmented_hello);
  once("certificate authorities", shows_authorities);
  once("order of cipher suites and groups", offers_in_order);
  each_wide_way("a ClientHello that is too long", too_long);
  each_wide_way("a ClientHello with many sessions", asks_too_much);
  inkotls_client_config_release(plain);
  inkotls_client_config_release(asks_a);
  inkotls_server_config_release(silent);
  inkotls_server_config_release(speaks_a);
  inkotls_server_config_release(speaks_b);
  return checks_done();
}
