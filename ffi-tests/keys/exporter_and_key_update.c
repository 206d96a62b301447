// After the handshake: exported keying material, channel bindings, and key updates.

#include <string.h>

#include "client_hello.h"
#include "configs.h"

enum { EXPORTER = INKOTLS_CHANNEL_BINDING_TLS_EXPORTER };
enum { END_POINT = INKOTLS_CHANNEL_BINDING_TLS_SERVER_END_POINT };

static const inkotls_client_config *clients[2];  // of TLS 1.2, of TLS 1.3
static const inkotls_server_config *server;

// Keying material.

static inkotls_status export(inkotls_conn *conn, const char *label, const char *context, void *out,
                             size_t len) {
  return inkotls_conn_export_keying_material(conn, label, strlen(label), context,
                                             context ? strlen(context) : 0, out, len);
}

static void exports(const struct way *way) {
  static const struct {
    const char *label, *context;
  } all[] = {{"EXPORTER-test", NULL},
             {"EXPORTER-test", ""},
             {"EXPORTER-test", "context"},
             {"EXPORTER-other", NULL},
             {"EXPORTER-other", "context"}};
  unsigned char seen[5][32], at_server[32], again[32];
  struct pair pair;
  pair_connect(&pair, way, clients[version == TLS13], server);
  for (int i = 0; i < 5; i++) {
    const char *label = all[i].label, *context = all[i].context;
    CHECK_INT(export(pair.client.conn, label, context, seen[i], 32), INKOTLS_STATUS_OK);
    CHECK_INT(export(pair.server.conn, label, context, at_server, 32), INKOTLS_STATUS_OK);
    CHECK_INT(memcmp(seen[i], at_server, 32), 0);
    for (int j = 0; j < i; j++) {
      // TLS 1.3 does not tell an empty context from none (RFC 8446, section 7.5).
      int is_same = version == TLS13 && i == 1 && j == 0;
      CHECK_INT(memcmp(seen[i], seen[j], 32) == 0, is_same);
    }
  }
  pair_send(&pair, &pair.client, &pair.server, 100);
  CHECK_INT(export(pair.client.conn, all[0].label, NULL, again, 32), INKOTLS_STATUS_OK);
  CHECK_INT(memcmp(again, seen[0], 32), 0);
  pair_free(&pair);

  pair_connect(&pair, way, clients[version == TLS13], server);
  CHECK_INT(export(pair.client.conn, all[0].label, NULL, again, 32), INKOTLS_STATUS_OK);
  CHECK(memcmp(again, seen[0], 32) != 0);
  pair_free(&pair);
}

// The longest label and context that there can be, and longer ones.
static void exports_no_more(struct pair *pair) {
  enum { LABEL = 249, CONTEXT = 65535 };
  static const struct {
    size_t label, context;
    inkotls_status want;
  } all[] = {{LABEL, CONTEXT, INKOTLS_STATUS_OK},
             {LABEL + 1, 0, INKOTLS_STATUS_INVALID_ARGUMENT},
             {1, CONTEXT + 1, INKOTLS_STATUS_INVALID_ARGUMENT},
             {70000, 70000, INKOTLS_STATUS_INVALID_ARGUMENT},
             {1, 1, INKOTLS_STATUS_OK}};
  static const char words[70000] = "EXPORTER-";
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    unsigned char both[2][32] = {"", "other"};
    inkotls_conn *conns[] = {pair->client.conn, pair->server.conn};
    for (int j = 0; j < 2; j++)
      CHECK_INT(inkotls_conn_export_keying_material(conns[j], words, all[i].label, words,
                                                    all[i].context, both[j], 32),
                all[i].want);
    CHECK_INT(memcmp(both[0], both[1], 32) == 0, all[i].want == INKOTLS_STATUS_OK);
    if (all[i].want) CHECK_TEXT(inkotls_conn_error(conns[0]), "65535");
  }
}

