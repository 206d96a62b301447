// What two sides agree on: versions, cipher suites and groups, by number; and how a handshake fails
// if they have nothing in common.

#include <stdio.h>
#include <string.h>

#include "configs.h"

enum { TLS11 = 0x0302, X25519MLKEM768 = 0x11ec, X25519 = 29, P256 = 23, P384 = 24 };

// What a side is limited to; 0 where it is not.
struct choice {
  int32_t version, suite, group;
};

// It resumes nothing, so that every handshake is a full one.
static inkotls_client_builder *choosy_client(struct choice choice) {
  inkotls_client_builder *it = client_trusting("ca.pem");
  CHECK_INT(inkotls_client_builder_set_session_cache(it, 0), INKOTLS_STATUS_OK);
  if (choice.version)
    CHECK_INT(inkotls_client_builder_add_protocol_version(it, choice.version), INKOTLS_STATUS_OK);
  if (choice.suite)
    CHECK_INT(inkotls_client_builder_add_cipher_suite(it, choice.suite), INKOTLS_STATUS_OK);
  if (choice.group)
    CHECK_INT(inkotls_client_builder_add_named_group(it, choice.group), INKOTLS_STATUS_OK);
  return it;
}

static inkotls_server_builder *choosy_server(const char *name, struct choice choice) {
  inkotls_server_builder *it = server_showing(name);
  if (choice.version)
    CHECK_INT(inkotls_server_builder_add_protocol_version(it, choice.version), INKOTLS_STATUS_OK);
  if (choice.suite)
    CHECK_INT(inkotls_server_builder_add_cipher_suite(it, choice.suite), INKOTLS_STATUS_OK);
  if (choice.group)
    CHECK_INT(inkotls_server_builder_add_named_group(it, choice.group), INKOTLS_STATUS_OK);
  return it;
}

static const inkotls_client_config *client;
static const inkotls_server_config *server;
static struct choice wanted;
static int wanted_alert, wanted_flights;

