// The crypto providers that are built in: which one a config uses, and that each pair of them
// agrees on everything. On a processor that runs none of them, what needs cryptography is
// UNSUPPORTED.

#include <stdio.h>
#include <string.h>

#include "configs.h"

enum { X25519MLKEM768 = 0x11ec };

// In the order of preference.
static const char *const all[] = {"graviola", "aws-lc-rs", "ring"};
enum { ALL = 3 };
static int runs[ALL], count;

static inkotls_status force_client(inkotls_client_builder *builder, const char *name) {
  return inkotls_client_builder_set_crypto_provider(builder, name, strlen(name));
}

static inkotls_status force_server(inkotls_server_builder *builder, const char *name) {
  return inkotls_server_builder_set_crypto_provider(builder, name, strlen(name));
}

static void find_those_that_run(void) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  for (int i = 0; i < ALL; i++)
    count += runs[i] = force_client(builder, all[i]) == INKOTLS_STATUS_OK;
  inkotls_client_builder_free(builder);
}

static void same_name(const char *got, const char *want) {
  CHECK_INT(strlen(got), strlen(want));
  CHECK_TEXT(got, want);
}

static void client_uses(inkotls_client_builder *builder, const char *name) {
  const inkotls_client_config *config = client_built(builder);
  same_name(inkotls_client_config_crypto_provider(config), name);
  inkotls_client_config_release(config);
}

static void server_uses(inkotls_server_builder *builder, const char *name) {
  const inkotls_server_config *config = server_built(builder);
  same_name(inkotls_server_config_crypto_provider(config), name);
  inkotls_server_config_release(config);
}