static void exports_lengths(const struct way *way) {
  enum { MOST = 255 * 48 };  // of HKDF with SHA-384 (RFC 5869)
  static unsigned char one[MOST + 1], other[MOST + 1];
  static const size_t lengths[] = {1, 32, 33, 1000, MOST};
  struct pair pair;
  pair_open(&pair, way, clients[version == TLS13], "localhost", server);
  memset(one, 7, sizeof one);
  CHECK_INT(export(pair.client.conn, "label", NULL, one, 32), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "handshake");
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  CHECK_INT(export(pair.server.conn, "label", NULL, one, 32), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(one[0], 7);

  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_cipher_suite(pair.client.conn), version == TLS13 ? 0x1302 : 0xc02c);
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    memset(one, 7, sizeof one);
    memset(other, 7, sizeof other);
    CHECK_INT(export(pair.client.conn, "label", "x", one, lengths[i]), INKOTLS_STATUS_OK);
    CHECK_INT(export(pair.server.conn, "label", "x", other, lengths[i]), INKOTLS_STATUS_OK);
    CHECK_INT(memcmp(one, other, sizeof one), 0);
    CHECK_INT(one[lengths[i]], 7);
  }
  exports_no_more(&pair);
  memset(one, 7, sizeof one);
  if (version == TLS13) {
    CHECK_INT(export(pair.client.conn, "label", "x", one, MOST + 1),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(one[0], 7);
  }
  CHECK_INT(export(pair.client.conn, "label", "x", one, 0), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK(strlen(inkotls_conn_error(pair.client.conn)) > 10);
  pair_send(&pair, &pair.client, &pair.server, 100);  // no harm was done
  pair_free(&pair);
}

// Channel bindings.

static void binds_by_exporter(const struct way *way) {
  unsigned char one[32], other[32], exported[32];
  size_t len = 7;
  struct pair pair;
  pair_open(&pair, way, clients[version == TLS13], "localhost", server);
  inkotls_conn *client = pair.client.conn;
  CHECK_INT(inkotls_conn_channel_binding(client, EXPORTER, one, 32, &len),
            INKOTLS_STATUS_INVALID_STATE);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  memset(one, 7, sizeof one);
  CHECK_INT(inkotls_conn_channel_binding(client, EXPORTER, one, 31, &len),
            version == TLS13 ? INKOTLS_STATUS_INVALID_ARGUMENT : INKOTLS_STATUS_UNSUPPORTED);
  CHECK(len == 7 && one[0] == 7);
  if (version == TLS13) {
    CHECK_INT(inkotls_conn_channel_binding(client, EXPORTER, one, 32, &len), INKOTLS_STATUS_OK);
    CHECK_INT(len, 32);
    CHECK_INT(inkotls_conn_channel_binding(pair.server.conn, EXPORTER, other, 32, &len),
              INKOTLS_STATUS_OK);
    CHECK_INT(memcmp(one, other, 32), 0);
    // RFC 9266, section 2.
    CHECK_INT(export(client, "EXPORTER-Channel-Binding", "", exported, 32), INKOTLS_STATUS_OK);
    CHECK_INT(memcmp(one, exported, 32), 0);
  } else {
    CHECK_INT(inkotls_conn_channel_binding(pair.server.conn, EXPORTER, one, 32, &len),
              INKOTLS_STATUS_UNSUPPORTED);
  }
  static const int32_t no_kinds[] = {0, 3, -1};
  for (int i = 0; i < 3; i++)
    CHECK_INT(inkotls_conn_channel_binding(client, no_kinds[i], one, 32, &len),
              INKOTLS_STATUS_INVALID_ARGUMENT);
  pair_free(&pair);
}

// In TLS 1.2 the binding differs for each connection, also for one that is resumed, because both
// sides require the extended master secret.
static void binds_by_exporter_in_tls12(const struct way *way) {
  inkotls_client_builder *asks = client_speaking(TLS12);
  inkotls_server_builder *answers = server_showing("ecdsa");
  CHECK_INT(inkotls_client_builder_set_extended_master_secret_required(asks, 2),
            INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_INT(inkotls_client_builder_set_extended_master_secret_required(asks, 1), 0);
  CHECK_INT(inkotls_server_builder_set_extended_master_secret_required(answers, 1), 0);
  const inkotls_client_config *client = client_built(asks);
  const inkotls_server_config *strict = server_built(answers);
  unsigned char last[32] = {0};
  for (int is_resumed = 0; is_resumed < 2; is_resumed++) {
    unsigned char one[32], other[32];
    size_t len = 0;
    struct pair pair;
    pair_converse(&pair, way, client, "localhost", strict);
    CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), is_resumed);
    CHECK_INT(inkotls_conn_channel_binding(pair.client.conn, EXPORTER, one, 32, &len), 0);
    CHECK_INT(len, 32);
    CHECK_INT(inkotls_conn_channel_binding(pair.server.conn, EXPORTER, other, 32, &len), 0);
    CHECK(memcmp(one, other, 32) == 0 && memcmp(one, last, 32) != 0);
    memcpy(last, one, 32);
    pair_free(&pair);
  }
  inkotls_client_config_release(client);
  inkotls_server_config_release(strict);
}

