// Which identity a server shows: by the server name that the client sends, and by the kinds of key
// that the client can verify. Identities are added, replaced and removed while the server is
// running.

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X25519 = 29 };  // makes a short ClientHello

static const struct way direct = {.chunk = 1 << 14};
static const inkotls_client_config *client;

// Settings of a client that does not resume, so that every handshake shows a certificate.
static inkotls_client_builder *client_builder(void) {
  inkotls_client_builder *builder = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, X25519), INKOTLS_STATUS_OK);
  return builder;
}

static const inkotls_server_config *server_of(const inkotls_sni_map *sni_map) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  CHECK_INT(inkotls_server_builder_set_sni_map(builder, sni_map), INKOTLS_STATUS_OK);
  return server_built(builder);
}

static inkotls_status set(const inkotls_sni_map *sni_map, const char *name, const char *shown) {
  inkotls_identity *identity = identity_of(shown);
  inkotls_status status = inkotls_sni_map_set(sni_map, name, strlen(name), identity);
  inkotls_identity_free(identity);
  return status;
}

static inkotls_status drop(const inkotls_sni_map *sni_map, const char *name) {
  return inkotls_sni_map_remove(sni_map, name, strlen(name));
}

// The peer's certificate is the one in that file.
static int shows(const inkotls_conn *conn, const char *file) {
  unsigned char want[4096];
  const unsigned char *der = NULL;
  size_t want_len = pki_read(file, want, sizeof want), len = 0;
  inkotls_status status = inkotls_conn_peer_certificate(conn, 0, &der, &len);
  return status == INKOTLS_STATUS_OK && len == want_len && memcmp(der, want, len) == 0;
}

static void is_shown(const struct way *way, const inkotls_client_config *to, const char *name,
                     const inkotls_server_config *server, const char *file) {
  struct pair pair;
  pair_open(&pair, way, to, name, server);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  check_that(shows(pair.client.conn, file), __FILE__, __LINE__, file);
  pair_free(&pair);
}

static void is_refused(const struct way *way, const inkotls_client_config *to, const char *name,
                       const inkotls_server_config *server, int alert, const char *why) {
  struct pair pair;
  pair_open(&pair, way, to, name, server);
  pair_handshake(&pair, INKOTLS_STATUS_ALERT_RECEIVED, INKOTLS_STATUS_HANDSHAKE_FAILED);
  CHECK_INT(side_alert_sent(&pair.server), alert);
  CHECK_INT(side_alert_received(&pair.client), alert);
  CHECK_TEXT(inkotls_conn_error(pair.server.conn), why);
  pair_free(&pair);
}

// The alert is unrecognized_name (RFC 6066, section 3).
static void nothing_is_shown(const struct way *way, const inkotls_client_config *to,
                             const char *name, const inkotls_server_config *server) {
  char why[80];
  snprintf(why, sizeof why, "no identity for the server name \"%s\"", name);
  is_refused(way, to, name, server, 112, why);
}

// The same for a client that sends no server name.
static void nothing_is_shown_without_name(const struct way *way, const inkotls_client_config *to,
                                          const inkotls_server_config *server) {
  is_refused(way, to, "127.0.0.1", server, 112,
             "the client sent no server name, and no identity is set for the empty name");
}

