// Rule 6: a step that may block is announced, and runs in inkotls_conn_run_blocking only. Each
// callback of the host's is called there, in every kind of handshake and however the peer's
// messages come, and no other call waits for it.

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "client_hello.h"
#include "configs.h"
#include "gate.h"
#include "signing.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// Callbacks of the host's, as bits.
enum {
  VERIFIES_SERVER = 1,
  SIGNS_FOR_CLIENT = 2,
  SIGNS_FOR_SERVER = 4,
  VERIFIES_CLIENT = 8,
  GETS = 16,
  PUTS = 32,
  STORES = GETS | PUTS,
  OF_CLIENT = VERIFIES_SERVER | SIGNS_FOR_CLIENT,
  OF_SERVER = SIGNS_FOR_SERVER | VERIFIES_CLIENT | STORES,
  ALL = OF_CLIENT | OF_SERVER,
};
// How a handshake goes.
enum course { FULL, RESUMED, RETRIED, EARLY };
enum { P256 = 23, X25519 = 29, HANDSHAKE = 22, PATIENCE = 120 };

static const struct way direct = {.chunk = 1 << 14}, narrow = {.chunk = 1};
static EVP_PKEY *client_key, *server_key;
static const inkotls_sni_map *sni_map;
static const inkotls_client_config *client;
static const inkotls_server_config *server;

static int may_block = 1;
static size_t fragment;       // what a record has at most
static int called, calls;     // which callbacks came, and how often one did
static int gated, is_inside;  // which waits at the gate, and whether it does
static struct gate news, gate;

static void enters(int callback) {
  CHECK_INT(blocking_allowed(), may_block);
  called |= callback;
  calls++;
  if (gated != callback) return;
  gated = 0;
  is_inside = 1;
  gate_open(&news);
  gate_pass(&gate);
}

static int32_t verifies_server(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  (void)user_data;
  enters(VERIFIES_SERVER);
  return inkotls_verification_verify(it);
}

static int32_t verifies_client(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  (void)user_data;
  enters(VERIFIES_CLIENT);
  return inkotls_verification_verify(it);
}

static int32_t signs_for_client(void *user_data, void *conn_user_data, int32_t scheme,
                                const uint8_t *message, size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)user_data;
  enters(SIGNS_FOR_CLIENT);
  return signature(client_key, scheme, message, len, buf, cap);
}

static int32_t signs_for_server(void *user_data, void *conn_user_data, int32_t scheme,
                                const uint8_t *message, size_t len, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  (void)user_data;
  enters(SIGNS_FOR_SERVER);
  return signature(server_key, scheme, message, len, buf, cap);
}

static int32_t puts_session(void *user_data, void *conn_user_data, const uint8_t *key,
                            size_t key_len, const uint8_t *value, size_t value_len) {
  (void)conn_user_data;
  enters(PUTS);
  return store_put(user_data, conn_user_data, key, key_len, value, value_len);
}

static int32_t gets_session(void *user_data, void *conn_user_data, const uint8_t *key,
                            size_t key_len, int32_t take, uint8_t *buf, size_t cap) {
  (void)conn_user_data;
  enters(GETS);
  return store_get(user_data, conn_user_data, key, key_len, take, buf, cap);
}

// Configs, with the callbacks that are asked for.

static inkotls_identity *shown(const char *name, inkotls_sign_callback sign) {
  static const uint16_t schemes[] = {0x0403};
  inkotls_identity *identity = identity_of(name);
  if (sign)
    CHECK_INT(inkotls_identity_set_signer(identity, schemes, 1, sign, NULL, may_block),
              INKOTLS_STATUS_OK);
  return identity;
}

static inkotls_client_builder *client_with(int callbacks) {
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, X25519), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, P256), INKOTLS_STATUS_OK);
  inkotls_identity *identity =
      shown("client", callbacks & SIGNS_FOR_CLIENT ? signs_for_client : NULL);
  CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
  if (callbacks & VERIFIES_SERVER)
    CHECK_INT(
        inkotls_client_builder_set_dangerous_verifier(builder, verifies_server, NULL, may_block),
        INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  return builder;
}