// Renames an extension of a ClientHello, so that the server does not know it.
static void hide_extension(unsigned char *hello, size_t len, unsigned type) {
  put(hello + extension_of(hello, len, type), 0xfafa, 2);
}

// A client that requires the extended master secret refuses a server that leaves it out. A client
// that does not require it goes on, until the server notices that the ClientHello was changed.
static void requires_the_extended_master_secret(const struct way *way) {
  enum { EXTENDED_MASTER_SECRET = 23, HANDSHAKE_FAILURE = 40 };
  const inkotls_server_config *server = server_config("ecdsa", no_alpn);
  for (int is_required = 0; is_required < 2; is_required++) {
    unsigned char hello[1 << 12];
    struct pair pair;
    inkotls_client_builder *builder = client_speaking(TLS12);
    CHECK_INT(inkotls_client_builder_set_extended_master_secret_required(builder, is_required),
              INKOTLS_STATUS_OK);
    const inkotls_client_config *client = client_built(builder);
    pair_open(&pair, way, client, "localhost", server);
    CHECK(side_handshake(&pair.client) > 0);
    size_t len = side_take(&pair.client, hello, sizeof hello);
    hide_extension(hello, len, EXTENDED_MASTER_SECRET);
    CHECK_INT(side_give(&pair.server, hello, len), len);
    if (is_required) {
      pair_handshake(&pair, INKOTLS_STATUS_HANDSHAKE_FAILED, INKOTLS_STATUS_ALERT_RECEIVED);
      CHECK_INT(side_alert_sent(&pair.client), HANDSHAKE_FAILURE);
      CHECK_INT(side_alert_received(&pair.server), HANDSHAKE_FAILURE);
    } else {
      pair_handshake(&pair, INKOTLS_STATUS_ALERT_RECEIVED, INKOTLS_STATUS_PROTOCOL_ERROR);
    }
    pair_free(&pair);
    inkotls_client_config_release(client);
  }
  inkotls_server_config_release(server);
}

// The server's certificate hashed, on both sides, whether or not the certificate was shown again.
static void binds_to(const struct way *way, const char *name) {
  unsigned char der[4096], both[2][64];
  char file[32] = "";
  const uint8_t *want = NULL;
  size_t len = 7;
  inkotls_certificate *certificate = NULL;
  const inkotls_client_config *client = client_of(version);
  const inkotls_server_config *named = server_config(name, no_alpn);
  strcat(strcat(file, name), ".der");
  CHECK_INT(inkotls_certificate_new(der, pki_read(file, der, sizeof der), &certificate),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_certificate_fingerprint(certificate, &want, &len), INKOTLS_STATUS_OK);
  for (int is_resumed = 0; is_resumed < 2; is_resumed++) {
    struct pair pair;
    pair_converse(&pair, way, client, "localhost", named);
    inkotls_conn *conns[] = {pair.client.conn, pair.server.conn};
    CHECK_INT(inkotls_conn_is_resumed(conns[0]), is_resumed);
    for (int i = 0; i < 2; i++) {
      len = 7;
      CHECK_INT(inkotls_conn_channel_binding(conns[i], END_POINT, both[i], 31, &len),
                INKOTLS_STATUS_INVALID_ARGUMENT);
      CHECK_INT(len, 7);
      CHECK_INT(inkotls_conn_channel_binding(conns[i], END_POINT, both[i], 64, &len),
                INKOTLS_STATUS_OK);
      CHECK(len == 32 && memcmp(both[i], want, 32) == 0);
    }
    pair_free(&pair);
  }
  inkotls_certificate_free(certificate);
  inkotls_client_config_release(client);
  inkotls_server_config_release(named);
}

