// Which certificates a side trusts: its own roots, the platform's, revocation, and the error of
// each certificate that is refused (rule 17), by a client and by a server. The other side receives
// the alert of each refusal. What a server requests of its clients is in client_certificates.c.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "configs.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { X25519 = 29 };  // makes a short ClientHello
enum { OFF = INKOTLS_CLIENT_AUTH_OFF, REQUIRED = INKOTLS_CLIENT_AUTH_REQUIRED };
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

// Two sides meet: one shows a certificate, the other judges. The platform of these tests trusts
// ca.pem.
struct meeting {
  const char *shown;    // an identity; NULL: none
  const char *cas[2];   // what the judge trusts,
  const char *crls[2];  // with what was revoked
  int platform, revocation;
  int error;  // 0: the judge is content
};

// Each certificate error, in each way: a scenario for each row.
struct certificate_error {
  const char *name;
  struct meeting meeting;
};

static const struct certificate_error errors_of_servers[] = {
    {"server: expired", {"expired", {"ca.pem"}, {0}, 0, 0, EXPIRED}},
    {"server: not yet valid", {"future", {"ca.pem"}, {0}, 0, 0, NOT_YET_VALID}},
    {"server: unknown issuer", {"stranger", {"ca.pem"}, {0}, 0, 0, UNKNOWN_ISSUER}},
    {"server: wrong name", {"other", {"ca.pem"}, {0}, 0, 0, WRONG_NAME}},
    {"server: revoked", {"revoked", {"ca.pem"}, {"ca.crl.pem"}, 0, 0, REVOKED}},
    {"server: unknown revocation",
     {"ecdsa", {"ca.pem"}, {"sub-ca.crl.pem"}, 0, 0, UNKNOWN_REVOCATION}},
    {"server: bad signature", {"forged", {"ca.pem"}, {0}, 0, 0, BAD_SIGNATURE}},
    {"server: certificate of a client", {"client-only", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE}},
    {"server: key usage", {"enciphers", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE}},
};

// A client shows a certificate whose issuer the server names, or none.
static const struct certificate_error errors_of_clients[] = {
    {"client: no certificate", {NULL, {"ca.pem"}, {0}, 0, 0, NOT_PRESENTED}},
    {"client: expired", {"expired-client", {"ca.pem"}, {0}, 0, 0, EXPIRED}},
    {"client: unknown issuer", {"stray-client", {"ca.pem"}, {0}, 0, 0, UNKNOWN_ISSUER}},
    {"client: revoked", {"revoked-client", {"ca.pem"}, {"ca.crl.pem"}, 0, 0, REVOKED}},
    {"client: unknown revocation",
     {"client", {"ca.pem"}, {"sub-ca.crl.pem"}, 0, 0, UNKNOWN_REVOCATION}},
    {"client: bad signature", {"forged", {"ca.pem"}, {0}, 0, 0, BAD_SIGNATURE}},
    {"client: certificate of a server", {"ecdsa", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE}},
    {"client: key usage", {"agrees", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE}},
};

// The rest, in one way: a scenario for each table.
static const struct meeting servers_and_roots[] = {
    {"ecdsa", {"ca.pem"}, {0}, 0, 0, 0},
    {"stranger", {"ca.pem", "stranger-ca.pem"}, {0}, 0, 0, 0},
    {"agrees", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE},
};

static const struct meeting servers_and_platform[] = {
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
};

static const struct meeting servers_and_crls[] = {
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
};

static const struct meeting servers_and_crls_of_a_chain[] = {
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

static const struct meeting clients_and_roots[] = {
    {"client", {"ca.pem"}, {0}, 0, 0, 0},
    {"stranger-client", {"ca.pem"}, {0}, 0, 0, NOT_PRESENTED},
    {"stranger-client", {"ca.pem", "stranger-ca.pem"}, {0}, 0, 0, 0},
    {"enciphers", {"ca.pem"}, {0}, 0, 0, WRONG_PURPOSE},
};

static const struct meeting clients_and_platform[] = {
    {"client", {0}, {0}, 1, 0, 0},
    {"ecdsa", {0}, {0}, 1, 0, WRONG_PURPOSE},
    {"client", {"stranger-ca.pem"}, {0}, 1, 0, 0},
    {"stranger-client", {"stranger-ca.pem"}, {0}, 1, 0, 0},
    {"revoked-client", {0}, {"ca.crl.pem"}, 1, 0, REVOKED},
};

static const struct meeting clients_and_crls[] = {
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
static void make_client(inkotls_roots *roots, const char *shown) {
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

// Makes both configs for what `current` says.
static void make_both(void) {
  if (by_server) {
    make_client(roots_of("ca.pem"), current->shown);
    make_server("ecdsa", REQUIRED, roots_for(current));
  } else {
    make_client(roots_for(current), NULL);
    make_server(current->shown, OFF, NULL);
  }
}

static void each_error(const struct certificate_error *table, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!begins("%s", table[i].name)) continue;
    for (version = TLS12; version <= TLS13; version++) {
      char what[128];
      snprintf(what, sizeof what, "%s, %s", table[i].name, inkotls_protocol_version_name(version));
      current = &table[i].meeting;
      make_both();
      in_each_way(what, meet);
      release_both();
    }
  }
}

static void all_meet(const char *name, const struct meeting *table, size_t count) {
  if (!begins("%s", name)) return;
  for (current = table; current < table + count; current++) {
    for (version = TLS12; version <= TLS13; version++) {
      checking("%s, row %td: %s, %s", name, current - table, current->shown,
               inkotls_protocol_version_name(version));
      make_both();
      meet(&direct);
      release_both();
    }
  }
}

#define ALL(table) table, COUNT(table)

int main(int argc, char **argv) {
  pki_open(argc, argv);
  setenv("SSL_CERT_FILE", pki_path("ca.pem"), 1);
  unsetenv("SSL_CERT_DIR");
  by_server = 0;
  each_error(ALL(errors_of_servers));
  all_meet("servers and roots", ALL(servers_and_roots));
  if (PLATFORM_HAS_FILES) all_meet("servers and the platform", ALL(servers_and_platform));
  all_meet("servers and CRLs", ALL(servers_and_crls));
  all_meet("servers and CRLs of a chain", ALL(servers_and_crls_of_a_chain));
  by_server = 1;
  each_error(ALL(errors_of_clients));
  all_meet("clients and roots", ALL(clients_and_roots));
  if (PLATFORM_HAS_FILES) all_meet("clients and the platform", ALL(clients_and_platform));
  all_meet("clients and CRLs", ALL(clients_and_crls));
  return checks_done();
}