// Runs `scenario` with a pair of configs.
static void each_way_between(const char *name, void (*scenario)(const struct way *),
                             inkotls_client_builder *with, inkotls_server_builder *and_with) {
  checking("%s: building", name);
  client = client_built(with);
  server = server_built(and_with);
  each_wide_way(name, scenario);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void the_lists(void) {
  static const int32_t versions[] = {TLS13, TLS12, INKOTLS_STATUS_NONE};
  static const int32_t groups[] = {X25519MLKEM768, X25519, P256, P384, INKOTLS_STATUS_NONE};
  for (size_t i = 0; i < 3; i++) CHECK_INT(inkotls_protocol_version_at(i), versions[i]);
  for (size_t i = 0; i < 5; i++) CHECK_INT(inkotls_named_group_at(i), groups[i]);
  CHECK_INT(inkotls_protocol_version_at(SIZE_MAX), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_named_group_at(SIZE_MAX), INKOTLS_STATUS_NONE);
  CHECK_INT(inkotls_cipher_suite_at(SIZE_MAX), INKOTLS_STATUS_NONE);
  CHECK_TEXT(inkotls_named_group_name(X25519MLKEM768), "X25519MLKEM768");
  size_t count = 0;
  for (int32_t suite; (suite = inkotls_cipher_suite_at(count)) >= 0; count++)
    CHECK_TEXT(inkotls_cipher_suite_name(suite), "TLS_");
  CHECK_INT(count, 9);
  CHECK_TEXT(inkotls_signature_scheme_name(0x0403), "ecdsa_secp256r1_sha256");
  CHECK_TEXT(inkotls_signature_scheme_name(0x0807), "ed25519");
  CHECK_INT(strcmp(inkotls_signature_scheme_name(0), "unknown"), 0);
  CHECK_INT(strcmp(inkotls_signature_scheme_name(-1), "unknown"), 0);
  for (count = 0; (inkotls_signature_scheme_at(count)) >= 0; count++)
    CHECK(strcmp(inkotls_signature_scheme_name(inkotls_signature_scheme_at(count)), "unknown"));
  CHECK(count >= 9);  // aws-lc-rs has more
  CHECK_INT(inkotls_signature_scheme_at(SIZE_MAX), INKOTLS_STATUS_NONE);
}

// What a configuration file names.
static void numbers_from_names(void) {
  static const struct {
    int32_t (*at)(size_t);
    const char *(*name)(int32_t);
    int32_t (*number)(const char *, size_t);
    const char *another_case;
    int32_t its_number;
  } all[] = {
      {inkotls_protocol_version_at, inkotls_protocol_version_name, inkotls_protocol_version_number,
       "tls 1.3", TLS13},
      {inkotls_cipher_suite_at, inkotls_cipher_suite_name, inkotls_cipher_suite_number,
       "tls_chacha20_poly1305_sha256", 0x1303},
      {inkotls_named_group_at, inkotls_named_group_name, inkotls_named_group_number, "SECP256R1",
       P256},
      {inkotls_signature_scheme_at, inkotls_signature_scheme_name, inkotls_signature_scheme_number,
       "Ed25519", 0x0807},
  };
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    for (size_t k = 0; all[i].at(k) >= 0; k++) {
      const char *name = all[i].name(all[i].at(k));
      CHECK_INT(all[i].number(name, strlen(name)), all[i].at(k));
      CHECK_INT(all[i].number(name, strlen(name) - 1), INKOTLS_STATUS_NONE);
    }
    CHECK_INT(all[i].number(all[i].another_case, strlen(all[i].another_case)), all[i].its_number);
    CHECK_INT(all[i].number("unknown", 7), INKOTLS_STATUS_NONE);
    CHECK_INT(all[i].number("", 0), INKOTLS_STATUS_NONE);
    CHECK_INT(all[i].number(NULL, 0), INKOTLS_STATUS_NONE);
    CHECK_INT(all[i].number(NULL, 1), INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_INT(all[i].number("x25519", SIZE_MAX), INKOTLS_STATUS_INVALID_ARGUMENT);
  }
}

static void agrees(const struct way *way) {
  struct pair pair;
  pair_connect(&pair, way, client, server);
  inkotls_conn *both[] = {pair.client.conn, pair.server.conn};
  for (int i = 0; i < 2; i++) {
    CHECK_INT(inkotls_conn_protocol_version(both[i]), wanted.version);
    if (wanted.suite) CHECK_INT(inkotls_conn_cipher_suite(both[i]), wanted.suite);
    if (wanted.group) CHECK_INT(inkotls_conn_named_group(both[i]), wanted.group);
  }
  pair_send(&pair, &pair.client, &pair.server, 100);
  pair_send(&pair, &pair.server, &pair.client, 100);
  pair_free(&pair);
}

// Each side in turn allows nothing else.
static void negotiates(struct choice choice) {
  char name[128];
  const char *suite = inkotls_cipher_suite_name(choice.suite);
  const char *identity = strstr(suite, "_RSA_") ? "rsa" : "ecdsa";
  snprintf(name, sizeof name, "%s, %s", inkotls_protocol_version_name(choice.version),
           choice.suite ? suite : inkotls_named_group_name(choice.group));
  if (!begins("%s", name)) return;
  wanted = choice;
  each_way_between(name, agrees, choosy_client(choice), server_showing(identity));
  each_way_between(name, agrees, choosy_client((struct choice){0, 0, 0}),
                   choosy_server(identity, choice));
}

static void negotiates_each(void) {
  for (size_t i = 0; inkotls_cipher_suite_at(i) >= 0; i++) {
    int32_t suite = inkotls_cipher_suite_at(i);
    negotiates((struct choice){suite >> 8 == 0x13 ? TLS13 : TLS12, suite, 0});
  }
  for (size_t i = 0; inkotls_named_group_at(i) >= 0; i++) {
    int32_t group = inkotls_named_group_at(i);
    negotiates((struct choice){TLS13, 0, group});
    if (group != X25519MLKEM768) negotiates((struct choice){TLS12, 0, group});
  }
}

// The client's order decides.
static void prefers(void) {
  static const char name[] = "the order of the client decides";
  static const int32_t suites[] = {0x1303, 0x1301}, groups[] = {P384, P256};
  if (!begins("%s", name)) return;
  for (int first = 0; first < 2; first++) {
    wanted = (struct choice){TLS13, suites[first], groups[first]};
    inkotls_client_builder *both = choosy_client(wanted);
    CHECK_INT(inkotls_client_builder_add_cipher_suite(both, suites[!first]), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_client_builder_add_named_group(both, groups[!first]), INKOTLS_STATUS_OK);
    each_way_between(name, agrees, both, server_showing("ecdsa"));
  }
}

// The server's order decides, where it has one.
static void server_prefers(void) {
  static const char name[] = "the order of the server decides";
  static const int32_t all[][2] = {{0x1303, 0x1301}, {0xc02b, 0xc02c}};
  if (!begins("%s", name)) return;
  for (int i = 0; i < 4; i++) {
    const int32_t *suites = all[i / 2];
    int first = i % 2;
    wanted = (struct choice){i / 2 ? TLS12 : TLS13, suites[first], 0};
    inkotls_server_builder *orders = choosy_server("ecdsa", wanted);
    CHECK_INT(inkotls_server_builder_add_cipher_suite(orders, suites[!first]), INKOTLS_STATUS_OK);
    inkotls_client_builder *obeys = choosy_client((struct choice){0, suites[!first], 0});
    CHECK_INT(inkotls_client_builder_add_cipher_suite(obeys, suites[first]), INKOTLS_STATUS_OK);
    each_way_between(name, agrees, obeys, orders);
  }
}

static void has_nothing_in_common(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  pair_handshake(&pair, INKOTLS_STATUS_ALERT_RECEIVED, INKOTLS_STATUS_HANDSHAKE_FAILED);
  CHECK_INT(side_alert_received(&pair.client), wanted_alert);
  CHECK_INT(side_alert_sent(&pair.server), wanted_alert);
  CHECK_TEXT(inkotls_conn_error(pair.client.conn), inkotls_alert_name(wanted_alert));
  CHECK_TEXT(inkotls_conn_error(pair.server.conn), "in common");
  pair_free(&pair);
}

static void refuses(void) {
  static const struct {
    const char *name;
    struct choice client, server;
    int alert;
  } all[] = {
      {"a client of TLS 1.2, a server of TLS 1.3", {TLS12, 0, 0}, {TLS13, 0, 0}, 70},
      {"a client of TLS 1.3, a server of TLS 1.2", {TLS13, 0, 0}, {TLS12, 0, 0}, 70},
      {"no common cipher suite, TLS 1.3", {0, 0x1301, 0}, {0, 0x1302, 0}, 40},
      {"no common cipher suite, TLS 1.2", {TLS12, 0xc02b, 0}, {0, 0xc02c, 0}, 40},
      {"a cipher suite for RSA, a key for ECDSA", {TLS12, 0xc02f, 0}, {0, 0, 0}, 40},
      {"no common group, TLS 1.3", {TLS13, 0, X25519}, {TLS13, 0, P256}, 40},
      {"no common group, TLS 1.2", {TLS12, 0, X25519}, {TLS12, 0, P256}, 40},
      {"a client of X25519MLKEM768, a server of X25519",
       {0, 0, X25519MLKEM768},
       {0, 0, X25519},
       40},
  };
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    if (!begins("%s", all[i].name)) continue;
    wanted_alert = all[i].alert;
    each_way_between(all[i].name, has_nothing_in_common, choosy_client(all[i].client),
                     choosy_server("ecdsa", all[i].server));
  }
}

