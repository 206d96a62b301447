// Rule 6, WANT_BLOCKING: what the calls answer while a step waits to be run, that asking again
// costs nothing, and how a connection ends whose step is never run. The callbacks of such steps are
// in callbacks_that_block.c.

#include <stdlib.h>
#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X25519 = 29 };  // makes a short ClientHello

static const struct way direct = {.chunk = 1 << 14};
static int32_t verdict = INKOTLS_VERDICT_ACCEPTED;  // of the verifier
static int calls;
static const inkotls_client_config *client;
static const inkotls_server_config *server;

static int32_t verify(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  (void)user_data, (void)it;
  CHECK(blocking_allowed());
  calls++;
  return verdict;
}

static int32_t sign(void *user_data, void *conn_user_data, int32_t scheme, const uint8_t *message,
                    size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)user_data, (void)scheme, (void)message, (void)len, (void)buf, (void)cap;
  CHECK(blocking_allowed());
  return 0;
}

// A client that verifies and a server that keeps its sessions, where that may block.
static void make(uint32_t early_data) {
  inkotls_client_builder *a = client_speaking(version);
  inkotls_server_builder *b = server_showing("ecdsa");
  store.may_block = 1;
  store_clear();
  server_uses_store(b);
  CHECK_INT(inkotls_client_builder_set_dangerous_verifier(a, verify, NULL, 1), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_named_group(a, X25519), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_early_data(a, early_data > 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_max_early_data(b, early_data), INKOTLS_STATUS_OK);
  client = client_built(a);
  server = server_built(b);
  calls = 0;
}

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static int steps_taken(void) { return calls + store.gets + store.puts; }

static struct side *peer_of(struct pair *pair, const struct side *side) {
  return side == &pair->client ? &pair->server : &pair->client;
}

// Drives both sides until this one announces a step. An acceptor announces none.
static void until_announced(struct pair *pair, struct side *it) {
  pair_until_hello(pair);
  side_becomes_conn(&pair->server);
  while (inkotls_conn_handshake(it->conn) != INKOTLS_STATUS_WANT_BLOCKING) {
    side_handshake(peer_of(pair, it));
    if (!pair_carry(pair)) give_up("no step is announced");
  }
}

static void each_side(const struct way *way, void (*scenario)(struct pair *, struct side *)) {
  for (int by_server = 0; by_server < 2; by_server++) {
    struct pair pair;
    make(0);
    pair_open(&pair, way, client, "localhost", server);
    struct side *it = by_server ? &pair.server : &pair.client;
    until_announced(&pair, it);
    scenario(&pair, it);
    pair_free(&pair);
    release_both();
  }
}

// The same answer again and again, while the wire goes on.
static void waits(struct pair *pair, const struct side *it) {
  inkotls_conn *conn = it->conn;
  const uint8_t *data = NULL;
  char buf[16];
  size_t len = 7;
  int before = steps_taken();
  for (int i = 0; i < 3; i++) {
    CHECK_INT(inkotls_conn_handshake(conn), INKOTLS_STATUS_WANT_BLOCKING);
    CHECK_INT(inkotls_conn_read(conn, buf, sizeof buf, &len), INKOTLS_STATUS_WANT_BLOCKING);
    CHECK_INT(inkotls_conn_read(conn, NULL, 0, &len), INKOTLS_STATUS_WANT_BLOCKING);
    CHECK_INT(inkotls_conn_read_peek(conn, &data, &len), INKOTLS_STATUS_WANT_BLOCKING);
    CHECK_INT(inkotls_conn_write(conn, "x", 1, &len), INKOTLS_STATUS_WANT_BLOCKING);
    CHECK_INT(inkotls_conn_update_keys(conn), INKOTLS_STATUS_INVALID_STATE);
    CHECK_INT(inkotls_conn_peer_certificate(conn, 0, &data, &len), INKOTLS_STATUS_NONE);
    CHECK(data == NULL && len == 7);
    int state = inkotls_conn_state(conn);
    CHECK(state & INKOTLS_STATE_WANTS_BLOCKING && state & INKOTLS_STATE_HANDSHAKING);
    CHECK_INT(inkotls_conn_flush(conn),
              state & INKOTLS_STATE_WANTS_WRITE ? INKOTLS_STATUS_WANT_WRITE : INKOTLS_STATUS_OK);
    if (!it->is_cut && !it->room)
      CHECK_INT(inkotls_conn_feed(conn, NULL, 0, &len), INKOTLS_STATUS_OK);
    len = 7;
    pair_carry(pair);
  }
  CHECK_INT(steps_taken(), before);
}

static void goes_on(struct pair *pair, struct side *it) {
  waits(pair, it);
  side_run_blocking(it);
  for (int i = 0; i < 3; i++) {
    int taken = steps_taken();
    CHECK(!(inkotls_conn_state(it->conn) & INKOTLS_STATE_WANTS_BLOCKING));
    CHECK_INT(inkotls_conn_run_blocking(it->conn), INKOTLS_STATUS_OK);  // it has run
    CHECK_INT(steps_taken(), taken);
  }
  pair_handshake(pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_send(pair, &pair->client, &pair->server, 100);
  pair_send(pair, &pair->server, &pair->client, 100);
  CHECK_INT(calls, 1);
}

// Nothing of it is run any more, and the peer hears the end.
static void is_closed(struct pair *pair, struct side *it) {
  struct side *peer = peer_of(pair, it);
  char in[1];
  size_t len;
  int before = steps_taken();
  CHECK_INT(pair_until_closed(pair, it), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_state(it->conn) & INKOTLS_STATE_WANTS_BLOCKING, 0);
  CHECK_INT(inkotls_conn_run_blocking(it->conn), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_handshake(it->conn), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(inkotls_conn_read(it->conn, in, 1, &len), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(inkotls_conn_write(it->conn, in, 1, &len), INKOTLS_STATUS_INVALID_STATE);
  CHECK(inkotls_conn_read_early_data(it->conn, in, 1, &len) < 0);
  CHECK_INT(inkotls_conn_state(it->conn) & INKOTLS_STATE_WANTS_BLOCKING, 0);
  CHECK_INT(inkotls_conn_run_blocking(it->conn), INKOTLS_STATUS_OK);
  CHECK_INT(steps_taken(), before);
  CHECK_INT(pair_until_read(pair, peer, in, 1, &len), INKOTLS_STATUS_CLOSED);
}

static void is_freed(struct pair *pair, struct side *it) {
  int before = steps_taken();
  inkotls_conn_free(it->conn);
  it->conn = NULL;
  CHECK_INT(steps_taken(), before);
  CHECK(side_handshake(peer_of(pair, it)) > 0);
}

// What came before the end is still good for the step.
static void is_cut_off(struct pair *pair, struct side *it) {
  char in[1];
  size_t len;
  while (pair_carry(pair)) {
  }
  side_cut(it);
  waits(pair, it);
  side_run_blocking(it);
  inkotls_status status = pair_until_read(pair, it, in, 1, &len);
  CHECK_INT(status, INKOTLS_STATUS_UNEXPECTED_EOF);
  CHECK_INT(inkotls_conn_run_blocking(it->conn), INKOTLS_STATUS_OK);
  CHECK(steps_taken() <= 1);
}

static void asks_again(const struct way *way) { each_side(way, goes_on); }
static void closed(const struct way *way) { each_side(way, is_closed); }
static void freed(const struct way *way) { each_side(way, is_freed); }
static void cut_off(const struct way *way) { each_side(way, is_cut_off); }

// The step itself does not fail: the next call tells, behind the alert.
static void fails(const struct way *way) {
  struct pair pair;
  make(0);
  verdict = INKOTLS_CERTIFICATE_ERROR_REVOKED;
  pair_open(&pair, way, client, "localhost", server);
  while (!calls) {
    until_announced(&pair, &pair.client);
    side_run_blocking(&pair.client);
  }
  int state = inkotls_conn_state(pair.client.conn);
  CHECK_INT(state & INKOTLS_STATE_WANTS_BLOCKING, 0);
  CHECK(state & INKOTLS_STATE_WANTS_WRITE);
  CHECK_INT(inkotls_conn_run_blocking(pair.client.conn), INKOTLS_STATUS_OK);
  if (way->over == BUFFERS)
    CHECK_INT(inkotls_conn_handshake(pair.client.conn), INKOTLS_STATUS_WANT_WRITE);
  pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_REVOKED);
  CHECK_INT(inkotls_conn_run_blocking(pair.client.conn), INKOTLS_STATUS_OK);
  CHECK_INT(calls, 1);
  verdict = INKOTLS_VERDICT_ACCEPTED;
  pair_free(&pair);
  release_both();
}

// There is nothing to run before the handshake, nor behind it, however it ended.
static void nothing_to_run(const struct way *way) {
  struct pair pair;
  char in[1];
  size_t len;
  make(0);
  pair_open(&pair, way, client, "localhost", server);
  CHECK_INT(inkotls_conn_state(pair.client.conn) & INKOTLS_STATE_WANTS_BLOCKING, 0);
  CHECK_INT(inkotls_conn_run_blocking(pair.client.conn), INKOTLS_STATUS_OK);
  if (pair.server.conn) CHECK_INT(inkotls_conn_run_blocking(pair.server.conn), INKOTLS_STATUS_OK);
  CHECK_INT(steps_taken(), 0);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  pair_send(&pair, &pair.client, &pair.server, 10);
  int taken = steps_taken();
  inkotls_conn *both[] = {pair.client.conn, pair.server.conn};
  for (int i = 0; i < 2; i++) CHECK_INT(inkotls_conn_run_blocking(both[i]), INKOTLS_STATUS_OK);
  pair_send(&pair, &pair.server, &pair.client, 10);
  CHECK_INT(pair_until_closed(&pair, &pair.client), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_read(&pair, &pair.server, in, 1, &len), INKOTLS_STATUS_CLOSED);
  for (int i = 0; i < 2; i++) CHECK_INT(inkotls_conn_run_blocking(both[i]), INKOTLS_STATUS_OK);
  CHECK_INT(steps_taken(), taken);
  pair_free(&pair);
  release_both();
}

// Early data comes behind the look-up of its session, which is a step; and writing it is none.
static void early(const struct way *way) {
  struct pair pair;
  char in[8];
  size_t len = 0;
  version = TLS13;
  make(1 << 14);
  visit(&direct, client, server, 0);
  pair_open(&pair, way, client, "localhost", server);
  CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "early", 5, &len), INKOTLS_STATUS_OK);
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  inkotls_conn *conn = pair.server.conn;
  inkotls_status status;
  int before = steps_taken();
  while ((status = inkotls_conn_read_early_data(conn, in, sizeof in, &len)) !=
         INKOTLS_STATUS_WANT_BLOCKING) {
    CHECK(status == INKOTLS_STATUS_WANT_READ || status == INKOTLS_STATUS_WANT_WRITE);
    side_handshake(&pair.client);
    if (!pair_carry(&pair)) give_up("no step is announced");
  }
  waits(&pair, &pair.server);
  CHECK_INT(steps_taken(), before);
  for (len = 0; len < 5 && status >= 0;) {
    size_t got = 0;
    status = inkotls_conn_read_early_data(conn, in + len, sizeof in - len, &got);
    if (status == INKOTLS_STATUS_OK) len += got;
    if (status == INKOTLS_STATUS_WANT_BLOCKING) side_run_blocking(&pair.server);
    side_handshake(&pair.client);
    pair_carry(&pair);
  }
  CHECK(len == 5 && memcmp(in, "early", 5) == 0);
  CHECK_INT(store.hits, 1);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_conn_is_early_data_accepted(pair.client.conn), 1);
  pair_free(&pair);
  release_both();
}