static void chosen_by_name(const struct way *way) {
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  const inkotls_server_config *server = server_of(sni_map);
  nothing_is_shown(way, client, "localhost", server);  // the set is empty
  CHECK_INT(set(sni_map, "LocalHost", "ecdsa"), INKOTLS_STATUS_OK);
  is_shown(way, client, "localhost", server, "ecdsa.der");
  is_shown(way, client, "LOCALHOST", server, "ecdsa.der");
  nothing_is_shown(way, client, "other.test", server);
  nothing_is_shown_without_name(way, client, server);

  // A wildcard stands for one label: not for none, not for two, not for a part of one.
  CHECK_INT(set(sni_map, "*.TEST", "other"), INKOTLS_STATUS_OK);
  is_shown(way, client, "other.test", server, "other.der");
  is_shown(way, client, "Other.Test", server, "other.der");
  is_shown(way, client, "localhost", server, "ecdsa.der");
  nothing_is_shown(way, client, "test", server);
  nothing_is_shown(way, client, "deep.other.test", server);
  nothing_is_shown(way, client, "other.test.example", server);
  nothing_is_shown(way, client, "othertest", server);

  // The name itself goes before the wildcard, and that before the default.
  CHECK_INT(set(sni_map, "", "ed25519"), INKOTLS_STATUS_OK);
  is_shown(way, client, "127.0.0.1", server, "ed25519.der");
  is_shown(way, client, "other.test", server, "other.der");
  CHECK_INT(set(sni_map, "*.test", "ecdsa"), INKOTLS_STATUS_OK);
  CHECK_INT(set(sni_map, "other.test", "other"), INKOTLS_STATUS_OK);
  is_shown(way, client, "other.test", server, "other.der");
  CHECK_INT(drop(sni_map, "LOCALHOST"), INKOTLS_STATUS_OK);
  is_shown(way, client, "localhost", server, "ed25519.der");
  inkotls_sni_map_release(sni_map);
  inkotls_server_config_release(server);
}

// A set of many names, half of which are removed while the server is running.
static void chosen_among_many(void) {
  enum { NAMES = 30000 };
  char name[32];
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  const inkotls_server_config *server = server_of(sni_map);
  inkotls_identity *identity = identity_of("other");
  for (int i = 0; i < NAMES; i++) {
    int len = snprintf(name, sizeof name, "www.%d.test", i);
    CHECK_INT(inkotls_sni_map_set(sni_map, name, (size_t)len, identity), INKOTLS_STATUS_OK);
  }
  inkotls_identity_free(identity);
  CHECK_INT(set(sni_map, "other.test", "other"), INKOTLS_STATUS_OK);
  for (int i = 1; i < NAMES; i += 2) {
    snprintf(name, sizeof name, "www.%d.test", i);
    CHECK_INT(drop(sni_map, name), INKOTLS_STATUS_OK);
    CHECK_INT(drop(sni_map, name), INKOTLS_STATUS_NONE);
  }
  is_shown(&direct, client, "other.test", server, "other.der");
  nothing_is_shown(&direct, client, "www.1.test", server);
  inkotls_sni_map_release(sni_map);
  inkotls_server_config_release(server);
}

// One name with two kinds of key: the client's schemes decide.

static const inkotls_client_config *client_with(int version, int suite) {
  inkotls_client_builder *builder = client_builder();
  CHECK_INT(inkotls_client_builder_add_protocol_version(builder, version), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_cipher_suite(builder, suite), INKOTLS_STATUS_OK);
  return client_built(builder);
}