static inkotls_server_builder *server_with(int callbacks) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  inkotls_roots *roots = roots_of("ca.pem");
  inkotls_identity *identity =
      shown("ecdsa", callbacks & SIGNS_FOR_SERVER ? signs_for_server : NULL);
  inkotls_sni_map_release(sni_map);
  sni_map = inkotls_sni_map_new();
  CHECK_INT(inkotls_sni_map_set(sni_map, "localhost", 9, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_sni_map(builder, sni_map), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
            INKOTLS_STATUS_OK);
  if (callbacks & VERIFIES_CLIENT)
    CHECK_INT(
        inkotls_server_builder_set_dangerous_verifier(builder, verifies_client, NULL, may_block),
        INKOTLS_STATUS_OK);
  if (callbacks & STORES)
    CHECK_INT(inkotls_server_builder_set_session_store(builder, puts_session, gets_session, &store,
                                                       may_block),
              INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  inkotls_roots_free(roots);
  return builder;
}

// Makes `client` and `server`, and sessions where they are to be resumed.
static void make(int callbacks, enum course course) {
  inkotls_client_builder *a = client_with(callbacks);
  inkotls_server_builder *b = server_with(callbacks);
  if (course == RETRIED)
    CHECK_INT(inkotls_server_builder_add_named_group(b, P256), INKOTLS_STATUS_OK);
  if (fragment) {
    CHECK_INT(inkotls_client_builder_set_limit(a, INKOTLS_LIMIT_RECORD, fragment),
              INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_limit(b, INKOTLS_LIMIT_RECORD, fragment),
              INKOTLS_STATUS_OK);
  }
  if (course == EARLY) {
    CHECK_INT(inkotls_client_builder_set_early_data(a, 1), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_max_early_data(b, 1 << 14), INKOTLS_STATUS_OK);
  }
  client = client_built(a);
  server = server_built(b);
  CHECK_INT(inkotls_client_config_may_block(client), may_block && callbacks & OF_CLIENT);
  CHECK_INT(inkotls_server_config_may_block(server), may_block && callbacks & OF_SERVER);
  store_clear();
  if (course == RESUMED || course == EARLY) visit(&direct, client, server, 0);
  called = calls = 0;
}

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// Each callback, alone and with the others, in each course.

static int callbacks;
static enum course course;

// Where nothing may block, nothing is announced; where something must come, something was.
static void announces(const struct side *side, int may, int must) {
  if (!may_block || !may) CHECK_INT(side->blocking_steps, 0);
  if (may_block && must) CHECK(side->blocking_steps > 0);
}

static void takes_its_course(const struct way *way) {
  struct pair pair;
  char in[8];
  size_t len = 0;
  make(callbacks, course);
  pair_open(&pair, way, client, "localhost", server);
  if (course == EARLY) {
    CHECK_INT(inkotls_conn_write_early_data(pair.client.conn, "early", 5, &len), INKOTLS_STATUS_OK);
    CHECK_INT(len, 5);
  }
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  int is_resumed = course == RESUMED || course == EARLY;
  CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), is_resumed);
  if (course == EARLY) {
    CHECK_INT(inkotls_conn_read_early_data(pair.server.conn, in, sizeof in, &len),
              INKOTLS_STATUS_OK);
    CHECK(len == 5 && memcmp(in, "early", 5) == 0);
  }
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_send(&pair, &pair.server, &pair.client, 100);

  int must = is_resumed ? callbacks & GETS : callbacks & ~GETS;
  CHECK_INT(called & ~PUTS, must & ~PUTS);
  CHECK(!(must & PUTS) || called & PUTS);
  announces(&pair.client, callbacks & OF_CLIENT, must & OF_CLIENT);
  announces(&pair.server, callbacks & OF_SERVER, must & OF_SERVER);
  // A client that resumes learns that from the ServerHello, which small records are too small for.
  if (is_resumed && !fragment) CHECK_INT(pair.client.blocking_steps, 0);
  CHECK(!(inkotls_conn_state(pair.client.conn) & INKOTLS_STATE_WANTS_BLOCKING));
  CHECK(!(inkotls_conn_state(pair.server.conn) & INKOTLS_STATE_WANTS_BLOCKING));
  pair_free(&pair);
  release_both();
}

// One callback alone, where how it is called and by whom has been seen with all of them.
static void alone(const struct way *way) {
  if (!way->through_acceptor && !way->on_new_threads) takes_its_course(way);
}