static void binds_to_end_point(const struct way *way) {
  binds_to(way, "ecdsa");
  binds_to(way, "rsa");
  binds_to(way, "ed25519");
}

// A signature by Ed25519 has no hash of its own.
static void binds_to_no_end_point(const struct way *way) {
  unsigned char binding[64];
  size_t len = 7;
  struct pair pair;
  const inkotls_client_config *client = client_config("ed25519-ca.pem", no_alpn);
  const inkotls_server_config *server = server_config("hashless", no_alpn);
  pair_connect(&pair, way, client, server);
  inkotls_conn *conns[] = {pair.client.conn, pair.server.conn};
  for (int i = 0; i < 2; i++) {
    CHECK_INT(inkotls_conn_channel_binding(conns[i], END_POINT, binding, 64, &len),
              INKOTLS_STATUS_UNSUPPORTED);
    CHECK_INT(len, 7);
    CHECK_TEXT(inkotls_conn_error(conns[i]), "not defined");
  }
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// Where sessions are kept.
enum { CACHE, STORE, KEYS };

static inkotls_server_builder *remembering(int kind) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  if (kind == KEYS) server_uses_ticket_keys(builder);
  if (kind == STORE) server_uses_store(builder);
  return builder;
}

// The binding is of the certificate of the connection with which the session began, on both sides,
// although the server shows another now. Neither side has a CRL.
static void binds_to_the_first(const struct way *way, int kind) {
  static const char *const shown[] = {"ecdsa", "revoked", "ecdsa", "revoked"};
  unsigned char binding[64], first[32] = "";
  size_t len = 0;
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  inkotls_server_builder *builder = remembering(kind);
  CHECK_INT(inkotls_server_builder_set_sni_map(builder, sni_map), INKOTLS_STATUS_OK);
  const inkotls_server_config *server = server_built(builder);
  const inkotls_client_config *client = client_of(version);
  store_clear();
  for (int visit = 0; visit < 4; visit++) {
    struct pair pair;
    inkotls_identity *identity = identity_of(shown[visit]);
    CHECK_INT(inkotls_sni_map_set(sni_map, "", 0, identity), INKOTLS_STATUS_OK);
    pair_converse(&pair, way, client, "localhost", server);
    CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), visit > 0);
    inkotls_conn *conns[] = {pair.client.conn, pair.server.conn};
    for (int i = 0; i < 2; i++) {
      CHECK_INT(inkotls_conn_channel_binding(conns[i], END_POINT, binding, 64, &len),
                INKOTLS_STATUS_OK);
      if (visit == 0 && i == 0) memcpy(first, binding, 32);
      CHECK(len == 32 && memcmp(binding, first, 32) == 0);
    }
    pair_free(&pair);
    inkotls_identity_free(identity);
  }
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
  inkotls_sni_map_release(sni_map);
}

static void binds_to_sessions(const struct way *way) {
  for (int kind = CACHE; kind <= KEYS; kind++) binds_to_the_first(way, kind);
}

// A session that is found and not resumed, here because another server of the fleet has another
// cipher suite, carries nothing over: not the certificate with which the session began, neither to
// this connection nor to later sessions, and not the data that was attached.