static void chosen_by_key(const struct way *way) {
  const inkotls_client_config *only_rsa = client_with(TLS12, 0xc02f);
  const inkotls_client_config *only_ecdsa = client_with(TLS12, 0xc02b);
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  const inkotls_server_config *server = server_of(sni_map);
  static const char *const orders[][2] = {{"ecdsa", "rsa"}, {"rsa", "ecdsa"}};
  for (size_t i = 0; i < COUNT(orders); i++) {
    for (int j = 0; j < 2; j++)
      CHECK_INT(set(sni_map, "localhost", orders[i][j]), INKOTLS_STATUS_OK);
    is_shown(way, only_rsa, "localhost", server, "rsa.der");
    is_shown(way, only_ecdsa, "localhost", server, "ecdsa.der");
    CHECK_INT(drop(sni_map, "localhost"), INKOTLS_STATUS_OK);  // both
    CHECK_INT(drop(sni_map, "localhost"), INKOTLS_STATUS_NONE);
  }

  // An identity of the same kind of key replaces the one before, and not that of the other kind.
  CHECK_INT(set(sni_map, "localhost", "ecdsa"), INKOTLS_STATUS_OK);
  CHECK_INT(set(sni_map, "localhost", "rsa"), INKOTLS_STATUS_OK);
  CHECK_INT(set(sni_map, "localhost", "chained"), INKOTLS_STATUS_OK);
  is_shown(way, only_rsa, "localhost", server, "rsa.der");
  is_shown(way, only_ecdsa, "localhost", server, "chained.der");

  // A name whose keys do not fit is no reason to fail, where the wildcard or the default fits.
  CHECK_INT(drop(sni_map, "localhost"), INKOTLS_STATUS_OK);
  CHECK_INT(set(sni_map, "localhost", "ecdsa"), INKOTLS_STATUS_OK);
  is_refused(way, only_rsa, "localhost", server, 40, "signature schemes");
  nothing_is_shown(way, only_rsa, "other.test", server);
  CHECK_INT(set(sni_map, "", "rsa"), INKOTLS_STATUS_OK);
  is_shown(way, only_rsa, "localhost", server, "rsa.der");
  is_shown(way, only_ecdsa, "localhost", server, "ecdsa.der");
  is_refused(way, only_ecdsa, "127.0.0.1", server, 40, "signature schemes");
  CHECK_INT(set(sni_map, "other.test", "rsa"), INKOTLS_STATUS_OK);
  CHECK_INT(set(sni_map, "*.test", "other"), INKOTLS_STATUS_OK);
  is_shown(way, only_ecdsa, "other.test", server, "other.der");
  inkotls_sni_map_release(sni_map);
  inkotls_server_config_release(server);
  inkotls_client_config_release(only_rsa);
  inkotls_client_config_release(only_ecdsa);
}

// The host may release its reference before the server config is released, and the other way round.
static void reference_counts(void) {
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  CHECK_INT(set(sni_map, "", "ecdsa"), INKOTLS_STATUS_OK);
  const inkotls_server_config *server = server_of(sni_map);
  CHECK_INT(inkotls_sni_map_retain(sni_map), INKOTLS_STATUS_OK);
  inkotls_sni_map_release(sni_map);
  const inkotls_server_config *second = server_of(sni_map);
  is_shown(&direct, client, "localhost", server, "ecdsa.der");
  inkotls_server_config_release(server);
  CHECK_INT(set(sni_map, "", "chained"), INKOTLS_STATUS_OK);
  inkotls_sni_map_release(sni_map);
  is_shown(&direct, client, "localhost", second, "chained.der");
  inkotls_server_config_release(second);
}

// A single identity and sni_map by name replace each other: what was set last counts.
static void last_one_counts(void) {
  inkotls_identity *one = identity_of("ed25519");
  const inkotls_sni_map *several = inkotls_sni_map_new();
  CHECK_INT(set(several, "localhost", "ecdsa"), INKOTLS_STATUS_OK);
  for (int last = 0; last < 2; last++) {
    inkotls_server_builder *builder = inkotls_server_builder_new();
    for (int i = 0; i < 2; i++)
      CHECK_INT(i == last ? inkotls_server_builder_set_identity(builder, one)
                          : inkotls_server_builder_set_sni_map(builder, several),
                INKOTLS_STATUS_OK);
    const inkotls_server_config *server = server_built(builder);
    is_shown(&direct, client, "localhost", server, last ? "ed25519.der" : "ecdsa.der");
    inkotls_server_config_release(server);
  }
  inkotls_sni_map_release(several);
  inkotls_identity_free(one);
}

// The trailing dot of a name is ignored, as in inkotls_conn_new_client.
static void names_with_a_trailing_dot(void) {
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  const inkotls_server_config *server = server_of(sni_map);
  CHECK_INT(set(sni_map, "localhost.", "ecdsa"), INKOTLS_STATUS_OK);
  CHECK_INT(set(sni_map, "*.test.", "other"), INKOTLS_STATUS_OK);
  is_shown(&direct, client, "localhost", server, "ecdsa.der");
  is_shown(&direct, client, "localhost.", server, "ecdsa.der");
  is_shown(&direct, client, "other.test", server, "other.der");
  CHECK_INT(drop(sni_map, "localhost"), INKOTLS_STATUS_OK);
  inkotls_sni_map_release(sni_map);
  inkotls_server_config_release(server);
}