static void each_course(void (*run)(const char *name)) {
  static const char *const courses[] = {"full handshake", "resumption", "HelloRetryRequest",
                                        "early data"};
  static const struct {
    int callbacks;
    const char *name;
  } sets[] = {{VERIFIES_SERVER, "verifier of the client"},
              {SIGNS_FOR_CLIENT, "signer of the client"},
              {SIGNS_FOR_SERVER, "signer of the server"},
              {VERIFIES_CLIENT, "verifier of the server"},
              {STORES, "session store"},
              {ALL, "all callbacks"}};
  for (version = TLS12; version <= TLS13; version++) {
    for (course = FULL; course <= (version == TLS12 ? RESUMED : EARLY); course++) {
      for (size_t i = 0; i < COUNT(sets); i++) {
        char name[80];
        callbacks = sets[i].callbacks;
        snprintf(name, sizeof name, "%s, %s, %s", courses[course], sets[i].name,
                 inkotls_protocol_version_name(version));
        run(name);
      }
    }
  }
}

static void goes_each_way(const char *name) {
  each_way(name, callbacks == ALL ? takes_its_course : alone);
}

static void goes_in_small_records(const char *name) {
  checking("records of 64 bytes: %s", name);
  fragment = 64;
  takes_its_course(&direct);
  takes_its_course(&narrow);
  fragment = 0;
}

static void small_records(void) { each_course(goes_in_small_records); }

static void goes_without_blocking(const char *name) {
  (void)name;
  if (callbacks != ALL) return;
  may_block = 0;
  each_wide_way("callbacks that do not block", takes_its_course);
  may_block = 1;
}

// No other call waits for a callback that does.

static void *runs_the_step(void *side) {
  side_run_blocking(side);
  gate_open(&news);
  return NULL;
}

