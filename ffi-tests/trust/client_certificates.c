// Client certificates: whether a server requests or requires them, what the client shows, bad
// settings, and that a session does not replace a certificate. Which certificates are accepted is
// in roots_and_names.c.

#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X25519 = 29 };  // makes a short ClientHello
enum {
  OFF = INKOTLS_CLIENT_AUTH_OFF,
  OPTIONAL = INKOTLS_CLIENT_AUTH_OPTIONAL,
  REQUIRED = INKOTLS_CLIENT_AUTH_REQUIRED,
};

static const struct way direct = {.chunk = 1 << 14};
static const inkotls_client_config *client;
static const inkotls_server_config *server;

// A client that has this identity, or none.
static inkotls_client_builder *client_showing(const char *shown) {
  inkotls_client_builder *builder = client_speaking(version);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, X25519), INKOTLS_STATUS_OK);
  if (shown) {
    inkotls_identity *identity = identity_of(shown);
    CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
    inkotls_identity_free(identity);
  }
  return builder;
}

static const inkotls_client_config *client_without_sessions(const char *shown) {
  inkotls_client_builder *builder = client_showing(shown);
  CHECK_INT(inkotls_client_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
  return client_built(builder);
}

// A server with this mode, which trusts this authority.
static inkotls_server_builder *server_requesting(int mode, const char *ca) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_roots *roots = roots_of(ca);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, mode, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  return builder;
}

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static int is_asked, is_shown;

// A server with this mode and a client that has this identity; TLS 1.2 in one way, TLS 1.3 in each.
static void in_ways(const char *name, int mode, const char *shown,
                    void (*scenario)(const struct way *)) {
  if (!begins("%s", name)) return;
  for (version = TLS12; version <= TLS13; version++) {
    client = client_without_sessions(shown);
    server = server_built(server_requesting(mode, "ca.pem"));
    if (version == TLS13) {
      in_each_way(name, scenario);
    } else {
      scenario(&direct);
    }
    release_both();
  }
}

static void shows_itself(const struct way *way) {
  struct pair pair;
  unsigned char want[4096];
  const unsigned char *der = NULL;
  size_t want_len = pki_read("client.der", want, sizeof want), len = 0;
  pair_connect(&pair, way, client, server);
  if (is_asked && is_shown) {
    CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &der, &len), INKOTLS_STATUS_OK);
    CHECK(len == want_len && memcmp(der, want, len) == 0);
  } else {
    CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 0, &der, &len), INKOTLS_STATUS_NONE);
  }
  CHECK_INT(inkotls_conn_peer_certificate(pair.server.conn, 1, &der, &len), INKOTLS_STATUS_NONE);
  pair_free(&pair);
}

static void client_certificates(void) {
  static const struct {
    const char *name;
    int mode;
    const char *shown;
  } all[] = {
      {"client certificate that is not requested", OFF, "client"},
      {"optional client certificate, not shown", OPTIONAL, NULL},
      {"optional client certificate, shown", OPTIONAL, "client"},
      {"required client certificate, shown", REQUIRED, "client"},
      {"optional client certificate of another issuer, not shown", OPTIONAL, "stranger-client"},
  };
  for (size_t i = 0; i < COUNT(all); i++) {
    is_asked = all[i].mode != OFF;
    is_shown = all[i].shown && strcmp(all[i].shown, "client") == 0;
    in_ways(all[i].name, all[i].mode, all[i].shown, shows_itself);
  }
}

static void bad_client_is_refused(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  pair_refuses(&pair, &pair.server, INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE);
  pair_free(&pair);
}

// The mode that was set last counts.
static void modes_replace_each_other(void) {
  inkotls_server_builder *builder = server_requesting(REQUIRED, "ca.pem");
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, OFF, NULL), INKOTLS_STATUS_OK);
  client = client_without_sessions("client");
  server = server_built(builder);
  is_asked = 0;
  shows_itself(&direct);
  release_both();
}

// A session does not replace the certificate that a server requires of its clients, if a server
// with the same store or ticket keys required less.

static const inkotls_server_config *server_sharing(int keys_too, int mode, const char *ca) {
  inkotls_server_builder *builder = server_requesting(mode, ca);
  if (keys_too) server_uses_ticket_keys(builder);
  server_uses_store(builder);
  return server_built(builder);
}