// A handshake that has begun goes on with the identity of its beginning.
static void replaced_during_a_handshake(const struct way *way) {
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  const inkotls_server_config *server = server_of(sni_map);
  CHECK_INT(set(sni_map, "localhost", "ecdsa"), INKOTLS_STATUS_OK);
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  pair_until_answered(&pair);
  CHECK_INT(set(sni_map, "localhost", "chained"), INKOTLS_STATUS_OK);
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  CHECK(shows(pair.client.conn, "ecdsa.der"));
  pair_free(&pair);
  is_shown(way, client, "localhost", server, "chained.der");
  CHECK_INT(drop(sni_map, "localhost"), INKOTLS_STATUS_OK);
  nothing_is_shown(way, client, "localhost", server);
  inkotls_sni_map_release(sni_map);
  inkotls_server_config_release(server);
}

// One thread replaces and removes sni_map while two have handshakes: each sees a whole identity.

struct race {
  const inkotls_sni_map *sni_map;
  const inkotls_server_config *server;
  const inkotls_identity *other;
  atomic_int running;
  atomic_int failed;
};

static void *exchanges(void *argument) {
  struct race *race = argument;
  while (atomic_load(&race->running)) {
    if (inkotls_sni_map_set(race->sni_map, "localhost", 9, race->other)) race->failed++;
    sched_yield();
    if (inkotls_sni_map_remove(race->sni_map, "localhost", 9)) race->failed++;
    sched_yield();
  }
  return NULL;
}

// Moves what one has to say to the other; there is no harness in the way of the race.
static void say(inkotls_conn *from, inkotls_conn *to) {
  unsigned char buf[16384];
  size_t len = 0, used;
  while (inkotls_conn_drain(from, buf, sizeof buf, &len) == INKOTLS_STATUS_OK && len)
    inkotls_conn_feed(to, buf, len, &used);
}

static int has_handshake(struct race *race) {
  inkotls_conn *ours = NULL, *theirs = NULL;
  inkotls_conn_new_client(client, "localhost", 9, &ours);
  inkotls_conn_new_server(race->server, &theirs);
  inkotls_status one = INKOTLS_STATUS_WANT_READ, other = INKOTLS_STATUS_WANT_READ;
  for (int turn = 0; turn < 8; turn++) {
    one = inkotls_conn_handshake(ours);
    say(ours, theirs);
    other = inkotls_conn_handshake(theirs);
    say(theirs, ours);
  }
  int by_default = shows(ours, "ecdsa.der"), by_name = shows(ours, "chained.der");
  inkotls_conn_free(ours);
  inkotls_conn_free(theirs);
  return one == INKOTLS_STATUS_OK && other == INKOTLS_STATUS_OK && by_default + by_name == 1;
}

static void *has_handshakes(void *argument) {
  struct race *race = argument;
  for (int i = 0; i < 30; i++)
    if (!has_handshake(race)) race->failed++;
  return NULL;
}

static void replaced_by_another_thread(void) {
  inkotls_identity *other = identity_of("chained");
  struct race race = {.sni_map = inkotls_sni_map_new(), .other = other, .running = 1};
  CHECK_INT(set(race.sni_map, "", "ecdsa"), INKOTLS_STATUS_OK);
  race.server = server_of(race.sni_map);
  pthread_t exchanger, shakers[2];
  if (pthread_create(&exchanger, NULL, exchanges, &race)) give_up("pthread_create");
  for (int i = 0; i < 2; i++)
    if (pthread_create(&shakers[i], NULL, has_handshakes, &race)) give_up("pthread_create");
  for (int i = 0; i < 2; i++) pthread_join(shakers[i], NULL);
  atomic_store(&race.running, 0);
  pthread_join(exchanger, NULL);
  CHECK_INT(race.failed, 0);
  inkotls_identity_free(other);
  inkotls_sni_map_release(race.sni_map);
  inkotls_server_config_release(race.server);
}