// Refused numbers leave the builder as it was: the defaults are still there.
static void unknown_numbers(void) {
  static const char name[] = "unknown numbers";
  static const int32_t versions[] = {0, -1, TLS11, 0x0305, 0x10304, INT32_MIN};
  static const int32_t suites[] = {0, -1, 0x002f, 0x1304, 0x11301, INT32_MAX};
  static const int32_t groups[] = {0, -1, 25, 256, 0x10000 + X25519, INT32_MIN};
  if (!begins("%s", name)) return;
  inkotls_client_builder *a = choosy_client((struct choice){0, 0, 0});
  inkotls_server_builder *b = server_showing("ecdsa");
  for (int i = 0; i < 6; i++) {
    checking("unknown numbers, %d", i);
    CHECK_INT(inkotls_client_builder_add_protocol_version(a, versions[i]),
              INKOTLS_STATUS_UNSUPPORTED);
    CHECK_TEXT(inkotls_client_builder_error(a), "version");
    CHECK_INT(inkotls_client_builder_add_cipher_suite(a, suites[i]), INKOTLS_STATUS_UNSUPPORTED);
    CHECK_TEXT(inkotls_client_builder_error(a), "suite");
    CHECK_INT(inkotls_client_builder_add_named_group(a, groups[i]), INKOTLS_STATUS_UNSUPPORTED);
    CHECK_TEXT(inkotls_client_builder_error(a), "group");
    CHECK_INT(inkotls_server_builder_add_protocol_version(b, versions[i]),
              INKOTLS_STATUS_UNSUPPORTED);
    CHECK_TEXT(inkotls_server_builder_error(b), "version");
    CHECK_INT(inkotls_server_builder_add_cipher_suite(b, suites[i]), INKOTLS_STATUS_UNSUPPORTED);
    CHECK_TEXT(inkotls_server_builder_error(b), "suite");
    CHECK_INT(inkotls_server_builder_add_named_group(b, groups[i]), INKOTLS_STATUS_UNSUPPORTED);
    CHECK_TEXT(inkotls_server_builder_error(b), "group");
  }
  wanted = (struct choice){TLS13, inkotls_cipher_suite_at(0), X25519MLKEM768};
  each_way_between(name, agrees, a, b);
}

