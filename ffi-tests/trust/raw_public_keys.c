// Raw public keys (RFC 7250): shown by one side, by the other, by both; known, unknown, mixed with
// certificates, and where only one side supports them.

#include <stdio.h>
#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X25519 = 29 };  // makes a short ClientHello

// One side: what it trusts and what it shows. NAME is a certificate, "raw NAME" its key alone.
struct party {
  const char *trusts, *shows;  // NULL: nothing
};

struct meeting {
  const char *name;
  struct party client, server;
  int version;
};

static inkotls_roots *roots_from(const char *trusts) {
  char file[64];
  if (!raw_key_file(trusts)) {
    snprintf(file, sizeof file, "%s.pem", trusts);
    return roots_of(file);
  }
  inkotls_roots *roots = roots_of_key("ed25519");  // which no side shows
  add_raw_key(roots, raw_key_file(trusts));
  return roots;
}

static const inkotls_client_config *client_from(const struct meeting *meeting) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  inkotls_roots *roots = roots_from(meeting->client.trusts);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, X25519), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_protocol_version(builder, meeting->version),
            INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  if (meeting->client.shows) {
    inkotls_identity *identity = identity_from(meeting->client.shows);
    CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
    inkotls_identity_free(identity);
  }
  return client_built(builder);
}

static const inkotls_server_config *server_from(const struct meeting *meeting) {
  inkotls_server_builder *builder = inkotls_server_builder_new();
  inkotls_identity *identity = identity_from(meeting->server.shows);
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  if (meeting->server.trusts) {
    inkotls_roots *roots = roots_from(meeting->server.trusts);
    CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
              INKOTLS_STATUS_OK);
    inkotls_roots_free(roots);
  }
  return server_built(builder);
}

// The peer has shown this key or certificate, and nothing after it.
static void sees(const inkotls_conn *conn, const char *shown) {
  char file[64];
  unsigned char want[4096];
  const unsigned char *der = NULL;
  size_t len = 0;
  snprintf(file, sizeof file, raw_key_file(shown) ? "%s.spki.der" : "%s.der",
           raw_key_file(shown) ? raw_key_file(shown) : shown);
  size_t want_len = pki_read(file, want, sizeof want);
  CHECK_INT(inkotls_conn_peer_certificate(conn, 0, &der, &len), INKOTLS_STATUS_OK);
  CHECK(len == want_len && memcmp(der, want, len) == 0);
  CHECK_INT(inkotls_conn_peer_certificate(conn, 1, &der, &len), INKOTLS_STATUS_NONE);
}

static const struct way direct = {.chunk = 1 << 14};
static const struct meeting *current;
static const inkotls_client_config *client;
static const inkotls_server_config *server;