static const inkotls_server_config *server_showing_with(const char *name, int kind, int32_t suite) {
  inkotls_server_builder *builder = remembering(kind);
  inkotls_identity *identity = identity_of(name);
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_add_cipher_suite(builder, suite), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return server_built(builder);
}

static void binds_to_the_second(const struct way *way, int kind) {
  const inkotls_server_config *servers[] = {
      server_showing_with("ecdsa", kind, version == TLS13 ? 0x1302 : 0xc02c),
      server_showing_with("p256", kind, version == TLS13 ? 0x1301 : 0xc02b)};
  const inkotls_client_config *client = client_of(version);
  unsigned char bindings[3][2][64];
  store_clear();
  for (int visit = 0; visit < 3; visit++) {
    struct pair pair;
    size_t len = 0;
    const uint8_t *data = NULL;
    pair_open(&pair, way, client, "localhost", servers[visit > 0]);
    pair_until_hello(&pair);
    side_becomes_conn(&pair.server);
    inkotls_conn *conns[] = {pair.client.conn, pair.server.conn};
    if (visit == 0)
      CHECK_INT(inkotls_conn_set_resumption_data(conns[1], "x", 1), INKOTLS_STATUS_OK);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    pair_send(&pair, &pair.server, &pair.client, 10);
    pair_send(&pair, &pair.client, &pair.server, 10);
    for (int i = 0; i < 2; i++) {
      CHECK_INT(inkotls_conn_is_resumed(conns[i]), visit == 2);
      CHECK_INT(inkotls_conn_channel_binding(conns[i], END_POINT, bindings[visit][i], 64, &len),
                INKOTLS_STATUS_OK);
      CHECK_INT(len, 32);
    }
    len = 0;
    CHECK_INT(inkotls_conn_resumption_data(conns[1], &data, &len),
              visit < 2 ? INKOTLS_STATUS_NONE : INKOTLS_STATUS_OK);
    CHECK_INT(len, 0);
    CHECK(memcmp(bindings[visit][0], bindings[visit][1], 32) == 0);
    pair_free(&pair);
  }
  if (kind == STORE) CHECK_INT(store.hits, 2);
  CHECK(memcmp(bindings[0][0], bindings[1][0], 32) != 0);
  CHECK(memcmp(bindings[1][0], bindings[2][0], 32) == 0);
  inkotls_client_config_release(client);
  for (int i = 0; i < 2; i++) inkotls_server_config_release(servers[i]);
}

static void binds_to_no_sessions(const struct way *way) {
  for (int kind = STORE; kind <= KEYS; kind++) binds_to_the_second(way, kind);
}

// New keys.

// A side updates its keys as soon as all that was written before has left.
static void updates(struct pair *pair, struct side *side) {
  while (inkotls_conn_state(side->conn) & INKOTLS_STATE_WANTS_WRITE) {
    CHECK_INT(inkotls_conn_update_keys(side->conn), INKOTLS_STATUS_WANT_WRITE);
    CHECK(side_flush(side) >= 0);
    pair_carry(pair);
  }
  CHECK_INT(inkotls_conn_update_keys(side->conn), INKOTLS_STATUS_OK);
}

static void updates_keys(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, clients[1], "localhost", server);
  CHECK_INT(inkotls_conn_update_keys(pair.client.conn), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), "handshake");
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  struct side *sides[] = {&pair.client, &pair.server};
  for (int i = 0; i < 60; i++) {
    // One side, the other side, both at once.
    if (i % 3 != 1) updates(&pair, sides[0]);
    if (i % 3 != 0) updates(&pair, sides[1]);
    pair_send(&pair, sides[i % 2], sides[!(i % 2)], 50);
    pair_send(&pair, sides[!(i % 2)], sides[i % 2], 50);
  }
  pair_free(&pair);
}