static void goes(const inkotls_server_config *to, int is_refused, int is_resumed) {
  struct pair pair;
  char in[1];
  size_t len;
  pair_open(&pair, &direct, client, "localhost", to);
  if (is_refused) {
    pair_refuses(&pair, &pair.server, INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED);
  } else {
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_is_resumed(pair.server.conn), is_resumed);
    CHECK_INT(pair_until_read(&pair, &pair.client, in, 1, &len), INKOTLS_STATUS_WANT_READ);
  }
  pair_free(&pair);
}

static void lax_servers(int keys_too) {
  static const struct {
    int mode;
    const char *ca;
  } all[] = {{OFF, "ca.pem"}, {OPTIONAL, "ca.pem"}, {REQUIRED, "stranger-ca.pem"}};
  const inkotls_server_config *strict = server_sharing(keys_too, REQUIRED, "ca.pem");
  for (size_t i = 0; i < COUNT(all); i++) {
    checking("resumption after a lax server %zu, %s, %s", i, keys_too ? "keys" : "a store",
             inkotls_protocol_version_name(version));
    const inkotls_server_config *lax = server_sharing(keys_too, all[i].mode, all[i].ca);
    const inkotls_server_config *alike = server_sharing(keys_too, all[i].mode, all[i].ca);
    store_clear();
    client = client_built(client_showing("stranger-client"));
    goes(lax, 0, 0);
    goes(alike, 0, 1);
    goes(strict, 1, 0);
    CHECK_INT(store.hits, keys_too ? 0 : 2);  // the session was found twice, and resumed once
    inkotls_client_config_release(client);
    inkotls_server_config_release(lax);
    inkotls_server_config_release(alike);
  }
  inkotls_server_config_release(strict);
}

static void resumption_after_lax_servers(void) {
  for (int keys_too = 0; keys_too < 2; keys_too++) lax_servers(keys_too);
}

// Mistakes of the host.

static void modes_refused(void) {
  static const int32_t bad[] = {-1, 3, INT32_MIN, INT32_MAX};
  inkotls_roots *roots = roots_of("ca.pem");
  inkotls_server_builder *builder = server_requesting(REQUIRED, "ca.pem");
  for (size_t i = 0; i < COUNT(bad); i++) {
    checking("client authentication %ld", (long)bad[i]);
    CHECK_INT(inkotls_server_builder_set_client_auth(builder, bad[i], roots),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_server_builder_error(builder), "client");
  }
  for (int32_t mode = OPTIONAL; mode <= REQUIRED; mode++) {
    checking("client authentication %ld without roots", (long)mode);
    CHECK_INT(inkotls_server_builder_set_client_auth(builder, mode, NULL),
              INKOTLS_STATUS_INVALID_ARGUMENT);
    CHECK_TEXT(inkotls_server_builder_error(builder), "roots");
  }
  checking("client authentication after bad calls");
  server = server_built(builder);
  client = client_of(version);
  struct pair pair;
  pair_open(&pair, &direct, client, "localhost", server);
  pair_refuses(&pair, &pair.server, INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED);
  pair_free(&pair);
  release_both();
  inkotls_roots_free(roots);
}

static void empty_roots_refused(void) {
  inkotls_roots *roots = inkotls_roots_new();
  inkotls_server_builder *builder = server_showing("ecdsa");
  const inkotls_server_config *config = NULL;
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, OPTIONAL, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_build(builder, &config), INKOTLS_STATUS_NO_TRUST_ANCHORS);
  CHECK_TEXT(inkotls_server_builder_error(builder), "no certificate authority");
  CHECK(config == NULL);
  inkotls_server_builder_free(builder);
  inkotls_roots_free(roots);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  client_certificates();
  in_ways("optional client certificate that is bad", OPTIONAL, "ecdsa", bad_client_is_refused);
  once_each_version("client authentication set twice", modes_replace_each_other);
  once_each_version("resumption after a server that required less", resumption_after_lax_servers);
  once_each_version("bad client authentication modes", modes_refused);
  once("client authentication with empty roots", empty_roots_refused);
  return checks_done();
}