static void run(const struct meeting *meeting, void (*scenario)(const struct way *)) {
  if (!begins("%s", meeting->name)) return;
  current = meeting;
  client = client_from(meeting);
  server = server_from(meeting);
  if (meeting->version == TLS13) {
    in_each_way(meeting->name, scenario);
  } else {
    scenario(&direct);
  }
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

// The second visit resumes, and each side sees the same as in the first. A key has no name that
// could be wrong.
static void trust_each_other(const struct way *way) {
  const char *name = raw_key_file(current->server.shows) ? "elsewhere.test" : "localhost";
  for (int visit = 0; visit < 2; visit++) {
    struct pair pair;
    char in[1];
    size_t len;
    pair_open(&pair, way, client, name, server);
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    if (visit == 1) CHECK_INT(inkotls_conn_is_resumed(pair.client.conn), 1);
    sees(pair.client.conn, current->server.shows);
    if (current->server.trusts) sees(pair.server.conn, current->client.shows);
    CHECK_INT(pair_until_read(&pair, &pair.client, in, 1, &len), INKOTLS_STATUS_WANT_READ);
    pair_free(&pair);
  }
}

static void server_is_unknown(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  pair_refuses(&pair, &pair.client, INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER);
  pair_free(&pair);
}

static void client_is_unknown(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  pair_refuses(&pair, &pair.server, INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER);
  pair_free(&pair);
}

// The side that notices fails with an error message and an alert, which the other side receives.
static void do_not_understand(const struct way *way) {
  struct pair pair;
  char in[1];
  size_t len;
  pair_open(&pair, way, client, "localhost", server);
  struct side *sides[] = {&pair.client, &pair.server};
  int refusals = 0, hearings = 0;
  do {
    for (int i = 0; i < 2; i++) side_handshake(sides[i]);
  } while (pair_carry(&pair));
  for (int i = 0; i < 2; i++) {
    inkotls_status status = pair_until_read(&pair, sides[i], in, 1, &len);
    CHECK(strlen(inkotls_conn_error(sides[i]->conn)) > 10);
    if (status == INKOTLS_STATUS_ALERT_RECEIVED) {
      hearings++;
      CHECK_INT(side_alert_received(sides[i]), side_alert_sent(sides[1 - i]));
      CHECK(side_alert_received(sides[i]) > 0);
    } else {
      refusals++;
      CHECK(status == INKOTLS_STATUS_HANDSHAKE_FAILED || status == INKOTLS_STATUS_PROTOCOL_ERROR ||
            status == INKOTLS_STATUS_INVALID_PEER_CERTIFICATE);
    }
  }
  CHECK_INT(refusals, 1);
  CHECK_INT(hearings, 1);
  pair_free(&pair);
}

static void meetings(void) {
  static const struct meeting trusted[] = {
      {"key of a server", {"raw ecdsa", NULL}, {NULL, "raw ecdsa"}, TLS13},
      {"RSA key of a server", {"raw rsa", NULL}, {NULL, "raw rsa"}, TLS13},
      {"key of a client", {"ca", "raw client"}, {"raw client", "ecdsa"}, TLS13},
      {"keys of both sides", {"raw ecdsa", "raw client"}, {"raw client", "raw ecdsa"}, TLS13},
      {"key of a server and certificate of a client",
       {"raw ecdsa", "client"},
       {"ca", "raw ecdsa"},
       TLS13},
  };
  static const struct meeting unknown_servers[] = {
      {"unknown key of a server", {"raw rsa", NULL}, {NULL, "raw ecdsa"}, TLS13},
      {"unknown key of a server, keys of both sides",
       {"raw client", "raw client"},
       {"raw client", "raw ecdsa"},
       TLS13},
  };
  static const struct meeting unknown_clients[] = {
      {"unknown key of a client", {"ca", "raw ecdsa"}, {"raw client", "ecdsa"}, TLS13},
      {"unknown key of a client, keys of both sides",
       {"raw ecdsa", "raw rsa"},
       {"raw client", "raw ecdsa"},
       TLS13},
  };
  static const struct meeting not_understood[] = {
      {"client without a key", {"raw ecdsa", NULL}, {"raw client", "raw ecdsa"}, TLS13},
      {"server key instead of a certificate", {"ca", NULL}, {NULL, "raw ecdsa"}, TLS13},
      {"server certificate instead of a key", {"raw ecdsa", NULL}, {NULL, "ecdsa"}, TLS13},
      {"client key instead of a certificate", {"ca", "raw client"}, {"ca", "ecdsa"}, TLS13},
      {"client certificate instead of a key", {"ca", "client"}, {"raw client", "ecdsa"}, TLS13},
      {"key of a server in TLS 1.2", {"raw ecdsa", NULL}, {NULL, "raw ecdsa"}, TLS12},
      {"key of a client in TLS 1.2", {"ca", "raw client"}, {"raw client", "ecdsa"}, TLS12},
      {"keys of both sides in TLS 1.2",
       {"raw ecdsa", "raw client"},
       {"raw client", "raw ecdsa"},
       TLS12},
      {"server key instead of a certificate in TLS 1.2", {"ca", NULL}, {NULL, "raw ecdsa"}, TLS12},
      {"server certificate instead of a key in TLS 1.2",
       {"raw ecdsa", NULL},
       {NULL, "ecdsa"},
       TLS12},
      {"client key instead of a certificate in TLS 1.2",
       {"ca", "raw client"},
       {"ca", "ecdsa"},
       TLS12},
      {"client certificate instead of a key in TLS 1.2",
       {"ca", "client"},
       {"raw client", "ecdsa"},
       TLS12},
  };
  for (size_t i = 0; i < COUNT(trusted); i++) run(&trusted[i], trust_each_other);
  for (size_t i = 0; i < COUNT(unknown_servers); i++) run(&unknown_servers[i], server_is_unknown);
  for (size_t i = 0; i < COUNT(unknown_clients); i++) run(&unknown_clients[i], client_is_unknown);
  for (size_t i = 0; i < COUNT(not_understood); i++) run(&not_understood[i], do_not_understand);
}

// A session is bound to the keys that its server trusts: of a fleet with one set of ticket keys,
// only servers that trust the same resume each other's.

static const inkotls_server_config *server_trusting(const char *other) {
  inkotls_roots *roots = roots_of_key("client");
  inkotls_server_builder *builder = server_showing("ecdsa");
  if (other) add_raw_key(roots, other);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
            INKOTLS_STATUS_OK);
  server_uses_ticket_keys(builder);
  inkotls_roots_free(roots);
  return server_built(builder);
}