// Keys are updated between any two writes.
static void updates_in_a_stream(const struct way *way) {
  struct pair pair;
  unsigned char out[100], in[100];
  size_t total = 5000, written = 0, received = 0, wrong = 0, len, moved;
  pair_connect(&pair, way, clients[1], server);
  do {
    for (size_t i = 0; i < sizeof out; i++) out[i] = octet(written + i);
    inkotls_status status;
    if (written < total && side_write(&pair.server, out, sizeof out, &len) == INKOTLS_STATUS_OK) {
      written += len;
      updates(&pair, &pair.server);
    }
    CHECK(side_flush(&pair.server) >= 0);
    moved = pair_carry(&pair);
    while ((status = side_read(&pair.client, in, sizeof in, &len)) == INKOTLS_STATUS_OK) {
      for (size_t i = 0; i < len; i++) wrong += in[i] != octet(received + i);
      received += len;
    }
    CHECK_INT(status, INKOTLS_STATUS_WANT_READ);
  } while (moved || written < total);
  CHECK_INT(received, written);
  CHECK_INT(wrong, 0);
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_free(&pair);
}

// On the wire: a KeyUpdate, and the KeyUpdate that it requests, before the data that is written
// next.
static void updates_both_directions(const struct way *way) {
  enum { UPDATE = 5 + 5 + 1 + 16, BYTE = 5 + 1 + 1 + 16 };
  char in[16];
  size_t len;
  struct pair pair;
  if (way->chunk == 1) return;  // the count is the same
  pair_converse(&pair, way, clients[1], "localhost", server);
  updates(&pair, &pair.client);
  CHECK(side_flush(&pair.client) >= 0);
  CHECK_INT(side_deliver(&pair.client, &pair.server), UPDATE);
  CHECK_INT(side_read(&pair.server, in, sizeof in, &len), INKOTLS_STATUS_WANT_READ);
  CHECK_INT(side_write(&pair.server, "x", 1, &len), INKOTLS_STATUS_OK);
  CHECK(side_flush(&pair.server) >= 0);
  CHECK_INT(side_deliver(&pair.server, &pair.client), UPDATE + BYTE);
  CHECK_INT(side_read(&pair.client, in, sizeof in, &len), INKOTLS_STATUS_OK);
  CHECK(len == 1 && in[0] == 'x');
  pair_free(&pair);
}

static void has_no_update(const struct way *way) {
  struct pair pair;
  pair_connect(&pair, way, clients[0], server);
  CHECK_INT(inkotls_conn_update_keys(pair.client.conn), INKOTLS_STATUS_UNSUPPORTED);
  CHECK_INT(inkotls_conn_update_keys(pair.server.conn), INKOTLS_STATUS_UNSUPPORTED);
  CHECK_TEXT(inkotls_conn_error(pair.server.conn), "TLS 1.2");
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_send(&pair, &pair.server, &pair.client, 100);
  pair_free(&pair);
}

// New keys in the middle of a message of the peer's, here a ticket, would cut it in two.

// Until the client's part of the handshake is done, and the server has its tickets to send.
static void until_tickets(struct pair *pair) {
  for (;;) {
    CHECK(side_handshake(&pair->client) >= 0);
    side_deliver(&pair->client, &pair->server);
    if (side_handshake(&pair->client) == INKOTLS_STATUS_OK) break;
    CHECK(side_handshake(&pair->server) >= 0);
    if (!side_deliver(&pair->server, &pair->client)) give_up("the handshake is stuck");
  }
  CHECK(side_handshake(&pair->server) >= 0);
}