// What a config says beforehand.

enum { NOTHING, VERIFIER, SIGNER, STORE, IDENTITIES, KINDS };

static int client_may_block(int kind, int32_t may_block) {
  static const uint16_t schemes[] = {0x0403};
  inkotls_client_builder *builder =
      kind == NOTHING ? inkotls_client_builder_new() : client_trusting("ca.pem");
  inkotls_identity *identity = identity_of("client");
  if (kind == VERIFIER)
    CHECK_INT(inkotls_client_builder_set_dangerous_verifier(builder, verify, NULL, may_block),
              INKOTLS_STATUS_OK);
  if (kind == SIGNER)
    CHECK_INT(inkotls_identity_set_signer(identity, schemes, 1, sign, NULL, may_block),
              INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  const inkotls_client_config *config = client_built(builder);
  int it = inkotls_client_config_may_block(config);
  inkotls_client_config_release(config);
  return it;
}

static int server_may_block(int kind, int32_t may_block) {
  static const uint16_t schemes[] = {0x0403};
  inkotls_server_builder *builder = inkotls_server_builder_new();
  inkotls_identity *identity = identity_of("ecdsa");
  const inkotls_sni_map *set = inkotls_sni_map_new();
  inkotls_roots *roots = roots_of("ca.pem");
  if (kind == SIGNER || kind == IDENTITIES)
    CHECK_INT(inkotls_identity_set_signer(identity, schemes, 1, sign, NULL, may_block),
              INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_sni_map_set(set, "", 0, identity), INKOTLS_STATUS_OK);
  CHECK_INT(kind == IDENTITIES ? inkotls_server_builder_set_sni_map(builder, set)
                               : inkotls_server_builder_set_identity(builder, identity),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
            INKOTLS_STATUS_OK);
  if (kind == VERIFIER)
    CHECK_INT(inkotls_server_builder_set_dangerous_verifier(builder, verify, NULL, may_block),
              INKOTLS_STATUS_OK);
  store.may_block = may_block;
  if (kind == STORE) server_uses_store(builder);
  inkotls_identity_free(identity);
  inkotls_sni_map_release(set);
  inkotls_roots_free(roots);
  const inkotls_server_config *config = server_built(builder);
  int it = inkotls_server_config_may_block(config);
  inkotls_server_config_release(config);
  return it;
}

static void configs_tell(void) {
  for (int kind = NOTHING; kind < KINDS; kind++) {
    for (int32_t may_block = 0; may_block < 2; may_block++) {
      checking("what may block, %d, %d", kind, (int)may_block);
      int at_client = kind == VERIFIER || kind == SIGNER, at_server = kind != NOTHING;
      int of_platform = kind == NOTHING && !PLATFORM_HAS_FILES;
      CHECK_INT(client_may_block(kind, may_block), (at_client && may_block) || of_platform);
      CHECK_INT(server_may_block(kind, may_block), at_server && may_block);
    }
  }
}

// As each_version, but in all ways.
static void each_version_and_way(const char *name, void (*scenario)(const struct way *)) {
  for (version = TLS12; version <= TLS13; version++) each_way(name, scenario);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  setenv("SSL_CERT_FILE", pki_path("ca.pem"), 1);
  each_version_and_way("repeated calls", asks_again);
  each_version_and_way("closed while a step waits", closed);
  each_version_and_way("freed while a step waits", freed);
  each_version_and_way("end of file while a step waits", cut_off);
  each_version_and_way("a step that fails", fails);
  each_version_and_way("no step waits", nothing_to_run);
  each_way("early data", early);
  once("configs tell whether they may block", configs_tell);
  return checks_done();
}
