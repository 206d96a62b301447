// Whom a side trusts: certificate errors told apart (rule 17), by the client of the server and by
// the server of the client; revocation; the platform's roots. Each refusal is heard by the other
// side.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X25519 = 29 };  // makes a short ClientHello
enum {
  OFF = INKOTLS_CLIENT_AUTH_OFF,
  OPTIONAL = INKOTLS_CLIENT_AUTH_OPTIONAL,
  REQUIRED = INKOTLS_CLIENT_AUTH_REQUIRED,
};
enum {
  END_ENTITY_ONLY = INKOTLS_REVOCATION_END_ENTITY_ONLY,
  ALLOW_UNKNOWN = INKOTLS_REVOCATION_ALLOW_UNKNOWN,
  ENFORCE_EXPIRY = INKOTLS_REVOCATION_ENFORCE_EXPIRY,
};
enum {
  NOT_PRESENTED = INKOTLS_CERTIFICATE_ERROR_NOT_PRESENTED,
  EXPIRED = INKOTLS_CERTIFICATE_ERROR_EXPIRED,
  NOT_YET_VALID = INKOTLS_CERTIFICATE_ERROR_NOT_YET_VALID,
  UNKNOWN_ISSUER = INKOTLS_CERTIFICATE_ERROR_UNKNOWN_ISSUER,
  WRONG_NAME = INKOTLS_CERTIFICATE_ERROR_WRONG_NAME,
  REVOKED = INKOTLS_CERTIFICATE_ERROR_REVOKED,
  UNKNOWN_REVOCATION = INKOTLS_CERTIFICATE_ERROR_UNKNOWN_REVOCATION,
  BAD_SIGNATURE = INKOTLS_CERTIFICATE_ERROR_BAD_SIGNATURE,
  WRONG_PURPOSE = INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE,
};

// Two who meet: one shows itself, the other judges. The platform of these tests trusts ca.pem.
struct meeting {
  const char *shown;    // an identity; NULL: none
  const char *cas[2];   // what the judge trusts,
  const char *crls[2];  // with what was revoked
  int platform, revocation;
  int error;  // 0: the judge is content
};

// Each certificate error, in each way.
static const struct meeting errors_of_servers[] = {
    {"expired", {"ca.pem"}, {0}, 0, 0, EXPIRED},
    {"future", {"ca.pem"}, {0}, 0, 0, NOT_YET_VALID},
    {"stranger", {"ca.pem"}, {0}, 0, 0, UNKNOWN_ISSUER},
    {"other", {"ca.pem"}, {0}, 0, 0, WRONG_NAME},
    {"revoked", {"ca.pem"}, {"ca.crl.pem"}, 0, 0, REVOKED},
    {"ecdsa", {"ca.pem"}, {"sub-ca.crl.pem"}, 0, 0, UNKNOWN_REVOCATION},
    {"forged", {"ca.pem"}, {0}, 0, 0, BAD_SIGNATURE},
    {"client-only", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE},
    {"enciphers", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE},
};

// A client shows a certificate whose issuer the server names, or none.
static const struct meeting errors_of_clients[] = {
    {NULL, {"ca.pem"}, {0}, 0, 0, NOT_PRESENTED},
    {"expired-client", {"ca.pem"}, {0}, 0, 0, EXPIRED},
    {"stray-client", {"ca.pem"}, {0}, 0, 0, UNKNOWN_ISSUER},
    {"revoked-client", {"ca.pem"}, {"ca.crl.pem"}, 0, 0, REVOKED},
    {"client", {"ca.pem"}, {"sub-ca.crl.pem"}, 0, 0, UNKNOWN_REVOCATION},
    {"forged", {"ca.pem"}, {0}, 0, 0, BAD_SIGNATURE},
    {"ecdsa", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE},
    {"agrees", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE},
};