// What cannot work is said when it is built, and can be mended.
static void impossible(void) {
  static const char name[] = "a version without a cipher suite or a group";
  static const struct {
    struct choice choice, mended;
  } all[] = {
      {{TLS13, 0xc02b, 0}, {0, 0x1301, 0}},
      {{TLS12, 0x1301, 0}, {0, 0xc02b, 0}},
      {{TLS12, 0, X25519MLKEM768}, {0, 0, X25519}},
  };
  if (!begins("%s", name)) return;
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    checking("%s, %zu", name, i);
    inkotls_client_builder *a = choosy_client(all[i].choice);
    inkotls_server_builder *b = choosy_server("ecdsa", all[i].choice);
    const inkotls_client_config *no_client = NULL;
    const inkotls_server_config *no_server = NULL;
    struct choice mended = all[i].mended;
    if (!CHECK_INT(inkotls_client_builder_build(a, &no_client), INKOTLS_STATUS_INVALID_ARGUMENT) ||
        !CHECK_INT(inkotls_server_builder_build(b, &no_server), INKOTLS_STATUS_INVALID_ARGUMENT))
      give_up("a builder is gone");
    CHECK(!no_client && !no_server);
    CHECK_TEXT(inkotls_client_builder_error(a), "has a cipher suite and a group");
    CHECK_TEXT(inkotls_server_builder_error(b), "has a cipher suite and a group");
    if (mended.suite) {
      CHECK_INT(inkotls_client_builder_add_cipher_suite(a, mended.suite), INKOTLS_STATUS_OK);
      CHECK_INT(inkotls_server_builder_add_cipher_suite(b, mended.suite), INKOTLS_STATUS_OK);
    } else {
      CHECK_INT(inkotls_client_builder_add_named_group(a, mended.group), INKOTLS_STATUS_OK);
      CHECK_INT(inkotls_server_builder_add_named_group(b, mended.group), INKOTLS_STATUS_OK);
    }
    wanted = (struct choice){all[i].choice.version, mended.suite, mended.group};
    each_way_between(name, agrees, a, b);
  }
}