// Bad input.

static void names_refused(void) {
  static char long_name[300], long_label[70];
  memset(long_name, 'x', sizeof long_name);
  memset(long_label, 'x', sizeof long_label);
  const struct {
    const char *name;
    size_t len;
  } bad[] = {
      {"a..b", 4},
      {"*", 1},
      {"*.", 2},
      {".", 1},
      {".test", 5},
      {"*.*.com", 7},
      {"*a.test", 7},
      {"a*.test", 7},
      {"a.*.test", 8},
      {"**.test", 7},
      {"a b", 3},
      {"-", 1},
      {"1.2.3.4", 7},
      {"*.2.3.4", 7},
      {"::1", 3},
      {"localhost:443", 13},
      {"localhost\0", 10},
      {"localhost\0.test", 15},
      {"*.\0", 3},
      {"local\xffhost", 10},
      {"\xc3\xa4.test", 7},
      {long_name, sizeof long_name},
      {long_label, sizeof long_label},
  };
  inkotls_identity *identity = identity_of("ecdsa");
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  CHECK_INT(inkotls_sni_map_set(sni_map, "localhost", 9, identity), INKOTLS_STATUS_OK);
  for (size_t i = 0; i < COUNT(bad); i++) {
    checking("the name \"%.20s\", %zu bytes", bad[i].name, bad[i].len);
    CHECK_INT(inkotls_sni_map_set(sni_map, bad[i].name, bad[i].len, identity),
              INKOTLS_STATUS_INVALID_NAME);
    CHECK_INT(inkotls_sni_map_remove(sni_map, bad[i].name, bad[i].len),
              INKOTLS_STATUS_INVALID_NAME);
  }
  checking("after bad names");
  CHECK_INT(drop(sni_map, "other.test"), INKOTLS_STATUS_NONE);
  CHECK_INT(drop(sni_map, "*.test"), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_sni_map_remove(sni_map, NULL, 0), INKOTLS_STATUS_NONE);
  const inkotls_server_config *server = server_of(sni_map);
  is_shown(&direct, client, "localhost", server, "ecdsa.der");
  inkotls_server_config_release(server);
  inkotls_sni_map_release(sni_map);
  inkotls_identity_free(identity);
}

static void identities_refused(void) {
  const char *chain = pki_path("chained.pem"), *key = pki_path("chained.key");
  inkotls_identity *only_chain = inkotls_identity_new(), *only_key = inkotls_identity_new();
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  CHECK_INT(inkotls_identity_set_chain_pem_file(only_chain, chain, strlen(chain)),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_set_key_pem_file(only_key, key, strlen(key)), INKOTLS_STATUS_OK);
  CHECK_INT(set(sni_map, "localhost", "ecdsa"), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_sni_map_set(sni_map, "localhost", 9, only_chain), INKOTLS_STATUS_INVALID_KEY);
  CHECK_INT(inkotls_sni_map_set(sni_map, "localhost", 9, only_key),
            INKOTLS_STATUS_INVALID_CERTIFICATE);
  const inkotls_server_config *server = server_of(sni_map);
  is_shown(&direct, client, "localhost", server, "ecdsa.der");
  inkotls_server_config_release(server);
  inkotls_sni_map_release(sni_map);
  inkotls_identity_free(only_chain);
  inkotls_identity_free(only_key);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client = client_built(client_builder());
  each_way("chosen by server name", chosen_by_name);
  once("chosen among 30000 names", chosen_among_many);
  each_way("chosen by kind of key", chosen_by_key);
  each_way("replaced during a handshake", replaced_during_a_handshake);
  once("reference counts", reference_counts);
  once("single identity or sni_map by name", last_one_counts);
  once("names with a trailing dot", names_with_a_trailing_dot);
  once("replaced by another thread", replaced_by_another_thread);
  once("bad names", names_refused);
  once("incomplete sni_map", identities_refused);
  inkotls_client_config_release(client);
  return checks_done();
}