static const struct meeting servers_judged[] = {
    {"ecdsa", {"ca.pem"}, {0}, 0, 0, 0},
    {"stranger", {"ca.pem", "stranger-ca.pem"}, {0}, 0, 0, 0},

    {"agrees", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE},

    {"ecdsa", {0}, {0}, 1, 0, 0},
    {"expired", {0}, {0}, 1, 0, EXPIRED},
    {"future", {0}, {0}, 1, 0, NOT_YET_VALID},
    {"stranger", {0}, {0}, 1, 0, UNKNOWN_ISSUER},
    {"other", {0}, {0}, 1, 0, WRONG_NAME},
    {"forged", {0}, {0}, 1, 0, BAD_SIGNATURE},
    {"client-only", {0}, {0}, 1, 0, WRONG_PURPOSE},
    {"ecdsa", {"stranger-ca.pem"}, {0}, 1, 0, 0},
    {"stranger", {"stranger-ca.pem"}, {0}, 1, 0, 0},
    {"ecdsa", {0}, {"ca.crl.pem"}, 1, 0, 0},
    {"revoked", {0}, {"ca.crl.pem"}, 1, 0, REVOKED},
    {"revoked", {"stranger-ca.pem"}, {"ca.crl.pem"}, 1, 0, REVOKED},
    {"stranger", {"stranger-ca.pem"}, {"ca.crl.pem"}, 1, 0, UNKNOWN_REVOCATION},
    {"ecdsa", {0}, {"stale.crl.pem"}, 1, ENFORCE_EXPIRY, UNKNOWN_REVOCATION},

    {"revoked", {"ca.pem"}, {0}, 0, 0, 0},
    {"revoked", {"ca.pem"}, {"ca.crl.pem"}, 0, ALLOW_UNKNOWN, REVOKED},
    {"revoked", {"ca.pem"}, {"ca.crl.pem"}, 0, END_ENTITY_ONLY, REVOKED},
    {"ecdsa", {"ca.pem"}, {"ca.crl.pem"}, 0, 0, 0},
    {"ecdsa", {"ca.pem"}, {"ca.crl.pem"}, 0, ENFORCE_EXPIRY, 0},
    {"ecdsa", {"ca.pem"}, {0}, 0, ENFORCE_EXPIRY, 0},
    {"ecdsa", {"ca.pem"}, {"sub-ca.crl.pem"}, 0, ALLOW_UNKNOWN, 0},
    {"ecdsa", {"ca.pem"}, {"stale.crl.pem"}, 0, 0, 0},
    {"ecdsa", {"ca.pem"}, {"stale.crl.pem"}, 0, ENFORCE_EXPIRY, UNKNOWN_REVOCATION},
    {"revoked", {"ca.pem"}, {"stale.crl.pem"}, 0, 0, REVOKED},

    {"chained", {"ca.pem"}, {0}, 0, 0, 0},
    {"chained", {"ca.pem"}, {"ca.crl.pem", "sub-ca.crl.pem"}, 0, 0, 0},
    {"chained", {"ca.pem"}, {"sub-revoked.crl.pem", "sub-ca.crl.pem"}, 0, 0, REVOKED},
    {"chained", {"ca.pem"}, {"sub-revoked.crl.pem", "sub-ca.crl.pem"}, 0, END_ENTITY_ONLY, 0},
    {"chained", {"ca.pem"}, {"sub-ca.crl.pem"}, 0, 0, UNKNOWN_REVOCATION},
    {"chained", {"ca.pem"}, {"sub-ca.crl.pem"}, 0, END_ENTITY_ONLY, 0},
    {"chained", {"ca.pem"}, {"sub-revoked.crl.pem"}, 0, 0, REVOKED},
    {"chained", {"ca.pem"}, {"ca.crl.pem"}, 0, 0, UNKNOWN_REVOCATION},
    {"chained", {"ca.pem"}, {"ca.crl.pem"}, 0, ALLOW_UNKNOWN, 0},
    {"chained", {"ca.pem"}, {"sub-revoked.crl.pem"}, 0, ALLOW_UNKNOWN, REVOKED},
    {"chained", {"ca.pem"}, {"sub-revoked.crl.pem"}, 0, END_ENTITY_ONLY, UNKNOWN_REVOCATION},
};

static const struct meeting clients_judged[] = {
    {"client", {"ca.pem"}, {0}, 0, 0, 0},
    {"stranger-client", {"ca.pem"}, {0}, 0, 0, NOT_PRESENTED},
    {"stranger-client", {"ca.pem", "stranger-ca.pem"}, {0}, 0, 0, 0},

    {"enciphers", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE},

    {"client", {0}, {0}, 1, 0, 0},
    {"ecdsa", {0}, {0}, 1, 0, WRONG_PURPOSE},
    {"client", {"stranger-ca.pem"}, {0}, 1, 0, 0},
    {"stranger-client", {"stranger-ca.pem"}, {0}, 1, 0, 0},
    {"revoked-client", {0}, {"ca.crl.pem"}, 1, 0, REVOKED},

    {"revoked-client", {"ca.pem"}, {0}, 0, 0, 0},
    {"client", {"ca.pem"}, {"ca.crl.pem"}, 0, 0, 0},
    {"client", {"ca.pem"}, {"sub-ca.crl.pem"}, 0, ALLOW_UNKNOWN, 0},
    {"client", {"ca.pem"}, {"stale.crl.pem"}, 0, 0, 0},
    {"client", {"ca.pem"}, {"stale.crl.pem"}, 0, ENFORCE_EXPIRY, UNKNOWN_REVOCATION},
};