static void sessions_are_bound_to_keys(void) {
  static const char *const others[] = {NULL, "rsa", "ecdsa"};
  static const struct meeting meeting = {"", {"ca", "raw client"}, {NULL, NULL}, TLS13};
  const inkotls_client_config *returns = client_from(&meeting);
  for (size_t i = 0; i < COUNT(others); i++) {
    checking("sessions and the key of %s", others[i] ? others[i] : "the client alone");
    const inkotls_server_config *one = server_trusting(others[i]);
    const inkotls_server_config *alike = server_trusting(others[i]);
    visit(&direct, returns, one, 0);
    visit(&direct, returns, alike, 1);
    inkotls_server_config_release(one);
    inkotls_server_config_release(alike);
  }
  inkotls_client_config_release(returns);
}

// The public key of an identity, and mistakes of the host.

static void own_keys(void) {
  static const char *const names[] = {"ecdsa", "rsa", "ed25519", "client"};
  inkotls_identity *identity = inkotls_identity_new();
  const unsigned char *spki = NULL;
  size_t len = 7;
  CHECK_INT(inkotls_identity_raw_public_key(identity, &spki, &len), INKOTLS_STATUS_NONE);
  CHECK(spki == NULL && len == 7);
  CHECK_INT(inkotls_identity_use_raw_public_key(identity), INKOTLS_STATUS_INVALID_KEY);
  CHECK_TEXT(inkotls_identity_error(identity), "no private key");
  for (size_t i = 0; i < COUNT(names); i++) {
    char file[64], key[8192], want[1024];
    checking("the key of %s", names[i]);
    snprintf(file, sizeof file, "%s.key", names[i]);
    size_t key_len = pki_read(file, key, sizeof key);
    snprintf(file, sizeof file, "%s.spki.der", names[i]);
    size_t want_len = pki_read(file, want, sizeof want);
    CHECK_INT(inkotls_identity_set_key_pem(identity, key, key_len), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_identity_raw_public_key(identity, &spki, &len), INKOTLS_STATUS_OK);
    CHECK(len == want_len && memcmp(spki, want, len) == 0);
  }
  inkotls_identity_free(identity);
}

static int32_t accept(void *user_data, void *conn_user_data, inkotls_verification *it) {
  (void)conn_user_data;
  return (void)user_data, (void)it, INKOTLS_VERDICT_ACCEPTED;
}