static void preferred(void) {
  const char *best = NULL;
  for (int i = ALL; i-- > 0;)
    if (runs[i]) best = all[i];
  printf("the crypto provider is %s\n", best);
  inkotls_client_builder *client = inkotls_client_builder_new();
  inkotls_server_builder *server = inkotls_server_builder_new();
  inkotls_roots *roots = roots_of("ca.pem");
  inkotls_identity *identity = identity_of("ecdsa");
  CHECK_INT(inkotls_client_builder_set_roots(client, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_identity(server, identity), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  inkotls_identity_free(identity);
  client_uses(client, best);
  server_uses(server, best);
}

static void forced(void) {
  for (int i = 0; i < ALL; i++) {
    checking("%s", all[i]);
    inkotls_client_builder *client = client_trusting("ca.pem");
    inkotls_server_builder *server = server_showing("ecdsa");
    if (runs[i]) {
      CHECK_INT(force_client(client, all[i]), INKOTLS_STATUS_OK);
      CHECK_INT(force_server(server, all[i]), INKOTLS_STATUS_OK);
      client_uses(client, all[i]);
      server_uses(server, all[i]);
    } else {
      CHECK_INT(force_client(client, all[i]), INKOTLS_STATUS_UNSUPPORTED);
      CHECK_TEXT(inkotls_client_builder_error(client), "crypto provider");
      CHECK_INT(force_server(server, all[i]), INKOTLS_STATUS_UNSUPPORTED);
      CHECK_TEXT(inkotls_server_builder_error(server), "crypto provider");
      inkotls_client_builder_free(client);
      inkotls_server_builder_free(server);
    }
  }
}

// A name that is refused leaves the one before it in force.
static void no_names(void) {
  static const struct {
    const char *name;
    size_t len;
  } names[] = {{"", 0},     {NULL, 0},  {"RING", 4},           {"ring ", 5},
               {"ring", 5}, {"rin", 3}, {"graviola\nring", 13}};
  const char *last = NULL;
  for (int i = 0; i < ALL; i++)
    if (runs[i]) last = all[i];
  inkotls_client_builder *client = client_trusting("ca.pem");
  inkotls_server_builder *server = server_showing("ecdsa");
  CHECK_INT(force_client(client, last), INKOTLS_STATUS_OK);
  CHECK_INT(force_server(server, last), INKOTLS_STATUS_OK);
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const char *name = names[i].name;
    size_t len = names[i].len;
    checking("name %zu", i);
    CHECK_INT(inkotls_client_builder_set_crypto_provider(client, name, len),
              INKOTLS_STATUS_UNSUPPORTED);
    CHECK_TEXT(inkotls_client_builder_error(client), "no crypto provider \"");
    CHECK_TEXT(inkotls_client_builder_error(client), last);
    CHECK_INT(inkotls_server_builder_set_crypto_provider(server, name, len),
              INKOTLS_STATUS_UNSUPPORTED);
    CHECK_TEXT(inkotls_server_builder_error(server), last);
  }
  client_uses(client, last);
  server_uses(server, last);
}

static const inkotls_client_config *client;
static const inkotls_server_config *server;

static void converses(const struct way *way) {
  struct pair pair;
  pair_connect(&pair, way, client, server);
  unsigned char exported[2][32];
  inkotls_conn *both[] = {pair.client.conn, pair.server.conn};
  for (int i = 0; i < 2; i++)
    CHECK_INT(
        inkotls_conn_export_keying_material(both[i], "EXPORTER-test", 13, NULL, 0, exported[i], 32),
        INKOTLS_STATUS_OK);
  CHECK(memcmp(exported[0], exported[1], 32) == 0);
  pair_send(&pair, &pair.client, &pair.server, 40000);
  pair_send(&pair, &pair.server, &pair.client, 40000);
  pair_free(&pair);
}

static void pair_of(const char *one, const char *other, const char *identity, int32_t version,
                    int32_t suite, int32_t group) {
  checking("%s, %s, %s, %s", one, other, identity,
           suite ? inkotls_cipher_suite_name(suite) : inkotls_named_group_name(group));
  inkotls_client_builder *to_client = client_speaking(version);
  inkotls_server_builder *to_server = server_showing(identity);
  CHECK_INT(inkotls_client_builder_set_session_cache(to_client, 0), INKOTLS_STATUS_OK);
  CHECK_INT(force_client(to_client, one), INKOTLS_STATUS_OK);
  CHECK_INT(force_server(to_server, other), INKOTLS_STATUS_OK);
  if (suite)
    CHECK_INT(inkotls_client_builder_add_cipher_suite(to_client, suite), INKOTLS_STATUS_OK);
  if (group) CHECK_INT(inkotls_client_builder_add_named_group(to_client, group), INKOTLS_STATUS_OK);
  client = client_built(to_client);
  server = server_built(to_server);
  in_each_wide_way(identity, converses);
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static void pairs(void) {
  for (int i = 0; i < ALL; i++) {
    for (int j = 0; j < ALL; j++) {
      if (!runs[i] || !runs[j] || !begins("client with %s, server with %s", all[i], all[j]))
        continue;
      for (size_t k = 0; inkotls_cipher_suite_at(k) >= 0; k++) {
        int32_t suite = inkotls_cipher_suite_at(k);
        int is_rsa = strstr(inkotls_cipher_suite_name(suite), "_RSA_") != NULL;
        pair_of(all[i], all[j], is_rsa ? "rsa" : "ecdsa", suite >> 8 == 0x13 ? TLS13 : TLS12, suite,
                0);
      }
      for (size_t k = 0; inkotls_named_group_at(k) >= 0; k++)
        pair_of(all[i], all[j], k % 2 ? "rsa" : "ed25519", TLS13, 0, inkotls_named_group_at(k));
    }
  }
}

// A fleet: the tickets of a server with one of them are opened by servers with each.
static void fleet(const struct way *way) {
  for (int i = 0; i < ALL; i++) {
    for (int j = 0; j < ALL; j++) {
      if (!runs[i] || !runs[j]) continue;
      const inkotls_client_config *client = client_of(version);
      const inkotls_server_config *servers[2];
      for (int k = 0; k < 2; k++) {
        inkotls_server_builder *builder = server_showing("ecdsa");
        CHECK_INT(inkotls_server_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
        server_uses_ticket_keys(builder);
        CHECK_INT(force_server(builder, all[k ? j : i]), INKOTLS_STATUS_OK);
        servers[k] = server_built(builder);
      }
      visit(way, client, servers[0], 0);
      visit(way, client, servers[1], 1);
      for (int k = 0; k < 2; k++) inkotls_server_config_release(servers[k]);
      inkotls_client_config_release(client);
    }
  }
}

// What a processor without the extensions gets. The rest of the library works.
static void none_runs(void) {
  static char data[16384];
  const inkotls_ticket_keys *ticket_keys = NULL;
  const inkotls_client_config *config = NULL;
  inkotls_certificate *certificate = NULL;
  inkotls_client_builder *client = client_trusting("ca.pem");
  inkotls_identity *identity = inkotls_identity_new();
  const char *chain = pki_path("ecdsa.pem"), *key = pki_path("ecdsa.key");
  CHECK_INT(inkotls_client_builder_build(client, &config), INKOTLS_STATUS_UNSUPPORTED);
  CHECK_TEXT(inkotls_client_builder_error(client), "this processor lacks");
  CHECK_INT(inkotls_identity_set_chain_pem_file(identity, chain, strlen(chain)), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_identity_set_key_pem_file(identity, key, strlen(key)),
            INKOTLS_STATUS_UNSUPPORTED);
  CHECK_TEXT(inkotls_identity_error(identity), "this processor lacks");
  CHECK_INT(inkotls_certificate_new(data, pki_read("ecdsa.der", data, sizeof data), &certificate),
            INKOTLS_STATUS_UNSUPPORTED);
  CHECK_INT(inkotls_ticket_keys_new(data, 32, &ticket_keys), INKOTLS_STATUS_UNSUPPORTED);
  for (int i = 0; i < ALL; i++) {
    CHECK_INT(force_client(client, all[i]), INKOTLS_STATUS_UNSUPPORTED);
    CHECK_TEXT(inkotls_client_builder_error(client), "crypto provider");
  }
  CHECK_INT(inkotls_client_builder_add_cipher_suite(client, inkotls_cipher_suite_at(0)),
            INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_named_group_at(0), X25519MLKEM768);
  inkotls_client_builder_free(client);
  inkotls_identity_free(identity);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  find_those_that_run();
  if (count == 0) {
    once("no crypto provider runs", none_runs);
    return checks_done();
  }
  once("the preferred crypto provider", preferred);
  once("a crypto provider that the host sets", forced);
  once("names of no crypto provider", no_names);
  pairs();
  each_version("tickets of servers with different crypto providers", fleet);
  return checks_done();
}