// While one connection is in its step: others of the same configs, whole, and every call that
// changes what they share.
static void others_go_on(const struct way *way, struct side *peer) {
  struct pair pair;
  char in[1];
  size_t len;
  inkotls_identity *identity = identity_of("other");
  pair_converse(&pair, way, client, "localhost", server);
  CHECK_INT(pair_until_closed(&pair, &pair.client), INKOTLS_STATUS_OK);
  CHECK_INT(pair_until_read(&pair, &pair.server, in, 1, &len), INKOTLS_STATUS_CLOSED);
  pair_free(&pair);
  CHECK_INT(inkotls_sni_map_set(sni_map, "other.test", 10, identity), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_sni_map_remove(sni_map, "other.test", 10), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  CHECK_INT(inkotls_client_config_retain(client), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_config_retain(server), INKOTLS_STATUS_OK);
  release_both();

  // Its own peer, too, hears nothing and waits for nothing.
  CHECK(side_handshake(peer) >= 0);
  CHECK(side_flush(peer) >= 0);
  if (peer->conn) CHECK(inkotls_conn_state(peer->conn) >= 0);
}

// One call on a side; a step that it announces is taken on another thread.
static inkotls_status drives(struct pair *pair, struct side *side) {
  struct side *peer = side == &pair->client ? &pair->server : &pair->client;
  pthread_t thread;
  if (side->acceptor) {
    inkotls_status status = inkotls_acceptor_accept(side->acceptor);
    if (status != INKOTLS_STATUS_OK) return status;
    side_becomes_conn(side);
  }
  inkotls_status status = inkotls_conn_handshake(side->conn);
  int is_waiting = inkotls_conn_state(side->conn) & INKOTLS_STATE_WANTS_BLOCKING;
  if (status == INKOTLS_STATUS_WANT_READ || status == INKOTLS_STATUS_OK) CHECK(!is_waiting);
  if (status != INKOTLS_STATUS_WANT_BLOCKING) return status;
  if (pthread_create(&thread, NULL, runs_the_step, side)) give_up("pthread_create");
  gate_pass(&news);
  if (is_inside) {
    others_go_on(side->way, peer);
    is_inside = 0;
    gate_open(&gate);
    gate_pass(&news);
  }
  pthread_join(thread, NULL);
  return status;
}

static void nothing_waits(const struct way *way) {
  alarm(PATIENCE);  // a call that does wait, waits forever
  for (int waits = 1; waits < ALL; waits <<= 1) {
    struct pair pair;
    inkotls_status one, other;
    make(ALL, waits == GETS ? RESUMED : FULL);
    gated = waits;
    pair_open(&pair, way, client, "localhost", server);
    do {
      one = drives(&pair, &pair.client);
      other = drives(&pair, &pair.server);
    } while (pair_carry(&pair) || one == INKOTLS_STATUS_WANT_BLOCKING ||
             other == INKOTLS_STATUS_WANT_BLOCKING);
    CHECK_INT(one, INKOTLS_STATUS_OK);
    CHECK_INT(other, INKOTLS_STATUS_OK);
    CHECK_INT(gated, 0);
    pair_send(&pair, &pair.client, &pair.server, 100);
    pair_send(&pair, &pair.server, &pair.client, 100);
    pair_free(&pair);
    release_both();
  }
  alarm(0);
}

// The peer chooses the records that its messages come in: many in one, one in many. Encrypted ones
// stay as they are.

static unsigned char wire[1 << 17];

// What is in the clear of `len` bytes, in records of `size` bytes, or in as few as possible (0).
static size_t in_other_records(const unsigned char *data, size_t len, size_t size, int *is_secret) {
  size_t total = 0, room = 0, header = 0;
  for (size_t at = 0; at + 5 <= len;) {
    size_t next = at + 5 + (size_t)(data[at + 3] << 8 | data[at + 4]);
    if (next > len) give_up("half a record");
    if (data[at] != HANDSHAKE) *is_secret = 1;
    if (*is_secret) {
      memcpy(wire + total, data + at, next - at);
      total += next - at;
      room = 0;
    } else {
      for (size_t i = at + 5; i < next; i++, room--) {
        if (room == 0) {
          room = size ? size : 1 << 14;
          header = total;
          memcpy(wire + total, (unsigned char[]){HANDSHAKE, 3, 3, 0, 0}, 5);
          total += 5;
        }
        wire[total++] = data[i];
        wire[header + 3] = (unsigned char)((total - header - 5) >> 8);
        wire[header + 4] = (unsigned char)(total - header - 5);
      }
    }
    at = next;
  }
  return total;
}

static size_t record_size;

static size_t deliver(struct side *from, struct side *to, int *is_secret) {
  unsigned char data[1 << 15];
  size_t len = 0, got, given = 0;
  while ((got = side_take(from, data + len, sizeof data - len)) > 0) len += got;
  size_t total = in_other_records(data, len, record_size, is_secret);
  while (given < total) {
    given += got = side_give(to, wire + given, total - given);
    if (!got) give_up("the side takes no more");
    side_handshake(to);
  }
  return total;
}

static void comes_in_other_records(const struct way *way) {
  struct pair pair;
  inkotls_status one, other;
  int from_client = 0, from_server = 0;
  make(ALL, FULL);
  pair_open(&pair, way, client, "localhost", server);
  do {
    one = side_handshake(&pair.client);
    other = side_handshake(&pair.server);
  } while (deliver(&pair.client, &pair.server, &from_client) +
           deliver(&pair.server, &pair.client, &from_server));
  CHECK_INT(one, INKOTLS_STATUS_OK);
  CHECK_INT(other, INKOTLS_STATUS_OK);
  CHECK_INT(called, ALL & ~GETS);
  pair_free(&pair);
  release_both();
}

// What a client said to another server, as early and in as few records as it likes: such as a
// Certificate right behind the ClientHello.
static void comes_too_early(const struct way *way) {
  static unsigned char said[1 << 15];
  size_t len = 0, got, given = 0;
  int is_secret = 0;
  struct pair pair;
  make(callbacks, FULL);
  pair_open(&pair, way, client, "localhost", server);
  do {
    side_handshake(&pair.client);
    side_handshake(&pair.server);
    len += got = side_take(&pair.client, said + len, sizeof said - len);
    CHECK_INT(side_give(&pair.server, said + len - got, got), got);
  } while (got + side_deliver(&pair.server, &pair.client));
  pair_free(&pair);

  size_t total = in_other_records(said, len, record_size, &is_secret);
  struct side replayed;
  inkotls_status status;
  server_open(&replayed, way, server);
  do {
    given += got = side_give(&replayed, wire + given, total - given);
    status = side_handshake(&replayed);
    while (side_take(&replayed, said, sizeof said)) status = side_handshake(&replayed);
  } while (got && given < total);
  CHECK(status != INKOTLS_STATUS_OK);
  side_free(&replayed);
  release_both();
}

static void each_record_size(void) {
  for (record_size = 0; record_size <= 20; record_size++) {
    checking("records of %zu bytes, %s", record_size, inkotls_protocol_version_name(version));
    comes_in_other_records(&direct);
  }
}

static void few_records(const struct way *way) {
  record_size = 0;
  comes_in_other_records(way);
}

static void small_plain_records(const struct way *way) {
  record_size = 4;
  comes_in_other_records(way);
}

static void messages_too_early(const struct way *way) {
  for (record_size = 0; record_size <= 4; record_size += 4)
    for (callbacks = SIGNS_FOR_SERVER; callbacks <= STORES; callbacks <<= 1) comes_too_early(way);
}

// A ServerHello of TLS 1.2 that chooses the client's session as one of TLS 1.3 does, with
// pre_shared_key (RFC 8446, section 4.2.11), resumes nothing: the client still verifies the server.
static void chooses_a_session_in_tls12(void) {
  static const unsigned char pre_shared_key[] = {0, 41, 0, 2, 0, 0};
  enum { RECORD = 5, HEAD = RECORD + 4, MORE = sizeof pre_shared_key };
  struct pair pair;
  unsigned char said[1 << 15];
  version = TLS13;
  inkotls_client_builder *a = client_with(VERIFIES_SERVER);
  CHECK_INT(inkotls_client_builder_add_protocol_version(a, TLS12), INKOTLS_STATUS_OK);
  client = client_built(a);
  server = server_built(server_with(0));
  visit(&direct, client, server, 0);
  inkotls_server_config_release(server);
  inkotls_server_builder *b = server_with(0);
  CHECK_INT(inkotls_server_builder_add_protocol_version(b, TLS12), INKOTLS_STATUS_OK);
  server = server_built(b);
  called = 0;
  pair_open(&pair, &direct, client, "localhost", server);
  side_handshake(&pair.client);
  side_deliver(&pair.client, &pair.server);
  side_handshake(&pair.server);
  size_t len = side_take(&pair.server, said, sizeof said);

  // Two records of one: the ServerHello, in which the extension comes last, and the other messages.
  size_t body = two(said + RECORD + 2), record = two(said + 3), end = HEAD + body;
  unsigned char *extensions = said + HEAD + 2 + 32 + 1 + said[HEAD + 34] + 2 + 1;
  put(extensions, two(extensions) + MORE, 2);
  put(said + 3, 4 + body + MORE, 2);
  put(said + RECORD + 2, body + MORE, 2);
  CHECK_INT(side_give(&pair.client, said, end), end);
  CHECK_INT(side_give(&pair.client, pre_shared_key, MORE), MORE);
  put(said + end - 2, record - 4 - body, 2);
  memcpy(said + end - 5, (unsigned char[]){HANDSHAKE, 3, 3}, 3);
  CHECK_INT(side_give(&pair.client, said + end - 5, len - end + 5), len - end + 5);
  side_handshake(&pair.client);
  CHECK_INT(called, VERIFIES_SERVER);
  CHECK_INT(inkotls_conn_protocol_version(pair.client.conn), TLS12);
  pair_free(&pair);
  release_both();
}

// A peer that breaks its flight somewhere: whatever comes of it, callbacks come where they may.
static void is_damaged(struct side *from, struct side *to, size_t at, int what) {
  size_t len = 0, got;
  while ((got = side_take(from, wire + len, sizeof wire - len)) > 0) len += got;
  if (!len) return;
  wire[at % len] ^= (unsigned char)what;
  CHECK_INT(side_give(to, wire, len), len);
}

static void each_damage(void) {
  static const int what[] = {1, 0x80, 0xff};
  for (size_t at = 0; at < 1500; at += 13) {
    for (size_t by_server = 0; by_server < 2; by_server++) {
      struct pair pair;
      make(ALL, FULL);
      pair_open(&pair, &direct, client, "localhost", server);
      struct side *it = by_server ? &pair.server : &pair.client;
      struct side *peer = by_server ? &pair.client : &pair.server;
      do {
        side_handshake(it);
        is_damaged(it, peer, at, what[at % COUNT(what)]);
        side_handshake(peer);
      } while (side_deliver(peer, it));
      pair_free(&pair);
      release_both();
    }
  }
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client_key = key_of("client");
  server_key = key_of("ecdsa");
  gate_new(&news);
  gate_new(&gate);
  each_course(goes_each_way);
  once("records of 64 bytes", small_records);
  each_course(goes_without_blocking);
  each_version("nothing waits for a callback", nothing_waits);
  once_each_version("the peer sends records of each size", each_record_size);
  each_version("the peer sends few records", few_records);
  each_version("the peer sends records of 4 bytes", small_plain_records);
  each_version("the client does not wait for the server", messages_too_early);
  once("a session chosen in TLS 1.2", chooses_a_session_in_tls12);
  once_each_version("damaged messages", each_damage);
  inkotls_sni_map_release(sni_map);
  EVP_PKEY_free(client_key);
  EVP_PKEY_free(server_key);
  return checks_done();
}