// Roots have keys or certificates, not both: a verifier callback does not change that.
static void trust_is_not_mixed(void) {
  static const char *const kinds[] = {"a certificate", "a CRL", "the platform"};
  for (int run = 0; run < 6; run++) {
    int kind = run / 2, verifies = run % 2;
    checking("a raw key and %s%s", kinds[kind], verifies ? ", with a verifier" : "");
    inkotls_roots *roots = inkotls_roots_new();
    inkotls_identity *identity = identity_of("ecdsa");
    inkotls_client_builder *to_client = inkotls_client_builder_new();
    inkotls_server_builder *to_server = inkotls_server_builder_new();
    const inkotls_client_config *no_client = NULL;
    const inkotls_server_config *no_server = NULL;
    const char *path = pki_path(kind == 0 ? "ca.pem" : "ca.crl.pem");
    add_raw_key(roots, "ecdsa");
    CHECK_INT(kind == 0   ? inkotls_roots_add_pem_file(roots, path, strlen(path))
              : kind == 1 ? inkotls_roots_add_crl_pem_file(roots, path, strlen(path))
                          : inkotls_roots_add_platform(roots),
              INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_client_builder_set_roots(to_client, roots), INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_server_builder_set_identity(to_server, identity), INKOTLS_STATUS_OK);
    CHECK_INT(
        inkotls_server_builder_set_client_auth(to_server, INKOTLS_CLIENT_AUTH_REQUIRED, roots),
        INKOTLS_STATUS_OK);
    if (verifies) {
      CHECK_INT(inkotls_client_builder_set_dangerous_verifier(to_client, accept, NULL, 0),
                INKOTLS_STATUS_OK);
      CHECK_INT(inkotls_server_builder_set_dangerous_verifier(to_server, accept, NULL, 0),
                INKOTLS_STATUS_OK);
    }
    CHECK_INT(inkotls_client_builder_build(to_client, &no_client), INKOTLS_STATUS_INVALID_STATE);
    CHECK_TEXT(inkotls_client_builder_error(to_client), "not both");
    CHECK_INT(inkotls_server_builder_build(to_server, &no_server), INKOTLS_STATUS_INVALID_STATE);
    CHECK_TEXT(inkotls_server_builder_error(to_server), "not both");
    CHECK(no_client == NULL && no_server == NULL);
    inkotls_client_builder_free(to_client);
    inkotls_server_builder_free(to_server);
    inkotls_identity_free(identity);
    inkotls_roots_free(roots);
  }
}

static void identities_are_not_mixed(void) {
  inkotls_identity *key = identity_from("raw client"), *chain = identity_of("client");
  inkotls_roots *roots = roots_of("ca.pem");
  inkotls_client_builder *builder = inkotls_client_builder_new();
  const inkotls_client_config *config = NULL;
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_identity(builder, key), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_identity(builder, chain), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_build(builder, &config), INKOTLS_STATUS_INVALID_STATE);
  CHECK_TEXT(inkotls_client_builder_error(builder), "not both");
  CHECK(config == NULL);
  inkotls_client_builder_free(builder);
  inkotls_identity_free(key);
  inkotls_identity_free(chain);
  inkotls_roots_free(roots);
}

static void no_key_by_name(void) {
  inkotls_identity *key = identity_from("raw client");
  const inkotls_sni_map *sni_map = inkotls_sni_map_new();
  CHECK_INT(inkotls_sni_map_set(sni_map, "localhost", 9, key), INKOTLS_STATUS_INVALID_STATE);
  CHECK_INT(inkotls_sni_map_remove(sni_map, "localhost", 9), INKOTLS_STATUS_NONE);
  inkotls_sni_map_release(sni_map);
  inkotls_identity_free(key);
}

// If a server asks for raw public keys, it requires one.
static void optional_is_refused(void) {
  static const struct {
    int mode;
    inkotls_status want;
  } all[] = {{INKOTLS_CLIENT_AUTH_OPTIONAL, INKOTLS_STATUS_INVALID_STATE},
             {INKOTLS_CLIENT_AUTH_REQUIRED, INKOTLS_STATUS_OK}};
  inkotls_roots *roots = roots_from("raw client");
  inkotls_identity *identity = identity_of("ecdsa");
  inkotls_server_builder *builder = inkotls_server_builder_new();
  const inkotls_server_config *config = NULL;
  CHECK_INT(inkotls_server_builder_set_identity(builder, identity), INKOTLS_STATUS_OK);
  for (int i = 0; i < 2; i++) {
    CHECK_INT(inkotls_server_builder_set_client_auth(builder, all[i].mode, roots),
              INKOTLS_STATUS_OK);
    if (!CHECK_INT(inkotls_server_builder_build(builder, &config), all[i].want)) break;
    CHECK_INT(config != NULL, i);
    if (!i) CHECK_TEXT(inkotls_server_builder_error(builder), "raw public keys");
  }
  inkotls_server_config_release(config);
  inkotls_identity_free(identity);
  inkotls_roots_free(roots);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  meetings();
  once("sessions are bound to the trusted keys", sessions_are_bound_to_keys);
  once("public key of an identity", own_keys);
  once("trusted keys are not mixed with certificates", trust_is_not_mixed);
  once("optional keys of clients", optional_is_refused);
  once("client sni_map with a key and with a certificate", identities_are_not_mixed);
  once("key of a server chosen by name", no_key_by_name);
  return checks_done();
}