// A HelloRetryRequest costs the client a flight more.
static void takes_flights(const struct way *way) {
  struct pair pair;
  int flights = 0;
  inkotls_status at_client, at_server;
  size_t moved;
  pair_open(&pair, way, client, "localhost", server);
  do {
    at_client = side_handshake(&pair.client);
    moved = side_deliver(&pair.client, &pair.server);
    flights += moved > 0;
    at_server = side_handshake(&pair.server);
    moved += side_deliver(&pair.server, &pair.client);
  } while (moved > 0);
  CHECK_INT(at_client, INKOTLS_STATUS_OK);
  CHECK_INT(at_server, INKOTLS_STATUS_OK);
  CHECK_INT(flights, wanted_flights);
  CHECK_INT(inkotls_conn_named_group(pair.client.conn), wanted.group);
  CHECK_INT(inkotls_conn_named_group(pair.server.conn), wanted.group);
  pair_free(&pair);
}

static void retries(void) {
  static const struct {
    const char *name;
    int32_t client, server, group;
    int flights;
  } all[] = {
      {"HelloRetryRequest: default groups", 0, 0, X25519MLKEM768, 2},
      {"HelloRetryRequest: a server with X25519 only", 0, X25519, X25519, 2},
      {"HelloRetryRequest: a client with X25519 only", X25519, 0, X25519, 2},
      {"HelloRetryRequest: a server with P-256 only", 0, P256, P256, 3},
      {"HelloRetryRequest: a client with P-256 only", P256, 0, P256, 2},
      {"HelloRetryRequest: a server with P-384 only", 0, P384, P384, 3},
  };
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    if (!begins("%s", all[i].name)) continue;
    wanted = (struct choice){TLS13, 0, all[i].group};
    wanted_flights = all[i].flights;
    each_way_between(all[i].name, takes_flights,
                     choosy_client((struct choice){0, 0, all[i].client}),
                     choosy_server("ecdsa", (struct choice){0, 0, all[i].server}));
  }
}

// As many protocols as there may be, each as long as it may be: both sides cope.
static void many_protocols(const struct way *way) {
  enum { MOST = 64, LENGTH = 255 };
  char name[LENGTH];
  inkotls_client_builder *to_client = client_trusting("ca.pem");
  inkotls_server_builder *to_server = server_showing("ecdsa");
  memset(name, 'x', sizeof name);
  for (int i = 0; i <= MOST; i++) {
    inkotls_status want = i < MOST ? INKOTLS_STATUS_OK : INKOTLS_STATUS_INVALID_ARGUMENT;
    name[LENGTH - 1] = (char)i;
    CHECK_INT(inkotls_client_builder_add_alpn(to_client, name, LENGTH), want);
    name[LENGTH - 1] = (char)(MOST - 1 - i);  // so the last of the client's is agreed on
    CHECK_INT(inkotls_server_builder_add_alpn(to_server, name, LENGTH), want);
  }
  CHECK_TEXT(inkotls_client_builder_error(to_client), "64");
  CHECK_TEXT(inkotls_server_builder_error(to_server), "64");
  client = client_built(to_client);
  server = server_built(to_server);
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  pair_until_hello(&pair);
  side_becomes_conn(&pair.server);
  CHECK_INT(inkotls_conn_add_alpn(pair.server.conn, "y", 1), INKOTLS_STATUS_INVALID_ARGUMENT);
  CHECK_TEXT(inkotls_conn_error(pair.server.conn), "64");
  pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
  inkotls_conn *both[] = {pair.client.conn, pair.server.conn};
  name[LENGTH - 1] = MOST - 1;
  for (int i = 0; i < 2; i++) {
    const uint8_t *at = NULL;
    size_t len = 0;
    CHECK_INT(inkotls_conn_alpn(both[i], &at, &len), INKOTLS_STATUS_OK);
    CHECK(len == LENGTH && memcmp(at, name, LENGTH) == 0);
  }
  pair_free(&pair);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  once("lists of numbers", the_lists);
  once("numbers from names", numbers_from_names);
  negotiates_each();
  prefers();
  server_prefers();
  refuses();
  unknown_numbers();
  retries();
  each_wide_way("64 ALPN protocols", many_protocols);
  impossible();
  return checks_done();
}