static const struct way direct = {.chunk = 1 << 14};
static const inkotls_client_config *client;
static const inkotls_server_config *server;

static inkotls_roots *roots_for(const struct meeting *meeting) {
  inkotls_roots *roots = inkotls_roots_new();
  for (int i = 0; i < 2; i++) {
    const char *ca = meeting->cas[i] ? pki_path(meeting->cas[i]) : NULL;
    const char *crl = meeting->crls[i] ? pki_path(meeting->crls[i]) : NULL;
    if (ca) CHECK_INT(inkotls_roots_add_pem_file(roots, ca, strlen(ca)), INKOTLS_STATUS_OK);
    if (crl) CHECK_INT(inkotls_roots_add_crl_pem_file(roots, crl, strlen(crl)), INKOTLS_STATUS_OK);
  }
  if (meeting->platform) CHECK_INT(inkotls_roots_add_platform(roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_roots_set_revocation(roots, meeting->revocation), INKOTLS_STATUS_OK);
  return roots;
}

// Makes `client`, and uses the roots up.
static void make_client(int version, inkotls_roots *roots, const char *shown) {
  inkotls_client_builder *builder = inkotls_client_builder_new();
  CHECK_INT(inkotls_client_builder_add_protocol_version(builder, version), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_session_cache(builder, 0), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_named_group(builder, X25519), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  if (shown) {
    inkotls_identity *identity = identity_of(shown);
    CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
    inkotls_identity_free(identity);
  }
  client = client_built(builder);
}

// Makes `server`, and uses the roots up.
static void make_server(const char *shown, int mode, inkotls_roots *roots) {
  inkotls_server_builder *builder = server_showing(shown);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, mode, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  server = server_built(builder);
}

static void release_both(void) {
  inkotls_client_config_release(client);
  inkotls_server_config_release(server);
}

static const struct meeting *current;
static int by_server;

static void meet(const struct way *way) {
  struct pair pair;
  const unsigned char *der;
  size_t len;
  pair_open(&pair, way, client, "localhost", server);
  struct side *judge = by_server ? &pair.server : &pair.client;
  if (current->error) {
    pair_refuses(&pair, judge, (inkotls_certificate_error)current->error);
  } else {
    pair_handshake(&pair, INKOTLS_STATUS_OK, INKOTLS_STATUS_OK);
    CHECK_INT(inkotls_conn_certificate_error(judge->conn), INKOTLS_STATUS_NONE);
    CHECK_INT(inkotls_conn_peer_certificate(judge->conn, 0, &der, &len), INKOTLS_STATUS_OK);
  }
  pair_free(&pair);
}

static void in_ways(int everywhere, const char *name, void (*scenario)(const struct way *)) {
  if (everywhere) {
    each_way(name, scenario);
  } else {
    scenario(&direct);
  }
}

static void all_meet(const struct meeting *table, size_t count, int version, int everywhere) {
  for (size_t i = 0; i < count; i++) {
    char name[128];
    current = &table[i];
    snprintf(name, sizeof name, "%s%s %zu: %s, TLS 1.%d", everywhere ? "errors of " : "",
             by_server ? "clients" : "servers", i, current->shown ? current->shown : "nothing",
             version - 0x0301);
    checking("%s", name);
    if (by_server) {
      make_client(version, roots_of("ca.pem"), current->shown);
      make_server("ecdsa", REQUIRED, roots_for(current));
    } else {
      make_client(version, roots_for(current), NULL);
      make_server(current->shown, OFF, NULL);
    }
    in_ways(everywhere, name, meet);
    release_both();
  }
}

// Client certificates: what the server asks for, what the client has to show.

static int is_asked, is_shown;

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

static void client_certificates(int version) {
  static const struct {
    const char *name;
    int mode;
    const char *shown;
  } all[] = {
      {"not asked, one there", OFF, "client"},
      {"optional, none there", OPTIONAL, NULL},
      {"optional, one there", OPTIONAL, "client"},
      {"required, one there", REQUIRED, "client"},
      {"optional, none that fits", OPTIONAL, "stranger-client"},
  };
  for (size_t i = 0; i < COUNT(all); i++) {
    checking("%s, TLS 1.%d", all[i].name, version - 0x0301);
    is_asked = all[i].mode != OFF;
    is_shown = all[i].shown && strcmp(all[i].shown, "client") == 0;
    make_client(version, roots_of("ca.pem"), all[i].shown);
    make_server("ecdsa", all[i].mode, all[i].mode == OFF ? NULL : roots_of("ca.pem"));
    in_ways(version == TLS13, all[i].name, shows_itself);
    release_both();
  }
}

// Optional means that none may be shown, not that a bad one may.
static void optional_is_verified(const struct way *way) {
  struct pair pair;
  pair_open(&pair, way, client, "localhost", server);
  pair_refuses(&pair, &pair.server, INKOTLS_CERTIFICATE_ERROR_WRONG_PURPOSE);
  pair_free(&pair);
}

// What was said last counts.
static void modes_replace_each_other(void) {
  checking("modes replace each other");
  inkotls_roots *roots = roots_of("ca.pem");
  inkotls_server_builder *builder = server_showing("ecdsa");
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, REQUIRED, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, OFF, NULL), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  make_client(TLS13, roots_of("ca.pem"), "client");
  server = server_built(builder);
  is_asked = 0;
  shows_itself(&direct);
  release_both();
}

// A session is no way around what a server asks of its clients, where another server with the same
// store or ticket keys asked for less.

static const inkotls_server_config *server_sharing(int keys_too, int mode, const char *ca) {
  inkotls_server_builder *builder = server_showing("ecdsa");
  inkotls_roots *roots = roots_of(ca);
  if (keys_too) server_uses_ticket_keys(builder);
  server_uses_store(builder);
  CHECK_INT(inkotls_server_builder_set_client_auth(builder, mode, roots), INKOTLS_STATUS_OK);
  inkotls_roots_free(roots);
  return server_built(builder);
}

static const inkotls_client_config *client_that_resumes(int version) {
  inkotls_roots *roots = roots_of("ca.pem");
  inkotls_identity *identity = identity_of("stranger-client");
  inkotls_client_builder *builder = inkotls_client_builder_new();
  CHECK_INT(inkotls_client_builder_set_roots(builder, roots), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_protocol_version(builder, version), INKOTLS_STATUS_OK);
  CHECK_INT(inkotls_client_builder_add_identity(builder, identity), INKOTLS_STATUS_OK);
  inkotls_identity_free(identity);
  inkotls_roots_free(roots);
  return client_built(builder);
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

static void resumption_is_no_way_around(int version, int keys_too) {
  static const struct {
    int mode;
    const char *ca;
  } all[] = {{OFF, "ca.pem"}, {OPTIONAL, "ca.pem"}, {REQUIRED, "stranger-ca.pem"}};
  const inkotls_server_config *strict = server_sharing(keys_too, REQUIRED, "ca.pem");
  for (size_t i = 0; i < COUNT(all); i++) {
    checking("resumption after a lax server %zu, %s, TLS 1.%d", i, keys_too ? "keys" : "a store",
             version - 0x0301);
    const inkotls_server_config *lax = server_sharing(keys_too, all[i].mode, all[i].ca);
    const inkotls_server_config *alike = server_sharing(keys_too, all[i].mode, all[i].ca);
    store_clear();
    client = client_that_resumes(version);
    goes(lax, 0, 0);
    goes(alike, 0, 1);
    goes(strict, 1, 0);
    CHECK_INT(store.hits, keys_too ? 0 : 2);  // it was found, and is no good
    inkotls_client_config_release(client);
    inkotls_server_config_release(lax);
    inkotls_server_config_release(alike);
  }
  inkotls_server_config_release(strict);
}

int main(int argc, char **argv) {
  pki_open(argc, argv);
  setenv("SSL_CERT_FILE", pki_path("ca.pem"), 1);
  unsetenv("SSL_CERT_DIR");
  for (int version = TLS12; version <= TLS13; version++) {
    by_server = 0;
    all_meet(errors_of_servers, COUNT(errors_of_servers), version, 1);
    all_meet(servers_judged, COUNT(servers_judged), version, 0);
    by_server = 1;
    all_meet(errors_of_clients, COUNT(errors_of_clients), version, 1);
    all_meet(clients_judged, COUNT(clients_judged), version, 0);
    client_certificates(version);
    make_client(version, roots_of("ca.pem"), "ecdsa");
    make_server("ecdsa", OPTIONAL, roots_of("ca.pem"));
    in_ways(version == TLS13, "optional, a bad one", optional_is_verified);
    release_both();
  }
  modes_replace_each_other();
  for (int keys_too = 0; keys_too < 2; keys_too++) {
    for (int version = TLS12; version <= TLS13; version++)
      resumption_is_no_way_around(version, keys_too);
  }
  return checks_done();
}