static void all_answer(inkotls_conn *conn, inkotls_status failure) {
  char byte[1] = "";
  const unsigned char *bytes = NULL;
  size_t len = 7;
  for (int again = 0; again < 2; again++) {
    CHECK_INT(inkotls_conn_update_keys(conn), failure);
    CHECK_INT(inkotls_conn_handshake(conn), failure);
    CHECK_INT(inkotls_conn_read(conn, byte, 1, &len), failure);
    CHECK_INT(inkotls_conn_read_peek(conn, &bytes, &len), failure);
    CHECK_INT(inkotls_conn_write(conn, byte, 1, &len), failure);
    CHECK_INT(inkotls_conn_write_early_data(conn, byte, 1, &len), failure);
    CHECK_INT(inkotls_conn_flush(conn), failure);
    CHECK_INT(export(conn, "label", NULL, byte, 1), failure);
    CHECK_INT(inkotls_conn_channel_binding(conn, EXPORTER, byte, 1, &len), failure);
    CHECK_INT(inkotls_conn_close(conn), failure);
  }
  CHECK(len == 7 && !bytes && !byte[0]);
  CHECK_INT(inkotls_conn_state(conn) & (INKOTLS_STATE_FAILED | INKOTLS_STATE_LOCAL_CLOSED),
            INKOTLS_STATE_FAILED);
}

static void updates_within_a_message(const struct way *way) {
  enum { RECORD = 64, CIPHERTEXT = 5 + RECORD + 1 + 16, UNEXPECTED_MESSAGE = 10 };
  unsigned char net[CIPHERTEXT];
  char in[1];
  size_t len = 0, got;
  struct pair pair;
  inkotls_status status;
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_limit(builder, INKOTLS_LIMIT_RECORD, RECORD),
            INKOTLS_STATUS_OK);
  const inkotls_server_config *server = server_built(builder);
  pair_open(&pair, way, clients[1], "localhost", server);
  until_tickets(&pair);
  while ((got = side_take(&pair.server, net + len, sizeof net - len)) > 0) len += got;
  CHECK_INT(side_give(&pair.client, net, len), CIPHERTEXT);
  CHECK_INT(side_read(&pair.client, in, 1, &len), INKOTLS_STATUS_WANT_READ);

  while ((status = inkotls_conn_update_keys(pair.client.conn)) == INKOTLS_STATUS_WANT_WRITE) {
    CHECK(inkotls_conn_state(pair.client.conn) & INKOTLS_STATE_FAILED);
    CHECK(side_deliver(&pair.client, &pair.server) > 0);
  }
  CHECK_INT(status, INKOTLS_STATUS_PROTOCOL_ERROR);
  CHECK_INT(inkotls_conn_alert_sent(pair.client.conn), UNEXPECTED_MESSAGE);
  all_answer(pair.client.conn, INKOTLS_STATUS_PROTOCOL_ERROR);
  side_deliver(&pair.client, &pair.server);
  do status = side_read(&pair.server, in, 1, &len);
  while (status == INKOTLS_STATUS_WANT_WRITE && side_deliver(&pair.server, &pair.client));
  CHECK_INT(status, INKOTLS_STATUS_ALERT_RECEIVED);
  CHECK_INT(inkotls_conn_alert_received(pair.server.conn), UNEXPECTED_MESSAGE);
  all_answer(pair.server.conn, INKOTLS_STATUS_ALERT_RECEIVED);
  pair_free(&pair);
  inkotls_server_config_release(server);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  clients[0] = client_of(TLS12);
  clients[1] = client_of(TLS13);
  server = server_config("ecdsa", no_alpn);
  each_version("exported keying material", exports);
  each_version("lengths of exported keying material", exports_lengths);
  each_version("tls-exporter", binds_by_exporter);
  each_way("tls-exporter in TLS 1.2", binds_by_exporter_in_tls12);
  each_wide_way("extended master secret is required", requires_the_extended_master_secret);
  each_version("tls-server-end-point", binds_to_end_point);
  each_way("tls-server-end-point is not defined", binds_to_no_end_point);
  each_way("key updates", updates_keys);
  each_way("key updates in a stream", updates_in_a_stream);
  each_way("key updates on the wire", updates_both_directions);
  each_version("tls-server-end-point of resumed sessions", binds_to_sessions);
  each_version("tls-server-end-point if a session is not resumed", binds_to_no_sessions);
  each_way("key update within a message of the peer", updates_within_a_message);
  each_way("no key update in TLS 1.2", has_no_update);
  for (int i = 0; i < 2; i++) inkotls_client_config_release(clients[i]);
  inkotls_server_config_release(server);
  return checks_done();
}
